package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/userpool"
)

const poolID = "eu-west-1_aaaaaaaaa"

// testUser has the id n in hexadecimal.
func testUser(id string) *userpool.User {
	return &userpool.User{
		PoolID: poolID, ID: id, Username: id, Status: userpool.StatusConfirmed, Enabled: true,
		Attributes: map[string]string{
			"email": id + "@example.org", "email_verified": "true", "name": "Ada Lovelace", "custom:tenant": "one",
		},
		Credential: userpool.Credential{Salt: make([]byte, 16), Verifier: bytes.Repeat([]byte("secret-verifier-"), 24)},
		Names:      []userpool.SignInName{{Kind: userpool.NameUsername, Value: id}},
		CreatedAt:  time.Unix(1e9, 0).UTC(), UpdatedAt: time.Unix(1e9, 0).UTC(),
	}
}

func mustWrite(t testing.TB, s store.Store, f func(context.Context, store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func createPool(ctx context.Context, tx store.Tx) error {
	return tx.CreatePool(ctx, &userpool.Pool{ID: poolID, Region: "eu-west-1"})
}

func TestWrongKey(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		for range 2 {
			s, err := sqlstore.Open(t.Context(), config(dsn))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		_, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: dsn, Seal: sealer{key: 2}})
		if !errors.Is(err, sqlstore.ErrWrongKey) || !strings.Contains(err.Error(), "key file") {
			t.Errorf("got error %v, want ErrWrongKey", err)
		}
	})
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	notDatabase := filepath.Join(dir, "text.db")
	if err := os.WriteFile(notDatabase, bytes.Repeat([]byte("not a database "), 999), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, dsn, want string
	}{
		{"missing directory", filepath.Join(dir, "no", "x.db"), "no such file or directory"},
		{"a directory", dir, "is a directory"},
		{"another file", notDatabase, "not a database"},
		{"nobody listens", "postgres://127.0.0.1:1/x?connect_timeout=2", "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := sqlstore.Open(t.Context(), config(c.dsn))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
			if err == nil {
				s.Close()
			}
		})
	}
	if _, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: filepath.Join(dir, "x.db")}); err == nil {
		t.Error("opened without a sealer")
	}
}

// TestFileMode: the database and its log are readable by their owner alone.
func TestFileMode(t *testing.T) {
	dsn := sqliteDSN(t)
	openStore(t, dsn)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(dsn + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%q has mode %v", suffix, info.Mode())
		}
	}
}

// TestSealed: no secret can be read in the files, and none can be moved to
// another row.
func TestSealed(t *testing.T) {
	dsn := sqliteDSN(t)
	s, err := sqlstore.Open(t.Context(), config(dsn))
	if err != nil {
		t.Fatal(err)
	}
	const secret = "a-client-secret-that-is-known"
	keys := []store.SigningKey{{KID: "kid", Use: store.KeyForID, PKCS8: []byte("private-signing-key")}}
	ada, eve := testUser("a"), testUser("e")
	eve.Credential = userpool.Credential{Hash: "$argon2id$hash-of-eve"}
	ada.SoftwareToken = userpool.SoftwareToken{Secret: []byte("totp-secret-of-ada"), Pending: []byte("totp-pending-of-ada")}
	device := &store.Device{PoolID: poolID, UserID: "a", Key: "k", Verifier: []byte("verifier-of-a-device")}
	document := func(id string) *store.Document {
		return &store.Document{PoolID: poolID, Kind: store.KindIdentityProvider, ID: id, Data: []byte("provider-secret-of-" + id)}
	}
	mustWrite(t, s, func(ctx context.Context, tx store.Tx) error {
		client := &userpool.AppClient{PoolID: poolID, ID: "client", Secrets: []userpool.ClientSecret{{ID: "s", Value: secret}}}
		return errors.Join(createPool(ctx, tx), tx.CreateClient(ctx, client), tx.AddSigningKeys(ctx, poolID, keys),
			tx.CreateUser(ctx, ada), tx.CreateUser(ctx, eve), tx.CreateDevice(ctx, device),
			tx.AddPasswordHistory(ctx, poolID, "a", userpool.Credential{Hash: "past-password-of-a"}, 9),
			tx.AddPasswordHistory(ctx, poolID, "e", userpool.Credential{Hash: "past-password-of-e"}, 9),
			tx.PutChallengeState(ctx, poolID, store.Hash{1}, []byte("state-of-a-sign-in"), time.Unix(1<<33, 0)),
			tx.PutChallengeState(ctx, poolID, store.Hash{2}, []byte("state-of-a-sign-in"), time.Unix(1<<33, 0)),
			tx.CreateDocument(ctx, document("Google")), tx.CreateDocument(ctx, document("Okta")))
	})
	for _, suffix := range []string{"-wal", ""} { // closing moves the log into the file
		content, err := os.ReadFile(dsn + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(content, []byte("Ada Lovelace")) {
			t.Errorf("%q: the user is not where the test looks", suffix)
		}
		for _, known := range []string{
			secret, "private-signing-key", "secret-verifier-", "hash-of-eve", "provider-secret-of-",
			"past-password-", "state-of-a-sign-in", "totp-", "-of-a-device", "dG90cC1zZWNyZXQtb2YtYWRh", "dmVyaWZpZXItb2YtYS1kZXZpY2", // both also in base64
			"c2VjcmV0LXZlcmlmaWVyL", "cHJpdmF0ZS1zaWduaW5nLWtle", // the same in base64
		} {
			if bytes.Contains(content, []byte(known)) {
				t.Errorf("%q holds %q", suffix, known)
			}
		}
		if suffix != "" {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	execRaw(t, dsn, `UPDATE users SET credential = (SELECT credential FROM users WHERE id = 'e') WHERE id = 'a'`)
	s = openStore(t, dsn)
	if u, err := s.User(t.Context(), poolID, "a"); err == nil {
		t.Errorf("a credential moved to another user still opens: %+v", u.Credential)
	}
	execRaw(t, dsn, `UPDATE documents SET data = (SELECT data FROM documents WHERE id = 'Okta') WHERE id = 'Google'`)
	if d, err := s.Document(t.Context(), poolID, store.KindIdentityProvider, "Google"); err == nil {
		t.Errorf("data moved to another document still opens: %s", d.Data)
	}
	execRaw(t, dsn, `UPDATE users SET software_token = (SELECT software_token FROM users WHERE id = 'a') WHERE id = 'e'`)
	if u, err := s.User(t.Context(), poolID, "e"); err == nil {
		t.Errorf("a software token moved to another user still opens: %+v", u.SoftwareToken)
	}
}

// TestCloseFlushes: what was begun before Close is kept, later writes are refused.
func TestCloseFlushes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		s, err := sqlstore.Open(t.Context(), config(dsn))
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, s, createPool)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var acknowledged []string
		under := make(chan struct{}, 256)
		for _, c := range "0123456789abcdef" {
			wg.Go(func() {
				for _, d := range "0123456789abcdef" {
					u := testUser(string(c) + string(d))
					err := s.Write(context.Background(), func(tx store.Tx) error { return tx.CreateUser(context.Background(), u) })
					if err != nil {
						return
					}
					mu.Lock()
					acknowledged = append(acknowledged, u.ID)
					mu.Unlock()
					under <- struct{}{}
				}
			})
		}
		<-under
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if err := s.Write(t.Context(), func(store.Tx) error { return nil }); err == nil {
			t.Error("a write after Close succeeded")
		}
		s = openStore(t, dsn)
		for _, id := range acknowledged {
			if _, err := s.User(t.Context(), poolID, id); err != nil {
				t.Errorf("user %s was acknowledged and is gone: %v", id, err)
			}
		}
		n, err := s.CountUsers(t.Context(), poolID)
		users, err2 := s.ListUsers(t.Context(), store.UserQuery{PoolID: poolID, Limit: 1000})
		if err != nil || err2 != nil || int(n) != len(users) || len(users) < len(acknowledged) {
			t.Errorf("%d counted, %d listed, %d acknowledged; errors %v, %v", n, len(users), len(acknowledged), err, err2)
		}
	})
}

// TestGoexit: a function that ends its goroutine, as a failing test does, ends its
// caller's goroutine and leaves the store working.
func TestGoexit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		s := openStore(t, dsn)
		mustWrite(t, s, createPool)
		ended := make(chan bool, 1)
		go func() {
			returned := false
			defer func() { ended <- !returned }()
			_ = s.Write(t.Context(), func(tx store.Tx) error {
				if err := tx.CreateUser(t.Context(), testUser("1")); err != nil {
					t.Error(err)
				}
				runtime.Goexit()
				return nil
			})
			returned = true
		}()
		if !<-ended {
			t.Error("Write returned")
		}
		mustWrite(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, testUser("2")) })
		users, err := s.ListUsers(t.Context(), store.UserQuery{PoolID: poolID, Limit: 9})
		if err != nil || len(users) != 1 || users[0].ID != "2" {
			t.Errorf("error %v, users %+v; want the second one", err, users)
		}
	})
}
