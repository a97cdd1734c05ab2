package oauth

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"

	"idpond/internal/fault"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// configuration is the discovery document, members in the service's order
// (reference: hosted-ui-and-oauth §6; OpenID Connect Discovery 1.0 §3).
type configuration struct {
	AuthorizationEndpoint             string   `json:"authorization_endpoint"`
	EndSessionEndpoint                string   `json:"end_session_endpoint"`
	IDTokenSigningAlgValuesSupported  []string `json:"id_token_signing_alg_values_supported"`
	Issuer                            string   `json:"issuer"`
	JWKSURI                           string   `json:"jwks_uri"`
	ResponseTypesSupported            []string `json:"response_types_supported"`
	RevocationEndpoint                string   `json:"revocation_endpoint"`
	ScopesSupported                   []string `json:"scopes_supported"`
	SubjectTypesSupported             []string `json:"subject_types_supported"`
	TokenEndpoint                     string   `json:"token_endpoint"`
	TokenEndpointAuthMethodsSupported []string `json:"token_endpoint_auth_methods_supported"`
	UserinfoEndpoint                  string   `json:"userinfo_endpoint"`
}

// Discovery is GET /{poolID}/.well-known/openid-configuration.
func (s *Server) Discovery(w http.ResponseWriter, r *http.Request) {
	pool, ok := s.poolOfPath(w, r)
	if !ok {
		return
	}
	base, err := s.endpoints(r.Context(), pool)
	if err != nil {
		s.fail(w, r, "discovery", err)
		return
	}
	s.writePublic(w, r, configuration{
		AuthorizationEndpoint:             base + "/oauth2/authorize",
		EndSessionEndpoint:                base + "/logout",
		IDTokenSigningAlgValuesSupported:  []string{"RS256"},
		Issuer:                            s.Tokens.Issuer.URL(pool),
		JWKSURI:                           s.PublicURL.JoinPath(pool.ID, ".well-known/jwks.json").String(),
		ResponseTypesSupported:            []string{"code", "token"},
		RevocationEndpoint:                base + "/oauth2/revoke",
		ScopesSupported:                   []string{tokens.ScopeOpenID, tokens.ScopeEmail, tokens.ScopePhone, tokens.ScopeProfile},
		SubjectTypesSupported:             []string{"public"},
		TokenEndpoint:                     base + "/oauth2/token",
		TokenEndpointAuthMethodsSupported: []string{"client_secret_basic", "client_secret_post"},
		UserinfoEndpoint:                  base + "/oauth2/userInfo",
	})
}

// JWKS is GET /{poolID}/.well-known/jwks.json (RFC 7517 §5).
func (s *Server) JWKS(w http.ResponseWriter, r *http.Request) {
	pool, ok := s.poolOfPath(w, r)
	if !ok {
		return
	}
	keys, err := s.Tokens.JWKS(r.Context(), pool)
	if err != nil {
		s.fail(w, r, "jwks", err)
		return
	}
	s.writePublic(w, r, json.RawMessage(keys))
}

func (s *Server) poolOfPath(w http.ResponseWriter, r *http.Request) (*userpool.Pool, bool) {
	pool, err := s.Directory.Pool(r.Context(), r.PathValue("pool"))
	if fault.Is(err, fault.ResourceNotFound) {
		s.writeJSON(w, r, http.StatusNotFound, map[string]string{"message": fault.Of(err).Message})
		return nil, false
	} else if err != nil {
		s.fail(w, r, "discovery", err)
		return nil, false
	}
	return pool, true
}

// endpoints is the address that discovery names for a pool's endpoints: its custom
// domain, if that can be reached, else the plain host, which always works. A
// server on loopback can't be what a custom domain leads to.
func (s *Server) endpoints(ctx context.Context, pool *userpool.Pool) (string, error) {
	base := url.URL{Scheme: s.PublicURL.Scheme, Host: s.PublicURL.Host}
	if userpool.IsLoopback(s.PublicURL.Hostname()) {
		return base.String(), nil
	}
	domains, err := s.Directory.PoolDomains(ctx, pool.ID)
	if err != nil {
		return "", err
	}
	for _, d := range domains {
		if d.Custom() {
			base.Host = d.Name
			if port := s.PublicURL.Port(); port != "" {
				base.Host = net.JoinHostPort(d.Name, port)
			}
		}
	}
	return base.String(), nil
}

// writePublic answers with a document that anybody may cache for a while. Keys
// rotate with notice, and clients fetch again when they meet an unknown one.
func (s *Server) writePublic(w http.ResponseWriter, r *http.Request, body any) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	s.write(w, r, http.StatusOK, body)
}
