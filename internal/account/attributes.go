package account

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Changes are new values for attributes; an empty one deletes the attribute.
type Changes struct {
	Attributes map[string]string
	Metadata   map[string]string // ClientMetadata, for the triggers
}

// UpdateAttributes changes a signed-in user's attributes and says where codes went:
// one for each e-mail or phone number that has to be verified (reference:
// api-behaviour §6.4). Faults: NotAuthorized, InvalidParameter, AliasExists,
// CodeDeliveryFailure; by then the change is made.
func (s *Service) UpdateAttributes(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User, in Changes) ([]Delivery, error) {
	if err := writable(p, c, maps.Keys(in.Attributes)); err != nil {
		return nil, err
	}
	u, codes, err := s.changeAttributes(ctx, p, u, in.Attributes, false)
	if err != nil {
		return nil, err
	}
	var sent []Delivery
	var failed error
	for _, code := range codes { // the second leaves even if the first couldn't
		d, err := s.deliver(ctx, p, u, c.ID, message.UpdateUserAttribute, code)
		if err != nil {
			failed = cmp.Or(failed, err)
			continue
		}
		sent = append(sent, *d)
	}
	return sent, failed
}

// AdminUpdateAttributes changes any user's attributes. With email_verified or
// phone_number_verified "true" beside a new address nothing is sent. Faults:
// UserNotFound, InvalidParameter, AliasExists.
func (s *Service) AdminUpdateAttributes(ctx context.Context, p *userpool.Pool, username string, in Changes) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	u, codes, err := s.changeAttributes(ctx, p, u, in.Attributes, true)
	if err != nil {
		return err
	}
	for _, code := range codes {
		s.deliverForAdmin(ctx, p, u, message.UpdateUserAttribute, code)
	}
	return nil
}

// changeAttributes writes changes and gives the user as written and the codes to
// send. Codes are made for every address before the transaction, which alone knows
// whether one is needed.
func (s *Service) changeAttributes(ctx context.Context, p *userpool.Pool, u *userpool.User, attributes map[string]string, admin bool) (*userpool.User, []freshCode, error) {
	if about, problem := p.ChangedAttributesProblem(attributes); problem != "" {
		return nil, nil, invalid(problem).About(about)
	}
	made := map[string]freshCode{}
	for _, name := range contacts() {
		if attributes[name] == "" {
			continue
		}
		code, err := s.newCode(p, u.ID, verifyKind(name), name, attributes[name])
		if err != nil {
			return nil, nil, err
		}
		made[name] = code
	}
	var codes []freshCode
	u, err := s.update(ctx, p, u.ID, func(tx store.Tx, u *userpool.User) error {
		codes = nil
		unproven, err := apply(p, u, attributes, admin)
		if err != nil {
			return err
		}
		for _, name := range unproven {
			codes = append(codes, made[name])
			if err := tx.PutCode(ctx, made[name].stored); err != nil {
				return err
			}
		}
		return s.claimAliases(ctx, tx, p, u, false)
	})
	return u, codes, err
}

// apply changes u and gives the names of the addresses that a code has to prove.
func apply(p *userpool.Pool, u *userpool.User, attributes map[string]string, admin bool) (unproven []string, err error) {
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	if u.Pending == nil {
		u.Pending = map[string]string{}
	}
	verdicts := map[string]bool{} // the …_verified attributes that are decided here
	for _, name := range contacts() {
		value, given := attributes[name]
		if !given {
			continue
		}
		flag := userpool.VerifiedName(name)
		proven := admin && attributes[flag] == "true"
		switch {
		case value == "":
			if err := remove(p, u, name); err != nil {
				return nil, err
			}
			verdicts[flag] = true
		case value == u.Attributes[name]: // nothing to prove that was not asked already
			delete(u.Pending, name)
		case !proven && slices.Contains(p.Settings.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate, name):
			u.Pending[name] = value
			unproven, verdicts[flag] = append(unproven, name), true
		default:
			u.Attributes[name], u.Attributes[flag] = value, "false"
			delete(u.Pending, name)
			if !proven && autoVerified(p, name) {
				unproven = append(unproven, name)
			}
		}
	}
	for name, value := range attributes {
		switch {
		case slices.Contains(contacts(), name) || verdicts[name]:
		case value == "":
			delete(u.Attributes, name)
		default:
			u.Attributes[name] = value
		}
	}
	return unproven, verifiable(u)
}

// CheckAttributes checks the attributes of a new user, complete as that of
// userpool.Pool.NewAttributesProblem. The fault is InvalidParameter.
func CheckAttributes(p *userpool.Pool, attributes map[string]string, complete bool) error {
	if about, problem := p.NewAttributesProblem(attributes, complete); problem != "" {
		return invalid(problem).About(about)
	}
	return nil
}

// verifiable refuses to call an address verified that is not there.
func verifiable(u *userpool.User) error {
	for _, name := range contacts() {
		if u.Attributes[userpool.VerifiedName(name)] == "true" && u.Attributes[name] == "" {
			return invalid("The attribute " + name + " is required to set " + userpool.VerifiedName(name) + ".")
		}
	}
	return nil
}

// remove deletes an attribute, and with an address all that was known of it.
func remove(p *userpool.Pool, u *userpool.User, name string) error {
	if p.UsernameKind(u) == userpool.NameKind(name) {
		return invalid("user." + name + ": Attribute cannot be deleted.\n")
	}
	delete(u.Attributes, name)
	if slices.Contains(contacts(), name) {
		delete(u.Attributes, userpool.VerifiedName(name))
		delete(u.Pending, name)
	}
	return nil
}

// writable checks that the client may write attributes. Names that the schema
// doesn't have are left to the schema's own check.
func writable(p *userpool.Pool, c *userpool.AppClient, names iter.Seq[string]) error {
	for name := range names {
		if p.SchemaAttribute(name) != nil && !c.CanWrite(name) {
			return fault.ErrUnwritable()
		}
	}
	return nil
}

// DeleteAttributes deletes attributes of a signed-in user. Faults: NotAuthorized,
// InvalidParameter, UserNotFound.
func (s *Service) DeleteAttributes(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User, names []string) error {
	if err := writable(p, c, slices.Values(names)); err != nil {
		return err
	}
	return s.deleteAttributes(ctx, p, u, names)
}

// AdminDeleteAttributes deletes attributes of any user. Faults: UserNotFound,
// InvalidParameter.
func (s *Service) AdminDeleteAttributes(ctx context.Context, p *userpool.Pool, username string, names []string) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	return s.deleteAttributes(ctx, p, u, names)
}

func (s *Service) deleteAttributes(ctx context.Context, p *userpool.Pool, u *userpool.User, names []string) error {
	if problem := p.DeletedAttributesProblem(names); problem != "" {
		return invalid(problem)
	}
	_, err := s.update(ctx, p, u.ID, func(_ store.Tx, u *userpool.User) error {
		for _, name := range names {
			if err := remove(p, u, name); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
