package handlers

import (
	"net/http"

	"idpond/internal/auth"
	"idpond/internal/userpool"
	"idpond/web"
)

// choosesFactor reports whether the sign-in asks for the name first, because what
// follows depends on it (reference: hosted-ui-and-oauth §9.3): with managed login,
// where client and pool know more first factors than the password.
func (v *visit) choosesFactor() bool {
	return v.q.Managed && v.q.Pool.AllowsPasswordless() && v.q.Client.AllowsFlow(userpool.FlowUser)
}

// begin is the name of a sign-in whose first factor is chosen.
func (v *visit) begin(username string) error {
	out, err := v.Auth.PageChoose(v.r.Context(), v.signInOf(username))
	if err != nil {
		return v.refused(err, username, func(p problem) error { return v.signInAgain(username, p.text) })
	}
	return v.proceed(out, username)
}

// renderFactors shows the page of SELECT_CHALLENGE. Passkeys that this address can't
// use are left out.
func (v *visit) renderFactors(out *auth.PageOutcome, username string) error {
	usable, err := v.passkeysUsable()
	if err != nil {
		return err
	}
	view := web.Choice{Step: v.step("/selectChallenge", username, out.Session), Of: web.FirstFactor}
	for _, name := range out.Choices {
		if name != auth.ChallengeWebAuthn || usable {
			view.Options = append(view.Options, web.Factor(name))
		}
	}
	if len(view.Options) == 0 { // who has no factor has no way in
		return v.signInAgain(username, v.text().IncorrectUsernameOrPassword())
	}
	return v.render(http.StatusOK, web.ChoicePage(view))
}

// selectChallenge is POST /selectChallenge: which first factor it shall be.
func (v *visit) selectChallenge() error {
	return v.choose(v.postedStep("/selectChallenge"), auth.ChallengeSelect)
}

func (v *visit) passwordView(step web.Step) web.PasswordStep {
	view := web.PasswordStep{Step: step}
	if len(v.q.Pool.RecoveryChannels()) > 0 {
		view.ForgotPasswordURL = v.url("/forgotPassword")
	}
	return view
}

// renderPassword shows the page of PASSWORD.
func (v *visit) renderPassword(out *auth.PageOutcome, username string) error {
	return v.render(http.StatusOK, web.PasswordStepPage(v.passwordView(v.step("/verifyPassword", username, out.Session))))
}

// verifyPassword is POST /verifyPassword: the password, after the name.
func (v *visit) verifyPassword() error {
	view, password := v.passwordView(v.postedStep("/verifyPassword")), v.r.PostForm.Get("password")
	if password == "" {
		view.PasswordProblem = v.text().FillIn()
		return v.render(http.StatusBadRequest, web.PasswordStepPage(view))
	}
	out, err := v.respond(view.Step, auth.ChallengePassword, map[string]string{"PASSWORD": password})
	if err != nil {
		return v.refused(err, view.Username, func(p problem) error {
			view.Problem = p.text
			return v.render(http.StatusBadRequest, web.PasswordStepPage(view))
		})
	}
	return v.proceed(out, view.Username)
}
