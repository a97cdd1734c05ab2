package auth

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"idpond/internal/activity"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// In a pool that tracks devices every sign-in by the API is bound to one (reference:
// api-behaviour §14):
//
//	DEVICE_KEY of one of the user's devices ─▶ that one
//	DEVICE_KEY of none                      ─▶ refused; the client forgets the key and tries again
//	no DEVICE_KEY                           ─▶ a new key, NewDeviceMetadata, that ConfirmDevice may keep
//
// The key is in the access token and in the grant, so that a refresh can ask for it.
// The pages know no devices. What a device that is remembered may stand for is in
// device_srp.go.

// NewDevice is NewDeviceMetadata: what a client needs to confirm the device that it
// runs on.
type NewDevice struct{ Key, GroupKey string }

// useDevice makes a device of a's user the one that a is made on.
func (s *Service) useDevice(ctx context.Context, a *attempt, key string) error {
	if key == "" || a.side == Pages || !a.pool.TracksDevices() {
		return nil
	}
	d, err := s.Store.Device(ctx, a.pool.ID, a.user.ID, key)
	switch {
	case isNotFound(err):
		return fault.ErrNoDevice()
	case err != nil:
		return err
	}
	a.device = d
	return nil
}

// resumeDevice is useDevice for a sign-in that goes on: with the device that its answer
// names, or else with the one that it began on, if that was not forgotten meanwhile.
func (s *Service) resumeDevice(ctx context.Context, a *attempt, named, began string) error {
	if named != "" {
		return s.useDevice(ctx, a, named)
	}
	err := s.useDevice(ctx, a, began)
	if fault.Is(err, fault.ResourceNotFound) {
		return nil
	}
	return err
}

// namedDevice is the key of the device that a is made on: the user's, or before the
// first factor the one that the client named.
func (a *attempt) namedDevice() string {
	if a.device == nil {
		return a.deviceKey
	}
	return a.device.Key
}

// binding is the device that a sign-in's grant is bound to; the zero value is none.
type binding struct {
	key   string
	fresh *NewDevice // when the key is new
	seen  func(context.Context, store.Tx) error
}

// bindDevice chooses the device of a sign-in that is about to end.
func (s *Service) bindDevice(ctx context.Context, a *attempt) (binding, error) {
	switch {
	case !a.pool.TracksDevices():
		return binding{}, nil
	case a.device != nil:
		pool, user, key := a.pool.ID, a.user.ID, a.device.Key
		ip, now := activity.OriginOf(ctx).IP, s.Now()
		return binding{key: key, seen: func(ctx context.Context, tx store.Tx) error {
			err := tx.DeviceSeen(ctx, pool, user, key, ip, now)
			switch {
			case isNotFound(err): // forgotten in this moment
				return fault.ErrNoDevice()
			case err != nil || !a.deviceProved:
				return err
			}
			return s.stillStands(ctx, tx, a)
		}}, nil
	}
	id, err := uuid.NewRandomFromReader(s.Rand)
	if err != nil {
		return binding{}, fmt.Errorf("auth: no randomness: %w", err)
	}
	key := a.pool.Region + "_" + id.String()
	return binding{key: key, fresh: &NewDevice{Key: key, GroupKey: userpool.DeviceGroupKey(a.user)}}, nil
}

func (b binding) save(ctx context.Context, tx store.Tx) error {
	if b.seen == nil {
		return nil
	}
	return b.seen(ctx, tx)
}
