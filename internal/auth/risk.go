package auth

import (
	"context"
	"maps"

	"idpond/internal/auth/risk"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Threat protection has three places in a sign-in: Risk.Admit, before anything is
// done; proceedJudged, between the right first factor and whatever it opens; and
// takeable, at a new password.

// proceedJudged is proceed behind the first factor, for whom neither threat protection
// nor the pool's MFA refuses; record writes what the passing of the factor changes,
// also of who is refused, and a.prove what it proves, of others. Sign-ins of
// CUSTOM_AUTH are judged at their end.
func (s *Service) proceedJudged(ctx context.Context, a *attempt, record func(store.Tx) error) (*Outcome, error) {
	if a.custom != nil {
		return s.proceed(ctx, a, passedFirstFactor, record)
	}
	at := risk.Attempt{Pool: a.pool, Client: a.client, User: a.user, Password: a.password, Custom: a.flow == userpool.FlowCustom}
	verdict, err := s.Risk.SignIn(ctx, at)
	if err != nil {
		return nil, err
	}
	refused := a.obey(&verdict)
	if refused == nil { // told once the factor is recorded: what isn't could be guessed at
		_, refused = nextStep(a, passedFirstFactor)
	}
	a.event.Judged(verdict.Risk)
	var out *Outcome
	if refused != nil {
		err = s.save(ctx, a, userpool.EventFail, record)
	} else {
		out, err = s.proceed(ctx, a, passedFirstFactor, also(ctx, record, a.prove))
	}
	if err != nil {
		return nil, err
	}
	s.Risk.Notify(ctx, at, a.event.ID(), verdict)
	return out, refused
}

// obey makes a do what a verdict asks for, and gives the refusal if that is it. A
// second factor can be asked for where the pool leaves it to its users; where it has
// none, or requires one anyway, its own rule holds (reference: api-behaviour §13).
func (a *attempt) obey(v *risk.Verdict) (refused error) {
	switch asksForMFA := v.Action == risk.MFAIfConfigured || v.Action == risk.MFARequired; {
	case v.Action == risk.Block:
		return risk.Refused()
	case !asksForMFA || a.strong || a.pool.Settings.MfaConfiguration != userpool.MFAOptional:
		return nil
	}
	_, a.forced = a.forcedFactor()
	if a.forced || v.Action == risk.MFAIfConfigured {
		return nil
	}
	v.Block() // what it asks for can't be had
	return risk.Refused()
}

// due is the second factor that a owes; ok is false where it can't be had.
func (a *attempt) due() (f userpool.SecondFactor, ok bool) {
	if a.forced {
		return a.forcedFactor()
	}
	return a.pool.SecondFactor(a.user)
}

// forcedFactor is a factor of a's user other than the first one: a second code to the
// same address would prove nothing more.
func (a *attempt) forcedFactor() (f userpool.SecondFactor, ok bool) {
	u := *a.user
	u.Attributes = maps.Clone(u.Attributes)
	delete(u.Attributes, a.provedBy)
	return a.pool.ForcedFactor(&u)
}

// takeable refuses a new password that is known to have leaked, where that is
// forbidden. Fault: InvalidPassword.
func (s *Service) takeable(ctx context.Context, a *attempt, password string) error {
	judged, refused, err := s.Risk.NewPassword(ctx, a.pool, a.client, userpool.RiskAtPasswordChange, password)
	if err != nil {
		return err
	}
	a.event.Judged(judged)
	return refused
}
