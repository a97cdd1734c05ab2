package cognito_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"idpond/internal/activity"
	"idpond/internal/auth/risk"
	"idpond/internal/userpool"
)

// blockAll blocks sign-ins of any risk.
type blockAll struct{}

func (blockAll) RiskFor(context.Context, *userpool.Pool, string) (*userpool.RiskConfiguration, error) {
	block := &userpool.AccountTakeoverAction{EventAction: userpool.RiskActionBlock}
	return &userpool.RiskConfiguration{AccountTakeover: &userpool.AccountTakeoverRisk{
		Actions: userpool.AccountTakeoverActions{LowAction: block, MediumAction: block, HighAction: block},
	}}, nil
}

// TestCustomSignInsAreJudged at their end, in the mode that the pool has for them.
func TestCustomSignInsAreJudged(t *testing.T) {
	for _, tt := range []struct{ mode, want, risk string }{
		{"", gotTokens, ""},
		{userpool.ThreatAudit, gotTokens, "AccountTakeover Low"},
		{userpool.ThreatEnforced, refusedForSecurity, "Block Low"},
	} {
		t.Run("mode "+tt.mode, func(t *testing.T) {
			b := newCustomBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
				p.Settings.UserPoolAddOns = &userpool.UserPoolAddOns{AdvancedSecurityMode: userpool.ThreatEnforced}
				if tt.mode != "" {
					p.Settings.UserPoolAddOns.AdvancedSecurityAdditionalFlows = &userpool.AdvancedSecurityAdditionalFlows{CustomAuthMode: tt.mode}
				}
			})
			ip := "192.0.2.7"
			b.srv.ClientIP = func(*http.Request) string { return ip }
			b.srv.Auth.Activity = &activity.Recorder{Now: b.clock, NewID: uuid.NewString}
			b.srv.Auth.Risk = &risk.Service{Config: blockAll{}, History: b.store, Now: b.clock}
			b.addUser("ada")
			b.play([]turn{{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: gotTokens}})
			ip = "203.0.113.1"
			b.play([]turn{
				{op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: riddle(1, "ada"), keep: "one"},
				{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: riddle(2, "ada"), keep: "two"},
				{op: "RespondToAuthChallenge", body: solve("two", "ada", "answer 2"), want: tt.want},
			})
			u, err := b.srv.Accounts.Find(t.Context(), b.pool, "ada")
			if err != nil {
				t.Fatal(err)
			}
			history, err := activity.List(t.Context(), b.store, u, b.clock().AddDate(1, 0, 0), "", 10)
			if err != nil {
				t.Fatal(err)
			}
			judged := ""
			for _, e := range history {
				if e.Risk != nil && e.Risk.RiskLevel != "" {
					judged = e.Risk.RiskDecision + " " + e.Risk.RiskLevel
				}
			}
			if judged != tt.risk {
				t.Errorf("the history says %q, want %q", judged, tt.risk)
			}
		})
	}
}
