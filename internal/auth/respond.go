package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Respond answers a challenge (RespondToAuthChallenge and its administrator's
// twin).
func (s *Service) Respond(ctx context.Context, r RespondRequest) (*Outcome, error) {
	username, err := namedUser(r.Client, r.Answers)
	if err != nil {
		return nil, err
	}
	if r.Challenge == ChallengePasswordVerifier {
		return s.verifySRP(ctx, r, username)
	}
	ses, err := s.openSession(r)
	if err != nil {
		return nil, err
	}
	a, err := s.resume(ctx, r, ses, username)
	if err != nil {
		return nil, err
	}
	return s.take(ctx, a, r, ses)
}

// take hands an answer to what its challenge asked for.
func (s *Service) take(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	switch ses.Challenge {
	case ChallengeSelect:
		return s.takeChoice(ctx, a, r, ses)
	case ChallengePassword:
		return s.takePassword(ctx, a, r, ses)
	case ChallengePasswordSRP:
		return s.beginSRP(ctx, a, r.Answers["SRP_A"])
	case ChallengeSMSMFA, ChallengeSMSOTP, ChallengeEmailOTP:
		return s.takeCode(ctx, a, r, ses)
	case ChallengeSoftwareToken:
		return s.takeToken(ctx, a, r, ses)
	case ChallengeSelectMFA:
		return s.takeMFAChoice(ctx, a, r, ses)
	case ChallengeMFASetup:
		return s.takeSetup(ctx, a, r, ses)
	case ChallengeNewPasswordRequired:
		return s.newPassword(ctx, a, r, ses)
	case ChallengeDeviceSRP:
		return s.takeDeviceSRP(ctx, a, r, ses)
	case ChallengeDeviceVerifier:
		return s.verifyDevice(ctx, a, r, ses)
	}
	return nil, errInvalidSession()
}

// resume takes up the sign-in that a session carries. The answer must name the
// session's user, who must still have the password of the time when it began.
func (s *Service) resume(ctx context.Context, r RespondRequest, ses *session, username string) (*attempt, error) {
	if ses.User == "" {
		return s.resumeStranger(r, ses, username)
	}
	u, err := s.Store.User(ctx, r.Pool.ID, ses.User)
	switch {
	case isNotFound(err):
		return nil, errInvalidSession()
	case err != nil:
		return nil, err
	case !answersTo(r.Pool, u, username):
		return nil, errInvalidSession()
	case passwordTime(u) != ses.Password:
		return nil, s.whyOver(ctx, r, ses)
	}
	a := &attempt{pool: r.Pool, client: r.Client, side: r.Side, user: u}
	if ses.First { // the state and the device are told to whoever passes a factor
		a.flow = userpool.FlowUser
		a.deviceKey = cmp.Or(r.Answers["DEVICE_KEY"], ses.Device)
	} else if refused := refusedByState(r.Pool, u, s.Now()); refused != nil {
		return nil, refused
	} else if err := s.resumeDevice(ctx, a, r.Answers["DEVICE_KEY"], ses.Device); err != nil {
		return nil, err
	}
	a.event = s.Activity.Resume(ctx, activity.Subject{Pool: a.pool, Client: a.client, User: u}, userpool.EventSignIn, ses.Event)
	return a, nil
}

// whyOver says why a session does not fit its user's password any more: it was
// spent to set another one, or somebody else set it.
func (s *Service) whyOver(ctx context.Context, r RespondRequest, ses *session) error {
	return s.Store.Write(ctx, func(tx store.Tx) error {
		if err := spend(ctx, tx, r.Pool, r.Session, ses.Expires); err != nil {
			return err
		}
		return errInvalidSession() // which undoes the spending
	})
}

// answersTo reports whether a name in an answer is u's.
func answersTo(pool *userpool.Pool, u *userpool.User, name string) bool {
	if name == u.ID {
		return true
	}
	return slices.ContainsFunc(pool.LookupNames(name), func(n userpool.SignInName) bool { return slices.Contains(u.Names, n) })
}

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
		return nil, errMissing("NEW_PASSWORD")
	}
	added, err := addedAttributes(a, r.Answers)
	if err != nil {
		return nil, err
	}
	if reason := a.pool.Settings.Policies.PasswordPolicy.Problem(password); reason != "" {
		return nil, fault.New(fault.InvalidPassword, "Password does not conform to policy: "+reason)
	}
	credential, err := s.Accounts.Passwords.Make(ctx, a.pool, a.user, password)
	if err != nil {
		return nil, err
	}
	now := s.Now()
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
		return aliasTaken(tx.UpdateUser(ctx, u))
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

// aliasTaken turns a sign-in name that another user has into the service's
// sentence.
func aliasTaken(err error) error {
	if taken, ok := errors.AsType[*store.NameTakenError](err); ok {
		return fault.Newf(fault.AliasExists, "An account with the given %s already exists.", taken.Name.Kind)
	}
	return err
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
			return nil, fault.New(fault.NotAuthorized, "A client attempted to write unauthorized attribute")
		}
		added[name] = answers[key]
	}
	for _, name := range a.pool.MissingRequired(a.user.Attributes) {
		if added[name] == "" {
			return nil, fault.Newf(fault.InvalidParameter, "Invalid attributes given, %s is missing", name)
		}
	}
	if problem := a.pool.NewAttributesProblem(added, false); problem != "" {
		return nil, fault.New(fault.InvalidParameter, problem)
	}
	return added, nil
}
