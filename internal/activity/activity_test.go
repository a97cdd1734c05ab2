package activity

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/userpool"
)

// house is a store with one pool that keeps histories, and one user.
type house struct {
	*sqlstore.Store
	recorder *Recorder
	subject  Subject
	exported []Message
}

func newHouse(t *testing.T) *house {
	t.Helper()
	st, _ := sqlstoretest.Open(t)
	h := &house{Store: st}
	now, made := time.Unix(1_700_000_000, 123_456_789).UTC(), 0
	h.recorder = &Recorder{
		Now:    func() time.Time { return now },
		NewID:  func() string { made++; return fmt.Sprint("e", made) },
		Export: func(_ string, _ time.Time, m Message) { h.exported = append(h.exported, m) },
	}
	pool := &userpool.Pool{ID: "eu-west-1_a", Region: "eu-west-1", Settings: userpool.PoolSettings{
		UserPoolAddOns: &userpool.UserPoolAddOns{AdvancedSecurityMode: "ENFORCED"}}}
	h.subject = Subject{Pool: pool, Client: &userpool.AppClient{ID: "app"}, User: &userpool.User{PoolID: pool.ID, ID: "u1", Username: "ada"}}
	err := st.Write(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.CreatePool(t.Context(), pool), tx.CreateUser(t.Context(), h.subject.User))
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// history is what is kept, newest first: id, how it came out, challenges.
func (h *house) history(t *testing.T) []string {
	t.Helper()
	list, err := List(t.Context(), h, h.subject.User, time.Time{}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, e := range list {
		lines = append(lines, fmt.Sprint(e.ID, " ", e.Type, " ", e.Response, " ", len(e.Challenges)))
	}
	return lines
}

func TestResume(t *testing.T) {
	ctx, h := t.Context(), newHouse(t)
	save := func(e *Event, response string, c ...userpool.ChallengeResponse) {
		t.Helper()
		if err := e.Within(ctx, h, func(tx store.Tx) error { return e.Save(ctx, tx, response, c...) }); err != nil {
			t.Fatal(err)
		}
	}
	first := h.recorder.Begin(ctx, h.subject, userpool.EventSignIn)
	save(first, userpool.EventInProgress, Password(true))
	save(h.recorder.Resume(ctx, h.subject, userpool.EventSignIn, first.ID()), userpool.EventPass, MFA(true))
	save(h.recorder.Resume(ctx, h.subject, userpool.EventSignIn, "purged"), userpool.EventPass, MFA(true))
	save(h.recorder.Resume(ctx, h.subject, userpool.EventSignIn, ""), userpool.EventFail, MFA(false))
	want := []string{"purged SignIn Pass 1", "e4 SignIn Fail 1", "e1 SignIn Pass 2"}
	if diff := cmp.Diff(want, h.history(t)); diff != "" {
		t.Error(diff)
	}
	if len(h.exported) != 4 || strings.Join(h.exported[1].Challenges, " ") != "Password:Success Mfa:Success" {
		t.Errorf("exported %+v", h.exported)
	}
}

// TestRecording: what a transaction that keeps its refusals writes.
func TestRecording(t *testing.T) {
	refusal := fault.New(fault.NotAuthorized, "no")
	outage := errors.New("the disk is on fire")
	for _, tt := range []struct {
		name     string
		outcome  error
		want     []string
		exported int
	}{
		{"done", nil, []string{"e1 PasswordChange Pass 0"}, 1},
		{"refused", refusal, []string{"e1 PasswordChange Fail 0"}, 1},
		{"above a cap", fault.New(fault.LimitExceeded, "too often"), []string{}, 0},
		{"failed", outage, []string{}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, h := t.Context(), newHouse(t)
			e := h.recorder.Begin(ctx, h.subject, userpool.EventPasswordChange)
			runs, kept := 0, error(nil)
			f := e.Recording(ctx, userpool.EventPass, func(store.Tx) error {
				if runs++; runs == 1 {
					return nil // the first run comes to nothing: another node was faster
				}
				return tt.outcome
			})
			err := h.Write(ctx, func(tx store.Tx) error {
				kept = f(tx)
				if runs == 1 {
					return store.ErrStale
				}
				if _, refused := errors.AsType[*fault.Error](kept); refused {
					return nil
				}
				return kept
			})
			e.Committed(errors.Join(err, kept))
			if diff := cmp.Diff(tt.want, h.history(t)); diff != "" || len(h.exported) != tt.exported {
				t.Errorf("%d exported\n%s", len(h.exported), diff)
			}
		})
	}
}

// TestUndone: what a transaction undid is not exported.
func TestUndone(t *testing.T) {
	ctx, h := t.Context(), newHouse(t)
	e := h.recorder.Begin(ctx, h.subject, userpool.EventSignUp)
	err := e.Within(ctx, h, func(tx store.Tx) error {
		if err := e.Save(ctx, tx, userpool.EventPass); err != nil {
			t.Error(err)
		}
		return fault.New(fault.UsernameExists, "User already exists")
	})
	if !fault.Is(err, fault.UsernameExists) || len(h.exported) > 0 || len(h.history(t)) > 0 {
		t.Errorf("%v; exported %v", err, h.exported)
	}
}

func TestNothingIsKept(t *testing.T) {
	ctx, h := t.Context(), newHouse(t)
	off := h.subject
	off.Pool = &userpool.Pool{ID: off.Pool.ID}
	for _, e := range []*Event{h.recorder.Begin(ctx, off, userpool.EventSignIn), (*Recorder)(nil).Resume(ctx, h.subject, userpool.EventSignIn, "x")} {
		ran := false
		err := e.Within(ctx, h, func(tx store.Tx) error {
			ran = true
			return e.Save(ctx, tx, userpool.EventPass)
		})
		e.Committed(nil)
		if err != nil || !ran || e.ID() != "" || len(h.history(t)) > 0 {
			t.Errorf("%v, ran %v, id %q", err, ran, e.ID())
		}
	}
}

func TestDeviceName(t *testing.T) {
	for agent, want := range map[string]string{
		"": "",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87":              "Edge 126, Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15":                          "Safari 17, Mac OS X",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1": "Chrome 126, iOS",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.122 Mobile Safari/537.36":                     "Chrome 126, Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":                                                                         "Firefox 127, Linux",
		"aws-cli/2.15.0 Python/3.11": "Other, Other",
	} {
		if got := deviceName(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add("curl/8", base64.StdEncoding.EncodeToString([]byte(`{"payload":"{\"contextData\":{\"UserAgent\":\"x\",\"ClientTimezone\":\"+01:00\"}}"}`)))
	f.Add("Firefox/\x00\xff", "e30=")
	f.Fuzz(func(t *testing.T, agent, encoded string) {
		o := Origin{IP: "192.0.2.1", UserAgent: agent}
		o.Read(encoded)
		o = OriginOf(WithOrigin(context.Background(), o))
		c := o.Context()
		for _, text := range []string{c.DeviceName, c.Timezone, c.IPAddress} {
			if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\n\r\x7f") {
				t.Errorf("%q", text)
			}
		}
	})
}

// TestJudged: an entry that is judged twice says the graver thing, and all that was
// found.
func TestJudged(t *testing.T) {
	const leaked = true
	low := &userpool.EventRisk{RiskDecision: userpool.RiskAccountTakeover, RiskLevel: userpool.RiskLow}
	for _, tt := range []struct{ first, second, want *userpool.EventRisk }{
		{nil, nil, nil},
		{low, nil, low},
		{nil, low, low},
		{low, &userpool.EventRisk{RiskDecision: userpool.RiskBlock, RiskLevel: userpool.RiskHigh}, &userpool.EventRisk{RiskDecision: userpool.RiskBlock, RiskLevel: userpool.RiskHigh}},
		{low, &userpool.EventRisk{RiskDecision: userpool.RiskNone, CompromisedCredentialsDetected: leaked},
			&userpool.EventRisk{RiskDecision: userpool.RiskAccountTakeover, RiskLevel: userpool.RiskLow, CompromisedCredentialsDetected: leaked}},
		{&userpool.EventRisk{RiskDecision: userpool.RiskNone, CompromisedCredentialsDetected: leaked}, &userpool.EventRisk{RiskDecision: userpool.RiskNone},
			&userpool.EventRisk{RiskDecision: userpool.RiskNone, CompromisedCredentialsDetected: leaked}},
	} {
		ctx, h := t.Context(), newHouse(t)
		begun := h.recorder.Begin(ctx, h.subject, userpool.EventSignIn)
		for i, risk := range []*userpool.EventRisk{tt.first, tt.second} {
			e := begun
			if i > 0 {
				e = h.recorder.Resume(ctx, h.subject, userpool.EventSignIn, begun.ID())
			}
			e.Judged(risk)
			if err := e.Within(ctx, h, func(tx store.Tx) error { return e.Save(ctx, tx, userpool.EventPass) }); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := Read(ctx, h, h.subject.Pool.ID, h.subject.User.ID, begun.ID())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, kept.Risk); diff != "" {
			t.Error(diff)
		}
		m := h.exported[1]
		if r := kept.Risk; r != nil && (m.RiskLevel != r.RiskLevel || m.RiskDecision != r.RiskDecision || m.CompromisedCredentialDetected != fmt.Sprint(r.CompromisedCredentialsDetected)) {
			t.Errorf("exported %+v", m)
		}
	}
}
