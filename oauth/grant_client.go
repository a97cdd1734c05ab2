package oauth

import (
	"context"
	"encoding/json"
	"slices"

	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// clientCredentials gives a confidential client a token of its own for scopes of
// resource servers (RFC 6749 §4.4).
func (s *Server) clientCredentials(ctx context.Context, q *grantRequest) (*tokens.Set, error) {
	set := q.client.Settings
	switch {
	case !q.client.Confidential(), !slices.Contains(set.AllowedOAuthFlows, userpool.OAuthClientCredentials):
		return nil, badRequest("unauthorized_client", "")
	case !set.AllowedOAuthFlowsUserPoolClient:
		return nil, invalidGrant()
	case q.form.Get("resource") != "", !isStringMap(q.form.Get("aws_client_metadata")):
		return nil, badRequest(invalidRequest, "")
	}
	servers, err := s.Directory.ResourceServers(ctx, q.pool.ID)
	if err != nil {
		return nil, err
	}
	scopes, err := machineScopes(q.client, servers, q.form.Get("scope"))
	if err != nil {
		return nil, err
	}
	return s.Tokens.ForClient(ctx, q.pool, q.client, scopes)
}

// machineScopes decides the scopes of a client's own token: those asked for, or
// all custom ones that it may have. One wrong scope fails the request: as
// invalid_scope if no resource server has it, as invalid_grant if only the client
// may not have it (reference: hosted-ui-and-oauth §4).
func machineScopes(c *userpool.AppClient, servers []*userpool.ResourceServer, asked string) ([]string, error) {
	live, allowed := customScopes(servers), c.Settings.AllowedOAuthScopes
	scopes, ok := splitScopes(asked)
	if !ok {
		return nil, badRequest("invalid_scope", "")
	}
	if len(scopes) == 0 {
		scopes = slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return !live[s] })
		if len(scopes) == 0 {
			return nil, invalidGrant()
		}
		return scopes, nil
	}
	standard := userpool.StandardScopes()
	for _, scope := range scopes {
		if !live[scope] && !slices.Contains(standard, scope) {
			return nil, badRequest("invalid_scope", "")
		}
	}
	for _, scope := range scopes {
		if !live[scope] || !slices.Contains(allowed, scope) {
			return nil, invalidGrant()
		}
	}
	return scopes, nil
}

// isStringMap reports whether text is absent or a JSON object of strings.
func isStringMap(text string) bool {
	var m map[string]string
	return text == "" || json.Unmarshal([]byte(text), &m) == nil
}
