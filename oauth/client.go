package oauth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// credentials are what a request says of its client (RFC 6749 §2.3.1).
type credentials struct {
	id     string
	secret []string // what the secret may have been; nil when none was sent
	basic  bool
}

// readCredentials takes them from the Authorization header or the body. Both at
// once is an error of the caller.
func readCredentials(r *http.Request, form url.Values) (credentials, error) {
	c := credentials{id: form.Get("client_id")}
	if secret := form.Get("client_secret"); secret != "" {
		c.secret = []string{secret}
	}
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return c, nil
	}
	id, secrets, ok := basicCredentials(headers)
	switch {
	case !ok:
		return c, badRequest("invalid_client", "")
	case c.secret != nil || c.id != "" && c.id != id:
		return c, badRequest(invalidRequest, "")
	}
	return credentials{id: id, secret: secrets, basic: true}, nil
}

// basicCredentials reads a Basic header. RFC 6749 wants id and secret form-encoded
// inside it; most clients don't encode, which differs for a secret with "+" alone,
// so the secret may be either reading.
func basicCredentials(headers []string) (id string, secrets []string, ok bool) {
	scheme, text, _ := strings.Cut(headers[0], " ")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	id, secret, found := strings.Cut(string(raw), ":")
	if len(headers) != 1 || !strings.EqualFold(scheme, "Basic") || err != nil || !found || id == "" {
		return "", nil, false
	}
	secrets = []string{secret}
	if decoded, err := url.QueryUnescape(secret); err == nil && decoded != secret {
		secrets = append(secrets, decoded)
	}
	return id, secrets, true
}

// authenticate finds the client of a request and checks that it is who it says.
// Every grant and the revocation endpoint go through here and nowhere else.
func (s *Server) authenticate(r *http.Request, form url.Values) (*userpool.Pool, *userpool.AppClient, error) {
	c, err := readCredentials(r, form)
	if err != nil {
		return nil, nil, err
	}
	if c.id == "" {
		return nil, nil, badRequest(invalidRequest, "")
	}
	at, err := s.placeOf(r)
	if err != nil {
		return nil, nil, err
	}
	pool, client, err := s.clientAt(r.Context(), at, c.id)
	if fault.Is(err, fault.ResourceNotFound) {
		return nil, nil, badRequest("invalid_client", "")
	} else if err != nil {
		return nil, nil, err
	}
	switch {
	case !client.Confidential() && c.basic:
		return nil, nil, badRequest("invalid_client", "")
	case client.Confidential() && !client.HasSecret(c.secret...), !client.Confidential() && c.secret != nil:
		return nil, nil, badRequest("invalid_client", "invalid_client_secret")
	}
	if err := s.Limiter.AdmitClient(client.ID); err != nil { // only now: a stranger uses nothing of it up
		return nil, nil, refused(err)
	}
	return pool, client, nil
}
