package importer

import (
	"context"
	"errors"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// NewJob is what an administrator gives to make a job.
type NewJob struct {
	Name      string
	RoleARN   string
	Algorithm string // as userpool.ImportedRow's hashes are made; "" for none
}

// Create makes a job, whose file can then be put to its URL. Faults:
// InvalidParameter, LimitExceeded, ResourceNotFound.
func (s *Service) Create(ctx context.Context, p *userpool.Pool, n NewJob) (*Job, error) {
	place := userpool.Place{Region: p.Region, AccountID: s.AccountID}
	if problem := userpool.RoleProblem(n.RoleARN, place); problem != "" {
		return nil, fault.New(fault.InvalidParameter, problem)
	}
	id, err := userpool.NewImportJobID(s.Rand)
	if err != nil {
		return nil, err
	}
	now := s.now()
	r := &record{
		&store.ImportJob{PoolID: p.ID, ID: id, Status: userpool.ImportCreated, LeaseUntil: now.Add(startWithin), CreatedAt: now},
		details{Name: n.Name, RoleARN: n.RoleARN, Algorithm: n.Algorithm},
	}
	if err := r.pack(); err != nil {
		return nil, err
	}
	most := s.Quotas.Of(userpool.QuotaImportJobs)
	err = s.Store.Write(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, p.ID); err != nil { // also: one at a time
			return err
		}
		have, err := tx.CountImportJobs(ctx, p.ID)
		if err != nil {
			return err
		}
		if have >= most {
			return fault.ErrQuota(fault.LimitExceeded, most, "import jobs per user pool")
		}
		return tx.CreateImportJob(ctx, r.ImportJob)
	})
	if err != nil {
		return nil, noPool(err, p)
	}
	return s.view(r), nil
}

func noPool(err error, p *userpool.Pool) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.ErrNoPool(p.ID).Because(err)
	}
	return err
}

// Job gives one job. The fault is ResourceNotFound.
func (s *Service) Job(ctx context.Context, p *userpool.Pool, id string) (*Job, error) {
	r, err := read(s.Store.ImportJob(ctx, p.ID, id))
	if err != nil {
		return nil, noJob(err, id)
	}
	return s.view(r), nil
}

// List gives a page of a pool's jobs, newest first, behind the job with the time and
// id; a zero time is the beginning.
func (s *Service) List(ctx context.Context, p *userpool.Pool, before time.Time, beforeID string, limit int) ([]*Job, error) {
	stored, err := s.Store.ListImportJobs(ctx, p.ID, before, beforeID, limit)
	if err != nil {
		return nil, err
	}
	jobs := make([]*Job, len(stored))
	for i, j := range stored {
		r, err := read(j, nil)
		if err != nil {
			return nil, err
		}
		jobs[i] = s.view(r)
	}
	return jobs, nil
}

// Start hands a job to the workers. Faults: ResourceNotFound, PreconditionNotMet.
func (s *Service) Start(ctx context.Context, p *userpool.Pool, id string) (*Job, error) {
	return s.change(ctx, p, id, func(tx store.Tx, r *record) error {
		// The pool's row keeps two starts apart, and a start from a change of the schema.
		pool, err := tx.Pool(ctx, p.ID)
		if err != nil {
			return noPool(err, p)
		}
		underWay, err := tx.CountImportJobs(ctx, p.ID, userpool.ImportsUnderWay()...)
		if err != nil {
			return err
		}
		now := s.now()
		switch status := r.status(now); {
		case status != userpool.ImportCreated:
			return notNow("The user import job %s cannot be started. Its status is %s.", id, status)
		case len(pool.Settings.AutoVerifiedAttributes) == 0:
			return notNow("The user pool must have auto verified attributes to import users.")
		case r.Size == 0:
			return notNow("The file of the user import job %s has not been uploaded.", id)
		case underWay > 0:
			return notNow("Another user import job of the user pool is under way.")
		}
		r.Status, r.StartedAt, r.LeaseUntil = userpool.ImportPending, now, time.Time{}
		return r.write(ctx, tx)
	})
}

// stopped is the message of a job that was stopped.
const stopped = "The Import Job was stopped by the developer."

// Stop ends a job that is started: at once when no worker has it, else with the
// worker's next rows, some milliseconds later. Faults: ResourceNotFound,
// PreconditionNotMet.
func (s *Service) Stop(ctx context.Context, p *userpool.Pool, id string) (*Job, error) {
	return s.change(ctx, p, id, func(tx store.Tx, r *record) error {
		now := s.now()
		switch status := r.status(now); {
		case status == userpool.ImportStopping:
			return nil
		case status == userpool.ImportPending,
			status == userpool.ImportInProgress && !r.LeaseUntil.After(now):
			return r.end(ctx, tx, userpool.ImportStopped, stopped, now)
		case status != userpool.ImportInProgress:
			return notNow("The user import job %s cannot be stopped. Its status is %s.", id, status)
		}
		r.Status = userpool.ImportStopping
		return r.write(ctx, tx)
	})
}

// change changes one job in a transaction and gives it as it is then.
func (s *Service) change(ctx context.Context, p *userpool.Pool, id string, f func(store.Tx, *record) error) (*Job, error) {
	var r *record
	err := s.Store.Write(ctx, func(tx store.Tx) (err error) {
		if r, err = read(tx.ImportJob(ctx, p.ID, id)); err != nil {
			return noJob(err, id)
		}
		return f(tx, r)
	})
	if err != nil {
		return nil, err
	}
	return s.view(r), nil
}
