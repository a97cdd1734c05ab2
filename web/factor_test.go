package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"idpond/web"
)

// TestFactorForms pins what the pages of factors post.
func TestFactorForms(t *testing.T) {
	step := web.Step{Action: "/there?client_id=a", Session: "s", Username: "ada"}
	sms := web.Delivery{Medium: "SMS", Destination: "+*******5123"}
	for _, tt := range []struct {
		name string
		page templ.Component
		form string // selector
		want []string
	}{
		{"name alone", web.LoginPage(web.Login{Action: step.Action, NameOnly: true, Names: web.SignInNames{Email: true}}), "form[name=cognitoSignInForm]",
			[]string{`email username#signInFormUsername username`, `submit signInSubmitButton "Next"`}},
		{"password alone", web.PasswordStepPage(web.PasswordStep{Step: step}), "form[name=cognitoSignInForm]",
			[]string{
				`hidden session "s"`, `text username username "ada"`, `password password#signInFormPassword current-password`,
				`submit signInSubmitButton "Sign in"`,
			}},
		{"message", web.OneTimeCodePage(web.OneTimeCode{Step: step, Factor: web.FactorSMS, Delivery: sms}), "form[name=mfaform]",
			[]string{
				`hidden session "s"`, `hidden username "ada"`, `hidden challenge "SMS_MFA"`, `hidden destination "+*******5123"`, `hidden deliveryMedium "SMS"`,
				`text authentication_code#authentication_code one-time-code`, `submit verify "Sign in"`,
			}},
		{"message again", web.OneTimeCodePage(web.OneTimeCode{Step: step, Factor: web.FactorSMS, Delivery: sms, ResendAction: "/there?client_id=a"}), "form[name=resendcodeform]",
			[]string{
				`hidden session "s"`, `hidden username "ada"`, `hidden challenge "SMS_MFA"`, `hidden destination "+*******5123"`, `hidden deliveryMedium "SMS"`,
				`submit resend "Send a new code"`,
			}},
		{"app", web.OneTimeCodePage(web.OneTimeCode{Step: step, Factor: web.FactorApp, Device: "phone"}), "form[name=mfaform]",
			[]string{
				`hidden session "s"`, `hidden username "ada"`, `hidden challenge "SOFTWARE_TOKEN_MFA"`, `hidden friendly_device_name "phone"`,
				`text authentication_code#totpCodeInput one-time-code`, `submit verify "Sign in"`,
			}},
		{"first factor", web.OneTimeCodePage(web.OneTimeCode{Step: step, Factor: web.FactorEmail, First: true}), "form[name=verifycodeform]",
			[]string{
				`hidden session "s"`, `hidden username "ada"`, `hidden challenge "EMAIL_OTP"`,
				`text code#verification_code one-time-code`, `submit verify "Sign in"`,
			}},
		{"choice", web.ChoicePage(web.Choice{Step: step, Options: []web.Factor{web.FactorApp, web.FactorEmail}}), "form[name=factorform]",
			[]string{
				`hidden session "s"`, `hidden username "ada"`,
				`button answer "Authenticator app"`, `button answer "Code by email"`,
			}},
		{"app to set up", web.AppSetupPage(web.AppSetup{Step: step, Secret: "ABCDEF"}), "form[name=mfasetupform]",
			[]string{
				`hidden session "s"`, `hidden username "ada"`, `hidden secret "ABCDEF"`,
				`text authentication_code#totpCodeInput one-time-code`, `text friendly_device_name#friendlyDeviceName off`, `submit verify "Sign in"`,
			}},
		{"phone to set up", web.AddressSetupPage(web.AddressSetup{Step: step, Factor: web.FactorSMS}), "form[name=mfasetupform]",
			[]string{`hidden session "s"`, `hidden username "ada"`, `tel phone_number#phone_number tel`, `submit send "Send a code"`}},
		{"address to set up", web.AddressSetupPage(web.AddressSetup{Step: step, Factor: web.FactorEmail}), "form[name=mfasetupform]",
			[]string{`hidden session "s"`, `hidden username "ada"`, `email email#email email`, `submit send "Send a code"`}},
		{"passkey", web.PasskeySignInPage(web.PasskeySignIn{Step: step, Options: "{}"}), "form[data-passkey=get]",
			[]string{`hidden session "s"`, `hidden username "ada"`, `hidden options "{}"`, `hidden credential ""`, `submit  "Use passkey"`}},
		{"new passkey", web.AddPasskeyPage(web.AddPasskey{Action: step.Action, Options: "{}"}), "form[data-passkey=create]",
			[]string{`hidden credential ""`, `submit  "Create a passkey"`}},
		{"no passkey", web.AddPasskeyPage(web.AddPasskey{Action: step.Action, Options: "{}"}), "form[name=skipform]",
			[]string{`submit skip "Not now"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			form := page(t, tt.page).Find(tt.form)
			if form.Length() != 1 || form.AttrOr("action", "") != "/there?client_id=a" || form.AttrOr("method", "") != "post" {
				t.Fatalf("%d forms %s, %s to %q", form.Length(), tt.form, form.AttrOr("method", "get"), form.AttrOr("action", ""))
			}
			if diff := cmp.Diff(tt.want, controls(form)); diff != "" {
				t.Errorf("controls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestChosen: the button posts the service's name of its factor, and stands in the
// words of people.
func TestChosen(t *testing.T) {
	view := web.Choice{Options: []web.Factor{
		web.FactorPassword, web.FactorPasskey, web.FactorSMS, web.FactorSMSOTP, web.FactorEmail, web.FactorApp,
	}}
	var got []string
	page(t, web.ChoicePage(view)).Find("button[name=answer]").Each(func(_ int, b *goquery.Selection) {
		got = append(got, b.AttrOr("value", "")+" "+words(b))
	})
	want := []string{
		"PASSWORD Password", "WEB_AUTHN Passkey", "SMS_MFA Code by SMS", "SMS_OTP Code by SMS", "EMAIL_OTP Code by email",
		"SOFTWARE_TOKEN_MFA Authenticator app",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
}

// TestFactorWording: the sentence says where the code comes from, and what is chosen.
func TestFactorWording(t *testing.T) {
	ada := web.Step{Username: "ada"}
	for _, tt := range []struct {
		page          templ.Component
		heading, lead string
	}{
		{web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorApp}), "Enter your code", "Open your authenticator app and enter the code that it shows."},
		{web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorApp, Device: "Ada’s phone"}), "Enter your code", "Open the authenticator app on Ada’s phone and enter the code that it shows."},
		{web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorSMS, Delivery: web.Delivery{Medium: "SMS", Destination: "+*******5123"}}), "Enter your code", "We have sent a code by SMS to +*******5123. Enter it below to sign in."},
		{web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorEmail, Delivery: web.Delivery{Medium: "EMAIL", Destination: "a***@e***"}}), "Enter your code", "We have sent a code by email to a***@e***. Enter it below to sign in."},
		{web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorEmail}), "Enter your code", "Enter the code that we have sent to you to sign in."},
		{web.ChoicePage(web.Choice{Step: ada}), "Choose a multi-factor authentication (MFA) method", "Signing in takes one more step. Choose where your code comes from."},
		{web.ChoicePage(web.Choice{Step: ada, Of: web.FactorToSetUp}), "Choose a multi-factor authentication (MFA) method", "Signing in here takes a second step. Choose which one you want to set up."},
		{web.ChoicePage(web.Choice{Step: ada, Of: web.FirstFactor}), "Choose how to sign in", "You are signing in as ada."},
		{web.PasswordStepPage(web.PasswordStep{Step: ada}), "Enter your password", "You are signing in as ada."},
	} {
		doc := page(t, tt.page)
		if heading, lead := words(doc.Find("h1")), words(doc.Find(".lead")); heading != tt.heading || lead != tt.lead {
			t.Errorf("%q, %q; want %q, %q", heading, lead, tt.heading, tt.lead)
		}
	}
}

// TestFactorProblems: a wrong code stands beside its input, which has the focus.
func TestFactorProblems(t *testing.T) {
	wrong := web.Field{Value: "12", Problem: "wrong"}
	for name, c := range map[string]templ.Component{
		"authentication_code": web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorSMS, Code: wrong}),
		"code":                web.OneTimeCodePage(web.OneTimeCode{Factor: web.FactorEmail, First: true, Code: wrong}),
		"phone_number":        web.AddressSetupPage(web.AddressSetup{Factor: web.FactorSMS, Address: wrong}),
		"email":               web.AddressSetupPage(web.AddressSetup{Factor: web.FactorEmail, Address: wrong}),
	} {
		in := page(t, c).Find("[aria-invalid=true][autofocus]")
		if in.AttrOr("name", "") != name || in.AttrOr("value", "") != "12" || words(in.Closest(".field").Find(".problem")) != "wrong" {
			t.Errorf("%s: the input with the problem is %s=%q", name, in.AttrOr("name", ""), in.AttrOr("value", ""))
		}
	}
	code := page(t, web.OneTimeCodePage(web.OneTimeCode{})).Find("#authentication_code")
	if code.AttrOr("inputmode", "") != "numeric" || code.AttrOr("autocomplete", "") != "one-time-code" {
		t.Error("phones are not told that a code is wanted")
	}
}

// TestQRCode draws a code and reads the drawing back.
func TestQRCode(t *testing.T) {
	rows := []string{
		"#.##.",
		".....",
		"#####",
		"#...#",
		"...##",
	}
	var code web.QRCode
	for _, row := range rows {
		var modules []bool
		for _, c := range row {
			modules = append(modules, c == '#')
		}
		code = append(code, modules)
	}
	svg := page(t, web.AppSetupPage(web.AppSetup{QR: code, Secret: "JBSWY3DPEHPK3P"})).Find("svg.qr")
	if box, ok := svg.Attr("viewbox"); !ok || box != "-4 -4 13 13" { // the parser folds the name
		box, _ = svg.Attr("viewBox")
		if box != "-4 -4 13 13" {
			t.Errorf("view box %q has no quiet zone of four modules", box)
		}
	}
	drawn := [5][5]byte{}
	for y := range drawn {
		drawn[y] = [5]byte([]byte("....."))
	}
	for run := range strings.SplitAfterSeq(svg.Find("path").AttrOr("d", ""), "z") {
		var x, y, w, back int
		if n, _ := fmt.Sscanf(run, "M%d %dh%dv1h-%dz", &x, &y, &w, &back); n != 4 {
			continue
		} else if w != back {
			t.Errorf("%q is not closed", run)
		}
		for i := range w {
			drawn[y][x+i] = '#'
		}
	}
	for y, row := range rows {
		if string(drawn[y][:]) != row {
			t.Errorf("row %d is drawn as %s, want %s", y, drawn[y], row)
		}
	}
	doc := page(t, web.AppSetupPage(web.AppSetup{QR: code, Secret: "JBSWY3DPEHPK3P"}))
	if got := words(doc.Find("#secretKey")); got != "JBSW Y3DP EHPK 3P" || words(doc.Find("summary")) != "Show secret key" {
		t.Errorf("the key is %q under %q", got, words(doc.Find("summary")))
	}
	if _, open := doc.Find("details").Attr("open"); open {
		t.Error("the key is shown before anybody asked for it")
	}
}
