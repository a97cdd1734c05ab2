package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// A statement is the text of an SQL statement. All of them are constants of this
// type: the test of the plans finds them by it.
type statement string

// runner runs statements: on a pool of connections, or in a transaction.
type runner interface {
	// exec gives the number of rows that the statement changed.
	exec(ctx context.Context, s statement, args ...any) (int64, error)
	query(ctx context.Context, s statement, args ...any) (*sql.Rows, error)
}

// one gives the first row, or sql.ErrNoRows.
func one[T any](ctx context.Context, r runner, s statement, scan func(*sql.Rows) (T, error), args ...any) (T, error) {
	var zero T
	rows, err := r.query(ctx, s, args...)
	if err != nil {
		return zero, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return zero, err
		}
		return zero, sql.ErrNoRows
	}
	v, err := scan(rows)
	if err != nil {
		return zero, err
	}
	return v, rows.Close()
}

// list gives all rows.
func list[T any](ctx context.Context, r runner, s statement, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	rows, err := r.query(ctx, s, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func scanInt(rows *sql.Rows) (n int64, err error)        { err = rows.Scan(&n); return n, err }
func scanString(rows *sql.Rows) (s string, err error)    { err = rows.Scan(&s); return s, err }
func scanBytes(rows *sql.Rows) (value []byte, err error) { err = rows.Scan(&value); return value, err }

// sqliteReader runs reads on the pool of reading connections. They take
// microseconds, so a caller's context is asked once and not carried along: the
// driver and database/sql would each start a goroutine to watch it.
type sqliteReader struct {
	db       *sql.DB
	prepared sync.Map // statement → *sql.Stmt
}

func (r *sqliteReader) prepare(s statement) (*sql.Stmt, error) {
	if p, ok := r.prepared.Load(s); ok {
		return p.(*sql.Stmt), nil
	}
	p, err := r.db.PrepareContext(context.Background(), string(s))
	if err != nil {
		return nil, err
	}
	if first, loaded := r.prepared.LoadOrStore(s, p); loaded {
		return first.(*sql.Stmt), p.Close()
	}
	return p, nil
}

func (r *sqliteReader) query(ctx context.Context, s statement, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := r.prepare(s)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(context.Background(), args...)
}

func (r *sqliteReader) exec(context.Context, statement, ...any) (int64, error) {
	return 0, errors.New("sqlstore: a write outside a transaction")
}

func (r *sqliteReader) close() error {
	var errs []error
	for _, p := range r.prepared.Range {
		errs = append(errs, p.(*sql.Stmt).Close())
	}
	return errors.Join(append(errs, r.db.Close())...)
}

// connRunner runs statements on the one connection that writes SQLite. It leaves
// the caller's context out of the database for the reason above, and because an
// interrupted statement would roll back what others did in the same commit.
type connRunner struct {
	conn     *sql.Conn
	prepared map[statement]*sql.Stmt
}

func (r *connRunner) prepare(s statement) (*sql.Stmt, error) {
	if p, ok := r.prepared[s]; ok {
		return p, nil
	}
	p, err := r.conn.PrepareContext(context.Background(), string(s))
	if err != nil {
		return nil, err
	}
	r.prepared[s] = p
	return p, nil
}

func (r *connRunner) query(ctx context.Context, s statement, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := r.prepare(s)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(context.Background(), args...)
}

func (r *connRunner) exec(ctx context.Context, s statement, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	p, err := r.prepare(s)
	if err != nil {
		return 0, err
	}
	res, err := p.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (r *connRunner) close() error {
	var errs []error
	for _, p := range r.prepared {
		errs = append(errs, p.Close())
	}
	return errors.Join(append(errs, r.conn.Close())...)
}
