package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/fault"
	"idpond/internal/userpool"
)

func (s *Server) replicaOperations() []operation {
	return []operation{
		inPool("CreateUserPoolReplica", s.createUserPoolReplica),
		inPool("ListUserPoolReplicas", s.listUserPoolReplicas),
		inPool("UpdateUserPoolReplica", s.updateUserPoolReplica),
		inPool("DeleteUserPoolReplica", s.deleteUserPoolReplica),
	}
}

// createUserPoolReplica answers CREATING; the replica is INACTIVE by the time that
// anybody looks.
func (s *Server) createUserPoolReplica(ctx context.Context, p *userpool.Pool, in *api.CreateUserPoolReplicaRequest) (*api.CreateUserPoolReplicaResponse, error) {
	r, err := s.Directory.CreateReplica(ctx, p, in.RegionName, in.UserPoolTags)
	if err != nil {
		return nil, err
	}
	r.Status = userpool.ReplicaCreating
	return &api.CreateUserPoolReplicaResponse{UserPoolReplica: s.replicaType(p, r)}, nil
}

func (s *Server) listUserPoolReplicas(ctx context.Context, p *userpool.Pool, in *api.ListUserPoolReplicasRequest) (*api.ListUserPoolReplicasResponse, error) {
	replicas, next, err := page(s, listing{operation: "ListUserPoolReplicas", parameters: []string{p.ID}, most: 60, token: in.NextToken},
		func(after string, _ int) ([]userpool.Replica, error) {
			if after != "" {
				return nil, nil // there are two at most: one page
			}
			return s.Directory.Replicas(ctx, p.ID)
		},
		func(r userpool.Replica) string { return r.Region })
	if err != nil {
		return nil, err
	}
	primary := api.UserPoolReplicaType{
		RegionName: &p.Region, Status: new(userpool.ReplicaActive), Role: new(userpool.RolePrimary), UserPoolArn: new(p.ARN(s.AccountID)),
	}
	out := &api.ListUserPoolReplicasResponse{UserPoolReplicas: []api.UserPoolReplicaType{primary}, NextToken: next}
	for _, r := range replicas {
		out.UserPoolReplicas = append(out.UserPoolReplicas, *s.replicaType(p, &r))
	}
	return out, nil
}

func (s *Server) updateUserPoolReplica(ctx context.Context, p *userpool.Pool, in *api.UpdateUserPoolReplicaRequest) (*api.UpdateUserPoolReplicaResponse, error) {
	r, err := s.Directory.UpdateReplica(ctx, p, in.RegionName, in.Status)
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolReplicaResponse{UserPoolReplica: s.replicaType(p, r)}, nil
}

func (s *Server) deleteUserPoolReplica(ctx context.Context, p *userpool.Pool, in *api.DeleteUserPoolReplicaRequest) (*api.DeleteUserPoolReplicaResponse, error) {
	r, err := s.Directory.DeleteReplica(ctx, p, in.RegionName)
	if err != nil {
		return nil, err
	}
	return &api.DeleteUserPoolReplicaResponse{UserPoolReplica: s.replicaType(p, r)}, nil
}

func (s *Server) replicaType(p *userpool.Pool, r *userpool.Replica) *api.UserPoolReplicaType {
	return &api.UserPoolReplicaType{
		RegionName: new(r.Region), Status: new(r.Status), Role: new(userpool.RoleSecondary), UserPoolArn: new(p.ARNIn(r.Region, s.AccountID)),
	}
}

// poolHere finds the pool that a signed request names, as seen in the region of
// its signature: a pool of another region is as unknown as none, and in a replica's
// region what would change the pool for all regions is refused.
func (s *Server) poolHere(ctx context.Context, model *api.Operation, id string) (*userpool.Pool, error) {
	pool, err := s.Directory.Pool(ctx, id)
	if err != nil {
		return nil, err
	}
	region := requestFrom(ctx).Region
	if pool.Region == region {
		return pool, nil
	}
	serves, secondary, err := s.Directory.Serves(ctx, pool, region)
	switch {
	case err != nil:
		return nil, err
	case !serves:
		return nil, fault.Newf(fault.ResourceNotFound, "User pool %s does not exist.", id)
	case secondary && primaryOnly(model):
		return nil, fault.New(fault.OperationNotEnabled, "This operation is not enabled in a secondary region of the user pool.")
	}
	return pool, nil
}

// primaryOnly reports whether an operation makes users or changes what all regions
// share, which a replica's region does not do (reference: api-behaviour §20.9). The
// service's list is not published: these are the writes of the rate categories of
// pools, their resources and clients, and of making users, as far as they declare
// the exception.
func primaryOnly(model *api.Operation) bool {
	switch rateCategory(model.Name) {
	case userpool.RateUserCreation, userpool.RateUserPoolUpdate, userpool.RateUserPoolResourceUpdate, userpool.RateUserPoolClientUpdate:
		return model.Declares(string(fault.OperationNotEnabled))
	}
	return false
}
