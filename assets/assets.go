// Package assets holds the files that the pages load: one style sheet, one
// script that no page depends on, the icon.
//
// They are embedded, so a server is one binary. Files serves them below Prefix
// and gives each an address that carries a hash of its content:
//
//	files := assets.Load()
//	mux.Handle(assets.Prefix, files)
//	href := files.URL("idpond.css") // /_idpond/static/idpond.css?v=1f0a…
//
// What is asked for with its present hash may be kept for a year; with another
// hash or none (a page of the release before, during an upgrade of several
// nodes) the same file is served, but asked about again each time.
package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// FS holds everything under static/.
//
//go:embed static
var FS embed.FS

// Prefix is the path below which Files expects to be mounted.
const Prefix = "/_idpond/static/"

// Files serves the embedded files. It is immutable and safe for concurrent use.
type Files struct {
	byName map[string]file
}

type file struct {
	content []byte
	hash    string // first 16 hex digits of SHA-256
}

// Load reads and hashes the embedded files. It panics if the binary itself is broken.
func Load() *Files {
	byName := make(map[string]file)
	err := fs.WalkDir(FS, "static", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := FS.ReadFile(path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		byName[strings.TrimPrefix(path, "static/")] = file{content, hex.EncodeToString(sum[:8])}
		return nil
	})
	if err != nil {
		panic("assets: " + err.Error())
	}
	return &Files{byName}
}

// URL is the address of a file, with its hash. It panics for a name that is not
// embedded, because only code asks.
func (f *Files) URL(name string) string {
	found, ok := f.byName[name]
	if !ok {
		panic("assets: no file " + name)
	}
	return Prefix + name + "?v=" + found.hash
}

// ServeHTTP answers GET and HEAD for the files below Prefix.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	found, ok := f.byName[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed.", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("ETag", `"`+found.hash+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == found.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(found.content))
}
