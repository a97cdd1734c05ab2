package tokens

import (
	"context"
	"crypto/sha256"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Door is where a refresh token is presented; the answers differ a little.
type Door string

// The doors.
const (
	DoorInitiateAuth Door = "REFRESH_TOKEN_AUTH"        // InitiateAuth and AdminInitiateAuth
	DoorGetTokens    Door = "GetTokensFromRefreshToken" // the operation of that name
	DoorOAuth        Door = "refresh_token"             // the token endpoint
)

// RefreshRequest asks for new tokens. Whether the client may use the door is
// checked before.
type RefreshRequest struct {
	Pool         *userpool.Pool
	Client       *userpool.AppClient
	RefreshToken string
	DeviceKey    string // as the request gives it
	Door         Door
	// Admit, if set, is asked about the user whom the token belongs to, before
	// anything else is said about the token: SECRET_HASH covers the username.
	Admit func(*userpool.User) error
}

// Refresh gives new access and ID tokens of a sign-in, and where the client rotates
// a new refresh token (reference: api-behaviour §15). The old one then works for
// the grace period and the new one ends when the old one would have. Refusals are
// NotAuthorized faults with the reference's sentences, or RefreshTokenReuse.
func (s *Service) Refresh(ctx context.Context, r RefreshRequest) (*Set, error) {
	hash := hashOf(r.RefreshToken)
	token, grant, user, err := s.Store.RefreshToken(ctx, r.Pool.ID, hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errInvalid(r.Door)
	} else if err != nil {
		return nil, err
	}
	if err := s.refreshable(r, token, grant, user); err != nil {
		return nil, err
	}
	set, err := s.mint(ctx, subject{pool: r.Pool, client: r.Client, user: user, grant: grant})
	if err != nil || !r.Client.Rotates() {
		return set, err
	}
	// Last, so that nothing that fails uses up the old token.
	if set.RefreshToken, err = s.rotate(ctx, r, hash); err != nil {
		return nil, err
	}
	return set, nil
}

// refreshable says what speaks against a refresh.
func (s *Service) refreshable(r RefreshRequest, t *store.RefreshToken, g *store.Grant, u *userpool.User) error {
	if g.ClientID != r.Client.ID {
		return errInvalid(r.Door)
	}
	if r.Admit != nil {
		if err := r.Admit(u); err != nil {
			return err
		}
	}
	switch {
	case r.Door == DoorOAuth && !g.OAuth && r.Pool.Settings.DeviceConfiguration != nil:
		// The token endpoint can't be told the device that such a sign-in is bound to.
		return errInvalid(r.Door)
	case g.DeviceKey != "" && g.DeviceKey != r.DeviceKey && r.Pool.TracksDevices():
		return errInvalid(r.Door)
	case !u.Enabled:
		return fault.ErrUserDisabled()
	case !g.RevokedAt.IsZero():
		return notAuthorized("Refresh Token has been revoked")
	case s.expired(g.ExpiresAt):
		return notAuthorized("Refresh Token has expired")
	case t.Dead, !t.RetiredAt.IsZero() && s.expired(t.RetiredAt.Add(r.Client.RetryGrace())):
		return errReuse(r.Door)
	}
	return nil
}

// rotate exchanges a refresh token; the database decides who was first.
func (s *Service) rotate(ctx context.Context, r RefreshRequest, old store.Hash) (string, error) {
	text, hash, err := s.newRefreshToken()
	if err != nil {
		return "", err
	}
	now := s.Now()
	err = s.Store.Write(ctx, func(tx store.Tx) error {
		return tx.RotateRefreshToken(ctx, r.Pool.ID, old, hash, now, now.Add(-r.Client.RetryGrace()))
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", errReuse(r.Door)
	}
	return text, err
}

// errInvalid is the refusal of what is no refresh token of the client. The service
// ends the sentence with a dot in one operation only.
func errInvalid(d Door) error {
	if d == DoorGetTokens {
		return notAuthorized("Invalid Refresh Token.")
	}
	return notAuthorized("Invalid Refresh Token")
}

// errReuse is the refusal of an exchanged token. InitiateAuth has no exception for
// it: rotation excludes that flow, so it can only be a token from before rotation
// was switched off.
func errReuse(d Door) error {
	if d == DoorInitiateAuth {
		return notAuthorized("Refresh Token has been revoked")
	}
	return fault.New(fault.RefreshTokenReuse, "Refresh token reuse detected")
}

// Revoke ends the sign-in that a refresh token belongs to: the token, its
// successors and all access and ID tokens that came from them. Tokens that are
// unknown, expired or revoked already are no error. An exchanged token that is
// neither the first nor the newest of its sign-in ends nothing; it has ended itself
// (reference: api-behaviour §15).
//
// Faults: UnsupportedOperation when the client does not revoke tokens,
// UnsupportedTokenType for an access or ID token, Unauthorized for a token of
// another client.
func (s *Service) Revoke(ctx context.Context, pool *userpool.Pool, client *userpool.AppClient, token string) error {
	if !client.Settings.EnableTokenRevocation {
		return fault.New(fault.UnsupportedOperation, "Revoke token operation is not enabled for this client")
	}
	if kind := CheckKind(token); kind == KindAccess || kind == KindID {
		return fault.New(fault.UnsupportedTokenType, "Unsupported token type")
	}
	t, grant, _, err := s.Store.RefreshToken(ctx, pool.ID, hashOf(token))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case grant.ClientID != client.ID:
		return fault.New(fault.Unauthorized, "Invalid token for this client")
	case !t.Original && !t.Newest, !grant.RevokedAt.IsZero():
		return nil
	}
	now := s.Now()
	return s.Store.Write(ctx, func(tx store.Tx) error { return tx.RevokeGrant(ctx, pool.ID, grant.ID, now) })
}

// RevokeUser ends all sign-ins of a user: GlobalSignOut, and what disabling does.
func (s *Service) RevokeUser(ctx context.Context, user *userpool.User) error {
	now := s.Now()
	return s.Store.Write(ctx, func(tx store.Tx) error { return tx.RevokeUserGrants(ctx, user.PoolID, user.ID, now) })
}

func hashOf(token string) store.Hash { return sha256.Sum256([]byte(token)) }
