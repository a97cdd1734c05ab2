package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

func grantRoundTrip(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	u := withUser(t, s, 1, "ada")
	want, plain := someGrant("g1", u), someGrant("g2", u)
	plain.Scopes, plain.Nonce, plain.OAuth = nil, "", false
	token := hash("r1")
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.CreateGrant(ctx, want, &token), tx.CreateGrant(ctx, plain, nil))
	})
	g, gu, err := s.GrantUser(ctx, poolA, "g1")
	same(t, &want, g, err)
	same(t, u, gu, err)
	g, _, err = s.GrantUser(ctx, poolA, "g2")
	same(t, &plain, g, err)
	_, _, err = s.GrantUser(ctx, poolB, "g1")
	absent(t, err)
	r, g, gu, err := s.RefreshToken(ctx, poolA, token)
	same(t, &store.RefreshToken{Hash: token, GrantID: "g1", Original: true, Newest: true}, r, err)
	same(t, &want, g, err)
	same(t, u, gu, err)
	_, _, _, err = s.RefreshToken(ctx, poolB, token)
	absent(t, err)
	_, _, _, err = s.RefreshToken(ctx, poolA, hash(""))
	absent(t, err)
	wantErr(t, s, store.ErrExists, func(ctx context.Context, tx store.Tx) error { return tx.CreateGrant(ctx, want, nil) })
	wantErr(t, s, store.ErrExists, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateGrant(ctx, someGrant("g3", u), &token)
	})
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateGrant(ctx, someGrant("g4", someUser(9, "nobody")), nil)
	})
}

// rotation follows a family of tokens (reference: api-behaviour §15, Measured).
//
//	A ──▶ B ──▶ D ──▶ E      C: B exchanged a second time within the grace period
//	       └──▶ C
func rotation(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	a := hash("A")
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateGrant(ctx, someGrant("g1", u), &a) })
	const grace = 10 * time.Second
	at := func(seconds int) time.Time { return t0().Add(time.Duration(seconds) * time.Second) }
	rotate := func(old, next string, seconds int, want error) {
		t.Helper()
		wantErr(t, s, want, func(ctx context.Context, tx store.Tx) error {
			return tx.RotateRefreshToken(ctx, poolA, hash(old), hash(next), at(seconds), at(seconds).Add(-grace))
		})
	}
	state := func(token string, want store.RefreshToken) {
		t.Helper()
		want.Hash, want.GrantID = hash(token), "g1"
		got, _, _, err := s.RefreshToken(t.Context(), poolA, hash(token))
		if diff := cmp.Diff(&want, got); diff != "" || err != nil {
			t.Errorf("token %s: error %v, -want +got:\n%s", token, err, diff)
		}
	}
	rotate("A", "B", 1, nil)
	state("A", store.RefreshToken{Original: true, RetiredAt: at(1)})
	state("B", store.RefreshToken{Newest: true})

	rotate("B", "D", 2, nil) // A is neither the newest nor its parent any more
	state("A", store.RefreshToken{Original: true, RetiredAt: at(1), Dead: true})
	rotate("A", "x", 3, store.ErrNotFound)
	state("D", store.RefreshToken{Newest: true})

	rotate("B", "C", 5, nil) // within the grace period: C is preferred, D is dead
	state("B", store.RefreshToken{RetiredAt: at(2)})
	state("D", store.RefreshToken{Dead: true})
	state("C", store.RefreshToken{Newest: true})
	rotate("D", "x", 6, store.ErrNotFound)

	rotate("B", "x", 12, store.ErrNotFound) // the second exchange did not prolong the period
	rotate("C", "E", 30, nil)
	rotate("C", "F", 39, nil)
	state("E", store.RefreshToken{Dead: true})
	state("F", store.RefreshToken{Newest: true})
	rotate("F", "A", 50, store.ErrExists) // a hash is used once
	state("F", store.RefreshToken{Newest: true})
	rotate("nothing", "x", 50, store.ErrNotFound)

	// Without a grace period a clock that is behind helps nobody.
	rotate("F", "G", 52, nil)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.RotateRefreshToken(ctx, poolA, hash("F"), hash("x"), at(51), at(51))
	})
	state("G", store.RefreshToken{Newest: true})

	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.RevokeGrant(ctx, poolA, "g1", at(60)) })
	rotate("G", "x", 61, store.ErrNotFound)
}

func revocation(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	for _, g := range []store.Grant{someGrant("a1", ada), someGrant("a2", ada), someGrant("a3", ada), someGrant("b1", bob)} {
		token := hash(g.ID)
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateGrant(ctx, g, &token) })
	}
	revokedAt := func(id string, want time.Time) {
		t.Helper()
		_, g, _, err := s.RefreshToken(ctx, poolA, hash(id)) // a revoked one is still found
		if err != nil || !g.RevokedAt.Equal(want) {
			t.Errorf("grant %s: error %v, revoked at %v, want %v", id, err, g.RevokedAt, want)
		}
		_, _, err = s.GrantUser(ctx, poolA, id)
		if live := err == nil; live != want.IsZero() || (!live && !errors.Is(err, store.ErrNotFound)) {
			t.Errorf("grant %s: GrantUser gives error %v", id, err)
		}
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.RevokeGrant(ctx, poolA, "a1", t0()) })
	revokedAt("a1", t0())
	revokedAt("a2", time.Time{})
	later := t0().Add(time.Hour)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.RevokeUserGrants(ctx, poolA, ada.ID, later), tx.RevokeGrant(ctx, poolA, "a1", later),
			tx.RevokeGrant(ctx, poolA, "unknown", later), tx.RevokeUserGrants(ctx, poolA, "unknown", later))
	})
	revokedAt("a1", t0()) // the first time counts
	revokedAt("a2", later)
	revokedAt("a3", later)
	revokedAt("b1", time.Time{})
}

func authCodes(t *testing.T, s store.Store) {
	withPools(t, s, poolA, poolB)
	want := store.AuthCode{
		PoolID: poolA, Hash: hash("code"), ClientID: "c", UserID: "u", RedirectURI: "https://app.example.org/cb?x=1",
		Scopes: []string{"openid"}, Nonce: "n", CodeChallenge: "ch", AuthTime: t0(), ExpiresAt: t0().Add(5 * time.Minute),
	}
	put := func(ctx context.Context, tx store.Tx) error { return tx.PutAuthCode(ctx, want) }
	write(t, s, put)
	wantErr(t, s, store.ErrExists, put)
	take := func(pool string, h store.Hash, grant string) (got *store.AuthCode, err error) {
		err = try(t.Context(), s, func(ctx context.Context, tx store.Tx) (err error) {
			got, err = tx.TakeAuthCode(ctx, pool, h, grant)
			return err
		})
		return got, err
	}
	_, err := take(poolB, want.Hash, "g1")
	absent(t, err)
	_, err = take(poolA, hash("other"), "g1")
	absent(t, err)
	got, err := take(poolA, want.Hash, "g1")
	want.UsedFor = "g1"
	same(t, &want, got, err)
	got, err = take(poolA, want.Hash, "g2")
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("got error %v, want ErrExists", err)
	}
	same(t, &want, got, nil)
}

func spend(t *testing.T, s store.Store) {
	do := func(pool string) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.Spend(ctx, pool, hash("x"), t0()) }
	}
	spent := func(pool string, want bool) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx store.Tx) error {
			got, err := tx.Spent(ctx, pool, hash("x"))
			same(t, want, got, err)
			return nil
		})
	}
	spent(poolA, false)
	write(t, s, do(poolA))
	spent(poolA, true)
	spent(poolB, false)
	wantErr(t, s, store.ErrExists, do(poolA))
	write(t, s, do(poolB))
}

func browserSessions(t *testing.T, s store.Store) {
	ctx := t.Context()
	want := store.BrowserSession{PoolID: poolA, Hash: hash("b"), UserID: "ada", AuthTime: t0(), ExpiresAt: t0().Add(time.Hour)}
	put := func(ctx context.Context, tx store.Tx) error { return tx.PutBrowserSession(ctx, want) }
	write(t, s, put)
	got, err := s.BrowserSession(ctx, poolA, want.Hash, t0())
	same(t, &want, got, err)
	_, err = s.BrowserSession(ctx, poolA, want.Hash, t0().Add(time.Hour))
	absent(t, err)
	_, err = s.BrowserSession(ctx, poolB, want.Hash, t0())
	absent(t, err)
	want.UserID, want.AuthTime, want.ExpiresAt = "bob", t0().Add(time.Hour), t0().Add(2*time.Hour)
	write(t, s, put)
	got, err = s.BrowserSession(ctx, poolA, want.Hash, t0().Add(time.Hour))
	same(t, &want, got, err)
	for range 2 {
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteBrowserSession(ctx, poolA, want.Hash) })
	}
	_, err = s.BrowserSession(ctx, poolA, want.Hash, t0())
	absent(t, err)

	other := want
	other.PoolID = poolB
	write(t, s, put)
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.PutBrowserSession(ctx, other) })
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteBrowserSessions(ctx, poolA) })
	_, err = s.BrowserSession(ctx, poolA, want.Hash, t0())
	absent(t, err)
	got, err = s.BrowserSession(ctx, poolB, want.Hash, t0())
	same(t, &other, got, err)
}

// endSignIns: all that a user's sign-ins gave out ends, and nothing of others.
func endSignIns(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	put := func(pool, secret string, u *userpool.User) {
		session := store.BrowserSession{PoolID: pool, Hash: hash(secret), UserID: u.ID, AuthTime: t0(), ExpiresAt: t0().Add(time.Hour)}
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.PutBrowserSession(ctx, session) })
	}
	put(poolA, "a1", ada)
	put(poolA, "a2", bob)
	put(poolA, "a2", ada) // bob's until now
	put(poolA, "b", bob)
	put(poolB, "a1", ada)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		code := func(u *userpool.User) store.AuthCode {
			return store.AuthCode{PoolID: poolA, Hash: hash(u.ID), UserID: u.ID, AuthTime: t0(), ExpiresAt: t0().Add(time.Minute)}
		}
		return errors.Join(tx.CreateGrant(ctx, someGrant("a", ada), nil), tx.CreateGrant(ctx, someGrant("b", bob), nil),
			tx.PutAuthCode(ctx, code(ada)), tx.PutAuthCode(ctx, code(bob)),
			tx.EndSignIns(ctx, poolA, ada.ID, t0()), tx.EndSignIns(ctx, poolA, "unknown", t0()))
	})
	for _, ended := range []string{"a1", "a2"} {
		_, err := s.BrowserSession(ctx, poolA, hash(ended), t0())
		absent(t, err)
	}
	_, _, err := s.GrantUser(ctx, poolA, "a")
	absent(t, err)
	got, err := s.BrowserSession(ctx, poolA, hash("b"), t0())
	same(t, bob.ID, got.UserID, err)
	got, err = s.BrowserSession(ctx, poolB, hash("a1"), t0())
	same(t, ada.ID, got.UserID, err)
	_, u, err := s.GrantUser(ctx, poolA, "b")
	same(t, bob, u, err)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.TakeAuthCode(ctx, poolA, hash(ada.ID), "g")
		return err
	})
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.TakeAuthCode(ctx, poolA, hash(bob.ID), "g")
		return err
	})
}
