package directory_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"idpond/internal/directory"
	"idpond/internal/userpool"
)

// TestWatch: another node's change is seen within a second, and a database that
// doesn't answer takes nothing away.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &versioned{name: "one", version: 1}
		s := &directory.Service{Store: db}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan bool)
		go func() { s.Watch(ctx); close(ended) }()
		expect := func(after time.Duration, want string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if p, err := s.Pool(ctx, "a"); err != nil || p.Name != want {
				t.Errorf("the pool is %+v, %v, want %q", p, err, want)
			}
		}
		expect(time.Second, "one")
		db.set("two", 1, nil) // without a new version nobody looks
		expect(time.Minute, "one")
		db.set("two", 2, nil)
		expect(time.Second, "two")
		db.set("three", 3, errors.New("gone"))
		expect(time.Minute, "two")
		db.set("three", 3, nil)
		expect(time.Second, "three")
		stop()
		<-ended
	})
}

// versioned is a database with one pool, whose name another node changes.
type versioned struct {
	directory.Store
	mu      sync.Mutex
	name    string
	version int64
	err     error
}

func (v *versioned) set(name string, version int64, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.name, v.version, v.err = name, version, err
}

func (v *versioned) ConfigVersion(context.Context) (int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.version, v.err
}

func (v *versioned) Pool(_ context.Context, id string) (*userpool.Pool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return &userpool.Pool{ID: id, Name: v.name}, nil
}
