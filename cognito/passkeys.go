package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/account"
	"idpond/internal/store"
)

func (s *Server) passkeyOperations() []operation {
	return []operation{
		asUser("StartWebAuthnRegistration", s.startWebAuthnRegistration),
		asUser("CompleteWebAuthnRegistration", s.completeWebAuthnRegistration),
		asUser("ListWebAuthnCredentials", s.listWebAuthnCredentials),
		asUser("DeleteWebAuthnCredential", s.deleteWebAuthnCredential),
	}
}

// passkeyRequest is what a registration goes by.
func (s *Server) passkeyRequest(ctx context.Context, c *Caller) (account.PasskeyRequest, error) {
	party, err := s.Accounts.RelyingParty(ctx, c.Pool)
	return account.PasskeyRequest{Pool: c.Pool, Client: c.Client, User: c.User, RelyingPartyID: party}, err
}

func (s *Server) startWebAuthnRegistration(ctx context.Context, c *Caller, _ *api.StartWebAuthnRegistrationRequest) (*api.StartWebAuthnRegistrationResponse, error) {
	r, err := s.passkeyRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	options, err := s.Accounts.StartPasskey(ctx, r)
	if err != nil {
		return nil, err
	}
	return &api.StartWebAuthnRegistrationResponse{CredentialCreationOptions: options}, nil
}

func (s *Server) completeWebAuthnRegistration(ctx context.Context, c *Caller, in *api.CompleteWebAuthnRegistrationRequest) (*api.CompleteWebAuthnRegistrationResponse, error) {
	r, err := s.passkeyRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	return &api.CompleteWebAuthnRegistrationResponse{}, s.Accounts.CompletePasskey(ctx, r, in.Credential)
}

const maxPasskeyPage = 20

func (s *Server) listWebAuthnCredentials(ctx context.Context, c *Caller, in *api.ListWebAuthnCredentialsRequest) (*api.ListWebAuthnCredentialsResponse, error) {
	l := listing{
		operation: "ListWebAuthnCredentials", parameters: []string{c.Pool.ID, c.User.ID}, limit: in.MaxResults, most: maxPasskeyPage, token: in.NextToken,
	}
	passkeys, next, err := page(s, l, func(after string, limit int) ([]*store.Passkey, error) {
		return s.Accounts.Passkeys(ctx, c.Pool, c.User, after, limit)
	}, func(k *store.Passkey) string { return k.ID })
	if err != nil {
		return nil, err
	}
	out := &api.ListWebAuthnCredentialsResponse{Credentials: []api.WebAuthnCredentialDescription{}, NextToken: next}
	for _, k := range passkeys {
		out.Credentials = append(out.Credentials, passkeyDescription(k))
	}
	return out, nil
}

func (s *Server) deleteWebAuthnCredential(ctx context.Context, c *Caller, in *api.DeleteWebAuthnCredentialRequest) (*api.DeleteWebAuthnCredentialResponse, error) {
	return &api.DeleteWebAuthnCredentialResponse{}, s.Accounts.DeletePasskey(ctx, c.Pool, c.User, in.CredentialID)
}

func passkeyDescription(k *store.Passkey) api.WebAuthnCredentialDescription {
	return api.WebAuthnCredentialDescription{
		CredentialID: k.ID, FriendlyCredentialName: k.Name, RelyingPartyID: k.RelyingPartyID,
		AuthenticatorAttachment: optional(k.Attachment), AuthenticatorTransports: k.Transports, CreatedAt: api.Time(k.CreatedAt),
	}
}
