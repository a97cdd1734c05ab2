package oauth

import (
	"context"

	"idpond/internal/tokens"
)

// refresh gives new tokens for a refresh token, and a new refresh token where the
// client rotates them (RFC 6749 §6). Scopes can't be narrowed: the service ignores
// the parameter.
func (s *Server) refresh(ctx context.Context, q *grantRequest) (*tokens.Set, error) {
	token := q.form.Get("refresh_token")
	if token == "" {
		return nil, badRequest(invalidRequest, "")
	}
	return s.Tokens.Refresh(ctx, tokens.RefreshRequest{
		Pool: q.pool, Client: q.client, RefreshToken: token, Door: tokens.DoorOAuth,
	})
}
