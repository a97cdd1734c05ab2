package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestOpenToThisMachineAlone: without access keys, what administers comes from this
// machine and not from the web sites that are open in its browsers, while an
// application's page anywhere may sign its users in.
func TestOpenToThisMachineAlone(t *testing.T) {
	c := &serveCmd{Listen: "127.0.0.1:0", storage: storage{Data: t.TempDir()}, Region: "us-east-1", Issuer: "idpond"}
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), "http://localhost:9229")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.welcome(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	const administers, signsIn, denied = "ListUserPools", "InitiateAuth", "AccessDeniedException"
	for _, tt := range []struct{ operation, host, origin, want string }{
		{administers, "localhost:9229", "", ""},
		{administers, "localhost:9229", "http://localhost:3000", ""},
		{administers, "localhost:9229", "http://127.0.0.1:3000", ""},
		{administers, "localhost:9229", "http://app.localhost", ""},
		{administers, "idpond:9229", "http://[::1]:3000", ""},
		{administers, "localhost:9229", "https://evil.example", denied},
		{administers, "localhost:9229", "http://192.0.2.1", denied},
		{administers, "localhost:9229", "http://localhost.evil.example", denied},
		{administers, "localhost:9229", "null", denied},
		{administers, "localhost:9229", "http://localhost:3000 https://evil.example", denied},
		{administers, "evil.example:9229", "http://evil.example:9229", denied},
		{administers, "evil.example:9229", "", denied},
		{signsIn, "localhost:9229", "https://app.example", "NotAuthorizedException"},
		{signsIn, "evil.example:9229", "http://evil.example:9229", "NotAuthorizedException"},
	} {
		body := map[string]string{
			administers: `{"MaxResults":1}`,
			signsIn: `{"ClientId":"` + demoPublicClient + `","AuthFlow":"USER_PASSWORD_AUTH",` +
				`"AuthParameters":{"USERNAME":"nobody@example.com","PASSWORD":"Wrong-password-1"}}`,
		}[tt.operation]
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Host = tt.host
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+tt.operation)
		r.Header.Set("X-Amz-Date", "20260304T050607Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=any/20260304/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=00")
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		if got := strings.TrimSuffix(w.Header().Get("X-Amzn-ErrorType"), ":"); got != tt.want {
			t.Errorf("%s at %s from %q: %d %s, want %q", tt.operation, tt.host, tt.origin, w.Code, w.Body, tt.want)
		}
	}
}
