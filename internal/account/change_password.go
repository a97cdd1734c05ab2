package account

import (
	"bytes"
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// ChangePassword replaces the password of a signed-in user who knows the present
// one; previous may be "" only for users without a password. Tokens stay valid.
// Faults: InvalidPassword, LimitExceeded, NotAuthorized, InvalidParameter,
// PasswordHistoryViolation.
//
// Both passwords are computed before the attempt is counted, and what the
// comparison gave is told only if the count allows it: many guesses at once are
// many counted guesses.
func (s *Service) ChangePassword(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User, previous, proposed string) error {
	if err := Conforms(p, proposed); err != nil {
		return err
	}
	if previous == "" && !u.Credential.Empty() {
		return fault.ErrMissing("PreviousPassword")
	}
	right := u.Credential.Empty() || s.Passwords.Matches(ctx, p, u, previous)
	event := s.Activity.Begin(ctx, subject(p, c, u), userpool.EventPasswordChange)
	refused, err := s.leaked(ctx, p, c, userpool.RiskAtPasswordChange, proposed, event)
	if err != nil {
		return err
	}
	return unknownToAdmin(s.replacePassword(ctx, p, u, event, proposal{
		password: proposed,
		judge: func(tx store.Tx, present *userpool.User, counted bool) error {
			if !counted {
				if err := s.count(ctx, tx, p, u.ID, limitChange()); err != nil {
					return err
				}
			}
			if !right || !sameCredential(present.Credential, u.Credential) {
				return fault.ErrIncorrect()
			}
			return refused
		},
		accept: func(store.Tx, *userpool.User) error { return nil },
	}))
}

// sameCredential reports whether a was not replaced since b was read.
func sameCredential(a, b userpool.Credential) bool {
	return a.Hash == b.Hash && a.Foreign == b.Foreign && bytes.Equal(a.Verifier, b.Verifier) && bytes.Equal(a.Salt, b.Salt)
}

// Rehash keeps a password that has signed its user in in the present form, when it is
// kept in an older one. Its age stays. A failure is logged and no more: the sign-in
// stands, and the next one tries again.
func (s *Service) Rehash(ctx context.Context, p *userpool.Pool, u *userpool.User, password string) {
	if !s.Passwords.Outdated(u.Credential) {
		return
	}
	if err := s.rehash(ctx, p, u, password); err != nil && !errors.Is(err, store.ErrNotFound) { // who is gone needs none
		s.Log.ErrorContext(ctx, "a password was not kept in the present form", "pool", p.ID, "user", u.ID, "err", err)
	}
}

func (s *Service) rehash(ctx context.Context, p *userpool.Pool, u *userpool.User, password string) error {
	credential, err := s.Passwords.Make(ctx, p, u, password)
	if err != nil {
		return err
	}
	credential.SetAt = u.Credential.SetAt
	return s.Writer.Write(ctx, func(tx store.Tx) error {
		present, err := tx.User(ctx, p.ID, u.ID)
		if err != nil || !sameCredential(present.Credential, u.Credential) {
			return err
		}
		present.Credential = credential
		return tx.UpdateUser(ctx, present)
	})
}

// AdminSetPassword sets a user's password: for good, or as a temporary one that
// must be replaced at the next sign-in. Faults: InvalidPassword, UserNotFound, and for
// one that is for good PasswordHistoryViolation.
func (s *Service) AdminSetPassword(ctx context.Context, p *userpool.Pool, username, password string, permanent bool) error {
	if err := Conforms(p, password); err != nil {
		return err
	}
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	credential, err := s.Passwords.Make(ctx, p, u, password)
	if err != nil {
		return err
	}
	for range rounds {
		if permanent {
			if err := s.CheckHistory(ctx, p, u, password); err != nil {
				return err
			}
		}
		was, signUp := u, s.UnconfirmedSignUp(ctx, p, &userpool.AppClient{}, u)
		_, err = s.updateThrough(ctx, signUp.Writer(s.Writer), p, was.ID, func(tx store.Tx, u *userpool.User) error {
			if permanent && historySize(p) > 0 && !sameCredential(u.Credential, was.Credential) {
				return errOvertaken
			}
			if err := s.KeepHistory(ctx, tx, p, u); err != nil {
				return err
			}
			u.Credential, u.Status = credential, userpool.StatusForceChangePassword
			if permanent {
				u.Status = userpool.StatusConfirmed
			}
			return signUp.Save(ctx, tx, userpool.EventPass)
		})
		if !errors.Is(err, errOvertaken) {
			return err
		}
		if u, err = s.adminFind(ctx, p, username); err != nil {
			return err
		}
	}
	return errOvertaken
}
