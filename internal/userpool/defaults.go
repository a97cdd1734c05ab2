package userpool

import "encoding/json"

// The defaults below are what an almost empty request produces (reference:
// api-behaviour §4, §5). A request's JSON is decoded on top of them, so that what
// it leaves out keeps its default and what it says replaces it.

// The values of members that rules ask for.
const (
	MFAOff         = "OFF"
	MFAOn          = "ON"
	MFAOptional    = "OPTIONAL"
	TierLite       = "LITE"
	TierEssentials = "ESSENTIALS"
	TierPlus       = "PLUS"
)

// DefaultTemporaryPasswordDays is how long a temporary password lasts when the
// policy doesn't say, or says 0.
const DefaultTemporaryPasswordDays = 7

// DefaultPoolSettings gives the settings of a pool of which nothing was said.
func DefaultPoolSettings() PoolSettings {
	return PoolSettings{
		Policies: Policies{
			PasswordPolicy: PasswordPolicy{
				MinimumLength: 8, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true,
			},
			SignInPolicy: SignInPolicy{AllowedFirstAuthFactors: []string{FactorPassword}},
		},
		DeletionProtection:          "INACTIVE",
		SchemaAttributes:            StandardSchema(),
		VerificationMessageTemplate: VerificationMessageTemplate{DefaultEmailOption: "CONFIRM_WITH_CODE"},
		UserAttributeUpdateSettings: UserAttributeUpdateSettings{AttributesRequireVerificationBeforeUpdate: []string{}},
		MfaConfiguration:            MFAOff,
		EmailConfiguration:          EmailConfiguration{EmailSendingAccount: "COGNITO_DEFAULT"},
		UserPoolTags:                map[string]string{},
		AccountRecoverySetting: &AccountRecoverySetting{RecoveryMechanisms: []RecoveryOption{
			{Priority: 1, Name: "verified_email"}, {Priority: 2, Name: "verified_phone_number"},
		}},
		UserPoolTier: TierEssentials,
	}
}

// Complete fills in what was left out and brings members in step that say the same
// thing twice. Call it once the settings are known to break no rule.
func (s *PoolSettings) Complete() {
	days := &s.Policies.PasswordPolicy.TemporaryPasswordValidityDays
	if *days == 0 {
		*days = s.AdminCreateUserConfig.UnusedAccountValidityDays
	}
	if *days == 0 {
		*days = DefaultTemporaryPasswordDays
	}
	s.AdminCreateUserConfig.UnusedAccountValidityDays = *days

	if len(s.Policies.SignInPolicy.AllowedFirstAuthFactors) == 0 {
		s.Policies.SignInPolicy.AllowedFirstAuthFactors = []string{FactorPassword}
	}
	if s.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate == nil {
		s.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate = []string{}
	}
	if s.UserPoolTags == nil {
		s.UserPoolTags = map[string]string{}
	}
	orElse(&s.DeletionProtection, "INACTIVE")
	orElse(&s.VerificationMessageTemplate.DefaultEmailOption, "CONFIRM_WITH_CODE")
	orElse(&s.EmailConfiguration.EmailSendingAccount, "COGNITO_DEFAULT")
	orElse(&s.UserPoolTier, TierEssentials)
	if config := s.LambdaConfig.PreTokenGenerationConfig; config != nil {
		orElse(&s.LambdaConfig.PreTokenGeneration, config.LambdaArn)
	} else if arn := s.LambdaConfig.PreTokenGeneration; arn != "" {
		s.LambdaConfig.PreTokenGenerationConfig = &VersionedArn{LambdaVersion: "V1_0", LambdaArn: arn}
	}
	s.mirror()
}

// mirror gives texts that have an old and a new place the same value in both; the
// new place wins (reference: api-behaviour §4).
func (s *PoolSettings) mirror() {
	t := &s.VerificationMessageTemplate
	pairs := [][2]*string{{&t.SmsMessage, &s.SmsVerificationMessage}, {&t.EmailSubject, &s.EmailVerificationSubject}}
	if t.DefaultEmailOption != "CONFIRM_WITH_LINK" { // which refuses an EmailMessage: see templateProblem
		pairs = append(pairs, [2]*string{&t.EmailMessage, &s.EmailVerificationMessage})
	}
	for _, pair := range pairs {
		orElse(pair[0], *pair[1])
		*pair[1] = *pair[0]
	}
}

// orElse gives an empty text a value.
func orElse(text *string, value string) {
	if *text == "" {
		*text = value
	}
}

// UnmarshalJSON makes a password policy that is given have its own defaults: what
// it leaves out is not required, unlike in a pool without one.
func (p *PasswordPolicy) UnmarshalJSON(text []byte) error {
	type plain PasswordPolicy
	given := plain{MinimumLength: 8}
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	*p = PasswordPolicy(given)
	return nil
}

// UnmarshalJSON makes recovery mechanisms that are given replace the default ones
// rather than to be laid over them, one by one.
func (a *AccountRecoverySetting) UnmarshalJSON(text []byte) error {
	type plain AccountRecoverySetting
	var given plain
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	*a = AccountRecoverySetting(given)
	return nil
}

// DefaultClientSettings gives the settings of an app client of which nothing was said.
func DefaultClientSettings() ClientSettings {
	return ClientSettings{EnableTokenRevocation: true, AuthSessionValidity: 3}
}

// Complete fills in what was left out, or was given as 0 where that means it. The life
// of refresh tokens is told in the unit that there is for it, so that the unit reads back.
func (s *ClientSettings) Complete() {
	if s.RefreshTokenValidity == 0 {
		s.RefreshTokenValidity = int(defaultRefreshTokenLife / unitOf(s.TokenValidityUnits.RefreshToken, day))
	}
	if s.AuthSessionValidity == 0 {
		s.AuthSessionValidity = 3
	}
}
