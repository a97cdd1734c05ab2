package account

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"idpond/internal/userpool"
)

// TestNeverMoreThanCores has every core busy: the next hash waits for one, and who
// does not want to wait leaves without an answer.
func TestNeverMoreThanCores(t *testing.T) { synctest.Test(t, neverMoreThanCores) }

func neverMoreThanCores(t *testing.T) {
	w := Argon2Hashes(time.Now, Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	p, u := &userpool.Pool{ID: "eu-west-1_a"}, &userpool.User{Username: "ada"}
	for range runtime.GOMAXPROCS(0) {
		w.cores <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := w.Make(ctx, p, u, "Passw0rd!"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("with every core busy: %v", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := w.Make(t.Context(), p, u, "Passw0rd!")
		done <- err
	}()
	synctest.Wait()
	if len(done) > 0 {
		t.Fatalf("it did not wait: %v", <-done)
	}
	<-w.cores
	if err := <-done; err != nil {
		t.Error(err)
	}
}
