package handlers

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"idpond/internal/userpool"
)

// Nearby tells what people and programs near a developer's server ask of it from
// what a web site asks through their browser, which can reach all that they can.
// It is all that guards a server without access keys, and the inbox.
type Nearby struct {
	PublicURL *url.URL // the server's own
}

// Admits reports whether a request came under a name that nobody else can have
// pointed here, and from no page of another site. The pages of this machine's own
// servers, where applications are developed, are fine.
func (n Nearby) Admits(r *http.Request) bool {
	return n.knowsHost(r) && !slices.ContainsFunc(r.Header.Values("Origin"), n.foreign)
}

// knowsHost is false for host names that anybody on the internet could have made: a
// web page whose name is pointed at this machine after it was loaded (DNS
// rebinding) is of our own origin to its browser. Our own name, addresses, names
// without a dot and those that no registry gives out are fine.
func (n Nearby) knowsHost(r *http.Request) bool {
	host := strings.ToLower((&url.URL{Host: r.Host}).Hostname())
	private := slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".test"}, func(suffix string) bool {
		return strings.HasSuffix(host, suffix)
	})
	return private || n.own(host) || !strings.Contains(host, ".") || net.ParseIP(host) != nil
}

// foreign reports whether an origin (RFC 6454 §6.1) is another site's. An opaque
// one, "null", may be anybody's.
func (n Nearby) foreign(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return !userpool.IsLoopback(host) && !strings.HasSuffix(host, ".localhost") && !n.own(host)
}

func (n Nearby) own(host string) bool { return host == strings.ToLower(n.PublicURL.Hostname()) }
