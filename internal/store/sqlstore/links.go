package sqlstore

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	selectLinkedUser statement = `SELECT ` + userColumns + ` FROM users u WHERE u.pool_id = $1 AND u.id =
		(SELECT user_id FROM identity_links WHERE pool_id = $1 AND provider = $2 AND attribute = $3 AND value = $4)`
	insertLink statement = `INSERT INTO identity_links (pool_id, provider, attribute, value, user_id)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	deleteLink statement = `DELETE FROM identity_links
		WHERE pool_id = $1 AND provider = $2 AND attribute = $3 AND value = $4 AND user_id = $5`
)

// LinkedUser implements store.Links.
func (r *reads) LinkedUser(ctx context.Context, poolID, provider, attribute, value string) (*userpool.User, error) {
	return get(ctx, r, selectLinkedUser, r.scanUser, poolID, provider, nameKey(attribute), nameKey(value))
}

// CreateLink implements store.LinkTx. ErrNotFound: there is no such user.
func (t *tx) CreateLink(ctx context.Context, l store.IdentityLink) error {
	return t.changeOr(ctx, store.ErrExists, insertLink,
		l.PoolID, l.Provider, nameKey(l.Attribute), nameKey(l.Value), l.UserID)
}

// DeleteLink implements store.LinkTx.
func (t *tx) DeleteLink(ctx context.Context, l store.IdentityLink) error {
	return t.changeOr(ctx, store.ErrNotFound, deleteLink,
		l.PoolID, l.Provider, nameKey(l.Attribute), nameKey(l.Value), l.UserID)
}
