package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/migrations"
)

// rawSQLite opens the file behind the store's back.
func rawSQLite(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestSchema compares the schema after all migrations with what is committed.
func TestSchema(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dsn := sqliteDSN(t)
		openStore(t, dsn)
		got := dump(t, rawSQLite(t, dsn), `SELECT sql || ';' FROM sqlite_schema
			WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite%' AND tbl_name NOT LIKE 'goose%' ORDER BY tbl_name, type DESC, name`)
		compareFile(t, "../../../migrations/sqlite/schema.txt", got)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := newSchema(t, postgresURL(t))
		openStore(t, dsn)
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		columns := dump(t, db, `SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
				|| COALESCE(' COLLATE ' || quote_ident(NULLIF(l.collname, 'default')), '')
				|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
				|| COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
			LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND c.relname NOT LIKE 'goose%'
			ORDER BY c.relname COLLATE "C", a.attnum`)
		constraints := dump(t, db, `SELECT c.conrelid::regclass || ' ' || pg_get_constraintdef(c.oid)
			FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
			WHERE c.connamespace = current_schema()::regnamespace AND r.relname NOT LIKE 'goose%'
			ORDER BY r.relname COLLATE "C", c.contype, c.conname COLLATE "C"`)
		indexes := dump(t, db, `SELECT replace(indexdef, schemaname || '.', '') FROM pg_indexes
			WHERE schemaname = current_schema() AND tablename NOT LIKE 'goose%' ORDER BY indexname COLLATE "C"`)
		compareFile(t, "../../../migrations/postgres/schema.txt", columns+"\n"+constraints+"\n"+indexes)
	})
}

func dump(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return queryLines(t, conn, query)
}

// TestMigrationNames: both databases have the same migrations.
func TestMigrationNames(t *testing.T) {
	lite, err := fs.Glob(migrations.FS, "sqlite/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range lite {
		if !strings.HasPrefix(filepath.Base(path), fmt.Sprintf("%05d_", i+1)) {
			t.Errorf("%s: want number %05d", path, i+1)
		}
		if _, err := fs.Stat(migrations.FS, "postgres/"+filepath.Base(path)); err != nil {
			t.Errorf("%s has no twin: %v", path, err)
		}
	}
	pg, err := fs.Glob(migrations.FS, "postgres/*.sql")
	if err != nil || len(pg) != len(lite) {
		t.Errorf("error %v; %d migrations for PostgreSQL, %d for SQLite", err, len(pg), len(lite))
	}
}

func TestSchemaVersion(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		c := config(dsn)
		have, know, err := sqlstore.SchemaVersion(t.Context(), c)
		if err != nil || have != 0 || know < 1 {
			t.Fatalf("before migrating: have %d, know %d, error %v", have, know, err)
		}
		for range 2 { // the second time there is nothing to do
			if err := sqlstore.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if have, know, err = sqlstore.SchemaVersion(t.Context(), c); err != nil || have != know {
			t.Fatalf("after migrating: have %d, know %d, error %v", have, know, err)
		}
		execRaw(t, dsn, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
		_, err = sqlstore.Open(t.Context(), c)
		if !errors.Is(err, sqlstore.ErrNewerSchema) || !strings.Contains(err.Error(), "99999") {
			t.Errorf("got error %v, want ErrNewerSchema with the version", err)
		}
	})
}

func execRaw(t *testing.T, dsn, text string) {
	t.Helper()
	if strings.HasPrefix(dsn, "postgres") {
		execPostgres(t, dsn, text)
		return
	}
	if _, err := rawSQLite(t, dsn).Exec(text); err != nil {
		t.Fatal(err)
	}
}

// TestMigrateTogether: nodes that start at once all come up.
func TestMigrateTogether(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		errs := make(chan error)
		const nodes = 4
		for range nodes {
			go func() {
				s, err := sqlstore.Open(t.Context(), config(dsn))
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
		for range nodes {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// provider makes single migrations of a database.
func provider(t *testing.T, dsn string) *goose.Provider {
	t.Helper()
	d, driver, folder := goose.DialectSQLite3, "sqlite", "sqlite"
	if strings.HasPrefix(dsn, "postgres") {
		d, driver, folder = goose.DialectPostgres, "pgx", "postgres"
	} else {
		dsn = (&url.URL{Scheme: "file", Path: dsn}).String()
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	files, err := fs.Sub(migrations.FS, folder)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(d, db, files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMigrateDown takes every migration back and makes it again.
func TestMigrateDown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		p := provider(t, dsn)
		for range 2 {
			if _, err := p.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := p.DownTo(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestMigrateBrowsers: a browser that signed in before its user had a column is found by
// the user from then on.
func TestMigrateBrowsers(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dsn string) {
		if _, err := provider(t, dsn).UpTo(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		signedIn := previousBrowser
		if !strings.HasPrefix(dsn, "postgres") {
			signedIn = strings.ReplaceAll(signedIn, "BYTEA", "BLOB")
		}
		execRaw(t, dsn, signedIn)
		s := openStore(t, dsn)
		there := func() error {
			_, err := s.BrowserSession(t.Context(), poolID, store.Hash([]byte(strings.Repeat("0", 32))), time.Time{})
			return err
		}
		if err := there(); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, s, func(ctx context.Context, tx store.Tx) error {
			return tx.EndSignIns(ctx, poolID, "old", time.Unix(1, 0))
		})
		if err := there(); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got error %v, want ErrNotFound", err)
		}
	})
}
