// Package handlers is the HTTP server: it routes, and serves what people see.
//
//	request ─ id ─ log, metrics ─ recover ─┬─ for the API? ──▶ API (any path, by X-Amz-Target)
//	                                       └─ security headers
//	                                            ├─ oauth.Server: /oauth2/…, /logout, /{pool}/.well-known/…
//	                                            ├─ /_idpond/import/…: signed addresses, no cookies
//	                                            ├─ pages: /login, /signup, /confirm, … (cross-origin posts refused)
//	                                            ├─ /_idpond/: static files, inbox, demo
//	                                            └─ /health, /ready
//
// A page is a method on visit: the adapter (Server.page) has parsed and checked the
// authorization request in the query string, and turns an error into an answer.
// Every step of a sign-in carries that query string along, so nothing is kept on
// the server between the pages. What goes from one page to the next beside it, such
// as the name that somebody signed up with, travels in the cookie page-data.
//
// No rule of signing in or of accounts is here: pages call auth and account, and
// say what came of it in sentences from web (problems.go).
package handlers

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"idpond/assets"
	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/importer"
	"idpond/internal/message"
	"idpond/internal/throttle"
	"idpond/internal/userpool"
	"idpond/oauth"
)

// Server is everything that the HTTP server needs. main fills the fields and calls
// Handler once.
type Server struct {
	OAuth    *oauth.Server     // its Browsers is set by Handler
	Auth     *auth.Service     // signs in on the pages, keeps browser sessions
	Accounts *account.Service  // sign-up, confirmation, forgotten passwords
	API      http.Handler      // the JSON API
	Imports  *importer.Service // files of users come and logs go here; nil: not at all
	Assets   *assets.Files
	Images   Images // of looks and styles; nil: none

	PublicURL      *url.URL // scheme and host that browsers use, without a path
	TrustedProxies []string // CIDRs whose X-Forwarded-For is believed; main has checked them
	Ready          func(context.Context) error

	// What only a developer's server shows is off while its field is empty.
	Inbox   *message.Inbox // /_idpond/inbox
	Demo    *Demo          // /_idpond/demo
	Index   bool           // / for a browser
	Version string         // shown there

	Limiter *throttle.Limiter // nil: rates aren't limited
	Metrics *Metrics          // nil: not counted
	Now     func() time.Time
	Rand    io.Reader
	Log     *slog.Logger

	browsers browsers
}

// Handler wires the routes.
func (s *Server) Handler() http.Handler {
	s.browsers = browsers{auth: s.Auth, secure: s.PublicURL.Scheme != "http" || !userpool.IsLoopback(s.PublicURL.Hostname())}
	s.OAuth.Browsers = s.browsers

	r := chi.NewRouter()
	r.Use(s.withRequestID, s.clientIP(), s.logged, s.recovered, s.apiFirst, s.limited, s.secured)
	r.Get("/health", s.health)
	r.Head("/health", s.health)
	r.Get("/ready", s.ready)
	r.Handle(assets.Prefix+"*", s.Assets)
	s.OAuth.Mount(r)
	s.mountImports(r)
	s.mountImages(r)
	r.Group(func(r chi.Router) {
		protection := http.NewCrossOriginProtection()
		protection.SetDenyHandler(http.HandlerFunc(s.forbidden))
		r.Use(protection.Handler)
		s.mountPages(r)
		r.Get(FeedbackPath, s.askFeedback)
		r.Post(FeedbackPath, s.takeFeedback)
		s.mountDevelopers(r)
	})
	r.NotFound(s.notFound)
	return r
}

// health says that the process answers.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") }

// readyTimeout is how long the database may take to answer.
const readyTimeout = 2 * time.Second

// ready says whether requests can be served: whether the database answers.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.Log.WarnContext(ctx, "not ready", "err", err)
		writeText(w, http.StatusServiceUnavailable, "the database does not answer\n")
		return
	}
	writeText(w, http.StatusOK, "ready\n")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the client is gone: nobody to tell
}
