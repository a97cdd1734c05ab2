// Package account is what happens to one user's account outside a sign-in:
// creation, confirmation, attributes, passwords, recovery, deletion. The JSON API
// and the hosted pages call the same methods, so every rule is here once.
//
// An operation goes the same way each time:
//
//	rules that need no user ──▶ find the user ──▶ hash, make codes ──▶ transaction ──▶ send
//	 (client, policy, schema)    or pretend to     (nothing stored)     count, check,    the code
//	                                                                    write            leaves
//
// Hashing stands before the transaction and sending behind it, so a transaction
// never waits. In the transaction an attempt is counted first and judged then; a
// refusal leaves the count behind (see attempt). Unknown users are answered as
// the client wishes: with the truth, or as if they were there (unknown.go).
//
// Every operation has one place for its triggers: before the transaction for
// those that may refuse (pre sign-up), in deliver for those that write messages,
// and behind the transaction for those that are told (post confirmation).
package account

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/seal"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Service carries out account operations. Its fields are set once, before use.
type Service struct {
	Users     store.Users
	Writer    store.Writer
	Passwords *Passwords
	Messages  *message.Sender
	Keys      *seal.Keyring
	Quotas    userpool.Quotas
	Now       func() time.Time
	Rand      io.Reader // crypto/rand.Reader; safe for concurrent use
	Log       *slog.Logger
	Activity  *activity.Recorder // nil: no history is kept
	Risk      Risk               // nil: nobody is judged
	// Domains and PagesHost, the host name of the pages, tell the relying party of a pool
	// that has set none; nil and "": such a pool has none.
	Domains   Domains
	PagesHost string
}

// Find finds a user by username, sub or active alias. The error is
// store.ErrNotFound when there is none: only the operation knows what to say then.
//
// A name in the form of a sub is a sub first, so that nobody can put an account
// before another's by taking its sub as username.
func (s *Service) Find(ctx context.Context, p *userpool.Pool, name string) (*userpool.User, error) {
	if len(name) == subLength {
		u, err := s.Users.User(ctx, p.ID, name)
		if !errors.Is(err, store.ErrNotFound) {
			return u, err
		}
	}
	return s.Users.FindUser(ctx, p.ID, p.LookupNames(name))
}

// adminFind is Find for an administrator, who is told the truth.
func (s *Service) adminFind(ctx context.Context, p *userpool.Pool, name string) (*userpool.User, error) {
	u, err := s.Find(ctx, p, name)
	return u, unknownToAdmin(err)
}

// unknownToAdmin says to an administrator, or to the user's own token, that a
// user is not there (any more).
func unknownToAdmin(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.ErrNoUser().Because(err)
	}
	return err
}

// attempt runs f in a transaction. A fault that f returns is its outcome and not
// an error of the transaction: what f has written until then, the counts of
// attempts, stays. So f refuses before it writes anything else.
func (s *Service) attempt(ctx context.Context, f func(store.Tx) error) error {
	var refused *fault.Error
	err := s.Writer.Write(ctx, func(tx store.Tx) error {
		refused = nil
		err := f(tx)
		if fe, ok := errors.AsType[*fault.Error](err); ok {
			refused = fe
			return nil
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case refused != nil:
		return refused
	}
	return nil
}

// update changes one user in a transaction and gives the user as written. A fault
// from change undoes everything.
func (s *Service) update(ctx context.Context, p *userpool.Pool, id string, change func(store.Tx, *userpool.User) error) (*userpool.User, error) {
	return s.updateThrough(ctx, s.Writer, p, id, change)
}

// updateThrough is update with the transactions of w.
func (s *Service) updateThrough(ctx context.Context, w store.Writer, p *userpool.Pool, id string, change func(store.Tx, *userpool.User) error) (*userpool.User, error) {
	var u *userpool.User
	err := w.Write(ctx, func(tx store.Tx) (err error) {
		if u, err = tx.User(ctx, p.ID, id); err != nil {
			return err
		}
		if err := change(tx, u); err != nil {
			return err
		}
		return s.save(ctx, tx, p, u)
	})
	if err != nil {
		return nil, unknownToAdmin(AliasTaken(err))
	}
	return u, nil
}

// save writes u with the names that it owns now.
func (s *Service) save(ctx context.Context, tx store.Tx, p *userpool.Pool, u *userpool.User) error {
	u.Names, u.UpdatedAt = p.SignInNames(u), s.Now()
	return tx.UpdateUser(ctx, u)
}

// AliasTaken says AliasExists where a user would get a name that belongs to somebody
// else, and nothing of other errors.
func AliasTaken(err error) error {
	if taken, ok := errors.AsType[*store.NameTakenError](err); ok {
		return exists(fault.AliasExists, taken.Name.Kind)
	}
	return err
}

func exists(code fault.Code, kind userpool.NameKind) *fault.Error {
	return fault.Newf(code, "An account with the given %s already exists.", kind).About(string(kind))
}

// claimAliases looks whether the aliases that u has now are free, in the
// transaction that will write them. A taken one is refused, or with force taken
// from its owner, whose attribute is then no longer verified (reference:
// api-behaviour §7). Only verified addresses can move.
func (s *Service) claimAliases(ctx context.Context, tx store.Tx, p *userpool.Pool, u *userpool.User, force bool) error {
	type loss struct {
		owner *userpool.User
		kind  userpool.NameKind
	}
	var losses []loss
	for _, name := range p.SignInNames(u)[1:] {
		owner, err := tx.FindUser(ctx, p.ID, []userpool.SignInName{name})
		switch {
		case errors.Is(err, store.ErrNotFound) || err == nil && owner.ID == u.ID:
			continue
		case err != nil:
			return err
		case !force || name.Kind == userpool.NamePreferredUsername || len(p.Settings.UsernameAttributes) > 0:
			return exists(fault.AliasExists, name.Kind)
		}
		losses = append(losses, loss{owner, name.Kind})
	}
	for _, l := range losses {
		owner, err := tx.User(ctx, p.ID, l.owner.ID) // again: two of the names may be one user's
		if err != nil {
			return err
		}
		owner.Attributes[userpool.VerifiedName(string(l.kind))] = "false"
		if err := s.save(ctx, tx, p, owner); err != nil {
			return err
		}
	}
	return nil
}

func invalid(sentence string) *fault.Error { return fault.New(fault.InvalidParameter, sentence) }
