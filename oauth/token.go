package oauth

import (
	"context"
	"net/http"
	"net/url"

	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// grantRequest is a token request whose form is read and whose client is
// authenticated: a grant can't be reached without that.
type grantRequest struct {
	pool   *userpool.Pool
	client *userpool.AppClient
	form   url.Values
}

// grant carries out one grant_type.
type grant func(context.Context, *grantRequest) (*tokens.Set, error)

// grants are all that the token endpoint knows.
func (s *Server) grants() map[string]grant {
	return map[string]grant{
		"authorization_code": s.exchangeCode,
		"refresh_token":      s.refresh,
		"client_credentials": s.clientCredentials,
	}
}

// tokenAnswer is the success answer of the token endpoint (reference:
// hosted-ui-and-oauth §4); there is no scope member.
type tokenAnswer struct {
	IDToken      string `json:"id_token,omitempty"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	TokenType    string `json:"token_type"`
}

// Token is POST /oauth2/token.
func (s *Server) Token(w http.ResponseWriter, r *http.Request) {
	set, err := s.token(w, r)
	if err != nil {
		s.fail(w, r, "token", err)
		return
	}
	s.writeJSON(w, r, http.StatusOK, tokenAnswer{
		IDToken: set.IDToken, AccessToken: set.AccessToken, RefreshToken: set.RefreshToken,
		ExpiresIn: set.ExpiresIn, TokenType: "Bearer",
	})
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) (*tokens.Set, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	name := form.Get("grant_type")
	if name == "" {
		return nil, badRequest(invalidRequest, "")
	}
	carryOut, ok := s.grants()[name]
	if !ok {
		return nil, badRequest("unsupported_grant_type", "")
	}
	pool, client, err := s.authenticate(r, form)
	if err != nil {
		return nil, err
	}
	if name == userpool.OAuthClientCredentials { // sign-ins were counted where they happened
		if err := s.Limiter.Admit(r.Context(), userpool.RateClientAuthentication); err != nil {
			return nil, refused(err)
		}
	}
	return carryOut(r.Context(), &grantRequest{pool: pool, client: client, form: form})
}
