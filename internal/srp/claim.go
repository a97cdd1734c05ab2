package srp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// Claim is what a client signs with the key to prove that it knows the password.
type Claim struct {
	PoolName    string
	UserID      string // USER_ID_FOR_SRP
	SecretBlock []byte // SECRET_BLOCK, decoded from base64
	Timestamp   string // TIMESTAMP as sent
}

// Signature is PASSWORD_CLAIM_SIGNATURE: HMAC-SHA256 in standard base64.
func (c Claim) Signature(key []byte) string {
	return base64.StdEncoding.EncodeToString(c.mac(key))
}

// Proven reports whether signature is the claim's under key.
func (c Claim) Proven(key []byte, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	return err == nil && hmac.Equal(got, c.mac(key))
}

func (c Claim) mac(key []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(c.PoolName))
	h.Write([]byte(c.UserID))
	h.Write(c.SecretBlock)
	h.Write([]byte(c.Timestamp))
	return h.Sum(nil)
}

// timestampLayout is English, always UTC, the day of the month without a zero.
const timestampLayout = "Mon Jan 2 15:04:05 UTC 2006"

// Timestamp writes TIMESTAMP as clients do.
func Timestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// ParseTimestamp reads TIMESTAMP. How old it may be is the caller's affair.
func ParseTimestamp(text string) (time.Time, error) {
	t, err := time.Parse(timestampLayout, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("srp: TIMESTAMP must look like %q", timestampLayout)
	}
	return t, nil
}
