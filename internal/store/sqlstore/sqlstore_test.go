package sqlstore_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"idpond/internal/seal"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/storetest"
)

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return openStore(t, sqliteDSN(t)) })
}

func TestPostgres(t *testing.T) {
	base := postgresURL(t)
	storetest.Run(t, func(t *testing.T) store.Store { return openStore(t, newSchema(t, base)) })
}

// eachDatabase runs f on SQLite and, where there is one, on PostgreSQL.
func eachDatabase(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, sqliteDSN(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, newSchema(t, postgresURL(t))) })
}

func sqliteDSN(t testing.TB) string { return filepath.Join(t.TempDir(), "a b%?#.db") }

// postgresURL is the database that POSTGRES_URL names; without it the test is left
// out, in CI it fails.
func postgresURL(t testing.TB) string {
	t.Helper()
	base := os.Getenv("POSTGRES_URL")
	switch {
	case base != "":
	case os.Getenv("CI") != "":
		t.Fatal("POSTGRES_URL is not set")
	default:
		t.Skip("POSTGRES_URL is not set")
	}
	return base
}

// newSchema gives a URL of the database with an empty schema for the test alone.
func newSchema(t testing.TB, base string) string {
	t.Helper()
	schema := "t_" + strings.ToLower(rand.Text())
	execPostgres(t, base, `CREATE SCHEMA `+schema)
	t.Cleanup(func() { execPostgres(t, base, `DROP SCHEMA `+schema+` CASCADE`) })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func execPostgres(t testing.TB, dsn, text string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

func openStore(t testing.TB, dsn string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), config(dsn))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func config(dsn string) sqlstore.Config {
	return sqlstore.Config{DSN: dsn, Seal: sealer{key: 1}, MaxConns: 8}
}

var _ sqlstore.Sealer = (*seal.Keyring)(nil)

// sealer is AES-256-GCM with a key of one repeated byte.
type sealer struct{ key byte }

func (s sealer) aead() cipher.AEAD {
	key := make([]byte, 32)
	for i := range key {
		key[i] = s.key
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func (s sealer) Seal(plaintext, associated []byte) ([]byte, error) {
	return s.aead().Seal(nil, nil, plaintext, associated), nil
}

func (s sealer) Open(sealed, associated []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, errors.New("nothing is sealed")
	}
	return s.aead().Open(nil, nil, sealed, associated)
}
