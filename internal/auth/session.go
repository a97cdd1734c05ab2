package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// session is what a Session string carries: a sign-in that waits for the answer
// to one challenge. It is sealed, so nobody but a server with the same keys can
// read or make one.
type session struct {
	Pool      string    `json:"o"`
	Client    string    `json:"c"`
	User      string    `json:"u,omitempty"` // id; "" for a name that nobody has
	Name      []byte    `json:"m,omitempty"` // that name, as it was typed
	Side      Side      `json:"s"`
	Challenge string    `json:"n"`
	First     bool      `json:"f,omitempty"` // no factor was passed yet
	Device    string    `json:"d,omitempty"` // key of the device that the client named
	Password  int64     `json:"p"`           // when the user's password was set, µs: another one ends the session
	Expires   time.Time `json:"e"`
	Began     int64     `json:"b,omitempty"` // on the pages, Unix time: when the whole sign-in did
	Event     string    `json:"v,omitempty"` // its entry in the user's history

	Strong  bool     `json:"g,omitempty"` // no second factor is due
	Custom  string   `json:"j,omitempty"` // id of the state of a custom sign-in
	Choices []string `json:"a,omitempty"` // what the challenge lets the user choose from
	Code    string   `json:"k,omitempty"` // that was sent, and is waited for; of passkeys the challenge
	Sent    []byte   `json:"h,omitempty"` // hash of the address that it went to
	To      string   `json:"t,omitempty"` // that address, where it is to be set up
	Setup   bool     `json:"x,omitempty"` // a right answer sets the factor up
	Token   []byte   `json:"w,omitempty"` // secret of the software token that is being set up
	Forced  bool     `json:"r,omitempty"` // threat protection asks for a second factor
	Done    bool     `json:"y,omitempty"` // the factor was set up

	Block    []byte          `json:"q,omitempty"` // hash of the SECRET_BLOCK beside it
	Exchange *deviceExchange `json:"z,omitempty"` // with the device that proves itself

	Padding string `json:"_,omitempty"` // see sealed
}

const sessionLabel = "auth/session"

// newSession is the session of a challenge that a is to answer.
func (s *Service) newSession(a *attempt, challenge string) session {
	ses := session{
		Pool: a.pool.ID, Client: a.client.ID, Side: a.side, Challenge: challenge, Device: a.namedDevice(),
		Expires: s.Now().Add(a.client.AuthSessionLife()), Event: a.event.ID(), Forced: a.forced, Strong: a.strong,
	}
	if a.side == Pages {
		ses.Began = a.began.Unix()
	}
	if a.custom != nil {
		ses.Custom = a.custom.id
	}
	if a.user == nil {
		ses.Name = []byte(a.name)
		return ses
	}
	ses.User, ses.Password = a.user.ID, passwordTime(a.user)
	return ses
}

// sealed is the text of a session. It is as long for a name that nobody has as for a
// user, so that its length doesn't tell who is there: the first size has room for every
// username, the second is what a Session of 2,048 characters can hold.
func (s *Service) sealed(ses session) (string, error) {
	plain, err := json.Marshal(ses)
	if err != nil {
		return "", err
	}
	const member = len(`,"_":""`)
	for _, size := range []int{1024, 1493} {
		if missing := size - len(plain) - member; missing > 0 {
			ses.Padding = strings.Repeat("-", missing)
			break
		}
	}
	return s.Keys.SealText(sessionLabel, ses)
}

func (ses *session) began() time.Time { return time.Unix(ses.Began, 0) }

func passwordTime(u *userpool.User) int64 { return u.Credential.SetAt.UnixMicro() }

// errInvalidSession and its two sisters are the sentences of api-behaviour §10.
func errInvalidSession() error {
	return sessionOver("Invalid session for the user.")
}

func errSessionExpired() error {
	return sessionOver("Invalid session for the user, session is expired.")
}

func errSessionUsed() error {
	return sessionOver("Invalid session for the user, session can only be used once.")
}

func sessionOver(sentence string) error {
	return fault.New(fault.NotAuthorized, sentence).For(fault.SessionOver)
}

// openSession opens the session of r and checks that it belongs to r's pool,
// client, side and challenge, and still runs.
func (s *Service) openSession(r RespondRequest) (*session, error) {
	if r.Session == "" {
		return nil, fault.ErrMissing("Session")
	}
	var ses session
	if err := s.Keys.OpenText(sessionLabel, r.Session, &ses); err != nil {
		return nil, errInvalidSession()
	}
	switch {
	case ses.Pool != r.Pool.ID || ses.Client != r.Client.ID || ses.Side != r.Side:
		return nil, errInvalidSession()
	case ses.Side == Pages && s.tookTooLong(ses.began()):
		return nil, ErrTookTooLong
	case !s.Now().Before(ses.Expires):
		return nil, errSessionExpired()
	case ses.Challenge != r.Challenge && isCodeChallenge(r.Challenge):
		return nil, errWrongCode()
	case ses.Challenge != r.Challenge:
		return nil, errInvalidSession()
	}
	return &ses, nil
}

// isCodeChallenge reports whether a challenge is answered with a code; those
// answer a wrong name as they answer a wrong code (reference: api-behaviour §12).
func isCodeChallenge(name string) bool {
	switch name {
	case ChallengeSMSMFA, ChallengeSMSOTP, ChallengeEmailOTP, ChallengeSoftwareToken:
		return true
	}
	return false
}

// unused refuses a Session or SECRET_BLOCK that was used up, before an answer to it is
// judged: it would be no guess that counts, and how long it takes would tell a right one.
func (s *Service) unused(ctx context.Context, pool *userpool.Pool, text string) error {
	used, err := s.Store.Spent(ctx, pool.ID, sha256.Sum256([]byte(text)))
	if err == nil && used {
		return errSessionUsed()
	}
	return err
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
