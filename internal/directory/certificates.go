package directory

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// CertifiedKey is an RSA key with a certificate that it signed itself.
type CertifiedKey struct {
	PKCS8       []byte `json:"key"`         // the private key
	Certificate []byte `json:"certificate"` // DER
}

const certificateYears = 10

// newCertifiedKey makes a key and its certificate.
func (s *Service) newCertifiedKey(ctx context.Context, commonName string, usage x509.KeyUsage) (*CertifiedKey, error) {
	newKey := s.NewKey
	if newKey == nil {
		newKey = func(context.Context) (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }
	}
	key, err := newKey(ctx)
	if err != nil {
		return nil, err
	}
	serial := make([]byte, 16) // RFC 5280 §4.1.2.2: positive, at most 20 octets
	if _, err := io.ReadFull(s.Rand, serial); err != nil {
		return nil, fmt.Errorf("directory: no randomness: %w", err)
	}
	serial[0] = serial[0]&0x7f | 0x40
	now := s.Now().UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{CommonName: commonName},
		NotBefore: now, NotAfter: now.AddDate(certificateYears, 0, 0),
		KeyUsage: usage, SignatureAlgorithm: x509.SHA256WithRSA, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(s.Rand, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("directory: make a certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("directory: encode a key: %w", err)
	}
	return &CertifiedKey{PKCS8: pkcs8, Certificate: der}, nil
}

// encryptionKey gives the key that a SAML provider encrypts for: the one it has, or
// a new one.
func (s *Service) encryptionKey(ctx context.Context, p *userpool.Provider) (*CertifiedKey, error) {
	if len(p.DecryptionKey) > 0 {
		return &CertifiedKey{PKCS8: p.DecryptionKey, Certificate: p.Certificate}, nil
	}
	return s.newCertifiedKey(ctx, p.PoolID, x509.KeyUsageKeyEncipherment|x509.KeyUsageDataEncipherment)
}

// signingCertificate is the document's id; a pool has one.
const signingCertificate = "saml"

// SigningKey gives the key that signs a pool's requests to SAML providers, with its
// certificate. It is made when it is first asked for. The fault is ResourceNotFound,
// for a pool that is gone.
func (s *Service) SigningKey(ctx context.Context, pool *userpool.Pool) (*CertifiedKey, error) {
	return cached(&s.snapshots.get().ofPool, listKey{pool.ID, "signing certificate"}, func() (*CertifiedKey, error) {
		key, err := s.storedSigningKey(ctx, pool.ID)
		if !errors.Is(err, store.ErrNotFound) {
			return key, err
		}
		if key, err = s.newCertifiedKey(ctx, pool.ID, x509.KeyUsageDigitalSignature); err != nil {
			return nil, err
		}
		data, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		now := s.now()
		err = s.Store.Write(ctx, func(tx store.Tx) error {
			return tx.CreateDocument(ctx, &store.Document{
				PoolID: pool.ID, Kind: store.KindSigningCertificate, ID: signingCertificate, Data: data, CreatedAt: now, UpdatedAt: now,
			})
		})
		if errors.Is(err, store.ErrExists) { // another request or node was faster
			return s.storedSigningKey(ctx, pool.ID)
		}
		return key, noPool(err, pool.ID)
	})
}

func (s *Service) storedSigningKey(ctx context.Context, poolID string) (*CertifiedKey, error) {
	d, err := s.Store.Document(ctx, poolID, store.KindSigningCertificate, signingCertificate)
	if err != nil {
		return nil, err
	}
	key := new(CertifiedKey)
	return key, json.Unmarshal(d.Data, key)
}

// Text is the certificate as answers show it: base64 without the lines around it.
func (k *CertifiedKey) Text() string { return base64.StdEncoding.EncodeToString(k.Certificate) }
