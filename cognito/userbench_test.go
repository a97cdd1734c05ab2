package cognito_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito"
	"idpond/internal/account"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// userBench is the API over a real SQLite file, in one pool with one app client that
// a test has set up as it likes, and may change as it goes.
type userBench struct {
	testing.TB
	dir     string // of the database
	srv     *cognito.Server
	store   *sqlstore.Store
	inbox   *message.Inbox
	log     *bytes.Buffer
	pool    *userpool.Pool
	client  *userpool.AppClient
	clients map[string]*userpool.AppClient // all of the pool, by id

	mu     sync.Mutex
	now    time.Time
	tokens map[string]string // last access token by the name of its user
}

// setup changes the pool and the client of a bench.
type setup func(*userpool.Pool, *userpool.AppClient)

const (
	benchPool   = "eu-west-1_Bench"
	benchClient = "benchclient"
)

func newUserBench(t testing.TB, changes ...setup) *userBench {
	t.Helper()
	dir := t.TempDir()
	st, keys := sqlstoretest.OpenFile(t, filepath.Join(dir, "idpond.db"))
	b := &userBench{TB: t, dir: dir, store: st, inbox: &message.Inbox{}, log: &bytes.Buffer{}, now: time.Unix(1_700_000_000, 0).UTC(),
		tokens: map[string]string{}}
	b.pool, b.client = benchSettings()
	b.clients = map[string]*userpool.AppClient{benchClient: b.client}
	for _, change := range changes {
		change(b.pool, b.client)
	}
	err := st.Write(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.CreatePool(t.Context(), b.pool), tx.CreateClient(t.Context(), b.client))
	})
	if err != nil {
		t.Fatal(err)
	}
	random := newRandom()
	log := slog.New(slog.NewTextHandler(&lockedWriter{w: b.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.srv = (&cognito.Server{
		Signatures: b, AccountID: "000000000000", Keys: keys, Log: log,
		Directory:  &directory.Service{Store: benchStore{st, b}, Now: b.clock, Rand: random, AccountID: "000000000000"},
		Undeclared: func(op string, err *fault.Error) { t.Errorf("%s answered %v, which the model does not list", op, err) },
		Accounts: &account.Service{
			Users: st, Writer: st, Keys: keys, Now: b.clock, Rand: random, Log: log,
			Passwords: account.SRPVerifiers(b.clock),
			Messages:  &message.Sender{Email: b.inbox, SMS: b.inbox, Now: b.clock, Rand: random, Log: log},
		},
	}).Init()
	b.srv.Auth = newAuth(b.srv, st)
	return b
}

// benchStore is the bench's store, but for what is set of its pool and clients, which
// the bench has itself: what a test changes there has changed for the server.
type benchStore struct {
	*sqlstore.Store
	b *userBench
}

func (s benchStore) Pool(ctx context.Context, id string) (*userpool.Pool, error) {
	p, err := s.Store.Pool(ctx, id)
	if err == nil && id == s.b.pool.ID {
		p = s.b.pool
	}
	return p, err
}

func (s benchStore) Client(ctx context.Context, id string) (*userpool.AppClient, error) {
	c, err := s.Store.Client(ctx, id)
	if own := s.b.clients[id]; err == nil && own != nil {
		c = own
	}
	return c, err
}

func benchSettings() (*userpool.Pool, *userpool.AppClient) {
	text := func(name string) userpool.SchemaAttribute {
		return userpool.SchemaAttribute{Name: name, AttributeDataType: "String", Mutable: true,
			StringAttributeConstraints: &userpool.StringConstraints{MinLength: "0", MaxLength: "2048"}}
	}
	schema := []userpool.SchemaAttribute{
		{Name: "sub", AttributeDataType: "String", Required: true},
		{Name: "email_verified", AttributeDataType: "Boolean", Mutable: true},
		{Name: "phone_number_verified", AttributeDataType: "Boolean", Mutable: true},
		{Name: "custom:once", AttributeDataType: "String"},
		{Name: "dev:custom:note", AttributeDataType: "String", Mutable: true, DeveloperOnlyAttribute: true},
	}
	for _, name := range []string{"name", "given_name", "family_name", "preferred_username", "email", "phone_number", "custom:team"} {
		schema = append(schema, text(name))
	}
	pool := &userpool.Pool{ID: benchPool, Region: "eu-west-1", Name: "bench", Settings: userpool.PoolSettings{
		SchemaAttributes: schema, AutoVerifiedAttributes: []string{"email"},
		Policies: userpool.Policies{
			PasswordPolicy: userpool.PasswordPolicy{MinimumLength: 8, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true},
			SignInPolicy:   userpool.SignInPolicy{AllowedFirstAuthFactors: []string{"PASSWORD"}},
		},
		AccountRecoverySetting: &userpool.AccountRecoverySetting{RecoveryMechanisms: []userpool.RecoveryOption{
			{Priority: 1, Name: "verified_email"}, {Priority: 2, Name: "verified_phone_number"}}},
	}}
	return pool, &userpool.AppClient{PoolID: benchPool, ID: benchClient, Name: "bench"}
}

// step is a request and its answer: a JSON body, "" for an empty one, "*" for any,
// or "Exception: message".
type step struct {
	after time.Duration // that passes before
	op    string
	body  string // PoolId or ClientId may be left out; see expand
	want  string
}

// run sends the steps and compares the answers, then what was sent to people.
func (b *userBench) run(steps []step, messages []string) {
	b.Helper()
	for _, s := range steps {
		b.check(s)
	}
	b.checkSent(messages)
}

// check sends one step and compares the answer.
func (b *userBench) check(s step) {
	b.Helper()
	b.advance(s.after)
	got, want := b.call(s.op, s.body), s.want
	if want == "*" {
		if !strings.HasPrefix(got, "{") {
			b.Errorf("%s %s: %s", s.op, s.body, got)
		}
		return
	}
	if strings.HasPrefix(want, "{") {
		want = tidy(b, want)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("%s %s (-want +got):\n%s", s.op, s.body, diff)
	}
}

// checkSent compares what was sent and looks for secrets in the log.
func (b *userBench) checkSent(messages []string) {
	b.Helper()
	if diff := cmp.Diff(messages, b.sent()); diff != "" {
		b.Errorf("messages (-want +got):\n%s", diff)
	}
	b.checkLog()
}

// sent gives what was sent, oldest first, as "MEDIUM address Kind".
func (b *userBench) sent() []string {
	var sent []string
	for _, m := range b.inbox.List("", 0) {
		sent = append(sent, m.Medium+" "+m.To+" "+string(m.Kind))
	}
	slices.Reverse(sent)
	return sent
}

// checkLog looks for secrets in the log.
func (b *userBench) checkLog() {
	b.Helper()
	for _, m := range b.inbox.List("", 0) {
		if strings.Contains(b.log.String(), m.Code) {
			b.Errorf("the log holds the code %s:\n%s", m.Code, b.log)
		}
	}
	if strings.Contains(b.log.String(), "Passw0rd") {
		b.Errorf("the log holds a password:\n%s", b.log)
	}
}

// call sends one request and gives its answer in the form of step.want, with every
// sub written as SUB.
func (b *userBench) call(op, body string) string {
	b.Helper()
	r := httptest.NewRequest("POST", "/", strings.NewReader(b.expand(op, body)))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	w := httptest.NewRecorder()
	b.srv.ServeHTTP(w, r)
	answer := subPattern.ReplaceAllString(w.Body.String(), "SUB")
	if w.Code == http.StatusOK {
		if answer == "" {
			return ""
		}
		return tidy(b, answer)
	}
	var e struct{ Type, Message string }
	if err := json.Unmarshal([]byte(strings.Replace(answer, "__type", "Type", 1)), &e); err != nil {
		b.Fatalf("%s answered %d %q", op, w.Code, answer)
	}
	return e.Type + ": " + e.Message
}

var (
	subPattern   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	placePattern = regexp.MustCompile(`\{\{(\w+)(?: ([^}]+))?\}\}`)
)

// expand fills the places of a body: {{code}} the newest code that was sent,
// {{wrong}} another one, {{token NAME}} an access token, {{sub NAME}} a user's sub,
// {{hash NAME}} a SECRET_HASH. Pool and client are added where the operation wants
// them.
func (b *userBench) expand(op, body string) string {
	b.Helper()
	body = placePattern.ReplaceAllStringFunc(body, func(place string) string {
		m := placePattern.FindStringSubmatch(place)
		switch m[1] {
		case "code":
			return b.lastCode()
		case "wrong":
			return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, b.lastCode())
		case "token":
			return b.token(m[2])
		case "sub":
			return b.user(m[2]).ID
		case "hash":
			return account.SecretHash(b.client.Secrets[0].Value, m[2], b.client.ID)
		}
		b.Fatalf("unknown place %s", place)
		return ""
	})
	var in map[string]any
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		b.Fatalf("body %s: %v", body, err)
	}
	switch {
	case strings.HasPrefix(op, "Admin") || op == "ListUsers":
		in["UserPoolId"] = benchPool
	case in["AccessToken"] == nil && in["ClientId"] == nil:
		in["ClientId"] = benchClient
	}
	out, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	return string(out)
}

func (b *userBench) lastCode() string {
	b.Helper()
	list := b.inbox.List("", 1)
	if len(list) == 0 {
		b.Fatal("no code was sent")
	}
	return list[0].Code
}

// user gives a stored user.
func (b *userBench) user(name string) *userpool.User {
	b.Helper()
	u, err := b.srv.Accounts.Find(b.Context(), b.pool, name)
	if err != nil {
		b.Fatalf("user %s: %v", name, err)
	}
	return u
}

// token gives an access token of a user; of one who is gone, the last that there was.
func (b *userBench) token(name string) string {
	b.Helper()
	u, err := b.srv.Accounts.AdminGet(b.Context(), b.pool, name)
	b.mu.Lock()
	last := b.tokens[name]
	b.mu.Unlock()
	if fault.Is(err, fault.UserNotFound) && last != "" {
		return last
	}
	if err != nil {
		b.Fatalf("user %s: %v", name, err)
	}
	set, err := b.srv.Auth.Tokens.Grant(b.Context(), tokens.GrantRequest{Pool: b.pool, Client: b.client, User: u})
	if err != nil {
		b.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens[name] = set.AccessToken
	return set.AccessToken
}

// hasPassword reports whether a user's password is this one.
func (b *userBench) hasPassword(name, password string) bool {
	b.Helper()
	return b.srv.Accounts.Passwords.Check(b.Context(), b.pool, b.user(name), password)
}

func (b *userBench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *userBench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// Verify is cognito.Signatures: it takes every request.
func (b *userBench) Verify(*http.Request, []byte) (cognito.Signer, error) {
	return cognito.Signer{Region: "eu-west-1", AccessKey: "AKID"}, nil
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
