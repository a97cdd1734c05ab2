package directory

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// pollEvery is how often a node looks whether another one changed something.
const pollEvery = 500 * time.Millisecond

// snapshot holds what has been read of the configuration since it last changed.
// It is filled on demand, an entry at a time, and thrown away whole: a change of
// configuration is rare, and a read of it is on every request's path.
//
// An entry that was being read while the snapshot was thrown away lands in the old
// one, which nobody asks any more.
type snapshot struct {
	pools   sync.Map // id → *userpool.Pool
	clients sync.Map // client id → *userpool.AppClient
	domains sync.Map // name → *userpool.Domain
	ofPool  sync.Map // listKey → what was listed
}

// listKey names a list of everything of one kind in a pool.
type listKey struct{ pool, kind string }

// snapshots swaps the snapshot in use.
type snapshots struct {
	current atomic.Pointer[snapshot]
	version atomic.Int64 // ConfigVersion that was last seen
}

func (s *snapshots) get() *snapshot {
	if now := s.current.Load(); now != nil {
		return now
	}
	s.current.CompareAndSwap(nil, new(snapshot))
	return s.current.Load()
}

func (s *snapshots) drop() { s.current.Store(new(snapshot)) }

// cached gives the entry of m under key, or reads and keeps it. Errors are not
// kept: who asks for what doesn't exist must not be able to fill the memory.
func cached[K comparable, V any](m *sync.Map, key K, read func() (V, error)) (V, error) {
	if v, ok := m.Load(key); ok {
		return v.(V), nil
	}
	v, err := read()
	if err == nil {
		m.Store(key, v)
	}
	return v, err
}

// readAtOnce is how many items of a list are read in one query.
const readAtOnce = 1000

// all reads a whole list: quotas can be lowered below what there is, so no quota
// says how long it can be. read gives at most limit items behind the key after.
func all[T any](read func(after string, limit int) ([]T, error), keyOf func(T) string) ([]T, error) {
	var list []T
	for after := ""; ; {
		some, err := read(after, readAtOnce)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
		if len(some) < readAtOnce {
			return list, nil
		}
		after = keyOf(some[len(some)-1])
	}
}

// Watch drops the snapshot when another node has changed the configuration, until
// ctx ends. A database that can't be asked leaves the snapshot as it is.
func (s *Service) Watch(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		version, err := s.Store.ConfigVersion(ctx)
		if err != nil {
			continue
		}
		if s.snapshots.version.Swap(version) != version {
			s.snapshots.drop()
		}
	}
}

// change runs a transaction that changes configuration, and drops the snapshot.
func (s *Service) change(ctx context.Context, f func(store.Tx) error) error {
	defer s.snapshots.drop()
	return s.Store.Write(ctx, f)
}

// Pool gives a pool. What the reads of this package give is shared: never change it.
// The fault is ResourceNotFound.
func (s *Service) Pool(ctx context.Context, id string) (*userpool.Pool, error) {
	p, err := cached(&s.snapshots.get().pools, id, func() (*userpool.Pool, error) { return s.Store.Pool(ctx, id) })
	return p, noPool(err, id)
}

// Client gives an app client and its pool. The fault is ResourceNotFound.
func (s *Service) Client(ctx context.Context, id string) (*userpool.Pool, *userpool.AppClient, error) {
	c, err := cached(&s.snapshots.get().clients, id, func() (*userpool.AppClient, error) { return s.Store.Client(ctx, id) })
	if err != nil {
		return nil, nil, noClient(err, id)
	}
	p, err := s.Pool(ctx, c.PoolID)
	if err != nil {
		return nil, nil, err
	}
	return p, c, nil
}

// PoolClient gives an app client of the given pool; a client of another pool is as
// unknown as none.
func (s *Service) PoolClient(ctx context.Context, pool *userpool.Pool, id string) (*userpool.AppClient, error) {
	_, c, err := s.Client(ctx, id)
	if err == nil && c.PoolID != pool.ID {
		err = noClient(store.ErrNotFound, id)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Domain gives a domain by its prefix or host name, or store.ErrNotFound.
func (s *Service) Domain(ctx context.Context, name string) (*userpool.Domain, error) {
	return cached(&s.snapshots.get().domains, name, func() (*userpool.Domain, error) { return s.Store.Domain(ctx, name) })
}

// PoolDomains gives the domains of a pool: at most one prefix and one custom one.
func (s *Service) PoolDomains(ctx context.Context, poolID string) ([]*userpool.Domain, error) {
	return cached(&s.snapshots.get().ofPool, listKey{poolID, "domains"}, func() ([]*userpool.Domain, error) {
		return s.Store.PoolDomains(ctx, poolID)
	})
}

// ResourceServers gives all resource servers of a pool, by identifier.
func (s *Service) ResourceServers(ctx context.Context, poolID string) ([]*userpool.ResourceServer, error) {
	return cached(&s.snapshots.get().ofPool, listKey{poolID, "resource servers"}, func() ([]*userpool.ResourceServer, error) {
		return allResourceServers(ctx, s.Store, poolID)
	})
}

func allResourceServers(ctx context.Context, from store.Config, poolID string) ([]*userpool.ResourceServer, error) {
	return all(func(after string, limit int) ([]*userpool.ResourceServer, error) {
		return from.ListResourceServers(ctx, poolID, after, limit)
	}, func(r *userpool.ResourceServer) string { return r.Identifier })
}

const groupsOfPool = "groups" // kind of a listKey

// Groups gives all groups of a pool by name.
func (s *Service) Groups(ctx context.Context, poolID string) (map[string]*userpool.Group, error) {
	return cached(&s.snapshots.get().ofPool, listKey{poolID, groupsOfPool}, func() (map[string]*userpool.Group, error) {
		list, err := all(func(after string, limit int) ([]*userpool.Group, error) {
			return s.Store.ListGroups(ctx, poolID, after, limit)
		}, func(g *userpool.Group) string { return g.Name })
		groups := make(map[string]*userpool.Group, len(list))
		for _, g := range list {
			groups[g.Name] = g
		}
		return groups, err
	})
}

// PoolByHost gives the pool whose pages a host name (without port) serves: a
// custom domain, or {prefix}.auth.{anything}. The error is store.ErrNotFound when
// there is none.
func (s *Service) PoolByHost(ctx context.Context, host string) (*userpool.Pool, *userpool.Domain, error) {
	for i, name := range userpool.HostDomains(host) {
		d, err := s.Domain(ctx, name)
		if errors.Is(err, store.ErrNotFound) || err == nil && d.Custom() != (i == 0) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		p, err := s.Pool(ctx, d.PoolID)
		return p, d, err
	}
	return nil, nil, store.ErrNotFound
}
