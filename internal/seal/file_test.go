package seal

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestLoadOrCreateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "seal.key")
	made, err := LoadOrCreateFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", name, info.Mode().Perm(), err, want)
		}
	}
	loaded, err := LoadOrCreateFile(path)
	if err != nil || loaded.Text() != made.Text() {
		t.Errorf("second start got another key: %v", err)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLoadOrCreateFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seal.key")
	texts := make([]string, 8)
	var wg sync.WaitGroup
	for i := range texts {
		wg.Go(func() {
			r, err := LoadOrCreateFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			texts[i] = r.Text()
		})
	}
	wg.Wait()
	for _, text := range texts {
		if text != texts[0] {
			t.Fatal("two starts at once got different keys")
		}
	}
}

func TestLoadFileRefuses(t *testing.T) {
	dir := t.TempDir()
	good := "1:" + strings.Repeat("A", 43) + "=\n"
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"group may read", good, 0o640, "chmod 600"},
		{"all may read", good, 0o644, "chmod 600"},
		{"not a key file", "hello", 0o600, "want id:base64"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := LoadOrCreateFile(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %q and the path", c.name, err, c.want)
		}
	}
	if _, err := LoadOrCreateFile(dir); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("directory: got %v", err)
	}
}
