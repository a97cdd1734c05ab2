package tokens

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// KeyStore is where the keys of pools are kept.
type KeyStore interface {
	SigningKeys(ctx context.Context, poolID string) ([]store.SigningKey, error)
	Write(ctx context.Context, f func(store.Tx) error) error
}

// KeySource makes RSA keys; *Stock is one.
type KeySource interface {
	Take(ctx context.Context) (*rsa.PrivateKey, error)
}

// Keys are the signing keys of all pools: made at first need, the same on all
// nodes, kept in memory from then on. They never change while a pool lives.
type Keys struct {
	Store  KeyStore
	Source KeySource
	Now    func() time.Time
	// NewSigner makes signers of keys; nil is crypto/rsa.
	NewSigner func(*rsa.PrivateKey) Signer

	pools  sync.Map // id → *keyPair
	making sync.Map // id → *sync.Mutex, while a pool's keys are fetched or made
}

type keyPair struct {
	id, access *signingKey
	jwks       []byte
}

// Forget drops the keys of a pool from memory; for a pool that was deleted.
func (k *Keys) Forget(poolID string) { k.pools.Delete(poolID) }

// Sweep forgets the pools that exist denies: those that another node deleted.
func (k *Keys) Sweep(exists func(poolID string) bool) {
	for id := range k.pools.Range {
		if !exists(id.(string)) {
			k.Forget(id.(string))
		}
	}
}

// forPool gives the keys of a pool that exists, making them if it has none. Each
// request comes here, so what is in memory is read without a lock.
func (k *Keys) forPool(ctx context.Context, poolID string) (*keyPair, error) {
	if pair, ok := k.pools.Load(poolID); ok {
		return pair.(*keyPair), nil
	}
	return k.fetch(ctx, poolID)
}

// fetch loads or makes a pool's keys, one caller at a time, so that many first
// tokens at once cost two keys and not two each. Whoever waited finds them.
func (k *Keys) fetch(ctx context.Context, poolID string) (*keyPair, error) {
	mu, _ := k.making.LoadOrStore(poolID, new(sync.Mutex))
	mu.(*sync.Mutex).Lock()
	defer mu.(*sync.Mutex).Unlock()
	defer k.making.CompareAndDelete(poolID, mu)
	if pair, ok := k.pools.Load(poolID); ok {
		return pair.(*keyPair), nil
	}
	pair, err := k.load(ctx, poolID)
	if err == nil && pair == nil {
		pair, err = k.create(ctx, poolID)
	}
	if err != nil {
		return nil, err
	}
	k.pools.Store(poolID, pair)
	return pair, nil
}

// load reads a pool's keys; nil when it has none yet.
func (k *Keys) load(ctx context.Context, poolID string) (*keyPair, error) {
	kept, err := k.Store.SigningKeys(ctx, poolID)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	pair := new(keyPair)
	for _, s := range kept { // oldest first: the newest of a use stays
		key, err := k.open(s)
		if err != nil {
			return nil, fmt.Errorf("tokens: the %s key of pool %s: %w", s.Use, poolID, err)
		}
		switch s.Use {
		case store.KeyForID:
			pair.id = key
		case store.KeyForAccess:
			pair.access = key
		}
	}
	if pair.id == nil || pair.access == nil {
		return nil, fmt.Errorf("tokens: pool %s lacks a signing key", poolID)
	}
	pair.jwks, err = jwksOf(pair.id, pair.access)
	return pair, err
}

func (k *Keys) open(s store.SigningKey) (*signingKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(s.PKCS8)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an RSA key")
	}
	if k.NewSigner != nil {
		return newSigningKey(s.KID, k.NewSigner(key))
	}
	return newSigningKey(s.KID, NewSigner(key))
}

// create gives a pool its keys, or finds those that another node gave it just now.
func (k *Keys) create(ctx context.Context, poolID string) (*keyPair, error) {
	made := make([]store.SigningKey, 0, 2)
	for _, use := range []store.KeyUse{store.KeyForID, store.KeyForAccess} {
		key, err := k.Source.Take(ctx)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, fmt.Errorf("tokens: %w", err)
		}
		made = append(made, store.SigningKey{KID: kidOf(&key.PublicKey), Use: use, PKCS8: der, CreatedAt: k.Now()})
	}
	err := k.Store.Write(ctx, func(tx store.Tx) error { return tx.AddSigningKeys(ctx, poolID, made) })
	if err != nil && !errors.Is(err, store.ErrExists) {
		return nil, err
	}
	pair, err := k.load(ctx, poolID)
	if err == nil && pair == nil {
		err = fmt.Errorf("tokens: the signing keys of pool %s were not kept", poolID)
	}
	return pair, err
}

// kidOf names a key by the hash of its public half: 44 characters of standard base64.
func kidOf(key *rsa.PublicKey) string {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(key))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// jwk is one public key; the members are in the service's order.
type jwk struct {
	Alg string `json:"alg"`
	E   string `json:"e"`
	Kid string `json:"kid"`
	Kty string `json:"kty"`
	N   string `json:"n"`
	Use string `json:"use"`
}

func jwksOf(keys ...*signingKey) ([]byte, error) {
	var doc struct {
		Keys []jwk `json:"keys"`
	}
	for _, k := range keys {
		doc.Keys = append(doc.Keys, jwk{
			Alg: "RS256", Kty: "RSA", Use: "sig", Kid: k.kid,
			E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.public.E)).Bytes()),
			N: base64.RawURLEncoding.EncodeToString(k.public.N.Bytes()),
		})
	}
	return json.Marshal(doc)
}

// JWKS is the document of a pool's public keys (reference: hosted-ui-and-oauth §6):
// first the key of ID tokens, then that of access tokens. The bytes are shared.
func (s *Service) JWKS(ctx context.Context, pool *userpool.Pool) ([]byte, error) {
	keys, err := s.Keys.forPool(ctx, pool.ID)
	if err != nil {
		return nil, err
	}
	return keys.jwks, nil
}
