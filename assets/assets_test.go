package assets_test

import (
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"idpond/assets"
)

func TestFiles(t *testing.T) {
	files := assets.Load()
	css := files.URL("idpond.css")
	if !regexp.MustCompile(`^/_idpond/static/idpond\.css\?v=[0-9a-f]{16}$`).MatchString(css) {
		t.Fatalf("address %q", css)
	}
	etag := `"` + css[len(css)-16:] + `"`
	for _, tt := range []struct {
		method, url, ifNoneMatch string
		status                   int
		contentType, cache       string
	}{
		{"GET", css, "", 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"HEAD", css, "", 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"GET", "/_idpond/static/idpond.css", "", 200, "text/css; charset=utf-8", "no-cache"},
		{"GET", "/_idpond/static/idpond.css?v=0123456789abcdef", "", 200, "text/css; charset=utf-8", "no-cache"},
		{"GET", "/_idpond/static/idpond.css", etag, 304, "", "no-cache"},
		{"GET", files.URL("idpond.js"), "", 200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		{"GET", files.URL("favicon.svg"), "", 200, "image/svg+xml", "public, max-age=31536000, immutable"},
		{"GET", "/_idpond/static/", "", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/_idpond/static/../assets.go", "", 404, "text/plain; charset=utf-8", ""},
		{"POST", css, "", 405, "text/plain; charset=utf-8", ""},
	} {
		r := httptest.NewRequest(tt.method, tt.url, nil)
		if tt.ifNoneMatch != "" {
			r.Header.Set("If-None-Match", tt.ifNoneMatch)
		}
		w := httptest.NewRecorder()
		files.ServeHTTP(w, r)
		if got := w.Header(); w.Code != tt.status || got.Get("Content-Type") != tt.contentType || got.Get("Cache-Control") != tt.cache {
			t.Errorf("%s %s: %d, %q, %q; want %d, %q, %q", tt.method, tt.url, w.Code, got.Get("Content-Type"), got.Get("Cache-Control"), tt.status, tt.contentType, tt.cache)
		}
		if tt.method == http.MethodHead && w.Body.Len() > 0 {
			t.Error("HEAD has a body")
		}
	}
}

// TestContrast computes the ratios that WCAG 2.2 AA asks for (1.4.3, 1.4.11) from
// the properties of the style sheet, in both schemes.
func TestContrast(t *testing.T) {
	css := read(t, "idpond.css")
	light := colours(t, css[strings.Index(css, ":root"):])
	dark := map[string][3]float64{}
	for name, c := range light {
		dark[name] = c
	}
	for name, c := range colours(t, css[strings.Index(css, "@media (prefers-color-scheme: dark)"):]) {
		dark[name] = c
	}
	for scheme, c := range map[string]map[string][3]float64{"light": light, "dark": dark} {
		for _, pair := range []struct {
			over, under string
			least       float64
		}{
			{"ink", "panel", 7}, {"ink", "ground", 7}, {"ink", "glow", 7}, {"ink", "panel-soft", 7}, {"ink", "danger-ground", 7}, {"ink", "good-ground", 7},
			{"ink-soft", "panel", 4.5}, {"ink-soft", "ground", 4.5}, {"ink-soft", "glow", 4.5}, {"ink-soft", "panel-soft", 4.5},
			{"accent-ink", "accent", 4.5}, {"accent-ink", "accent-hover", 4.5},
			{"link", "panel", 4.5}, {"link", "ground", 4.5}, {"link", "glow", 4.5},
			{"danger", "panel", 4.5}, {"good", "panel", 4.5},
			{"line", "panel", 3}, {"line", "ground", 3}, {"accent", "panel", 3}, {"accent", "ground", 3},
			{"focus", "panel", 3}, {"focus", "ground", 3}, {"focus", "glow", 3}, {"danger", "danger-ground", 3}, {"good", "good-ground", 3},
		} {
			over, ok1 := c[pair.over]
			under, ok2 := c[pair.under]
			if !ok1 || !ok2 {
				t.Fatalf("no property --%s or --%s", pair.over, pair.under)
			}
			if got := contrast(over, under); got < pair.least {
				t.Errorf("%s: --%s on --%s is %.2f:1, want %g:1", scheme, pair.over, pair.under, got, pair.least)
			}
		}
	}
}

// TestColoursAreProperties: outside of the properties no rule names a colour, so
// that branding reaches all of them.
func TestColoursAreProperties(t *testing.T) {
	css := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(read(t, "idpond.css"), "")
	property := regexp.MustCompile(`^\s*--`)
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|color-mix)\(|:\s*(?:white|black|red|gray|grey)\b`)
	for i, line := range strings.Split(css, "\n") {
		if !property.MatchString(line) && colour.MatchString(line) {
			t.Errorf("line %d names a colour: %s", i+1, line)
		}
	}
	if strings.Contains(css, "@import") || strings.Contains(css, "url(") {
		t.Error("the style sheet loads something")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := fs.ReadFile(assets.FS, "static/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// colours are the custom properties of the first block in css that are opaque
// hexadecimal colours.
func colours(t *testing.T, css string) map[string][3]float64 {
	t.Helper()
	block, _, ok := strings.Cut(css, "}")
	if !ok {
		t.Fatal("no block")
	}
	found := map[string][3]float64{}
	for _, m := range regexp.MustCompile(`--([a-z-]+):\s*#([0-9a-f]{3}|[0-9a-f]{6});`).FindAllStringSubmatch(block, -1) {
		hex := m[2]
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		found[m[1]] = [3]float64{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}
	}
	return found
}

// contrast is the ratio of WCAG 2.2's definition.
func contrast(a, b [3]float64) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c [3]float64) float64 {
	var linear [3]float64
	for i, v := range c {
		if v /= 255; v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}
