package tokens

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// maxToken is the longest text that is looked at as a token.
const maxToken = 64 << 10

// Access is what a good access token of a user stands for.
type Access struct {
	Pool     *userpool.Pool
	ClientID string
	User     *userpool.User
	Grant    *store.Grant
	Scopes   []string
}

// Require refuses a token without the scope (reference: api-behaviour §21).
func (a *Access) Require(scope string) error {
	if !slices.Contains(a.Scopes, scope) {
		return errScope()
	}
	return nil
}

func errScope() error { return notAuthorized("Access Token does not have required scopes") }

func errSignature() error { return notAuthorized("Could not verify signature for Access Token") }

// jwtClaims are the claims that a check reads.
type jwtClaims struct {
	Issuer   string `json:"iss"`
	TokenUse string `json:"token_use"`
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
	EventID  string `json:"event_id"`
	Subject  string `json:"sub"`
	Expires  int64  `json:"exp"`
}

// CheckAccess says whom an access token speaks for, or why it does not: a
// NotAuthorized fault with the sentence of reference: api-behaviour §21, UserNotFound
// when the user is gone. The pool that iss names is believed only after that pool's
// access key has verified the signature. Tokens of client_credentials are refused,
// because they speak for no user and have none of the scopes that users' have.
func (s *Service) CheckAccess(ctx context.Context, token string) (*Access, error) {
	jws, claims, ok := parseJWT(token)
	if !ok || claims.TokenUse != "access" {
		return nil, notAuthorized("Invalid Access Token")
	}
	pool, err := s.verify(ctx, jws, claims)
	if err != nil {
		return nil, err
	}
	if s.Now().Unix() >= claims.Expires {
		return nil, notAuthorized("Access Token has expired")
	}
	if claims.EventID == "" {
		return nil, errScope()
	}
	grant, user, err := s.Store.GrantUser(ctx, pool.ID, claims.EventID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, s.whyRevoked(ctx, pool.ID, claims.Subject)
	} else if err != nil {
		return nil, err
	}
	if !user.Enabled {
		return nil, fault.ErrTokenRevoked()
	}
	return &Access{
		Pool: pool, ClientID: claims.ClientID, User: user, Grant: grant, Scopes: strings.Fields(claims.Scope),
	}, nil
}

func (s *Service) whyRevoked(ctx context.Context, poolID, userID string) error {
	_, err := s.Store.User(ctx, poolID, userID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fault.ErrNoUser()
	case err != nil:
		return err
	}
	return fault.ErrTokenRevoked()
}

// verify finds the pool of a token and checks the signature with its access key.
func (s *Service) verify(ctx context.Context, jws *jose.JSONWebSignature, claims jwtClaims) (*userpool.Pool, error) {
	pool, err := s.Config.Pool(ctx, poolIDOf(claims.Issuer))
	switch {
	case fault.Is(err, fault.ResourceNotFound):
		return nil, errSignature()
	case err != nil:
		return nil, err
	case s.Issuer.URL(pool) != claims.Issuer:
		return nil, errSignature()
	}
	keys, err := s.Keys.forPool(ctx, pool.ID)
	if err != nil {
		return nil, err
	}
	if jws.Signatures[0].Header.KeyID != keys.access.kid {
		return nil, errSignature()
	}
	if _, err := jws.Verify(keys.access.public); err != nil {
		return nil, errSignature()
	}
	return pool, nil
}

// parseJWT reads a compact RS256 JWT without believing it.
func parseJWT(token string) (*jose.JSONWebSignature, jwtClaims, bool) {
	var claims jwtClaims
	if len(token) > maxToken {
		return nil, claims, false
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, claims, false
	}
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims); err != nil {
		return nil, claims, false
	}
	return jws, claims, true
}

// Kind is what a text that claims to be a token looks like.
type Kind string

// The kinds. Looks say nothing about validity.
const (
	KindAccess  Kind = "access"
	KindID      Kind = "id"
	KindRefresh Kind = "refresh"
	KindUnknown Kind = ""
)

// CheckKind tells the kinds of tokens apart by their looks alone.
func CheckKind(token string) Kind {
	if strings.HasPrefix(token, refreshPrefix) {
		return KindRefresh
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxToken {
		return KindUnknown
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return KindUnknown
	}
	var claims jwtClaims
	if json.Unmarshal(payload, &claims) != nil {
		return KindUnknown
	}
	switch claims.TokenUse {
	case "access":
		return KindAccess
	case "id":
		return KindID
	}
	return KindUnknown
}

// expired reports whether a moment has come.
func (s *Service) expired(t time.Time) bool { return !s.Now().Before(t) }
