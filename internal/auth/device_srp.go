package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/srp"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// In a pool with ChallengeRequiredOnNewDevice a device that its user remembers stands
// for the second factor: it proves by SRP that it knows the password that it made for
// itself when it was confirmed (reference: api-behaviour §11, §14).
//
//	DEVICE_SRP_AUTH ─▶ DEVICE_KEY, SRP_A ─▶ DEVICE_PASSWORD_VERIFIER ─▶ proof ─▶ tokens
//
// It never stands for the first factor: that was passed before, and travels in the
// sessions of both challenges. The session of the second one holds the exchange and
// the block that is signed, so that a block is worth nothing without its session. Where
// no second factor is due, or one is to be set up, the device is only noted. The
// functions of CUSTOM_AUTH may ask for it as for any other challenge.

// deviceExchange is what the session of DEVICE_PASSWORD_VERIFIER keeps of the challenge.
type deviceExchange struct {
	Key   []byte `json:"k"` // all that is left of SRP (see package srp)
	Block []byte `json:"b"` // SECRET_BLOCK
	Made  int64  `json:"m"` // when the device was confirmed, µs: another time ends the exchange
}

const deviceBlockBytes = 32

// deviceStands reports whether a device takes the place of a second factor in its
// user's sign-ins.
func deviceStands(pool *userpool.Pool, d *store.Device) bool {
	return pool.TracksDevices() && pool.Settings.DeviceConfiguration.ChallengeRequiredOnNewDevice &&
		d != nil && d.Remembered && len(d.Verifier) > 0
}

// byDevice gives the step that asks the device of a in place of a second factor that is
// due, and false where the device can't stand for it. What threat protection asks for
// is never spared.
func byDevice(a *attempt, due userpool.SecondFactor) (step, bool) {
	owed := due.Challenge != "" && due.Challenge != ChallengeMFASetup
	if !owed || a.forced || !deviceStands(a.pool, a.device) {
		return step{}, false
	}
	return step{challenge: ChallengeDeviceSRP}, true
}

// deviceParameters are the parameters of DEVICE_SRP_AUTH. Clients that sent a password
// in the clear learn here what the user is called in answers; they read either name.
func deviceParameters(a *attempt) map[string]string {
	return map[string]string{"DEVICE_KEY": a.device.Key, "USERNAME": a.user.Username, "USER_ID_FOR_SRP": a.user.Username}
}

// answeringDevice checks that an answer is of the device that was asked, and that this
// may still answer.
func answeringDevice(a *attempt, r RespondRequest, ses *session) error {
	switch key := r.Answers["DEVICE_KEY"]; {
	case key == "":
		return fault.ErrMissing("DEVICE_KEY")
	case !deviceStands(a.pool, a.device): // forgotten, or no longer remembered
		return fault.ErrNoDevice()
	case key != ses.Device:
		return errInvalidSession()
	}
	return nil
}

// stillStands refuses a device that stood for the second factor of a and was taken back
// in this moment. The row of the device is locked by now.
func (s *Service) stillStands(ctx context.Context, tx store.Tx, a *attempt) error {
	d, err := tx.Device(ctx, a.pool.ID, a.user.ID, a.device.Key)
	switch {
	case err != nil:
		return err
	case !deviceStands(a.pool, d) || !d.CreatedAt.Equal(a.device.CreatedAt):
		return fault.ErrNoDevice()
	}
	return nil
}

// takeDeviceSRP takes the answer to DEVICE_SRP_AUTH and puts DEVICE_PASSWORD_VERIFIER.
func (s *Service) takeDeviceSRP(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	if err := answeringDevice(a, r, ses); err != nil {
		return nil, err
	}
	if r.Answers["SRP_A"] == "" {
		return nil, fault.ErrMissing("SRP_A")
	}
	client, err := srp.ParsePublic(r.Answers["SRP_A"])
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "Invalid SRP_A").Because(err)
	}
	exchange, err := srp.Begin(a.device.Verifier)
	if err != nil {
		return nil, err
	}
	block := make([]byte, deviceBlockBytes)
	if _, err := io.ReadFull(s.Rand, block); err != nil {
		return nil, fmt.Errorf("auth: no randomness: %w", err)
	}
	next := s.newSession(a, ChallengeDeviceVerifier)
	next.Exchange = &deviceExchange{Key: exchange.Key(client), Block: block, Made: a.device.CreatedAt.UnixMicro()}
	if err := s.save(ctx, a, userpool.EventInProgress, s.spending(ctx, r, ses)); err != nil {
		return nil, err
	}
	text, err := s.sealed(next)
	return &Outcome{Challenge: ChallengeDeviceVerifier, Session: text, Parameters: map[string]string{
		"DEVICE_KEY": a.device.Key, "USERNAME": a.user.Username,
		"SALT": srp.SaltHex(a.device.Salt), "SRP_B": exchange.PublicHex(), "SECRET_BLOCK": base64.StdEncoding.EncodeToString(block),
	}}, err
}

// verifyDevice takes the answer to DEVICE_PASSWORD_VERIFIER. Wrong proofs count as
// wrong codes do, so that who has stolen the password can't try devices' passwords.
func (s *Service) verifyDevice(ctx context.Context, a *attempt, r RespondRequest, ses *session) (*Outcome, error) {
	if err := checkClaim(r); err != nil {
		return nil, err
	}
	if err := answeringDevice(a, r, ses); err != nil {
		return nil, err
	}
	x := ses.Exchange
	block, err := base64.StdEncoding.DecodeString(r.Answers["PASSWORD_CLAIM_SECRET_BLOCK"])
	switch {
	case x == nil || err != nil || subtle.ConstantTimeCompare(block, x.Block) != 1:
		return nil, errInvalidSession()
	case x.Made != a.device.CreatedAt.UnixMicro(): // confirmed anew meanwhile, with another password
		return nil, fault.ErrNoDevice()
	}
	claim := srp.Claim{
		PoolName: userpool.DeviceGroupKey(a.user), UserID: a.device.Key, SecretBlock: x.Block, Timestamp: r.Answers["TIMESTAMP"],
	}
	ctx, done := taking(ctx)
	defer done()
	if s.codesLocked(a) || !claim.Proven(x.Key, r.Answers["PASSWORD_CLAIM_SIGNATURE"]) {
		return nil, s.wrongCode(ctx, a, fault.ErrIncorrect())
	}
	a.deviceProved = true
	a.passed = append(a.passed, activity.MFA(true))
	return s.proceed(ctx, a, passedSecondFactor, func(tx store.Tx) error {
		if err := spend(ctx, tx, r.Pool, r.Session, ses.Expires); err != nil {
			return err
		}
		return s.rightCode(ctx, tx, a)
	})
}
