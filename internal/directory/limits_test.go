package directory_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// TestRateOnAllNodes: a provisioned rate counts at once where it was set, and
// within a second on other nodes.
func TestRateOnAllNodes(t *testing.T) {
	st := newStore(t)
	here, there := node(st), node(st)
	c, _ := userpool.RateCategoryNamed(userpool.RateUserRead)
	rate := func(want int, of interface {
		Rate(context.Context, userpool.RateCategory) (int, error)
	}) bool {
		got, err := of.Rate(t.Context(), c)
		return err == nil && got == want
	}
	if !rate(120, here) || !rate(120, there) {
		t.Error("not the default to begin with")
	}
	if err := here.SetRate(t.Context(), c, 300); err != nil {
		t.Fatal(err)
	}
	if !rate(300, here) {
		t.Error("the node that set it doesn't know it")
	}
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { there.Watch(ctx) })
	for !rate(300, there) { // how soon, TestWatch says
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	watching.Wait()
}

// TestOneReplica lets many administrators give a pool a replica at once.
func TestOneReplica(t *testing.T) {
	s := node(newStore(t))
	p := newPool(t, s)
	settings := userpool.DefaultPoolSettings()
	settings.IssuerConfiguration = &userpool.IssuerConfiguration{Type: "UPDATED"}
	if err := s.UpdatePool(t.Context(), p.ID, "", settings); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	results := make(chan error, 16)
	for i := range cap(results) {
		all.Go(func() {
			_, err := s.CreateReplica(t.Context(), p, []string{"us-east-1", "us-west-2"}[i%2], nil)
			results <- err
		})
	}
	all.Wait()
	close(results)
	made := 0
	for err := range results {
		switch {
		case err == nil:
			made++
		case !fault.Is(err, fault.LimitExceeded) && !fault.Is(err, fault.InvalidParameter):
			t.Error(err)
		}
	}
	if list, err := s.Replicas(t.Context(), p.ID); err != nil || made != 1 || len(list) != 1 {
		t.Errorf("%d were made, the pool has %v, %v", made, list, err)
	}
}

// TestRiskFor: a client's own configuration takes the place of the pool's, whole;
// it goes with the client.
func TestRiskFor(t *testing.T) {
	ctx, s := t.Context(), node(newStore(t))
	p := newPool(t, s)
	settings := userpool.DefaultPoolSettings()
	settings.UserPoolTier, settings.UserPoolAddOns = userpool.TierPlus, &userpool.UserPoolAddOns{AdvancedSecurityMode: "AUDIT"}
	if err := s.UpdatePool(ctx, p.ID, "", settings); err != nil {
		t.Fatal(err)
	}
	p, err := s.Pool(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, s, p)
	skip := func(cidr string) userpool.RiskConfiguration {
		return userpool.RiskConfiguration{Exceptions: &userpool.RiskExceptions{SkippedIPRangeList: []string{cidr}}}
	}
	expect := func(what, want string) {
		t.Helper()
		r, err := s.RiskFor(ctx, p, c.ID)
		switch {
		case err != nil:
			t.Error(err)
		case want == "" && !r.Empty(), want != "" && (r.Exceptions == nil || r.Exceptions.SkippedIPRangeList[0] != want):
			t.Errorf("%s: %+v, want %q", what, r, want)
		}
	}
	set := func(client string, r userpool.RiskConfiguration) {
		t.Helper()
		if _, err := s.SetRisk(ctx, p, client, r); err != nil {
			t.Fatal(err)
		}
	}
	expect("nothing is set", "")
	set("", skip("10.0.0.0/8"))
	expect("the pool's", "10.0.0.0/8")
	set(c.ID, skip("192.0.2.0/24"))
	expect("the client's", "192.0.2.0/24")
	set(c.ID, userpool.RiskConfiguration{CompromisedCredentials: &userpool.CompromisedCredentialsRisk{Actions: userpool.CompromisedCredentialsAct{EventAction: "BLOCK"}}})
	if r, err := s.RiskFor(ctx, p, c.ID); err != nil || r.Exceptions != nil || r.CompromisedCredentials == nil {
		t.Errorf("a client's configuration is mixed with the pool's: %+v, %v", r, err)
	}
	set(c.ID, userpool.RiskConfiguration{})
	expect("the client's is taken away", "10.0.0.0/8")
	set(c.ID, skip("192.0.2.0/24"))
	if err := s.DeleteClient(ctx, p, c.ID); err != nil {
		t.Fatal(err)
	}
	expect("the client is gone", "10.0.0.0/8")
}

func newClient(t *testing.T, s *directory.Service, p *userpool.Pool) *userpool.AppClient {
	t.Helper()
	c, err := s.CreateClient(t.Context(), p, directory.NewClient{Name: "app", Settings: userpool.DefaultClientSettings()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
