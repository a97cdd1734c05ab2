// Package sqlstore keeps everything of package store in SQLite or PostgreSQL,
// with one set of statements ($1, the subset both know). What differs between
// the two is in type dialect, in how transactions run, and in the DDL (package
// migrations).
//
//	Store.User, FindUser …  ──▶ reads ──▶ pool of connections (SQLite: query_only)
//	Store.Write(f) ── SQLite ──▶ writer: f in a savepoint, many f in one COMMIT
//	               └─ PostgreSQL ▶ a transaction of its own, again if it lost a race
//
// Every statement is a constant of type statement, so that a test finds them all
// and looks at the plan that each database makes of it. Statements are prepared
// once per connection; the parameter of a LIMIT is cast, because SQLite compiles a
// statement again whenever a LIMIT that is a mere parameter is bound.
//
// On PostgreSQL a transaction's Pool, Client, Domain, ResourceServer, Group,
// Document, AuthEvent and ImportJob lock the row they read, because callers change
// what they read and write it back; users carry a version instead. Signing keys,
// client secrets, users' credentials, challenge states and documents are sealed with
// their row's identity as associated data.
package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"idpond/internal/store"
)

// Config says which database to open and how its secrets are sealed.
type Config struct {
	DSN  string // "postgres://…" (or postgresql://…), or the path of a SQLite file
	Seal Sealer
	// MaxConns bounds the connections to PostgreSQL, or those that read SQLite; 0
	// chooses.
	MaxConns int
}

// Sealer encrypts what must not lie open in the database; internal/seal has one.
// Open fails on anything that was not sealed with the same associated data.
type Sealer interface {
	Seal(plaintext, associated []byte) ([]byte, error)
	Open(sealed, associated []byte) ([]byte, error)
}

var (
	// ErrWrongKey is returned by Open when the database was sealed with another key.
	ErrWrongKey = errors.New("the sealing key does not open this database: it was sealed with another key; " +
		"start with the key file (or key) that was in use when the database was made, or with an empty database")
	// ErrNewerSchema is returned when a newer release has migrated the database.
	ErrNewerSchema = errors.New("the database was migrated by a newer release")
	// ErrClosed is returned by a Write after Close.
	ErrClosed = errors.New("store: closed")
)

// Store implements store.Store.
type Store struct {
	reads
	write func(ctx context.Context, f func(store.Tx) error) error
	close func() error
}

var _ store.Store = (*Store)(nil)

// Open connects to the database, makes it if it is a SQLite file that is missing,
// migrates it, and makes sure that the key fits. Errors: ErrWrongKey,
// ErrNewerSchema, and what the database says.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Seal == nil {
		return nil, errors.New("sqlstore: Config.Seal is missing")
	}
	if err := Migrate(ctx, c); err != nil {
		return nil, err
	}
	open := openSQLite
	if isPostgres(c.DSN) {
		open = openPostgres
	}
	s, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := s.checkKey(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Write runs f in one transaction; see package store. It must not be called from
// inside another Write.
func (s *Store) Write(ctx context.Context, f func(store.Tx) error) error { return s.write(ctx, f) }

// Close waits for running transactions, commits them, and closes the database.
func (s *Store) Close() error { return s.close() }

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

const (
	selectMeta statement = `SELECT value FROM meta WHERE name = $1`
	insertMeta statement = `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`
)

// checkKey opens a constant that was sealed when the database was made.
func (s *Store) checkKey(ctx context.Context) error {
	const name, constant = "sealed_constant", "idpond"
	associated := identity("meta", name)
	sealed, err := s.seal.Seal([]byte(constant), associated)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	err = s.Write(ctx, func(t store.Tx) error {
		_, err := t.(*tx).run.exec(ctx, insertMeta, name, sealed)
		return err
	})
	if err != nil {
		return err
	}
	kept, err := one(ctx, s.run, selectMeta, scanBytes, name)
	if err != nil {
		return err
	}
	opened, err := s.seal.Open(kept, associated)
	if err != nil {
		return fmt.Errorf("%w (%v)", ErrWrongKey, err)
	}
	if string(opened) != constant {
		return ErrWrongKey
	}
	return nil
}
