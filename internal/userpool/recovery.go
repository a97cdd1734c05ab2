package userpool

import (
	"cmp"
	"slices"
)

// RecoversBy reports whether codes that replace u's password may go to an attribute,
// email or phone_number: not to where the codes of u's second factor go, so that one
// stolen mailbox or phone is not both. A pool that has no AccountRecoverySetting allows
// the phone always (reference: api-behaviour §20.6).
func (p *Pool) RecoversBy(u *User, attribute string) bool {
	factor := MFAEmail
	if attribute == phoneNumber {
		factor = MFASMS
	}
	setting := p.Settings.AccountRecoverySetting
	if factor == MFASMS && (setting == nil || len(setting.RecoveryMechanisms) == 0) {
		return true
	}
	return !p.asksFor(u, factor)
}

// asksFor reports whether sign-ins of u may ask for the code of a factor: one that u
// has switched on, or that the pool requires of u.
func (p *Pool) asksFor(u *User, factor string) bool {
	if p.Settings.MfaConfiguration != MFAOn && p.Settings.MfaConfiguration != MFAOptional {
		return false
	}
	if u.MFA.Has(factor) && p.CanAsk(u, factor) {
		return true
	}
	due, _ := p.SecondFactor(u)
	if due.Challenge == factor {
		return true
	}
	return due.Challenge == ChallengeSelectMFA && slices.Contains(due.Options, factor)
}

// RecoveryChannels are the attributes by which users of the pool recover their accounts,
// best first; none when only an administrator may help. A pool without the setting takes
// the phone first (reference: api-behaviour §20.6).
func (p *Pool) RecoveryChannels() []string {
	setting := p.Settings.AccountRecoverySetting
	if setting == nil || len(setting.RecoveryMechanisms) == 0 {
		return []string{phoneNumber, "email"}
	}
	mechanisms := slices.SortedFunc(slices.Values(setting.RecoveryMechanisms),
		func(a, b RecoveryOption) int { return cmp.Compare(a.Priority, b.Priority) })
	var channels []string
	for _, m := range mechanisms {
		switch m.Name {
		case recoverByEmail:
			channels = append(channels, "email")
		case recoverByPhone:
			channels = append(channels, phoneNumber)
		}
	}
	return channels
}
