package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"idpond/internal/store"
)

const (
	insertSpent statement = `INSERT INTO spent (pool_id, hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	selectSpent statement = `SELECT 1 FROM spent WHERE pool_id = $1 AND hash = $2`

	authCodeColumns = `pool_id, hash, client_id, user_id, redirect_uri, scopes, nonce, code_challenge,
		auth_time, expires_at, used_for`
	insertAuthCode statement = `INSERT INTO auth_codes (` + authCodeColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`
	takeAuthCode statement = `UPDATE auth_codes SET used_for = $3 WHERE pool_id = $1 AND hash = $2 AND used_for = ''
		RETURNING ` + authCodeColumns
	// Reads the codes of the whole pool, of which there are those of five minutes.
	deleteUserAuthCodes statement = `DELETE FROM auth_codes WHERE pool_id = $1 AND user_id = $2`
	selectAuthCode      statement = `SELECT ` + authCodeColumns + ` FROM auth_codes WHERE pool_id = $1 AND hash = $2`

	upsertBrowserSession statement = `INSERT INTO browser_sessions (pool_id, hash, data, expires_at, user_id)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (pool_id, hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at, user_id = excluded.user_id`
	selectBrowserSession statement = `SELECT data, expires_at FROM browser_sessions
		WHERE pool_id = $1 AND hash = $2 AND expires_at > $3`
	deleteBrowserSession statement = `DELETE FROM browser_sessions WHERE pool_id = $1 AND hash = $2`
	// The rows are read apart, because SQLite takes an index for that, but reads the whole
	// pool's to delete them.
	deleteUserBrowserSessions statement = `DELETE FROM browser_sessions WHERE (pool_id, hash) IN
		(SELECT pool_id, hash FROM browser_sessions WHERE pool_id = $1 AND user_id = $2)`
)

// Spend implements store.GrantTx.
func (t *tx) Spend(ctx context.Context, poolID string, hash store.Hash, expires time.Time) error {
	return t.changeOr(ctx, store.ErrExists, insertSpent, poolID, hash[:], micros(expires))
}

// Spent implements store.Grants.
func (r *reads) Spent(ctx context.Context, poolID string, hash store.Hash) (bool, error) {
	_, err := get(ctx, r, selectSpent, scanInt, poolID, hash[:])
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func scanAuthCode(rows *sql.Rows) (*store.AuthCode, error) {
	var c store.AuthCode
	var hash, scopes []byte
	var authTime, expires int64
	err := rows.Scan(&c.PoolID, &hash, &c.ClientID, &c.UserID, &c.RedirectURI, &scopes, &c.Nonce, &c.CodeChallenge,
		&authTime, &expires, &c.UsedFor)
	if err != nil {
		return nil, err
	}
	c.Hash, c.AuthTime, c.ExpiresAt = toHash(hash), fromMicros(authTime), fromMicros(expires)
	return &c, fromJSON(scopes, &c.Scopes)
}

// PutAuthCode implements store.GrantTx.
func (t *tx) PutAuthCode(ctx context.Context, c store.AuthCode) error {
	return t.changeOr(ctx, store.ErrExists, insertAuthCode,
		c.PoolID, c.Hash[:], c.ClientID, c.UserID, c.RedirectURI, toJSON(c.Scopes), plainText(c.Nonce), plainText(c.CodeChallenge),
		micros(c.AuthTime), micros(c.ExpiresAt), c.UsedFor)
}

// TakeAuthCode implements store.GrantTx. An expired code is given as well.
func (t *tx) TakeAuthCode(ctx context.Context, poolID string, hash store.Hash, grantID string) (*store.AuthCode, error) {
	if grantID == "" {
		return nil, errors.New("sqlstore: an authorization code is taken for a grant")
	}
	c, err := get(ctx, &t.reads, takeAuthCode, scanAuthCode, poolID, hash[:], grantID)
	if !errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	c, err = get(ctx, &t.reads, selectAuthCode, scanAuthCode, poolID, hash[:])
	if err != nil {
		return nil, err
	}
	return c, store.ErrExists
}

// browserData is what the column data of a browser session holds. The user stands in a
// column too, by which the sessions of a user are found; the releases before that column
// write and read the user here alone.
type browserData struct {
	User     string    `json:"user"`
	AuthTime time.Time `json:"authTime"`
}

// PutBrowserSession implements store.GrantTx.
func (t *tx) PutBrowserSession(ctx context.Context, s store.BrowserSession) error {
	data := []byte(toJSON(browserData{User: s.UserID, AuthTime: s.AuthTime.UTC()}))
	return t.change(ctx, upsertBrowserSession, s.PoolID, s.Hash[:], data, micros(s.ExpiresAt), s.UserID)
}

// BrowserSession implements store.Grants.
func (r *reads) BrowserSession(
	ctx context.Context, poolID string, hash store.Hash, now time.Time,
) (*store.BrowserSession, error) {
	scan := func(rows *sql.Rows) (*store.BrowserSession, error) {
		var data []byte
		var expires int64
		if err := rows.Scan(&data, &expires); err != nil {
			return nil, err
		}
		var d browserData
		err := fromJSON(data, &d)
		return &store.BrowserSession{PoolID: poolID, Hash: hash, UserID: d.User, AuthTime: d.AuthTime, ExpiresAt: fromMicros(expires)}, err
	}
	return get(ctx, r, selectBrowserSession, scan, poolID, hash[:], micros(now))
}

// DeleteBrowserSession implements store.GrantTx. One that is gone already is fine.
func (t *tx) DeleteBrowserSession(ctx context.Context, poolID string, hash store.Hash) error {
	return t.change(ctx, deleteBrowserSession, poolID, hash[:])
}

// DeleteBrowserSessions implements store.GrantTx.
func (t *tx) DeleteBrowserSessions(ctx context.Context, poolID string) error {
	return t.change(ctx, deletePoolBrowserSessions, poolID)
}
