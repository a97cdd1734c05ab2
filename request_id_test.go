package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestOneRequestID: the id that a client of the API reports finds all that the log
// says of its request.
func TestOneRequestID(t *testing.T) {
	c := &serveCmd{Listen: "127.0.0.1:0", storage: storage{Data: t.TempDir()}, Region: "us-east-1", Issuer: "idpond"}
	var log bytes.Buffer
	a, err := newApp(t.Context(), c, slog.New(slog.NewTextHandler(&log, nil)), "http://localhost:9229")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.welcome(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"AccessToken":"nonsense"}`))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.GetUser")
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	if err := a.Close(); err != nil { // ends what else could log
		t.Fatal(err)
	}
	id := w.Header().Get("X-Amzn-RequestId")
	for _, want := range []string{`msg="operation failed" op=GetUser code=NotAuthorizedException request=` + id, "msg=request id=" + id} {
		if id == "" || !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, &log)
		}
	}
}
