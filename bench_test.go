package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
)

// The benchmarks below run a whole server on an SQLite file and call it over
// loopback HTTP from as many connections as there are cores. Each reports, next
// to its own time, the time of what it cannot do without ("limit-ns/op",
// measured in the same run and in the same way) and the ratio of the two.

// bench is a server with one pool and one user.
type bench struct {
	*testing.B
	url, pool, client string
}

func newBench(b *testing.B) *bench {
	cmd := serveCmd{Listen: "127.0.0.1:0", storage: storage{Data: b.TempDir()}, Empty: true, Region: "us-east-1",
		AccountID: "000000000000", Issuer: "idpond", LogLevel: "error", LogFormat: "text"}
	a, err := newApp(b.Context(), &cmd, slog.New(slog.DiscardHandler), "http://localhost")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := a.welcome(b.Context(), &cmd); err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(a.Handler)
	b.Cleanup(func() {
		srv.Close()
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64
	t := &bench{B: b, url: srv.URL}
	t.pool = t.call("CreateUserPool", `{"PoolName":"bench"}`)["UserPool"].(map[string]any)["Id"].(string)
	t.client = t.newClient(`"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH","ALLOW_USER_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]`)["ClientId"].(string)
	t.addUser("ada", "ada@example.org")
	t.call("AdminSetUserPassword", fmt.Sprintf(`{"UserPoolId":%q,"Username":"ada","Password":"Difference-1","Permanent":true}`, t.pool))
	return t
}

func (t *bench) newClient(settings string) map[string]any {
	return t.call("CreateUserPoolClient", fmt.Sprintf(`{"UserPoolId":%q,"ClientName":"bench",%s}`, t.pool, settings))["UserPoolClient"].(map[string]any)
}

func (t *bench) addUser(name, email string) {
	t.call("AdminCreateUser", fmt.Sprintf(`{"UserPoolId":%q,"Username":%q,"MessageAction":"SUPPRESS","TemporaryPassword":"Temporary-1","UserAttributes":[{"Name":"email","Value":%q}]}`, t.pool, name, email))
}

// call sends one request of the JSON API and wants success.
func (t *bench) call(op, body string) map[string]any {
	r, err := http.NewRequest("POST", t.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	return t.send(r)
}

func (t *bench) send(r *http.Request) map[string]any {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s (%v)", r.Header.Get("X-Amz-Target"), r.URL.Path, answer.StatusCode, text, err)
	}
	out := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (t *bench) signIn() map[string]any {
	return t.call("InitiateAuth", fmt.Sprintf(`{"ClientId":%q,"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada","PASSWORD":"Difference-1"}}`, t.client))["AuthenticationResult"].(map[string]any)
}

// beside runs op as the benchmark and reports limit next to it, measured before and
// after: a machine that is shared changes its pace.
func (t *bench) beside(limit, op func()) {
	t.Helper()
	before := parallelTime(limit)
	t.ReportAllocs()
	t.ResetTimer()
	t.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			op()
		}
	})
	t.StopTimer()
	floor := (before + parallelTime(limit)) / 2
	each := float64(t.Elapsed().Nanoseconds()) / float64(t.N)
	t.ReportMetric(float64(floor.Nanoseconds()), "limit-ns/op")
	t.ReportMetric(each/float64(floor.Nanoseconds()), "x-limit")
}

// parallelTime is the wall time of one call of f when every core calls it.
func parallelTime(f func()) time.Duration {
	var n atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for time.Since(start) < time.Second {
				f()
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return time.Since(start) / time.Duration(n.Load())
}

// rs256 is one RSA-2048 signature as crypto/rsa makes it.
func rs256(b *testing.B) func() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("limit"))
	return func() {
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
			b.Fatal(err)
		}
	}
}

// rs256Check is the check of one such signature.
func rs256Check(b *testing.B) func() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("limit"))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}

// exponentiation is one 3072-bit power with a 256-bit exponent.
func exponentiation(b *testing.B) func() {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 3072))
	if err != nil {
		b.Fatal(err)
	}
	n.SetBit(n, 0, 1).SetBit(n, 3071, 1)
	base := new(big.Int).Rsh(n, 1)
	exp, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 256))
	if err != nil {
		b.Fatal(err)
	}
	return func() { new(big.Int).Exp(base, exp, n) }
}

// bareReply is a net/http handler that answers a kilobyte of JSON.
func bareReply(b *testing.B) func() {
	body := []byte(`{"filler":"` + strings.Repeat("x", 1000) + `"}`)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	}))
	b.Cleanup(srv.Close)
	return func() {
		answer, err := http.Post(srv.URL, "application/json", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

// bareRow reads one row of a kilobyte by its key from an SQLite file.
func bareRow(b *testing.B) func() {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if _, err := db.Exec(`CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT) STRICT; INSERT INTO t VALUES ('k', $1)`, strings.Repeat("x", 1000)); err != nil {
		b.Fatal(err)
	}
	get, err := db.Prepare(`SELECT v FROM t WHERE k = $1`)
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		var v string
		if err := get.QueryRow("k").Scan(&v); err != nil {
			b.Fatal(err)
		}
	}
}

// both is the time of all of its parts.
func both(parts ...func()) func() {
	return func() {
		for _, part := range parts {
			part()
		}
	}
}

// BenchmarkClientCredentials: a token of the token endpoint; one signature.
func BenchmarkClientCredentials(b *testing.B) {
	t := newBench(b)
	t.call("CreateResourceServer", fmt.Sprintf(`{"UserPoolId":%q,"Identifier":"api","Name":"api","Scopes":[{"ScopeName":"read","ScopeDescription":"read"}]}`, t.pool))
	c := t.newClient(`"GenerateSecret":true,"AllowedOAuthFlows":["client_credentials"],"AllowedOAuthScopes":["api/read"],"AllowedOAuthFlowsUserPoolClient":true`)
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"api/read"}}.Encode()
	t.beside(both(rs256(b), bareReply(b)), func() {
		r, err := http.NewRequest("POST", t.url+"/oauth2/token", strings.NewReader(form))
		if err != nil {
			b.Fatal(err)
		}
		r.SetBasicAuth(c["ClientId"].(string), c["ClientSecret"].(string))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		t.send(r)
	})
}

// BenchmarkPasswordSignIn: USER_PASSWORD_AUTH; two signatures and a verifier
// from the fixed-base table (taken as nothing in the limit).
func BenchmarkPasswordSignIn(b *testing.B) {
	t := newBench(b)
	sign := rs256(b)
	t.beside(both(sign, sign, bareReply(b)), func() { t.signIn() })
}

// BenchmarkChoiceSignIn: USER_AUTH in two steps; besides what a password costs, a
// session is sealed, opened and spent.
func BenchmarkChoiceSignIn(b *testing.B) {
	t := newBench(b)
	sign, reply := rs256(b), bareReply(b)
	begin := fmt.Sprintf(`{"ClientId":%q,"AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"ada"}}`, t.client)
	t.beside(both(sign, sign, reply, reply), func() {
		session := t.call("InitiateAuth", begin)["Session"]
		t.call("RespondToAuthChallenge", fmt.Sprintf(`{"ClientId":%q,"ChallengeName":"SELECT_CHALLENGE","Session":%q,
			"ChallengeResponses":{"USERNAME":"ada","ANSWER":"PASSWORD","PASSWORD":"Difference-1"}}`, t.client, session))
	})
}

// BenchmarkSRPSignIn: both steps of USER_SRP_AUTH, without the client's own
// arithmetic; two signatures, two exponentiations with a changing base, two replies.
func BenchmarkSRPSignIn(b *testing.B) {
	t := newBench(b)
	sign, exp, reply := rs256(b), exponentiation(b), bareReply(b)
	client := srptest.NewClient()
	a := client.PublicHex()
	poolName := t.pool[strings.IndexByte(t.pool, '_')+1:]
	var inClient atomic.Int64
	t.beside(both(sign, sign, exp, exp, reply, reply), func() {
		challenge := t.call("InitiateAuth", fmt.Sprintf(`{"ClientId":%q,"AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"ada","SRP_A":%q}}`, t.client, a))["ChallengeParameters"].(map[string]any)
		begun := time.Now()
		text := func(name string) string { return challenge[name].(string) }
		key, err := client.Key(poolName, text("USER_ID_FOR_SRP"), "Difference-1", text("SALT"), text("SRP_B"))
		if err != nil {
			b.Fatal(err)
		}
		block, err := base64.StdEncoding.DecodeString(text("SECRET_BLOCK"))
		if err != nil {
			b.Fatal(err)
		}
		stamp := srp.Timestamp(time.Now())
		claim := srp.Claim{PoolName: poolName, UserID: text("USER_ID_FOR_SRP"), SecretBlock: block, Timestamp: stamp}
		inClient.Add(int64(time.Since(begun)))
		body, err := json.Marshal(map[string]any{"ClientId": t.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": map[string]string{
			"USERNAME": text("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
			"PASSWORD_CLAIM_SIGNATURE": claim.Signature(key), "TIMESTAMP": stamp,
		}})
		if err != nil {
			b.Fatal(err)
		}
		t.call("RespondToAuthChallenge", string(body))
	})
	b.ReportMetric(float64(inClient.Load())/float64(b.N)/float64(runtime.GOMAXPROCS(0)), "client-ns/op")
}

// BenchmarkGetUser: an access token checked, a grant and a user read.
func BenchmarkGetUser(b *testing.B) {
	t := newBench(b)
	body := fmt.Sprintf(`{"AccessToken":%q}`, t.signIn()["AccessToken"])
	t.beside(both(rs256Check(b), bareReply(b), bareRow(b), bareRow(b)), func() { t.call("GetUser", body) })
}

// BenchmarkAdminGetUser: a user read by name.
func BenchmarkAdminGetUser(b *testing.B) {
	t := newBench(b)
	body := fmt.Sprintf(`{"UserPoolId":%q,"Username":"ada"}`, t.pool)
	t.beside(both(bareReply(b), bareRow(b)), func() { t.call("AdminGetUser", body) })
}

// BenchmarkListUsersFilter: one user found by e-mail address among 10,000.
func BenchmarkListUsersFilter(b *testing.B) {
	t := newBench(b)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 1250 {
				t.addUser(fmt.Sprintf("user-%d-%d", w, i), fmt.Sprintf("user-%d-%d@example.org", w, i))
			}
		})
	}
	wg.Wait()
	body := fmt.Sprintf(`{"UserPoolId":%q,"Filter":"email = \"user-3-777@example.org\""}`, t.pool)
	t.beside(both(bareReply(b), bareRow(b)), func() {
		if n := len(t.call("ListUsers", body)["Users"].([]any)); n != 1 {
			b.Fatalf("found %d users", n)
		}
	})
}
