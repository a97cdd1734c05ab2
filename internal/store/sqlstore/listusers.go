package sqlstore

import (
	"context"
	"unicode/utf8"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	listUserByID statement = `SELECT ` + listedColumns + ` FROM users u WHERE u.pool_id = $1 AND u.id = $2`

	listUsersByID statement = `SELECT ` + listedColumns + ` FROM users u
		WHERE u.pool_id = $1 AND u.id > $2 ORDER BY u.id LIMIT CAST($3 AS BIGINT)`
	listUsersByIDPrefix statement = `SELECT ` + listedColumns + ` FROM users u
		WHERE u.pool_id = $1 AND u.id >= $2 AND u.id <> $3 AND u.id < $4 ORDER BY u.id LIMIT CAST($5 AS BIGINT)`

	searched = ` FROM user_search s JOIN users u ON u.pool_id = s.pool_id AND u.id = s.user_id
		WHERE s.pool_id = $1 AND s.name = $2`
	listUsersEqual statement = `SELECT ` + listedColumns + searched + `
		AND s.value = $3 AND s.user_id > $4 AND u.id > $4 ORDER BY s.user_id LIMIT CAST($5 AS BIGINT)`
	listUsersPrefix statement = `SELECT ` + listedColumns + searched + `
		AND (s.value, s.user_id) > ($3, $4) AND s.value < $5 ORDER BY s.value, s.user_id LIMIT CAST($6 AS BIGINT)`

	listUsersInGroup statement = `SELECT ` + listedColumns + `
		FROM group_members m JOIN users u ON u.pool_id = m.pool_id AND u.id = m.user_id
		WHERE m.pool_id = $1 AND m.group_name = $2 AND m.user_id > $3 AND u.id > $3 ORDER BY m.user_id LIMIT CAST($4 AS BIGINT)`
)

// ListUsers implements store.Users. A prefix is a range of the index that begins
// where the page before ended, so every page costs the same.
func (r *reads) ListUsers(ctx context.Context, q store.UserQuery) ([]*userpool.User, error) {
	switch {
	case q.Attribute == "":
		return all(ctx, r, listUsersByID, scanListedUser, q.PoolID, q.AfterID, q.Limit)
	case q.Attribute == userpool.SearchSub:
		return r.listBySub(ctx, q)
	case !q.Prefix:
		return all(ctx, r, listUsersEqual, scanListedUser, q.PoolID, q.Attribute, q.Value, q.AfterID, q.Limit)
	}
	from := q.Value // with the id "", which nobody has
	if q.AfterID != "" {
		from = q.AfterText
	}
	return all(ctx, r, listUsersPrefix, scanListedUser, q.PoolID, q.Attribute, from, q.AfterID, prefixEnd(q.Value), q.Limit)
}

func (r *reads) listBySub(ctx context.Context, q store.UserQuery) ([]*userpool.User, error) {
	if q.Prefix {
		// One lower bound: of two, SQLite would choose one without knowing their values.
		from := max(q.Value, q.AfterID)
		return all(ctx, r, listUsersByIDPrefix, scanListedUser, q.PoolID, from, q.AfterID, prefixEnd(q.Value), q.Limit)
	}
	if q.AfterID >= q.Value {
		return nil, nil
	}
	return all(ctx, r, listUserByID, scanListedUser, q.PoolID, q.Value)
}

// UsersInGroup implements store.Users.
func (r *reads) UsersInGroup(ctx context.Context, poolID, group, after string, limit int) ([]*userpool.User, error) {
	return all(ctx, r, listUsersInGroup, scanListedUser, poolID, group, after, limit)
}

// prefixEnd is the first text behind all that begin with prefix: prefix with its
// last character raised by one. Both databases compare the bytes of UTF-8, which
// is the order of the code points.
func prefixEnd(prefix string) string {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == utf8.MaxRune:
			continue // no character is behind it: raise the one before
		case last == 0xD7FF:
			return prefix + "\uE000" // over the surrogates
		}
		return prefix + string(last+1)
	}
	return string(utf8.MaxRune) // not a character, so no text begins with it
}
