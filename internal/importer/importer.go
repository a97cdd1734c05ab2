// Package importer makes users from CSV files (reference: api-behaviour §20.7).
//
// A job is made by an administrator, who gets an address and puts the file there.
// The file lies in the store in sealed pieces until the job is done. Started, the
// job belongs to whichever node claims it first:
//
//	Create ─▶ Created ── Upload: 256 KiB at a time ──▶ Start ─▶ Pending
//	            └─ after a day: Expired                            │ claimed by a worker, with a lease
//	                                                               ▼
//	  ┌─ 100 rows: read ─▶ users made ─▶ one transaction ◀──── InProgress
//	  │        ▲            users, log lines, counters, place in the file, lease
//	  └────────┘
//	        │ end of the file       ─▶ Succeeded
//	        │ too many rows fail    ─▶ Failed (as a file that can't be read)
//	        └ Stop was called       ─▶ Stopped
//
// How far a job has come is written with the users that it made, so a node that dies
// leaves nothing half done: when its lease has run out another one goes on with the
// next row. A worker that was only slow finds in its next transaction that the job is
// no longer its own, and leaves it alone.
//
// Rows that can't become users are told in the job's log, which is read at the
// address that the file was put to, and stop nothing. No log line repeats a value.
package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/seal"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Limits of a job (reference: api-behaviour §20.7).
const (
	MaxFile  = 100 << 20 // bytes
	maxUsers = 500_000
	// A Created job that is not started for so long has expired.
	startWithin = 24 * time.Hour
)

// Store is what imports read and write.
type Store interface {
	Pool(ctx context.Context, id string) (*userpool.Pool, error)
	store.Imports
	store.Writer
}

// Service carries out imports. Its fields are set once, before use.
type Service struct {
	Store     Store
	Accounts  *account.Service
	Keys      *seal.Keyring // seals files, signs addresses
	PublicURL string        // without a slash at its end
	AccountID string        // 12 digits
	Quotas    userpool.Quotas
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
}

// Job is an import job as the API tells of it.
type Job struct {
	PoolID    string
	ID        string
	Name      string
	RoleARN   string
	Algorithm string // of the password hashes in the file; "" for none
	Status    string // as userpool.Import…
	URL       string // where the file is put and the log is read; works for 15 minutes
	Message   string // why the job ended
	Imported  int64
	Skipped   int64
	Failed    int64
	CreatedAt time.Time
	StartedAt time.Time // zero before
	EndedAt   time.Time // zero before
}

// details is what Data of a stored job holds.
type details struct {
	Name      string    `json:"name"`
	RoleARN   string    `json:"role"`
	Algorithm string    `json:"algorithm,omitempty"`
	Upload    string    `json:"upload,omitempty"` // names the upload under way
	Rows      int64     `json:"rows,omitempty"`   // lines of the file that hold something, without the header
	StartedAt time.Time `json:"startedAt,omitzero"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
	Message   string    `json:"message,omitempty"`
}

// record is a stored job with its details.
type record struct {
	*store.ImportJob
	details
}

func read(j *store.ImportJob, err error) (*record, error) {
	if err != nil {
		return nil, err
	}
	r := &record{ImportJob: j}
	if err := json.Unmarshal(j.Data, &r.details); err != nil {
		return nil, fmt.Errorf("importer: job %s: %w", j.ID, err)
	}
	return r, nil
}

// write keeps the record in its transaction.
func (r *record) write(ctx context.Context, tx store.Tx) error {
	if err := r.pack(); err != nil {
		return err
	}
	return tx.UpdateImportJob(ctx, r.ImportJob)
}

func (r *record) pack() (err error) {
	r.Data, err = json.Marshal(r.details)
	return err
}

// status is the state that a job is in at now: one that was made long ago has
// expired, also while no worker has noted it yet.
func (r *record) status(now time.Time) string {
	if r.Status == userpool.ImportCreated && !now.Before(r.LeaseUntil) {
		return userpool.ImportExpired
	}
	return r.Status
}

// end ends a job in its transaction. The file is not needed any more.
func (r *record) end(ctx context.Context, tx store.Tx, status, message string, now time.Time) error {
	r.Status, r.Message, r.EndedAt = status, message, now
	r.Worker, r.LeaseUntil = "", time.Time{}
	if err := tx.DeleteImportChunks(ctx, r.PoolID, r.ID); err != nil {
		return err
	}
	return r.write(ctx, tx)
}

func (s *Service) view(r *record) *Job {
	return &Job{
		PoolID: r.PoolID, ID: r.ID, Name: r.Name, RoleARN: r.RoleARN, Algorithm: r.Algorithm,
		Status: r.status(s.Now()), URL: s.address(r.PoolID, r.ID), Message: r.Message,
		Imported: r.Imported, Skipped: r.Skipped, Failed: r.Failed,
		CreatedAt: r.CreatedAt, StartedAt: r.StartedAt, EndedAt: r.EndedAt,
	}
}

// now is the present as it is stored.
func (s *Service) now() time.Time { return store.Time(s.Now()) }

func noJob(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.Newf(fault.ResourceNotFound, "User import job %s does not exist.", id).Because(err)
	}
	return err
}

func notNow(format string, args ...any) error {
	return fault.Newf(fault.PreconditionNotMet, format, args...)
}
