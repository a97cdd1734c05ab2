package tokens_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
)

type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

func TestJWKS(t *testing.T) {
	h := newHouse(t)
	set := h.signIn(t)
	doc, err := h.JWKS(t.Context(), h.pool)
	if err != nil {
		t.Fatal(err)
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(doc, &keys); err != nil || len(keys.Keys) != 2 {
		t.Fatalf("%s: %v, want two keys", doc, err)
	}
	for i, token := range []string{set.IDToken, set.AccessToken} {
		k := keys.Keys[i]
		if k.KeyID != tokenstest.Header(t, token)["kid"] || len(k.KeyID) != 44 || k.Algorithm != "RS256" || k.Use != "sig" {
			t.Errorf("key %d is %+v", i, k)
		}
		jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jws.Verify(k); err != nil {
			t.Errorf("key %d doesn't verify: %v", i, err)
		}
		if _, err := jws.Verify(keys.Keys[1-i]); err == nil {
			t.Error("one key signs both tokens")
		}
		if header := tokenstest.Header(t, token); len(header) != 2 || header["alg"] != "RS256" {
			t.Errorf("header is %v, want kid and alg alone", header)
		}
	}
	var raw struct{ Keys []map[string]string }
	if err := json.Unmarshal(doc, &raw); err != nil || len(raw.Keys[0]) != 6 || raw.Keys[0]["e"] != "AQAB" || raw.Keys[0]["kty"] != "RSA" {
		t.Errorf("document %s, %v", doc, err)
	}
}

// TestKeysAreMadeOnce: many first tokens at once, a second node, and a restart all
// come to the same two keys.
func TestKeysAreMadeOnce(t *testing.T) {
	h := newHouse(t)
	h.Rand = &lockedReader{r: h.Rand}
	var wg sync.WaitGroup
	docs := make([]string, 8)
	for i := range docs {
		wg.Go(func() {
			doc, err := h.JWKS(t.Context(), h.pool)
			if err != nil {
				t.Error(err)
			}
			docs[i] = string(doc)
		})
	}
	wg.Wait()
	for _, doc := range docs {
		if doc != docs[0] {
			t.Fatal("two documents for one pool")
		}
	}
	if h.source.Taken() != 2 {
		t.Errorf("%d keys were made, want 2", h.source.Taken())
	}

	source := new(tokenstest.Source)
	second := &tokens.Service{Keys: &tokens.Keys{Store: h.store, Source: source, Now: h.Now}}
	if doc, err := second.JWKS(t.Context(), h.pool); err != nil || string(doc) != docs[0] {
		t.Errorf("a second node has other keys: %s, %v", doc, err)
	}
	if source.Taken() != 0 {
		t.Error("a second node made keys for a pool that has some")
	}
	h.Keys.Forget(h.pool.ID)
	if doc, err := h.JWKS(t.Context(), h.pool); err != nil || string(doc) != docs[0] {
		t.Errorf("after Forget: %s, %v", doc, err)
	}
}

// TestKeysOfTheFasterNode: another node adds keys between the look and the write.
func TestKeysOfTheFasterNode(t *testing.T) {
	h := newHouse(t)
	other := &tokens.Service{Keys: &tokens.Keys{Store: h.store, Source: new(tokenstest.Source), Now: h.Now}}
	slow := &tokens.Service{Keys: &tokens.Keys{Store: h.store, Now: h.Now, Source: takeFunc(func(ctx context.Context) (*rsa.PrivateKey, error) {
		if _, err := other.JWKS(ctx, h.pool); err != nil {
			return nil, err
		}
		key, err := new(tokens.Stock).Take(ctx)
		return key, err
	})}}
	got, err := slow.JWKS(t.Context(), h.pool)
	if err != nil {
		t.Fatal(err)
	}
	want, err := other.JWKS(t.Context(), h.pool)
	if err != nil || string(got) != string(want) {
		t.Errorf("the slower node kept its own keys: %v", err)
	}
}

type takeFunc func(context.Context) (*rsa.PrivateKey, error)

func (f takeFunc) Take(ctx context.Context) (*rsa.PrivateKey, error) { return f(ctx) }

func TestKeysOfNoPool(t *testing.T) {
	h := newHouse(t)
	if _, err := h.JWKS(t.Context(), &userpool.Pool{ID: "eu-west-1_unknown"}); err == nil {
		t.Error("made keys for a pool that isn't there")
	}
	h.write(t, func(ctx context.Context, tx store.Tx) error { return tx.DeletePool(ctx, h.pool.ID) })
	if _, err := h.JWKS(t.Context(), h.pool); err == nil {
		t.Error("made keys for a pool that was deleted")
	}
}

// TestKeysOfDeletedPools: memory holds no keys of pools that another node deleted.
func TestKeysOfDeletedPools(t *testing.T) {
	h := newHouse(t)
	want, err := h.JWKS(t.Context(), h.pool)
	if err != nil {
		t.Fatal(err)
	}
	asked := []string{}
	h.Keys.Sweep(func(id string) bool { asked = append(asked, id); return true })
	h.write(t, func(ctx context.Context, tx store.Tx) error { return tx.DeletePool(ctx, h.pool.ID) })
	if got, err := h.JWKS(t.Context(), h.pool); err != nil || string(got) != string(want) || !slices.Equal(asked, []string{h.pool.ID}) {
		t.Errorf("a pool that exists was forgotten: %v, asked for %v", err, asked)
	}
	h.Keys.Sweep(func(string) bool { return false })
	if _, err := h.JWKS(t.Context(), h.pool); err == nil {
		t.Error("the keys of a deleted pool are still there")
	}
}

func TestStock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		s := tokens.NewStock(1)
		ended := make(chan struct{})
		go func() { s.Run(ctx); close(ended) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		began := time.Now()
		key, err := s.Take(ctx)
		if err != nil || key.N.BitLen() != 2048 {
			t.Errorf("took %v, %v", key, err)
		}
		if !time.Now().Equal(began) {
			t.Error("took time although the stock was filled")
		}
		stop()
		<-ended
		if _, err := tokens.NewStock(1).Take(ctx); err == nil {
			t.Error("made a key for nobody")
		}
	})
}
