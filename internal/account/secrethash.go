package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// CheckSecretHash checks the proof that a request comes from a confidential
// client: base64(HMAC-SHA256(client secret, username + client id)) with the
// username as it was sent. Either of two secrets will do. The faults are
// NotAuthorized (reference: api-behaviour §10).
func CheckSecretHash(c *userpool.AppClient, username, hash string) error {
	if hash == "" {
		if c.Confidential() {
			return fault.Newf(fault.NotAuthorized, "Client %s is configured with secret but SECRET_HASH was not received", c.ID)
		}
		return nil
	}
	right := 0
	for _, secret := range c.Secrets {
		right |= subtle.ConstantTimeCompare([]byte(SecretHash(secret.Value, username, c.ID)), []byte(hash))
	}
	if right != 1 {
		return fault.ErrWrongSecret(fault.NotAuthorized, c.ID)
	}
	return nil
}

// SecretHash is the proof that CheckSecretHash wants.
func SecretHash(secret, username, clientID string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(username + clientID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
