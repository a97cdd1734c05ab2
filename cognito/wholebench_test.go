package cognito_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"idpond/cognito/api"
	"idpond/cognito/apitest"
	"idpond/internal/activity"
	"idpond/internal/auth/risk"
	"idpond/internal/importer"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
)

// whole is a bench with threat protection and functions too: every operation works. Several
// goroutines may ask it.
type whole struct {
	*bench
	inbox *message.Inbox
	facts *apitest.Facts
}

func newWhole(t testing.TB) *whole {
	t.Helper()
	b := &whole{bench: newBench(t), inbox: &message.Inbox{Capacity: 10_000}}
	var err error
	if b.facts, err = apitest.ReadFacts(".."); err != nil {
		t.Fatal(err)
	}
	quotas, err := userpool.ParseQuotas([]string{"user-pools=100000", "resource-servers-per-pool=100000", "app-clients-per-pool=100000",
		"branding-styles-per-pool=100000", "terms-per-pool=100000", "identity-providers-per-pool=100000"})
	if err != nil {
		t.Fatal(err)
	}
	st := watched{b.store}
	key, err := rsa.GenerateKey(rand.Reader, 1024) // signs in no time
	if err != nil {
		t.Fatal(err)
	}
	b.srv.Directory.Store, b.srv.Directory.Quotas, b.srv.Directory.NewKey = st, quotas, new(tokenstest.Source).Take
	a := b.srv.Accounts
	a.Users, a.Writer, a.Rand = st, st, rand.Reader
	a.Messages.Email, a.Messages.SMS = b.inbox, b.inbox
	b.srv.Imports.Store = st
	b.srv.Auth = newAuth(b.srv, st)
	b.srv.Auth.Tokens.Keys.Source = oneKey{key}
	a.Activity = &activity.Recorder{Now: b.clock, NewID: uuid.NewString}
	judge := &risk.Service{
		Config: b.srv.Directory, History: st, Leaked: risk.CommonPasswords(), Messages: a.Messages, FeedbackToken: a.FeedbackToken,
		FeedbackPage: "https://id.example.org/_idpond/feedback", Now: b.clock, Log: b.srv.Log,
	}
	a.Risk, b.srv.Auth.Risk = judge, judge
	b.srv.Auth.Activity, b.srv.Auth.Triggers = a.Activity, &trigger.Service{Invoker: obliging{}}
	return b
}

// obliging is the functions of every pool: they ask for one answer, which is right.
type obliging struct{}

// Invoke is trigger.Invoker.
func (obliging) Invoke(_ context.Context, _ string, text []byte) ([]byte, error) {
	var e event
	var whole map[string]any
	if err := errors.Join(json.Unmarshal(text, &e), json.Unmarshal(text, &whole)); err != nil {
		return nil, err
	}
	right, wrong := count(e.Request.Session)
	switch {
	case strings.HasPrefix(e.TriggerSource, "Create"):
		e.Response["publicChallengeParameters"] = map[string]string{"riddle": "?"}
	case strings.HasPrefix(e.TriggerSource, "Verify"):
		e.Response["answerCorrect"] = e.Request.ChallengeAnswer == "right"
	case right+wrong == 0:
		e.Response["challengeName"] = "CUSTOM_CHALLENGE"
	default:
		e.Response["issueTokens"], e.Response["failAuthentication"] = right > 0, wrong > 0
	}
	whole["response"] = e.Response
	return json.Marshal(whole)
}

// oneKey is a tokens.KeySource.
type oneKey struct{ key *rsa.PrivateKey }

func (k oneKey) Take(context.Context) (*rsa.PrivateKey, error) { return k.key, nil }

// registered lists the operations that the server answers, and those that it does
// not yet.
func (b *whole) registered() (built, missing []*api.Operation) {
	for _, op := range api.Operations() {
		if b.ask(b.Context(), op.Name, ``).exception == "UnknownOperationException" {
			missing = append(missing, op)
		} else {
			built = append(built, op)
		}
	}
	return built, missing
}

// reply is an answer: exception is "" for success.
type reply struct {
	status                   int
	exception, message, body string
}

func (r reply) String() string {
	if r.exception != "" {
		return r.exception + ": " + r.message
	}
	return r.body
}

// ask sends a request.
func (b *whole) ask(ctx context.Context, op, body string) reply {
	r := httptest.NewRequestWithContext(ctx, "POST", "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	w := httptest.NewRecorder()
	b.srv.ServeHTTP(w, r)
	out := reply{status: w.Code, body: w.Body.String()}
	if w.Code == http.StatusOK {
		return out
	}
	var e map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		b.Errorf("%s answered %d %q", op, w.Code, w.Body)
	}
	out.exception, out.message = e["__type"], e["message"]+e["Message"]
	return out
}

// world makes valid requests, in pools of its own. Failures end the test t.
func (b *whole) world(t testing.TB) *apitest.World {
	w := &apitest.World{TB: t, Region: b.region, AccountID: benchAccount, Now: b.clock}
	w.Call = func(op, body string) (answer, failure string) {
		r := b.ask(t.Context(), op, body)
		if r.exception != "" {
			return "", r.String()
		}
		return r.body, ""
	}
	w.Code = func(to string) string {
		list := b.inbox.List(to, 1)
		if len(list) == 0 {
			t.Fatalf("nothing was sent to %s", to)
		}
		return list[0].Code
	}
	w.Upload = func(address, file string) {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(u.Path, "/")
		a := importer.Address{
			PoolID: parts[len(parts)-2], JobID: parts[len(parts)-1], Expires: u.Query().Get("Expires"), Signature: u.Query().Get("Signature"),
		}
		if err := b.srv.Imports.Upload(t.Context(), a, strings.NewReader(file)); err != nil {
			t.Fatal(err)
		}
	}
	w.FeedbackToken = func(poolID, username, eventID string) string {
		p, err := b.srv.Directory.Pool(t.Context(), poolID)
		if err != nil {
			t.Fatal(err)
		}
		u, err := b.srv.Accounts.AdminGet(t.Context(), p, username)
		if err != nil {
			t.Fatal(err)
		}
		token, err := b.srv.Accounts.FeedbackToken(u, p, eventID)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	return w
}

// watched counts what a request does to the store, in the counts of its context.
type watched struct{ *sqlstore.Store }

// counts is what one request did.
type counts struct {
	writes, rows atomic.Int64
	fail         error        // if set, every transaction fails with it instead of its commit
	failed       atomic.Int64 // how many did
}

type countsKey struct{}

func counting(ctx context.Context, c *counts) context.Context {
	return context.WithValue(ctx, countsKey{}, c)
}

// Write counts transactions that were committed, or fails at the end of each.
func (w watched) Write(ctx context.Context, f func(store.Tx) error) error {
	c, ok := ctx.Value(countsKey{}).(*counts)
	if !ok {
		return w.Store.Write(ctx, f)
	}
	err := w.Store.Write(ctx, func(tx store.Tx) error {
		err := f(tx)
		if err == nil && c.fail != nil {
			c.failed.Add(1)
			return c.fail
		}
		return err
	})
	if err == nil {
		c.writes.Add(1)
	}
	return err
}
