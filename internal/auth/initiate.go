package auth

import (
	"context"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Initiate begins a sign-in (InitiateAuth, AdminInitiateAuth), in the order of
// checks of api-behaviour §1.1: the flow, the secret hash, the parameters, the
// user, the lock, the password, the user's state.
func (s *Service) Initiate(ctx context.Context, r InitiateRequest) (*Outcome, error) {
	flow := currentFlow(r.Flow)
	if err := s.flowProblem(r.Pool, r.Client, r.Side, flow); err != nil {
		return nil, err
	}
	if flow == userpool.FlowRefreshToken {
		return s.refresh(ctx, r)
	}
	username, err := namedUser(r.Client, r.Parameters)
	if err != nil {
		return nil, err
	}
	if err := s.Risk.Admit(ctx, r.Pool, r.Client); err != nil {
		return nil, err
	}
	a := &attempt{
		pool: r.Pool, client: r.Client, side: r.Side, flow: flow, name: username, deviceKey: r.Parameters["DEVICE_KEY"],
	}
	switch flow {
	case userpool.FlowUserSRP:
		if r.Parameters["SRP_A"] == "" {
			return nil, fault.ErrMissing("SRP_A")
		}
		if err := s.identify(ctx, a); err != nil {
			return nil, err
		}
		return s.beginSRP(ctx, a, r.Parameters["SRP_A"])
	case userpool.FlowUser:
		return s.beginChoice(ctx, a, r)
	case userpool.FlowCustom:
		return s.beginCustom(ctx, a, r)
	}
	return s.password(ctx, a, r.Parameters["PASSWORD"])
}

// identify finds who a's name is; a.user stays nil for a name that nobody has, if the
// client hides that.
func (s *Service) identify(ctx context.Context, a *attempt) error {
	u, err := s.findUser(ctx, a.pool, a.name)
	switch {
	case err != nil:
		return err
	case u == nil && !a.client.HidesUserExistence():
		return fault.ErrNoUser()
	}
	a.user = u
	return nil
}

// currentFlow gives the current name of a flow that has two.
func currentFlow(flow string) string {
	switch flow {
	case "ADMIN_NO_SRP_AUTH":
		return userpool.FlowAdminUserPassword
	case "REFRESH_TOKEN":
		return userpool.FlowRefreshToken
	}
	return flow
}

// flowProblem says why a flow can't be used, in the service's differing
// sentences (reference: api-behaviour §10), or nil.
func (s *Service) flowProblem(pool *userpool.Pool, client *userpool.AppClient, side Side, flow string) error {
	if flow == userpool.FlowUserPassword && side == Admin || flow == userpool.FlowAdminUserPassword && side != Admin {
		return errNotSupported()
	}
	allowed := client.AllowsFlow(flow)
	switch flow {
	case userpool.FlowAdminUserPassword:
		if !allowed {
			return fault.New(fault.InvalidParameter, "Auth flow not enabled for this client")
		}
	case userpool.FlowUserSRP:
		if !allowed || !s.Accounts.Passwords.SRP() {
			return errNoSRP()
		}
	case userpool.FlowCustom:
		if !allowed {
			return fault.New(fault.InvalidParameter, "CUSTOM_AUTH is not enabled for the client.")
		}
		return customProblem(pool)
	default:
		if !allowed {
			return fault.Newf(fault.InvalidParameter, "%s flow not enabled for this client", flow)
		}
	}
	return nil
}

func errNotSupported() error {
	return fault.New(fault.InvalidParameter, "Initiate Auth method not supported")
}

func errNoSRP() error {
	return fault.New(fault.InvalidParameter, "USER_SRP_AUTH is not enabled for the client.")
}

// namedUser gives the USERNAME of AuthParameters or ChallengeResponses, once its
// SECRET_HASH is right.
func namedUser(client *userpool.AppClient, parameters map[string]string) (string, error) {
	hash, username := parameters["SECRET_HASH"], parameters["USERNAME"]
	if username == "" && (hash != "" || !client.Confidential()) {
		return "", fault.ErrMissing("USERNAME")
	}
	return username, account.CheckSecretHash(client, username, hash)
}

// password takes a password in the clear as the first factor of whoever a's name is.
func (s *Service) password(ctx context.Context, a *attempt, password string) (*Outcome, error) {
	if password == "" {
		return nil, fault.ErrMissing("PASSWORD")
	}
	if err := s.identify(ctx, a); err != nil {
		return nil, err
	}
	return s.checkPassword(ctx, a, password, nil)
}

// checkPassword takes the password of a, whose user is known; also, if set, writes what
// its being right changes.
func (s *Service) checkPassword(ctx context.Context, a *attempt, password string, also func(store.Tx) error) (*Outcome, error) {
	u, now := a.user, s.Now()
	switch {
	case u == nil:
		return nil, s.refuseStranger(ctx, a, func() {
			s.Accounts.Passwords.Check(ctx, a.pool, nil, password)
		})
	case u.LockedUntil.After(now):
		return nil, s.refuseLocked(ctx, a, now)
	case !a.client.HidesUserExistence() && imported(u):
		return nil, errResetRequired()
	}
	s.begin(ctx, a)
	right := s.Accounts.Passwords.Check(ctx, a.pool, u, password)
	if err := ctx.Err(); err != nil {
		return nil, err // the check may not have been made, so nothing is counted
	}
	ctx, done := taking(ctx)
	defer done()
	if right {
		a.password = password
	}
	out, err := s.firstFactor(ctx, a, right, also)
	if err == nil { // not before: a right guess that a lock has overtaken must not take the time of a hash
		s.Accounts.Rehash(ctx, a.pool, u, password)
	}
	return out, err
}

// imported reports whether u never had a password here and has to set one: that
// is said without a right password, which nobody could give (reference:
// api-behaviour §16, last row).
func imported(u *userpool.User) bool {
	return u.Status == userpool.StatusResetRequired && u.Credential.Empty()
}
