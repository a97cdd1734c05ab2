package web

import (
	"fmt"
	"strings"
)

// Factor is a way to prove who one is, by the service's name of its challenge
// (reference: api-behaviour §12). It is what a choice posts as answer.
type Factor string

// The factors that pages know.
const (
	FactorPassword Factor = "PASSWORD"
	FactorPasskey  Factor = "WEB_AUTHN"
	FactorSMSOTP   Factor = "SMS_OTP" // as the first factor
	FactorSMS      Factor = "SMS_MFA"
	FactorEmail    Factor = "EMAIL_OTP" // first or second
	FactorApp      Factor = "SOFTWARE_TOKEN_MFA"
)

// name is what people call the factor; "" for one that pages don't know.
func (f Factor) name(t Messages) string {
	switch f {
	case FactorPassword:
		return t.Password()
	case FactorPasskey:
		return t.Passkey()
	case FactorSMS, FactorSMSOTP:
		return t.CodeBySMS()
	case FactorEmail:
		return t.CodeByEmail()
	case FactorApp:
		return t.AuthenticatorApp()
	}
	return ""
}

// drawing is the factor's sign, paths in a square of 24.
func (f Factor) drawing() string {
	switch f {
	case FactorPassword:
		return "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3M12 15v1.5"
	case FactorPasskey:
		return "M15.5 8.5h.01M9.6 13.4 3.5 19.5V21h3v-2h2v-2h2l1.4-1.4M16 15a6 6 0 1 0-5.6-4"
	case FactorSMS, FactorSMSOTP:
		return "M4 5h16v11H11l-4 3.5V16H4zM8 9.5h8M8 12h5"
	case FactorEmail:
		return "M3.5 6h17v12.5h-17zM4 7l8 6 8-6"
	}
	return "M7 3h10v18H7zM10.5 18h3M10 10.5l1.5 1.5 3-3"
}

// QRCode is a QR code as rows of modules, true where one is dark, without the
// quiet zone around them.
type QRCode [][]bool

// quietZone is the margin that readers need, in modules (ISO/IEC 18004 §5.3.8).
const quietZone = 4

func (q QRCode) viewBox() string {
	return fmt.Sprintf("%d %d %[3]d %[3]d", -quietZone, -quietZone, len(q)+2*quietZone)
}

// path draws each run of dark modules as one rectangle.
func (q QRCode) path() string {
	var d strings.Builder
	for y, row := range q {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				fmt.Fprintf(&d, "M%d %dh%dv1h-%[3]dz", start, y, x-start)
			}
		}
	}
	return d.String()
}

// inFours sets blanks into a key that somebody has to type.
func inFours(key string) string {
	var b strings.Builder
	for i, r := range []rune(key) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
