// Package seal keeps secrets unreadable at rest and unforgeable on the way
// through clients.
//
// A Keyring holds numbered 256-bit keys. The newest (highest number) seals, any
// of them opens, so a key is rotated by adding a line to the key file, sealing
// the database anew and taking the old line out:
//
//	key file ──ParseKeyring──▶ Keyring ──Seal──▶ version │ key id │ nonce │ ciphertext and tag
//	                              │                 1         2       24
//	                              ├──SealText──▶ the same of a value's JSON, as text for a client to carry
//	                              └──Derive────▶ a key for another use (HKDF-SHA256)
//
// The cipher is AES-256-GCM with a key of its own for every message, derived from
// the ring's key and the first half of a random 192-bit nonce: XAES-256-GCM of
// C2SP. Plain GCM with random nonces would have to stop after 2^32 messages of a
// key, which a busy server's challenge sessions reach within months.
//
// Associated data says what a sealed value is and whose: a value that was copied
// to another row, or a session that is offered as a pagination token, does not open.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// KeySize is the size of a key in bytes.
const KeySize = 32

const (
	version1   = 1
	nonceSize  = 24
	headerSize = 1 + 2 // version, key id
	// Overhead is how much longer a sealed value is than what it holds, in bytes.
	Overhead = headerSize + nonceSize + 16
)

// ErrOpen is returned for everything that does not open: damaged, sealed with
// other associated data, or not sealed at all. The error's text, not meant for
// clients, says more when the key is missing from the ring.
var ErrOpen = errors.New("seal: does not open")

// sealer is one key ready for use: the AES block of the key and the subkey of its CMAC.
type sealer struct {
	block cipher.Block
	k1    [aes.BlockSize]byte
}

func newSealer(key []byte) *sealer {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys are KeySize long; Keyring checked it
	}
	s := &sealer{block: block}
	block.Encrypt(s.k1[:], s.k1[:])
	var carry byte
	for i := len(s.k1) - 1; i >= 0; i-- {
		next := s.k1[i] >> 7
		s.k1[i] = s.k1[i]<<1 | carry
		carry = next
	}
	s.k1[len(s.k1)-1] ^= carry * 0x87
	return s
}

// message gives the AEAD of one message, from the first half of its nonce.
func (s *sealer) message(nonce []byte) cipher.AEAD {
	var key [KeySize]byte
	for i := range byte(2) {
		half := key[i*aes.BlockSize:][:aes.BlockSize]
		copy(half, []byte{0, i + 1, 'X', 0})
		copy(half[4:], nonce[:12])
		for j := range half {
			half[j] ^= s.k1[j]
		}
		s.block.Encrypt(half, half)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// Seal encrypts plaintext with the newest key and binds it to associated, which
// is not part of the result and has to be given to Open again.
func (r *Keyring) Seal(plaintext, associated []byte) ([]byte, error) {
	k := r.newest()
	out := make([]byte, headerSize+nonceSize, Overhead+len(plaintext))
	out[0] = version1
	binary.BigEndian.PutUint16(out[1:], k.id)
	nonce := out[headerSize:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal: no randomness: %w", err)
	}
	return k.sealer.message(nonce).Seal(out, nonce[12:], plaintext, associated), nil
}

// Open gives the plaintext of a sealed value, or ErrOpen.
func (r *Keyring) Open(sealed, associated []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != version1 {
		return nil, ErrOpen
	}
	id := binary.BigEndian.Uint16(sealed[1:])
	k, ok := r.byID(id)
	if !ok {
		return nil, fmt.Errorf("%w: it was sealed with key %d, which is not in the key file", ErrOpen, id)
	}
	nonce := sealed[headerSize:][:nonceSize]
	plain, err := k.sealer.message(nonce).Open(nil, nonce[12:], sealed[headerSize+nonceSize:], associated)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Derive gives a 32-byte key for another use than sealing; labels name the uses.
// It comes from the oldest key, so that it stays what it was when a key is added,
// and changes when the oldest is taken out: what it protects should be short-lived.
func (r *Keyring) Derive(label string) []byte {
	return expand(r.keys[0].secret, "idpond/derive/"+label)
}

func expand(secret []byte, info string) []byte {
	out, err := hkdf.Key(sha256.New, secret, nil, info, KeySize)
	if err != nil {
		panic(err) // only for lengths beyond 255 hashes
	}
	return out
}
