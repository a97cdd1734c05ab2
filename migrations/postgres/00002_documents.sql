-- What else is configured in pools, who signs in through providers, sign-in
-- histories, and imports.

-- +goose Up
-- JSON.
ALTER TABLE users ADD COLUMN identities TEXT NOT NULL DEFAULT 'null';

-- data: sealed. name: NULL for none.
CREATE TABLE documents (
    pool_id    TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C",
    data       BYTEA            NOT NULL,
    created_at BIGINT           NOT NULL,
    updated_at BIGINT           NOT NULL,
    PRIMARY KEY (pool_id, kind, id)
);
CREATE UNIQUE INDEX documents_by_name ON documents (pool_id, kind, name);

CREATE TABLE identity_links (
    pool_id   TEXT COLLATE "C" NOT NULL,
    provider  TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    value     TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pool_id, provider, attribute, value),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX identity_links_by_user ON identity_links (pool_id, user_id, provider, attribute, value);

CREATE TABLE auth_events (
    pool_id    TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    created_at BIGINT           NOT NULL,
    data       TEXT             NOT NULL,
    PRIMARY KEY (pool_id, user_id, id),
    FOREIGN KEY (pool_id, user_id) REFERENCES users (pool_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX auth_events_by_time ON auth_events (pool_id, user_id, created_at, id);
CREATE INDEX auth_events_by_age ON auth_events (created_at);

-- Of the whole server, not of a pool.
CREATE TABLE provisioned_limits (
    category TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value    BIGINT           NOT NULL
);

CREATE TABLE import_jobs (
    pool_id     TEXT COLLATE "C" NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    id          TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    worker      TEXT             NOT NULL,
    lease_until BIGINT           NOT NULL,
    line        BIGINT           NOT NULL,
    file_offset BIGINT           NOT NULL,
    imported    BIGINT           NOT NULL,
    skipped     BIGINT           NOT NULL,
    failed      BIGINT           NOT NULL,
    size        BIGINT           NOT NULL,
    data        TEXT             NOT NULL,
    created_at  BIGINT           NOT NULL,
    PRIMARY KEY (pool_id, id)
);
CREATE UNIQUE INDEX import_jobs_by_time ON import_jobs (pool_id, created_at, id);
CREATE INDEX import_jobs_by_status ON import_jobs (pool_id, status);
CREATE INDEX import_jobs_to_run ON import_jobs (lease_until, created_at)
    WHERE status IN ('Created', 'Pending', 'InProgress', 'Stopping');

CREATE TABLE import_chunks (
    pool_id TEXT COLLATE "C" NOT NULL,
    job_id  TEXT COLLATE "C" NOT NULL,
    seq     BIGINT           NOT NULL,
    data    BYTEA            NOT NULL,
    PRIMARY KEY (pool_id, job_id, seq),
    FOREIGN KEY (pool_id, job_id) REFERENCES import_jobs (pool_id, id) ON DELETE CASCADE
);

CREATE TABLE import_log (
    pool_id TEXT COLLATE "C" NOT NULL,
    job_id  TEXT COLLATE "C" NOT NULL,
    line    BIGINT           NOT NULL,
    text    TEXT             NOT NULL,
    PRIMARY KEY (pool_id, job_id, line),
    FOREIGN KEY (pool_id, job_id) REFERENCES import_jobs (pool_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE import_log;
DROP TABLE import_chunks;
DROP TABLE import_jobs;
DROP TABLE provisioned_limits;
DROP TABLE auth_events;
DROP TABLE identity_links;
DROP TABLE documents;
ALTER TABLE users DROP COLUMN identities;
