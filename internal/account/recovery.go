package account

import (
	"context"
	"io"

	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// ForgotPassword sends a code by which the password can be replaced. Faults:
// UserNotFound, LimitExceeded, NotAuthorized, InvalidParameter, CodeDeliveryFailure.
// A client that hides who exists is also not told that a user is disabled or has
// no verified address (reference: api-behaviour §16, §20.6).
func (s *Service) ForgotPassword(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, username string, _ map[string]string) (*Delivery, error) {
	if err := s.admit(ctx, p, c); err != nil {
		return nil, err
	}
	channels := p.RecoveryChannels()
	if len(channels) == 0 {
		return nil, errAskAdministrator()
	}
	u, err := s.findFor(ctx, p, c, username)
	if err != nil {
		return nil, err
	}
	if u == nil {
		err := s.strangerAsks(ctx, p, username, store.CodeResetPassword, limitReset())
		if err != nil {
			return nil, err
		}
		return s.pretendDelivery(p, username, channels), nil
	}
	channel := recoveryChannel(p, u)
	code, err := s.newCode(p, u.ID, store.CodeResetPassword, channel, u.Attributes[channel])
	if err != nil {
		return nil, err
	}
	pretend := c.HidesUserExistence() && (!u.Enabled || channel == "")
	if pretend { // a code that nobody can guess: trying one fails as if one had been sent
		if _, err := io.ReadFull(s.Rand, code.stored.Hash[:]); err != nil {
			return nil, err
		}
	}
	event := s.Activity.Begin(ctx, subject(p, c, u), userpool.EventForgotPassword)
	err = s.recorded(ctx, event, userpool.EventInProgress, func(tx store.Tx) error {
		present, err := tx.User(ctx, p.ID, u.ID)
		if err != nil {
			return err
		}
		if err := s.count(ctx, tx, p, u.ID, limitReset()); err != nil {
			return err
		}
		if !pretend {
			if err := recoverable(present, channel); err != nil {
				return err
			}
		}
		return tx.PutCode(ctx, code.stored)
	})
	switch {
	case err != nil:
		return nil, goneMeanwhile(err)
	case pretend:
		return s.pretendDelivery(p, username, channels), nil
	}
	return s.deliver(ctx, p, u, c.ID, message.ForgotPassword, code)
}

func errAskAdministrator() error {
	return fault.New(fault.NotAuthorized, "Contact administrator to reset password.")
}

// recoverable says why a user's password can't be reset now, or nil.
func recoverable(u *userpool.User, channel string) error {
	switch {
	case !u.Enabled:
		return fault.ErrUserDisabled()
	case u.Status == userpool.StatusForceChangePassword || u.Status == userpool.StatusExternalProvider:
		return errNotResettable()
	case channel == "":
		return invalid("Cannot reset password for the user as there is no registered/verified email or phone_number")
	}
	return nil
}

func errNotResettable() error {
	return fault.New(fault.NotAuthorized, "User password cannot be reset in the current state.")
}

// NewPassword is a password set by a code.
type NewPassword struct {
	Username string
	Code     string
	Password string
	Metadata map[string]string // ClientMetadata, for the post confirmation trigger
}

// ConfirmForgotPassword sets a password by the code of ForgotPassword or of an
// administrator's reset. Faults: InvalidPassword, UserNotFound, LimitExceeded,
// ExpiredCode, CodeMismatch, NotAuthorized, PasswordHistoryViolation.
func (s *Service) ConfirmForgotPassword(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, in NewPassword) error {
	if err := s.admit(ctx, p, c); err != nil {
		return err
	}
	if err := Conforms(p, in.Password); err != nil {
		return err
	}
	found, err := s.findFor(ctx, p, c, in.Username)
	if err != nil {
		return err
	}
	if found == nil {
		return s.strangerReplaces(ctx, p, c, in)
	}
	event := s.Activity.Begin(ctx, subject(p, c, found), userpool.EventForgotPassword)
	refused, err := s.leaked(ctx, p, c, userpool.RiskAtPasswordChange, in.Password, event)
	if err != nil {
		return err
	}
	var code *store.Code
	return goneMeanwhile(s.replacePassword(ctx, p, found, event, proposal{
		password: in.Password,
		judge: func(tx store.Tx, u *userpool.User, counted bool) (err error) {
			if !counted {
				if err := s.count(ctx, tx, p, u.ID, limitReset()); err != nil {
					return err
				}
			}
			if code, err = s.matchCode(ctx, tx, u, store.CodeResetPassword, in.Code); err != nil {
				return err
			}
			if u.Attributes[code.Attribute] != code.SentTo || !p.RecoversBy(u, code.Attribute) {
				return errExpiredCode() // it went to an address that recovers the account no more
			}
			if err := recoverable(u, code.Attribute); err != nil {
				return err
			}
			return refused
		},
		accept: func(tx store.Tx, u *userpool.User) error {
			u.Status = userpool.StatusConfirmed
			return takeCode(ctx, tx, code)
		},
		signUp: s.UnconfirmedSignUp(ctx, p, c, found),
	}))
}

// Conforms checks a new password; the fault is InvalidPassword.
func Conforms(p *userpool.Pool, password string) error {
	if reason := p.Settings.Policies.PasswordPolicy.Problem(password); reason != "" {
		return againstPolicy("Password does not conform to policy: ", reason)
	}
	return nil
}

// againstPolicy refuses a password in the words of an operation: prefix, and what the
// policy says.
func againstPolicy(prefix, reason string) error {
	return fault.New(fault.InvalidPassword, prefix+reason).For(fault.Reason(reason))
}

// AdminResetPassword makes a user's password useless until the user has set
// another one by the code that is sent. Faults: UserNotFound, NotAuthorized,
// InvalidParameter.
func (s *Service) AdminResetPassword(ctx context.Context, p *userpool.Pool, username string, _ map[string]string) error {
	if len(p.RecoveryChannels()) == 0 {
		return errAskAdministrator()
	}
	found, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	channel := recoveryChannel(p, found)
	code, err := s.newCode(p, found.ID, store.CodeResetPassword, channel, found.Attributes[channel])
	if err != nil {
		return err
	}
	u, err := s.update(ctx, p, found.ID, func(tx store.Tx, u *userpool.User) error {
		if u.Enabled && u.Status != userpool.StatusConfirmed && u.Status != userpool.StatusResetRequired {
			return errNotResettable()
		}
		if err := recoverable(u, channel); err != nil {
			return err
		}
		u.Status = userpool.StatusResetRequired
		return tx.PutCode(ctx, code.stored)
	})
	if err != nil {
		return err
	}
	s.deliverForAdmin(ctx, p, u, message.ForgotPassword, code)
	return nil
}

// deliverForAdmin sends a code in an operation that has no exception for a failed
// delivery: what it changed stands, the log says so, and the user can ask for
// another code.
func (s *Service) deliverForAdmin(ctx context.Context, p *userpool.Pool, u *userpool.User, kind message.Kind, c freshCode) {
	if _, err := s.deliver(ctx, p, u, "", kind, c); err != nil {
		s.Log.WarnContext(ctx, "the user was changed, but got no code", "pool", p.ID, "user", u.ID, "kind", kind)
	}
}
