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

// writeUndone: an error of the function undoes all that it did, and is given.
func writeUndone(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	boom := errors.New("boom")
	wantErr(t, s, boom, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateUser(ctx, someUser(1, "ada")); err != nil {
			return err
		}
		if _, err := tx.User(ctx, poolA, userID(1)); err != nil {
			t.Errorf("a transaction doesn't see its own write: %v", err)
		}
		return fmt.Errorf("wrapped: %w", boom)
	})
	_, err := s.User(t.Context(), poolA, userID(1))
	absent(t, err)
}

// writeGoesOn: a function may go on after ErrExists and ErrNotFound.
func writeGoesOn(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	ada := withUser(t, s, 1, "ada")
	code := store.AuthCode{PoolID: poolA, Hash: hash("code"), UsedFor: "g0"}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for name, err := range map[string]error{
			"CreatePool":  tx.CreatePool(ctx, somePool(poolA)),
			"CreateUser":  tx.CreateUser(ctx, someUser(2, "ada")),
			"PutAuthCode": errors.Join(tx.PutAuthCode(ctx, code), tx.PutAuthCode(ctx, code)),
			"Spend":       errors.Join(tx.Spend(ctx, poolA, hash("x"), t0()), tx.Spend(ctx, poolA, hash("x"), t0())),
		} {
			if !errors.Is(err, store.ErrExists) {
				t.Errorf("%s: got error %v, want ErrExists", name, err)
			}
		}
		if _, err := tx.TakeAuthCode(ctx, poolA, code.Hash, "g1"); !errors.Is(err, store.ErrExists) {
			t.Errorf("TakeAuthCode: got error %v, want ErrExists", err)
		}
		absent(t, tx.TakeCode(ctx, store.Code{PoolID: poolA, UserID: ada.ID}))
		return tx.CreateUser(ctx, someUser(3, "bob"))
	})
	_, err := s.User(t.Context(), poolA, userID(3))
	same(t, true, err == nil, err)
}

// writeContext: a caller whose context has ended gets its error, nothing is
// written, and others are not disturbed.
func writeContext(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	create := func(n int) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			return tx.CreateUser(ctx, someUser(n, fmt.Sprint("user", n)))
		}
	}
	if err := try(ended, s, create(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
	midway, cancelMidway := context.WithCancel(t.Context())
	err := try(midway, s, func(ctx context.Context, tx store.Tx) error {
		if err := create(2)(ctx, tx); err != nil {
			return err
		}
		cancelMidway()
		return create(3)(ctx, tx)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
	errs := parallel(32, func(i int) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if i%2 == 1 {
			time.AfterFunc(time.Duration(i)*100*time.Microsecond, cancel)
			_ = try(ctx, s, create(100+i)) // may make it or not
			return nil
		}
		return try(ctx, s, create(100+i))
	})
	for i, err := range errs {
		if err != nil {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	users, err := s.ListUsers(t.Context(), store.UserQuery{PoolID: poolA, Limit: 3})
	if err != nil || len(users) == 0 || users[0].ID != userID(100) {
		t.Errorf("error %v; the first user is %v, want %s", err, ids(users), userID(100))
	}
	if _, err := s.Pool(ended, poolA); !errors.Is(err, context.Canceled) {
		t.Errorf("read: got error %v, want context.Canceled", err)
	}
}

// writePanic: a panic reaches the caller of Write, undoes its writes, and harms
// nobody else.
func writePanic(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	errs := parallel(8, func(i int) (err error) {
		defer func() {
			if r := recover(); r != nil && r != i {
				err = fmt.Errorf("panicked with %v, want %d", r, i)
			}
		}()
		write := func(ctx context.Context, tx store.Tx) error {
			if err := tx.CreateUser(ctx, someUser(i+1, fmt.Sprint("user", i))); err != nil {
				return err
			}
			if i%2 == 1 {
				panic(i)
			}
			return nil
		}
		if err := try(t.Context(), s, write); err != nil || i%2 == 1 {
			return fmt.Errorf("caller %d returned with error %v", i, err)
		}
		return nil
	})
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	users, err := s.ListUsers(t.Context(), store.UserQuery{PoolID: poolA, Limit: 9})
	same(t, []string{userID(1), userID(3), userID(5), userID(7)}, ids(users), err)
}

// staleRetry: a function that finds its record stale runs again, on what is there
// now, and not for ever.
func staleRetry(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	old := withUser(t, s, 1, "ada")
	runs := 0
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		runs++
		u, err := tx.User(ctx, poolA, old.ID)
		if err != nil {
			return err
		}
		if runs < 3 {
			u.Version = 0 // as if another node had been faster
		}
		u.Username = fmt.Sprint("run", runs)
		return tx.UpdateUser(ctx, u)
	})
	got, err := s.User(t.Context(), poolA, old.ID)
	same(t, "run3", got.Username, err)
	runs = 0
	wantErr(t, s, store.ErrStale, func(context.Context, store.Tx) error {
		runs++
		return store.ErrStale
	})
	if runs < 2 || runs > 20 {
		t.Errorf("ran %d times", runs)
	}
}

func poolDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	u := someUser(1, "ada")
	token := hash("token")
	auth := store.AuthCode{PoolID: poolA, Hash: hash("auth")}
	session := store.BrowserSession{PoolID: poolA, Hash: hash("session"), ExpiresAt: t0().Add(time.Hour)}
	counter := store.Counter{PoolID: poolA, Subject: u.ID, Action: "a", Limit: 1, Window: time.Hour, Now: t0()}
	fill := func(ctx context.Context, tx store.Tx) error {
		counted, err := tx.Count(ctx, counter)
		if err == nil && !counted {
			err = errors.New("the counter was not gone")
		}
		return errors.Join(err,
			tx.CreateClient(ctx, someClient(poolA, "c1")),
			tx.CreateDomain(ctx, &userpool.Domain{PoolID: poolA, Name: "d"}),
			tx.CreateResourceServer(ctx, &userpool.ResourceServer{PoolID: poolA, Identifier: "r"}),
			tx.CreateGroup(ctx, &userpool.Group{PoolID: poolA, Name: "g"}),
			tx.AddSigningKeys(ctx, poolA, []store.SigningKey{{KID: "k", Use: store.KeyForID, PKCS8: []byte{1}}}),
			tx.CreateUser(ctx, u), tx.AddToGroup(ctx, poolA, "g", u.ID),
			tx.CreateDevice(ctx, someDevice(u, "k")), tx.CreatePasskey(ctx, somePasskey(u, "k")),
			tx.PutCode(ctx, store.Code{PoolID: poolA, UserID: u.ID, Kind: store.CodeSignUp}),
			tx.CreateGrant(ctx, someGrant("g1", u), &token), tx.Spend(ctx, poolA, hash("spent"), t0()),
			tx.PutAuthCode(ctx, auth), tx.PutBrowserSession(ctx, session),
			tx.PutChallengeState(ctx, poolA, session.Hash, []byte("a"), session.ExpiresAt),
			tx.AddPasswordHistory(ctx, poolA, u.ID, userpool.Credential{Hash: "h"}, 9),
			tx.CreateDocument(ctx, someDocument(store.KindTerms, "1", "a")), tx.CreateLink(ctx, someLink(u, "1")),
			tx.AddAuthEvent(ctx, someEvent(u, "1", 0)), tx.CreateImportJob(ctx, someJob("1", "Pending", 0)),
			tx.PutImportChunk(ctx, poolA, "1", 0, []byte("a")),
			tx.AddImportLines(ctx, poolA, "1", []store.ImportLine{{Line: 1, Text: "a"}}),
		)
	}
	write(t, s, fill)
	bob := someUser(2, "bob")
	bob.PoolID = poolB
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, bob) })
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeletePool(ctx, poolA) })

	_, err := s.Pool(ctx, poolA)
	absent(t, err)
	_, err = s.Client(ctx, "c1")
	absent(t, err)
	_, err = s.Domain(ctx, "d")
	absent(t, err)
	_, err = s.FindUser(ctx, poolA, u.Names)
	absent(t, err)
	_, err = s.BrowserSession(ctx, poolA, session.Hash, t0())
	absent(t, err)
	_, err = s.ChallengeState(ctx, poolA, session.Hash, t0())
	absent(t, err)
	same(t, []int{}, historyOf(t, s, u, 9), nil)
	_, err = s.Document(ctx, poolA, store.KindTerms, "1")
	absent(t, err)
	_, err = s.ImportJob(ctx, poolA, "1")
	absent(t, err)
	_, err = s.ImportChunk(ctx, poolA, "1", 0)
	absent(t, err)
	n, err := s.CountUsers(ctx, poolA)
	same(t, 0, n, err)
	got, err := s.User(ctx, poolB, bob.ID) // the other pool is untouched
	same(t, bob, got, err)
	withPools(t, s, poolA)
	write(t, s, fill) // nothing is left that is in the way
}
