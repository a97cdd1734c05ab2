package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/userpool"
)

const benchUsers = 10_000

// benchStore is a store with benchUsers users u0, u1 ….
func benchStore(b *testing.B, dsn string) *sqlstore.Store {
	b.Helper()
	s, err := sqlstore.Open(b.Context(), sqlstore.Config{DSN: dsn, Seal: sealer{key: 1}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	mustWrite(b, s, createPool)
	for from := 0; from < benchUsers; from += 1000 {
		mustWrite(b, s, func(ctx context.Context, tx store.Tx) error {
			for i := range 1000 {
				if err := tx.CreateUser(ctx, testUser(fmt.Sprint("u", from+i))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return s
}

func eachBenchDatabase(b *testing.B, f func(b *testing.B, dsn string)) {
	b.Run("sqlite", func(b *testing.B) { f(b, sqliteDSN(b)) })
	b.Run("postgres", func(b *testing.B) { f(b, newSchema(b, postgresURL(b))) })
}

// BenchmarkFindUser is a sign-in's read. Beside it its bound: the same columns by a
// bare prepared SELECT on the key, on one connection.
func BenchmarkFindUser(b *testing.B) {
	eachBenchDatabase(b, func(b *testing.B, dsn string) {
		s := benchStore(b, dsn)
		find := func(i int64) error {
			names := []userpool.SignInName{{Kind: userpool.NameUsername, Value: fmt.Sprint("u", i%benchUsers)}}
			_, err := s.FindUser(b.Context(), poolID, names)
			return err
		}
		b.Run("one", func(b *testing.B) {
			b.ReportAllocs()
			for i := range int64(b.N) {
				if err := find(i * 7919); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("parallel", func(b *testing.B) {
			var n atomic.Int64
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := find(n.Add(7919)); err != nil {
						b.Error(err)
					}
				}
			})
		})
		b.Run("bound", func(b *testing.B) { bareSelect(b, dsn) })
	})
}

func bareSelect(b *testing.B, dsn string) {
	driver := "pgx"
	if !strings.HasPrefix(dsn, "postgres") {
		driver = "sqlite"
	}
	name, err := sqlstore.DriverDSN(dsn)
	if err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	stmt, err := conn.PrepareContext(ctx, `SELECT id, username, status, enabled, attributes, pending, names, credential,
		failed_passwords, locked_until, created_at, updated_at, version FROM users WHERE pool_id = $1 AND id = $2`)
	if err != nil {
		b.Fatal(err)
	}
	defer stmt.Close()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range int64(b.N) {
		var id, username, status, attributes, pending, names string
		var credential []byte
		var enabled bool
		var failed, locked, created, updated, version int64
		err := stmt.QueryRowContext(ctx, poolID, fmt.Sprint("u", i*7919%benchUsers)).Scan(&id, &username, &status, &enabled,
			&attributes, &pending, &names, &credential, &failed, &locked, &created, &updated, &version)
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkListUsersEqual is one user found by e-mail address, beside the whole user by id.
func BenchmarkListUsersEqual(b *testing.B) {
	eachBenchDatabase(b, func(b *testing.B, dsn string) {
		s := benchStore(b, dsn)
		q := store.UserQuery{PoolID: poolID, Attribute: "email", Value: "u777@example.org", Limit: 60}
		b.Run("one", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if l, err := s.ListUsers(b.Context(), q); err != nil || len(l) != 1 {
					b.Fatal(len(l), err)
				}
			}
		})
		b.Run("bound", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.User(b.Context(), poolID, "u777"); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func BenchmarkListUsersPrefix(b *testing.B) {
	eachBenchDatabase(b, func(b *testing.B, dsn string) {
		s := benchStore(b, dsn)
		q := store.UserQuery{PoolID: poolID, Attribute: "username", Value: "u9", Prefix: true, Limit: 60}
		b.ReportAllocs()
		for b.Loop() {
			if l, err := s.ListUsers(b.Context(), q); err != nil || len(l) != 60 {
				b.Fatal(len(l), err)
			}
		}
	})
}

// BenchmarkWrite is a durable write: a sign-in's grant with its refresh token, and
// the smallest there is; by one caller after the other, and by 64 who on SQLite
// share commits.
func BenchmarkWrite(b *testing.B) {
	eachBenchDatabase(b, func(b *testing.B, dsn string) {
		s := benchStore(b, dsn)
		var n atomic.Int64
		grant := func() error {
			i := n.Add(1)
			g := store.Grant{PoolID: poolID, ID: fmt.Sprint("g", i), UserID: fmt.Sprint("u", i%benchUsers), ClientID: "c"}
			token := store.Hash{byte(i), byte(i >> 8), byte(i >> 16), byte(i >> 24)}
			return s.Write(context.Background(), func(tx store.Tx) error {
				return tx.CreateGrant(context.Background(), g, &token)
			})
		}
		spend := func() error {
			i := n.Add(1)
			h := store.Hash{byte(i), byte(i >> 8), byte(i >> 16), byte(i >> 24)}
			return s.Write(context.Background(), func(tx store.Tx) error {
				return tx.Spend(context.Background(), poolID, h, testUser("u").CreatedAt)
			})
		}
		for _, c := range []struct {
			name string
			f    func() error
		}{{"grant", grant}, {"spend", spend}} {
			b.Run(c.name+"/one", func(b *testing.B) {
				for b.Loop() {
					if err := c.f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
			b.Run(c.name+"/64", func(b *testing.B) {
				b.SetParallelism(max(1, 64/runtime.GOMAXPROCS(0)))
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						if err := c.f(); err != nil {
							b.Error(err)
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
		}
	})
}
