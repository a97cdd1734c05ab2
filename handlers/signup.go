package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/web"
)

// showSignUp is GET /signup.
func (v *visit) showSignUp() error { return v.renderSignUp(http.StatusOK, v.signUpView()) }

func (v *visit) renderSignUp(status int, view web.SignUp) error {
	if v.q.Pool.Settings.AdminCreateUserConfig.AllowAdminCreateUserOnly {
		v.renderError(v.w, v.r, http.StatusBadRequest, web.Error{Detail: "SignUp is not permitted for this user pool"})
		return nil
	}
	return v.render(status, web.SignUpPage(view))
}

func (v *visit) signUpView() web.SignUp {
	view := web.SignUp{
		Frame: v.frame(), Action: v.url("/signup"), Names: newNames(v.q.Pool),
		Rules: passwordRules(v.q.Pool), SignInURL: v.url("/login"),
	}
	for _, name := range signUpAttributes(v.q.Pool) {
		view.Attributes = append(view.Attributes, web.Attribute{Name: name})
	}
	return view
}

// signUpAttributes are what the sign-up form asks for beside name and password:
// every required attribute that is not the name itself. When the code of the
// sign-up would have nowhere to go, the first address that the pool verifies is
// asked for too: without it the account could never be confirmed.
func signUpAttributes(p *userpool.Pool) []string {
	set := p.Settings
	var names []string
	for _, a := range set.SchemaAttributes {
		if a.Required && a.Name != "sub" && !slices.Contains(set.UsernameAttributes, a.Name) {
			names = append(names, a.Name)
		}
	}
	reachable := slices.ContainsFunc(set.AutoVerifiedAttributes, func(name string) bool {
		return slices.Contains(names, name) || slices.Contains(set.UsernameAttributes, name)
	})
	if !reachable && len(set.AutoVerifiedAttributes) > 0 {
		names = append(names, set.AutoVerifiedAttributes[0])
	}
	return names
}

// postedAttributes reads the inputs requiredAttributes[NAME] of a form, in the
// order of their names.
func postedAttributes(form url.Values) []web.Attribute {
	var attributes []web.Attribute
	for key := range form {
		name, ok := strings.CutPrefix(key, "requiredAttributes[")
		if name, closed := strings.CutSuffix(name, "]"); ok && closed {
			attributes = append(attributes, web.Attribute{Name: name, Field: web.Field{Value: form.Get(key)}})
		}
	}
	slices.SortFunc(attributes, func(a, b web.Attribute) int { return strings.Compare(a.Name, b.Name) })
	return attributes
}

// signUp is POST /signup.
func (v *visit) signUp() error {
	form := v.r.PostForm
	view := v.signUpView()
	view.Username.Value = form.Get("username")
	password := form.Get("password")
	in := account.NewUser{Username: view.Username.Value, Password: password, Attributes: map[string]string{}}
	missing := false
	fillIn := func(value string, problem *string) {
		if value == "" {
			*problem, missing = v.text().FillIn(), true
		}
	}
	fillIn(in.Username, &view.Username.Problem)
	for i := range view.Attributes {
		a := &view.Attributes[i]
		a.Value = form.Get("requiredAttributes[" + a.Name + "]")
		in.Attributes[a.Name] = a.Value
		fillIn(a.Value, &a.Problem)
	}
	fillIn(password, &view.PasswordProblem)
	if missing {
		return v.renderSignUp(http.StatusBadRequest, view)
	}
	made, err := v.Accounts.SignUp(v.r.Context(), v.q.Pool, v.q.Client, in)
	switch {
	case isInternal(err):
		return err
	case fault.Is(err, fault.CodeDeliveryFailure): // the account exists; another code can be asked for
		v.setPageData(pageData{Username: in.Username, Undelivered: true})
		return v.redirect("/confirm")
	case err != nil:
		return v.signUpRefused(view, v.problem(err))
	}
	return v.signedUp(in, made)
}

func (v *visit) signUpRefused(view web.SignUp, p problem) error {
	switch p.where {
	case atUsername:
		view.Username.Problem = p.text
	case atPassword:
		view.PasswordProblem = p.text
	default:
		if !placeAttribute(view.Attributes, p) {
			view.Problem = p.text
		}
	}
	return v.renderSignUp(http.StatusBadRequest, view)
}

// signedUp goes on from a new account: to the page for its code, or, if it needs
// none, on with the sign-in. An account that waits for an administrator's
// confirmation is told so.
func (v *visit) signedUp(in account.NewUser, made *account.SignedUp) error {
	if made.Delivery != nil {
		v.setPageData(pageData{Username: in.Username, Sub: made.User.ID}.deliveredTo(made.Delivery))
		return v.redirect("/confirm")
	}
	out, err := v.Auth.PageSignIn(v.r.Context(), v.signInOf(in.Username), in.Password)
	if isInternal(err) {
		return err
	} else if err != nil {
		return v.signInAgain(in.Username, v.problem(err).text)
	}
	return v.welcome(out, in.Username)
}
