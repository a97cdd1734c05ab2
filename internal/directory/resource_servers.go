package directory

import (
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func noResourceServer(err error, identifier string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.Newf(fault.ResourceNotFound, "Resource server %s does not exist.", identifier)
	}
	return err
}

// checkResourceServer refuses two scopes of one name.
func checkResourceServer(r *userpool.ResourceServer) error {
	seen := map[string]bool{}
	for _, scope := range r.Scopes {
		if seen[scope.ScopeName] {
			return invalid("Scope " + scope.ScopeName + " is given more than once.")
		}
		seen[scope.ScopeName] = true
	}
	return nil
}

// CreateResourceServer makes a resource server in a pool.
func (s *Service) CreateResourceServer(ctx context.Context, p *userpool.Pool, r userpool.ResourceServer) (*userpool.ResourceServer, error) {
	r.PoolID = p.ID
	if err := checkResourceServer(&r); err != nil {
		return nil, err
	}
	err := s.change(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, p.ID); err != nil { // also keeps two requests from passing the count together
			return noPool(err, p.ID)
		}
		have, err := tx.CountResourceServers(ctx, p.ID)
		if err := first(err, s.limited(have, userpool.QuotaResourceServers, "resource servers per user pool")); err != nil {
			return err
		}
		return tx.CreateResourceServer(ctx, &r)
	})
	return &r, taken(err, fault.Newf(fault.InvalidParameter, "%s already exists in user pool %s.", r.Identifier, p.ID))
}

// ResourceServer gives one resource server.
func (s *Service) ResourceServer(ctx context.Context, p *userpool.Pool, identifier string) (*userpool.ResourceServer, error) {
	r, err := s.Store.ResourceServer(ctx, p.ID, identifier)
	return r, noResourceServer(err, identifier)
}

// UpdateResourceServer replaces a resource server's name and scopes.
func (s *Service) UpdateResourceServer(ctx context.Context, p *userpool.Pool, r userpool.ResourceServer) (*userpool.ResourceServer, error) {
	r.PoolID = p.ID
	if err := checkResourceServer(&r); err != nil {
		return nil, err
	}
	err := s.change(ctx, func(tx store.Tx) error { return tx.UpdateResourceServer(ctx, &r) })
	return &r, noResourceServer(err, r.Identifier)
}

// DeleteResourceServer deletes a resource server. Its scopes stay listed at app
// clients and mean nothing any more.
func (s *Service) DeleteResourceServer(ctx context.Context, p *userpool.Pool, identifier string) error {
	return noResourceServer(s.change(ctx, func(tx store.Tx) error {
		return tx.DeleteResourceServer(ctx, p.ID, identifier)
	}), identifier)
}

// ListResourceServers gives a page of a pool's resource servers by identifier, behind after.
func (s *Service) ListResourceServers(ctx context.Context, p *userpool.Pool, after string, limit int) ([]*userpool.ResourceServer, error) {
	return s.Store.ListResourceServers(ctx, p.ID, after, limit)
}
