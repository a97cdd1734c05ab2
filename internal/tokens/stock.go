package tokens

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"time"
)

const keyBits = 2048

// Stock is a supply of RSA keys made ahead of need. Whoever takes one from an
// empty stock makes it then and there.
type Stock struct {
	ready chan *rsa.PrivateKey
	pause time.Duration // before the first key; afterwards it is as long as the key took, twice
}

// NewStock makes an empty stock that Run fills up to n keys.
func NewStock(n int) *Stock { return &Stock{ready: make(chan *rsa.PrivateKey, n), pause: time.Second} }

// Run fills the stock until ctx ends. It begins a second after the start and rests
// between keys, so that it never takes more than a third of one core.
func (s *Stock) Run(ctx context.Context) {
	for pause := s.pause; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		began := time.Now()
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return // never; and whoever needs a key makes it
		}
		pause = 2 * time.Since(began)
		select {
		case <-ctx.Done():
			return
		case s.ready <- key:
		}
	}
}

// Take gives a key that nobody else has.
func (s *Stock) Take(ctx context.Context) (*rsa.PrivateKey, error) {
	select {
	case key := <-s.ready:
		return key, nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("tokens: no RSA key: %w", err)
	}
	return key, nil
}
