// Package throttle holds requests to the service's rates.
//
//	request ─▶ Admit(category) ─▶ a bucket of the category's rate ─▶ nil, or TooManyRequests
//	             │                    ▲
//	             │          Rates: what UpdateProvisionedLimit set, asked at each request
//	             └─ AdmitInPool: one operation on one pool; AdmitEndpoint, AdmitClient: one address, client, host
//
// A category's rate is the whole account's (reference: api-behaviour §22.3), and
// each node has buckets of its own: behind n nodes an account gets up to n times
// the rate. A bucket holds one second's worth, so that a burst of that size passes.
// A nil *Limiter admits everything.
package throttle

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// Rates says how many requests of a category the account may make each second;
// directory.Service does.
type Rates interface {
	Rate(ctx context.Context, c userpool.RateCategory) (int, error)
}

// Limiter decides which requests are too many. Make one with New.
type Limiter struct {
	rates      Rates
	now        func() time.Time
	categories map[string]*bucket
	answers    *bucket // to challenges, before they count as sign-ins
	pools      *buckets
	sources    *buckets
	clients    *buckets
	hosts      *buckets
}

// The rates of what isn't a category, requests per second (reference:
// api-behaviour §22.3).
const (
	answersFor   = 3 // answers to challenges: times the rate of sign-ins
	perSource    = 300
	perClient    = 300
	perHost      = 500
	maxRemember  = 10_000 // pools, addresses, clients and hosts each
	maxKey       = 256    // bytes that are remembered of a name; whoever asks chose it
	secondsBurst = 1
)

// New makes a limiter.
func New(rates Rates, now func() time.Time) *Limiter {
	l := &Limiter{
		rates: rates, now: now, categories: map[string]*bucket{}, answers: new(bucket),
		pools: newBuckets(), sources: newBuckets(), clients: newBuckets(), hosts: newBuckets(),
	}
	for _, c := range userpool.RateCategories() {
		l.categories[c.Name] = &bucket{category: c}
		if c.Name == userpool.RateUserAuthentication {
			l.answers.category = c
		}
	}
	return l
}

func errTooMany(sentence string) error { return fault.New(fault.TooManyRequests, sentence) }

// Admit counts a request in a category; "" is none. The fault is TooManyRequests.
func (l *Limiter) Admit(ctx context.Context, category string) error {
	if l == nil || l.categories[category] == nil {
		return nil
	}
	return l.admit(ctx, l.categories[category], 1)
}

func (l *Limiter) admit(ctx context.Context, b *bucket, times int) error {
	perSecond, err := l.rates.Rate(ctx, b.category)
	if err != nil { // the request itself will tell what is wrong
		perSecond = b.category.Rate
	}
	if !b.take(l.now(), times*perSecond) {
		return errTooMany("Rate exceeded")
	}
	return nil
}

// AdmitAnswer counts an answer to a challenge. Answers have three times the rate of
// sign-ins for themselves, and spill over into the rate of sign-ins.
func (l *Limiter) AdmitAnswer(ctx context.Context) error {
	if l == nil {
		return nil
	}
	if l.admit(ctx, l.answers, answersFor) == nil {
		return nil
	}
	return l.Admit(ctx, userpool.RateUserAuthentication)
}

// AdmitInPool counts a request of one operation on one pool, where the category
// limits that. The fault is TooManyRequests.
func (l *Limiter) AdmitInPool(category, operation, poolID string) error {
	if l == nil {
		return nil
	}
	b := l.categories[category]
	if b == nil || b.category.PerPool == 0 || l.pools.take(l.now(), poolID+" "+operation, b.category.PerPool) {
		return nil
	}
	return errTooMany("Too many requests")
}

// AdmitEndpoint counts a request to the pages or the OAuth endpoints by where it
// comes from, the client that it names ("" for none) and the host that it goes to.
func (l *Limiter) AdmitEndpoint(source, clientID, host string) error {
	if l == nil {
		return nil
	}
	now := l.now()
	if !l.sources.take(now, source, perSource) || clientID != "" && !l.clients.take(now, clientID, perClient) || !l.hosts.take(now, host, perHost) {
		return errTooMany("Too many requests")
	}
	return nil
}

// AdmitClient counts a request to the OAuth endpoints that names its client elsewhere
// than in the URL, with what AdmitEndpoint counts for the client.
func (l *Limiter) AdmitClient(clientID string) error {
	if l == nil || l.clients.take(l.now(), clientID, perClient) {
		return nil
	}
	return errTooMany("Too many requests")
}

// bucket is a token bucket whose rate may change from one request to the next.
type bucket struct {
	category userpool.RateCategory

	mu      sync.Mutex
	limiter *rate.Limiter // nil until the first request, which brings the rate
}

func (b *bucket) take(now time.Time, perSecond int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limiter == nil {
		b.limiter = rate.NewLimiter(rate.Limit(perSecond), perSecond*secondsBurst)
	}
	if b.limiter.Limit() != rate.Limit(perSecond) {
		b.limiter.SetLimitAt(now, rate.Limit(perSecond))
		b.limiter.SetBurstAt(now, perSecond*secondsBurst)
	}
	return b.limiter.AllowN(now, 1)
}

// buckets are token buckets by key, as many as are in use and no more than
// maxRemember: what would be more forgets those that are full, or else all.
type buckets struct {
	mu sync.Mutex
	of map[string]*rate.Limiter
}

func newBuckets() *buckets { return &buckets{of: map[string]*rate.Limiter{}} }

func (b *buckets) take(now time.Time, key string, perSecond int) bool {
	if len(key) > maxKey {
		key = key[:maxKey]
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter, ok := b.of[key]
	if !ok {
		b.makeRoom(now)
		limiter = rate.NewLimiter(rate.Limit(perSecond), perSecond*secondsBurst)
		b.of[strings.Clone(key)] = limiter // not the whole query that it was cut out of
	}
	return limiter.AllowN(now, 1)
}

func (b *buckets) makeRoom(now time.Time) {
	if len(b.of) < maxRemember {
		return
	}
	for key, limiter := range b.of {
		if limiter.TokensAt(now) >= float64(limiter.Burst()) {
			delete(b.of, key)
		}
	}
	if len(b.of) >= maxRemember {
		clear(b.of)
	}
}
