package risk

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"idpond/internal/activity"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// fullHistory is a store in which everybody has signed in often.
type fullHistory struct{ rows []*store.AuthEvent }

func (h fullHistory) ListAuthEvents(_ context.Context, _, _ string, _ time.Time, _ string, limit int) ([]*store.AuthEvent, error) {
	return h.rows[:limit], nil
}

func (h fullHistory) AuthEvent(context.Context, string, string, string) (*store.AuthEvent, error) {
	return nil, store.ErrNotFound
}

type nothingSet struct{}

func (nothingSet) RiskFor(context.Context, *userpool.Pool, string) (*userpool.RiskConfiguration, error) {
	return &userpool.RiskConfiguration{}, nil
}

// BenchmarkSignIn is what a judgement costs beside the database's read.
func BenchmarkSignIn(b *testing.B) {
	e := entry("Pass", "Chrome 126, Linux", "192.0.2.7", "Success")
	e.Risk = &userpool.EventRisk{RiskDecision: userpool.RiskNone}
	data, err := json.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	h := fullHistory{}
	for range historyRead {
		h.rows = append(h.rows, &store.AuthEvent{ID: "6f1c0f0e-0000-4000-8000-000000000000", Data: data})
	}
	s := &Service{Config: nothingSet{}, History: h, Leaked: CommonPasswords(), Now: time.Now}
	a := Attempt{
		Pool:   &userpool.Pool{Settings: userpool.PoolSettings{UserPoolAddOns: &userpool.UserPoolAddOns{AdvancedSecurityMode: userpool.ThreatEnforced}}},
		Client: &userpool.AppClient{}, User: &userpool.User{}, Password: "a-Word-of-my-0wn",
	}
	ctx := activity.WithOrigin(b.Context(), activity.Origin{IP: "192.0.2.9", Device: "Chrome 126, Linux"})
	b.ReportAllocs()
	for b.Loop() {
		if v, err := s.SignIn(ctx, a); err != nil || v.Risk.RiskDecision != userpool.RiskNone {
			b.Fatal(v, err)
		}
	}
}
