package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"time"

	"idpond/internal/fault"
	"idpond/internal/srp"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// secretBlock is what SECRET_BLOCK carries from the challenge to its answer. The
// key is all that is left of the exchange (see package srp). Its text must not
// tell by its length whether the user is there: all members are always set, and
// the same size for a stranger.
type secretBlock struct {
	Client   string `json:"c"`
	Flow     string `json:"f"`
	Kind     string `json:"t"` // blockUser or blockStranger
	User     string `json:"u"` // id; made up for a stranger
	UserID   string `json:"i"` // USER_ID_FOR_SRP
	Name     string `json:"n"` // as it was typed
	Side     Side   `json:"s"`
	Device   string `json:"d"` // the key that SRP_A came with
	Key      []byte `json:"k"`
	Password int64  `json:"p"` // when the password was set, µs: another one ends the exchange
	Expires  int64  `json:"e"` // µs
}

const (
	blockUser     = "u"
	blockStranger = "s"
)

func blockLabel(pool *userpool.Pool) string { return "auth/secret-block/" + pool.ID }

// beginSRP answers SRP_A with the challenge PASSWORD_VERIFIER. Nothing is
// written and nobody is locked out yet: failures count when the answer comes.
func (s *Service) beginSRP(ctx context.Context, a *attempt, public string) (*Outcome, error) {
	if public == "" {
		return nil, fault.ErrMissing("SRP_A")
	}
	client, err := srp.ParsePublic(public)
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "Invalid SRP_A").Because(err)
	}
	if !a.client.HidesUserExistence() && a.user != nil && imported(a.user) {
		return nil, errResetRequired()
	}
	block, salt, verifier := s.exchangeFor(a)
	exchange, err := srp.Begin(verifier)
	if err != nil {
		return nil, err
	}
	block.Key = exchange.Key(client)
	text, err := s.Keys.SealBlock(blockLabel(a.pool), block)
	if err != nil {
		return nil, err
	}
	out := &Outcome{Challenge: ChallengePasswordVerifier, Parameters: map[string]string{
		"SALT": srp.SaltHex(salt), "SRP_B": exchange.PublicHex(), "SECRET_BLOCK": text,
		"USERNAME": block.UserID, "USER_ID_FOR_SRP": block.UserID,
	}}
	if a.flow != userpool.FlowUserSRP { // the others give a session beside the block
		ses := s.newSession(a, ChallengePasswordVerifier)
		ses.Block = hashOf(text)
		out.Session, err = s.sealed(ses)
	}
	return out, err
}

// exchangeFor gives what an exchange with a user goes by. A name that nobody has,
// and a user without a verifier, get one that no password fits.
func (s *Service) exchangeFor(a *attempt) (block secretBlock, salt, verifier []byte) {
	now, u, username := s.Now(), a.user, a.name
	block = secretBlock{
		Client: a.client.ID, Flow: a.flow, Side: a.side, Name: username, Device: a.deviceKey,
		Password: now.UnixMicro(), Expires: now.Add(a.client.AuthSessionLife()).UnixMicro(),
	}
	if u != nil {
		block.Kind, block.User, block.UserID = blockUser, u.ID, u.Username
	}
	if u != nil && len(u.Credential.Verifier) > 0 {
		block.Password = passwordTime(u)
		return block, u.Credential.Salt, u.Credential.Verifier
	}
	sim := srp.Simulate(s.Keys.Derive("auth/simulated-srp"), a.pool.ID, a.pool.Fold(username))
	if u == nil {
		block.Kind, block.User, block.UserID = blockStranger, sim.UserID, strangerID(a.pool, username, sim.UserID)
	}
	return block, sim.Salt, sim.Verifier
}

// strangerID is the USER_ID_FOR_SRP of a name that nobody has: what a user with
// that name would show. That is the name itself where it can be a username, and a
// generated id where usernames are.
func strangerID(pool *userpool.Pool, name, generated string) string {
	if kind, problem := pool.NewUsernameProblem(name); kind != "" || problem != "" {
		return generated
	}
	return pool.Fold(name)
}

// verifySRP takes the answer to PASSWORD_VERIFIER.
func (s *Service) verifySRP(ctx context.Context, r RespondRequest, username string) (*Outcome, error) {
	if err := checkClaim(r); err != nil {
		return nil, err
	}
	block, event, err := s.openBlock(r)
	if err != nil {
		return nil, err
	}
	if err := s.unused(ctx, r.Pool, r.Answers["PASSWORD_CLAIM_SECRET_BLOCK"]); err != nil {
		return nil, err
	}
	a := &attempt{
		pool: r.Pool, client: r.Client, side: r.Side, flow: block.Flow, name: block.Name,
		deviceKey: r.Answers["DEVICE_KEY"],
	}
	if block.Kind == blockStranger {
		if err := s.readNobody(ctx, r.Pool); err != nil {
			return nil, err
		}
		return nil, s.refuseStranger(ctx, a, func() { proven(r, block) })
	}
	u, err := s.Store.User(ctx, r.Pool.ID, block.User)
	switch {
	case isNotFound(err):
		return nil, fault.ErrIncorrect()
	case err != nil:
		return nil, err
	}
	a.user = u
	if now := s.Now(); u.LockedUntil.After(now) {
		return nil, s.refuseLocked(ctx, a, now)
	}
	if a.deviceKey == "" {
		if err := s.resumeDevice(ctx, a, "", block.Device); err != nil {
			return nil, err
		}
		a.deviceKey = a.namedDevice()
	}
	if block.Flow == userpool.FlowCustom {
		a.custom = customWithSRP(r.Metadata)
	}
	s.resumeEvent(ctx, a, event)
	ctx, done := taking(ctx)
	defer done()
	right := proven(r, block) && answersTo(r.Pool, u, username) && passwordTime(u) == block.Password && len(u.Credential.Verifier) > 0
	return s.firstFactor(ctx, a, right, func(tx store.Tx) error {
		return spend(ctx, tx, r.Pool, r.Answers["PASSWORD_CLAIM_SECRET_BLOCK"], time.UnixMicro(block.Expires))
	})
}

// checkClaim checks the form of an answer that proves a password.
func checkClaim(r RespondRequest) error {
	for _, name := range []string{"PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"} {
		if r.Answers[name] == "" {
			return fault.ErrMissing(name)
		}
	}
	// The timestamp is part of what is signed. Its age is not judged: the block has
	// an expiry of its own, works once, and clocks of phones are wrong.
	if _, err := srp.ParseTimestamp(r.Answers["TIMESTAMP"]); err != nil {
		return fault.New(fault.InvalidParameter, "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.").Because(err)
	}
	return nil
}

// openBlock opens the SECRET_BLOCK of an answer and checks that it belongs to r's
// pool, client and side, and still runs. event is the sign-in's entry in the user's
// history, if a session beside the block has one.
func (s *Service) openBlock(r RespondRequest) (block *secretBlock, event string, err error) {
	block = new(secretBlock)
	if err := s.Keys.OpenBlock(blockLabel(r.Pool), r.Answers["PASSWORD_CLAIM_SECRET_BLOCK"], block); err != nil {
		return nil, "", errInvalidSession()
	}
	switch {
	case block.Client != r.Client.ID || block.Side != r.Side:
		return nil, "", errInvalidSession()
	case s.Now().UnixMicro() >= block.Expires:
		return nil, "", errSessionExpired()
	case r.Session != "" && block.Flow != userpool.FlowUserSRP:
		// The block alone proves the exchange and is spent; the session beside it must be
		// the one that it was given with.
		ses, err := s.openSession(r)
		if err != nil {
			return nil, "", err
		}
		if !bytes.Equal(ses.Block, hashOf(r.Answers["PASSWORD_CLAIM_SECRET_BLOCK"])) {
			return nil, "", errInvalidSession()
		}
		event = ses.Event
	}
	return block, event, nil
}

// proven checks the signature of an answer.
func proven(r RespondRequest, block *secretBlock) bool {
	raw, err := base64.StdEncoding.DecodeString(r.Answers["PASSWORD_CLAIM_SECRET_BLOCK"])
	if err != nil {
		return false
	}
	claim := srp.Claim{
		PoolName: srp.PoolName(r.Pool.ID), UserID: block.UserID, SecretBlock: raw, Timestamp: r.Answers["TIMESTAMP"],
	}
	return claim.Proven(block.Key, r.Answers["PASSWORD_CLAIM_SIGNATURE"])
}
