package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"idpond/internal/account"
	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// WEB_AUTHN is a first factor, and where the pool says so a second one at once
// (reference: api-behaviour §10.2):
//
//	CREDENTIAL_REQUEST_OPTIONS, whose challenge the session carries ─▶ browser, authenticator
//	     ─▶ CREDENTIAL ─▶ checked against the passkey ─▶ first factor passed
//
// A wrong CREDENTIAL changes nothing: nobody can guess one, so none is counted, and the
// session can still be answered. Whose passkeys could not be used isn't offered the factor.

// passkeyChallengeSize is that of a challenge in bytes (WebAuthn §13.4.3 asks for 16).
const passkeyChallengeSize = 32

// passkeySignIn is what a's user can sign in with by passkey.
func (s *Service) passkeySignIn(ctx context.Context, a *attempt) (*account.PasskeySignIn, error) {
	return s.Accounts.PasskeySignIn(ctx, a.pool, a.user, a.pool.MFAApplies(a.user))
}

// hasPasskey reports whether a's user has a passkey that could be offered.
func (s *Service) hasPasskey(ctx context.Context, a *attempt) (bool, error) {
	in, err := s.passkeySignIn(ctx, a)
	return err == nil && len(in.Passkeys) > 0, err
}

// putPasskey puts WEB_AUTHN.
func (s *Service) putPasskey(ctx context.Context, a *attempt, next step) (*Outcome, error) {
	in, err := s.offeredPasskeys(ctx, a)
	if err != nil {
		return nil, err
	}
	random := make([]byte, passkeyChallengeSize)
	if _, err := io.ReadFull(s.Rand, random); err != nil {
		return nil, fmt.Errorf("auth: no randomness: %w", err)
	}
	ses := s.newSession(a, next.challenge)
	ses.First, ses.Code = next.first, base64.RawURLEncoding.EncodeToString(random)
	options, err := in.Options(ses.Code, ses.Expires.Sub(s.Now()))
	if err != nil {
		return nil, err
	}
	text, err := s.sealed(ses)
	if err != nil {
		return nil, err
	}
	return &Outcome{
		Challenge: next.challenge, Session: text, AvailableChallenges: []string{next.challenge},
		Parameters: map[string]string{"CREDENTIAL_REQUEST_OPTIONS": string(options)},
	}, nil
}

// offeredPasskeys is passkeySignIn for a user who still may use one: pool, user and
// passkeys can have changed since the factor was offered.
func (s *Service) offeredPasskeys(ctx context.Context, a *attempt) (*account.PasskeySignIn, error) {
	in, err := s.passkeySignIn(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case !a.pool.OffersFirstFactor(a.user, ChallengeWebAuthn, len(in.Passkeys) > 0):
		return nil, errInvalidSession()
	}
	return in, nil
}

// takePasskey takes the answer to WEB_AUTHN.
func (s *Service) takePasskey(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	credential := r.Answers["CREDENTIAL"]
	if credential == "" {
		return nil, fault.ErrMissing("CREDENTIAL")
	}
	in, err := s.offeredPasskeys(ctx, a)
	if err != nil {
		return nil, err
	}
	used, err := in.Take(a.user, ses.Code, []byte(credential))
	switch {
	case errors.Is(err, account.ErrPasskeyRefused):
		return nil, errPasskey(err)
	case err != nil:
		return nil, err
	}
	a.strong = used.UserVerified && a.pool.PasskeySatisfiesMFA(a.user)
	a.passed = append(a.passed, activity.MFA(true))
	out, err := s.passFirst(ctx, a, func(tx store.Tx) error {
		if err := spend(ctx, tx, r.Pool, r.Session, ses.Expires); err != nil {
			return err
		}
		return s.usePasskey(ctx, tx, a, used)
	})
	if errors.Is(err, store.ErrCloned) {
		return nil, s.refuseClone(ctx, a, err)
	}
	return out, err
}

func errPasskey(why error) error {
	return fault.ErrIncorrect().Because(why)
}

// usePasskey notes the use of a passkey, unless it was deleted or its counter did not
// rise: then somebody has a copy of it.
func (s *Service) usePasskey(ctx context.Context, tx store.Tx, a *attempt, used *account.PasskeyUse) error {
	err := tx.PasskeyUsed(ctx, a.pool.ID, a.user.ID, used.ID, used.SignCount, used.BackedUp, s.Now())
	if isNotFound(err) || errors.Is(err, store.ErrCloned) {
		return errPasskey(err)
	}
	return err
}

// refuseClone tells the user's history of a copied passkey; it gives refusal.
func (s *Service) refuseClone(ctx context.Context, a *attempt, refusal error) error {
	a.passed = []userpool.ChallengeResponse{activity.MFA(false)}
	if err := s.save(ctx, a, userpool.EventFail, nothing); err != nil {
		return err
	}
	return refusal
}
