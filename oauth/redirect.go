package oauth

import (
	"net/url"
	"slices"
	"strings"

	"idpond/internal/userpool"
)

// registered reports whether uri is, character for character, one of the URIs
// that the client registered. Nothing is normalised: two addresses that a browser
// or a proxy may read differently are different (RFC 9700 §2.1).
func registered(uris []string, uri string) bool {
	return uri != "" && slices.Contains(uris, uri) && sound(uri)
}

// sound refuses what no registration should have let in, so that a bad row in the
// database is not yet an open redirect.
func sound(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || !u.IsAbs() || strings.Contains(uri, "#") || strings.ContainsFunc(uri, unprintable) {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "javascript", "data", "vbscript", "file", "blob", "about":
		return false
	}
	return true
}

func unprintable(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }

// defaultRedirect is where answers go when a request names no redirect URI: a
// client with one provider and either one callback URL or a default may leave it
// out (reference: hosted-ui-and-oauth §3).
func defaultRedirect(c *userpool.AppClient) string {
	set := c.Settings
	switch {
	case len(set.SupportedIdentityProviders) != 1:
		return ""
	case set.DefaultRedirectURI != "":
		return set.DefaultRedirectURI
	case len(set.CallbackURLs) == 1:
		return set.CallbackURLs[0]
	}
	return ""
}

// answer is a list of parameters for a redirect URI in the order they are written.
type answer []struct{ name, value string }

func (a answer) encode() string {
	var b strings.Builder
	for _, p := range a {
		if p.value == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + url.QueryEscape(p.value))
	}
	return b.String()
}

// withQuery adds the parameters to uri's query and keeps the parts it has.
func withQuery(uri string, a answer) string {
	switch {
	case !strings.Contains(uri, "?"):
		return uri + "?" + a.encode()
	case strings.HasSuffix(uri, "?"), strings.HasSuffix(uri, "&"):
		return uri + a.encode()
	}
	return uri + "&" + a.encode()
}

// withFragment puts the parameters behind "#": the answers of the implicit grant.
func withFragment(uri string, a answer) string { return uri + "#" + a.encode() }
