package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"idpond/internal/store"
)

const (
	maxBatch    = 256 // functions that share one commit
	maxAttempts = 10  // of a function that finds its records stale
)

// writer is SQLite's one writer: a goroutine that runs the functions of many
// callers between one BEGIN IMMEDIATE and one COMMIT, each in a savepoint of its
// own. Nobody is told of success before the commit has reached the disk.
//
//	queue ─▶ BEGIN ─▶ SAVEPOINT f RELEASE ─▶ SAVEPOINT g ROLLBACK TO, RELEASE ─▶ … ─▶ COMMIT ─▶ answers
type writer struct {
	db    *sql.DB
	run   *connRunner
	tx    *tx
	queue chan *job
	ended chan struct{} // closed when the goroutine has ended

	mu     sync.RWMutex // held for reading while a job is put into the queue
	closed bool

	batch  []*job // jobs that ran since BEGIN; the last one may be running
	broken error  // why the batch can't be committed
}

// job is one call of Write.
type job struct {
	ctx    context.Context
	f      func(store.Tx) error
	state  atomic.Int32  // queued, then running or abandoned
	done   chan struct{} // closed when the answer is there
	err    error
	panics any  // what f panicked with
	exited bool // f ended its goroutine (as testing.T.FailNow does)
}

const (
	jobQueued int32 = iota
	jobRunning
	jobAbandoned
)

func openWriter(ctx context.Context, c Config) (*writer, error) {
	db, err := openDB(c, forWriting, 1)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	run := &connRunner{conn: conn, prepared: map[statement]*sql.Stmt{}}
	w := &writer{
		db:    db,
		run:   run,
		tx:    &tx{reads: reads{run: run, dialect: sqliteDialect(), seal: c.Seal, inTx: true}},
		queue: make(chan *job, maxBatch),
		ended: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

// write hands f to the writer and waits. A caller whose context ends before its
// turn leaves; after that it has to wait, since f is using its variables.
func (w *writer) write(ctx context.Context, f func(store.Tx) error) error {
	j := &job{ctx: ctx, f: f, done: make(chan struct{})}
	if err := w.enqueue(j); err != nil {
		return err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobQueued, jobAbandoned) {
			return ctx.Err()
		}
		<-j.done
	}
	if j.exited {
		runtime.Goexit()
	}
	if j.panics != nil {
		panic(j.panics)
	}
	return j.err
}

func (w *writer) enqueue(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// close lets the queue run empty.
func (w *writer) close() error {
	w.mu.Lock()
	again := w.closed
	w.closed = true
	w.mu.Unlock()
	if again {
		return nil
	}
	close(w.queue)
	<-w.ended
	return errors.Join(w.run.close(), w.db.Close())
}

// loop is the goroutine. If a job ends it by runtime.Goexit, another one goes on
// with the batch.
func (w *writer) loop() {
	finished := false
	defer func() {
		if finished {
			close(w.ended)
		} else {
			go w.loop()
		}
	}()
	if len(w.batch) > 0 {
		w.fill()
	}
	for j := range w.queue {
		w.begin()
		w.do(j)
		w.fill()
	}
	finished = true
}

// fill runs what waits in the queue, then commits.
func (w *writer) fill() {
	for len(w.batch) < maxBatch {
		select {
		case j, ok := <-w.queue:
			if ok {
				w.do(j)
				continue
			}
		default:
		}
		break
	}
	w.commit()
}

func (w *writer) begin() {
	w.batch, w.broken = w.batch[:0], nil
	if err := w.command(beginCommand); err != nil {
		w.broken = fmt.Errorf("begin: %w", err)
	}
}

func (w *writer) commit() {
	if w.broken == nil {
		if err := w.command(commitCommand); err != nil {
			w.broken = fmt.Errorf("commit: %w", err)
		}
	}
	if w.broken != nil {
		// Fails when the database has rolled back by itself; then all is well too.
		_ = w.command(rollbackCommand)
	}
	for i, j := range w.batch {
		if w.broken != nil && j.err == nil {
			j.err = w.broken
		}
		close(j.done)
		w.batch[i] = nil
	}
	w.batch = w.batch[:0]
}

// do runs one job in the open transaction, again while its records are stale.
func (w *writer) do(j *job) {
	if !j.state.CompareAndSwap(jobQueued, jobRunning) {
		return
	}
	w.batch = append(w.batch, j)
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	for range maxAttempts {
		if w.broken != nil {
			return
		}
		if w.attempt(j); !errors.Is(j.err, store.ErrStale) {
			return
		}
	}
}

// attempt runs a job's function in a savepoint. A panic, or the end of the
// goroutine, is kept for the caller of Write.
func (w *writer) attempt(j *job) {
	if w.broken = w.command(savepointCommand); w.broken != nil {
		return
	}
	returned := false
	defer func() {
		if !returned {
			j.panics = recover()
			j.exited = j.panics == nil
			j.err = errors.New("store: the transaction's function did not return")
		}
		if j.err != nil {
			w.broken = w.command(rollbackToCommand)
		}
		if w.broken == nil {
			w.broken = w.command(releaseCommand)
		}
	}()
	w.tx.configured = false
	j.err = j.f(w.tx)
	returned = true
	if j.err == nil {
		j.err = w.tx.raiseVersion(context.Background())
	}
}

// The commands of the writer. They are not statements: they have no plan.
const (
	beginCommand      = `BEGIN IMMEDIATE`
	commitCommand     = `COMMIT`
	rollbackCommand   = `ROLLBACK`
	savepointCommand  = `SAVEPOINT f`
	rollbackToCommand = `ROLLBACK TO f`
	releaseCommand    = `RELEASE f`
)

func (w *writer) command(text string) error {
	_, err := w.run.exec(context.Background(), statement(text))
	return err
}
