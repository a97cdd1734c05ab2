package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/userpool"
)

func (s *Server) poolOperations() []operation {
	return []operation{
		signed("CreateUserPool", s.createUserPool),
		inPool("DescribeUserPool", s.describeUserPool),
		inPool("UpdateUserPool", s.updateUserPool),
		inPool("DeleteUserPool", s.deleteUserPool),
		signed("ListUserPools", s.listUserPools),
		inPool("AddCustomAttributes", s.addCustomAttributes),
		inPool("GetUserPoolMfaConfig", s.getUserPoolMfaConfig),
		inPool("SetUserPoolMfaConfig", s.setUserPoolMfaConfig),
	}
}

func (s *Server) createUserPool(ctx context.Context, in *api.CreateUserPoolRequest) (*api.CreateUserPoolResponse, error) {
	p, err := s.Directory.CreatePool(ctx, directory.NewPool{
		Region: requestFrom(ctx).Region, Name: in.PoolName,
		Settings: poolSettings(in), Attributes: newAttributes(in.Schema),
	})
	if err != nil {
		return nil, err
	}
	out := s.userPoolType(p)
	out.EstimatedNumberOfUsers = new(0)
	return &api.CreateUserPoolResponse{UserPool: out}, nil
}

func (s *Server) describeUserPool(ctx context.Context, p *userpool.Pool, _ *api.DescribeUserPoolRequest) (*api.DescribeUserPoolResponse, error) {
	users, err := s.Directory.EstimatedUsers(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	domains, err := s.Directory.PoolDomains(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	out := s.userPoolType(p)
	out.EstimatedNumberOfUsers = &users
	out.Arn = new(p.ARNIn(requestFrom(ctx).Region, s.AccountID)) // a replica's is its own
	for _, d := range domains {
		if d.Custom() {
			out.CustomDomain = &d.Name
		} else {
			out.Domain = &d.Name
		}
	}
	return &api.DescribeUserPoolResponse{UserPool: out}, nil
}

// updateUserPool replaces the settings: what the request leaves out goes back to
// its default, but for what only another operation can set.
func (s *Server) updateUserPool(ctx context.Context, p *userpool.Pool, in *api.UpdateUserPoolRequest) (*api.UpdateUserPoolResponse, error) {
	settings := poolSettings(in)
	if in.MfaConfiguration == nil {
		settings.MfaConfiguration = "" // stays as it is
	}
	return &api.UpdateUserPoolResponse{}, s.Directory.UpdatePool(ctx, p.ID, api.Str(in.PoolName), settings)
}

func (s *Server) deleteUserPool(ctx context.Context, p *userpool.Pool, _ *api.DeleteUserPoolRequest) (*api.None, error) {
	return nil, s.Directory.DeletePool(ctx, p.ID)
}

// listUserPools lists the pools of the region that the request was signed for.
func (s *Server) listUserPools(ctx context.Context, in *api.ListUserPoolsRequest) (*api.ListUserPoolsResponse, error) {
	region := requestFrom(ctx).Region
	pools, next, err := page(s,
		listing{operation: "ListUserPools", parameters: []string{region}, limit: &in.MaxResults, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.Pool, error) {
			return s.Directory.ListPools(ctx, region, after, limit)
		},
		func(p *userpool.Pool) string { return p.ID })
	if err != nil {
		return nil, err
	}
	out := &api.ListUserPoolsResponse{UserPools: make([]api.UserPoolDescriptionType, len(pools)), NextToken: next}
	for i, p := range pools {
		item := api.UserPoolDescriptionType{
			ID: &p.ID, Name: &p.Name, CreationDate: api.Time(p.CreatedAt), LastModifiedDate: api.Time(p.UpdatedAt),
			LambdaConfig: new(api.LambdaConfigType),
		}
		recode(p.Settings.LambdaConfig, item.LambdaConfig)
		out.UserPools[i] = item
	}
	return out, nil
}

func (s *Server) addCustomAttributes(ctx context.Context, p *userpool.Pool, in *api.AddCustomAttributesRequest) (*api.AddCustomAttributesResponse, error) {
	return &api.AddCustomAttributesResponse{}, s.Directory.AddCustomAttributes(ctx, p.ID, newAttributes(in.CustomAttributes))
}
