package message_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/userpool"
)

func TestRender(t *testing.T) {
	own := userpool.EmailConfiguration{EmailSendingAccount: "DEVELOPER"}
	template := userpool.VerificationMessageTemplate{
		SmsMessage: "SMS {####}", EmailMessage: "<b>{####}</b> for {username}", EmailSubject: "Code {####}",
		EmailMessageByLink: "{##Yes, <i>me</i>##} or {##this##}.", EmailSubjectByLink: "Click",
	}
	invite := &userpool.MessageTemplate{SMSMessage: "{username}: {####}", EmailMessage: "Hello {username}, {####}", EmailSubject: "Hello"}
	const link = "https://pages.example/confirmUser?client_id=c1&confirmation_code=123456&user_name=a%26b"
	htmlLink := strings.ReplaceAll(link, "&", "&amp;")
	byLink := template
	byLink.DefaultEmailOption = "CONFIRM_WITH_LINK"

	for _, tt := range []struct {
		name     string
		settings userpool.PoolSettings
		note     message.Note
		subject  string
		body     string
		link     string
	}{
		{name: "default mail", note: message.Note{Kind: message.SignUp, Medium: "EMAIL"},
			subject: "Your verification code", body: "Your verification code is 123456. "},
		{name: "default SMS", note: message.Note{Kind: message.ForgotPassword, Medium: "SMS"},
			body: "Your verification code is 123456. "},
		{name: "default invitation, escaped", note: message.Note{Kind: message.AdminCreateUser, Medium: "EMAIL"},
			subject: "Your temporary password", body: "Your username is a&amp;b and temporary password is 123456. "},
		{name: "default invitation by SMS, plain", note: message.Note{Kind: message.AdminCreateUser, Medium: "SMS"},
			body: "Your username is a&b and temporary password is 123456. "},
		{name: "default second factor", note: message.Note{Kind: message.Authentication, Medium: "SMS"},
			body: "Your authentication code is 123456. "},
		{name: "default link", settings: userpool.PoolSettings{VerificationMessageTemplate: userpool.VerificationMessageTemplate{DefaultEmailOption: "CONFIRM_WITH_LINK"}},
			note: message.Note{Kind: message.SignUp, Medium: "EMAIL"}, link: link,
			subject: "Your verification link",
			body:    `Please click the link below to verify your email address. <a href="` + htmlLink + `">Verify Email</a> `},
		{name: "own texts; the username has its place in invitations only",
			settings: userpool.PoolSettings{EmailConfiguration: own, VerificationMessageTemplate: template},
			note:     message.Note{Kind: message.VerifyUserAttribute, Medium: "EMAIL"},
			subject:  "Code 123456", body: "<b>123456</b> for {username}"},
		{name: "own mails need an own sender", settings: userpool.PoolSettings{VerificationMessageTemplate: template},
			note:    message.Note{Kind: message.SignUp, Medium: "EMAIL"},
			subject: "Your verification code", body: "Your verification code is 123456. "},
		{name: "own SMS do not", settings: userpool.PoolSettings{VerificationMessageTemplate: template},
			note: message.Note{Kind: message.SignUp, Medium: "SMS"}, body: "SMS 123456"},
		{name: "legacy members", settings: userpool.PoolSettings{EmailConfiguration: own, EmailVerificationMessage: "M {####}", EmailVerificationSubject: "S"},
			note: message.Note{Kind: message.SignUp, Medium: "EMAIL"}, subject: "S", body: "M 123456"},
		{name: "own invitation", settings: userpool.PoolSettings{EmailConfiguration: own, AdminCreateUserConfig: userpool.AdminCreateUserConfig{InviteMessageTemplate: invite}},
			note: message.Note{Kind: message.AdminCreateUser, Medium: "EMAIL"}, subject: "Hello", body: "Hello a&amp;b, 123456"},
		{name: "own link, twice", settings: userpool.PoolSettings{EmailConfiguration: own, VerificationMessageTemplate: byLink},
			note: message.Note{Kind: message.ResendCode, Medium: "EMAIL"}, link: link, subject: "Click",
			body: `<a href="` + htmlLink + `">Yes, <i>me</i></a> or <a href="` + htmlLink + `">this</a>.`},
		{name: "passwords are reset by code, never by link", settings: userpool.PoolSettings{EmailConfiguration: own, VerificationMessageTemplate: byLink},
			note: message.Note{Kind: message.ForgotPassword, Medium: "EMAIL"}, subject: "Code 123456", body: "<b>123456</b> for {username}"},
		{name: "own text of second factors", settings: userpool.PoolSettings{SmsAuthenticationMessage: "In: {####}"},
			note: message.Note{Kind: message.Authentication, Medium: "SMS"}, body: "In: 123456"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := message.Renderer{PagesBase: func(*userpool.Pool) string { return "https://pages.example" }}
			n := tt.note
			n.To, n.Username, n.ClientID, n.Code = "ada@example.org", "a&b", "c1", "123456"
			want := message.Message{PoolID: "p", ClientID: "c1", Username: "a&b", To: "ada@example.org", Medium: n.Medium,
				Kind: n.Kind, Subject: tt.subject, Body: tt.body, Code: "123456", Link: tt.link}
			got := r.Render(&userpool.Pool{ID: "p", Settings: tt.settings}, n)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLinkNeedsPages(t *testing.T) {
	p := &userpool.Pool{Settings: userpool.PoolSettings{
		VerificationMessageTemplate: userpool.VerificationMessageTemplate{DefaultEmailOption: "CONFIRM_WITH_LINK"}}}
	got := message.Renderer{}.Render(p, message.Note{Kind: message.SignUp, Medium: "EMAIL", ClientID: "c1", Code: "123456"})
	if got.Link != "" || got.Body != "Your verification code is 123456. " {
		t.Errorf("without pages: %+v", got)
	}
}

type failing struct{}

func (failing) Send(context.Context, message.Message) error { return errors.New("mailbox on fire") }

func TestSendFails(t *testing.T) {
	for _, tt := range []struct {
		name      string
		transport message.Transport
		medium    string
		want      string
	}{
		{"no transport", nil, "EMAIL", "Invalid email provided/Unable to send the email"},
		{"transport fails", failing{}, "EMAIL", "Invalid email provided/Unable to send the email"},
		{"SMS", failing{}, "SMS", "Invalid phone number provided/Unable to send the SMS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			s := message.Sender{Email: tt.transport, SMS: tt.transport, Now: time.Now, Rand: zeros{},
				Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			err := s.Send(t.Context(), &userpool.Pool{ID: "p"},
				message.Note{Kind: message.SignUp, Medium: tt.medium, To: "ada@example.org", Code: "123456"})
			if !fault.Is(err, fault.CodeDeliveryFailure) || fault.Of(err).Message != tt.want {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if log.Len() == 0 || strings.Contains(log.String(), "123456") {
				t.Errorf("log: %q", log.String())
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSendToInbox(t *testing.T) {
	var inbox message.Inbox
	now := time.Unix(1_700_000_000, 0)
	s := message.Sender{Email: &inbox, Now: func() time.Time { return now }, Rand: zeros{}, Log: slog.New(slog.DiscardHandler)}
	if err := s.Send(t.Context(), &userpool.Pool{ID: "p"}, message.Note{Kind: message.SignUp, Medium: "EMAIL", To: "ada@example.org", Code: "1"}); err != nil {
		t.Fatal(err)
	}
	want := []message.Message{{ID: strings.Repeat("0", 32), PoolID: "p", To: "ada@example.org", Medium: "EMAIL", Kind: message.SignUp,
		Subject: "Your verification code", Body: "Your verification code is 1. ", Code: "1", Time: now}}
	if diff := cmp.Diff(want, inbox.List("", 0)); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
}

func TestInbox(t *testing.T) {
	inbox := message.Inbox{Capacity: 3}
	for _, m := range []message.Message{{ID: "1", To: "a"}, {ID: "2", To: "b"}, {ID: "3", To: "a"}, {ID: "4", To: "b"}, {ID: "5", To: "b"}} {
		if err := inbox.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		to    string
		limit int
		want  string
	}{
		{"", 0, "543"}, {"", 2, "54"}, {"b", 0, "54"}, {"b", 1, "5"}, {"a", 9, "3"}, {"c", 0, ""},
	} {
		var got strings.Builder
		for _, m := range inbox.List(tt.to, tt.limit) {
			got.WriteString(m.ID)
		}
		if got.String() != tt.want {
			t.Errorf("List(%q, %d) = %q, want %q", tt.to, tt.limit, got.String(), tt.want)
		}
	}
}

func TestInboxConcurrent(t *testing.T) {
	inbox := message.Inbox{Capacity: 10}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				_ = inbox.Send(t.Context(), message.Message{To: "a"})
				inbox.List("a", 5)
			}
		})
	}
	wg.Wait()
	if n := len(inbox.List("", 0)); n != 10 {
		t.Errorf("%d messages kept, want 10", n)
	}
}
