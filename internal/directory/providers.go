package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// An identity provider is a document, whose second name is its folded name: users
// that it makes are named after it, so in a pool that ignores case no two names
// may differ in case alone. Each of its identifiers is a document too, which makes
// them unique in the pool.
//
//	request ──▶ rules of the type ──▶ metadata, discovery, keys ──▶ transaction: name, identifiers,
//	            (userpool.Provider)    (resolve; network)            quota, clients of the provider

func noProvider(err error, name string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.Newf(fault.ResourceNotFound, "Identity provider %s does not exist.", name)
	}
	return err
}

func duplicateProvider(p *userpool.Pool, name string) *fault.Error {
	return fault.Newf(fault.DuplicateProvider, "%s already exists in user pool %s.", name, p.ID)
}

// providerOf reads a provider's document.
func providerOf(d *store.Document) (*userpool.Provider, error) {
	p := new(userpool.Provider)
	if err := json.Unmarshal(d.Data, p); err != nil {
		return nil, fmt.Errorf("directory: the provider %q of pool %s: %w", d.ID, d.PoolID, err)
	}
	p.PoolID, p.CreatedAt, p.UpdatedAt = d.PoolID, d.CreatedAt, d.UpdatedAt
	return p, nil
}

// providerDocument writes a provider's document.
func providerDocument(pool *userpool.Pool, p *userpool.Provider) (*store.Document, error) {
	data, err := json.Marshal(p)
	return &store.Document{
		PoolID: p.PoolID, Kind: store.KindIdentityProvider, ID: p.Name, Name: pool.Fold(p.Name), Data: data,
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}, err
}

// CreateProvider gives a pool an identity provider: n has a name, type, details,
// mapping and identifiers. Faults: InvalidParameter, DuplicateProvider,
// ResourceNotFound, LimitExceeded.
func (s *Service) CreateProvider(ctx context.Context, pool *userpool.Pool, n userpool.Provider) (*userpool.Provider, error) {
	n.PoolID, n.CreatedAt = pool.ID, s.now()
	n.UpdatedAt = n.CreatedAt
	n.Complete()
	if err := first(invalid(n.NameProblem()), invalid(n.Problem(pool, s.admits)), s.checkIdentifiers(&n)); err != nil {
		return nil, err
	}
	if _, err := s.Store.Document(ctx, pool.ID, store.KindIdentityProvider, n.Name); err == nil {
		return nil, duplicateProvider(pool, n.Name) // before anything is fetched
	}
	if err := s.resolve(ctx, &n); err != nil {
		return nil, err
	}
	d, err := providerDocument(pool, &n)
	if err != nil {
		return nil, err
	}
	return &n, s.change(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, pool.ID); err != nil { // also keeps two requests from passing the count together
			return noPool(err, pool.ID)
		}
		have, err := tx.CountDocuments(ctx, pool.ID, store.KindIdentityProvider)
		if err := first(err, s.limited(have, userpool.QuotaProviders, "identity providers per user pool")); err != nil {
			return err
		}
		if err := taken(tx.CreateDocument(ctx, d), duplicateProvider(pool, n.Name)); err != nil {
			return err
		}
		if err := s.addIdentifiers(ctx, tx, &n, n.Identifiers); err != nil {
			return err
		}
		return checkProviderClients(ctx, tx, &n)
	})
}

// checkIdentifiers holds the quota of identifiers; that none is another provider's
// the transaction finds out.
func (s *Service) checkIdentifiers(p *userpool.Provider) error {
	if most := s.Quotas.Of(userpool.QuotaIdentifiers); len(p.Identifiers) > most {
		return fault.ErrQuota(fault.InvalidParameter, most, "identifiers per identity provider")
	}
	return nil
}

func (s *Service) addIdentifiers(ctx context.Context, tx store.Tx, p *userpool.Provider, ids []string) error {
	for _, id := range ids {
		data, err := json.Marshal(p.Name)
		if err != nil {
			return err
		}
		err = tx.CreateDocument(ctx, &store.Document{
			PoolID: p.PoolID, Kind: store.KindProviderIdentifier, ID: id, Data: data, CreatedAt: p.UpdatedAt, UpdatedAt: p.UpdatedAt,
		})
		if err := taken(err, fault.Newf(fault.InvalidParameter, "Identity provider identifier %s already exists in user pool %s.", id, p.PoolID)); err != nil {
			return err
		}
	}
	return nil
}

func dropIdentifiers(ctx context.Context, tx store.Tx, poolID string, ids []string) error {
	for _, id := range ids {
		if err := tx.DeleteDocument(ctx, poolID, store.KindProviderIdentifier, id); err != nil {
			return err
		}
	}
	return nil
}

// Provider gives one identity provider. The fault is ResourceNotFound.
func (s *Service) Provider(ctx context.Context, poolID, name string) (*userpool.Provider, error) {
	p, err := cached(&s.snapshots.get().ofPool, listKey{poolID, "provider/" + name}, func() (*userpool.Provider, error) {
		d, err := s.Store.Document(ctx, poolID, store.KindIdentityProvider, name)
		if err != nil {
			return nil, err
		}
		return providerOf(d)
	})
	return p, noProvider(err, name)
}

// ProviderByIdentifier gives the provider with an identifier. The fault is
// ResourceNotFound.
func (s *Service) ProviderByIdentifier(ctx context.Context, poolID, identifier string) (*userpool.Provider, error) {
	name, err := cached(&s.snapshots.get().ofPool, listKey{poolID, "provider identifier/" + identifier}, func() (string, error) {
		var name string
		d, err := s.Store.Document(ctx, poolID, store.KindProviderIdentifier, identifier)
		if err != nil {
			return "", err
		}
		return name, json.Unmarshal(d.Data, &name)
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault.Newf(fault.ResourceNotFound, "Identity provider identifier %s does not exist.", identifier)
	} else if err != nil {
		return nil, err
	}
	return s.Provider(ctx, poolID, name)
}

// Providers gives all identity providers of a pool, by name.
func (s *Service) Providers(ctx context.Context, poolID string) ([]*userpool.Provider, error) {
	return cached(&s.snapshots.get().ofPool, listKey{poolID, "providers"}, func() ([]*userpool.Provider, error) {
		return all(func(after string, limit int) ([]*userpool.Provider, error) {
			return listProviders(ctx, s.Store, poolID, after, limit)
		}, func(p *userpool.Provider) string { return p.Name })
	})
}

// ListProviders gives a page of a pool's identity providers by name, behind after.
func (s *Service) ListProviders(ctx context.Context, pool *userpool.Pool, after string, limit int) ([]*userpool.Provider, error) {
	return listProviders(ctx, s.Store, pool.ID, after, limit)
}

func listProviders(ctx context.Context, from store.Documents, poolID, after string, limit int) ([]*userpool.Provider, error) {
	docs, err := from.ListDocuments(ctx, poolID, store.KindIdentityProvider, after, limit)
	if err != nil {
		return nil, err
	}
	list := make([]*userpool.Provider, len(docs))
	for i, d := range docs {
		if list[i], err = providerOf(d); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ProviderChange is what an update of a provider says; what is nil is kept. Empty
// lists and maps take away what was there.
type ProviderChange struct {
	Details     map[string]string
	Mapping     map[string]string
	Identifiers []string
}

// apply gives the provider with the change. Apple's private key isn't shown, so
// details that were read and changed don't have it: then the old one stays.
func (c *ProviderChange) apply(old *userpool.Provider) *userpool.Provider {
	p := *old
	if c.Details != nil {
		p.Details = maps.Clone(c.Details)
		if key := userpool.DetailPrivateKey; p.Details[key] == "" && old.Details[key] != "" {
			p.Details[key] = old.Details[key]
		}
	}
	if c.Mapping != nil {
		p.Mapping = c.Mapping
	}
	if c.Identifiers != nil {
		p.Identifiers = c.Identifiers
	}
	p.Complete()
	return &p
}

// UpdateProvider changes an identity provider. Metadata and discovery are fetched
// again when details are given. Faults: InvalidParameter, ResourceNotFound,
// ConcurrentModification.
func (s *Service) UpdateProvider(ctx context.Context, pool *userpool.Pool, name string, change ProviderChange) (*userpool.Provider, error) {
	d, err := s.Store.Document(ctx, pool.ID, store.KindIdentityProvider, name) // not the snapshot: it may be behind
	if err != nil {
		return nil, noProvider(err, name)
	}
	old, err := providerOf(d)
	if err != nil {
		return nil, err
	}
	p := change.apply(old)
	if err := first(invalid(p.Problem(pool, s.admits)), s.checkIdentifiers(p)); err != nil {
		return nil, err
	}
	if change.Details != nil {
		if err := s.resolve(ctx, p); err != nil {
			return nil, err
		}
	}
	p.UpdatedAt = s.now()
	return p, noProvider(s.change(ctx, func(tx store.Tx) error { return s.replaceProvider(ctx, tx, pool, old, p) }), name)
}

// replaceProvider writes p in the place of old, unless somebody was faster.
func (s *Service) replaceProvider(ctx context.Context, tx store.Tx, pool *userpool.Pool, old, p *userpool.Provider) error {
	d, err := tx.Document(ctx, pool.ID, store.KindIdentityProvider, p.Name)
	if err != nil {
		return err
	}
	now, err := providerOf(d)
	if err != nil {
		return err
	}
	if !now.UpdatedAt.Equal(old.UpdatedAt) {
		return fault.Newf(fault.ConcurrentModification, "Identity provider %s was changed by another request.", p.Name)
	}
	p.LinkAttributes = now.LinkAttributes
	if d, err = providerDocument(pool, p); err != nil {
		return err
	}
	if err := tx.UpdateDocument(ctx, d); err != nil {
		return err
	}
	kept := func(list []string) func(string) bool {
		return func(id string) bool { return slices.Contains(list, id) }
	}
	gone := slices.DeleteFunc(slices.Clone(now.Identifiers), kept(p.Identifiers))
	added := slices.DeleteFunc(slices.Clone(p.Identifiers), kept(now.Identifiers))
	return first(
		dropIdentifiers(ctx, tx, pool.ID, gone),
		s.addIdentifiers(ctx, tx, p, added),
		checkProviderClients(ctx, tx, p),
	)
}

// DeleteProvider deletes an identity provider with its identifiers. App clients
// keep its name, which means nothing then, and counts again when a provider of
// that name is made; so do users that came from it, and links. Faults:
// ResourceNotFound.
func (s *Service) DeleteProvider(ctx context.Context, pool *userpool.Pool, name string) error {
	return noProvider(s.change(ctx, func(tx store.Tx) error {
		d, err := tx.Document(ctx, pool.ID, store.KindIdentityProvider, name)
		if err != nil {
			return err
		}
		p, err := providerOf(d)
		if err != nil {
			return err
		}
		return first(
			dropIdentifiers(ctx, tx, pool.ID, p.Identifiers),
			tx.DeleteDocument(ctx, pool.ID, store.KindIdentityProvider, name),
		)
	}), name)
}

// providersOf gives the providers that a client lists, and the first name that no
// provider has, "" if there is none.
func providersOf(ctx context.Context, tx store.Tx, c *userpool.AppClient) (known []*userpool.Provider, unknown string, err error) {
	for _, name := range slices.Sorted(slices.Values(c.Settings.SupportedIdentityProviders)) { // one order, so that two requests don't wait for each other's rows
		if name == userpool.ProviderCognito {
			continue
		}
		d, err := tx.Document(ctx, c.PoolID, store.KindIdentityProvider, name)
		if errors.Is(err, store.ErrNotFound) {
			unknown = cmp.Or(unknown, name)
			continue
		} else if err != nil {
			return nil, "", err
		}
		p, err := providerOf(d)
		if err != nil {
			return nil, "", err
		}
		known = append(known, p)
	}
	return known, unknown, nil
}

// checkClientProviders checks the providers that a client is to have.
func checkClientProviders(ctx context.Context, tx store.Tx, c *userpool.AppClient) error {
	known, unknown, err := providersOf(ctx, tx, c)
	switch {
	case err != nil:
		return err
	case unknown != "":
		return invalid("The provider " + unknown + " does not exist for User Pool " + c.PoolID + ".")
	}
	return unmixed(c, known)
}

// unmixed refuses a client with a provider that sends users here unasked beside
// others than SAML ones (reference: hosted-ui-and-oauth §10.4).
func unmixed(c *userpool.AppClient, providers []*userpool.Provider) error {
	other := slices.Contains(c.Settings.SupportedIdentityProviders, userpool.ProviderCognito)
	initiating := ""
	for _, p := range providers {
		other = other || p.Type != userpool.ProviderSAML
		if p.InitiatesSignIn() {
			initiating = p.Name
		}
	}
	if initiating != "" && other {
		return invalid("An app client of " + initiating + ", which has IDPInit, can only have SAML identity providers.")
	}
	return nil
}

// checkProviderClients checks a provider that may now send users here unasked
// against the clients that list it.
func checkProviderClients(ctx context.Context, tx store.Tx, p *userpool.Provider) error {
	if !p.InitiatesSignIn() {
		return nil
	}
	clients, err := all(func(after string, limit int) ([]*userpool.AppClient, error) {
		return tx.ListClients(ctx, p.PoolID, after, limit)
	}, func(c *userpool.AppClient) string { return c.ID })
	if err != nil {
		return err
	}
	for _, c := range clients {
		if !slices.Contains(c.Settings.SupportedIdentityProviders, p.Name) {
			continue
		}
		known, _, err := providersOf(ctx, tx, c)
		if err := first(err, unmixed(c, known)); err != nil {
			return err
		}
	}
	return nil
}
