package handlers

import (
	"net/http"
	"slices"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/web"
)

// showConfirm is GET /confirm, which only other pages lead to.
func (v *visit) showConfirm() error {
	d, ok := v.pageData()
	if !ok {
		return v.toLogin()
	}
	view := v.confirmView(d)
	if d.Undelivered {
		view.Problem = v.text().CodeNotSent()
	}
	return v.render(http.StatusOK, web.ConfirmPage(view))
}

func (v *visit) confirmView(d pageData) web.Confirm {
	return web.Confirm{
		Frame: v.frame(), Action: v.url("/confirm"), ResendAction: v.url("/resendcode"), SignInURL: v.url("/login"),
		Username: d.Username, Sub: d.Sub, Delivery: d.delivery(), Resent: d.Resent, Link: confirmsByLink(v.q.Pool, d.Medium),
	}
}

// confirmsByLink reports whether sign-ups are confirmed by a link in their message. A
// medium that isn't known is one that the pool has.
func confirmsByLink(p *userpool.Pool, medium string) bool {
	if medium == "" && !slices.Contains(p.Settings.AutoVerifiedAttributes, "phone_number") {
		medium = "EMAIL"
	}
	return medium == "EMAIL" && p.Settings.VerificationMessageTemplate.DefaultEmailOption == "CONFIRM_WITH_LINK"
}

// confirm is POST /confirm: the code of a sign-up. Who has it is signed in right
// away (reference: hosted-ui-and-oauth §9.2).
func (v *visit) confirm() error {
	d, code := v.postedPageData(), v.r.PostForm.Get("code")
	view := v.confirmView(d)
	view.Code.Value = code
	if code == "" {
		view.Code.Problem = v.text().FillIn()
		return v.render(http.StatusBadRequest, web.ConfirmPage(view))
	}
	confirmed, err := v.Accounts.ConfirmSignUp(v.r.Context(), v.q.Pool, v.q.Client, account.Confirmation{Username: d.Username, Code: code})
	if isInternal(err) {
		return err
	} else if err != nil {
		v.problem(err).besideCode(&view.Code, &view.Problem)
		return v.render(http.StatusBadRequest, web.ConfirmPage(view))
	}
	out, err := v.Auth.PageConfirmed(v.r.Context(), v.q.Pool, v.q.Client, confirmed)
	if isInternal(err) {
		return err
	} else if err != nil {
		return v.signInAgain(d.Username, v.problem(err).text)
	}
	return v.welcome(out, d.Username)
}

// resendCode is POST /resendcode.
func (v *visit) resendCode() error {
	d := v.postedPageData()
	to, err := v.Accounts.ResendConfirmationCode(v.r.Context(), v.q.Pool, v.q.Client, d.Username, nil)
	if isInternal(err) {
		return err
	} else if err != nil {
		view := v.confirmView(d)
		view.Problem = v.problem(err).text
		return v.render(http.StatusBadRequest, web.ConfirmPage(view))
	}
	d.Resent = true
	v.setPageData(d.deliveredTo(to))
	return v.redirect("/confirm")
}

// confirmUser is GET /confirmUser, the link in a mail: it carries client, name and
// code, and no authorization request, since it may be opened in another browser.
func (s *Server) confirmUser(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	pool, client, err := s.OAuth.Client(r, query.Get("client_id"))
	if err == nil {
		_, err = s.Accounts.ConfirmSignUp(r.Context(), pool, client, account.Confirmation{
			Username: query.Get("user_name"), Code: query.Get("confirmation_code"),
		})
	}
	switch {
	case isInternal(err):
		s.failed(w, r, err)
	case fault.Is(err, fault.ResourceNotFound):
		s.renderError(w, r, http.StatusBadRequest, web.Error{Detail: "invalid_request"})
	case err != nil:
		s.renderError(w, r, http.StatusBadRequest, web.Error{Detail: s.problem(pool, err).text})
	default:
		view := web.Notice{Frame: s.frame(client.Name)}
		view.Heading, view.Sentence = s.text().ConfirmedHeading(), s.text().Confirmed()
		w.Header().Set("Cache-Control", "no-store")
		render(w, r, http.StatusOK, web.NoticePage(view))
	}
}
