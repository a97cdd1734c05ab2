package storetest

import (
	"context"
	"testing"
	"time"

	"idpond/internal/store"
)

// strangers: whatever the pauses are, somebody who is not there is locked and forgotten
// when a user is.
func strangers(t *testing.T, s store.Store) {
	withPools(t, s, poolA, poolB)
	u := withUser(t, s, 1, "ada")
	now, locked, forgotten := t0(), 0, 0
	for i, wait := range []time.Duration{
		0, 0, 0, 14 * time.Minute, 14 * time.Minute, 0, time.Second, time.Second, time.Second, time.Hour, 0, 0, 0, 15 * time.Minute, 0, 0, 0, 0, 0,
		15*time.Minute + time.Second - 1000, 2 * time.Second, 0, 4 * time.Second, 8 * time.Second, 16 * time.Second, 31 * time.Second, time.Second, time.Minute,
		2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 14 * time.Minute, 2 * time.Minute, 16 * time.Minute, 29 * time.Minute, 0, 30 * time.Minute, 0,
	} {
		now = now.Add(wait)
		before, err := s.User(t.Context(), poolA, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		var user, stranger bool
		write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			if user, err = tx.PasswordWrong(ctx, poolA, u.ID, now); err != nil {
				return err
			}
			stranger, err = tx.StrangerWrong(ctx, poolA, "nobody", now)
			return err
		})
		if user != stranger {
			t.Errorf("failure %d, at %s: counted %v of a user, %v of nobody", i+1, now.Sub(t0()), user, stranger)
		}
		after, err := s.User(t.Context(), poolA, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !user {
			locked++
		} else if after.FailedPasswords <= before.FailedPasswords {
			forgotten++
		}
	}
	if locked < 5 || forgotten < 3 {
		t.Errorf("%d locks and %d beginnings anew are too few to compare", locked, forgotten)
	}
	for pool, subject := range map[string]string{poolA: "somebody else", poolB: "nobody"} {
		write(t, s, func(ctx context.Context, tx store.Tx) error {
			for range 5 {
				if ok, err := tx.StrangerWrong(ctx, pool, subject, now); !ok || err != nil {
					t.Errorf("%s in %s: %v, %v", subject, pool, ok, err)
				}
			}
			return nil
		})
	}
}
