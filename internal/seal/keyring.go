package seal

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Keyring is a set of numbered keys, at least one. It never changes and is safe
// for use by several goroutines.
type Keyring struct {
	keys []ringKey // by rising id
}

type ringKey struct {
	id     uint16
	secret []byte
	sealer *sealer
}

// NewKeyring makes a ring with one fresh key, number 1.
func NewKeyring() (*Keyring, error) {
	secret := make([]byte, KeySize)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("seal: no randomness: %w", err)
	}
	r := new(Keyring)
	r.add(1, secret)
	return r, nil
}

// ParseKeyring reads the text of a key file: a line "id:base64" for each key,
// ids from 1 to 65535, the key 32 bytes in standard base64. Empty lines and lines
// that begin with # are ignored. No error repeats a key.
func ParseKeyring(text string) (*Keyring, error) {
	r := new(Keyring)
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, secret, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("seal: line %d of the key file: %w", n, err)
		}
		if _, taken := r.byID(id); taken {
			return nil, fmt.Errorf("seal: line %d of the key file: there is a key %d already", n, id)
		}
		r.add(id, secret)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("seal: the key file: %w", err)
	}
	if len(r.keys) == 0 {
		return nil, fmt.Errorf("seal: the key file holds no key; a key is a line such as 1:%s", strings.Repeat("A", 43)+"=")
	}
	return r, nil
}

func parseLine(line string) (id uint16, secret []byte, err error) {
	number, encoded, ok := strings.Cut(line, ":")
	if !ok {
		return 0, nil, fmt.Errorf("want id:base64, found no colon")
	}
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 16)
	if err != nil || n == 0 {
		return 0, nil, fmt.Errorf("the id before the colon must be a number from 1 to 65535")
	}
	secret, err = base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(encoded))
	if err != nil || len(secret) != KeySize {
		return 0, nil, fmt.Errorf("key %d must be %d bytes in standard base64", n, KeySize)
	}
	return uint16(n), secret, nil
}

func (r *Keyring) add(id uint16, secret []byte) {
	k := ringKey{id: id, secret: secret, sealer: newSealer(expand(secret, "idpond/seal"))}
	at, _ := r.find(id)
	r.keys = slices.Insert(r.keys, at, k)
}

// Text is what ParseKeyring reads: the keys themselves.
func (r *Keyring) Text() string {
	var b strings.Builder
	for _, k := range r.keys {
		fmt.Fprintf(&b, "%d:%s\n", k.id, base64.StdEncoding.EncodeToString(k.secret))
	}
	return b.String()
}

// String names the keys by number and shows none, so that a ring can't reach a
// log by accident.
func (r *Keyring) String() string {
	ids := make([]string, len(r.keys))
	for i, k := range r.keys {
		ids[i] = strconv.Itoa(int(k.id))
	}
	return "keyring of " + strings.Join(ids, ", ")
}

// GoString is String, for %#v.
func (r *Keyring) GoString() string { return r.String() }

func (r *Keyring) newest() ringKey { return r.keys[len(r.keys)-1] }

func (r *Keyring) byID(id uint16) (ringKey, bool) {
	at, ok := r.find(id)
	if !ok {
		return ringKey{}, false
	}
	return r.keys[at], true
}

func (r *Keyring) find(id uint16) (int, bool) {
	return slices.BinarySearchFunc(r.keys, id, func(k ringKey, id uint16) int { return int(k.id) - int(id) })
}
