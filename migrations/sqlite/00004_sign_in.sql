-- What sign-ins keep: the count of answered codes, passwords that were, challenges.

-- +goose Up
ALTER TABLE users ADD COLUMN failed_codes       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN codes_tried_at     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN codes_locked_until INTEGER NOT NULL DEFAULT 0;

-- seq: rises with each password of the user. credential: sealed.
CREATE TABLE password_history (
    pool_id    TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    credential BLOB    NOT NULL,
    PRIMARY KEY (pool_id, user_id, seq),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- data: sealed.
CREATE TABLE challenge_states (
    pool_id    TEXT    NOT NULL,
    id         BLOB    NOT NULL,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX challenge_states_by_expiry ON challenge_states (expires_at);

-- +goose Down
DROP TABLE challenge_states;
DROP TABLE password_history;
ALTER TABLE users DROP COLUMN codes_locked_until;
ALTER TABLE users DROP COLUMN codes_tried_at;
ALTER TABLE users DROP COLUMN failed_codes;
