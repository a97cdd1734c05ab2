package handlers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/handlers"
	"idpond/internal/branding"
	"idpond/internal/store"
)

// images answers for any image by its file's name.
type images map[string]*branding.Image

func (m images) Image(_ context.Context, pool, owner, file string) (*branding.Image, error) {
	if file == "broken.png" {
		return nil, errors.New("the disk")
	}
	img, ok := m[pool+"/"+owner+"/"+file]
	if !ok {
		return nil, store.ErrNotFound
	}
	return img, nil
}

func TestImages(t *testing.T) {
	svg := &branding.Image{Format: branding.SVG, Original: []byte("<svg><script/></svg>"), Safe: []byte("<svg></svg>")}
	s := serve(t, func(h *handlers.Server) { h.Images = images{"p/ALL/1.svg": svg} })
	const sandbox = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
	const kept = "public, max-age=31536000, immutable"
	for _, tt := range []struct {
		method, path string
		status       int
		mediaType    string
		kept, body   string
	}{
		{"GET", "p/ALL/1.svg", 200, "image/svg+xml", kept, "<svg></svg>"},
		{"HEAD", "p/ALL/1.svg", 200, "image/svg+xml", kept, ""},
		{"GET", "p/ALL/2.svg", 404, "text/plain; charset=utf-8", "no-store", "no such image\n"},
		{"GET", "p/other/1.svg", 404, "text/plain; charset=utf-8", "no-store", "no such image\n"},
		{"GET", "p/ALL/broken.png", 500, "text/plain; charset=utf-8", "no-store", "the image could not be read\n"},
	} {
		r, err := http.NewRequest(tt.method, s.url+branding.Prefix+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		h := answer.Header
		got := []any{answer.StatusCode, h.Get("Content-Type"), h.Get("Cache-Control"), string(body), h.Get("Content-Security-Policy"), h.Get("X-Content-Type-Options")}
		want := []any{tt.status, tt.mediaType, tt.kept, tt.body, sandbox, "nosniff"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.method, tt.path, diff)
		}
	}
	if log := s.log.String(); !strings.Contains(log, "the disk") {
		t.Errorf("the log has no cause: %s", log)
	}
}
