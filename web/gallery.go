package web

import "github.com/a-h/templ"

// GalleryItem is one state of one page.
type GalleryItem struct {
	Name      string // page, or page-state; unique, fit for a file name
	Component templ.Component
}

// Gallery is every page in every state that looks different, for tests and for
// the eye. The frame gives language and addresses of style sheet and script; the
// app's name is the gallery's own.
func Gallery(frame Frame) []GalleryItem {
	frame.App = "Harbour Books"
	var items []GalleryItem
	items = append(items, galleryLogin(frame)...)
	items = append(items, gallerySignUp(frame)...)
	items = append(items, galleryPassword(frame)...)
	items = append(items, galleryFactors(frame)...)
	items = append(items, galleryPasskeys(frame)...)
	items = append(items, galleryErrors(frame)...)
	frame.App = "idpond"
	items = append(items, galleryInbox(frame)...)
	return append(items, galleryDemo(frame)...)
}

const galleryQuery = "?client_id=demo&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A9229%2F_idpond%2Fdemo"

func galleryLogin(f Frame) []GalleryItem {
	login := Login{
		Frame: f, Action: "/login" + galleryQuery, Names: SignInNames{Username: true},
		SignUpURL: "/signup" + galleryQuery, ForgotPasswordURL: "/forgotPassword" + galleryQuery,
	}
	email := login
	email.Names = SignInNames{Email: true}
	refused := email
	refused.Username.Value = "ada@example.org"
	refused.Problem = f.text().IncorrectUsernameOrPassword()
	empty := login
	empty.Username.Problem, empty.PasswordProblem = f.text().FillIn(), f.text().FillIn()
	providers := login
	providers.Names = SignInNames{Username: true, Email: true, Phone: true}
	providers.Providers = []Provider{
		{Name: "Google", URL: "/oauth2/authorize?identity_provider=Google"},
		{Name: "Apple", URL: "/oauth2/authorize?identity_provider=SignInWithApple"},
		{Name: "Harbour Staff", URL: "/oauth2/authorize?identity_provider=Staff", Corporate: true},
	}
	phone := login
	phone.Names, phone.SignUpURL, phone.ForgotPasswordURL = SignInNames{Phone: true}, "", ""
	only := providers
	only.NoPassword, only.SignUpURL = true, ""
	long := refused
	long.App = "The Royal Harbour and Lighthouse Booksellers’ Association of the Northern Coast"
	long.Footer = []Link{{"Terms of use", "/terms"}, {"Privacy policy", "/privacy"}}
	nameOnly := login
	nameOnly.NameOnly, nameOnly.ForgotPasswordURL = true, ""
	nameRefused := providers
	nameRefused.NameOnly, nameRefused.Username.Problem = true, f.text().FillIn()
	signedIn := Login{Frame: f, SignedIn: "ada@example.org", ContinueAction: "/login/continue" + galleryQuery, DifferentURL: "/login" + galleryQuery}
	return []GalleryItem{
		{"login", LoginPage(login)},
		{"login-email", LoginPage(email)},
		{"login-refused", LoginPage(refused)},
		{"login-empty", LoginPage(empty)},
		{"login-providers", LoginPage(providers)},
		{"login-providers-only", LoginPage(only)},
		{"login-phone-closed", LoginPage(phone)},
		{"login-long-name", LoginPage(long)},
		{"login-name", LoginPage(nameOnly)},
		{"login-name-refused", LoginPage(nameRefused)},
		{"login-continue", LoginPage(signedIn)},
	}
}

func gallerySignUp(f Frame) []GalleryItem {
	t := f.text()
	rules := PasswordRules{MinLength: 8, Lower: true, Upper: true, Number: true, Symbol: true}
	email := SignUp{
		Frame: f, Action: "/signup" + galleryQuery, Names: SignInNames{Email: true}, Rules: rules, SignInURL: "/login" + galleryQuery,
	}
	refused := email
	refused.Names = SignInNames{Username: true}
	refused.Username = Field{Value: "ada", Problem: "User already exists"}
	refused.Attributes = []Attribute{
		{Name: "email", Field: Field{Value: "ada@example.org"}},
		{Name: "given_name", Field: Field{Value: "Ada"}},
		{Name: "birthdate", Field: Field{Problem: t.FillIn()}},
		{Name: "phone_number", Field: Field{Value: "12", Problem: "Invalid phone number format."}},
	}
	refused.PasswordProblem = t.PasswordNeedsNumber()
	phone := email
	phone.Names, phone.Rules, phone.Problem = SignInNames{Phone: true}, PasswordRules{}, t.TryAgainLater()
	confirm := Confirm{
		Frame: f, Action: "/confirm" + galleryQuery, ResendAction: "/resendcode" + galleryQuery, Username: "ada@example.org",
		Sub: "5c6b9c3e", Delivery: Delivery{"EMAIL", "a***@e***"}, SignInURL: "/login" + galleryQuery,
	}
	wrong := confirm
	wrong.Delivery = Delivery{"SMS", "+*******5123"}
	wrong.Code = Field{"482134", t.WrongCode()}
	resent := confirm
	resent.Resent = true
	link := confirm
	link.Link = true
	relinked := link
	relinked.Resent, relinked.Delivery = true, Delivery{}
	unknown := confirm
	unknown.Delivery, unknown.ResendAction, unknown.Problem = Delivery{}, "", t.TooManyAttempts()
	return []GalleryItem{
		{"signup", SignUpPage(email)},
		{"signup-refused", SignUpPage(refused)},
		{"signup-phone", SignUpPage(phone)},
		{"confirm", ConfirmPage(confirm)},
		{"confirm-wrong", ConfirmPage(wrong)},
		{"confirm-resent", ConfirmPage(resent)},
		{"confirm-link", ConfirmPage(link)},
		{"confirm-link-resent", ConfirmPage(relinked)},
		{"confirm-unknown", ConfirmPage(unknown)},
	}
}

func galleryPassword(f Frame) []GalleryItem {
	t := f.text()
	rules := PasswordRules{MinLength: 12, Lower: true, Number: true}
	forgot := ForgotPassword{Frame: f, Action: "/forgotPassword" + galleryQuery, Names: SignInNames{Username: true}, SignInURL: "/login" + galleryQuery}
	refused := forgot
	refused.Names, refused.Username = SignInNames{Email: true, Phone: true}, Field{Value: "ada", Problem: "Username should be either an email or a phone number."}
	refused.Problem = t.TooManyAttempts()
	reset := ResetPassword{
		Frame: f, Action: "/confirmforgotPassword" + galleryQuery, ResendAction: "/forgotPassword" + galleryQuery,
		Username: "ada", Delivery: Delivery{"EMAIL", "a***@e***"}, Rules: rules, SignInURL: "/login" + galleryQuery,
	}
	wrong := reset
	wrong.Delivery = Delivery{"SMS", "+*******5123"}
	wrong.Code = Field{"123456", t.ExpiredCode()}
	wrong.PasswordProblem, wrong.ConfirmProblem = t.PasswordTooShort(12), t.PasswordsDiffer()
	resent := reset
	resent.Resent, resent.Delivery = true, Delivery{}
	forced := NewPassword{Frame: f, Action: "/resetPassword" + galleryQuery, Username: "ada", Session: "s3ss10n", Rules: rules}
	missing := forced
	missing.Attributes = []Attribute{{Name: "family_name"}, {Name: "website", Field: Field{Problem: t.FillIn()}}, {Name: "custom:team"}}
	missing.ConfirmProblem = t.PasswordsDiffer()
	return []GalleryItem{
		{"forgot-password", ForgotPasswordPage(forgot)},
		{"forgot-password-refused", ForgotPasswordPage(refused)},
		{"reset-password", ResetPasswordPage(reset)},
		{"reset-password-wrong", ResetPasswordPage(wrong)},
		{"reset-password-resent", ResetPasswordPage(resent)},
		{"new-password", NewPasswordPage(forced)},
		{"new-password-missing", NewPasswordPage(missing)},
	}
}

func galleryErrors(f Frame) []GalleryItem {
	back := Link{f.text().BackToSignIn(), "/login" + galleryQuery}
	return []GalleryItem{
		{"error", ErrorPage(Error{Frame: f, Detail: "redirect_mismatch"})},
		{"error-forbidden", ErrorPage(Error{Frame: f, Kind: Forbidden, Detail: "Login pages unavailable. Please contact an administrator."})},
		{"error-not-found", ErrorPage(Error{Frame: f, Kind: NotFound, Back: back})},
		{"feedback", FeedbackPage(Feedback{Frame: f, Action: "/_idpond/feedback", Invalid: true})},
		{"confirmed", NoticePage(Notice{Frame: f, Heading: f.text().ConfirmedHeading(), Sentence: f.text().Confirmed()})},
	}
}

func galleryTools() Tools {
	return Tools{IndexURL: "/", DemoURL: "/_idpond/demo", InboxURL: "/_idpond/inbox"}
}

func galleryInbox(f Frame) []GalleryItem {
	inbox := Inbox{Frame: f, Tools: galleryTools(), Refresh: "3"}
	filtered := inbox
	filtered.To = "bob@example.org"
	full := inbox
	full.Messages = []InboxMessage{
		{
			ID: "m3", Medium: "EMAIL", Kind: "SignUp", To: "ada@example.org", Pool: "us-east-1_demo00000", Username: "ada",
			Time: "2026-11-21T09:41:07Z", Shown: "09:41:07 UTC", Subject: "Your verification code", Body: "Your confirmation code is 482134", Code: "482134",
		},
		{
			ID: "m2", Medium: "SMS", Kind: "ForgotPassword", To: "+12125551234", Pool: "us-east-1_demo00000", Username: "5c6b9c3e-2f6d-4f0e-9d0a-7f2f8f9f2a11",
			Time: "2026-11-21T09:38:55Z", Shown: "09:38:55 UTC", Body: "Your password reset code is 067512", Code: "067512",
		},
		{
			ID: "m1", Medium: "EMAIL", Kind: "SignUp", To: "grace.hopper.with.a.very.long.address@department.of.examples.example.org", Pool: "us-east-1_a1B2c3D4e",
			Username: "grace", Time: "2026-11-20T17:02:00Z", Shown: "20 November, 17:02 UTC", Subject: "Please confirm your address",
			Body: "Hello grace,\n\nfollow the link to confirm your address.\n\nHarbour Books", Link: "http://localhost:9229/confirmUser?client_id=demo&user_name=grace&confirmation_code=067512",
		},
	}
	return []GalleryItem{
		{"inbox", InboxPage(full)},
		{"inbox-empty", InboxPage(inbox)},
		{"inbox-filtered", InboxPage(filtered)},
	}
}

func galleryDemo(f Frame) []GalleryItem {
	start := Demo{Frame: f, Tools: galleryTools(), Client: "demo", SignInURL: "/oauth2/authorize" + galleryQuery, SignUpURL: "/signup" + galleryQuery, Username: "demo"}
	failed := start
	failed.Problem, failed.ProblemDescription = "invalid_grant", "The authorization code was used before."
	out := start
	out.SignedOut = true
	jwt := []Claim{
		{"sub", "5c6b9c3e-2f6d-4f0e-9d0a-7f2f8f9f2a11", ""},
		{"iss", "http://localhost:9229/us-east-1_demo00000", ""},
		{"token_use", "id", ""},
		{"cognito:username", "ada", ""},
		{"email_verified", "true", ""},
		{"auth_time", "1795254067", "21 November 2026, 09:41:07 UTC"},
		{"exp", "1795257667", "21 November 2026, 10:41:07 UTC"},
	}
	raw := "eyJraWQiOiJhYmMiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI1YzZiOWMzZS0yZjZkLTRmMGUtOWQwYS03ZjJmOGY5ZjJhMTEiLCJ0b2tlbl91c2UiOiJpZCJ9.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmUtc2lnbmF0dXJl"
	tokens := DemoSignedIn{
		Frame: f, Tools: galleryTools(), Username: "ada", UserInfoAction: "/_idpond/demo/userinfo", RefreshAction: "/_idpond/demo/refresh", SignOutAction: "/_idpond/demo/signout",
		Tokens: []DemoToken{
			{Name: "ID token", Raw: raw, Header: []Claim{{"kid", "abc", ""}, {"alg", "RS256", ""}}, Claims: jwt},
			{Name: "Access token", Raw: raw, Header: []Claim{{"kid", "def", ""}, {"alg", "RS256", ""}}, Claims: jwt[:3]},
			{Name: "Refresh token", Raw: "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0.b3BhcXVl"},
		},
	}
	called := tokens
	called.UserInfo = "{\n  \"sub\": \"5c6b9c3e-2f6d-4f0e-9d0a-7f2f8f9f2a11\",\n  \"email\": \"ada@example.org\",\n  \"email_verified\": \"true\",\n  \"username\": \"ada\"\n}"
	refused := tokens
	refused.RefreshAction, refused.Problem = "", "invalid_token"
	index := Index{Frame: f, Tools: galleryTools(), Endpoint: "http://localhost:9229", Issuer: "http://localhost:9229/us-east-1_demo00000", Version: "0.1.0"}
	bare := Index{Frame: f, Tools: Tools{IndexURL: "/"}, Endpoint: "http://localhost:9229"}
	return []GalleryItem{
		{"demo", DemoPage(start)},
		{"demo-failed", DemoPage(failed)},
		{"demo-signed-out", DemoPage(out)},
		{"demo-signed-in", DemoSignedInPage(tokens)},
		{"demo-userinfo", DemoSignedInPage(called)},
		{"demo-refused", DemoSignedInPage(refused)},
		{"start", IndexPage(index)},
		{"start-bare", IndexPage(bare)},
	}
}
