package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

// Sign-ins that owe a second factor (reference: api-behaviour §12, §13).

// TestChoiceOfSecondFactor is the documented order of choice.
func TestChoiceOfSecondFactor(t *testing.T) {
	all := []string{"SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"}
	type users = []func(*userpool.User)
	for _, tt := range []struct {
		name  string
		setup []setup
		user  users
		want  string
	}{
		{"off", []setup{mfaPool("OFF")}, users{withPhone, withEmail, withToken, prefers("SMS_MFA", "SMS_MFA")}, gotTokens},
		{"optional, nothing chosen", []setup{mfaPool("OPTIONAL", all...)}, users{withPhone, withEmail, withToken}, gotTokens},
		{"optional, one chosen", []setup{mfaPool("OPTIONAL", all...)}, users{withPhone, prefers("", "SMS_MFA")}, smsAsked},
		{"optional, several chosen", []setup{mfaPool("OPTIONAL", all...)}, users{withPhone, withEmail, prefers("", "EMAIL_OTP", "SMS_MFA")},
			choiceAsked("SMS_MFA", "EMAIL_OTP")},
		{"optional, one preferred", []setup{mfaPool("OPTIONAL", all...)}, users{withPhone, withEmail, withToken, prefers("EMAIL_OTP", all...)}, mailAsked},
		{"optional, the pool's SMS is gone", []setup{mfaPool("OPTIONAL", "EMAIL_OTP")}, users{withPhone, prefers("SMS_MFA", "SMS_MFA")}, gotTokens},
		{"optional, the pool's token is gone", []setup{mfaPool("OPTIONAL", "SMS_MFA")}, users{withToken, prefers("", "SOFTWARE_TOKEN_MFA")}, tokenAsked},
		{"on, preferred", []setup{mfaPool("ON", all...)}, users{withPhone, withEmail, withToken, prefers("SMS_MFA", all...)}, smsAsked},
		{"on, preferred one is gone", []setup{mfaPool("ON", all...)}, users{withEmail, prefers("SMS_MFA", "SMS_MFA")}, mailAsked},
		{"on, token alone", []setup{mfaPool("ON", all...)}, users{withToken}, tokenAsked},
		{"on, token and phone", []setup{mfaPool("ON", all...)}, users{withToken, withPhone}, choiceAsked("SMS_MFA", "SOFTWARE_TOKEN_MFA")},
		{"on, token, and the phone recovers", []setup{mfaPool("ON", all...), recoverBy("verified_phone_number", "verified_email")},
			users{withToken, withPhone}, tokenAsked},
		{"on, mail, and the phone recovers", []setup{mfaPool("ON", all...), recoverBy("verified_phone_number", "verified_email")},
			users{withEmail, withPhone}, mailAsked},
		{"on, both", []setup{mfaPool("ON", all...)}, users{withEmail, withPhone}, choiceAsked("SMS_MFA", "EMAIL_OTP")},
		{"on, the only address recovers", []setup{mfaPool("ON", "EMAIL_OTP", "SMS_MFA"), recoverBy("verified_email", "verified_phone_number")},
			users{withEmail}, noFactor},
		{"on, nothing yet", []setup{mfaPool("ON", all...)}, nil, setupAsked(all...)},
		{"on, nothing yet, mail recovers", []setup{mfaPool("ON", all...), recoverBy("verified_email", "verified_phone_number")}, nil,
			setupAsked("SMS_MFA", "SOFTWARE_TOKEN_MFA")},
		{"on, mail that is no factor", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA"), recoverBy("verified_email")}, users{withEmail},
			setupAsked("SOFTWARE_TOKEN_MFA")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup...)
			b.addUser("ada", tt.user...)
			b.play([]turn{begun(tt.want)})
		})
	}
}

func TestSignInWithSecondFactor(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup []setup
		user  []func(*userpool.User)
		turns []turn
		sent  []string
	}{{
		"SMS", []setup{mfaPool("ON", "SMS_MFA")}, []func(*userpool.User){withPhone}, []turn{
			begun(smsAsked),
			answered("SMS_MFA", "ada", "InvalidParameterException: Missing required parameter SMS_MFA_CODE"),
			answered("SMS_MFA", "ada", wrongMFA, "SMS_MFA_CODE", "{{wrong}}"),
			answered("SMS_MFA", "ada", wrongMFA, "SMS_MFA_CODE", ""+"1"),
			answered("SOFTWARE_TOKEN_MFA", "ada", wrongMFA, "SOFTWARE_TOKEN_MFA_CODE", "{{code}}"),
			answered("NEW_PASSWORD_REQUIRED", "ada", badSess, "NEW_PASSWORD", "N3wPassw0rd!"),
			answered("SMS_MFA", "ada", gotTokens, "SMS_MFA_CODE", "{{code}}"),
			answered("SMS_MFA", "ada", usedTwice, "SMS_MFA_CODE", "{{code}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"an address that was not verified is by its code", []setup{mfaPool("ON", "EMAIL_OTP")},
		[]func(*userpool.User){withEmail, func(u *userpool.User) { u.Attributes["email_verified"] = "false" }}, []turn{
			begun(mailAsked),
			answered("EMAIL_OTP", "ada", gotTokens, "EMAIL_OTP_CODE", "{{code}}"),
			{op: "GetUser", body: `{"AccessToken":"{{next.AccessToken}}"}`, want: `{"Username":"ada","UserAttributes":[{"Name":"sub","Value":"SUB"},
				{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}]}`},
		}, []string{"EMAIL ada@example.org Authentication"},
	}, {
		"an address that is another's by then stays unverified", []setup{mfaPool("ON", "EMAIL_OTP"), func(p *userpool.Pool, _ *userpool.AppClient) {
			p.Settings.AliasAttributes = []string{"email"}
		}}, []func(*userpool.User){withEmail, func(u *userpool.User) { u.Attributes["email_verified"] = "false" }}, []turn{
			begun(mailAsked),
			{op: "AdminCreateUser", want: "*", body: `{"Username":"eve","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!",
				"UserAttributes":[{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}]}`},
			answered("EMAIL_OTP", "ada", "AliasExistsException: An account with the given email already exists.", "EMAIL_OTP_CODE", "{{code}}"),
		}, []string{"EMAIL ada@example.org Authentication"},
	}, {
		"an address that was replaced meanwhile", []setup{mfaPool("ON", "SMS_MFA")}, []func(*userpool.User){withPhone}, []turn{
			begun(smsAsked),
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"phone_number","Value":"+15559999999"}]}`, want: `{}`},
			answered("SMS_MFA", "ada", badSess, "SMS_MFA_CODE", "{{code}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"software token", []setup{mfaPool("OPTIONAL", "SOFTWARE_TOKEN_MFA")},
		[]func(*userpool.User){withToken, prefers("", "SOFTWARE_TOKEN_MFA"), func(u *userpool.User) { u.MFA.TokenName = "phone" }}, []turn{
			begun(`{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"SESSION","ChallengeParameters":{"FRIENDLY_DEVICE_NAME":"phone","USER_ID_FOR_SRP":"ada"}}`),
			answered("SOFTWARE_TOKEN_MFA", "ada", "InvalidParameterException: Missing required parameter SOFTWARE_TOKEN_MFA_CODE"),
			answered("SOFTWARE_TOKEN_MFA", "ada", wrongMFA, "SOFTWARE_TOKEN_MFA_CODE", "abcdef"),
			answered("SOFTWARE_TOKEN_MFA", "ada", gotTokens, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}"),
			// The same code again, in a sign-in of its own, and 29 seconds later the next one.
			begun(`{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"SESSION","ChallengeParameters":{"FRIENDLY_DEVICE_NAME":"phone","USER_ID_FOR_SRP":"ada"}}`),
			answered("SOFTWARE_TOKEN_MFA", "ada", mfaTokenUsed, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}"),
			{after: 30 * time.Second, op: "RespondToAuthChallenge", want: gotTokens, keep: "next",
				body: `{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"{{ada.Session}}","ChallengeResponses":{"USERNAME":"ada","SOFTWARE_TOKEN_MFA_CODE":"{{totp ada}}"}}`},
		}, nil,
	}, {
		"software token taken away meanwhile", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA")}, []func(*userpool.User){withToken}, []turn{
			begun(tokenAsked),
			{op: "AdminDeleteSoftwareToken", body: `{"Username":"ada"}`, want: `{}`},
			answered("SOFTWARE_TOKEN_MFA", "ada", "SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user.", "SOFTWARE_TOKEN_MFA_CODE", "123456"),
			begun(setupAsked("SOFTWARE_TOKEN_MFA")),
		}, nil,
	}, {
		"a factor that its user switched off meanwhile", []setup{mfaPool("OPTIONAL", "SMS_MFA", "SOFTWARE_TOKEN_MFA")},
		[]func(*userpool.User){withToken, withPhone, prefers("", "SMS_MFA", "SOFTWARE_TOKEN_MFA")}, []turn{
			begun(choiceAsked("SMS_MFA", "SOFTWARE_TOKEN_MFA")),
			answered("SELECT_MFA_TYPE", "ada", smsAsked, "ANSWER", "SMS_MFA"),
			{op: "AdminSetUserMFAPreference", body: `{"Username":"ada","SMSMfaSettings":{"Enabled":false}}`, want: `{}`},
			answered("SMS_MFA", "next", badSess, "SMS_MFA_CODE", "{{code}}"),
			begun(tokenAsked),
			{op: "AdminSetUserMFAPreference", body: `{"Username":"ada","SMSMfaSettings":{"Enabled":true},"SoftwareTokenMfaSettings":{"Enabled":false}}`, want: `{}`},
			answered("SOFTWARE_TOKEN_MFA", "ada", badSess, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"choice", []setup{mfaPool("ON", "SMS_MFA", "SOFTWARE_TOKEN_MFA")}, []func(*userpool.User){withToken, withPhone}, []turn{
			begun(choiceAsked("SMS_MFA", "SOFTWARE_TOKEN_MFA")),
			answered("SELECT_MFA_TYPE", "ada", "InvalidParameterException: Missing required parameter ANSWER"),
			answered("SELECT_MFA_TYPE", "ada", "InvalidParameterException: ANSWER is not one of the MFA types that can be chosen.", "ANSWER", "EMAIL_OTP"),
			answered("SELECT_MFA_TYPE", "ada", smsAsked, "ANSWER", "SMS_MFA"),
			answered("SELECT_MFA_TYPE", "ada", usedTwice, "ANSWER", "SOFTWARE_TOKEN_MFA"),
			answered("SMS_MFA", "next", gotTokens, "SMS_MFA_CODE", "{{code}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"after a new password", []setup{mfaPool("ON", "SMS_MFA")}, []func(*userpool.User){withPhone, invited}, []turn{
			begun(`{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"SESSION","ChallengeParameters":{"USER_ID_FOR_SRP":"ada","requiredAttributes":"[]",
				"userAttributes":"{\"phone_number\":\"+15551230000\",\"phone_number_verified\":\"true\"}"}}`),
			answered("NEW_PASSWORD_REQUIRED", "ada", smsAsked, "NEW_PASSWORD", "N3wPassw0rd!"),
			answered("SMS_MFA", "next", gotTokens, "SMS_MFA_CODE", "{{code}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"a session and its code live as long as the client says", []setup{mfaPool("ON", "SMS_MFA")}, []func(*userpool.User){withPhone}, []turn{
			begun(smsAsked),
			{after: 3 * time.Minute, op: "RespondToAuthChallenge", want: tooLate,
				body: `{"ChallengeName":"SMS_MFA","Session":"{{ada.Session}}","ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"{{code}}"}}`},
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"a refused state between the factors", []setup{mfaPool("ON", "SMS_MFA")}, []func(*userpool.User){withPhone}, []turn{
			begun(smsAsked),
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			answered("SMS_MFA", "ada", "NotAuthorizedException: User is disabled.", "SMS_MFA_CODE", "{{code}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup...)
			b.addUser("ada", tt.user...)
			b.play(tt.turns)
			b.checkSent(tt.sent)
		})
	}
}

// TestSetUpInTheMiddle is MFA_SETUP by each factor.
func TestSetUpInTheMiddle(t *testing.T) {
	verify := func(from, code, want string) turn {
		return turn{op: "VerifySoftwareToken", body: fmt.Sprintf(`{"Session":"{{%s.Session}}","UserCode":%q,"FriendlyDeviceName":"phone"}`, from, code),
			want: want, keep: "verified"}
	}
	associate := func(from, want string) turn {
		return turn{op: "AssociateSoftwareToken", body: `{"Session":"{{` + from + `.Session}}"}`, want: want, keep: "token"}
	}
	const associated, verified = `{"SecretCode":"SECRETCODE","Session":"SESSION"}`, `{"Status":"SUCCESS","Session":"SESSION"}`
	for _, tt := range []struct {
		name  string
		setup []setup
		turns []turn
	}{{
		"software token", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA")}, []turn{
			begun(setupAsked("SOFTWARE_TOKEN_MFA")),
			answered("MFA_SETUP", "ada", badSess),
			{op: "VerifySoftwareToken", body: `{"Session":"{{ada.Session}}","UserCode":"123456"}`,
				want: "SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user."},
			associate("ada", associated),
			{op: "AssociateSoftwareToken", body: `{"Session":"{{ada.Session}}"}`, want: usedTwice},
			verify("token", "12345x", "InvalidParameterException: 1 validation error detected: Value at 'userCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9]+"),
			answered("MFA_SETUP", "token", badSess),
			verify("token", "{{totp token}}", verified),
			verify("token", "{{totp token}}", usedTwice),
			answered("MFA_SETUP", "verified", gotTokens),
			answered("MFA_SETUP", "verified", usedTwice),
			begun(`{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"SESSION","ChallengeParameters":{"FRIENDLY_DEVICE_NAME":"phone","USER_ID_FOR_SRP":"ada"}}`),
			answered("SOFTWARE_TOKEN_MFA", "ada", mfaTokenUsed, "SOFTWARE_TOKEN_MFA_CODE", "{{totp token}}"),
			{op: "AdminGetUser", body: `{"Username":"ada"}`, want: "*"},
		},
	}, {
		"wrong codes", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA")}, []turn{
			begun(setupAsked("SOFTWARE_TOKEN_MFA")),
			associate("ada", associated),
			verify("token", "000000", "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"),
			verify("token", "000000", "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"),
			verify("token", "000000", "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"),
			verify("token", "000000", "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"),
			verify("token", "000000", "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"),
			verify("token", "{{totp token}}", locked),
		},
	}, {
		"only one of two that set up at once", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA")}, []turn{
			begun(setupAsked("SOFTWARE_TOKEN_MFA")),
			{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: setupAsked("SOFTWARE_TOKEN_MFA"), keep: "eve"},
			{op: "AssociateSoftwareToken", body: `{"Session":"{{eve.Session}}"}`, want: associated, keep: "thief"},
			associate("ada", associated),
			verify("token", "{{totp token}}", verified),
			verify("thief", "{{totp thief}}", badSess),
			answered("MFA_SETUP", "verified", gotTokens),
		},
	}, {
		"mail", []setup{mfaPool("ON", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA")}, []turn{
			begun(setupAsked("EMAIL_OTP", "SOFTWARE_TOKEN_MFA")),
			answered("MFA_SETUP", "ada", "InvalidParameterException: Missing required parameter EMAIL"),
			answered("MFA_SETUP", "ada", "InvalidParameterException: Invalid email address format.", "EMAIL", "ada"),
			answered("MFA_SETUP", "ada", "InvalidParameterException: Invalid email address format.", "EMAIL", strings.Repeat("a", 320)+"@example.org"),
			answered("MFA_SETUP", "ada", mailAsked, "EMAIL", "ada@example.org"),
			answered("EMAIL_OTP", "next", wrongMFA, "EMAIL_OTP_CODE", "{{wrong}}"),
			answered("EMAIL_OTP", "next", gotTokens, "EMAIL_OTP_CODE", "{{code}}"),
			{op: "GetUser", body: `{"AccessToken":"{{next.AccessToken}}"}`, want: `{"Username":"ada","UserAttributes":[{"Name":"sub","Value":"SUB"},
				{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}]}`},
			begun(mailAsked),
		},
	}, {
		"mail, as the guide spells it", []setup{mfaPool("ON", "EMAIL_OTP")}, []turn{
			begun(setupAsked("EMAIL_OTP")),
			answered("MFA_SETUP", "ada", mailAsked, "email", "ada@example.org"),
		},
	}, {
		"mail, in both spellings", []setup{mfaPool("ON", "EMAIL_OTP")}, []turn{
			begun(setupAsked("EMAIL_OTP")),
			answered("MFA_SETUP", "ada", mailAsked, "EMAIL", "ada@example.org", "email", "ada@example.org"),
		},
	}, {
		"a session of another challenge", []setup{mfaPool("ON", "SMS_MFA", "SOFTWARE_TOKEN_MFA")}, []turn{
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"phone_number","Value":"+15551230000"}]}`, want: `{}`},
			begun(smsAsked),
			{op: "AssociateSoftwareToken", body: `{"Session":"{{ada.Session}}"}`, want: badSess},
			{op: "AssociateSoftwareToken", body: `{"Session":"twenty characters of nothing"}`, want: badSess},
		},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup...)
			b.addUser("ada")
			b.play(tt.turns)
		})
	}
}

// TestGrace: who signed up alone gets tokens once, to set up a factor with them; an
// administrator's user never does. Of 16 first sign-ins at once, one gets them.
func TestGrace(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "SOFTWARE_TOKEN_MFA"))
	b.addUser("ada", func(u *userpool.User) { u.MFA.Grace = true })
	b.addUser("eve")
	b.play([]turn{
		{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`, want: `{"UserConfirmed":false,"UserSub":"SUB",
			"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"b***@e***"}}`},
		{op: "ConfirmSignUp", body: `{"Username":"bob","ConfirmationCode":"{{code}}"}`, want: `{}`},
		{op: "InitiateAuth", body: signIn(benchClient, "bob", rightPassword), want: gotTokens},
		{op: "InitiateAuth", body: signIn(benchClient, "bob", rightPassword), want: strings.ReplaceAll(setupAsked("SOFTWARE_TOKEN_MFA"), "ada", "bob")},
		{op: "InitiateAuth", body: signIn(benchClient, "eve", rightPassword), want: strings.ReplaceAll(setupAsked("SOFTWARE_TOKEN_MFA"), "ada", "eve")},
	})
	body := b.withClient("InitiateAuth", signIn(benchClient, "ada", rightPassword))
	if diff := cmp.Diff(map[string]int{"tokens": 1, "MFA_SETUP": 15}, b.atOnce(16, "InitiateAuth", body)); diff != "" {
		t.Errorf("sign-ins (-want +got):\n%s", diff)
	}
}
