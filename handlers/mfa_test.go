package handlers_test

import (
	"encoding/base32"
	"fmt"
	"image"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

const (
	mfaForm    = "form[name=mfaform]"
	factorForm = "form[name=factorform]"
	setupForm  = "form[name=mfasetupform]"
	phone      = "+12125550123"
)

// requireMFA makes the pool offer every second factor; mode is ON or OPTIONAL.
func (s *site) requireMFA(t testing.TB, mode string, factors ...string) {
	t.Helper()
	s.ChangePool(t, func(p *userpool.Pool) {
		set := &p.Settings
		set.MfaConfiguration, set.AccountRecoverySetting = mode, &userpool.AccountRecoverySetting{RecoveryMechanisms: []userpool.RecoveryOption{{Priority: 1, Name: "admin_only"}}}
		for _, f := range factors {
			switch f {
			case "SMS_MFA":
				set.SmsMfaConfiguration = &userpool.SmsMfaConfig{}
			case "EMAIL_OTP":
				set.EmailMfaConfiguration = &userpool.EmailMfaConfig{}
			case "SOFTWARE_TOKEN_MFA":
				set.SoftwareTokenMfaConfiguration = &userpool.SoftwareTokenMfaConfig{Enabled: true}
			}
		}
	})
}

var tokenSecret = []byte("0123456789abcdef0123456789abcdef")

// appCode is what an authenticator app shows now.
func (s *site) appCode(t testing.TB, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, s.House.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func tokenText() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(tokenSecret)
}

// password gives name and password to the sign-in page.
func (b *browser) password(query string) *page {
	b.t.Helper()
	return b.submit(b.open("/login?"+query), loginForm, "username="+Username, "password="+Password)
}

// TestSecondFactor: each factor has its page; a wrong code stands beside its input, and
// the right one goes to the app.
func TestSecondFactor(t *testing.T) {
	for _, tt := range []struct {
		factor, lead, input string
		code                func(*site) string
	}{
		{"SMS_MFA", "We have sent a code by SMS to +*******0123. Enter it below to sign in.", "authentication_code", func(s *site) string { return s.codeTo(t, phone) }},
		{"EMAIL_OTP", "We have sent a code by email to a***@e***. Enter it below to sign in.", "authentication_code", func(s *site) string { return s.codeTo(t, Email) }},
		{"SOFTWARE_TOKEN_MFA", "Open the authenticator app on Ada’s <phone> and enter the code that it shows.", "totpCodeInput", func(s *site) string { return s.appCode(t, tokenText()) }},
	} {
		t.Run(tt.factor, func(t *testing.T) {
			s := serve(t)
			s.requireMFA(t, "OPTIONAL", tt.factor)
			s.ChangeUser(t, func(u *userpool.User) {
				u.Attributes["phone_number"], u.MFA.Enabled = phone, []string{tt.factor}
				u.SoftwareToken.Secret, u.MFA.TokenName = tokenSecret, "Ada’s <phone>"
			})
			b := s.browser(t)
			p := b.password(ask(WebClient))
			right := tt.code(s)
			for _, typed := range []struct{ code, problem string }{
				{"", "Fill this in."}, {wrong(right), "Invalid verification code provided, please try again."},
			} {
				if got := p.text(".lead"); got != tt.lead {
					t.Errorf("lead %q, want %q", got, tt.lead)
				}
				p = b.submit(p, mfaForm, "authentication_code="+typed.code)
				p.stays(t, "/mfa", 400)
				if got := p.text("#" + tt.input + "-problem"); got != typed.problem {
					t.Errorf("%q: %q", typed.code, got)
				}
				if got := p.Find("#"+tt.input).AttrOr("value", ""); got != typed.code {
					t.Errorf("kept %q", got)
				}
			}
			if b.cookie("cognito") != "" {
				t.Error("signed in without the second factor")
			}
			b.submit(p, mfaForm, "authentication_code="+right).arrived(t)
			b.open("/oauth2/authorize?" + ask(SecretClient)).arrived(t)

			again := b.submit(p, mfaForm, "authentication_code="+right) // back, and once more
			again.stays(t, "/mfa", 400)
			if got := again.text("#loginErrorMessage") + again.text(".problem"); got != "This took too long. Please sign in again." && got != "This code has been used already. Wait for the next one that your app shows." {
				t.Errorf("a used page says %q", got)
			}
		})
	}
}

// TestNewCode: the wish for another code makes the one before worthless.
func TestNewCode(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "OPTIONAL", "EMAIL_OTP")
	s.ChangeUser(t, func(u *userpool.User) { u.MFA.Enabled = []string{"EMAIL_OTP"} })
	b := s.browser(t)
	old := b.password(ask(WebClient))
	first := s.codeTo(t, Email)
	p := b.submit(old, "form[name=resendcodeform]")
	p.stays(t, "/mfa", 200)
	if got := p.text("[role=status]"); got != "We have sent a new code. The one before no longer counts." {
		t.Errorf("said %q", got)
	}
	if second := s.codeTo(t, Email); second != first {
		if q := b.submit(p, mfaForm, "authentication_code="+first); q.location != nil {
			t.Error("the first code still counts")
		}
	}
	if q := b.submit(old, mfaForm, "authentication_code="+first); q.location != nil || q.text("#loginErrorMessage") != "This took too long. Please sign in again." {
		t.Errorf("the first page still counts: %v %s", q.location, q.text("main"))
	}
	b.submit(p, mfaForm, "authentication_code="+s.codeTo(t, Email)).arrived(t)
}

// TestCodesLock: who guesses is stopped, and the right code doesn't count either.
func TestCodesLock(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "OPTIONAL", "EMAIL_OTP")
	s.ChangeUser(t, func(u *userpool.User) { u.MFA.Enabled = []string{"EMAIL_OTP"} })
	b := s.browser(t)
	p := b.password(ask(WebClient))
	code := s.codeTo(t, Email)
	for range 5 {
		p = b.submit(p, mfaForm, "authentication_code="+wrong(code))
	}
	p = b.submit(p, mfaForm, "authentication_code="+code)
	p.stays(t, "/mfa", 400)
	if got := p.text("#codeErrorMessage"); got != "Attempt limit exceeded, please try after some time." {
		t.Errorf("alert %q", got)
	}
	s.Wait(2 * time.Second)
	b.submit(p, mfaForm, "authentication_code="+code).arrived(t)
}

// TestMFAOption: who has several factors chooses one.
func TestMFAOption(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "OPTIONAL", "EMAIL_OTP", "SMS_MFA")
	s.ChangeUser(t, func(u *userpool.User) {
		u.Attributes["phone_number"], u.MFA.Enabled = phone, []string{"EMAIL_OTP", "SMS_MFA"}
	})
	b := s.browser(t)
	p := b.password(ask(WebClient))
	if got := p.text("h1"); got != "Choose a multi-factor authentication (MFA) method" {
		t.Errorf("heading %q", got)
	}
	if diff := cmp.Diff([]string{"SMS_MFA Code by SMS +*******0123", "EMAIL_OTP Code by email a***@e***"}, p.choices()); diff != "" {
		t.Error(diff)
	}
	chosen := b.submit(p, factorForm, "answer=SMS_MFA")
	chosen.stays(t, "/mfaOption", 200)
	b.submit(chosen, mfaForm, "authentication_code="+s.codeTo(t, phone)).arrived(t)

	other := s.browser(t)
	refused := other.submit(other.password(ask(WebClient)), factorForm, "answer=SOFTWARE_TOKEN_MFA")
	refused.stays(t, "/mfaOption", 400)
	if refused.Find(loginForm).Length() != 1 || refused.text("#loginErrorMessage") == "" {
		t.Errorf("a factor that nobody offered: %s", refused.text("main"))
	}
}

// choices are the buttons of a choice: what each posts, and what it says.
func (p *page) choices() (list []string) {
	for _, button := range p.Find(factorForm + " button[name=answer]").EachIter() {
		list = append(list, button.AttrOr("value", "")+" "+strings.Join(strings.Fields(button.Text()), " "))
	}
	return list
}

// TestSetUpApp: a pool that requires MFA shows the secret of a new app, takes its first
// code, and asks for the app's codes from then on.
func TestSetUpApp(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "ON", "SOFTWARE_TOKEN_MFA")
	b := s.browser(t)
	p := b.password(ask(WebClient))
	if got := p.text("h1"); got != "Set up an authenticator app" {
		t.Fatalf("heading %q:\n%s", got, p.body)
	}
	secret := strings.ReplaceAll(p.text("#secretKey"), " ", "")
	if !regexp.MustCompile(`^[A-Z2-7]{52}$`).MatchString(secret) || p.text("summary") != "Show secret key" {
		t.Fatalf("secret %q under %q", secret, p.text("summary"))
	}
	drawing := p.Find("svg.qr path").AttrOr("d", "")
	if drawing == "" {
		t.Error("no QR code")
	}
	p = b.submit(p, setupForm, "friendly_device_name=Ada’s phone")
	if got := p.text("#totpCodeInput-problem"); got != "Fill this in." {
		t.Errorf("nothing typed: %q", got)
	}
	p = b.submit(p, setupForm, "authentication_code="+wrong(s.appCode(t, secret)), "friendly_device_name=Ada’s phone")
	p.stays(t, "/mfaRegister", 400)
	if got := p.text("#totpCodeInput-problem"); got != "Invalid verification code provided, please try again." {
		t.Errorf("wrong code: %q", got)
	}
	if got := strings.ReplaceAll(p.text("#secretKey"), " ", ""); got != secret || p.Find("svg.qr path").AttrOr("d", "") != drawing {
		t.Errorf("after a wrong code another secret is shown: %q", got)
	}
	if got := p.Find("#friendlyDeviceName").AttrOr("value", ""); got != "Ada’s phone" {
		t.Errorf("kept name %q", got)
	}
	used := s.appCode(t, secret)
	b.submit(p, setupForm, "authentication_code="+used).arrived(t)

	next := s.browser(t)
	p = next.password(ask(WebClient))
	if got := p.text(".lead"); got != "Open the authenticator app on Ada’s phone and enter the code that it shows." {
		t.Errorf("lead %q", got)
	}
	p = next.submit(p, mfaForm, "authentication_code="+used)
	if got := p.text("#totpCodeInput-problem"); got != "This code has been used already. Wait for the next one that your app shows." {
		t.Errorf("the code of the set-up again: %q", got)
	}
	s.Wait(30 * time.Second)
	next.submit(p, mfaForm, "authentication_code="+s.appCode(t, secret)).arrived(t)
}

// TestQRCode compares the drawing, module by module, with the code of what apps read.
func TestQRCode(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "ON", "SOFTWARE_TOKEN_MFA")
	p := s.browser(t).password(ask(WebClient))
	secret := strings.ReplaceAll(p.text("#secretKey"), " ", "")
	want, err := qr.Encode("otpauth://totp/Harbour%20Books:ada?secret="+secret+"&issuer=Harbour%20Books", qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	dark := map[image.Point]bool{}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1`).FindAllStringSubmatch(p.Find("svg.qr path").AttrOr("d", ""), -1) {
		var at image.Point
		var width int
		if _, err := fmt.Sscan(run[1], &at.X); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(run[2], &at.Y); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(run[3], &width); err != nil {
			t.Fatal(err)
		}
		for i := range width {
			dark[at.Add(image.Pt(i, 0))] = true
		}
	}
	size := want.Bounds().Dx()
	for y := range size {
		for x := range size {
			if r, _, _, _ := want.At(x, y).RGBA(); dark[image.Pt(x, y)] != (r == 0) {
				t.Fatalf("module %d, %d of %d is wrong", x, y, size)
			}
		}
	}
}

// TestShownSecretIsOnlyShown: the secret that the page posts back is for the eye.
func TestShownSecretIsOnlyShown(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "ON", "SOFTWARE_TOKEN_MFA")
	b := s.browser(t)
	p := b.password(ask(WebClient))
	secret := strings.ReplaceAll(p.text("#secretKey"), " ", "")
	for _, forged := range []string{tokenText(), `"><script>`, ""} {
		q := b.submit(p, setupForm, "secret="+forged, "authentication_code="+wrong(s.appCode(t, secret)))
		q.stays(t, "/mfaRegister", 400)
		if drawn := q.Find("svg.qr").Length() == 1; drawn != (forged == tokenText()) {
			t.Errorf("%q is drawn: %v", forged, drawn)
		}
	}
	forged := b.submit(p, setupForm, "secret="+tokenText(), "authentication_code="+s.appCode(t, tokenText()))
	if forged.location != nil || s.appCode(t, tokenText()) == s.appCode(t, secret) {
		t.Error("the posted secret counts")
	}
	b.submit(p, setupForm, "secret="+tokenText(), "authentication_code="+s.appCode(t, secret)).arrived(t)
}

// TestSetUpAddress: a number is asked for, checked, and verified by its code.
func TestSetUpAddress(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "ON", "SMS_MFA", "SOFTWARE_TOKEN_MFA")
	b := s.browser(t)
	p := b.password(ask(WebClient))
	if diff := cmp.Diff([]string{"SMS_MFA Code by SMS", "SOFTWARE_TOKEN_MFA Authenticator app"}, p.choices()); diff != "" {
		t.Error(diff)
	}
	if q := b.submit(p, factorForm, "answer=PASSWORD"); q.status != 400 || q.Find(loginForm).Length() != 1 {
		t.Errorf("what is no second factor: %d %s", q.status, q.text("main"))
	}
	q := b.submit(b.submit(p, factorForm, "answer=EMAIL_OTP"), setupForm, "email=ada@elsewhere.example")
	if q.status != 400 || q.Find(loginForm).Length() != 1 || len(s.House.Inbox.List("", 0)) != 0 {
		t.Errorf("a factor that the pool hasn't: %d %s", q.status, q.text("main"))
	}
	p = b.submit(p, factorForm, "answer=SMS_MFA")
	if p.stays(t, "/mfaRegister", 200); p.text("h1") != "Add your phone number" {
		t.Fatalf("heading %q", p.text("h1"))
	}
	for typed, problem := range map[string]string{"": "Fill this in.", "0171": "Invalid phone number format."} {
		p = b.submit(p, setupForm, "phone_number="+typed)
		p.stays(t, "/mfaRegister", 400)
		if got := p.text("#phone_number-problem"); got != problem {
			t.Errorf("%q: %q", typed, got)
		}
	}
	p = b.submit(p, setupForm, "phone_number="+phone)
	if got := p.text(".lead"); got != "We have sent a code by SMS to +*******0123. Enter it below to sign in." {
		t.Errorf("lead %q", got)
	}
	p = b.submit(p, "form[name=resendcodeform]")
	p.stays(t, "/mfa", 200)
	b.submit(p, mfaForm, "authentication_code="+s.codeTo(t, phone)).arrived(t)
	u, err := s.Store.User(t.Context(), PoolID, s.House.User.ID)
	if err != nil || u.Attributes["phone_number"] != phone || u.Attributes["phone_number_verified"] != "true" {
		t.Errorf("%v, %v", u.Attributes, err)
	}
}

// TestStepsOutOfTurn: the pages between the first and the last of a sign-in lead back
// to the first one when they are opened by hand, made up, or left lying.
func TestStepsOutOfTurn(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "OPTIONAL", "EMAIL_OTP")
	s.ChangeUser(t, func(u *userpool.User) { u.MFA.Enabled = []string{"EMAIL_OTP"} })
	b := s.browser(t)
	posts := url.Values{
		"session": {"made-up"}, "username": {Username}, "challenge": {"SMS_MFA"}, "authentication_code": {"123456"}, "code": {"123456"}, "password": {Password}, "credential": {"{}"},
	}
	for _, path := range []string{"/mfa", "/mfaOption", "/mfaRegister", "/selectChallenge", "/verifyCode", "/verifyPassword", "/login/passkey"} {
		b.open(path+"?"+ask(WebClient)).stays(t, "/login", 200)
		posts.Del("answer")
		if path == "/mfaOption" || path == "/selectChallenge" {
			posts.Set("answer", "SMS_MFA")
		}
		p := b.post(s.url+path+"?"+ask(WebClient), posts, nil)
		p.stays(t, path, 400)
		if got := p.text("#loginErrorMessage"); got != "This took too long. Please sign in again." || p.Find(loginForm).Length() != 1 {
			t.Errorf("%s: a session that is none says %q", path, got)
		}
		if got := p.Find("input[name=username]").AttrOr("value", ""); got != Username {
			t.Errorf("%s: kept %q", path, got)
		}
	}
	p := b.password(ask(WebClient))
	s.Wait(3 * time.Minute) // AuthSessionValidity; for more see TestStepsTakeTooLong
	p = b.submit(p, mfaForm, "authentication_code="+s.codeTo(t, Email))
	if got := p.text("#loginErrorMessage"); got != "This took too long. Please sign in again." {
		t.Errorf("three minutes later: %q", got)
	}
}

// TestUndeliveredCode: a sign-in whose code can't be sent begins again, and says why.
func TestUndeliveredCode(t *testing.T) {
	s := serve(t)
	s.requireMFA(t, "OPTIONAL", "EMAIL_OTP")
	s.ChangeUser(t, func(u *userpool.User) { u.MFA.Enabled = []string{"EMAIL_OTP"} })
	s.House.Accounts.Messages.Email = nil
	p := s.browser(t).password(ask(WebClient))
	p.stays(t, "/login", 400)
	if got := p.text("#loginErrorMessage"); got != "We could not send you a code. Try again in a moment." {
		t.Errorf("alert %q", got)
	}
}
