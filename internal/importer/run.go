package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// batchRows is how many rows one transaction has. More would make others wait
// longer for theirs, and gain little.
const batchRows = 100

// batchLines is how many lines a transaction passes at most, those that hold
// nothing among them: a file of nothing but line ends must not outlast the lease.
const batchLines = 10_000

// How a job ends (reference: api-behaviour §20.7; the others are our own).
const (
	completed     = "Import Job Completed Successfully."
	tooManyFailed = "Too many users have failed or been skipped during the import."
	notText       = "The file is not UTF-8 text without byte order mark."
	tooManyUsers  = "The file has more than 500000 users."
	damaged       = "The file can't be read."
)

// Too many rows have failed when a thousand have and they are more than all the
// others. Skipped ones don't count: a file is imported again to have the rows skipped
// that were done before a job was stopped.
const failuresFrom = 1000

// run is the work on one job.
type run struct {
	s       *Service
	worker  string
	job     *record
	pool    *userpool.Pool
	columns []string
	lines   lineReader
}

// file imports the job's file from where it was left.
func (r *run) file(ctx context.Context) error {
	var err error
	if r.pool, err = r.s.Store.Pool(ctx, r.job.PoolID); errors.Is(err, store.ErrNotFound) {
		return errNotMine
	} else if err != nil {
		return err
	}
	r.lines = lineReader{size: r.job.Size, chunk: func(n int) ([]byte, error) { return r.s.chunk(ctx, r.job, n) }}
	if problem, err := r.header(); err != nil || problem != "" {
		return r.broken(ctx, problem, err)
	}
	if r.job.Offset > 0 {
		r.lines.seek(r.job.Line, r.job.Offset)
	}
	for {
		b, err := r.read()
		if err != nil {
			return r.broken(ctx, "", err)
		}
		if done, err := r.keep(ctx, b); done || err != nil {
			return err
		}
	}
}

// broken fails a job whose file can't be imported. Other errors are not the file's
// fault: they end the work, and the job is tried again.
func (r *run) broken(ctx context.Context, problem string, err error) error {
	switch {
	case problem != "":
		return r.end(ctx, userpool.ImportFailed, problem)
	case errors.Is(err, errDamaged):
		r.s.Log.ErrorContext(ctx, "the file of an import job is damaged", "pool", r.job.PoolID, "job", r.job.ID, "err", err)
		return r.end(ctx, userpool.ImportFailed, damaged)
	}
	return err
}

// errDamaged is the error of a file that is not as it was uploaded.
var errDamaged = errors.New("importer: the stored file is damaged")

// chunk reads and opens a piece of a job's file.
func (s *Service) chunk(ctx context.Context, job *record, n int) ([]byte, error) {
	sealed, err := s.Store.ImportChunk(ctx, job.PoolID, job.ID, n)
	if errors.Is(err, store.ErrNotFound) { // the job may have been stopped just now
		if now, err := read(s.Store.ImportJob(ctx, job.PoolID, job.ID)); errors.Is(err, store.ErrNotFound) || err == nil && now.Worker != job.Worker {
			return nil, errNotMine
		}
		return nil, fmt.Errorf("%w: piece %d is missing", errDamaged, n)
	}
	if err != nil {
		return nil, err
	}
	piece, err := s.Keys.Open(sealed, chunkIdentity(job.PoolID, job.ID, n))
	if err != nil {
		return nil, fmt.Errorf("%w: piece %d: %w", errDamaged, n, err)
	}
	return piece, nil
}

// header reads the first line, and says what is wrong with the file as a whole.
func (r *run) header() (problem string, err error) {
	first, err := r.lines.next()
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return "", err
	case !utf8.ValidString(first.text) || strings.HasPrefix(first.text, "\uFEFF"):
		return notText, nil
	case r.job.Rows > maxUsers:
		return tooManyUsers, nil
	}
	r.columns = split(first.text)
	return r.pool.ImportHeaderProblem(r.columns, r.job.Algorithm != ""), nil
}

// row is one line of the file: a user, or the reason why there is none.
type row struct {
	line   int64
	end    int64 // offset behind it
	user   *userpool.User
	reason string
}

// batch is what one transaction writes.
type batch struct {
	rows        []row
	line, end   int64 // where the file goes on
	fileHasNone bool  // the end was reached
}

// read reads the next rows. Lines that hold nothing are passed over.
func (r *run) read() (batch, error) {
	b := batch{rows: make([]row, 0, batchRows)}
	for n := 0; n < batchLines && len(b.rows) < batchRows; n++ {
		l, err := r.lines.next()
		if errors.Is(err, io.EOF) {
			b.fileHasNone = true
			break
		}
		if err != nil {
			return b, err
		}
		if l.cut || strings.TrimSpace(l.text) != "" {
			user, reason, err := r.user(l)
			if err != nil {
				return b, err
			}
			b.rows = append(b.rows, row{line: l.number, end: l.end, user: user, reason: reason})
		}
	}
	b.line, b.end = r.lines.number, r.lines.offset
	return b, nil
}

// user makes the user of a line, or gives the reason why it can't be one.
func (r *run) user(l line) (u *userpool.User, reason string, err error) {
	switch {
	case l.cut:
		return nil, fmt.Sprintf("The line is longer than %d characters.", maxRow), nil
	case !utf8.ValidString(l.text) || strings.ContainsRune(l.text, 0):
		return nil, "The line is not UTF-8 text.", nil
	}
	values := split(l.text)
	if len(values) != len(r.columns) {
		return nil, fmt.Sprintf("The line has %d values, the header %d columns.", len(values), len(r.columns)), nil
	}
	data, problem := r.pool.ImportedRow(r.columns, values)
	if problem != "" {
		return nil, problem, nil
	}
	u, err = r.s.Accounts.Imported(r.pool, data, r.job.Algorithm)
	if fault.Is(err, fault.InvalidParameter) {
		return nil, fault.Of(err).Message, nil
	}
	return u, "", err
}

// keep writes a batch: users, log, counters and place in one transaction. It says
// whether the job has ended.
func (r *run) keep(ctx context.Context, b batch) (done bool, err error) {
	var job *record
	err = r.s.Store.Write(ctx, func(tx store.Tx) (err error) {
		done = false
		if job, err = r.s.mine(ctx, tx, r.worker, r.job); err != nil {
			return err
		}
		now := r.s.now()
		if job.Status == userpool.ImportStopping {
			done = true
			return job.end(ctx, tx, userpool.ImportStopped, stopped, now)
		}
		failed, err := r.addRows(ctx, tx, job, b)
		switch {
		case err != nil:
			return err
		case failed:
			done = true
			return job.end(ctx, tx, userpool.ImportFailed, tooManyFailed, now)
		case b.fileHasNone:
			done = true
			return job.end(ctx, tx, userpool.ImportSucceeded, completed, now)
		}
		job.Status, job.LeaseUntil = userpool.ImportInProgress, now.Add(leaseLife)
		return job.write(ctx, tx)
	})
	if err == nil {
		r.job = job
	}
	return done, err
}

// addRows makes the users of a batch and counts what came of each row. It reports
// whether too many failed; what stands behind the last of them is then not done.
func (r *run) addRows(ctx context.Context, tx store.Tx, job *record, b batch) (failed bool, err error) {
	log := make([]store.ImportLine, 0, len(b.rows))
	for _, row := range b.rows {
		text, err := r.addRow(ctx, tx, job, row)
		if err != nil {
			return false, err
		}
		log = append(log, store.ImportLine{Line: row.line, Text: text})
		job.Line, job.Offset = row.line, row.end
		if failed = job.Failed >= failuresFrom && job.Failed > job.Imported+job.Skipped; failed {
			break
		}
	}
	if !failed {
		job.Line, job.Offset = b.line, b.end
	}
	return failed, tx.AddImportLines(ctx, job.PoolID, job.ID, log)
}

// addRow makes one user and gives the line of the log (reference: api-behaviour §20.7).
func (r *run) addRow(ctx context.Context, tx store.Tx, job *record, row row) (string, error) {
	reason := row.reason
	if reason == "" {
		err := r.s.Accounts.Import(ctx, tx, r.pool, row.user)
		switch {
		case err == nil:
			job.Imported++
			return fmt.Sprintf("[SUCCEEDED] Line Number %d - The import succeeded.", row.line), nil
		case errors.Is(err, account.ErrAlreadyThere):
			job.Skipped++
			return fmt.Sprintf("[SKIPPED] Line Number %d - The user already exists.", row.line), nil
		case !fault.Is(err, fault.AliasExists):
			return "", err
		}
		reason = fault.Of(err).Message
	}
	job.Failed++
	return fmt.Sprintf("[FAILED] Line Number %d - %s", row.line, oneLine(reason)), nil
}

// oneLine writes the sentences about several attributes behind each other.
func oneLine(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", " ")
}

// end ends the job.
func (r *run) end(ctx context.Context, status, message string) error {
	return r.s.Store.Write(ctx, func(tx store.Tx) error {
		job, err := r.s.mine(ctx, tx, r.worker, r.job)
		if err != nil {
			return err
		}
		if job.Status == userpool.ImportStopping && status == userpool.ImportFailed {
			status, message = userpool.ImportStopped, stopped
		}
		r.job = job
		return job.end(ctx, tx, status, message, r.s.now())
	})
}
