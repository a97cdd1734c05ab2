// Package message writes and sends the mails and SMS of a user pool.
//
//	account, auth ──Note──▶ Sender ──▶ Renderer: the pool's templates, or the
//	                          │        service's default texts → Message
//	                          └──────▶ Transport: Inbox, SMTP, … → delivered
//
// A Note says to whom and why; which text that becomes is decided here alone
// (reference: api-behaviour §17). Sending happens after the transaction that made
// the code, never inside it. A Transport that fails, or none at all, is a
// CodeDeliveryFailureException; the log then names the pool and the medium, never
// the code, the body or the address.
package message

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// The media of a message, as CodeDeliveryDetails names them.
const (
	Email = "EMAIL"
	SMS   = "SMS"
)

// Kind says why a message is sent: the part of the trigger source behind
// CustomMessage_ (reference: api-behaviour §19.2).
type Kind string

// The kinds of messages.
const (
	SignUp              Kind = "SignUp"
	ResendCode          Kind = "ResendCode"
	ForgotPassword      Kind = "ForgotPassword"
	UpdateUserAttribute Kind = "UpdateUserAttribute"
	VerifyUserAttribute Kind = "VerifyUserAttribute"
	AdminCreateUser     Kind = "AdminCreateUser"
	Authentication      Kind = "Authentication"
	// AccountTakeOverNotification has no CustomMessage_ trigger: its text is the risk
	// configuration's.
	AccountTakeOverNotification Kind = "AccountTakeOverNotification"
)

// Message is one mail or SMS, ready to be sent. The body of a mail is HTML.
type Message struct {
	ID       string // 32 hexadecimal digits
	PoolID   string
	ClientID string // "" when an administrator caused it
	Username string
	To       string
	Medium   string // EMAIL or SMS
	Kind     Kind
	Subject  string // mails only
	Body     string
	Code     string // the code or temporary password in the body
	Link     string // the confirmation link in the body, "" without one
	Time     time.Time
}

// Note is what a message has to say.
type Note struct {
	Kind     Kind
	Medium   string
	To       string
	Username string // the real username
	ClientID string
	Code     string  // a code, or the temporary password of AdminCreateUser
	Report   *Report // the text of AccountTakeOverNotification
}

// Transport delivers messages. It must be safe for concurrent use.
type Transport interface {
	Send(ctx context.Context, m Message) error
}

// errNoTransport is why nothing is sent when nothing was configured.
var errNoTransport = errors.New("message: no transport is configured for this medium")

// Sender writes messages and hands them to the transport of their medium.
type Sender struct {
	Renderer Renderer
	Email    Transport // nil: mails fail
	SMS      Transport // nil: SMS fail
	Now      func() time.Time
	Rand     io.Reader
	Log      *slog.Logger
	// Failed, if set, is told of every message that was not delivered. It must not
	// wait.
	Failed func(ctx context.Context, p *userpool.Pool, f Failure)
}

// Failure says what was not delivered and why, without the address, the code or
// the text.
type Failure struct {
	Details string `json:"details"`
}

// Send delivers one note. The fault is CodeDeliveryFailure.
func (s *Sender) Send(ctx context.Context, p *userpool.Pool, n Note) error {
	m := s.Renderer.Render(p, n)
	var id [16]byte
	if _, err := io.ReadFull(s.Rand, id[:]); err != nil {
		return fmt.Errorf("message id: %w", err)
	}
	m.ID, m.Time = fmt.Sprintf("%x", id), s.Now()
	err := s.deliver(ctx, m)
	if err == nil {
		return nil
	}
	s.Log.WarnContext(ctx, "message not delivered", "pool", p.ID, "kind", n.Kind, "medium", n.Medium, "err", err)
	if s.Failed != nil {
		s.Failed(ctx, p, Failure{Details: fmt.Sprintf("The %s message %s could not be delivered: %s", n.Medium, n.Kind, safe(err.Error(), m))})
	}
	return fault.New(fault.CodeDeliveryFailure, failures[n.Medium]).Because(err)
}

// safe takes out of a transport's error what must not leave the server, should the
// transport have repeated it.
func safe(text string, m Message) string {
	for _, secret := range []string{m.Body, m.Link, m.Code, m.To} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// failures are the sentences of a failed delivery; the one for mails was seen at
// the service, it publishes none for SMS.
var failures = map[string]string{
	Email: "Invalid email provided/Unable to send the email",
	SMS:   "Invalid phone number provided/Unable to send the SMS",
}

func (s *Sender) deliver(ctx context.Context, m Message) error {
	transport := s.Email
	if m.Medium == SMS {
		transport = s.SMS
	}
	if transport == nil {
		return errNoTransport
	}
	return transport.Send(ctx, m)
}
