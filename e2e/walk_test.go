package e2e

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestWalk has the AWS command line call every operation of the API, once with a
// good request and once with a bad one (walk/operations.py), on a server as it is
// started by hand. testdata/walk.txt has the members of each first good answer and
// the error of each bad one.
func TestWalk(t *testing.T) {
	need(t, "/usr/bin/aws", "aws")
	s := start(t, t.TempDir())
	// Debian's awscli is a package of the system's own Python.
	cmd := exec.Command(need(t, "/usr/bin/python3", "python3"), "-B", "walk/walk.py", s.URL, "../tools/apigen/facts.json", t.TempDir())
	cmd.Env = append(os.Environ(), "PYTHONWARNINGS=ignore")
	var told, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &told, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &problems)
	}
	const golden = "testdata/walk.txt"
	if *update {
		if err := os.WriteFile(golden, told.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), told.String()); diff != "" {
		t.Errorf("answers differ from %s (-want +got):\n%s", golden, diff)
	}
}
