package account

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// AdminGet gives one user. The fault is UserNotFound.
func (s *Service) AdminGet(ctx context.Context, p *userpool.Pool, username string) (*userpool.User, error) {
	return s.adminFind(ctx, p, username)
}

// AdminConfirm confirms a new user without a code; it verifies no address. Faults:
// UserNotFound, NotAuthorized. The post confirmation trigger belongs behind it.
func (s *Service) AdminConfirm(ctx context.Context, p *userpool.Pool, username string, _ map[string]string) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	event := s.signUpEvent(ctx, p, &userpool.AppClient{}, u)
	return unknownToAdmin(event.Within(ctx, s.Writer, func(tx store.Tx) error {
		u, err := tx.User(ctx, p.ID, u.ID)
		if err != nil {
			return err
		}
		if u.Status != userpool.StatusUnconfirmed {
			return errCannotConfirm(u)
		}
		u.Status = userpool.StatusConfirmed
		if err := s.save(ctx, tx, p, u); err != nil {
			return err
		}
		return event.Save(ctx, tx, userpool.EventPass)
	}))
}

// AdminSetEnabled lets a user sign in, or not; disabling ends everything that
// sign-ins gave out. So does enabling a user who was disabled: a sign-in that was under
// way when the user was disabled may have given something out since. The fault is
// UserNotFound.
func (s *Service) AdminSetEnabled(ctx context.Context, p *userpool.Pool, username string, enabled bool) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, p, u.ID, func(tx store.Tx, u *userpool.User) error {
		if u.Enabled && enabled {
			return nil
		}
		u.Enabled = enabled
		return tx.EndSignIns(ctx, p.ID, u.ID, s.Now())
	})
	return err
}

// AdminDelete deletes a user; see Delete.
func (s *Service) AdminDelete(ctx context.Context, p *userpool.Pool, username string) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	return s.Delete(ctx, p, u)
}

// Delete removes a user with all that belongs to it: names, memberships, codes and
// what sign-ins gave out. The names can be used again. The fault is UserNotFound.
func (s *Service) Delete(ctx context.Context, p *userpool.Pool, u *userpool.User) error {
	return unknownToAdmin(s.Writer.Write(ctx, func(tx store.Tx) error {
		return tx.DeleteUser(ctx, p.ID, u.ID)
	}))
}
