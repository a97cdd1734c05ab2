package auth

import (
	"context"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// Caller is whom an access token speaks for.
type Caller struct {
	Pool   *userpool.Pool
	Client *userpool.AppClient
	User   *userpool.User
	Grant  *store.Grant
	Scopes []string
}

// CheckAccessToken says whom an access token speaks for, if it has the scope (""
// asks for none). The faults are NotAuthorized with the sentences of reference:
// api-behaviour §21, and UserNotFound when the user is gone.
func (s *Service) CheckAccessToken(ctx context.Context, token, scope string) (*Caller, error) {
	access, err := s.Tokens.CheckAccess(ctx, token)
	if err != nil {
		return nil, err
	}
	client, err := s.Config.PoolClient(ctx, access.Pool, access.ClientID)
	switch {
	case fault.Is(err, fault.ResourceNotFound): // the client's tokens went with it
		return nil, fault.ErrTokenRevoked().Because(err)
	case err != nil:
		return nil, err
	}
	if scope != "" {
		if err := access.Require(scope); err != nil {
			return nil, err
		}
	}
	return &Caller{Pool: access.Pool, Client: client, User: access.User, Grant: access.Grant, Scopes: access.Scopes}, nil
}

// refresh is the flow REFRESH_TOKEN_AUTH. SECRET_HASH covers the user's real
// username, whichever name the sign-in was made with.
func (s *Service) refresh(ctx context.Context, r InitiateRequest) (*Outcome, error) {
	token, hash := r.Parameters["REFRESH_TOKEN"], r.Parameters["SECRET_HASH"]
	switch {
	case hash == "" && r.Client.Confidential():
		return nil, account.CheckSecretHash(r.Client, "", "")
	case token == "":
		return nil, fault.ErrMissing("REFRESH_TOKEN")
	}
	set, err := s.Tokens.Refresh(ctx, tokens.RefreshRequest{
		Pool: r.Pool, Client: r.Client, RefreshToken: token, DeviceKey: r.Parameters["DEVICE_KEY"], Door: tokens.DoorInitiateAuth,
		Admit: func(u *userpool.User) error { return account.CheckSecretHash(r.Client, u.Username, hash) },
	})
	if err != nil {
		return nil, err
	}
	return &Outcome{Tokens: set, Parameters: map[string]string{}}, nil
}

// GetTokens is GetTokensFromRefreshToken: a refresh for rotating clients and
// others, with the client's secret itself. The door of r is set here.
func (s *Service) GetTokens(ctx context.Context, secret string, r tokens.RefreshRequest) (*tokens.Set, error) {
	if err := checkSecret(fault.NotAuthorized, r.Client, secret); err != nil {
		return nil, err
	}
	r.Door = tokens.DoorGetTokens
	return s.Tokens.Refresh(ctx, r)
}

// RevokeToken is the API's RevokeToken; see tokens.Service.Revoke.
func (s *Service) RevokeToken(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, secret, token string) error {
	if err := checkSecret(fault.Unauthorized, client, secret); err != nil {
		return err
	}
	return s.Tokens.Revoke(ctx, pool, client, token)
}

// checkSecret checks a client's secret that was sent as it is.
func checkSecret(code fault.Code, client *userpool.AppClient, secret string) error {
	if secret == "" {
		if client.Confidential() {
			return fault.Newf(code, "Client %s is configured for secret but secret was not received", client.ID)
		}
		return nil
	}
	if !client.HasSecret(secret) {
		return fault.ErrWrongSecret(code, client.ID)
	}
	return nil
}

// SignOutEverywhere ends all sign-ins of a user (GlobalSignOut). Browsers stay
// signed in to the pages (reference: hosted-ui-and-oauth §8).
func (s *Service) SignOutEverywhere(ctx context.Context, u *userpool.User) error {
	return s.Tokens.RevokeUser(ctx, u)
}

// AdminSignOutEverywhere is SignOutEverywhere for an administrator, who names the
// user (AdminUserGlobalSignOut).
func (s *Service) AdminSignOutEverywhere(ctx context.Context, pool *userpool.Pool, username string) error {
	u, err := s.findUser(ctx, pool, username)
	switch {
	case err != nil:
		return err
	case u == nil:
		return fault.ErrNoUser()
	}
	return s.SignOutEverywhere(ctx, u)
}
