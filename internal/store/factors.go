package store

import (
	"context"
	"time"
)

// Device is a device that a user's sign-in was confirmed on. Verifier and Salt are
// those of its own SRP password; they are sealed at rest, and nil for a device that
// was confirmed without.
type Device struct {
	PoolID          string
	UserID          string
	Key             string // {region}_{UUID}, unique in the pool
	Name            string
	Salt            []byte
	Verifier        []byte
	Remembered      bool
	LastIP          string
	CreatedAt       time.Time
	UpdatedAt       time.Time
	AuthenticatedAt time.Time
}

// Devices reads a user's devices.
type Devices interface {
	Device(ctx context.Context, poolID, userID, key string) (*Device, error)
	// ListDevices is ordered by key and begins behind the key after; with remembered
	// it gives the remembered ones alone.
	ListDevices(ctx context.Context, poolID, userID string, remembered bool, after string, limit int) ([]*Device, error)
}

// DeviceTx changes devices. DeleteUser removes a user's devices.
type DeviceTx interface {
	CreateDevice(ctx context.Context, d *Device) error // ErrExists; ErrNotFound without the user
	// RememberDevice sets whether a device is remembered; ErrNotFound.
	RememberDevice(ctx context.Context, poolID, userID, key string, remembered bool, now time.Time) error
	// DeviceSeen notes that a sign-in was made on a device, and from where ("" keeps
	// the address before); ErrNotFound.
	DeviceSeen(ctx context.Context, poolID, userID, key, ip string, now time.Time) error
	DeleteDevice(ctx context.Context, poolID, userID, key string) error // ErrNotFound
}

// Passkey is a credential of WebAuthn (its §4, credential record).
type Passkey struct {
	PoolID         string
	UserID         string
	ID             string // credential id in base64url, unique in the pool
	PublicKey      []byte // COSE_Key
	RelyingPartyID string
	Name           string // for people
	Attachment     string // platform, cross-platform or "" when the client did not say
	Transports     []string
	AAGUID         []byte // 16 bytes: the model of the authenticator, zeros when it is not told
	SignCount      uint32
	UserVerified   bool // at the registration
	BackupEligible bool
	BackedUp       bool
	CreatedAt      time.Time
	UsedAt         time.Time // of the last sign-in; zero before the first
}

// Passkeys reads passkeys.
type Passkeys interface {
	// Passkey finds a passkey of the pool by its id, whoever's it is.
	Passkey(ctx context.Context, poolID, id string) (*Passkey, error)
	// ListPasskeys is ordered by id and begins behind the id after.
	ListPasskeys(ctx context.Context, poolID, userID, after string, limit int) ([]*Passkey, error)
}

// PasskeyTx changes passkeys. DeleteUser removes a user's passkeys.
type PasskeyTx interface {
	CreatePasskey(ctx context.Context, k *Passkey) error                // ErrExists; ErrNotFound without the user
	DeletePasskey(ctx context.Context, poolID, userID, id string) error // ErrNotFound
	CountPasskeys(ctx context.Context, poolID, userID string) (int, error)
	// PasskeyUsed notes a sign-in with a passkey of the user. ErrCloned, and nothing is
	// noted, when signCount did not rise; that both are zero is fine (WebAuthn §6.1.1).
	// ErrNotFound without the passkey.
	PasskeyUsed(ctx context.Context, poolID, userID, id string, signCount uint32, backedUp bool, now time.Time) error
}
