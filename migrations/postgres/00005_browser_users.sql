-- Whose a signed-in browser is, so that what ends a user's sign-ins ends it too.

-- +goose Up
ALTER TABLE browser_sessions ADD COLUMN user_id TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE browser_sessions SET user_id = COALESCE(convert_from(data, 'UTF8')::json ->> 'user', '');
CREATE INDEX browser_sessions_by_user ON browser_sessions (pool_id, user_id);

-- +goose Down
DROP INDEX browser_sessions_by_user;
ALTER TABLE browser_sessions DROP COLUMN user_id;
