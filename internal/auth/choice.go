package auth

import (
	"context"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// USER_AUTH lets the user choose the first factor (reference: api-behaviour §10.1):
//
//	PREFERRED_CHALLENGE that the user has ─▶ its challenge, or with its data the answer at once
//	anything else ─▶ SELECT_CHALLENGE ─▶ ANSWER, with data or without
//
// A name that nobody has is offered what a user could have, where the client hides it.

// beginChoice begins USER_AUTH.
func (s *Service) beginChoice(ctx context.Context, a *attempt, r InitiateRequest) (*Outcome, error) {
	if err := s.identify(ctx, a); err != nil {
		return nil, err
	}
	if r.Session != "" {
		return s.confirmed(ctx, a, r.Session)
	}
	offered, err := s.firstFactors(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.user != nil {
		s.begin(ctx, a)
	}
	if preferred := r.Parameters["PREFERRED_CHALLENGE"]; slices.Contains(offered, preferred) {
		return s.choose(ctx, a, preferred, r.Parameters, nil)
	}
	return s.put(ctx, a, step{challenge: ChallengeSelect, choices: offered, first: true})
}

// nothing is a record of nothing.
func nothing(store.Tx) error { return nil }

// firstFactors are the factors that a is offered, in the service's order. A user without
// any is refused, or treated as nobody where the client hides who is there.
func (s *Service) firstFactors(ctx context.Context, a *attempt) ([]string, error) {
	if a.user != nil {
		passkey, err := s.hasPasskey(ctx, a)
		if err != nil {
			return nil, err
		}
		offered := s.offered(a, func(factor string) bool { return a.pool.OffersFirstFactor(a.user, factor, passkey) })
		switch {
		case len(offered) > 0:
			return offered, nil
		case a.client.HidesUserExistence():
			a.user = nil
		case imported(a.user):
			return nil, errResetRequired()
		default:
			return nil, fault.ErrIncorrect()
		}
	}
	return s.offered(a, func(factor string) bool {
		return factor == ChallengePassword || factor != ChallengeWebAuthn && a.pool.AllowsFirstFactor(factor)
	}), nil
}

func (s *Service) offered(a *attempt, has func(factor string) bool) []string {
	var list []string
	for _, factor := range []string{ChallengePassword, ChallengeEmailOTP, ChallengeSMSOTP, ChallengeWebAuthn} {
		if !has(factor) {
			continue
		}
		if factor == ChallengePassword && s.canSRP(a.user) {
			list = append(list, ChallengePasswordSRP)
		}
		list = append(list, factor)
	}
	return list
}

// canSRP reports whether a user's password can be proved by SRP.
func (s *Service) canSRP(u *userpool.User) bool {
	return s.Accounts.Passwords.SRP() && (u == nil || len(u.Credential.Verifier) > 0)
}

// takeChoice takes the answer to SELECT_CHALLENGE.
func (s *Service) takeChoice(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	answer := r.Answers["ANSWER"]
	switch {
	case answer == "":
		return nil, fault.ErrMissing("ANSWER")
	case !slices.Contains(ses.Choices, answer):
		return nil, errNoChoice()
	}
	if _, sends := sentCodeOf(step{challenge: answer, first: true}); sends && a.user != nil && !a.pool.OffersFirstFactor(a.user, answer, false) {
		return nil, errInvalidSession() // not any more
	}
	return s.choose(ctx, a, answer, r.Answers, s.spending(ctx, r, ses))
}

func errNoChoice() error {
	return fault.New(fault.InvalidParameter, "ANSWER is not one of the available challenges.")
}

// spending is a record that spends r's session.
func (s *Service) spending(ctx context.Context, r RespondRequest, ses *session) func(store.Tx) error {
	return func(tx store.Tx) error { return spend(ctx, tx, r.Pool, r.Session, ses.Expires) }
}

// choose goes to a first factor: to its answer, if data has it, else to its challenge.
// spent spends the session that led here, if one did.
func (s *Service) choose(ctx context.Context, a *attempt, factor string, data map[string]string, spent func(store.Tx) error) (*Outcome, error) {
	switch {
	case factor == ChallengePassword && data["PASSWORD"] != "":
		return s.checkPassword(ctx, a, data["PASSWORD"], spent)
	case factor == ChallengePasswordSRP && data["SRP_A"] != "":
		return s.choseSRP(ctx, a, data["SRP_A"], spent)
	}
	next := step{challenge: factor, first: true}
	if spent == nil {
		if _, sends := sentCodeOf(next); !sends {
			return s.put(ctx, a, next) // there is nothing to write
		}
		spent = nothing
	}
	return s.ask(ctx, a, next, spent)
}

// choseSRP begins the exchange. Whoever led here by a session has spent it then, as
// with any other answer; InitiateAuth, without one, writes nothing.
func (s *Service) choseSRP(ctx context.Context, a *attempt, public string, spent func(store.Tx) error) (*Outcome, error) {
	out, err := s.beginSRP(ctx, a, public)
	if err != nil || spent == nil {
		return out, err
	}
	if err := s.Store.Write(ctx, spent); err != nil {
		return nil, err
	}
	return out, nil
}

// takePassword takes the answer to PASSWORD.
func (s *Service) takePassword(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	password := r.Answers["PASSWORD"]
	if password == "" {
		return nil, fault.ErrMissing("PASSWORD")
	}
	return s.checkPassword(ctx, a, password, s.spending(ctx, r, ses))
}
