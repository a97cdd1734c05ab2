package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
)

// custom is where a custom sign-in stands. Between two challenges it is kept in the
// store, sealed, because what functions say outgrows a session; the session has its
// id. The state works once: who deletes it goes on.
type custom struct {
	Steps    []trigger.ChallengeResult `json:"s,omitempty"` // that are over
	Private  map[string]string         `json:"p,omitempty"` // of the challenge that waits
	Metadata string                    `json:"m,omitempty"` // likewise

	id        string            // of the state in the store; "" for none
	answering string            // name of the challenge that is answered now
	metadata  map[string]string // ClientMetadata of the request
}

// maxCustom is how many bytes functions may have kept, and how many they may show
// to the client, of one sign-in.
const maxCustom = 64 << 10

// customGrace is how long a state outlives its session, so that the session's end is
// what a client is told.
const customGrace = time.Minute

// customWithSRP is a custom sign-in that waits for the proof of a password. It
// follows from the flow, so nothing is kept for it.
func customWithSRP(metadata map[string]string) *custom {
	return &custom{
		Steps:     []trigger.ChallengeResult{{ChallengeName: stepSRP, ChallengeResult: true}},
		answering: ChallengePasswordVerifier, metadata: metadata,
	}
}

// add notes how the present challenge came out.
func (c *custom) add(right bool) {
	done := trigger.ChallengeResult{ChallengeName: c.answering, ChallengeResult: right}
	if c.Metadata != "" {
		done.ChallengeMetadata = new(c.Metadata)
	}
	c.Steps = append(c.Steps, done)
	c.Private, c.Metadata, c.id, c.answering = nil, "", "", ""
}

// proved reports whether the sign-in's user has proved the password.
func (c *custom) proved() bool {
	for _, done := range c.Steps {
		if done.ChallengeName == ChallengePasswordVerifier && done.ChallengeResult {
			return true
		}
	}
	return false
}

func customHash(id string) store.Hash { return sha256.Sum256([]byte("auth/custom/" + id)) }

// keeping gives the function that keeps a's state under a new id.
func (s *Service) keeping(a *attempt) (func(context.Context, store.Tx) error, error) {
	data, err := json.Marshal(a.custom)
	if err != nil {
		return nil, err
	}
	if len(data) > maxCustom {
		return nil, fault.ErrUnrecognizable()
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(s.Rand, id); err != nil {
		return nil, fmt.Errorf("auth: no randomness: %w", err)
	}
	a.custom.id = hex.EncodeToString(id)
	hash, expires := customHash(a.custom.id), s.Now().Add(a.client.AuthSessionLife()+customGrace)
	return func(ctx context.Context, tx store.Tx) error {
		return tx.PutChallengeState(ctx, a.pool.ID, hash, data, expires)
	}, nil
}

// resumeCustom takes up the state of the custom sign-in that a session carries.
func (s *Service) resumeCustom(ctx context.Context, a *attempt, r RespondRequest, ses *session) error {
	data, err := s.Store.ChallengeState(ctx, a.pool.ID, customHash(ses.Custom), s.Now())
	switch {
	case isNotFound(err):
		return errSessionUsed()
	case err != nil:
		return err
	}
	c := &custom{id: ses.Custom, answering: ses.Challenge, metadata: r.Metadata}
	if err := json.Unmarshal(data, c); err != nil {
		return fmt.Errorf("auth: the state of a custom sign-in: %w", err)
	}
	a.custom, a.flow = c, userpool.FlowCustom
	if ses.Challenge == ChallengeDeviceSRP || ses.Challenge == ChallengeDeviceVerifier {
		return s.resumeDevice(ctx, a, r.Answers["DEVICE_KEY"], ses.Device)
	}
	return nil
}

// spend ends the state that the present challenge was kept with.
func (c *custom) spend(ctx context.Context, tx store.Tx, pool *userpool.Pool) error {
	if c.id == "" {
		return nil
	}
	err := tx.DeleteChallengeState(ctx, pool.ID, customHash(c.id))
	if isNotFound(err) {
		return errSessionUsed()
	}
	return err
}
