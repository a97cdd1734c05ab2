package auth

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"time"

	"idpond/internal/account"
	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// sentCode is what challenges have to themselves whose code is sent to the user.
type sentCode struct {
	attribute string // email or phone_number
	answer    string // the key of the code in ChallengeResponses
	digits    int
}

// sentCodeOf says how a step's code is sent, and false for other challenges. First
// factors have eight digits, since nothing else stands before them.
func sentCodeOf(next step) (sentCode, bool) {
	digits := 6
	if next.first {
		digits = 8
	}
	switch next.challenge {
	case ChallengeEmailOTP:
		return sentCode{"email", "EMAIL_OTP_CODE", digits}, true
	case ChallengeSMSMFA:
		return sentCode{"phone_number", "SMS_MFA_CODE", digits}, true
	case ChallengeSMSOTP:
		return sentCode{"phone_number", "SMS_OTP_CODE", digits}, true
	}
	return sentCode{}, false
}

// mostCodes is how many codes a user is sent in an hour to sign in with; the service
// has 5 to 20, by risk (reference: api-behaviour §22.1).
const mostCodes = 20

// countSent counts a code that next is about to send.
func (s *Service) countSent(ctx context.Context, tx store.Tx, a *attempt, next step) error {
	if _, sends := sentCodeOf(next); !sends {
		return nil
	}
	subject := s.Accounts.Stranger(a.pool, a.name)
	if a.user != nil {
		subject = a.user.ID
	}
	ok, err := tx.Count(ctx, store.Counter{
		PoolID: a.pool.ID, Subject: subject, Action: "sign_in_code", Limit: mostCodes, Window: time.Hour, Now: s.Now(),
	})
	if err == nil && !ok {
		return fault.ErrAttemptLimit(fault.TooManyRequests)
	}
	return err
}

// sendCode puts a challenge that is answered with a code that is sent now.
func (s *Service) sendCode(ctx context.Context, a *attempt, next step) (*Outcome, error) {
	kind, _ := sentCodeOf(next)
	code, err := s.Accounts.RandomCode(kind.digits)
	if err != nil {
		return nil, err
	}
	ses := s.newSession(a, next.challenge)
	ses.First, ses.Setup, ses.Code, ses.To = next.first, next.setup, code, next.address
	to, err := s.deliver(ctx, a, kind, &ses)
	if err != nil {
		return nil, err
	}
	text, err := s.sealed(ses)
	if err != nil {
		return nil, err
	}
	out := &Outcome{Challenge: next.challenge, Session: text, Parameters: map[string]string{
		"CODE_DELIVERY_DELIVERY_MEDIUM": to.Medium, "CODE_DELIVERY_DESTINATION": to.Destination, "USER_ID_FOR_SRP": s.userIDForSRP(a),
	}}
	if next.first {
		out.AvailableChallenges = []string{next.challenge}
	}
	return out, nil
}

// deliver sends the code of ses to the address in it, else to the user's own, or
// pretends to for a name that nobody has.
func (s *Service) deliver(ctx context.Context, a *attempt, kind sentCode, ses *session) (*account.Delivery, error) {
	if a.user == nil {
		return s.Accounts.PretendDelivery(a.pool, a.name, kind.attribute), nil
	}
	address := cmp.Or(ses.To, a.user.Attributes[kind.attribute])
	ses.Sent = hashOf(address)
	to, err := s.Accounts.Send(ctx, a.pool, kind.attribute, message.Note{
		Kind: message.Authentication, To: address, Username: a.user.Username, ClientID: a.client.ID, Code: ses.Code,
	})
	if fault.Is(err, fault.CodeDeliveryFailure) { // which no operation of a sign-in lists
		code := fault.InvalidEmailRoleAccess
		if kind.attribute == "phone_number" {
			code = fault.InvalidSMSRoleAccess
		}
		return nil, fault.New(code, fault.Of(err).Message).Because(err)
	}
	return to, err
}

// hashOf stands for an address or a block, which have no room in a session.
func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func errWrongCode() error {
	return fault.New(fault.CodeMismatch, "Invalid code or auth state for the user.")
}

// takeCode takes the answer to a challenge whose code was sent.
func (s *Service) takeCode(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	kind, _ := sentCodeOf(step{challenge: ses.Challenge, first: ses.First})
	typed := r.Answers[kind.answer]
	ctx, done := taking(ctx)
	defer done()
	switch {
	case typed == "":
		return nil, fault.ErrMissing(kind.answer)
	case a.user == nil:
		return nil, s.refuseStrangersCode(ctx, a)
	case !stillWaits(a, ses):
		return nil, errInvalidSession()
	case s.codesLocked(a), subtle.ConstantTimeCompare([]byte(typed), []byte(ses.Code)) != 1:
		return nil, s.wrongCode(ctx, a, errWrongCode())
	case !ses.Setup && !bytes.Equal(hashOf(a.user.Attributes[kind.attribute]), ses.Sent): // it was replaced meanwhile
		return nil, errInvalidSession()
	}
	if ses.First {
		a.signUp = s.Accounts.UnconfirmedSignUp(ctx, a.pool, a.client, a.user)
	}
	prove := s.proving(a, ses, kind)
	record := func(tx store.Tx) error {
		if err := spend(ctx, tx, r.Pool, r.Session, ses.Expires); err != nil {
			return err
		}
		return s.rightCode(ctx, tx, a)
	}
	a.passed = append(a.passed, activity.MFA(true))
	if ses.First {
		a.provedBy, a.prove = kind.attribute, prove
		return s.passFirst(ctx, a, record)
	}
	return s.proceed(ctx, a, passedSecondFactor, also(ctx, record, prove))
}

// stillWaits reports whether the code of a session is still asked for.
func stillWaits(a *attempt, ses *session) bool {
	switch {
	case ses.Setup:
		return toSetUp(a.pool, a.user)
	case ses.First:
		return a.pool.OffersFirstFactor(a.user, ses.Challenge, false)
	}
	return a.stillAsks(ses.Challenge)
}

// also is a record that writes one thing more.
func also(ctx context.Context, record func(store.Tx) error, more func(context.Context, store.Tx) error) func(store.Tx) error {
	if more == nil {
		return record
	}
	return func(tx store.Tx) error {
		if err := record(tx); err != nil {
			return err
		}
		return more(ctx, tx)
	}
}

// proving gives what a right code changes about the user: the address that it was
// sent to is verified, set-up sets it, and a sign-up is confirmed by a first factor
// (reference: api-behaviour §10.1, §13). The attempt sees the change at once; what is
// returned writes it, nil for no change.
func (s *Service) proving(a *attempt, ses *session, kind sentCode) func(context.Context, store.Tx) error {
	before := a.user.Attributes[kind.attribute]
	apply := func(u *userpool.User) (changed bool) {
		address, verified := cmp.Or(ses.To, before), userpool.VerifiedName(kind.attribute)
		if u.Attributes[kind.attribute] != address || u.Attributes[verified] != "true" {
			u.Attributes[kind.attribute], u.Attributes[verified] = address, "true"
			changed = true
		}
		if ses.First && u.Status == userpool.StatusUnconfirmed {
			u.Status = userpool.StatusConfirmed
			changed = true
		}
		return changed
	}
	u := *a.user
	u.Attributes = maps.Clone(u.Attributes)
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	if !apply(&u) {
		return nil
	}
	a.user = &u
	return func(ctx context.Context, tx store.Tx) error {
		fresh, err := tx.User(ctx, u.PoolID, u.ID)
		switch {
		case isNotFound(err) || err == nil && (fresh.Attributes[kind.attribute] != before || ses.Setup && !toSetUp(a.pool, fresh)):
			return errInvalidSession()
		case err != nil:
			return err
		}
		if fresh.Attributes == nil {
			fresh.Attributes = map[string]string{}
		}
		apply(fresh)
		fresh.UpdatedAt, fresh.Names = s.Now(), a.pool.SignInNames(fresh)
		if err := tx.UpdateUser(ctx, fresh); err != nil {
			return account.AliasTaken(err)
		}
		return a.signUp.Save(ctx, tx, userpool.EventPass)
	}
}

// rightCode counts an answer that is right, and so ends the count, unless a lock runs:
// then a right code must not count as right.
func (s *Service) rightCode(ctx context.Context, tx store.Tx, a *attempt) error {
	switch ok, err := tx.CodeTry(ctx, a.pool.ID, a.user.ID, s.Now()); {
	case isNotFound(err): // deleted meanwhile
		return errInvalidSession()
	case err != nil:
		return err
	case !ok:
		return errLocked()
	}
	return tx.CodeRight(ctx, a.pool.ID, a.user.ID)
}

// codesLocked reports whether a lock runs: then a right code goes the way of a wrong one,
// which counts nothing, so that how long it takes doesn't tell it.
func (s *Service) codesLocked(a *attempt) bool { return a.user.CodesLockedUntil.After(s.Now()) }

// wrongCode counts a wrong code and gives refusal, or that of the lock.
func (s *Service) wrongCode(ctx context.Context, a *attempt, refusal error) error {
	var counted bool
	err := a.event.Within(ctx, s.Store, func(tx store.Tx) (err error) {
		if counted, err = tx.CodeTry(ctx, a.pool.ID, a.user.ID, s.Now()); err != nil || !counted {
			return err
		}
		return a.event.Save(ctx, tx, userpool.EventFail, activity.MFA(false))
	})
	switch {
	case isNotFound(err), err == nil && counted: // the user may be gone meanwhile
		return refusal
	case err != nil:
		return err
	}
	return errLocked()
}

// refuseStrangersCode answers a code for a name that nobody has: it counts as a user's
// wrong code does.
func (s *Service) refuseStrangersCode(ctx context.Context, a *attempt) error {
	switch ok, err := s.countStranger(ctx, a, s.Accounts.Stranger(a.pool, a.name)+"/code"); {
	case err != nil:
		return err
	case !ok:
		return errLocked()
	}
	return errWrongCode()
}
