package importer

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	pollEvery = 500 * time.Millisecond // how often a worker looks for jobs
	atOnce    = 4                      // jobs that one worker runs at the same time
	// leaseLife is how long a job stays a worker's without a word of it. It gives one
	// with every batch, many times a second.
	leaseLife = 5 * time.Second
)

// Run looks for jobs and runs them until ctx ends. What it can't finish by then, it
// gives back.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for places := make(chan struct{}, atOnce); ; {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		// A name for each job: one that is claimed again here, because its lease ran
		// out, is another worker's.
		worker := rand.Text()
		job, err := s.claim(ctx, worker)
		if err == nil {
			running.Go(func() {
				defer func() { <-places }()
				s.workOn(ctx, worker, job)
			})
			continue
		}
		<-places
		if !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "import jobs can't be looked for", "err", err)
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return
		}
	}
}

// Step runs one job, if one waits, and says whether there was one. Run does the same
// again and again.
func (s *Service) Step(ctx context.Context) (bool, error) {
	worker := rand.Text()
	job, err := s.claim(ctx, worker)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.work(ctx, worker, job)
}

func (s *Service) claim(ctx context.Context, worker string) (*record, error) {
	var job *record
	err := s.Store.Write(ctx, func(tx store.Tx) (err error) {
		now := s.now()
		job, err = read(tx.ClaimImportJob(ctx, worker, now, now.Add(leaseLife)))
		return err
	})
	return job, err
}

// workOn is work with a word in the log.
func (s *Service) workOn(ctx context.Context, worker string, job *record) {
	switch err := s.work(ctx, worker, job); {
	case err == nil:
	case ctx.Err() != nil:
		s.giveBack(ctx, worker, job)
	default: // when the lease has run out, it is tried again
		s.Log.ErrorContext(ctx, "user import interrupted", "pool", job.PoolID, "job", job.ID, "err", err)
	}
}

// giveBack ends the lease of a job, so that another worker need not wait for it.
func (s *Service) giveBack(ctx context.Context, worker string, job *record) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := s.Store.Write(ctx, func(tx store.Tx) error {
		r, err := s.mine(ctx, tx, worker, job)
		if err != nil {
			return err
		}
		r.Worker, r.LeaseUntil = "", time.Time{}
		return r.write(ctx, tx)
	})
	if err != nil && !errors.Is(err, errNotMine) {
		s.Log.WarnContext(ctx, "import job not given back", "pool", job.PoolID, "job", job.ID, "err", err)
	}
}

// errNotMine ends the work on a job that is another worker's by now, or gone with
// its pool.
var errNotMine = errors.New("importer: the job is not this worker's any more")

// mine reads a job in a transaction of the worker that has it.
func (s *Service) mine(ctx context.Context, tx store.Tx, worker string, job *record) (*record, error) {
	r, err := read(tx.ImportJob(ctx, job.PoolID, job.ID))
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Worker != worker {
		return nil, errNotMine
	}
	return r, err
}

// work carries a claimed job to its end.
func (s *Service) work(ctx context.Context, worker string, job *record) error {
	run := &run{s: s, worker: worker, job: job}
	var err error
	switch job.Status {
	case userpool.ImportCreated:
		err = run.end(ctx, userpool.ImportExpired, "")
	case userpool.ImportStopping:
		err = run.end(ctx, userpool.ImportStopped, stopped)
	default:
		err = run.file(ctx)
	}
	if errors.Is(err, errNotMine) {
		return nil
	}
	if err == nil {
		s.Log.InfoContext(ctx, "user import ended", "pool", job.PoolID, "job", job.ID, "status", run.job.Status,
			"imported", run.job.Imported, "skipped", run.job.Skipped, "failed", run.job.Failed)
	}
	return err
}
