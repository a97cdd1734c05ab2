package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/userpool"
)

var (
	weak   = account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1}
	strong = account.Argon2Params{MemoryKiB: 128, Iterations: 2, Parallelism: 1}
	pool   = &userpool.Pool{ID: "eu-west-1_AbCdEfGhI"}
)

func clock() time.Time { return time.Unix(1_700_000_000, 0) }

func TestPasswords(t *testing.T) {
	for _, tt := range []struct {
		name      string
		passwords *account.Passwords
		srp       bool
		prefix    string // of the hash
	}{
		{"verifier", account.SRPVerifiers(clock), true, ""},
		{"hash", account.Argon2Hashes(clock, weak), false, "$argon2id$v=19$m=64,t=1,p=1$"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := &userpool.User{ID: "sub-1", Username: "alice"}
			c, err := tt.passwords.Make(t.Context(), pool, u, "Passw0rd!")
			if err != nil {
				t.Fatal(err)
			}
			u.Credential = c
			if !strings.HasPrefix(c.Hash, tt.prefix) || (c.Hash == "") != tt.srp || (len(c.Verifier) == 384) != tt.srp || !c.SetAt.Equal(clock()) {
				t.Errorf("credential %+v", c)
			}
			if tt.passwords.SRP() != tt.srp {
				t.Errorf("SRP() = %t", tt.passwords.SRP())
			}
			again, err := tt.passwords.Make(t.Context(), pool, u, "Passw0rd!")
			if err != nil || cmp.Equal(c, again) {
				t.Errorf("the same password gave the same credential twice (%v)", err)
			}
			for _, check := range []struct {
				name     string
				user     *userpool.User
				password string
				want     bool
			}{
				{"right", u, "Passw0rd!", true},
				{"wrong", u, "Passw0rd?", false},
				{"empty", u, "", false},
				{"no user", nil, "Passw0rd!", false},
				{"user without a password", &userpool.User{Username: "bob"}, "", false},
			} {
				if got := tt.passwords.Check(t.Context(), pool, check.user, check.password); got != check.want {
					t.Errorf("%s: %t", check.name, got)
				}
			}
		})
	}
}

// TestVerifierIsBound has a verifier that was moved to another user or pool.
func TestVerifierIsBound(t *testing.T) {
	w := account.SRPVerifiers(clock)
	u := &userpool.User{Username: "alice"}
	u.Credential, _ = w.Make(t.Context(), pool, u, "Passw0rd!")
	if w.Check(t.Context(), pool, &userpool.User{Username: "bob", Credential: u.Credential}, "Passw0rd!") {
		t.Error("another user's verifier is taken")
	}
	if w.Check(t.Context(), &userpool.Pool{ID: "eu-west-1_IhGfEdCbA"}, u, "Passw0rd!") {
		t.Error("another pool's verifier is taken")
	}
}

// imported is bcrypt's own test vector: the password is U*U.
var imported = userpool.Credential{Foreign: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}

func TestForeignHash(t *testing.T) {
	for _, w := range []*account.Passwords{account.SRPVerifiers(clock), account.Argon2Hashes(clock, weak)} {
		for _, tt := range []struct {
			kept     userpool.Credential
			password string
			want     bool
		}{
			{imported, "U*U", true},
			{imported, "U*V", false},
			{imported, "", false},
			{userpool.Credential{Foreign: "U*U"}, "U*U", false},
		} {
			u := &userpool.User{Username: "alice", Credential: tt.kept}
			if got := w.Check(t.Context(), pool, u, tt.password); got != tt.want {
				t.Errorf("%s with %q: %t", tt.kept.Foreign, tt.password, got)
			}
		}
	}
}

func TestOutdated(t *testing.T) {
	credential := func(w *account.Passwords) userpool.Credential {
		c, err := w.Make(t.Context(), pool, &userpool.User{Username: "alice"}, "Passw0rd!")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	verifier, weakHash, strongHash := credential(account.SRPVerifiers(clock)), credential(account.Argon2Hashes(clock, weak)), credential(account.Argon2Hashes(clock, strong))
	for _, tt := range []struct {
		name   string
		server *account.Passwords
		kept   userpool.Credential
		want   bool
	}{
		{"verifier where verifiers are kept", account.SRPVerifiers(clock), verifier, false},
		{"hash where verifiers are kept", account.SRPVerifiers(clock), strongHash, true},
		{"verifier where hashes are kept", account.Argon2Hashes(clock, weak), verifier, true},
		{"weak hash, strong server", account.Argon2Hashes(clock, strong), weakHash, true},
		{"strong hash, weak server", account.Argon2Hashes(clock, weak), strongHash, false},
		{"fewer passes", account.Argon2Hashes(clock, account.Argon2Params{MemoryKiB: 64, Iterations: 2, Parallelism: 1}), weakHash, true},
		{"fewer lanes", account.Argon2Hashes(clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 2}), weakHash, true},
		{"another system's hash where verifiers are kept", account.SRPVerifiers(clock), imported, true},
		{"another system's hash where hashes are kept", account.Argon2Hashes(clock, weak), imported, true},
		{"no password", account.SRPVerifiers(clock), userpool.Credential{}, false},
	} {
		if got := tt.server.Outdated(tt.kept); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
	// Whatever the parameters it was made with, a hash is checked with its own.
	u := &userpool.User{Username: "alice", Credential: weakHash}
	if !account.Argon2Hashes(clock, strong).Check(t.Context(), pool, u, "Passw0rd!") {
		t.Error("an older hash is not checked with its own parameters")
	}
}

func TestBrokenHash(t *testing.T) {
	w := account.Argon2Hashes(clock, weak)
	for _, hash := range []string{
		"x", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ", "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$argon2id$v=18$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA",
		"$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$aGFzaA", "$argon2id$v=19$m=64,t=1,p=0$c2FsdHNhbHQ$aGFzaA", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$", "$argon2id$v=19$m=64,t=1,p=1$!$aGFzaA",
	} {
		u := &userpool.User{Username: "alice", Credential: userpool.Credential{Hash: hash}}
		if w.Check(t.Context(), pool, u, "Passw0rd!") {
			t.Errorf("%q lets in", hash)
		}
	}
}

func TestCheckSecretHash(t *testing.T) {
	public := &userpool.AppClient{ID: "1example23456789"}
	secret := &userpool.AppClient{ID: "1example23456789", Secrets: []userpool.ClientSecret{{Value: "one"}, {Value: "two"}}}
	const (
		missing = "Client 1example23456789 is configured with secret but SECRET_HASH was not received"
		wrong   = "Unable to verify secret hash for client 1example23456789"
	)
	for _, tt := range []struct {
		name   string
		client *userpool.AppClient
		user   string
		hash   string
		want   string
	}{
		{"public client", public, "ada", "", ""},
		{"public client, a hash", public, "ada", account.SecretHash("one", "ada", public.ID), wrong},
		{"no hash", secret, "ada", "", missing},
		{"first secret", secret, "ada", account.SecretHash("one", "ada", secret.ID), ""},
		{"second secret", secret, "ada", account.SecretHash("two", "ada", secret.ID), ""},
		{"known value", secret, "ada", "K0eWGnQFtDG56R2DqtROPZjBNDo8KgjNXDRWCf5mbwo=", ""},
		{"another secret", secret, "ada", account.SecretHash("three", "ada", secret.ID), wrong},
		{"another user", secret, "bob", account.SecretHash("one", "ada", secret.ID), wrong},
		{"another client", secret, "ada", account.SecretHash("one", "ada", "other"), wrong},
	} {
		err := account.CheckSecretHash(tt.client, tt.user, tt.hash)
		got := ""
		if err != nil {
			got = fault.Of(err).Message
		}
		if got != tt.want || err != nil && !fault.Is(err, fault.NotAuthorized) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
