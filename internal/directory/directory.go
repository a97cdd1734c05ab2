// Package directory is what administrators configure: pools, app clients, groups
// and their members, domains, resource servers. It holds the rules of changing
// them, and the snapshot in memory that every request reads them from.
//
//	request ──▶ Pool, Client, Groups … ──▶ snapshot ──(not there yet)──▶ store
//	administrator ──▶ CreatePool, UpdateClient … ──▶ rules ──▶ transaction ──▶ snapshot dropped
//	another node's change ──▶ ConfigVersion, asked twice a second by Watch ──▶ snapshot dropped
//
// Rules that one value can break alone are checked before the transaction; rules
// about what else there is (names taken, quotas, versions) inside it. Texts are
// the service's (reference: api-behaviour §4, §5, §13, §20, §21.1).
package directory

import (
	"context"
	"crypto/rsa"
	"errors"
	"io"
	"time"

	"idpond/internal/fault"
	"idpond/internal/outbound"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Store is what the directory reads and writes.
type Store interface {
	store.Config
	store.Users
	store.Writer
}

// Service is the directory. Its fields are set once, before use.
type Service struct {
	Store     Store
	Now       func() time.Time
	Rand      io.Reader
	AccountID string // 12 digits
	Quotas    userpool.Quotas
	// Outbound guards calls to addresses that administrators write down; nil allows
	// https to public addresses.
	Outbound *outbound.Guard
	// NewKey gives RSA keys of 2048 bits; nil makes each one when it is needed.
	NewKey func(context.Context) (*rsa.PrivateKey, error)
	// Deleted, if set, is told the id of a pool that was deleted, for what else is
	// kept of it in memory.
	Deleted func(poolID string)

	snapshots snapshots
	decoding  turns
}

func noPool(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.ErrNoPool(id)
	}
	return err
}

func noClient(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.ErrNoClient(id)
	}
	return err
}

// invalid is the fault of a broken rule; no problem is no fault.
func invalid(problem string) error {
	if problem == "" {
		return nil
	}
	return fault.New(fault.InvalidParameter, problem)
}

// limited is the fault of a full quota.
func (s *Service) limited(have int, quota userpool.Quota, what string) error {
	limit := s.Quotas.Of(quota)
	if have < limit {
		return nil
	}
	return fault.ErrQuota(fault.LimitExceeded, limit, what)
}

// first gives the first error that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// now is the present as it is stored.
func (s *Service) now() time.Time { return store.Time(s.Now()) }

// taken turns the store's answer for a key that is taken into f.
func taken(err error, f *fault.Error) error {
	if errors.Is(err, store.ErrExists) {
		return f
	}
	return err
}
