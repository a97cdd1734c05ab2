package sqlstore

import (
	"context"
	"database/sql"
	"math"
	"time"

	"idpond/internal/store"
)

const (
	authEventColumns           = `pool_id, user_id, id, created_at, data`
	selectAuthEvent  statement = `SELECT ` + authEventColumns + ` FROM auth_events
		WHERE pool_id = $1 AND user_id = $2 AND id = $3`
	selectAuthEventToEdit statement = selectAuthEvent + lockRow
	listAuthEvents        statement = `SELECT ` + authEventColumns + ` FROM auth_events
		WHERE pool_id = $1 AND user_id = $2 AND (created_at, id) < ($3, $4)
		ORDER BY created_at DESC, id DESC LIMIT CAST($5 AS BIGINT)`
	insertAuthEvent statement = `INSERT INTO auth_events (` + authEventColumns + `)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	updateAuthEvent statement = `UPDATE auth_events SET data = $4 WHERE pool_id = $1 AND user_id = $2 AND id = $3`
)

func scanAuthEvent(rows *sql.Rows) (*store.AuthEvent, error) {
	var e store.AuthEvent
	var created int64
	err := rows.Scan(&e.PoolID, &e.UserID, &e.ID, &created, &e.Data)
	e.CreatedAt = fromMicros(created)
	return &e, err
}

// AuthEvent implements store.AuthEvents.
func (r *reads) AuthEvent(ctx context.Context, poolID, userID, id string) (*store.AuthEvent, error) {
	return get(ctx, r, r.toEdit(selectAuthEvent, selectAuthEventToEdit), scanAuthEvent, poolID, userID, id)
}

// ListAuthEvents implements store.AuthEvents.
func (r *reads) ListAuthEvents(
	ctx context.Context, poolID, userID string, before time.Time, beforeID string, limit int,
) ([]*store.AuthEvent, error) {
	return all(ctx, r, listAuthEvents, scanAuthEvent, poolID, userID, microsBefore(before), beforeID, limit)
}

// microsBefore is where a list that is newest first begins.
func microsBefore(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return micros(t)
}

// AddAuthEvent implements store.AuthEventTx.
func (t *tx) AddAuthEvent(ctx context.Context, e *store.AuthEvent) error {
	return t.changeOr(ctx, store.ErrExists, insertAuthEvent,
		e.PoolID, e.UserID, e.ID, micros(e.CreatedAt), plainText(string(e.Data)))
}

// UpdateAuthEvent implements store.AuthEventTx.
func (t *tx) UpdateAuthEvent(ctx context.Context, e *store.AuthEvent) error {
	return t.changeOr(ctx, store.ErrNotFound, updateAuthEvent,
		e.PoolID, e.UserID, e.ID, plainText(string(e.Data)))
}
