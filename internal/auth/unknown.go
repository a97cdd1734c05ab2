package auth

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

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

// Of the lock of api-behaviour §18.
const (
	lockFrom = 5                // failures start the first lock, of one second
	lockMost = 15 * time.Minute // the longest lock, and the time after which failures are forgotten
)

// lockAfter is the lock that the nth failure in a row starts.
func lockAfter(n int) time.Duration { return min(time.Second<<(n-lockFrom), lockMost) }

// lastFailure is the count of failures whose lock is the longest.
const lastFailure = lockFrom + 10

// countStranger counts a failed sign-in of x as PasswordWrong counts a user's:
// it reports false, and counts nothing, while a lock runs. The store's counters
// can't be read, only tried: the lowest limit that is not reached yet tells how
// many failures there were, and a lock is a counter of one for as long as it runs.
func (s *Service) countStranger(ctx context.Context, pool *userpool.Pool, x stranger) (bool, error) {
	now := s.Now()
	err := s.Store.Write(ctx, func(tx store.Tx) error {
		try := func(action string, limit int, window time.Duration) (bool, error) {
			return tx.Count(ctx, store.Counter{
				PoolID: pool.ID, Subject: x.subject, Action: action, Limit: limit, Window: window, Now: now,
			})
		}
		n, fresh := 0, false
		for n < lastFailure && !fresh {
			n++
			var err error
			if fresh, err = try("failure", n, lockMost); err != nil {
				return err
			}
		}
		before := n
		if fresh {
			before = n - 1
		}
		if before >= lockFrom {
			if over, err := try(lockAction(before), 1, lockAfter(before)); err != nil {
				return err
			} else if !over {
				return errStrangerLocked // and so undoes the count
			}
		}
		if n < lockFrom || n == before {
			return nil
		}
		_, err := try(lockAction(n), 1, lockAfter(n))
		return err
	})
	if errors.Is(err, errStrangerLocked) {
		return false, nil
	}
	return true, err
}

func lockAction(n int) string { return "lock " + strconv.Itoa(n) }

var errStrangerLocked = errors.New("auth: a lock runs")

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
