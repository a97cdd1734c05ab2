package oauth

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxForm bounds the body of a request to the token and revocation endpoints, in bytes.
const maxForm = 64 << 10

// readForm reads a form of RFC 6749 §3.2: parameters in the body, none twice. One
// without a value counts as absent, and what is in the query string is not looked
// at, because it ends up in logs.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, badRequest(invalidRequest, "")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, badRequest(invalidRequest, "")
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			return nil, badRequest(invalidRequest, "")
		}
	}
	return r.PostForm, nil
}

// bearer gives the token of an Authorization header (RFC 6750 §2.1).
func bearer(r *http.Request) (string, bool) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(headers[0], " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != "" && !strings.ContainsAny(token, " ,")
}
