package directory_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func google(identifiers ...string) userpool.Provider {
	return userpool.Provider{Name: "Google", Type: userpool.ProviderGoogle, Identifiers: identifiers,
		Details: map[string]string{"client_id": "c", "client_secret": "top-secret", "authorize_scopes": "email"}}
}

func facebook(identifiers ...string) userpool.Provider {
	p := google(identifiers...)
	p.Name, p.Type = "Facebook", userpool.ProviderFacebook
	return p
}

// TestIdentifiersAreRaced: of two providers that want one identifier at once, one
// gets it, and of the other nothing stays.
func TestIdentifiersAreRaced(t *testing.T) {
	s := node(newStore(t))
	p := newPool(t, s)
	var race sync.WaitGroup
	errs := make([]error, 2)
	for i, n := range []userpool.Provider{google("x"), facebook("x")} {
		race.Go(func() { _, errs[i] = s.CreateProvider(t.Context(), p, n) })
	}
	race.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("the two got %v and %v", errs[0], errs[1])
	}
	list, err := s.Providers(t.Context(), p.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("there are %d providers, %v", len(list), err)
	}
	if got, err := s.ProviderByIdentifier(t.Context(), p.ID, "x"); err != nil || got.Name != list[0].Name {
		t.Errorf("the identifier leads to %v, %v", got, err)
	}
}

// TestProviderChangedMeanwhile: an update that was fetching while another one was
// made is refused.
func TestProviderChangedMeanwhile(t *testing.T) {
	st := newStore(t)
	s := node(st)
	p := newPool(t, s)
	if _, err := s.CreateProvider(t.Context(), p, google()); err != nil {
		t.Fatal(err)
	}
	slow := node(&meanwhile{Store: st, before: func() {
		if _, err := s.UpdateProvider(t.Context(), p, "Google", directory.ProviderChange{Identifiers: []string{"first"}}); err != nil {
			t.Error(err)
		}
	}})
	_, err := slow.UpdateProvider(t.Context(), p, "Google", directory.ProviderChange{Identifiers: []string{"second"}})
	if !fault.Is(err, fault.ConcurrentModification) {
		t.Errorf("got %v", err)
	}
	got, err := s.Provider(t.Context(), p.ID, "Google")
	if err != nil || cmp.Diff([]string{"first"}, got.Identifiers) != "" {
		t.Errorf("the identifiers are %v, %v", got.Identifiers, err)
	}
}

// meanwhile runs something before the next transaction.
type meanwhile struct {
	directory.Store
	before func()
}

func (m *meanwhile) Write(ctx context.Context, f func(store.Tx) error) error {
	before := m.before
	m.before = func() {}
	before()
	return m.Store.Write(ctx, f)
}

// failing breaks transactions at a step.
type failing struct {
	directory.Store
	step string
}

var errBroken = errors.New("the store is broken")

func (f *failing) Write(ctx context.Context, do func(store.Tx) error) error {
	return f.Store.Write(ctx, func(tx store.Tx) error { return do(&failingTx{tx, f.step}) })
}

type failingTx struct {
	store.Tx
	step string
}

func (tx *failingTx) CreateDocument(ctx context.Context, d *store.Document) error {
	if tx.step == "create "+d.ID {
		return errBroken
	}
	return tx.Tx.CreateDocument(ctx, d)
}

func (tx *failingTx) DeleteDocument(ctx context.Context, poolID string, kind store.DocumentKind, id string) error {
	if tx.step == "delete "+id {
		return errBroken
	}
	return tx.Tx.DeleteDocument(ctx, poolID, kind, id)
}

func (tx *failingTx) UpdateUser(ctx context.Context, u *userpool.User) error {
	if tx.step == "update user" {
		return errBroken
	}
	return tx.Tx.UpdateUser(ctx, u)
}

// TestProviderAllOrNothing breaks the store in the middle of each change.
func TestProviderAllOrNothing(t *testing.T) {
	st := newStore(t)
	s := node(st)
	p := newPool(t, s)
	if _, err := s.CreateProvider(t.Context(), p, google("a", "b")); err != nil {
		t.Fatal(err)
	}
	u := &userpool.User{PoolID: p.ID, ID: "u", Username: "u", Names: []userpool.SignInName{{Kind: userpool.NameUsername, Value: "u"}}}
	if err := st.Write(t.Context(), func(tx store.Tx) error { return tx.CreateUser(t.Context(), u) }); err != nil {
		t.Fatal(err)
	}
	before := everything(t, st, p.ID)
	for _, tt := range []struct {
		step   string
		change func(*directory.Service) error
	}{
		{"create d", func(s *directory.Service) error {
			_, err := s.CreateProvider(t.Context(), p, facebook("c", "d"))
			return err
		}},
		{"create c", func(s *directory.Service) error {
			_, err := s.UpdateProvider(t.Context(), p, "Google", directory.ProviderChange{Identifiers: []string{"b", "c"}})
			return err
		}},
		{"delete b", func(s *directory.Service) error { return s.DeleteProvider(t.Context(), p, "Google") }},
		{"delete Google", func(s *directory.Service) error { return s.DeleteProvider(t.Context(), p, "Google") }},
		{"update user", func(s *directory.Service) error {
			return s.LinkIdentity(t.Context(), p, "u", directory.Identity{Provider: "Google", Attribute: userpool.CognitoSubject, Value: "1"})
		}},
	} {
		if err := tt.change(node(&failing{st, tt.step})); !errors.Is(err, errBroken) {
			t.Fatalf("%s: %v", tt.step, err)
		}
		if diff := cmp.Diff(before, everything(t, st, p.ID)); diff != "" {
			t.Errorf("%s left something behind:\n%s", tt.step, diff)
		}
	}
}

// everything is what a pool has of providers and links.
func everything(t *testing.T, st directory.Store, poolID string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, kind := range []store.DocumentKind{store.KindIdentityProvider, store.KindProviderIdentifier} {
		docs, err := st.ListDocuments(t.Context(), poolID, kind, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			all[string(kind)+" "+d.ID] = string(d.Data)
		}
	}
	if u, err := st.LinkedUser(t.Context(), poolID, "Google", userpool.CognitoSubject, "1"); err == nil {
		all["link"] = u.ID
	}
	return all
}

// TestSigningKeyIsMadeOnce: requests that need it at once get one key, on every node.
func TestSigningKeyIsMadeOnce(t *testing.T) {
	st := newStore(t)
	here, there := node(st), node(st)
	p := newPool(t, here)
	texts := make([]string, 4)
	var race sync.WaitGroup
	for i, s := range []*directory.Service{here, here, there, there} {
		race.Go(func() {
			key, err := s.SigningKey(t.Context(), p)
			if err != nil {
				t.Error(err)
				return
			}
			texts[i] = key.Text()
		})
	}
	race.Wait()
	for _, text := range texts {
		if text == "" || text != texts[0] {
			t.Fatal("there is more than one certificate")
		}
	}
	gone := &userpool.Pool{ID: "eu-west-1_nobody"}
	if _, err := here.SigningKey(t.Context(), gone); !fault.Is(err, fault.ResourceNotFound) {
		t.Errorf("a pool that is gone: %v", err)
	}
}
