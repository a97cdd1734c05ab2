package sqlstore

import (
	"context"
	"time"

	"idpond/internal/store"
)

// Each deletes the $2 rows that expired first, if they did before $1.
const (
	purgeCodes statement = `DELETE FROM codes WHERE (pool_id, user_id, kind) IN
		(SELECT pool_id, user_id, kind FROM codes WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	purgeCounters statement = `DELETE FROM counters WHERE (pool_id, subject, action) IN
		(SELECT pool_id, subject, action FROM counters WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	purgeSpent statement = `DELETE FROM spent WHERE (pool_id, hash) IN
		(SELECT pool_id, hash FROM spent WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	purgeAuthCodes statement = `DELETE FROM auth_codes WHERE (pool_id, hash) IN
		(SELECT pool_id, hash FROM auth_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	purgeBrowserSessions statement = `DELETE FROM browser_sessions WHERE (pool_id, hash) IN
		(SELECT pool_id, hash FROM browser_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	purgeChallengeStates statement = `DELETE FROM challenge_states WHERE (pool_id, id) IN
		(SELECT pool_id, id FROM challenge_states WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	purgeGrants statement = `DELETE FROM grants WHERE (pool_id, id) IN
		(SELECT pool_id, id FROM grants WHERE expires_at < $1 ORDER BY expires_at LIMIT CAST($2 AS BIGINT))`
	// These do not expire; they are kept for so long.
	purgeAuthEvents statement = `DELETE FROM auth_events WHERE (pool_id, user_id, id) IN
		(SELECT pool_id, user_id, id FROM auth_events WHERE created_at < $1 ORDER BY created_at LIMIT CAST($2 AS BIGINT))`
)

// accessTokenLife is the longest life of an access token: it may outlive its grant's
// refresh token by that, and is checked against the grant.
const accessTokenLife = 24 * time.Hour

// authEventYears is for how long sign-in histories are kept.
const authEventYears = 2

// Purge implements store.Store. Grants are kept for a day longer, with their
// refresh tokens; they go together.
func (s *Store) Purge(ctx context.Context, now time.Time, limit int) (more bool, err error) {
	for _, p := range []struct {
		delete statement
		before time.Time
	}{
		{purgeCodes, now}, {purgeCounters, now}, {purgeSpent, now}, {purgeAuthCodes, now}, {purgeBrowserSessions, now},
		{purgeChallengeStates, now}, {purgeGrants, now.Add(-accessTokenLife)}, {purgeAuthEvents, now.AddDate(-authEventYears, 0, 0)},
	} {
		var deleted int64
		err := s.Write(ctx, func(t store.Tx) (err error) {
			deleted, err = t.(*tx).run.exec(ctx, p.delete, micros(p.before), limit)
			return t.(*tx).mapErr(err)
		})
		if err != nil {
			return false, err
		}
		more = more || deleted >= int64(limit)
	}
	return more, nil
}
