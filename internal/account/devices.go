package account

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"idpond/internal/fault"
	"idpond/internal/srp"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// NewDevice is what ConfirmDevice says of a device. PasswordVerifier and Salt are
// those of the device's own password, in base64; both may be "" together.
type NewDevice struct {
	Key, Name, PasswordVerifier, Salt string
	IP                                string    // where the request came from
	SignedInAt                        time.Time // the sign-in on the device
}

// maxDeviceSalt is the longest salt in bytes; clients send 16 or 17.
const maxDeviceSalt = 64

// ConfirmDevice keeps the device that a sign-in was made on: bound is the key that
// its tokens carry. It reports whether the user has to be asked before the device
// is remembered. Faults: InvalidParameter, DeviceKeyExists, UserNotFound.
func (s *Service) ConfirmDevice(ctx context.Context, p *userpool.Pool, u *userpool.User, bound string, in NewDevice) (ask bool, err error) {
	if in.Key != bound || !p.TracksDevices() {
		return false, invalid("Invalid device key given.")
	}
	now := s.Now()
	ask = p.Settings.DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt
	d := &store.Device{
		PoolID: p.ID, UserID: u.ID, Key: in.Key, Name: in.Name, Remembered: !ask, LastIP: in.IP,
		CreatedAt: now, UpdatedAt: now, AuthenticatedAt: in.SignedInAt,
	}
	if d.Salt, d.Verifier, err = deviceSecret(in); err != nil {
		return false, err
	}
	err = s.Writer.Write(ctx, func(tx store.Tx) error { return tx.CreateDevice(ctx, d) })
	if errors.Is(err, store.ErrExists) {
		return false, fault.New(fault.DeviceKeyExists, "Device already exists.")
	}
	return ask, unknownToAdmin(err)
}

// deviceSecret decodes salt and verifier. Both are numbers with a leading zero byte
// where the first bit is set (reference: api-behaviour §11).
func deviceSecret(in NewDevice) (salt, verifier []byte, err error) {
	if in.PasswordVerifier == "" && in.Salt == "" {
		return nil, nil, nil
	}
	salt, err = base64.StdEncoding.DecodeString(in.Salt)
	if err != nil || len(salt) == 0 || len(salt) > maxDeviceSalt {
		return nil, nil, invalid("Invalid Salt given in DeviceSecretVerifierConfig.")
	}
	verifier, err = base64.StdEncoding.DecodeString(in.PasswordVerifier)
	if err != nil || !srp.IsVerifier(verifier) {
		return nil, nil, invalid("Invalid PasswordVerifier given in DeviceSecretVerifierConfig.")
	}
	return salt, verifier, nil
}

// Device gives a device of a user. The user sees remembered ones alone, an
// administrator all. The fault is ResourceNotFound.
func (s *Service) Device(ctx context.Context, p *userpool.Pool, u *userpool.User, key string, admin bool) (*store.Device, error) {
	d, err := s.Users.Device(ctx, p.ID, u.ID, key)
	if errors.Is(err, store.ErrNotFound) || err == nil && !d.Remembered && !admin {
		return nil, fault.ErrNoDevice()
	}
	return d, err
}

// Devices lists the devices of a user by key, behind the key after; see Device.
func (s *Service) Devices(ctx context.Context, p *userpool.Pool, u *userpool.User, admin bool, after string, limit int) ([]*store.Device, error) {
	return s.Users.ListDevices(ctx, p.ID, u.ID, !admin, after, limit)
}

// RememberDevice sets whether a device of a user is remembered; nil leaves it. The
// fault is ResourceNotFound.
func (s *Service) RememberDevice(ctx context.Context, p *userpool.Pool, u *userpool.User, key string, remembered *bool) error {
	if remembered == nil {
		_, err := s.Device(ctx, p, u, key, true)
		return err
	}
	return noDevice(s.Writer.Write(ctx, func(tx store.Tx) error {
		return tx.RememberDevice(ctx, p.ID, u.ID, key, *remembered, s.Now())
	}))
}

// ForgetDevice deletes a device of a user. Tokens of sign-ins that were made on it
// stay as they are. The fault is ResourceNotFound.
func (s *Service) ForgetDevice(ctx context.Context, p *userpool.Pool, u *userpool.User, key string) error {
	return noDevice(s.Writer.Write(ctx, func(tx store.Tx) error { return tx.DeleteDevice(ctx, p.ID, u.ID, key) }))
}

func noDevice(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.ErrNoDevice()
	}
	return err
}
