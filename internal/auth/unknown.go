package auth

import (
	"cmp"
	"context"

	"idpond/internal/fault"
	"idpond/internal/srp"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// A name that no user has is treated as if one had it where the client hides whether
// users exist (reference: api-behaviour §16): the same answers, the same work, the same
// lock. All of it follows from the name and the server's key, so it is the same on every
// node and nothing is kept but the counted failures.

// countStranger counts a failed sign-in of a name as PasswordWrong counts a user's: it
// reports false, and counts nothing, while a lock runs. subject is the name's (see
// account.Service.Stranger).
func (s *Service) countStranger(ctx context.Context, a *attempt, subject string) (counted bool, err error) {
	err = s.Store.Write(ctx, func(tx store.Tx) (err error) {
		counted, err = tx.StrangerWrong(ctx, a.pool.ID, subject, s.Now())
		return err
	})
	return counted, err
}

// strangerName is the USER_ID_FOR_SRP of a name that nobody has.
func (s *Service) strangerName(pool *userpool.Pool, name string) string {
	sim := srp.Simulate(s.Keys.Derive("auth/simulated-srp"), pool.ID, pool.Fold(name))
	return strangerID(pool, name, sim.UserID)
}

// readNobody asks the database for nobody, where an answer for a user would read the user.
func (s *Service) readNobody(ctx context.Context, pool *userpool.Pool) error {
	if _, err := s.Store.User(ctx, pool.ID, "nobody"); !isNotFound(err) { // which is no id
		return err
	}
	return nil
}

// resumeStranger takes up a sign-in as a name that nobody has.
func (s *Service) resumeStranger(ctx context.Context, r RespondRequest, ses *session, username string) (*attempt, error) {
	if err := s.readNobody(ctx, r.Pool); err != nil {
		return nil, err
	}
	fold, typed := r.Pool.Fold, string(ses.Name)
	if name := fold(username); name != fold(typed) && name != fold(s.strangerName(r.Pool, typed)) {
		return nil, errInvalidSession()
	}
	return &attempt{
		pool: r.Pool, client: r.Client, side: r.Side, flow: userpool.FlowUser, name: typed, began: ses.began(),
		deviceKey: cmp.Or(r.Answers["DEVICE_KEY"], ses.Device),
	}, nil
}

// refuseStranger answers a password for a name that no user has: it counts, and
// costs, what a user's wrong password does.
func (s *Service) refuseStranger(ctx context.Context, a *attempt, check func()) error {
	switch counted, err := s.countStranger(ctx, a, s.Accounts.Stranger(a.pool, a.name)); {
	case err != nil:
		return err
	case !counted:
		return errLocked()
	}
	check()
	return fault.ErrIncorrect()
}
