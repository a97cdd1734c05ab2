package cognito_test

import (
	"strings"
	"testing"
)

const (
	smsRole = `{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","ExternalId":"x"}`
	ownMail = `{"EmailSendingAccount":"DEVELOPER","SourceArn":"arn:aws:ses:eu-west-1:111122223333:identity/example.org"}`
)

// TestMFAConfig: each configuration replaces the one before, and both answers show
// what there is then.
func TestMFAConfig(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","EmailConfiguration":`+ownMail+`}`)
	for _, tt := range []struct{ name, body, want string }{
		{"TOTP", `{"MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}`,
			`{"MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}`},
		{"SMS instead", `{"MfaConfiguration":"OPTIONAL","SmsMfaConfiguration":{"SmsAuthenticationMessage":"code {####}","SmsConfiguration":` + smsRole + `}}`,
			`{"MfaConfiguration":"OPTIONAL","SmsMfaConfiguration":{"SmsAuthenticationMessage":"code {####}","SmsConfiguration":` + smsRole + `}}`},
		{"mail and TOTP that is off", `{"MfaConfiguration":"ON","EmailMfaConfiguration":{"Message":"code {####}","Subject":"code"},"SoftwareTokenMfaConfiguration":{"Enabled":false}}`,
			`{"MfaConfiguration":"ON","EmailMfaConfiguration":{"Message":"code {####}","Subject":"code"},"SoftwareTokenMfaConfiguration":{"Enabled":false}}`},
		{"passkeys alone", `{"WebAuthnConfiguration":{"RelyingPartyId":"example.org","UserVerification":"required","FactorConfiguration":"SINGLE_FACTOR"}}`,
			`{"MfaConfiguration":"OFF","WebAuthnConfiguration":{"RelyingPartyId":"example.org","UserVerification":"required","FactorConfiguration":"SINGLE_FACTOR"}}`},
		{"passkeys without the rest", `{"MfaConfiguration":"OFF","WebAuthnConfiguration":{"RelyingPartyId":"example.org"}}`,
			`{"MfaConfiguration":"OFF","WebAuthnConfiguration":{"RelyingPartyId":"example.org"}}`},
		{"nothing", `{}`, `{"MfaConfiguration":"OFF"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(
				trial{"SetUserPoolMfaConfig", tt.body, tt.want},
				trial{"GetUserPoolMfaConfig", `{}`, tt.want},
			)
		})
	}
	b.TB = t
	// The sender and the text of SMS are the pool's, and stay when SMS goes.
	b.run(trial{"DescribeUserPool", `{}`, `~{"UserPool":{"MfaConfiguration":"OFF","SmsConfiguration":` + smsRole + `,"SmsAuthenticationMessage":"code {####}",
		"WebAuthnConfiguration":null,"EmailMfaConfiguration":null,"SoftwareTokenMfaConfiguration":null}}`})
}

func TestWrongMFAConfig(t *testing.T) {
	const (
		together = `InvalidParameterException: Invalid MFA configuration given, can't turn off MFA and configure an MFA together.`
		none     = `InvalidParameterException: Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.`

		totp         = `{"MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}`
		passkeys     = `,"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","WEB_AUTHN"]}}`
		onlyPassword = `InvalidParameterException: Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled`
		single       = `InvalidParameterException: Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor`
	)
	for _, tt := range []struct{ name, pool, body, want string }{
		{"off with TOTP", ``, `{"MfaConfiguration":"OFF","SoftwareTokenMfaConfiguration":{"Enabled":true}}`, together},
		{"off with TOTP that is off", ``, `{"MfaConfiguration":"OFF","SoftwareTokenMfaConfiguration":{"Enabled":false}}`, together},
		{"off with mail by the default sender", ``, `{"MfaConfiguration":"OFF","EmailMfaConfiguration":{}}`, together},
		{"off with SMS", ``, `{"MfaConfiguration":"OFF","SmsMfaConfiguration":{"SmsConfiguration":` + smsRole + `}}`, together},
		{"off with SMS without sender", ``, `{"MfaConfiguration":"OFF","SmsMfaConfiguration":{"SmsAuthenticationMessage":"code {####}"}}`, together},
		{"left out with TOTP", ``, `{"SoftwareTokenMfaConfiguration":{"Enabled":true}}`, together},
		{"on without a factor", ``, `{"MfaConfiguration":"ON"}`, none},
		{"optional with TOTP off", ``, `{"MfaConfiguration":"OPTIONAL","SoftwareTokenMfaConfiguration":{"Enabled":false}}`, none},
		{"SMS without sender", ``, `{"MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsAuthenticationMessage":"code {####}"}}`,
			`InvalidParameterException: [SmsConfiguration] is a required member of [SoftwareTokenMfaConfiguration].`},
		{"SMS by another account", ``, `{"MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::999999999999:role/x"}}}`,
			`InvalidParameterException: Cross-account pass role is not allowed.`},
		{"mail by the default sender", ``, `{"MfaConfiguration":"ON","EmailMfaConfiguration":{}}`,
			`InvalidParameterException: Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of COGNITO_DEFAULT.`},
		{"mail on LITE", `,"UserPoolTier":"LITE","EmailConfiguration":` + ownMail, `{"MfaConfiguration":"ON","EmailMfaConfiguration":{}}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Email MFA`},
		{"SMS in a pool that recovers by SMS alone", `,"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_phone_number"}]}`,
			`{"MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsConfiguration":` + smsRole + `}}`,
			`InvalidParameterException: Invalid account recovery setting parameter. Account Recovery Setting cannot use verified_phone_number as a recovery mechanism when SMS MFA is configured.`},
		{"mail in a pool that recovers by mail alone", `,"EmailConfiguration":` + ownMail + `,"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_email"}]}`,
			`{"MfaConfiguration":"ON","EmailMfaConfiguration":{}}`,
			`InvalidParameterException: Invalid account recovery setting parameter. Account Recovery Setting cannot use verified_email as a recovery mechanism when Email MFA is configured.`},
		{"required beside codes by mail", `,"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","EMAIL_OTP"]}}`, totp, onlyPassword},
		{"required beside codes by SMS", `,"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","SMS_OTP"]}}`, totp, onlyPassword},
		{"required beside passkeys", passkeys, totp, single},
		{"required beside passkeys as one factor", passkeys, strings.Replace(totp, "}}", `},"WebAuthnConfiguration":{"FactorConfiguration":"SINGLE_FACTOR"}}`, 1), single},
		{"neither on nor off", ``, `{"MfaConfiguration":"MAYBE"}`,
			`InvalidParameterException: 1 validation error detected: Value 'MAYBE' at 'mfaConfiguration' failed to satisfy constraint: Member must satisfy enum value set: [OFF, ON, OPTIONAL]`},
		{"nobody's pool", ``, nobodysPool, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.ok("CreateUserPool", `{"PoolName":"shop"`+tt.pool+`}`)
			b.run(
				trial{"SetUserPoolMfaConfig", tt.body, tt.want},
				trial{"GetUserPoolMfaConfig", `{}`, `{"MfaConfiguration":"OFF"}`},
			)
		})
	}
}

// TestMFAInPoolOperations: CreateUserPool can only have SMS as factor; an update
// switches MFA and keeps the factors.
func TestMFAInPoolOperations(t *testing.T) {
	b := newBench(t)
	const totp = `{"MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}`
	sms := `"AutoVerifiedAttributes":["phone_number"],"SmsConfiguration":` + smsRole
	b.run(
		trial{"CreateUserPool", `{"PoolName":"shop","MfaConfiguration":"ON",` + sms + `}`, `~{"UserPool":{"MfaConfiguration":"ON"}}`},
		trial{"GetUserPoolMfaConfig", `{}`, `{"MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsConfiguration":` + smsRole + `}}`},
		trial{"UpdateUserPool", `{}`, `InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is required/optional`},
		trial{"SetUserPoolMfaConfig", totp, totp},
		trial{"UpdateUserPool", `{}`, `{}`},
		trial{"GetUserPoolMfaConfig", `{}`, totp},
		trial{"UpdateUserPool", `{"MfaConfiguration":"OPTIONAL"}`, `{}`},
		trial{"GetUserPoolMfaConfig", `{}`, strings.Replace(totp, "ON", "OPTIONAL", 1)},
		trial{"UpdateUserPool", `{"MfaConfiguration":"OFF"}`, `{}`},
		trial{"GetUserPoolMfaConfig", `{}`, `{"MfaConfiguration":"OFF"}`},
		trial{"UpdateUserPool", `{"MfaConfiguration":"ON"}`,
			`InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is required/optional`},
		trial{"UpdateUserPool", `{"MfaConfiguration":"ON",` + sms + `}`, `{}`},
		trial{"GetUserPoolMfaConfig", `{}`, `{"MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsConfiguration":` + smsRole + `}}`},
	)
}

// TestRequiredMFAAndFirstFactors: a pool that requires a second factor has none of the first
// factors that can't be followed by one; one that leaves it to its users may have all.
func TestRequiredMFAAndFirstFactors(t *testing.T) {
	const (
		multi        = `"WebAuthnConfiguration":{"FactorConfiguration":"MULTI_FACTOR_WITH_USER_VERIFICATION"}`
		onlyPassword = `InvalidParameterException: Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled`
		notForMFA    = `InvalidParameterException: WEB_AUTHN cannot be used as an auth factor when MFA is enabled if not configured for MFA.`
	)
	first := func(factors string) string {
		return `{"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD",` + factors + `]}}}`
	}
	mfa := func(configuration, more string) string {
		return `{"MfaConfiguration":"` + configuration + `","SoftwareTokenMfaConfiguration":{"Enabled":true}` + more + `}`
	}
	sms := `"MfaConfiguration":"ON","AutoVerifiedAttributes":["phone_number"],"SmsConfiguration":` + smsRole
	b := newBench(t)
	b.run(
		trial{"CreateUserPool", strings.Replace(first(`"EMAIL_OTP"`), "{", `{"PoolName":"shop",`+sms+`,`, 1), onlyPassword},
		trial{"CreateUserPool", strings.Replace(first(`"WEB_AUTHN"`), "{", `{"PoolName":"shop",`+sms+`,`, 1), notForMFA},
		trial{"CreateUserPool", strings.Replace(first(`"EMAIL_OTP","WEB_AUTHN"`), "{", `{"PoolName":"shop",`, 1), "~{}"},
		trial{"SetUserPoolMfaConfig", mfa("OPTIONAL", ""), mfa("OPTIONAL", "")},
		trial{"UpdateUserPool", strings.Replace(first(`"EMAIL_OTP"`), "{", `{"MfaConfiguration":"ON",`, 1), onlyPassword},
		trial{"UpdateUserPool", first(`"SMS_OTP"`), `{}`},
		trial{"UpdateUserPool", `{"MfaConfiguration":"ON"}`, `{}`},
		trial{"UpdateUserPool", first(`"SMS_OTP"`), onlyPassword},
		trial{"UpdateUserPool", first(`"WEB_AUTHN"`), notForMFA},
		trial{"SetUserPoolMfaConfig", mfa("ON", ","+multi), mfa("ON", ","+multi)},
		trial{"UpdateUserPool", first(`"WEB_AUTHN"`), `{}`},
		trial{"GetUserPoolMfaConfig", `{}`, mfa("ON", ","+multi)},
	)
}
