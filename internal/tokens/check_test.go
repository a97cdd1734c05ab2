package tokens_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
)

func TestCheckAccess(t *testing.T) {
	h := newHouse(t)
	set := h.grant(t, tokens.GrantRequest{OAuth: true, Scopes: []string{"openid", "email"}})
	got, err := h.CheckAccess(t.Context(), set.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if got.Pool.ID != h.pool.ID || got.ClientID != h.client.ID || got.User.Username != "ada" || got.Grant.UserID != h.user.ID {
		t.Errorf("speaks for %+v", got)
	}
	if diff := cmp.Diff([]string{"openid", "email"}, got.Scopes); diff != "" {
		t.Error(diff)
	}
	if err := got.Require("openid"); err != nil {
		t.Error(err)
	}
	wantFault(t, "absent scope", got.Require(tokens.ScopeAdmin), "NotAuthorizedException: Access Token does not have required scopes")
	// A scope is a word, not a part of one.
	wantFault(t, "part of a scope", got.Require("open"), "NotAuthorizedException: Access Token does not have required scopes")
}

const (
	invalidToken   = "NotAuthorizedException: Invalid Access Token"
	badSignature   = "NotAuthorizedException: Could not verify signature for Access Token"
	accessExpired  = "NotAuthorizedException: Access Token has expired"
	accessRevoked  = "NotAuthorizedException: Access Token has been revoked"
	missingScope   = "NotAuthorizedException: Access Token does not have required scopes"
	userIsGone     = "UserNotFoundException: User does not exist."
	refreshInvalid = "NotAuthorizedException: Invalid Refresh Token"
	refreshReuse   = "RefreshTokenReuseException: Refresh token reuse detected"
)

// TestCheckAccessRefusesForgeries tries texts that were never given out as access
// tokens, or are changed ones.
func TestCheckAccessRefusesForgeries(t *testing.T) {
	h := newHouse(t)
	set := h.signIn(t)
	parts := strings.Split(set.AccessToken, ".")
	claims := tokenstest.Claims(t, set.AccessToken)
	kid := tokenstest.Header(t, set.AccessToken)["kid"]
	changed := func(name string, value any) map[string]any {
		c := map[string]any{}
		for k, v := range claims {
			c[k] = v
		}
		c[name] = value
		return c
	}
	pool2 := &userpool.Pool{ID: "eu-west-1_second", Region: "eu-west-1", CreatedAt: h.now, UpdatedAt: h.now}
	h.write(t, func(ctx context.Context, tx store.Tx) error { return tx.CreatePool(ctx, pool2) })
	machine, err := h.ForClient(t.Context(), h.pool, h.client, []string{"api/read", tokens.ScopeAdmin})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, token, want string }{
		{"empty", "", invalidToken},
		{"not a JWT", "hello", invalidToken},
		{"two parts", parts[0] + "." + parts[1], invalidToken},
		{"refresh token", set.RefreshToken, invalidToken},
		{"ID token", set.IDToken, invalidToken},
		{"huge", strings.Repeat("a", 1<<20), invalidToken},
		{"payload is no object", parts[0] + "." + encode(t, 7) + "." + parts[2], invalidToken},
		{"no algorithm", encode(t, map[string]any{"alg": "none", "kid": kid}) + "." + parts[1] + ".", invalidToken},
		{"HMAC", hmacToken(t, kid, claims), invalidToken},
		{"no signature", parts[0] + "." + parts[1] + ".", badSignature},
		{"changed signature", flipLast(set.AccessToken), badSignature},
		{"changed subject", parts[0] + "." + encode(t, changed("sub", "x")) + "." + parts[2], badSignature},
		{"unknown pool", parts[0] + "." + encode(t, changed("iss", "https://id.example.org/eu-west-1_unknown")) + "." + parts[2], badSignature},
		{"other form of the issuer", parts[0] + "." + encode(t, changed("iss", "https://cognito-idp.eu-west-1.amazonaws.com/"+h.pool.ID)) + "." + parts[2], badSignature},
		{"no issuer", parts[0] + "." + encode(t, changed("iss", "")) + "." + parts[2], badSignature},
		{"signed by another pool's key", signedWith(t, 2, kid, claims), badSignature},
		{"ID key, access claims", signedWith(t, 0, tokenstest.Header(t, set.IDToken)["kid"], claims), badSignature},
		{"right key, other kid", signedWith(t, 1, "x", claims), badSignature},
		{"no user", machine.AccessToken, missingScope},
	} {
		_, err := h.CheckAccess(t.Context(), c.token)
		wantFault(t, c.name, err, c.want)
	}
	for name, token := range map[string]string{"the real one": set.AccessToken, "its claims with its key": signedWith(t, 1, kid, claims)} {
		if _, err := h.CheckAccess(t.Context(), token); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func flipLast(token string) string {
	at := len(token) - 10
	c := byte('A')
	if token[at] == c {
		c = 'B'
	}
	return token[:at] + string(c) + token[at+1:]
}

func signWith(t *testing.T, key jose.SigningKey, kid any, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(key, new(jose.SignerOptions).WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func hmacToken(t *testing.T, kid any, claims map[string]any) string {
	return signWith(t, jose.SigningKey{Algorithm: jose.HS256, Key: make([]byte, 32)}, kid, claims)
}

// signedWith signs with one of the fixed keys: the house's pool has 0 for ID tokens
// and 1 for access tokens.
func signedWith(t *testing.T, number int, kid any, claims map[string]any) string {
	t.Helper()
	source := new(tokenstest.Source)
	for range number {
		_, _ = source.Take(t.Context())
	}
	key, err := source.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return signWith(t, jose.SigningKey{Algorithm: jose.RS256, Key: key}, kid, claims)
}

// TestCheckAccessAfterwards takes good tokens whose time or right has passed.
func TestCheckAccessAfterwards(t *testing.T) {
	for _, c := range []struct {
		name string
		then func(t *testing.T, h *house)
		want string
	}{
		{"a second before the end", func(_ *testing.T, h *house) { h.now = h.now.Add(time.Hour - time.Second) }, "no error"},
		{"at the end", func(_ *testing.T, h *house) { h.now = h.now.Add(time.Hour) }, accessExpired},
		{"signed out", func(t *testing.T, h *house) {
			if err := h.RevokeUser(t.Context(), h.user); err != nil {
				t.Fatal(err)
			}
		}, accessRevoked},
		{"disabled", func(t *testing.T, h *house) { h.disable(t) }, accessRevoked},
		{"deleted", func(t *testing.T, h *house) {
			h.write(t, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, h.pool.ID, h.user.ID) })
		}, userIsGone},
		{"issuer changed", func(t *testing.T, h *house) {
			h.write(t, func(ctx context.Context, tx store.Tx) error {
				h.pool.Settings.IssuerConfiguration = &userpool.IssuerConfiguration{Type: "UPDATED"}
				return tx.UpdatePool(ctx, h.pool)
			})
		}, badSignature},
	} {
		h := newHouse(t)
		set := h.signIn(t)
		c.then(t, h)
		_, err := h.CheckAccess(t.Context(), set.AccessToken)
		wantFault(t, c.name, err, c.want)
	}
}

func (h *house) disable(t *testing.T) {
	t.Helper()
	h.write(t, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, h.pool.ID, h.user.ID)
		if err != nil {
			return err
		}
		u.Enabled = false
		return tx.UpdateUser(ctx, u)
	})
}

func TestCheckKind(t *testing.T) {
	h := newHouse(t)
	set := h.signIn(t)
	for text, want := range map[string]tokens.Kind{
		set.AccessToken: tokens.KindAccess, set.IDToken: tokens.KindID, set.RefreshToken: tokens.KindRefresh,
		"": tokens.KindUnknown, "a.b.c": tokens.KindUnknown, "x." + encode(t, 7) + ".y": tokens.KindUnknown, "garbage": tokens.KindUnknown,
	} {
		if got := tokens.CheckKind(text); got != want {
			t.Errorf("%.20q… is %q, want %q", text, got, want)
		}
	}
}

func TestIssuer(t *testing.T) {
	for _, c := range []struct {
		form tokens.Form
		own  *userpool.IssuerConfiguration
		want string
	}{
		{tokens.FormIdpond, nil, "http://localhost:9229/eu-west-1_AbC"},
		{tokens.FormOriginal, nil, "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"},
		{tokens.FormUpdated, nil, "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"},
		{tokens.FormIdpond, &userpool.IssuerConfiguration{}, "http://localhost:9229/eu-west-1_AbC"},
		{tokens.FormIdpond, &userpool.IssuerConfiguration{Type: "UPDATED"}, "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"},
		{tokens.FormUpdated, &userpool.IssuerConfiguration{Type: "ORIGINAL"}, "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"},
	} {
		pool := &userpool.Pool{ID: "eu-west-1_AbC", Region: "eu-west-1", Settings: userpool.PoolSettings{IssuerConfiguration: c.own}}
		for _, public := range []string{"http://localhost:9229", "http://localhost:9229/"} {
			if got := (tokens.Issuer{Form: c.form, PublicURL: public}).URL(pool); got != c.want {
				t.Errorf("form %s, pool's own %+v: %s, want %s", c.form, c.own, got, c.want)
			}
		}
	}
}
