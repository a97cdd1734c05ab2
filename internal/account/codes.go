package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// How long codes live (reference: api-behaviour §17).
const (
	confirmationLife = 24 * time.Hour // sign-up and attributes
	resetLife        = time.Hour
)

func codeLife(kind store.CodeKind) time.Duration {
	if kind == store.CodeResetPassword {
		return resetLife
	}
	return confirmationLife
}

// Hourly caps per user (reference: api-behaviour §18). Asking for a reset code and
// trying one share a cap, which the service sets to 5–20 by risk; without a risk
// it is the highest.
type limit struct {
	action string
	most   int
}

func limitReset() limit         { return limit{"reset_password", 20} }
func limitResend() limit        { return limit{"resend_code", 5} }
func limitConfirm() limit       { return limit{"confirm_sign_up", 15} }
func limitChange() limit        { return limit{"change_password", 5} }
func limitAttributeCode() limit { return limit{"attribute_code", 5} }
func limitVerify() limit        { return limit{"verify_attribute", 15} }

// count counts one more action of a user; the fault is LimitExceeded.
func (s *Service) count(ctx context.Context, tx store.Tx, p *userpool.Pool, subject string, l limit) error {
	ok, err := tx.Count(ctx, store.Counter{
		PoolID: p.ID, Subject: subject, Action: l.action, Limit: l.most, Window: time.Hour, Now: s.Now(),
	})
	if err == nil && !ok {
		return fault.ErrAttemptLimit(fault.LimitExceeded)
	}
	return err
}

// freshCode is a code that was made and not yet stored or sent.
type freshCode struct {
	text   string
	stored store.Code
}

// newCode makes a code for an address of a user.
func (s *Service) newCode(p *userpool.Pool, userID string, kind store.CodeKind, attribute, address string) (freshCode, error) {
	text, err := s.RandomCode(6)
	return freshCode{text, store.Code{
		PoolID: p.ID, UserID: userID, Kind: kind, Hash: s.codeHash(p.ID, userID, kind, text),
		Attribute: attribute, SentTo: address, ExpiresAt: s.Now().Add(codeLife(kind)),
	}}, err
}

// RandomCode makes a code of up to nine digits, all equally likely.
func (s *Service) RandomCode(digits int) (string, error) {
	codes := uint32(1)
	for range digits {
		codes *= 10
	}
	var b [4]byte
	n := uint32(1<<32 - 1)
	for n >= (1<<32-1)/codes*codes {
		if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
			return "", fmt.Errorf("account: no randomness: %w", err)
		}
		n = binary.BigEndian.Uint32(b[:])
	}
	return fmt.Sprintf("%0*d", digits, n%codes), nil
}

// codeHash binds a code to whom and what it is for. It is keyed, because a million
// plain hashes are made in a second.
func (s *Service) codeHash(poolID, userID string, kind store.CodeKind, code string) store.Hash {
	mac := hmac.New(sha256.New, s.Keys.Derive("account/code"))
	for _, part := range []string{poolID, userID, string(kind), code} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write([]byte(part))
	}
	return store.Hash(mac.Sum(nil))
}

// matchCode finds the code of a user and compares it. The attempt must have been
// counted in the same transaction. It does not take the code: that is done when
// all else is right.
func (s *Service) matchCode(ctx context.Context, tx store.Tx, u *userpool.User, kind store.CodeKind, typed string) (*store.Code, error) {
	c, err := tx.Code(ctx, u.PoolID, u.ID, kind)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, errExpiredCode()
	case err != nil:
		return nil, err
	case !s.Now().Before(c.ExpiresAt):
		return nil, errExpiredCode()
	}
	hash := s.codeHash(u.PoolID, u.ID, kind, typed)
	if subtle.ConstantTimeCompare(hash[:], c.Hash[:]) != 1 {
		return nil, errCodeMismatch()
	}
	return c, nil
}

// takeCode removes a code that was matched. When another transaction was faster,
// this one runs again and finds it gone.
func takeCode(ctx context.Context, tx store.Tx, c *store.Code) error {
	err := tx.TakeCode(ctx, *c)
	if errors.Is(err, store.ErrNotFound) {
		return store.ErrStale
	}
	return err
}

func errExpiredCode() error {
	return fault.New(fault.ExpiredCode, "Invalid code provided, please request a code again.")
}

func errCodeMismatch() error {
	return fault.New(fault.CodeMismatch, "Invalid verification code provided, please try again.")
}
