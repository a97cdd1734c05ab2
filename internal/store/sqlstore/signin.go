package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	// As passwordWrong: $3 is now, $4 the time since when it must have been quiet to
	// begin anew.
	codeTry statement = `UPDATE users SET
			failed_codes = CASE WHEN codes_tried_at <= $4 AND codes_locked_until <= $4 THEN 1 ELSE failed_codes + 1 END,
			codes_locked_until = CASE
				WHEN codes_tried_at <= $4 AND codes_locked_until <= $4 THEN 0
				WHEN failed_codes < 4 THEN 0
				WHEN failed_codes < 14 THEN $3 + (1000000 << (failed_codes - 4))
				ELSE $3 + 900000000 END,
			codes_tried_at = $3
		WHERE pool_id = $1 AND id = $2 AND codes_locked_until <= $3`
	codeRight statement = `UPDATE users SET failed_codes = 0, codes_tried_at = 0, codes_locked_until = 0
		WHERE pool_id = $1 AND id = $2`

	selectPasswordHistory statement = `SELECT credential FROM password_history
		WHERE pool_id = $1 AND user_id = $2 ORDER BY seq DESC LIMIT CAST($3 AS BIGINT)`
	insertPasswordHistory statement = `INSERT INTO password_history (pool_id, user_id, seq, credential)
		VALUES ($1, $2, 1 + COALESCE((SELECT MAX(seq) FROM password_history WHERE pool_id = $1 AND user_id = $2), 0), $3)
		ON CONFLICT DO NOTHING`
	trimPasswordHistory statement = `DELETE FROM password_history WHERE pool_id = $1 AND user_id = $2 AND seq <=
		(SELECT MAX(seq) FROM password_history WHERE pool_id = $1 AND user_id = $2) - $3`

	upsertChallengeState statement = `INSERT INTO challenge_states (pool_id, id, data, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (pool_id, id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`
	selectChallengeState statement = `SELECT data FROM challenge_states WHERE pool_id = $1 AND id = $2 AND expires_at > $3`
	deleteChallengeState statement = `DELETE FROM challenge_states WHERE pool_id = $1 AND id = $2`
)

// CodeTry implements store.UserTx.
func (t *tx) CodeTry(ctx context.Context, poolID, userID string, now time.Time) (bool, error) {
	n, err := t.run.exec(ctx, codeTry, poolID, userID, micros(now), micros(now.Add(-quietTime)))
	if err != nil || n == 1 {
		return n == 1, t.mapErr(err)
	}
	_, err = get(ctx, &t.reads, selectFailures, scanFailures, poolID, userID)
	return false, err
}

// CodeRight implements store.UserTx.
func (t *tx) CodeRight(ctx context.Context, poolID, userID string) error {
	return t.changeOr(ctx, store.ErrNotFound, codeRight, poolID, userID)
}

func historyIdentity(poolID, userID string) []byte {
	return identity("password_history", poolID, userID)
}

// PasswordHistory implements store.Users.
func (r *reads) PasswordHistory(ctx context.Context, poolID, userID string, limit int) ([]userpool.Credential, error) {
	if limit <= 0 {
		return nil, nil
	}
	scan := func(rows *sql.Rows) (c userpool.Credential, err error) {
		sealed, err := scanBytes(rows)
		if err != nil {
			return c, err
		}
		opened, err := r.openBytes(sealed, historyIdentity(poolID, userID))
		if err != nil {
			return c, err
		}
		return decodeCredential(opened)
	}
	return all(ctx, r, selectPasswordHistory, scan, poolID, userID, limit)
}

// AddPasswordHistory implements store.UserTx. Of two that come at the same moment the
// later one runs again.
func (t *tx) AddPasswordHistory(ctx context.Context, poolID, userID string, c userpool.Credential, keep int) error {
	sealed, err := t.sealBytes(encodeCredential(c), historyIdentity(poolID, userID))
	if err != nil {
		return err
	}
	if err := t.changeOr(ctx, store.ErrStale, insertPasswordHistory, poolID, userID, sealed); err != nil {
		return err
	}
	return t.change(ctx, trimPasswordHistory, poolID, userID, max(keep, 0))
}

func challengeIdentity(poolID string, id store.Hash) []byte {
	return identity("challenge_states", poolID, string(id[:]))
}

// ChallengeState implements store.Grants.
func (r *reads) ChallengeState(ctx context.Context, poolID string, id store.Hash, now time.Time) ([]byte, error) {
	sealed, err := get(ctx, r, selectChallengeState, scanBytes, poolID, id[:], micros(now))
	if err != nil {
		return nil, err
	}
	return r.openBytes(sealed, challengeIdentity(poolID, id))
}

// PutChallengeState implements store.GrantTx.
func (t *tx) PutChallengeState(ctx context.Context, poolID string, id store.Hash, data []byte, expires time.Time) error {
	sealed, err := t.sealBytes(data, challengeIdentity(poolID, id))
	if err != nil {
		return err
	}
	return t.change(ctx, upsertChallengeState, poolID, id[:], sealed, micros(expires))
}

// DeleteChallengeState implements store.GrantTx.
func (t *tx) DeleteChallengeState(ctx context.Context, poolID string, id store.Hash) error {
	return t.changeOr(ctx, store.ErrNotFound, deleteChallengeState, poolID, id[:])
}
