package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"idpond/internal/account"
	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// choiceParameters are the parameters of SELECT_MFA_TYPE and MFA_SETUP. The choices of
// the first go under two names, because clients read either (reference: api-behaviour §12).
func choiceParameters(a *attempt, next step) (map[string]string, error) {
	list, err := json.Marshal(next.choices)
	if err != nil {
		return nil, err
	}
	p := map[string]string{"USER_ID_FOR_SRP": a.user.Username}
	if next.challenge == ChallengeMFASetup {
		p["MFAS_CAN_SETUP"] = string(list)
	} else {
		p["MFAS_CAN_CHOOSE"], p["MFAS_CAN_SELECT"] = string(list), string(list)
	}
	return p, nil
}

// takeMFAChoice takes the answer to SELECT_MFA_TYPE.
func (s *Service) takeMFAChoice(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	answer := r.Answers["ANSWER"]
	switch {
	case answer == "":
		return nil, fault.ErrMissing("ANSWER")
	case !slices.Contains(ses.Choices, answer):
		return nil, fault.New(fault.InvalidParameter, "ANSWER is not one of the MFA types that can be chosen.")
	case !a.stillAsks(answer):
		return nil, errInvalidSession()
	}
	return s.ask(ctx, a, step{challenge: answer}, s.spending(ctx, r, ses))
}

// stillAsks reports whether a may still answer the challenge of a second factor. What
// functions ask for is theirs to take back.
func (a *attempt) stillAsks(factor string) bool {
	return a.custom != nil || a.pool.StillAsks(a.user, factor, a.forced)
}

// MFA_SETUP lets a user of a pool that requires MFA set up a first factor in the middle
// of a sign-in (reference: api-behaviour §12, §13):
//
//	software token: AssociateToken ─▶ VerifyToken ─▶ the answer, with the session of the latter
//	e-mail, SMS:    the answer names the address ─▶ EMAIL_OTP, SMS_MFA, which sets it
//
// Who has got a factor in another way meanwhile can't set up another one so.

// takeSetup takes the answer to MFA_SETUP.
func (s *Service) takeSetup(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	spent := s.spending(ctx, r, ses)
	if ses.Done && a.pool.CanAsk(a.user, ChallengeSoftwareToken) { // which may have been taken away
		return s.proceed(ctx, a, passedSecondFactor, spent)
	}
	if err := stillToSetUp(a); err != nil {
		return nil, err
	}
	next := step{setup: true}
	for _, f := range []struct{ challenge, key, alsoKey string }{
		{ChallengeEmailOTP, "EMAIL", "email"}, {ChallengeSMSMFA, "PHONE_NUMBER", "phone_number"},
	} {
		address := cmp.Or(r.Answers[f.key], r.Answers[f.alsoKey])
		if address != "" && slices.Contains(ses.Choices, f.challenge) {
			next.challenge, next.address = f.challenge, address
			if err := account.CheckAttributes(a.pool, map[string]string{f.alsoKey: address}, false); err != nil {
				return nil, err
			}
			return s.ask(ctx, a, next, spent)
		}
	}
	if slices.Contains(ses.Choices, ChallengeEmailOTP) {
		return nil, fault.ErrMissing("EMAIL")
	}
	return nil, errInvalidSession() // not one that VerifySoftwareToken gave
}

// stillToSetUp refuses to go on with a set-up that isn't due any more.
func stillToSetUp(a *attempt) error {
	if !toSetUp(a.pool, a.user) {
		return errInvalidSession()
	}
	return nil
}

// toSetUp reports whether sign-ins of u come to MFA_SETUP.
func toSetUp(pool *userpool.Pool, u *userpool.User) bool {
	due, ok := pool.SecondFactor(u)
	return ok && due.Challenge == ChallengeMFASetup
}

// openSetup takes up the sign-in whose session stands for the caller in operations on
// software tokens.
func (s *Service) openSetup(ctx context.Context, text string) (*attempt, *session, error) {
	var ses session
	if err := s.Keys.OpenText(sessionLabel, text, &ses); err != nil {
		return nil, nil, errInvalidSession()
	}
	if ses.Challenge != ChallengeMFASetup || ses.Done || !slices.Contains(ses.Choices, ChallengeSoftwareToken) {
		return nil, nil, errInvalidSession()
	}
	r := RespondRequest{Side: ses.Side, Challenge: ses.Challenge, Session: text}
	var err error
	if r.Pool, err = s.Config.Pool(ctx, ses.Pool); err == nil {
		r.Client, err = s.Config.PoolClient(ctx, r.Pool, ses.Client)
	}
	switch {
	case fault.Is(err, fault.ResourceNotFound):
		return nil, nil, errInvalidSession()
	case err != nil:
		return nil, nil, err
	}
	if _, err := s.openSession(r); err != nil {
		return nil, nil, err
	}
	a, err := s.resume(ctx, r, &ses, ses.User)
	if err != nil {
		return nil, nil, err
	}
	return a, &ses, stillToSetUp(a)
}

// renewed is the session of a set-up that goes on.
func (s *Service) renewed(a *attempt, ses *session) session {
	next := s.newSession(a, ChallengeMFASetup)
	next.Choices = ses.Choices
	return next
}

// AssociateToken makes the secret of a software token that is set up in the middle of
// a sign-in, in base32, and the session to go on with. Faults: NotAuthorized,
// SoftwareTokenMFANotFound.
func (s *Service) AssociateToken(ctx context.Context, text string) (secret, session string, err error) {
	a, ses, err := s.openSetup(ctx, text)
	if err != nil {
		return "", "", err
	}
	next := s.renewed(a, ses)
	if next.Token, err = s.Accounts.NewTokenSecret(a.pool); err != nil {
		return "", "", err
	}
	err = s.Store.Write(ctx, func(tx store.Tx) error { return spend(ctx, tx, a.pool, text, ses.Expires) })
	if err != nil {
		return "", "", err
	}
	session, err = s.sealed(next)
	return account.TokenText(next.Token), session, err
}

// VerifyToken takes the first code of a software token that is set up in the middle of
// a sign-in, gives the token to the user, and the session that answers MFA_SETUP.
// Faults: NotAuthorized, EnableSoftwareTokenMFA, SoftwareTokenMFANotFound.
func (s *Service) VerifyToken(ctx context.Context, text, code, name string) (session string, err error) {
	a, ses, err := s.openSetup(ctx, text)
	switch {
	case err != nil:
		return "", err
	case len(ses.Token) == 0:
		return "", fault.ErrNoSoftwareToken(fault.SoftwareTokenMFANotFound)
	}
	at, ok := account.TokenStep(ses.Token, code, s.Now())
	if s.codesLocked(a) || !ok {
		return "", s.wrongCode(ctx, a, fault.ErrSoftwareTokenMismatch())
	}
	a.passed = append(a.passed, activity.MFA(true))
	err = s.save(ctx, a, userpool.EventInProgress, func(tx store.Tx) error {
		if err := spend(ctx, tx, a.pool, text, ses.Expires); err != nil {
			return err
		}
		if err := s.rightCode(ctx, tx, a); err != nil {
			return err
		}
		u, err := tx.User(ctx, a.pool.ID, a.user.ID)
		if err != nil {
			return err
		}
		a.user = u
		if err := stillToSetUp(a); err != nil {
			return err
		}
		u.AddSoftwareToken(ses.Token, at, account.TokenName(name))
		u.UpdatedAt = s.Now()
		return tx.UpdateUser(ctx, u)
	})
	if err != nil {
		return "", err
	}
	next := s.renewed(a, ses)
	next.Done = true
	return s.sealed(next)
}

// hasGrace reports whether a, which is about to be told to set up a factor, may end
// without one this time. The pages set one up at once.
func (a *attempt) hasGrace() bool { return a.user.MFA.Grace && a.side != Pages }

// errGraceUsed says that another sign-in was the first. It never leaves the package.
var errGraceUsed = errors.New("auth: the sign-in without a second factor was used")

// useGrace uses the one sign-in without a second factor up. The write of the user
// decides which of several sign-ins was the first.
func (s *Service) useGrace(ctx context.Context, tx store.Tx, a *attempt) error {
	u, err := tx.User(ctx, a.pool.ID, a.user.ID)
	switch {
	case err != nil:
		return err
	case !u.MFA.Grace:
		return errGraceUsed
	}
	u.MFA.Grace = false
	return tx.UpdateUser(ctx, u)
}
