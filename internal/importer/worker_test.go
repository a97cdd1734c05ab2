package importer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// wantAll wants each row of fileOf(n) to be in the log once, and nobody else.
func (h *house) wantAll(id string, n int) {
	h.Helper()
	if got, want := sums(h.job(id)), fmt.Sprintf("Succeeded %d/0/0 Import Job Completed Successfully.", n); got != want {
		h.Errorf("got %s, want %s", got, want)
	}
	lines := h.log(id)
	for i := range n {
		if want := fmt.Sprintf("[SUCCEEDED] Line Number %d - The import succeeded.", i+2); i >= len(lines) || lines[i] != want {
			h.Fatalf("line %d of the log is not %q, of %d", i, want, len(lines))
		}
	}
	if have := h.users(); have != int64(n) || len(lines) != n {
		h.Errorf("%d users and %d lines of the log, want %d of both", have, len(lines), n)
	}
}

// TestPowerCuts ends the server in every place of an import: the next one goes on
// where it was, when the lease has run out, and the sums are right.
func TestPowerCuts(t *testing.T) {
	const rows = 350
	for writes := range 6 { // the claim, three full batches, the last one
		h := newHouse(t)
		j := h.started(fileOf(rows), "")
		healthy := h.Store
		h.Store = &cutStore{healthy, writes}
		if _, err := h.Step(t.Context()); writes < 5 && !errors.Is(err, errPower) {
			t.Fatalf("after %d writes: %v", writes, err)
		}
		h.Store = healthy
		if writes > 1 {
			if got := h.job(j.ID); got.Imported != min(int64(writes-1)*100, rows) {
				t.Errorf("after %d writes: %s", writes, sums(got))
			}
		}
		if worked, err := h.Step(t.Context()); writes > 0 && (worked || err != nil) {
			t.Errorf("after %d writes: another worker has the job before its lease has run out (%v)", writes, err)
		}
		h.advance(5 * time.Second)
		h.done(j.ID)
		h.wantAll(j.ID, rows)
	}
}

// TestSlowWorker: a worker that slept through its lease does nothing more, and what
// it was about to write is written once, by the other one.
func TestSlowWorker(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(250), "")
	quick := *h.Service
	writes := 0
	h.Store = &hookStore{quick.Store, func() {
		if writes++; writes != 3 { // the second batch
			return
		}
		h.advance(6 * time.Second)
		if worked, err := quick.Step(t.Context()); !worked || err != nil {
			t.Errorf("the quick worker: %t, %v", worked, err)
		}
	}}
	if worked, err := h.Step(t.Context()); !worked || err != nil {
		t.Errorf("the slow worker: %t, %v", worked, err)
	}
	h.wantAll(j.ID, 250)
}

// TestSlowWorkerOfTheSameNode is TestSlowWorker where both are of one Run: the one
// that sleeps while it reads finds that the other one has the job.
func TestSlowWorkerOfTheSameNode(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(250), "")
	owners := make(chan string, 2)
	second := make(chan struct{})
	var reads atomic.Int64
	h.Store = &readStore{h.Store, func() {
		n := reads.Add(1)
		if n > 2 {
			return
		}
		kept, err := h.store.ImportJob(t.Context(), j.PoolID, j.ID)
		if err != nil {
			t.Error(err)
			return
		}
		owners <- kept.Worker
		if n == 2 {
			close(second)
			return
		}
		h.advance(6 * time.Second)
		<-second
	}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { h.Run(ctx); close(done) }()
	for h.job(j.ID).Status != userpool.ImportSucceeded {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	h.wantAll(j.ID, 250)
	if first, other := <-owners, <-owners; first == other {
		t.Errorf("both are called %q", first)
	}
}

// TestEmptyLines: a file of line ends is passed in pieces, so that the lease holds.
func TestEmptyLines(t *testing.T) {
	h := newHouse(t)
	file := fileOf(1)
	head, row, _ := strings.Cut(file, "\n")
	j := h.started(head+strings.Repeat("\n", 45_000)+row, "")
	writes := 0
	h.Store = &hookStore{h.Store, func() { writes++ }}
	h.done(j.ID)
	if got, want := sums(h.job(j.ID)), "Succeeded 1/0/0 Import Job Completed Successfully."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if writes < 5 {
		t.Errorf("the lease was renewed with %d writes", writes)
	}
	if got, want := h.log(j.ID), []string{"[SUCCEEDED] Line Number 45001 - The import succeeded."}; !slices.Equal(got, want) {
		t.Errorf("log %q, want %q", got, want)
	}
}

// TestStopWhileRunning: the rows of the next transaction are not made any more.
func TestStopWhileRunning(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(350), "")
	healthy, writes := h.Store, 0
	h.Store = &hookStore{healthy, func() {
		if writes++; writes != 4 { // the third batch
			return
		}
		other := *h.Service
		other.Store = healthy
		stopping, err := other.Stop(t.Context(), h.pool, j.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := sums(stopping); got != "Stopping 200/0/0 " {
			t.Errorf("Stop answered %s", got)
		}
		if _, err := other.Stop(t.Context(), h.pool, j.ID); err != nil {
			t.Errorf("stop again: %v", err)
		}
	}}
	if _, err := h.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	j = h.job(j.ID)
	if got := sums(j); got != "Stopped 200/0/0 The Import Job was stopped by the developer." || h.users() != 200 || !j.EndedAt.Equal(h.clock()) {
		t.Errorf("got %s, %d users", got, h.users())
	}
}

// TestStopOfALostJob: nobody runs it, so it is stopped at once.
func TestStopOfALostJob(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(350), "")
	healthy := h.Store
	h.Store = &cutStore{healthy, 2}
	if _, err := h.Step(t.Context()); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	h.Store = healthy
	h.advance(5 * time.Second)
	j, err := h.Stop(t.Context(), h.pool, j.ID)
	if err != nil || sums(j) != "Stopped 100/0/0 The Import Job was stopped by the developer." {
		t.Errorf("%s, %v", sums(j), err)
	}
}

// TestManyWorkers run many jobs: each row of each is imported once.
func TestManyWorkers(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(1000), "")
	ctx, stop := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() { h.Run(ctx) })
	}
	for h.job(j.ID).Status != userpool.ImportSucceeded {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	workers.Wait()
	h.wantAll(j.ID, 1000)
}

// TestEndOfTheServer: a worker that is told to end gives its job back, so that the
// next one need not wait for the lease.
func TestEndOfTheServer(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(350), "")
	ctx, stop := context.WithCancel(t.Context())
	healthy := h.Store
	h.Store = &hookStore{healthy, func() {
		if got, err := h.Job(t.Context(), h.pool, j.ID); err != nil {
			t.Error(err)
		} else if got.Imported == 100 { // the second batch is about to be written
			stop()
		}
	}}
	h.Run(ctx)
	h.Store = healthy
	if got := sums(h.job(j.ID)); got != "InProgress 100/0/0 " {
		t.Fatalf("told to end in the second batch: %s", got)
	}
	h.done(j.ID) // with the clock as it was
	h.wantAll(j.ID, 350)
}

// TestPoolIsDeleted in the middle of an import: the worker stops without a word.
func TestPoolIsDeleted(t *testing.T) {
	h := newHouse(t)
	h.started(fileOf(350), "")
	healthy, writes := h.Store, 0
	h.Store = &hookStore{healthy, func() {
		if writes++; writes == 3 {
			h.write(func(tx store.Tx) error { return tx.DeletePool(t.Context(), h.pool.ID) })
		}
	}}
	if worked, err := h.Step(t.Context()); !worked || err != nil {
		t.Errorf("%t, %v", worked, err)
	}
	h.Store = healthy
	if worked, err := h.Step(t.Context()); worked || err != nil {
		t.Errorf("%t, %v", worked, err)
	}
}

// TestDamagedFile: a piece that is not what was uploaded fails the job.
func TestDamagedFile(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(10), "")
	h.write(func(tx store.Tx) error { return tx.PutImportChunk(t.Context(), h.pool.ID, j.ID, 0, []byte("x")) })
	if got := sums(h.done(j.ID)); got != "Failed 0/0/0 The file can't be read." {
		t.Error(got)
	}
	j = h.started(fileOf(10), "")
	h.write(func(tx store.Tx) error { return tx.DeleteImportChunks(t.Context(), h.pool.ID, j.ID) })
	if got := sums(h.done(j.ID)); got != "Failed 0/0/0 The file can't be read." {
		t.Error(got)
	}
}

// TestFileIsSealed: what is stored of a file shows nothing of it.
func TestFileIsSealed(t *testing.T) {
	h := newHouse(t)
	j := h.started(fileOf(10), "")
	piece, err := h.store.ImportChunk(t.Context(), h.pool.ID, j.ID, 0)
	if err != nil || strings.Contains(string(piece), "user-0") {
		t.Errorf("%d bytes, %v", len(piece), err)
	}
}

// TestTwoPools run at the same time, though only one job of a pool does.
func TestTwoPools(t *testing.T) {
	h := newHouse(t)
	other := *h.pool
	other.ID = "eu-west-1_other0000"
	h.write(func(tx store.Tx) error { return tx.CreatePool(t.Context(), &other) })
	first, mine := h.started(fileOf(5), ""), h.pool
	h.pool = &other
	second := h.started(fileOf(7), "")
	got := []string{sums(h.done(second.ID))}
	h.pool = mine
	got = append(got, sums(h.done(first.ID)))
	if want := []string{"Succeeded 7/0/0 " + done, "Succeeded 5/0/0 " + done}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

const done = "Import Job Completed Successfully."

// BenchmarkImport is of rows, in one job.
func BenchmarkImport(b *testing.B) {
	h := newHouse(b)
	j := h.created("")
	if err := h.Upload(b.Context(), h.address(j), strings.NewReader(fileOf(b.N))); err != nil {
		b.Fatal(err)
	}
	if _, err := h.Start(b.Context(), h.pool, j.ID); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	b.ReportAllocs()
	last := h.done(j.ID)
	if last.Imported != int64(b.N) {
		b.Fatal(sums(last))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
