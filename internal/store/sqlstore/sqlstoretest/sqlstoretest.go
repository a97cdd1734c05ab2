// Package sqlstoretest opens stores for the tests of packages that stand on one.
package sqlstoretest

import (
	"path/filepath"
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
	keys, err := seal.ParseKeyring("1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: file, Seal: keys})
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
