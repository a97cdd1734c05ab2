package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

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
