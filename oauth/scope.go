package oauth

import (
	"context"
	"slices"
	"strings"

	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// splitScopes gives the scopes of a request, each once, and whether all of them
// have the form of RFC 6749 §3.3.
func splitScopes(text string) (scopes []string, ok bool) {
	for _, s := range strings.Split(text, " ") {
		if s == "" || slices.Contains(scopes, s) {
			continue
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }) {
			return nil, false
		}
		scopes = append(scopes, s)
	}
	return scopes, true
}

// customScopes gives every {identifier}/{scope} that the pool's resource servers have.
func customScopes(servers []*userpool.ResourceServer) map[string]bool {
	all := map[string]bool{}
	for _, rs := range servers {
		for _, s := range rs.Scopes {
			all[rs.Identifier+"/"+s.ScopeName] = true
		}
	}
	return all
}

// userScopes decides what a user's sign-in gets. Nothing asked for is everything
// that the client may have. ok is false when something was asked for that the
// client may not have; a scope that only lost its resource server is left out
// without a word (reference: hosted-ui-and-oauth §3.1, §13).
func (s *Server) userScopes(ctx context.Context, c *userpool.AppClient, asked string) (scopes []string, ok bool, err error) {
	scopes, ok = splitScopes(asked)
	if !ok {
		return nil, false, nil
	}
	allowed := c.Settings.AllowedOAuthScopes
	if len(scopes) == 0 {
		scopes = slices.Clone(allowed)
	}
	for _, scope := range scopes {
		if !slices.Contains(allowed, scope) {
			return nil, false, nil
		}
	}
	servers, err := s.Directory.ResourceServers(ctx, c.PoolID)
	if err != nil {
		return nil, false, err
	}
	live, standard := customScopes(servers), userpool.StandardScopes()
	scopes = slices.DeleteFunc(scopes, func(scope string) bool { return !live[scope] && !slices.Contains(standard, scope) })
	return scopes, len(scopes) > 0 && consistent(scopes), nil
}

// consistent reports whether the scopes that name attributes come with openid.
func consistent(scopes []string) bool {
	attributes := slices.ContainsFunc(scopes, func(s string) bool {
		return s == tokens.ScopeProfile || s == tokens.ScopeEmail || s == tokens.ScopePhone
	})
	return !attributes || slices.Contains(scopes, tokens.ScopeOpenID)
}

// readable reports whether the client may read what the scopes promise: a client
// that can read email but not email_verified gets no code exchanged for the scope
// email (reference: hosted-ui-and-oauth §4, invalid_grant).
func readable(c *userpool.AppClient, scopes []string) bool {
	needs := map[string][]string{
		tokens.ScopeEmail: {"email", "email_verified"},
		tokens.ScopePhone: {"phone_number", "phone_number_verified"},
	}
	for _, scope := range scopes {
		for _, name := range needs[scope] {
			if !c.CanRead(name) {
				return false
			}
		}
	}
	return true
}
