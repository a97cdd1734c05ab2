package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"regexp"
)

// verifierForm is that of a code verifier and of a challenge (RFC 7636 §4.1, §4.2).
var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// challengeFault says what is wrong with the PKCE parameters of an authorization
// request, "" if nothing is. PKCE is never mandatory, and S256 is the only method.
func challengeFault(challenge, method string) string {
	switch {
	case challenge == "" && method == "":
		return ""
	case method == "":
		return "code_challenge_method is required with code_challenge"
	case method != "S256":
		return "code_challenge_method must be S256"
	case challenge == "":
		return "code_challenge is required with code_challenge_method"
	case !verifierForm.MatchString(challenge):
		return "code_challenge is malformed"
	}
	return ""
}

// verified reports whether the verifier belongs to the challenge (RFC 7636 §4.6).
// Without a challenge there must be no verifier: else an attacker who strips the
// challenge from the authorization request goes unnoticed (RFC 9700 §2.1.1).
func verified(challenge, verifier string) bool {
	if challenge == "" || verifier == "" {
		return challenge == verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	return verifierForm.MatchString(verifier) && subtle.ConstantTimeCompare([]byte(want), []byte(challenge)) == 1
}
