// Package api is the cognito-idp JSON API as types: a struct for every request,
// response and structure in them, and for every operation who may call it and
// which exceptions it may answer.
//
//	body ──scan──▶ well-formed JSON ──Decode──▶ typed request, or
//	                                            *SerializationError (wrong JSON type), or
//	                                            *ValidationError (every broken constraint)
//	response ──Encode──▶ body
//
// The files *_gen.go are written by tools/apigen from its facts.json. Names are
// the service's own; in field names the word Id is written ID (UserPoolID,
// IDToken), and the first letter is always upper case.
//
// A required text, number or boolean is a plain value, an optional one a
// pointer. Structures are pointers, lists and maps are nil when absent, a Time
// is zero when absent. In answers, what is absent is left out and never null,
// and a list or map that is empty but not nil is written.
package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:generate go run ../../tools/apigen -root ../..

// Class says who may call an operation (reference: api-behaviour §2).
type Class string

// The classes of operations.
const (
	Signed               Class = "signed"                  // a request signed with an access key
	AccessToken          Class = "access token"            // a user's access token in the body
	AccessTokenOrSession Class = "access token or session" // or the session of a running sign-in
	Public               Class = "public"                  // anybody; most name an app client
)

// Operation is what is known of an operation before any request arrives.
type Operation struct {
	Name   string
	Class  Class
	In     reflect.Type // the request structure
	Out    reflect.Type // the response structure; nil when the answer has no body
	Page   *Page        // for listings that SDKs page through
	Errors []string     // the exceptions that the model lists
	shape  *shape
}

// Page names the members that a listing is paged with.
type Page struct {
	Token, Limit string // of the request
	Next, Items  string // of the response
}

// None is the Out of operations that answer without a body.
type None struct{}

// Lookup gives the operation of that name, nil when the API has none.
func Lookup(name string) *Operation {
	i, ok := slices.BinarySearchFunc(operations, name, func(o *Operation, name string) int {
		return strings.Compare(o.Name, name)
	})
	if !ok {
		return nil
	}
	return operations[i]
}

// Operations lists all operations by name.
func Operations() []*Operation { return slices.Clone(operations) }

// Declares reports whether the model lists the exception for the operation.
func (o *Operation) Declares(exception string) bool { return slices.Contains(o.Errors, exception) }

// Encode writes a response (or any structure of it) as the service does: without
// HTML escapes and without a final newline.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Str gives the text that p points to, "" for none.
func Str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// Time is a timestamp: in JSON the seconds since 1970 with three decimals. The
// zero Time is one that is not set.
type Time time.Time

// IsZero reports whether t is not set.
func (t Time) IsZero() bool { return time.Time(t).IsZero() }

// MarshalJSON writes for example 1547833345.777.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', 3, 64), nil
}

// UnmarshalJSON reads what MarshalJSON writes, to the millisecond.
func (t *Time) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return fmt.Errorf("api: timestamp %q: %w", text, err)
	}
	*t = Time(time.UnixMilli(int64(seconds*1000 + 0.5)).UTC())
	return nil
}
