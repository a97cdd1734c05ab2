package oauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// exchangeCode gives the tokens that an authorization code stands for (RFC 6749
// §4.1.3). The code is marked as used in the transaction that keeps the grant, so
// of two that come at once one gets tokens; a code that comes back ends the grant
// that it made (§4.1.2).
//
// Another client can't use up a code. The right client can, by a wrong verifier
// or redirect URI: it gets no second guess.
func (s *Server) exchangeCode(ctx context.Context, q *grantRequest) (*tokens.Set, error) {
	code, uri := q.form.Get("code"), q.form.Get("redirect_uri")
	if code == "" || uri == "" {
		return nil, badRequest(invalidRequest, "")
	}
	if set := q.client.Settings; !set.AllowedOAuthFlowsUserPoolClient || !slices.Contains(set.AllowedOAuthFlows, userpool.OAuthCode) {
		return nil, badRequest("unauthorized_client", "")
	}
	issue, err := s.Tokens.Begin(ctx, q.client.PoolID)
	if err != nil {
		return nil, err
	}
	var refusal error
	err = s.Store.Write(ctx, func(tx store.Tx) (err error) {
		refusal, err = s.redeem(ctx, tx, q, sha256.Sum256([]byte(code)), issue)
		return err
	})
	switch {
	case errors.Is(err, errForeignCode), errors.Is(err, store.ErrNotFound):
		return nil, invalidGrant()
	case err != nil:
		return nil, err
	case refusal != nil:
		return nil, refusal
	}
	return s.Tokens.Finish(ctx, issue)
}

// errForeignCode undoes the transaction, so that the code stays good.
var errForeignCode = errors.New("oauth: a code of another client")

// redeem takes a code and saves the grant that it becomes. A refusal is not an
// error of the transaction: that the code was used stays.
func (s *Server) redeem(ctx context.Context, tx store.Tx, q *grantRequest, hash store.Hash, issue *tokens.Issue) (refusal, err error) {
	now := s.Now()
	code, err := tx.TakeAuthCode(ctx, q.pool.ID, hash, issue.ID)
	replayed := errors.Is(err, store.ErrExists)
	switch {
	case err != nil && !replayed:
		return nil, err
	case code.ClientID != q.client.ID:
		return nil, errForeignCode
	case replayed:
		err := tx.RevokeGrant(ctx, q.pool.ID, code.UsedFor, now)
		if errors.Is(err, store.ErrNotFound) { // used up without tokens
			err = nil
		}
		return invalidGrant(), err
	case !now.Before(code.ExpiresAt):
		return invalidGrant(), nil
	case code.RedirectURI != q.form.Get("redirect_uri"):
		return badRequest("unauthorized_client", "invalid_redirect"), nil
	case !verified(code.CodeChallenge, q.form.Get("code_verifier")), !readable(q.client, code.Scopes):
		return invalidGrant(), nil
	}
	u, err := tx.User(ctx, q.pool.ID, code.UserID)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !u.Enabled:
		return invalidGrant(), nil
	case err != nil:
		return nil, err
	}
	return nil, issue.Save(ctx, tx, tokens.GrantRequest{
		Pool: q.pool, Client: q.client, User: u,
		OAuth: true, Scopes: code.Scopes, Nonce: code.Nonce, AuthTime: code.AuthTime,
	})
}
