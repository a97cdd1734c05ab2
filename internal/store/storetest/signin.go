package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// codeTries: four answers are free, from the fifth on each starts a lock; within a
// lock none is counted; a right one and 15 quiet minutes end the count.
func codeTries(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u, now := withUser(t, s, 1, "ada"), t0()
	try := func(wait time.Duration, want bool) {
		t.Helper()
		now = now.Add(wait)
		write(t, s, func(ctx context.Context, tx store.Tx) error {
			got, err := tx.CodeTry(ctx, poolA, u.ID, now)
			if got != want {
				t.Errorf("after %s: %v, want %v", now.Sub(t0()), got, want)
			}
			return err
		})
	}
	right := func() {
		t.Helper()
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CodeRight(ctx, poolA, u.ID) })
	}
	for range 2 {
		for range 5 {
			try(0, true)
		}
		try(0, false)
		right() // the fifth was right: its lock ends
	}
	for range 5 {
		try(time.Second, true)
	}
	lock := time.Second
	for range 12 {
		try(lock-time.Microsecond, false) // inside the lock: not counted, nothing extended
		try(time.Microsecond, true)
		lock = min(2*lock, 15*time.Minute)
	}
	try(lock+15*time.Minute-time.Microsecond, true) // not quiet for long enough: a lock again
	try(0, false)
	try(lock+15*time.Minute, true)
	for range 4 { // the count began anew
		try(0, true)
	}
	try(0, false)

	got, err := s.User(t.Context(), poolA, u.ID)
	want := *u
	want.CodesLockedUntil = now.Add(time.Second)
	same(t, &want, got, err) // passwords and the version are counted by themselves
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.UpdateUser(ctx, got) })
	try(0, false) // a write of the user ends no lock
	for _, f := range []func(context.Context, store.Tx) error{
		func(ctx context.Context, tx store.Tx) error {
			_, err := tx.CodeTry(ctx, poolA, userID(9), now)
			return err
		},
		func(ctx context.Context, tx store.Tx) error { return tx.CodeRight(ctx, poolA, userID(9)) },
	} {
		wantErr(t, s, store.ErrNotFound, f)
	}
}

// raceCodeTries: of 64 answers within one instant five are judged.
func raceCodeTries(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	for round := range 2 {
		judged := make([]bool, 64)
		errs := parallel(len(judged), func(i int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) (err error) {
				judged[i], err = tx.CodeTry(ctx, poolA, u.ID, t0())
				return err
			})
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, ok := range judged {
			if ok {
				n++
			}
		}
		same(t, 5*(1-round), n, nil)
	}
}

// historyOf gives when the passwords of u's history were set, in seconds after t0.
func historyOf(t *testing.T, s store.Store, u *userpool.User, limit int) []int {
	t.Helper()
	list, err := s.PasswordHistory(t.Context(), u.PoolID, u.ID, limit)
	if err != nil {
		t.Fatal(err)
	}
	set := []int{}
	for _, c := range list {
		set = append(set, int(c.SetAt.Sub(t0())/time.Second))
	}
	return set
}

func passwordHistory(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	add := func(u *userpool.User, c userpool.Credential, keep int) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.AddPasswordHistory(ctx, poolA, u.ID, c, keep) }
	}
	want := []userpool.Credential{
		{Foreign: "$2b$10$…", SetAt: t0().Add(2 * time.Second)},
		{Hash: "$argon2id$…", SetAt: t0().Add(time.Second)},
		{Salt: []byte{0, 1}, Verifier: []byte{2, 3, 0}, SetAt: t0()},
	}
	for i := range want {
		write(t, s, add(ada, want[len(want)-1-i], 24))
	}
	got, err := s.PasswordHistory(t.Context(), poolA, ada.ID, 24)
	same(t, want, got, err)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		got, err := tx.PasswordHistory(ctx, poolA, ada.ID, 2)
		same(t, want[:2], got, err)
		return nil
	})
	same(t, []int{}, historyOf(t, s, ada, 0), nil)
	same(t, []int{}, historyOf(t, s, bob, 24), nil)

	at := func(n int) userpool.Credential {
		return userpool.Credential{Hash: "h", SetAt: t0().Add(time.Duration(n) * time.Second)}
	}
	for _, c := range []struct {
		set, keep int
		left      []int
	}{{3, 3, []int{3, 2, 1}}, {4, 9, []int{4, 3, 2, 1}}, {5, 1, []int{5}}, {6, 2, []int{6, 5}}, {7, 0, []int{}}, {8, -1, []int{}}, {9, 2, []int{9}}} {
		write(t, s, add(ada, at(c.set), c.keep))
		same(t, c.left, historyOf(t, s, ada, 24), nil)
	}
	write(t, s, add(bob, at(1), 24))
	wantErr(t, s, store.ErrNotFound, add(someUser(9, "nobody"), at(1), 24))
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, ada.ID) })
	withUser(t, s, 1, "ada")
	same(t, []int{}, historyOf(t, s, ada, 24), nil)
	same(t, []int{1}, historyOf(t, s, bob, 24), nil)
}

// racePasswordHistory: many at once are all kept.
func racePasswordHistory(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	errs := parallel(16, func(i int) error {
		for {
			err := try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				return tx.AddPasswordHistory(ctx, poolA, u.ID, userpool.Credential{Hash: fmt.Sprint(i)}, 24)
			})
			if !errors.Is(err, store.ErrStale) { // many on one row may lose ten times in a row
				return err
			}
		}
	})
	list, err := s.PasswordHistory(t.Context(), poolA, u.ID, 24)
	kept := map[string]bool{}
	for _, c := range list {
		kept[c.Hash] = true
	}
	same(t, 16, len(kept), errors.Join(err, errors.Join(errs...)))
}

// passkeyUsed: the signature counter rises or is always zero.
func passkeyUsed(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	want := somePasskey(ada, "k")
	want.SignCount = 0
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreatePasskey(ctx, want) })
	for i, c := range []struct {
		count uint32
		err   error
	}{
		{0, nil}, {0, nil}, {1, nil}, {1, store.ErrCloned}, {0, store.ErrCloned}, {7, nil}, {6, store.ErrCloned},
		{1<<32 - 1, nil}, {1<<32 - 1, store.ErrCloned},
	} {
		backedUp, now := i%2 == 0, t0().Add(time.Duration(i)*time.Hour)
		err := try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
			return tx.PasskeyUsed(ctx, poolA, ada.ID, "k", c.count, backedUp, now)
		})
		if !errors.Is(err, c.err) || errors.Is(err, store.ErrStale) {
			t.Errorf("%d: got error %v, want %v", i, err, c.err)
		}
		if c.err == nil {
			want.SignCount, want.BackedUp, want.UsedAt = c.count, backedUp, now
		}
		got, err := s.Passkey(t.Context(), poolA, "k")
		same(t, want, got, err)
	}
	for _, c := range []struct{ user, id string }{{ada.ID, "no"}, {bob.ID, "k"}} {
		wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.PasskeyUsed(ctx, poolA, c.user, c.id, 1<<32-1, true, t0())
		})
	}
}

func challengeStates(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	state := func(pool, id string, at time.Duration) ([]byte, error) {
		return s.ChallengeState(ctx, pool, hash(id), t0().Add(at))
	}
	put := func(id string, data []byte) {
		write(t, s, func(ctx context.Context, tx store.Tx) error {
			return tx.PutChallengeState(ctx, poolA, hash(id), data, t0().Add(time.Hour))
		})
	}
	remove := func(pool, id string) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.DeleteChallengeState(ctx, pool, hash(id)) }
	}
	for _, data := range [][]byte{{0, 1, 2}, []byte("new"), make([]byte, 1<<16)} {
		put("a", data)
		got, err := state(poolA, "a", 0)
		same(t, data, got, err)
	}
	put("empty", nil)
	got, err := state(poolA, "empty", 0)
	same(t, 0, len(got), err)
	for _, c := range []struct {
		pool, id string
		at       time.Duration
	}{{poolB, "a", 0}, {poolA, "b", 0}, {poolA, "a", time.Hour}} {
		_, err := state(c.pool, c.id, c.at)
		absent(t, err)
	}
	wantErr(t, s, store.ErrNotFound, remove(poolB, "a"))
	write(t, s, remove(poolA, "a"))
	wantErr(t, s, store.ErrNotFound, remove(poolA, "a"))
	_, err = state(poolA, "a", 0)
	absent(t, err)
}

// raceSignIn: of 64 who end one state one does, and of 64 sign-ins with one value of
// a passkey's counter one counts.
func raceSignIn(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	key := somePasskey(u, "k")
	key.SignCount = 6
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.CreatePasskey(ctx, key), tx.PutChallengeState(ctx, poolA, hash("a"), []byte("a"), t0()))
	})
	t.Run("state", func(t *testing.T) {
		oneWinner(t, parallel(64, func(int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				return tx.DeleteChallengeState(ctx, poolA, hash("a"))
			})
		}), store.ErrNotFound)
	})
	t.Run("passkey", func(t *testing.T) {
		oneWinner(t, parallel(64, func(int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				return tx.PasskeyUsed(ctx, poolA, u.ID, "k", 7, true, t0())
			})
		}), store.ErrCloned)
	})
}
