package directory_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/userpool"
)

// counted is a store that counts reads of pools, and can hold one up.
type counted struct {
	*sqlstore.Store
	pools atomic.Int64
	held  chan chan struct{} // a read of a pool takes one and waits for it after it has read
}

func (c *counted) Pool(ctx context.Context, id string) (*userpool.Pool, error) {
	c.pools.Add(1)
	p, err := c.Store.Pool(ctx, id)
	select {
	case wait := <-c.held:
		<-wait
	default:
	}
	return p, err
}

func newStore(t testing.TB) *counted {
	t.Helper()
	st, _ := sqlstoretest.Open(t)
	return &counted{Store: st, held: make(chan chan struct{}, 1)}
}

// node is one server's directory on a store that others may share.
func node(st directory.Store) *directory.Service {
	return &directory.Service{Store: st, Now: time.Now, Rand: rand.Reader, AccountID: "000000000000"}
}

func newPool(t testing.TB, s *directory.Service) *userpool.Pool {
	t.Helper()
	p, err := s.CreatePool(t.Context(), directory.NewPool{Region: "eu-west-1", Name: "one", Settings: userpool.DefaultPoolSettings()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func rename(t testing.TB, s *directory.Service, p *userpool.Pool, name string) {
	t.Helper()
	if err := s.UpdatePool(t.Context(), p.ID, name, userpool.DefaultPoolSettings()); err != nil {
		t.Fatal(err)
	}
}

func nameOf(t testing.TB, s *directory.Service, p *userpool.Pool) string {
	t.Helper()
	got, err := s.Pool(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return got.Name
}

func TestSnapshot(t *testing.T) {
	st := newStore(t)
	here, there := node(st), node(st)
	p := newPool(t, here)
	for range 3 {
		nameOf(t, there, p)
	}
	if n := st.pools.Load(); n != 1 {
		t.Errorf("three reads of a pool cost %d queries, want 1", n)
	}

	rename(t, here, p, "two")
	if got := nameOf(t, here, p); got != "two" {
		t.Errorf("the node that changed a pool reads its old name %q", got)
	}
	if got := nameOf(t, there, p); got != "one" {
		t.Errorf("a node that has not heard of the change reads %q, want its snapshot", got)
	}

	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { there.Watch(ctx) })
	for nameOf(t, there, p) != "two" { // how soon, TestWatch says
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	watching.Wait()
}

// TestSnapshotKeepsNoOldRead changes a pool while a read of it is under way: what
// that read found must not be what later ones get.
func TestSnapshotKeepsNoOldRead(t *testing.T) {
	st := newStore(t)
	s := node(st)
	p := newPool(t, s)
	release := make(chan struct{})
	st.held <- release
	var read sync.WaitGroup
	read.Go(func() { nameOf(t, s, p) })
	for st.pools.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	rename(t, s, p, "two")
	close(release)
	read.Wait()
	if got := nameOf(t, s, p); got != "two" {
		t.Errorf("a read from before the change is kept: %q", got)
	}
}

func TestPoolByHost(t *testing.T) {
	s := node(newStore(t))
	p := newPool(t, s)
	for _, d := range []userpool.Domain{
		{Name: "shop", ManagedLoginVersion: 1},
		{Name: "login.example.org", ManagedLoginVersion: 1, CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1"},
	} {
		if _, err := s.CreateDomain(t.Context(), p, d); err != nil {
			t.Fatal(err)
		}
	}
	for host, want := range map[string]bool{
		"shop.auth.localhost": true, "shop.auth.example.com": true, "SHOP.auth.localhost": true,
		"login.example.org": true, "other.auth.localhost": false, "shop": false, "shop.localhost": false,
		"login.example.org.evil.test": false, "login.auth.example.org": false, "localhost": false, "": false,
	} {
		got, _, err := s.PoolByHost(t.Context(), host)
		switch {
		case want && (err != nil || got.ID != p.ID):
			t.Errorf("host %q: %v, want the pool", host, err)
		case !want && !errors.Is(err, store.ErrNotFound):
			t.Errorf("host %q: %v, want ErrNotFound", host, err)
		}
	}
}

// TestRaces lets many administrators do what only some may succeed in.
func TestRaces(t *testing.T) {
	const many = 64
	for _, tt := range []struct {
		name string
		do   func(ctx context.Context, s *directory.Service, p *userpool.Pool, c *userpool.AppClient) error
		want int // successes
		code fault.Code
	}{
		{"one group of a name", func(ctx context.Context, s *directory.Service, p *userpool.Pool, _ *userpool.AppClient) error {
			_, err := s.CreateGroup(ctx, p, userpool.Group{Name: "admins"})
			return err
		}, 1, fault.GroupExists},
		{"one domain of a name", func(ctx context.Context, s *directory.Service, p *userpool.Pool, _ *userpool.AppClient) error {
			_, err := s.CreateDomain(ctx, p, userpool.Domain{Name: "shop", ManagedLoginVersion: 1})
			return err
		}, 1, fault.InvalidParameter},
		{"two secrets", func(ctx context.Context, s *directory.Service, p *userpool.Pool, c *userpool.AppClient) error {
			_, err := s.AddClientSecret(ctx, p, c.ID, "")
			return err
		}, userpool.MaxClientSecrets, fault.LimitExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := node(newStore(t))
			p := newPool(t, s)
			c, err := s.CreateClient(t.Context(), p, directory.NewClient{Name: "app", Settings: userpool.DefaultClientSettings()})
			if err != nil {
				t.Fatal(err)
			}
			var won atomic.Int64
			var wg sync.WaitGroup
			for range many {
				wg.Go(func() {
					err := tt.do(t.Context(), s, p, c)
					if err == nil {
						won.Add(1)
					} else if !fault.Is(err, tt.code) {
						t.Errorf("got %v, want %s", err, tt.code)
					}
				})
			}
			wg.Wait()
			if got := int(won.Load()); got != tt.want {
				t.Errorf("%d of %d succeeded, want %d", got, many, tt.want)
			}
		})
	}
}

// TestFailedChangeChangesNothing breaks the last rule of an update and looks at
// what is stored.
func TestFailedChangeChangesNothing(t *testing.T) {
	s := node(newStore(t))
	p := newPool(t, s)
	c, err := s.CreateClient(t.Context(), p, directory.NewClient{Name: "app", Settings: userpool.DefaultClientSettings()})
	if err != nil {
		t.Fatal(err)
	}
	wrong := userpool.DefaultClientSettings()
	wrong.AllowedOAuthScopes = []string{"nowhere/read"}
	if _, err := s.UpdateClient(t.Context(), p, c.ID, "renamed", wrong); !fault.Is(err, fault.ScopeDoesNotExist) {
		t.Fatalf("got %v, want ScopeDoesNotExistException", err)
	}
	_, got, err := s.Client(t.Context(), c.ID)
	if err != nil || got.Name != "app" || len(got.Settings.AllowedOAuthScopes) != 0 {
		t.Errorf("after a refused update the client is %+v (%v)", got, err)
	}
}

// BenchmarkClient is what every request of an app client pays for configuration.
func BenchmarkClient(b *testing.B) {
	s := node(newStore(b))
	p := newPool(b, s)
	c, err := s.CreateClient(b.Context(), p, directory.NewClient{Name: "app", Settings: userpool.DefaultClientSettings()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := s.Client(b.Context(), c.ID); err != nil {
			b.Fatal(err)
		}
	}
}
