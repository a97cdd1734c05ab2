package cognito_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func TestChangePassword(t *testing.T) {
	change := func(previous, proposed, want string) step {
		return step{op: "ChangePassword", body: `{"AccessToken":"{{token ada}}","PreviousPassword":"` + previous + `","ProposedPassword":"` + proposed + `"}`, want: want}
	}
	const incorrect = "NotAuthorizedException: Incorrect username or password."
	for _, tt := range []struct {
		name  string
		steps []step
		now   string // the password afterwards
	}{
		{"replaced", []step{newAda(""), change("Passw0rd!", "Passw0rd?", `{}`)}, "Passw0rd?"},
		{"wrong previous", []step{newAda(""), change("Passw0rd.", "Passw0rd?", incorrect)}, "Passw0rd!"},
		{"no previous", []step{newAda(""), {op: "ChangePassword", body: `{"AccessToken":"{{token ada}}","ProposedPassword":"Passw0rd?"}`,
			want: "InvalidParameterException: Missing required parameter PreviousPassword"}}, "Passw0rd!"},
		{"policy", []step{newAda(""), change("Passw0rd!", "Passw0rd", "InvalidPasswordException: Password does not conform to policy: Password must have symbol characters")}, "Passw0rd!"},
		{"five an hour, right ones too", []step{newAda(""),
			change("Passw0rd.", "Passw0rd?", incorrect), change("Passw0rd.", "Passw0rd?", incorrect), change("Passw0rd.", "Passw0rd?", incorrect),
			change("Passw0rd.", "Passw0rd?", incorrect), change("Passw0rd!", "Passw0rd?", `{}`), change("Passw0rd?", "Passw0rd+", limitExceeded)}, "Passw0rd?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t)
			b.run(tt.steps, nil)
			if !b.hasPassword("ada", tt.now) {
				t.Errorf("the password is not %q", tt.now)
			}
		})
	}
}

// TestChangePasswordTooLate has a user who was read before another request changed
// the password.
func TestChangePasswordTooLate(t *testing.T) {
	b := newUserBench(t)
	b.check(newAda(""))
	before := b.user("ada")
	b.check(step{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd+"}`, want: `{}`})
	err := b.srv.Accounts.ChangePassword(t.Context(), b.pool, &userpool.AppClient{}, before, "Passw0rd!", "Passw0rd?")
	if !fault.Is(err, fault.NotAuthorized) || !b.hasPassword("ada", "Passw0rd+") {
		t.Errorf("the old password still changes it: %v", err)
	}
}

// TestChangePasswordAtOnce has many guesses at once: only five are judged, so the
// right one among the others tells nothing.
func TestChangePasswordAtOnce(t *testing.T) {
	b := newUserBench(t)
	b.check(newAda(""))
	count := atOnce(30, func(int) string {
		return b.call("ChangePassword", `{"AccessToken":"{{token ada}}","PreviousPassword":"Passw0rd.","ProposedPassword":"Passw0rd?"}`)
	})
	if count["NotAuthorizedException: Incorrect username or password."] != 5 || count[limitExceeded] != 25 {
		t.Errorf("answers: %v", count)
	}
}

// TestRehash has a server that kept verifiers and now keeps hashes.
func TestRehash(t *testing.T) {
	b := newUserBench(t)
	b.check(newAda(""))
	before := b.user("ada")
	b.srv.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	b.advance(time.Hour)
	if !b.hasPassword("ada", "Passw0rd!") || b.hasPassword("ada", "Passw0rd?") {
		t.Fatal("a verifier is not checked by a server that keeps hashes")
	}
	b.srv.Accounts.Rehash(t.Context(), b.pool, before, "Passw0rd!")
	after := b.user("ada")
	if after.Credential.Hash == "" || after.Credential.Verifier != nil || !after.Credential.SetAt.Equal(before.Credential.SetAt) {
		t.Errorf("credential after: %+v", after.Credential)
	}
	if !b.hasPassword("ada", "Passw0rd!") || b.hasPassword("ada", "Passw0rd?") {
		t.Error("the hash is of another password")
	}
	if b.srv.Accounts.Passwords.Outdated(after.Credential) {
		t.Error("a fresh hash is outdated")
	}
}

// full is a disk on which nothing can be written.
type full struct{}

func (full) Write(context.Context, func(store.Tx) error) error {
	return errors.New("no space left on device")
}

// TestRehashCanWait: a password that can't be kept anew signs its user in all the same,
// and is kept anew next time.
func TestRehashCanWait(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	accounts := b.srv.Accounts
	accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	writer := accounts.Writer
	accounts.Writer = full{}
	b.play([]turn{begun(gotTokens)})
	if b.user("ada").Credential.Hash != "" {
		t.Error("the password was kept anew on a full disk")
	}
	accounts.Writer = writer
	b.play([]turn{begun(gotTokens)})
	if b.user("ada").Credential.Hash == "" {
		t.Error("the password was not kept anew")
	}
}

// TestTemporaryPasswordExpires: an invitation is good for as many days as the pool says,
// wherever it says so, to the last moment; then for whoever is invited again.
func TestTemporaryPasswordExpires(t *testing.T) {
	const expired = "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
	for _, tt := range []struct {
		name, settings string
		days           int
	}{
		{"by default", ``, 7},
		{"in the policy", `,"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":3}}`, 3},
		{"in the old place", `,"AdminCreateUserConfig":{"UnusedAccountValidityDays":1}`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newEventBench(t)
			b.ok("CreateUserPool", `{"PoolName":"shop"`+tt.settings+`}`)
			b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}`)
			b.ok("AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`)
			signsIn := func(after time.Duration, want string) {
				t.Helper()
				b.advance(after)
				got := b.call("InitiateAuth", password("Passw0rd!"))
				if want == "" && strings.Contains(got, `"ChallengeName":"NEW_PASSWORD_REQUIRED"`) {
					return
				}
				if got != want {
					t.Errorf("after %s: %s, want %q", after, got, want)
				}
			}
			validity := time.Duration(tt.days) * 24 * time.Hour
			for _, again := range []struct{ op, body string }{
				{"AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"RESEND"}`},
				{"AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!"}`},
				{"AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!","Permanent":true}`},
			} {
				signsIn(validity-time.Second, "")
				signsIn(time.Second, expired)
				b.ok(again.op, again.body)
			}
			b.advance(10 * validity)
			if got := b.call("InitiateAuth", password("Passw0rd!")); !strings.Contains(got, "AccessToken") {
				t.Errorf("a password for good: %s", got)
			}
		})
	}
}

// TestQueueOfHashes: of many guesses at once, whose hashes wait for a core, five are
// judged and the others meet the lock. Right passwords at once are all right.
func TestQueueOfHashes(t *testing.T) {
	const requests = 64
	for _, tt := range []struct {
		password string
		want     map[string]int
	}{
		{"wrong", map[string]int{incorrect: 5, locked: requests - 5}},
		{rightPassword, map[string]int{"tokens": requests}},
	} {
		b := newSignInBench(t)
		b.srv.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 4096, Iterations: 1, Parallelism: 1})
		b.srv.Accounts.Passwords.Locks = b.store
		b.addUser("ada")
		body := b.withClient("InitiateAuth", signIn(benchClient, "ada", tt.password))
		if diff := cmp.Diff(tt.want, b.atOnce(requests, "InitiateAuth", body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.password, diff)
		}
	}
}
