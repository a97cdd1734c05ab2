package srp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
)

// ErrPublic is returned for an SRP_A that is no number or one that is not allowed.
var ErrPublic = errors.New("srp: SRP_A is not a hexadecimal number of at most 768 digits that differs from zero modulo N")

// KeySize is the size of a session key in bytes.
const KeySize = 16

// Public is a client's public value A.
type Public struct{ a *big.Int }

// ParsePublic reads SRP_A: 1 to 768 hexadecimal digits, not a multiple of N
// (with A = 0 anybody would know the key). ErrPublic otherwise.
func ParsePublic(text string) (Public, error) {
	if text == "" || len(text) > maxHex || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return Public{}, ErrPublic
	}
	a, ok := new(big.Int).SetString(text, 16)
	// 768 digits hold less than 2N, so N is the only multiple beside 0.
	if !ok || a.Sign() == 0 || a.Cmp(theGroup().n) == 0 {
		return Public{}, ErrPublic
	}
	return Public{a}, nil
}

// Exchange is the server's half of one sign-in: its ephemeral secret b and what
// follows from it. It serves one Key and is then thrown away.
type Exchange struct {
	verifier  *big.Int
	secret    *big.Int // b
	public    *big.Int // B
	publicPad []byte
}

// Begin starts an exchange against a verifier that NewVerifier made.
func Begin(verifier []byte) (*Exchange, error) { return begin(verifier, rand.Reader) }

func begin(verifier []byte, random io.Reader) (*Exchange, error) {
	gr := theGroup()
	v := new(big.Int).SetBytes(verifier)
	if v.Sign() == 0 || v.Cmp(gr.n) >= 0 {
		return nil, errors.New("srp: the verifier is not a number of the group")
	}
	var b [secretBytes]byte
	var m multiplier
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, fmt.Errorf("srp: no randomness: %w", err)
		}
		public := new(big.Int)
		m.mul(public, gr.k, v, gr.n)
		public.Add(public, gr.pow(b[:]))
		if public.Cmp(gr.n) >= 0 {
			public.Sub(public, gr.n)
		}
		if public.Sign() != 0 {
			return &Exchange{v, new(big.Int).SetBytes(b[:]), public, pad(public)}, nil
		}
	}
}

// PublicHex is SRP_B, at most 768 hexadecimal digits.
func (e *Exchange) PublicHex() string { return e.public.Text(16) }

// Key gives the key of 16 bytes that only a client who knows the password has too:
// S = (A·v^u)^b, then HKDF.
func (e *Exchange) Key(client Public) []byte {
	n := theGroup().n
	u := hashInt(pad(client.a), e.publicPad)
	s := new(big.Int).Exp(e.verifier, u, n)
	var m multiplier
	m.mul(s, client.a, s, n)
	s.Exp(s, e.secret, n)
	return deriveKey(u, s)
}

// deriveKey is HKDF-SHA256 (RFC 5869) with salt u, input S and the dialect's own
// info, cut to 16 bytes.
func deriveKey(u, s *big.Int) []byte {
	extract := hmac.New(sha256.New, pad(u))
	extract.Write(pad(s))
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write([]byte("Caldera Derived Key\x01"))
	return expand.Sum(nil)[:KeySize]
}
