package auth

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"idpond/internal/srp"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// stranger is a name that no user has, treated as if one had it where the client
// hides whether users exist (reference: api-behaviour §16): the same answers, the
// same work, the same lock. All of it follows from the name and the server's key,
// so it is the same on every node and nothing is kept but the counted failures.
type stranger struct {
	subject string // of the failure counter
	seed    []byte
}

func (s *Service) stranger(pool *userpool.Pool, name string) stranger {
	mac := hmac.New(sha256.New, s.Keys.Derive("auth/stranger"))
	fmt.Fprintf(mac, "%s\x00%s", pool.ID, pool.Fold(name))
	seed := mac.Sum(nil)
	return stranger{subject: "stranger/" + hex.EncodeToString(seed[:16]), seed: seed}
}

// bytes gives n bytes that follow from the name, for one use.
func (x stranger) bytes(use string, n int) []byte {
	out, err := hkdf.Expand(sha256.New, x.seed, use, n)
	if err != nil {
		panic(err) // only for more than 255 hashes
	}
	return out
}

// countStranger counts a failed sign-in of x as PasswordWrong counts a user's: it
// reports false, and counts nothing, while a lock runs.
func (s *Service) countStranger(ctx context.Context, pool *userpool.Pool, x stranger) (counted bool, err error) {
	err = s.Store.Write(ctx, func(tx store.Tx) (err error) {
		counted, err = tx.StrangerWrong(ctx, pool.ID, x.subject, s.Now())
		return err
	})
	return counted, err
}

// strangerName is the USER_ID_FOR_SRP of a name that nobody has.
func (s *Service) strangerName(pool *userpool.Pool, name string) string {
	sim := srp.Simulate(s.Keys.Derive("auth/simulated-srp"), pool.ID, pool.Fold(name))
	return strangerID(pool, name, sim.UserID)
}

// resumeStranger takes up a sign-in as a name that nobody has.
func (s *Service) resumeStranger(r RespondRequest, ses *session, username string) (*attempt, error) {
	fold, typed := r.Pool.Fold, string(ses.Name)
	if name := fold(username); name != fold(typed) && name != fold(s.strangerName(r.Pool, typed)) {
		return nil, errInvalidSession()
	}
	return &attempt{
		pool: r.Pool, client: r.Client, side: r.Side, flow: userpool.FlowUser, name: typed,
		deviceKey: cmp.Or(r.Answers["DEVICE_KEY"], ses.Device),
	}, nil
}

// refuseStranger answers a password for a name that no user has: it counts, and
// costs, what a user's wrong password does.
func (s *Service) refuseStranger(ctx context.Context, pool *userpool.Pool, name string, check func()) error {
	switch ok, err := s.countStranger(ctx, pool, s.stranger(pool, name)); {
	case err != nil:
		return err
	case !ok:
		return errLocked()
	}
	check()
	return errIncorrect()
}
