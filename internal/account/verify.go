package account

import (
	"context"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func verifyKind(attribute string) store.CodeKind {
	if attribute == phoneNumber {
		return store.CodeVerifyPhone
	}
	return store.CodeVerifyEmail
}

func verifiableName(name string) error {
	if !slices.Contains(contacts(), name) {
		return invalid("Only the attributes email and phone_number can be verified.")
	}
	return nil
}

// AttributeCode sends a code that verifies a signed-in user's e-mail or phone
// number: the value that waits for it, or else the present one. Faults:
// InvalidParameter, LimitExceeded, CodeDeliveryFailure, UserNotFound.
func (s *Service) AttributeCode(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User, name string, _ map[string]string) (*Delivery, error) {
	if err := verifiableName(name); err != nil {
		return nil, err
	}
	address := u.Attributes[name]
	if pending := u.Pending[name]; pending != "" {
		address = pending
	}
	if address == "" {
		return nil, invalid("User does not have a value for the attribute " + name + ".")
	}
	code, err := s.newCode(p, u.ID, verifyKind(name), name, address)
	if err != nil {
		return nil, err
	}
	err = s.attempt(ctx, func(tx store.Tx) error {
		if _, err := tx.User(ctx, p.ID, u.ID); err != nil {
			return err
		}
		if err := s.count(ctx, tx, p, u.ID, limitAttributeCode()); err != nil {
			return err
		}
		return tx.PutCode(ctx, code.stored)
	})
	if err != nil {
		return nil, unknownToAdmin(err)
	}
	return s.deliver(ctx, p, u, c.ID, message.VerifyUserAttribute, code)
}

// VerifyAttribute verifies a signed-in user's e-mail or phone number by its code;
// a value that waited for it becomes the present one. Faults: InvalidParameter,
// NotAuthorized, LimitExceeded, ExpiredCode, CodeMismatch, AliasExists, UserNotFound.
func (s *Service) VerifyAttribute(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User, name, typed string) error {
	if err := verifiableName(name); err != nil {
		return err
	}
	if !c.CanWrite(name) {
		return fault.ErrUnwritable()
	}
	return unknownToAdmin(AliasTaken(s.attempt(ctx, func(tx store.Tx) error {
		u, err := tx.User(ctx, p.ID, u.ID)
		if err != nil {
			return err
		}
		if err := s.count(ctx, tx, p, u.ID, limitVerify()); err != nil {
			return err
		}
		code, err := s.matchCode(ctx, tx, u, verifyKind(name), typed)
		if err != nil {
			return err
		}
		if u.Pending[name] != code.SentTo && u.Attributes[name] != code.SentTo {
			return errExpiredCode() // another value was set since
		}
		if u.Attributes == nil {
			u.Attributes = map[string]string{}
		}
		u.Attributes[name], u.Attributes[userpool.VerifiedName(name)] = code.SentTo, "true"
		delete(u.Pending, name)
		if err := s.claimAliases(ctx, tx, p, u, false); err != nil {
			return err
		}
		if err := takeCode(ctx, tx, code); err != nil {
			return err
		}
		return s.save(ctx, tx, p, u)
	})))
}
