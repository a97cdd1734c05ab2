package sqlstore

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"idpond/internal/store"
)

// dialect is what differs between the databases, apart from how they are opened.
type dialect struct {
	name   string // folder of the migrations
	driver string // database/sql driver
	goose  goose.Dialect
	// lockRows: a row that is read to be changed is locked by FOR NO KEY UPDATE.
	lockRows bool
	// code says what an error of the driver means.
	code func(err error) errorClass
}

// errorClass is what an error of the database means to the store.
type errorClass int

const (
	otherError  errorClass = iota
	uniqueError            // a unique key is taken
	parentError            // a foreign key points to nothing
	raceError              // the transaction lost a race and may run again
)

func sqliteDialect() dialect {
	return dialect{name: "sqlite", driver: "sqlite", goose: goose.DialectSQLite3, code: sqliteCode}
}

func postgresDialect() dialect {
	return dialect{name: "postgres", driver: "pgx", goose: goose.DialectPostgres, lockRows: true, code: postgresCode}
}

func dialectOf(dsn string) dialect {
	if isPostgres(dsn) {
		return postgresDialect()
	}
	return sqliteDialect()
}

// Extended result codes of SQLite (sqlite.org/rescode.html).
func sqliteCode(err error) errorClass {
	se, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return otherError
	}
	switch se.Code() {
	case 1555, 2067: // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
		return uniqueError
	case 787: // SQLITE_CONSTRAINT_FOREIGNKEY
		return parentError
	}
	return otherError
}

// SQLSTATE codes of PostgreSQL (its manual, appendix A).
func postgresCode(err error) errorClass {
	pe, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return otherError
	}
	switch pe.Code {
	case "23505": // unique_violation
		return uniqueError
	case "23503": // foreign_key_violation
		return parentError
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return raceError
	}
	return otherError
}

// mapErr turns the errors of the database into those of package store.
func (d dialect) mapErr(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return store.ErrNotFound
	}
	switch d.code(err) {
	case uniqueError:
		return store.ErrExists
	case parentError:
		return store.ErrNotFound
	case raceError:
		return errors.Join(store.ErrStale, err)
	}
	return err
}
