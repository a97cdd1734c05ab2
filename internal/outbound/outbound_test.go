package outbound_test

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"idpond/internal/outbound"
)

func TestReachable(t *testing.T) {
	closed, open := &outbound.Guard{}, &outbound.Guard{Loopback: true}
	if err := open.Open([]string{"10.1.0.0/16", "fd00:1::/32"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		ip           string
		closed, open bool
	}{
		{"93.184.215.14", true, true},
		{"2606:4700::1111", true, true},
		{"127.0.0.1", false, true},
		{"127.8.9.10", false, true},
		{"::1", false, true},
		{"::ffff:127.0.0.1", false, true},
		{"10.1.2.3", false, true},
		{"::ffff:10.1.2.3", false, true},
		{"10.2.0.1", false, false},
		{"172.16.0.1", false, false},
		{"192.168.1.1", false, false},
		{"169.254.169.254", false, false},
		{"fd00:1::5", false, true},
		{"fd00:2::5", false, false},
		{"fe80::1", false, false},
		{"fec0::1", false, false},
		{"100.64.0.1", false, false},
		{"0.0.0.0", false, false},
		{"0.1.2.3", false, false},
		{"::", false, false},
		{"224.0.0.1", false, false},
		{"255.255.255.255", false, false},
		{"240.0.0.1", false, false},
		{"64:ff9b::a00:1", false, false},
		{"2002:a00:1::", false, false},
		{"2001::1", false, false},
		{"::10.0.0.1", false, false},
	} {
		ip := netip.MustParseAddr(tt.ip)
		if got := closed.Reachable(ip); got != tt.closed {
			t.Errorf("%s, nothing opened: %v", tt.ip, got)
		}
		if got := open.Reachable(ip); got != tt.open {
			t.Errorf("%s, loopback and two networks opened: %v", tt.ip, got)
		}
	}
}

func TestAdmits(t *testing.T) {
	closed, open := &outbound.Guard{}, &outbound.Guard{Loopback: true}
	if err := open.Open([]string{"Idp.Internal", "10.9.8.7", "[fd00::7]"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		url          string
		closed, open bool
	}{
		{"https://idp.example.org/x", true, true},
		{"http://idp.example.org/x", false, false},
		{"http://localhost:8080", false, true},
		{"http://a.localhost:8080", false, true},
		{"http://127.0.0.1/", false, true},
		{"http://[::1]/", false, true},
		{"http://idp.internal/", false, true},
		{"http://IDP.internal:81/", false, true},
		{"http://10.9.8.7/", false, true},
		{"http://[fd00::7]:1/", false, true},
		{"http://localhost.example.org/", false, false},
		{"https://user:pass@idp.example.org/", false, false},
		{"ftp://idp.example.org/", false, false},
		{"file:///etc/passwd", false, false},
		{"https:///x", false, false},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := closed.Admits(u); got != tt.closed {
			t.Errorf("%s, nothing opened: %v", tt.url, got)
		}
		if got := open.Admits(u); got != tt.open {
			t.Errorf("%s, loopback and some names opened: %v", tt.url, got)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, item := range []string{"", "https://idp.example.org", "idp.example.org/path", "idp.example.org:443", "*.example.org", "10.0.0.0/40", "a b"} {
		if err := new(outbound.Guard).Open([]string{item}); err == nil {
			t.Errorf("%q was taken", item)
		}
	}
}

// site is a server with pages of one kind each.
func site() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(strings.Repeat("x", 11))) })
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/short", http.StatusFound) })
	mux.HandleFunc("/forever", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/forever", http.StatusFound) })
	mux.HandleFunc("/inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
	})
	mux.HandleFunc("/secret", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://169.254.169.254/latest/", http.StatusFound)
	})
	return httptest.NewServer(mux)
}

func TestGet(t *testing.T) {
	srv := site()
	t.Cleanup(srv.Close)
	open := &outbound.Guard{Loopback: true}
	for _, tt := range []struct {
		path string
		want string // the body, or a part of the error
		is   error
	}{
		{"/short", "hello", nil},
		{"/once", "hello", nil},
		{"/long", "", outbound.ErrTooLong},
		{"/missing", "404", nil},
		{"/forever", "redirects", outbound.ErrRefused},
		{"/inside", "http://10.0.0.1", outbound.ErrRefused},
		{"/secret", "169.254.169.254", outbound.ErrRefused},
	} {
		body, err := open.Get(t.Context(), srv.URL+tt.path, 10)
		if tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: %v, want %v", tt.path, err, tt.is)
		}
		got := string(body)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s gave %q, want %q", tt.path, got, tt.want)
		}
	}
	if _, err := new(outbound.Guard).Get(t.Context(), srv.URL+"/short", 10); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("a closed guard called loopback: %v", err)
	}
}

// TestNamesAreJudgedWhenDialled: a name may be called, but what it resolves to not.
func TestNamesAreJudgedWhenDialled(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("in")) }))
	t.Cleanup(srv.Close)
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	address := srv.URL // https://127.0.0.1:port

	if _, err := (&outbound.Guard{RootCAs: roots}).Get(t.Context(), address, 10); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("loopback over TLS was called: %v", err)
	}
	if _, err := new(outbound.Guard).Get(t.Context(), strings.Replace(address, "127.0.0.1", "localhost", 1), 10); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("a name of loopback was called: %v", err)
	}
	for _, opened := range []outbound.Guard{
		{RootCAs: roots, Loopback: true},
		{RootCAs: roots, Hosts: []string{"127.0.0.1"}},
		{RootCAs: roots, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	} {
		if body, err := opened.Get(t.Context(), address, 10); err != nil || string(body) != "in" {
			t.Errorf("%+v: %q, %v", opened, body, err)
		}
	}
	if _, err := (&outbound.Guard{Loopback: true}).Get(t.Context(), address, 10); err == nil {
		t.Error("a certificate that nobody trusts was taken")
	}
}
