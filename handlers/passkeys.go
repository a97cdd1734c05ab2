package handlers

import (
	"net/http"
	"net/url"

	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/web"
)

// passkeysUsable reports whether a browser would use the pool's passkeys at the
// address that the page has: the plain host, for one, is not the pool's domain.
func (v *visit) passkeysUsable() (bool, error) {
	if !v.q.Pool.AllowsPasskeys() {
		return false, nil
	}
	id, err := v.Accounts.RelyingParty(v.r.Context(), v.q.Pool)
	return id != "" && userpool.WithinRelyingParty((&url.URL{Host: v.r.Host}).Hostname(), id), err
}

// renderPasskey shows the page of WEB_AUTHN.
func (v *visit) renderPasskey(out *auth.PageOutcome, username string) error {
	view := web.PasskeySignIn{Step: v.step("/login/passkey", username, out.Session), Options: out.Parameters["CREDENTIAL_REQUEST_OPTIONS"]}
	return v.render(http.StatusOK, web.PasskeySignInPage(view))
}

// passkey is POST /login/passkey. The options are posted back to be asked for once more;
// what a passkey is held against is in the session.
func (v *visit) passkey() error {
	form := v.r.PostForm
	view := web.PasskeySignIn{Step: v.postedStep("/login/passkey"), Options: form.Get("options")}
	out, err := v.respond(view.Step, auth.ChallengeWebAuthn, map[string]string{"CREDENTIAL": form.Get("credential")})
	if err == nil {
		return v.proceed(out, view.Username)
	}
	return v.refused(err, view.Username, func(p problem) error {
		view.Problem = p.text
		if f := fault.Of(err); f.Code == fault.InvalidParameter || f.Reason == fault.WrongPassword {
			view.Problem = v.text().PasskeyRefused()
		}
		return v.render(http.StatusBadRequest, web.PasskeySignInPage(view))
	})
}

// offersPasskey reports whether who has just signed up is asked to make a passkey
// (reference: hosted-ui-and-oauth §9.3, step 7).
func (v *visit) offersPasskey() (bool, error) {
	if !v.q.Managed || !v.q.Client.AllowsFlow(userpool.FlowUser) {
		return false, nil
	}
	return v.passkeysUsable()
}

// welcome goes on after a sign-up: on with the sign-in, past the offer of a passkey.
func (v *visit) welcome(out *auth.PageOutcome, username string) error {
	offer, err := v.offersPasskey()
	switch {
	case err != nil:
		return err
	case !offer || out.Challenge != "" || v.addsPasskey():
		return v.proceed(out, username)
	}
	session := &auth.BrowserSession{User: out.User, AuthTime: out.AuthTime}
	if err := v.browsers.signIn(v.w, v.r, v.q.Pool.ID, session); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, "/passkeys/add?"+v.wholeQuery(), http.StatusFound)
	return nil
}

// newPasskey is what a registration at /passkeys/add goes by; nil without a session.
func (v *visit) newPasskey() (*auth.BrowserSession, account.PasskeyRequest, error) {
	session, err := v.browsers.SignedIn(v.r, v.q.Pool.ID)
	if err != nil || session == nil {
		return nil, account.PasskeyRequest{}, err
	}
	r := account.PasskeyRequest{Pool: v.q.Pool, Client: v.q.Client, User: session.User}
	r.RelyingPartyID, err = v.Accounts.RelyingParty(v.r.Context(), v.q.Pool)
	return session, r, err
}

// showAddPasskey is GET /passkeys/add.
func (v *visit) showAddPasskey() error {
	session, request, err := v.newPasskey()
	switch {
	case !v.q.Managed:
		return v.missing()
	case err != nil:
		return err
	case session == nil:
		return v.signInFirst()
	}
	return v.renderAddPasskey(http.StatusOK, session, request, "")
}

// signInFirst sends who isn't signed in to do so, and then back here (reference:
// hosted-ui-and-oauth §9.3). The query that all pages of the sign-in carry along says so.
func (v *visit) signInFirst() error {
	query, err := url.ParseQuery(v.q.Query)
	if err != nil { // Parse has read it
		return v.toLogin()
	}
	query.Set(thenParameter, thenAddPasskey)
	http.Redirect(v.w, v.r, "/login?"+query.Encode(), http.StatusFound)
	return nil
}

// thenParameter says what follows a sign-in in place of an answer to the app.
const (
	thenParameter  = "then"
	thenAddPasskey = "passkeys/add"
)

// addPasskeyURL is where the visit goes on once its browser is signed in; false if that
// is the app.
func (v *visit) addPasskeyURL() (string, bool) {
	query, err := url.ParseQuery(v.q.Query)
	if err != nil || !v.q.Managed || query.Get(thenParameter) != thenAddPasskey {
		return "", false
	}
	query.Del(thenParameter)
	return "/passkeys/add?" + query.Encode(), true
}

func (v *visit) addsPasskey() bool {
	_, ok := v.addPasskeyURL()
	return ok
}

// missing answers for a page that only managed login has.
func (v *visit) missing() error {
	v.notFound(v.w, v.r)
	return nil
}

// renderAddPasskey shows the offer, or, where no passkey can be made, why.
func (v *visit) renderAddPasskey(status int, session *auth.BrowserSession, request account.PasskeyRequest, problem string) error {
	view := web.AddPasskey{Frame: v.frame(), Action: v.url("/passkeys/add"), Username: displayName(session), Problem: problem}
	usable, err := v.passkeysUsable()
	if err != nil {
		return err
	}
	options, err := v.Accounts.StartPasskey(v.r.Context(), request)
	switch {
	case isInternal(err):
		return err
	case fault.Is(err, fault.LimitExceeded):
		view.Problem = v.text().TooManyPasskeys()
	case err != nil || !usable:
		view.Problem = v.text().AddPasskeyUnsupported()
	default:
		view.Options = string(options)
	}
	return v.render(status, web.AddPasskeyPage(view))
}

// addPasskey is POST /passkeys/add: what the browser made, or the wish to go on without.
func (v *visit) addPasskey() error {
	session, request, err := v.newPasskey()
	switch {
	case !v.q.Managed:
		return v.missing()
	case err != nil:
		return err
	case session == nil:
		return v.signInFirst()
	case v.r.PostForm.Has("skip"):
		return v.leavePasskeys(session)
	}
	err = v.Accounts.CompletePasskey(v.r.Context(), request, []byte(v.r.PostForm.Get("credential")))
	if isInternal(err) {
		return err
	} else if err != nil {
		return v.renderAddPasskey(http.StatusBadRequest, session, request, v.text().PasskeyNotAdded())
	}
	return v.leavePasskeys(session)
}

// leavePasskeys goes back to the app: with the answer that it asked for, or, where its
// link to this page asked for none, with nothing.
func (v *visit) leavePasskeys(session *auth.BrowserSession) error {
	query, err := url.ParseQuery(v.q.Query)
	if err == nil && query.Get("response_type") == "" {
		http.Redirect(v.w, v.r, v.q.RedirectURI, http.StatusFound)
		return nil
	}
	return v.answer(session)
}
