package e2e

import (
	"os"
	"os/exec"
	"testing"
)

// TestNode runs the JavaScript clients of js/ against a server.
func TestNode(t *testing.T) {
	node := need(t, "node")
	if _, err := os.Stat("js/node_modules"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("js/node_modules is missing, and CI skips nothing")
		}
		t.Skip("js/node_modules is missing: make test installs it")
	}
	s := start(t, t.TempDir(), "--empty")
	cmd := exec.Command(node, "--test", "--test-reporter=spec", "js/")
	cmd.Env = append(os.Environ(), "IDPOND_URL="+s.URL)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\nserver log:\n%s", err, out, s.stderr)
	}
	t.Logf("%s", out)
}
