package web_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"idpond/assets"
	"idpond/web"
)

var shots = flag.String("shots", "", "directory to which TestInBrowser writes a picture of every page in every width and scheme")

// policy allows what the pages need and no more. A server must not add form-action
// 'self': Chromium holds it against the redirect to the app that follows a sign-in.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"

// TestInBrowser opens every page in Chromium under a strict policy, narrow and
// wide, light and dark: nothing may be refused or thrown, and nothing may need
// scrolling sideways.
func TestInBrowser(t *testing.T) {
	server := httptest.NewServer(galleryHandler())
	defer server.Close()
	ctx := browser(t)

	var mu sync.Mutex
	var said []string
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/login")); err != nil {
		t.Fatal(err)
	}
	listen(t, ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *cdplog.EventEntryAdded:
			said = append(said, e.Entry.Text)
		case *runtime.EventExceptionThrown:
			said = append(said, e.ExceptionDetails.Text)
		}
	})
	for _, width := range []int64{320, 375, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			look(t, ctx, width, scheme)
			for _, item := range web.Gallery(web.Frame{}) {
				visit(t, ctx, server.URL, item.Name, width, scheme)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(said) > 0 {
		t.Errorf("the browser says:\n%s", strings.Join(said, "\n"))
	}
}

// listen hands what the page's console and log say to fn.
func listen(t *testing.T, ctx context.Context, fn func(event any)) {
	t.Helper()
	if err := chromedp.Listen(ctx, fn); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
}

// look sets how wide the window is and which scheme its user prefers.
func look(t *testing.T, ctx context.Context, width int64, scheme string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800)); err != nil {
		t.Fatal(err)
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// smallTargets are controls of less than 24 pixels either way, but for links within a
// sentence (WCAG 2.2, 2.5.8).
const smallTargets = `[...document.querySelectorAll("a, button, summary, input:not([type=hidden])")].filter((e) => {
	const box = e.getBoundingClientRect(), sentence = e.closest("p, .aside");
	return e.checkVisibility() && (box.width < 24 || box.height < 24) && (!sentence || sentence.innerText === e.innerText);
}).map((e) => e.outerHTML.slice(0, 120))`

func visit(t *testing.T, ctx context.Context, base, name string, width int64, scheme string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/"+name)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	overflow, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if overflow > 0 {
		t.Errorf("%s at %d px (%s) is %d px too wide", name, width, scheme, overflow)
	}
	small, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](smallTargets))
	if err != nil || len(small) > 0 {
		t.Errorf("%s at %d px is hard to hit: %q (%v)", name, width, small, err)
	}
	if *shots == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	save(t, fmt.Sprintf("%s-%d-%s.png", name, width, scheme), picture)
}

// galleryHandler serves each page of the gallery at its name.
func galleryHandler() http.Handler {
	files := assets.Load()
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, files)
	for _, item := range web.Gallery(frame(files)) {
		page := templ.Handler(item.Component)
		mux.HandleFunc("/"+item.Name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			page.ServeHTTP(w, r)
		})
	}
	return mux
}

func frame(files *assets.Files) web.Frame {
	return web.Frame{
		Stylesheet: files.URL("idpond.css"), Script: files.URL("idpond.js"), PasskeyScript: files.URL("passkeys.js"), Icon: files.URL("favicon.svg"),
	}
}

// browser starts Chromium with a profile of its own, which chromedp takes away when
// the last of Chromium's processes has ended. Without Chromium the test is skipped,
// except in CI.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("Chromium is missing: apt-get install chromium")
		}
		t.Skip("no Chromium here")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		// Else Chromium throws clicks away that come before it has painted.
		chromedp.Flag("allow-pre-commit-input", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

func save(t *testing.T, file string, picture []byte) {
	t.Helper()
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, file), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
