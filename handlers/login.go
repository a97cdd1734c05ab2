package handlers

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"idpond/internal/auth"
	"idpond/web"
)

// showLogin is GET /login. Who has a session already may go on with it: on a
// page of its own with managed login, on this one with the classic pages.
func (v *visit) showLogin() error {
	session, err := v.session()
	switch {
	case err != nil:
		return err
	case session == nil:
		return v.renderLogin(http.StatusOK, v.loginView(v.q.LoginHint))
	case v.q.Managed:
		return v.redirect("/login/continue")
	}
	return v.renderContinue(session)
}

// session is the browser's session, if the app lets it be used.
func (v *visit) session() (*auth.BrowserSession, error) {
	if v.q.Asks("login") {
		return nil, nil
	}
	return v.browsers.SignedIn(v.r, v.q.Pool.ID)
}

func (v *visit) loginView(username string) web.Login {
	view := web.Login{
		Frame: v.frame(), Action: v.url("/login"), Names: signInNames(v.q.Pool),
		Username: web.Field{Value: username}, NameOnly: v.choosesFactor(), Began: strconv.FormatInt(v.began().Unix(), 10),
	}
	if !v.q.Pool.Settings.AdminCreateUserConfig.AllowAdminCreateUserOnly {
		view.SignUpURL = v.url("/signup")
	}
	if len(v.q.Pool.RecoveryChannels()) > 0 {
		view.ForgotPasswordURL = v.url("/forgotPassword")
	}
	return view
}

// began is when the page of the sign-in was shown that this form stood on; now for a
// new page, and for forms that don't say. It is not secret and nothing trusts it: who
// changes it, has more time for a sign-in of their own.
func (v *visit) began() time.Time {
	now := v.Now()
	if seconds, err := strconv.ParseInt(v.r.PostForm.Get("began"), 10, 64); err == nil && seconds < now.Unix() {
		return time.Unix(seconds, 0)
	}
	return now
}

// signInOf begins a sign-in by a name.
func (v *visit) signInOf(username string) auth.PageRequest {
	return auth.PageRequest{Pool: v.q.Pool, Client: v.q.Client, Username: username, Began: v.began()}
}

func (v *visit) renderLogin(status int, view web.Login) error {
	return v.render(status, web.LoginPage(view))
}

// showContinue is GET /login/continue; without a session it is the sign-in page.
func (v *visit) showContinue() error {
	session, err := v.session()
	switch {
	case err != nil:
		return err
	case session == nil:
		return v.renderLogin(http.StatusOK, v.loginView(v.q.LoginHint))
	}
	return v.renderContinue(session)
}

func (v *visit) renderContinue(session *auth.BrowserSession) error {
	view := v.loginView("")
	view.SignedIn = displayName(session)
	view.ContinueAction, view.DifferentURL = v.url("/login/continue"), v.otherUserURL()
	return v.renderLogin(http.StatusOK, view)
}

// displayName is what users know themselves by: not the sub that is the username
// where people sign in by e-mail address.
func displayName(s *auth.BrowserSession) string {
	if s.User.Username != s.User.ID {
		return s.User.Username
	}
	for _, name := range []string{"email", "phone_number"} {
		if value := s.User.Attributes[name]; value != "" {
			return value
		}
	}
	return s.User.Username
}

// otherUserURL signs the browser out and leads back to the sign-in page.
func (v *visit) otherUserURL() string { return "/logout?" + v.wholeQuery() }

// wholeQuery is the query of the visit with what it may have left out.
func (v *visit) wholeQuery() string {
	query, err := url.ParseQuery(v.q.Query)
	if err != nil { // Parse has read it
		return v.q.Query
	}
	query.Set("redirect_uri", v.q.RedirectURI)
	query.Set("response_type", v.q.ResponseType)
	return query.Encode()
}

// continueSession is POST /login/continue: go on as who is signed in.
func (v *visit) continueSession() error {
	session, err := v.session()
	switch {
	case err != nil:
		return err
	case session == nil:
		return v.toLogin()
	}
	return v.answer(session)
}

// login is POST /login.
func (v *visit) login() error {
	username, password := v.r.PostForm.Get("username"), v.r.PostForm.Get("password")
	view := v.loginView(username)
	nameOnly := view.NameOnly && password == ""
	if username == "" || password == "" && !nameOnly {
		if username == "" {
			view.Username.Problem = v.text().FillIn()
		}
		if password == "" {
			view.PasswordProblem = v.text().FillIn()
		}
		return v.renderLogin(http.StatusBadRequest, view)
	}
	if nameOnly {
		return v.begin(username)
	}
	out, err := v.Auth.PageSignIn(v.r.Context(), v.signInOf(username), password)
	if err != nil {
		return v.refused(err, username, func(p problem) error { return v.signInAgain(username, p.text) })
	}
	return v.proceed(out, username)
}

// proceed goes where a sign-in stands: to the app, or to the page of a challenge.
func (v *visit) proceed(out *auth.PageOutcome, username string) error {
	switch out.Challenge {
	case "":
		return v.finish(out.User, out.AuthTime)
	case auth.ChallengeNewPasswordRequired:
		return v.renderNewPassword(out, username)
	case auth.ChallengeSelect:
		return v.renderFactors(out, username)
	case auth.ChallengePassword:
		return v.renderPassword(out, username)
	case auth.ChallengeWebAuthn:
		return v.renderPasskey(out, username)
	case auth.ChallengeSMSOTP, auth.ChallengeSMSMFA, auth.ChallengeEmailOTP, auth.ChallengeSoftwareToken:
		return v.renderCode(out, username, false)
	case auth.ChallengeSelectMFA:
		return v.renderMFAOptions(out, username)
	case auth.ChallengeMFASetup:
		return v.renderSetup(out, username)
	}
	return errors.New("handlers: no page for the challenge " + out.Challenge)
}

// renderNewPassword shows the page of NEW_PASSWORD_REQUIRED.
func (v *visit) renderNewPassword(out *auth.PageOutcome, username string) error {
	var required []string
	if err := json.Unmarshal([]byte(out.Parameters["requiredAttributes"]), &required); err != nil {
		return err
	}
	view := v.newPasswordView(username, out.Session)
	for _, name := range required {
		view.Attributes = append(view.Attributes, web.Attribute{Name: strings.TrimPrefix(name, "userAttributes.")})
	}
	return v.render(http.StatusOK, web.NewPasswordPage(view))
}

func (v *visit) newPasswordView(username, session string) web.NewPassword {
	return web.NewPassword{
		Frame: v.frame(), Action: v.url("/resetPassword"), Username: username, Session: session, Rules: passwordRules(v.q.Pool),
	}
}

// newPassword is POST /resetPassword: the answer to NEW_PASSWORD_REQUIRED.
func (v *visit) newPassword() error {
	form := v.r.PostForm
	view := v.newPasswordView(form.Get("username"), form.Get("session"))
	view.Attributes = postedAttributes(form)
	password := form.Get("password")
	view.PasswordProblem, view.ConfirmProblem = v.passwordTwice()
	if view.PasswordProblem+view.ConfirmProblem != "" {
		return v.render(http.StatusBadRequest, web.NewPasswordPage(view))
	}
	answers := map[string]string{"NEW_PASSWORD": password}
	for _, a := range view.Attributes {
		answers["userAttributes."+a.Name] = a.Value
	}
	out, err := v.Auth.PageRespond(v.r.Context(), v.q.Pool, v.q.Client, view.Session, auth.ChallengeNewPasswordRequired, answers)
	if isInternal(err) {
		return err
	} else if err != nil {
		return v.newPasswordRefused(view, v.problem(err))
	}
	return v.proceed(out, view.Username)
}

func (v *visit) newPasswordRefused(view web.NewPassword, p problem) error {
	if p.where == atSession { // nothing typed here can put it right
		return v.signInAgain(view.Username, p.text)
	}
	switch p.where {
	case atPassword:
		view.PasswordProblem = p.text
	default:
		if !placeAttribute(view.Attributes, p) {
			view.Problem = p.text
		}
	}
	return v.render(http.StatusBadRequest, web.NewPasswordPage(view))
}

// passwordTwice says what is wrong with a password that is typed twice.
func (v *visit) passwordTwice() (first, second string) {
	password, again := v.r.PostForm.Get("password"), v.r.PostForm.Get("confirmPassword")
	switch {
	case password == "":
		return v.text().FillIn(), ""
	case again == "":
		return "", v.text().FillIn()
	case password != again:
		return "", v.text().PasswordsDiffer()
	}
	return "", ""
}
