package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	poolA = "eu-west-1_aaaaaaaaa"
	poolB = "eu-west-1_bbbbbbbbb"
)

// t0 is when the tests begin: to the microsecond, which is what is kept.
func t0() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC) }

func hash(s string) store.Hash { return sha256.Sum256([]byte(s)) }

// write runs f, which must succeed.
func write(t *testing.T, s store.Store, f func(context.Context, store.Tx) error) {
	t.Helper()
	if err := try(t.Context(), s, f); err != nil {
		t.Fatal(err)
	}
}

func try(ctx context.Context, s store.Store, f func(context.Context, store.Tx) error) error {
	return s.Write(ctx, func(tx store.Tx) error { return f(ctx, tx) })
}

// wantErr runs f in a transaction and wants its error.
func wantErr(t *testing.T, s store.Store, want error, f func(context.Context, store.Tx) error) {
	t.Helper()
	if err := try(t.Context(), s, f); !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

// same wants got, read without an error, to be want.
func same[T any](t *testing.T, want, got T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("got error %v, want %+v", err, want)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// absent wants err to be ErrNotFound.
func absent(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got error %v, want ErrNotFound", err)
	}
}

func somePool(id string) *userpool.Pool {
	return &userpool.Pool{
		ID: id, Region: "eu-west-1", Name: "pool " + id,
		Settings: userpool.PoolSettings{
			DeletionProtection: "ACTIVE", MfaConfiguration: "OFF", AliasAttributes: []string{"email"},
			UserPoolTags: map[string]string{"team": "a <b> & ü"},
			SchemaAttributes: []userpool.SchemaAttribute{{
				Name: "custom:n", AttributeDataType: "Number", Mutable: true,
				NumberAttributeConstraints: &userpool.NumberConstraints{MinValue: "1"},
			}},
		},
		CreatedAt: t0(), UpdatedAt: t0().Add(time.Second),
	}
}

func withPools(t *testing.T, s store.Store, ids ...string) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for _, id := range ids {
			if err := tx.CreatePool(ctx, somePool(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// userID gives ids that look like those of the service and sort by n.
func userID(n int) string { return fmt.Sprintf("%08x-e0e1-70ae-d2ee-991ad1a898c8", n<<16) }

func someUser(n int, username string) *userpool.User {
	return &userpool.User{
		PoolID: poolA, ID: userID(n), Username: username, Status: userpool.StatusConfirmed, Enabled: true,
		Attributes: map[string]string{"email": username + "@example.org", "custom:note": "“quoted” <b> \x00"},
		Names:      []userpool.SignInName{{Kind: userpool.NameUsername, Value: username}},
		CreatedAt:  t0(), UpdatedAt: t0(),
	}
}

func withUser(t *testing.T, s store.Store, n int, username string) *userpool.User {
	t.Helper()
	u := someUser(n, username)
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) })
	return u
}

func someGrant(id string, u *userpool.User) store.Grant {
	return store.Grant{
		PoolID: u.PoolID, ID: id, UserID: u.ID, ClientID: "client1", OriginJTI: "origin-" + id,
		Scopes: []string{"openid", "https://api.example.org/read"}, Nonce: "n", OAuth: true, DeviceKey: "eu-west-1_k",
		AuthTime: t0(), ExpiresAt: t0().Add(30 * 24 * time.Hour),
	}
}

// parallel runs f n times at once and gives the errors.
func parallel(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// oneWinner wants one nil among errs and the error lost otherwise.
func oneWinner(t *testing.T, errs []error, lost error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lost):
			t.Errorf("got error %v, want %v", err, lost)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d succeeded, want 1", won, len(errs))
	}
}

func ids(users []*userpool.User) []string {
	list := []string{}
	for _, u := range users {
		list = append(list, u.ID)
	}
	return list
}

// listed gives of users what lists give.
func listed(users ...*userpool.User) []*userpool.User {
	list := []*userpool.User{}
	for _, u := range users {
		list = append(list, &userpool.User{
			PoolID: u.PoolID, ID: u.ID, Username: u.Username, Status: u.Status, Enabled: u.Enabled, Attributes: u.Attributes,
			Names: u.Names, Identities: u.Identities, MFA: u.MFA, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
		})
	}
	return list
}
