package auth

import (
	"context"
	"errors"
	"time"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// stage is how far a sign-in has come; stages are passed in this order.
type stage int

const (
	passedFirstFactor stage = iota
	passedNewPassword
	passedSecondFactor
)

// step is a challenge that a sign-in puts next; the zero value is none.
type step struct {
	challenge string
	choices   []string // of challenges that let the user choose
	first     bool     // no factor was passed yet
	setup     bool     // a right answer sets the factor up
	address   string   // where a code is to go, "" for the user's own

	parameters map[string]string // of a challenge that a function made
}

// longestTaking bounds what follows from an answer: functions, mails, the database.
const longestTaking = time.Minute

// taking is the context of what follows from an answer that is judged now. Who hangs up
// doesn't end it: a guess would not be counted then, while a right one's further ways
// (a password that is kept anew, threat protection) take longer to stop.
func taking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), longestTaking)
}

// findUser finds who may sign in by a name. Unknown is nil, without an error.
func (s *Service) findUser(ctx context.Context, pool *userpool.Pool, name string) (*userpool.User, error) {
	u, err := s.Accounts.Find(ctx, pool, name)
	if isNotFound(err) {
		return nil, nil
	}
	return u, err
}

// firstFactor ends the first factor of a: right says whether the proof was, and
// also, if set, writes what its success changes. What a right password is worth
// is decided in one transaction with what follows from it. Only who knows the
// password is told that the device is none of the user's.
func (s *Service) firstFactor(ctx context.Context, a *attempt, right bool, also func(store.Tx) error) (*Outcome, error) {
	now := s.Now()
	if !right {
		return nil, s.wrongPassword(ctx, a, now)
	}
	record := func(tx store.Tx) error {
		switch ok, err := tx.PasswordRight(ctx, a.pool.ID, a.user.ID, now); {
		case isNotFound(err): // deleted meanwhile
			return fault.ErrIncorrect()
		case err != nil:
			return err
		case !ok:
			return errLocked()
		case also != nil:
			return also(tx)
		}
		return nil
	}
	a.passed = append(a.passed, activity.Password(true))
	return s.passFirst(ctx, a, record)
}

// passFirst goes on after a right first factor, unless the user's state refuses;
// record writes what the factor's success changes.
func (s *Service) passFirst(ctx context.Context, a *attempt, record func(store.Tx) error) (*Outcome, error) {
	if refused := refusedByState(a.pool, a.user, s.Now()); refused != nil {
		if err := s.save(ctx, a, userpool.EventFail, record); err != nil {
			return nil, err
		}
		return nil, refused
	}
	unknownDevice := s.useDevice(ctx, a, a.deviceKey)
	return s.proceedJudged(ctx, a, func(tx store.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		return unknownDevice // which undoes the rest: the client tries again without the device
	})
}

// wrongPassword counts a failed password and gives the refusal.
func (s *Service) wrongPassword(ctx context.Context, a *attempt, now time.Time) error {
	var counted bool
	err := a.event.Within(ctx, s.Store, func(tx store.Tx) (err error) {
		if counted, err = tx.PasswordWrong(ctx, a.pool.ID, a.user.ID, now); err != nil || !counted {
			return err
		}
		return a.event.Save(ctx, tx, userpool.EventFail, activity.Password(false))
	})
	switch {
	case isNotFound(err), err == nil && counted: // the user may be gone meanwhile
		return fault.ErrIncorrect()
	case err != nil:
		return err
	}
	return errLocked()
}

// refuseLocked refuses a password while a lock runs. Where existence is hidden it asks of
// the database what the lock of a name that nobody has does, and takes as long.
func (s *Service) refuseLocked(ctx context.Context, a *attempt, now time.Time) error {
	if a.client.HidesUserExistence() {
		return s.wrongPassword(ctx, a, now)
	}
	return errLocked()
}

// refusedByState says why a user who gave the right password may not sign in, or
// nil (reference: api-behaviour §8).
func refusedByState(pool *userpool.Pool, u *userpool.User, now time.Time) error {
	switch {
	case !u.Enabled:
		return fault.ErrUserDisabled()
	case u.Status == userpool.StatusUnconfirmed:
		return fault.New(fault.UserNotConfirmed, "User is not confirmed.")
	case u.Status == userpool.StatusResetRequired:
		return errResetRequired()
	case u.Status == userpool.StatusForceChangePassword && temporaryPasswordExpired(pool, u, now):
		return fault.New(fault.NotAuthorized, "Temporary password has expired and must be reset by an administrator.")
	case u.Status == userpool.StatusConfirmed, u.Status == userpool.StatusForceChangePassword:
		return nil
	}
	return fault.ErrIncorrect() // EXTERNAL_PROVIDER: federated users have no password here
}

func errResetRequired() error {
	return fault.New(fault.PasswordResetRequired, "Password reset required for the user")
}

func temporaryPasswordExpired(pool *userpool.Pool, u *userpool.User, now time.Time) bool {
	days := pool.Settings.Policies.PasswordPolicy.TemporaryPasswordValidityDays
	if days == 0 {
		days = userpool.DefaultTemporaryPasswordDays
	}
	return !now.Before(u.Credential.SetAt.AddDate(0, 0, days))
}

// proceed takes a on from a stage that it passed: to the next challenge, or to
// its end. record writes what the passing of the stage changes; it may set
// a.user to what it wrote.
func (s *Service) proceed(ctx context.Context, a *attempt, passed stage, record func(store.Tx) error) (*Outcome, error) {
	if a.custom != nil {
		return s.passCustom(ctx, a, record)
	}
	next, err := nextStep(a, passed)
	if err != nil {
		return nil, err
	}
	if next.challenge == ChallengeMFASetup && a.hasGrace() {
		out, err := s.finish(ctx, a, func(tx store.Tx) error {
			if err := record(tx); err != nil {
				return err
			}
			return s.useGrace(ctx, tx, a)
		})
		if !errors.Is(err, errGraceUsed) {
			return out, err
		}
		return s.ask(ctx, a, next, record)
	}
	if next.challenge == "" {
		return s.finish(ctx, a, record)
	}
	return s.ask(ctx, a, next, record)
}

// ask puts a challenge, after record is written.
func (s *Service) ask(ctx context.Context, a *attempt, next step, record func(store.Tx) error) (*Outcome, error) {
	err := s.save(ctx, a, userpool.EventInProgress, func(tx store.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		return s.countSent(ctx, tx, a, next)
	})
	if err != nil {
		return nil, err
	}
	return s.put(ctx, a, next)
}

// save writes what the passing of a stage changes, and what the user's history
// says of it.
func (s *Service) save(ctx context.Context, a *attempt, response string, record func(store.Tx) error) error {
	return a.event.Within(ctx, a.signUp.Writer(s.Store), func(tx store.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		return a.event.Save(ctx, tx, response, a.passed...)
	})
}

// finish ends a sign-in: it gives a grant and its tokens, or nothing on the pages,
// which give an authorization code. The tokens are signed after the transaction.
func (s *Service) finish(ctx context.Context, a *attempt, record func(store.Tx) error) (*Outcome, error) {
	out := &Outcome{Parameters: map[string]string{}}
	if a.side == Pages {
		return out, s.save(ctx, a, userpool.EventPass, record)
	}
	issue, err := s.Tokens.Begin(ctx, a.pool.ID)
	if err != nil {
		return nil, err
	}
	bound, err := s.bindDevice(ctx, a)
	if err != nil {
		return nil, err
	}
	out.NewDevice = bound.fresh
	if id := a.event.ID(); id != "" {
		issue.ID = id // event_id of the tokens is the entry's
	}
	err = s.save(ctx, a, userpool.EventPass, func(tx store.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		if err := bound.save(ctx, tx); err != nil {
			return err
		}
		return issue.Save(ctx, tx, tokens.GrantRequest{Pool: a.pool, Client: a.client, User: a.user, DeviceKey: bound.key})
	})
	if err != nil {
		return nil, err
	}
	out.Tokens, err = s.Tokens.Finish(ctx, issue)
	return out, err
}

// nextStep is the challenge that a user has to answer before the sign-in is done.
func nextStep(a *attempt, passed stage) (step, error) {
	if passed < passedNewPassword && a.user.Status == userpool.StatusForceChangePassword && !a.keepsPassword {
		return step{challenge: ChallengeNewPasswordRequired}, nil
	}
	if passed >= passedSecondFactor || a.strong {
		return step{}, nil
	}
	due, ok := a.due()
	if !ok {
		return step{}, fault.New(fault.InvalidUserPoolConfig, "The user pool requires MFA, and the user can neither use nor set up any factor.")
	}
	if device, ok := byDevice(a, due); ok {
		return device, nil
	}
	return step{challenge: due.Challenge, choices: due.Options}, nil
}

// put puts a challenge to the client: it makes the session and what the challenge
// shows, and sends its code.
func (s *Service) put(ctx context.Context, a *attempt, next step) (*Outcome, error) {
	if _, sends := sentCodeOf(next); sends {
		return s.sendCode(ctx, a, next)
	}
	if next.challenge == ChallengeWebAuthn {
		return s.putPasskey(ctx, a, next)
	}
	ses := s.newSession(a, next.challenge)
	ses.First, ses.Choices = next.first, next.choices
	parameters, err := s.parameters(a, next)
	if err != nil {
		return nil, err
	}
	text, err := s.sealed(ses)
	if err != nil {
		return nil, err
	}
	out := &Outcome{Challenge: next.challenge, Session: text, Parameters: parameters}
	if next.challenge == ChallengeSelect {
		out.AvailableChallenges = next.choices
	}
	return out, nil
}

// parameters are the ChallengeParameters of a challenge that sends no code
// (reference: api-behaviour §12).
func (s *Service) parameters(a *attempt, next step) (map[string]string, error) {
	switch next.challenge {
	case ChallengeCustom:
		return next.parameters, nil
	case ChallengeNewPasswordRequired:
		return newPasswordParameters(a)
	case ChallengeDeviceSRP:
		return deviceParameters(a), nil
	case ChallengeSelectMFA, ChallengeMFASetup:
		return choiceParameters(a, next)
	case ChallengeSoftwareToken:
		p := map[string]string{"USER_ID_FOR_SRP": a.user.Username}
		if name := a.user.MFA.TokenName; name != "" {
			p["FRIENDLY_DEVICE_NAME"] = name
		}
		return p, nil
	}
	return map[string]string{}, nil
}
