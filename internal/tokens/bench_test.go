package tokens_test

import (
	"crypto/sha256"
	"testing"

	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
)

// BenchmarkSignature is the bound that the others stand beside: one bare RS256
// signature. A sign-in or a refresh costs two of them, client_credentials one.
func BenchmarkSignature(b *testing.B) {
	key, err := new(tokenstest.Source).Take(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	signer, digest := tokens.NewSigner(key), sha256.Sum256([]byte("x"))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := signer.Sign(digest[:]); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkForClient(b *testing.B) {
	h := newHouse(b)
	h.Rand = &lockedReader{r: h.Rand}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := h.ForClient(b.Context(), h.pool, h.client, []string{"api/read"}); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkRefresh is two signatures and one read.
func BenchmarkRefresh(b *testing.B) {
	h := newHouse(b)
	h.Rand = &lockedReader{r: h.Rand}
	token := h.signIn(b).RefreshToken
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := h.refresh(b, token, tokens.DoorGetTokens); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkGrant is two signatures and one transaction.
func BenchmarkGrant(b *testing.B) {
	h := newHouse(b)
	h.Rand = &lockedReader{r: h.Rand}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h.signIn(b)
		}
	})
}

func BenchmarkCheckAccess(b *testing.B) {
	h := newHouse(b)
	token := h.signIn(b).AccessToken
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := h.CheckAccess(b.Context(), token); err != nil {
				b.Error(err)
			}
		}
	})
}
