package userpool

import (
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
)

// NewPoolID makes a pool id: the region and nine of base62 (reference: api-behaviour §3).
func NewPoolID(region string, rand io.Reader) (string, error) {
	name, err := randomText(rand, base62, 9)
	return region + "_" + name, err
}

// NewClientID makes an app client id: 26 of [0-9a-z].
func NewClientID(rand io.Reader) (string, error) { return randomText(rand, base36, 26) }

// NewClientSecret makes the value of an app client's secret: 51 of [0-9a-z], which
// is 263 bits.
func NewClientSecret(rand io.Reader) (string, error) { return randomText(rand, base36, 51) }

// NewImportJobID makes the id of an import job: import- and ten of base62.
func NewImportJobID(rand io.Reader) (string, error) {
	name, err := randomText(rand, base62, 10)
	return "import-" + name, err
}

// ClientSecretID names a secret: {client id}--{epoch seconds}.
func ClientSecretID(clientID string, created time.Time) string {
	return fmt.Sprintf("%s--%d", clientID, created.Unix())
}

// VersionAt is the version of a domain, or of a look, that is changed at now
// (reference: api-behaviour §3).
func VersionAt(now time.Time) string { return now.UTC().Format("20060102150405") }

// randomText gives n characters of alphabet, each as likely as the others.
func randomText(rand io.Reader, alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	var text strings.Builder
	var buf [64]byte
	for text.Len() < n {
		if _, err := io.ReadFull(rand, buf[:]); err != nil {
			return "", fmt.Errorf("no randomness: %w", err)
		}
		for _, b := range buf {
			if int(b) < limit && text.Len() < n {
				text.WriteByte(alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return text.String(), nil
}
