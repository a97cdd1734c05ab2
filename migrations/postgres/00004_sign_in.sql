-- What sign-ins keep: the count of answered codes, passwords that were, challenges.

-- +goose Up
ALTER TABLE users ADD COLUMN failed_codes       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN codes_tried_at     BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN codes_locked_until BIGINT  NOT NULL DEFAULT 0;

-- seq: rises with each password of the user. credential: sealed.
CREATE TABLE password_history (
    pool_id    TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    seq        BIGINT           NOT NULL,
    credential BYTEA            NOT NULL,
    PRIMARY KEY (pool_id, user_id, seq),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
);

-- data: sealed.
CREATE TABLE challenge_states (
    pool_id    TEXT COLLATE "C" NOT NULL,
    id         BYTEA            NOT NULL,
    data       BYTEA            NOT NULL,
    expires_at BIGINT           NOT NULL,
    PRIMARY KEY (pool_id, id)
);
CREATE INDEX challenge_states_by_expiry ON challenge_states (expires_at);

-- +goose Down
DROP TABLE challenge_states;
DROP TABLE password_history;
ALTER TABLE users DROP COLUMN codes_locked_until;
ALTER TABLE users DROP COLUMN codes_tried_at;
ALTER TABLE users DROP COLUMN failed_codes;
