-- What users have beside the password: second factors, devices, passkeys.

-- +goose Up
-- mfa: JSON. software_token: sealed, empty for none.
ALTER TABLE users ADD COLUMN mfa            TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN software_token BLOB NOT NULL DEFAULT x'';

-- The device that a sign-in is bound to, '' for none.
ALTER TABLE grants ADD COLUMN device_key TEXT NOT NULL DEFAULT '';

-- secret: salt and verifier, sealed; empty for none.
CREATE TABLE devices (
    pool_id          TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    device_key       TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    secret           BLOB    NOT NULL,
    remembered       INTEGER NOT NULL,
    last_ip          TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    PRIMARY KEY (pool_id, user_id, device_key),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX devices_by_key ON devices (pool_id, device_key);

-- id: the credential id in base64url. transports: JSON.
CREATE TABLE passkeys (
    pool_id          TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    public_key       BLOB    NOT NULL,
    relying_party_id TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    attachment       TEXT    NOT NULL,
    transports       TEXT    NOT NULL,
    aaguid           BLOB    NOT NULL,
    sign_count       INTEGER NOT NULL,
    user_verified    INTEGER NOT NULL,
    backup_eligible  INTEGER NOT NULL,
    backed_up        INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    used_at          INTEGER NOT NULL,
    PRIMARY KEY (pool_id, id),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX passkeys_by_user ON passkeys (pool_id, user_id, id);

-- +goose Down
DROP TABLE passkeys;
DROP TABLE devices;
ALTER TABLE grants DROP COLUMN device_key;
ALTER TABLE users DROP COLUMN software_token;
ALTER TABLE users DROP COLUMN mfa;
