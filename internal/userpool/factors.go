package userpool

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
)

// The second factors, by the names that UserMFASettingList shows and, but for the
// last, their challenges have (reference: api-behaviour §12, §13).
const (
	MFASMS           = "SMS_MFA"
	MFAEmail         = "EMAIL_OTP"
	MFASoftwareToken = "SOFTWARE_TOKEN_MFA"
	MFAWebAuthn      = "WEB_AUTHN_MFA" // a passkey whose owner was verified satisfies MFA
)

// The first factors of USER_AUTH, by the names that SignInPolicy and, but for the
// last, their challenges have.
const (
	FactorPassword      = "PASSWORD"
	FactorEmail         = MFAEmail
	FactorSMS           = "SMS_OTP"
	FactorWebAuthn      = "WEB_AUTHN"
	factorSoftwareToken = "SOFTWARE_TOKEN" // is never among a pool's
)

// MFA is what a user has chosen of second factors, and what is known of the
// software token but its secret.
type MFA struct {
	Enabled   []string    `json:"enabled,omitempty"`   // factors that are switched on, sorted
	Preferred string      `json:"preferred,omitempty"` // one of Enabled, or ""
	Options   []MFAOption `json:"options,omitempty"`   // as SetUserSettings left them
	// LastStep is the time step of the newest code of the software token that was
	// taken. Codes of this step and before it are used up.
	LastStep  int64  `json:"lastStep,omitempty"`
	TokenName string `json:"tokenName,omitempty"` // FriendlyDeviceName
	// Grace lets who signed up alone sign in once without the second factor that the
	// pool requires, to set one up; see Pool.GrantsGrace.
	Grace bool `json:"grace,omitempty"`
}

// MFAOption is a delivery of the old kind of SMS MFA.
type MFAOption struct {
	DeliveryMedium string `json:"DeliveryMedium,omitempty"` // SMS
	AttributeName  string `json:"AttributeName,omitempty"`  // phone_number
}

// Has reports whether a factor is switched on.
func (m *MFA) Has(factor string) bool { return slices.Contains(m.Enabled, factor) }

// SoftwareToken holds the secrets of a user's TOTP generator (RFC 6238), 32 bytes
// each. The store seals them.
type SoftwareToken struct {
	Secret  []byte `json:"secret,omitempty"`  // nil when the user has none
	Pending []byte `json:"pending,omitempty"` // takes Secret's place when its first code is verified
}

// FactorChoice is what SetUserMFAPreference says of one factor; what is left out is
// false.
type FactorChoice struct{ Enabled, Preferred bool }

// MFAChoice is what SetUserMFAPreference says; a factor that is nil stays as it is.
// WebAuthn can't be preferred: it is a first factor.
type MFAChoice struct{ SMS, SoftwareToken, Email, WebAuthn *FactorChoice }

// namedChoice is one factor of an MFAChoice.
type namedChoice struct {
	name string
	*FactorChoice
}

func (c MFAChoice) all() []namedChoice {
	list := []namedChoice{{MFASMS, c.SMS}, {MFASoftwareToken, c.SoftwareToken}, {MFAEmail, c.Email}, {MFAWebAuthn, c.WebAuthn}}
	return slices.DeleteFunc(list, func(n namedChoice) bool { return n.FactorChoice == nil })
}

// ChooseMFA makes u's factors what c says, and gives the sentence of the first rule
// that this breaks, "" if none; then u is not to be kept. passkey says whether u has
// a passkey. Rules of sign-in have no place here: a factor may be switched on in a
// pool without MFA, and means nothing there (reference: api-behaviour §13).
func (p *Pool) ChooseMFA(u *User, c MFAChoice, passkey bool) string {
	preferred := ""
	for _, f := range c.all() {
		switch {
		case f.Preferred && !f.Enabled:
			return f.name + " cannot be the preferred MFA while it is not enabled."
		case f.Preferred && preferred != "":
			return "Only one MFA factor can be preferred."
		case f.Preferred:
			preferred = f.name
		}
		if f.Enabled && !u.canUse(f.name) || f.Enabled && f.name == MFAWebAuthn && (!passkey || !p.passkeysAreMFA()) {
			return NoDelivery(f.name)
		}
	}
	for _, f := range c.all() {
		u.MFA.set(f.name, *f.FactorChoice)
	}
	if u.MFA.Has(MFAWebAuthn) && len(u.MFA.Enabled) == 1 {
		return MFAWebAuthn + " can only be enabled together with another MFA factor."
	}
	return ""
}

// NoDelivery is the refusal of a factor that the user has not set up.
func NoDelivery(factor string) string {
	return "User does not have delivery config set to turn on " + factor
}

func (p *Pool) passkeysAreMFA() bool {
	return p.Settings.WebAuthnConfiguration.satisfiesMFA()
}

// canUse reports whether u has what a factor needs.
func (u *User) canUse(factor string) bool {
	switch factor {
	case MFASMS:
		return u.Attributes[phoneNumber] != ""
	case MFAEmail:
		return u.Attributes["email"] != ""
	case MFASoftwareToken:
		return len(u.SoftwareToken.Secret) > 0
	}
	return true
}

// set switches a factor. One that is given without being preferred loses the
// preference.
func (m *MFA) set(factor string, c FactorChoice) {
	switch {
	case c.Preferred:
		m.Preferred = factor
	case m.Preferred == factor:
		m.Preferred = ""
	}
	m.Enabled = slices.DeleteFunc(m.Enabled, func(f string) bool { return f == factor })
	if c.Enabled {
		m.Enabled = append(m.Enabled, factor)
		slices.Sort(m.Enabled)
	} else if factor == MFASMS {
		m.Options = nil
	}
}

// SetMFAOptions is the old way to switch SMS MFA: on by the one option that there
// is, off by none. It gives the sentence that refuses others.
func (u *User) SetMFAOptions(options []MFAOption) string {
	for _, o := range options {
		if o.DeliveryMedium != "SMS" || o.AttributeName != phoneNumber {
			return "MFAOptions can only be set to DeliveryMedium SMS with AttributeName phone_number."
		}
	}
	if len(options) == 0 {
		u.MFA.set(MFASMS, FactorChoice{})
		return ""
	}
	if !u.canUse(MFASMS) {
		return NoDelivery(MFASMS)
	}
	u.MFA.set(MFASMS, FactorChoice{Enabled: true, Preferred: u.MFA.Preferred == MFASMS})
	u.MFA.Options = options[:1]
	return ""
}

// DropSoftwareToken takes the software token from u, with all that was chosen of it.
func (u *User) DropSoftwareToken() {
	u.MFA.set(MFASoftwareToken, FactorChoice{})
	u.SoftwareToken = SoftwareToken{}
	u.MFA.LastStep, u.MFA.TokenName = 0, ""
}

// AllowsFirstFactor reports whether USER_AUTH of the pool may offer a factor.
func (p *Pool) AllowsFirstFactor(name string) bool {
	return p.Settings.allowsFirst(name)
}

// AllowsPasswordless reports whether USER_AUTH of the pool may offer another first
// factor than the password.
func (p *Pool) AllowsPasswordless() bool { return p.Settings.passwordless() }

func (s *PoolSettings) passwordless() bool {
	return slices.ContainsFunc(s.Policies.SignInPolicy.AllowedFirstAuthFactors, func(f string) bool { return f != FactorPassword })
}

// AllowsPasskeys reports whether users of the pool may sign in with passkeys.
func (p *Pool) AllowsPasskeys() bool { return p.AllowsFirstFactor(FactorWebAuthn) }

// ConfiguredFactors lists what u can sign in with: of the pool's first factors those
// that u has, and the software token (reference: api-behaviour §10.1). passkey says
// whether u has a passkey.
func (p *Pool) ConfiguredFactors(u *User, passkey bool) []string {
	list := []string{}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{FactorPassword, !u.Credential.Empty()},
		{FactorEmail, p.codesByEmail(u)},
		{FactorSMS, p.codesBySMS(u)},
		{FactorWebAuthn, p.AllowsFirstFactor(FactorWebAuthn) && passkey},
		{factorSoftwareToken, u.canUse(MFASoftwareToken)},
	} {
		if f.has {
			list = append(list, f.name)
		}
	}
	return list
}

// SignsInByCode reports whether u can sign in with a code that is sent, without ever
// having had a password (reference: api-behaviour §8).
func (p *Pool) SignsInByCode(u *User) bool { return p.codesByEmail(u) || p.codesBySMS(u) }

func (p *Pool) codesByEmail(u *User) bool {
	return p.AllowsFirstFactor(FactorEmail) && u.canUse(MFAEmail)
}

func (p *Pool) codesBySMS(u *User) bool { return p.AllowsFirstFactor(FactorSMS) && u.canUse(MFASMS) }

// TracksDevices reports whether sign-ins to the pool are bound to devices.
func (p *Pool) TracksDevices() bool { return p.Settings.DeviceConfiguration != nil }

// DeviceGroupKey is what stands for the pool in the SRP exchange with u's devices:
// "-" and eight of base62 (reference: api-behaviour §3). It follows from the user,
// is no secret, and must never change: verifiers of devices are made with it.
func DeviceGroupKey(u *User) string {
	sum := sha256.Sum256([]byte("device-group/" + u.PoolID + "/" + u.ID))
	key := []byte("-")
	for _, b := range sum[:8] {
		key = append(key, base62[int(b)%len(base62)])
	}
	return string(key)
}

// RelyingPartyID is the id under which the pool's passkeys are made: the configured
// one, else the custom domain, else {prefix}.auth.{host}; "" without any of them
// (reference: api-behaviour §10.2). host is the server's own name.
func (p *Pool) RelyingPartyID(domains []*Domain, host string) string {
	if w := p.Settings.WebAuthnConfiguration; w != nil && w.RelyingPartyId != "" {
		return w.RelyingPartyId
	}
	id := ""
	for _, d := range domains {
		switch {
		case d.Custom():
			return d.Name
		case host != "":
			id = d.Name + ".auth." + host
		}
	}
	return id
}

// PasskeyVerification is what the pool asks of the owner of a passkey: "required" or
// "preferred".
func (p *Pool) PasskeyVerification() string {
	if w := p.Settings.WebAuthnConfiguration; w != nil {
		return cmp.Or(w.UserVerification, "preferred")
	}
	return "preferred"
}

// WithinRelyingParty reports whether pages of a host may use the passkeys of a
// relying party: the host itself and those under it (WebAuthn §5.1.3).
func WithinRelyingParty(host, id string) bool {
	host = strings.ToLower(host)
	return host == id || strings.HasSuffix(host, "."+id)
}
