package auth

import (
	"cmp"
	"context"
	"slices"

	"idpond/internal/userpool"
)

// Respond answers a challenge (RespondToAuthChallenge and its administrator's
// twin).
func (s *Service) Respond(ctx context.Context, r RespondRequest) (*Outcome, error) {
	username, err := namedUser(r.Client, r.Answers)
	if err != nil {
		return nil, err
	}
	if err := s.Risk.Admit(ctx, r.Pool, r.Client); err != nil {
		return nil, err
	}
	if r.Challenge == ChallengePasswordVerifier {
		return s.verifySRP(ctx, r, username)
	}
	ses, err := s.openSession(r)
	if err != nil {
		return nil, err
	}
	a, err := s.resume(ctx, r, ses, username)
	if err != nil {
		return nil, err
	}
	if ses.Custom != "" {
		if err := s.resumeCustom(ctx, a, r, ses); err != nil {
			return nil, err
		}
	}
	return s.take(ctx, a, r, ses)
}

// take hands an answer to what its challenge asked for.
func (s *Service) take(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	switch ses.Challenge {
	case ChallengeSelect:
		return s.takeChoice(ctx, a, r, ses)
	case ChallengePassword:
		return s.takePassword(ctx, a, r, ses)
	case ChallengePasswordSRP:
		return s.choseSRP(ctx, a, r.Answers["SRP_A"], s.spending(ctx, r, ses))
	case ChallengeWebAuthn:
		return s.takePasskey(ctx, a, r, ses)
	case ChallengeSMSMFA, ChallengeSMSOTP, ChallengeEmailOTP:
		return s.takeCode(ctx, a, r, ses)
	case ChallengeSoftwareToken:
		return s.takeToken(ctx, a, r, ses)
	case ChallengeSelectMFA:
		return s.takeMFAChoice(ctx, a, r, ses)
	case ChallengeMFASetup:
		return s.takeSetup(ctx, a, r, ses)
	case ChallengeNewPasswordRequired:
		return s.newPassword(ctx, a, r, ses)
	case ChallengeDeviceSRP:
		return s.takeDeviceSRP(ctx, a, r, ses)
	case ChallengeDeviceVerifier:
		return s.verifyDevice(ctx, a, r, ses)
	case ChallengeCustom:
		return s.takeCustom(ctx, a, r)
	}
	return nil, errInvalidSession()
}

// resume takes up the sign-in that a session carries. The answer must name the
// session's user, who must still have the password of the time when it began; a
// session that has set another one is told to be used.
func (s *Service) resume(ctx context.Context, r RespondRequest, ses *session, username string) (*attempt, error) {
	if err := s.unused(ctx, r.Pool, r.Session); err != nil {
		return nil, err
	}
	if ses.User == "" {
		return s.resumeStranger(ctx, r, ses, username)
	}
	u, err := s.Store.User(ctx, r.Pool.ID, ses.User)
	switch {
	case isNotFound(err):
		return nil, errInvalidSession()
	case err != nil:
		return nil, err
	case !answersTo(r.Pool, u, username):
		return nil, errInvalidSession()
	case passwordTime(u) != ses.Password:
		return nil, errInvalidSession()
	}
	a := &attempt{pool: r.Pool, client: r.Client, side: r.Side, user: u, forced: ses.Forced, strong: ses.Strong, began: ses.began()}
	if ses.First || ses.Custom != "" { // the state and the device are told to whoever passes a factor
		a.flow = userpool.FlowUser
		a.deviceKey = cmp.Or(r.Answers["DEVICE_KEY"], ses.Device)
	} else if refused := refusedByState(r.Pool, u, s.Now()); refused != nil {
		return nil, refused
	} else if err := s.resumeDevice(ctx, a, r.Answers["DEVICE_KEY"], ses.Device); err != nil {
		return nil, err
	}
	s.resumeEvent(ctx, a, ses.Event)
	return a, nil
}

// answersTo reports whether a name in an answer is u's.
func answersTo(pool *userpool.Pool, u *userpool.User, name string) bool {
	if name == u.ID {
		return true
	}
	return slices.ContainsFunc(pool.LookupNames(name), func(n userpool.SignInName) bool { return slices.Contains(u.Names, n) })
}
