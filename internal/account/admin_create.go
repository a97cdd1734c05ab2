package account

import (
	"context"
	"errors"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Invitation is what an administrator gives to make a user, or to invite one again.
// The password of its NewUser is the temporary one, "" for a generated one.
type Invitation struct {
	NewUser
	ForceAlias bool     // take verified addresses from the users who have them
	Resend     bool     // the user exists; make and send a new temporary password
	Suppress   bool     // send nothing
	Mediums    []string // EMAIL, SMS; none is SMS to whom has a phone number, else EMAIL
}

// AdminCreate makes a user, who has to replace a temporary password at the first
// sign-in, and sends the invitation. Faults: InvalidParameter, InvalidPassword,
// UsernameExists, UserNotFound, UnsupportedUserState, CodeDeliveryFailure; by then
// the user exists.
func (s *Service) AdminCreate(ctx context.Context, p *userpool.Pool, in Invitation) (*userpool.User, error) {
	if in.Resend {
		return s.inviteAgain(ctx, p, in)
	}
	u, err := s.newUser(p, in.NewUser)
	if err != nil {
		return nil, err
	}
	if err := CheckAttributes(p, u.Attributes, false); err != nil {
		return nil, err
	}
	if err := verifiable(u); err != nil {
		return nil, err
	}
	password, err := temporaryPassword(s, p, u, in)
	if err != nil {
		return nil, err
	}
	u.Status = userpool.StatusConfirmed
	if password != "" {
		u.Status = userpool.StatusForceChangePassword
		if u.Credential, err = s.Passwords.Make(ctx, p, u, password); err != nil {
			return nil, err
		}
	}
	err = s.Writer.Write(ctx, func(tx store.Tx) error {
		if err := s.claimAliases(ctx, tx, p, u, in.ForceAlias); err != nil {
			return err
		}
		return create(ctx, tx, p, u)
	})
	if fault.Is(err, fault.AliasExists) { // not an exception of this operation
		err = fault.New(fault.UsernameExists, fault.Of(err).Message)
	}
	if err != nil {
		return nil, usernameTaken(err, "User account already exists")
	}
	return u, s.invite(ctx, p, u, in, password)
}

// temporaryPassword is the given password, when the policy takes it, or a generated
// one; "" for a user who can sign in without (reference: api-behaviour §8).
func temporaryPassword(s *Service, p *userpool.Pool, u *userpool.User, in Invitation) (string, error) {
	policy := p.Settings.Policies.PasswordPolicy
	switch {
	case in.Password != "":
		if reason := policy.Problem(in.Password); reason != "" {
			return "", againstPolicy("Password did not conform with password policy: ", reason)
		}
		return in.Password, nil
	case p.AllowsPasswordless() && (verified(u, email) || verified(u, phoneNumber)):
		return "", nil
	case in.Suppress:
		return "", errNoPassword()
	}
	return userpool.GeneratePassword(policy, s.Rand)
}

// inviteAgain replaces the temporary password and sends the invitation anew; the
// password's validity begins again.
func (s *Service) inviteAgain(ctx context.Context, p *userpool.Pool, in Invitation) (*userpool.User, error) {
	found, err := s.adminFind(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	in.Suppress = false
	if in.Password == "" {
		if in.Password, err = userpool.GeneratePassword(p.Settings.Policies.PasswordPolicy, s.Rand); err != nil {
			return nil, err
		}
	}
	password, err := temporaryPassword(s, p, found, in)
	if err != nil {
		return nil, err
	}
	credential, err := s.Passwords.Make(ctx, p, found, password)
	if err != nil {
		return nil, err
	}
	u, err := s.update(ctx, p, found.ID, func(_ store.Tx, u *userpool.User) error {
		if u.Status != userpool.StatusForceChangePassword {
			return fault.New(fault.UnsupportedUserState, "Resend not possible. "+in.Username+" status is not FORCE_CHANGE_PASSWORD")
		}
		u.Credential = credential
		return nil
	})
	if err != nil {
		return nil, err
	}
	return u, s.invite(ctx, p, u, in, password)
}

// invite sends the temporary password over every wanted medium for which the user
// has an address, verified or not.
func (s *Service) invite(ctx context.Context, p *userpool.Pool, u *userpool.User, in Invitation, password string) error {
	if in.Suppress || password == "" {
		return nil
	}
	mediums := in.Mediums
	if len(mediums) == 0 {
		mediums = []string{message.Email}
		if u.Attributes[phoneNumber] != "" {
			mediums = []string{message.SMS}
		}
	}
	name := u.Username
	if kind := p.UsernameKind(u); kind != "" {
		name = u.Attributes[string(kind)] // what the user will type
	}
	var failures []error
	for _, attribute := range contacts() {
		if address := u.Attributes[attribute]; address != "" && slices.Contains(mediums, medium(attribute)) {
			failures = append(failures, s.Messages.Send(ctx, p, message.Note{
				Kind: message.AdminCreateUser, Medium: medium(attribute), To: address, Username: name, Code: password,
			}))
		}
	}
	return errors.Join(failures...)
}
