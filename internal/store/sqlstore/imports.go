package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"idpond/internal/store"
)

const (
	importJobColumns = `pool_id, id, status, worker, lease_until, line, file_offset, imported, skipped, failed,
		size, data, created_at`
	selectImportJob       statement = `SELECT ` + importJobColumns + ` FROM import_jobs WHERE pool_id = $1 AND id = $2`
	selectImportJobToEdit statement = selectImportJob + lockRow
	listImportJobs        statement = `SELECT ` + importJobColumns + ` FROM import_jobs
		WHERE pool_id = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT CAST($4 AS BIGINT)`
	countImportJobs statement = `SELECT status, COUNT(*) FROM import_jobs WHERE pool_id = $1 GROUP BY status`
	insertImportJob statement = `INSERT INTO import_jobs (` + importJobColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`
	updateImportJob statement = `UPDATE import_jobs SET status = $3, worker = $4, lease_until = $5, line = $6,
		file_offset = $7, imported = $8, skipped = $9, failed = $10, size = $11, data = $12
		WHERE pool_id = $1 AND id = $2`

	// A job that nobody runs, $1 being now. Those that were never claimed come first.
	toRun                          = `status IN ('Created', 'Pending', 'InProgress', 'Stopping') AND lease_until <= $1`
	selectImportJobToRun statement = `SELECT pool_id, id FROM import_jobs WHERE ` + toRun + `
		ORDER BY lease_until, created_at LIMIT 1`
	selectImportJobToClaim statement = selectImportJobToRun + lockRow + ` SKIP LOCKED`
	claimImportJob         statement = `UPDATE import_jobs SET worker = $4, lease_until = $5
		WHERE pool_id = $2 AND id = $3 AND ` + toRun + ` RETURNING ` + importJobColumns

	upsertImportChunk statement = `INSERT INTO import_chunks (pool_id, job_id, seq, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (pool_id, job_id, seq) DO UPDATE SET data = excluded.data`
	selectImportChunk  statement = `SELECT data FROM import_chunks WHERE pool_id = $1 AND job_id = $2 AND seq = $3`
	deleteImportChunks statement = `DELETE FROM import_chunks WHERE pool_id = $1 AND job_id = $2`

	upsertImportLine statement = `INSERT INTO import_log (pool_id, job_id, line, text) VALUES ($1, $2, $3, $4)
		ON CONFLICT (pool_id, job_id, line) DO UPDATE SET text = excluded.text`
	listImportLog statement = `SELECT line, text FROM import_log
		WHERE pool_id = $1 AND job_id = $2 AND line > $3 ORDER BY line LIMIT CAST($4 AS BIGINT)`
)

func scanImportJob(rows *sql.Rows) (*store.ImportJob, error) {
	var j store.ImportJob
	var lease, created int64
	err := rows.Scan(&j.PoolID, &j.ID, &j.Status, &j.Worker, &lease, &j.Line, &j.Offset, &j.Imported, &j.Skipped, &j.Failed,
		&j.Size, &j.Data, &created)
	j.LeaseUntil, j.CreatedAt = fromMicros(lease), fromMicros(created)
	return &j, err
}

// importJobRow are the columns but the last, which no update sets.
func importJobRow(j *store.ImportJob) []any {
	return []any{
		j.PoolID, j.ID, j.Status, j.Worker, micros(j.LeaseUntil), j.Line, j.Offset, j.Imported, j.Skipped, j.Failed,
		j.Size, plainText(string(j.Data)),
	}
}

// ImportJob implements store.Imports.
func (r *reads) ImportJob(ctx context.Context, poolID, id string) (*store.ImportJob, error) {
	return get(ctx, r, r.toEdit(selectImportJob, selectImportJobToEdit), scanImportJob, poolID, id)
}

// ListImportJobs implements store.Imports.
func (r *reads) ListImportJobs(
	ctx context.Context, poolID string, before time.Time, beforeID string, limit int,
) ([]*store.ImportJob, error) {
	return all(ctx, r, listImportJobs, scanImportJob, poolID, microsBefore(before), beforeID, limit)
}

// ImportChunk implements store.Imports.
func (r *reads) ImportChunk(ctx context.Context, poolID, id string, n int) ([]byte, error) {
	return get(ctx, r, selectImportChunk, scanBytes, poolID, id, n)
}

// ImportLog implements store.Imports.
func (r *reads) ImportLog(
	ctx context.Context, poolID, id string, after int64, limit int,
) ([]store.ImportLine, error) {
	scan := func(rows *sql.Rows) (l store.ImportLine, err error) {
		err = rows.Scan(&l.Line, &l.Text)
		return l, err
	}
	return all(ctx, r, listImportLog, scan, poolID, id, after, limit)
}

// CountImportJobs implements store.ImportTx.
func (t *tx) CountImportJobs(ctx context.Context, poolID string, statuses ...string) (int, error) {
	total := 0
	scan := func(rows *sql.Rows) (none struct{}, err error) {
		var status string
		var n int
		err = rows.Scan(&status, &n)
		if len(statuses) == 0 || slices.Contains(statuses, status) {
			total += n
		}
		return none, err
	}
	_, err := all(ctx, &t.reads, countImportJobs, scan, poolID)
	return total, err
}

// CreateImportJob implements store.ImportTx.
func (t *tx) CreateImportJob(ctx context.Context, j *store.ImportJob) error {
	return t.changeOr(ctx, store.ErrExists, insertImportJob, append(importJobRow(j), micros(j.CreatedAt))...)
}

// UpdateImportJob implements store.ImportTx.
func (t *tx) UpdateImportJob(ctx context.Context, j *store.ImportJob) error {
	return t.changeOr(ctx, store.ErrNotFound, updateImportJob, importJobRow(j)...)
}

// ClaimImportJob implements store.ImportTx. On PostgreSQL it passes over jobs that
// another transaction holds, so that many workers find many jobs; the update decides.
func (t *tx) ClaimImportJob(ctx context.Context, worker string, now, lease time.Time) (*store.ImportJob, error) {
	scan := func(rows *sql.Rows) (key [2]string, err error) {
		err = rows.Scan(&key[0], &key[1])
		return key, err
	}
	key, err := get(ctx, &t.reads, t.toEdit(selectImportJobToRun, selectImportJobToClaim), scan, micros(now))
	if err != nil {
		return nil, err
	}
	j, err := get(ctx, &t.reads, claimImportJob, scanImportJob, micros(now), key[0], key[1], worker, micros(lease))
	if errors.Is(err, store.ErrNotFound) { // taken in this moment: there may be another
		return nil, store.ErrStale
	}
	return j, err
}

// PutImportChunk implements store.ImportTx. ErrNotFound: there is no such job.
func (t *tx) PutImportChunk(ctx context.Context, poolID, id string, n int, data []byte) error {
	if data == nil {
		data = []byte{}
	}
	return t.change(ctx, upsertImportChunk, poolID, id, n, data)
}

// DeleteImportChunks implements store.ImportTx. None there is fine.
func (t *tx) DeleteImportChunks(ctx context.Context, poolID, id string) error {
	return t.change(ctx, deleteImportChunks, poolID, id)
}

// AddImportLines implements store.ImportTx. ErrNotFound: there is no such job.
func (t *tx) AddImportLines(ctx context.Context, poolID, id string, lines []store.ImportLine) error {
	for _, l := range lines {
		if err := t.change(ctx, upsertImportLine, poolID, id, l.Line, plainText(l.Text)); err != nil {
			return err
		}
	}
	return nil
}
