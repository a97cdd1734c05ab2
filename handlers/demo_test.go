package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"idpond/handlers"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

func demoSite(t *testing.T) *site {
	s := serve(t, func(s *handlers.Server) {
		s.Demo = &handlers.Demo{ClientID: WebClient, Username: Username}
	})
	s.Change(t, WebClient, func(c *userpool.AppClient) {
		c.Settings.CallbackURLs = []string{s.url + handlers.DemoCallbackPath}
		c.Settings.LogoutURLs = []string{s.url + handlers.DemoPath}
		c.Settings.AllowedOAuthScopes = []string{"openid", "email", "profile", "aws.cognito.signin.user.admin"}
	})
	return s
}

func TestDemo(t *testing.T) {
	s := demoSite(t)
	b := s.browser(t)
	p := b.open("/_idpond/demo")
	p.stays(t, "/_idpond/demo", 200)
	start, _ := p.Find("main a.button").First().Attr("href")
	p = b.open(start)
	p.stays(t, "/login", 200)
	query := p.url.Query()
	if query.Get("code_challenge_method") != "S256" || query.Get("state") == "" || query.Get("nonce") == "" {
		t.Errorf("%v", query)
	}
	p = b.submit(p, loginForm, "username="+Username, "password="+Password)
	p.stays(t, "/_idpond/demo", 200)
	if !strings.Contains(p.text("h1"), Username) || p.Find("section.token").Length() != 3 || !strings.Contains(p.body, Email) {
		t.Fatalf("no tokens: %s", p.text("main"))
	}
	p = b.submit(p, "form[action$=userinfo]")
	p.stays(t, "/_idpond/demo", 200)
	if !strings.Contains(p.text("#userinfo pre"), `"email_verified": "true"`) {
		t.Errorf("userInfo: %s", p.text("#userinfo"))
	}
	before := p.text("section.token pre")
	p = b.submit(p, "form[action$=refresh]")
	p.stays(t, "/_idpond/demo", 200)
	if after := p.text("section.token pre"); after == before || p.Find("section.token").Length() != 3 {
		t.Errorf("not refreshed: %s", p.text("main"))
	}
	p = b.submit(p, "form[action$=signout]")
	p.stays(t, "/_idpond/demo", 200)
	if p.text("[role=status]") != "You are signed out." || b.cookie("cognito") != "" {
		t.Errorf("%s", p.text("main"))
	}
	b.open(start).stays(t, "/login", 200)
}

func TestDemoRefusesForeignAnswers(t *testing.T) {
	s := demoSite(t)
	for _, query := range []string{"code=x&state=forged", "code=x&state=", "error=access_denied&state=forged", ""} {
		b := s.browser(t)
		b.open("/_idpond/demo/signin")
		p := b.open("/_idpond/demo/callback?" + query)
		if got := p.text("[role=alert] code"); got != "invalid_state" {
			t.Errorf("%q: %q", query, got)
		}
	}
	b := s.browser(t)
	state := b.open("/_idpond/demo/signin").url.Query().Get("state")
	p := b.open("/_idpond/demo/callback?error=access_denied&error_description=no&state=" + url.QueryEscape(state))
	if got := p.text("[role=alert]"); !strings.Contains(got, "access_denied") || !strings.Contains(got, "no") {
		t.Errorf("an error of the server: %q", got)
	}
	b.open("/_idpond/demo/signin")
	state = b.open("/_idpond/demo/signin").url.Query().Get("state")
	p = b.open("/_idpond/demo/callback?code=8c1a7e0e-0000-4000-8000-000000000000&state=" + url.QueryEscape(state))
	if got := p.text("[role=alert] code"); got != "invalid_grant" {
		t.Errorf("a dead code: %q", got)
	}
}

// TestDemoFromSignInPage: the sign-in page's plain link leads to the demo's tokens,
// and a code that the demo didn't ask for is never exchanged.
func TestDemoFromSignInPage(t *testing.T) {
	s := demoSite(t)
	b := s.browser(t)
	p := b.open("/login?client_id=" + WebClient)
	p.stays(t, "/login", 200)
	p = b.submit(p, loginForm, "username="+Username, "password="+Password)
	p.stays(t, "/_idpond/demo", 200)
	if !strings.Contains(p.text("h1"), Username) || p.Find("section.token").Length() != 3 {
		t.Errorf("no tokens: %s", p.text("main"))
	}
	p = s.browser(t).open("/_idpond/demo/callback?code=8c1a7e0e-0000-4000-8000-000000000000")
	p.stays(t, "/login", 200)
}

// TestDemoAtHome: by another name of the host the demo leads to the public one,
// where the answer will arrive.
func TestDemoAtHome(t *testing.T) {
	s := demoSite(t)
	other := strings.Replace(s.url, "127.0.0.1", "localhost", 1)
	p := s.browser(t).open(other + "/_idpond/demo")
	if p.url.String() != s.url+"/_idpond/demo" || p.status != 200 {
		t.Errorf("at %s (%d)", p.url, p.status)
	}
}

func TestDemoWithoutClient(t *testing.T) {
	s := serve(t, func(s *handlers.Server) { s.Demo = &handlers.Demo{ClientID: "deleted"} })
	p := s.browser(t).open("/_idpond/demo")
	if p.status != 200 || !strings.Contains(p.text("[role=alert]"), "deleted") {
		t.Errorf("%d %s", p.status, p.text("main"))
	}
}

// TestDemoNamesUser: whose username is the sub is called by the address.
func TestDemoNamesUser(t *testing.T) {
	s := demoSite(t)
	s.ChangeUser(t, func(u *userpool.User) {
		var err error
		u.Username = u.ID
		if u.Credential, err = s.House.Accounts.Passwords.Make(t.Context(), &userpool.Pool{ID: PoolID}, u, Password); err != nil {
			t.Fatal(err)
		}
	})
	b := s.browser(t)
	start, _ := b.open("/_idpond/demo").Find("main a.button").First().Attr("href")
	p := b.submit(b.open(start), loginForm, "username="+Username, "password="+Password)
	if got := p.text("h1"); got != "Signed in as "+Email {
		t.Errorf("heading %q", got)
	}
}
