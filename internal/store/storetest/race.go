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

// raceNames: 64 want one name, one gets it; each loser learns who.
func raceNames(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	errs := parallel(64, func(i int) error {
		u := someUser(i+1, "user"+fmt.Sprint(i))
		u.Names = append(u.Names, name(userpool.NameEmail, "one@example.org"))
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) })
	})
	oneWinner(t, errs, store.ErrExists)
	owner, err := s.FindUser(t.Context(), poolA, []userpool.SignInName{name(userpool.NameEmail, "one@example.org")})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range errs {
		if taken, ok := errors.AsType[*store.NameTakenError](err); ok && taken.Owner != owner.ID {
			t.Errorf("a loser was told that %s has the name, %s has it", taken.Owner, owner.ID)
		}
	}
	n, err := s.CountUsers(t.Context(), poolA)
	same(t, 1, n, err)
}

// raceRotation: without a grace period 64 exchanges of one token give one success,
// even when the callers' clocks disagree; with one, all succeed and one child lives.
func raceRotation(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	for _, c := range []struct {
		id    string
		grace time.Duration
	}{{"none", 0}, {"grace", time.Minute}} {
		first := hash(c.id)
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateGrant(ctx, someGrant(c.id, u), &first) })
		errs := parallel(64, func(i int) error {
			now := t0().Add(time.Duration(i%3-1) * time.Second)
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				return tx.RotateRefreshToken(ctx, poolA, first, hash(fmt.Sprint(c.id, i)), now, now.Add(-c.grace))
			})
		})
		if c.grace == 0 {
			oneWinner(t, errs, store.ErrNotFound)
		} else if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		alive := 0
		for i := range 64 {
			token, _, _, err := s.RefreshToken(t.Context(), poolA, hash(fmt.Sprint(c.id, i)))
			if err == nil && !token.Dead {
				alive++
			}
		}
		if alive != 1 {
			t.Errorf("%s: %d children live, want 1", c.id, alive)
		}
	}
}

// raceSingleUse: what can be used once is used once.
func raceSingleUse(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	code := store.Code{PoolID: poolA, UserID: u.ID, Kind: store.CodeSignUp, Hash: hash("1"), ExpiresAt: t0()}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.PutCode(ctx, code), tx.PutAuthCode(ctx, store.AuthCode{PoolID: poolA, Hash: hash("a")}))
	})
	for _, c := range []struct {
		name string
		lost error
		f    func(ctx context.Context, tx store.Tx, i int) error
	}{
		{"TakeCode", store.ErrNotFound, func(ctx context.Context, tx store.Tx, _ int) error { return tx.TakeCode(ctx, code) }},
		{"TakeAuthCode", store.ErrExists, func(ctx context.Context, tx store.Tx, i int) error {
			_, err := tx.TakeAuthCode(ctx, poolA, hash("a"), fmt.Sprint("grant", i))
			return err
		}},
		{"Spend", store.ErrExists, func(ctx context.Context, tx store.Tx, _ int) error {
			return tx.Spend(ctx, poolA, hash("s"), t0())
		}},
		{"AddSigningKeys", store.ErrExists, func(ctx context.Context, tx store.Tx, i int) error {
			return tx.AddSigningKeys(ctx, poolA, []store.SigningKey{{KID: fmt.Sprint(i), PKCS8: []byte{1}}})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			oneWinner(t, parallel(64, func(i int) error {
				return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error { return c.f(ctx, tx, i) })
			}), c.lost)
		})
	}
}

// raceCount: a thousand attempts at once, fifteen are within the limit.
func raceCount(t *testing.T, s store.Store) {
	within := make([]bool, 1000)
	errs := parallel(len(within), func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) (err error) {
			within[i], err = tx.Count(ctx, store.Counter{
				PoolID: poolA, Subject: "u", Action: "a", Limit: 15, Window: time.Hour, Now: t0(),
			})
			return err
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, ok := range within {
		if ok {
			n++
		}
	}
	if n != 15 {
		t.Errorf("%d of 1000 were within the limit of 15", n)
	}
}

// racePasswords: of many wrong passwords at one moment five count, then the lock
// holds, for the right one too.
func racePasswords(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	counted := make([]bool, 64)
	errs := parallel(len(counted), func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) (err error) {
			counted[i], err = tx.PasswordWrong(ctx, poolA, u.ID, t0())
			return err
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, ok := range counted {
		if ok {
			n++
		}
	}
	got, err := s.User(t.Context(), poolA, u.ID)
	if err != nil || n != 5 || got.FailedPasswords != 5 || !got.LockedUntil.Equal(t0().Add(time.Second)) {
		t.Errorf("error %v: %d counted, %d stored, locked until %v", err, n, got.FailedPasswords, got.LockedUntil)
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		ok, err := tx.PasswordRight(ctx, poolA, u.ID, t0())
		same(t, false, ok, err)
		return nil
	})
}

// raceUpdates: read, change, write back, from many sides: no change is lost.
func raceUpdates(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	errs := parallel(16, func(i int) error {
		for {
			err := try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				u, err := tx.User(ctx, poolA, u.ID)
				if err != nil {
					return err
				}
				u.Attributes[fmt.Sprint("custom:", i)] = "x"
				return tx.UpdateUser(ctx, u)
			})
			if !errors.Is(err, store.ErrStale) { // many on one row may lose ten times in a row
				return err
			}
		}
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	got, err := s.User(t.Context(), poolA, u.ID)
	same(t, 16+2, len(got.Attributes), err)
	same(t, 17, got.Version, err)
}

func racePoolUpdates(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		c := someClient(poolA, "c1")
		c.Settings.CallbackURLs = nil
		return tx.CreateClient(ctx, c)
	})
	errs := parallel(16, func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
			p, err := tx.Pool(ctx, poolA)
			if err != nil {
				return err
			}
			c, err := tx.Client(ctx, "c1")
			if err != nil {
				return err
			}
			p.Settings.UserPoolTags[fmt.Sprint("tag", i)] = "x"
			c.Settings.CallbackURLs = append(c.Settings.CallbackURLs, fmt.Sprint("https://", i))
			return errors.Join(tx.UpdatePool(ctx, p), tx.UpdateClient(ctx, c))
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	p, err := s.Pool(t.Context(), poolA)
	same(t, 16+1, len(p.Settings.UserPoolTags), err)
	c, err := s.Client(t.Context(), "c1")
	same(t, 16, len(c.Settings.CallbackURLs), err)
}

// raceIsolation: among functions that run at once some fail; those alone are undone.
func raceIsolation(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	boom := errors.New("boom")
	errs := parallel(64, func(i int) error {
		err := try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
			if err := tx.CreateUser(ctx, someUser(i, fmt.Sprint("user", i))); err != nil {
				return err
			}
			if i%3 == 0 {
				return boom
			}
			return nil
		})
		if i%3 == 0 && errors.Is(err, boom) {
			return nil
		}
		if err == nil { // what was acknowledged is there for everybody
			_, err = s.User(context.Background(), poolA, userID(i))
		}
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for i := range 64 {
		if i%3 != 0 {
			want = append(want, userID(i))
		}
	}
	users, err := s.ListUsers(t.Context(), store.UserQuery{PoolID: poolA, Limit: 100})
	same(t, want, ids(users), err)
	n, err := s.CountUsers(t.Context(), poolA)
	same(t, int64(len(want)), n, err)
}
