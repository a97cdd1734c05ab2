package auth

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// PageConfirmed signs in a user who has just confirmed the sign-up on the pages:
// the code that ConfirmSignUp took, for the same name and in the same request,
// stands in for the password (reference: hosted-ui-and-oauth §9.2). Nothing else
// may call it.
func (s *Service) PageConfirmed(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, username string) (*PageOutcome, error) {
	u, err := s.findUser(ctx, pool, username)
	switch {
	case err != nil:
		return nil, err
	case u == nil:
		return nil, errIncorrect() // gone meanwhile
	}
	if refused := refusedByState(pool, u, s.Now()); refused != nil {
		return nil, refused
	}
	a := &attempt{pool: pool, client: client, side: Pages, user: u}
	return s.pageOutcome(a, func() (*Outcome, error) {
		return s.proceed(ctx, a, passedFirstFactor, func(store.Tx) error { return nil })
	})
}
