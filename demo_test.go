package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestStarts follows one data directory through several starts: what each prints,
// and that the link it prints leads to a sign-in page of the address of the day.
func TestStarts(t *testing.T) {
	data := t.TempDir()
	for _, tt := range []struct {
		name, region, public string
		empty                bool
		want                 []string // in what is printed
		absent               string   // not there
	}{
		{"--empty", "us-east-1", "http://localhost:1", true, []string{"began with an empty database"}, demoPublicClient},
		{"first", "us-east-1", "http://localhost:1", false, []string{"us-east-1_DemoPool1", "http://localhost:1/_idpond/demo", "with the password"}, "found"},
		{"second, at another port", "us-east-1", "http://localhost:2", false, []string{"found the database", "us-east-1_DemoPool1", "http://localhost:2/_idpond/inbox"}, "with the password"},
		{"another region", "eu-west-1", "http://localhost:2", false, []string{"found the database", "us-east-1_DemoPool1"}, "with the password"},
	} {
		c := &serveCmd{Listen: "127.0.0.1:0", storage: storage{Data: data}, Region: tt.region, Issuer: "idpond", Empty: tt.empty}
		a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), tt.public)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := a.welcome(t.Context(), c)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for _, want := range tt.want {
			if !strings.Contains(printed, want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, printed)
			}
		}
		if strings.Contains(printed, tt.absent) || strings.Count(printed, "\n") > 15 {
			t.Errorf("%s: %q or more than 15 lines in\n%s", tt.name, tt.absent, printed)
		}
		if link := regexp.MustCompile(`\S+/login\S+`).FindString(printed); link != "" {
			w := httptest.NewRecorder()
			a.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
			if w.Code != http.StatusOK {
				t.Errorf("%s: %s answers %d to %s", tt.name, link, w.Code, w.Header().Get("Location"))
			}
			_, client, err := a.directory.Client(t.Context(), demoPublicClient)
			if err != nil || client.Settings.DefaultRedirectURI != tt.public+"/_idpond/demo/callback" || len(client.Settings.CallbackURLs) != 2 {
				t.Errorf("%s: the demo calls back to %+v (%v)", tt.name, client.Settings, err)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
