package sqlstore

import (
	"context"
	"database/sql"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	selectConfigVersion statement = `SELECT version FROM config_state WHERE id = 1`
	raiseConfigVersion  statement = `UPDATE config_state SET version = version + 1 WHERE id = 1`
	lockConfigVersion   statement = selectConfigVersion + lockRow

	poolColumns                = `id, region, name, settings, created_at, updated_at`
	selectPool       statement = `SELECT ` + poolColumns + ` FROM pools WHERE id = $1`
	selectPoolToEdit statement = selectPool + lockRow
	listPools        statement = `SELECT ` + poolColumns + ` FROM pools
		WHERE region = $1 AND id > $2 ORDER BY id LIMIT CAST($3 AS BIGINT)`
	countPools statement = `SELECT COUNT(*) FROM pools WHERE region = $1`
	insertPool statement = `INSERT INTO pools (` + poolColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
	updatePool statement = `UPDATE pools SET region = $2, name = $3, settings = $4, created_at = $5, updated_at = $6
		WHERE id = $1`
	deletePool statement = `DELETE FROM pools WHERE id = $1`

	// lockRow ends statements that only PostgreSQL gets to see.
	lockRow = ` FOR NO KEY UPDATE`
)

// toEdit chooses the statement that locks its row where callers may write it back.
func (r *reads) toEdit(plain, locking statement) statement {
	if r.inTx && r.lockRows {
		return locking
	}
	return plain
}

// ConfigVersion implements store.Config.
func (r *reads) ConfigVersion(ctx context.Context) (int64, error) {
	return get(ctx, r, selectConfigVersion, scanInt)
}

// configure notes that configuration was changed; err is what the change gave.
func (t *tx) configure(err error) error {
	t.configured = t.configured || err == nil
	return err
}

// raiseVersion ends a transaction that changed configuration. It comes last, because
// all such transactions wait for each other here.
func (t *tx) raiseVersion(ctx context.Context) error {
	if !t.configured {
		return nil
	}
	t.configured = false
	return t.change(ctx, raiseConfigVersion)
}

func scanPool(rows *sql.Rows) (*userpool.Pool, error) {
	var p userpool.Pool
	var settings []byte
	var created, updated int64
	if err := rows.Scan(&p.ID, &p.Region, &p.Name, &settings, &created, &updated); err != nil {
		return nil, err
	}
	p.CreatedAt, p.UpdatedAt = fromMicros(created), fromMicros(updated)
	return &p, fromJSON(settings, &p.Settings)
}

func poolRow(p *userpool.Pool) []any {
	return []any{p.ID, p.Region, p.Name, toJSON(p.Settings), micros(p.CreatedAt), micros(p.UpdatedAt)}
}

// Pool implements store.Config.
func (r *reads) Pool(ctx context.Context, id string) (*userpool.Pool, error) {
	return get(ctx, r, r.toEdit(selectPool, selectPoolToEdit), scanPool, id)
}

// ListPools implements store.Config.
func (r *reads) ListPools(ctx context.Context, region, after string, limit int) ([]*userpool.Pool, error) {
	return all(ctx, r, listPools, scanPool, region, after, limit)
}

// CountPools implements store.ConfigTx.
func (t *tx) CountPools(ctx context.Context, region string) (int, error) {
	return t.countInRegion(ctx, countPools, region)
}

// countInRegion counts what has no row above it that its makers could lock: they
// take the turn that transactions of configuration take at their end.
func (t *tx) countInRegion(ctx context.Context, count statement, region string) (int, error) {
	if _, err := get(ctx, &t.reads, t.toEdit(selectConfigVersion, lockConfigVersion), scanInt); err != nil {
		return 0, err
	}
	n, err := get(ctx, &t.reads, count, scanInt, region)
	return int(n), err
}

// CreatePool implements store.ConfigTx.
func (t *tx) CreatePool(ctx context.Context, p *userpool.Pool) error {
	return t.configure(t.changeOr(ctx, store.ErrExists, insertPool, poolRow(p)...))
}

// UpdatePool implements store.ConfigTx.
func (t *tx) UpdatePool(ctx context.Context, p *userpool.Pool) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, updatePool, poolRow(p)...))
}

// What is in a pool, children before their parents.
const (
	deletePoolRefreshTokens   statement = `DELETE FROM refresh_tokens WHERE pool_id = $1`
	deletePoolGrants          statement = `DELETE FROM grants WHERE pool_id = $1`
	deletePoolAuthCodes       statement = `DELETE FROM auth_codes WHERE pool_id = $1`
	deletePoolBrowserSessions statement = `DELETE FROM browser_sessions WHERE pool_id = $1`
	deletePoolChallengeStates statement = `DELETE FROM challenge_states WHERE pool_id = $1`
	deletePoolSpent           statement = `DELETE FROM spent WHERE pool_id = $1`
	deletePoolCodes           statement = `DELETE FROM codes WHERE pool_id = $1`
	deletePoolCounters        statement = `DELETE FROM counters WHERE pool_id = $1`
	deletePoolGroupMembers    statement = `DELETE FROM group_members WHERE pool_id = $1`
	deletePoolUserCounts      statement = `DELETE FROM user_counts WHERE pool_id = $1`
	deletePoolUserSearch      statement = `DELETE FROM user_search WHERE pool_id = $1`
	deletePoolSignInNames     statement = `DELETE FROM sign_in_names WHERE pool_id = $1`
	deletePoolIdentityLinks   statement = `DELETE FROM identity_links WHERE pool_id = $1`
	deletePoolAuthEvents      statement = `DELETE FROM auth_events WHERE pool_id = $1`
	deletePoolDevices         statement = `DELETE FROM devices WHERE pool_id = $1`
	deletePoolPasskeys        statement = `DELETE FROM passkeys WHERE pool_id = $1`
	deletePoolPasswordHistory statement = `DELETE FROM password_history WHERE pool_id = $1`
	deletePoolUsers           statement = `DELETE FROM users WHERE pool_id = $1`
	deletePoolImportLog       statement = `DELETE FROM import_log WHERE pool_id = $1`
	deletePoolImportChunks    statement = `DELETE FROM import_chunks WHERE pool_id = $1`
)

// DeletePool implements store.ConfigTx. Clients, domains, groups, resource servers,
// keys, documents and import jobs go with the pool's row.
func (t *tx) DeletePool(ctx context.Context, id string) error {
	for _, s := range []statement{
		deletePoolRefreshTokens, deletePoolGrants, deletePoolAuthCodes, deletePoolBrowserSessions,
		deletePoolChallengeStates, deletePoolSpent, deletePoolCodes, deletePoolCounters, deletePoolGroupMembers, deletePoolUserCounts, deletePoolUserSearch,
		deletePoolSignInNames, deletePoolIdentityLinks, deletePoolAuthEvents, deletePoolDevices,
		deletePoolPasskeys, deletePoolPasswordHistory, deletePoolUsers, deletePoolImportLog, deletePoolImportChunks,
	} {
		if err := t.change(ctx, s, id); err != nil {
			return err
		}
	}
	return t.configure(t.changeOr(ctx, store.ErrNotFound, deletePool, id))
}
