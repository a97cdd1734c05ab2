package store

import (
	"context"
	"time"

	"idpond/internal/userpool"
)

// Document is a piece of a pool's configuration that nothing searches in: it is
// found by its id, or by one second name. Data is sealed at rest, because some
// documents hold secrets.
type Document struct {
	PoolID    string
	Kind      DocumentKind
	ID        string // unique in its pool and kind
	Name      string // a second name, unique in its pool and kind; "" for none
	Data      []byte // JSON, as the kind's owner in package directory writes it
	CreatedAt time.Time
	UpdatedAt time.Time
}

// DocumentKind says what a document is.
type DocumentKind string

// The kinds of documents, with what their ID and Name are.
const (
	KindIdentityProvider   DocumentKind = "identity_provider"   // provider name
	KindProviderIdentifier DocumentKind = "provider_identifier" // identifier; data: provider name
	KindUICustomization    DocumentKind = "ui_customization"    // client id, or ALL
	KindBranding           DocumentKind = "branding"            // UUID; name: client id
	KindImage              DocumentKind = "image"               // of the two above: their id, slash, file name
	KindTerms              DocumentKind = "terms"               // UUID; name: client id and terms name
	KindRisk               DocumentKind = "risk"                // client id, or ALL
	KindLogDelivery        DocumentKind = "log_delivery"        // "" is not allowed: "configuration"
	KindReplica            DocumentKind = "replica"             // region
	KindSigningCertificate DocumentKind = "signing_certificate" // "saml"
)

// Documents reads documents. Lists are ordered by id, begin behind after and hold
// at most limit.
type Documents interface {
	Document(ctx context.Context, poolID string, kind DocumentKind, id string) (*Document, error)
	DocumentByName(ctx context.Context, poolID string, kind DocumentKind, name string) (*Document, error)
	ListDocuments(ctx context.Context, poolID string, kind DocumentKind, after string, limit int) ([]*Document, error)
}

// DocumentTx changes documents; each change raises ConfigVersion. On PostgreSQL a
// transaction's Document and DocumentByName lock the row they read. In a pool that
// is not there, what creates fails with ErrNotFound.
type DocumentTx interface {
	// CreateDocument fails with ErrExists when the id or the name is taken.
	CreateDocument(ctx context.Context, d *Document) error
	// UpdateDocument sets name, data and UpdatedAt of the document with pool, kind
	// and id: ErrNotFound, or ErrExists when another one has the name.
	UpdateDocument(ctx context.Context, d *Document) error
	// PutDocument creates or replaces; CreatedAt of one that is there stays.
	// ErrExists when another one has the name.
	PutDocument(ctx context.Context, d *Document) error
	DeleteDocument(ctx context.Context, poolID string, kind DocumentKind, id string) error // ErrNotFound
	CountDocuments(ctx context.Context, poolID string, kind DocumentKind) (int, error)
}

// IdentityLink is an identity at a provider that signs in as a user of the pool. Pool,
// provider, attribute and value are its key.
type IdentityLink struct {
	PoolID    string
	Provider  string
	Attribute string // Cognito_Subject, or the pool attribute that is compared
	Value     string
	UserID    string
}

// Links finds linked identities.
type Links interface {
	// LinkedUser gives the user that an identity signs in as, or ErrNotFound.
	LinkedUser(ctx context.Context, poolID, provider, attribute, value string) (*userpool.User, error)
}

// LinkTx changes links. What an identity tells of itself stands in the user's row
// (User.Identities); the link only finds it. DeleteUser removes a user's links.
type LinkTx interface {
	// CreateLink fails with ErrExists when the identity is linked, to whomever, and
	// with ErrNotFound when there is no such user.
	CreateLink(ctx context.Context, l IdentityLink) error
	// DeleteLink ends the link to l.UserID; ErrNotFound when it is linked to another
	// user or to none.
	DeleteLink(ctx context.Context, l IdentityLink) error
}

// AuthEvent is one entry of a user's sign-in history. Data is JSON.
type AuthEvent struct {
	PoolID    string
	UserID    string
	ID        string // UUID
	CreatedAt time.Time
	Data      []byte
}

// AuthEvents reads sign-in histories, newest first. The page begins behind the
// event with time and id before; a zero time is the newest.
type AuthEvents interface {
	ListAuthEvents(ctx context.Context, poolID, userID string, before time.Time, beforeID string, limit int) ([]*AuthEvent, error)
	AuthEvent(ctx context.Context, poolID, userID, id string) (*AuthEvent, error)
}

// AuthEventTx writes sign-in histories. DeleteUser removes a user's events; Purge
// removes those older than two years. On PostgreSQL a transaction's AuthEvent locks
// the row it reads.
type AuthEventTx interface {
	// AddAuthEvent fails with ErrExists when the user has an event with the id, and
	// with ErrNotFound when there is no such user.
	AddAuthEvent(ctx context.Context, e *AuthEvent) error
	UpdateAuthEvent(ctx context.Context, e *AuthEvent) error // Data only; ErrNotFound
}

// Limits reads the account's provisioned limits, by category: those that were set.
type Limits interface {
	ProvisionedLimits(ctx context.Context) (map[string]int, error)
}

// LimitTx sets one, which raises ConfigVersion.
type LimitTx interface {
	SetProvisionedLimit(ctx context.Context, category string, value int) error
}

// ImportJob is a CSV import. Worker and LeaseUntil say which node runs it: a job
// whose lease ran out is taken over. One that is not started yet has as its lease the
// time that it waits for that.
type ImportJob struct {
	PoolID     string
	ID         string // import-{10 of base62}; ids sort by creation, newest first, by CreatedAt then id
	Status     string // as UserImportJobStatusType
	Worker     string
	LeaseUntil time.Time
	Line       int64 // last line of the file that is done with
	Offset     int64 // bytes of the file that are done with
	Imported   int64
	Skipped    int64
	Failed     int64
	Size       int64  // bytes uploaded; 0 before the upload
	Data       []byte // JSON: name, role, algorithm, dates, messages
	CreatedAt  time.Time
}

// ImportLine is one line of a job's log.
type ImportLine struct {
	Line int64
	Text string
}

// Imports reads import jobs.
type Imports interface {
	ImportJob(ctx context.Context, poolID, id string) (*ImportJob, error)
	// ListImportJobs is newest first and begins behind the job with time and id.
	ListImportJobs(ctx context.Context, poolID string, before time.Time, beforeID string, limit int) ([]*ImportJob, error)
	// ImportChunk gives the n-th piece (from 0) of a job's file, ErrNotFound behind the last.
	ImportChunk(ctx context.Context, poolID, id string, n int) ([]byte, error)
	// ImportLog gives a job's log behind the line after, at most limit entries.
	ImportLog(ctx context.Context, poolID, id string, after int64, limit int) ([]ImportLine, error)
}

// ImportTx changes import jobs. On PostgreSQL a transaction's ImportJob locks the row
// it reads.
type ImportTx interface {
	CreateImportJob(ctx context.Context, j *ImportJob) error // ErrExists; ErrNotFound without the pool
	UpdateImportJob(ctx context.Context, j *ImportJob) error // all but CreatedAt; ErrNotFound
	// ClaimImportJob gives a job that is Created, Pending, InProgress or Stopping, and
	// has no lease or one that has run out at now, to worker until lease; ErrNotFound when
	// there is none. It leaves the status as it is: a Pending job is safe by its
	// lease. Jobs that nobody had come first, oldest first. One statement decides
	// who gets a job.
	ClaimImportJob(ctx context.Context, worker string, now, lease time.Time) (*ImportJob, error)
	// PutImportChunk keeps the n-th piece of a job's file (about 256 KiB each), in
	// place of one that is there.
	PutImportChunk(ctx context.Context, poolID, id string, n int, data []byte) error
	DeleteImportChunks(ctx context.Context, poolID, id string) error
	// AddImportLines keeps one text for each line, the last one given.
	AddImportLines(ctx context.Context, poolID, id string, lines []ImportLine) error
	// CountImportJobs counts those in one of statuses; without any, all.
	CountImportJobs(ctx context.Context, poolID string, statuses ...string) (int, error)
}
