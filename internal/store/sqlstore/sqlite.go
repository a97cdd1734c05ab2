package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// access is what a connection is for.
type access int

const (
	forWriting access = iota
	forReading
)

// driverDSN is the name that the driver wants. A SQLite file is made with mode
// 0600 if it is missing; its -wal and -shm files inherit that.
func driverDSN(dsn string, a access) (string, error) {
	if isPostgres(dsn) {
		return dsn, nil
	}
	path, err := filepath.Abs(dsn)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	if a == forReading {
		q["_pragma"] = append(q["_pragma"], "query_only(1)", "cache_size(-8000)")
	} else {
		// 16 MB of log between checkpoints: a page that is written often is copied once.
		q["_pragma"] = append(q["_pragma"], "cache_size(-32000)", "wal_autocheckpoint(4000)")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String(), nil
}

func openSQLite(ctx context.Context, c Config) (*Store, error) {
	w, err := openWriter(ctx, c)
	if err != nil {
		return nil, err
	}
	n := c.MaxConns
	if n == 0 {
		n = max(4, 2*runtime.GOMAXPROCS(0))
	}
	db, err := openDB(c, forReading, n)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	run := &sqliteReader{db: db}
	return &Store{
		reads: reads{run: run, dialect: sqliteDialect(), seal: c.Seal},
		write: w.write,
		close: func() error { return errors.Join(w.close(), run.close()) },
	}, nil
}

// openDB opens a pool of at most n connections that stay open.
func openDB(c Config, a access, n int) (*sql.DB, error) {
	dsn, err := driverDSN(c.DSN, a)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open(dialectOf(c.DSN).driver, dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
