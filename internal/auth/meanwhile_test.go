package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/userpool"
)

// hooked is the store with something that happens behind a read of a user, and a
// count of the transactions.
type hooked struct {
	*sqlstore.Store
	then   func()
	writes int
}

func (h *hooked) User(ctx context.Context, pool, id string) (*userpool.User, error) {
	u, err := h.Store.User(ctx, pool, id)
	h.then()
	return u, err
}

func (h *hooked) FindUser(ctx context.Context, pool string, names []userpool.SignInName) (*userpool.User, error) {
	u, err := h.Store.FindUser(ctx, pool, names)
	h.then()
	return u, err
}

func (h *hooked) Write(ctx context.Context, f func(store.Tx) error) error {
	h.writes++
	return h.Store.Write(ctx, f)
}

// hook lets then happen behind the engine's reads of users.
func (b *bench) hook(then func()) *hooked {
	h := &hooked{Store: b.store, then: then}
	b.auth.Store, b.auth.Accounts.Users = h, h
	return h
}

// TestAbandoned: a check that was not made because the client went away is not
// counted as a wrong password.
func TestAbandoned(t *testing.T) {
	b := newBench(t)
	b.add("ada", nil)
	ctx, cancel := context.WithCancel(t.Context())
	h := b.hook(cancel)
	b.auth.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	_, err := b.auth.Initiate(ctx, auth.InitiateRequest{
		Pool: b.pool, Client: b.client, Side: auth.Public, Flow: "USER_PASSWORD_AUTH",
		Parameters: map[string]string{"USERNAME": "ada", "PASSWORD": "wrong"},
	})
	if !errors.Is(err, context.Canceled) || h.writes != 0 {
		t.Errorf("%v and %d transactions, want context.Canceled and none", err, h.writes)
	}
}

// TestLockStartsMeanwhile: a lock that starts while a right password is checked
// holds for it.
func TestLockStartsMeanwhile(t *testing.T) {
	b := newBench(t)
	ada := b.add("ada", nil)
	h := b.hook(func() {
		for range 5 {
			err := b.store.Write(t.Context(), func(tx store.Tx) error {
				_, err := tx.PasswordWrong(t.Context(), b.pool.ID, ada.ID, b.clock())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	const locked = "NotAuthorizedException: Password attempts exceeded"
	if _, err := b.signIn("ada", password); text(err) != locked {
		t.Errorf("lock behind the read: %v", err)
	}
	h.writes = 0
	if _, err := b.signIn("ada", password); text(err) != locked || h.writes != 0 {
		t.Errorf("lock before the read: %v and %d transactions, want none", err, h.writes)
	}
}

// TestNewPasswordMeanwhile: an administrator who sets a temporary password, or
// disables the user, while a new password is hashed, has the last word.
func TestNewPasswordMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(b *bench) error
	}{
		{"another temporary password", func(b *bench) error {
			b.advance(time.Second)
			return b.auth.Accounts.AdminSetPassword(b.Context(), b.pool, "ada", "temporary too", false)
		}},
		{"a permanent password", func(b *bench) error {
			return b.auth.Accounts.AdminSetPassword(b.Context(), b.pool, "ada", "for good and all", true)
		}},
		{"disabled", func(b *bench) error { return b.auth.Accounts.AdminSetEnabled(b.Context(), b.pool, "ada", false) }},
	} {
		b := newBench(t)
		b.add("ada", func(u *userpool.User) { u.Status = userpool.StatusForceChangePassword })
		out, err := b.signIn("ada", password)
		if err != nil {
			t.Fatal(err)
		}
		var once sync.Once
		b.auth.Store = &hooked{Store: b.store, then: func() {
			once.Do(func() {
				if err := tt.then(b); err != nil {
					t.Fatal(err)
				}
			})
		}}
		_, err = b.auth.Respond(t.Context(), auth.RespondRequest{
			Pool: b.pool, Client: b.client, Side: auth.Public, Challenge: out.Challenge, Session: out.Session,
			Answers: map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "long enough"},
		})
		if got := text(err); got != "NotAuthorizedException: Invalid session for the user." {
			t.Errorf("%s: %s", tt.name, got)
		}
		ada, err := b.auth.Accounts.Find(t.Context(), b.pool, "ada")
		if err != nil || b.auth.Accounts.Passwords.Check(t.Context(), b.pool, ada, "long enough") {
			t.Errorf("%s: the new password was set; %v", tt.name, err)
		}
	}
}

// TestDisabledMeanwhile: what a sign-in gives out that was under way when its user was
// disabled is dead, and stays so when the user is enabled again.
func TestDisabledMeanwhile(t *testing.T) {
	b := newBench(t)
	ada := b.add("ada", nil)
	done := false
	b.hook(func() {
		if done {
			return
		}
		done = true // AdminSetEnabled reads users too
		if err := b.auth.Accounts.AdminSetEnabled(t.Context(), b.pool, "ada", false); err != nil {
			t.Error(err)
		}
	})
	out, err := b.signIn("ada", password)
	if err != nil || out.Tokens == nil {
		t.Fatalf("the sign-in that was under way: %v, %v", out, err)
	}
	check := func(want string) {
		t.Helper()
		if _, err := b.auth.CheckAccessToken(t.Context(), out.Tokens.AccessToken, ""); text(err) != want {
			t.Errorf("its access token: %v, want %s", err, want)
		}
	}
	check("NotAuthorizedException: Access Token has been revoked")
	if err := b.auth.Accounts.AdminSetEnabled(t.Context(), b.pool, ada.Username, true); err != nil {
		t.Fatal(err)
	}
	check("NotAuthorizedException: Access Token has been revoked")
	if out, err := b.signIn("ada", password); err != nil || out.Tokens == nil {
		t.Errorf("a sign-in afterwards: %v, %v", out, err)
	}
}
