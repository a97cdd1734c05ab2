package auth_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
)

const password = "Passw0rd!"

// bench is the engine over a SQLite file, with one pool, one client and the users
// that a test adds. What goes through the API is tested in package cognito.
type bench struct {
	testing.TB
	auth   *auth.Service
	store  *sqlstore.Store
	pool   *userpool.Pool
	client *userpool.AppClient

	mu  sync.Mutex
	now time.Time
}

func newBench(t testing.TB) *bench {
	t.Helper()
	st, keys := sqlstoretest.Open(t)
	b := &bench{
		TB: t, store: st, now: time.Unix(1_700_000_000, 0).UTC(),
		pool: &userpool.Pool{ID: "eu-west-1_A", Region: "eu-west-1", Name: "a", Settings: userpool.PoolSettings{
			Policies: userpool.Policies{PasswordPolicy: userpool.PasswordPolicy{MinimumLength: 8}},
		}},
		client: &userpool.AppClient{PoolID: "eu-west-1_A", ID: "app", Name: "app", Settings: userpool.ClientSettings{
			ExplicitAuthFlows: []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"},
		}},
	}
	issue := &tokens.Service{
		Config: b, Store: st, Issuer: tokens.Issuer{PublicURL: "http://localhost"}, Now: b.clock, Rand: rand.Reader,
		Keys: &tokens.Keys{Store: st, Source: &tokenstest.Source{}, Now: b.clock},
	}
	accounts := &account.Service{Users: st, Writer: st, Passwords: account.SRPVerifiers(b.clock), Keys: keys, Now: b.clock, Rand: rand.Reader}
	b.auth = &auth.Service{Config: b, Store: st, Accounts: accounts, Tokens: issue, Keys: keys, Now: b.clock, Rand: rand.Reader}
	err := st.Write(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.CreatePool(t.Context(), b.pool), tx.CreateClient(t.Context(), b.client))
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) Pool(context.Context, string) (*userpool.Pool, error) { return b.pool, nil }

func (b *bench) PoolClient(context.Context, *userpool.Pool, string) (*userpool.AppClient, error) {
	return b.client, nil
}

func (b *bench) Groups(context.Context, string) (map[string]*userpool.Group, error) { return nil, nil }

// add makes a confirmed user, changed as the test likes.
func (b *bench) add(name string, change func(*userpool.User)) *userpool.User {
	b.Helper()
	u := &userpool.User{
		PoolID: b.pool.ID, ID: "sub-of-" + name, Username: name, Status: userpool.StatusConfirmed, Enabled: true,
		Attributes: map[string]string{}, CreatedAt: b.clock(), UpdatedAt: b.clock(),
	}
	var err error
	if u.Credential, err = b.auth.Accounts.Passwords.Make(b.Context(), b.pool, u, password); err != nil {
		b.Fatal(err)
	}
	if change != nil {
		change(u)
	}
	u.Names = b.pool.SignInNames(u)
	if err := b.store.Write(b.Context(), func(tx store.Tx) error { return tx.CreateUser(b.Context(), u) }); err != nil {
		b.Fatal(err)
	}
	return u
}

func (b *bench) signIn(user, password string) (*auth.Outcome, error) {
	return b.auth.Initiate(b.Context(), auth.InitiateRequest{
		Pool: b.pool, Client: b.client, Side: auth.Public, Flow: "USER_PASSWORD_AUTH",
		Parameters: map[string]string{"USERNAME": user, "PASSWORD": password},
	})
}

// text is an error as a client reads it, "" for none.
func text(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Error()
}

// TestPages: a password alone signs in, whatever ExplicitAuthFlows says, and no
// grant is made for it.
func TestPages(t *testing.T) {
	b := newBench(t)
	b.client.Settings.ExplicitAuthFlows = []string{"ALLOW_REFRESH_TOKEN_AUTH"}
	b.client.Settings.PreventUserExistenceErrors = "ENABLED"
	b.add("ada", nil)
	b.add("off", func(u *userpool.User) { u.Enabled = false })
	b.add("new", func(u *userpool.User) { u.Status = userpool.StatusUnconfirmed })
	for _, tt := range []struct{ user, password, want string }{
		{"ada", password, ""},
		{"ada", "wrong", "NotAuthorizedException: Incorrect username or password."},
		{"nobody", password, "NotAuthorizedException: Incorrect username or password."},
		{"off", password, "NotAuthorizedException: User is disabled."},
		{"new", password, "UserNotConfirmedException: User is not confirmed."},
		{"", password, "InvalidParameterException: Missing required parameter USERNAME"},
		{"ada", "", "InvalidParameterException: Missing required parameter PASSWORD"},
	} {
		out, err := b.auth.PageSignIn(t.Context(), auth.PageRequest{Pool: b.pool, Client: b.client, Username: tt.user}, tt.password)
		if got := text(err); got != tt.want {
			t.Errorf("%q with %q: %q, want %q", tt.user, tt.password, got, tt.want)
		}
		if err == nil && (out.User.Username != tt.user || !out.AuthTime.Equal(b.clock()) || out.Challenge != "") {
			t.Errorf("%q with %q: %+v", tt.user, tt.password, out)
		}
	}
}

func TestPageNewPassword(t *testing.T) {
	b := newBench(t)
	b.add("ada", func(u *userpool.User) { u.Status = userpool.StatusForceChangePassword })
	out, err := b.auth.PageSignIn(t.Context(), auth.PageRequest{Pool: b.pool, Client: b.client, Username: "ada"}, password)
	if err != nil || out.User != nil || out.Challenge != "NEW_PASSWORD_REQUIRED" || out.Parameters["USER_ID_FOR_SRP"] != "ada" {
		t.Fatalf("%+v, %v", out, err)
	}
	answer := func(session, proposed string) (*auth.PageOutcome, error) {
		return b.auth.PageRespond(t.Context(), b.pool, b.client, session, out.Challenge, map[string]string{"NEW_PASSWORD": proposed})
	}
	_, err = answer(out.Session, "short")
	if got := text(err); got != "InvalidPasswordException: Password does not conform to policy: Password not long enough" {
		t.Errorf("short password: %s", got)
	}
	_, err = answer("", "long enough")
	if got := text(err); got != "InvalidParameterException: Missing required parameter Session" {
		t.Errorf("no session: %s", got)
	}
	b.advance(time.Minute)
	done, err := answer(out.Session, "long enough")
	if err != nil || done.User == nil || done.User.Status != userpool.StatusConfirmed || !done.AuthTime.Equal(b.clock()) {
		t.Fatalf("%+v, %v", done, err)
	}
	_, err = answer(out.Session, "long enough too")
	if got := text(err); got != "NotAuthorizedException: Invalid session for the user, session can only be used once." {
		t.Errorf("again: %s", got)
	}

	// A page's session is of no use to the API.
	b.add("eve", func(u *userpool.User) { u.Status = userpool.StatusForceChangePassword })
	if out, err = b.auth.PageSignIn(t.Context(), auth.PageRequest{Pool: b.pool, Client: b.client, Username: "eve"}, password); err != nil {
		t.Fatal(err)
	}
	_, err = b.auth.Respond(t.Context(), auth.RespondRequest{
		Pool: b.pool, Client: b.client, Side: auth.Public, Challenge: out.Challenge, Session: out.Session,
		Answers: map[string]string{"USERNAME": "eve", "NEW_PASSWORD": "long enough"},
	})
	if got := text(err); got != "NotAuthorizedException: Invalid session for the user." {
		t.Errorf("page's session at the API: %s", got)
	}
}

func TestBrowserSession(t *testing.T) {
	b := newBench(t)
	ada := b.add("ada", nil)
	signedIn := b.clock().Add(-time.Minute)
	start := func() string {
		id, err := b.auth.StartBrowserSession(t.Context(), b.pool.ID, ada.ID, signedIn)
		if err != nil || len(id) != 43 {
			t.Fatalf("id %q, %v", id, err)
		}
		return id
	}
	id := start()
	started := b.clock()
	look := func(pool, id string) string {
		s, err := b.auth.BrowserSession(t.Context(), pool, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return "none"
		case err != nil:
			t.Fatal(err)
		case !s.AuthTime.Equal(signedIn) || !s.ExpiresAt.Equal(started.Add(time.Hour)):
			t.Errorf("AuthTime %v, ExpiresAt %v", s.AuthTime, s.ExpiresAt)
		}
		return s.User.Username
	}
	enable := func(on bool) {
		if err := b.auth.Accounts.AdminSetEnabled(t.Context(), b.pool, "ada", on); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	got = append(got, look(b.pool.ID, id), look("eu-west-1_B", id), look(b.pool.ID, id+"x"), look(b.pool.ID, ""))
	if err := b.auth.SignOutEverywhere(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	got = append(got, look(b.pool.ID, id))
	enable(false)
	got = append(got, look(b.pool.ID, id))
	meanwhile := start() // by a sign-in that was under way
	got = append(got, look(b.pool.ID, meanwhile))
	enable(true)
	got = append(got, look(b.pool.ID, id), look(b.pool.ID, meanwhile))
	id, other := start(), start()
	for range 2 { // twice is fine
		if err := b.auth.EndBrowserSession(t.Context(), b.pool.ID, other); err != nil {
			t.Fatal(err)
		}
	}
	got = append(got, look(b.pool.ID, other), look(b.pool.ID, id))
	b.advance(time.Hour)
	got = append(got, look(b.pool.ID, id))
	want := []string{
		"ada", "none", "none", "none", // of another pool, another id, no id
		"ada",          // global sign-out leaves it
		"none",         // disabled
		"none",         // started since
		"none", "none", // enabled again
		"none", // ended
		"ada",  // the other one
		"none", // after an hour
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}

// TestArgon2: a server without SRP refuses the flow, and a password that was kept
// for SRP is kept as a hash from the first sign-in on.
func TestArgon2(t *testing.T) {
	b := newBench(t)
	b.add("ada", func(u *userpool.User) { u.Status = userpool.StatusForceChangePassword })
	b.advance(time.Hour)
	b.auth.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	_, err := b.auth.Initiate(t.Context(), auth.InitiateRequest{
		Pool: b.pool, Client: b.client, Side: auth.Public, Flow: "USER_SRP_AUTH",
		Parameters: map[string]string{"USERNAME": "ada", "SRP_A": "abcdef"},
	})
	if got := text(err); got != "InvalidParameterException: USER_SRP_AUTH is not enabled for the client." {
		t.Errorf("SRP: %s", got)
	}
	before := b.credential("ada")
	if _, err := b.signIn("ada", "wrong"); text(err) != "NotAuthorizedException: Incorrect username or password." {
		t.Errorf("wrong: %v", err)
	}
	if diff := cmp.Diff(before, b.credential("ada")); diff != "" {
		t.Errorf("a wrong password changed what is kept:\n%s", diff)
	}
	out, err := b.signIn("ada", password)
	if err != nil {
		t.Fatal(err)
	}
	after := b.credential("ada")
	if after.Hash == "" || after.Verifier != nil || !after.SetAt.Equal(before.SetAt) {
		t.Errorf("kept as %+v", after)
	}
	if _, err := b.signIn("ada", password); err != nil {
		t.Errorf("with the hash: %v", err)
	}
	// The session was begun while the password was kept in the other form.
	_, err = b.auth.Respond(t.Context(), auth.RespondRequest{
		Pool: b.pool, Client: b.client, Side: auth.Public, Challenge: out.Challenge, Session: out.Session,
		Answers: map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "long enough"},
	})
	if err != nil {
		t.Errorf("session: %v", err)
	}
}

func (b *bench) credential(name string) userpool.Credential {
	b.Helper()
	u, err := b.auth.Accounts.Find(b.Context(), b.pool, name)
	if err != nil {
		b.Fatal(err)
	}
	return u.Credential
}

func TestScope(t *testing.T) {
	b := newBench(t)
	ada := b.add("ada", nil)
	set, err := b.auth.Tokens.Grant(t.Context(), tokens.GrantRequest{
		Pool: b.pool, Client: b.client, User: ada, OAuth: true, Scopes: []string{"openid", "email"}, AuthTime: b.clock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string]string{
		"": "", "openid": "",
		"aws.cognito.signin.user.admin": "NotAuthorizedException: Access Token does not have required scopes",
	} {
		caller, err := b.auth.CheckAccessToken(t.Context(), set.AccessToken, scope)
		if got := text(err); got != want {
			t.Errorf("scope %q: %q, want %q", scope, got, want)
		}
		if err == nil && (caller.User.ID != ada.ID || caller.Client.ID != "app" || !cmp.Equal(caller.Scopes, []string{"openid", "email"})) {
			t.Errorf("scope %q: %+v", scope, caller)
		}
	}
}
