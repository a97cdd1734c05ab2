-- Pools, what is configured in them, their users, and what sign-ins give out.

-- +goose Up
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the version rises with every change of configuration.
CREATE TABLE config_state (
    id      INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;
INSERT INTO config_state (id, version) VALUES (1, 1);

CREATE TABLE pools (
    id         TEXT    NOT NULL PRIMARY KEY,
    region     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    settings   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pools_by_region ON pools (region, id);

-- secrets: sealed JSON list.
CREATE TABLE clients (
    pool_id    TEXT    NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    secrets    BLOB    NOT NULL,
    settings   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, id)
) STRICT;
CREATE UNIQUE INDEX clients_by_id ON clients (id);

CREATE TABLE domains (
    pool_id               TEXT    NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name                  TEXT    NOT NULL,
    certificate_arn       TEXT    NOT NULL,
    security_policy       TEXT    NOT NULL,
    managed_login_version INTEGER NOT NULL,
    version               TEXT    NOT NULL,
    routing               TEXT    NOT NULL,
    PRIMARY KEY (pool_id, name)
) STRICT;
CREATE UNIQUE INDEX domains_by_name ON domains (name);

CREATE TABLE resource_servers (
    pool_id    TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    PRIMARY KEY (pool_id, identifier)
) STRICT;

CREATE TABLE groups (
    pool_id     TEXT    NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    role_arn    TEXT    NOT NULL,
    precedence  INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (pool_id, name)
) STRICT;

-- pkcs8: sealed.
CREATE TABLE signing_keys (
    pool_id    TEXT    NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    kid        TEXT    NOT NULL,
    key_use    TEXT    NOT NULL,
    pkcs8      BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, seq)
) STRICT;

-- attributes, pending, names: JSON. credential: sealed, empty for none.
CREATE TABLE users (
    pool_id          TEXT    NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    id               TEXT    NOT NULL,
    username         TEXT    NOT NULL,
    status           TEXT    NOT NULL,
    enabled          INTEGER NOT NULL,
    attributes       TEXT    NOT NULL,
    pending          TEXT    NOT NULL,
    names            TEXT    NOT NULL,
    credential       BLOB    NOT NULL,
    failed_passwords INTEGER NOT NULL DEFAULT 0,
    last_failure_at  INTEGER NOT NULL DEFAULT 0,
    locked_until     INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    PRIMARY KEY (pool_id, id)
) STRICT;

CREATE TABLE sign_in_names (
    pool_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (pool_id, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_search (
    pool_id TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (pool_id, name, value, user_id)
) STRICT, WITHOUT ROWID;

-- Sixteen rows per pool, so that creating users does not queue on one.
CREATE TABLE user_counts (
    pool_id TEXT    NOT NULL,
    shard   INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (pool_id, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_members (
    pool_id    TEXT NOT NULL,
    group_name TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    PRIMARY KEY (pool_id, group_name, user_id),
    FOREIGN KEY (pool_id, group_name) REFERENCES groups (pool_id, name) ON DELETE CASCADE,
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX group_members_by_user ON group_members (pool_id, user_id, group_name);

CREATE TABLE codes (
    pool_id    TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    attribute  TEXT    NOT NULL,
    sent_to    TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, user_id, kind),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_expiry ON codes (expires_at);

CREATE TABLE counters (
    pool_id    TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    n          INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, subject, action)
) STRICT, WITHOUT ROWID;
CREATE INDEX counters_by_expiry ON counters (expires_at);

-- The tokens that work are newest_token and, for a while, parent_token, the one
-- that was exchanged for it. Hashes; empty for none.
CREATE TABLE grants (
    pool_id           TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    user_id           TEXT    NOT NULL,
    client_id         TEXT    NOT NULL,
    origin_jti        TEXT    NOT NULL,
    scopes            TEXT    NOT NULL,
    nonce             TEXT    NOT NULL,
    oauth             INTEGER NOT NULL,
    auth_time         INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    revoked_at        INTEGER NOT NULL,
    first_token       BLOB    NOT NULL,
    newest_token      BLOB    NOT NULL,
    parent_token      BLOB    NOT NULL,
    parent_retired_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, id),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX grants_by_user ON grants (pool_id, user_id, id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE refresh_tokens (
    pool_id    TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    grant_id   TEXT    NOT NULL,
    retired_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, hash),
    FOREIGN KEY (pool_id, grant_id) REFERENCES grants (pool_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX refresh_tokens_by_grant ON refresh_tokens (pool_id, grant_id, hash);

CREATE TABLE spent (
    pool_id    TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_expiry ON spent (expires_at);

CREATE TABLE auth_codes (
    pool_id        TEXT    NOT NULL,
    hash           BLOB    NOT NULL,
    client_id      TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    redirect_uri   TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    nonce          TEXT    NOT NULL,
    code_challenge TEXT    NOT NULL,
    auth_time      INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_for       TEXT    NOT NULL,
    PRIMARY KEY (pool_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_codes_by_expiry ON auth_codes (expires_at);

CREATE TABLE browser_sessions (
    pool_id    TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX browser_sessions_by_expiry ON browser_sessions (expires_at);

-- +goose Down
DROP TABLE browser_sessions;
DROP TABLE auth_codes;
DROP TABLE spent;
DROP TABLE refresh_tokens;
DROP TABLE grants;
DROP TABLE counters;
DROP TABLE codes;
DROP TABLE group_members;
DROP TABLE user_counts;
DROP TABLE user_search;
DROP TABLE sign_in_names;
DROP TABLE users;
DROP TABLE signing_keys;
DROP TABLE groups;
DROP TABLE resource_servers;
DROP TABLE domains;
DROP TABLE clients;
DROP TABLE pools;
DROP TABLE config_state;
DROP TABLE meta;
