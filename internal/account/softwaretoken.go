package account

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	tokenSecretSize = 32 // bytes: 52 characters of base32
	tokenStep       = 30 * time.Second
	// maxTokenName cuts the FriendlyDeviceName, which every read of a user carries.
	maxTokenName = 1024
)

// limitSoftwareToken bounds the attempts at verifying a software token.
func limitSoftwareToken() limit { return limit{"software_token", 15} }

func errNoSoftwareTokens() error {
	return fault.New(fault.SoftwareTokenMFANotFound, "Software Token MFA has not been enabled by the userPool")
}

func softwareTokens(p *userpool.Pool) bool {
	c := p.Settings.SoftwareTokenMfaConfiguration
	return c != nil && c.Enabled
}

// AssociateSoftwareToken makes the secret of a new TOTP generator for a user and
// gives it in base32. The present one stays in force until VerifySoftwareToken.
// Faults: SoftwareTokenMFANotFound, ConcurrentModification, NotAuthorized.
func (s *Service) AssociateSoftwareToken(ctx context.Context, p *userpool.Pool, u *userpool.User) (string, error) {
	secret, err := s.NewTokenSecret(p)
	if err != nil {
		return "", err
	}
	_, err = s.update(ctx, p, u.ID, func(_ store.Tx, u *userpool.User) error {
		u.SoftwareToken.Pending = secret
		return nil
	})
	if errors.Is(err, store.ErrStale) {
		return "", fault.New(fault.ConcurrentModification, "The user was modified at the same time, please try again.").Because(err)
	}
	return TokenText(secret), gone(err)
}

// NewTokenSecret makes the secret of a new TOTP generator. Fault:
// SoftwareTokenMFANotFound.
func (s *Service) NewTokenSecret(p *userpool.Pool) ([]byte, error) {
	if !softwareTokens(p) {
		return nil, errNoSoftwareTokens()
	}
	secret := make([]byte, tokenSecretSize)
	if _, err := io.ReadFull(s.Rand, secret); err != nil {
		return nil, fmt.Errorf("account: no randomness: %w", err)
	}
	return secret, nil
}

// VerifySoftwareToken takes the first code of a new TOTP generator, which thereby
// replaces the one before; name is the user's for it. It switches no MFA on. Without
// a new one the code is the present one's. A code works once: the write of the user
// decides which of several requests was first.
//
// Faults: SoftwareTokenMFANotFound, EnableSoftwareTokenMFA, TooManyRequests,
// UserNotFound.
func (s *Service) VerifySoftwareToken(ctx context.Context, p *userpool.Pool, u *userpool.User, code, name string) error {
	if !softwareTokens(p) {
		return errNoSoftwareTokens()
	}
	return unknownToAdmin(s.attempt(ctx, func(tx store.Tx) error {
		u, err := tx.User(ctx, p.ID, u.ID)
		if err != nil {
			return err
		}
		if len(u.SoftwareToken.Pending) == 0 && len(u.SoftwareToken.Secret) == 0 {
			return fault.ErrNoSoftwareToken(fault.SoftwareTokenMFANotFound)
		}
		if err := s.count(ctx, tx, p, u.ID, limitSoftwareToken()); err != nil {
			return tooManyRequests(err)
		}
		if err := takeTokenCode(u, code, s.Now()); err != nil {
			return err
		}
		if name != "" {
			u.MFA.TokenName = TokenName(name)
		}
		return s.save(ctx, tx, p, u)
	}))
}

// takeTokenCode uses a code up: the first one of a pending secret, or one of the
// present secret.
func takeTokenCode(u *userpool.User, code string, now time.Time) error {
	t := &u.SoftwareToken
	if len(t.Pending) > 0 {
		step, ok := TokenStep(t.Pending, code, now)
		if !ok {
			return fault.ErrSoftwareTokenMismatch()
		}
		t.Secret, t.Pending = t.Pending, nil
		u.MFA.LastStep, u.MFA.TokenName = step, ""
		return nil
	}
	switch step, ok := TokenStep(t.Secret, code, now); {
	case !ok:
		return fault.ErrSoftwareTokenMismatch()
	case step <= u.MFA.LastStep:
		return fault.ErrSoftwareTokenUsed(fault.EnableSoftwareTokenMFA)
	default:
		u.MFA.LastStep = step
		return nil
	}
}

// tooManyRequests is a refused count in operations without LimitExceeded.
func tooManyRequests(err error) error {
	if fault.Is(err, fault.LimitExceeded) {
		return fault.ErrAttemptLimit(fault.TooManyRequests)
	}
	return err
}

// AdminDeleteSoftwareToken takes a user's TOTP generator away, with what was chosen
// of it. Faults: UserNotFound, ResourceNotFound when the user has none.
func (s *Service) AdminDeleteSoftwareToken(ctx context.Context, p *userpool.Pool, username string) error {
	u, err := s.adminFind(ctx, p, username)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, p, u.ID, func(_ store.Tx, u *userpool.User) error {
		if len(u.SoftwareToken.Secret) == 0 {
			return fault.ErrNoSoftwareToken(fault.ResourceNotFound)
		}
		u.DropSoftwareToken()
		return nil
	})
	return err
}

// TokenStep says of which time step a code of six digits is (RFC 6238 with SHA-1 and
// steps of 30 seconds): the present one, the one before it or the one after it, since
// clocks of phones are wrong. The step must be later than that of the last code taken.
func TokenStep(secret []byte, code string, now time.Time) (step int64, ok bool) {
	options := hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	present := now.Unix() / int64(tokenStep/time.Second)
	for step = present + 1; step >= present-1; step-- {
		if right, err := hotp.ValidateCustom(code, uint64(step), TokenText(secret), options); err == nil && right {
			return step, true
		}
	}
	return 0, false
}

// TokenText is a secret as users type it: base32 without padding.
func TokenText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// TokenName is a FriendlyDeviceName as it is kept.
func TokenName(text string) string {
	n := maxTokenName
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
