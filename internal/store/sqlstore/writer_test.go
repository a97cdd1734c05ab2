package sqlstore

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// batchOf runs the functions in one batch: the first waits until the others are in
// the queue. It gives their errors.
func batchOf(t *testing.T, w *writer, functions ...func(store.Tx) error) []error {
	t.Helper()
	results := make([]chan error, len(functions))
	entered, goOn := make(chan struct{}), make(chan struct{})
	for i, f := range functions {
		results[i] = make(chan error, 1)
		run := f
		if i == 0 {
			run = func(tx store.Tx) error {
				close(entered)
				<-goOn
				return f(tx)
			}
		}
		go func() { results[i] <- w.write(t.Context(), run) }()
		if i == 0 {
			<-entered
		}
		for len(w.queue) < i {
			time.Sleep(time.Millisecond)
		}
	}
	close(goOn)
	errs := make([]error, len(functions))
	for i := range results {
		errs[i] = <-results[i]
	}
	return errs
}

func testWriter(t *testing.T) (*writer, *Store) {
	t.Helper()
	c := Config{DSN: filepath.Join(t.TempDir(), "x.db")}
	if err := Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	s, err := openSQLite(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w, err := openWriter(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.close() })
	return w, s
}

func create(id string) func(store.Tx) error {
	return func(tx store.Tx) error {
		return tx.CreatePool(context.Background(), &userpool.Pool{ID: id, Region: "r"})
	}
}

func poolIDs(t *testing.T, s *Store) string {
	t.Helper()
	pools, err := s.ListPools(t.Context(), "r", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, p := range pools {
		all += p.ID
	}
	return all
}

// TestSharedCommit: functions of one commit see each other, nobody else sees them
// before it, and one that fails is undone alone.
func TestSharedCommit(t *testing.T) {
	w, s := testWriter(t)
	boom := errors.New("boom")
	version, err := s.ConfigVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	errs := batchOf(t, w,
		create("a"),
		func(tx store.Tx) error { return errors.Join(create("b")(tx), boom) },
		func(tx store.Tx) error {
			if seen := poolIDs(t, s); seen != "" {
				t.Errorf("another connection sees %q before the commit", seen)
			}
			if _, err := tx.Pool(t.Context(), "a"); err != nil {
				t.Errorf("a function doesn't see the one before: %v", err)
			}
			if _, err := tx.Pool(t.Context(), "b"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a function sees what was undone: %v", err)
			}
			return nil
		},
		create("c"),
	)
	if errs[0] != nil || !errors.Is(errs[1], boom) || errs[2] != nil || errs[3] != nil {
		t.Errorf("got errors %v", errs)
	}
	if got := poolIDs(t, s); got != "ac" {
		t.Errorf("pools %q, want ac", got)
	}
	if now, err := s.ConfigVersion(t.Context()); err != nil || now != version+2 {
		t.Errorf("error %v, version %d, want %d: once for each change that was kept", err, now, version+2)
	}
}

// TestBrokenCommit: when the database gives up the whole transaction, as it does
// when the disk is full, all who shared it learn that, and the next one works.
func TestBrokenCommit(t *testing.T) {
	w, s := testWriter(t)
	errs := batchOf(t, w,
		create("a"),
		func(store.Tx) error { return w.command(rollbackCommand) },
		create("c"),
	)
	for i, err := range errs {
		if err == nil {
			t.Errorf("function %d was acknowledged", i)
		}
	}
	if got := poolIDs(t, s); got != "" {
		t.Errorf("pools %q, want none", got)
	}
	if err := w.write(t.Context(), create("d")); err != nil {
		t.Error(err)
	}
	if got := poolIDs(t, s); got != "d" {
		t.Errorf("pools %q, want d", got)
	}
}

// TestLeavingTheQueue: a caller whose context ends while it waits leaves at once, and
// its function never runs.
func TestLeavingTheQueue(t *testing.T) {
	w, s := testWriter(t)
	entered, goOn, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		first <- w.write(t.Context(), func(tx store.Tx) error {
			close(entered)
			<-goOn
			return create("a")(tx)
		})
	}()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() { second <- w.write(ctx, create("b")) }()
	for len(w.queue) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := w.write(t.Context(), create("c")); err != nil {
		t.Error(err)
	}
	if got := poolIDs(t, s); got != "ac" {
		t.Errorf("pools %q, want ac", got)
	}
}
