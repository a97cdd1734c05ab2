package tokens_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
)

func TestRefreshRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		door tokens.Door
		then func(t *testing.T, h *house, token *string)
		want string
	}{
		{"nothing changed", tokens.DoorInitiateAuth, func(*testing.T, *house, *string) {}, "no error"},
		{"garbage", tokens.DoorInitiateAuth, func(_ *testing.T, _ *house, token *string) { *token = "garbage" }, refreshInvalid},
		{"garbage, by its own operation", tokens.DoorGetTokens, func(_ *testing.T, _ *house, token *string) { *token = "x" }, refreshInvalid + "."},
		{"other client", tokens.DoorOAuth, func(_ *testing.T, h *house, _ *string) { h.client = h.other }, refreshInvalid},
		{"other pool", tokens.DoorOAuth, func(t *testing.T, h *house, _ *string) {
			h.pool = &userpool.Pool{ID: "eu-west-1_second", Region: "eu-west-1", CreatedAt: h.now, UpdatedAt: h.now}
			h.write(t, func(ctx context.Context, tx store.Tx) error { return tx.CreatePool(ctx, h.pool) })
		}, refreshInvalid},
		{"last moment", tokens.DoorGetTokens, func(_ *testing.T, h *house, _ *string) { h.now = h.now.Add(30*24*time.Hour - 1) }, "no error"},
		{"expired", tokens.DoorGetTokens, func(_ *testing.T, h *house, _ *string) { h.now = h.now.Add(30 * 24 * time.Hour) },
			"NotAuthorizedException: Refresh Token has expired"},
		{"signed out", tokens.DoorInitiateAuth, func(t *testing.T, h *house, _ *string) {
			if err := h.RevokeUser(t.Context(), h.user); err != nil {
				t.Fatal(err)
			}
		}, "NotAuthorizedException: Refresh Token has been revoked"},
		{"disabled", tokens.DoorInitiateAuth, func(t *testing.T, h *house, _ *string) { h.disable(t) }, "NotAuthorizedException: User is disabled."},
		{"disabled and signed out", tokens.DoorInitiateAuth, func(t *testing.T, h *house, _ *string) {
			h.disable(t)
			if err := h.RevokeUser(t.Context(), h.user); err != nil {
				t.Fatal(err)
			}
		}, "NotAuthorizedException: User is disabled."},
		{"deleted", tokens.DoorInitiateAuth, func(t *testing.T, h *house, _ *string) {
			h.write(t, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, h.pool.ID, h.user.ID) })
		}, refreshInvalid},
		{"devices, at the token endpoint", tokens.DoorOAuth, func(_ *testing.T, h *house, _ *string) {
			h.pool.Settings.DeviceConfiguration = &userpool.DeviceConfiguration{}
		}, refreshInvalid},
		{"devices, by the API", tokens.DoorGetTokens, func(_ *testing.T, h *house, _ *string) {
			h.pool.Settings.DeviceConfiguration = &userpool.DeviceConfiguration{}
		}, "no error"},
	} {
		h := newHouse(t)
		token := h.signIn(t).RefreshToken
		c.then(t, h, &token)
		_, err := h.refresh(t, token, c.door)
		wantFault(t, c.name, err, c.want)
	}
}

// TestRefreshAdmit: a caller's refusal comes before what the token's state says, and
// is told about the owner of the token only.
func TestRefreshAdmit(t *testing.T) {
	h := newHouse(t)
	token := h.signIn(t).RefreshToken
	no := errors.New("no")
	asked := ""
	r := tokens.RefreshRequest{
		Pool: h.pool, Client: h.client, RefreshToken: token, Door: tokens.DoorInitiateAuth,
		Admit: func(u *userpool.User) error { asked = u.Username; return no },
	}
	h.disable(t)
	if _, err := h.Refresh(t.Context(), r); err != no || asked != "ada" {
		t.Errorf("got %v, asked about %q", err, asked)
	}
	asked, r.Client = "", h.other
	_, err := h.Refresh(t.Context(), r)
	wantFault(t, "other client", err, refreshInvalid)
	if asked != "" {
		t.Error("told another client whose token it is")
	}
}

func TestRefreshKeepsTheToken(t *testing.T) {
	h := newHouse(t)
	first := h.signIn(t)
	for range 3 {
		h.now = h.now.Add(time.Hour)
		again, err := h.refresh(t, first.RefreshToken, tokens.DoorGetTokens)
		if err != nil {
			t.Fatal(err)
		}
		if again.RefreshToken != "" {
			t.Error("a client without rotation got a new refresh token")
		}
		if _, err := h.CheckAccess(t.Context(), again.AccessToken); err != nil {
			t.Error(err)
		}
		was, is := tokenstest.Claims(t, first.IDToken), tokenstest.Claims(t, again.IDToken)
		for _, name := range []string{"auth_time", "origin_jti", "event_id"} {
			if was[name] != is[name] {
				t.Errorf("%s was %v, is %v", name, was[name], is[name])
			}
		}
		if was["jti"] == is["jti"] {
			t.Error("two tokens have one jti")
		}
	}
}

// TestRotation follows reference: api-behaviour §15, "Measured".
func TestRotation(t *testing.T) {
	h := newHouse(t)
	h.rotating(30)
	refresh := func(name, token, want string) string {
		t.Helper()
		set, err := h.refresh(t, token, tokens.DoorGetTokens)
		wantFault(t, name, err, want)
		if err != nil {
			return ""
		}
		return set.RefreshToken
	}
	first := h.signIn(t).RefreshToken
	child := refresh("first use", first, "no error")
	if child == "" || child == first {
		t.Fatalf("rotation gave %q", child)
	}
	h.now = h.now.Add(29 * time.Second)
	fork := refresh("within the window", first, "no error")
	refresh("the child that was passed over", child, refreshReuse)
	h.now = h.now.Add(time.Second)
	refresh("after the window", first, refreshReuse)
	grandchild := refresh("the newest still works", fork, "no error")

	h.now = h.now.Add(30*24*time.Hour - 30*time.Second)
	refresh("the end of life is the first one's", grandchild, "NotAuthorizedException: Refresh Token has expired")
}

func TestRotationWithoutGrace(t *testing.T) {
	h := newHouse(t)
	h.rotating(0)
	first := h.signIn(t).RefreshToken
	set, err := h.refresh(t, first, tokens.DoorOAuth)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.refresh(t, first, tokens.DoorOAuth)
	wantFault(t, "second use", err, refreshReuse)

	h.client.Settings.RefreshTokenRotation = nil
	_, err = h.refresh(t, first, tokens.DoorInitiateAuth)
	wantFault(t, "rotation switched off, exchanged token", err, "NotAuthorizedException: Refresh Token has been revoked")
	again, err := h.refresh(t, set.RefreshToken, tokens.DoorInitiateAuth)
	if err != nil || again.RefreshToken != "" {
		t.Errorf("rotation switched off, newest token: %+v, %v", again, err)
	}
}

// TestRotationSwitchedOffAfterFork: a child that was passed over stays dead when the
// client rotates no more.
func TestRotationSwitchedOffAfterFork(t *testing.T) {
	h := newHouse(t)
	h.rotating(60)
	first := h.signIn(t).RefreshToken
	var children []string
	for range 2 {
		set, err := h.refresh(t, first, tokens.DoorGetTokens)
		if err != nil {
			t.Fatal(err)
		}
		children = append(children, set.RefreshToken)
	}
	h.client.Settings.RefreshTokenRotation.Feature = "DISABLED"
	for i, want := range []string{refreshReuse, "no error"} {
		_, err := h.refresh(t, children[i], tokens.DoorGetTokens)
		wantFault(t, "child", err, want)
	}
}

func TestRotationAtOnce(t *testing.T) {
	h := newHouse(t)
	h.rotating(0)
	first := h.signIn(t).RefreshToken
	h.Rand = &lockedReader{r: h.Rand}
	results := make(chan error)
	const n = 8
	for range n {
		go func() {
			_, err := h.refresh(t, first, tokens.DoorGetTokens)
			results <- err
		}()
	}
	won := 0
	for range n {
		if err := <-results; err == nil {
			won++
		} else if err.Error() != refreshReuse {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d exchanges of one token succeeded, want 1", won, n)
	}
}

func TestRevoke(t *testing.T) {
	const working, revoked = "no error", "NotAuthorizedException: Refresh Token has been revoked"
	for _, c := range []struct {
		name   string
		token  func(chain []string) string
		newest string // what the newest token answers afterwards
	}{
		{"the newest", func(chain []string) string { return chain[2] }, revoked},
		{"the first", func(chain []string) string { return chain[0] }, revoked},
		{"one between", func(chain []string) string { return chain[1] }, working},
		{"unknown", func([]string) string { return "garbage" }, working},
	} {
		h := newHouse(t)
		h.rotating(60)
		set := h.signIn(t)
		elsewhere := h.signIn(t)
		chain := []string{set.RefreshToken}
		for range 2 {
			next, err := h.refresh(t, chain[len(chain)-1], tokens.DoorGetTokens)
			if err != nil {
				t.Fatal(err)
			}
			chain = append(chain, next.RefreshToken)
		}
		for range 2 { // the second time changes nothing
			if err := h.Revoke(t.Context(), h.pool, h.client, c.token(chain)); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		_, err := h.CheckAccess(t.Context(), set.AccessToken)
		wantFault(t, c.name+", access token", err, strings.Replace(c.newest, "Refresh", "Access", 1))
		_, err = h.refresh(t, chain[2], tokens.DoorGetTokens)
		wantFault(t, c.name+", newest", err, c.newest)
		if _, err := h.CheckAccess(t.Context(), elsewhere.AccessToken); err != nil {
			t.Errorf("%s ended another sign-in: %v", c.name, err)
		}
	}
}

func TestRevokeRefuses(t *testing.T) {
	h := newHouse(t)
	set := h.signIn(t)
	revoke := func(client *userpool.AppClient, token string) error {
		return h.Revoke(t.Context(), h.pool, client, token)
	}
	wantFault(t, "access token", revoke(h.client, set.AccessToken), "UnsupportedTokenTypeException: Unsupported token type")
	wantFault(t, "ID token", revoke(h.client, set.IDToken), "UnsupportedTokenTypeException: Unsupported token type")
	wantFault(t, "other client", revoke(h.other, set.RefreshToken), "UnauthorizedException: Invalid token for this client")
	h.client.Settings.EnableTokenRevocation = false
	wantFault(t, "client without revocation", revoke(h.client, set.RefreshToken),
		"UnsupportedOperationException: Revoke token operation is not enabled for this client")
	if _, err := h.refresh(t, set.RefreshToken, tokens.DoorGetTokens); err != nil {
		t.Errorf("a refused revocation revoked: %v", err)
	}
}

func TestGrantIsOneTransaction(t *testing.T) {
	h := newHouse(t)
	no := errors.New("no")
	r := tokens.GrantRequest{Pool: h.pool, Client: h.client, User: h.user}
	i, err := h.Begin(t.Context(), h.pool.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = h.store.Write(t.Context(), func(tx store.Tx) error { return errors.Join(i.Save(t.Context(), tx, r), no) })
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	set, err := h.Finish(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.CheckAccess(t.Context(), set.AccessToken)
	wantFault(t, "grant of a transaction that failed", err, accessRevoked)
}

// brokenGroups is a config whose groups can't be read.
type brokenGroups struct{ tokens.Config }

func (brokenGroups) Groups(context.Context, string) (map[string]*userpool.Group, error) {
	return nil, errors.New("broken")
}

// TestFailedRefreshUsesNothingUp: a refresh token whose successor could not be given works
// on, also without any grace.
func TestFailedRefreshUsesNothingUp(t *testing.T) {
	h := newHouse(t)
	h.rotating(0)
	h.user.Groups = []string{"admins"}
	h.write(t, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateGroup(ctx, &userpool.Group{PoolID: h.pool.ID, Name: "admins", CreatedAt: h.now, UpdatedAt: h.now}); err != nil {
			return err
		}
		return tx.AddToGroup(ctx, h.pool.ID, "admins", h.user.ID)
	})
	token, working := h.signIn(t).RefreshToken, h.Config
	h.Config = brokenGroups{working}
	if _, err := h.refresh(t, token, tokens.DoorGetTokens); err == nil || err.Error() != "broken" {
		t.Errorf("got %v", err)
	}
	h.Config = working
	h.now = h.now.Add(time.Minute)
	if set, err := h.refresh(t, token, tokens.DoorGetTokens); err != nil || set.RefreshToken == "" {
		t.Errorf("got %+v, %v", set, err)
	}
}
