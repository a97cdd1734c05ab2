package directory_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// TestGivenIDs: the demo pool has ids that are the same everywhere.
func TestGivenIDs(t *testing.T) {
	ctx := t.Context()
	s := node(newStore(t))
	demo := directory.NewPool{ID: "us-east-1_demo", Region: "us-east-1", Name: "demo", Settings: userpool.DefaultPoolSettings()}
	p, err := s.CreatePool(ctx, demo)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.CreateClient(ctx, p, directory.NewClient{ID: "demo", Name: "demo", Secret: "a-secret-of-its-own-1234", Settings: userpool.DefaultClientSettings()})
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != "us-east-1_demo" || c.ID != "demo" || c.Secrets[0].Value != "a-secret-of-its-own-1234" {
		t.Errorf("made %s, %s", p.ID, c.ID)
	}
	if _, err := s.CreatePool(ctx, demo); !errors.Is(err, store.ErrExists) {
		t.Errorf("the same id again: %v", err)
	}
	other := newPool(t, s)
	if ok := regexp.MustCompile(`^eu-west-1_[0-9A-Za-z]{9}$`).MatchString(other.ID); !ok {
		t.Errorf("the id of a pool is %s", other.ID)
	}
	if _, err := s.PoolClient(ctx, other, c.ID); !fault.Is(err, fault.ResourceNotFound) {
		t.Errorf("a client of another pool: %v", err)
	}
}

// TestQuotas: one more than api-behaviour §22.1 allows.
func TestQuotas(t *testing.T) {
	ctx := t.Context()
	st := newStore(t)
	s := node(st)
	p := newPool(t, s)
	err := st.Write(ctx, func(tx store.Tx) error {
		var errs []error
		for i := range s.Quotas.Of(userpool.QuotaPools) {
			errs = append(errs, tx.CreatePool(ctx, &userpool.Pool{ID: fmt.Sprintf("eu-west-9_%d", i), Region: "eu-west-9"}))
		}
		for i := range s.Quotas.Of(userpool.QuotaClients) {
			errs = append(errs, tx.CreateClient(ctx, &userpool.AppClient{PoolID: p.ID, ID: fmt.Sprint("c", i)}))
		}
		for i := range s.Quotas.Of(userpool.QuotaGroups) {
			errs = append(errs, tx.CreateGroup(ctx, &userpool.Group{PoolID: p.ID, Name: fmt.Sprint("g", i)}))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, errPool := s.CreatePool(ctx, directory.NewPool{Region: "eu-west-9", Name: "one more", Settings: userpool.DefaultPoolSettings()})
	_, errClient := s.CreateClient(ctx, p, directory.NewClient{Name: "one more", Settings: userpool.DefaultClientSettings()})
	_, errGroup := s.CreateGroup(ctx, p, userpool.Group{Name: "one more"})
	for what, err := range map[string]error{"pool": errPool, "client": errClient, "group": errGroup} {
		if !fault.Is(err, fault.LimitExceeded) {
			t.Errorf("one more %s: %v", what, err)
		}
	}
	if groups, err := s.Groups(ctx, p.ID); err != nil || len(groups) != s.Quotas.Of(userpool.QuotaGroups) {
		t.Errorf("the snapshot has %d groups, %v", len(groups), err)
	}
}

// TestPoolGoneMeanwhile: a pool that another node has just deleted is still in the
// snapshot; what is made in it says that it is gone.
func TestPoolGoneMeanwhile(t *testing.T) {
	ctx := t.Context()
	st := newStore(t)
	s := node(st)
	p := newPool(t, s)
	if err := st.Write(ctx, func(tx store.Tx) error { return tx.DeletePool(ctx, p.ID) }); err != nil {
		t.Fatal(err)
	}
	_, errClient := s.CreateClient(ctx, p, directory.NewClient{Name: "a", Settings: userpool.DefaultClientSettings()})
	_, errDomain := s.CreateDomain(ctx, p, userpool.Domain{Name: "a", ManagedLoginVersion: 1})
	_, errGroup := s.CreateGroup(ctx, p, userpool.Group{Name: "a"})
	_, errServer := s.CreateResourceServer(ctx, p, userpool.ResourceServer{Identifier: "a"})
	_, errMFA := s.SetMFA(ctx, p.ID, userpool.MFASettings{})
	for what, err := range map[string]error{"client": errClient, "domain": errDomain, "group": errGroup, "resource server": errServer, "MFA": errMFA} {
		if !fault.Is(err, fault.ResourceNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
