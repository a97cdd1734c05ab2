package apitest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
)

// Password is that of every user of a World.
const Password = "Passw0rd!"

// World makes valid requests against one server. What a request names is made by
// the API itself when it is first named. A World is for one goroutine; several of
// them may share a server.
type World struct {
	testing.TB
	// Call sends a request; failure is "Exception: message".
	Call func(op, body string) (answer, failure string)
	// Code gives the newest code that was sent to an address.
	Code func(to string) string
	// Upload sends the file of an import job to its address.
	Upload func(address, file string)
	// FeedbackToken gives the token of a mail about an entry of a user's history.
	FeedbackToken     func(poolID, username, eventID string) string
	Now               func() time.Time // of the server
	Region, AccountID string

	places map[string]func(*World) string
	kept   map[string]string // of places, for as long as the World lives
	fresh  map[string]string // of places, for one request

	passkey virtualwebauthn.Credential // the one that was made last
}

var placePattern = regexp.MustCompile(`\{\{([a-z]+)\}\}`)

// Request gives the body of a valid request of an operation, and makes what must
// be there for it.
func (w *World) Request(op string) string {
	w.Helper()
	text, ok := requests[op]
	if !ok {
		w.Fatalf("apitest has no valid request of %s: write one in requests.go", op)
	}
	return w.Expand(text)
}

// Expand fills the places of a text, each written {{name}}. Those whose names begin
// with new are made for this text, and are the same in all of it; the others are
// made once.
func (w *World) Expand(text string) string {
	w.Helper()
	outer := w.fresh
	w.fresh = map[string]string{}
	defer func() { w.fresh = outer }()
	return w.expand(text)
}

func (w *World) expand(text string) string {
	w.Helper()
	return placePattern.ReplaceAllStringFunc(text, func(place string) string { return w.get(strings.Trim(place, "{}")) })
}

// get gives the value of a place.
func (w *World) get(name string) string {
	w.Helper()
	values := w.values(name)
	if value, ok := values[name]; ok {
		return value
	}
	if w.places == nil {
		w.places = places()
		maps.Copy(w.places, challenges())
	}
	fill, ok := w.places[name]
	if !ok {
		w.Fatalf("apitest: unknown place {{%s}}", name)
	}
	value := fill(w)
	values[name] = value
	return value
}

// values are where the value of a place is kept.
func (w *World) values(name string) map[string]string {
	if strings.HasPrefix(name, "new") {
		return w.fresh
	}
	if w.kept == nil {
		w.kept = map[string]string{}
	}
	return w.kept
}

// must sends a request that has to succeed; its places are filled.
func (w *World) must(op, text string) any {
	w.Helper()
	body := w.expand(text)
	answer, failure := w.Call(op, body)
	if failure != "" {
		w.Fatalf("%s %s answered %s", op, body, failure)
	}
	if answer == "" {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		w.Fatalf("%s answered %q: %v", op, answer, err)
	}
	return v
}

// text digs a text out of an answer: text(answer, "UserPool", "Id").
func (w *World) text(v any, path ...string) string {
	w.Helper()
	for _, name := range path {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			if len(at) > 0 {
				v = at[0].(map[string]any)[name]
			}
		}
	}
	text, ok := v.(string)
	if !ok {
		w.Fatalf("no %s in an answer", strings.Join(path, "."))
	}
	return text
}

// Name gives a name that nothing else has: letters and digits, and not a digit first.
func Name() string {
	random := make([]byte, 6)
	rand.Read(random)
	return "n" + hex.EncodeToString(random)
}
