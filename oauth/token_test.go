package oauth_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/throttle"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

// is compares status and body of an answer.
func is(t testing.TB, what string, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("%s: %d %s\nwant %d %s", what, w.Code, w.Body, status, body)
	}
}

const (
	invalidGrant   = `{"error":"invalid_grant"}`
	invalidRequest = `{"error":"invalid_request"}`
	invalidClient  = `{"error":"invalid_client"}`
	wrongSecret    = `{"error":"invalid_client","error_description":"invalid_client_secret"}`
	notAllowed     = `{"error":"unauthorized_client"}`
)

func TestTokenRequestForm(t *testing.T) {
	d := open(t)
	good := exchange("x")
	for _, tt := range []struct {
		name, contentType, body, query string
		want                           string
	}{
		{"JSON", "application/json", `{"grant_type":"client_credentials"}`, "", invalidRequest},
		{"no content type", "", good.Encode(), "", invalidRequest},
		{"charset is fine", "application/x-www-form-urlencoded; charset=UTF-8", good.Encode(), "", invalidGrant},
		{"broken escape", "application/x-www-form-urlencoded", "grant_type=%zz", "", invalidRequest},
		{"empty", "application/x-www-form-urlencoded", "", "", invalidRequest},
		{"in the query", "application/x-www-form-urlencoded", "", good.Encode(), invalidRequest},
		{"twice", "application/x-www-form-urlencoded", good.Encode() + "&code=y", "", invalidRequest},
		{"unknown parameter twice", "application/x-www-form-urlencoded", good.Encode() + "&a=1&a=1", "", invalidRequest},
		{"too long", "application/x-www-form-urlencoded", good.Encode() + "&a=" + strings.Repeat("x", 70000), "", invalidRequest},
		{"no grant type", "application/x-www-form-urlencoded", form(good, "grant_type").Encode(), "", invalidRequest},
		{"empty grant type", "application/x-www-form-urlencoded", form(good, "grant_type=").Encode(), "", invalidRequest},
		{"other grant type", "application/x-www-form-urlencoded", form(good, "grant_type=password").Encode(), "", `{"error":"unsupported_grant_type"}`},
		{"no client", "application/x-www-form-urlencoded", form(good, "client_id").Encode(), "", invalidRequest},
	} {
		r := httptest.NewRequest("POST", "https://id.example.org/oauth2/token?"+tt.query, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", tt.contentType)
		is(t, tt.name, d.do(r), http.StatusBadRequest, tt.want)
	}
	is(t, "GET", d.get("/oauth2/token"), http.StatusMethodNotAllowed, "")
}

// TestClientAuthentication: every grant and revocation ask for the client in the
// same way; here seen with each grant.
func TestClientAuthentication(t *testing.T) {
	d := open(t)
	for _, grant := range []url.Values{
		{"grant_type": {"authorization_code"}, "code": {"x"}, "redirect_uri": {Callback}},
		{"grant_type": {"refresh_token"}, "refresh_token": {"x"}},
		{"grant_type": {"client_credentials"}},
	} {
		past := map[string]string{"authorization_code": invalidGrant, "refresh_token": invalidGrant, "client_credentials": notAllowed}[grant.Get("grant_type")]
		for _, tt := range []struct {
			name   string
			pairs  []string
			header string
			want   string
		}{
			{"unknown client", []string{"client_id=nobody"}, "", invalidClient},
			{"unknown client, Basic", nil, "Basic bm9ib2R5Ong=", invalidClient},
			{"public client", []string{"client_id=" + WebClient}, "", past},
			{"public client with a secret", []string{"client_id=" + WebClient, "client_secret=x"}, "", wrongSecret},
			{"public client with an empty secret", []string{"client_id=" + WebClient, "client_secret="}, "", past},
			{"public client, Basic", nil, basic(WebClient, ""), invalidClient},
			{"confidential without secret", []string{"client_id=" + SecretClient}, "", wrongSecret},
			{"confidential, wrong secret", []string{"client_id=" + SecretClient, "client_secret=" + Secret + "x"}, "", wrongSecret},
			{"confidential, post", []string{"client_id=" + SecretClient, "client_secret=" + Secret}, "", past},
			{"confidential, second secret", []string{"client_id=" + SecretClient, "client_secret=another-secret-1234567890"}, "", past},
			{"confidential, Basic", nil, basic(SecretClient, Secret), past},
			{"confidential, Basic with encoded secret", nil, basic(SecretClient, url.QueryEscape(Secret)), past},
			{"confidential, Basic in small letters", nil, strings.Replace(basic(SecretClient, Secret), "Basic", "basic", 1), past},
			{"confidential, Basic, wrong secret", nil, basic(SecretClient, "x"), wrongSecret},
			{"Basic and the same id", []string{"client_id=" + SecretClient}, basic(SecretClient, Secret), past},
			{"Basic and another id", []string{"client_id=" + WebClient}, basic(SecretClient, Secret), invalidRequest},
			{"Basic and a secret", []string{"client_secret=" + Secret}, basic(SecretClient, Secret), invalidRequest},
			{"broken Basic", nil, "Basic !!", invalidClient},
			{"Bearer", nil, "Bearer x", invalidClient},
		} {
			r := httptest.NewRequest("POST", "https://id.example.org/oauth2/token", strings.NewReader(form(grant, tt.pairs...).Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			is(t, grant.Get("grant_type")+", "+tt.name, d.do(r), http.StatusBadRequest, tt.want)
		}
	}
}

func basic(id, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(id, secret)
	return r.Header.Get("Authorization")
}

func (d *door) refresh(token string, pairs ...string) *httptest.ResponseRecorder {
	return d.post("/oauth2/token", form(url.Values{"grant_type": {"refresh_token"}, "client_id": {WebClient}, "refresh_token": {token}}, pairs...))
}

func TestRefreshGrant(t *testing.T) {
	d := open(t)
	first := d.signedIn(t, "scope=openid email", "nonce=n1")
	d.Wait(time.Hour)
	w := d.refresh(first.RefreshToken, "scope=openid")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got := decode[answer](t, w)
	if got.RefreshToken != "" || got.IDToken == "" || got.AccessToken == first.AccessToken {
		t.Errorf("%+v", got)
	}
	before, after := tokenstest.Claims(t, first.AccessToken), tokenstest.Claims(t, got.AccessToken)
	for _, name := range []string{"scope", "auth_time", "origin_jti", "sub"} {
		if before[name] != after[name] {
			t.Errorf("%s was %v and is %v", name, before[name], after[name])
		}
	}
	is(t, "nothing", d.refresh(""), 400, invalidRequest)
	is(t, "garbage", d.refresh("garbage"), 400, invalidGrant)
	is(t, "access token", d.refresh(first.AccessToken), 400, invalidGrant)
	is(t, "other client", d.refresh(first.RefreshToken, "client_id="+SecretClient, "client_secret="+Secret), 400, invalidGrant)
	d.ChangeUser(t, func(u *userpool.User) { u.Enabled = false })
	is(t, "disabled", d.refresh(first.RefreshToken), 400, invalidGrant)
	d.ChangeUser(t, func(u *userpool.User) { u.Enabled = true })
	d.Wait(30 * 24 * time.Hour)
	is(t, "expired", d.refresh(first.RefreshToken), 400, invalidGrant)
}

func TestRefreshRotation(t *testing.T) {
	d := open(t)
	d.Change(t, WebClient, func(c *userpool.AppClient) {
		c.Settings.RefreshTokenRotation = &userpool.RefreshTokenRotation{Feature: "ENABLED", RetryGracePeriodSeconds: 10}
	})
	first := d.signedIn(t)
	second := decode[answer](t, d.refresh(first.RefreshToken))
	if second.RefreshToken == "" || second.RefreshToken == first.RefreshToken {
		t.Fatalf("no new refresh token: %+v", second)
	}
	d.Wait(9 * time.Second)
	third := decode[answer](t, d.refresh(first.RefreshToken)) // a retry within the grace period
	if third.RefreshToken == "" {
		t.Error("no retry within the grace period")
	}
	d.Wait(2 * time.Second)
	is(t, "old one behind the grace period", d.refresh(first.RefreshToken), 400, invalidGrant)
	is(t, "sibling", d.refresh(second.RefreshToken), 400, invalidGrant)
	if w := d.refresh(third.RefreshToken); w.Code != 200 {
		t.Errorf("newest: %d %s", w.Code, w.Body)
	}
}

func TestClientCredentials(t *testing.T) {
	d := open(t)
	ask := func(pairs ...string) *httptest.ResponseRecorder {
		return d.post("/oauth2/token", form(url.Values{"grant_type": {"client_credentials"}}, pairs...), MachineClient+":"+Secret)
	}
	w := ask()
	var members map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &members); err != nil {
		t.Fatal(err)
	}
	access, _ := members["access_token"].(string)
	delete(members, "access_token")
	if diff := cmp.Diff(map[string]any{"expires_in": 3600.0, "token_type": "Bearer"}, members); diff != "" || w.Code != 200 {
		t.Fatalf("%d %s", w.Code, diff)
	}
	claims := tokenstest.Claims(t, access)
	if claims["sub"] != MachineClient || claims["scope"] != API+"/read" || claims["token_use"] != "access" {
		t.Errorf("%v", claims)
	}
	for _, tt := range []struct {
		name  string
		pairs []string
		want  string // "" is a token
	}{
		{"allowed scope", []string{"scope=" + API + "/read"}, ""},
		{"metadata", []string{`aws_client_metadata={"a":"b"}`}, ""},
		{"scope that does not exist", []string{"scope=" + API + "/nothing"}, `{"error":"invalid_scope"}`},
		{"scope of no resource server", []string{"scope=x/y"}, `{"error":"invalid_scope"}`},
		{"scope that was deleted", []string{"scope=" + API + "/gone"}, `{"error":"invalid_scope"}`},
		{"one bad scope fails all", []string{"scope=" + API + "/read x/y"}, `{"error":"invalid_scope"}`},
		{"malformed scope", []string{`scope="`}, `{"error":"invalid_scope"}`},
		{"scope that is not allowed", []string{"scope=" + API + "/write"}, invalidGrant},
		{"scope of users", []string{"scope=openid"}, invalidGrant},
		{"metadata is not of strings", []string{`aws_client_metadata={"a":1}`}, invalidRequest},
		{"resource", []string{"resource=https://api.example"}, invalidRequest},
	} {
		w := ask(tt.pairs...)
		if tt.want == "" && w.Code != 200 || tt.want != "" && (w.Code != 400 || w.Body.String() != tt.want) {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
	is(t, "public client", d.post("/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {WebClient}}), 400, notAllowed)
	is(t, "grant not allowed", d.post("/oauth2/token", url.Values{"grant_type": {"client_credentials"}}, SecretClient+":"+Secret), 400, notAllowed)
	d.Change(t, MachineClient, func(c *userpool.AppClient) { c.Settings.AllowedOAuthScopes = []string{API + "/gone"} })
	is(t, "no scope left", ask(), 400, invalidGrant)
	d.Change(t, MachineClient, func(c *userpool.AppClient) { c.Settings.AllowedOAuthFlowsUserPoolClient = false })
	is(t, "OAuth switched off", ask(), 400, invalidGrant)
}

// defaultRates are the service's.
type defaultRates struct{}

func (defaultRates) Rate(_ context.Context, c userpool.RateCategory) (int, error) { return c.Rate, nil }

// TestTokenRates: the token endpoint holds each client to its rate, wherever in the
// request it is named, and client_credentials to that of all clients.
func TestTokenRates(t *testing.T) {
	d := open(t)
	d.OAuth.Limiter = throttle.New(defaultRates{}, d.Now)
	passes := func(n int, ask func() *httptest.ResponseRecorder, good int) (passed int) {
		for range n {
			switch w := ask(); {
			case w.Code == good:
				passed++
			case w.Code != http.StatusTooManyRequests || w.Body.String() != `{"error":"temporarily_unavailable"}`:
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		return passed
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}}
	web := func() *httptest.ResponseRecorder {
		return d.post("/oauth2/token", form(refresh, "client_id="+WebClient))
	}
	secret := func() *httptest.ResponseRecorder { return d.post("/oauth2/token", refresh, SecretClient+":"+Secret) }
	stranger := func() *httptest.ResponseRecorder { return d.post("/oauth2/token", refresh, SecretClient+":x") }
	machine := func() *httptest.ResponseRecorder {
		return d.post("/oauth2/token", url.Values{"grant_type": {"client_credentials"}}, MachineClient+":"+Secret)
	}
	for _, tt := range []struct {
		name string
		ask  func() *httptest.ResponseRecorder
		good int
		want int // of 400
	}{
		{"a client in the body", web, 400, 300},
		{"who doesn't know a client's secret takes nothing from it", stranger, 400, 400},
		{"a client in the header", secret, 400, 300},
		{"client_credentials", machine, 200, 150},
	} {
		if got := passes(400, tt.ask, tt.good); got != tt.want {
			t.Errorf("%s: %d of 400 pass, want %d", tt.name, got, tt.want)
		}
	}
}

// TestBrokenStore: an outage is an internal error, and nobody is told which.
func TestBrokenStore(t *testing.T) {
	d := open(t)
	code := d.code(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest("POST", "https://id.example.org/oauth2/token", strings.NewReader(exchange(code).Encode())).WithContext(ctx)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	is(t, "token", d.do(r), 500, `{"error":"server_error"}`)
	if w := d.do(mustRequest("GET", request()).WithContext(ctx)); w.Header().Get("Location") != "/error?error=server_error" {
		t.Errorf("authorize: %d %s", w.Code, w.Header().Get("Location"))
	}
}
