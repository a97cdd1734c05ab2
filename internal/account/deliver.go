package account

import (
	"context"
	"slices"

	"idpond/internal/message"
	"idpond/internal/userpool"
)

// Delivery says where a code went: CodeDeliveryDetails.
type Delivery struct {
	Attribute   string // email or phone_number
	Medium      string // EMAIL or SMS
	Destination string // masked
}

const (
	email       = string(userpool.NameEmail)
	phoneNumber = string(userpool.NamePhoneNumber)
)

// contacts are the attributes that codes can be sent to.
func contacts() []string { return []string{email, phoneNumber} }

func medium(attribute string) string {
	if attribute == phoneNumber {
		return message.SMS
	}
	return message.Email
}

func deliveryTo(attribute, address string) *Delivery {
	mask := userpool.MaskEmail
	if attribute == phoneNumber {
		mask = userpool.MaskPhone
	}
	return &Delivery{Attribute: attribute, Medium: medium(attribute), Destination: mask(address)}
}

// deliver sends a code that is stored, and says where it went. The triggers that
// write or send messages belong here.
func (s *Service) deliver(ctx context.Context, p *userpool.Pool, u *userpool.User, clientID string, kind message.Kind, c freshCode) (*Delivery, error) {
	return s.Send(ctx, p, c.stored.Attribute, message.Note{
		Kind: kind, To: c.stored.SentTo, Username: u.Username, ClientID: clientID, Code: c.text,
	})
}

// Send sends a note, whose medium is that of an attribute, and says where it went.
// Fault: CodeDeliveryFailure.
func (s *Service) Send(ctx context.Context, p *userpool.Pool, attribute string, n message.Note) (*Delivery, error) {
	n.Medium = medium(attribute)
	if err := s.Messages.Send(ctx, p, n); err != nil {
		return nil, err
	}
	return deliveryTo(attribute, n.To), nil
}

// confirmationChannel is the attribute whose ownership a sign-up's code proves: one
// that the pool verifies and the user has, the phone before the e-mail; "" when
// there is none (reference: api-behaviour §17).
func confirmationChannel(p *userpool.Pool, u *userpool.User) string {
	for _, name := range []string{phoneNumber, email} {
		if autoVerified(p, name) && u.Attributes[name] != "" {
			return name
		}
	}
	return ""
}

func autoVerified(p *userpool.Pool, attribute string) bool {
	return slices.Contains(p.Settings.AutoVerifiedAttributes, attribute)
}

func verified(u *userpool.User, attribute string) bool {
	return u.Attributes[attribute] != "" && u.Attributes[userpool.VerifiedName(attribute)] == "true"
}

// recoveryChannel is the first of the pool's channels that is the user's own and not
// where the codes of the user's second factor go; "" without one (reference:
// api-behaviour §20.6).
func recoveryChannel(p *userpool.Pool, u *userpool.User) string {
	for _, name := range p.RecoveryChannels() {
		if verified(u, name) && p.RecoversBy(u, name) {
			return name
		}
	}
	return ""
}
