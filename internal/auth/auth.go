// Package auth signs users in. The JSON API's public and administrator's
// operations and the hosted pages are three sides of one engine:
//
//	Initiate ── USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH ──────────┐
//	         ── USER_SRP_AUTH ─▶ PASSWORD_VERIFIER ── right answer ────┤
//	         ── USER_AUTH ─▶ [SELECT_CHALLENGE] ─▶ PASSWORD,           │
//	         │    PASSWORD_SRP, EMAIL_OTP, SMS_OTP, WEB_AUTHN ─────────┤
//	         ├─ USER_AUTH with ConfirmSignUp's session ────────────────┤
//	         └─ CUSTOM_AUTH ─▶ what the pool's functions ask for ──────┤
//	PageSignIn, PageChoose ── the same factors ────────────────────────┤
//	                                                       first factor passed
//	                                                                   │
//	  refused by state ◀── disabled, UNCONFIRMED, RESET_REQUIRED, … ───┤
//	  refused by risk ◀── threat protection (risk.go) ─────────────────┤
//	                                                                   ▼
//	                  FORCE_CHANGE_PASSWORD ─▶ NEW_PASSWORD_REQUIRED ─▶│
//	                                                                   ▼ second factor due?
//	  remembered device ─▶ DEVICE_SRP_AUTH ─▶ DEVICE_PASSWORD_VERIFIER ─────▶│
//	  several ─▶ SELECT_MFA_TYPE ─▶ SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA ─▶│
//	  none yet ─▶ MFA_SETUP ─▶ software token, or EMAIL_OTP, SMS_MFA ───────▶│
//	                                                                   ▼
//	                                           grant and tokens, or the pages' code
//
// What a challenge has to remember travels sealed with the client (Session,
// SECRET_BLOCK) and is spent once, in the transaction that its right answer
// causes; InitiateAuth with SRP writes nothing. A password is checked before the
// transaction, and the transaction decides what the check was worth: inside a
// lock a right password counts as little as a wrong one.
//
// The codes of challenges travel in their sessions. Every answer to one is counted
// by the database before it is judged, so that a code of six digits can't be guessed.
// A wrong code leaves its session as it was; a right answer spends it.
//
// Where each thing is: initiate.go and choice.go begin, respond.go takes answers,
// engine.go goes from stage to stage, and each kind of challenge has a file.
// Refresh, revocation and the check of access tokens stand beside the engine.
package auth

import (
	"context"
	"errors"
	"io"
	"time"

	"idpond/internal/account"
	"idpond/internal/activity"
	"idpond/internal/auth/risk"
	"idpond/internal/fault"
	"idpond/internal/seal"
	"idpond/internal/store"
	"idpond/internal/tokens"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
)

// Config is what sign-ins read of the configuration; directory.Service has it.
type Config interface {
	// Pool gives a pool, or a ResourceNotFound fault.
	Pool(ctx context.Context, id string) (*userpool.Pool, error)
	// PoolClient gives a client of the pool, or a ResourceNotFound fault.
	PoolClient(ctx context.Context, pool *userpool.Pool, clientID string) (*userpool.AppClient, error)
}

// Store is what sign-ins read and write of users and grants.
type Store interface {
	store.Users
	store.Grants
	store.Writer
}

// Service signs users in. Its fields are set once, before use.
type Service struct {
	Config   Config
	Store    Store
	Accounts *account.Service
	Tokens   *tokens.Service
	Triggers *trigger.Service
	Keys     *seal.Keyring // seals what clients carry
	Now      func() time.Time
	Rand     io.Reader          // crypto/rand.Reader
	Activity *activity.Recorder // nil: no history is kept
	Risk     *risk.Service      // nil: nobody is judged
}

// Side is the door through which a sign-in goes. A challenge must be answered on
// the side on which it was begun.
type Side string

// The sides.
const (
	Public Side = "public" // InitiateAuth, RespondToAuthChallenge
	Admin  Side = "admin"  // AdminInitiateAuth, AdminRespondToAuthChallenge
	Pages  Side = "pages"  // the hosted pages
)

// Challenge names (reference: api-behaviour §12).
const (
	ChallengePasswordVerifier    = "PASSWORD_VERIFIER"
	ChallengeNewPasswordRequired = "NEW_PASSWORD_REQUIRED"
	ChallengeSelect              = "SELECT_CHALLENGE"
	ChallengePassword            = userpool.FactorPassword
	ChallengePasswordSRP         = "PASSWORD_SRP"
	ChallengeWebAuthn            = userpool.FactorWebAuthn
	ChallengeDeviceSRP           = "DEVICE_SRP_AUTH"
	ChallengeDeviceVerifier      = "DEVICE_PASSWORD_VERIFIER"
	ChallengeSMSOTP              = userpool.FactorSMS
	ChallengeEmailOTP            = userpool.MFAEmail // as first factor, and as second
	ChallengeSMSMFA              = userpool.MFASMS
	ChallengeSoftwareToken       = userpool.MFASoftwareToken
	ChallengeSelectMFA           = userpool.ChallengeSelectMFA
	ChallengeMFASetup            = userpool.ChallengeMFASetup
)

// InitiateRequest begins a sign-in.
type InitiateRequest struct {
	Pool       *userpool.Pool
	Client     *userpool.AppClient
	Side       Side
	Flow       string
	Session    string            // of ConfirmSignUp, "" for none
	Parameters map[string]string // AuthParameters
	Metadata   map[string]string // ClientMetadata, for the triggers
}

// RespondRequest answers a challenge.
type RespondRequest struct {
	Pool      *userpool.Pool
	Client    *userpool.AppClient
	Side      Side
	Challenge string
	Session   string
	Answers   map[string]string // ChallengeResponses
	Metadata  map[string]string // ClientMetadata, for the triggers
}

// Outcome is where a sign-in stands: Tokens, or a challenge.
type Outcome struct {
	Tokens              *tokens.Set
	Challenge           string
	Parameters          map[string]string // of the challenge; never nil
	Session             string            // "" where the challenge has none
	AvailableChallenges []string
	NewDevice           *NewDevice // beside Tokens, of a sign-in on no known device
}

// errLocked refuses whatever is tried while a lock runs.
func errLocked() error {
	return fault.New(fault.NotAuthorized, "Password attempts exceeded").For(fault.AttemptsExceeded)
}

// attempt is a sign-in under way.
type attempt struct {
	pool   *userpool.Pool
	client *userpool.AppClient
	side   Side
	flow   string         // userpool.FlowUserSRP, FlowUser, …
	user   *userpool.User // once it is known; nil for a name that nobody has
	name   string         // as it was typed; kept for a name that nobody has
	began  time.Time      // on the pages; elsewhere only steps have a limit
	// strong says that the first factor was worth two: no second one is due.
	strong bool
	// keepsPassword says that no new password is asked for: no temporary one was given.
	keepsPassword bool
	// forced says that threat protection asks for a second factor; password is what it
	// looks up, where one was sent.
	forced   bool
	provedBy string // the attribute that a first factor's code went to
	// prove writes what the first factor proves of the user, for who isn't refused then;
	// nil for nothing.
	prove    func(context.Context, store.Tx) error
	password string
	custom   *custom // in CUSTOM_AUTH, until its functions let the user in
	// The device that it is made on: the key that the client gave, and the device, if
	// it is one of the user's.
	deviceKey string
	device    *store.Device
	// deviceProved says that the device stood for the second factor.
	deviceProved bool
	// What the user's history will say of it; nil without one. passed are the
	// challenges that were answered since it was last written.
	event  *activity.Event
	passed []userpool.ChallengeResponse
	// signUp is the entry of the user's sign-up that the first factor confirms; nil for none.
	signUp *activity.Event
}

// userIDForSRP is what the user is called in challenges.
func (s *Service) userIDForSRP(a *attempt) string {
	if a.user != nil {
		return a.user.Username
	}
	return s.strangerName(a.pool, a.name)
}

// begin begins a's entry in the user's history, once the user is known, unless a goes on
// with one.
func (s *Service) begin(ctx context.Context, a *attempt) {
	if a.event != nil {
		return
	}
	a.event = s.Activity.Begin(ctx, activity.Subject{Pool: a.pool, Client: a.client, User: a.user}, userpool.EventSignIn)
}

// resumeEvent takes up a's entry in the user's history.
func (s *Service) resumeEvent(ctx context.Context, a *attempt, id string) {
	a.event = s.Activity.Resume(ctx, activity.Subject{Pool: a.pool, Client: a.client, User: a.user}, userpool.EventSignIn, id)
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
