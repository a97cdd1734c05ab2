package account

import (
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/foreignhash"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Imported makes the user of one row of an import, whose password was hashed with
// algorithm ("" for an import without passwords). The user is not stored yet: see
// Import. A row that can't become a user is an InvalidParameter fault, whose sentence
// repeats no value.
func (s *Service) Imported(p *userpool.Pool, row userpool.ImportedRow, algorithm string) (*userpool.User, error) {
	u, err := s.newUser(p, NewUser{Username: row.Username, Attributes: row.Attributes})
	if err != nil {
		return nil, err
	}
	if err := CheckAttributes(p, u.Attributes, true); err != nil {
		return nil, err
	}
	if err := verifiable(u); err != nil {
		return nil, err
	}
	if row.MFA && u.Attributes[phoneNumber] != "" { // SMS is the one factor that an import can bring
		if problem := p.ChooseMFA(u, userpool.MFAChoice{SMS: &userpool.FactorChoice{Enabled: true}}, false); problem != "" {
			return nil, invalid(problem)
		}
	}
	u.Status = userpool.StatusResetRequired
	switch {
	case row.PasswordHash != "":
		if err := importable(row.PasswordHash, algorithm); err != nil {
			return nil, err
		}
		u.Status = userpool.StatusConfirmed
		u.Credential = userpool.Credential{Foreign: row.PasswordHash, SetAt: u.CreatedAt}
	case p.SignsInByCode(u):
		u.Status = userpool.StatusConfirmed
	}
	return u, nil
}

// importable checks a password hash that an import brings.
func importable(text, algorithm string) error {
	h, err := foreignhash.Parse(text)
	switch {
	case errors.Is(err, foreignhash.ErrCost):
		return fault.New(fault.InvalidParameter, "The password hash has parameters that are not allowed.").Because(err)
	case err != nil || string(h.Algorithm()) != algorithm:
		return invalid("The password hash is not one of the algorithm " + algorithm + ".")
	}
	return nil
}

// ErrAlreadyThere is returned by Import for a user whose name somebody has.
var ErrAlreadyThere = errors.New("account: the user already exists")

// Import adds a user that Imported made, in a transaction that goes on whatever
// comes of it. Errors: ErrAlreadyThere, an AliasExists fault, and those of the store.
func (s *Service) Import(ctx context.Context, tx store.Tx, p *userpool.Pool, u *userpool.User) error {
	err := create(ctx, tx, p, u)
	taken, ok := errors.AsType[*store.NameTakenError](err)
	switch {
	case !ok:
		return err
	case taken.Name.Kind == userpool.NameUsername, len(p.Settings.UsernameAttributes) > 0:
		return ErrAlreadyThere
	}
	return AliasTaken(err)
}
