package auth

import (
	"context"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
)

// CUSTOM_AUTH leaves the way of a sign-in to the pool's functions (reference:
// api-behaviour §10.3, §19):
//
//	Initiate ─────────────────────▶ Define ──┬─ failAuthentication ─▶ refused
//	  │ with CHALLENGE_NAME=SRP_A      ▲     ├─ issueTokens ─▶ [NEW_PASSWORD_REQUIRED] ─▶ tokens
//	  ▼                                │     ├─ CUSTOM_CHALLENGE ─▶ Create ─▶ ANSWER ─▶ Verify ─┐
//	Define ─▶ PASSWORD_VERIFIER ─ right┤     └─ SMS_MFA, EMAIL_OTP, … ─▶ right code ──────────┐ │
//	                                   └── with what was passed, or failed ◀──────────────────┴─┘
//
// A challenge is spent before its answer is shown to a function: functions take
// their time and have effects of their own, so of several answers at once only one
// may reach them. A function's failure therefore ends the sign-in. What a function
// asks for takes the place of the pool's own second factor, and a user's state is
// told to whoever has come to the end. For a name that nobody has, if the client
// hides that, functions are called with userNotFound and can't let anybody in.

// ChallengeCustom is the challenge that CreateAuthChallenge makes.
const ChallengeCustom = "CUSTOM_CHALLENGE"

// stepSRP is the step that DefineAuthChallenge sees when a client begins with SRP,
// and the CHALLENGE_NAME by which it does.
const stepSRP = "SRP_A"

// customProblem says why a pool can't run CUSTOM_AUTH, or nil.
func customProblem(pool *userpool.Pool) error {
	c := pool.Settings.LambdaConfig
	if c.DefineAuthChallenge == "" || c.CreateAuthChallenge == "" || c.VerifyAuthChallengeResponse == "" {
		return fault.New(fault.InvalidParameter, "Custom auth lambda trigger is not configured for the user pool.")
	}
	return nil
}

// beginCustom begins CUSTOM_AUTH. ClientMetadata of the beginning reaches no
// function (reference: api-behaviour §19.3).
func (s *Service) beginCustom(ctx context.Context, a *attempt, r InitiateRequest) (*Outcome, error) {
	withSRP := r.Parameters["CHALLENGE_NAME"] == stepSRP
	switch {
	case withSRP && !s.Accounts.Passwords.SRP():
		return nil, errNoSRP()
	case withSRP && r.Parameters["SRP_A"] == "":
		return nil, fault.ErrMissing("SRP_A")
	}
	if err := s.identify(ctx, a); err != nil {
		return nil, err
	}
	if withSRP {
		return s.beginCustomSRP(ctx, a, r.Parameters["SRP_A"])
	}
	a.custom = new(custom)
	if a.user != nil {
		s.begin(ctx, a)
	}
	return s.define(ctx, a)
}

// beginCustomSRP begins with a password. Whatever else the function says here is
// refused: nothing was proved yet.
func (s *Service) beginCustomSRP(ctx context.Context, a *attempt, public string) (*Outcome, error) {
	a.custom = customWithSRP(nil)
	switch said, err := s.askDefine(ctx, a); {
	case err != nil:
		return nil, err
	case said.FailAuthentication:
		return nil, fault.ErrIncorrect()
	case said.IssueTokens || said.ChallengeName != ChallengePasswordVerifier:
		return nil, fault.ErrUnrecognizable()
	}
	return s.beginSRP(ctx, a, public)
}

// define asks what comes next, and does it.
func (s *Service) define(ctx context.Context, a *attempt) (*Outcome, error) {
	said, err := s.askDefine(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case said.FailAuthentication:
		if err := s.save(ctx, a, userpool.EventFail, nothing); err != nil {
			return nil, err
		}
		return nil, fault.ErrIncorrect()
	case said.IssueTokens:
		return s.endCustom(ctx, a)
	case said.ChallengeName == ChallengeCustom:
		return s.create(ctx, a)
	}
	if err := s.knownProblem(ctx, a, said.ChallengeName); err != nil {
		return nil, err
	}
	return s.askCustom(ctx, a, step{challenge: said.ChallengeName})
}

func (s *Service) askDefine(ctx context.Context, a *attempt) (trigger.DefineAuthChallengeResponse, error) {
	return s.Triggers.Define(ctx, a.occasion(), trigger.DefineAuthChallengeRequest{
		UserAttributes: trigger.UserAttributes(a.pool, a.user), Session: a.custom.Steps,
		ClientMetadata: a.custom.metadata, UserNotFound: a.user == nil,
	})
}

// occasion is what events say of a.
func (a *attempt) occasion() trigger.Occasion {
	name := a.name
	if a.user != nil {
		name = a.user.Username
	}
	return trigger.Occasion{Pool: a.pool, ClientID: a.client.ID, UserName: name}
}

// knownProblem says why DefineAuthChallenge can't have one of the service's own
// challenges, or nil. A name that nobody has is sent codes as if it were there.
func (s *Service) knownProblem(ctx context.Context, a *attempt, challenge string) error {
	switch challenge {
	case ChallengePasswordVerifier:
		return fault.ErrMissing("SRP_A") // only a client that begins with it can prove a password
	case ChallengeSMSMFA, ChallengeEmailOTP, ChallengeSoftwareToken:
		if a.user == nil && challenge == ChallengeSoftwareToken {
			return fault.ErrIncorrect()
		}
		if a.user != nil && !a.pool.CanAsk(a.user, challenge) {
			return errCannotAnswer(challenge)
		}
		return nil
	case ChallengeDeviceSRP:
		if a.user == nil || a.deviceKey == "" {
			return errCannotAnswer(challenge)
		}
		if err := s.useDevice(ctx, a, a.deviceKey); err != nil {
			return err
		}
		if !deviceStands(a.pool, a.device) {
			return errCannotAnswer(challenge)
		}
		return nil
	case ChallengeNewPasswordRequired:
		if a.user != nil && a.user.Status == userpool.StatusForceChangePassword && a.custom.proved() {
			return nil
		}
	}
	return fault.ErrUnrecognizable()
}

func errCannotAnswer(challenge string) error {
	return fault.Newf(fault.InvalidParameter, "The user can't answer %s.", challenge)
}

// create has CreateAuthChallenge make a challenge, and puts it to the client.
func (s *Service) create(ctx context.Context, a *attempt) (*Outcome, error) {
	made, err := s.Triggers.Create(ctx, a.occasion(), trigger.CreateAuthChallengeRequest{
		UserAttributes: trigger.UserAttributes(a.pool, a.user), ChallengeName: ChallengeCustom, Session: a.custom.Steps,
		ClientMetadata: a.custom.metadata, UserNotFound: a.user == nil,
	})
	if err != nil {
		return nil, err
	}
	a.custom.Private, a.custom.Metadata = made.PrivateChallengeParameters, made.ChallengeMetadata
	parameters := map[string]string{}
	size := 0
	for key, value := range made.PublicChallengeParameters {
		parameters[key] = value
		size += len(key) + len(value)
	}
	if size > maxCustom {
		return nil, fault.ErrUnrecognizable()
	}
	parameters["USERNAME"] = s.userIDForSRP(a)
	return s.askCustom(ctx, a, step{challenge: ChallengeCustom, parameters: parameters})
}

// askCustom puts a challenge and keeps where the sign-in stands.
func (s *Service) askCustom(ctx context.Context, a *attempt, next step) (*Outcome, error) {
	keep, err := s.keeping(a)
	if err != nil {
		return nil, err
	}
	return s.ask(ctx, a, next, func(tx store.Tx) error { return keep(ctx, tx) })
}

// takeCustom takes the answer to CUSTOM_CHALLENGE. A wrong one doesn't fail by
// itself.
func (s *Service) takeCustom(ctx context.Context, a *attempt, r RespondRequest) (*Outcome, error) {
	answer := r.Answers["ANSWER"]
	if answer == "" || a.custom == nil {
		return nil, fault.ErrMissing("ANSWER")
	}
	if err := s.Store.Write(ctx, func(tx store.Tx) error { return a.custom.spend(ctx, tx, a.pool) }); err != nil {
		return nil, err
	}
	right, err := s.Triggers.Verify(ctx, a.occasion(), trigger.VerifyAuthChallengeRequest{
		UserAttributes: trigger.UserAttributes(a.pool, a.user), PrivateChallengeParameters: a.custom.Private,
		ChallengeAnswer: answer, ClientMetadata: a.custom.metadata, UserNotFound: a.user == nil,
	})
	if err != nil {
		return nil, err
	}
	a.custom.add(right)
	return s.define(ctx, a)
}

// passCustom goes on after one of the service's own challenges was passed in a
// custom sign-in; record writes what that changes.
func (s *Service) passCustom(ctx context.Context, a *attempt, record func(store.Tx) error) (*Outcome, error) {
	err := s.save(ctx, a, userpool.EventInProgress, func(tx store.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		return a.custom.spend(ctx, tx, a.pool)
	})
	if err != nil {
		return nil, err
	}
	s.resumeEvent(ctx, a, a.event.ID())
	a.passed = nil
	a.custom.add(true)
	return s.define(ctx, a)
}

// endCustom ends a sign-in that DefineAuthChallenge lets in, with a new password
// where a temporary one was proved; who proved none keeps it. Functions may have taken
// long, so the user is read again when that is written.
func (s *Service) endCustom(ctx context.Context, a *attempt) (*Outcome, error) {
	if a.user == nil {
		return nil, fault.ErrIncorrect()
	}
	password := passwordTime(a.user)
	a.keepsPassword = !a.custom.proved()
	if refusal := refusedByState(a.pool, a.user, s.Now()); refusal != nil {
		if err := s.save(ctx, a, userpool.EventFail, nothing); err != nil {
			return nil, err
		}
		return nil, refusal
	}
	if a.device == nil {
		if err := s.useDevice(ctx, a, a.deviceKey); err != nil {
			return nil, err
		}
	}
	a.custom, a.strong = nil, true
	return s.proceedJudged(ctx, a, func(tx store.Tx) error {
		switch u, err := tx.User(ctx, a.pool.ID, a.user.ID); {
		case isNotFound(err):
			return fault.ErrIncorrect()
		case err != nil:
			return err
		case passwordTime(u) != password: // an administrator was faster
			return errInvalidSession()
		default:
			return refusedByState(a.pool, u, s.Now())
		}
	})
}
