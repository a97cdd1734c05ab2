package sqlstore

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

func TestCredentialCode(t *testing.T) {
	for _, want := range []userpool.Credential{
		{},
		{Hash: "$argon2id$", SetAt: time.UnixMicro(1).UTC()},
		{Foreign: "$2b$12$", SetAt: time.UnixMicro(1).UTC()},
		{Salt: []byte{0}, Verifier: make([]byte, 384), SetAt: time.UnixMicro(-5).UTC()},
	} {
		code := encodeCredential(want)
		got, err := decodeCredential(code)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("error %v, -want +got:\n%s", err, diff)
		}
		for n := range code { // nothing shorter is taken for a credential
			if _, err := decodeCredential(code[:n]); err == nil {
				t.Errorf("%x was decoded", code[:n])
			}
		}
		if _, err := decodeCredential(append(code, 0)); err == nil {
			t.Error("a longer one was decoded")
		}
	}
	for _, bad := range [][]byte{
		{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		if c, err := decodeCredential(bad); err == nil {
			t.Errorf("%x was decoded as %+v", bad, c)
		}
	}
}

func TestDecodeStrings(t *testing.T) {
	for _, want := range []map[string]string{
		nil, {}, {"": ""}, {"a": "b"}, {"a": "1", "b": "2", "c": ""}, {"a": "{,:}", "b": "[]"}, {"a": "é長\U0001F600"},
		{"a": `quote " and \ `, "b": "<&>\n\x00"}, {"a": "\u2028"},
	} {
		got, err := decodeStrings([]byte(toJSON(want)))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("error %v, -want +got:\n%s", err, diff)
		}
	}
}

// FuzzDecodeStrings: what the short way takes, encoding/json takes in the same way.
func FuzzDecodeStrings(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"a":"b"}`, `{"a":"b",}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":"b" }`, `{"a":"b""c":"d"}`, `{"a":"b","a":"c"}`,
		`{"a":1}`, `{"a":"b"}}`, `{"`, `{"a":"b`, `"`, `null`, `{"a":"b":"c"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := plainStrings([]byte(text))
		if !ok || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return // toJSON writes neither control characters nor what isn't UTF-8
		}
		var want map[string]string
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%q: got %q, encoding/json says %v", text, got, err)
		}
		if toJSON(got) != toJSON(want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}
