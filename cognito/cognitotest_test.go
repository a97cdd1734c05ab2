package cognito_test

import (
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito"
	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/importer"
	"idpond/internal/message"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
)

// bench is a whole server for administrators: configuration, accounts and sign-ins over a
// fresh SQLite file, with a clock that tests move, randomness that is always the
// same, and every signature accepted. The signature's region is eu-west-1, or what
// the test sets.
type bench struct {
	testing.TB
	srv   *cognito.Server
	store *sqlstore.Store

	region       string
	pool, client string // ids of the last ones that were made

	mu  sync.Mutex
	now time.Time
}

const benchAccount = "111122223333"

func newBench(t testing.TB) *bench {
	t.Helper()
	st, keys := sqlstoretest.Open(t)
	b := &bench{TB: t, store: st, region: "eu-west-1", now: time.Unix(1_700_000_000, 0).UTC()}
	random := newRandom()
	log, inbox := slog.New(slog.DiscardHandler), &message.Inbox{}
	dir := &directory.Service{Store: st, Now: b.clock, Rand: random, AccountID: benchAccount}
	b.srv = (&cognito.Server{
		Signatures: b, Directory: dir, AccountID: benchAccount, Keys: keys, Log: log,
		PagesHost:  "id.example.org",
		PublicURL:  "https://id.example.org",
		Undeclared: func(op string, err *fault.Error) { t.Errorf("%s answered %v, which the model does not list", op, err) },
		Accounts: &account.Service{
			Users: st, Writer: st, Keys: keys, Now: b.clock, Rand: random, Log: log,
			Domains: dir, PagesHost: "id.example.org",
			Passwords: account.SRPVerifiers(b.clock),
			Messages:  &message.Sender{Email: inbox, SMS: inbox, Now: b.clock, Rand: random, Log: log},
		},
	}).Init()
	b.srv.Auth = newAuth(b.srv, st)
	b.srv.Imports = &importer.Service{
		Store: st, Accounts: b.srv.Accounts, Keys: keys, PublicURL: "http://localhost:9229", AccountID: benchAccount,
		Now: b.clock, Rand: random, Log: log,
	}
	return b
}

// newAuth makes the sign-ins of a bench's server.
func newAuth(s *cognito.Server, st auth.Store) *auth.Service {
	a := s.Accounts
	return &auth.Service{
		Config: s.Directory, Store: st, Accounts: a, Keys: a.Keys, Now: a.Now, Rand: a.Rand,
		Tokens: &tokens.Service{
			Config: s.Directory, Store: st, Issuer: tokens.Issuer{PublicURL: "http://localhost"}, Now: a.Now, Rand: a.Rand,
			Keys: &tokens.Keys{Store: st, Source: new(tokenstest.Source), Now: a.Now},
		},
	}
}

// sameRandom gives the same bytes in every run: a guess that is wrong in one is wrong
// in all.
type sameRandom struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func newRandom() *sameRandom { return &sameRandom{source: rand.NewChaCha8([32]byte{})} }

func (r *sameRandom) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

// Verify is cognito.Signatures.
func (b *bench) Verify(*http.Request, []byte) (cognito.Signer, error) {
	return cognito.Signer{Region: b.region, AccessKey: "AKID"}, nil
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

// call sends a request, in which POOL and CLIENT stand for the ids of the last
// ones that were made, and UserPoolId may be left out. It gives the answer's body,
// or "Exception: message".
func (b *bench) call(op, body string) string {
	b.Helper()
	body = strings.NewReplacer(`"POOL"`, `"`+b.pool+`"`, `"CLIENT`, `"`+b.client).Replace(body)
	if takesPool(op) && !strings.Contains(body, `"UserPoolId"`) {
		body = strings.Replace(body, "{", `{"UserPoolId":"`+b.pool+`",`, 1)
		body = strings.Replace(body, ",}", "}", 1)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	w := httptest.NewRecorder()
	b.srv.ServeHTTP(w, r)
	answer := w.Body.String()
	if w.Code != http.StatusOK {
		var e map[string]string
		if err := json.Unmarshal([]byte(answer), &e); err != nil {
			b.Fatalf("%s answered %d %q", op, w.Code, answer)
		}
		return e["__type"] + ": " + e["message"]
	}
	b.note(op, answer)
	return answer
}

func takesPool(op string) bool {
	return op != "CreateUserPool" && op != "ListUserPools" && op != "DescribeUserPoolDomain"
}

// note remembers what was made.
func (b *bench) note(op, answer string) {
	var made struct {
		UserPool       struct{ Id string }
		UserPoolClient struct{ ClientId string }
	}
	if op != "CreateUserPool" && op != "CreateUserPoolClient" {
		return
	}
	if err := json.Unmarshal([]byte(answer), &made); err != nil {
		b.Fatal(err)
	}
	if op == "CreateUserPool" {
		b.pool = made.UserPool.Id
	} else {
		b.client = made.UserPoolClient.ClientId
	}
}

// ok sends a request that must succeed.
func (b *bench) ok(op, body string) string {
	b.Helper()
	answer := b.call(op, body)
	if answer != "" && !strings.HasPrefix(answer, "{") {
		b.Fatalf("%s %s answered %s", op, body, answer)
	}
	return answer
}

// trial is a request and its answer: a whole JSON body; "~" and a part of one,
// in which null stands for a member that must not be there; "" for an empty body;
// or "Exception: message". Generated ids and secrets are written POOL, CLIENT, SECRET.
type trial struct{ op, body, want string }

// run sends the requests and compares the answers.
func (b *bench) run(list ...trial) {
	b.Helper()
	for i, e := range list {
		if diff := b.compare(e.want, b.call(e.op, e.body)); diff != "" {
			b.Errorf("%d. %s %s (-want +got):\n%s", i+1, e.op, e.body, diff)
		}
	}
}

var generated = map[string]*regexp.Regexp{
	"POOL":   regexp.MustCompile(`\b[a-z]{2}-[a-z]+-\d_[0-9A-Za-z]{9}\b`),
	"SECRET": regexp.MustCompile(`\b[0-9a-z]{51}\b`),
	"CLIENT": regexp.MustCompile(`\b[0-9a-z]{26}\b`),
}

func (b *bench) compare(want, got string) string {
	for name, pattern := range generated {
		got = pattern.ReplaceAllString(got, name)
	}
	part, isPart := strings.CutPrefix(want, "~")
	if !strings.HasPrefix(part, "{") || !strings.HasPrefix(got, "{") {
		return cmp.Diff(want, got)
	}
	wanted, answered := decoded(b, part), decoded(b, got)
	if isPart {
		return cmp.Diff(wanted, partOf(wanted, answered))
	}
	return cmp.Diff(wanted, answered)
}

// partOf reduces an answer to the members that want has, at every depth.
func partOf(want, got any) any {
	wanted, ok := want.(map[string]any)
	answered, isMap := got.(map[string]any)
	if !ok || !isMap {
		return got
	}
	part := map[string]any{}
	for name, value := range wanted {
		if have, there := answered[name]; there || value == nil {
			part[name] = partOf(value, have)
		}
	}
	return part
}

func decoded(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// member digs a text out of an answer: member(answer, "UserPool", "Id").
func (b *bench) member(answer string, path ...string) string {
	b.Helper()
	v := decoded(b, answer)
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			b.Fatalf("no %s in %s", name, answer)
		}
		v = m[name]
	}
	text, _ := v.(string)
	return text
}

func encoded(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
