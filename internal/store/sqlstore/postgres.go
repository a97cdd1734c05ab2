package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"idpond/internal/store"
)

func openPostgres(_ context.Context, c Config) (*Store, error) {
	n := c.MaxConns
	if n == 0 {
		n = max(16, 4*runtime.GOMAXPROCS(0))
	}
	db, err := openDB(c, forWriting, n)
	if err != nil {
		return nil, err
	}
	d := postgresDialect()
	return &Store{
		reads: reads{run: dbRunner{db}, dialect: d, seal: c.Seal},
		write: func(ctx context.Context, f func(store.Tx) error) error {
			return retry(ctx, func() error { return writePostgres(ctx, db, reads{dialect: d, seal: c.Seal, inTx: true}, f) })
		},
		close: db.Close,
	}, nil
}

// writePostgres runs f in one transaction, read committed: what can be raced is
// decided by single statements, locked rows and versions.
func writePostgres(ctx context.Context, db *sql.DB, r reads, f func(store.Tx) error) error {
	sqlTx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer sqlTx.Rollback() // does nothing after a commit
	r.run = dbRunner{sqlTx}
	t := &tx{reads: r}
	if err := f(t); err != nil {
		return err
	}
	if err := t.raiseVersion(ctx); err != nil {
		return err
	}
	return r.mapErr(sqlTx.Commit())
}

// retry runs attempt again, after a short while that grows, when it lost a race.
func retry(ctx context.Context, attempt func() error) error {
	for n := range maxAttempts {
		err := attempt()
		if !errors.Is(err, store.ErrStale) || n == maxAttempts-1 {
			return err
		}
		pause := time.Millisecond << min(n, 6)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
	return nil
}

// dbRunner runs statements on PostgreSQL, on the pool or in a transaction. pgx
// prepares each statement once per connection by itself.
type dbRunner struct {
	db interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
}

// errNoText: PostgreSQL would end the transaction over text that it can't hold. No
// row has such a key.
var errNoText = fmt.Errorf("%w: text that is not UTF-8, or holds a NUL", store.ErrNotFound)

func checkText(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && (!utf8.ValidString(s) || strings.ContainsRune(s, 0)) {
			return errNoText
		}
	}
	return nil
}

func (r dbRunner) query(ctx context.Context, s statement, args ...any) (*sql.Rows, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	return r.db.QueryContext(ctx, string(s), args...)
}

func (r dbRunner) exec(ctx context.Context, s statement, args ...any) (int64, error) {
	if err := checkText(args); err != nil {
		return 0, err
	}
	res, err := r.db.ExecContext(ctx, string(s), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
