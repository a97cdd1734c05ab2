package storetest

import (
	"context"
	"testing"
	"time"

	"idpond/internal/store"
)

func codes(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	first := store.Code{
		PoolID: poolA, UserID: u.ID, Kind: store.CodeVerifyEmail, Hash: hash("111111"),
		Attribute: "email", SentTo: "ada@example.org", ExpiresAt: t0().Add(time.Hour),
	}
	second := first
	second.Hash, second.SentTo, second.ExpiresAt = hash("222222"), "new@example.org", t0().Add(2*time.Hour)
	other := first
	other.Kind = store.CodeResetPassword
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for _, c := range []store.Code{first, other, second} {
			if err := tx.PutCode(ctx, c); err != nil {
				return err
			}
		}
		got, err := tx.Code(ctx, poolA, u.ID, store.CodeVerifyEmail)
		same(t, &second, got, err)
		got, err = tx.Code(ctx, poolA, u.ID, store.CodeResetPassword)
		same(t, &other, got, err)
		_, err = tx.Code(ctx, poolA, u.ID, store.CodeSignUp)
		absent(t, err)
		absent(t, tx.TakeCode(ctx, first))
		return tx.TakeCode(ctx, second)
	})
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.TakeCode(ctx, second) })
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.TakeCode(ctx, other) })
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		c := first
		c.UserID = userID(9)
		return tx.PutCode(ctx, c)
	})
}

func counters(t *testing.T, s store.Store) {
	c := store.Counter{PoolID: poolA, Subject: "u", Action: "a", Limit: 2, Window: time.Hour, Now: t0()}
	otherAction, otherSubject, otherPool, none := c, c, c, c
	otherAction.Action, otherSubject.Subject, otherPool.PoolID, none.Limit, none.Action = "b", "v", poolB, 0, "none"
	at := func(after time.Duration) store.Counter {
		c := c
		c.Now = t0().Add(after)
		return c
	}
	for i, step := range []struct {
		c    store.Counter
		want bool
	}{
		{c, true},
		{at(59 * time.Minute), true},
		{at(59 * time.Minute), false},
		{otherAction, true}, {otherSubject, true}, {otherPool, true}, {none, false},
		{at(time.Hour - time.Microsecond), false}, // an attempt past the limit prolongs nothing
		{at(time.Hour), true},                     // the window counts from the first
		{at(90 * time.Minute), true},
		{at(119 * time.Minute), false},
		{at(10 * time.Hour), true},
	} {
		var got bool
		write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			got, err = tx.Count(ctx, step.c)
			return err
		})
		if got != step.want {
			t.Errorf("step %d: got %v, want %v", i, got, step.want)
		}
	}
}

// passwords follows one user through failures, locks and quiet times (reference:
// api-behaviour §18).
func passwords(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	now := t0()
	passwordOf := func(ctx context.Context, tx store.Tx, right bool) (bool, error) {
		if right {
			return tx.PasswordRight(ctx, poolA, u.ID, now)
		}
		return tx.PasswordWrong(ctx, poolA, u.ID, now)
	}
	step := func(wait time.Duration, right, want bool, count int, lock time.Duration) {
		t.Helper()
		now = now.Add(wait)
		var got bool
		write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			got, err = passwordOf(ctx, tx, right)
			return err
		})
		stored, err := s.User(t.Context(), poolA, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		left := max(0, stored.LockedUntil.Sub(now))
		if got != want || stored.FailedPasswords != count || left != lock {
			t.Fatalf("at %s: got %v, %d failures, locked for %s; want %v, %d, %s",
				now.Sub(t0()), got, stored.FailedPasswords, left, want, count, lock)
		}
		if stored.Version != u.Version {
			t.Fatalf("counting changed the version to %d", stored.Version)
		}
	}
	const wrong, right = false, true
	step(0, right, true, 0, 0)
	for n := 1; n <= 4; n++ {
		step(time.Second, wrong, true, n, 0)
	}
	step(time.Second, right, true, 0, 0)
	for n := 1; n <= 4; n++ {
		step(time.Second, wrong, true, n, 0)
	}
	lock := time.Second
	step(0, wrong, true, 5, lock)
	for n := 6; n <= 17; n++ {
		step(lock/2, wrong, false, n-1, lock/2) // inside the lock: not counted, nothing extended
		step(0, right, false, n-1, lock/2)      // and a right one isn't right
		lock, now = min(2*lock, 15*time.Minute), now.Add(lock/2)
		step(0, wrong, true, n, lock)
	}
	step(lock+15*time.Minute-time.Microsecond, wrong, true, 18, lock) // not quiet for long enough
	step(lock+15*time.Minute, wrong, true, 1, 0)
	step(15*time.Minute-time.Microsecond, wrong, true, 2, 0)
	step(15*time.Minute, wrong, true, 1, 0)
	for n := 2; n <= 4; n++ {
		step(0, wrong, true, n, 0)
	}
	step(0, wrong, true, 5, time.Second)
	step(time.Second, right, true, 0, 0)
	step(0, wrong, true, 1, 0)
}

// passwordEdges: unknown users, and a write of the user, which leaves the count alone.
func passwordEdges(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u, now := withUser(t, s, 1, "ada"), t0()
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.PasswordWrong(ctx, poolA, u.ID, now)
		return err
	})
	for _, f := range []func(context.Context, store.Tx) error{
		func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PasswordWrong(ctx, poolA, userID(9), now)
			return err
		},
		func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PasswordRight(ctx, poolA, userID(9), now)
			return err
		},
	} {
		wantErr(t, s, store.ErrNotFound, f)
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		u.FailedPasswords, u.LockedUntil = 7, now
		return tx.UpdateUser(ctx, u)
	})
	got, err := s.User(t.Context(), poolA, u.ID)
	same(t, 1, got.FailedPasswords, err)
}
