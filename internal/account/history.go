package account

import (
	"context"
	"errors"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// A pool with a PasswordHistorySize refuses the present password and so many before
// it that both make up the size (reference: api-behaviour §9). Temporary passwords do
// not count: they are neither kept nor refused. The history is the store's, sealed; a
// password is compared with it before the transaction, because each comparison is a
// hash:
//
//	CheckHistory ──▶ transaction: still the password that was compared with?
//	                   KeepHistory, then the new password

// historySize is how many passwords can't be set again; 0 switches the rule off.
func historySize(p *userpool.Pool) int {
	if n := p.Settings.Policies.PasswordPolicy.PasswordHistorySize; n != nil {
		return *n
	}
	return 0
}

// temporary reports whether u's password is one that an administrator gave.
func temporary(u *userpool.User) bool { return u.Status == userpool.StatusForceChangePassword }

// CheckHistory refuses a password that u has already, or had not long ago. It is made
// before the transaction that sets the password, with u as it was read: the transaction
// must make sure that u's password is the same still. The fault is
// PasswordHistoryViolation.
//
// It costs up to PasswordHistorySize hashes, so it comes after whatever proves that
// the caller may set the password.
func (s *Service) CheckHistory(ctx context.Context, p *userpool.Pool, u *userpool.User, password string) error {
	left := historySize(p)
	if left == 0 {
		return nil
	}
	var past []userpool.Credential
	if !u.Credential.Empty() && !temporary(u) {
		past = append(past, u.Credential)
		left--
	}
	older, err := s.Users.PasswordHistory(ctx, p.ID, u.ID, left)
	if err != nil {
		return err
	}
	for _, c := range append(past, older...) {
		before := *u
		before.Credential = c
		if s.Passwords.Matches(ctx, p, &before, password) {
			return fault.New(fault.PasswordHistoryViolation, "Password has previously been used")
		}
	}
	return ctx.Err() // else the last checks may not have been made
}

// KeepHistory keeps the password that u has, in the transaction that replaces it and
// before u is changed. A temporary one is not kept, and in a pool without a history
// what is left of one goes.
func (s *Service) KeepHistory(ctx context.Context, tx store.Tx, p *userpool.Pool, u *userpool.User) error {
	if u.Credential.Empty() || temporary(u) {
		return nil
	}
	size := historySize(p)
	if size == 0 {
		if left, err := tx.PasswordHistory(ctx, p.ID, u.ID, 1); err != nil || len(left) == 0 {
			return err
		}
	}
	return tx.AddPasswordHistory(ctx, p.ID, u.ID, u.Credential, size)
}

// errOvertaken says that another password was set since the history was compared.
var errOvertaken = errors.New("account: another password was set meanwhile")

// rounds is how often an overtaken change of a password is tried.
const rounds = 3

// proposal is a password that somebody wants to have instead of the present one.
type proposal struct {
	password string
	// judge counts the attempt, unless that was done, and gives the fault that refuses it.
	judge func(tx store.Tx, u *userpool.User, counted bool) error
	// accept changes u, and what judge found, once nothing refuses any more.
	accept func(tx store.Tx, u *userpool.User) error
	// signUp is the entry of the sign-up that accept confirms; nil for none.
	signUp *activity.Event
}

// replacePassword carries out a proposal for was, whom the caller has read. In a pool
// with a history the attempt is judged in a transaction of its own before the dear
// comparison is made, and then once more.
func (s *Service) replacePassword(ctx context.Context, p *userpool.Pool, was *userpool.User, event *activity.Event, in proposal) error {
	credential, err := s.Passwords.Make(ctx, p, was, in.password)
	if err != nil {
		return err
	}
	if historySize(p) == 0 {
		return in.signUp.Within(ctx, recorder{s, event}, s.replacing(ctx, p, was, credential, in, false))
	}
	for round := range rounds {
		refused := s.attempt(ctx, func(tx store.Tx) error {
			u, err := tx.User(ctx, p.ID, was.ID)
			if err != nil {
				return err
			}
			return in.judge(tx, u, round > 0)
		})
		if refused == nil {
			refused = s.CheckHistory(ctx, p, was, in.password)
		}
		write := s.replacing(ctx, p, was, credential, in, true)
		if _, ok := errors.AsType[*fault.Error](refused); ok {
			write = func(store.Tx) error { return refused }
		} else if refused != nil {
			return refused
		}
		err = in.signUp.Within(ctx, recorder{s, event}, write)
		if !errors.Is(err, errOvertaken) {
			return err
		}
		if was, err = s.Users.User(ctx, p.ID, was.ID); err != nil {
			return err
		}
	}
	return errOvertaken
}

// replacing is the transaction that sets the password; counted says that the attempt
// was counted before, and compared with the history of the password that was has.
func (s *Service) replacing(ctx context.Context, p *userpool.Pool, was *userpool.User, c userpool.Credential, in proposal, counted bool) func(store.Tx) error {
	return func(tx store.Tx) error {
		u, err := tx.User(ctx, p.ID, was.ID)
		if err != nil {
			return err
		}
		if err := in.judge(tx, u, counted); err != nil {
			return err
		}
		if counted && !sameCredential(u.Credential, was.Credential) {
			return errOvertaken
		}
		if err := s.KeepHistory(ctx, tx, p, u); err != nil {
			return err
		}
		if err := in.accept(tx, u); err != nil {
			return err
		}
		if err := in.signUp.Save(ctx, tx, userpool.EventPass); err != nil {
			return err
		}
		u.Credential = c
		return s.save(ctx, tx, p, u)
	}
}
