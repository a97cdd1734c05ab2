package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
)

// requestIDKey is the context key of the request's id.
type requestIDKey struct{}

// RequestID gives the id of the request that ctx belongs to: the one in its
// x-amz-cognito-request-id header (and the API's x-amzn-RequestId) and in the log.
// It is "" outside a request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// withRequestID gives each request a fresh id. What a client sends is not
// believed: two requests must not look like one in the log.
func (s *Server) withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := uuid.NewRandomFromReader(s.Rand)
		if err != nil {
			s.Log.ErrorContext(r.Context(), "no randomness", "err", err)
		}
		w.Header().Set("X-Amz-Cognito-Request-Id", id.String())
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id.String())))
	})
}

// recovered turns a panic into an internal error, logged with its stack.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				s.Log.ErrorContext(r.Context(), "panic", "request", RequestID(r.Context()), "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// clientIP remembers who asks. X-Forwarded-For counts only when it comes from a
// proxy that the operator named.
func (s *Server) clientIP() func(http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	return middleware.ClientIPFromXFF(s.TrustedProxies...)
}

// ClientIP gives the address that a request of this door came from.
func ClientIP(r *http.Request) string { return middleware.GetClientIP(r.Context()) }

// logged writes the access log and counts the request. The query string stays out
// of both: codes, tokens and states travel in it.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		start := time.Now()
		next.ServeHTTP(answer, r)
		took, status := time.Since(start), answer.Status()
		if status == 0 {
			status = http.StatusOK
		}
		if s.Metrics != nil {
			s.Metrics.observeHTTP(r, status, took)
		}
		if ctx := r.Context(); s.Log.Enabled(ctx, slog.LevelInfo) {
			s.Log.LogAttrs(ctx, slog.LevelInfo, "request",
				slog.String("id", RequestID(ctx)), slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", status), slog.Int("bytes", answer.BytesWritten()), slog.Duration("took", took),
				slog.String("client", middleware.GetClientIP(ctx)))
		}
	})
}

// policy is the Content-Security-Policy of every page: our own style sheet and
// script, nothing inline, nothing from elsewhere. It has no form-action, because
// browsers apply that to the redirects which follow a form too, and a sign-in
// ends at the app, wherever that sends the browser next.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// secured sets the headers that keep a browser from doing more with an answer
// than it is meant for. Referrer-Policy is not no-referrer, which would make
// browsers send forms with Origin: null; there is no Cross-Origin-Opener-Policy,
// because apps that sign in through a popup would lose it on the way.
func (s *Server) secured(next http.Handler) http.Handler {
	overTLS := s.PublicURL.Scheme == "https"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if overTLS {
			h.Set("Strict-Transport-Security", "max-age=31536000 ; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// apiFirst sends what is meant for the JSON API there, whatever path it came to:
// SDKs add "/" to an endpoint URL that may have a path of its own. The API reads no
// cookie, and no form can send the header that names an operation, so it needs no
// protection from other sites.
func (s *Server) apiFirst(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forAPI(r) {
			s.API.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

func forAPI(r *http.Request) bool {
	switch r.Method {
	case http.MethodPost:
		return r.URL.Path == "/" || len(r.Header.Values("X-Amz-Target")) > 0
	case http.MethodOptions:
		return r.URL.Path == "/" || strings.Contains(strings.ToLower(r.Header.Get("Access-Control-Request-Headers")), "x-amz-target")
	}
	return false
}

// operationOf names a request for the metrics: the route's pattern, so that there
// are only as many names as there are routes.
func operationOf(r *http.Request) string {
	if forAPI(r) {
		return "" // the API counts by its own operations
	}
	if c := chi.RouteContext(r.Context()); c != nil {
		if pattern := c.RoutePattern(); pattern != "" && !strings.HasSuffix(pattern, "*") {
			return r.Method + " " + pattern
		}
	}
	return "other"
}
