package account

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"

	"idpond/internal/userpool"
)

// lockedUser is a store that knows one user.
type lockedUser struct{ user *userpool.User }

func (l lockedUser) User(context.Context, string, string) (*userpool.User, error) { return l.user, nil }

// TestLockOvertakesQueue: guesses that wait for a core when their user is locked are
// not made, those of other users and of who is signed in are.
func TestLockOvertakesQueue(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	hash, err := bcrypt.GenerateFromPassword([]byte("Passw0rd!"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	p := &userpool.Pool{ID: "eu-west-1_a"}
	cost := Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1}
	own, err := Argon2Hashes(time.Now, cost).Make(t.Context(), p, &userpool.User{Username: "ada"}, "Passw0rd!")
	if err != nil {
		t.Fatal(err)
	}
	type check func(*Passwords, context.Context, *userpool.Pool, *userpool.User, string) bool
	for _, tt := range []struct {
		name  string
		kept  userpool.Credential
		check check
		until time.Time // of the lock that begins while the check waits
		wait  bool
		want  bool
	}{
		{"imported hash", userpool.Credential{Foreign: string(hash)}, (*Passwords).Check, now.Add(time.Second), true, false},
		{"own hash", own, (*Passwords).Check, now.Add(time.Second), true, false},
		{"a lock that is over", own, (*Passwords).Check, now, true, true},
		{"no lock", userpool.Credential{Foreign: string(hash)}, (*Passwords).Check, time.Time{}, true, true},
		{"who is signed in", own, (*Passwords).Matches, now.Add(time.Second), true, true},
		{"without waiting", own, (*Passwords).Check, now.Add(time.Second), false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := Argon2Hashes(func() time.Time { return now }, cost)
				u := &userpool.User{PoolID: p.ID, ID: "1", Username: "ada", Credential: tt.kept}
				locked := *u
				locked.LockedUntil = tt.until
				w.Locks = lockedUser{&locked}
				if tt.wait {
					for range cap(w.cores) {
						w.cores <- struct{}{}
					}
				}
				right := make(chan bool, 1)
				go func() { right <- tt.check(w, t.Context(), p, u, "Passw0rd!") }()
				synctest.Wait()
				if tt.wait {
					if len(right) > 0 {
						t.Fatal("it did not wait")
					}
					<-w.cores
				}
				if got := <-right; got != tt.want {
					t.Errorf("it is right: %t, want %t", got, tt.want)
				}
			})
		})
	}
}
