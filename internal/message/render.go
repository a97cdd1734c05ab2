package message

import (
	"cmp"
	"html"
	"net/url"
	"strings"

	"idpond/internal/userpool"
)

// The texts that the service sends when a pool has none of its own (reference:
// api-behaviour §17).
const (
	defaultCodeText       = "Your verification code is {####}. "
	defaultCodeSubject    = "Your verification code"
	defaultInviteText     = "Your username is {username} and temporary password is {####}. "
	defaultInviteSubject  = "Your temporary password"
	defaultAuthText       = "Your authentication code is {####}. "
	defaultAuthSubject    = "Your authentication code"
	defaultLinkText       = "Please click the link below to verify your email address. {##Verify Email##} "
	defaultLinkSubject    = "Your verification link"
	confirmWithLink       = "CONFIRM_WITH_LINK"
	sendsOwnMail          = "DEVELOPER"
	codePlace, namePlace  = "{####}", "{username}"
	linkOpening, linkStop = "{##", "##}"
)

// Renderer turns notes into messages.
type Renderer struct {
	// PagesBase gives the address of a pool's pages, without a final slash. Nil,
	// or "" for a pool, sends codes where the pool asks for links.
	PagesBase func(p *userpool.Pool) string
}

// Render writes the text of a note in the pool's words. Texts of its own for mails
// count only when the pool sends them itself (EmailSendingAccount DEVELOPER;
// reference: api-behaviour §4). What people typed is escaped in mails, which are HTML.
func (r Renderer) Render(p *userpool.Pool, n Note) Message {
	if n.Report != nil {
		return renderReport(p, n)
	}
	m := Message{
		PoolID: p.ID, ClientID: n.ClientID, Username: n.Username, To: n.To,
		Medium: n.Medium, Kind: n.Kind, Code: n.Code,
	}
	text, subject := template(p, n)
	if base := r.linkBase(p, n); base != "" {
		m.Link = confirmLink(base, n)
		text, subject = linkTemplate(p)
		text = fillLink(text, m.Link)
	}
	if n.Medium == Email {
		m.Subject = fill(subject, n, func(s string) string { return s })
		m.Body = fill(text, n, html.EscapeString)
	} else {
		m.Body = fill(text, n, func(s string) string { return s })
	}
	return m
}

// fill puts the code, and in invitations the username, into their places.
func fill(text string, n Note, escape func(string) string) string {
	places := []string{codePlace, escape(n.Code)}
	if n.Kind == AdminCreateUser {
		places = append(places, namePlace, escape(n.Username))
	}
	return strings.NewReplacer(places...).Replace(text)
}

// template gives the text and, for mails, the subject of a note with a code.
func template(p *userpool.Pool, n Note) (text, subject string) {
	s := &p.Settings
	own := s.EmailConfiguration.EmailSendingAccount == sendsOwnMail
	var sms, mail, ownSubject, defaultText, defaultSubject string
	switch n.Kind {
	case AdminCreateUser:
		defaultText, defaultSubject = defaultInviteText, defaultInviteSubject
		if t := s.AdminCreateUserConfig.InviteMessageTemplate; t != nil {
			sms, mail, ownSubject = t.SMSMessage, t.EmailMessage, t.EmailSubject
		}
	case Authentication:
		defaultText, defaultSubject = defaultAuthText, defaultAuthSubject
		sms = s.SmsAuthenticationMessage
		if t := s.EmailMfaConfiguration; t != nil {
			mail, ownSubject = t.Message, t.Subject
		}
	default:
		defaultText, defaultSubject = defaultCodeText, defaultCodeSubject
		t := s.VerificationMessageTemplate
		sms = cmp.Or(t.SmsMessage, s.SmsVerificationMessage)
		mail = cmp.Or(t.EmailMessage, s.EmailVerificationMessage)
		ownSubject = cmp.Or(t.EmailSubject, s.EmailVerificationSubject)
	}
	switch {
	case n.Medium == SMS:
		return cmp.Or(sms, defaultText), ""
	case own:
		return cmp.Or(mail, defaultText), cmp.Or(ownSubject, defaultSubject)
	}
	return defaultText, defaultSubject
}

func linkTemplate(p *userpool.Pool) (text, subject string) {
	if p.Settings.EmailConfiguration.EmailSendingAccount != sendsOwnMail {
		return defaultLinkText, defaultLinkSubject
	}
	t := p.Settings.VerificationMessageTemplate
	return cmp.Or(t.EmailMessageByLink, defaultLinkText), cmp.Or(t.EmailSubjectByLink, defaultLinkSubject)
}

// linkBase gives the address of the pages when the note is to be a link: a mail
// that confirms a sign-up, in a pool that asks for links. Codes for attributes and
// passwords are typed into an application, so they stay codes.
func (r Renderer) linkBase(p *userpool.Pool, n Note) string {
	if n.Medium != Email || n.Kind != SignUp && n.Kind != ResendCode || n.ClientID == "" ||
		p.Settings.VerificationMessageTemplate.DefaultEmailOption != confirmWithLink || r.PagesBase == nil {
		return ""
	}
	return r.PagesBase(p)
}

func confirmLink(base string, n Note) string {
	q := url.Values{"client_id": {n.ClientID}, "user_name": {n.Username}, "confirmation_code": {n.Code}}
	return base + "/confirmUser?" + q.Encode()
}

// fillLink replaces each {##text##} by a link with that text. A template without
// one, which the API refuses, gets the link at its end.
func fillLink(text, link string) string {
	var b strings.Builder
	for found := false; ; found = true {
		before, rest, ok := strings.Cut(text, linkOpening)
		label, after, closed := strings.Cut(rest, linkStop)
		if !ok || !closed {
			b.WriteString(text)
			if !found {
				b.WriteString(anchor(link, html.EscapeString(link)))
			}
			return b.String()
		}
		b.WriteString(before + anchor(link, label))
		text = after
	}
}

// anchor links label, which is HTML of the pool's template.
func anchor(link, label string) string {
	return `<a href="` + html.EscapeString(link) + `">` + label + `</a>`
}
