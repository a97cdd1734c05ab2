package handlers_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

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

// TestNewPasswordOfTakenAddress: that an address is somebody else's stands beside its input.
func TestNewPasswordOfTakenAddress(t *testing.T) {
	s := serve(t)
	s.ChangeUser(t, func(u *userpool.User) {
		u.Status = userpool.StatusForceChangePassword
		delete(u.Attributes, "email")
	})
	s.ChangePool(t, func(p *userpool.Pool) { p.Settings.UsernameAttributes = []string{"email"} })
	s.Write(t, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateUser(ctx, &userpool.User{
			PoolID: PoolID, ID: "taken", Username: "taken", Attributes: map[string]string{"email": "bob@example.org"},
			Names: []userpool.SignInName{{Kind: userpool.NameUsername, Value: "taken"}, {Kind: userpool.NameEmail, Value: "bob@example.org"}},
		})
	})
	b := s.browser(t)
	p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username, "password="+Password)
	p = b.submit(p, "form[name=newpasswordform]", "password=Tables-1x", "confirmPassword=Tables-1x", "requiredAttributes[email]=bob@example.org")
	p.stays(t, "/resetPassword", 400)
	if got := p.text("#attribute-email-problem"); got != "An account with the given email already exists." {
		t.Errorf("%q\n%s", got, p.text("main"))
	}
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
