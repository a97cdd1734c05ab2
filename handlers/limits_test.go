package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"idpond/internal/throttle"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

// defaultRates are the service's.
type defaultRates struct{}

func (defaultRates) Rate(_ context.Context, c userpool.RateCategory) (int, error) { return c.Rate, nil }

// TestEndpointRates: pages and OAuth endpoints are held to their rates by address,
// client and host; what probes and resource servers ask for is free.
func TestEndpointRates(t *testing.T) {
	s := serve(t)
	s.Server.Limiter = throttle.New(defaultRates{}, s.House.Now)
	s.handler = s.Handler()
	asked := 0
	for _, tt := range []struct {
		name, path string
		from, host string // * is another number each time
		want       int    // of 600
	}{
		{"health", "/health", "192.0.2.1", "one.test", 600},
		{"signing keys", "/" + PoolID + "/.well-known/jwks.json", "192.0.2.1", "one.test", 600},
		{"an address", "/login", "192.0.2.1", "host*.test", 300},
		{"a client", "/oauth2/authorize?client_id=" + WebClient, "10.0.*.1", "host*.test", 300},
		{"a host", "/login", "10.1.*.1", "one.test", 500},
	} {
		passed := 0
		for range 600 {
			asked++
			r := httptest.NewRequest("GET", tt.path, nil)
			r.RemoteAddr, r.Host = strings.Replace(tt.from, "*", strconv.Itoa(asked%250), 1)+":1", strings.Replace(tt.host, "*", strconv.Itoa(asked), 1)
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			switch {
			case w.Code != http.StatusTooManyRequests:
				passed++
			case w.Header().Get("Retry-After") != "1" || w.Body.String() != "too many requests\n":
				t.Fatalf("%s: %v %s", tt.name, w.Header(), w.Body)
			}
		}
		if passed != tt.want {
			t.Errorf("%s: %d of 600 pass, want %d", tt.name, passed, tt.want)
		}
	}
}
