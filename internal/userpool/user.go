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

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64 // rises with every write; a write of an older version is refused
}

// SignInName is one name by which a user can be found. Value is folded: lower
// case where the pool ignores case.
type SignInName struct {
	Kind  NameKind `json:"kind"`
	Value string   `json:"value"`
}

// NameKind says what a sign-in name is made of. A value is unique per pool and kind.
type NameKind string

// The kinds of sign-in names.
const (
	NameUsername          NameKind = "username"
	NameEmail             NameKind = "email"
	NamePhoneNumber       NameKind = "phone_number"
	NamePreferredUsername NameKind = "preferred_username"
)

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

// Identity is an identity at a provider that signs in as a user, as the attribute
// identities tells of it (reference: hosted-ui-and-oauth §7.1). The JSON is how it is
// stored.
type Identity struct {
	UserID       string `json:"userId"` // at the provider
	ProviderName string `json:"providerName"`
	ProviderType string `json:"providerType"`
	Issuer       string `json:"issuer,omitempty"` // SAML: the provider's entity id
	Primary      bool   `json:"primary"`          // the user came from this provider, and was not linked later
	DateCreated  int64  `json:"dateCreated"`      // milliseconds since 1970
}

// Group is a set of users of one pool.
type Group struct {
	PoolID      string
	Name        string
	Description string
	RoleArn     string
	Precedence  *int // lower wins, nil is last
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Domain is a host name on which a pool's pages and OAuth endpoints are served.
type Domain struct {
	PoolID              string
	Name                string // a prefix, or a whole host name when CertificateArn is set
	CertificateArn      string // custom domains only
	SecurityPolicy      string
	ManagedLoginVersion int    // 1 classic, 2 managed
	Version             string // yyyymmddHHMMSS of the last change
	Routing             *Routing
}

// Custom reports whether the domain is a whole host name rather than a prefix.
func (d *Domain) Custom() bool { return d.CertificateArn != "" }

// Routing is the failover setting of a domain of a replicated pool.
type Routing struct {
	Failover *Failover `json:"Failover,omitempty"`
}

// Failover names the second region of a domain and the health check that decides.
type Failover struct {
	SecondaryRegion             string `json:"SecondaryRegion"`
	PrimaryRoute53HealthCheckId string `json:"PrimaryRoute53HealthCheckId"`
}

// ResourceServer is an API whose scopes tokens can carry as {identifier}/{scope}.
type ResourceServer struct {
	PoolID     string
	Identifier string
	Name       string
	Scopes     []Scope
}

// Has reports whether scope, as {identifier}/{name}, is one of the server's.
func (r *ResourceServer) Has(scope string) bool {
	for _, s := range r.Scopes {
		if scope == r.Identifier+"/"+s.ScopeName {
			return true
		}
	}
	return false
}

// Scope is one permission of a resource server.
type Scope struct {
	ScopeName        string `json:"ScopeName"`
	ScopeDescription string `json:"ScopeDescription"`
}
