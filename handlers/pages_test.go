package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

const loginForm = "form[name=cognitoSignInForm]"

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

// codeTo gives the newest code that was sent to an address.
func (s *site) codeTo(t testing.TB, to string) string {
	t.Helper()
	sent := s.House.Inbox.List(to, 1)
	if len(sent) == 0 {
		t.Fatalf("nothing was sent to %s", to)
	}
	return sent[0].Code
}

func TestSignUp(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	query := ask(WebClient, "scope=openid", "nonce=n1")
	p := b.open("/signup?" + query)
	p.stays(t, "/signup", 200)

	p = b.submit(p, "form[name=signupform]", "username=grace", "requiredAttributes[email]=not-an-address", "password=Compiler-1")
	p.stays(t, "/signup", 400)
	if got := p.text("#attribute-email-problem"); got != "Invalid email address format." {
		t.Errorf("beside the address: %q\n%s", got, p.body)
	}
	for name, want := range map[string]string{"username": "grace", "requiredAttributes[email]": "not-an-address", "password": ""} {
		if got := p.Find(`input[name="`+name+`"]`).AttrOr("value", ""); got != want {
			t.Errorf("kept %s %q, want %q", name, got, want)
		}
	}
	for password, want := range map[string]string{
		"": "Fill this in.", "Co-1": "The password needs at least 8 characters.", "compiler-1": "The password needs an upper case letter.",
		"COMPILER-1": "The password needs a lower case letter.", "Compiler-": "The password needs a number.", "Compiler1": "The password needs a special character.",
	} {
		p = b.submit(p, "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password="+password)
		if got := p.text("#signUpPassword-problem"); got != want {
			t.Errorf("password %q: %q, want %q", password, got, want)
		}
	}
	p = b.submit(p, "form[name=signupform]", "username="+Username, "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	if got := p.text("#signUpUsername-problem"); got != "User already exists" {
		t.Errorf("taken name: %q", got)
	}

	p = b.submit(p, "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	p.stays(t, "/confirm", 200)
	if !strings.Contains(p.text("main"), "g***@e***") {
		t.Errorf("not said where the code went: %s", p.text("main"))
	}
	first := s.codeTo(t, "grace@example.org")
	p = b.submit(p, "form[name=confirmform]", "code="+wrong(first))
	p.stays(t, "/confirm", 400)
	if got := p.text("#verification_code-problem"); got != "Invalid verification code provided, please try again." {
		t.Errorf("wrong code: %q", got)
	}
	p = b.submit(p, "form[name=resendcodeform]")
	p.stays(t, "/confirm", 200)
	if p.text("[role=status]") == "" || len(s.House.Inbox.List("grace@example.org", 0)) != 2 {
		t.Error("no new code")
	}
	p = b.submit(p, "form[name=confirmform]", "code="+s.codeTo(t, "grace@example.org"))
	tokens := s.tokensOf(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {WebClient}, "code": {p.arrived(t)}, "redirect_uri": {Callback}})
	id := tokenstest.Claims(t, tokens["id_token"].(string))
	if id["cognito:username"] != "grace" || id["email_verified"] != true || id["nonce"] != "n1" {
		t.Errorf("ID token %v", id)
	}
	b.open("/oauth2/authorize?" + ask(SecretClient)).arrived(t) // signed in, not only sent on
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// TestConfirmLater: who closed the page before the code came gets to it by signing in.
func TestConfirmLater(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	later := s.browser(t)
	p := later.submit(later.open("/login?"+ask(WebClient)), loginForm, "username=grace", "password=wrong")
	p.stays(t, "/login", 400)
	p = later.submit(p, loginForm, "username=grace", "password=Compiler-1")
	p.stays(t, "/confirm", 200)
	later.submit(p, "form[name=confirmform]", "code="+s.codeTo(t, "grace@example.org")).arrived(t)
}

// TestConfirmedOnlyOnce: the code signs in once; it is no way around the password.
func TestConfirmedOnlyOnce(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	p := b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	code := s.codeTo(t, "grace@example.org")
	b.submit(p, "form[name=confirmform]", "code="+code).arrived(t)
	for _, username := range []string{"grace", Username} {
		other := s.browser(t)
		p := other.post(s.url+"/confirm?"+ask(WebClient), url.Values{"username": {username}, "code": {code}}, nil)
		if p.location != nil || other.cookie("cognito") != "" || p.status != 400 {
			t.Errorf("%s was signed in by a used code: %d %v", username, p.status, p.location)
		}
	}
}

// TestUndelivered: the account exists, so another code can be asked for.
func TestUndelivered(t *testing.T) {
	s := serve(t)
	sender := s.House.Accounts.Messages
	email := sender.Email
	sender.Email = nil
	b := s.browser(t)
	p := b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	p.stays(t, "/confirm", 200)
	if got := p.text("[role=alert]"); got != "We could not send the code. Ask for a new one in a moment." {
		t.Errorf("alert %q", got)
	}
	sender.Email = email
	p = b.submit(p, "form[name=resendcodeform]")
	p.stays(t, "/confirm", 200)
	b.submit(p, "form[name=confirmform]", "code="+s.codeTo(t, "grace@example.org")).arrived(t)
}

func TestConfirmOutOfTurn(t *testing.T) {
	s := serve(t)
	s.browser(t).open("/confirm?"+ask(WebClient)).stays(t, "/login", 200)
	s.browser(t).open("/confirmforgotPassword?"+ask(WebClient)).stays(t, "/forgotPassword", 200)
	s.browser(t).open("/resetPassword?"+ask(WebClient)).stays(t, "/login", 200)
	s.browser(t).open("/resendcode?"+ask(WebClient)).stays(t, "/login", 200)
}

// TestConfirmLink: the link of a mail confirms in any browser and signs nobody in.
func TestConfirmLink(t *testing.T) {
	s := serve(t)
	s.ChangePool(t, func(p *userpool.Pool) {
		p.Settings.VerificationMessageTemplate.DefaultEmailOption = "CONFIRM_WITH_LINK"
	})
	b := s.browser(t)
	p := b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	p.stays(t, "/confirm", 200)
	if got := p.text(".lead"); got != "We have sent an email to g***@e***. Follow the link in it to confirm your account, then sign in." || p.Find("form[name=confirmform]").Length() != 0 {
		t.Errorf("asks for a code that nobody gets: %s", p.text("main"))
	}
	p = b.submit(p, "form[name=resendcodeform]")
	if got := p.text("[role=status]"); got != "We have sent a new link. The one before no longer counts." {
		t.Errorf("another link: %q", got)
	}
	link := s.House.Inbox.List("grace@example.org", 1)[0].Link
	other := s.browser(t)
	p = other.open(link)
	if p.status != 200 || p.text("h1") != "Account confirmed" || other.cookie("cognito") != "" {
		t.Errorf("%d %s", p.status, p.text("main"))
	}
	if p := other.open(link); p.status != 400 {
		t.Errorf("the link a second time: %d", p.status)
	}
	if p := other.open("/confirmUser?client_id=nobody&user_name=grace&confirmation_code=1"); p.status != 400 {
		t.Errorf("unknown client: %d", p.status)
	}
	b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username=grace", "password=Compiler-1").arrived(t)
}

// TestSignUpFields: what the form asks for follows from the pool.
func TestSignUpFields(t *testing.T) {
	s := serve(t)
	for _, tt := range []struct {
		name   string
		change func(*userpool.PoolSettings)
		want   string
	}{
		{"required attribute", func(*userpool.PoolSettings) {}, "text:username requiredAttributes[email] password"},
		{"e-mail as username", func(s *userpool.PoolSettings) { s.UsernameAttributes = []string{"email"} }, "email:username password"},
		{"nothing required, but verified", func(s *userpool.PoolSettings) {
			s.UsernameAttributes = nil
			for i := range s.SchemaAttributes {
				s.SchemaAttributes[i].Required = false
			}
		}, "text:username requiredAttributes[email] password"},
		{"nothing at all", func(s *userpool.PoolSettings) { s.AutoVerifiedAttributes = nil }, "text:username password"},
	} {
		s.ChangePool(t, func(p *userpool.Pool) { tt.change(&p.Settings) })
		p := s.browser(t).open("/signup?" + ask(WebClient))
		var names []string
		for _, in := range p.Find("form[name=signupform] input:not([type=hidden])").EachIter() {
			name := in.AttrOr("name", "")
			if name == "username" {
				name = in.AttrOr("type", "") + ":" + name
			}
			names = append(names, name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	b := s.browser(t)
	p := b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "password=Compiler-1")
	if got := p.text("[role=alert]"); p.status != 400 || got != "User is not confirmed." {
		t.Errorf("without any code: %d %q", p.status, got)
	}
}

func TestForgotPassword(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	p := b.open("/forgotPassword?" + ask(WebClient))
	p = b.submit(p, "form[name=forgotpasswordform]")
	p.stays(t, "/forgotPassword", 400)
	if got := p.text("#username-problem"); got != "Fill this in." {
		t.Errorf("nothing typed: %q", got)
	}
	p = b.submit(p, "form[name=forgotpasswordform]", "username="+Username)
	p.stays(t, "/confirmforgotPassword", 200)
	code := s.codeTo(t, Email)
	for _, tt := range []struct {
		code, password, again string
		id, want              string
	}{
		{"", "Tables-1x", "Tables-1x", "forgot_password_code", "Fill this in."},
		{code, "", "", "new_password", "Fill this in."},
		{code, "Tables-1x", "Tables-2x", "confirm_password", "The two passwords are not the same."},
		{code, "Ta-1", "Ta-1", "new_password", "The password needs at least 8 characters."},
		{wrong(code), "Tables-1x", "Tables-1x", "forgot_password_code", "Invalid verification code provided, please try again."},
	} {
		p = b.submit(p, "form[name=confirmforgotpasswordform]", "code="+tt.code, "password="+tt.password, "confirmPassword="+tt.again)
		p.stays(t, "/confirmforgotPassword", 400)
		if got := p.text("#" + tt.id + "-problem"); got != tt.want {
			t.Errorf("%v: %q", tt, got)
		}
		if strings.Contains(p.body, "Tables-") {
			t.Errorf("%v: the page repeats the password", tt)
		}
	}
	p = b.submit(p, "form[name=resendcodeform]")
	p.stays(t, "/confirmforgotPassword", 200)
	p = b.submit(p, "form[name=confirmforgotpasswordform]", "code="+s.codeTo(t, Email), "password=Tables-1x", "confirmPassword=Tables-1x")
	p.stays(t, "/login", 200)
	b.submit(b.submit(p, loginForm, "username="+Username, "password="+Password), loginForm, "username="+Username, "password=Tables-1x").arrived(t)
}

func TestForgotPasswordOfNobody(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	p := b.submit(b.open("/forgotPassword?"+ask(WebClient)), "form[name=forgotpasswordform]", "username=nobody@example.org")
	p.stays(t, "/confirmforgotPassword", 200)
	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.PreventUserExistenceErrors = "LEGACY" })
	p = b.submit(b.open("/forgotPassword?"+ask(WebClient)), "form[name=forgotpasswordform]", "username=nobody@example.org")
	if got := p.text("#username-problem"); got != "Username/client id combination not found." {
		t.Errorf("where the client tells: %q", got)
	}
}

func TestResetRequired(t *testing.T) {
	s := serve(t)
	s.ChangeUser(t, func(u *userpool.User) { u.Status = userpool.StatusResetRequired })
	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.PreventUserExistenceErrors = "LEGACY" })
	b := s.browser(t)
	p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username, "password="+Password)
	p.stays(t, "/confirmforgotPassword", 200)
	b.submit(p, "form[name=resendcodeform]").stays(t, "/confirmforgotPassword", 200)
}

// TestNewPassword: somebody with a temporary password chooses another one, and
// gives what the pool requires.
func TestNewPassword(t *testing.T) {
	s := serve(t)
	s.ChangeUser(t, func(u *userpool.User) {
		u.Status = userpool.StatusForceChangePassword
		delete(u.Attributes, "email")
	})
	b := s.browser(t)
	p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username, "password="+Password)
	p.stays(t, "/login", 200)
	const form = "form[name=newpasswordform]"
	if b.cookie("cognito") != "" {
		t.Error("signed in before the new password")
	}
	for _, tt := range []struct{ password, again, email, id, want string }{
		{"", "", "a@example.org", "new_password", "Fill this in."},
		{"Tables-1x", "Tables-2x", "a@example.org", "confirm_password", "The two passwords are not the same."},
		{"tables-1x", "tables-1x", "a@example.org", "new_password", "The password needs an upper case letter."},
		{"Tables-1x", "Tables-1x", "nonsense", "attribute-email", "Invalid email address format."},
	} {
		p = b.submit(p, form, "password="+tt.password, "confirmPassword="+tt.again, "requiredAttributes[email]="+tt.email)
		p.stays(t, "/resetPassword", 400)
		if got := p.text("#" + tt.id + "-problem"); got != tt.want {
			t.Errorf("%v: %q\n%s", tt, got, p.text("main"))
		}
	}
	again := p
	s.Wait(time.Second)
	b.submit(p, form, "password=Tables-1x", "confirmPassword=Tables-1x", "requiredAttributes[email]=countess@example.org").arrived(t)
	b.open("/oauth2/authorize?" + ask(WebClient)).arrived(t)

	other := s.browser(t)
	p = other.submit(again, form, "password=Tables-2x", "confirmPassword=Tables-2x", "requiredAttributes[email]=x@example.org")
	if got := p.text("#loginErrorMessage"); p.status != 400 || got != "This took too long. Please sign in again." {
		t.Errorf("the session a second time: %d %q", p.status, got)
	}
	other.submit(p, loginForm, "username="+Username, "password=Tables-1x").arrived(t)
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
