package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// What the first release does to users and pools. It knows none of the tables and
// columns that came later, and may run beside a node that has migrated already.
const (
	previousCreateUser = `INSERT INTO users (pool_id, id, username, status, enabled, attributes, pending, names,
		credential, created_at, updated_at, version)
		VALUES ('` + poolID + `', 'old', 'old', 'CONFIRMED', true, '{}', '{}', '[]', '', 1, 1, 1)`
	previousUpdateUser = `UPDATE users SET username = 'new', version = version + 1 WHERE id = 'ada' AND version = 1`
	previousDeleteUser = `DELETE FROM users WHERE pool_id = '` + poolID + `' AND id = 'ada'`
	previousBrowser    = `INSERT INTO browser_sessions (pool_id, hash, data, expires_at) VALUES ('` + poolID + `',
		CAST('00000000000000000000000000000000' AS BYTEA), CAST('{"user":"old","authTime":"2026-01-02T03:04:05Z"}' AS BYTEA), 2)`
	previousDeletePool = `DELETE FROM users WHERE pool_id = '` + poolID + `'; DELETE FROM pools WHERE id = '` + poolID + `'`
)

// TestPreviousRelease: the release before runs on the new schema, and does no harm to
// what it does not know.
func TestPreviousRelease(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		s := openStore(t, dsn)
		previous := func(statements string) {
			t.Helper()
			if !strings.HasPrefix(dsn, "postgres") {
				statements = `PRAGMA foreign_keys = 1; ` + strings.NewReplacer("'', 1, 1", "x'', 1, 1", "BYTEA", "BLOB").Replace(statements)
			}
			execRaw(t, dsn, statements)
		}
		ada := testUser("ada")
		ada.Identities = []userpool.Identity{{UserID: "1", ProviderName: "Google", ProviderType: "Google"}}
		link := store.IdentityLink{PoolID: poolID, Provider: "Google", Attribute: "Cognito_Subject", Value: "1", UserID: "ada"}
		addUser := func(ctx context.Context, tx store.Tx) error {
			return errors.Join(tx.CreateUser(ctx, ada), tx.CreateLink(ctx, link),
				tx.AddAuthEvent(ctx, &store.AuthEvent{PoolID: poolID, UserID: "ada", ID: "1"}),
				tx.AddPasswordHistory(ctx, poolID, "ada", userpool.Credential{Hash: "h"}, 1),
				tx.PutChallengeState(ctx, poolID, store.Hash{1}, nil, time.Unix(1, 0)))
		}
		addPool := func(ctx context.Context, tx store.Tx) error {
			return errors.Join(createPool(ctx, tx),
				tx.CreateDocument(ctx, &store.Document{PoolID: poolID, Kind: store.KindRisk, ID: "ALL"}),
				tx.CreateImportJob(ctx, &store.ImportJob{PoolID: poolID, ID: "1"}), tx.PutImportChunk(ctx, poolID, "1", 0, nil),
				tx.AddImportLines(ctx, poolID, "1", []store.ImportLine{{Line: 1}}))
		}
		mustWrite(t, s, addPool)
		previous(previousCreateUser + ";" + previousBrowser)
		old, err := s.User(t.Context(), poolID, "old")
		if err != nil || old.Identities != nil {
			t.Errorf("error %v; a user of the release before: %+v", err, old)
		}
		browser, err := s.BrowserSession(t.Context(), poolID, store.Hash([]byte(strings.Repeat("0", 32))), time.Time{})
		if err != nil || browser.UserID != "old" || browser.AuthTime.Year() != 2026 {
			t.Errorf("error %v; a browser that signed in at the release before: %+v", err, browser)
		}
		mustWrite(t, s, addUser)
		previous(previousUpdateUser)
		got, err := s.LinkedUser(t.Context(), poolID, "Google", "Cognito_Subject", "1")
		if err != nil || got.Username != "new" || len(got.Identities) != 1 {
			t.Errorf("error %v; a user whom the release before has changed: %+v", err, got)
		}
		previous(previousDeleteUser)
		mustWrite(t, s, addUser) // nothing is left that would be in the way
		previous(previousDeletePool)
		mustWrite(t, s, addPool)
		mustWrite(t, s, addUser)
	})
}
