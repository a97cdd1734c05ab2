package account

import (
	"context"
	"errors"
	"time"

	"idpond/internal/activity"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// subject is whose entry in the history an operation makes.
func subject(p *userpool.Pool, c *userpool.AppClient, u *userpool.User) activity.Subject {
	return activity.Subject{Pool: p, Client: c, User: u}
}

// recorded is attempt with an entry in the user's history: success when f has no
// refusal to give.
func (s *Service) recorded(ctx context.Context, e *activity.Event, success string, f func(store.Tx) error) error {
	err := s.attempt(ctx, e.Recording(ctx, success, f))
	e.Committed(err)
	return err
}

// signUpEvent is the one entry of u's sign-up: begun by SignUp, ended by the
// confirmation. Its id is the user's, so that the confirmation finds it.
func (s *Service) signUpEvent(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User) *activity.Event {
	return s.Activity.Resume(ctx, subject(p, c, u), userpool.EventSignUp, u.ID)
}

// UnconfirmedSignUp is the entry of u's sign-up, for whoever confirms u in another way than by
// its code; nil for users who have no sign-up to confirm.
func (s *Service) UnconfirmedSignUp(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User) *activity.Event {
	if u.Status != userpool.StatusUnconfirmed {
		return nil
	}
	return s.signUpEvent(ctx, p, c, u)
}

// recorder is a store.Writer whose transactions are recorded, with success as Pass.
type recorder struct {
	*Service
	event *activity.Event
}

func (r recorder) Write(ctx context.Context, f func(store.Tx) error) error {
	return r.recorded(ctx, r.event, userpool.EventPass, f)
}

// attempts is a store.Writer whose transactions keep what a fault leaves; see attempt.
type attempts struct{ *Service }

func (a attempts) Write(ctx context.Context, f func(store.Tx) error) error { return a.attempt(ctx, f) }

// AuthEvents gives a page of a user's history, newest first, behind the entry with
// that time and id; a zero time is the newest. Faults: UserPoolAddOnNotEnabled,
// UserNotFound.
func (s *Service) AuthEvents(ctx context.Context, p *userpool.Pool, username string, before time.Time, beforeID string, limit int) ([]*userpool.AuthEvent, error) {
	if err := directory.RequireThreatProtection(p); err != nil {
		return nil, err
	}
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return nil, err
	}
	return activity.List(ctx, s.Users, u, before, beforeID, limit)
}

// Who says that a sign-in was the user's, or was not.
const (
	providerAdmin = "Admin"
	providerUser  = "User"
)

// AdminFeedback keeps what an administrator says of an entry: Valid or Invalid.
// Faults: UserPoolAddOnNotEnabled, UserNotFound, ResourceNotFound.
func (s *Service) AdminFeedback(ctx context.Context, p *userpool.Pool, username, eventID, value string) error {
	if err := directory.RequireThreatProtection(p); err != nil {
		return err
	}
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	return s.judge(ctx, u, eventID, value, providerAdmin)
}

func (s *Service) judge(ctx context.Context, u *userpool.User, eventID, value, provider string) error {
	now := s.Now()
	err := s.Writer.Write(ctx, func(tx store.Tx) error {
		return activity.Judge(ctx, tx, u, eventID, userpool.EventFeedback{Value: value, Provider: provider, Date: now})
	})
	if errors.Is(err, store.ErrNotFound) {
		return fault.Newf(fault.ResourceNotFound, "Event %s does not exist.", eventID).Because(err)
	}
	return err
}

// feedbackLife is how long a mail about a sign-in can be answered.
const feedbackLife = 7 * 24 * time.Hour

// feedback is what a feedback token carries.
type feedback struct {
	User    string    `json:"u"` // id
	Event   string    `json:"v"`
	Expires time.Time `json:"e"`
}

func feedbackLabel(p *userpool.Pool) string { return "account/feedback/" + p.ID }

// FeedbackToken makes the token by which a user answers a mail about an entry of
// the own history, without signing in.
func (s *Service) FeedbackToken(u *userpool.User, p *userpool.Pool, eventID string) (string, error) {
	return s.Keys.SealText(feedbackLabel(p), feedback{User: u.ID, Event: eventID, Expires: s.Now().Add(feedbackLife)})
}

// Feedback keeps what the holder of a feedback token says of an entry. Nothing is
// told to who has no token. Faults: UserPoolAddOnNotEnabled, NotAuthorized,
// ResourceNotFound.
func (s *Service) Feedback(ctx context.Context, p *userpool.Pool, username, eventID, token, value string) error {
	if err := directory.RequireThreatProtection(p); err != nil {
		return err
	}
	var t feedback
	if err := s.Keys.OpenText(feedbackLabel(p), token, &t); err != nil {
		return fault.New(fault.NotAuthorized, "Invalid feedback token.").Because(err)
	}
	if !s.Now().Before(t.Expires) {
		return fault.New(fault.NotAuthorized, "The feedback token has expired.")
	}
	u, err := s.adminFind(ctx, p, username)
	switch {
	case fault.Is(err, fault.UserNotFound), err == nil && (u.ID != t.User || eventID != t.Event):
		return fault.New(fault.NotAuthorized, "Invalid feedback token.") // which tells no name from another
	case err != nil:
		return err
	}
	return s.judge(ctx, u, eventID, value, providerUser)
}
