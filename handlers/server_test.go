package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/handlers"
	"idpond/internal/message"
	. "idpond/oauth/oauthtest"
)

func TestAPIFirst(t *testing.T) {
	s := serve(t)
	send := func(method, path string, header map[string]string) int {
		t.Helper()
		r, _ := http.NewRequest(method, s.url+path, nil)
		for k, v := range header {
			r.Header.Set(k, v)
		}
		return s.browser(t).do(r).status
	}
	target := map[string]string{"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUsers", "Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
	preflight := map[string]string{"Access-Control-Request-Headers": "content-type,X-Amz-Target", "Access-Control-Request-Method": "POST"}
	for _, tt := range []struct {
		method, path string
		header       map[string]string
		want         int
	}{
		{"POST", "/", target, http.StatusTeapot},
		{"POST", "/some/prefix/", target, http.StatusTeapot},
		{"POST", "/login", target, http.StatusTeapot},
		{"POST", "/", nil, http.StatusTeapot},
		{"OPTIONS", "/", nil, http.StatusTeapot},
		{"OPTIONS", "/some/prefix", preflight, http.StatusTeapot},
		{"GET", "/", target, 200},
		{"POST", "/some/prefix/", nil, 404},
		{"GET", "/nowhere", nil, 404},
	} {
		if got := send(tt.method, tt.path, tt.header); got != tt.want {
			t.Errorf("%s %s %v: %d, want %d", tt.method, tt.path, tt.header, got, tt.want)
		}
	}
	want := []string{"POST /", "POST /some/prefix/", "POST /login", "POST /", "OPTIONS /", "OPTIONS /some/prefix"}
	if diff := cmp.Diff(want, s.apiSaw); diff != "" {
		t.Error(diff)
	}
}

func TestHeaders(t *testing.T) {
	s := serve(t)
	ids := map[string]bool{}
	for _, path := range []string{"/login?" + ask(WebClient), "/error", "/nowhere", "/", "/_idpond/inbox", "/oauth2/userInfo", "/health"} {
		h := s.browser(t).open(path).header
		for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s %q", path, name, got)
			}
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS on plain http", path)
		}
		ids[h.Get("X-Amz-Cognito-Request-Id")] = true
	}
	if len(ids) != 7 || ids[""] {
		t.Errorf("request ids %v", ids)
	}
	p := s.browser(t).open("/login?" + ask(WebClient))
	if p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", p.header.Get("Cache-Control"))
	}
	if n := p.Find("style, [style], script:not([src]), [onclick], [onload]").Length(); n != 0 {
		t.Errorf("%d inline scripts or styles", n)
	}
	for _, e := range p.Find("link[href], script[src]").EachIter() {
		address := e.AttrOr("href", e.AttrOr("src", ""))
		if a := s.browser(t).open(address); a.status != 200 || !strings.HasPrefix(address, "/_idpond/static/") {
			t.Errorf("%s: %d", address, a.status)
		}
	}
}

// TestOverTLS: behind a proxy that ends TLS, cookies are Secure.
func TestOverTLS(t *testing.T) {
	s := serve(t, func(s *handlers.Server) {
		s.PublicURL = &url.URL{Scheme: "https", Host: "id.example.org"}
	})
	p := s.browser(t).post(s.url+"/login?"+ask(WebClient), url.Values{"username": {Username}, "password": {Password}}, nil)
	p.arrived(t)
	if got := p.header.Get("Set-Cookie"); !strings.Contains(got, "; Secure") || p.header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s, %v", got, p.header)
	}
}

func TestHealth(t *testing.T) {
	broken := false
	s := serve(t, func(s *handlers.Server) {
		s.Ready = func(context.Context) error {
			if broken {
				return errors.New("gone")
			}
			return nil
		}
	})
	check := func(path string, want int) {
		t.Helper()
		if got := s.browser(t).open(path); got.status != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	check("/health", 200)
	check("/ready", 200)
	broken = true
	check("/health", 200)
	check("/ready", 503)
}

func TestPanic(t *testing.T) {
	s := serve(t, func(s *handlers.Server) {
		s.API = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") })
	})
	r, _ := http.NewRequest("POST", s.url+"/", nil)
	if p := s.browser(t).do(r); p.status != 500 || strings.Contains(p.body, "bug") {
		t.Errorf("%d %s", p.status, p.body)
	}
	if log := s.log.String(); !strings.Contains(log, "a bug") || !strings.Contains(log, "server_test.go") {
		t.Errorf("log without the panic and its stack: %s", log)
	}
}

// TestLogHoldsNoSecrets drives a sign-in with the log at its most talkative.
func TestLogHoldsNoSecrets(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	b.submit(b.open("/oauth2/authorize?"+ask(WebClient, "state=xyz", "nonce=n0nce")), loginForm, "username="+Username, "password=Wr0ng-password")
	p := b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username, "password="+Password)
	code := p.arrived(t)
	tokens := s.tokensOf(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {WebClient}, "code": {code}, "redirect_uri": {Callback}})
	b.post(s.url+"/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {WebClient}, "code": {code}, "redirect_uri": {Callback}}, nil)
	b.submit(b.open("/forgotPassword?"+ask(WebClient)), "form[name=forgotpasswordform]", "username="+Username)
	log := s.log.String()
	if !strings.Contains(log, "path=/oauth2/token") || !strings.Contains(log, "client=127.0.0.1") {
		t.Fatalf("no access log: %s", log)
	}
	for _, secret := range []string{
		Password, "Wr0ng-password", code, "n0nce", b.cookie("cognito"), s.codeTo(t, Email), Email,
		tokens["access_token"].(string), tokens["refresh_token"].(string), tokens["id_token"].(string),
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// TestClientIP: X-Forwarded-For counts from a trusted proxy alone.
func TestClientIP(t *testing.T) {
	for proxies, want := range map[string]string{"": "client=127.0.0.1", "127.0.0.0/8": "client=203.0.113.7", "10.0.0.0/8": "client=127.0.0.1"} {
		s := serve(t, func(s *handlers.Server) {
			if proxies != "" {
				s.TrustedProxies = []string{proxies}
			}
		})
		r, _ := http.NewRequest("GET", s.url+"/health", nil)
		r.Header.Set("X-Forwarded-For", "198.51.100.1, 203.0.113.7")
		r.Header.Set("X-Real-IP", "192.0.2.9")
		s.browser(t).do(r)
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("trusted %q: no %s in %s", proxies, want, s.log)
		}
	}
}

func TestInbox(t *testing.T) {
	s := serve(t)
	send := func(m message.Message) {
		m.Time = s.House.Now()
		if err := s.House.Inbox.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	send(message.Message{ID: "m1", PoolID: PoolID, ClientID: WebClient, Username: "ada", To: Email, Medium: "EMAIL", Kind: message.SignUp, Subject: "Your code", Body: "<b>123456</b>", Code: "123456", Link: s.url + "/confirmUser?x=1"})
	send(message.Message{ID: "m2", To: "+12125551234", Medium: "SMS", Kind: message.ForgotPassword, Body: "654321", Code: "654321"})
	list := func(query string) []map[string]any {
		t.Helper()
		p := s.browser(t).open("/_idpond/inbox?format=json" + query)
		if p.status != 200 || p.header.Get("Content-Type") != "application/json" {
			t.Fatalf("%d %v", p.status, p.header)
		}
		var body map[string][]map[string]any
		if err := json.Unmarshal([]byte(p.body), &body); err != nil || body["messages"] == nil {
			t.Fatalf("%v %s", err, p.body)
		}
		return body["messages"]
	}
	want := map[string]any{
		"id": "m1", "pool": PoolID, "client": WebClient, "username": "ada", "to": Email, "medium": "EMAIL", "kind": "SignUp",
		"subject": "Your code", "body": "<b>123456</b>", "code": "123456", "link": s.url + "/confirmUser?x=1", "time": "2026-03-04T05:06:07Z",
	}
	if diff := cmp.Diff([]map[string]any{want}, list("&to="+url.QueryEscape(Email))); diff != "" {
		t.Error(diff)
	}
	if all := list(""); len(all) != 2 || all[0]["id"] != "m2" {
		t.Errorf("not newest first: %v", all)
	}
	if none := list("&to=nobody"); len(none) != 0 {
		t.Errorf("%v", none)
	}
	p := s.browser(t).open("/_idpond/inbox")
	if p.status != 200 || !strings.Contains(p.text("#code-m1"), "123456") || p.Find("article b").Length() != 0 {
		t.Errorf("%d %s", p.status, p.body)
	}
}

// TestKnownHost: a name that somebody pointed at this machine gets no inbox.
func TestKnownHost(t *testing.T) {
	s := serve(t)
	for host, want := range map[string]int{
		"evil.example": 403, "evil.example:80": 403, "127.0.0.1.evil.example": 403, "localhost.evil.example": 403,
		"localhost": 200, "LOCALHOST:1": 200, "demo.auth.localhost": 200, "[::1]:9229": 200, "192.168.1.2": 200, "idpond": 200, "host.docker.internal": 200,
	} {
		r, _ := http.NewRequest("GET", s.url+"/_idpond/inbox?format=json", nil)
		r.Host = host
		if p := s.browser(t).do(r); p.status != want {
			t.Errorf("%s: %d, want %d", host, p.status, want)
		}
	}
}

// TestSwitchedOff: what is for developers does not exist unless switched on.
func TestSwitchedOff(t *testing.T) {
	s := serve(t, func(s *handlers.Server) { s.Inbox, s.Index, s.Demo = nil, false, nil })
	for _, path := range []string{"/", "/_idpond/inbox", "/_idpond/inbox?format=json", "/_idpond/demo", "/_idpond/demo/callback", "/metrics"} {
		if p := s.browser(t).open(path); p.status != 404 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
}

func TestMetrics(t *testing.T) {
	m := handlers.NewMetrics()
	s := serve(t, func(s *handlers.Server) { s.Metrics = m })
	b := s.browser(t)
	b.open("/login?" + ask(WebClient))
	b.open("/" + PoolID + "/.well-known/jwks.json")
	b.open("/some/thing/nobody/has")
	m.Observe("ListUsers", "OK", 0)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	var got []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "idpond_requests_total") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	slices.Sort(got)
	want := []string{
		`idpond_requests_total{code="200",operation="GET /login"} 1`,
		`idpond_requests_total{code="200",operation="GET /{pool}/.well-known/jwks.json"} 1`,
		`idpond_requests_total{code="404",operation="other"} 1`,
		`idpond_requests_total{code="OK",operation="ListUsers"} 1`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
