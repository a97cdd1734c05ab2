package oauth

import (
	"errors"
	"net/http"

	"idpond/internal/userpool"
)

// Revoke is POST /oauth2/revoke (RFC 7009; reference: hosted-ui-and-oauth §5).
// A token that is unknown or revoked already is revoked as wished.
func (s *Server) Revoke(w http.ResponseWriter, r *http.Request) {
	if err := s.revoke(w, r); err != nil {
		s.fail(w, r, "revoke", err)
		return
	}
	noStore(w.Header())
	w.WriteHeader(http.StatusOK)
}

func (s *Server) revoke(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	pool, client, err := s.authenticate(r, form)
	if e, ok := errors.AsType[*Error](err); ok && e.Code == "invalid_client" {
		// Here, other than at the token endpoint, the status is 401.
		return &Error{Status: http.StatusUnauthorized, Code: e.Code, Description: e.Description}
	} else if err != nil {
		return err
	}
	if err := s.Limiter.Admit(r.Context(), userpool.RateUserToken); err != nil {
		return refused(err)
	}
	token := form.Get("token")
	if token == "" {
		return badRequest(invalidRequest, "")
	}
	return s.Tokens.Revoke(r.Context(), pool, client, token)
}
