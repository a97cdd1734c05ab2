package auth

import (
	"context"
	"errors"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// PageOutcome is where a sign-in on the hosted pages stands: User, or a challenge.
type PageOutcome struct {
	User       *userpool.User // set when the sign-in is done
	AuthTime   time.Time
	Challenge  string
	Session    string
	Parameters map[string]string // of the challenge
	Choices    []string          // AvailableChallenges of SELECT_CHALLENGE
	// Addresses are where the codes of SELECT_MFA_TYPE would go, masked, by challenge. The
	// first factor is chosen without them: nobody has proved anything before it.
	Addresses map[string]string
}

// PageSignInLife is how long a sign-in on the hosted pages may take as a whole, from
// the page that asks for the name (reference: hosted-ui-and-oauth §3.3, §7.6).
const PageSignInLife = 5 * time.Minute

// ErrTookTooLong ends a sign-in on the hosted pages that took longer.
var ErrTookTooLong = errors.New("auth: the sign-in took too long")

// PageRequest begins a sign-in on the hosted pages.
type PageRequest struct {
	Pool     *userpool.Pool
	Client   *userpool.AppClient
	Username string
	Began    time.Time // when the first page was shown; the zero value is now
}

// PageSignIn signs a user in with a password on the hosted pages. They need no
// ExplicitAuthFlows, and no tokens are given: an authorization code follows.
func (s *Service) PageSignIn(ctx context.Context, r PageRequest, password string) (*PageOutcome, error) {
	a, err := s.beginPage(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.pageOutcome(a, func() (*Outcome, error) { return s.password(ctx, a, password) })
}

// PageChoose begins a sign-in on the hosted pages whose first factor the user chooses:
// with one to choose from, it is chosen.
func (s *Service) PageChoose(ctx context.Context, r PageRequest) (*PageOutcome, error) {
	a, err := s.beginPage(ctx, r)
	if err != nil {
		return nil, err
	}
	a.flow = userpool.FlowUser
	return s.pageOutcome(a, func() (*Outcome, error) { return s.beginPages(ctx, a) })
}

func (s *Service) beginPage(ctx context.Context, r PageRequest) (*attempt, error) {
	a := &attempt{pool: r.Pool, client: r.Client, side: Pages, name: r.Username, began: r.Began}
	switch {
	case r.Username == "":
		return nil, fault.ErrMissing("USERNAME")
	case a.began.IsZero():
		a.began = s.Now()
	case s.tookTooLong(a.began):
		return nil, ErrTookTooLong
	}
	return a, s.Risk.Admit(ctx, r.Pool, r.Client)
}

func (s *Service) tookTooLong(began time.Time) bool {
	return !s.Now().Before(began.Add(PageSignInLife))
}

func (s *Service) beginPages(ctx context.Context, a *attempt) (*Outcome, error) {
	if err := s.identify(ctx, a); err != nil {
		return nil, err
	}
	offered, err := s.firstFactors(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.user != nil {
		s.begin(ctx, a)
	}
	choices := []string{}
	for _, factor := range offered {
		if factor != ChallengePasswordSRP { // pages send the password itself
			choices = append(choices, factor)
		}
	}
	if len(choices) == 1 {
		return s.choose(ctx, a, choices[0], nil, nil)
	}
	return s.put(ctx, a, step{challenge: ChallengeSelect, choices: choices, first: true})
}

// PageRespond answers a challenge of the pages. The session says who answers.
func (s *Service) PageRespond(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, session, challenge string, answers map[string]string) (*PageOutcome, error) {
	r := RespondRequest{Pool: pool, Client: client, Side: Pages, Challenge: challenge, Session: session, Answers: answers}
	a, ses, err := s.resumePage(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.pageOutcome(a, func() (*Outcome, error) { return s.take(ctx, a, r, ses) })
}

// PageSendAgain sends the code of a challenge anew: a new one, to the same address. The
// code before it can't be used any more.
func (s *Service) PageSendAgain(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, session, challenge string) (*PageOutcome, error) {
	r := RespondRequest{Pool: pool, Client: client, Side: Pages, Challenge: challenge, Session: session}
	a, ses, err := s.resumePage(ctx, r)
	if err != nil {
		return nil, err
	}
	next := step{challenge: ses.Challenge, first: ses.First, setup: ses.Setup, address: ses.To}
	if _, sends := sentCodeOf(next); !sends {
		return nil, errInvalidSession()
	}
	return s.pageOutcome(a, func() (*Outcome, error) { return s.ask(ctx, a, next, s.spending(ctx, r, ses)) })
}

func (s *Service) resumePage(ctx context.Context, r RespondRequest) (*attempt, *session, error) {
	if err := s.Risk.Admit(ctx, r.Pool, r.Client); err != nil {
		return nil, nil, err
	}
	ses, err := s.openSession(r)
	if err != nil {
		return nil, nil, err
	}
	name := ses.User
	if name == "" {
		name = string(ses.Name)
	}
	a, err := s.resume(ctx, r, ses, name)
	return a, ses, err
}

// PageConfirmed signs in a user who has just confirmed the sign-up on the pages:
// the code that ConfirmSignUp took in the same request stands in for the password, and
// for a second factor (reference: hosted-ui-and-oauth §9.2, §9.3). The user is the one
// that ConfirmSignUp gave: by name, another could be found who has come by the name
// meanwhile. Nothing else may call it.
func (s *Service) PageConfirmed(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, confirmed *userpool.User) (*PageOutcome, error) {
	if refused := refusedByState(pool, confirmed, s.Now()); refused != nil {
		return nil, refused
	}
	a := &attempt{pool: pool, client: client, side: Pages, user: confirmed, strong: true, began: s.Now()}
	s.begin(ctx, a)
	return s.pageOutcome(a, func() (*Outcome, error) {
		return s.proceed(ctx, a, passedFirstFactor, func(store.Tx) error { return nil })
	})
}

func (s *Service) pageOutcome(a *attempt, take func() (*Outcome, error)) (*PageOutcome, error) {
	now := s.Now()
	out, err := take()
	switch {
	case err != nil:
		return nil, err
	case out.Challenge == ChallengePasswordVerifier: // pages know no SRP
		return nil, errNotSupported()
	case out.Challenge != "":
		page := &PageOutcome{
			Challenge: out.Challenge, Session: out.Session, Parameters: out.Parameters, Choices: out.AvailableChallenges,
		}
		if out.Challenge == ChallengeSelectMFA {
			page.Addresses = maskedAddresses(a.user)
		}
		return page, nil
	}
	return &PageOutcome{User: a.user, AuthTime: now}, nil
}

// maskedAddresses are where the codes of second factors go.
func maskedAddresses(u *userpool.User) map[string]string {
	return map[string]string{
		ChallengeEmailOTP: userpool.MaskEmail(u.Attributes["email"]), ChallengeSMSMFA: userpool.MaskPhone(u.Attributes["phone_number"]),
	}
}
