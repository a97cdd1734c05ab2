package web_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeneratedIsCommitted runs the generator on copies of the templates and
// compares what it writes with what is here.
func TestGeneratedIsCommitted(t *testing.T) {
	dir := t.TempDir()
	for _, name := range glob(t, "*.templ") {
		if err := os.WriteFile(filepath.Join(dir, name), read(t, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "tool", "templ", "generate", "-path", dir).CombinedOutput(); err != nil {
		t.Fatalf("templ generate: %v\n%s", err, out)
	}
	var fresh []string
	for _, path := range glob(t, filepath.Join(dir, "*_templ.go")) {
		name := filepath.Base(path)
		fresh = append(fresh, name)
		if _, err := os.Stat(name); err == nil && string(read(t, name)) != string(read(t, path)) {
			t.Errorf("%s is not what its template generates: run go generate ./web", name)
		}
	}
	if diff := cmp.Diff(glob(t, "*_templ.go"), fresh); diff != "" {
		t.Errorf("generated files (-here +of the templates): run go generate ./web\n%s", diff)
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s (%v)", pattern, err)
	}
	return paths
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
