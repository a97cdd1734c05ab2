package directory

import (
	"context"
	"errors"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// A link lets an identity at a provider sign in as a user that is there already.
// It is kept twice: as a row that finds the user, and in the user's own row, which
// tells what the attribute identities shows. Links are made here and not in package
// account, because the provider's mapping and quotas decide about them, and because
// the provider remembers by which attributes its users are linked.

// Identity names an identity at a provider, in a link.
type Identity struct {
	Provider  string
	Attribute string // userpool.CognitoSubject, or a pool attribute that is mapped
	Value     string
}

func (i Identity) link(poolID, userID string) store.IdentityLink {
	return store.IdentityLink{PoolID: poolID, Provider: i.Provider, Attribute: i.Attribute, Value: i.Value, UserID: userID}
}

func noUser(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.ErrNoUser()
	}
	return err
}

// FederatedUser gives the user that came from a provider with an id there. The
// fault is UserNotFound.
func (s *Service) FederatedUser(ctx context.Context, pool *userpool.Pool, provider, subject string) (*userpool.User, error) {
	u, err := federatedUser(ctx, s.Store, pool, provider, subject)
	return u, noUser(err)
}

func federatedUser(ctx context.Context, from store.Users, pool *userpool.Pool, provider, subject string) (*userpool.User, error) {
	name := pool.Fold(userpool.ProviderUsername(provider, subject))
	u, err := from.FindUser(ctx, pool.ID, []userpool.SignInName{{Kind: userpool.NameUsername, Value: name}})
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(u.Identities, func(i userpool.Identity) bool {
		return i.Primary && i.ProviderName == provider && i.UserID == subject
	}) {
		return nil, store.ErrNotFound // a user of the pool's own who is named so
	}
	return u, nil
}

// LinkIdentity lets an identity sign in as a user. Faults: InvalidParameter,
// ResourceNotFound, UserNotFound, LimitExceeded.
func (s *Service) LinkIdentity(ctx context.Context, pool *userpool.Pool, userID string, source Identity) error {
	if source.Provider == userpool.LinkCognito || source.Provider == userpool.ProviderCognito {
		return invalid("Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser")
	}
	err := s.change(ctx, func(tx store.Tx) error {
		p, err := s.linkedBy(ctx, tx, pool, source)
		if err != nil {
			return err
		}
		_, err = federatedUser(ctx, tx, pool, source.Provider, source.Value)
		switch {
		case err == nil && source.Attribute == userpool.CognitoSubject:
			return invalid("Merging is not currently supported, provide a SourceUser that has not been signed up in order to link")
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		}
		u, err := tx.User(ctx, pool.ID, userID)
		if err != nil {
			return noUser(err)
		}
		if name := u.FixedAttribute(pool); name != "" {
			return invalid("Invalid DestinationUser: the attribute " + name + " of the user cannot be changed, so the user cannot be linked.")
		}
		err = tx.CreateLink(ctx, source.link(pool.ID, userID))
		if err := taken(err, fault.New(fault.InvalidParameter, "SourceUser is already linked to DestinationUser")); err != nil {
			return noUser(err)
		}
		if err := s.limited(u.Linked(), userpool.QuotaLinks, "linked identities per user"); err != nil {
			return err
		}
		u.Identities = append(slices.Clone(u.Identities), userpool.Identity{
			UserID: source.Value, ProviderName: p.Name, ProviderType: string(p.Type), Issuer: p.EntityID, DateCreated: s.Now().UnixMilli(),
		})
		u.UpdatedAt = s.now()
		return tx.UpdateUser(ctx, u)
	})
	return noProvider(err, source.Provider)
}

// linkedBy gives the provider of an identity, and notes the attribute that the
// identity is linked by.
func (s *Service) linkedBy(ctx context.Context, tx store.Tx, pool *userpool.Pool, source Identity) (*userpool.Provider, error) {
	d, err := tx.Document(ctx, pool.ID, store.KindIdentityProvider, source.Provider)
	if err != nil {
		return nil, err
	}
	p, err := providerOf(d)
	if err != nil {
		return nil, err
	}
	if err := invalid(p.LinkProblem(source.Attribute)); err != nil {
		return nil, err
	}
	if source.Attribute == userpool.CognitoSubject || slices.Contains(p.LinkAttributes, source.Attribute) {
		return p, nil
	}
	p.LinkAttributes = append(p.LinkAttributes, source.Attribute)
	if d, err = providerDocument(pool, p); err != nil {
		return nil, err
	}
	return p, tx.UpdateDocument(ctx, d)
}

// UnlinkIdentity ends a link, or, where the identity is not linked, takes it from the
// user that came from it. All that sign-ins gave out to the user ends too: nothing says
// which of them the identity made. Faults: UserNotFound, ResourceNotFound.
func (s *Service) UnlinkIdentity(ctx context.Context, pool *userpool.Pool, source Identity) error {
	if _, err := s.Provider(ctx, pool.ID, source.Provider); err != nil {
		return err
	}
	return noUser(s.Store.Write(ctx, func(tx store.Tx) error {
		u, err := tx.LinkedUser(ctx, pool.ID, source.Provider, source.Attribute, source.Value)
		linked := err == nil
		if errors.Is(err, store.ErrNotFound) && source.Attribute == userpool.CognitoSubject {
			u, err = federatedUser(ctx, tx, pool, source.Provider, source.Value)
		}
		if err != nil {
			return err
		}
		u.DropIdentity(source.Provider, source.Value, !linked)
		u.UpdatedAt = s.now()
		if err := tx.UpdateUser(ctx, u); err != nil {
			return err
		}
		if linked {
			if err := tx.DeleteLink(ctx, source.link(pool.ID, u.ID)); err != nil {
				return err
			}
		}
		return tx.EndSignIns(ctx, pool.ID, u.ID, s.Now())
	}))
}
