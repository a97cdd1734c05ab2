package tokens

import (
	"strings"

	"idpond/internal/userpool"
)

// Form is how the issuer of a pool's tokens is written.
type Form string

// The forms: idpond's own address, and the two of the service for applications
// that pin them (reference: api-behaviour §15).
const (
	FormIdpond   Form = "idpond"   // {public URL}/{pool id}
	FormOriginal Form = "original" // https://cognito-idp.{region}.amazonaws.com/{pool id}
	FormUpdated  Form = "updated"  // https://issuer-cognito-idp.{region}.amazonaws.com/{pool id}
)

// Issuer makes iss. A pool whose IssuerConfiguration is set has the form that it
// names, ORIGINAL or UPDATED, whatever the server's is: that member is the pool's
// own way to ask for the service's string. All other pools have the server's form.
// Only the present form is accepted, so changing it ends all tokens.
type Issuer struct {
	Form      Form
	PublicURL string // without a final slash
}

// URL is the issuer of a pool.
func (i Issuer) URL(p *userpool.Pool) string {
	switch i.form(p) {
	case FormOriginal:
		return "https://cognito-idp." + p.Region + ".amazonaws.com/" + p.ID
	case FormUpdated:
		return "https://issuer-cognito-idp." + p.Region + ".amazonaws.com/" + p.ID
	default:
		return strings.TrimSuffix(i.PublicURL, "/") + "/" + p.ID
	}
}

func (i Issuer) form(p *userpool.Pool) Form {
	if c := p.Settings.IssuerConfiguration; c != nil {
		switch c.Type {
		case "ORIGINAL":
			return FormOriginal
		case "UPDATED":
			return FormUpdated
		}
	}
	return i.Form
}

// poolIDOf is the pool that an issuer of any form names; what it says is a claim
// until URL of that pool turns out to be the same.
func poolIDOf(issuer string) string { return issuer[strings.LastIndexByte(issuer, '/')+1:] }
