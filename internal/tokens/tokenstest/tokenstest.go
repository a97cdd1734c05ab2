// Package tokenstest helps tests that need tokens: RSA keys that cost nothing and
// are always the same, and a look into a JWT.
package tokenstest

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"sync/atomic"
	"testing"
)

// keysPEM are four RSA-2048 keys that protect nothing.
//
//go:embed keys.pem
var keysPEM []byte

// Source is a tokens.KeySource that gives four fixed keys in turn.
type Source struct{ taken atomic.Int64 }

// Take gives the next key.
func (s *Source) Take(context.Context) (*rsa.PrivateKey, error) {
	n := (s.taken.Add(1) - 1) % 4
	rest := keysPEM
	for {
		block, more := pem.Decode(rest)
		if n == 0 {
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, err
			}
			return key.(*rsa.PrivateKey), nil
		}
		n, rest = n-1, more
	}
}

// Taken is how many keys were taken.
func (s *Source) Taken() int { return int(s.taken.Load()) }

// Claims gives the claims of a JWT without checking it.
func Claims(t testing.TB, token string) map[string]any {
	t.Helper()
	return decode(t, token, 1)
}

// Header gives the JOSE header of a JWT.
func Header(t testing.TB, token string) map[string]any {
	t.Helper()
	return decode(t, token, 0)
}

func decode(t testing.TB, token string, part int) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %q", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		t.Fatalf("not a JWT: %v", err)
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("not a JWT: %v", err)
	}
	return out
}
