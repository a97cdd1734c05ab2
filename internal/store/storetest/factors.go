package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// userFactors: what a user has of second factors comes back as it was written, from
// every statement that reads users.
func userFactors(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	change := func(f func(*userpool.User)) *userpool.User {
		var changed *userpool.User
		write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			if changed, err = tx.User(ctx, poolA, u.ID); err != nil {
				return err
			}
			f(changed)
			return tx.UpdateUser(ctx, changed)
		})
		return changed
	}
	for _, f := range []func(*userpool.User){
		func(u *userpool.User) { u.SoftwareToken = userpool.SoftwareToken{Pending: []byte("pending")} },
		func(u *userpool.User) {
			u.SoftwareToken = userpool.SoftwareToken{Secret: []byte{0, 1, 2}, Pending: []byte("next")}
			u.MFA = userpool.MFA{
				Enabled: []string{"SMS_MFA", "SOFTWARE_TOKEN_MFA"}, Preferred: "SMS_MFA", LastStep: 1 << 40, TokenName: "“Ada’s” <phone>\x00",
				Options: []userpool.MFAOption{{DeliveryMedium: "SMS", AttributeName: "phone_number"}},
			}
		},
		func(u *userpool.User) { u.SoftwareToken, u.MFA = userpool.SoftwareToken{}, userpool.MFA{} },
	} {
		want := change(f)
		got, err := s.User(ctx, poolA, u.ID)
		same(t, want, got, err)
		got, err = s.FindUser(ctx, poolA, u.Names)
		same(t, want, got, err)
	}
}

func someDevice(u *userpool.User, key string) *store.Device {
	return &store.Device{
		PoolID: u.PoolID, UserID: u.ID, Key: key, Name: "“Ada’s” <phone>", Salt: []byte{0, 1}, Verifier: []byte{0, 2, 3},
		Remembered: true, LastIP: "192.0.2.1", CreatedAt: t0(), UpdatedAt: t0().Add(time.Second), AuthenticatedAt: t0().Add(time.Minute),
	}
}

func devices(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	full, bare := someDevice(ada, "k1"), &store.Device{PoolID: poolA, UserID: ada.ID, Key: "k2", CreatedAt: t0()}
	create := func(d *store.Device) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.CreateDevice(ctx, d) }
	}
	for _, want := range []*store.Device{full, bare} {
		write(t, s, create(want))
		got, err := s.Device(ctx, poolA, ada.ID, want.Key)
		same(t, want, got, err)
	}
	wantErr(t, s, store.ErrExists, create(full))
	wantErr(t, s, store.ErrExists, create(someDevice(bob, "k1")))
	wantErr(t, s, store.ErrNotFound, create(someDevice(someUser(9, "nobody"), "k9")))
	_, err := s.Device(ctx, poolA, bob.ID, "k1")
	absent(t, err)

	now := t0().Add(time.Hour)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.RememberDevice(ctx, poolA, ada.ID, "k1", false, now), tx.RememberDevice(ctx, poolA, ada.ID, "k2", true, now),
			tx.DeviceSeen(ctx, poolA, ada.ID, "k1", "", now), tx.DeviceSeen(ctx, poolA, ada.ID, "k2", "2001:db8::1", now),
		)
	})
	full.Remembered, full.UpdatedAt, full.AuthenticatedAt = false, now, now
	bare.Remembered, bare.UpdatedAt, bare.AuthenticatedAt, bare.LastIP = true, now, now, "2001:db8::1"
	for _, want := range []*store.Device{full, bare} {
		got, err := s.Device(ctx, poolA, ada.ID, want.Key)
		same(t, want, got, err)
	}
	for _, change := range []func(context.Context, store.Tx) error{
		func(ctx context.Context, tx store.Tx) error {
			return tx.RememberDevice(ctx, poolA, bob.ID, "k1", true, now)
		},
		func(ctx context.Context, tx store.Tx) error {
			return tx.DeviceSeen(ctx, poolA, bob.ID, "k1", "x", now)
		},
		func(ctx context.Context, tx store.Tx) error { return tx.DeleteDevice(ctx, poolA, bob.ID, "k1") },
	} {
		wantErr(t, s, store.ErrNotFound, change)
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteDevice(ctx, poolA, ada.ID, "k1") })
	_, err = s.Device(ctx, poolA, ada.ID, "k1")
	absent(t, err)
	write(t, s, create(someDevice(bob, "k1"))) // the key is free again
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, ada.ID) })
	_, err = s.Device(ctx, poolA, ada.ID, "k2")
	absent(t, err)
}

func listDevices(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for i := range 7 {
			d := someDevice(ada, fmt.Sprint("k", 6-i))
			d.Remembered = i%3 == 0 // k6, k3, k0
			if err := tx.CreateDevice(ctx, d); err != nil {
				return err
			}
		}
		return tx.CreateDevice(ctx, someDevice(bob, "k1b"))
	})
	for _, c := range []struct {
		remembered bool
		after      string
		limit      int
		want       []string
	}{
		{false, "", 60, []string{"k0", "k1", "k2", "k3", "k4", "k5", "k6"}},
		{false, "k1", 2, []string{"k2", "k3"}},
		{true, "", 60, []string{"k0", "k3", "k6"}},
		{true, "k0", 1, []string{"k3"}},
		{true, "k6", 1, nil},
	} {
		list, err := s.ListDevices(t.Context(), poolA, ada.ID, c.remembered, c.after, c.limit)
		var keys []string
		for _, d := range list {
			keys = append(keys, d.Key)
		}
		same(t, c.want, keys, err)
	}
}

func somePasskey(u *userpool.User, id string) *store.Passkey {
	return &store.Passkey{
		PoolID: u.PoolID, UserID: u.ID, ID: id, PublicKey: []byte{0, 1}, RelyingPartyID: "example.org", Name: "Roaming passkey",
		Attachment: "cross-platform", Transports: []string{"usb", "nfc"}, AAGUID: make([]byte, 16), SignCount: 1<<32 - 1,
		UserVerified: true, BackupEligible: true, BackedUp: true, CreatedAt: t0(), UsedAt: t0().Add(time.Hour),
	}
}

func passkeys(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	full := somePasskey(ada, "b")
	bare := &store.Passkey{PoolID: poolA, UserID: ada.ID, ID: "a", PublicKey: []byte{1}, AAGUID: make([]byte, 16), CreatedAt: t0()}
	create := func(k *store.Passkey) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.CreatePasskey(ctx, k) }
	}
	for _, want := range []*store.Passkey{full, bare} {
		write(t, s, create(want))
		got, err := s.Passkey(ctx, poolA, want.ID)
		same(t, want, got, err)
	}
	wantErr(t, s, store.ErrExists, create(somePasskey(bob, "b")))
	wantErr(t, s, store.ErrNotFound, create(somePasskey(someUser(9, "nobody"), "c")))
	write(t, s, create(somePasskey(bob, "c")))

	list, err := s.ListPasskeys(ctx, poolA, ada.ID, "", 60)
	same(t, []*store.Passkey{bare, full}, list, err)
	list, err = s.ListPasskeys(ctx, poolA, ada.ID, "a", 1)
	same(t, []*store.Passkey{full}, list, err)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.DeletePasskey(ctx, poolA, bob.ID, "b") })
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.CountPasskeys(ctx, poolA, ada.ID)
		same(t, 2, n, err)
		return tx.DeletePasskey(ctx, poolA, ada.ID, "b")
	})
	_, err = s.Passkey(ctx, poolA, "b")
	absent(t, err)
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, ada.ID) })
	_, err = s.Passkey(ctx, poolA, "a")
	absent(t, err)
}

// raceFactors: one device key and one credential id belong to one, and a code of a
// software token is taken once, because the version of the user decides.
func raceFactors(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	owner := func(i int) *userpool.User { return []*userpool.User{ada, bob}[i%2] }
	t.Run("devices", func(t *testing.T) {
		oneWinner(t, parallel(64, func(i int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				return tx.CreateDevice(ctx, someDevice(owner(i), "k"))
			})
		}), store.ErrExists)
	})
	t.Run("passkeys", func(t *testing.T) {
		oneWinner(t, parallel(64, func(i int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				return tx.CreatePasskey(ctx, somePasskey(owner(i), "k"))
			})
		}), store.ErrExists)
	})
	t.Run("software token", func(t *testing.T) {
		errUsed := errors.New("used")
		errs := parallel(64, func(int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				u, err := tx.User(ctx, poolA, ada.ID)
				if err != nil {
					return err
				}
				if u.MFA.LastStep >= 7 {
					return errUsed
				}
				u.MFA.LastStep = 7
				return tx.UpdateUser(ctx, u)
			})
		})
		oneWinner(t, errs, errUsed)
	})
	list, err := s.ListDevices(t.Context(), poolA, ada.ID, false, "", 60)
	other, err2 := s.ListDevices(t.Context(), poolA, bob.ID, false, "", 60)
	same(t, 1, len(slices.Concat(list, other)), errors.Join(err, err2))
}
