package auth

import (
	"context"
	"time"

	"idpond/internal/userpool"
)

// PageOutcome is where a sign-in on the hosted pages stands: User, or a challenge.
type PageOutcome struct {
	User       *userpool.User // set when the sign-in is done
	AuthTime   time.Time
	Challenge  string
	Session    string
	Parameters map[string]string // of the challenge
}

// PageSignIn signs a user in with a password on the hosted pages. They need no
// ExplicitAuthFlows, and no tokens are given: an authorization code follows.
func (s *Service) PageSignIn(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, username, password string) (*PageOutcome, error) {
	switch {
	case username == "":
		return nil, errMissing("USERNAME")
	case password == "":
		return nil, errMissing("PASSWORD")
	}
	a := &attempt{pool: pool, client: client, side: Pages}
	return s.pageOutcome(a, func() (*Outcome, error) { return s.password(ctx, a, username, password) })
}

// PageRespond answers a challenge of PageSignIn. The session says who answers.
func (s *Service) PageRespond(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, session, challenge string, answers map[string]string) (*PageOutcome, error) {
	r := RespondRequest{Pool: pool, Client: client, Side: Pages, Challenge: challenge, Session: session, Answers: answers}
	ses, err := s.openSession(r)
	if err != nil {
		return nil, err
	}
	a, err := s.resume(ctx, r, ses, ses.User)
	if err != nil {
		return nil, err
	}
	return s.pageOutcome(a, func() (*Outcome, error) { return s.newPassword(ctx, a, r, ses) })
}

func (s *Service) pageOutcome(a *attempt, step func() (*Outcome, error)) (*PageOutcome, error) {
	now := s.Now()
	out, err := step()
	switch {
	case err != nil:
		return nil, err
	case out.Challenge != "":
		return &PageOutcome{Challenge: out.Challenge, Session: out.Session, Parameters: out.Parameters}, nil
	}
	return &PageOutcome{User: a.user, AuthTime: now}, nil
}
