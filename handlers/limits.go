package handlers

import (
	"context"
	"net/http"
	"strings"

	"idpond/assets"
	"idpond/internal/activity"
	"idpond/internal/userpool"
)

// limited holds the pages and the OAuth endpoints to their rates by source, client
// and host (reference: api-behaviour §22.3). Probes, static files and signing keys
// are free.
func (s *Server) limited(next http.Handler) http.Handler {
	if s.Limiter == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		free := path == "/health" || path == "/ready" || strings.HasPrefix(path, assets.Prefix) || strings.HasSuffix(path, "/jwks.json")
		if !free && s.Limiter.AdmitEndpoint(ClientIP(r), r.URL.Query().Get("client_id"), r.Host) != nil {
			w.Header().Set("Retry-After", "1")
			writeText(w, http.StatusTooManyRequests, "too many requests\n")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admit counts what a page's form does in the category that the API's operation
// of the same effect counts in. The fault is TooManyRequests.
func (s *Server) admit(r *http.Request) error {
	if r.Method != http.MethodPost {
		return nil
	}
	return s.Limiter.Admit(r.Context(), pageRate(r.URL.Path))
}

func pageRate(path string) string {
	switch path {
	case "/login":
		return userpool.RateUserAuthentication
	case "/signup", "/confirm":
		return userpool.RateUserCreation
	case "/resendcode":
		return userpool.RateUserResourceRead
	case "/forgotPassword", "/confirmforgotPassword", "/resetPassword":
		return userpool.RateUserAccountRecovery
	}
	return ""
}

// withOrigin makes a request's context say where it came from, for the user's
// history.
func withOrigin(r *http.Request) context.Context {
	return activity.WithOrigin(r.Context(), activity.Origin{IP: ClientIP(r), UserAgent: r.UserAgent(), RequestID: RequestID(r.Context()), Told: true})
}
