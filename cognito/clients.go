package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/userpool"
)

func (s *Server) clientOperations() []operation {
	return []operation{
		inPool("CreateUserPoolClient", s.createUserPoolClient),
		inPool("DescribeUserPoolClient", s.describeUserPoolClient),
		inPool("UpdateUserPoolClient", s.updateUserPoolClient),
		inPool("DeleteUserPoolClient", s.deleteUserPoolClient),
		inPool("ListUserPoolClients", s.listUserPoolClients),
		inPool("ListUserPoolClientSecrets", s.listUserPoolClientSecrets),
		inPool("AddUserPoolClientSecret", s.addUserPoolClientSecret),
		inPool("DeleteUserPoolClientSecret", s.deleteUserPoolClientSecret),
	}
}

func (s *Server) createUserPoolClient(ctx context.Context, p *userpool.Pool, in *api.CreateUserPoolClientRequest) (*api.CreateUserPoolClientResponse, error) {
	c, err := s.Directory.CreateClient(ctx, p, directory.NewClient{
		Name: in.ClientName, Secret: api.Str(in.ClientSecret),
		GenerateSecret: isTrue(in.GenerateSecret), Settings: clientSettings(in),
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserPoolClientResponse{UserPoolClient: userPoolClientType(c)}, nil
}

func (s *Server) describeUserPoolClient(ctx context.Context, p *userpool.Pool, in *api.DescribeUserPoolClientRequest) (*api.DescribeUserPoolClientResponse, error) {
	c, err := s.Directory.PoolClient(ctx, p, in.ClientID)
	if err != nil {
		return nil, err
	}
	return &api.DescribeUserPoolClientResponse{UserPoolClient: userPoolClientType(c)}, nil
}

// updateUserPoolClient replaces the settings; name and secrets stay.
func (s *Server) updateUserPoolClient(ctx context.Context, p *userpool.Pool, in *api.UpdateUserPoolClientRequest) (*api.UpdateUserPoolClientResponse, error) {
	c, err := s.Directory.UpdateClient(ctx, p, in.ClientID, api.Str(in.ClientName), clientSettings(in))
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolClientResponse{UserPoolClient: userPoolClientType(c)}, nil
}

func (s *Server) deleteUserPoolClient(ctx context.Context, p *userpool.Pool, in *api.DeleteUserPoolClientRequest) (*api.None, error) {
	return nil, s.Directory.DeleteClient(ctx, p, in.ClientID)
}

func (s *Server) listUserPoolClients(ctx context.Context, p *userpool.Pool, in *api.ListUserPoolClientsRequest) (*api.ListUserPoolClientsResponse, error) {
	clients, next, err := page(s,
		listing{operation: "ListUserPoolClients", parameters: []string{p.ID}, limit: in.MaxResults, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.AppClient, error) {
			return s.Directory.ListClients(ctx, p, after, limit)
		},
		func(c *userpool.AppClient) string { return c.ID })
	if err != nil {
		return nil, err
	}
	out := &api.ListUserPoolClientsResponse{UserPoolClients: make([]api.UserPoolClientDescription, len(clients)), NextToken: next}
	for i, c := range clients {
		out.UserPoolClients[i] = api.UserPoolClientDescription{ClientID: &c.ID, UserPoolID: &c.PoolID, ClientName: &c.Name}
	}
	return out, nil
}
