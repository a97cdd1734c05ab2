package handlers_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

// tokensOf exchanges a code, as the app's server does.
func (s *site) tokensOf(t testing.TB, form url.Values) map[string]any {
	t.Helper()
	answer, err := http.PostForm(s.url+"/oauth2/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var tokens map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&tokens); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %v %v", answer.StatusCode, tokens, err)
	}
	return tokens
}

// TestWholeWay: authorize, sign in, code, tokens, userInfo, refresh, a second
// client without a password, sign out, and a password again.
func TestWholeWay(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	query := ask(WebClient, "scope=openid email", "nonce=n1", "code_challenge="+challenge, "code_challenge_method=S256")

	p := b.open("/oauth2/authorize?" + query)
	p.stays(t, "/login", 200)
	if p.url.RawQuery != query {
		t.Errorf("the query became %s", p.url.RawQuery)
	}
	if got := p.Find("title").Text(); !strings.Contains(got, "Harbour Books") {
		t.Errorf("title %q", got)
	}
	p = b.submit(p, "form[name=cognitoSignInForm]", "username="+Username, "password="+Password)
	code := p.arrived(t)
	if p.status != http.StatusFound {
		t.Errorf("status %d", p.status)
	}

	tokens := s.tokensOf(t, url.Values{
		"grant_type": {"authorization_code"}, "client_id": {WebClient}, "code": {code}, "redirect_uri": {Callback}, "code_verifier": {verifier},
	})
	id := tokenstest.Claims(t, tokens["id_token"].(string))
	if id["cognito:username"] != Username || id["nonce"] != "n1" || id["iss"] != s.url+"/"+PoolID {
		t.Errorf("ID token %v", id)
	}
	r, _ := http.NewRequest("GET", s.url+"/oauth2/userInfo", nil)
	r.Header.Set("Authorization", "Bearer "+tokens["access_token"].(string))
	if p := b.do(r); p.status != 200 || !strings.Contains(p.body, `"email_verified":"true"`) {
		t.Errorf("userInfo: %d %s", p.status, p.body)
	}
	s.tokensOf(t, url.Values{"grant_type": {"refresh_token"}, "client_id": {WebClient}, "refresh_token": {tokens["refresh_token"].(string)}})

	before := b.cookie("cognito")
	b.open("/oauth2/authorize?" + ask(SecretClient)).arrived(t)
	if b.cookie("cognito") != before {
		t.Error("signing in silently changed the session")
	}

	p = b.open("/logout?" + url.Values{"client_id": {WebClient}, "logout_uri": {LogoutURI}}.Encode())
	if p.location == nil || p.location.String() != LogoutURI || b.cookie("cognito") != "" {
		t.Errorf("after logout at %v with cookie %q", p.location, b.cookie("cognito"))
	}
	b.open("/oauth2/authorize?"+ask(WebClient)).stays(t, "/login", 200)
}

// TestSessionCookie: what the cookie is like, and that only its hash is kept.
func TestSessionCookie(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	p := b.submit(b.open("/login?"+ask(WebClient)), "form[name=cognitoSignInForm]", "username="+Username, "password="+Password)
	p.arrived(t)
	set := p.header.Get("Set-Cookie")
	value := b.cookie("cognito")
	if want := "cognito=" + value + "; Path=/; "; !strings.HasPrefix(set, want) || len(value) != 43 {
		t.Errorf("cookie %s", set)
	}
	for _, attribute := range []string{"Max-Age=3600", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(set, attribute) {
			t.Errorf("cookie without %s: %s", attribute, set)
		}
	}
	if strings.Contains(set, "Secure") || strings.Contains(set, "Domain") {
		t.Errorf("on plain http on loopback: %s", set)
	}

	s.Wait(59 * time.Minute)
	b.open("/oauth2/authorize?" + ask(WebClient)).arrived(t) // does not prolong it
	s.Wait(time.Minute)
	b.open("/oauth2/authorize?"+ask(WebClient)).stays(t, "/login", 200)
}

func TestSessionEnds(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	login := func() {
		t.Helper()
		b.submit(b.open("/login?"+ask(WebClient, "prompt=login")), "form[name=cognitoSignInForm]", "username="+Username, "password="+Password).arrived(t)
	}
	login()
	first := b.cookie("cognito")
	login()
	if second := b.cookie("cognito"); second == first || strings.Contains(second, first) {
		t.Error("a new sign-in kept the session's id")
	}
	stranger := s.browser(t)
	u, _ := url.Parse(s.url)
	stranger.http.Jar.SetCookies(u, []*http.Cookie{{Name: "cognito", Value: first}})
	stranger.open("/oauth2/authorize?"+ask(WebClient)).stays(t, "/login", 200)

	s.ChangeUser(t, func(u *userpool.User) { u.Enabled = false })
	b.open("/oauth2/authorize?"+ask(WebClient)).stays(t, "/login", 200)
	s.ChangeUser(t, func(u *userpool.User) { u.Enabled = true })
	b.open("/oauth2/authorize?" + ask(WebClient)).arrived(t)
	s.Write(t, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, PoolID, s.User.ID) })
	b.open("/oauth2/authorize?"+ask(WebClient)).stays(t, "/login", 200)
}

// TestSessionsOfSeveralPools: on the plain host one browser may be signed in to two
// pools, and signing out of one leaves the other.
func TestSessionsOfSeveralPools(t *testing.T) {
	s := serve(t)
	other := *s.User
	other.PoolID, other.ID = OtherPool, "0000aaaa-e0e1-70ae-d2ee-991ad1a898c8"
	var err error
	other.Credential, err = s.House.Accounts.Passwords.Make(t.Context(), &userpool.Pool{ID: OtherPool}, &other, Password)
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, &other) })
	b := s.browser(t)
	for _, client := range []string{WebClient, ForeignClient} {
		p := b.open("/oauth2/authorize?" + ask(client))
		p.stays(t, "/login", 200) // the other pool's session does not count
		b.submit(p, "form[name=cognitoSignInForm]", "username="+Username, "password="+Password).arrived(t)
	}
	b.open("/oauth2/authorize?" + ask(WebClient)).arrived(t)
	b.open("/oauth2/authorize?" + ask(ForeignClient)).arrived(t)
	b.open("/logout?" + url.Values{"client_id": {WebClient}, "logout_uri": {LogoutURI}}.Encode())
	b.open("/oauth2/authorize?"+ask(WebClient)).stays(t, "/login", 200)
	b.open("/oauth2/authorize?" + ask(ForeignClient)).arrived(t)
}

// TestOwnHost: the same pages on the pool's own host.
func TestOwnHost(t *testing.T) {
	s := serve(t)
	get := func(path string) *http.Response {
		t.Helper()
		r, _ := http.NewRequest("GET", s.url+path, nil)
		r.Host = Prefix + ".auth.example.org"
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		return answer
	}
	if a := get("/login?" + ask(WebClient)); a.StatusCode != 200 {
		t.Errorf("own client: %d", a.StatusCode)
	}
	if a := get("/login?" + ask(ForeignClient)); a.Header.Get("Location") != "/error?error=invalid_request&client_id="+ForeignClient {
		t.Errorf("foreign client: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
}

// TestContinue: the page for somebody who is signed in already.
func TestContinue(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	query := ask(WebClient)
	b.open("/login/continue?"+query).stays(t, "/login/continue", 200)
	if b.open("/login/continue?"+query).Find("form[name=cognitoSignInForm]").Length() != 1 {
		t.Error("without a session it is not the sign-in page")
	}
	b.submit(b.open("/login?"+query), "form[name=cognitoSignInForm]", "username="+Username, "password="+Password).arrived(t)

	p := b.open("/login?" + query)
	p.stays(t, "/login/continue", 200)
	if got := p.text("button"); got != "Sign In as ada" {
		t.Errorf("button %q", got)
	}
	b.submit(p, "form").arrived(t)
	if p := b.open("/login?" + query + "&prompt=login"); p.Find("form[name=cognitoSignInForm]").Length() != 1 {
		t.Error("prompt=login does not ask for the password")
	}
	p = b.post(s.url+"/login/continue?"+query+"&prompt=login", nil, nil)
	if p.location != nil {
		t.Errorf("prompt=login was passed by the continue page to %s", p.location)
	}

	s.SetVersion(t, 1)
	p = b.open("/login?" + query)
	p.stays(t, "/login", 200)
	if got := p.text("button"); got != "Sign In as ada" {
		t.Errorf("classic: button %q", got)
	}
	different, _ := p.Find("p.aside a").Attr("href")
	p = b.open(different)
	p.stays(t, "/login", 200)
	if p.Find("form[name=cognitoSignInForm]").Length() != 1 || b.cookie("cognito") != "" {
		t.Error("a different user can't sign in")
	}
	b.submit(p, "form[name=cognitoSignInForm]", "username="+Username, "password="+Password).arrived(t)
}
