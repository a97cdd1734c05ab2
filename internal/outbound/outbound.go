// Package outbound makes calls to addresses that somebody else wrote down: the
// metadata and endpoints of identity providers, sinks of logs, webhooks. Whoever
// may configure such an address must not reach with it what only this machine or
// its network can reach.
//
//	URL ─▶ https, or http to this machine where that is open ─▶ name resolved ─▶ dial
//	                                                                             │
//	      each address is judged when it is dialled, after the name was resolved ┘
//	      and again at every redirect, so no name can be pointed elsewhere meanwhile
//
// Answers have a size limit and calls a time limit. No proxy is used: it would
// dial for us, unguarded.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Guard says what may be called. The zero value allows https to public addresses.
// A Guard is never changed once it is in use.
type Guard struct {
	// Loopback opens this machine, also without TLS: right where the server itself
	// can only be reached from here.
	Loopback bool
	// Networks and Hosts are opened by the operator: addresses, and names or
	// addresses as they are written in a URL, in lower case, whatever they resolve
	// to. Hosts may be called without TLS.
	Networks []netip.Prefix
	Hosts    []string
	// RootCAs are trusted instead of the system's, if set.
	RootCAs *x509.CertPool
}

// Timeout is how long a call may take in all.
const Timeout = 10 * time.Second

const (
	dialTimeout    = 5 * time.Second
	maxRedirects   = 3
	maxHeaderBytes = 64 << 10
)

// ErrRefused is in the chain of the error of a call that was not made because of
// where it would have gone.
var ErrRefused = errors.New("outbound: refused")

// ErrTooLong is returned for an answer above its size limit.
var ErrTooLong = errors.New("outbound: the answer is too long")

// Open reads the operator's list: each item is a network such as 10.0.0.0/8, an
// address or a host name.
func (g *Guard) Open(items []string) error {
	for _, item := range items {
		item = strings.ToLower(strings.TrimSpace(item))
		if prefix, err := netip.ParsePrefix(item); err == nil {
			g.Networks = append(g.Networks, prefix.Masked())
			continue
		}
		if u, err := url.Parse("https://" + item); err != nil || item == "" || u.Host != item || u.Port() != "" || strings.ContainsAny(item, "/*") {
			return fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor a host name or address", item)
		}
		g.Hosts = append(g.Hosts, strings.Trim(item, "[]"))
	}
	return nil
}

// Admits reports whether a URL may be called as far as its text tells: https
// anywhere, http only to what is opened by name or is this machine. Where a name
// leads is seen when it is dialled.
func (g *Guard) Admits(u *url.URL) bool {
	if u.Hostname() == "" || u.User != nil {
		return false
	}
	switch u.Scheme {
	case "https":
		return true
	case "http":
		return g.named(u.Hostname()) || g.Loopback && isLoopback(u.Hostname())
	}
	return false
}

func (g *Guard) named(host string) bool {
	return slices.Contains(g.Hosts, strings.ToLower(host))
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}

// Client makes a client that calls only what the guard allows. Who keeps it should
// close its idle connections in the end.
func (g *Guard) Client() *http.Client {
	return &http.Client{
		Timeout: Timeout,
		Transport: &transport{guard: g, base: &http.Transport{
			DialContext:            g.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: g.RootCAs},
			TLSHandshakeTimeout:    dialTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxConnsPerHost:        16,
			MaxIdleConnsPerHost:    16, // as many as may be open, or each call beyond two connects anew
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		}},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("%w: more than %d redirects", ErrRefused, maxRedirects)
			}
			if via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
				return fmt.Errorf("%w: redirect away from https", ErrRefused)
			}
			return nil
		},
	}
}

// transport looks at the URL of every request, redirects included.
type transport struct {
	guard *Guard
	base  *http.Transport
}

// RoundTrip is http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.guard.Admits(r.URL) {
		return nil, fmt.Errorf("%w: %s://%s", ErrRefused, r.URL.Scheme, r.URL.Hostname())
	}
	return t.base.RoundTrip(r)
}

// CloseIdleConnections is what http.Client's method of that name calls.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// Get fetches a URL, which must answer 200 with at most limit bytes.
func (g *Guard) Get(ctx context.Context, address string, limit int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("outbound: %w", err)
	}
	client := g.Client()
	defer client.CloseIdleConnections()
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("outbound: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("outbound: %s answered %s", r.URL.Redacted(), resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("outbound: %w", err)
	case int64(len(body)) > limit:
		return nil, ErrTooLong
	}
	return body, nil
}

// dial connects to an address whose host is opened by name, or judges what it
// resolves to.
func (g *Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	if host, _, err := net.SplitHostPort(address); err != nil || !g.named(host) {
		d.Control = g.judge
	}
	return d.DialContext(ctx, network, address)
}

// judge is called with each address that is about to be connected to.
func (g *Guard) judge(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrRefused, address)
	}
	if ip := to.Addr().WithZone("").Unmap(); !g.Reachable(ip) {
		return fmt.Errorf("%w: %s is not a public address", ErrRefused, ip)
	}
	return nil
}
