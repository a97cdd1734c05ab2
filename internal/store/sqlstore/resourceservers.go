package sqlstore

import (
	"context"
	"database/sql"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	resourceServerColumns           = `pool_id, identifier, name, scopes`
	selectResourceServer  statement = `SELECT ` + resourceServerColumns + ` FROM resource_servers
		WHERE pool_id = $1 AND identifier = $2`
	selectResourceServerToEdit statement = selectResourceServer + lockRow
	listResourceServers        statement = `SELECT ` + resourceServerColumns + ` FROM resource_servers
		WHERE pool_id = $1 AND identifier > $2 ORDER BY identifier LIMIT CAST($3 AS BIGINT)`
	countResourceServers statement = `SELECT COUNT(*) FROM resource_servers WHERE pool_id = $1`
	insertResourceServer statement = `INSERT INTO resource_servers (` + resourceServerColumns + `)
		VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	updateResourceServer statement = `UPDATE resource_servers SET name = $3, scopes = $4
		WHERE pool_id = $1 AND identifier = $2`
	deleteResourceServer statement = `DELETE FROM resource_servers WHERE pool_id = $1 AND identifier = $2`
)

func scanResourceServer(rows *sql.Rows) (*userpool.ResourceServer, error) {
	var s userpool.ResourceServer
	var scopes []byte
	if err := rows.Scan(&s.PoolID, &s.Identifier, &s.Name, &scopes); err != nil {
		return nil, err
	}
	return &s, fromJSON(scopes, &s.Scopes)
}

// ResourceServer implements store.Config.
func (r *reads) ResourceServer(ctx context.Context, poolID, identifier string) (*userpool.ResourceServer, error) {
	s := r.toEdit(selectResourceServer, selectResourceServerToEdit)
	return get(ctx, r, s, scanResourceServer, poolID, identifier)
}

// ListResourceServers implements store.Config.
func (r *reads) ListResourceServers(ctx context.Context, poolID, after string, limit int) ([]*userpool.ResourceServer, error) {
	return all(ctx, r, listResourceServers, scanResourceServer, poolID, after, limit)
}

// CountResourceServers implements store.ConfigTx.
func (t *tx) CountResourceServers(ctx context.Context, poolID string) (int, error) {
	n, err := get(ctx, &t.reads, countResourceServers, scanInt, poolID)
	return int(n), err
}

// CreateResourceServer implements store.ConfigTx.
func (t *tx) CreateResourceServer(ctx context.Context, s *userpool.ResourceServer) error {
	return t.configure(t.changeOr(ctx, store.ErrExists, insertResourceServer,
		s.PoolID, s.Identifier, s.Name, toJSON(s.Scopes)))
}

// UpdateResourceServer implements store.ConfigTx.
func (t *tx) UpdateResourceServer(ctx context.Context, s *userpool.ResourceServer) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, updateResourceServer,
		s.PoolID, s.Identifier, s.Name, toJSON(s.Scopes)))
}

// DeleteResourceServer implements store.ConfigTx.
func (t *tx) DeleteResourceServer(ctx context.Context, poolID, identifier string) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, deleteResourceServer, poolID, identifier))
}
