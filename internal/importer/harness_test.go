package importer_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"idpond/internal/account"
	"idpond/internal/importer"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/userpool"
)

// house is imports over a fresh SQLite file, with one pool whose users have a
// verified e-mail address, and a clock that tests move.
type house struct {
	testing.TB
	*importer.Service
	store *sqlstore.Store
	pool  *userpool.Pool

	mu  sync.Mutex
	now time.Time
}

func newHouse(t testing.TB, changes ...func(*userpool.PoolSettings)) *house {
	t.Helper()
	st, keys := sqlstoretest.Open(t)
	h := &house{TB: t, store: st, now: time.Unix(1_700_000_000, 0).UTC()}
	h.Service = &importer.Service{
		Store: st, Keys: keys, PublicURL: "http://localhost:9229", AccountID: "111122223333",
		Accounts: &account.Service{Users: st, Writer: st, Keys: keys, Now: h.clock, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)},
		Now:      h.clock, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler),
	}
	h.pool = &userpool.Pool{ID: "eu-west-1_shop00000", Region: "eu-west-1", Name: "shop", Settings: userpool.DefaultPoolSettings(), CreatedAt: h.now, UpdatedAt: h.now}
	h.pool.Settings.SchemaAttributes = userpool.StandardSchema()
	h.pool.Settings.AutoVerifiedAttributes = []string{"email"}
	for _, change := range changes {
		change(&h.pool.Settings)
	}
	h.write(func(tx store.Tx) error { return tx.CreatePool(t.Context(), h.pool) })
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) write(f func(store.Tx) error) {
	h.Helper()
	if err := h.store.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// address takes a job's URL apart.
func (h *house) address(j *importer.Job) importer.Address {
	h.Helper()
	u, err := url.Parse(j.URL)
	if err != nil {
		h.Fatal(err)
	}
	parts := strings.Split(strings.TrimPrefix(u.Path, importer.Path), "/")
	return importer.Address{PoolID: parts[0], JobID: parts[1], Expires: u.Query().Get("Expires"), Signature: u.Query().Get("Signature")}
}

// created makes a job; algorithm is of its password hashes.
func (h *house) created(algorithm string) *importer.Job {
	h.Helper()
	j, err := h.Create(h.Context(), h.pool, importer.NewJob{Name: "first", RoleARN: "arn:aws:iam::111122223333:role/logs", Algorithm: algorithm})
	if err != nil {
		h.Fatal(err)
	}
	return j
}

// started makes a job with a file and starts it.
func (h *house) started(file, algorithm string) *importer.Job {
	h.Helper()
	j := h.created(algorithm)
	if err := h.Upload(h.Context(), h.address(j), strings.NewReader(file)); err != nil {
		h.Fatal(err)
	}
	j, err := h.Start(h.Context(), h.pool, j.ID)
	if err != nil {
		h.Fatal(err)
	}
	return j
}

func (h *house) job(id string) *importer.Job {
	h.Helper()
	j, err := h.Job(h.Context(), h.pool, id)
	if err != nil {
		h.Fatal(err)
	}
	return j
}

// done runs whatever waits and gives the job as it is then.
func (h *house) done(id string) *importer.Job {
	h.Helper()
	for {
		worked, err := h.Step(h.Context())
		if err != nil {
			h.Fatal(err)
		}
		if !worked {
			return h.job(id)
		}
	}
}

func (h *house) log(id string) []string {
	h.Helper()
	var text bytes.Buffer
	if err := h.WriteLog(h.Context(), h.address(h.job(id)), &text); err != nil {
		h.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
}

// sums writes state and counters of a job as imported/skipped/failed.
func sums(j *importer.Job) string {
	return fmt.Sprintf("%s %d/%d/%d %s", j.Status, j.Imported, j.Skipped, j.Failed, j.Message)
}

const header = "cognito:username,email,email_verified,name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website," +
	"gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,cognito:mfa_enabled"

// user is a row under header.
func user(name, email, verified string) string {
	return name + "," + email + "," + verified + strings.Repeat(",", strings.Count(header, ",")-2)
}

// fileOf is a file with n good rows.
func fileOf(n int) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range n {
		fmt.Fprintf(&b, "%s\n", user(fmt.Sprintf("user-%06d", i), fmt.Sprintf("user-%06d@example.org", i), "TRUE"))
	}
	return b.String()
}

func (h *house) users() int64 {
	h.Helper()
	n, err := h.store.CountUsers(h.Context(), h.pool.ID)
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// errPower is what a store says whose power was cut.
var errPower = errors.New("power cut")

// cutStore fails every write from the nth on.
type cutStore struct {
	importer.Store
	left int
}

func (c *cutStore) Write(ctx context.Context, f func(store.Tx) error) error {
	if c.left--; c.left < 0 {
		return errPower
	}
	return c.Store.Write(ctx, f)
}

// hookStore runs a hook before every write.
type hookStore struct {
	importer.Store
	before func()
}

func (s *hookStore) Write(ctx context.Context, f func(store.Tx) error) error {
	s.before()
	return s.Store.Write(ctx, f)
}

// readStore runs a hook before every read of a file.
type readStore struct {
	importer.Store
	before func()
}

func (s *readStore) ImportChunk(ctx context.Context, poolID, id string, n int) ([]byte, error) {
	s.before()
	return s.Store.ImportChunk(ctx, poolID, id, n)
}
