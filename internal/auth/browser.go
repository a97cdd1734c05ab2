package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// BrowserSessionLife is how long a browser stays signed in after its last
// interactive sign-in (reference: hosted-ui-and-oauth §8).
const BrowserSessionLife = time.Hour

// BrowserSession is a browser that is signed in to a pool's pages.
type BrowserSession struct {
	User      *userpool.User
	AuthTime  time.Time // of the interactive sign-in
	ExpiresAt time.Time
}

// StartBrowserSession keeps that a browser signed in as a user. The id is the
// secret that the browser's cookie holds: 256 random bits in base64url, stored
// as its hash alone.
func (s *Service) StartBrowserSession(ctx context.Context, poolID, userID string, authTime time.Time) (id string, err error) {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.Rand, secret); err != nil {
		return "", fmt.Errorf("auth: no randomness: %w", err)
	}
	id = base64.RawURLEncoding.EncodeToString(secret)
	session := store.BrowserSession{
		PoolID: poolID, Hash: sha256.Sum256([]byte(id)), UserID: userID, AuthTime: authTime, ExpiresAt: s.Now().Add(BrowserSessionLife),
	}
	return id, s.Store.Write(ctx, func(tx store.Tx) error { return tx.PutBrowserSession(ctx, session) })
}

// BrowserSession gives the signed-in browser that id names, or store.ErrNotFound
// when there is none, it ended, or its user is gone or disabled. Signing out
// globally, a new password or new attributes do not end it.
func (s *Service) BrowserSession(ctx context.Context, poolID, id string) (*BrowserSession, error) {
	kept, err := s.Store.BrowserSession(ctx, poolID, sha256.Sum256([]byte(id)), s.Now())
	if err != nil {
		return nil, err
	}
	u, err := s.Store.User(ctx, poolID, kept.UserID)
	if err != nil {
		return nil, err
	}
	if !u.Enabled {
		return nil, store.ErrNotFound
	}
	return &BrowserSession{User: u, AuthTime: kept.AuthTime, ExpiresAt: kept.ExpiresAt}, nil
}

// EndBrowserSession signs a browser out; one that is not signed in is fine too.
func (s *Service) EndBrowserSession(ctx context.Context, poolID, id string) error {
	return s.Store.Write(ctx, func(tx store.Tx) error {
		return tx.DeleteBrowserSession(ctx, poolID, sha256.Sum256([]byte(id)))
	})
}
