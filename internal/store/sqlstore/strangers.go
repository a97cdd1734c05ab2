package sqlstore

import (
	"context"
	"time"
)

// strangerWrong is passwordWrong with a counter: it expires when the count begins anew,
// quietTime after the last failure or the lock that it started, which so can be told
// from it. $3 is now, $4 the end of a quiet time that begins now: until a count of five
// expires later, a lock runs.
const strangerWrong statement = `INSERT INTO counters (pool_id, subject, action, n, expires_at) VALUES ($1, $2, 'wrong', 1, $4)
	ON CONFLICT (pool_id, subject, action) DO UPDATE SET
		n = CASE WHEN counters.expires_at <= $3 THEN 1 ELSE counters.n + 1 END,
		expires_at = CASE
			WHEN counters.expires_at <= $3 OR counters.n < 4 THEN excluded.expires_at
			WHEN counters.n < 14 THEN excluded.expires_at + (1000000 << CAST(counters.n - 4 AS INTEGER))
			ELSE excluded.expires_at + 900000000 END
	WHERE counters.n < 5 OR counters.expires_at <= excluded.expires_at`

// StrangerWrong implements store.StrangerTx.
func (t *tx) StrangerWrong(ctx context.Context, poolID, subject string, now time.Time) (bool, error) {
	n, err := t.run.exec(ctx, strangerWrong, poolID, subject, micros(now), micros(now.Add(quietTime)))
	return n == 1, t.mapErr(err)
}
