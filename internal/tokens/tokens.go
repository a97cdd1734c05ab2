// Package tokens gives out what a sign-in leads to, and takes it back.
//
//	Begin ─▶ Issue ─Save in the caller's transaction─▶ Finish ─▶ Set: access, ID and refresh token
//	                      │ grant + hash of the refresh token
//	                      ▼
//	                 store.Grant ◀── Refresh (new access and ID token; a new refresh token when it rotates)
//	                      ▲  ▲
//	        CheckAccess ──┘  └── Revoke
//
// A grant is one sign-in of one user to one client. Its id is event_id in all its
// tokens, so revoking the grant is all it takes to make them worthless to this
// server; elsewhere a JWT is good until it expires. Signing happens after the
// transaction has committed, never in it.
//
// Claims are gathered as two maps in claims.go, pass through one function (mint),
// which is where a trigger may change them, and are signed there. Each pool has two
// RSA keys, one for ID tokens and one for access tokens; they are made when they are
// first needed, from a stock that fills in the background (keys.go, stock.go).
package tokens

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Scopes that mean something to the server itself (reference: hosted-ui-and-oauth §13).
const (
	ScopeOpenID = "openid"
	ScopeEmail  = "email"
	ScopePhone  = "phone"
	// ScopeProfile stands for every attribute that no other scope names.
	ScopeProfile = "profile"
	// ScopeAdmin is what the API's access-token operations ask for, and the whole
	// scope of tokens from an API sign-in.
	ScopeAdmin = "aws.cognito.signin.user.admin"
)

// Config is what tokens read of the configuration; directory.Service has it.
type Config interface {
	Pool(ctx context.Context, id string) (*userpool.Pool, error) // a ResourceNotFound fault for an unknown one
	Groups(ctx context.Context, poolID string) (map[string]*userpool.Group, error)
}

// Store is what tokens read and write.
type Store interface {
	store.Grants
	store.Writer
	User(ctx context.Context, poolID, id string) (*userpool.User, error)
}

// Service gives out, checks and revokes tokens. Its fields are set once, before use.
type Service struct {
	Config Config
	Store  Store
	Keys   *Keys
	Issuer Issuer
	Now    func() time.Time
	Rand   io.Reader // crypto/rand.Reader
}

// Set is what a client gets.
type Set struct {
	AccessToken  string
	IDToken      string // "" for OAuth without the scope openid, and for client_credentials
	RefreshToken string // "" when there is no new one
	ExpiresIn    int    // life of the access token in seconds
}

// GrantRequest says who signed in, where and how.
type GrantRequest struct {
	Pool   *userpool.Pool
	Client *userpool.AppClient
	User   *userpool.User
	// OAuth is true for tokens from the authorization server. Scopes, Nonce and
	// AuthTime are its request's; an API sign-in leaves them empty and gets
	// ScopeAdmin and the present.
	OAuth    bool
	Scopes   []string
	Nonce    string
	AuthTime time.Time
	// WithoutRefresh is for the implicit grant.
	WithoutRefresh bool
	// DeviceKey binds the sign-in to a device; "" for none.
	DeviceKey string
}

// Issue is a grant in the making. Its ID is known before the grant is saved, so
// that an authorization code can be marked as used for it.
type Issue struct {
	ID string

	service      *Service
	originJTI    string
	refreshToken string
	refreshHash  store.Hash
	saved        GrantRequest
	grant        store.Grant
}

// Begin makes the random parts of a grant, outside any transaction, and the keys of a
// pool that has none yet: making them can fail, and after the commit it would be too late.
func (s *Service) Begin(ctx context.Context, poolID string) (*Issue, error) {
	if _, err := s.Keys.forPool(ctx, poolID); err != nil {
		return nil, err
	}
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	origin, err := s.newID()
	if err != nil {
		return nil, err
	}
	text, hash, err := s.newRefreshToken()
	if err != nil {
		return nil, err
	}
	return &Issue{ID: id, service: s, originJTI: origin, refreshToken: text, refreshHash: hash}, nil
}

// Save keeps the grant and the hash of its refresh token. A transaction that runs
// again may save again; the last one counts.
func (i *Issue) Save(ctx context.Context, tx store.Tx, r GrantRequest) error {
	now := i.service.Now()
	g := store.Grant{
		PoolID: r.Pool.ID, ID: i.ID, UserID: r.User.ID, ClientID: r.Client.ID, OriginJTI: i.originJTI,
		Scopes: r.Scopes, Nonce: r.Nonce, OAuth: r.OAuth, DeviceKey: r.DeviceKey, AuthTime: r.AuthTime,
		ExpiresAt: now.Add(r.Client.RefreshTokenLife()),
	}
	if g.AuthTime.IsZero() {
		g.AuthTime = now
	}
	if !r.OAuth {
		g.Scopes = []string{ScopeAdmin}
	}
	hash := &i.refreshHash
	if r.WithoutRefresh {
		hash, g.ExpiresAt = nil, now.Add(r.Client.AccessTokenLife())
	}
	i.saved, i.grant = r, g
	return tx.CreateGrant(ctx, g, hash)
}

// Finish signs the tokens of a saved grant. It is called after the commit and reads
// the user of the request then, so it shows what the transaction made of the user.
func (s *Service) Finish(ctx context.Context, i *Issue) (*Set, error) {
	set, err := s.mint(ctx, subject{pool: i.saved.Pool, client: i.saved.Client, user: i.saved.User, grant: &i.grant})
	if err != nil {
		return nil, err
	}
	if !i.saved.WithoutRefresh {
		set.RefreshToken = i.refreshToken
	}
	return set, nil
}

// Grant is Begin, Save and Finish for a sign-in whose request is known beforehand.
func (s *Service) Grant(ctx context.Context, r GrantRequest) (*Set, error) {
	i, err := s.Begin(ctx, r.Pool.ID)
	if err != nil {
		return nil, err
	}
	err = s.Store.Write(ctx, func(tx store.Tx) error { return i.Save(ctx, tx, r) })
	if err != nil {
		return nil, err
	}
	return s.Finish(ctx, i)
}

// ForClient gives the access token of the client_credentials grant, which belongs
// to no user and no store.Grant.
func (s *Service) ForClient(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, scopes []string) (*Set, error) {
	jti, err := s.newID()
	if err != nil {
		return nil, err
	}
	keys, err := s.Keys.forPool(ctx, pool.ID)
	if err != nil {
		return nil, err
	}
	u := subject{client: client, grant: &store.Grant{Scopes: scopes}, issuer: s.Issuer.URL(pool), now: s.Now(), accessJTI: jti}
	token, err := keys.access.sign(u.clientClaims())
	if err != nil {
		return nil, err
	}
	return &Set{AccessToken: token, ExpiresIn: seconds(client.AccessTokenLife())}, nil
}

// mint makes the claims of both tokens and signs them, one after the other: the ID
// token of OAuth carries the hash of the access token, and where both cores are
// busy, signing at once gains nothing.
func (s *Service) mint(ctx context.Context, u subject) (*Set, error) {
	var err error
	if u.groups, err = s.groups(ctx, u.pool, u.user); err != nil {
		return nil, err
	}
	if u.accessJTI, err = s.newID(); err != nil {
		return nil, err
	}
	if u.idJTI, err = s.newID(); err != nil {
		return nil, err
	}
	u.issuer, u.now = s.Issuer.URL(u.pool), s.Now()
	keys, err := s.Keys.forPool(ctx, u.pool.ID)
	if err != nil {
		return nil, err
	}

	// Here, and nowhere else, the pre token generation trigger sees and changes
	// the claims of a user's tokens.
	access, id := u.accessClaims(), u.idClaims()

	set := &Set{ExpiresIn: seconds(u.client.AccessTokenLife())}
	if set.AccessToken, err = keys.access.sign(access); err != nil {
		return nil, err
	}
	if id == nil {
		return set, nil
	}
	if u.grant.OAuth {
		id["at_hash"] = accessTokenHash(set.AccessToken)
	}
	set.IDToken, err = keys.id.sign(id)
	return set, err
}

// groups gives the user's groups, best first. A group that the snapshot does not
// know yet counts as one without role and precedence.
func (s *Service) groups(ctx context.Context, pool *userpool.Pool, user *userpool.User) ([]*userpool.Group, error) {
	if len(user.Groups) == 0 {
		return nil, nil
	}
	known, err := s.Config.Groups(ctx, pool.ID)
	if err != nil {
		return nil, err
	}
	groups := make([]*userpool.Group, len(user.Groups))
	for i, name := range user.Groups {
		if groups[i] = known[name]; groups[i] == nil {
			groups[i] = &userpool.Group{PoolID: pool.ID, Name: name}
		}
	}
	sortGroups(groups)
	return groups, nil
}

func (s *Service) newID() (string, error) {
	id, err := uuid.NewRandomFromReader(s.Rand)
	if err != nil {
		return "", fmt.Errorf("tokens: no randomness: %w", err)
	}
	return id.String(), nil
}

// refreshPrefix makes refresh tokens recognisable to people and secret scanners.
const refreshPrefix = "idpond_rt_"

// newRefreshToken gives 256 random bits as text, and their hash to keep.
func (s *Service) newRefreshToken() (text string, hash store.Hash, err error) {
	var b [32]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return "", hash, fmt.Errorf("tokens: no randomness: %w", err)
	}
	text = refreshPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	return text, hashOf(text), nil
}

func seconds(d time.Duration) int { return int(d / time.Second) }

func notAuthorized(sentence string) error { return fault.New(fault.NotAuthorized, sentence) }
