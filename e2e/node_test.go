package e2e

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// TestNode runs the JavaScript clients of js/ against a server on either database.
func TestNode(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { runNode(t) })
	t.Run("postgres", func(t *testing.T) { runNode(t, "--database="+postgres(t)) })
}

func runNode(t *testing.T, args ...string) {
	node := need(t, "node")
	if _, err := os.Stat("js/node_modules"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("js/node_modules is missing, and CI skips nothing")
		}
		t.Skip("js/node_modules is missing: make test installs it")
	}
	s := start(t, t.TempDir(), slices.Concat(args, functions(t), []string{"--empty"})...)
	cmd := exec.Command(node, "--no-warnings", "--test", "--test-reporter=spec", "js/")
	cmd.Env = append(os.Environ(), "IDPOND_URL="+s.URL)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\nserver log:\n%s", err, out, s.stderr)
	}
	t.Logf("%s", out)
}

// postgres gives the URL of an empty schema on the server that POSTGRES_URL names.
func postgres(t *testing.T) string {
	t.Helper()
	base := os.Getenv("POSTGRES_URL")
	if base == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("POSTGRES_URL is not set, and CI skips nothing")
		}
		t.Skip("POSTGRES_URL is not set: make test starts a server")
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	schema := "e2e_" + strings.ToLower(rand.Text())
	if _, err := db.Exec(`CREATE SCHEMA ` + schema); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
