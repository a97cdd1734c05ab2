package auth

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Who has just signed up can sign in without proving twice who they are (reference:
// api-behaviour §10.1):
//
//	SignUp ─▶ session ─▶ ConfirmSignUp with it and the code ─▶ session ─▶ USER_AUTH with it
//
// Both sessions are kinds of their own, which no challenge's answer takes.
const (
	afterSignUp  = "after SignUp"
	afterConfirm = "after ConfirmSignUp"
)

// SignedUp is the session that SignUp gives, "" for clients without USER_AUTH.
func (s *Service) SignedUp(pool *userpool.Pool, client *userpool.AppClient, u *userpool.User) (string, error) {
	if !client.AllowsFlow(userpool.FlowUser) {
		return "", nil
	}
	return s.sealed(s.newSession(&attempt{pool: pool, client: client, side: Public, user: u}, afterSignUp))
}

// OpenSignUp checks the session that ConfirmSignUp is called with: it must be of the
// user's own sign-up, and of whom the name finds first, since somebody may have taken
// another's sub as username. It may be called again while the code was wrong. Fault:
// NotAuthorized.
func (s *Service) OpenSignUp(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, username, text string) error {
	a, _, err := s.openSignUp(ctx, pool, client, username, text, afterSignUp)
	if err != nil {
		return err
	}
	switch found, err := s.findUser(ctx, pool, username); {
	case err != nil:
		return err
	case found == nil || found.ID != a.user.ID:
		return errInvalidSession()
	}
	return nil
}

// Confirmed is the session that ConfirmSignUp gives, "" for none. signUp is that of the
// sign-up, which OpenSignUp has checked before. Amplify doesn't send it, and goes on with
// the session all the same: who has read the code gets one without it where a code to
// the same address is a first factor, and no more is proved by this one.
func (s *Service) Confirmed(pool *userpool.Pool, client *userpool.AppClient, confirmed *userpool.User, signUp string) (string, error) {
	if signUp == "" && !(client.AllowsFlow(userpool.FlowUser) && provedFirstFactor(pool, confirmed)) {
		return "", nil
	}
	return s.sealed(s.newSession(&attempt{pool: pool, client: client, side: Public, user: confirmed}, afterConfirm))
}

// provedFirstFactor reports whether the code of u's sign-up went to an address that is a
// first factor. All that is verified of u has to be one, since an administrator may have
// verified another address than the code did.
func provedFirstFactor(pool *userpool.Pool, u *userpool.User) bool {
	proved := false
	for _, challenge := range []string{ChallengeEmailOTP, ChallengeSMSOTP} {
		kind, _ := sentCodeOf(step{challenge: challenge, first: true})
		if u.Attributes[userpool.VerifiedName(kind.attribute)] != "true" {
			continue
		}
		if !pool.OffersFirstFactor(u, challenge, false) {
			return false
		}
		proved = true
	}
	return proved
}

func (s *Service) openSignUp(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, username, text, kind string) (*attempt, *session, error) {
	r := RespondRequest{Pool: pool, Client: client, Side: Public, Challenge: kind, Session: text}
	ses, err := s.openSession(r)
	if err != nil {
		return nil, nil, err
	}
	ses.First = true // the user's state is not this session's business
	a, err := s.resume(ctx, r, ses, username)
	return a, ses, err
}

// confirmed signs in with the session of ConfirmSignUp, which stands for the first
// factor.
func (s *Service) confirmed(ctx context.Context, a *attempt, text string) (*Outcome, error) {
	signedUp, ses, err := s.openSignUp(ctx, a.pool, a.client, a.name, text, afterConfirm)
	if err != nil {
		return nil, err
	}
	a.user = signedUp.user
	s.begin(ctx, a)
	return s.passFirst(ctx, a, func(tx store.Tx) error { return spend(ctx, tx, a.pool, text, ses.Expires) })
}
