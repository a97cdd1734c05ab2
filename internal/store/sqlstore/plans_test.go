package sqlstore_test

import (
	"database/sql"
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// statements finds every SQL text of the package: its constants of type statement.
func statements(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	// Imports are not resolved: the constants don't need them.
	config := types.Config{IgnoreFuncBodies: true, FakeImportC: true, Error: func(error) {}}
	pkg, _ := config.Check("sqlstore", fset, files, nil)
	found := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if ok && c.Type().String() == "sqlstore.statement" {
			found[name] = constant.StringVal(c.Val())
		}
	}
	if len(found) < 60 {
		t.Fatalf("found %d statements only", len(found))
	}
	return found
}

func parameters(statement string) int {
	n := 0
	for strings.Contains(statement, fmt.Sprintf("$%d", n+1)) {
		n++
	}
	return n
}

// TestSQLitePlans: no statement reads a table from end to end or sorts, and each
// uses as much of its index as when somebody last looked at the golden file. Nor is
// any compiled again at each call, which takes longer than most of them run.
func TestSQLitePlans(t *testing.T) {
	dsn := sqliteDSN(t)
	openStore(t, dsn)
	db := rawSQLite(t, dsn)
	all := statements(t)
	var golden strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text := all[name]
		if strings.Contains(text, " FOR NO KEY UPDATE") {
			continue // PostgreSQL alone sees these
		}
		if strings.Contains(text, "LIMIT $") {
			t.Errorf("%s: SQLite compiles it again for every value of a LIMIT that is a mere parameter; cast it", name)
		}
		rows, err := db.Query("EXPLAIN QUERY PLAN "+text, make([]any, parameters(text))...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fmt.Fprintln(&golden, name)
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&golden, "   ", detail)
			if strings.HasPrefix(detail, "SCAN") && detail != "SCAN CONSTANT ROW" || strings.Contains(detail, "TEMP B-TREE") {
				t.Errorf("%s: %s", name, detail)
			}
		}
		rows.Close()
	}
	compareFile(t, filepath.Join("testdata", "plans.sqlite.txt"), golden.String())
}

// fillPostgres gives the planner something to think about: a pool with thousands
// of everything, beside small ones.
const fillPostgres = `
	INSERT INTO pools SELECT 'p' || i, 'r', 'n', '{}', 0, 0 FROM generate_series(1, 500) i;
	INSERT INTO clients SELECT 'p1', 'c' || i, 'n', '', '{}', 0, 0 FROM generate_series(1, 3000) i;
	INSERT INTO domains SELECT 'p1', 'd' || i, '', '', 1, '', '' FROM generate_series(1, 3000) i;
	INSERT INTO resource_servers SELECT 'p1', 'r' || i, '', '' FROM generate_series(1, 3000) i;
	INSERT INTO groups SELECT 'p1', 'g' || i, '', '', 0, 0, 0 FROM generate_series(1, 3000) i;
	INSERT INTO signing_keys SELECT 'p' || i, s, '', '', '', 0 FROM generate_series(1, 500) i, generate_series(0, 1) s;
	INSERT INTO users SELECT 'p1', 'u' || i, 'n', 'CONFIRMED', true, '{}', '', '', '', 0, 0, 0, 0, 0, 1 FROM generate_series(1, 5000) i;
	INSERT INTO sign_in_names SELECT 'p1', k, 'v' || i, 'u' || i FROM generate_series(1, 5000) i, unnest(ARRAY['username', 'email']) k;
	INSERT INTO user_search SELECT 'p1', k, 'v' || i / 3, 'u' || i FROM generate_series(1, 5000) i, unnest(ARRAY['name', 'email']) k;
	INSERT INTO user_counts SELECT 'p' || i, s, 0 FROM generate_series(1, 100) i, generate_series(0, 15) s;
	INSERT INTO group_members SELECT 'p1', 'g' || g, 'u' || i FROM generate_series(1, 5000) i, generate_series(1, 3) g;
	INSERT INTO codes SELECT 'p1', 'u' || i, 'sign_up', '', '', '', i FROM generate_series(1, 5000) i;
	INSERT INTO counters SELECT 'p1', 'u' || i, a, 0, i FROM generate_series(1, 5000) i, unnest(ARRAY['a', 'b']) a;
	INSERT INTO grants SELECT 'p1', 'g' || i, 'u' || i % 5000 + 1, '', '', '', '', true, 0, i, 0, '', '', '', 0 FROM generate_series(1, 9000) i;
	INSERT INTO refresh_tokens SELECT 'p1', decode(md5(i::text), 'hex'), 'g' || i % 9000 + 1, 0 FROM generate_series(1, 18000) i;
	INSERT INTO spent SELECT 'p1', decode(md5(i::text), 'hex'), i FROM generate_series(1, 9000) i;
	INSERT INTO auth_codes SELECT 'p1', decode(md5(i::text), 'hex'), '', '', '', '', '', '', 0, i, '' FROM generate_series(1, 9000) i;
	INSERT INTO browser_sessions SELECT 'p1', decode(md5(i::text), 'hex'), '', i, 'u' || i % 5000 + 1 FROM generate_series(1, 9000) i;
	INSERT INTO documents SELECT 'p1', k, 'd' || i, NULLIF('n' || i % 2000, 'n0'), '', 0, 0 FROM generate_series(1, 2000) i, unnest(ARRAY['terms', 'risk']) k;
	INSERT INTO identity_links SELECT 'p1', 'i' || i % 5, 'a', 'v' || i, 'u' || i FROM generate_series(1, 5000) i;
	INSERT INTO auth_events SELECT 'p1', 'u' || i % 90 + 1, 'e' || i, i, '{}' FROM generate_series(1, 9000) i;
	INSERT INTO provisioned_limits SELECT 'c' || i, i FROM generate_series(1, 20) i;
	INSERT INTO import_jobs SELECT 'p1', 'j' || i, s, '', i, 0, 0, 0, 0, 0, 0, '{}', i FROM generate_series(1, 3000) i,
		LATERAL (SELECT CASE i % 100 WHEN 0 THEN 'Pending' WHEN 1 THEN 'InProgress' ELSE 'Succeeded' END AS s) x;
	INSERT INTO import_chunks SELECT 'p1', 'j' || i, n, '' FROM generate_series(1, 500) i, generate_series(0, 9) n;
	INSERT INTO import_log SELECT 'p1', 'j' || i, n, '' FROM generate_series(1, 500) i, generate_series(0, 20) n;
	INSERT INTO devices SELECT 'p1', 'u' || i % 90 + 1, 'k' || i, '', '', i % 3 = 0, '', 0, 0, 0 FROM generate_series(1, 9000) i;
	INSERT INTO passkeys SELECT 'p1', 'k' || i, 'u' || i % 90 + 1, '', '', '', '', '[]', '', 0, true, true, true, 0, 0 FROM generate_series(1, 9000) i;
	INSERT INTO password_history SELECT 'p1', 'u' || i % 90 + 1, i, '' FROM generate_series(1, 9000) i;
	INSERT INTO challenge_states SELECT 'p1', decode(md5(i::text), 'hex'), '', i FROM generate_series(1, 9000) i;
	ANALYZE pools, clients, domains, resource_servers, groups, signing_keys, users, sign_in_names, user_search, user_counts,
		group_members, codes, counters, grants, refresh_tokens, spent, auth_codes, browser_sessions, documents,
		identity_links, auth_events, provisioned_limits, import_jobs, import_chunks, import_log, devices, passkeys,
		password_history, challenge_states`

// TestPostgresPlans: no statement needs to read a table from end to end, to sort, or
// to join by comparing. Small tables would be read whole, so that is forbidden; and
// so are bitmaps, which would sort two rows rather than follow the index.
func TestPostgresPlans(t *testing.T) {
	dsn := newSchema(t, postgresURL(t))
	openStore(t, dsn)
	execPostgres(t, dsn, fillPostgres)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, setting := range []string{"enable_seqscan = off", "enable_bitmapscan = off", "plan_cache_mode = force_custom_plan"} {
		if _, err := conn.ExecContext(t.Context(), "SET "+setting); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range statements(t) {
		if _, err := conn.ExecContext(t.Context(), "PREPARE "+name+" AS "+text); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		plan := queryLines(t, conn, "EXPLAIN EXECUTE "+name+likelyArguments(t, conn, name))
		for _, bad := range []string{"Seq Scan", "Sort", "Join Filter", "Hash Join", "Merge"} {
			if strings.Contains(plan, bad) && !allowed(name, bad) {
				t.Errorf("%s:\n%s", name, plan)
			}
		}
	}
}

// likelyArguments gives values that the tables of fillPostgres hold, and a limit of
// 60: prepared statements get a plan for their values where that is cheaper.
func likelyArguments(t *testing.T, conn *sql.Conn, prepared string) string {
	t.Helper()
	types := queryLines(t, conn, `SELECT unnest(parameter_types) FROM pg_prepared_statements WHERE name = lower('`+prepared+`')`)
	var values []string
	for typ := range strings.Lines(types) {
		value, ok := map[string]string{
			"text": "'u77'", "bigint": "60", "integer": "1", "boolean": "true", "bytea": "'\\x00'",
		}[strings.TrimSpace(typ)]
		if !ok {
			t.Errorf("%s: no value of type %s", prepared, typ)
		}
		if value == "'u77'" && len(values) == 0 {
			value = "'p1'"
		}
		values = append(values, value)
	}
	if len(values) == 0 {
		return ""
	}
	return "(" + strings.Join(values, ", ") + ")"
}

// allowed: deleting a pool reads all that is in it, in whatever way.
func allowed(name, bad string) bool {
	return strings.HasPrefix(name, "deletePool") && bad == "Seq Scan"
}

func queryLines(t *testing.T, conn *sql.Conn, query string) string {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var lines strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&lines, line)
	}
	return lines.String()
}

// compareFile compares a golden file; with -update it writes it.
func compareFile(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}
