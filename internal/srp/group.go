// Package srp is SRP-6a (RFC 5054) in the dialect that this service speaks
// (reference: api-behaviour §11): group 15 of RFC 3526, SHA-256, integers hashed in
// their shortest positive two's-complement form, and a key derivation of its own.
//
//	password set            sign-in
//	NewVerifier ──▶ v  ──▶  Begin(v) ──▶ SALT, SRP_B
//	                          │
//	                SRP_A ──▶ Key ──▶ Claim.Proven(key, PASSWORD_CLAIM_SIGNATURE)
//
// Both halves of a sign-in hang on SRP_A and B, which are known when the challenge
// is made; the 16-byte key can be computed at once, and is then all that has to be
// remembered, sealed, until the answer comes.
//
// Powers of g come from a table (one multiplication for each byte of the exponent
// and no squaring), so a verifier, and with it the check of a password that was
// sent in the clear, costs about a sixth of an exponentiation. What is left of a
// sign-in's cost is the two exponentiations of Key.
//
// Comparisons take constant time. The arithmetic is that of math/big and does not:
// exponents are fresh for each sign-in or come from a hash of the password.
package srp

import (
	"crypto/sha256"
	"math/big"
	"sync"
)

// primeHex is the 3072-bit MODP prime, group 15 of RFC 3526 §4.
const primeHex = "" +
	"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
	"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
	"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
	"15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
	"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
	"BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"

const (
	generator   = 2
	groupBytes  = 384 // of a number below N
	secretBytes = 32  // of an ephemeral exponent
	maxHex      = 2 * groupBytes
)

// group holds N, k and the powers of g. It is made once and never changes.
type group struct {
	n, k *big.Int
	// powers[i][j-1] is g^(j·256^i): one row for each byte of a 256-bit exponent.
	powers [secretBytes][255]big.Int
}

// theGroup makes the table, 3 MB in some 40 ms, when it is first needed.
var theGroup = sync.OnceValue(newGroup)

func newGroup() *group {
	n, ok := new(big.Int).SetString(primeHex, 16)
	if !ok {
		panic("srp: the prime is not a number")
	}
	k := hashInt(pad(n), pad(big.NewInt(generator)))
	gr := &group{n: n, k: k}
	gr.fill()
	return gr
}

// fill computes the powers into one block of memory.
func (gr *group) fill() {
	size := len(gr.n.Bits())
	words := make([]big.Word, size*secretBytes*255)
	var m multiplier
	base, power := big.NewInt(generator), new(big.Int)
	for i := range gr.powers {
		power.SetInt64(1)
		for j := range gr.powers[i] {
			m.mul(power, power, base, gr.n)
			own := words[:copy(words, power.Bits()):size]
			gr.powers[i][j].SetBits(own)
			words = words[size:]
		}
		m.mul(base, power, base, gr.n)
	}
}

// pow gives g^e mod N for a big-endian exponent of at most 32 bytes.
func (gr *group) pow(e []byte) *big.Int {
	var m multiplier
	result := big.NewInt(1)
	for i := range e {
		if b := e[len(e)-1-i]; b != 0 {
			m.mul(result, result, &gr.powers[i][b-1], gr.n)
		}
	}
	return result
}

// multiplier keeps the memory of modular multiplications from one to the next.
type multiplier struct{ product, quotient big.Int }

// mul sets z to x·y mod n; z may be x or y.
func (m *multiplier) mul(z, x, y, n *big.Int) {
	m.product.Mul(x, y)
	m.quotient.QuoRem(&m.product, n, z)
}

// pad is PAD of the reference: the shortest big-endian form of x whose top bit is clear.
func pad(x *big.Int) []byte {
	b := make([]byte, x.BitLen()/8+1)
	return x.FillBytes(b)
}

func hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func hashInt(parts ...[]byte) *big.Int { return new(big.Int).SetBytes(hash(parts...)) }
