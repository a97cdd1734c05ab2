package oauth_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

func TestCodeGrant(t *testing.T) {
	d := open(t)
	code := d.code(t, "scope=openid email", "nonce=n1")
	d.Wait(4*time.Minute + 59*time.Second)
	w := d.post("/oauth2/token", exchange(code))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
		"Pragma": "no-cache", "Expires": "0", "Access-Control-Allow-Origin": "*",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	var members map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id_token", "access_token", "refresh_token"} {
		if s, _ := members[name].(string); s == "" {
			t.Errorf("no %s", name)
		}
		delete(members, name)
	}
	if diff := cmp.Diff(map[string]any{"expires_in": 3600.0, "token_type": "Bearer"}, members); diff != "" {
		t.Error(diff)
	}
	got := decode[answer](t, w)
	id := tokenstest.Claims(t, got.IDToken)
	if id["nonce"] != "n1" || id["email"] != Email || id["name"] != nil || id["aud"] != WebClient ||
		id["auth_time"] != float64(d.Now().Add(-4*time.Minute-59*time.Second).Unix()) {
		t.Errorf("ID token %v", id)
	}
}

func TestCodeGrantRefusals(t *testing.T) {
	d := open(t)
	for _, tt := range []struct {
		name    string
		request []string    // of the authorization
		before  func(*door) // the exchange
		pairs   []string    // of the exchange
		want    string
		used    bool // the code is used up by it
	}{
		{name: "no code", pairs: []string{"code"}, want: invalidRequest},
		{name: "no redirect URI", pairs: []string{"redirect_uri"}, want: invalidRequest},
		{name: "unknown code", pairs: []string{"code=8c1a7e0e-0000-4000-8000-000000000000"}, want: invalidGrant},
		{name: "other redirect URI", pairs: []string{"redirect_uri=" + Callback2}, want: `{"error":"unauthorized_client","error_description":"invalid_redirect"}`, used: true},
		{name: "client without the code flow", pairs: []string{"client_id=" + MachineClient, "client_secret=" + Secret}, want: notAllowed},
		{name: "other client", pairs: []string{"client_id=" + SecretClient, "client_secret=" + Secret}, want: invalidGrant},
		{name: "no verifier", request: pkce(), want: invalidGrant, used: true},
		{name: "wrong verifier", request: pkce(), pairs: []string{"code_verifier=" + verifier + "x"}, want: invalidGrant, used: true},
		{name: "challenge as verifier", request: pkce(), pairs: []string{"code_verifier=" + challenge}, want: invalidGrant, used: true},
		{name: "verifier without challenge", pairs: []string{"code_verifier=" + verifier}, want: invalidGrant, used: true},
		{name: "expired", before: func(d *door) { d.Wait(5 * time.Minute) }, want: invalidGrant, used: true},
		{name: "user disabled meanwhile", before: func(d *door) { d.ChangeUser(t, func(u *userpool.User) { u.Enabled = false }) }, want: invalidGrant, used: true},
		{name: "sign-ins ended meanwhile", before: func(d *door) {
			d.ChangeUser(t, func(u *userpool.User) { u.Enabled = true })
			d.Write(t, func(ctx context.Context, tx store.Tx) error {
				return tx.EndSignIns(ctx, d.User.PoolID, d.User.ID, d.Now())
			})
		}, want: invalidGrant, used: true},
		{name: "email_verified not readable", before: func(d *door) {
			d.ChangeUser(t, func(u *userpool.User) { u.Enabled = true })
			d.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.ReadAttributes = []string{"email", "name"} })
		}, want: invalidGrant, used: true},
	} {
		code := d.code(t, tt.request...)
		if tt.before != nil {
			tt.before(d)
		}
		ask := exchange(code, tt.pairs...)
		is(t, tt.name, d.post("/oauth2/token", ask), http.StatusBadRequest, tt.want)

		d.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.ReadAttributes = nil })
		right := exchange(code)
		if tt.request != nil {
			right.Set("code_verifier", verifier)
		}
		if w := d.post("/oauth2/token", right); (w.Code != http.StatusOK) != tt.used {
			t.Errorf("%s: then the right request: %d %s", tt.name, w.Code, w.Body)
		}
	}
}

func pkce() []string {
	return []string{"code_challenge=" + challenge, "code_challenge_method=S256"}
}

func TestPKCEFlow(t *testing.T) {
	d := open(t)
	if w := d.post("/oauth2/token", exchange(d.code(t, pkce()...), "code_verifier="+verifier)); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestCodeReplay: a code that comes a second time ends what the first time gave.
func TestCodeReplay(t *testing.T) {
	d := open(t)
	code := d.code(t)
	got := decode[answer](t, d.post("/oauth2/token", exchange(code)))
	is(t, "replay by another client", d.post("/oauth2/token", exchange(code, "client_id="+SecretClient, "client_secret="+Secret)), 400, invalidGrant)
	if w := d.userInfo(got.AccessToken); w.Code != 200 {
		t.Errorf("another client could end the grant: %d", w.Code)
	}
	is(t, "replay", d.post("/oauth2/token", exchange(code)), 400, invalidGrant)
	if w := d.userInfo(got.AccessToken); w.Code != 401 {
		t.Errorf("the access token lives on: %d %s", w.Code, w.Body)
	}
	is(t, "refresh", d.refresh(got.RefreshToken), 400, invalidGrant)
	is(t, "third time", d.post("/oauth2/token", exchange(code)), 400, invalidGrant)
}

// TestCodeRace: of many that present a code at once, at most one gets tokens.
func TestCodeRace(t *testing.T) {
	d := open(t)
	code := d.code(t)
	var wait sync.WaitGroup
	answers := make([]*httptest.ResponseRecorder, 8)
	for i := range answers {
		wait.Go(func() { answers[i] = d.post("/oauth2/token", exchange(code)) })
	}
	wait.Wait()
	won := 0
	for _, w := range answers {
		if w.Code == http.StatusOK {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d requests got tokens", won)
	}
}

// TestNothingReadableStored: the code is in the database as a hash alone.
func TestNothingReadableStored(t *testing.T) {
	d := open(t)
	code := d.code(t)
	d.Write(t, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.TakeAuthCode(ctx, PoolID, store.Hash([]byte(code)[:32]), "grant")
		if err == nil {
			t.Error("the code itself is its key")
		}
		return nil
	})
}
