package cognito

import (
	"context"
	"slices"

	"idpond/cognito/api"
	"idpond/internal/account"
	"idpond/internal/userpool"
)

func (s *Server) listUsersOperations() []operation {
	return []operation{inPool("ListUsers", s.listUsers)}
}

func (s *Server) listUsers(ctx context.Context, p *userpool.Pool, in *api.ListUsersRequest) (*api.ListUsersResponse, error) {
	q := account.Query{Filter: api.Str(in.Filter), Attributes: in.AttributesToGet, Token: api.Str(in.PaginationToken)}
	if in.Limit != nil {
		q.Limit = *in.Limit
	}
	page, err := s.Accounts.List(ctx, p, q)
	if err != nil {
		return nil, err
	}
	shown := every
	if len(in.AttributesToGet) > 0 {
		shown = func(name string) bool { return slices.Contains(in.AttributesToGet, name) }
	}
	out := &api.ListUsersResponse{Users: make([]api.UserType, len(page.Users))}
	for i, u := range page.Users {
		out.Users[i] = userType(u, shown)
	}
	if page.Token != "" {
		out.PaginationToken = &page.Token
	}
	return out, nil
}
