package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest is the text whose hash was signed. It reports false when the
// request can't have been signed as it came.
func canonicalRequest(r *http.Request, c *credential, body []byte) (string, bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || !slices.Contains(c.signedHeaders, "host") || !targetSigned(r, c, query) {
		return "", false
	}
	headers, ok := canonicalHeaders(r, c.signedHeaders)
	if !ok {
		return "", false
	}
	sum := sha256.Sum256(body)
	return strings.Join([]string{
		r.Method, canonicalPath(r), canonicalQuery(query, c.presigned),
		headers, strings.Join(c.signedHeaders, ";"), hex.EncodeToString(sum[:]),
	}, "\n"), true
}

// targetSigned reports whether the operation's name, where there is one, is covered
// by the signature. Presigning moves such headers into the query.
func targetSigned(r *http.Request, c *credential, query url.Values) bool {
	target := r.Header.Values("X-Amz-Target")
	return len(target) == 0 || slices.Contains(c.signedHeaders, "x-amz-target") ||
		c.presigned && slices.Equal(target, query["X-Amz-Target"])
}

// canonicalPath is the path as it stood on the request line, whatever was cut off
// it since, with its escapes escaped again.
func canonicalPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	if strings.HasPrefix(r.RequestURI, "/") {
		path, _, _ = strings.Cut(r.RequestURI, "?")
	}
	if path == "" {
		return "/"
	}
	var b strings.Builder
	for _, c := range []byte(path) {
		if c == '/' || unreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func canonicalQuery(query url.Values, presigned bool) string {
	sorted := url.Values{}
	for key, values := range query {
		if presigned && key == "X-Amz-Signature" {
			continue
		}
		values = slices.Clone(values)
		slices.Sort(values)
		sorted[key] = values
	}
	return strings.ReplaceAll(sorted.Encode(), "+", "%20")
}

// canonicalHeaders writes the signed headers, one in a line and a line end after
// the last. The names must be sorted, in lower case and each there once.
func canonicalHeaders(r *http.Request, names []string) (string, bool) {
	var b strings.Builder
	for i, name := range names {
		if i > 0 && names[i-1] >= name {
			return "", false
		}
		values, ok := headerValues(r, name)
		if !ok {
			return "", false
		}
		b.WriteString(name + ":")
		for j, value := range values {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.Join(strings.Fields(value), " "))
		}
		b.WriteByte('\n')
	}
	return b.String(), true
}

func headerValues(r *http.Request, name string) ([]string, bool) {
	if name != strings.ToLower(name) {
		return nil, false
	}
	switch values := r.Header.Values(name); {
	case name == "host":
		return []string{r.Host}, true
	case len(values) > 0:
		return values, true
	case name == "content-length":
		return []string{strconv.FormatInt(r.ContentLength, 10)}, true
	}
	return nil, false
}
