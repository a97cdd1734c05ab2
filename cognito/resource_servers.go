package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

func (s *Server) resourceServerOperations() []operation {
	return []operation{
		inPool("CreateResourceServer", s.createResourceServer),
		inPool("DescribeResourceServer", s.describeResourceServer),
		inPool("UpdateResourceServer", s.updateResourceServer),
		inPool("DeleteResourceServer", s.deleteResourceServer),
		inPool("ListResourceServers", s.listResourceServers),
	}
}

func (s *Server) createResourceServer(ctx context.Context, p *userpool.Pool, in *api.CreateResourceServerRequest) (*api.CreateResourceServerResponse, error) {
	r, err := s.Directory.CreateResourceServer(ctx, p, resourceServer(in.Identifier, in.Name, in.Scopes))
	if err != nil {
		return nil, err
	}
	return &api.CreateResourceServerResponse{ResourceServer: resourceServerType(r)}, nil
}

func (s *Server) describeResourceServer(ctx context.Context, p *userpool.Pool, in *api.DescribeResourceServerRequest) (*api.DescribeResourceServerResponse, error) {
	r, err := s.Directory.ResourceServer(ctx, p, in.Identifier)
	if err != nil {
		return nil, err
	}
	return &api.DescribeResourceServerResponse{ResourceServer: resourceServerType(r)}, nil
}

// updateResourceServer replaces name and scopes.
func (s *Server) updateResourceServer(ctx context.Context, p *userpool.Pool, in *api.UpdateResourceServerRequest) (*api.UpdateResourceServerResponse, error) {
	r, err := s.Directory.UpdateResourceServer(ctx, p, resourceServer(in.Identifier, in.Name, in.Scopes))
	if err != nil {
		return nil, err
	}
	return &api.UpdateResourceServerResponse{ResourceServer: resourceServerType(r)}, nil
}

func (s *Server) deleteResourceServer(ctx context.Context, p *userpool.Pool, in *api.DeleteResourceServerRequest) (*api.None, error) {
	return nil, s.Directory.DeleteResourceServer(ctx, p, in.Identifier)
}

func (s *Server) listResourceServers(ctx context.Context, p *userpool.Pool, in *api.ListResourceServersRequest) (*api.ListResourceServersResponse, error) {
	servers, next, err := page(s,
		listing{operation: "ListResourceServers", parameters: []string{p.ID}, limit: in.MaxResults, most: 50, token: in.NextToken},
		func(after string, limit int) ([]*userpool.ResourceServer, error) {
			return s.Directory.ListResourceServers(ctx, p, after, limit)
		},
		func(r *userpool.ResourceServer) string { return r.Identifier })
	if err != nil {
		return nil, err
	}
	out := &api.ListResourceServersResponse{ResourceServers: make([]api.ResourceServerType, len(servers)), NextToken: next}
	for i, r := range servers {
		out.ResourceServers[i] = *resourceServerType(r)
	}
	return out, nil
}

func resourceServer(identifier, name string, scopes []api.ResourceServerScopeType) userpool.ResourceServer {
	r := userpool.ResourceServer{Identifier: identifier, Name: name}
	for _, scope := range scopes {
		r.Scopes = append(r.Scopes, userpool.Scope(scope))
	}
	return r
}
