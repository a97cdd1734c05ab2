package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/userpool"
)

func (s *Server) identityProviderOperations() []operation {
	return []operation{
		inPool("CreateIdentityProvider", s.createIdentityProvider),
		inPool("DescribeIdentityProvider", s.describeIdentityProvider),
		inPool("UpdateIdentityProvider", s.updateIdentityProvider),
		inPool("DeleteIdentityProvider", s.deleteIdentityProvider),
		inPool("ListIdentityProviders", s.listIdentityProviders),
		inPool("GetIdentityProviderByIdentifier", s.getIdentityProviderByIdentifier),
		inPool("GetSigningCertificate", s.getSigningCertificate),
	}
}

func (s *Server) createIdentityProvider(ctx context.Context, p *userpool.Pool, in *api.CreateIdentityProviderRequest) (*api.CreateIdentityProviderResponse, error) {
	made, err := s.Directory.CreateProvider(ctx, p, userpool.Provider{
		Name: in.ProviderName, Type: userpool.ProviderType(in.ProviderType),
		Details: in.ProviderDetails, Mapping: in.AttributeMapping, Identifiers: in.IdpIdentifiers,
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateIdentityProviderResponse{IdentityProvider: identityProviderType(made)}, nil
}

func (s *Server) describeIdentityProvider(ctx context.Context, p *userpool.Pool, in *api.DescribeIdentityProviderRequest) (*api.DescribeIdentityProviderResponse, error) {
	found, err := s.Directory.Provider(ctx, p.ID, in.ProviderName)
	if err != nil {
		return nil, err
	}
	return &api.DescribeIdentityProviderResponse{IdentityProvider: identityProviderType(found)}, nil
}

// updateIdentityProvider replaces each member that the request has, whole.
func (s *Server) updateIdentityProvider(ctx context.Context, p *userpool.Pool, in *api.UpdateIdentityProviderRequest) (*api.UpdateIdentityProviderResponse, error) {
	changed, err := s.Directory.UpdateProvider(ctx, p, in.ProviderName, directory.ProviderChange{
		Details: in.ProviderDetails, Mapping: in.AttributeMapping, Identifiers: in.IdpIdentifiers,
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateIdentityProviderResponse{IdentityProvider: identityProviderType(changed)}, nil
}

func (s *Server) deleteIdentityProvider(ctx context.Context, p *userpool.Pool, in *api.DeleteIdentityProviderRequest) (*api.None, error) {
	return nil, s.Directory.DeleteProvider(ctx, p, in.ProviderName)
}

func (s *Server) listIdentityProviders(ctx context.Context, p *userpool.Pool, in *api.ListIdentityProvidersRequest) (*api.ListIdentityProvidersResponse, error) {
	providers, next, err := page(s,
		listing{operation: "ListIdentityProviders", parameters: []string{p.ID}, limit: in.MaxResults, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.Provider, error) {
			return s.Directory.ListProviders(ctx, p, after, limit)
		},
		func(p *userpool.Provider) string { return p.Name })
	if err != nil {
		return nil, err
	}
	out := &api.ListIdentityProvidersResponse{Providers: make([]api.ProviderDescription, len(providers)), NextToken: next}
	for i, p := range providers {
		out.Providers[i] = api.ProviderDescription{
			ProviderName: &p.Name, ProviderType: new(string(p.Type)), CreationDate: api.Time(p.CreatedAt), LastModifiedDate: api.Time(p.UpdatedAt),
		}
	}
	return out, nil
}

func (s *Server) getIdentityProviderByIdentifier(ctx context.Context, p *userpool.Pool, in *api.GetIdentityProviderByIdentifierRequest) (*api.GetIdentityProviderByIdentifierResponse, error) {
	found, err := s.Directory.ProviderByIdentifier(ctx, p.ID, in.IdpIdentifier)
	if err != nil {
		return nil, err
	}
	return &api.GetIdentityProviderByIdentifierResponse{IdentityProvider: identityProviderType(found)}, nil
}

func (s *Server) getSigningCertificate(ctx context.Context, p *userpool.Pool, _ *api.GetSigningCertificateRequest) (*api.GetSigningCertificateResponse, error) {
	key, err := s.Directory.SigningKey(ctx, p)
	if err != nil {
		return nil, err
	}
	return &api.GetSigningCertificateResponse{Certificate: new(key.Text())}, nil
}

// identityProviderType writes a provider. A mapping and identifiers that are not
// there are left out.
func identityProviderType(p *userpool.Provider) *api.IdentityProviderType {
	return &api.IdentityProviderType{
		UserPoolID: &p.PoolID, ProviderName: &p.Name, ProviderType: new(string(p.Type)), ProviderDetails: p.Shown(),
		AttributeMapping: p.Mapping, IdpIdentifiers: p.Identifiers, CreationDate: api.Time(p.CreatedAt), LastModifiedDate: api.Time(p.UpdatedAt),
	}
}
