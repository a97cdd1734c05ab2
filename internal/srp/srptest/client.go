// Package srptest is the client's half of SRP for tests: it computes everything
// from the password, in the plainest way, so that it checks the server's half
// rather than sharing its shortcuts.
package srptest

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"idpond/internal/srp"
)

// Client is one sign-in attempt.
type Client struct {
	a, A, n *big.Int
}

// NewClient makes a client with a random secret.
func NewClient() *Client {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return NewClientWith(secret)
}

// NewClientWith makes a client with the secret exponent a, big-endian.
func NewClientWith(a []byte) *Client {
	c := &Client{a: new(big.Int).SetBytes(a), n: prime()}
	c.A = new(big.Int).Exp(big.NewInt(2), c.a, c.n)
	return c
}

// prime computes group 15 of RFC 3526 from its definition:
// 2^3072 − 2^3008 − 1 + 2^64·(⌊2^2942·π⌋ + 1690314).
func prime() *big.Int {
	power := func(e uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), e) }
	n := new(big.Int).Rsh(pi(2942+64), 64)
	n.Add(n, big.NewInt(1690314)).Lsh(n, 64)
	n.Add(n, power(3072)).Sub(n, power(3008))
	return n.Sub(n, big.NewInt(1))
}

// pi is ⌊2^bits·π⌋, but for the last few bits, by Machin's formula.
func pi(bits uint) *big.Int {
	one := new(big.Int).Lsh(big.NewInt(1), bits)
	arctan := func(x int64) *big.Int { // of 1/x
		term := new(big.Int).Div(one, big.NewInt(x))
		sum, square := new(big.Int).Set(term), big.NewInt(-x*x)
		for i := int64(3); term.Sign() != 0; i += 2 {
			term.Quo(term, square)
			sum.Add(sum, new(big.Int).Quo(term, big.NewInt(i)))
		}
		return sum
	}
	sum := arctan(5)
	sum.Lsh(sum, 2).Sub(sum, arctan(239))
	return sum.Lsh(sum, 2)
}

// PublicHex is SRP_A.
func (c *Client) PublicHex() string { return c.A.Text(16) }

// pad is PAD, by way of hex text as browser clients do it.
func pad(x *big.Int) []byte {
	text := x.Text(16)
	if len(text)%2 == 1 {
		text = "0" + text
	} else if strings.Contains("89abcdef", text[:1]) {
		text = "00" + text
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return b
}

func hash(b ...[]byte) []byte {
	var all []byte
	for _, p := range b {
		all = append(all, p...)
	}
	sum := sha256.Sum256(all)
	return sum[:]
}

// Key is the client's session key from SALT and SRP_B of a challenge.
func (c *Client) Key(poolName, userID, password, salt, serverPublic string) ([]byte, error) {
	s, ok1 := new(big.Int).SetString(salt, 16)
	B, ok2 := new(big.Int).SetString(serverPublic, 16)
	if !ok1 || !ok2 || len(serverPublic) > 768 {
		return nil, fmt.Errorf("srptest: SALT %q or SRP_B %q is not hexadecimal", salt, serverPublic)
	}
	u := new(big.Int).SetBytes(hash(pad(c.A), pad(B)))
	x := new(big.Int).SetBytes(hash(pad(s), hash([]byte(poolName+userID+":"+password))))
	k := new(big.Int).SetBytes(hash(pad(c.n), []byte{2}))

	base := new(big.Int).Exp(big.NewInt(2), x, c.n)
	base.Mul(base, k).Sub(B, base).Mod(base, c.n)
	exponent := new(big.Int).Mul(u, x)
	exponent.Add(exponent, c.a)
	secret := base.Exp(base, exponent, c.n)
	return hkdf.Key(sha256.New, pad(secret), pad(u), "Caldera Derived Key", srp.KeySize)
}
