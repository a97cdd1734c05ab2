package sqlstore

import (
	"context"
	"database/sql"
	"math"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	grantColumns = `g.pool_id, g.id, g.user_id, g.client_id, g.origin_jti, g.scopes, g.nonce, g.oauth,
		g.auth_time, g.expires_at, g.revoked_at, g.device_key`

	selectGrantUser statement = `SELECT ` + grantColumns + `, ` + userColumns + `
		FROM grants g JOIN users u ON u.pool_id = g.pool_id AND u.id = g.user_id
		WHERE g.pool_id = $1 AND g.id = $2 AND g.revoked_at = 0`
	selectRefreshToken statement = `SELECT t.hash, t.retired_at, g.first_token, g.newest_token, g.parent_token,
		` + grantColumns + `, ` + userColumns + `
		FROM refresh_tokens t JOIN grants g ON g.pool_id = t.pool_id AND g.id = t.grant_id
		JOIN users u ON u.pool_id = g.pool_id AND u.id = g.user_id
		WHERE t.pool_id = $1 AND t.hash = $2`

	insertGrant statement = `INSERT INTO grants (pool_id, id, user_id, client_id, origin_jti, scopes, nonce, oauth,
		auth_time, expires_at, revoked_at, first_token, newest_token, parent_token, parent_retired_at, device_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, 0, $14) ON CONFLICT DO NOTHING`
	insertRefreshToken statement = `INSERT INTO refresh_tokens (pool_id, hash, grant_id, retired_at)
		VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING`
	retireRefreshToken statement = `UPDATE refresh_tokens SET retired_at = $3
		WHERE pool_id = $1 AND hash = $2 AND retired_at = 0`

	// The one row of the grant decides who was first: old must be the newest token
	// ($2), or the one that the newest came from, retired after $5. $3 is the next
	// token, $4 now.
	rotateRefreshToken statement = `UPDATE grants SET
			parent_retired_at = CASE WHEN newest_token = $2 THEN $4 ELSE parent_retired_at END,
			parent_token = $2,
			newest_token = $3
		WHERE pool_id = $1 AND id = (SELECT grant_id FROM refresh_tokens WHERE pool_id = $1 AND hash = $2)
			AND revoked_at = 0 AND (newest_token = $2 OR (parent_token = $2 AND parent_retired_at > $5))
		RETURNING id`

	revokeGrant      statement = `UPDATE grants SET revoked_at = $3 WHERE pool_id = $1 AND id = $2 AND revoked_at = 0`
	revokeUserGrants statement = `UPDATE grants SET revoked_at = $3 WHERE pool_id = $1 AND user_id = $2 AND revoked_at = 0`
)

// grantRow collects what a row of grantColumns holds before it is decoded.
type grantRow struct {
	grant                      store.Grant
	scopes                     []byte
	authTime, expires, revoked int64
}

func (w *grantRow) targets() []any {
	g := &w.grant
	return []any{
		&g.PoolID, &g.ID, &g.UserID, &g.ClientID, &g.OriginJTI, &w.scopes, &g.Nonce, &g.OAuth,
		&w.authTime, &w.expires, &w.revoked, &g.DeviceKey,
	}
}

func (w *grantRow) decode() (*store.Grant, error) {
	g := &w.grant
	g.AuthTime, g.ExpiresAt, g.RevokedAt = fromMicros(w.authTime), fromMicros(w.expires), fromMicros(w.revoked)
	return g, fromJSON(w.scopes, &g.Scopes)
}

// grantUser is a row of the statements that read grants.
type grantUser struct {
	token *store.RefreshToken
	grant *store.Grant
	user  *userpool.User
}

func (r *reads) scanGrantUser(rows *sql.Rows, before ...any) (found grantUser, err error) {
	var g grantRow
	var u userRow
	if err = rows.Scan(append(append(before, g.targets()...), u.targets()...)...); err != nil {
		return found, err
	}
	if found.grant, err = g.decode(); err != nil {
		return found, err
	}
	found.user, err = r.decodeUser(&u)
	return found, err
}

// GrantUser implements store.Grants.
func (r *reads) GrantUser(ctx context.Context, poolID, grantID string) (*store.Grant, *userpool.User, error) {
	scan := func(rows *sql.Rows) (grantUser, error) { return r.scanGrantUser(rows) }
	found, err := get(ctx, r, selectGrantUser, scan, poolID, grantID)
	return found.grant, found.user, err
}

// RefreshToken implements store.Grants. A token is dead when it is neither the
// newest of its grant nor the one that the newest was exchanged for.
func (r *reads) RefreshToken(
	ctx context.Context, poolID string, hash store.Hash,
) (*store.RefreshToken, *store.Grant, *userpool.User, error) {
	scan := func(rows *sql.Rows) (grantUser, error) {
		var this, first, newest, parent []byte
		var retired int64
		found, err := r.scanGrantUser(rows, &this, &retired, &first, &newest, &parent)
		if err != nil {
			return found, err
		}
		found.token = &store.RefreshToken{
			Hash: hash, GrantID: found.grant.ID, RetiredAt: fromMicros(retired),
			Original: string(this) == string(first),
			Newest:   string(this) == string(newest),
			Dead:     string(this) != string(newest) && string(this) != string(parent),
		}
		return found, nil
	}
	found, err := get(ctx, r, selectRefreshToken, scan, poolID, hash[:])
	return found.token, found.grant, found.user, err
}

// CreateGrant implements store.GrantTx. ErrNotFound: there is no such user.
func (t *tx) CreateGrant(ctx context.Context, g store.Grant, token *store.Hash) error {
	first := []byte{}
	if token != nil {
		first = token[:]
	}
	err := t.changeOr(ctx, store.ErrExists, insertGrant,
		g.PoolID, g.ID, g.UserID, g.ClientID, g.OriginJTI, toJSON(g.Scopes), plainText(g.Nonce), g.OAuth,
		micros(g.AuthTime), micros(g.ExpiresAt), micros(g.RevokedAt), first, []byte{}, g.DeviceKey)
	if err != nil || token == nil {
		return err
	}
	return t.changeOr(ctx, store.ErrExists, insertRefreshToken, g.PoolID, first, g.ID)
}

// RotateRefreshToken implements store.GrantTx. Without a grace period (graceStart
// is not before now) a token is exchanged once, whatever the callers' clocks say.
// A second exchange within the grace period does not prolong it.
func (t *tx) RotateRefreshToken(
	ctx context.Context, poolID string, old, next store.Hash, now, graceStart time.Time,
) error {
	retiredAfter := micros(graceStart)
	if !graceStart.Before(now) {
		retiredAfter = math.MaxInt64
	}
	grantID, err := get(ctx, &t.reads, rotateRefreshToken, scanString,
		poolID, old[:], next[:], micros(now), retiredAfter)
	if err != nil {
		return err
	}
	if err := t.change(ctx, retireRefreshToken, poolID, old[:], micros(now)); err != nil {
		return err
	}
	return t.changeOr(ctx, store.ErrExists, insertRefreshToken, poolID, next[:], grantID)
}

// RevokeGrant implements store.GrantTx. A grant that is unknown or revoked already
// stays as it is.
func (t *tx) RevokeGrant(ctx context.Context, poolID, grantID string, now time.Time) error {
	return t.change(ctx, revokeGrant, poolID, grantID, micros(now))
}

// RevokeUserGrants implements store.GrantTx.
func (t *tx) RevokeUserGrants(ctx context.Context, poolID, userID string, now time.Time) error {
	return t.change(ctx, revokeUserGrants, poolID, userID, micros(now))
}

// EndSignIns implements store.GrantTx.
func (t *tx) EndSignIns(ctx context.Context, poolID, userID string, now time.Time) error {
	if err := t.RevokeUserGrants(ctx, poolID, userID, now); err != nil {
		return err
	}
	if err := t.change(ctx, deleteUserAuthCodes, poolID, userID); err != nil {
		return err
	}
	return t.change(ctx, deleteUserBrowserSessions, poolID, userID)
}
