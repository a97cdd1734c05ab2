package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// A client with PreventUserExistenceErrors is not told that a user is unknown: it
// gets the answers, the caps and the kinds of refusal of a user who is there
// (reference: api-behaviour §16). What the answers need follows from the name and
// the server's key; the counters remember the rest.

// findFor finds a user for a public operation of a client. When there is none it
// gives nil if the client hides that, and the fault if not.
func (s *Service) findFor(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, name string) (*userpool.User, error) {
	u, err := s.Find(ctx, p, name)
	switch {
	case !errors.Is(err, store.ErrNotFound):
		return u, err
	case c.HidesUserExistence():
		return nil, nil
	}
	return nil, errUnknownHere()
}

func errUnknownHere() error {
	return fault.New(fault.UserNotFound, "Username/client id combination not found.").About("username")
}

// Stranger is the subject that an unknown name's attempts are counted under.
func (s *Service) Stranger(p *userpool.Pool, name string) string {
	return "stranger/" + hex.EncodeToString(s.secretOf(p, "subject", name)[:16])
}

func (s *Service) secretOf(p *userpool.Pool, use, name string) []byte {
	mac := hmac.New(sha256.New, s.Keys.Derive("account/stranger"))
	fmt.Fprintf(mac, "%s\x00%s\x00%s", p.ID, use, p.Fold(name))
	return mac.Sum(nil)
}

// strangerAsks counts a request for a code for an unknown name and remembers, for as long
// as the code would live, that one was asked for.
func (s *Service) strangerAsks(ctx context.Context, p *userpool.Pool, name string, kind store.CodeKind, l limit) error {
	subject, until := s.Stranger(p, name), s.Now().Add(codeLife(kind))
	return s.attempt(ctx, func(tx store.Tx) error {
		if err := s.count(ctx, tx, p, subject, l); err != nil {
			return err
		}
		return tx.PutChallengeState(ctx, p.ID, askedHash(subject, kind), nil, until)
	})
}

// strangerTries counts an attempt at a code of an unknown name and refuses it: the
// code is wrong when one was asked for, and expired otherwise.
func (s *Service) strangerTries(ctx context.Context, p *userpool.Pool, name string, kind store.CodeKind, l limit) error {
	subject := s.Stranger(p, name)
	return s.attempt(ctx, func(tx store.Tx) error {
		if err := s.count(ctx, tx, p, subject, l); err != nil {
			return err
		}
		switch _, err := tx.ChallengeState(ctx, p.ID, askedHash(subject, kind), s.Now()); {
		case errors.Is(err, store.ErrNotFound):
			return errExpiredCode()
		case err != nil:
			return err
		}
		return errCodeMismatch()
	})
}

// strangerReplaces refuses a new password for an unknown name, after all the work on the
// password that a user's would be: the time that it takes must not tell them apart.
func (s *Service) strangerReplaces(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, in NewPassword) error {
	if _, err := s.leaked(ctx, p, c, userpool.RiskAtPasswordChange, in.Password, nil); err != nil {
		return err
	}
	s.Passwords.Check(ctx, p, nil, in.Password) // what Make would cost
	return s.strangerTries(ctx, p, in.Username, store.CodeResetPassword, limitReset())
}

// askedHash names the state that says that a code was asked for.
func askedHash(subject string, kind store.CodeKind) store.Hash {
	return sha256.Sum256([]byte("account/asked/" + string(kind) + "/" + subject))
}

// PretendDelivery is where a sign-in's code for an unknown name would have gone.
func (s *Service) PretendDelivery(p *userpool.Pool, name, attribute string) *Delivery {
	return s.pretendDelivery(p, name, []string{attribute})
}

// pretendDelivery is where a code for an unknown name would have gone: to the name
// itself when it is an address on one of the channels, else to an address that is
// made up, the same each time, on the first of them.
func (s *Service) pretendDelivery(p *userpool.Pool, name string, channels []string) *Delivery {
	for _, channel := range channels {
		if channel == email && userpool.IsEmail(name) || channel == phoneNumber && userpool.IsPhoneNumber(name) {
			return deliveryTo(channel, name)
		}
	}
	r := s.secretOf(p, "address", name)
	if len(channels) > 0 && channels[0] == phoneNumber {
		return deliveryTo(phoneNumber, fmt.Sprintf("+%04d", (uint(r[0])<<8|uint(r[1]))%10000))
	}
	return deliveryTo(email, string('a'+r[0]%26)+"@"+string('a'+r[1]%26))
}
