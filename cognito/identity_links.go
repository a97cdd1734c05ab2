package cognito

import (
	"cmp"
	"context"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/userpool"
)

func (s *Server) identityLinkOperations() []operation {
	return []operation{
		inPool("AdminLinkProviderForUser", s.adminLinkProviderForUser),
		inPool("AdminDisableProviderForUser", s.adminDisableProviderForUser),
	}
}

// adminLinkProviderForUser links SourceUser, an identity at a provider, to
// DestinationUser, which is a user of the pool's own or one who came from a
// provider. The destination's attribute name is not looked at.
func (s *Server) adminLinkProviderForUser(ctx context.Context, p *userpool.Pool, in *api.AdminLinkProviderForUserRequest) (*api.AdminLinkProviderForUserResponse, error) {
	destination, source := identityOf(in.DestinationUser), identityOf(in.SourceUser)
	err := cmp.Or(
		given("DestinationUser.ProviderName", destination.Provider), given("DestinationUser.ProviderAttributeValue", destination.Value),
		given("SourceUser.ProviderName", source.Provider), given("SourceUser.ProviderAttributeName", source.Attribute),
		given("SourceUser.ProviderAttributeValue", source.Value),
	)
	if err != nil {
		return nil, err
	}
	u, err := s.destinationUser(ctx, p, destination)
	if err != nil {
		return nil, err
	}
	return &api.AdminLinkProviderForUserResponse{}, s.Directory.LinkIdentity(ctx, p, u.ID, source)
}

func (s *Server) destinationUser(ctx context.Context, p *userpool.Pool, d directory.Identity) (*userpool.User, error) {
	if d.Provider == userpool.LinkCognito {
		return s.Accounts.AdminGet(ctx, p, d.Value)
	}
	if _, err := s.Directory.Provider(ctx, p.ID, d.Provider); err != nil {
		return nil, err
	}
	return s.Directory.FederatedUser(ctx, p, d.Provider, d.Value)
}

// adminDisableProviderForUser ends one way of signing in: an identity's, or, for
// the provider Cognito, the password.
func (s *Server) adminDisableProviderForUser(ctx context.Context, p *userpool.Pool, in *api.AdminDisableProviderForUserRequest) (*api.AdminDisableProviderForUserResponse, error) {
	user := identityOf(in.User)
	user.Attribute = cmp.Or(user.Attribute, userpool.CognitoSubject)
	if err := cmp.Or(given("User.ProviderName", user.Provider), given("User.ProviderAttributeValue", user.Value)); err != nil {
		return nil, err
	}
	out := &api.AdminDisableProviderForUserResponse{}
	if user.Provider == userpool.LinkCognito {
		if user.Attribute != userpool.CognitoSubject {
			return nil, fault.New(fault.InvalidParameter, "ProviderAttributeName must be "+userpool.CognitoSubject+" for provider "+user.Provider+".")
		}
		return out, s.Accounts.AdminDisablePassword(ctx, p, user.Value)
	}
	return out, s.Directory.UnlinkIdentity(ctx, p, user)
}

func identityOf(in *api.ProviderUserIdentifierType) directory.Identity {
	return directory.Identity{
		Provider: api.Str(in.ProviderName), Attribute: api.Str(in.ProviderAttributeName), Value: api.Str(in.ProviderAttributeValue),
	}
}

// given refuses a member that has no value; the model lets it be absent.
func given(member, value string) error {
	if value == "" {
		return fault.ErrMissing(member)
	}
	return nil
}
