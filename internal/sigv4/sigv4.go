// Package sigv4 verifies AWS Signature Version 4, as a header or as a presigned
// URL. It knows keys, dates and hashes; what a key may do is decided elsewhere.
//
//	Authorization header ─┐                  ┌─ AnyKey: the parts are there, r is admitted ┐
//	                      ├─▶ credential ────┤                                            ├─▶ Identity
//	X-Amz-… in the query ─┘   (parse.go)     └─ date, scope, key, signature (canonical.go)┘
//
// The region of an Identity is that of the credential's scope: one server answers
// for every region, and a user pool belongs to the region it was asked for in.
//
// The payload hash is always computed from the body, so a body that the signature
// does not cover (UNSIGNED-PAYLOAD) is a wrong signature. So is an operation that it
// does not cover: X-Amz-Target has to be among what was signed.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// The codes of an Error: the service's exception names (reference: api-behaviour §1.1).
const (
	MissingAuthenticationToken = "MissingAuthenticationTokenException"
	IncompleteSignature        = "IncompleteSignatureException"
	InvalidSignature           = "InvalidSignatureException"
	UnrecognizedClient         = "UnrecognizedClientException"
	AccessDenied               = "AccessDeniedException"
)

// Error is the refusal of a request.
type Error struct {
	Code    string
	Message string // shown to the caller
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// Identity is who signed a request, and for which region.
type Identity struct {
	AccessKey string
	Region    string
}

// MaxSkew is how far the date of a signature may be from the present.
const MaxSkew = 5 * time.Minute

// Verifier checks signatures. Its fields are set once, before use.
type Verifier struct {
	// AnyKey, if it is set, accepts whatever signature a request has, if it has one
	// and AnyKey admits the request: for a server that only its own machine can
	// reach. The web pages in that machine's browsers can reach it too; they are what
	// is not to be admitted.
	AnyKey func(*http.Request) bool
	// Secret gives the secret of an access key.
	Secret func(accessKey string) (secret string, ok bool)
	// Service is the service name that scopes must have, such as "cognito-idp".
	Service string
	// AllowRegion says whether scopes may name a region; nil allows all.
	AllowRegion func(region string) bool
	Now         func() time.Time
}

var regionForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// Verify says who signed r, whose whole body is given. The error is an *Error.
func (v *Verifier) Verify(r *http.Request, body []byte) (Identity, error) {
	c, refusal := parse(r)
	if refusal != nil {
		return Identity{}, refusal
	}
	id := Identity{AccessKey: c.accessKey, Region: c.region}
	if !regionForm.MatchString(c.region) || v.AllowRegion != nil && !v.AllowRegion(c.region) {
		return Identity{}, refuse(InvalidSignature, "Credential should be scoped to a valid region.")
	}
	switch {
	case v.AnyKey == nil:
	case v.AnyKey(r):
		return id, nil
	default:
		return Identity{}, refuse(AccessDenied, "Without access keys this server takes signed requests under a name of its own only, "+
			"and from no web page but those on localhost.")
	}
	if refusal := v.check(r, c, body); refusal != nil {
		return Identity{}, refusal
	}
	return id, nil
}

func (v *Verifier) check(r *http.Request, c *credential, body []byte) *Error {
	if refusal := v.checkScope(c); refusal != nil {
		return refusal
	}
	if refusal := v.checkDate(c); refusal != nil {
		return refusal
	}
	secret, ok := v.Secret(c.accessKey)
	if !ok {
		return refuse(UnrecognizedClient, "The security token included in the request is invalid.")
	}
	wrong := refuse(InvalidSignature, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	canonical, ok := canonicalRequest(r, c, body)
	if !ok {
		return wrong
	}
	want := mac(signingKey(secret, c), stringToSign(c, canonical))
	got, err := hex.DecodeString(c.signature)
	if err != nil || !hmac.Equal(got, want) {
		return wrong
	}
	return nil
}

func (v *Verifier) checkScope(c *credential) *Error {
	switch {
	case c.terminator != "aws4_request":
		return refuse(InvalidSignature, "Credential should be scoped with a valid terminator: 'aws4_request', not '%s'.", c.terminator)
	case c.service != v.Service:
		return refuse(InvalidSignature, "Credential should be scoped to correct service: '%s'.", v.Service)
	case c.day != c.date.Format("20060102"):
		return refuse(InvalidSignature, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.",
			c.day, c.date.Format("20060102"), c.date.Format(isoForm))
	}
	return nil
}

func (v *Verifier) checkDate(c *credential) *Error {
	now, life := v.Now().UTC(), MaxSkew
	if c.presigned {
		life = c.expires
	}
	earliest, latest := now.Add(-life), now.Add(MaxSkew)
	switch {
	case c.date.Before(earliest.Truncate(time.Second)):
		return refuse(InvalidSignature, "Signature expired: %s is now earlier than %s (%s - %d min.)",
			c.date.Format(isoForm), earliest.Format(isoForm), now.Format(isoForm), life/time.Minute)
	case c.date.After(latest):
		return refuse(InvalidSignature, "Signature not yet current: %s is still later than %s (%s + %d min.)",
			c.date.Format(isoForm), latest.Format(isoForm), now.Format(isoForm), MaxSkew/time.Minute)
	}
	return nil
}

func signingKey(secret string, c *credential) []byte {
	key := mac([]byte("AWS4"+secret), c.day)
	for _, part := range []string{c.region, c.service, c.terminator} {
		key = mac(key, part)
	}
	return key
}

func stringToSign(c *credential, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return algorithm + "\n" + c.date.Format(isoForm) + "\n" + c.scope() + "\n" + hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
