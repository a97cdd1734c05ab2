// Package oauthtest builds, for tests, everything below the OAuth endpoints and the
// pages on a real SQLite file: one pool with a domain, its clients, and a user.
package oauthtest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"sync"
	"testing"
	"time"

	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	"idpond/oauth"
)

// What stands in every House.
const (
	PoolID    = "eu-west-1_AbCdEfGhI"
	OtherPool = "eu-west-1_OtherPool"
	Prefix    = "harbour" // of the pool's domain: harbour.auth.example.org

	WebClient     = "1webclient000000000000000a" // public: code and implicit
	SecretClient  = "2secretclient00000000000b"  // confidential: code
	MachineClient = "3machineclient0000000000c"  // confidential: client_credentials
	ForeignClient = "4foreignclient0000000000d"  // like WebClient, in OtherPool
	Secret        = "s3cret+with.plus-1234567890"

	Callback  = "https://app.example/cb"
	Callback2 = "https://app.example/cb?tenant=7"
	AppScheme = "harbour://signed-in"
	LogoutURI = "https://app.example/bye"

	Username = "ada"
	Password = "Difference-1"
	Email    = "ada@example.org"
	API      = "https://orders.example" // resource server with the scopes read and write
)

// House is the services and what they stand on.
type House struct {
	Store    *sqlstore.Store
	Tokens   *tokens.Service
	Accounts *account.Service
	Auth     *auth.Service
	Inbox    *message.Inbox
	OAuth    *oauth.Server // without Browsers
	User     *userpool.User
	Log      *slog.Logger

	mu  sync.Mutex
	now time.Time
}

// New builds a house whose server is reached at publicURL.
func New(t testing.TB, publicURL string, log io.Writer) *House {
	t.Helper()
	st, keys := sqlstoretest.Open(t)
	public, err := url.Parse(publicURL)
	fatal(t, err)

	h := &House{Store: st, Inbox: &message.Inbox{}, now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	h.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config, random := Directory{st}, &sameRandom{source: rand.NewChaCha8([32]byte{})}
	h.Accounts = &account.Service{
		Users: st, Writer: st, Passwords: account.SRPVerifiers(h.Now), Keys: keys, Now: h.Now, Rand: random, Log: h.Log,
		Domains: config, PagesHost: public.Hostname(),
		Messages: &message.Sender{
			Email: h.Inbox, SMS: h.Inbox, Now: h.Now, Rand: random, Log: h.Log,
			Renderer: message.Renderer{PagesBase: func(*userpool.Pool) string { return publicURL }},
		},
	}
	h.Tokens = &tokens.Service{
		Config: config, Store: st, Keys: &tokens.Keys{Store: st, Source: new(tokenstest.Source), Now: h.Now},
		Issuer: tokens.Issuer{Form: tokens.FormIdpond, PublicURL: publicURL}, Now: h.Now, Rand: random,
	}
	h.Auth = &auth.Service{
		Config: config, Store: st, Accounts: h.Accounts, Tokens: h.Tokens, Keys: keys, Now: h.Now, Rand: random,
	}
	h.OAuth = &oauth.Server{
		Directory: config, Tokens: h.Tokens, Store: st, PublicURL: public, Now: h.Now, Rand: random, Log: h.Log,
	}
	h.furnish(t)
	return h
}

// sameRandom gives the same bytes in every run: a guess that is wrong in one is wrong
// in all.
type sameRandom struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (r *sameRandom) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

// Now is the house's clock.
func (h *House) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// Wait moves the clock.
func (h *House) Wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// Write runs a transaction on the store.
func (h *House) Write(t testing.TB, f func(ctx context.Context, tx store.Tx) error) {
	t.Helper()
	fatal(t, h.Store.Write(t.Context(), func(tx store.Tx) error { return f(t.Context(), tx) }))
}

// Change writes a client's settings after change has been at them.
func (h *House) Change(t testing.TB, clientID string, change func(*userpool.AppClient)) {
	t.Helper()
	h.Write(t, func(ctx context.Context, tx store.Tx) error {
		c, err := tx.Client(ctx, clientID)
		if err != nil {
			return err
		}
		change(c)
		return tx.UpdateClient(ctx, c)
	})
}

// ChangePool is Change for the pool.
func (h *House) ChangePool(t testing.TB, change func(*userpool.Pool)) {
	t.Helper()
	h.Write(t, func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Pool(ctx, PoolID)
		if err != nil {
			return err
		}
		change(p)
		return tx.UpdatePool(ctx, p)
	})
}

// ChangeUser writes the user after change has been at it.
func (h *House) ChangeUser(t testing.TB, change func(*userpool.User)) {
	t.Helper()
	h.Write(t, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, PoolID, h.User.ID)
		if err != nil {
			return err
		}
		change(u)
		return tx.UpdateUser(ctx, u)
	})
}

// SetVersion gives the pool's domain another version of the pages.
func (h *House) SetVersion(t testing.TB, version int) {
	t.Helper()
	h.Write(t, func(ctx context.Context, tx store.Tx) error {
		d, err := tx.Domain(ctx, Prefix)
		if err != nil {
			return err
		}
		d.ManagedLoginVersion = version
		return tx.UpdateDomain(ctx, d)
	})
}

func (h *House) furnish(t testing.TB) {
	t.Helper()
	pool := newPool(PoolID)
	user := &userpool.User{
		PoolID: PoolID, ID: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Username: Username, Status: userpool.StatusConfirmed, Enabled: true,
		Attributes: map[string]string{"email": Email, "email_verified": "true", "name": "Ada L.", "custom:team": "engines"},
		Names:      []userpool.SignInName{{Kind: userpool.NameUsername, Value: Username}}, CreatedAt: h.now, UpdatedAt: h.now,
	}
	var err error
	user.Credential, err = h.Accounts.Passwords.Make(t.Context(), pool, user, Password)
	fatal(t, err)
	h.User = user
	h.Write(t, func(ctx context.Context, tx store.Tx) error {
		err := errors.Join(tx.CreatePool(ctx, pool), tx.CreatePool(ctx, newPool(OtherPool)),
			tx.CreateDomain(ctx, &userpool.Domain{PoolID: PoolID, Name: Prefix, ManagedLoginVersion: 2}),
			tx.CreateResourceServer(ctx, &userpool.ResourceServer{PoolID: PoolID, Identifier: API, Name: "orders", Scopes: []userpool.Scope{
				{ScopeName: "read", ScopeDescription: "Read orders"}, {ScopeName: "write", ScopeDescription: "Write orders"},
			}}))
		for _, c := range clients() {
			c.CreatedAt, c.UpdatedAt = h.now, h.now
			err = errors.Join(err, tx.CreateClient(ctx, c))
		}
		return errors.Join(err, tx.CreateUser(ctx, user))
	})
}

func newPool(id string) *userpool.Pool {
	p := &userpool.Pool{ID: id, Region: "eu-west-1", Name: "harbour"}
	p.Settings = userpool.PoolSettings{
		Policies: userpool.Policies{PasswordPolicy: userpool.PasswordPolicy{
			MinimumLength: 8, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true, TemporaryPasswordValidityDays: 7,
		}},
		AutoVerifiedAttributes: []string{"email"}, MfaConfiguration: "OFF", UserPoolTier: "ESSENTIALS",
		UsernameConfiguration: &userpool.UsernameConfiguration{CaseSensitive: false},
	}
	for _, name := range []string{"sub", "name", "email", "email_verified", "phone_number", "phone_number_verified", "family_name", "custom:team"} {
		kind := "String"
		if name == "email_verified" || name == "phone_number_verified" {
			kind = "Boolean"
		}
		p.Settings.SchemaAttributes = append(p.Settings.SchemaAttributes, userpool.SchemaAttribute{
			Name: name, AttributeDataType: kind, Mutable: name != "sub", Required: name == "sub" || name == "email",
		})
	}
	return p
}

func clients() []*userpool.AppClient {
	set := userpool.ClientSettings{
		SupportedIdentityProviders: []string{"COGNITO"}, CallbackURLs: []string{Callback, Callback2, AppScheme}, LogoutURLs: []string{LogoutURI},
		AllowedOAuthFlows: []string{"code", "implicit"}, AllowedOAuthFlowsUserPoolClient: true, EnableTokenRevocation: true,
		AllowedOAuthScopes:   []string{tokens.ScopeOpenID, tokens.ScopeEmail, tokens.ScopeProfile, API + "/read", API + "/gone"},
		RefreshTokenValidity: 30, PreventUserExistenceErrors: "ENABLED",
	}
	secrets := func(id string) []userpool.ClientSecret {
		return []userpool.ClientSecret{{ID: id + "--1", Value: Secret}, {ID: id + "--2", Value: "another-secret-1234567890"}}
	}
	machine := set
	machine.AllowedOAuthFlows = []string{"client_credentials"}
	machine.AllowedOAuthScopes = []string{API + "/read", API + "/gone"}
	return []*userpool.AppClient{
		{PoolID: PoolID, ID: WebClient, Name: "Harbour Books", Settings: set},
		{PoolID: PoolID, ID: SecretClient, Name: "Harbour Desk", Settings: set, Secrets: secrets(SecretClient)},
		{PoolID: PoolID, ID: MachineClient, Name: "Harbour Stock", Settings: machine, Secrets: secrets(MachineClient)},
		{PoolID: OtherPool, ID: ForeignClient, Name: "Elsewhere", Settings: set},
	}
}

// Directory reads the configuration straight from the store, so that what a test
// changes is seen at once.
type Directory struct{ *sqlstore.Store }

// Pool implements oauth.Directory, auth.Config and tokens.Config.
func (d Directory) Pool(ctx context.Context, id string) (*userpool.Pool, error) {
	p, err := d.Store.Pool(ctx, id)
	return p, known(err, "User pool "+id+" does not exist.")
}

// Client implements oauth.Directory.
func (d Directory) Client(ctx context.Context, id string) (*userpool.Pool, *userpool.AppClient, error) {
	c, err := d.Store.Client(ctx, id)
	if err != nil {
		return nil, nil, known(err, "User pool client "+id+" does not exist.")
	}
	p, err := d.Pool(ctx, c.PoolID)
	return p, c, err
}

// PoolClient implements auth.Config.
func (d Directory) PoolClient(ctx context.Context, pool *userpool.Pool, id string) (*userpool.AppClient, error) {
	p, c, err := d.Client(ctx, id)
	if err == nil && p.ID != pool.ID {
		err = known(store.ErrNotFound, "User pool client "+id+" does not exist.")
	}
	return c, err
}

// PoolByHost implements oauth.Directory for {prefix}.auth.example.org.
func (d Directory) PoolByHost(ctx context.Context, host string) (*userpool.Pool, *userpool.Domain, error) {
	const behind = ".auth.example.org"
	if len(host) <= len(behind) || host[len(host)-len(behind):] != behind {
		return nil, nil, store.ErrNotFound
	}
	domain, err := d.Domain(ctx, host[:len(host)-len(behind)])
	if err != nil {
		return nil, nil, err
	}
	p, err := d.Pool(ctx, domain.PoolID)
	return p, domain, err
}

// ResourceServers implements oauth.Directory.
func (d Directory) ResourceServers(ctx context.Context, poolID string) ([]*userpool.ResourceServer, error) {
	return d.ListResourceServers(ctx, poolID, "", 100)
}

// Groups implements auth.Config and tokens.Config; the house has none.
func (d Directory) Groups(context.Context, string) (map[string]*userpool.Group, error) {
	return map[string]*userpool.Group{}, nil
}

func known(err error, sentence string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.ResourceNotFound, sentence)
	}
	return err
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
