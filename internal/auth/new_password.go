package auth

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

const attributeAnswer = "userAttributes."

// newPasswordParameters are the parameters of NEW_PASSWORD_REQUIRED (reference:
// api-behaviour §12). Of the user's attributes a client sees here, too, only what it
// may read.
func newPasswordParameters(a *attempt) (map[string]string, error) {
	missing := []string{} // written as [] when empty
	for _, name := range a.pool.MissingRequired(a.user.Attributes) {
		missing = append(missing, attributeAnswer+name)
	}
	required, err := json.Marshal(missing)
	if err != nil {
		return nil, err
	}
	attributes := map[string]string{} // likewise {}
	for name, value := range a.user.Attributes {
		if a.client.CanRead(name) {
			attributes[name] = value
		}
	}
	current, err := json.Marshal(attributes)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"USER_ID_FOR_SRP": a.user.Username, "requiredAttributes": string(required), "userAttributes": string(current),
	}, nil
}

// newPassword takes the answer to NEW_PASSWORD_REQUIRED.
func (s *Service) newPassword(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	password := r.Answers["NEW_PASSWORD"]
	if password == "" {
		return nil, fault.ErrMissing("NEW_PASSWORD")
	}
	added, err := addedAttributes(a, r.Answers)
	if err != nil {
		return nil, err
	}
	if err := account.Conforms(a.pool, password); err != nil {
		return nil, err
	}
	if err := s.takeable(ctx, a, password); err != nil {
		return nil, err
	}
	if err := s.Accounts.CheckHistory(ctx, a.pool, a.user, password); err != nil {
		return nil, err
	}
	credential, err := s.Accounts.Passwords.Make(ctx, a.pool, a.user, password)
	if err != nil {
		return nil, err
	}
	now, with := s.Now(), *a.user // what is added decides of the second factor
	with.Attributes = maps.Clone(a.user.Attributes)
	setNewPassword(a.pool, &with, credential, added, now)
	a.user = &with
	return s.proceed(ctx, a, passedNewPassword, func(tx store.Tx) error {
		if err := spend(ctx, tx, a.pool, r.Session, ses.Expires); err != nil {
			return err
		}
		u, err := tx.User(ctx, a.pool.ID, ses.User)
		if err != nil {
			return err
		}
		if passwordTime(u) != ses.Password || u.Status != userpool.StatusForceChangePassword || !u.Enabled {
			return errInvalidSession() // an administrator was faster
		}
		setNewPassword(a.pool, u, credential, added, now)
		a.user = u
		return account.AliasTaken(tx.UpdateUser(ctx, u))
	})
}

func setNewPassword(pool *userpool.Pool, u *userpool.User, c userpool.Credential, added map[string]string, now time.Time) {
	u.Credential, u.Status, u.UpdatedAt = c, userpool.StatusConfirmed, now
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	maps.Copy(u.Attributes, added)
	u.Names = pool.SignInNames(u)
}

// addedAttributes gives the attributes that an answer to NEW_PASSWORD_REQUIRED
// adds. It may only add, and what it adds must complete what the pool requires.
func addedAttributes(a *attempt, answers map[string]string) (map[string]string, error) {
	added := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		name, ok := strings.CutPrefix(key, attributeAnswer)
		if !ok {
			continue
		}
		switch {
		case a.user.Attributes[name] != "":
			return nil, fault.Newf(fault.NotAuthorized, "Cannot modify an already provided %s", name)
		case !a.client.CanWrite(name):
			return nil, fault.ErrUnwritable()
		}
		added[name] = answers[key]
	}
	for _, name := range a.pool.MissingRequired(a.user.Attributes) {
		if added[name] == "" {
			return nil, fault.Newf(fault.InvalidParameter, "Invalid attributes given, %s is missing", name)
		}
	}
	return added, account.CheckAttributes(a.pool, added, false)
}
