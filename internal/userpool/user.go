package userpool

import "time"

// Status is a user's state (reference: api-behaviour §8). Being enabled is
// independent of it.
//
//	SignUp ──────────▶ UNCONFIRMED ──ConfirmSignUp──▶ CONFIRMED ◀──ConfirmForgotPassword──┐
//	AdminCreateUser ─▶ FORCE_CHANGE_PASSWORD ──new password──▶ │                          │
//	                                                           └──AdminResetUserPassword─▶ RESET_REQUIRED
type Status string

// The states that are ever produced.
const (
	StatusUnconfirmed         Status = "UNCONFIRMED"
	StatusConfirmed           Status = "CONFIRMED"
	StatusForceChangePassword Status = "FORCE_CHANGE_PASSWORD"
	StatusResetRequired       Status = "RESET_REQUIRED"
	StatusExternalProvider    Status = "EXTERNAL_PROVIDER"
)

// User is one account. Everything a sign-in needs is in this one value, read
// with one statement.
type User struct {
	PoolID     string
	ID         string // the sub: 36 characters, like a UUID
	Username   string // the real username; cognito:username in tokens
	Status     Status
	Enabled    bool
	Attributes map[string]string // without sub; custom ones with their prefix
	Pending    map[string]string // values of email or phone_number that wait for their code
	Credential Credential
	Names      []SignInName // every name that finds the user; see Pool.SignInNames
	Identities []Identity   // at providers, that sign in as this user
	MFA        MFA
	// SoftwareToken is empty for users without one.
	SoftwareToken SoftwareToken
	Groups        []string // names of the groups the user is in; filled by reads, ignored by writes

	// Failed passwords in a row and the lock they started (reference: api-behaviour
	// §18). The store counts them in its own statements; writes of a user ignore them.
	FailedPasswords int
	LockedUntil     time.Time // zero when there never was a lock
	// CodesLockedUntil is the same of wrong codes of sign-ins.
	CodesLockedUntil time.Time

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64 // rises with every write; a write of an older version is refused
}

// Credential is what is kept of a password: an SRP verifier with its salt, or an
// Argon2id hash, or the hash of another system that an import brought, never two
// of them (design §4). The zero value is no password. The store seals it.
type Credential struct {
	Salt     []byte    `json:"salt,omitempty"`     // SRP salt, 16 bytes
	Verifier []byte    `json:"verifier,omitempty"` // SRP verifier g^x mod N, big-endian
	Hash     string    `json:"hash,omitempty"`     // Argon2id, PHC string
	Foreign  string    `json:"foreign,omitempty"`  // as package foreignhash reads it
	SetAt    time.Time `json:"setAt,omitzero"`     // a temporary password's validity counts from here
}

// Empty reports whether the user has no password.
func (c Credential) Empty() bool { return len(c.Verifier) == 0 && c.Hash == "" && c.Foreign == "" }
