package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"

	"idpond/migrations"
)

// Migrate brings the database to the newest schema that this binary knows, and
// leaves one that is there already alone. It returns ErrNewerSchema when the
// database is ahead. Nodes that start together on PostgreSQL take turns. On SQLite
// there is nothing to take turns by: the one that comes second to a migration fails
// at it, sees that it is done, and goes on.
func Migrate(ctx context.Context, c Config) error {
	return withProvider(ctx, c, func(p *goose.Provider) error {
		var failed error
		for last := int64(-1); ; {
			have, know, err := p.GetVersions(ctx)
			switch {
			case err != nil:
				return fmt.Errorf("read the schema's version: %w", err)
			case have > know:
				return newerSchema(have, know)
			case have == know:
				return nil
			case have == last:
				return fmt.Errorf("migrate: %w", failed)
			}
			last = have
			_, failed = p.Up(ctx)
		}
	})
}

// SchemaVersion gives the version that the database has (0 before its first
// migration) and the newest one that this binary knows.
func SchemaVersion(ctx context.Context, c Config) (have, know int64, err error) {
	err = withProvider(ctx, c, func(p *goose.Provider) error {
		have, know, err = p.GetVersions(ctx)
		return err
	})
	return have, know, err
}

func newerSchema(have, know int64) error {
	return fmt.Errorf("%w: its schema has version %d, this binary knows %d; run the newer release, "+
		"or restore a backup that was made before it", ErrNewerSchema, have, know)
}

// reachWithin is how long a database that others are busy with is tried.
const reachWithin = 10 * time.Second

// reach makes the first connection. Whatever its busy timeout, SQLite does not wait
// for another node that turns a new file to write-ahead logging at the same moment,
// so that is tried again.
func reach(ctx context.Context, db *sql.DB) error {
	for deadline := time.Now().Add(reachWithin); ; {
		err := db.PingContext(ctx)
		if busy, ok := errors.AsType[*sqlite.Error](err); !ok || busy.Code()&0xff != sqliteBusy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// sqliteBusy is SQLITE_BUSY, the primary result code.
const sqliteBusy = 5

// withProvider runs f with goose on a connection of its own.
func withProvider(ctx context.Context, c Config, f func(*goose.Provider) error) error {
	d := dialectOf(c.DSN)
	dsn, err := driverDSN(c.DSN, forWriting)
	if err != nil {
		return err
	}
	db, err := sql.Open(d.driver, dsn)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer db.Close()
	if err := reach(ctx, db); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	files, err := fs.Sub(migrations.FS, d.name)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d.name == "postgres" {
		// A row in a table, not an advisory lock: see design §3.
		locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(250*time.Millisecond, 1200))
		if err != nil {
			return err
		}
		options = append(options, goose.WithLocker(locker))
	}
	p, err := goose.NewProvider(d.goose, db, files, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return f(p)
}
