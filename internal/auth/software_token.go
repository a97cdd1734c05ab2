package auth

import (
	"bytes"
	"context"

	"idpond/internal/account"
	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
)

// takeToken takes the answer to SOFTWARE_TOKEN_MFA. A code works once: the write of the
// user decides which of several answers was first.
func (s *Service) takeToken(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	const answer = "SOFTWARE_TOKEN_MFA_CODE"
	typed, secret := r.Answers[answer], a.user.SoftwareToken.Secret
	switch {
	case typed == "":
		return nil, fault.ErrMissing(answer)
	case len(secret) == 0: // taken away meanwhile
		return nil, fault.ErrNoSoftwareToken(fault.SoftwareTokenMFANotFound)
	case !a.stillAsks(ChallengeSoftwareToken):
		return nil, errInvalidSession()
	}
	ctx, done := taking(ctx)
	defer done()
	at, ok := account.TokenStep(secret, typed, s.Now())
	switch {
	case s.codesLocked(a), !ok:
		return nil, s.wrongCode(ctx, a, errWrongCode())
	case at <= a.user.MFA.LastStep:
		return nil, s.wrongCode(ctx, a, fault.ErrSoftwareTokenUsed(fault.ExpiredCode))
	}
	a.passed = append(a.passed, activity.MFA(true))
	return s.proceed(ctx, a, passedSecondFactor, func(tx store.Tx) error {
		if err := spend(ctx, tx, r.Pool, r.Session, ses.Expires); err != nil {
			return err
		}
		if err := s.rightCode(ctx, tx, a); err != nil {
			return err
		}
		u, err := tx.User(ctx, a.pool.ID, a.user.ID)
		switch {
		case err != nil:
			return err
		case !bytes.Equal(u.SoftwareToken.Secret, secret):
			return fault.ErrNoSoftwareToken(fault.SoftwareTokenMFANotFound)
		case at <= u.MFA.LastStep:
			return fault.ErrSoftwareTokenUsed(fault.ExpiredCode)
		}
		u.MFA.LastStep = at
		return tx.UpdateUser(ctx, u)
	})
}
