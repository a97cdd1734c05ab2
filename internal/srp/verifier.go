package srp

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"math/big"
)

// SaltSize is the size of a user's salt in bytes.
const SaltSize = 16

// NewSalt gives a fresh salt. Its first hex digit is never 0: SALT goes to clients
// as a number, and a few of them would count a leading zero as part of it.
func NewSalt() ([]byte, error) {
	salt := make([]byte, SaltSize)
	if _, err := rand.Read(salt); err != nil {
		return nil, fmt.Errorf("srp: no randomness: %w", err)
	}
	salt[0] |= 0x10
	return salt, nil
}

// SaltHex is the SALT of a challenge: the salt as a number in hex.
func SaltHex(salt []byte) string { return new(big.Int).SetBytes(salt).Text(16) }

// PoolName is the part of a pool's id that names the pool in hashes: what stands
// behind the first underscore.
func PoolName(poolID string) string {
	for i := range len(poolID) {
		if poolID[i] == '_' {
			return poolID[i+1:]
		}
	}
	return poolID
}

// privateKey is x of the reference, 32 bytes.
func privateKey(poolName, userID, password string, salt []byte) []byte {
	identity := hash([]byte(poolName), []byte(userID), []byte(":"), []byte(password))
	return hash(pad(new(big.Int).SetBytes(salt)), identity)
}

// NewVerifier gives v = g^x mod N, 384 bytes big-endian: what a server keeps of a
// password. userID is what USER_ID_FOR_SRP will be.
func NewVerifier(poolName, userID, password string, salt []byte) []byte {
	v := theGroup().pow(privateKey(poolName, userID, password, salt))
	return v.FillBytes(make([]byte, groupBytes))
}

// IsVerifier reports whether v, big-endian, can be a verifier that a client made: a
// number of the group that is not 0 or 1.
func IsVerifier(v []byte) bool {
	n := new(big.Int).SetBytes(v)
	return n.Cmp(big.NewInt(1)) > 0 && n.Cmp(theGroup().n) < 0
}

// Check reports whether verifier was made from password.
func Check(poolName, userID, password string, salt, verifier []byte) bool {
	return subtle.ConstantTimeCompare(NewVerifier(poolName, userID, password, salt), verifier) == 1
}

// Simulated is what stands for an unknown user's secrets, so that a challenge for
// a name that nobody has looks and costs like any other (reference: api-behaviour
// §16). No password proves itself against it.
type Simulated struct {
	Salt     []byte
	Verifier []byte
	UserID   string // a UUID
}

// Simulate gives the same for the same key, pool and username every time. The key
// is 32 secret bytes of this use alone.
func Simulate(key []byte, poolID, username string) Simulated {
	salt := simulate(key, "salt", poolID, username)[:SaltSize]
	salt[0] |= 0x10
	id := simulate(key, "id", poolID, username)[:16]
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	// A number below N from a key stream, not a power of g: making one would tell a
	// name that nobody has by the time that it takes. It never leaves the server.
	verifier, err := hkdf.Expand(sha256.New, simulate(key, "verifier", poolID, username), "", groupBytes)
	if err != nil {
		panic(err) // only for more than 255 hashes
	}
	verifier[0] = verifier[0]&0x7f | 0x40
	return Simulated{
		Salt:     salt,
		Verifier: verifier,
		UserID:   fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]),
	}
}

func simulate(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		mac.Write([]byte(p))
	}
	return mac.Sum(nil)
}
