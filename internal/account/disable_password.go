package account

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// AdminDisablePassword ends signing in with a password for a user: what is left are
// the identities that are linked. The user is then as one who came from a provider,
// whose password can't be reset; AdminSetPassword gives a password again (reference:
// api-behaviour §8, §20.4). All that sign-ins gave out ends. The fault is UserNotFound.
func (s *Service) AdminDisablePassword(ctx context.Context, p *userpool.Pool, username string) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, p, u.ID, func(tx store.Tx, u *userpool.User) error {
		u.Status, u.Credential = userpool.StatusExternalProvider, userpool.Credential{}
		return tx.EndSignIns(ctx, p.ID, u.ID, s.Now())
	})
	return err
}
