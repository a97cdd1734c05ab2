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

// took checks that a page is what a sign-in that took too long comes to, and gives the
// way back from it.
func (p *page) took(t testing.TB, path string) string {
	t.Helper()
	p.stays(t, path, http.StatusBadRequest)
	if h, lead, alert := p.text("h1"), p.text(".lead"), p.text("[role=alert]"); h != "Something went wrong" ||
		lead != "An error was encountered with the requested page." || alert != "This took too long. Please sign in again." {
		t.Fatalf("%q %q %q", h, lead, alert)
	}
	return p.Find("a").AttrOr("href", "")
}

// TestSignInTakesTooLong: five minutes after its first page a sign-in is cancelled,
// however it was spent, and can begin again.
func TestSignInTakesTooLong(t *testing.T) {
	s := serve(t)
	query := ask(WebClient)
	right := []string{"username=" + Username, "password=" + Password}
	b := s.browser(t)
	p := b.open("/login?" + query)
	s.Wait(4 * time.Minute)
	p = b.submit(p, loginForm, "username="+Username, "password=wrong") // doesn't begin it anew
	p.stays(t, "/login", http.StatusBadRequest)
	s.Wait(59 * time.Second)
	b.submit(p, loginForm, right...).arrived(t)
	s.Wait(time.Second)
	other := s.browser(t)
	back := other.submit(p, loginForm, right...).took(t, "/login")
	if other.cookie("cognito") != "" {
		t.Error("signed in nevertheless")
	}
	other.submit(other.open(back), loginForm, right...).arrived(t)

	for _, data := range []url.Values{{}, {"began": {"soon"}}, {"began": {"99999999999"}}} { // as scripts post it
		data.Set("username", Username)
		data.Set("password", Password)
		s.browser(t).post(s.url+"/login?"+query, data, nil).arrived(t)
	}
}

// TestStepsTakeTooLong: steps whose own sessions are longer are cancelled too, by what
// the session knows and not by what the form says.
func TestStepsTakeTooLong(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "OPTIONAL", "SMS_MFA", "EMAIL_OTP")
	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.AuthSessionValidity = 15 })
	s.ChangeUser(t, func(u *userpool.User) {
		u.Attributes["phone_number"], u.MFA.Enabled = phone, []string{"SMS_MFA", "EMAIL_OTP"}
	})
	b := s.browser(t)
	p := b.open("/login?" + ask(WebClient))
	s.Wait(2 * time.Minute)
	p = b.submit(p, loginForm, "username="+Username, "password="+Password)
	s.Wait(2 * time.Minute)
	p = b.submit(p, factorForm, "answer=SMS_MFA")
	s.Wait(59 * time.Second)
	p = b.submit(p, "form[name=resendcodeform]")
	p.stays(t, "/mfa", http.StatusOK)
	s.Wait(time.Second)
	for _, form := range []string{mfaForm, "form[name=resendcodeform]"} {
		values := []string{}
		if form == mfaForm {
			values = append(values, "authentication_code="+s.codeTo(t, phone))
		}
		if back := b.submit(p, form, values...).took(t, "/mfa"); back != "/login?"+ask(WebClient) {
			t.Errorf("%s leads back to %s", form, back)
		}
	}
}

// TestSetUpTakesTooLong: so is the set-up of an app, which goes by other ways.
func TestSetUpTakesTooLong(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "ON", "SOFTWARE_TOKEN_MFA")
	s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.AuthSessionValidity = 15 })
	b := s.browser(t)
	p := b.password(ask(WebClient))
	s.Wait(5 * time.Minute)
	secret := p.Find("input[name=secret]").AttrOr("value", "")
	b.submit(p, setupForm, "authentication_code="+s.appCode(t, secret)).took(t, "/mfaRegister")
}

// TestSignInForPasskey: who has to sign in to make a passkey gets back to making it.
func TestSignInForPasskey(t *testing.T) {
	s := servePasskeys(t)
	plain := url.Values{"client_id": {WebClient}, "redirect_uri": {Callback}}.Encode()
	for query, want := range map[string]string{ask(WebClient): Callback + "?code=", plain: Callback} {
		b := s.browser(t)
		p := b.open("/passkeys/add?" + query)
		p.stays(t, "/login", http.StatusOK)
		p = b.submit(b.submit(p, loginForm, "username="+Username), loginForm, "password="+Password)
		p.stays(t, "/passkeys/add", http.StatusOK)
		if p.url.RawQuery != mustEncode(t, query) {
			t.Errorf("back at %s", p.url)
		}
		p = b.submit(p, skipForm)
		if p.location == nil || !strings.HasPrefix(p.location.String(), want) || want == Callback && p.location.String() != Callback {
			t.Errorf("%s: left for %v", query, p.location)
		}
		p = b.open("/login?" + query + "&then=passkeys%2Fadd") // another tab has signed in meanwhile
		b.submit(p, "form").stays(t, "/passkeys/add", http.StatusOK)
		p = b.open("/login?" + query + "&then=https%3A%2F%2Fevil.example")
		if p = b.submit(p, "form"); p.location == nil || !strings.HasPrefix(p.location.String(), Callback) {
			t.Errorf("led to %s, %v", p.url, p.location)
		}
	}
	b := s.browser(t)
	p := b.open("/passkeys/add?then=twice&" + plain)
	b.signUp(p.url.RawQuery).stays(t, "/passkeys/add", http.StatusOK) // an account that is new too
	s.SetVersion(t, 1)
	p = s.browser(t).open("/login?" + ask(WebClient) + "&then=passkeys%2Fadd")
	s.browser(t).submit(p, loginForm, "username="+Username, "password="+Password).arrived(t)
}

// mustEncode is a query in the order of its names.
func mustEncode(t testing.TB, query string) string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return values.Encode()
}
