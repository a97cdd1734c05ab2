package auth

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// PageConfirmed signs in a user who has just confirmed the sign-up on the pages:
// the code that ConfirmSignUp took in the same request stands in for the password
// (reference: hosted-ui-and-oauth §9.2). The user is the one that ConfirmSignUp
// gave: by name, another could be found who has come by the name meanwhile.
// Nothing else may call it.
func (s *Service) PageConfirmed(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, confirmed *userpool.User) (*PageOutcome, error) {
	if refused := refusedByState(pool, confirmed, s.Now()); refused != nil {
		return nil, refused
	}
	a := &attempt{pool: pool, client: client, side: Pages, user: confirmed}
	s.begin(ctx, a)
	return s.pageOutcome(a, func() (*Outcome, error) {
		return s.proceed(ctx, a, passedFirstFactor, func(store.Tx) error { return nil })
	})
}
