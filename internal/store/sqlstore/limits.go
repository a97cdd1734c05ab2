package sqlstore

import (
	"context"
	"database/sql"
)

const (
	// The condition holds for every category; it has the key read instead of the table.
	listLimits  statement = `SELECT category, value FROM provisioned_limits WHERE category > '' ORDER BY category`
	upsertLimit statement = `INSERT INTO provisioned_limits (category, value) VALUES ($1, $2)
		ON CONFLICT (category) DO UPDATE SET value = excluded.value`
)

// ProvisionedLimits implements store.Limits.
func (r *reads) ProvisionedLimits(ctx context.Context) (map[string]int, error) {
	limits := map[string]int{}
	scan := func(rows *sql.Rows) (n struct{}, err error) {
		var category string
		var value int
		err = rows.Scan(&category, &value)
		limits[category] = value
		return n, err
	}
	if _, err := all(ctx, r, listLimits, scan); err != nil {
		return nil, err
	}
	return limits, nil
}

// SetProvisionedLimit implements store.LimitTx.
func (t *tx) SetProvisionedLimit(ctx context.Context, category string, value int) error {
	return t.configure(t.change(ctx, upsertLimit, category, value))
}
