package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"idpond/internal/auth"
	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/oauth"
	"idpond/web"
)

// maxForm bounds the body of a page's form, in bytes.
const maxForm = 256 << 10

func (s *Server) mountPages(r chi.Router) {
	r.Get("/login", s.page((*visit).showLogin))
	r.Post("/login", s.page((*visit).login))
	r.Get("/login/continue", s.page((*visit).showContinue))
	r.Post("/login/continue", s.page((*visit).continueSession))
	s.mountSteps(r, map[string]func(*visit) error{
		"/mfa": (*visit).mfa, "/mfaOption": (*visit).mfaOption, "/mfaRegister": (*visit).mfaRegister,
		"/selectChallenge": (*visit).selectChallenge, "/verifyPassword": (*visit).verifyPassword, "/verifyCode": (*visit).verifyCode,
		"/login/passkey": (*visit).passkey,
	})
	r.Get("/passkeys/add", s.page((*visit).showAddPasskey))
	r.Post("/passkeys/add", s.page((*visit).addPasskey))
	r.Get("/resetPassword", s.page((*visit).toLogin))
	r.Post("/resetPassword", s.page((*visit).newPassword))
	r.Get("/signup", s.page((*visit).showSignUp))
	r.Post("/signup", s.page((*visit).signUp))
	r.Get("/confirm", s.page((*visit).showConfirm))
	r.Post("/confirm", s.page((*visit).confirm))
	r.Get("/resendcode", s.page((*visit).toLogin))
	r.Post("/resendcode", s.page((*visit).resendCode))
	r.Get("/forgotPassword", s.page((*visit).showForgotPassword))
	r.Post("/forgotPassword", s.page((*visit).forgotPassword))
	r.Get("/confirmforgotPassword", s.page((*visit).showResetPassword))
	r.Post("/confirmforgotPassword", s.page((*visit).resetPassword))
	r.Get("/confirmUser", s.confirmUser)
	r.Get("/error", s.showError)
}

// mountSteps mounts pages between the first and the last one of a sign-in, which only
// forms lead to.
func (s *Server) mountSteps(r chi.Router, posts map[string]func(*visit) error) {
	for path, post := range posts {
		r.Get(path, s.page((*visit).toLogin))
		r.Post(path, s.page(post))
	}
}

// visit is one request to a page, with the authorization request that it serves.
type visit struct {
	*Server
	w http.ResponseWriter
	r *http.Request
	q *oauth.Request
}

// page makes a page's method a handler. Its error is an *oauth.Refusal,
// auth.ErrTookTooLong, or internal; what a user can put right is no error but a page.
func (s *Server) page(serve func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			s.renderError(w, r, http.StatusBadRequest, web.Error{})
			return
		}
		q, err := s.OAuth.ParsePage(r)
		if err == nil && !q.UsesPages() {
			s.renderError(w, r, http.StatusUnauthorized, web.Error{Detail: noSuchOption})
			return
		}
		if err == nil && s.admit(r) != nil {
			s.renderError(w, r, http.StatusTooManyRequests, web.Error{Detail: s.text().TooManyAttempts()})
			return
		}
		if err == nil {
			err = serve(&visit{s, w, r.WithContext(withOrigin(r)), q})
		}
		if err != nil {
			s.pageFailed(w, r, err)
		}
	}
}

// pageFailed answers for a page that can't be shown.
func (s *Server) pageFailed(w http.ResponseWriter, r *http.Request, err error) {
	t := s.text()
	if errors.Is(err, auth.ErrTookTooLong) {
		s.renderError(w, r, http.StatusBadRequest, web.Error{Detail: t.SessionEnded(), Back: web.Link{Text: t.BackToSignIn(), URL: "/login?" + r.URL.RawQuery}})
		return
	}
	if _, ok := errors.AsType[*oauth.Refusal](err); ok {
		s.OAuth.Refuse(w, r, err)
		return
	}
	s.failed(w, r, err)
}

// noSuchOption is the service's text for a provider that a client doesn't have.
const noSuchOption = "Login option is not available. Please try another one"

// text is the language of the pages.
func (s *Server) text() web.Messages { return web.English{} }

// frame is what the pages of an app have in common; app is "" outside one.
func (s *Server) frame(app string) web.Frame {
	return web.Frame{
		Text: s.text(), App: app,
		Stylesheet: s.Assets.URL("idpond.css"), Script: s.Assets.URL("idpond.js"), PasskeyScript: s.Assets.URL("passkeys.js"), Icon: s.Assets.URL("favicon.svg"),
	}
}

func (v *visit) frame() web.Frame { return v.Server.frame(v.q.Client.Name) }

// url is another page of the same visit.
func (v *visit) url(path string) string { return path + "?" + v.q.Query }

func (v *visit) redirect(path string) error {
	http.Redirect(v.w, v.r, v.url(path), http.StatusFound)
	return nil
}

// toLogin is for addresses that only forms lead to, when they are opened directly.
func (v *visit) toLogin() error { return v.redirect("/login") }

func (v *visit) render(status int, page templ.Component) error {
	render(v.w, v.r, status, page)
	return nil
}

func render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	templ.Handler(page, templ.WithStatus(status)).ServeHTTP(w, r)
}

// finish signs the browser in and sends it to the app.
func (v *visit) finish(u *userpool.User, authTime time.Time) error {
	session := &auth.BrowserSession{User: u, AuthTime: authTime}
	if err := v.browsers.signIn(v.w, v.r, v.q.Pool.ID, session); err != nil {
		return err
	}
	return v.answer(session)
}

// answer sends a signed-in browser where the visit is to lead: to the app, with what it
// asked for, or to the page that the sign-in was only needed for.
func (v *visit) answer(signedIn *auth.BrowserSession) error {
	if page, ok := v.addPasskeyURL(); ok {
		http.Redirect(v.w, v.r, page, http.StatusFound)
		return nil
	}
	location, err := v.OAuth.Answer(v.r.Context(), v.q, signedIn.User, signedIn.AuthTime)
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.r, location, http.StatusFound)
	return nil
}

// signInNames is what the pool's users sign in with.
func signInNames(p *userpool.Pool) web.SignInNames {
	return web.SignInNames{
		Username: len(p.Settings.UsernameAttributes) == 0,
		Email:    p.IsAlias("email"),
		Phone:    p.IsAlias("phone_number"),
	}
}

// newNames is what a new account's name may be: an alias is not chosen, it follows
// from the attributes.
func newNames(p *userpool.Pool) web.SignInNames {
	if len(p.Settings.UsernameAttributes) == 0 {
		return web.SignInNames{Username: true}
	}
	return signInNames(p)
}

func passwordRules(p *userpool.Pool) web.PasswordRules {
	policy := p.Settings.Policies.PasswordPolicy
	return web.PasswordRules{
		MinLength: policy.MinimumLength, Lower: policy.RequireLowercase, Upper: policy.RequireUppercase,
		Number: policy.RequireNumbers, Symbol: policy.RequireSymbols,
	}
}

// isInternal reports whether err is nobody's business but the log's.
func isInternal(err error) bool {
	return err != nil && fault.Of(err).Code == fault.Internal
}
