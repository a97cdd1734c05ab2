package account

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

const (
	passkeyTimeout = time.Minute // that a browser gives its user
	// passkeyLife is how long a challenge is good for: the time-out, and some for an
	// application that asks first and shows its page later.
	passkeyLife = 5 * time.Minute
)

// passkeyChallenge is what the challenge of a registration carries: it is sealed, so
// that nothing has to be kept of it but that it was used.
type passkeyChallenge struct {
	User    string    `json:"u"` // id
	Client  string    `json:"c"`
	Expires time.Time `json:"e"`
}

func passkeyLabel(p *userpool.Pool) string { return "account/passkey/" + p.ID }

// The algorithms that are asked for, as COSE numbers them: ES256 and RS256.
func passkeyAlgorithms() []int { return []int{-7, -257} }

// creationOptions are PublicKeyCredentialCreationOptionsJSON of WebAuthn §5.1.9.
type creationOptions struct {
	AuthenticatorSelection struct {
		RequireResidentKey bool   `json:"requireResidentKey"`
		ResidentKey        string `json:"residentKey"`
		UserVerification   string `json:"userVerification"`
	} `json:"authenticatorSelection"`
	Challenge          string          `json:"challenge"`
	ExcludeCredentials []credentialRef `json:"excludeCredentials"`
	PubKeyCredParams   []keyParameter  `json:"pubKeyCredParams"`
	RP                 struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"rp"`
	Timeout int64 `json:"timeout"` // milliseconds
	User    struct {
		DisplayName string `json:"displayName"`
		ID          string `json:"id"`
		Name        string `json:"name"`
	} `json:"user"`
}

type credentialRef struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type keyParameter struct {
	Algorithm int    `json:"alg"`
	Type      string `json:"type"`
}

const publicKeyType = "public-key"

// PasskeyRequest is a signed-in user who registers a passkey: by an access token of
// Client's, or on the pages, with the browser's session at Client. Both go the same way.
type PasskeyRequest struct {
	Pool           *userpool.Pool
	Client         *userpool.AppClient
	User           *userpool.User
	RelyingPartyID string // see Service.RelyingParty
}

// StartPasskey gives the options with which a browser makes a passkey, as JSON
// (reference: api-behaviour §10.2). Nothing is written. Faults: WebAuthnNotEnabled,
// WebAuthnConfigMissing, LimitExceeded.
func (s *Service) StartPasskey(ctx context.Context, r PasskeyRequest) (json.RawMessage, error) {
	switch {
	case !r.Pool.AllowsPasskeys():
		return nil, errPasskeysOff()
	case r.RelyingPartyID == "":
		return nil, fault.New(fault.WebAuthnConfigMissing, "The user pool has neither a relying party id nor a domain.")
	}
	most := s.Quotas.Of(userpool.QuotaPasskeys)
	have, err := s.Users.ListPasskeys(ctx, r.Pool.ID, r.User.ID, "", most)
	if err != nil {
		return nil, err
	}
	if len(have) >= most {
		return nil, errTooManyPasskeys(most)
	}
	challenge, err := s.Keys.SealText(passkeyLabel(r.Pool), passkeyChallenge{
		User: r.User.ID, Client: r.Client.ID, Expires: s.Now().Add(passkeyLife),
	})
	if err != nil {
		return nil, err
	}
	o := creationOptions{Challenge: challenge, ExcludeCredentials: []credentialRef{}, Timeout: passkeyTimeout.Milliseconds()}
	o.AuthenticatorSelection.RequireResidentKey = true
	o.AuthenticatorSelection.ResidentKey = "required"
	o.AuthenticatorSelection.UserVerification = r.Pool.PasskeyVerification()
	o.RP.ID, o.RP.Name = r.RelyingPartyID, r.RelyingPartyID
	o.User.ID, o.User.Name, o.User.DisplayName = PasskeyUserHandle(r.User), r.User.Username, r.User.Username
	for _, k := range have {
		o.ExcludeCredentials = append(o.ExcludeCredentials, credentialRef{ID: k.ID, Type: publicKeyType})
	}
	for _, algorithm := range passkeyAlgorithms() {
		o.PubKeyCredParams = append(o.PubKeyCredParams, keyParameter{Algorithm: algorithm, Type: publicKeyType})
	}
	return json.Marshal(o)
}

// CompletePasskey keeps the passkey that a browser made: credential is its
// RegistrationResponseJSON. A challenge works once. Faults: InvalidParameter,
// LimitExceeded, NotAuthorized and those of WebAuthn.
func (s *Service) CompletePasskey(ctx context.Context, r PasskeyRequest, credential []byte) error {
	if !r.Pool.AllowsPasskeys() {
		return errPasskeysOff()
	}
	made, err := parsePasskey(credential)
	if err != nil {
		return err
	}
	challenge, err := s.openPasskeyChallenge(r, made.challenge())
	if err != nil {
		return err
	}
	k, err := made.verify(r)
	if err != nil {
		return err
	}
	k.PoolID, k.UserID, k.CreatedAt = r.Pool.ID, r.User.ID, s.Now()
	return gone(s.Writer.Write(ctx, func(tx store.Tx) error {
		err := tx.Spend(ctx, r.Pool.ID, sha256.Sum256([]byte(made.challenge())), challenge.Expires)
		if errors.Is(err, store.ErrExists) {
			return errNoChallenge()
		} else if err != nil {
			return err
		}
		return s.addPasskey(ctx, tx, r.Pool, k)
	}))
}

// addPasskey keeps k if its user has not too many. The user is written too, so that
// of two that come at once the second one counts the first.
func (s *Service) addPasskey(ctx context.Context, tx store.Tx, p *userpool.Pool, k *store.Passkey) error {
	u, err := tx.User(ctx, p.ID, k.UserID)
	if err != nil {
		return err
	}
	n, err := tx.CountPasskeys(ctx, p.ID, u.ID)
	if err != nil {
		return err
	}
	if most := s.Quotas.Of(userpool.QuotaPasskeys); n >= most {
		return errTooManyPasskeys(most)
	}
	if err := tx.CreatePasskey(ctx, k); errors.Is(err, store.ErrExists) {
		return invalid("The passkey is registered already.")
	} else if err != nil {
		return err
	}
	return s.save(ctx, tx, p, u)
}

func (s *Service) openPasskeyChallenge(r PasskeyRequest, text string) (*passkeyChallenge, error) {
	var c passkeyChallenge
	err := s.Keys.OpenText(passkeyLabel(r.Pool), text, &c)
	switch {
	case err != nil, c.User != r.User.ID, !s.Now().Before(c.Expires):
		return nil, errNoChallenge()
	case c.Client != r.Client.ID:
		return nil, fault.New(fault.WebAuthnClientMismatch, "The registration was started by another app client.")
	}
	return &c, nil
}

// Passkeys lists the passkeys of a user by id, behind the id after.
func (s *Service) Passkeys(ctx context.Context, p *userpool.Pool, u *userpool.User, after string, limit int) ([]*store.Passkey, error) {
	return s.Users.ListPasskeys(ctx, p.ID, u.ID, after, limit)
}

// DeletePasskey deletes a passkey of a user. With the last one goes what was chosen
// of passkeys as MFA. Faults: ResourceNotFound, NotAuthorized.
func (s *Service) DeletePasskey(ctx context.Context, p *userpool.Pool, u *userpool.User, id string) error {
	return gone(s.Writer.Write(ctx, func(tx store.Tx) error {
		u, err := tx.User(ctx, p.ID, u.ID)
		if err != nil {
			return err
		}
		err = tx.DeletePasskey(ctx, p.ID, u.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			return fault.New(fault.ResourceNotFound, "Passkey does not exist.")
		} else if err != nil {
			return err
		}
		n, err := tx.CountPasskeys(ctx, p.ID, u.ID)
		if err != nil || n > 0 || !u.MFA.Has(userpool.MFAWebAuthn) {
			return err
		}
		if sentence := p.ChooseMFA(u, userpool.MFAChoice{WebAuthn: &userpool.FactorChoice{}}, false); sentence != "" {
			return invalid(sentence)
		}
		return s.save(ctx, tx, p, u)
	}))
}

func errPasskeysOff() error {
	return fault.New(fault.WebAuthnNotEnabled, "WebAuthn is not enabled for the user pool.")
}

func errNoChallenge() error {
	return fault.New(fault.WebAuthnChallengeNotFound, "The challenge was not found or has expired.")
}

func errTooManyPasskeys(most int) error {
	return fault.Newf(fault.LimitExceeded, "A user cannot have more than %d passkeys.", most)
}
