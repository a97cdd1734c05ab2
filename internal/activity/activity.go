// Package activity keeps the history of what users do: sign-ins, sign-ups, password
// changes (reference: api-behaviour §20.8). Only pools with threat protection have
// one; for others Begin gives nil, and every method of a nil *Event does nothing.
//
//	Begin ─▶ Event ── Save, in the transaction of what it tells of ─▶ a row of the user's
//	                     │ a challenge follows: InProgress, the id goes with the session
//	                     ▼
//	         Resume ─▶ Event ── Save ─▶ the same row, with one more challenge
//	                     │
//	                     └── after the commit ─▶ Export: the pool's log delivery
//
// Where a request came from (Origin) travels in its context. Attempts that change
// nothing else leave no entry, so that nobody can fill the database: those inside a
// lock-out, above an hourly cap, and for names that nobody has.
package activity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Recorder begins entries. A nil *Recorder keeps none.
type Recorder struct {
	Now   func() time.Time
	NewID func() string // a fresh UUID
	// Export, if set, is told of every entry that was written. It must not wait.
	Export func(poolID string, at time.Time, message Message)
}

// Subject says whose entry it is.
type Subject struct {
	Pool   *userpool.Pool
	Client *userpool.AppClient
	User   *userpool.User
}

// Event is an entry in the making.
type Event struct {
	recorder *Recorder
	poolID   string
	clientID string
	userID   string
	username string
	origin   Origin
	resumed  bool
	risk     *userpool.EventRisk

	kind    string
	id      string
	created time.Time

	written *userpool.AuthEvent // by the present run of the transaction
}

// Begin begins an entry, or gives nil when the pool keeps none.
func (r *Recorder) Begin(ctx context.Context, s Subject, kind string) *Event {
	if r == nil || !s.Pool.ThreatProtection() {
		return nil
	}
	return &Event{
		recorder: r, poolID: s.Pool.ID, clientID: s.Client.ID, userID: s.User.ID, username: s.User.Username,
		origin: OriginOf(ctx), kind: kind, id: r.NewID(), created: store.Time(r.Now()),
	}
}

// Resume takes up the entry of a sign-in that a session carries.
func (r *Recorder) Resume(ctx context.Context, s Subject, kind, id string) *Event {
	e := r.Begin(ctx, s, kind)
	if e != nil && id != "" {
		e.id, e.resumed = id, true
	}
	return e
}

// ID names the entry, for a session to carry; it is "" for none.
func (e *Event) ID() string {
	if e == nil {
		return ""
	}
	return e.id
}

// Judged makes the entry say what threat protection thought; nil leaves it as it is.
func (e *Event) Judged(risk *userpool.EventRisk) {
	if e != nil && risk != nil {
		e.risk = risk
	}
}

// both is what an entry says that was judged more than once: the graver decision, and
// whatever was found.
func both(before, now *userpool.EventRisk) *userpool.EventRisk {
	switch {
	case now == nil:
		return before
	case before == nil || now.RiskDecision != userpool.RiskNone:
		return now
	}
	r := *before
	r.CompromisedCredentialsDetected = r.CompromisedCredentialsDetected || now.CompromisedCredentialsDetected
	return &r
}

// Save writes the entry: how it came out, and the challenges that were answered
// since it was last written.
func (e *Event) Save(ctx context.Context, tx store.Tx, response string, challenges ...userpool.ChallengeResponse) error {
	if e == nil {
		return nil
	}
	entry := &userpool.AuthEvent{ID: e.id, CreatedAt: e.created, Type: e.kind, Context: e.origin.Context()}
	write := tx.AddAuthEvent
	if e.resumed {
		switch kept, err := Read(ctx, tx, e.poolID, e.userID, e.id); {
		case err == nil:
			entry, write = kept, tx.UpdateAuthEvent
		case !errors.Is(err, store.ErrNotFound): // purged meanwhile: it begins anew
			return err
		}
	}
	entry.Response, entry.Challenges = response, append(entry.Challenges, challenges...)
	entry.Risk = both(entry.Risk, e.risk)
	row, err := encode(e.poolID, e.userID, entry)
	if err != nil {
		return err
	}
	e.written = entry
	return write(ctx, row)
}

// Recording makes f, a function for a transaction that keeps what it wrote when a
// fault refuses it, write the entry too: success when f has none to report, Fail
// after a fault. A cap that is exceeded writes nothing.
func (e *Event) Recording(ctx context.Context, success string, f func(store.Tx) error) func(store.Tx) error {
	if e == nil {
		return f
	}
	return func(tx store.Tx) error {
		e.written = nil
		refused, response := f(tx), success
		if refused != nil {
			if _, ok := errors.AsType[*fault.Error](refused); !ok || fault.Is(refused, fault.LimitExceeded) {
				return refused
			}
			response = userpool.EventFail
		}
		if err := e.Save(ctx, tx, response); err != nil {
			return err
		}
		return refused
	}
}

// Within runs f in a transaction in which f may Save, and exports what it saved.
func (e *Event) Within(ctx context.Context, w store.Writer, f func(store.Tx) error) error {
	if e == nil {
		return w.Write(ctx, f)
	}
	err := w.Write(ctx, func(tx store.Tx) error {
		e.written = nil
		return f(tx)
	})
	if err == nil {
		e.export()
	}
	return err
}

// Writer is w with transactions that are run Within.
func (e *Event) Writer(w store.Writer) store.Writer { return within{e, w} }

type within struct {
	event *Event
	store.Writer
}

func (w within) Write(ctx context.Context, f func(store.Tx) error) error {
	return w.event.Within(ctx, w.Writer, f)
}

// Committed exports what Recording saved, if its transaction was committed: err is
// nil then, or the fault that refused.
func (e *Event) Committed(err error) {
	if _, refused := errors.AsType[*fault.Error](err); e != nil && (err == nil || refused) {
		e.export()
	}
}

func (e *Event) export() {
	if e.written != nil && e.recorder.Export != nil {
		e.recorder.Export(e.poolID, e.created, e.message())
	}
}

// Read gives one entry, or store.ErrNotFound.
func Read(ctx context.Context, from store.AuthEvents, poolID, userID, id string) (*userpool.AuthEvent, error) {
	row, err := from.AuthEvent(ctx, poolID, userID, id)
	if err != nil {
		return nil, err
	}
	return decode(row)
}

// List gives a page of a user's entries, newest first, behind the one with that
// time and id; a zero time is the newest.
func List(ctx context.Context, from store.AuthEvents, u *userpool.User, before time.Time, beforeID string, limit int) ([]*userpool.AuthEvent, error) {
	rows, err := from.ListAuthEvents(ctx, u.PoolID, u.ID, before, beforeID, limit)
	if err != nil {
		return nil, err
	}
	list := make([]*userpool.AuthEvent, len(rows))
	for i, row := range rows {
		if list[i], err = decode(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Judge adds what somebody says of an entry: whether it was the user. It is
// store.ErrNotFound when there is no such entry.
func Judge(ctx context.Context, tx store.Tx, u *userpool.User, id string, f userpool.EventFeedback) error {
	entry, err := Read(ctx, tx, u.PoolID, u.ID, id)
	if err != nil {
		return err
	}
	entry.Feedback = &f
	row, err := encode(u.PoolID, u.ID, entry)
	if err != nil {
		return err
	}
	return tx.UpdateAuthEvent(ctx, row)
}

func encode(poolID, userID string, entry *userpool.AuthEvent) (*store.AuthEvent, error) {
	data, err := json.Marshal(entry)
	return &store.AuthEvent{PoolID: poolID, UserID: userID, ID: entry.ID, CreatedAt: entry.CreatedAt, Data: data}, err
}

func decode(row *store.AuthEvent) (*userpool.AuthEvent, error) {
	entry := &userpool.AuthEvent{ID: row.ID, CreatedAt: row.CreatedAt}
	return entry, json.Unmarshal(row.Data, entry)
}
