package account_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

const passkeyChallenge = "Y2hhbGxlbmdl"

var passkeyOwner = &userpool.User{PoolID: pool.ID, ID: "sub-1", Username: "ada"}

// signedAssertion makes a passkey of example.org and the answer to passkeyChallenge that
// is signed with it.
func signedAssertion(t testing.TB) (*account.PasskeySignIn, []byte) {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32)) // always the same, so that all who fuzz agree
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes() // 4, X, Y
	if err != nil {
		t.Fatal(err)
	}
	// COSE_Key of RFC 9053 §7.1.1: EC2, ES256, P-256, x, y.
	cose := slices.Concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:])
	party := sha256.Sum256([]byte("example.org"))
	data := binary.BigEndian.AppendUint32(append(party[:], 1|1<<2), 7)
	client := []byte(`{"type":"webauthn.get","challenge":"` + passkeyChallenge + `","origin":"https://example.org"}`)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(slices.Concat(data, hash[:]))
	signature, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString
	answer, err := json.Marshal(map[string]any{"type": "public-key", "id": "a2V5", "rawId": "a2V5", "response": map[string]any{
		"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature), "userHandle": text([]byte("sub-1")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &account.PasskeySignIn{RelyingPartyID: "example.org", Passkeys: []*store.Passkey{
		{PoolID: pool.ID, UserID: "sub-1", ID: "a2V5", PublicKey: cose, RelyingPartyID: "example.org", UserVerified: true},
	}}, answer
}

func TestPasskeyUse(t *testing.T) {
	in, answer := signedAssertion(t)
	got, err := in.Take(passkeyOwner, passkeyChallenge, answer)
	if diff := cmp.Diff(&account.PasskeyUse{ID: "a2V5", SignCount: 7, UserVerified: true}, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	in.Passkeys[0].UserVerified = false // then the verification of today is not trusted
	if got, err = in.Take(passkeyOwner, passkeyChallenge, answer); err != nil || got.UserVerified {
		t.Errorf("%+v, error %v", got, err)
	}
}

// FuzzPasskeyAnswer: no answer makes the check fall over, and of answers that differ in
// what was signed or by whom none is taken.
func FuzzPasskeyAnswer(f *testing.F) {
	in, right := signedAssertion(f)
	f.Add(right)
	f.Add(bytes.Replace(right, []byte(`"userHandle"`), []byte(`"x"`), 1))
	f.Add([]byte(`{"type":"public-key","id":"a2V5","rawId":"a2V5","response":{"clientDataJSON":"e30","authenticatorData":"` +
		strings.Repeat("_", 200) + `","signature":"AA","userHandle":null}}`))
	f.Add([]byte(`null`))
	type parts struct {
		RawID    string
		Response struct{ ClientDataJSON, AuthenticatorData, Signature string }
	}
	read := func(t *testing.T, text []byte) (p parts) {
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*string{&p.RawID, &p.Response.ClientDataJSON, &p.Response.AuthenticatorData, &p.Response.Signature} {
			decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(*s, "="))
			if err != nil {
				t.Fatal(err)
			}
			*s = string(decoded)
		}
		return p
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		used, err := in.Take(passkeyOwner, passkeyChallenge, answer)
		switch {
		case err == nil && used == nil, err != nil && used != nil:
			t.Errorf("%v and error %v", used, err)
		case err != nil && !errors.Is(err, account.ErrPasskeyRefused) && !fault.Is(err, fault.InvalidParameter):
			t.Errorf("error %v", err)
		case err == nil:
			if diff := cmp.Diff(read(t, right), read(t, answer)); diff != "" {
				t.Errorf("taken, but not what was signed:\n%s", diff)
			}
		}
	})
}

// partyDomains is account.Domains.
type partyDomains []*userpool.Domain

func (d partyDomains) PoolDomains(context.Context, string) ([]*userpool.Domain, error) { return d, nil }

func TestRelyingParty(t *testing.T) {
	own := &userpool.Pool{ID: pool.ID}
	own.Settings.WebAuthnConfiguration = &userpool.WebAuthnConfig{RelyingPartyId: "own.org"}
	prefix := &userpool.Domain{Name: "harbour"}
	custom := &userpool.Domain{Name: "login.example.org", CertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1"}
	for _, tt := range []struct {
		name    string
		pool    *userpool.Pool
		domains account.Domains
		want    string
	}{
		{"nothing", pool, nil, ""},
		{"no domain", pool, partyDomains{}, ""},
		{"its own", own, partyDomains{prefix, custom}, "own.org"},
		{"its own, without domains", own, nil, "own.org"},
		{"a prefix", pool, partyDomains{prefix}, "harbour.auth.id.example.net"},
		{"a custom domain before a prefix", pool, partyDomains{prefix, custom}, "login.example.org"},
	} {
		s := &account.Service{Domains: tt.domains, PagesHost: "id.example.net"}
		if got, err := s.RelyingParty(t.Context(), tt.pool); got != tt.want || err != nil {
			t.Errorf("%s: %q, error %v, want %q", tt.name, got, err, tt.want)
		}
	}
}
