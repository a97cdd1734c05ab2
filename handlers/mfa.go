package handlers

import (
	"encoding/json"
	"net/http"

	"idpond/internal/auth"
	"idpond/internal/fault"
	"idpond/web"
)

// A challenge of the second factor is shown in the answer to the form before it, and
// its page posts back all that it was made of: nothing is kept on the server between
// the two but what the session seals. Opened by hand, these addresses lead to /login.

// step is what the pages of a sign-in under way have in common.
func (v *visit) step(path, username, session string) web.Step {
	return web.Step{Frame: v.frame(), Action: v.url(path), Session: session, Username: username, SignInURL: v.url("/login")}
}

// postedStep is the step that a form posts back.
func (v *visit) postedStep(path string) web.Step {
	return v.step(path, v.r.PostForm.Get("username"), v.r.PostForm.Get("session"))
}

// respond answers the challenge of a step.
func (v *visit) respond(step web.Step, challenge string, answers map[string]string) (*auth.PageOutcome, error) {
	return v.Auth.PageRespond(v.r.Context(), v.q.Pool, v.q.Client, step.Session, challenge, answers)
}

// refused goes where a refusal of a step leads: to the page of an account that lacks
// something, to the beginning when nothing typed here can help, or else to stay,
// which shows the same page again.
func (v *visit) refused(err error, username string, stay func(problem) error) error {
	switch {
	case fault.Is(err, fault.UserNotConfirmed):
		v.setPageData(pageData{Username: username})
		return v.redirect("/confirm")
	case fault.Is(err, fault.PasswordResetRequired):
		v.setPageData(pageData{Username: username})
		return v.redirect("/confirmforgotPassword")
	case isInternal(err):
		return err
	}
	p := v.problem(err)
	if p.where == atSession {
		return v.signInAgain(username, p.text)
	}
	return stay(p)
}

// signInAgain is the first page of the sign-in, which says why it is shown.
func (v *visit) signInAgain(username, why string) error {
	view := v.loginView(username)
	view.Problem = why
	return v.renderLogin(http.StatusBadRequest, view)
}

// codePath is the page that takes the code of a factor.
func codePath(first bool) string {
	if first {
		return "/verifyCode"
	}
	return "/mfa"
}

// renderCode shows the page of a challenge that is answered with a code.
func (v *visit) renderCode(out *auth.PageOutcome, username string, resent bool) error {
	first := len(out.Choices) > 0 // only first factors are chosen from these
	path, p := codePath(first), out.Parameters
	view := web.OneTimeCode{
		Step: v.step(path, username, out.Session), Factor: web.Factor(out.Challenge), First: first, Device: p["FRIENDLY_DEVICE_NAME"], Resent: resent,
		Delivery: web.Delivery{Medium: p["CODE_DELIVERY_DELIVERY_MEDIUM"], Destination: p["CODE_DELIVERY_DESTINATION"]},
	}
	return v.render(http.StatusOK, web.OneTimeCodePage(v.resendable(view, path)))
}

// resendable adds to the page of a code that was sent that it can be sent again.
func (v *visit) resendable(view web.OneTimeCode, path string) web.OneTimeCode {
	if view.Factor != web.FactorApp {
		view.ResendAction = v.url(path)
	}
	return view
}

// mfa is POST /mfa: the code of a second factor, or the wish for a new one.
func (v *visit) mfa() error { return v.takeCode(false, v.r.PostForm.Get("authentication_code")) }

// verifyCode is POST /verifyCode: the same of a first factor.
func (v *visit) verifyCode() error { return v.takeCode(true, v.r.PostForm.Get("code")) }

func (v *visit) takeCode(first bool, code string) error {
	form, path := v.r.PostForm, codePath(first)
	view := v.resendable(web.OneTimeCode{
		Step: v.postedStep(path), Factor: web.Factor(form.Get("challenge")), First: first, Device: form.Get("friendly_device_name"),
		Delivery: v.postedPageData().delivery(), Code: web.Field{Value: code},
	}, path)
	if form.Has("resend") {
		return v.sendAgain(view)
	}
	if code == "" {
		view.Code.Problem = v.text().FillIn()
		return v.render(http.StatusBadRequest, web.OneTimeCodePage(view))
	}
	challenge := form.Get("challenge")
	out, err := v.respond(view.Step, challenge, map[string]string{codeAnswer(challenge): code})
	if err != nil {
		return v.codeRefused(view, err)
	}
	return v.proceed(out, view.Username)
}

// codeAnswer is the key under which a code challenge takes its answer (reference:
// api-behaviour §12).
func codeAnswer(challenge string) string { return challenge + "_CODE" }

func (v *visit) codeRefused(view web.OneTimeCode, err error) error {
	return v.refused(err, view.Username, func(p problem) error {
		p.besideCode(&view.Code, &view.Problem)
		return v.render(http.StatusBadRequest, web.OneTimeCodePage(view))
	})
}

func (v *visit) sendAgain(view web.OneTimeCode) error {
	out, err := v.Auth.PageSendAgain(v.r.Context(), v.q.Pool, v.q.Client, view.Session, string(view.Factor))
	if err != nil {
		return v.codeRefused(view, err)
	}
	return v.renderCode(out, view.Username, true)
}

// renderMFAOptions shows the page of SELECT_MFA_TYPE.
func (v *visit) renderMFAOptions(out *auth.PageOutcome, username string) error {
	view := web.Choice{Step: v.step("/mfaOption", username, out.Session), Addresses: map[web.Factor]string{}}
	var err error
	if view.Options, err = optionsIn(out.Parameters["MFAS_CAN_CHOOSE"]); err != nil {
		return err
	}
	for _, factor := range view.Options {
		view.Addresses[factor] = out.Addresses[string(factor)]
	}
	return v.render(http.StatusOK, web.ChoicePage(view))
}

// optionsIn reads a parameter that is a JSON array of factors.
func optionsIn(list string) ([]web.Factor, error) {
	var factors []web.Factor
	err := json.Unmarshal([]byte(list), &factors)
	return factors, err
}

// mfaOption is POST /mfaOption: which second factor it shall be.
func (v *visit) mfaOption() error {
	return v.choose(v.postedStep("/mfaOption"), auth.ChallengeSelectMFA)
}

// choose answers a challenge with the factor that a button stands for. What goes wrong
// here can only be tried again from the beginning.
func (v *visit) choose(step web.Step, challenge string) error {
	out, err := v.respond(step, challenge, map[string]string{"ANSWER": v.r.PostForm.Get("answer")})
	if err != nil {
		return v.refused(err, step.Username, func(p problem) error { return v.signInAgain(step.Username, p.text) })
	}
	return v.proceed(out, step.Username)
}
