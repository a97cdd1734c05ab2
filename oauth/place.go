package oauth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// place is the address that a request came to: a pool's own host, or the plain
// host that all pools share.
type place struct {
	domain *userpool.Domain // of the host; nil on the plain host
}

// placeOf tells from r's Host header whose address was called. The plain host, and
// addresses without a name, are told without a look at the database.
func (s *Server) placeOf(r *http.Request) (place, error) {
	host := strings.ToLower((&url.URL{Host: r.Host}).Hostname())
	if host == strings.ToLower(s.PublicURL.Hostname()) || host == "localhost" || net.ParseIP(host) != nil {
		return place{}, nil
	}
	_, domain, err := s.Directory.PoolByHost(r.Context(), host)
	if errors.Is(err, store.ErrNotFound) {
		return place{}, nil
	}
	return place{domain: domain}, err
}

// clientAt finds a client by id as it is known at a place: on a pool's own host
// the clients of other pools don't exist. The fault is ResourceNotFound.
func (s *Server) clientAt(ctx context.Context, at place, id string) (*userpool.Pool, *userpool.AppClient, error) {
	pool, client, err := s.Directory.Client(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if !at.serves(pool.ID) {
		return nil, nil, fault.ErrNoClient(id)
	}
	return pool, client, nil
}

func (at place) serves(poolID string) bool { return at.domain == nil || at.domain.PoolID == poolID }

// pagesVersion is 1 for classic pages, 2 for managed login. It belongs to the
// domain; on the plain host the pool's domain decides, and a pool without one
// has version 2, which can do more.
func (s *Server) pagesVersion(ctx context.Context, at place, pool *userpool.Pool) (int, error) {
	if at.domain != nil {
		return at.domain.ManagedLoginVersion, nil
	}
	domains, err := s.Directory.PoolDomains(ctx, pool.ID)
	if err != nil {
		return 0, err
	}
	version := 2
	for _, d := range domains {
		version = min(version, d.ManagedLoginVersion)
	}
	return version, nil
}

// Client finds an app client where r was sent, for pages that an authorization
// request does not lead to. The fault is ResourceNotFound.
func (s *Server) Client(r *http.Request, id string) (*userpool.Pool, *userpool.AppClient, error) {
	at, err := s.placeOf(r)
	if err != nil {
		return nil, nil, err
	}
	return s.clientAt(r.Context(), at, id)
}
