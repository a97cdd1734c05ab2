// Package store says what idpond keeps and how it is asked for. It holds
// interfaces and a few records; sqlstore implements them on SQLite and
// PostgreSQL, and storetest is the contract as a test suite.
//
// Reads stand alone. Everything that changes something happens in a transaction:
//
//	err := st.Write(ctx, func(tx store.Tx) error {
//		u, err := tx.User(ctx, poolID, id)
//		...
//		u.Enabled = false
//		return tx.UpdateUser(ctx, u)
//	})
//
// The function may run more than once (another node was faster), so it must set
// all that it sets outside itself anew each time, and it must not hash, sign,
// send or wait: on SQLite the one writer runs many such functions in one commit.
// An error from the function undoes what it did; a refusal that must leave a
// count behind is therefore not an error of the function but a value that it sets.
//
// What can be raced is decided by the database in one statement: unique names,
// attempt counters, single-use codes and tokens, a user's version.
package store

import (
	"context"
	"errors"
	"time"

	"idpond/internal/userpool"
)

var (
	// ErrNotFound is returned when nothing has the given key.
	ErrNotFound = errors.New("store: not found")
	// ErrExists is returned when a unique key is already taken.
	ErrExists = errors.New("store: already exists")
	// ErrStale is returned when a record was changed since it was read. Write
	// runs its function again on it.
	ErrStale = errors.New("store: stale")
	// ErrCloned is returned when a passkey's signature counter did not rise: another
	// authenticator may hold the same key (WebAuthn §6.1.1).
	ErrCloned = errors.New("store: signature counter did not rise")
)

// A NameTakenError is the ErrExists of a user's sign-in name: it says which.
type NameTakenError struct {
	Name  userpool.SignInName
	Owner string // id of the user who has it
}

func (e *NameTakenError) Error() string { return "store: " + string(e.Name.Kind) + " already taken" }

// Is makes a NameTakenError an ErrExists.
func (e *NameTakenError) Is(target error) bool { return target == ErrExists }

// NothingConfigured is the ConfigVersion of a database that no configuration was
// ever written to.
const NothingConfigured = 1

// Config reads what administrators configure. Lists are ordered by id, name or
// identifier, begin behind after ("" is the start) and hold at most limit.
type Config interface {
	Documents
	Limits

	// ConfigVersion rises whenever anything that Config reads is changed by any node.
	ConfigVersion(ctx context.Context) (int64, error)

	Pool(ctx context.Context, id string) (*userpool.Pool, error)
	ListPools(ctx context.Context, region, after string, limit int) ([]*userpool.Pool, error)
	Client(ctx context.Context, clientID string) (*userpool.AppClient, error)
	ListClients(ctx context.Context, poolID, after string, limit int) ([]*userpool.AppClient, error)
	Domain(ctx context.Context, name string) (*userpool.Domain, error)
	PoolDomains(ctx context.Context, poolID string) ([]*userpool.Domain, error)
	ResourceServer(ctx context.Context, poolID, identifier string) (*userpool.ResourceServer, error)
	ListResourceServers(ctx context.Context, poolID, after string, limit int) ([]*userpool.ResourceServer, error)
	Group(ctx context.Context, poolID, name string) (*userpool.Group, error)
	ListGroups(ctx context.Context, poolID, after string, limit int) ([]*userpool.Group, error)
}

// Users reads users.
type Users interface {
	Links
	AuthEvents
	Devices
	Passkeys

	// User finds a user by id (the sub).
	User(ctx context.Context, poolID, id string) (*userpool.User, error)
	// FindUser finds the user who has one of names; the first of names that
	// somebody has wins. One statement, one user row.
	FindUser(ctx context.Context, poolID string, names []userpool.SignInName) (*userpool.User, error)
	// ListUsers gives one page; it reads no more rows than it returns. Listed users
	// have what an answer shows: no credential, software token, pending values,
	// groups, failed passwords, nor a version, so that they can't be written.
	ListUsers(ctx context.Context, q UserQuery) ([]*userpool.User, error)
	// UsersInGroup is ordered by user id, begins behind the id after. Its users have
	// what those of ListUsers have.
	UsersInGroup(ctx context.Context, poolID, group, after string, limit int) ([]*userpool.User, error)
	// GroupsOfUser is ordered by group name, begins behind the name after.
	GroupsOfUser(ctx context.Context, poolID, userID, after string, limit int) ([]*userpool.Group, error)
	// PasswordHistory gives the passwords that a user had before the present one, at
	// most limit of them, newest first.
	PasswordHistory(ctx context.Context, poolID, userID string, limit int) ([]userpool.Credential, error)
	// CountUsers is an estimate that costs the same for any number of users.
	CountUsers(ctx context.Context, poolID string) (int64, error)
}

// UserQuery selects users of a pool, ordered by the searched value, then by id.
type UserQuery struct {
	PoolID    string
	Attribute string // one of userpool.Searchable's names, "sub", or "" for all users by id
	Value     string // folded as userpool.Searchable folds it
	Prefix    bool   // Value is a prefix
	AfterText string // value of the last row of the page before
	AfterID   string // user id of the last row of the page before, "" for the first page
	Limit     int
}

// Grants reads what sign-ins gave out.
type Grants interface {
	// GrantUser gives a live grant and its user in one statement: the check of an
	// access token. ErrNotFound when the grant is revoked or unknown.
	GrantUser(ctx context.Context, poolID, grantID string) (*Grant, *userpool.User, error)
	// RefreshToken gives the token with its grant and user, revoked or not.
	RefreshToken(ctx context.Context, poolID string, hash Hash) (*RefreshToken, *Grant, *userpool.User, error)
	// BrowserSession gives an unexpired session of a pool's pages.
	BrowserSession(ctx context.Context, poolID string, hash Hash, now time.Time) (*BrowserSession, error)
	// ChallengeState gives what a sign-in between two challenges keeps here;
	// ErrNotFound when it is gone or has expired.
	ChallengeState(ctx context.Context, poolID string, id Hash, now time.Time) ([]byte, error)
	// Spent reports whether a value was marked by Spend, by whoever has committed by now.
	Spent(ctx context.Context, poolID string, hash Hash) (bool, error)
	// SigningKeys gives a pool's keys, oldest first; none yet is an empty list.
	SigningKeys(ctx context.Context, poolID string) ([]SigningKey, error)
}

// Writer runs transactions.
type Writer interface {
	// Write runs f in one transaction. See the package doc for what f may do.
	Write(ctx context.Context, f func(Tx) error) error
}

// Tx is a transaction. Its reads see its own writes.
type Tx interface {
	Config
	Users
	Grants
	Imports
	ConfigTx
	DocumentTx
	LimitTx
	UserTx
	StrangerTx
	LinkTx
	AuthEventTx
	DeviceTx
	PasskeyTx
	GrantTx
	ImportTx
}

// ConfigTx changes configuration; each change raises ConfigVersion.
type ConfigTx interface {
	CreatePool(ctx context.Context, p *userpool.Pool) error
	UpdatePool(ctx context.Context, p *userpool.Pool) error     // by ID; ErrNotFound
	DeletePool(ctx context.Context, id string) error            // with everything in it
	CountPools(ctx context.Context, region string) (int, error) // and nobody makes another before the end

	CreateClient(ctx context.Context, c *userpool.AppClient) error
	UpdateClient(ctx context.Context, c *userpool.AppClient) error
	DeleteClient(ctx context.Context, poolID, clientID string) error
	CountClients(ctx context.Context, poolID string) (int, error)

	CreateDomain(ctx context.Context, d *userpool.Domain) error
	UpdateDomain(ctx context.Context, d *userpool.Domain) error
	DeleteDomain(ctx context.Context, poolID, name string) error
	CountCustomDomains(ctx context.Context, region string) (int, error) // and nobody makes another before the end

	CreateResourceServer(ctx context.Context, r *userpool.ResourceServer) error
	UpdateResourceServer(ctx context.Context, r *userpool.ResourceServer) error
	DeleteResourceServer(ctx context.Context, poolID, identifier string) error
	CountResourceServers(ctx context.Context, poolID string) (int, error)

	CreateGroup(ctx context.Context, g *userpool.Group) error
	UpdateGroup(ctx context.Context, g *userpool.Group) error
	DeleteGroup(ctx context.Context, poolID, name string) error // with its memberships
	CountGroups(ctx context.Context, poolID string) (int, error)

	// AddSigningKeys gives a pool its first keys; ErrExists when it has some.
	AddSigningKeys(ctx context.Context, poolID string, keys []SigningKey) error
}

// UserTx changes users and what belongs to one.
type UserTx interface {
	// CreateUser adds u with its names. A *NameTakenError says which name is taken.
	CreateUser(ctx context.Context, u *userpool.User) error
	// UpdateUser writes u and its names and raises u.Version; ErrStale when
	// another write came first, *NameTakenError when a new name is taken.
	UpdateUser(ctx context.Context, u *userpool.User) error
	// DeleteUser removes a user with names, memberships, codes, grants, browser sessions,
	// links, devices, passkeys, password history and sign-in history.
	DeleteUser(ctx context.Context, poolID, id string) error

	// AddToGroup and RemoveFromGroup do nothing when it is so already. Nobody adds the
	// user to another group before the end.
	AddToGroup(ctx context.Context, poolID, group, userID string) error
	RemoveFromGroup(ctx context.Context, poolID, group, userID string) error

	// PutCode keeps c as the only code of its user and kind.
	PutCode(ctx context.Context, c Code) error
	// Code gives the code of a user and kind, expired or not.
	Code(ctx context.Context, poolID, userID string, kind CodeKind) (*Code, error)
	// TakeCode removes c; ErrNotFound when it is no longer the same code.
	TakeCode(ctx context.Context, c Code) error

	// Count adds one to a counter and reports whether it was within its limit;
	// past the limit nothing is counted. One statement.
	Count(ctx context.Context, c Counter) (bool, error)
	// PasswordWrong counts a failed password, and starts the lock that follows
	// from it. It reports false, and counts nothing, while a lock runs.
	PasswordWrong(ctx context.Context, poolID, userID string, now time.Time) (bool, error)
	// PasswordRight ends the count. It reports false, and changes nothing, while
	// a lock runs: then a right password must not count as right.
	PasswordRight(ctx context.Context, poolID, userID string, now time.Time) (bool, error)
	// AddPasswordHistory keeps c as the newest of the passwords that the user had, and
	// of all of them the newest keep; with keep 0 or less none. ErrNotFound without the user.
	AddPasswordHistory(ctx context.Context, poolID, userID string, c userpool.Credential, keep int) error

	// CodeTry counts one answer to a code challenge, before it is judged. It reports
	// false, and counts nothing, while a lock runs: then the answer must not be judged.
	// The fifth and every further one starts a lock, which is that of wrong passwords
	// (reference: api-behaviour §18); 15 minutes without a try begin the count anew.
	// ErrNotFound without the user.
	CodeTry(ctx context.Context, poolID, userID string, now time.Time) (bool, error)
	// CodeRight ends the count and its lock, because a counted answer was right.
	// ErrNotFound without the user.
	CodeRight(ctx context.Context, poolID, userID string) error
}

// GrantTx changes what sign-ins give out.
type GrantTx interface {
	// CreateGrant keeps g; token is the hash of its first refresh token, or nil.
	CreateGrant(ctx context.Context, g Grant, token *Hash) error
	// RotateRefreshToken retires the token old at now and makes next the grant's
	// newest. Tokens of the grant other than these two stop working. ErrNotFound
	// when old was retired before graceStart, or is dead.
	RotateRefreshToken(ctx context.Context, poolID string, old, next Hash, now, graceStart time.Time) error
	// RevokeGrant ends one grant, RevokeUserGrants all of a user; EndSignIns ends these
	// and the user's browser sessions and authorization codes.
	RevokeGrant(ctx context.Context, poolID, grantID string, now time.Time) error
	RevokeUserGrants(ctx context.Context, poolID, userID string, now time.Time) error
	EndSignIns(ctx context.Context, poolID, userID string, now time.Time) error

	// Spend marks a single-use value as used; ErrExists when it was before.
	Spend(ctx context.Context, poolID string, hash Hash, expires time.Time) error

	PutAuthCode(ctx context.Context, c AuthCode) error
	// TakeAuthCode marks an authorization code as used for grantID and gives it.
	// When it was used before, it gives it with UsedFor set and ErrExists.
	TakeAuthCode(ctx context.Context, poolID string, hash Hash, grantID string) (*AuthCode, error)

	PutBrowserSession(ctx context.Context, s BrowserSession) error // insert or replace
	DeleteBrowserSession(ctx context.Context, poolID string, hash Hash) error
	DeleteBrowserSessions(ctx context.Context, poolID string) error // all of a pool

	// PutChallengeState keeps data, which is sealed at rest: insert or replace.
	PutChallengeState(ctx context.Context, poolID string, id Hash, data []byte, expires time.Time) error
	// DeleteChallengeState ends a state, expired or not; ErrNotFound when another was faster.
	DeleteChallengeState(ctx context.Context, poolID string, id Hash) error
}

// Store is everything; only main, tests and the contract need it whole.
type Store interface {
	Config
	Users
	Grants
	Imports
	Writer
	// Purge deletes at most limit rows of each kind that expired before now, and
	// reports whether there may be more.
	Purge(ctx context.Context, now time.Time, limit int) (more bool, err error)
	Close() error
}

// Time is t as it is kept: in UTC, to the microsecond.
func Time(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Hash is the SHA-256 of a secret that is kept only as its hash.
type Hash [32]byte

// CodeKind says what a code is for.
type CodeKind string

// The kinds of codes; a user has at most one of each.
const (
	CodeSignUp        CodeKind = "sign_up"
	CodeResetPassword CodeKind = "reset_password"
	CodeVerifyEmail   CodeKind = "verify_email"
	CodeVerifyPhone   CodeKind = "verify_phone_number"
)

// Code is a confirmation code that was sent to a user.
type Code struct {
	PoolID    string
	UserID    string
	Kind      CodeKind
	Hash      Hash
	Attribute string // email or phone_number: what it was sent to
	SentTo    string // the address it was sent to
	ExpiresAt time.Time
}

// Counter is one limited action: at most Limit times in Window, counted from the
// first of them.
type Counter struct {
	PoolID  string
	Subject string // user id, or what else the limit is per
	Action  string
	Limit   int
	Window  time.Duration
	Now     time.Time
}

// Grant is what one sign-in of a user to a client gave: all tokens of a sign-in
// belong to it, and die with it.
type Grant struct {
	PoolID    string
	ID        string // event_id in its tokens
	UserID    string
	ClientID  string
	OriginJTI string
	Scopes    []string
	Nonce     string
	OAuth     bool   // through the authorize endpoint rather than the API
	DeviceKey string // of the device that the sign-in is bound to, "" for none
	AuthTime  time.Time
	ExpiresAt time.Time // of its refresh token
	RevokedAt time.Time // zero while it lives
}

// RefreshToken is one refresh token of a grant.
type RefreshToken struct {
	Hash      Hash
	GrantID   string
	Original  bool      // the first one of its grant
	Newest    bool      // no later one was made
	RetiredAt time.Time // when it was exchanged; zero while it was not
	Dead      bool      // a sibling was preferred
}

// AuthCode is an authorization code of RFC 6749 §4.1 with what it will become.
type AuthCode struct {
	PoolID        string
	Hash          Hash
	ClientID      string
	UserID        string
	RedirectURI   string
	Scopes        []string
	Nonce         string
	CodeChallenge string // S256; "" when PKCE was not used
	AuthTime      time.Time
	ExpiresAt     time.Time
	UsedFor       string // grant id it was exchanged for
}

// BrowserSession is the server side of a signed-in browser.
type BrowserSession struct {
	PoolID    string
	Hash      Hash
	UserID    string
	AuthTime  time.Time // of the interactive sign-in
	ExpiresAt time.Time
}

// SigningKey is one RSA key of a pool.
type SigningKey struct {
	KID       string // 44 characters of standard base64
	Use       KeyUse
	PKCS8     []byte // the private key; sealed at rest
	CreatedAt time.Time
}

// KeyUse says which tokens a key signs.
type KeyUse string

// A pool has one key for each use.
const (
	KeyForID     KeyUse = "id"
	KeyForAccess KeyUse = "access"
)
