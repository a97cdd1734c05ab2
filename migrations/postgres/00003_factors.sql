-- What users have beside the password: second factors, devices, passkeys.

-- +goose Up
-- mfa: JSON. software_token: sealed, empty for none.
ALTER TABLE users ADD COLUMN mfa            TEXT  NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN software_token BYTEA NOT NULL DEFAULT '';

-- The device that a sign-in is bound to, '' for none.
ALTER TABLE grants ADD COLUMN device_key TEXT NOT NULL DEFAULT '';

-- secret: salt and verifier, sealed; empty for none.
CREATE TABLE devices (
    pool_id          TEXT COLLATE "C" NOT NULL,
    user_id          TEXT COLLATE "C" NOT NULL,
    device_key       TEXT COLLATE "C" NOT NULL,
    name             TEXT             NOT NULL,
    secret           BYTEA            NOT NULL,
    remembered       BOOLEAN          NOT NULL,
    last_ip          TEXT             NOT NULL,
    created_at       BIGINT           NOT NULL,
    updated_at       BIGINT           NOT NULL,
    authenticated_at BIGINT           NOT NULL,
    PRIMARY KEY (pool_id, user_id, device_key),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX devices_by_key ON devices (pool_id, device_key);

-- id: the credential id in base64url. transports: JSON.
CREATE TABLE passkeys (
    pool_id          TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    user_id          TEXT COLLATE "C" NOT NULL,
    public_key       BYTEA            NOT NULL,
    relying_party_id TEXT             NOT NULL,
    name             TEXT             NOT NULL,
    attachment       TEXT             NOT NULL,
    transports       TEXT             NOT NULL,
    aaguid           BYTEA            NOT NULL,
    sign_count       BIGINT           NOT NULL,
    user_verified    BOOLEAN          NOT NULL,
    backup_eligible  BOOLEAN          NOT NULL,
    backed_up        BOOLEAN          NOT NULL,
    created_at       BIGINT           NOT NULL,
    used_at          BIGINT           NOT NULL,
    PRIMARY KEY (pool_id, id),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX passkeys_by_user ON passkeys (pool_id, user_id, id);

-- +goose Down
DROP TABLE passkeys;
DROP TABLE devices;
ALTER TABLE grants DROP COLUMN device_key;
ALTER TABLE users DROP COLUMN software_token;
ALTER TABLE users DROP COLUMN mfa;
