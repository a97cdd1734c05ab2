package oauth

import (
	"fmt"
	"net/http"

	"idpond/internal/fault"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// UserInfo is GET or POST /oauth2/userInfo (reference: hosted-ui-and-oauth §5;
// OpenID Connect Core 1.0 §5.3). All values of its answer are strings.
func (s *Server) UserInfo(w http.ResponseWriter, r *http.Request) {
	token, ok := bearer(r)
	if !ok {
		s.challenge(w, r, http.StatusBadRequest, "invalid_request", "Bad OAuth2 request at UserInfo Endpoint")
		return
	}
	access, client, err := s.caller(r, token)
	switch {
	case err != nil && fault.Of(err).Code == fault.Internal:
		s.fail(w, r, "userInfo", err)
	case err != nil:
		s.challenge(w, r, http.StatusUnauthorized, "invalid_token",
			"Access token is expired, disabled, or deleted, or the user has globally signed out.")
	case access.Require(tokens.ScopeOpenID) != nil:
		s.challenge(w, r, http.StatusUnauthorized, "invalid_token", "Access token does not contain openid scope")
	default:
		info := tokens.Readable(client, access.User, access.Scopes)
		info["sub"], info["username"] = access.User.ID, access.User.Username
		s.writeJSON(w, r, http.StatusOK, info)
	}
}

// caller checks an access token; on a pool's own host only that pool's are good.
func (s *Server) caller(r *http.Request, token string) (*tokens.Access, *userpool.AppClient, error) {
	access, err := s.Tokens.CheckAccess(r.Context(), token)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.placeOf(r)
	if err != nil {
		return nil, nil, err
	}
	_, client, err := s.clientAt(r.Context(), at, access.ClientID)
	return access, client, err
}

// challenge refuses with a WWW-Authenticate header of the service's form and the
// same two members as body.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request, status int, code, description string) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf("error=%q, error_description=%q", code, description))
	s.writeJSON(w, r, status, &Error{Code: code, Description: description})
}
