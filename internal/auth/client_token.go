package auth

import (
	"context"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// ClientTokenRequest is a client that asks for a token of its own (GetClientToken).
type ClientTokenRequest struct {
	Pool    *userpool.Pool
	Client  *userpool.AppClient
	Secret  string
	Scopes  []string                   // none asks for all that the client has
	Servers []*userpool.ResourceServer // all of the pool
}

// ClientToken gives a client the token that the client_credentials grant gives
// (reference: api-behaviour §22.3, end). The client has ALLOW_CLIENT_TOKEN_AUTH,
// which stands alone, and a secret. Faults: NotAuthorized, InvalidParameter,
// ScopeDoesNotExist.
func (s *Service) ClientToken(ctx context.Context, r ClientTokenRequest) (*tokens.Set, error) {
	if !slices.Contains(r.Client.Settings.ExplicitAuthFlows, "ALLOW_CLIENT_TOKEN_AUTH") {
		return nil, fault.New(fault.InvalidParameter, "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.")
	}
	if err := checkSecret(fault.NotAuthorized, r.Client, r.Secret); err != nil {
		return nil, err
	}
	scopes, err := r.scopes()
	if err != nil {
		return nil, err
	}
	return s.Tokens.ForClient(ctx, r.Pool, r.Client, scopes)
}

// scopes decides what the token is for: scopes of resource servers that are there,
// and that the client may have.
func (r *ClientTokenRequest) scopes() ([]string, error) {
	exists := func(scope string) bool {
		return slices.ContainsFunc(r.Servers, func(rs *userpool.ResourceServer) bool { return rs.Has(scope) })
	}
	allowed := r.Client.Settings.AllowedOAuthScopes
	var scopes []string
	for _, scope := range r.Scopes {
		switch {
		case !exists(scope):
			return nil, fault.Newf(fault.ScopeDoesNotExist, "Invalid scope requested: %s", scope)
		case !slices.Contains(allowed, scope):
			return nil, fault.Newf(fault.NotAuthorized, "The client is not authorized for the scope %s.", scope)
		case !slices.Contains(scopes, scope):
			scopes = append(scopes, scope)
		}
	}
	if len(scopes) == 0 {
		scopes = slices.DeleteFunc(slices.Clone(allowed), func(scope string) bool { return !exists(scope) })
	}
	if len(scopes) == 0 {
		return nil, fault.New(fault.InvalidParameter, "The client has no scopes of resource servers.")
	}
	return scopes, nil
}
