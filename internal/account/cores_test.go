package account

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"idpond/internal/userpool"
)

// TestNeverMoreThanCores has every core busy: the next hash waits for one, and who
// does not want to wait leaves without an answer.
func TestNeverMoreThanCores(t *testing.T) {
	w := Argon2Hashes(time.Now, Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	p, u := &userpool.Pool{ID: "eu-west-1_a"}, &userpool.User{Username: "ada"}
	for range runtime.GOMAXPROCS(0) {
		w.cores <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := w.Make(ctx, p, u, "Passw0rd!"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("with every core busy: %v", err)
	}
	waiting := make(chan error)
	go func() {
		_, err := w.Make(t.Context(), p, u, "Passw0rd!")
		waiting <- err
	}()
	select {
	case err := <-waiting:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	<-w.cores
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}
