package sqlstore

import (
	"context"
	"database/sql"

	"idpond/internal/store"
)

const (
	listSigningKeys statement = `SELECT kid, key_use, pkcs8, created_at FROM signing_keys
		WHERE pool_id = $1 ORDER BY seq`
	// A pool's first keys have the numbers from 0, so only one node can add them.
	insertSigningKey statement = `INSERT INTO signing_keys (pool_id, seq, kid, key_use, pkcs8, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
)

// SigningKeys implements store.Grants.
func (r *reads) SigningKeys(ctx context.Context, poolID string) ([]store.SigningKey, error) {
	scan := func(rows *sql.Rows) (store.SigningKey, error) {
		var k store.SigningKey
		var sealed []byte
		var created int64
		if err := rows.Scan(&k.KID, (*string)(&k.Use), &sealed, &created); err != nil {
			return k, err
		}
		k.CreatedAt = fromMicros(created)
		var err error
		k.PKCS8, err = r.openBytes(sealed, identity("signing_keys", poolID, k.KID))
		return k, err
	}
	return all(ctx, r, listSigningKeys, scan, poolID)
}

// AddSigningKeys implements store.ConfigTx. ErrNotFound: there is no such pool.
func (t *tx) AddSigningKeys(ctx context.Context, poolID string, keys []store.SigningKey) error {
	for seq, k := range keys {
		sealed, err := t.sealBytes(k.PKCS8, identity("signing_keys", poolID, k.KID))
		if err != nil {
			return err
		}
		err = t.changeOr(ctx, store.ErrExists, insertSigningKey,
			poolID, seq, k.KID, string(k.Use), sealed, micros(k.CreatedAt))
		if err != nil {
			return err
		}
	}
	return t.configure(nil)
}
