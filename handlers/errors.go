package handlers

import (
	"net/http"
	"slices"

	"idpond/internal/fault"
	"idpond/web"
)

// showError is GET /error, where requests end whose redirect URI can't be trusted
// (reference: hosted-ui-and-oauth §3.1, §9.2).
func (s *Server) showError(w http.ResponseWriter, r *http.Request) {
	s.renderError(w, r, http.StatusBadRequest, web.Error{Detail: knownError(r.URL.Query().Get("error"))})
}

// knownError gives text back if it is one of ours. Anybody can make a link to this
// page; it must not say what they like.
func knownError(text string) string {
	known := []string{
		"Required parameters missing", "redirect_mismatch", "invalid_request", "unauthorized_client", "invalid_scope",
		"server_error", "access_denied", "Invalid state",
	}
	if slices.Contains(known, text) {
		return text
	}
	return ""
}

// forbidden refuses a form that another site sent.
func (s *Server) forbidden(w http.ResponseWriter, r *http.Request) {
	s.renderError(w, r, http.StatusForbidden, web.Error{Kind: web.Forbidden})
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.renderError(w, r, http.StatusNotFound, web.Error{Kind: web.NotFound})
}

// failed answers a page that an internal error kept from being served.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.Log(r.Context(), fault.Severity(r.Context(), err), "page failed", "request", RequestID(r.Context()), "path", r.URL.Path, "err", err)
	s.renderError(w, r, http.StatusInternalServerError, web.Error{Detail: s.text().TryAgainLater()})
}

func (s *Server) renderError(w http.ResponseWriter, r *http.Request, status int, page web.Error) {
	page.Frame = s.frame("")
	w.Header().Set("Cache-Control", "no-store")
	render(w, r, status, web.ErrorPage(page))
}
