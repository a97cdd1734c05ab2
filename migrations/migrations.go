// Package migrations embeds the schema: one folder per database with the same
// numbers and names in both, run by goose. Beside the migrations lies schema.txt,
// the schema after all of them; a test of sqlstore compares it with the database
// (go test ./internal/store/sqlstore -run Schema -update writes it anew).
//
// Times are integer microseconds since 1970 in UTC, 0 for none; JSON is TEXT. Every
// key begins with the pool id. No serial keys, triggers or advisory locks, so that
// engines that only speak PostgreSQL's protocol stay possible. On SQLite a table
// WITHOUT ROWID has no non-unique index that begins with its key's first column,
// because the planner ignores such an index.
package migrations

import "embed"

// FS holds sqlite/NNNNN_name.sql and postgres/NNNNN_name.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var FS embed.FS
