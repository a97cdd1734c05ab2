package sqlstore

import (
	"context"
	"database/sql"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	groupColumns                = `pool_id, name, description, role_arn, precedence, created_at, updated_at`
	selectGroup       statement = `SELECT ` + groupColumns + ` FROM groups WHERE pool_id = $1 AND name = $2`
	selectGroupToEdit statement = selectGroup + lockRow
	listGroups        statement = `SELECT ` + groupColumns + ` FROM groups
		WHERE pool_id = $1 AND name > $2 ORDER BY name LIMIT CAST($3 AS BIGINT)`
	listGroupsOfUser statement = `SELECT g.pool_id, g.name, g.description, g.role_arn, g.precedence, g.created_at, g.updated_at
		FROM group_members m JOIN groups g ON g.pool_id = m.pool_id AND g.name = m.group_name
		WHERE m.pool_id = $1 AND m.user_id = $2 AND m.group_name > $3 ORDER BY m.group_name LIMIT CAST($4 AS BIGINT)`
	countGroups statement = `SELECT COUNT(*) FROM groups WHERE pool_id = $1`
	insertGroup statement = `INSERT INTO groups (` + groupColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
	updateGroup statement = `UPDATE groups SET description = $3, role_arn = $4, precedence = $5, created_at = $6, updated_at = $7
		WHERE pool_id = $1 AND name = $2`
	deleteGroup  statement = `DELETE FROM groups WHERE pool_id = $1 AND name = $2`
	insertMember statement = `INSERT INTO group_members (pool_id, group_name, user_id)
		VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	deleteMember statement = `DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2 AND user_id = $3`
)

func scanGroup(rows *sql.Rows) (*userpool.Group, error) {
	var g userpool.Group
	var created, updated int64
	err := rows.Scan(&g.PoolID, &g.Name, &g.Description, &g.RoleArn, &g.Precedence, &created, &updated)
	if err != nil {
		return nil, err
	}
	g.CreatedAt, g.UpdatedAt = fromMicros(created), fromMicros(updated)
	return &g, nil
}

func groupRow(g *userpool.Group) []any {
	return []any{
		g.PoolID, g.Name, plainText(g.Description), plainText(g.RoleArn), g.Precedence, micros(g.CreatedAt), micros(g.UpdatedAt),
	}
}

// Group implements store.Config.
func (r *reads) Group(ctx context.Context, poolID, name string) (*userpool.Group, error) {
	return get(ctx, r, r.toEdit(selectGroup, selectGroupToEdit), scanGroup, poolID, name)
}

// ListGroups implements store.Config.
func (r *reads) ListGroups(ctx context.Context, poolID, after string, limit int) ([]*userpool.Group, error) {
	return all(ctx, r, listGroups, scanGroup, poolID, after, limit)
}

// GroupsOfUser implements store.Users.
func (r *reads) GroupsOfUser(ctx context.Context, poolID, userID, after string, limit int) ([]*userpool.Group, error) {
	return all(ctx, r, listGroupsOfUser, scanGroup, poolID, userID, after, limit)
}

// CountGroups implements store.ConfigTx.
func (t *tx) CountGroups(ctx context.Context, poolID string) (int, error) {
	n, err := get(ctx, &t.reads, countGroups, scanInt, poolID)
	return int(n), err
}

// CreateGroup implements store.ConfigTx.
func (t *tx) CreateGroup(ctx context.Context, g *userpool.Group) error {
	return t.configure(t.changeOr(ctx, store.ErrExists, insertGroup, groupRow(g)...))
}

// UpdateGroup implements store.ConfigTx.
func (t *tx) UpdateGroup(ctx context.Context, g *userpool.Group) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, updateGroup, groupRow(g)...))
}

// DeleteGroup implements store.ConfigTx. Memberships go with the group's row.
func (t *tx) DeleteGroup(ctx context.Context, poolID, name string) error {
	return t.configure(t.changeOr(ctx, store.ErrNotFound, deleteGroup, poolID, name))
}

// AddToGroup implements store.UserTx. ErrNotFound: there is no such group or user.
func (t *tx) AddToGroup(ctx context.Context, poolID, group, userID string) error {
	if _, err := get(ctx, &t.reads, t.toEdit(selectUserKeys, lockUserKeys), scanUserKeys, poolID, userID); err != nil {
		return err
	}
	return t.change(ctx, insertMember, poolID, group, userID)
}

// RemoveFromGroup implements store.UserTx.
func (t *tx) RemoveFromGroup(ctx context.Context, poolID, group, userID string) error {
	return t.change(ctx, deleteMember, poolID, group, userID)
}
