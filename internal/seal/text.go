package seal

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// SealText seals v's JSON as text of the URL-safe base64 alphabet without padding,
// for a client to carry and give back: challenge sessions, pagination tokens. The
// label says what kind of text it is (a pool's id in it binds it to the pool).
func (r *Keyring) SealText(label string, v any) (string, error) {
	return r.sealJSON(base64.RawURLEncoding, label, v)
}

// OpenText opens what SealText made with the same label into v, or gives ErrOpen.
// One sealed value has exactly one text that opens, so the text itself can be
// remembered as used.
func (r *Keyring) OpenText(label, text string, v any) error {
	return r.openJSON(base64.RawURLEncoding, label, text, v)
}

// SealBlock is SealText in standard base64 with padding, the form that clients
// decode SECRET_BLOCK from (reference: api-behaviour §11).
func (r *Keyring) SealBlock(label string, v any) (string, error) {
	return r.sealJSON(base64.StdEncoding, label, v)
}

// OpenBlock opens what SealBlock made; see OpenText.
func (r *Keyring) OpenBlock(label, text string, v any) error {
	return r.openJSON(base64.StdEncoding, label, text, v)
}

func (r *Keyring) sealJSON(enc *base64.Encoding, label string, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	sealed, err := r.Seal(plain, []byte("text/"+label))
	if err != nil {
		return "", err
	}
	return enc.EncodeToString(sealed), nil
}

func (r *Keyring) openJSON(enc *base64.Encoding, label, text string, v any) error {
	sealed, err := enc.DecodeString(text)
	// The decoder skips line ends and, unless strict, ignores loose bits.
	if err != nil || enc.EncodeToString(sealed) != text {
		return ErrOpen
	}
	plain, err := r.Open(sealed, []byte("text/"+label))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("%w: %w", ErrOpen, err)
	}
	return nil
}
