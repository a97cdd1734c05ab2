package tokens

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Signer is one private key. crypto/rsa does it at first; a faster one can take
// its place.
type Signer interface {
	Public() *rsa.PublicKey
	// Sign gives the PKCS #1 v1.5 signature of a SHA-256 digest.
	Sign(digest []byte) ([]byte, error)
}

// NewSigner signs with crypto/rsa.
func NewSigner(key *rsa.PrivateKey) Signer { return rsaSigner{key} }

type rsaSigner struct{ key *rsa.PrivateKey }

func (s rsaSigner) Public() *rsa.PublicKey { return &s.key.PublicKey }

func (s rsaSigner) Sign(digest []byte) ([]byte, error) {
	return rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, digest)
}

// signingKey is a Signer with its name, ready to make JWTs whose header has alg and
// kid and nothing else.
type signingKey struct {
	kid    string
	public *rsa.PublicKey
	jws    jose.Signer
}

func newSigningKey(kid string, s Signer) (*signingKey, error) {
	o := opaqueSigner{kid: kid, signer: s}
	jws, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: o}, nil)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	return &signingKey{kid: kid, public: s.Public(), jws: jws}, nil
}

// sign gives the claims as a signed JWT.
func (k *signingKey) sign(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("tokens: %w", err)
	}
	signed, err := k.jws.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("tokens: %w", err)
	}
	return signed.CompactSerialize()
}

// opaqueSigner is a Signer as go-jose takes it.
type opaqueSigner struct {
	kid    string
	signer Signer
}

func (o opaqueSigner) Public() *jose.JSONWebKey {
	return &jose.JSONWebKey{Key: o.signer.Public(), KeyID: o.kid, Algorithm: string(jose.RS256), Use: "sig"}
}

func (o opaqueSigner) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{jose.RS256} }

func (o opaqueSigner) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	digest := sha256.Sum256(payload)
	return o.signer.Sign(digest[:])
}
