// Package sqlstoretest opens stores for the tests of packages that stand on one.
//
// A process makes the schema once, in a file of its own, and every new store begins
// as a copy of it: under the race detector the migrations take SQLite ten times as
// long as most tests.
package sqlstoretest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"idpond/internal/seal"
	"idpond/internal/store/sqlstore"
)

// Open gives an empty store on a SQLite file of the test's own, and the keys that it
// seals with. It is closed when the test ends.
func Open(t testing.TB) (*sqlstore.Store, *seal.Keyring) {
	t.Helper()
	return OpenFile(t, filepath.Join(t.TempDir(), "idpond.db"))
}

// OpenFile is Open for a test that looks into the file, or has several servers share
// it: the keys are the same in all tests.
func OpenFile(t testing.TB, file string) (*sqlstore.Store, *seal.Keyring) {
	t.Helper()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		schema, err := empty()
		if err == nil {
			err = os.WriteFile(file, schema, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	st, keys, err := open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st, keys
}

func open(ctx context.Context, file string) (*sqlstore.Store, *seal.Keyring, error) {
	keys, err := seal.ParseKeyring("1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		return nil, nil, err
	}
	st, err := sqlstore.Open(ctx, sqlstore.Config{DSN: file, Seal: keys})
	return st, keys, err
}

// empty gives the bytes of a database that has its schema and nothing else.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "idpond-schema-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "idpond.db")
	st, _, err := open(context.Background(), file)
	if err != nil {
		return nil, err
	}
	if err := st.Close(); err != nil { // which brings all into the one file
		return nil, err
	}
	return os.ReadFile(file)
})
