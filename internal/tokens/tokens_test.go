package tokens_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
)

var update = flag.Bool("update", false, "write the golden files anew")

// house is a token service over a real SQLite file with one pool, two clients and
// one user, at a time that the test sets.
type house struct {
	*tokens.Service
	store  *sqlstore.Store
	source *tokenstest.Source
	now    time.Time

	pool          *userpool.Pool
	client, other *userpool.AppClient
	user          *userpool.User
}

// config reads the configuration straight from the store, as directory does.
type config struct{ *sqlstore.Store }

func (c config) Pool(ctx context.Context, id string) (*userpool.Pool, error) {
	p, err := c.Store.Pool(ctx, id)
	if err != nil {
		return nil, fault.Newf(fault.ResourceNotFound, "User pool %s does not exist.", id)
	}
	return p, nil
}

func (c config) Groups(ctx context.Context, poolID string) (map[string]*userpool.Group, error) {
	list, err := c.ListGroups(ctx, poolID, "", 1000)
	groups := map[string]*userpool.Group{}
	for _, g := range list {
		groups[g.Name] = g
	}
	return groups, err
}

func newHouse(t testing.TB) *house {
	t.Helper()
	st, _ := sqlstoretest.Open(t)
	h := &house{store: st, source: new(tokenstest.Source), now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	h.Service = &tokens.Service{
		Config: config{st}, Store: st,
		Keys:   &tokens.Keys{Store: st, Source: h.source, Now: clock},
		Issuer: tokens.Issuer{Form: tokens.FormIdpond, PublicURL: "https://id.example.org"},
		Now:    clock, Rand: rand.NewChaCha8([32]byte{1}),
	}
	h.pool = &userpool.Pool{ID: "eu-west-1_AbCdEfGhI", Region: "eu-west-1", Name: "test", CreatedAt: h.now, UpdatedAt: h.now}
	h.client = h.newClient("client1")
	h.other = h.newClient("client2")
	h.user = &userpool.User{
		PoolID: h.pool.ID, ID: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Username: "ada", Status: userpool.StatusConfirmed,
		Enabled: true, CreatedAt: h.now, UpdatedAt: h.now,
		Attributes: map[string]string{
			"email": "ada@example.org", "email_verified": "true", "phone_number": "+4912345678", "phone_number_verified": "false",
			"name": "Ada L.", "address": "12 St James's Square", "updated_at": "1700000000", "custom:tier": "3",
			"custom:active": "true", "dev:custom:note": "hidden", "identities": "[]",
		},
		Names: []userpool.SignInName{{Kind: userpool.NameUsername, Value: "ada"}},
	}
	h.write(t, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreatePool(ctx, h.pool); err != nil {
			return err
		}
		for _, c := range []*userpool.AppClient{h.client, h.other} {
			if err := tx.CreateClient(ctx, c); err != nil {
				return err
			}
		}
		return tx.CreateUser(ctx, h.user)
	})
	return h
}

func (h *house) newClient(id string) *userpool.AppClient {
	return &userpool.AppClient{
		PoolID: h.pool.ID, ID: id, Name: id, CreatedAt: h.now, UpdatedAt: h.now,
		Settings: userpool.ClientSettings{EnableTokenRevocation: true, RefreshTokenValidity: 30},
	}
}

func (h *house) write(t testing.TB, f func(ctx context.Context, tx store.Tx) error) {
	t.Helper()
	if err := h.store.Write(t.Context(), func(tx store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// join puts the user into a new group.
func (h *house) join(t testing.TB, g userpool.Group) {
	t.Helper()
	g.PoolID, g.CreatedAt, g.UpdatedAt = h.pool.ID, h.now, h.now
	h.write(t, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateGroup(ctx, &g); err != nil {
			return err
		}
		return tx.AddToGroup(ctx, h.pool.ID, g.Name, h.user.ID)
	})
	h.user.Groups = append(h.user.Groups, g.Name)
}

func (h *house) rotating(grace int) {
	h.client.Settings.RefreshTokenRotation = &userpool.RefreshTokenRotation{Feature: "ENABLED", RetryGracePeriodSeconds: grace}
}

// signIn gives the tokens of an API sign-in.
func (h *house) signIn(t testing.TB) *tokens.Set {
	t.Helper()
	return h.grant(t, tokens.GrantRequest{})
}

// grant gives tokens of r, which gets the house's pool, client and user.
func (h *house) grant(t testing.TB, r tokens.GrantRequest) *tokens.Set {
	t.Helper()
	r.Pool, r.Client, r.User = h.pool, h.client, h.user
	set, err := h.Grant(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (h *house) refresh(t testing.TB, token string, door tokens.Door) (*tokens.Set, error) {
	t.Helper()
	return h.Refresh(t.Context(), tokens.RefreshRequest{Pool: h.pool, Client: h.client, RefreshToken: token, Door: door})
}

// wantFault fails the test unless err is the fault "code: sentence".
func wantFault(t testing.TB, what string, err error, want string) {
	t.Helper()
	got := "no error"
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%s: got %s; want %s", what, got, want)
	}
}

// issued is what a golden file holds of a Set.
type issued struct {
	Header          map[string]any `json:"header of the access token"`
	Access          map[string]any `json:"access"`
	ID              map[string]any `json:"id"`
	HasRefreshToken bool           `json:"hasRefreshToken"`
	ExpiresIn       int            `json:"expiresIn"`
}

// TestClaims compares the claims of every flow of reference: hosted-ui-and-oauth
// §7.4 with golden files; run it with -update to write them.
func TestClaims(t *testing.T) {
	oauth := func(scopes ...string) tokens.GrantRequest {
		return tokens.GrantRequest{OAuth: true, Scopes: scopes, Nonce: "n-0S6_WzA2Mj", AuthTime: time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)}
	}
	for _, c := range []struct {
		name string
		set  func(t *testing.T, h *house) *tokens.Set
	}{
		{"api", func(t *testing.T, h *house) *tokens.Set { return h.signIn(t) }},
		{"api_without_revocation", func(t *testing.T, h *house) *tokens.Set {
			h.client.Settings.EnableTokenRevocation = false
			return h.signIn(t)
		}},
		{"api_short_lives", func(t *testing.T, h *house) *tokens.Set {
			h.client.Settings.AccessTokenValidity, h.client.Settings.IdTokenValidity = 5, 2
			h.client.Settings.TokenValidityUnits = userpool.TokenValidityUnits{AccessToken: "minutes"}
			return h.signIn(t)
		}},
		{"api_read_attributes", func(t *testing.T, h *house) *tokens.Set {
			h.client.Settings.ReadAttributes = []string{"email", "custom:tier"}
			return h.signIn(t)
		}},
		{"api_groups", func(t *testing.T, h *house) *tokens.Set {
			h.join(t, userpool.Group{Name: "a-last"})
			h.join(t, userpool.Group{Name: "editors", Precedence: new(5), RoleArn: "arn:aws:iam::000000000000:role/editor"})
			h.join(t, userpool.Group{Name: "admins", Precedence: new(1), RoleArn: "arn:aws:iam::000000000000:role/admin"})
			return h.signIn(t)
		}},
		{"api_refresh", func(t *testing.T, h *house) *tokens.Set {
			first := h.signIn(t)
			return h.later(t, first, tokens.DoorInitiateAuth)
		}},
		{"code_openid", func(t *testing.T, h *house) *tokens.Set { return h.grant(t, oauth("openid")) }},
		{"code_email_and_custom_scope", func(t *testing.T, h *house) *tokens.Set {
			return h.grant(t, oauth("openid", "email", "api/read"))
		}},
		{"code_phone_profile", func(t *testing.T, h *house) *tokens.Set {
			return h.grant(t, oauth("phone", "openid", "profile", tokens.ScopeAdmin))
		}},
		{"code_without_openid", func(t *testing.T, h *house) *tokens.Set { return h.grant(t, oauth("email")) }},
		{"implicit", func(t *testing.T, h *house) *tokens.Set {
			r := oauth("openid", "email")
			r.WithoutRefresh = true
			return h.grant(t, r)
		}},
		{"code_refresh", func(t *testing.T, h *house) *tokens.Set {
			return h.later(t, h.grant(t, oauth("openid", "email")), tokens.DoorOAuth)
		}},
		{"code_refresh_rotating", func(t *testing.T, h *house) *tokens.Set {
			h.rotating(0)
			h.client.Settings.EnableTokenRevocation = false
			return h.later(t, h.grant(t, oauth("openid", "email")), tokens.DoorOAuth)
		}},
		{"client_credentials", func(t *testing.T, h *house) *tokens.Set {
			set, err := h.ForClient(t.Context(), h.pool, h.client, []string{"api/read", "api/write"})
			if err != nil {
				t.Fatal(err)
			}
			return set
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := c.set(t, newHouse(t))
			got := issued{
				Header: tokenstest.Header(t, set.AccessToken), Access: tokenstest.Claims(t, set.AccessToken),
				HasRefreshToken: set.RefreshToken != "", ExpiresIn: set.ExpiresIn,
			}
			if set.IDToken != "" {
				got.ID = tokenstest.Claims(t, set.IDToken)
			}
			golden(t, filepath.Join("testdata", "claims", c.name+".json"), got)
		})
	}
}

// later refreshes a set ten minutes later, when the user has got another name.
func (h *house) later(t *testing.T, set *tokens.Set, door tokens.Door) *tokens.Set {
	t.Helper()
	h.now = h.now.Add(10 * time.Minute)
	h.user.Attributes["name"] = "Countess of Lovelace"
	h.write(t, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, h.pool.ID, h.user.ID)
		if err != nil {
			return err
		}
		u.Attributes["name"] = "Countess of Lovelace"
		return tx.UpdateUser(ctx, u)
	})
	again, err := h.refresh(t, set.RefreshToken, door)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func golden(t *testing.T, file string, got any) {
	t.Helper()
	b, err := json.MarshalIndent(got, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	if *update {
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(b)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// brokenSource is a tokens.KeySource.
type brokenSource struct{ err error }

func (b brokenSource) Take(context.Context) (*rsa.PrivateKey, error) { return nil, b.err }

// TestKeysBeforeTheGrant: whoever signs in first at a pool whose keys can't be made gets an
// error before the transaction, so that nothing of the sign-in is kept.
func TestKeysBeforeTheGrant(t *testing.T) {
	h := newHouse(t)
	broken := errors.New("no entropy")
	h.Keys.Source = brokenSource{broken}
	if _, err := h.Begin(t.Context(), h.pool.ID); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
