package cognito_test

import (
	"testing"
	"time"

	"idpond/internal/userpool"
)

func TestForgotPassword(t *testing.T) {
	forgot := func(want string) step { return step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: want} }
	confirm := func(code, password, want string) step {
		return step{op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"` + code + `","Password":"` + password + `"}`, want: want}
	}
	const (
		noContact   = "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"
		wrongState  = "NotAuthorizedException: User password cannot be reset in the current state."
		phone       = `,{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`
		toPhone     = `{"CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`
		resetMail   = "EMAIL ada@example.org ForgotPassword"
		resetSMS    = "SMS +15551234567 ForgotPassword"
		oldPassword = "Passw0rd!"
		newPassword = "Passw0rd?"
	)
	for _, tt := range []struct {
		name     string
		setup    []setup
		steps    []step
		messages []string
		password string // of ada afterwards; "" is not asked
	}{{
		name: "replaced by the code, which works once",
		steps: []step{
			newAda(""), permanent("ada"), forgot(`{` + toAda + `}`),
			confirm("{{wrong}}", newPassword, wrongCode),
			confirm("{{code}}", newPassword, `{}`),
			confirm("{{code}}", oldPassword, deadCode),
		},
		messages: []string{resetMail}, password: newPassword,
	}, {
		name:     "the old password works until then",
		steps:    []step{newAda(""), permanent("ada"), forgot(`{` + toAda + `}`)},
		messages: []string{resetMail}, password: oldPassword,
	}, {
		name: "the code dies after an hour",
		steps: []step{newAda(""), permanent("ada"), forgot(`{` + toAda + `}`),
			{after: time.Hour, op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"{{code}}","Password":"Passw0rd?"}`, want: deadCode}},
		messages: []string{resetMail}, password: oldPassword,
	}, {
		name: "what is refused",
		steps: []step{
			{op: "ForgotPassword", body: `{"Username":"nobody"}`, want: unknownHere},
			{op: "ConfirmForgotPassword", body: `{"Username":"nobody","ConfirmationCode":"123456","Password":"Passw0rd!"}`, want: unknownHere},
			newAda(""), forgot(wrongState), permanent("ada"),
			confirm("123456", newPassword, deadCode),
			confirm("123456", "Passw0rd", "InvalidPasswordException: Password does not conform to policy: Password must have symbol characters"),
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			forgot("NotAuthorizedException: User is disabled."),
			{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`},
			forgot(noContact),
			{op: "AdminDisableProviderForUser", want: `{}`,
				body: `{"User":{"ProviderName":"Cognito","ProviderAttributeName":"Cognito_Subject","ProviderAttributeValue":"ada"}}`},
			forgot(wrongState), // EXTERNAL_PROVIDER
		},
	}, {
		name:  "only an administrator helps",
		setup: []setup{recoverBy("admin_only")},
		steps: []step{newAda(""), permanent("ada"), forgot("NotAuthorizedException: Contact administrator to reset password."),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: "NotAuthorizedException: Contact administrator to reset password."}},
	}, {
		name:     "by priority",
		setup:    []setup{recoverBy("verified_phone_number", "verified_email")},
		steps:    []step{newAda(phone), permanent("ada"), forgot(toPhone)},
		messages: []string{resetSMS},
	}, {
		name:     "the next channel when the first is not the user's",
		setup:    []setup{recoverBy("verified_phone_number", "verified_email")},
		steps:    []step{newAda(""), permanent("ada"), forgot(`{` + toAda + `}`)},
		messages: []string{resetMail},
	}, {
		name:     "the phone first without a setting",
		setup:    []setup{func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AccountRecoverySetting = nil }},
		steps:    []step{newAda(phone), permanent("ada"), forgot(toPhone)},
		messages: []string{resetSMS},
	}, {
		name: "an unconfirmed user with a verified address is confirmed by it",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			forgot(noContact),
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"true"}]}`, want: `{}`},
			forgot(`{` + toAda + `}`),
			confirm("{{code}}", newPassword, `{}`),
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"},
		},
		messages: []string{"EMAIL ada@example.org SignUp", resetMail}, password: newPassword,
	}, {
		name: "a code for an address that is no longer the user's",
		steps: []step{
			newAda(""), permanent("ada"), forgot(`{` + toAda + `}`),
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[` + lovelace + `,{"Name":"email_verified","Value":"true"}]}`, want: `{}`},
			confirm("{{code}}", newPassword, deadCode),
		},
		messages: []string{resetMail}, password: oldPassword,
	}, {
		name:     "twenty requests and tries together an hour",
		steps:    append([]step{newAda(""), permanent("ada")}, tries(20, "ForgotPassword", `{"Username":"ada"}`, `{`+toAda+`}`, `{"Username":"ada"}`, `{`+toAda+`}`)...),
		messages: repeat(resetMail, 21),
	}, {
		name: "an administrator's reset",
		steps: []step{
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: unknownUser},
			newAda(""),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: wrongState},
			permanent("ada"),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: `{}`}, // again
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is RESET_REQUIRED"},
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User is disabled."},
			{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
			confirm("{{code}}", newPassword, `{}`),
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`},
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: noContact},
		},
		messages: []string{resetMail, resetMail}, password: newPassword,
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, tt.setup...)
			b.run(tt.steps, tt.messages)
			if tt.password != "" && !b.hasPassword("ada", tt.password) {
				t.Errorf("the password is not %q", tt.password)
			}
		})
	}
}

// TestRecoveryKeepsOffTheSecondFactor: a code that replaces the password does not go
// where the codes of the user's second factor go.
func TestRecoveryKeepsOffTheSecondFactor(t *testing.T) {
	const (
		noContact = "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"
		toMail    = `{` + toAda + `}`
		toPhone   = `{"CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`
		sms       = `"SMSMfaSettings":{"Enabled":true}`
		mail      = `"EmailMfaSettings":{"Enabled":true}`
	)
	mfa := func(configuration string) setup {
		return func(p *userpool.Pool, _ *userpool.AppClient) {
			p.Settings.MfaConfiguration = configuration
			p.Settings.SmsMfaConfiguration, p.Settings.EmailMfaConfiguration = &userpool.SmsMfaConfig{}, &userpool.EmailMfaConfig{}
		}
	}
	legacy := func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AccountRecoverySetting = nil }
	phoneFirst, mailFirst := recoverBy("verified_phone_number", "verified_email"), recoverBy("verified_email", "verified_phone_number")
	for _, tt := range []struct {
		name    string
		setup   []setup
		factors string // that ada has switched on
		want    string
	}{
		{"no factor", []setup{mfa("OPTIONAL"), phoneFirst}, ``, toPhone},
		{"SMS", []setup{mfa("OPTIONAL"), phoneFirst}, sms, toMail},
		{"e-mail", []setup{mfa("OPTIONAL"), mailFirst}, mail, toPhone},
		{"e-mail, where the phone comes first", []setup{mfa("OPTIONAL"), phoneFirst}, mail, toPhone},
		{"both", []setup{mfa("OPTIONAL"), mailFirst}, sms + `,` + mail, noContact},
		{"one that is not preferred", []setup{mfa("OPTIONAL"), mailFirst}, sms + `,"EmailMfaSettings":{"Enabled":true,"PreferredMfa":true}`, noContact},
		{"SMS, and no other channel", []setup{mfa("OPTIONAL"), recoverBy("verified_phone_number")}, sms, noContact},
		{"where MFA is off", []setup{mfa("OFF"), phoneFirst}, sms, toPhone},
		{"SMS in a pool without the setting", []setup{mfa("OPTIONAL"), legacy}, sms, toPhone},
		{"e-mail in a pool without the setting", []setup{mfa("OPTIONAL"), legacy}, mail, toPhone},
		{"required, e-mail recovers", []setup{mfa("ON"), mailFirst}, ``, toMail},
		{"required, the phone recovers", []setup{mfa("ON"), phoneFirst}, ``, toPhone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, tt.setup...)
			b.check(newAda(`,{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`))
			b.check(permanent("ada"))
			if tt.factors != "" {
				b.check(step{op: "AdminSetUserMFAPreference", body: `{"Username":"ada",` + tt.factors + `}`, want: `{}`})
			}
			b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: tt.want})
			want := "{}"
			if tt.want == noContact {
				want = noContact
			}
			b.check(step{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: want})
			if sent := b.sent(); len(sent) > 0 && sent[0] != sent[len(sent)-1] || (len(sent) == 0) != (tt.want == noContact) {
				t.Errorf("sent: %v", sent)
			}
			if tt.want == noContact { // which a client that hides users does not tell
				hideUsers(b.pool, b.client)
				b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: "*"})
				if len(b.sent()) > 0 {
					t.Error("a message was sent")
				}
			}
		})
	}
}

// TestRequiredFactorIsNoRecovery: where MFA is required, the factor that a user owes
// without having chosen it counts too.
func TestRequiredFactorIsNoRecovery(t *testing.T) {
	b := newUserBench(t, recoverBy("verified_email", "verified_phone_number"), func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.MfaConfiguration, p.Settings.SmsMfaConfiguration = "ON", &userpool.SmsMfaConfig{}
	})
	b.check(newAda(`,{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`))
	b.check(permanent("ada"))
	b.check(step{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`})
	b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`,
		want: "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"})
}
