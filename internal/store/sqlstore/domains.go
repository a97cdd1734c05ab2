package sqlstore

import (
	"context"
	"database/sql"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	domainColumns                = `pool_id, name, certificate_arn, security_policy, managed_login_version, version, routing`
	selectDomain       statement = `SELECT ` + domainColumns + ` FROM domains WHERE name = $1`
	selectDomainToEdit statement = selectDomain + lockRow
	listPoolDomains    statement = `SELECT ` + domainColumns + ` FROM domains WHERE pool_id = $1 ORDER BY name`
	insertDomain       statement = `INSERT INTO domains (` + domainColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
	updateDomain statement = `UPDATE domains SET certificate_arn = $3, security_policy = $4,
		managed_login_version = $5, version = $6, routing = $7 WHERE pool_id = $1 AND name = $2`
	countCustomDomains statement = `SELECT CAST(coalesce(sum((SELECT count(*) FROM domains
		WHERE pool_id = pools.id AND certificate_arn <> '')), 0) AS BIGINT) FROM pools WHERE region = $1`
	deleteDomain statement = `DELETE FROM domains WHERE pool_id = $1 AND name = $2`
)

func scanDomain(rows *sql.Rows) (*userpool.Domain, error) {
	var d userpool.Domain
	var routing []byte
	err := rows.Scan(&d.PoolID, &d.Name, &d.CertificateArn, &d.SecurityPolicy, &d.ManagedLoginVersion, &d.Version, &routing)
	if err != nil {
		return nil, err
	}
	return &d, fromJSON(routing, &d.Routing)
}

func domainRow(d *userpool.Domain) []any {
	return []any{
		d.PoolID, d.Name, d.CertificateArn, d.SecurityPolicy, d.ManagedLoginVersion, d.Version, toJSON(d.Routing),
	}
}

// Domain implements store.Config.
func (r *reads) Domain(ctx context.Context, name string) (*userpool.Domain, error) {
	return get(ctx, r, r.toEdit(selectDomain, selectDomainToEdit), scanDomain, name)
}

// PoolDomains implements store.Config.
func (r *reads) PoolDomains(ctx context.Context, poolID string) ([]*userpool.Domain, error) {
	return all(ctx, r, listPoolDomains, scanDomain, poolID)
}

// CountCustomDomains implements store.ConfigTx.
func (t *tx) CountCustomDomains(ctx context.Context, region string) (int, error) {
	return t.countInRegion(ctx, countCustomDomains, region)
}

// CreateDomain implements store.ConfigTx.
func (t *tx) CreateDomain(ctx context.Context, d *userpool.Domain) error {
	return t.configure(t.changeOr(ctx, store.ErrExists, insertDomain, domainRow(d)...))
}

// UpdateDomain implements store.ConfigTx.
func (t *tx) UpdateDomain(ctx context.Context, d *userpool.Domain) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, updateDomain, domainRow(d)...))
}

// DeleteDomain implements store.ConfigTx.
func (t *tx) DeleteDomain(ctx context.Context, poolID, name string) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, deleteDomain, poolID, name))
}
