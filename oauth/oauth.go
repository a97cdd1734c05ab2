// Package oauth serves the OAuth 2.0 and OpenID Connect endpoints of the user
// pools: what an app's browser is sent to, and what the app itself calls.
//
//	browser ── GET /oauth2/authorize ── Parse: client, redirect URI, grant, scopes
//	                │        │                    │ wrong
//	                │        │                    ▼
//	                │        │       Refusal: /error, or the app's redirect URI
//	                │        └─ signed in already ──────────────┐
//	                ▼                                           ▼
//	      /login and the other pages ── user signs in ──▶ Answer: code or tokens
//	      (handlers; each calls Parse anew)                     │
//	                                                            ▼
//	app ───── POST /oauth2/token ── authenticate ── one grant ──▶ tokens
//	          GET  /oauth2/userInfo, POST /oauth2/revoke
//	          GET  /{pool}/.well-known/openid-configuration, jwks.json
//
// An authorization code is UUID-shaped, lives five minutes, is stored as its hash
// and is spent in the transaction that makes its grant; presented again, it ends
// that grant. A client is authenticated before any grant is chosen, so no grant
// can forget it.
//
// Faults of the domain become RFC 6749 errors in refused (errors.go) alone.
package oauth

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"idpond/internal/auth"
	"idpond/internal/store"
	"idpond/internal/throttle"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// Directory is what is read of the configuration; directory.Service has it.
type Directory interface {
	Pool(ctx context.Context, id string) (*userpool.Pool, error)
	Client(ctx context.Context, id string) (*userpool.Pool, *userpool.AppClient, error)
	PoolByHost(ctx context.Context, host string) (*userpool.Pool, *userpool.Domain, error) // store.ErrNotFound
	PoolDomains(ctx context.Context, poolID string) ([]*userpool.Domain, error)
	ResourceServers(ctx context.Context, poolID string) ([]*userpool.ResourceServer, error)
}

// Browsers knows who is signed in at the browser that sent a request; the pages'
// cookie is the handlers' affair.
type Browsers interface {
	// SignedIn gives the session of r's browser in a pool, nil if there is none.
	SignedIn(r *http.Request, poolID string) (*auth.BrowserSession, error)
	// SignOut ends it and clears the cookie.
	SignOut(w http.ResponseWriter, r *http.Request, poolID string) error
}

// Server serves the endpoints. Its fields are set once, before use.
type Server struct {
	Directory Directory
	Tokens    *tokens.Service
	Store     store.Writer
	Browsers  Browsers
	Limiter   *throttle.Limiter // nil: rates aren't limited
	PublicURL *url.URL          // where users and apps reach the server; no path
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
}
