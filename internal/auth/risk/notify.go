package risk

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"idpond/internal/activity"
	"idpond/internal/message"
	"idpond/internal/userpool"
)

// The longest that a mail may keep a sign-in waiting.
const mailTimeout = 10 * time.Second

// A user gets no mail when so many sign-ins were judged to be risky in the window
// before: somebody who has the password must not be able to fill the mailbox.
const (
	mostMails  = 5
	mailWindow = time.Hour
)

// risky counts the sign-ins of a history that had a level of risk, after a time.
func risky(history []*userpool.AuthEvent, since time.Time) int {
	n := 0
	for _, e := range history {
		if e.Risk != nil && e.Risk.RiskLevel != "" && e.CreatedAt.After(since) {
			n++
		}
	}
	return n
}

// loginTimeForm is the form of {login-time}.
const loginTimeForm = "Mon Jan 02 15:04:05 MST 2006"

// Notify writes to the user about a sign-in, if the verdict asks for it and the user
// has a verified address. It is called after the commit of the entry, whose id is
// eventID. That a mail can't be sent is logged and changes nothing.
func (s *Service) Notify(ctx context.Context, a Attempt, eventID string, v Verdict) {
	to := a.User.Attributes["email"]
	if s == nil || v.notify == nil || eventID == "" || to == "" || a.User.Attributes[userpool.VerifiedName("email")] != "true" {
		return
	}
	token, err := s.FeedbackToken(a.User, a.Pool, eventID)
	if err != nil {
		s.Log.ErrorContext(ctx, "a mail about a sign-in was not written", "pool", a.Pool.ID, "err", err)
		return
	}
	mail := mailFor(v.notify.NotifyConfiguration, v.mail)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailTimeout)
	defer cancel()
	_ = s.Messages.Send(ctx, a.Pool, message.Note{ // which logs what it couldn't deliver
		Kind: message.AccountTakeOverNotification, Medium: message.Email, To: to, Username: a.User.Username, ClientID: a.Client.ID,
		Report: &message.Report{
			Subject: mail.Subject, HTML: mail.HTMLBody, Text: mail.TextBody, Values: s.values(ctx, a, eventID, token),
		},
	})
}

// mailFor gives the text of the mail that tells of an action: the configured one, or
// ours.
func mailFor(n *userpool.NotifyConfiguration, action string) userpool.NotifyEmail {
	var own *userpool.NotifyEmail
	var subject, text string
	switch {
	case action == userpool.RiskActionBlock:
		subject, text = blockSubject, blockText
	case action == userpool.RiskActionNone:
		subject, text = allowedSubject, allowedText
	default:
		subject, text = mfaSubject, mfaText
	}
	if n != nil {
		switch action {
		case userpool.RiskActionBlock:
			own = n.BlockEmail
		case userpool.RiskActionNone:
			own = n.NoActionEmail
		default:
			own = n.MfaEmail
		}
	}
	if own == nil {
		return userpool.NotifyEmail{Subject: subject, HTMLBody: text + detailsText}
	}
	mail := *own
	if mail.HTMLBody == "" && mail.TextBody == "" {
		mail.HTMLBody = text + detailsText
	}
	return mail
}

// The texts where none is configured.
const (
	blockSubject   = "A sign-in to your account was blocked"
	blockText      = "<p>Somebody who knows the password of your account {username} tried to sign in. It did not look like you, so the sign-in was blocked.</p>"
	mfaSubject     = "An unusual sign-in to your account"
	mfaText        = "<p>Somebody who knows the password of your account {username} is signing in from a place that is new to us. If your account has a second factor, we asked for it.</p>"
	allowedSubject = "A new sign-in to your account"
	allowedText    = "<p>There was a sign-in to your account {username} from a place that is new to us.</p>"
	detailsText    = "<p>Time: {login-time}<br>Address: {ip-address}<br>Device: {device-name}</p>" +
		`<p>Was it you? <a href="{one-click-link-valid}">Yes, it was me</a> &middot; <a href="{one-click-link-invalid}">No, it was not me</a></p>`
)

// unknown stands where nothing is known: no database of places is asked.
const unknown = "unknown"

// values are the places of a mail (reference: api-behaviour §17).
func (s *Service) values(ctx context.Context, a Attempt, eventID, token string) map[string]string {
	o := activity.OriginOf(ctx)
	where := o.Context()
	link := func(value string) string {
		return s.FeedbackPage + "?" + url.Values{
			"pool": {a.Pool.ID}, "user": {a.User.Username}, "event": {eventID}, "token": {token}, "value": {value},
		}.Encode()
	}
	return map[string]string{
		"{username}": a.User.Username, "{event-id}": eventID, "{feedback-token}": token,
		"{ip-address}": cmp.Or(where.IPAddress, unknown), "{device-name}": cmp.Or(where.DeviceName, unknown),
		"{city}": unknown, "{country}": unknown, "{login-time}": s.Now().UTC().Format(loginTimeForm),
		"{one-click-link-valid}": link(userpool.FeedbackValid), "{one-click-link-invalid}": link(userpool.FeedbackInvalid),
	}
}
