// Package risk is threat protection: it judges sign-ins, finds passwords that have
// leaked, and writes to users about sign-ins that look like a stranger's (reference:
// api-behaviour §20.8).
//
//	request ─▶ Admit ── the address is in a blocked network ─▶ refused, whoever it is
//	             │
//	             ▼ sign-in: the first factor was right        new password
//	           SignIn                                             │
//	             ├─ the password has leaked ──────┐           NewPassword ── leaked ─▶ BLOCK: refused
//	             ├─ history: newest 30 entries    │               │
//	             │    signals ─▶ points ─▶ level ─┤               ▼
//	             ▼                                ▼        EventRisk of the entry
//	           Verdict: EventRisk of the entry, and what to do of the configuration
//	             │        (nothing in AUDIT, and nothing where none is configured)
//	             ▼ after the commit
//	           Notify ─▶ mail with the one-click links ─▶ feedback on the entry ─▶ history
//
// The service's model isn't published; this one is ours, and the same history
// always gives the same level. Each signal that is there counts points:
//
//	1  a device that no passed sign-in came from
//	1  a network (IPv4 /24, IPv6 /48) that no passed sign-in came from
//	1  at least 3 wrong answers since the last passed sign-in; 2 from 10 on
//	1  the user said of a sign-in on a device of this name: not me
//	3  the user said of a sign-in from this network: not me
//
// 0 points are no risk, 1 is Low, 2 Medium, 3 and more High. What the user calls Valid
// makes its device and network known, and takes an earlier Invalid back. A user
// who has never signed in has nothing to compare with: device and network are no
// signals then. Devices are compared without the version of the browser.
//
// Configuration and history are all that is asked; nothing is sent anywhere.
package risk

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Config is what is read of the configuration; directory.Service has it.
type Config interface {
	// RiskFor gives the configuration that a client's sign-ins are judged by.
	RiskFor(ctx context.Context, p *userpool.Pool, clientID string) (*userpool.RiskConfiguration, error)
}

// Service judges. Its fields are set once, before use. A nil *Service admits
// everybody and judges nothing, as every Service does in pools without threat
// protection.
type Service struct {
	Config   Config
	History  store.AuthEvents
	Leaked   *Leaked // nil: no password is known to have leaked
	Messages *message.Sender
	// FeedbackToken makes the token of a mail about an entry; account.Service has it.
	FeedbackToken func(u *userpool.User, p *userpool.Pool, eventID string) (string, error)
	// FeedbackPage is the address of the page that the one-click links lead to.
	FeedbackPage string
	Now          func() time.Time
	Log          *slog.Logger
}

// Refused is what a sign-in is answered that threat protection stops.
func Refused() error {
	return fault.New(fault.NotAuthorized, "Unable to login because of security reasons.")
}

// Admit refuses requests from blocked networks, before anything is done for them.
// The fault is NotAuthorized.
func (s *Service) Admit(ctx context.Context, p *userpool.Pool, c *userpool.AppClient) error {
	if s == nil || p.ThreatMode(false) != userpool.ThreatEnforced {
		return nil
	}
	r, err := s.Config.RiskFor(ctx, p, c.ID)
	if err != nil {
		return err
	}
	if r.Blocks(address(activity.OriginOf(ctx))) {
		return Refused()
	}
	return nil
}

// Attempt is a sign-in whose first factor was right.
type Attempt struct {
	Pool     *userpool.Pool
	Client   *userpool.AppClient
	User     *userpool.User
	Password string // "" where it isn't known: SRP, and sign-in without one
	Custom   bool   // by custom challenges, which have a mode of their own
}

// Action is what a verdict asks for.
type Action string

// The actions. The rule of the pool is followed where there is none.
const (
	NoAction        Action = ""
	Block           Action = userpool.RiskActionBlock
	MFAIfConfigured Action = userpool.RiskActionMFAIfConfigured
	MFARequired     Action = userpool.RiskActionMFARequired
)

// Verdict is what was thought of a sign-in, and what has to be done.
type Verdict struct {
	Risk   *userpool.EventRisk // for the entry in the history; nil when nothing was judged
	Action Action

	notify *userpool.AccountTakeoverRisk // whose mail is to be sent, nil for none
	mail   string                        // the action that the mail tells of
}

// SignIn judges a sign-in. Its only read is that of the newest entries of the
// user's history.
func (s *Service) SignIn(ctx context.Context, a Attempt) (Verdict, error) {
	var none Verdict
	if s == nil || a.Pool.ThreatMode(a.Custom) == "" {
		return none, nil
	}
	r, err := s.Config.RiskFor(ctx, a.Pool, a.Client.ID)
	if err != nil {
		return none, err
	}
	enforced := a.Pool.ThreatMode(a.Custom) == userpool.ThreatEnforced
	leaked := a.Password != "" && r.LooksFor(userpool.RiskAtSignIn) && s.leaked(ctx, a.Password)
	if leaked && enforced && r.CompromisedCredentials.Actions.EventAction == userpool.RiskActionBlock {
		return Verdict{Risk: blockedAsLeaked(), Action: Block}, nil
	}
	level, history, err := s.level(ctx, r, a)
	if err != nil {
		return none, err
	}
	v := Verdict{}
	if level != "" || history != nil || leaked {
		v.Risk = &userpool.EventRisk{RiskDecision: userpool.RiskNone, CompromisedCredentialsDetected: leaked}
	}
	if level == "" {
		return v, nil
	}
	v.Risk.RiskDecision, v.Risk.RiskLevel = userpool.RiskAccountTakeover, level
	if enforced {
		v.act(r)
	}
	if risky(history, s.Now().Add(-mailWindow)) >= mostMails {
		v.notify = nil
	}
	return v, nil
}

// Block makes v refuse the sign-in, and the mail say so.
func (v *Verdict) Block() {
	v.Action, v.Risk.RiskDecision, v.mail = Block, userpool.RiskBlock, userpool.RiskActionBlock
}

// act does what is configured for the level of v.
func (v *Verdict) act(r *userpool.RiskConfiguration) {
	action := r.ActionAt(v.Risk.RiskLevel)
	if action.EventAction != userpool.RiskActionNone {
		v.Action = Action(action.EventAction)
	}
	if v.Action == Block {
		v.Risk.RiskDecision = userpool.RiskBlock
	}
	if action.Notify {
		v.notify, v.mail = r.AccountTakeover, action.EventAction
	}
}

// level judges the place of a sign-in by the user's history, which is nil where the
// place is excepted.
func (s *Service) level(ctx context.Context, r *userpool.RiskConfiguration, a Attempt) (level string, history []*userpool.AuthEvent, err error) {
	o := activity.OriginOf(ctx)
	switch ip := address(o); {
	case r.Blocks(ip): // in AUDIT: Admit has let it through
		return userpool.RiskHigh, nil, nil
	case r.Skips(ip):
		return "", nil, nil
	}
	history, err = activity.List(ctx, s.History, a.User, time.Time{}, "", historyRead)
	if err != nil {
		return "", nil, err
	}
	return levelOf(points(history, placeOf(o.Context()))), history, nil
}

// NewPassword looks whether somebody may take a password at an event (RiskAtSignUp,
// RiskAtPasswordChange): risk is for the entry in the history, nil for nothing to
// tell, and refused the fault InvalidPassword, or nil.
func (s *Service) NewPassword(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, event, password string) (risk *userpool.EventRisk, refused, err error) {
	if s == nil || password == "" || !p.ThreatProtection() {
		return nil, nil, nil
	}
	r, err := s.Config.RiskFor(ctx, p, c.ID)
	if err != nil || !r.LooksFor(event) || !s.leaked(ctx, password) {
		return nil, nil, err
	}
	if p.ThreatMode(false) == userpool.ThreatEnforced && r.CompromisedCredentials.Actions.EventAction == userpool.RiskActionBlock {
		return blockedAsLeaked(), fault.New(fault.InvalidPassword, "Provided password cannot be used for security reasons."), nil
	}
	return &userpool.EventRisk{RiskDecision: userpool.RiskNone, CompromisedCredentialsDetected: true}, nil, nil
}

func blockedAsLeaked() *userpool.EventRisk {
	return &userpool.EventRisk{RiskDecision: userpool.RiskBlock, CompromisedCredentialsDetected: true}
}

// leaked reports whether a password is known to have leaked. A file that can't be
// read keeps nobody out: the log says so.
func (s *Service) leaked(ctx context.Context, password string) bool {
	found, err := s.Leaked.Has(password)
	if err != nil {
		s.Log.ErrorContext(ctx, "the file of leaked passwords could not be read", "err", err)
	}
	return found
}

// address is where a request came from; the zero value where that isn't known,
// which is in no network.
func address(o activity.Origin) netip.Addr {
	ip, err := netip.ParseAddr(o.IP)
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap().WithZone("")
}
