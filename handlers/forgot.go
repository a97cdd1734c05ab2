package handlers

import (
	"net/http"

	"idpond/internal/account"
	"idpond/web"
)

// showForgotPassword is GET /forgotPassword.
func (v *visit) showForgotPassword() error {
	return v.render(http.StatusOK, web.ForgotPasswordPage(v.forgotView(v.q.LoginHint)))
}

func (v *visit) forgotView(username string) web.ForgotPassword {
	return web.ForgotPassword{
		Frame: v.frame(), Action: v.url("/forgotPassword"), SignInURL: v.url("/login"),
		Names: signInNames(v.q.Pool), Username: web.Field{Value: username},
	}
}

// forgotPassword is POST /forgotPassword: it sends a code.
func (v *visit) forgotPassword() error {
	username := v.r.PostForm.Get("username")
	view := v.forgotView(username)
	if username == "" {
		view.Username.Problem = v.text().FillIn()
		return v.render(http.StatusBadRequest, web.ForgotPasswordPage(view))
	}
	to, err := v.Accounts.ForgotPassword(v.r.Context(), v.q.Pool, v.q.Client, username, nil)
	if isInternal(err) {
		return err
	} else if err != nil {
		if p := v.problem(err); p.where == atUsername {
			view.Username.Problem = p.text
		} else {
			view.Problem = p.text
		}
		return v.render(http.StatusBadRequest, web.ForgotPasswordPage(view))
	}
	again := v.r.PostForm.Has("resend")
	v.setPageData(pageData{Username: username, Resent: again}.deliveredTo(to))
	return v.redirect("/confirmforgotPassword")
}

// showResetPassword is GET /confirmforgotPassword, which only other pages lead to.
func (v *visit) showResetPassword() error {
	d, ok := v.pageData()
	if !ok {
		return v.redirect("/forgotPassword")
	}
	return v.render(http.StatusOK, web.ResetPasswordPage(v.resetView(d)))
}

func (v *visit) resetView(d pageData) web.ResetPassword {
	return web.ResetPassword{
		Frame: v.frame(), Action: v.url("/confirmforgotPassword"), ResendAction: v.url("/forgotPassword"), SignInURL: v.url("/login"),
		Username: d.Username, Delivery: d.delivery(), Rules: passwordRules(v.q.Pool), Resent: d.Resent,
	}
}

// resetPassword is POST /confirmforgotPassword: code and new password. Sign-in
// follows, with the new password.
func (v *visit) resetPassword() error {
	d, form := v.postedPageData(), v.r.PostForm
	view := v.resetView(d)
	view.Code.Value = form.Get("code")
	view.PasswordProblem, view.ConfirmProblem = v.passwordTwice()
	if view.Code.Value == "" {
		view.Code.Problem = v.text().FillIn()
	}
	if view.Code.Problem+view.PasswordProblem+view.ConfirmProblem != "" {
		return v.render(http.StatusBadRequest, web.ResetPasswordPage(view))
	}
	err := v.Accounts.ConfirmForgotPassword(v.r.Context(), v.q.Pool, v.q.Client, account.NewPassword{
		Username: d.Username, Code: view.Code.Value, Password: form.Get("password"),
	})
	if isInternal(err) {
		return err
	} else if err != nil {
		switch p := v.problem(err); p.where {
		case atCode:
			view.Code.Problem = p.text
		case atPassword:
			view.PasswordProblem = p.text
		default:
			view.Problem = p.text
		}
		return v.render(http.StatusBadRequest, web.ResetPasswordPage(view))
	}
	return v.toLogin()
}
