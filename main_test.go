package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"idpond": func() {
			os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdout, os.Stderr}))
		},
	})
}

// TestScript runs the command line as a user does; the scripts say what comes out.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"newer-schema": newerSchema,
		},
	})
}

// whenWritten is a writer that says when somebody writes.
type whenWritten func()

func (w whenWritten) Write(b []byte) (int, error) {
	w()
	return len(b), nil
}

// TestExposedConfiguration: so does one whose configuration file has a secret.
func TestExposedConfiguration(t *testing.T) {
	for text, secret := range map[string]bool{
		`access-keys = ["AKID:sixteen-letters--"]`: true, `trigger-secret = "sixteen-letters--"`: true,
		`log-level = "warn"`: false, `database = "idpond.db"`: false,
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "idpond.toml")
		if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chmod(file, 0o644)); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		ctx, started := context.WithCancel(t.Context())
		var log bytes.Buffer
		args := []string{"--config=" + file, "--listen=127.0.0.1:0", "--data=" + dir, "--empty"}
		if code := run(ctx, args, streams{whenWritten(started), &log}); code != 0 {
			t.Fatalf("exit code %d\n%s", code, &log)
		}
		if warned := strings.Contains(log.String(), "OTHERS THAN ITS OWNER") && strings.Contains(log.String(), file); warned != secret {
			t.Errorf("%s: warned is %v\n%s", text, warned, &log)
		}
	}
}

// TestExposedSecrets: a server whose access keys others may read says so as it starts.
func TestExposedSecrets(t *testing.T) {
	for mode, warned := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o620: true} {
		keys := filepath.Join(t.TempDir(), "keys")
		if err := errors.Join(os.WriteFile(keys, []byte("AKID:sixteen-letters--\n"), 0o600), os.Chmod(keys, mode)); err != nil {
			t.Fatal(err)
		}
		ctx, started := context.WithCancel(t.Context())
		var log bytes.Buffer
		args := []string{"--listen=127.0.0.1:0", "--data=" + t.TempDir(), "--empty", "--access-keys-file=" + keys}
		if code := run(ctx, args, streams{whenWritten(started), &log}); code != 0 {
			t.Fatalf("exit code %d\n%s", code, &log)
		}
		if got := strings.Contains(log.String(), "OTHERS THAN ITS OWNER") && strings.Contains(log.String(), keys); got != warned {
			t.Errorf("mode %o: warned is %v\n%s", mode, got, &log)
		}
		if strings.Contains(log.String(), "sixteen-letters--") {
			t.Errorf("the log has the key:\n%s", &log)
		}
	}
}

// newerSchema makes the database of a data directory look as a later release left it.
func newerSchema(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "idpond.db"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
	ts.Check(err)
}
