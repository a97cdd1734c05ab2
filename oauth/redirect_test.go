package oauth

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func callbacks() []string {
	return []string{"https://app.example/cb", "https://app.example/cb?tenant=7", "http://localhost:3000/", "harbour://signed-in"}
}

func TestRegistered(t *testing.T) {
	for uri, want := range map[string]bool{
		"https://app.example/cb":                        true,
		"https://app.example/cb?tenant=7":               true,
		"http://localhost:3000/":                        true,
		"harbour://signed-in":                           true,
		"":                                              false,
		"https://app.example/cb/":                       false,
		"https://app.example/cb?":                       false,
		"https://app.example/cb#":                       false,
		"https://app.example/CB":                        false,
		"HTTPS://app.example/cb":                        false,
		"https://APP.example/cb":                        false,
		"https://app.example:443/cb":                    false,
		"https://app.example/x/../cb":                   false,
		"https://app.example/%63b":                      false,
		"https://app.example/cb?tenant=8":               false,
		"https://app.example/cb?tenant=7&next=x":        false,
		"https://app.example/cb@evil.example":           false,
		"https://app.example@evil.example/cb":           false,
		"https://app.example.evil.example/cb":           false,
		"https://evil.example/cb":                       false,
		"https://evil.example/?https://app.example/cb":  false,
		"http://app.example/cb":                         false,
		"//app.example/cb":                              false,
		"/cb":                                           false,
		"https://app.example\\@evil.example/cb":         false,
		" https://app.example/cb":                       false,
		"https://app.example/cb\n":                      false,
		"http://localhost:3001/":                        false,
		"http://127.0.0.1:3000/":                        false,
		"javascript:alert(1)":                           false,
		"harbour://signed-in/":                          false,
		"https://app.example/cb\u0000":                  false,
		"https://app.example/cb%0d%0aSet-Cookie:%20a=b": false,
	} {
		if got := registered(callbacks(), uri); got != want {
			t.Errorf("registered(%q) = %v, want %v", uri, got, want)
		}
	}
}

// TestSound shows what is refused even if it was let into the database.
func TestSound(t *testing.T) {
	for _, uri := range []string{
		"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x",
		"/cb", "//app.example/cb", "app.example/cb", "https:///cb", "https:cb", "https://app.example/cb#x", "https://app.example/c b", "",
		"https://app.example\\@evil.example/", "https://app.example/\x7f",
	} {
		if registered([]string{uri}, uri) {
			t.Errorf("%q is believed because it is registered", uri)
		}
	}
}

func TestAnswerPlacement(t *testing.T) {
	a := answer{{"code", "c/1"}, {"state", "a b&c"}, {"error", ""}}
	for uri, want := range map[string]string{
		"https://app.example/cb":      "https://app.example/cb?code=c%2F1&state=a+b%26c",
		"https://app.example/cb?x=1":  "https://app.example/cb?x=1&code=c%2F1&state=a+b%26c",
		"https://app.example/cb?":     "https://app.example/cb?code=c%2F1&state=a+b%26c",
		"https://app.example/cb?x=1&": "https://app.example/cb?x=1&code=c%2F1&state=a+b%26c",
		"harbour://signed-in":         "harbour://signed-in?code=c%2F1&state=a+b%26c",
	} {
		if got := withQuery(uri, a); got != want {
			t.Errorf("withQuery(%q) = %q, want %q", uri, got, want)
		}
	}
	if got, want := withFragment("https://app.example/cb?x=1", a), "https://app.example/cb?x=1#code=c%2F1&state=a+b%26c"; got != want {
		t.Errorf("withFragment = %q, want %q", got, want)
	}
}

// FuzzRedirect: whatever is sent as redirect_uri and state, a browser is only sent
// to an address that stands in the list, and state arrives as it was sent.
func FuzzRedirect(f *testing.F) {
	for _, uri := range append(callbacks(), "https://app.example/cb#f", "https://app.example@evil.example/cb", "\\\\evil.example", "") {
		f.Add(uri, "xyz")
		f.Add(uri, "&code=forged#&state=%0d%0a")
	}
	f.Fuzz(func(t *testing.T, uri, state string) {
		if registered(callbacks(), uri) != slices.Contains(callbacks(), uri) {
			t.Fatalf("registered(%q) is not: stands in the list", uri)
		}
		if !registered(callbacks(), uri) {
			return
		}
		for _, location := range []string{
			withQuery(uri, answer{{"code", "c"}, {"state", state}}), withFragment(uri, answer{{"code", "c"}, {"state", state}}),
		} {
			got, err := url.Parse(location)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := url.Parse(uri)
			if got.Scheme != want.Scheme || got.Host != want.Host || got.Path != want.Path || got.User != nil {
				t.Fatalf("%q leads to %q", uri, location)
			}
			values := got.Query()
			if got.Fragment != "" {
				values, _ = url.ParseQuery(got.EscapedFragment())
			}
			if values.Get("state") != state || values.Get("code") != "c" || len(values["code"]) != 1 {
				t.Fatalf("state %q arrives as %q in %q", state, values.Get("state"), location)
			}
			if strings.ContainsAny(location, "\r\n") {
				t.Fatalf("%q has a line break", location)
			}
		}
	})
}

func TestPKCE(t *testing.T) {
	// The example of RFC 7636, appendix B.
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	for _, tt := range []struct {
		challenge, verifier string
		want                bool
	}{
		{challenge, verifier, true},
		{challenge, "", false},
		{challenge, verifier + "x", false},
		{challenge, challenge, false},
		{"", "", true},
		{"", verifier, false},
		{"abc", "abc", false},
	} {
		if got := verified(tt.challenge, tt.verifier); got != tt.want {
			t.Errorf("verified(%q, %q) = %v", tt.challenge, tt.verifier, got)
		}
	}
	for _, tt := range []struct {
		challenge, method string
		wrong             bool
	}{
		{"", "", false},
		{challenge, "S256", false},
		{challenge, "", true},
		{challenge, "plain", true},
		{challenge, "s256", true},
		{"", "S256", true},
		{"short", "S256", true},
		{challenge + "=", "S256", true},
	} {
		if got := challengeFault(tt.challenge, tt.method); (got != "") != tt.wrong {
			t.Errorf("challengeFault(%q, %q) = %q", tt.challenge, tt.method, got)
		}
	}
}
