package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	// A user's row with the names of the user's groups, which hold no white space.
	userColumns = `u.pool_id, u.id, u.username, u.status, u.enabled, u.attributes, u.pending, u.names, u.credential,
		u.failed_passwords, u.locked_until, u.created_at, u.updated_at, u.version, u.identities, u.mfa, u.software_token,
		u.codes_locked_until, (SELECT string_agg(gm.group_name, ' ') FROM group_members gm WHERE gm.pool_id = u.pool_id AND gm.user_id = u.id)`

	// What lists show: nothing of sign-ins, nothing that is sealed, no version to write with.
	listedColumns = `u.pool_id, u.id, u.username, u.status, u.enabled, u.attributes, u.names, u.created_at, u.updated_at,
		u.identities, u.mfa`

	selectUser statement = `SELECT ` + userColumns + ` FROM users u WHERE u.pool_id = $1 AND u.id = $2`

	findUserByOne statement = `SELECT ` + userColumns + ` FROM users u WHERE u.pool_id = $1 AND u.id =
		(SELECT user_id FROM sign_in_names WHERE pool_id = $1 AND kind = $2 AND value = $3)`
	// COALESCE asks for the second name only when nobody has the first.
	findUser statement = `SELECT ` + userColumns + ` FROM users u WHERE u.pool_id = $1 AND u.id = COALESCE(
		(SELECT user_id FROM sign_in_names WHERE pool_id = $1 AND kind = $2 AND value = $3),
		(SELECT user_id FROM sign_in_names WHERE pool_id = $1 AND kind = $4 AND value = $5),
		(SELECT user_id FROM sign_in_names WHERE pool_id = $1 AND kind = $6 AND value = $7),
		(SELECT user_id FROM sign_in_names WHERE pool_id = $1 AND kind = $8 AND value = $9))`
	findNames = 4 // names that findUser takes: one of each kind

	// What UpdateUser compares with.
	selectUserKeys statement = `SELECT username, status, enabled, attributes, names, version
		FROM users WHERE pool_id = $1 AND id = $2`
	lockUserKeys statement = selectUserKeys + lockRow
	insertUser   statement = `INSERT INTO users (pool_id, id, username, status, enabled, attributes, pending, names,
		credential, created_at, updated_at, version, identities, mfa, software_token)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT DO NOTHING`
	updateUser statement = `UPDATE users SET username = $3, status = $4, enabled = $5, attributes = $6, pending = $7,
		names = $8, credential = $9, created_at = $10, updated_at = $11, version = version + 1,
		identities = $13, mfa = $14, software_token = $15
		WHERE pool_id = $1 AND id = $2 AND version = $12`
	deleteUser statement = `DELETE FROM users WHERE pool_id = $1 AND id = $2`

	selectNameOwner statement = `SELECT user_id FROM sign_in_names WHERE pool_id = $1 AND kind = $2 AND value = $3`
	insertName      statement = `INSERT INTO sign_in_names (pool_id, kind, value, user_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`
	deleteName statement = `DELETE FROM sign_in_names WHERE pool_id = $1 AND kind = $2 AND value = $3 AND user_id = $4`

	insertSearch statement = `INSERT INTO user_search (pool_id, name, value, user_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`
	deleteSearch statement = `DELETE FROM user_search WHERE pool_id = $1 AND name = $2 AND value = $3 AND user_id = $4`

	addUserCount statement = `INSERT INTO user_counts (pool_id, shard, n) VALUES ($1, $2, $3)
		ON CONFLICT (pool_id, shard) DO UPDATE SET n = user_counts.n + excluded.n`
	sumUserCounts statement = `SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM user_counts WHERE pool_id = $1`

	deleteUserCounters statement = `DELETE FROM counters WHERE pool_id = $1 AND subject = $2`
)

// userRow collects what a row of userColumns holds before it is decoded.
type userRow struct {
	user                                   userpool.User
	attributes, pending, names, credential []byte
	identities, mfa, softwareToken         []byte
	lockedUntil, created, updated          int64
	codesLockedUntil                       int64
	groups                                 sql.NullString
}

func (w *userRow) targets() []any {
	u := &w.user
	return []any{
		&u.PoolID, &u.ID, &u.Username, (*string)(&u.Status), &u.Enabled, &w.attributes, &w.pending, &w.names, &w.credential,
		&u.FailedPasswords, &w.lockedUntil, &w.created, &w.updated, &u.Version, &w.identities, &w.mfa, &w.softwareToken,
		&w.codesLockedUntil, &w.groups,
	}
}

// decodeListed decodes what is in listedColumns.
func (w *userRow) decodeListed() error {
	u := &w.user
	u.CreatedAt, u.UpdatedAt = fromMicros(w.created), fromMicros(w.updated)
	var err error
	if u.Attributes, err = decodeStrings(w.attributes); err != nil {
		return err
	}
	if string(w.mfa) != "{}" { // most hold nothing
		err = fromJSON(w.mfa, &u.MFA)
	}
	return errors.Join(err, fromJSON(w.names, &u.Names), fromJSON(w.identities, &u.Identities))
}

func (r *reads) decodeUser(w *userRow) (*userpool.User, error) {
	u := &w.user
	u.LockedUntil, u.CodesLockedUntil = fromMicros(w.lockedUntil), fromMicros(w.codesLockedUntil)
	if err := errors.Join(w.decodeListed(), fromJSON(w.pending, &u.Pending), r.openSoftwareToken(w)); err != nil {
		return nil, err
	}
	if w.groups.Valid {
		u.Groups = strings.Fields(w.groups.String)
		slices.Sort(u.Groups)
	}
	if len(w.credential) > 0 {
		opened, err := r.seal.Open(w.credential, identity("users", u.PoolID, u.ID))
		if err != nil {
			return nil, fmt.Errorf("sqlstore: open a credential: %w", err)
		}
		if u.Credential, err = decodeCredential(opened); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func (r *reads) scanUser(rows *sql.Rows) (*userpool.User, error) {
	var w userRow
	if err := rows.Scan(w.targets()...); err != nil {
		return nil, err
	}
	return r.decodeUser(&w)
}

func scanListedUser(rows *sql.Rows) (*userpool.User, error) {
	var w userRow
	u := &w.user
	err := rows.Scan(&u.PoolID, &u.ID, &u.Username, (*string)(&u.Status), &u.Enabled, &w.attributes, &w.names, &w.created,
		&w.updated, &w.identities, &w.mfa)
	if err != nil {
		return nil, err
	}
	return u, w.decodeListed()
}

// User implements store.Users.
func (r *reads) User(ctx context.Context, poolID, id string) (*userpool.User, error) {
	return get(ctx, r, selectUser, r.scanUser, poolID, id)
}

// FindUser implements store.Users.
func (r *reads) FindUser(ctx context.Context, poolID string, names []userpool.SignInName) (*userpool.User, error) {
	if len(names) == 1 {
		return get(ctx, r, findUserByOne, r.scanUser, poolID, string(names[0].Kind), nameKey(names[0].Value))
	}
	for some := range slices.Chunk(names, findNames) {
		args := make([]any, 1, 1+2*findNames)
		args[0] = poolID
		for i := range findNames {
			var n userpool.SignInName
			if i < len(some) {
				n = some[i]
			}
			args = append(args, string(n.Kind), nameKey(n.Value))
		}
		u, err := get(ctx, r, findUser, r.scanUser, args...)
		if !errors.Is(err, store.ErrNotFound) {
			return u, err
		}
	}
	return nil, store.ErrNotFound
}

// CountUsers implements store.Users.
func (r *reads) CountUsers(ctx context.Context, poolID string) (int64, error) {
	return get(ctx, r, sumUserCounts, scanInt, poolID)
}

// userArgs are the columns that a write of u sets, with u's present version.
func (t *tx) userArgs(u *userpool.User, version int64) ([]any, error) {
	credential := []byte{}
	if !u.Credential.Empty() || !u.Credential.SetAt.IsZero() {
		var err error
		credential, err = t.seal.Seal(encodeCredential(u.Credential), identity("users", u.PoolID, u.ID))
		if err != nil {
			return nil, fmt.Errorf("sqlstore: seal a credential: %w", err)
		}
	}
	token, err := t.sealSoftwareToken(u)
	if err != nil {
		return nil, err
	}
	return []any{
		u.PoolID, u.ID, u.Username, string(u.Status), u.Enabled, toJSON(u.Attributes), toJSON(u.Pending), toJSON(u.Names),
		credential, micros(u.CreatedAt), micros(u.UpdatedAt), version, toJSON(u.Identities), toJSON(u.MFA), token,
	}, nil
}

// CreateUser implements store.UserTx. It sets u.Version to 1.
func (t *tx) CreateUser(ctx context.Context, u *userpool.User) error {
	args, err := t.userArgs(u, 1)
	if err != nil {
		return err
	}
	if err := t.changeOr(ctx, store.ErrExists, insertUser, args...); err != nil {
		return err
	}
	if taken := t.addNames(ctx, u, u.Names); taken != nil {
		if err := t.change(ctx, deleteUser, u.PoolID, u.ID); err != nil {
			return err
		}
		return taken
	}
	for name, value := range userpool.Searchable(u) {
		if err := t.change(ctx, insertSearch, u.PoolID, name, value, u.ID); err != nil {
			return err
		}
	}
	u.Version = 1
	return t.change(ctx, addUserCount, u.PoolID, userShard(u.ID), 1)
}

// UpdateUser implements store.UserTx. Of names and searched values it touches those
// that differ from what is stored.
func (t *tx) UpdateUser(ctx context.Context, u *userpool.User) error {
	args, err := t.userArgs(u, u.Version)
	if err != nil {
		return err
	}
	was, err := get(ctx, &t.reads, selectUserKeys, scanUserKeys, u.PoolID, u.ID)
	if err != nil {
		return err
	}
	if was.Version != u.Version {
		return store.ErrStale
	}
	gained := without(u.Names, was.Names)
	if err := t.addNames(ctx, u, gained); err != nil {
		return err
	}
	if err := t.changeOr(ctx, store.ErrStale, updateUser, args...); err != nil {
		return err
	}
	if err := t.removeNames(ctx, u, without(was.Names, u.Names)); err != nil {
		return err
	}
	u.Version++
	return t.updateSearch(ctx, u, userpool.Searchable(was), userpool.Searchable(u))
}

func scanUserKeys(rows *sql.Rows) (*userpool.User, error) {
	var u userpool.User
	var attributes, names []byte
	if err := rows.Scan(&u.Username, (*string)(&u.Status), &u.Enabled, &attributes, &names, &u.Version); err != nil {
		return nil, err
	}
	return &u, errors.Join(fromJSON(attributes, &u.Attributes), fromJSON(names, &u.Names))
}

func (t *tx) updateSearch(ctx context.Context, u *userpool.User, was, is map[string]string) error {
	for name, value := range was {
		if now, ok := is[name]; !ok || now != value {
			if err := t.change(ctx, deleteSearch, u.PoolID, name, value, u.ID); err != nil {
				return err
			}
		}
	}
	for name, value := range is {
		if before, ok := was[name]; !ok || before != value {
			if err := t.change(ctx, insertSearch, u.PoolID, name, value, u.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// without gives the names in a that are not in b.
func without(a, b []userpool.SignInName) []userpool.SignInName {
	var left []userpool.SignInName
	for _, n := range a {
		if !slices.Contains(b, n) {
			left = append(left, n)
		}
	}
	return left
}

// addNames gives u names, or when one of them is taken none of them.
func (t *tx) addNames(ctx context.Context, u *userpool.User, names []userpool.SignInName) error {
	for i, n := range names {
		added, err := t.run.exec(ctx, insertName, u.PoolID, string(n.Kind), nameKey(n.Value), u.ID)
		if err != nil {
			return t.mapErr(err)
		}
		if added == 1 {
			continue
		}
		owner, err := get(ctx, &t.reads, selectNameOwner, scanString, u.PoolID, string(n.Kind), nameKey(n.Value))
		switch {
		case errors.Is(err, store.ErrNotFound): // given up in this moment
			return store.ErrStale
		case err != nil:
			return err
		case owner != u.ID:
			if err := t.removeNames(ctx, u, names[:i]); err != nil {
				return err
			}
			return &store.NameTakenError{Name: n, Owner: owner}
		}
	}
	return nil
}

func (t *tx) removeNames(ctx context.Context, u *userpool.User, names []userpool.SignInName) error {
	for _, n := range names {
		if err := t.change(ctx, deleteName, u.PoolID, string(n.Kind), nameKey(n.Value), u.ID); err != nil {
			return err
		}
	}
	return nil
}

// DeleteUser implements store.UserTx. Memberships, codes, grants and their tokens,
// links, devices, passkeys and both histories go with the user's row.
func (t *tx) DeleteUser(ctx context.Context, poolID, id string) error {
	u, err := t.User(ctx, poolID, id)
	if err != nil {
		return err
	}
	if err := t.changeOr(ctx, store.ErrNotFound, deleteUser, poolID, id); err != nil {
		return err
	}
	if err := t.removeNames(ctx, u, u.Names); err != nil {
		return err
	}
	if err := t.updateSearch(ctx, u, userpool.Searchable(u), nil); err != nil {
		return err
	}
	for _, s := range []statement{deleteUserCounters, deleteUserBrowserSessions} {
		if err := t.change(ctx, s, poolID, id); err != nil {
			return err
		}
	}
	return t.change(ctx, addUserCount, poolID, userShard(id), -1)
}

// userShard is the row of user_counts that counts the user: the first hexadecimal
// digit of the id.
func userShard(id string) int {
	var shard int
	if _, err := fmt.Sscanf(id[:min(1, len(id))], "%x", &shard); err != nil && id != "" {
		return int(id[0]) & 15
	}
	return shard
}
