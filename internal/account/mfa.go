package account

import (
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// SetMFA chooses the second factors of a signed-in user. Faults: InvalidParameter,
// UserNotFound.
func (s *Service) SetMFA(ctx context.Context, p *userpool.Pool, u *userpool.User, choice userpool.MFAChoice) error {
	_, err := s.update(ctx, p, u.ID, func(tx store.Tx, u *userpool.User) error {
		passkeys := 0
		if choice.WebAuthn != nil {
			var err error
			if passkeys, err = tx.CountPasskeys(ctx, p.ID, u.ID); err != nil {
				return err
			}
		}
		return problem(p.ChooseMFA(u, choice, passkeys > 0))
	})
	return err
}

// AdminSetMFA is SetMFA for any user.
func (s *Service) AdminSetMFA(ctx context.Context, p *userpool.Pool, username string, choice userpool.MFAChoice) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	return s.SetMFA(ctx, p, u, choice)
}

// SetMFAOptions is the old way to switch SMS MFA for a signed-in user; see
// userpool.User.SetMFAOptions. Faults: InvalidParameter, UserNotFound.
func (s *Service) SetMFAOptions(ctx context.Context, p *userpool.Pool, u *userpool.User, options []userpool.MFAOption) error {
	_, err := s.update(ctx, p, u.ID, func(_ store.Tx, u *userpool.User) error {
		return problem(u.SetMFAOptions(options))
	})
	return err
}

// AdminSetMFAOptions is SetMFAOptions for any user.
func (s *Service) AdminSetMFAOptions(ctx context.Context, p *userpool.Pool, username string, options []userpool.MFAOption) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	return s.SetMFAOptions(ctx, p, u, options)
}

// problem makes a rule's sentence a fault, and none of "".
func problem(sentence string) error {
	if sentence == "" {
		return nil
	}
	return invalid(sentence)
}

// Factors lists what a user can sign in with; see userpool.Pool.ConfiguredFactors.
func (s *Service) Factors(ctx context.Context, p *userpool.Pool, u *userpool.User) ([]string, error) {
	passkeys, err := s.Users.ListPasskeys(ctx, p.ID, u.ID, "", 1)
	if err != nil {
		return nil, err
	}
	return p.ConfiguredFactors(u, len(passkeys) > 0), nil
}

// gone says to the user's own token that the user was deleted in this moment, in
// operations that know no unknown users.
func gone(err error) error {
	if errors.Is(err, store.ErrNotFound) || fault.Is(err, fault.UserNotFound) {
		return fault.ErrTokenRevoked().Because(err)
	}
	return err
}
