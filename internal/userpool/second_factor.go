package userpool

import "slices"

// The challenges that lead to a second factor rather than ask for it.
const (
	ChallengeSelectMFA = "SELECT_MFA_TYPE"
	ChallengeMFASetup  = "MFA_SETUP"
)

// SecondFactor is what a sign-in owes after its first factor: nothing, the code of one
// factor, a choice, or the set-up of one.
type SecondFactor struct {
	Challenge string   // its name, "" for none
	Options   []string // of ChallengeSelectMFA and ChallengeMFASetup
}

// SecondFactor decides what a sign-in of u owes (reference: api-behaviour §13). ok is
// false where the pool requires a second factor and u can neither use nor set up one.
func (p *Pool) SecondFactor(u *User) (f SecondFactor, ok bool) {
	switch p.Settings.MfaConfiguration {
	case MFAOn:
		return p.requiredFactor(u)
	case MFAOptional:
		return u.oneOf(p.chosenFactors(u)), true
	}
	return SecondFactor{}, true
}

// MFAApplies reports whether sign-ins of u by a password owe a second factor.
func (p *Pool) MFAApplies(u *User) bool {
	f, ok := p.SecondFactor(u)
	return f.Challenge != "" || !ok
}

// ForcedFactor is SecondFactor for a sign-in that must not go without one although the
// pool leaves it to its users: what u has chosen, else whatever u could use. ok is
// false when that is nothing.
func (p *Pool) ForcedFactor(u *User) (f SecondFactor, ok bool) {
	factors := p.chosenFactors(u)
	if len(factors) == 0 {
		for _, name := range secondFactors() {
			if p.CanAsk(u, name) {
				factors = append(factors, name)
			}
		}
	}
	return u.oneOf(factors), len(factors) > 0
}

// secondFactors are those that a sign-in can ask for, in the order of offers.
func secondFactors() []string { return []string{MFASMS, MFAEmail, MFASoftwareToken} }

// chosenFactors are the factors that u has switched on and that can be asked for.
func (p *Pool) chosenFactors(u *User) []string {
	return slices.DeleteFunc(secondFactors(), func(name string) bool { return !u.MFA.Has(name) || !p.CanAsk(u, name) })
}

// CanAsk reports whether u has what a factor needs and the pool sends its codes. A
// software token works on when the pool offers it no more.
func (p *Pool) CanAsk(u *User, factor string) bool {
	return u.canUse(factor) && (factor == MFASoftwareToken || p.offersFactor(factor))
}

// StillAsks reports whether a sign-in of u that was asked for a second factor may still
// answer with it: where MFA is optional, u may have switched it off since, as who has
// lost a phone does. forced says that threat protection asked, for any factor of u's.
func (p *Pool) StillAsks(u *User, factor string, forced bool) bool {
	chosen := forced || p.Settings.MfaConfiguration != MFAOptional || u.MFA.Has(factor)
	return chosen && p.CanAsk(u, factor)
}

// offersFactor reports whether the pool's users may set a second factor up.
func (p *Pool) offersFactor(factor string) bool {
	switch factor {
	case MFASMS:
		return p.Settings.SmsMfaConfiguration != nil
	case MFAEmail:
		return p.Settings.EmailMfaConfiguration != nil
	}
	c := p.Settings.SoftwareTokenMfaConfiguration
	return c != nil && c.Enabled
}

// oneOf asks for one of several factors: the preferred one, the only one, or a choice.
func (u *User) oneOf(factors []string) SecondFactor {
	switch {
	case len(factors) == 0:
		return SecondFactor{}
	case slices.Contains(factors, u.MFA.Preferred):
		return SecondFactor{Challenge: u.MFA.Preferred}
	case len(factors) == 1:
		return SecondFactor{Challenge: factors[0]}
	}
	return SecondFactor{Challenge: ChallengeSelectMFA, Options: factors}
}

// requiredFactor goes through the documented order of a pool that requires MFA.
func (p *Pool) requiredFactor(u *User) (SecondFactor, bool) {
	if preferred := u.MFA.Preferred; preferred != "" && p.CanAsk(u, preferred) {
		return SecondFactor{Challenge: preferred}, true
	}
	recovery := p.primaryRecovery()
	var eligible, setup []string
	recoveryOnly := false
	for _, name := range secondFactors() {
		switch {
		case name == recovery:
			recoveryOnly = recoveryOnly || p.CanAsk(u, name)
		case p.CanAsk(u, name):
			eligible = append(eligible, name)
		case p.offersFactor(name):
			setup = append(setup, name)
		}
	}
	switch {
	case len(eligible) > 0:
		return u.oneOf(eligible), true
	case recoveryOnly || len(setup) == 0:
		return SecondFactor{}, false
	}
	return SecondFactor{Challenge: ChallengeMFASetup, Options: setup}, true
}

// primaryRecovery is the message factor that is the pool's first way to recover an
// account, "" for none: it can't be the second factor too.
func (p *Pool) primaryRecovery() string {
	s := p.Settings.AccountRecoverySetting
	if s == nil {
		return ""
	}
	best, factor := 0, ""
	for _, m := range s.RecoveryMechanisms {
		if best == 0 || m.Priority < best {
			best, factor = m.Priority, map[string]string{recoverByEmail: MFAEmail, recoverByPhone: MFASMS}[m.Name]
		}
	}
	return factor
}

// PasskeySatisfiesMFA reports whether a sign-in of u by a passkey that has verified its
// owner owes no second factor: where the pool requires MFA by the pool's setting, where
// users choose by the user's too.
func (p *Pool) PasskeySatisfiesMFA(u *User) bool {
	return p.passkeysAreMFA() && (p.Settings.MfaConfiguration == MFAOn || u.MFA.Has(MFAWebAuthn))
}

// OffersFirstFactor reports whether a sign-in of u may begin with a factor of USER_AUTH.
// Who owes a second factor begins with the password, or with a passkey that satisfies
// MFA (reference: api-behaviour §10.1). passkey says whether u has one.
func (p *Pool) OffersFirstFactor(u *User, factor string, passkey bool) bool {
	switch {
	case u.Status == StatusExternalProvider: // signs in at the provider alone
		return false
	case factor == FactorPassword:
		return !u.Credential.Empty()
	case u.Status == StatusForceChangePassword || !p.AllowsFirstFactor(factor):
		return false
	case factor == FactorWebAuthn:
		return passkey && (!p.MFAApplies(u) || p.PasskeySatisfiesMFA(u))
	case factor == FactorEmail:
		return u.canUse(MFAEmail) && !p.MFAApplies(u)
	}
	return factor == FactorSMS && u.canUse(MFASMS) && !p.MFAApplies(u)
}

// GrantsGrace reports whether users who sign themselves up now may sign in once without
// a second factor, to set one up with the tokens: pools that require MFA and have
// software tokens (reference: api-behaviour §13).
func (p *Pool) GrantsGrace() bool {
	return p.Settings.MfaConfiguration == MFAOn && p.offersFactor(MFASoftwareToken)
}

// AddSoftwareToken makes secret u's software token, whose code of step was taken, and
// switches it on.
func (u *User) AddSoftwareToken(secret []byte, step int64, name string) {
	u.SoftwareToken = SoftwareToken{Secret: secret}
	u.MFA.LastStep, u.MFA.TokenName = step, name
	u.MFA.set(MFASoftwareToken, FactorChoice{Enabled: true, Preferred: u.MFA.Preferred == MFASoftwareToken})
}
