package handlers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

const codeForm = "form[name=verifycodeform]"

// letChoose lets users choose among first factors.
func (s *site) letChoose(t testing.TB, factors ...string) {
	t.Helper()
	s.ChangePool(t, func(p *userpool.Pool) { p.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = factors })
	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.ExplicitAuthFlows = []string{"ALLOW_USER_AUTH"} })
}

// TestWhoChooses: the name stands alone only where there is something to choose.
func TestWhoChooses(t *testing.T) {
	for _, tt := range []struct {
		name     string
		prepare  func(*site)
		nameOnly bool
	}{
		{"client and pool", func(s *site) { s.letChoose(t, "PASSWORD", "EMAIL_OTP") }, true},
		{"the password alone", func(s *site) { s.letChoose(t, "PASSWORD") }, false},
		{"classic pages", func(s *site) { s.letChoose(t, "PASSWORD", "EMAIL_OTP"); s.SetVersion(t, 1) }, false},
		{"another flow", func(s *site) {
			s.letChoose(t, "PASSWORD", "EMAIL_OTP")
			s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.ExplicitAuthFlows = []string{"ALLOW_USER_SRP_AUTH"} })
		}, false},
	} {
		s := serve(t)
		tt.prepare(s)
		p := s.browser(t).open("/login?" + ask(WebClient))
		if got := p.Find(loginForm+" input[name=password]").Length() == 0; got != tt.nameOnly {
			t.Errorf("%s: the name alone: %v", tt.name, got)
		}
	}
}

// TestChooseEmail: the name, the choice, the code from the mail.
func TestChooseEmail(t *testing.T) {
	s := serve(t)
	s.letChoose(t, "PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
	b := s.browser(t)
	p := b.open("/login?" + ask(WebClient))
	if got := p.text("h1"); got != "Sign in Enter your username to begin" {
		t.Errorf("heading %q", got)
	}
	p = b.submit(p, loginForm)
	if got := p.text("#signInFormUsername-problem"); p.status != 400 || got != "Fill this in." {
		t.Errorf("no name: %d %q", p.status, got)
	}
	p = b.submit(p, loginForm, "username="+Username)
	p.stays(t, "/login", 200)
	if diff := cmp.Diff([]string{"PASSWORD Password", "EMAIL_OTP Code by email"}, p.choices()); diff != "" || p.text("h1") != "Choose how to sign in" {
		t.Errorf("%s %s", p.text("h1"), diff)
	}
	p = b.submit(p, factorForm, "answer=EMAIL_OTP")
	p.stays(t, "/selectChallenge", 200)
	code := s.codeTo(t, Email)
	if len(code) != 8 {
		t.Errorf("the code of a first factor is %q", code)
	}
	p = b.submit(p, codeForm, "code="+wrong(code))
	p.stays(t, "/verifyCode", 400)
	if got := p.text("#verification_code-problem"); got != "Invalid verification code provided, please try again." {
		t.Errorf("wrong code: %q", got)
	}
	p = b.submit(p, "form[name=resendcodeform]")
	p.stays(t, "/verifyCode", 200)
	if p.text("[role=status]") == "" {
		t.Error("nothing says that a new code was sent")
	}
	b.submit(p, codeForm, "code="+s.codeTo(t, Email)).arrived(t)
}

// TestChoosePassword: the second step takes the password, and says what the first would.
func TestChoosePassword(t *testing.T) {
	s := serve(t)
	s.letChoose(t, "PASSWORD", "EMAIL_OTP")
	b := s.browser(t)
	p := b.submit(b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username), factorForm, "answer=PASSWORD")
	for typed, id := range map[string]string{"": "#signInFormPassword-problem", "wrong": "#loginErrorMessage"} {
		p = b.submit(p, loginForm, "password="+typed)
		p.stays(t, "/verifyPassword", 400)
		want := map[string]string{"": "Fill this in.", "wrong": "Incorrect username or password."}[typed]
		if got := p.text(id); got != want {
			t.Errorf("%q: %q", typed, got)
		}
	}
	if got := p.Find(`a[href^="/forgotPassword?"]`).Length(); got != 1 || p.text(".lead") != "You are signing in as "+Username+"." {
		t.Errorf("%d ways to a new password on: %s", got, p.text("main"))
	}
	b.submit(p, loginForm, "password="+Password).arrived(t)
}

// TestOneFactor: without a choice there is no page to choose on.
func TestOneFactor(t *testing.T) {
	s := serve(t)
	s.letChoose(t, "PASSWORD", "SMS_OTP") // and no number
	b := s.browser(t)
	p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username)
	if got := p.text("h1"); got != "Enter your password" {
		t.Errorf("heading %q", got)
	}
	b.submit(p, loginForm, "password="+Password).arrived(t)
}

// TestBothAtOnce: what posts name and password together, as scripts do, is served.
func TestBothAtOnce(t *testing.T) {
	s := serve(t)
	s.letChoose(t, "PASSWORD", "EMAIL_OTP")
	b := s.browser(t)
	data := map[string][]string{"username": {Username}, "password": {Password}}
	b.post(s.url+"/login?"+ask(WebClient), data, nil).arrived(t)
}

// TestNobodyChooses: a name that nobody has is led the same way, to the same refusals.
func TestNobodyChooses(t *testing.T) {
	s := serve(t)
	s.letChoose(t, "PASSWORD", "EMAIL_OTP")
	b := s.browser(t)
	p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username=nobody")
	if diff := cmp.Diff([]string{"PASSWORD Password", "EMAIL_OTP Code by email"}, p.choices()); diff != "" {
		t.Fatal(diff)
	}
	q := b.submit(p, factorForm, "answer=EMAIL_OTP")
	if got := q.text(".lead"); !strings.HasPrefix(got, "We have sent a code by email to ") {
		t.Errorf("lead %q", got)
	}
	q = b.submit(q, codeForm, "code=12345678")
	if got := q.text("#verification_code-problem"); got != "Invalid verification code provided, please try again." {
		t.Errorf("code: %q", got)
	}
	p = b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username=nobody")
	p = b.submit(b.submit(p, factorForm, "answer=PASSWORD"), loginForm, "password=wrong")
	if got := p.text("#loginErrorMessage"); got != "Incorrect username or password." {
		t.Errorf("password: %q", got)
	}

	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.PreventUserExistenceErrors = "LEGACY" })
	p = b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username=nobody")
	p.stays(t, "/login", 400)
	if got := p.text("#loginErrorMessage"); got != "Incorrect username or password." {
		t.Errorf("where the API tells: %q", got)
	}
}

// TestUnconfirmedChooses: an account whose sign-up isn't confirmed gets to the page for
// its code, by the password as ever.
func TestUnconfirmedChooses(t *testing.T) {
	s := serve(t)
	s.letChoose(t, "PASSWORD", "SMS_OTP")
	b := s.browser(t)
	b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	later := s.browser(t)
	p := later.submit(later.open("/login?"+ask(WebClient)), loginForm, "username=grace")
	p = later.submit(p, loginForm, "password=Compiler-1")
	p.stays(t, "/confirm", 200)
	later.submit(p, "form[name=confirmform]", "code="+s.codeTo(t, "grace@example.org")).arrived(t)
}
