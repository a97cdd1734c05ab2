package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"idpond/internal/fault"
)

// forApps wraps an endpoint that apps call from anywhere, also from browsers on
// other sites: it allows that (CORS), answers the preflight, and refuses other
// methods. Nothing here reads a cookie, so every origin may be allowed.
func forApps(methods []string, next http.HandlerFunc) http.Handler {
	limited := forBrowsers(methods, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Amz-User-Agent")
			h.Set("Access-Control-Max-Age", "7200")
			w.WriteHeader(http.StatusOK)
			return
		}
		h.Set("Access-Control-Expose-Headers", "WWW-Authenticate, x-amz-cognito-request-id")
		limited.ServeHTTP(w, r)
	})
}

// forBrowsers refuses other methods, with an empty body as the service does.
func forBrowsers(methods []string, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(methods, r.Method) {
			next(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(methods, ", "))
		w.WriteHeader(http.StatusMethodNotAllowed)
	})
}

// noStore keeps an answer out of every cache, in the service's words (RFC 6749 §5.1).
func noStore(h http.Header) {
	h.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "0")
}

// writeJSON writes an answer that nobody may keep.
func (s *Server) writeJSON(w http.ResponseWriter, r *http.Request, status int, body any) {
	noStore(w.Header())
	s.write(w, r, status, body)
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "answer not encoded", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	if _, err := w.Write(text); err != nil {
		s.Log.DebugContext(r.Context(), "answer not written", "err", err)
	}
}

// fail answers with err; it is the one mapping of this door from faults to RFC
// 6749's errors.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, endpoint string, err error) {
	if _, ok := errors.AsType[*Error](err); !ok {
		err = refused(err)
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		s.Log.Log(r.Context(), fault.Severity(r.Context(), err), "request failed", "endpoint", endpoint, "err", err)
		e = &Error{Status: http.StatusInternalServerError, Code: "server_error"}
	} else {
		s.Log.InfoContext(r.Context(), "request refused", "endpoint", endpoint, "error", e.Code, "code", fault.Of(err).Code)
	}
	s.writeJSON(w, r, e.Status, e)
}
