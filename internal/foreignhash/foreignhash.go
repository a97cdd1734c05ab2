// Package foreignhash reads and checks password hashes that another system made:
// those of an import with password hashes. It makes none.
//
// A hash is kept as its text until its user first gives the right password, which
// is then kept in the server's own way. The text says what kind it is:
//
//	BCRYPT         $2b$12$<salt><hash>  (2a, 2b, 2y)
//	SCRYPT         $scrypt$ln=15,r=8,p=1$<salt>$<hash>
//	ARGON2ID       $argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>
//	PBKDF2_SHA256  $pbkdf2-sha256$29000$<salt>$<hash>          (as passlib writes it)
//	               $pbkdf2-sha256$i=29000,l=32$<salt>$<hash>   (PHC string)
//	               pbkdf2_sha256$600000$<salt>$<hash>          (as Django writes it)
//
// Whoever wrote the text chose what checking it costs, and everybody may then
// have it checked by trying to sign in, so every cost has an upper bound: about
// one second of one core and 128 MiB.
package foreignhash

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// Algorithm is what made a hash, by the API's names.
type Algorithm string

// The algorithms (reference: api-behaviour §20.7).
const (
	BCRYPT       Algorithm = "BCRYPT"
	SCRYPT       Algorithm = "SCRYPT"
	ARGON2ID     Algorithm = "ARGON2ID"
	PBKDF2SHA256 Algorithm = "PBKDF2_SHA256"
)

// What a hash may cost at most.
const (
	maxBcryptCost  = 14
	maxScryptBytes = 128 << 20 // 128 N r: memory
	maxScryptWork  = 1 << 21   // N r p: time
	maxArgonKiB    = 128 << 10
	maxArgonWork   = 1 << 20 // KiB times passes
	maxLanes       = 16
	maxIterations  = 2_000_000
	maxText        = 512 // bytes of the whole text
)

var (
	// ErrForm is returned for text that is no hash of a kind that is known.
	ErrForm = errors.New("foreignhash: not a password hash of a known form")
	// ErrCost is returned for a hash that would cost too much, or next to nothing.
	ErrCost = errors.New("foreignhash: the parameters of the hash are out of bounds")
)

// Hash is one password hash. Only Parse makes one.
type Hash struct {
	algorithm Algorithm
	derive    func(password string) ([]byte, error)
	key       []byte
}

// Algorithm says what made h.
func (h Hash) Algorithm() Algorithm { return h.algorithm }

// Matches reports whether password is the one that was hashed. It takes as long as
// the hash's parameters say, with as much memory.
func (h Hash) Matches(password string) bool {
	key, err := h.derive(password)
	return err == nil && subtle.ConstantTimeCompare(key, h.key) == 1
}

// Parse reads a hash. Errors: ErrForm, ErrCost.
func Parse(text string) (Hash, error) {
	if len(text) > maxText {
		return Hash{}, ErrForm
	}
	parts := strings.Split(text, "$")
	switch {
	case bcryptForm.MatchString(text):
		return parseBcrypt(text)
	case len(parts) == 5 && parts[0] == "" && parts[1] == "scrypt":
		return parseScrypt(parts[2], parts[3], parts[4])
	case len(parts) == 6 && parts[0] == "" && parts[1] == "argon2id" && parts[2] == "v="+strconv.Itoa(argon2.Version):
		return parseArgon2id(parts[3], parts[4], parts[5])
	case len(parts) == 5 && parts[0] == "" && parts[1] == "pbkdf2-sha256":
		return parsePBKDF2(parts[2], parts[3], parts[4])
	case len(parts) == 4 && parts[0] == "pbkdf2_sha256":
		return parseDjango(parts[1], parts[2], parts[3])
	}
	return Hash{}, ErrForm
}

// bcryptForm is cost, 22 characters of salt and 31 of hash.
var bcryptForm = regexp.MustCompile(`^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$`)

func parseBcrypt(text string) (Hash, error) {
	cost, err := bcrypt.Cost([]byte(text))
	if err != nil || cost > maxBcryptCost {
		return Hash{}, ErrCost
	}
	return Hash{BCRYPT, func(password string) ([]byte, error) {
		return nil, bcrypt.CompareHashAndPassword([]byte(text), []byte(password))
	}, nil}, nil
}

func parseScrypt(parameters, salt64, key64 string) (Hash, error) {
	n, ok := numbers(parameters, "ln", "r", "p")
	salt, key, err := saltAndKey(salt64, key64)
	if !ok || err != nil {
		return Hash{}, ErrForm
	}
	ln, r, p := n[0], n[1], n[2]
	if ln < 1 || ln > 20 || r < 1 || r > 64 || p < 1 || p > maxLanes ||
		128*r<<ln > maxScryptBytes || r*p<<ln > maxScryptWork {
		return Hash{}, ErrCost
	}
	return Hash{SCRYPT, func(password string) ([]byte, error) {
		return scrypt.Key([]byte(password), salt, 1<<ln, r, p, len(key))
	}, key}, nil
}

func parseArgon2id(parameters, salt64, key64 string) (Hash, error) {
	n, ok := numbers(parameters, "m", "t", "p")
	salt, key, err := saltAndKey(salt64, key64)
	if !ok || err != nil {
		return Hash{}, ErrForm
	}
	m, t, p := n[0], n[1], n[2]
	if p < 1 || p > maxLanes || m < 8*p || m > maxArgonKiB || t < 1 || t > maxArgonWork || m*t > maxArgonWork {
		return Hash{}, ErrCost
	}
	return Hash{ARGON2ID, func(password string) ([]byte, error) {
		return argon2.IDKey([]byte(password), salt, uint32(t), uint32(m), uint8(p), uint32(len(key))), nil
	}, key}, nil
}

func parsePBKDF2(parameters, salt64, key64 string) (Hash, error) {
	salt, key, err := saltAndKey(salt64, key64)
	if err != nil {
		return Hash{}, ErrForm
	}
	if n, ok := numbers(parameters, "i"); ok {
		return pbkdf2Hash(n[0], salt, key)
	}
	if n, ok := numbers(parameters, "i", "l"); ok && n[1] == len(key) {
		return pbkdf2Hash(n[0], salt, key)
	}
	n, ok := number(parameters)
	if !ok {
		return Hash{}, ErrForm
	}
	return pbkdf2Hash(n, salt, key)
}

// parseDjango reads a hash whose salt is plain text.
func parseDjango(iterations, salt, key64 string) (Hash, error) {
	n, ok := number(iterations)
	key, err := decode(key64)
	if !ok || err != nil || salt == "" || !sound(len(key)) {
		return Hash{}, ErrForm
	}
	return pbkdf2Hash(n, []byte(salt), key)
}

func pbkdf2Hash(iterations int, salt, key []byte) (Hash, error) {
	if iterations < 1 || iterations > maxIterations {
		return Hash{}, ErrCost
	}
	return Hash{PBKDF2SHA256, func(password string) ([]byte, error) {
		return pbkdf2.Key(sha256.New, password, salt, iterations, len(key))
	}, key}, nil
}
