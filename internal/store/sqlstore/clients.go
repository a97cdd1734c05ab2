package sqlstore

import (
	"context"
	"database/sql"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	clientColumns                = `pool_id, id, name, secrets, settings, created_at, updated_at`
	selectClient       statement = `SELECT ` + clientColumns + ` FROM clients WHERE id = $1`
	selectClientToEdit statement = selectClient + lockRow
	listClients        statement = `SELECT ` + clientColumns + ` FROM clients
		WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT CAST($3 AS BIGINT)`
	countClients statement = `SELECT COUNT(*) FROM clients WHERE pool_id = $1`
	insertClient statement = `INSERT INTO clients (` + clientColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
	updateClient statement = `UPDATE clients SET name = $3, secrets = $4, settings = $5, created_at = $6, updated_at = $7
		WHERE pool_id = $1 AND id = $2`
	deleteClient statement = `DELETE FROM clients WHERE pool_id = $1 AND id = $2`
)

func (r *reads) scanClient(rows *sql.Rows) (*userpool.AppClient, error) {
	var c userpool.AppClient
	var settings, secrets []byte
	var created, updated int64
	if err := rows.Scan(&c.PoolID, &c.ID, &c.Name, &secrets, &settings, &created, &updated); err != nil {
		return nil, err
	}
	c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	if len(secrets) > 0 {
		if err := r.openJSON(secrets, identity("clients", c.PoolID, c.ID), &c.Secrets); err != nil {
			return nil, err
		}
	}
	return &c, fromJSON(settings, &c.Settings)
}

func (t *tx) clientRow(c *userpool.AppClient) ([]any, error) {
	secrets := []byte{}
	if len(c.Secrets) > 0 {
		var err error
		if secrets, err = t.sealJSON(c.Secrets, identity("clients", c.PoolID, c.ID)); err != nil {
			return nil, err
		}
	}
	return []any{
		c.PoolID, c.ID, c.Name, secrets, toJSON(c.Settings), micros(c.CreatedAt), micros(c.UpdatedAt),
	}, nil
}

// Client implements store.Config.
func (r *reads) Client(ctx context.Context, clientID string) (*userpool.AppClient, error) {
	return get(ctx, r, r.toEdit(selectClient, selectClientToEdit), r.scanClient, clientID)
}

// ListClients implements store.Config.
func (r *reads) ListClients(ctx context.Context, poolID, after string, limit int) ([]*userpool.AppClient, error) {
	return all(ctx, r, listClients, r.scanClient, poolID, after, limit)
}

// CountClients implements store.ConfigTx.
func (t *tx) CountClients(ctx context.Context, poolID string) (int, error) {
	n, err := get(ctx, &t.reads, countClients, scanInt, poolID)
	return int(n), err
}

// CreateClient implements store.ConfigTx.
func (t *tx) CreateClient(ctx context.Context, c *userpool.AppClient) error {
	row, err := t.clientRow(c)
	if err != nil {
		return err
	}
	return t.configure(t.changeOr(ctx, store.ErrExists, insertClient, row...))
}

// UpdateClient implements store.ConfigTx.
func (t *tx) UpdateClient(ctx context.Context, c *userpool.AppClient) error {
	row, err := t.clientRow(c)
	if err != nil {
		return err
	}
	return t.configure(t.changeOr(ctx, store.ErrNotFound, updateClient, row...))
}

// DeleteClient implements store.ConfigTx.
func (t *tx) DeleteClient(ctx context.Context, poolID, clientID string) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, deleteClient, poolID, clientID))
}
