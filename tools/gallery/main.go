// Gallery writes every page in every state as HTML into a directory, with the
// style sheet and script beside it, to be looked at without a server:
//
//	go run ./tools/gallery /tmp/gallery && open /tmp/gallery/index.html
package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"

	"idpond/assets"
	"idpond/web"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gallery DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var index bytes.Buffer
	fmt.Fprint(&index, "<!doctype html><meta charset=utf-8><title>Pages</title><ul>")
	for _, item := range web.Gallery(web.Frame{Stylesheet: "idpond.css", Script: "idpond.js", PasskeyScript: "passkeys.js", Icon: "favicon.svg"}) {
		var page bytes.Buffer
		if err := item.Component.Render(context.Background(), &page); err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, item.Name+".html"), page.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&index, "<li><a href=%[1]q>%[1]s</a>", html.EscapeString(item.Name)+".html")
	}
	if err := os.WriteFile(filepath.Join(dir, "index.html"), index.Bytes(), 0o644); err != nil {
		return err
	}
	return writeAssets(dir)
}

func writeAssets(dir string) error {
	static, err := fs.Sub(assets.FS, "static")
	if err != nil {
		return err
	}
	names, err := fs.Glob(static, "*")
	if err != nil {
		return err
	}
	for _, name := range names {
		content, err := fs.ReadFile(static, name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
