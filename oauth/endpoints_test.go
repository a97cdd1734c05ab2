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

	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

func (d *door) userInfo(token string) *httptest.ResponseRecorder {
	r := mustRequest("GET", "/oauth2/userInfo")
	r.Header.Set("Authorization", "Bearer "+token)
	return d.do(r)
}

func TestUserInfo(t *testing.T) {
	d := open(t)
	for scope, want := range map[string]map[string]string{
		"openid":         {"sub": d.User.ID, "username": "ada", "email": Email, "email_verified": "true", "name": "Ada L.", "custom:team": "engines"},
		"openid email":   {"sub": d.User.ID, "username": "ada", "email": Email, "email_verified": "true"},
		"openid profile": {"sub": d.User.ID, "username": "ada", "name": "Ada L.", "custom:team": "engines"},
	} {
		w := d.userInfo(d.signedIn(t, "scope="+scope).AccessToken)
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/json;charset=UTF-8" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if diff := cmp.Diff(want, decode[map[string]string](t, w)); diff != "" {
			t.Errorf("scope %s: %s", scope, diff)
		}
	}
}

func TestUserInfoRefusals(t *testing.T) {
	d := open(t)
	good := d.signedIn(t)
	withoutOpenID := d.signedIn(t, "scope="+API+"/read")
	const bad, dead, narrow = "Bad OAuth2 request at UserInfo Endpoint",
		"Access token is expired, disabled, or deleted, or the user has globally signed out.", "Access token does not contain openid scope"
	check := func(name, header string, status int, code, description string) {
		t.Helper()
		r := mustRequest("POST", "/oauth2/userInfo")
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		w := d.do(r)
		want := `error="` + code + `", error_description="` + description + `"`
		if w.Code != status || w.Header().Get("WWW-Authenticate") != want {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("WWW-Authenticate"))
		}
		body, err := json.Marshal(map[string]string{"error": code, "error_description": description})
		if err != nil || w.Body.String() != string(body) {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
	check("no header", "", 400, "invalid_request", bad)
	check("Basic", "Basic abc", 400, "invalid_request", bad)
	check("no token", "Bearer ", 400, "invalid_request", bad)
	check("two words", "Bearer a b", 400, "invalid_request", bad)
	check("garbage", "Bearer garbage", 401, "invalid_token", dead)
	check("ID token", "Bearer "+good.IDToken, 401, "invalid_token", dead)
	check("changed", "Bearer "+good.AccessToken[:len(good.AccessToken)-4]+"AAAA", 401, "invalid_token", dead)
	check("without openid", "Bearer "+withoutOpenID.AccessToken, 401, "invalid_token", narrow)
	api, err := d.Tokens.Grant(t.Context(), tokens.GrantRequest{Pool: mustPool(t, d), Client: mustClient(t, d), User: d.User})
	if err != nil {
		t.Fatal(err)
	}
	check("of an API sign-in", "Bearer "+api.AccessToken, 401, "invalid_token", narrow)
	d.Wait(time.Hour)
	check("expired", "Bearer "+good.AccessToken, 401, "invalid_token", dead)
	fresh := d.signedIn(t)
	if err := d.Tokens.RevokeUser(t.Context(), d.User); err != nil {
		t.Fatal(err)
	}
	check("signed out globally", "Bearer "+fresh.AccessToken, 401, "invalid_token", dead)
	fresh = d.signedIn(t)
	r := httptest.NewRequest("GET", "https://nobody.auth.example.org/oauth2/userInfo", nil)
	r.Header.Set("Authorization", "Bearer "+fresh.AccessToken)
	if w := d.do(r); w.Code != 200 {
		t.Errorf("on a host of no pool: %d", w.Code)
	}
	d.Write(t, func(ctx context.Context, tx store.Tx) error { return tx.DeleteClient(ctx, PoolID, WebClient) })
	check("client deleted", "Bearer "+fresh.AccessToken, 401, "invalid_token", dead)
}

func mustPool(t testing.TB, d *door) *userpool.Pool {
	t.Helper()
	p, err := d.Store.Pool(t.Context(), PoolID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustClient(t testing.TB, d *door) *userpool.AppClient {
	t.Helper()
	c, err := d.Store.Client(t.Context(), WebClient)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRevoke(t *testing.T) {
	d := open(t)
	revoke := func(pairs ...string) *httptest.ResponseRecorder {
		return d.post("/oauth2/revoke", form(url.Values{"client_id": {WebClient}}, pairs...))
	}
	first, second := d.signedIn(t), d.signedIn(t)
	is(t, "no token", revoke(), 400, invalidRequest)
	is(t, "access token", revoke("token="+first.AccessToken), 400, `{"error":"unsupported_token_type"}`)
	is(t, "ID token", revoke("token="+first.IDToken), 400, `{"error":"unsupported_token_type"}`)
	is(t, "unknown client", revoke("client_id=nobody", "token=x"), 401, invalidClient)
	is(t, "confidential client without secret", revoke("client_id="+SecretClient, "token=x"), 401, wrongSecret)
	is(t, "public client, Basic", d.post("/oauth2/revoke", url.Values{"token": {"x"}}, WebClient+":"), 401, invalidClient)
	is(t, "no client", revoke("client_id", "token=x"), 400, invalidRequest)
	is(t, "unknown token", revoke("token=x"), 200, "")
	is(t, "GET", d.get("/oauth2/revoke"), 405, "")
	if w := d.userInfo(first.AccessToken); w.Code != 200 {
		t.Fatalf("revoked too early: %d", w.Code)
	}
	is(t, "revoke", revoke("token="+first.RefreshToken), 200, "")
	is(t, "revoke again", revoke("token="+first.RefreshToken), 200, "")
	is(t, "refresh", d.refresh(first.RefreshToken), 400, invalidGrant)
	if w := d.userInfo(first.AccessToken); w.Code != 401 {
		t.Errorf("the access token lives on: %d", w.Code)
	}
	if w := d.userInfo(second.AccessToken); w.Code != 200 {
		t.Errorf("another sign-in ended too: %d", w.Code)
	}
	d.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.EnableTokenRevocation = false })
	is(t, "switched off", revoke("token="+second.RefreshToken), 400, invalidRequest)
}

func TestLogout(t *testing.T) {
	d := open(t)
	back := "redirect_uri=" + url.QueryEscape(Callback) + "&response_type=code"
	for _, tt := range []struct {
		name, query, want string
		stays             bool // signed in
	}{
		{name: "to the logout URI", query: "client_id=" + WebClient + "&logout_uri=" + url.QueryEscape(LogoutURI), want: LogoutURI},
		{name: "logout URI wins", query: "client_id=" + WebClient + "&state=s&logout_uri=" + url.QueryEscape(LogoutURI) + "&" + back, want: LogoutURI},
		{name: "to sign in again", query: "client_id=" + WebClient + "&" + back + "&scope=openid&state=s&nonce=n&identity_provider=Google",
			want: "/login?client_id=" + WebClient + "&nonce=n&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid&state=s"},
		{name: "scopes are filled in", query: "client_id=" + WebClient + "&" + back,
			want: "/login?client_id=" + WebClient + "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid+email+profile+https%3A%2F%2Forders.example%2Fread+https%3A%2F%2Forders.example%2Fgone"},
		{name: "no client", query: "logout_uri=" + LogoutURI, want: "/error?error=Required+parameters+missing", stays: true},
		{name: "unknown client", query: "client_id=x&logout_uri=" + LogoutURI, want: "/error?error=invalid_request&client_id=x", stays: true},
		{name: "no URI", query: "client_id=" + WebClient, want: "/error?error=Required+parameters+missing", stays: true},
		{name: "no response type", query: "client_id=" + WebClient + "&redirect_uri=" + Callback, want: "/error?error=Required+parameters+missing", stays: true},
		{name: "unregistered logout URI", query: "client_id=" + WebClient + "&logout_uri=https://evil.example/", want: "/error?error=redirect_mismatch&client_id=" + WebClient, stays: true},
		{name: "callback as logout URI", query: "client_id=" + WebClient + "&logout_uri=" + Callback, want: "/error?error=redirect_mismatch&client_id=" + WebClient, stays: true},
		{name: "unregistered redirect URI", query: "client_id=" + WebClient + "&response_type=code&redirect_uri=https://evil.example/", want: "/error?error=redirect_mismatch&client_id=" + WebClient, stays: true},
		{name: "post_logout_redirect_uri is no logout URI", query: "client_id=" + WebClient + "&post_logout_redirect_uri=" + LogoutURI, want: "/error?error=Required+parameters+missing", stays: true},
		{name: "two logout URIs", query: "client_id=" + WebClient + "&logout_uri=" + LogoutURI + "&logout_uri=https://evil.example/", want: "/error?error=invalid_request&client_id=" + WebClient, stays: true},
	} {
		d.signIn()
		w := d.get("/logout?" + tt.query)
		if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != tt.want {
			t.Errorf("%s: %d to\n     %s\nwant %s", tt.name, w.Code, got, tt.want)
		}
		if (d.session != nil) != tt.stays {
			t.Errorf("%s: signed in afterwards: %v", tt.name, d.session != nil)
		}
	}
}

func TestDiscovery(t *testing.T) {
	d := open(t)
	w := d.get("/" + PoolID + "/.well-known/openid-configuration")
	want := `{"authorization_endpoint":"https://id.example.org/oauth2/authorize","end_session_endpoint":"https://id.example.org/logout",` +
		`"id_token_signing_alg_values_supported":["RS256"],"issuer":"https://id.example.org/` + PoolID + `",` +
		`"jwks_uri":"https://id.example.org/` + PoolID + `/.well-known/jwks.json","response_types_supported":["code","token"],` +
		`"revocation_endpoint":"https://id.example.org/oauth2/revoke","scopes_supported":["openid","email","phone","profile"],` +
		`"subject_types_supported":["public"],"token_endpoint":"https://id.example.org/oauth2/token",` +
		`"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"userinfo_endpoint":"https://id.example.org/oauth2/userInfo"}`
	is(t, "plain host", w, 200, want)
	if w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("headers %v", w.Header())
	}
	d.Write(t, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateDomain(ctx, &userpool.Domain{PoolID: PoolID, Name: "login.harbour.example", CertificateArn: "arn:aws:acm:x", ManagedLoginVersion: 2})
	})
	w = d.get("/" + PoolID + "/.well-known/openid-configuration")
	want = strings.NewReplacer("https://id.example.org/oauth2", "https://login.harbour.example/oauth2", "https://id.example.org/logout", "https://login.harbour.example/logout").Replace(want)
	is(t, "custom domain", w, 200, want)
	d.OAuth.PublicURL, _ = url.Parse("http://localhost:9229")
	if got := decode[map[string]any](t, d.get("/"+PoolID+"/.well-known/openid-configuration"))["token_endpoint"]; got != "http://localhost:9229/oauth2/token" {
		t.Errorf("on loopback a custom domain leads nowhere, but the document names %v", got)
	}
	is(t, "unknown pool", d.get("/eu-west-1_nothing/.well-known/openid-configuration"), 404, `{"message":"User pool eu-west-1_nothing does not exist."}`)
	is(t, "unknown pool's keys", d.get("/eu-west-1_nothing/.well-known/jwks.json"), 404, `{"message":"User pool eu-west-1_nothing does not exist."}`)
}

func TestJWKS(t *testing.T) {
	d := open(t)
	w := d.get("/" + PoolID + "/.well-known/jwks.json")
	keys := decode[struct{ Keys []map[string]string }](t, w).Keys
	if w.Code != 200 || len(keys) != 2 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, k := range keys {
		if k["alg"] != "RS256" || k["use"] != "sig" || k["kty"] != "RSA" || k["e"] != "AQAB" || len(k["kid"]) != 44 || k["d"] != "" {
			t.Errorf("%v", k)
		}
	}
}

func TestPreflight(t *testing.T) {
	d := open(t)
	for path, methods := range map[string]string{
		"/oauth2/token": "POST", "/oauth2/revoke": "POST", "/oauth2/userInfo": "POST, GET",
		"/" + PoolID + "/.well-known/jwks.json": "GET",
	} {
		r := mustRequest("OPTIONS", path)
		r.Header.Set("Origin", "https://app.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		w := d.do(r)
		h := w.Header()
		if w.Code != 200 || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Methods") != methods ||
			!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization, Content-Type") || w.Body.Len() != 0 {
			t.Errorf("%s: %d %v", path, w.Code, h)
		}
	}
	for _, path := range []string{"/oauth2/authorize", "/logout"} {
		if w := d.do(mustRequest("OPTIONS", path)); w.Code != 405 || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}
