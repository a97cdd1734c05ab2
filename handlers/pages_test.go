package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

func TestLoginPage(t *testing.T) {
	s := serve(t)
	for _, tt := range []struct {
		name, username, password string
		prepare                  func(*site)
		alert                    string
		beside                   map[string]string // id of the input → its problem
	}{
		{name: "wrong password", username: Username, password: "wrong", alert: "Incorrect username or password."},
		{name: "unknown user", username: "nobody", password: "wrong", alert: "Incorrect username or password."},
		{name: "unknown user where the API tells", username: "nobody", password: "wrong", alert: "Incorrect username or password.",
			prepare: func(s *site) {
				s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.PreventUserExistenceErrors = "LEGACY" })
			}},
		{name: "nothing typed", beside: map[string]string{"signInFormUsername": "Fill this in.", "signInFormPassword": "Fill this in."}},
		{name: "no password", username: Username, beside: map[string]string{"signInFormPassword": "Fill this in."}},
		{name: "mark-up as a name", username: `"><script>alert(1)</script>`, password: "x", alert: "Incorrect username or password."},
		{name: "disabled", username: Username, password: Password, alert: "User is disabled.",
			prepare: func(s *site) { s.ChangeUser(t, func(u *userpool.User) { u.Enabled = false }) }},
	} {
		if tt.prepare != nil {
			tt.prepare(s)
		}
		b := s.browser(t)
		p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+tt.username, "password="+tt.password)
		p.stays(t, "/login", 400)
		if got := p.text("#loginErrorMessage[role=alert]"); got != tt.alert {
			t.Errorf("%s: alert %q, want %q", tt.name, got, tt.alert)
		}
		if got := p.Find("input[name=username]").AttrOr("value", ""); got != tt.username {
			t.Errorf("%s: kept username %q", tt.name, got)
		}
		if got, kept := p.Find("input[name=password]").Attr("value"); kept && got != "" {
			t.Errorf("%s: kept password %q", tt.name, got)
		}
		for id, want := range tt.beside {
			if got := p.text("#" + id + "-problem"); got != want {
				t.Errorf("%s: beside %s %q, want %q", tt.name, id, got, want)
			}
		}
		if b.cookie("cognito") != "" {
			t.Errorf("%s: signed in", tt.name)
		}
	}
}

func TestLoginLocks(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	p := b.open("/login?" + ask(WebClient))
	for range 5 {
		p = b.submit(p, loginForm, "username="+Username, "password=wrong")
	}
	p = b.submit(p, loginForm, "username="+Username, "password="+Password)
	if got := p.text("#loginErrorMessage"); got != "Attempt limit exceeded, please try after some time." {
		t.Errorf("alert %q", got)
	}
	s.Wait(2 * time.Second)
	b.submit(p, loginForm, "username="+Username, "password="+Password).arrived(t)
}

// TestLinks: what the sign-in page offers follows from the pool's settings alone.
func TestLinks(t *testing.T) {
	s := serve(t)
	links := func() string {
		var all []string
		p := s.browser(t).open("/login?" + ask(WebClient, "login_hint=grace"))
		for _, a := range p.Find("main a").EachIter() {
			u, _ := url.Parse(a.AttrOr("href", ""))
			if u.RawQuery != ask(WebClient, "login_hint=grace") {
				t.Errorf("link %s", u)
			}
			all = append(all, u.Path)
		}
		if got := p.Find("input[name=username]").AttrOr("value", ""); got != "grace" {
			t.Errorf("login_hint prefilled %q", got)
		}
		return strings.Join(all, " ")
	}
	if got := links(); got != "/forgotPassword /signup" {
		t.Errorf("links %s", got)
	}
	s.ChangePool(t, func(p *userpool.Pool) {
		p.Settings.AdminCreateUserConfig.AllowAdminCreateUserOnly = true
		p.Settings.AccountRecoverySetting = &userpool.AccountRecoverySetting{RecoveryMechanisms: []userpool.RecoveryOption{{Priority: 1, Name: "admin_only"}}}
	})
	if got := links(); got != "" {
		t.Errorf("closed pool: links %s", got)
	}
	p := s.browser(t).open("/signup?" + ask(WebClient))
	p.stays(t, "/signup", 400)
	if got := p.text("[role=alert]"); got != "SignUp is not permitted for this user pool" {
		t.Errorf("alert %q", got)
	}
}

// TestOtherProviders: nothing leads past a provider that the client doesn't have.
func TestOtherProviders(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	refused := func(p *page) {
		t.Helper()
		if p.status != 401 || p.text("[role=alert]") != "Login option is not available. Please try another one" {
			t.Errorf("%s: %d %s", p.url, p.status, p.text("main"))
		}
	}
	b.open("/login?"+ask(WebClient, "identity_provider=COGNITO")).stays(t, "/login", 200)
	refused(b.open("/oauth2/authorize?" + ask(WebClient, "identity_provider=Google")))
	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.SupportedIdentityProviders = []string{"Google"} })
	refused(b.open("/oauth2/authorize?" + ask(WebClient)))
	refused(b.post(s.url+"/login?"+ask(WebClient), url.Values{"username": {Username}, "password": {Password}}, nil))
}

// TestPagesCheckTheRequest: every page refuses what the authorization endpoint does.
func TestPagesCheckTheRequest(t *testing.T) {
	s := serve(t)
	for _, path := range []string{"/login", "/login/continue", "/signup", "/confirm", "/forgotPassword", "/confirmforgotPassword", "/resetPassword", "/resendcode",
		"/mfa", "/mfaOption", "/mfaRegister", "/selectChallenge", "/verifyPassword", "/verifyCode", "/login/passkey", "/passkeys/add"} {
		for _, method := range []string{"GET", "POST"} {
			for query, want := range map[string]string{
				ask(WebClient, "redirect_uri=https://evil.example/"): "/error?error=redirect_mismatch&client_id=" + WebClient,
				ask("nobody"): "/error?error=invalid_request&client_id=nobody",
				"":            "/error?error=Required+parameters+missing",
			} {
				r, _ := http.NewRequest(method, s.url+path+"?"+query, nil)
				r.Header.Set("Sec-Fetch-Site", "same-origin")
				p := s.browser(t).do(r)
				if p.url.RequestURI() != want || p.status != 400 {
					t.Errorf("%s %s: at %s (%d), want %s", method, path, p.url.RequestURI(), p.status, want)
				}
			}
		}
	}
}

func TestErrorPage(t *testing.T) {
	s := serve(t)
	for query, alert := range map[string]string{
		"error=redirect_mismatch&client_id=x": "redirect_mismatch",
		"error=Required+parameters+missing":   "Required parameters missing",
		"error=Your+bank+says+call+555":       "", // anybody can make such a link
		"":                                    "",
	} {
		p := s.browser(t).open("/error?" + query)
		p.stays(t, "/error", 400)
		if got := p.text("[role=alert]"); got != alert {
			t.Errorf("%q: %q", query, got)
		}
		if !strings.Contains(p.text("main"), "An error was encountered with the requested page.") {
			t.Errorf("%q: %s", query, p.text("main"))
		}
	}
}

// TestForeignForms: no other site can send a page's form; what apps call from
// other sites works.
func TestForeignForms(t *testing.T) {
	s := serve(t)
	data := url.Values{"username": {Username}, "password": {Password}}
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
		{"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "", "Origin": "null"},
	} {
		for _, path := range []string{"/login", "/login/continue", "/signup", "/confirm", "/resendcode", "/forgotPassword", "/confirmforgotPassword", "/resetPassword"} {
			p := s.browser(t).post(s.url+path+"?"+ask(WebClient), data, header)
			if p.status != 403 || p.text("h1") != "Not allowed" {
				t.Errorf("%s with %v: %d", path, header, p.status)
			}
		}
		p := s.browser(t).post(s.url+"/oauth2/token", url.Values{"grant_type": {"x"}}, header)
		if p.status != 400 || p.body != `{"error":"unsupported_grant_type"}` {
			t.Errorf("token with %v: %d %s", header, p.status, p.body)
		}
	}
	p := s.browser(t).post(s.url+"/login?"+ask(WebClient), data, map[string]string{"Sec-Fetch-Site": "", "Origin": s.url})
	p.arrived(t)
}

// TestShortAddress: client_id alone is enough of an address on every page, as far
// as the client's settings say the rest.
func TestShortAddress(t *testing.T) {
	s := serve(t)
	for _, tt := range []struct {
		name      string
		callbacks []string
		fallback  string // DefaultRedirectURI
		flows     []string
		want      string // begin of where a sign-in leads, or the path of an error page
	}{
		{"only callback", []string{Callback}, "", []string{"code"}, Callback + "?code="},
		{"default callback", []string{Callback2, Callback}, Callback, []string{"code", "implicit"}, Callback + "?code="},
		{"implicit only", []string{Callback}, "", []string{"implicit"}, Callback + "#id_token="},
		{"no telling which callback", []string{Callback, Callback2}, "", []string{"code"}, "/error"},
		{"neither code nor implicit", []string{Callback}, "", nil, Callback + "?error=unauthorized_client"},
	} {
		s.Change(t, WebClient, func(c *userpool.AppClient) {
			c.Settings.CallbackURLs, c.Settings.DefaultRedirectURI, c.Settings.AllowedOAuthFlows = tt.callbacks, tt.fallback, tt.flows
		})
		b := s.browser(t)
		p := b.open("/login?client_id=" + WebClient)
		if p.status == http.StatusOK {
			for _, path := range []string{"/signup", "/forgotPassword"} {
				b.open(path+"?client_id="+WebClient).stays(t, path, http.StatusOK)
			}
			p = b.submit(p, loginForm, "username="+Username, "password="+Password)
		}
		got := p.url.Path
		if p.location != nil {
			got = p.location.String()
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: leads to %s, want %s…", tt.name, got, tt.want)
		}
	}
	p := s.browser(t).open("/oauth2/authorize?client_id=" + WebClient) // an app has to say what it wants
	if p.location == nil || p.location.Query().Get("error") != "invalid_request" {
		t.Errorf("authorize: %v", p.location)
	}
}
