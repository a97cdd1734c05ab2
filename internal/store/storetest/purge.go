package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"idpond/internal/store"
)

func hour(n int) time.Time { return t0().Add(time.Duration(n) * time.Hour) }

// purge: the rows that expired first go first, at most as many as asked for.
func purge(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for i := range 4 {
			g := someGrant(fmt.Sprint("g", i), u)
			g.ExpiresAt = hour(i)
			token := hash(g.ID)
			_, err := tx.Count(ctx, store.Counter{PoolID: poolA, Subject: fmt.Sprint(i), Limit: 1, Now: hour(i - 1), Window: time.Hour})
			err = errors.Join(err,
				tx.CreateGrant(ctx, g, &token), tx.Spend(ctx, poolA, hash(g.ID), hour(i)),
				tx.PutAuthCode(ctx, store.AuthCode{PoolID: poolA, Hash: hash(g.ID), ExpiresAt: hour(i)}),
				tx.PutBrowserSession(ctx, store.BrowserSession{PoolID: poolA, Hash: hash(g.ID), ExpiresAt: hour(i)}),
				tx.PutChallengeState(ctx, poolA, hash(g.ID), nil, hour(i)),
				tx.PutCode(ctx, store.Code{PoolID: poolA, UserID: u.ID, Kind: store.CodeKind(g.ID), ExpiresAt: hour(i)}))
			if err != nil {
				return err
			}
		}
		return nil
	})
	left(t, s, u.ID, 0, 1, 2, 3)
	for _, step := range []struct {
		now   time.Time
		limit int
		left  []int
		more  bool
	}{
		{hour(0), 9, []int{0, 1, 2, 3}, false}, {hour(2), 1, []int{1, 2, 3}, true},
		{hour(2), 9, []int{2, 3}, false}, {hour(99), 9, nil, false},
	} {
		more, err := s.Purge(ctx, step.now, step.limit)
		if err != nil || more != step.more {
			t.Fatalf("more is %v, %v; want %v", more, err, step.more)
		}
		left(t, s, u.ID, step.left...)
		if step.now.Before(hour(24)) { // an access token may still be checked against its grant
			_, _, err := s.GrantUser(ctx, poolA, "g0")
			same(t, true, err == nil, err)
		}
	}
	_, _, err := s.GrantUser(ctx, poolA, "g3")
	absent(t, err)
	_, _, _, err = s.RefreshToken(ctx, poolA, hash("g3"))
	absent(t, err)
}

// left wants the rows of these numbers to be there still, of every kind. It looks
// in a transaction that is undone.
func left(t *testing.T, s store.Store, userID string, want ...int) {
	t.Helper()
	var sessions, states, codes, auth, spent, counters []int
	errDone := errors.New("looked")
	wantErr(t, s, errDone, func(ctx context.Context, tx store.Tx) error {
		sessions, states, codes, auth, spent, counters = nil, nil, nil, nil, nil, nil
		for i := range 4 {
			id := fmt.Sprint("g", i)
			if _, err := tx.BrowserSession(ctx, poolA, hash(id), time.Time{}); err == nil {
				sessions = append(sessions, i)
			}
			if _, err := tx.ChallengeState(ctx, poolA, hash(id), time.Time{}); err == nil {
				states = append(states, i)
			}
			if _, err := tx.Code(ctx, poolA, userID, store.CodeKind(id)); err == nil {
				codes = append(codes, i)
			}
			if _, err := tx.TakeAuthCode(ctx, poolA, hash(id), "g"); err == nil {
				auth = append(auth, i)
			}
			if err := tx.Spend(ctx, poolA, hash(id), hour(i)); err != nil {
				spent = append(spent, i)
			}
			c := store.Counter{PoolID: poolA, Subject: fmt.Sprint(i), Limit: 1, Now: hour(i).Add(-1), Window: time.Hour}
			if ok, err := tx.Count(ctx, c); err != nil || !ok {
				counters = append(counters, i)
			}
		}
		return errDone
	})
	for name, got := range map[string][]int{
		"sessions": sessions, "challenge states": states, "codes": codes, "authorization codes": auth, "spent": spent, "counters": counters,
	} {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s left: %v, want %v", name, got, want)
		}
	}
}
