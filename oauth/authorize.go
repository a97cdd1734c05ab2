package oauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// codeLife is how long an authorization code can be exchanged (reference:
// hosted-ui-and-oauth §7.6).
const codeLife = 5 * time.Minute

// Authorize is GET /oauth2/authorize: Parse is steps 1 to 5 of the decision order
// in hosted-ui-and-oauth §3.1, decide the rest.
func (s *Server) Authorize(w http.ResponseWriter, r *http.Request) {
	noStore(w.Header())
	location, err := s.decide(r)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	http.Redirect(w, r, location, http.StatusFound)
}

func (s *Server) decide(r *http.Request) (location string, err error) {
	q, err := s.Parse(r)
	if err != nil {
		return "", err
	}
	session, err := s.Browsers.SignedIn(r, q.Pool.ID)
	if err != nil {
		return "", err
	}
	switch {
	case session != nil && q.UsesPages() && !q.Asks("login"):
		return s.Answer(r.Context(), q, session.User, session.AuthTime)
	case q.Asks("none"):
		return "", q.refuse("login_required", "")
	}
	return "/login?" + q.Query, nil
}

// Refuse answers a page or endpoint whose Parse or Answer failed: the browser goes
// where the refusal says, and after an internal fault to the error page.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		s.Log.Log(r.Context(), fault.Severity(r.Context(), err), "authorization failed", "err", err)
		refusal = errorPage("server_error", "")
	}
	http.Redirect(w, r, refusal.Location, http.StatusFound)
}

// Answer gives the address that a signed-in user's browser is sent to: the redirect
// URI with a code, or with tokens for the implicit grant (reference:
// hosted-ui-and-oauth §3.2). authTime is that of the interactive sign-in. The error
// is a *Refusal that goes to the redirect URI.
func (s *Server) Answer(ctx context.Context, q *Request, u *userpool.User, authTime time.Time) (string, error) {
	location, err := "", error(nil)
	if q.ResponseType == "token" {
		location, err = s.answerTokens(ctx, q, u, authTime)
	} else {
		location, err = s.answerCode(ctx, q, u, authTime)
	}
	if err == nil {
		return location, nil
	}
	if f := fault.Of(err); f.Code != fault.Internal {
		return "", q.refuse(invalidRequest, f.Message)
	}
	s.Log.Log(ctx, fault.Severity(ctx, err), "authorization failed", "err", err)
	return "", q.refuse("server_error", "")
}

func (s *Server) answerCode(ctx context.Context, q *Request, u *userpool.User, authTime time.Time) (string, error) {
	id, err := uuid.NewRandomFromReader(s.Rand)
	if err != nil {
		return "", err
	}
	code := store.AuthCode{
		PoolID: q.Pool.ID, Hash: sha256.Sum256([]byte(id.String())), ClientID: q.Client.ID, UserID: u.ID,
		RedirectURI: q.RedirectURI, Scopes: q.Scopes, Nonce: q.Nonce, CodeChallenge: q.CodeChallenge,
		AuthTime: authTime, ExpiresAt: s.Now().Add(codeLife),
	}
	err = s.Store.Write(ctx, func(tx store.Tx) error { return tx.PutAuthCode(ctx, code) })
	if err != nil {
		return "", err
	}
	return withQuery(q.RedirectURI, answer{{"code", id.String()}, {"state", q.State}}), nil
}

func (s *Server) answerTokens(ctx context.Context, q *Request, u *userpool.User, authTime time.Time) (string, error) {
	set, err := s.Tokens.Grant(ctx, tokens.GrantRequest{
		Pool: q.Pool, Client: q.Client, User: u, WithoutRefresh: true,
		OAuth: true, Scopes: q.Scopes, Nonce: q.Nonce, AuthTime: authTime,
	})
	if err != nil {
		return "", err
	}
	return withFragment(q.RedirectURI, answer{
		{"id_token", set.IDToken}, {"access_token", set.AccessToken},
		{"expires_in", strconv.Itoa(set.ExpiresIn)}, {"token_type", "Bearer"}, {"state", q.State},
	}), nil
}
