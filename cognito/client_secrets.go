package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// listUserPoolClientSecrets names a client's secrets, without their values. There
// are at most two, so there is no second page, and no token for one.
func (s *Server) listUserPoolClientSecrets(ctx context.Context, p *userpool.Pool, in *api.ListUserPoolClientSecretsRequest) (*api.ListUserPoolClientSecretsResponse, error) {
	c, err := s.Directory.PoolClient(ctx, p, in.ClientID)
	if err != nil {
		return nil, err
	}
	secrets, next, err := page(s,
		listing{operation: "ListUserPoolClientSecrets", parameters: []string{p.ID, c.ID}, most: userpool.MaxClientSecrets, token: in.NextToken},
		func(string, int) ([]userpool.ClientSecret, error) { return c.Secrets, nil },
		func(secret userpool.ClientSecret) string { return secret.ID })
	if err != nil {
		return nil, err
	}
	out := &api.ListUserPoolClientSecretsResponse{ClientSecrets: make([]api.ClientSecretDescriptorType, len(secrets)), NextToken: next}
	for i, secret := range secrets {
		out.ClientSecrets[i] = *clientSecretType(secret)
	}
	return out, nil
}

// addUserPoolClientSecret shows the value once, and only if it was made here.
func (s *Server) addUserPoolClientSecret(ctx context.Context, p *userpool.Pool, in *api.AddUserPoolClientSecretRequest) (*api.AddUserPoolClientSecretResponse, error) {
	secret, err := s.Directory.AddClientSecret(ctx, p, in.ClientID, api.Str(in.ClientSecret))
	if err != nil {
		return nil, err
	}
	out := clientSecretType(secret)
	if in.ClientSecret == nil {
		out.ClientSecretValue = &secret.Value
	}
	return &api.AddUserPoolClientSecretResponse{ClientSecretDescriptor: out}, nil
}

func (s *Server) deleteUserPoolClientSecret(ctx context.Context, p *userpool.Pool, in *api.DeleteUserPoolClientSecretRequest) (*api.DeleteUserPoolClientSecretResponse, error) {
	return &api.DeleteUserPoolClientSecretResponse{}, s.Directory.DeleteClientSecret(ctx, p, in.ClientID, in.ClientSecretID)
}

// clientSecretType writes a secret without its value.
func clientSecretType(secret userpool.ClientSecret) *api.ClientSecretDescriptorType {
	return &api.ClientSecretDescriptorType{ClientSecretID: &secret.ID, ClientSecretCreateDate: api.Time(secret.CreatedAt)}
}
