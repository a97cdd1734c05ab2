package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"idpond/internal/store"
)

// reads is what can be read, on a pool of connections or in a transaction.
type reads struct {
	run runner
	dialect
	seal Sealer
	inTx bool
}

// tx adds what only a transaction may do.
type tx struct {
	reads
	configured bool // configuration was changed: the version has to rise
}

var _ store.Tx = (*tx)(nil)

// get is one with the errors of package store.
func get[T any](ctx context.Context, r *reads, s statement, scan func(*sql.Rows) (T, error), args ...any) (T, error) {
	v, err := one(ctx, r.run, s, scan, args...)
	return v, r.mapErr(err)
}

// all is list with the errors of package store.
func all[T any](ctx context.Context, r *reads, s statement, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	v, err := list(ctx, r.run, s, scan, args...)
	return v, r.mapErr(err)
}

// change runs a statement that may change nothing.
func (t *tx) change(ctx context.Context, s statement, args ...any) error {
	_, err := t.run.exec(ctx, s, args...)
	return t.mapErr(err)
}

// changeOr runs a statement that changes a row, and gives otherwise when it did not.
func (t *tx) changeOr(ctx context.Context, otherwise error, s statement, args ...any) error {
	n, err := t.run.exec(ctx, s, args...)
	if err == nil && n == 0 {
		return otherwise
	}
	return t.mapErr(err)
}

// micros is t as it is stored: microseconds since 1970, 0 for no time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// toJSON encodes a value of our own types, which can't fail.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sqlstore: encode %T: %v", v, err))
	}
	return string(b)
}

func fromJSON(text []byte, v any) error {
	if string(text) == "null" {
		return nil
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("sqlstore: decode %T: %w", v, err)
	}
	return nil
}

// identity is the associated data of what is sealed in a row: a sealed value that
// is copied to another row does not open there.
func identity(table string, key ...string) []byte {
	return []byte(table + "\x00" + strings.Join(key, "\x00"))
}

// sealJSON seals v as JSON.
func (r *reads) sealJSON(v any, associated []byte) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return r.sealBytes(b, associated)
}

func (r *reads) sealBytes(b, associated []byte) ([]byte, error) {
	sealed, err := r.seal.Seal(b, associated)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: seal a value: %w", err)
	}
	return sealed, nil
}

func (r *reads) openJSON(sealed, associated []byte, v any) error {
	b, err := r.openBytes(sealed, associated)
	if err != nil {
		return err
	}
	return fromJSON(b, v)
}

func (r *reads) openBytes(sealed, associated []byte) ([]byte, error) {
	b, err := r.seal.Open(sealed, associated)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: open a sealed value: %w", err)
	}
	return b, nil
}

// maxKeyBytes keeps an index entry below the 2,704 bytes that PostgreSQL allows.
const maxKeyBytes = 1024

// nameKey is a sign-in name as it stands in the index: itself, or when it is very
// long its hash.
func nameKey(value string) string {
	if len(value) <= maxKeyBytes {
		return value
	}
	h := sha256.Sum256([]byte(value))
	return "sha256:" + hex.EncodeToString(h[:])
}

// plainText is free text as both databases can keep it: PostgreSQL's text holds no
// NUL and nothing that isn't UTF-8.
func plainText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// toHash copies a stored hash.
func toHash(b []byte) (h store.Hash) {
	copy(h[:], b)
	return h
}
