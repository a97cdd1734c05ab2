package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// session is what a Session string carries: a sign-in that waits for the answer
// to one challenge. It is sealed, so nobody but a server with the same keys can
// read or make one.
type session struct {
	Client    string    `json:"c"`
	User      string    `json:"u"` // id
	Side      Side      `json:"s"`
	Challenge string    `json:"n"`
	Device    string    `json:"d,omitempty"` // key of the user's device that the sign-in is made on
	Password  int64     `json:"p"`           // when the password that was given was set, µs: another one ends the session
	Expires   time.Time `json:"e"`
	Event     string    `json:"v,omitempty"` // its entry in the user's history
}

func sessionLabel(pool *userpool.Pool) string { return "auth/session/" + pool.ID }

// newSession seals the session of a challenge that a is to answer.
func (s *Service) newSession(a *attempt, challenge string) (string, error) {
	return s.Keys.SealText(sessionLabel(a.pool), session{
		Client: a.client.ID, User: a.user.ID, Side: a.side, Challenge: challenge, Device: a.knownDevice(),
		Password: passwordTime(a.user), Expires: s.Now().Add(a.client.AuthSessionLife()),
		Event: a.event.ID(),
	})
}

func passwordTime(u *userpool.User) int64 { return u.Credential.SetAt.UnixMicro() }

// errInvalidSession and its two sisters are the sentences of api-behaviour §10.
func errInvalidSession() error {
	return fault.New(fault.NotAuthorized, "Invalid session for the user.")
}

func errSessionExpired() error {
	return fault.New(fault.NotAuthorized, "Invalid session for the user, session is expired.")
}

func errSessionUsed() error {
	return fault.New(fault.NotAuthorized, "Invalid session for the user, session can only be used once.")
}

// openSession opens the session of r and checks that it belongs to r's pool,
// client, side and challenge, and still runs.
func (s *Service) openSession(r RespondRequest) (*session, error) {
	if r.Session == "" {
		return nil, errMissing("Session")
	}
	var ses session
	if err := s.Keys.OpenText(sessionLabel(r.Pool), r.Session, &ses); err != nil {
		return nil, errInvalidSession()
	}
	switch {
	case ses.Client != r.Client.ID || ses.Side != r.Side:
		return nil, errInvalidSession()
	case !s.Now().Before(ses.Expires):
		return nil, errSessionExpired()
	case ses.Challenge != r.Challenge && isCodeChallenge(r.Challenge):
		return nil, fault.New(fault.CodeMismatch, "Invalid code or auth state for the user.")
	case ses.Challenge != r.Challenge:
		return nil, errInvalidSession()
	}
	return &ses, nil
}

// CheckSetupSession looks at the session with which a sign-in sets up its second factor
// (AssociateSoftwareToken, VerifySoftwareToken). Such are the sessions of MFA_SETUP,
// which has its place in nextStep and is asked for by nothing yet; so this is none.
func (s *Service) CheckSetupSession(string) error { return errInvalidSession() }

// isCodeChallenge reports whether a challenge is answered with a code; those
// answer a wrong name as they answer a wrong code (reference: api-behaviour §12).
func isCodeChallenge(name string) bool {
	switch name {
	case "SMS_MFA", "SMS_OTP", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA":
		return true
	}
	return false
}

// spend uses up a Session or SECRET_BLOCK; it works once. A sealed value has
// exactly one text, so the text's hash names it.
func spend(ctx context.Context, tx store.Tx, pool *userpool.Pool, text string, expires time.Time) error {
	err := tx.Spend(ctx, pool.ID, sha256.Sum256([]byte(text)), expires)
	if errors.Is(err, store.ErrExists) {
		return errSessionUsed()
	}
	return err
}
