package throttle

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// rates gives the default rates, but for those that a test sets.
type rates map[string]int

func (r rates) Rate(_ context.Context, c userpool.RateCategory) (int, error) {
	if n, ok := r[c.Name]; ok {
		return n, nil
	}
	return c.Rate, nil
}

type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// admitted counts how many of n requests pass.
func admitted(t *testing.T, n int, admit func() error) int {
	t.Helper()
	passed := 0
	for range n {
		switch err := admit(); {
		case err == nil:
			passed++
		case !fault.Is(err, fault.TooManyRequests):
			t.Fatal(err)
		}
	}
	return passed
}

func TestCategories(t *testing.T) {
	ctx, at, set := t.Context(), &clock{time.Unix(1_700_000_000, 0)}, rates{}
	l := New(set, at.now)
	read := func() error { return l.Admit(ctx, userpool.RateUserPoolRead) }
	create := func() error { return l.Admit(ctx, userpool.RateUserCreation) }
	for _, step := range []struct {
		what  string
		wait  time.Duration
		rate  int // of UserCreation; 0 leaves it
		admit func() error
		want  int // of 1000 at once
	}{
		{"a second's worth at once", 0, 0, read, 15},
		{"another category is not touched", 0, 0, create, 50},
		{"nothing more in the same instant", 0, 0, read, 0},
		{"a fifth of a second later", 200 * time.Millisecond, 0, read, 3},
		{"a full second later", time.Second, 0, create, 50},
		{"a higher rate counts at once for what comes", time.Second, 200, create, 200},
		{"and a lower one too", time.Second, 60, create, 60},
	} {
		at.Time = at.Add(step.wait)
		if step.rate != 0 {
			set[userpool.RateUserCreation] = step.rate
			_ = step.admit() // the bucket learns of a rate when it is asked
			at.Time = at.Add(2 * time.Second)
		}
		if got := admitted(t, 1000, step.admit); got != step.want {
			t.Errorf("%s: %d of 1000 pass, want %d", step.what, got, step.want)
		}
	}
}

func TestAnswersSpillOver(t *testing.T) {
	l := New(rates{userpool.RateUserAuthentication: 10}, (&clock{time.Unix(1_700_000_000, 0)}).now)
	if got := admitted(t, 100, func() error { return l.AdmitAnswer(t.Context()) }); got != 40 {
		t.Errorf("%d answers pass, want 30 of their own and 10 of the sign-ins'", got)
	}
	if got := admitted(t, 100, func() error { return l.Admit(t.Context(), userpool.RateUserAuthentication) }); got != 0 {
		t.Errorf("%d sign-ins pass beside them", got)
	}
}

func TestPerPool(t *testing.T) {
	l := New(rates{}, (&clock{time.Unix(1_700_000_000, 0)}).now)
	in := func(category, op, pool string) int {
		return admitted(t, 100, func() error { return l.AdmitInPool(category, op, pool) })
	}
	for _, tt := range []struct {
		category, op, pool string
		want               int
	}{
		{userpool.RateUserPoolClientRead, "DescribeUserPoolClient", "a", 5},
		{userpool.RateUserPoolClientRead, "DescribeUserPoolClient", "a", 0},
		{userpool.RateUserPoolClientRead, "ListUserPoolClients", "a", 5},
		{userpool.RateUserPoolClientRead, "DescribeUserPoolClient", "b", 5},
		{userpool.RateUserRead, "AdminGetUser", "a", 100},
	} {
		if got := in(tt.category, tt.op, tt.pool); got != tt.want {
			t.Errorf("%s in %s: %d pass, want %d", tt.op, tt.pool, got, tt.want)
		}
	}
}

// TestEndpoints: by address, client and host, each on its own; many strangers don't
// fill the memory.
func TestEndpoints(t *testing.T) {
	at := &clock{time.Unix(1_700_000_000, 0)}
	l := New(rates{}, at.now)
	if got := admitted(t, 1000, func() error { return l.AdmitEndpoint("192.0.2.1", "app", "a.test") }); got != perSource {
		t.Errorf("one address: %d pass, want %d", got, perSource)
	}
	n := 0
	if got := admitted(t, 1000, func() error { n++; return l.AdmitEndpoint(fmt.Sprint(n), "", "b.test") }); got != perHost {
		t.Errorf("one host: %d pass, want %d", got, perHost)
	}
	for range 3 * maxRemember {
		n++
		_ = l.AdmitEndpoint(fmt.Sprint(n), "", "c.test")
	}
	if len(l.sources.of) > maxRemember {
		t.Errorf("%d addresses are remembered", len(l.sources.of))
	}
}

// TestLongNames: strangers choose what a client or a host is called, but not how
// much is remembered of it.
func TestLongNames(t *testing.T) {
	l := New(rates{}, (&clock{time.Unix(1_700_000_000, 0)}).now)
	long := strings.Repeat("x", 60_000)
	for n := range 100 {
		_ = l.AdmitEndpoint("192.0.2.1", fmt.Sprint(n, long), fmt.Sprint(n, long))
	}
	for _, b := range []*buckets{l.clients, l.hosts} {
		bytes := 0
		for key := range b.of {
			bytes += len(key)
		}
		if len(b.of) != 100 || bytes > 100*maxKey {
			t.Errorf("%d names of %d bytes are remembered", len(b.of), bytes)
		}
	}
}

// TestTogether: of many requests at once no more pass than may.
func TestTogether(t *testing.T) {
	l := New(rates{}, (&clock{time.Unix(1_700_000_000, 0)}).now)
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if l.Admit(t.Context(), userpool.RateUserUpdate) == nil {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if passed.Load() != 25 {
		t.Errorf("%d pass, want 25", passed.Load())
	}
}

func TestNoLimiter(t *testing.T) {
	var l *Limiter
	ctx := t.Context()
	for _, err := range []error{l.Admit(ctx, userpool.RateLimitManagement), l.AdmitAnswer(ctx), l.AdmitInPool("", "", ""), l.AdmitEndpoint("", "", ""), l.AdmitClient("")} {
		if err != nil {
			t.Error(err)
		}
	}
}
