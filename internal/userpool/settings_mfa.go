package userpool

import "slices"

// MFASettings is what SetUserPoolMfaConfig sets, all of it each time.
type MFASettings struct {
	MfaConfiguration              string
	SmsMfaConfiguration           *SmsMfaConfig
	SoftwareTokenMfaConfiguration *SoftwareTokenMfaConfig
	EmailMfaConfiguration         *EmailMfaConfig
	WebAuthnConfiguration         *WebAuthnConfig
}

// named reports whether any second factor is said anything of, be it that it is off.
func (m *MFASettings) named() bool {
	return m.SmsMfaConfiguration != nil || m.EmailMfaConfiguration != nil || m.SoftwareTokenMfaConfiguration != nil
}

// factors reports whether any second factor is switched on.
func (m *MFASettings) factors() bool {
	return m.SmsMfaConfiguration != nil || m.EmailMfaConfiguration != nil ||
		m.SoftwareTokenMfaConfiguration != nil && m.SoftwareTokenMfaConfiguration.Enabled
}

// Problem gives the sentence of the first rule of SetUserPoolMfaConfig that m
// breaks in a pool, "" if none (reference: api-behaviour §13).
func (m *MFASettings) Problem(s *PoolSettings, at Place) string {
	off := m.MfaConfiguration == "" || m.MfaConfiguration == MFAOff
	switch {
	case off && m.named():
		return "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
	case m.SmsMfaConfiguration != nil && m.SmsMfaConfiguration.SmsConfiguration == nil:
		return "[SmsConfiguration] is a required member of [SoftwareTokenMfaConfiguration]."
	case !off && !m.factors():
		return "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration."
	case m.EmailMfaConfiguration != nil && s.EmailConfiguration.EmailSendingAccount != "DEVELOPER":
		return "Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of COGNITO_DEFAULT."
	case m.MfaConfiguration == MFAOn && s.allowsFirst(FactorWebAuthn) && !m.WebAuthnConfiguration.satisfiesMFA():
		return "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor"
	case m.SmsMfaConfiguration != nil:
		return m.SmsMfaConfiguration.SmsConfiguration.problem(at)
	}
	return ""
}

// satisfiesMFA reports whether a passkey that has verified its owner is worth both factors.
func (w *WebAuthnConfig) satisfiesMFA() bool {
	return w != nil && w.FactorConfiguration == "MULTI_FACTOR_WITH_USER_VERIFICATION"
}

func (s *PoolSettings) allowsFirst(factor string) bool {
	return slices.Contains(s.Policies.SignInPolicy.AllowedFirstAuthFactors, factor)
}

// firstFactorsProblem gives the sentence about first factors of which none can be followed
// by the second one that the pool requires, "" if none (reference: api-behaviour §10.1).
func (s *PoolSettings) firstFactorsProblem() string {
	switch {
	case s.MfaConfiguration != MFAOn:
		return ""
	case s.allowsFirst(FactorEmail), s.allowsFirst(FactorSMS):
		return "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled"
	case s.allowsFirst(FactorWebAuthn) && !s.WebAuthnConfiguration.satisfiesMFA():
		return "WEB_AUTHN cannot be used as an auth factor when MFA is enabled if not configured for MFA."
	}
	return ""
}

// SetMFA replaces the pool's MFA settings. The sender and text of SMS belong to
// the pool too: SMS MFA sets them there, and leaving it out leaves them.
func (s *PoolSettings) SetMFA(m MFASettings) {
	s.MfaConfiguration = m.MfaConfiguration
	orElse(&s.MfaConfiguration, MFAOff)
	s.SmsMfaConfiguration = m.SmsMfaConfiguration
	s.SoftwareTokenMfaConfiguration = m.SoftwareTokenMfaConfiguration
	s.EmailMfaConfiguration = m.EmailMfaConfiguration
	s.WebAuthnConfiguration = m.WebAuthnConfiguration
	if sms := m.SmsMfaConfiguration; sms != nil {
		s.SmsConfiguration = sms.SmsConfiguration
		if sms.SmsAuthenticationMessage != "" {
			s.SmsAuthenticationMessage = sms.SmsAuthenticationMessage
		}
	}
	s.mirror()
}

// MFAProblem gives the sentence about MFA settings as a whole that are no longer
// possible, "" if none. created says that the pool is new: its only factor can
// be SMS (reference: api-behaviour §4).
func (s *PoolSettings) MFAProblem(created bool) string {
	if s.MfaConfiguration == MFAOff || s.MfaConfiguration == "" {
		return ""
	}
	const needsSMS = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
	switch {
	case created && (s.SmsConfiguration == nil || !slices.Contains(s.AutoVerifiedAttributes, phoneNumber)):
		return needsSMS
	case s.SmsMfaConfiguration != nil && s.SmsConfiguration == nil:
		return needsSMS
	case s.EmailMfaConfiguration != nil && s.EmailConfiguration.EmailSendingAccount != "DEVELOPER":
		return "Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of COGNITO_DEFAULT."
	case s.SmsMfaConfiguration != nil && s.onlyRecoversBy(recoverByPhone):
		return recoveryClash(recoverByPhone, "SMS MFA")
	case s.EmailMfaConfiguration != nil && s.onlyRecoversBy(recoverByEmail):
		return recoveryClash(recoverByEmail, "Email MFA")
	}
	return s.firstFactorsProblem()
}

func (s *PoolSettings) onlyRecoversBy(mechanism string) bool {
	r := s.AccountRecoverySetting
	return r != nil && len(r.RecoveryMechanisms) == 1 && r.RecoveryMechanisms[0].Name == mechanism
}

func recoveryClash(mechanism, factor string) string {
	return "Invalid account recovery setting parameter. Account Recovery Setting cannot use " + mechanism +
		" as a recovery mechanism when " + factor + " is configured."
}

// KeepMFA decides about MFA in an update, which can switch it but not say by
// which factors: those stay as they are in before, and go when it is switched
// off. A pool that is switched on without any gets SMS.
func (s *PoolSettings) KeepMFA(before *PoolSettings) {
	orElse(&s.MfaConfiguration, before.MfaConfiguration)
	s.WebAuthnConfiguration = before.WebAuthnConfiguration
	if s.MfaConfiguration == MFAOff {
		return
	}
	s.SmsMfaConfiguration = before.SmsMfaConfiguration
	s.SoftwareTokenMfaConfiguration = before.SoftwareTokenMfaConfiguration
	s.EmailMfaConfiguration = before.EmailMfaConfiguration
	m := MFASettings{
		SmsMfaConfiguration: s.SmsMfaConfiguration, SoftwareTokenMfaConfiguration: s.SoftwareTokenMfaConfiguration,
		EmailMfaConfiguration: s.EmailMfaConfiguration,
	}
	if !m.factors() {
		s.SmsMfaConfiguration = &SmsMfaConfig{}
	}
}
