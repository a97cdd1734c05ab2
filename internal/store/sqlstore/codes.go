package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"idpond/internal/store"
)

const (
	upsertCode statement = `INSERT INTO codes (pool_id, user_id, kind, hash, attribute, sent_to, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (pool_id, user_id, kind) DO UPDATE SET hash = excluded.hash, attribute = excluded.attribute,
		sent_to = excluded.sent_to, expires_at = excluded.expires_at`
	selectCode statement = `SELECT hash, attribute, sent_to, expires_at FROM codes
		WHERE pool_id = $1 AND user_id = $2 AND kind = $3`
	takeCode statement = `DELETE FROM codes
		WHERE pool_id = $1 AND user_id = $2 AND kind = $3 AND hash = $4 AND expires_at = $5`

	// $4 is when a window that begins now ends, $5 now, $6 the limit.
	count statement = `INSERT INTO counters (pool_id, subject, action, n, expires_at) VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (pool_id, subject, action) DO UPDATE SET
			n = CASE WHEN counters.expires_at <= $5 THEN 1 ELSE counters.n + 1 END,
			expires_at = CASE WHEN counters.expires_at <= $5 THEN excluded.expires_at ELSE counters.expires_at END
		WHERE counters.expires_at <= $5 OR counters.n < $6`

	// $3 is now, $4 the time since when it must have been quiet to begin anew. The
	// n-th failure locks for 2^(n-5) seconds; the 15th would pass 900.
	passwordWrong statement = `UPDATE users SET
			failed_passwords = CASE WHEN last_failure_at <= $4 AND locked_until <= $4 THEN 1 ELSE failed_passwords + 1 END,
			locked_until = CASE
				WHEN last_failure_at <= $4 AND locked_until <= $4 THEN 0
				WHEN failed_passwords < 4 THEN 0
				WHEN failed_passwords < 14 THEN $3 + (1000000 << (failed_passwords - 4))
				ELSE $3 + 900000000 END,
			last_failure_at = $3
		WHERE pool_id = $1 AND id = $2 AND locked_until <= $3`
	selectFailures statement = `SELECT failed_passwords, locked_until FROM users WHERE pool_id = $1 AND id = $2`
	passwordRight  statement = `UPDATE users SET failed_passwords = 0, last_failure_at = 0, locked_until = 0
		WHERE pool_id = $1 AND id = $2 AND locked_until <= $3`
)

// quietTime without a failed password or a lock ends the count.
const quietTime = 15 * time.Minute

// PutCode implements store.UserTx. ErrNotFound: there is no such user.
func (t *tx) PutCode(ctx context.Context, c store.Code) error {
	return t.change(ctx, upsertCode,
		c.PoolID, c.UserID, string(c.Kind), c.Hash[:], c.Attribute, plainText(c.SentTo), micros(c.ExpiresAt))
}

// Code implements store.UserTx.
func (t *tx) Code(ctx context.Context, poolID, userID string, kind store.CodeKind) (*store.Code, error) {
	scan := func(rows *sql.Rows) (*store.Code, error) {
		c := store.Code{PoolID: poolID, UserID: userID, Kind: kind}
		var hash []byte
		var expires int64
		err := rows.Scan(&hash, &c.Attribute, &c.SentTo, &expires)
		c.Hash, c.ExpiresAt = toHash(hash), fromMicros(expires)
		return &c, err
	}
	return get(ctx, &t.reads, selectCode, scan, poolID, userID, string(kind))
}

// TakeCode implements store.UserTx.
func (t *tx) TakeCode(ctx context.Context, c store.Code) error {
	return t.changeOr(ctx, store.ErrNotFound, takeCode,
		c.PoolID, c.UserID, string(c.Kind), c.Hash[:], micros(c.ExpiresAt))
}

// Count implements store.UserTx.
func (t *tx) Count(ctx context.Context, c store.Counter) (bool, error) {
	if c.Limit <= 0 {
		return false, nil
	}
	n, err := t.run.exec(ctx, count,
		c.PoolID, c.Subject, c.Action, micros(c.Now.Add(c.Window)), micros(c.Now), c.Limit)
	return n == 1, t.mapErr(err)
}

// PasswordWrong implements store.UserTx. The fifth failure in a row starts a lock of
// one second, each further one a lock of twice the time up to 15 minutes. The count
// begins anew after 15 minutes without a failure, or without one since the lock
// ended.
func (t *tx) PasswordWrong(ctx context.Context, poolID, userID string, now time.Time) (bool, error) {
	n, err := t.run.exec(ctx, passwordWrong, poolID, userID, micros(now), micros(now.Add(-quietTime)))
	if err != nil || n == 1 {
		return n == 1, t.mapErr(err)
	}
	_, err = get(ctx, &t.reads, selectFailures, scanFailures, poolID, userID)
	return false, err
}

// PasswordRight implements store.UserTx. A user without failures is only read.
func (t *tx) PasswordRight(ctx context.Context, poolID, userID string, now time.Time) (bool, error) {
	f, err := get(ctx, &t.reads, selectFailures, scanFailures, poolID, userID)
	switch {
	case err != nil:
		return false, err
	case f.lockedUntil > micros(now):
		return false, nil
	case f.count == 0:
		return true, nil
	}
	err = t.changeOr(ctx, store.ErrNotFound, passwordRight, poolID, userID, micros(now))
	if errors.Is(err, store.ErrNotFound) { // a lock has begun since
		return false, nil
	}
	return err == nil, err
}

type failures struct{ count, lockedUntil int64 }

func scanFailures(rows *sql.Rows) (f failures, err error) {
	err = rows.Scan(&f.count, &f.lockedUntil)
	return f, err
}
