package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Domains gives the domains of a pool; directory.Service does.
type Domains interface {
	PoolDomains(ctx context.Context, poolID string) ([]*userpool.Domain, error)
}

// RelyingParty is the id under which a pool's passkeys are made and used, "" for a pool
// that has neither an id of its own nor a domain (reference: api-behaviour §10.2).
func (s *Service) RelyingParty(ctx context.Context, p *userpool.Pool) (string, error) {
	if s.Domains == nil {
		return p.RelyingPartyID(nil, ""), nil
	}
	domains, err := s.Domains.PoolDomains(ctx, p.ID)
	return p.RelyingPartyID(domains, s.PagesHost), err
}

// PasskeySignIn is what a sign-in by passkey goes by.
type PasskeySignIn struct {
	RelyingPartyID string
	Passkeys       []*store.Passkey // those that may be used; no other is taken
	MustVerify     bool             // the user's own verification is asked for, rather than preferred
}

// PasskeySignIn gives what u can sign in to p with. asMFA says that the passkey has to
// stand for a second factor too: then only those will do whose owner was verified when
// they were made, because the verification of the others was never trusted (WebAuthn §4,
// uvInitialized).
func (s *Service) PasskeySignIn(ctx context.Context, p *userpool.Pool, u *userpool.User, asMFA bool) (*PasskeySignIn, error) {
	in := &PasskeySignIn{MustVerify: asMFA || mustVerify(p)}
	if !p.AllowsPasskeys() {
		return in, nil
	}
	var err error
	if in.RelyingPartyID, err = s.RelyingParty(ctx, p); err != nil {
		return nil, err
	}
	for after, more := "", true; more; {
		page, err := s.Users.ListPasskeys(ctx, p.ID, u.ID, after, passkeysRead)
		if err != nil {
			return nil, err
		}
		for _, k := range page {
			if k.RelyingPartyID == in.RelyingPartyID && (k.UserVerified || !asMFA) {
				in.Passkeys = append(in.Passkeys, k)
			}
			after = k.ID
		}
		more = len(page) == passkeysRead
	}
	return in, nil
}

// passkeysRead is how many passkeys are read at once: all that a user has by default.
const passkeysRead = 21

// mustVerify reports whether every passkey of p has to verify its owner.
func mustVerify(p *userpool.Pool) bool {
	return p.PasskeyVerification() == string(protocol.VerificationRequired)
}

// requestOptions are PublicKeyCredentialRequestOptionsJSON of WebAuthn §5.1.10.
type requestOptions struct {
	Challenge        string              `json:"challenge"`
	Timeout          int64               `json:"timeout"` // milliseconds
	RPID             string              `json:"rpId"`
	AllowCredentials []allowedCredential `json:"allowCredentials"`
	UserVerification string              `json:"userVerification"`
}

type allowedCredential struct {
	credentialRef
	Transports []string `json:"transports,omitempty"`
}

// Options are the options with which a browser uses one of the passkeys, as JSON
// (reference: api-behaviour §10.2). challenge is in base64url.
func (in *PasskeySignIn) Options(challenge string, timeout time.Duration) (json.RawMessage, error) {
	o := requestOptions{
		Challenge: challenge, Timeout: timeout.Milliseconds(), RPID: in.RelyingPartyID,
		UserVerification: string(protocol.VerificationPreferred),
	}
	if in.MustVerify {
		o.UserVerification = string(protocol.VerificationRequired)
	}
	for _, k := range in.Passkeys {
		o.AllowCredentials = append(o.AllowCredentials, allowedCredential{credentialRef{ID: k.ID, Type: publicKeyType}, k.Transports})
	}
	return json.Marshal(o)
}

// PasskeyUse is a passkey that was used as it should.
type PasskeyUse struct {
	ID           string
	SignCount    uint32 // which must have risen; see store.PasskeyTx
	BackedUp     bool
	UserVerified bool // by now, and when the passkey was made: it counts as a factor
}

// ErrPasskeyRefused says that an assertion is none, or not the one that was asked for.
var ErrPasskeyRefused = errors.New("account: the passkey is refused")

// Take checks the AuthenticationResponseJSON with which a browser answered a challenge
// to u. The fault is InvalidParameter for what is no such answer; every other refusal is
// ErrPasskeyRefused.
func (in *PasskeySignIn) Take(u *userpool.User, challenge string, credential []byte) (*PasskeyUse, error) {
	answer, err := parseAssertion(credential)
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "CREDENTIAL is not a valid authentication response.").Because(err)
	}
	id := base64.RawURLEncoding.EncodeToString(answer.parsed.RawID)
	for _, k := range in.Passkeys {
		if k.ID == id {
			if err := answer.verify(in, k, u, challenge); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrPasskeyRefused, err)
			}
			data := &answer.parsed.Response.AuthenticatorData
			return &PasskeyUse{
				ID: id, SignCount: data.Counter, BackedUp: data.Flags.HasBackupState(),
				UserVerified: data.Flags.HasUserVerified() && k.UserVerified,
			}, nil
		}
	}
	return nil, fmt.Errorf("%w: none of the user's", ErrPasskeyRefused)
}
