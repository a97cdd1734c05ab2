package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// NewUser is what somebody gives to become a user.
type NewUser struct {
	Username       string
	Password       string // "" for none
	Attributes     map[string]string
	ValidationData map[string]string // for the pre sign-up trigger
	Metadata       map[string]string // ClientMetadata, for the triggers
}

// SignedUp is a new user and where the confirmation code went, nil when none was sent.
type SignedUp struct {
	User     *userpool.User
	Delivery *Delivery
}

// SignUp makes a user who still has to confirm. Faults: NotAuthorized,
// InvalidParameter, InvalidPassword, UsernameExists, CodeDeliveryFailure; the user
// whose code could not be delivered exists nevertheless.
func (s *Service) SignUp(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, in NewUser) (*SignedUp, error) {
	if err := s.admit(ctx, p, c); err != nil {
		return nil, err
	}
	if p.Settings.AdminCreateUserConfig.AllowAdminCreateUserOnly {
		return nil, fault.New(fault.NotAuthorized, "SignUp is not permitted for this user pool")
	}
	u, err := s.newUser(p, in)
	if err != nil {
		return nil, err
	}
	if err := signUpAttributes(p, c, in, u); err != nil {
		return nil, err
	}
	event := s.signUpEvent(ctx, p, c, u)
	if u.Credential, err = s.signUpPassword(ctx, p, c, u, in.Password, event); err != nil {
		return nil, err
	}
	u.Status, u.MFA.Grace = userpool.StatusUnconfirmed, p.GrantsGrace()
	for _, name := range contacts() {
		if u.Attributes[name] != "" {
			u.Attributes[userpool.VerifiedName(name)] = "false"
		}
	}
	var code freshCode
	channel := confirmationChannel(p, u)
	if channel != "" {
		if code, err = s.newCode(p, u.ID, store.CodeSignUp, channel, u.Attributes[channel]); err != nil {
			return nil, err
		}
	}
	err = event.Within(ctx, s.Writer, func(tx store.Tx) error {
		if err := create(ctx, tx, p, u); err != nil {
			return err
		}
		if err := event.Save(ctx, tx, userpool.EventInProgress); err != nil || channel == "" {
			return err
		}
		return tx.PutCode(ctx, code.stored)
	})
	if err != nil {
		return nil, usernameTaken(err, "User already exists")
	}
	out := &SignedUp{User: u}
	if channel != "" {
		out.Delivery, err = s.deliver(ctx, p, u, c.ID, message.SignUp, code)
	}
	return out, err
}

// signUpAttributes checks what only somebody who signs up alone is held to: the
// client's write permissions, the required attributes, and that a
// preferred_username that is an alias waits for the confirmation (reference:
// api-behaviour §7).
func signUpAttributes(p *userpool.Pool, c *userpool.AppClient, in NewUser, u *userpool.User) error {
	if err := writable(p, c, maps.Keys(in.Attributes)); err != nil {
		return err
	}
	if err := CheckAttributes(p, u.Attributes, true); err != nil {
		return err
	}
	const preferred = string(userpool.NamePreferredUsername)
	if a := p.SchemaAttribute(preferred); u.Attributes[preferred] != "" && p.IsAlias(preferred) && (a == nil || !a.Required) {
		return invalid("preferred_username is an alias of this user pool and can be set only after the user is confirmed.")
	}
	return nil
}

// newUser makes the user of a request, without password and state, after the rules
// of usernames and attributes that bind administrators too.
func (s *Service) newUser(p *userpool.Pool, in NewUser) (*userpool.User, error) {
	kind, problem := p.NewUsernameProblem(in.Username)
	if problem != "" {
		return nil, invalid(problem).About("username")
	}
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	now := s.Now()
	u := &userpool.User{
		PoolID: p.ID, ID: id, Username: p.Fold(in.Username), Enabled: true,
		Attributes: map[string]string{}, CreatedAt: now, UpdatedAt: now,
	}
	for name, value := range in.Attributes {
		if value != "" {
			u.Attributes[name] = value
		}
	}
	if kind != "" {
		name := string(kind)
		if given := u.Attributes[name]; given != "" && p.Fold(given) != p.Fold(in.Username) {
			return nil, invalid("The attribute " + name + " does not match the username.")
		}
		u.Username, u.Attributes[name] = id, in.Username
		u.Names = []userpool.SignInName{{Kind: kind, Value: p.Fold(in.Username)}} // says which kind of user this is
	}
	u.Names = p.SignInNames(u)
	return u, nil
}

// create adds u, unless its username is somebody's alias: a typed name is a
// username first, so u would stand before the other.
func create(ctx context.Context, tx store.Tx, p *userpool.Pool, u *userpool.User) error {
	owner, err := tx.FindUser(ctx, p.ID, p.LookupNames(u.Username)[1:])
	switch {
	case err == nil:
		return &store.NameTakenError{Name: u.Names[0], Owner: owner.ID}
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return tx.CreateUser(ctx, u)
}

const subLength = 36

// newID makes a sub: random, in the look of a UUID.
func (s *Service) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return "", fmt.Errorf("account: no randomness: %w", err)
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// usernameTaken says that a new user's name is taken: in the operation's words for
// a username, in those of the address where that is the username.
func usernameTaken(err error, username string) error {
	taken, ok := errors.AsType[*store.NameTakenError](err)
	if !ok {
		return err
	}
	refusal := fault.New(fault.UsernameExists, username)
	if taken.Name.Kind != userpool.NameUsername {
		refusal = exists(fault.UsernameExists, taken.Name.Kind)
	}
	return refusal.About("username")
}

func errNoPassword() error { return invalid("User is required to have a password") }

// Confirmation is a code that came back.
type Confirmation struct {
	Username   string
	Code       string
	ForceAlias bool              // take the address from the user who has verified it
	Metadata   map[string]string // ClientMetadata, for the post confirmation trigger
}

// ConfirmSignUp confirms a new user by the code that was sent, which also verifies
// the address that it was sent to, and gives the user as confirmed. Faults:
// UserNotFound, LimitExceeded, NotAuthorized, ExpiredCode, CodeMismatch, AliasExists.
func (s *Service) ConfirmSignUp(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, in Confirmation) (*userpool.User, error) {
	if err := s.admit(ctx, p, c); err != nil {
		return nil, err
	}
	found, err := s.findFor(ctx, p, c, in.Username)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, s.strangerTries(ctx, p, in.Username, store.CodeSignUp, limitConfirm())
	}
	var u *userpool.User
	event := s.signUpEvent(ctx, p, c, found)
	err = event.Within(ctx, attempts{s}, func(tx store.Tx) (err error) {
		if u, err = tx.User(ctx, p.ID, found.ID); err != nil {
			return err
		}
		if err := s.count(ctx, tx, p, u.ID, limitConfirm()); err != nil {
			return err
		}
		if u.Status != userpool.StatusUnconfirmed {
			return errCannotConfirm(u)
		}
		code, err := s.matchCode(ctx, tx, u, store.CodeSignUp, in.Code)
		if err != nil {
			return err
		}
		if u.Attributes[code.Attribute] == code.SentTo { // it may have changed since
			u.Attributes[userpool.VerifiedName(code.Attribute)] = "true"
		}
		u.Status = userpool.StatusConfirmed
		if err := s.claimAliases(ctx, tx, p, u, in.ForceAlias); err != nil {
			return err
		}
		if err := takeCode(ctx, tx, code); err != nil {
			return err
		}
		if err := s.save(ctx, tx, p, u); err != nil {
			return err
		}
		return event.Save(ctx, tx, userpool.EventPass)
	})
	if err != nil {
		return nil, goneMeanwhile(AliasTaken(err))
	}
	return u, nil
}

func errCannotConfirm(u *userpool.User) error {
	return fault.New(fault.NotAuthorized, "User cannot be confirmed. Current status is "+string(u.Status))
}

// goneMeanwhile is for a user who was deleted between the look and the transaction.
func goneMeanwhile(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errUnknownHere()
	}
	return err
}

// ResendConfirmationCode sends a new code to a user who has not confirmed; earlier
// ones die. Faults: UserNotFound, LimitExceeded, InvalidParameter, NotAuthorized,
// CodeDeliveryFailure.
func (s *Service) ResendConfirmationCode(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, username string, _ map[string]string) (*Delivery, error) {
	if err := s.admit(ctx, p, c); err != nil {
		return nil, err
	}
	u, err := s.findFor(ctx, p, c, username)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return s.pretendResend(ctx, p, username)
	}
	channel := confirmationChannel(p, u)
	code, err := s.newCode(p, u.ID, store.CodeSignUp, channel, u.Attributes[channel])
	if err != nil {
		return nil, err
	}
	event := s.Activity.Begin(ctx, subject(p, c, u), userpool.EventResendCode)
	err = s.recorded(ctx, event, userpool.EventPass, func(tx store.Tx) error {
		present, err := tx.User(ctx, p.ID, u.ID)
		if err != nil {
			return err
		}
		if err := s.count(ctx, tx, p, u.ID, limitResend()); err != nil {
			return err
		}
		switch {
		case present.Status != userpool.StatusUnconfirmed:
			return invalid("User is already confirmed.")
		case channel == "":
			return errCannotResend()
		}
		return tx.PutCode(ctx, code.stored)
	})
	if err != nil {
		return nil, goneMeanwhile(err)
	}
	return s.deliver(ctx, p, u, c.ID, message.ResendCode, code)
}

func errCannotResend() error {
	return fault.New(fault.NotAuthorized, "Cannot resend codes. Auto verification not turned on.")
}

func (s *Service) pretendResend(ctx context.Context, p *userpool.Pool, username string) (*Delivery, error) {
	var channels []string
	for _, name := range []string{phoneNumber, email} {
		if autoVerified(p, name) {
			channels = append(channels, name)
		}
	}
	if len(channels) == 0 {
		return nil, errCannotResend()
	}
	if err := s.strangerAsks(ctx, p, username, store.CodeSignUp, limitResend()); err != nil {
		return nil, err
	}
	return s.pretendDelivery(p, username, channels), nil
}
