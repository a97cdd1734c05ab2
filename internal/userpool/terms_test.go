package userpool_test

import (
	"testing"

	"idpond/internal/userpool"
)

func TestTermsProblem(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.org/terms?a=b#c": "",
		"http://example.org":              "",
		"javascript:alert(1)":             "javascript:alert(1) is not a valid URL.",
		"//example.org":                   "//example.org is not a valid URL.",
		"https:///terms":                  "https:///terms is not a valid URL.",
		"https://me@example.org/":         "https://me@example.org/ is not a valid URL.",
		"https://exa mple/%zz":            "https://exa mple/%zz is not a valid URL.",
		"terms.html":                      "terms.html is not a valid URL.",
	} {
		terms := userpool.Terms{Links: map[string]string{"cognito:default": "https://example.org", "cognito:english": link}}
		if got := terms.Problem(); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
	if got := (&userpool.Terms{}).Problem(); got != "Links are required when the terms source is LINK." {
		t.Errorf("no links: %q", got)
	}
}
