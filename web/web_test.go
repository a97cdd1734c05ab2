package web_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"idpond/web"
)

// page renders a component and parses what came out.
func page(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// words is the text of a selection with its blanks folded.
func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// controls lists the inputs and submit buttons of a form, one line each:
// type name#id autocomplete "value".
func controls(form *goquery.Selection) []string {
	var list []string
	form.Find("input, button:not([type=button])").Each(func(_ int, s *goquery.Selection) {
		line := s.AttrOr("type", goquery.NodeName(s)) + " " + s.AttrOr("name", "")
		if id, ok := s.Attr("id"); ok {
			line += "#" + id
		}
		if auto, ok := s.Attr("autocomplete"); ok {
			line += " " + auto
		}
		value, ok := s.Attr("value")
		if goquery.NodeName(s) == "button" {
			value, ok = words(s), true
		}
		if ok {
			line += fmt.Sprintf(" %q", value)
		}
		list = append(list, line)
	})
	return list
}

// TestForms pins the names that password managers and other people's scripts
// know (reference: hosted-ui-and-oauth §9.2).
func TestForms(t *testing.T) {
	username, email := web.SignInNames{Username: true}, web.SignInNames{Email: true}
	mail := web.Delivery{Medium: "EMAIL", Destination: "a***@e***"}
	for _, tt := range []struct {
		name   string
		page   templ.Component
		form   string // selector
		action string
		want   []string
	}{
		{"login", web.LoginPage(web.Login{Action: "/login?client_id=a&state=%26", Names: username, Username: web.Field{Value: "ada"}}),
			"form[name=cognitoSignInForm]", "/login?client_id=a&state=%26", []string{
				`text username#signInFormUsername username "ada"`,
				`password password#signInFormPassword current-password`,
				`submit signInSubmitButton "Sign in"`,
			}},
		{"login by e-mail", web.LoginPage(web.Login{Action: "/login", Names: email}),
			"form[name=cognitoSignInForm]", "/login", []string{
				`email username#signInFormUsername username`,
				`password password#signInFormPassword current-password`,
				`submit signInSubmitButton "Sign in"`,
			}},
		{"login by phone", web.LoginPage(web.Login{Action: "/login", Names: web.SignInNames{Phone: true}}),
			"form[name=cognitoSignInForm]", "/login", []string{
				`tel username#signInFormUsername username`,
				`password password#signInFormPassword current-password`,
				`submit signInSubmitButton "Sign in"`,
			}},
		{"continue", web.LoginPage(web.Login{SignedIn: "ada", ContinueAction: "/login/continue?client_id=a"}),
			"form", "/login/continue?client_id=a", []string{`button  "Sign In as ada"`}},
		{"signup", web.SignUpPage(web.SignUp{Action: "/signup", Names: username, Attributes: []web.Attribute{
			{Name: "email", Field: web.Field{Value: "a@b.org"}}, {Name: "phone_number"}, {Name: "family_name"}, {Name: "birthdate"}, {Name: "custom:team"},
		}}), "form[name=signupform]", "/signup", []string{
			`text username#signUpUsername username`,
			`email requiredAttributes[email]#attribute-email email "a@b.org"`,
			`tel requiredAttributes[phone_number]#attribute-phone_number tel`,
			`text requiredAttributes[family_name]#attribute-family_name family-name`,
			`date requiredAttributes[birthdate]#attribute-birthdate bday`,
			`text requiredAttributes[custom:team]#attribute-custom:team off`,
			`password password#signUpPassword new-password`,
			`submit signUpButton "Sign up"`,
		}},
		{"confirm", web.ConfirmPage(web.Confirm{Action: "/confirm", ResendAction: "/resendcode", Username: "ada", Sub: "s", Delivery: mail, Code: web.Field{Value: "12"}}),
			"form[action='/confirm']", "/confirm", []string{
				`hidden username "ada"`, `hidden sub "s"`, `hidden destination "a***@e***"`, `hidden deliveryMedium "EMAIL"`,
				`text code#verification_code one-time-code "12"`,
				`submit confirm "Confirm account"`,
			}},
		{"resend", web.ConfirmPage(web.Confirm{Action: "/confirm", ResendAction: "/resendcode", Username: "ada", Delivery: mail}),
			"form[action='/resendcode']", "/resendcode", []string{
				`hidden username "ada"`, `hidden destination "a***@e***"`, `hidden deliveryMedium "EMAIL"`,
				`submit resend "Send a new code"`,
			}},
		{"forgot password", web.ForgotPasswordPage(web.ForgotPassword{Action: "/forgotPassword", Names: email, Username: web.Field{Value: "a@b.org"}}),
			"form[name=forgotpasswordform]", "/forgotPassword", []string{
				`email username#username username "a@b.org"`, `submit reset_my_password "Reset my password"`,
			}},
		{"reset password", web.ResetPasswordPage(web.ResetPassword{Action: "/confirmforgotPassword", Username: "ada", Delivery: mail}),
			"form[name=confirmforgotpasswordform]", "/confirmforgotPassword", []string{
				`hidden username "ada"`, `hidden destination "a***@e***"`, `hidden deliveryMedium "EMAIL"`,
				`text code#forgot_password_code one-time-code`,
				`password password#new_password new-password`,
				`password confirmPassword#confirm_password new-password`,
				`submit reset_password "Change Password"`,
			}},
		{"new password", web.NewPasswordPage(web.NewPassword{Action: "/resetPassword", Username: "ada", Session: "s", Attributes: []web.Attribute{{Name: "name"}}}),
			"form", "/resetPassword", []string{
				`hidden session "s"`, `text username username "ada"`,
				`password password#new_password new-password`,
				`password confirmPassword#confirm_password new-password`,
				`text requiredAttributes[name]#attribute-name name`,
				`submit reset_password "Change Password"`,
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			form := page(t, tt.page).Find(tt.form)
			if form.Length() != 1 {
				t.Fatalf("%d forms %s", form.Length(), tt.form)
			}
			if got := form.AttrOr("action", ""); got != tt.action || form.AttrOr("method", "") != "post" {
				t.Errorf("%s to %q, want post to %q", form.AttrOr("method", "get"), got, tt.action)
			}
			if diff := cmp.Diff(tt.want, controls(form)); diff != "" {
				t.Errorf("controls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSignInWording holds the sign-in page's words against the pool's options.
func TestSignInWording(t *testing.T) {
	for _, tt := range []struct {
		names          web.SignInNames
		heading, label string
		forgot         string
	}{
		{web.SignInNames{}, "Sign in with your username and password", "Username",
			"Enter your Username below and we will send a message to reset your password"},
		{web.SignInNames{Email: true}, "Sign in with your email address and password", "Email address",
			"Enter your email address below and we will send a message to reset your password"},
		{web.SignInNames{Phone: true}, "Sign in with your phone number and password", "Phone number",
			"Enter your phone number below and we will send a message to reset your password"},
		{web.SignInNames{Email: true, Phone: true}, "Sign in with your email address or phone number and password", "Email address or phone number",
			"Enter your email address or phone number below and we will send a message to reset your password"},
		{web.SignInNames{Username: true, Email: true}, "Sign in with your username and password", "Username or email address",
			"Enter your Username below and we will send a message to reset your password"},
		{web.SignInNames{Username: true, Phone: true}, "Sign in with your username and password", "Username or phone number",
			"Enter your Username below and we will send a message to reset your password"},
		{web.SignInNames{Username: true, Email: true, Phone: true}, "Sign in with your username and password", "Username, email address or phone number",
			"Enter your Username below and we will send a message to reset your password"},
	} {
		doc := page(t, web.LoginPage(web.Login{Names: tt.names}))
		if got := words(doc.Find("h1")); got != tt.heading {
			t.Errorf("%+v: heading %q, want %q", tt.names, got, tt.heading)
		}
		if got := words(doc.Find("label[for=signInFormUsername]")); got != tt.label {
			t.Errorf("%+v: label %q, want %q", tt.names, got, tt.label)
		}
		if got := words(page(t, web.ForgotPasswordPage(web.ForgotPassword{Names: tt.names})).Find(".lead")); got != tt.forgot {
			t.Errorf("%+v: forgot password says %q, want %q", tt.names, got, tt.forgot)
		}
	}
}

// TestLinksMayBeHidden: what a pool doesn't allow is not offered.
func TestLinksMayBeHidden(t *testing.T) {
	open := web.Login{SignUpURL: "/signup?client_id=a", ForgotPasswordURL: "/forgotPassword?client_id=a", Providers: []web.Provider{
		{Name: "Google", URL: "/oauth2/authorize?identity_provider=Google"}, {Name: "Staff", URL: "/oauth2/authorize?identity_provider=Staff", Corporate: true},
	}}
	want := []string{
		"Forgot your password? /forgotPassword?client_id=a",
		"Continue with Google /oauth2/authorize?identity_provider=Google",
		"Continue with Staff /oauth2/authorize?identity_provider=Staff",
		"Sign up /signup?client_id=a",
	}
	if diff := cmp.Diff(want, links(page(t, web.LoginPage(open)))); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if got := links(page(t, web.LoginPage(web.Login{}))); got != nil {
		t.Errorf("a closed pool's page still links %q", got)
	}
	closed := page(t, web.ConfirmPage(web.Confirm{Action: "/confirm"}))
	if n := closed.Find("form").Length(); n != 1 {
		t.Errorf("%d forms where no code can be sent again", n)
	}
}

func links(doc *goquery.Document) (list []string) {
	doc.Find("a").Each(func(_ int, a *goquery.Selection) { list = append(list, words(a)+" "+a.AttrOr("href", "")) })
	return list
}

// TestWhereTheCodeWent: the sentence names medium and destination.
func TestWhereTheCodeWent(t *testing.T) {
	for _, tt := range []struct {
		delivery       web.Delivery
		confirm, reset string
	}{
		{web.Delivery{Medium: "EMAIL", Destination: "a***@e***"},
			"We have sent a code by email to a***@e***. Enter it below to confirm your account.",
			"We have sent a password reset code by email to a***@e***. Enter it below to reset your password."},
		{web.Delivery{Medium: "SMS", Destination: "+*******5123"},
			"We have sent a code by SMS to +*******5123. Enter it below to confirm your account.",
			"We have sent a password reset code by SMS to +*******5123. Enter it below to reset your password."},
		{web.Delivery{},
			"Enter the code that we have sent to you to confirm your account.",
			"Enter the password reset code that we have sent to you."},
	} {
		if got := words(page(t, web.ConfirmPage(web.Confirm{Delivery: tt.delivery})).Find(".lead")); got != tt.confirm {
			t.Errorf("confirm says %q, want %q", got, tt.confirm)
		}
		if got := words(page(t, web.ResetPasswordPage(web.ResetPassword{Delivery: tt.delivery})).Find(".lead")); got != tt.reset {
			t.Errorf("reset says %q, want %q", got, tt.reset)
		}
	}
}

func TestPasswordRules(t *testing.T) {
	doc := page(t, web.SignUpPage(web.SignUp{Rules: web.PasswordRules{MinLength: 12, Lower: true, Upper: true, Number: true, Symbol: true}}))
	list := doc.Find("#" + doc.Find("input[name=password]").AttrOr("aria-describedby", "nothing"))
	list.Find("[hidden]").Remove()
	want := "Password must contain at least 12 characters a lower case letter an upper case letter a number a special character"
	if got := words(list); got != want {
		t.Errorf("rules %q, want %q", got, want)
	}
	none := page(t, web.SignUpPage(web.SignUp{}))
	if none.Find(".rules").Length() != 0 || none.Find("[aria-describedby]").Length() != 0 {
		t.Error("a pool without rules still lists some")
	}
}

// TestProblems: each problem stands at its own input, the first one has the focus,
// and what was typed is still there.
func TestProblems(t *testing.T) {
	wrong := func(s string) web.Field { return web.Field{Value: "typed " + s, Problem: "wrong " + s} }
	for _, tt := range []struct {
		name string
		page templ.Component
		want map[string]string // input to problem
		kept []string          // inputs that keep what was typed
		at   string            // the input with the focus
	}{
		{"login", web.LoginPage(web.Login{Username: wrong("u"), PasswordProblem: "wrong p"}),
			map[string]string{"username": "wrong u", "password": "wrong p"}, []string{"username"}, "username"},
		{"signup", web.SignUpPage(web.SignUp{
			Username: web.Field{Value: "typed ok"}, Attributes: []web.Attribute{{Name: "name", Field: wrong("n")}, {Name: "custom:team", Field: wrong("t")}},
			PasswordProblem: "wrong p", Rules: web.PasswordRules{Lower: true},
		}), map[string]string{"requiredAttributes[name]": "wrong n", "requiredAttributes[custom:team]": "wrong t", "password": "wrong p"},
			[]string{"username", "requiredAttributes[name]", "requiredAttributes[custom:team]"}, "requiredAttributes[name]"},
		{"confirm", web.ConfirmPage(web.Confirm{Code: wrong("c")}), map[string]string{"code": "wrong c"}, []string{"code"}, "code"},
		{"forgot", web.ForgotPasswordPage(web.ForgotPassword{Username: wrong("u")}), map[string]string{"username": "wrong u"}, []string{"username"}, "username"},
		{"reset", web.ResetPasswordPage(web.ResetPassword{Code: web.Field{Value: "typed c"}, PasswordProblem: "wrong p", ConfirmProblem: "wrong q"}),
			map[string]string{"password": "wrong p", "confirmPassword": "wrong q"}, []string{"code"}, "password"},
		{"new", web.NewPasswordPage(web.NewPassword{ConfirmProblem: "wrong q", Attributes: []web.Attribute{{Name: "name", Field: wrong("n")}}}),
			map[string]string{"confirmPassword": "wrong q", "requiredAttributes[name]": "wrong n"}, []string{"requiredAttributes[name]"}, "confirmPassword"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := page(t, tt.page)
			got := map[string]string{}
			doc.Find("[aria-invalid=true]").Each(func(_ int, in *goquery.Selection) {
				id, _, _ := strings.Cut(in.AttrOr("aria-describedby", ""), " ")
				text := words(in.Closest(".field").Find(fmt.Sprintf("[id=%q]", id)))
				got[in.AttrOr("name", "")] = text
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			for _, name := range tt.kept {
				if value := doc.Find(fmt.Sprintf("input[name=%q]", name)).AttrOr("value", ""); !strings.HasPrefix(value, "typed ") {
					t.Errorf("%s has lost what was typed: %q", name, value)
				}
			}
			if at := doc.Find("[autofocus]"); at.Length() != 1 || at.AttrOr("name", "") != tt.at {
				t.Errorf("the focus is on %q (%d), want %q", at.AttrOr("name", ""), at.Length(), tt.at)
			}
		})
	}
}

// TestRefusedSignIn: the alert is said with the password, where the focus is.
func TestRefusedSignIn(t *testing.T) {
	doc := page(t, web.LoginPage(web.Login{Username: web.Field{Value: "ada"}, Problem: "Incorrect username or password."}))
	password := doc.Find("[autofocus]")
	if password.AttrOr("name", "") != "password" {
		t.Error("the focus is not on the password")
	}
	if got := words(doc.Find("#" + password.AttrOr("aria-describedby", "nothing") + "[role=alert]")); got != "Incorrect username or password." {
		t.Errorf("alert %q", got)
	}
}

func TestErrorPages(t *testing.T) {
	for _, tt := range []struct {
		view                   web.Error
		heading, lead, problem string
	}{
		{web.Error{Detail: "redirect_mismatch"}, "Something went wrong", "An error was encountered with the requested page.", "redirect_mismatch"},
		{web.Error{Kind: web.Forbidden}, "Not allowed", "This page can’t be opened from where you are.", ""},
		{web.Error{Kind: web.NotFound}, "Page not found", "There is nothing at this address.", ""},
	} {
		doc := page(t, web.ErrorPage(tt.view))
		got := [3]string{words(doc.Find("h1")), words(doc.Find(".lead")), words(doc.Find("[role=alert]"))}
		if want := [3]string{tt.heading, tt.lead, tt.problem}; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestLanguage: a page speaks the language it is given, and says which.
func TestLanguage(t *testing.T) {
	doc := page(t, web.LoginPage(web.Login{Frame: web.Frame{Text: pirate{}, App: "Ship"}}))
	if got := doc.Find("html").AttrOr("lang", "") + " " + words(doc.Find("h1")) + " " + doc.Find("title").Text(); got != "x-pirate Come aboard with your username and password Come aboard – Ship" {
		t.Errorf("got %q", got)
	}
	if got := web.MessagesFor("tlh").Lang(); got != "en" {
		t.Errorf("an unknown language falls back to %q", got)
	}
}

type pirate struct{ web.English }

func (pirate) Lang() string   { return "x-pirate" }
func (pirate) SignIn() string { return "Come aboard" }

// TestEverySentenceIsThere calls every method of every language.
func TestEverySentenceIsThere(t *testing.T) {
	for _, language := range web.Languages() {
		v := reflect.ValueOf(language)
		for i := range v.NumMethod() {
			method := v.Type().Method(i)
			var args []reflect.Value
			for j := range method.Type.NumIn() - 1 {
				arg := reflect.New(method.Type.In(j + 1)).Elem()
				if arg.Kind() == reflect.String {
					arg.SetString("VALUE")
				} else {
					arg.SetInt(42)
				}
				args = append(args, arg)
			}
			text := v.Method(i).Call(args)[0].String()
			if text == "" || text != strings.TrimSpace(text) {
				t.Errorf("%s %s is %q", language.Lang(), method.Name, text)
			}
			for _, arg := range args {
				if !strings.Contains(text, fmt.Sprint(arg.Interface())) {
					t.Errorf("%s %s leaves out its %v: %q", language.Lang(), method.Name, arg.Interface(), text)
				}
			}
		}
	}
}
