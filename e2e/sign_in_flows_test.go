package e2e

import (
	"slices"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"idpond/internal/srp/srptest"
)

const (
	incorrect = "NotAuthorizedException: Incorrect username or password."
	wrongMFA  = "CodeMismatchException: Invalid code or auth state for the user."
	usedTwice = "NotAuthorizedException: Invalid session for the user, session can only be used once."
	tokenUsed = "ExpiredCodeException: Your software token has already been used once."
)

const (
	sms      = types.ChallengeNameTypeSmsMfa
	mail     = types.ChallengeNameTypeEmailOtp
	token    = types.ChallengeNameTypeSoftwareTokenMfa
	adaEmail = "ada@example.org"
	adaPhone = "+15550001843"
)

// flowTest goes one way through a sign-in, on either side.
type flowTest struct {
	name     string
	settings flowSettings
	run      func(f *flow)
}

// TestSignInFlowsBySDK: every flow and challenge by the AWS SDK for Go, by the public
// operations and, with a client that has a secret, by the administrator's.
func TestSignInFlowsBySDK(t *testing.T) {
	s := start(t, t.TempDir(), append(functions(t), "--empty")...)
	tests := slices.Concat(passwordFlows(), choiceFlows(), secondFactorFlows(), setupFlows(), customFlows(), deviceFlows())
	for _, sd := range sides {
		for _, tt := range tests {
			t.Run(sd.name+"/"+tt.name, func(t *testing.T) { tt.run(newFlow(t, s, sd, tt.settings)) })
		}
	}
}

func passwordFlows() []flowTest {
	return []flowTest{
		{"password", flowSettings{}, func(f *flow) {
			f.addUser(true, "email", adaEmail)
			f.refused(f.beginWithPassword("wrong"), incorrect)
			f.must(f.beginWithPassword(flowPassword))
			f.done()
			if f.side.admin { // by its old name
				f.must(f.begin(types.AuthFlowTypeAdminNoSrpAuth, "PASSWORD", flowPassword))
				f.done()
			}
		}},
		{"SRP", flowSettings{}, func(f *flow) {
			f.addUser(true, "email", adaEmail)
			for _, password := range []string{"wrong", flowPassword} {
				client := srptest.NewClient()
				f.must(f.begin(types.AuthFlowTypeUserSrpAuth, "SRP_A", client.PublicHex()))
				if err := f.prove(client, password); password == "wrong" {
					f.refused(err, incorrect)
				} else {
					f.must(err)
				}
			}
			f.done()
		}},
		{"new password", flowSettings{}, func(f *flow) {
			f.addUser(false, "email", adaEmail)
			client := srptest.NewClient()
			f.must(f.begin(types.AuthFlowTypeUserSrpAuth, "SRP_A", client.PublicHex()))
			f.must(f.prove(client, flowPassword))
			f.expect(types.ChallengeNameTypeNewPasswordRequired)
			f.parameter("requiredAttributes", "[]")
			f.refused(f.answer("NEW_PASSWORD", "short"), "InvalidPasswordException: Password does not conform to policy: Password not long enough")
			f.must(f.answer("NEW_PASSWORD", newPassword))
			f.done()
			f.refused(f.beginWithPassword(flowPassword), incorrect)
			f.must(f.beginWithPassword(newPassword))
			f.done()
		}},
		{"by an alias", flowSettings{pool: func(in *cip.CreateUserPoolInput) {
			in.AliasAttributes = []types.AliasAttributeType{types.AliasAttributeTypeEmail}
		}}, func(f *flow) {
			f.addUser(true, "email", adaEmail)
			f.byOtherName()
		}},
		{"by an address that is the username", flowSettings{pool: func(in *cip.CreateUserPoolInput) {
			in.UsernameAttributes = []types.UsernameAttributeType{types.UsernameAttributeTypeEmail}
		}}, func(f *flow) {
			f.user = adaEmail
			f.addUser(true, "email", adaEmail)
			f.byOtherName()
		}},
		{"the other side's flow", flowSettings{}, func(f *flow) {
			f.addUser(true)
			other := types.AuthFlowTypeAdminUserPasswordAuth
			if f.side.admin {
				other = types.AuthFlowTypeUserPasswordAuth
			}
			f.refused(f.begin(other, "PASSWORD", flowPassword), "InvalidParameterException: Initiate Auth method not supported")
		}},
	}
}

// byOtherName signs in by ada's address, whose secret hashes cover it, and refreshes,
// where they cover the username.
func (f *flow) byOtherName() {
	f.Helper()
	f.user = adaEmail
	f.must(f.beginWithPassword(flowPassword))
	f.done()
	for _, flow := range []types.AuthFlowType{types.AuthFlowTypeUserSrpAuth, types.AuthFlowTypeUserAuth} {
		client := srptest.NewClient()
		f.must(f.begin(flow, "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", client.PublicHex()))
		f.parameter("USER_ID_FOR_SRP", f.name)
		f.must(f.prove(client, flowPassword))
		f.done()
	}
	f.must(f.begin(types.AuthFlowTypeRefreshTokenAuth, "REFRESH_TOKEN", *f.tokens.RefreshToken))
	f.done()
}

// choice is a factor of USER_AUTH, and what it asks for.
type choice struct {
	factor types.ChallengeNameType
	answer string // the key of the code, "" for passwords
	to     string
}

func choices() []choice {
	return []choice{
		{"PASSWORD", "", ""}, {"PASSWORD_SRP", "", ""},
		{"EMAIL_OTP", "EMAIL_OTP_CODE", adaEmail}, {"SMS_OTP", "SMS_OTP_CODE", adaPhone},
	}
}

func choiceFlows() []flowTest {
	settings := flowSettings{firstFactors: []types.AuthFactorType{types.AuthFactorTypeEmailOtp, types.AuthFactorTypeSmsOtp}}
	var list []flowTest
	for _, c := range choices() {
		list = append(list,
			flowTest{"USER_AUTH that prefers " + string(c.factor), settings, func(f *flow) {
				f.addUser(true, "email", adaEmail, "phone_number", adaPhone)
				client := srptest.NewClient()
				f.must(f.begin(types.AuthFlowTypeUserAuth, c.data("PREFERRED_CHALLENGE", client)...))
				if c.answer != "" && !slices.Equal(f.offered, []types.ChallengeNameType{c.factor}) {
					f.Errorf("AvailableChallenges %v", f.offered)
				}
				c.finish(f, client)
			}},
			flowTest{"USER_AUTH that selects " + string(c.factor), settings, func(f *flow) {
				f.addUser(true, "email", adaEmail, "phone_number", adaPhone)
				f.must(f.begin(types.AuthFlowTypeUserAuth))
				f.expect(types.ChallengeNameTypeSelectChallenge)
				if want := []types.ChallengeNameType{"PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"}; !slices.Equal(f.offered, want) {
					f.Errorf("AvailableChallenges %v, want %v", f.offered, want)
				}
				client := srptest.NewClient()
				f.must(f.answer(c.data("ANSWER", client)...))
				c.finish(f, client)
			}})
	}
	return append(list, flowTest{"USER_AUTH in small steps", settings, func(f *flow) {
		f.addUser(true)
		f.must(f.begin(types.AuthFlowTypeUserAuth, "PREFERRED_CHALLENGE", "EMAIL_OTP")) // which ada hasn't
		f.expect(types.ChallengeNameTypeSelectChallenge)
		f.must(f.answer("ANSWER", "PASSWORD"))
		f.expect("PASSWORD")
		f.must(f.answer("PASSWORD", flowPassword))
		f.done()
		f.must(f.begin(types.AuthFlowTypeUserAuth))
		f.must(f.answer("ANSWER", "PASSWORD_SRP"))
		f.expect("PASSWORD_SRP")
		client := srptest.NewClient()
		f.must(f.answer("SRP_A", client.PublicHex()))
		f.must(f.prove(client, flowPassword))
		f.done()
	}})
}

// data names the factor under key, with its own data.
func (c choice) data(key string, client *srptest.Client) []string {
	switch c.factor {
	case "PASSWORD":
		return []string{key, "PASSWORD", "PASSWORD", flowPassword}
	case "PASSWORD_SRP":
		return []string{key, "PASSWORD_SRP", "SRP_A", client.PublicHex()}
	}
	return []string{key, string(c.factor)}
}

// finish goes on to the tokens.
func (c choice) finish(f *flow, client *srptest.Client) {
	f.Helper()
	switch {
	case c.answer != "":
		f.expect(c.factor)
		f.answerCode(c.answer, c.to, 8)
	case c.factor == "PASSWORD_SRP":
		f.must(f.prove(client, flowPassword))
	}
	f.done()
}

// answerCode answers a challenge whose code was sent, once wrongly, and again after the
// session is spent; that is refused with usedTwice, or one of orElse.
func (f *flow) answerCode(key, to string, digits int, orElse ...string) {
	f.Helper()
	medium, destination := "EMAIL", "a***@e***"
	if to == adaPhone {
		medium, destination = "SMS", "+*******1843"
	}
	f.parameter("CODE_DELIVERY_DELIVERY_MEDIUM", medium)
	f.parameter("CODE_DELIVERY_DESTINATION", destination)
	f.parameter("USER_ID_FOR_SRP", f.name)
	code := f.server.codeTo(f.T, to)
	if len(code) != digits {
		f.Errorf("code %q, want %d digits", code, digits)
	}
	f.refused(f.answer(key, otherCode(code)), wrongMFA)
	challenge, session := f.challenge, f.session
	f.must(f.answer(key, code))
	after := *f
	f.challenge, f.session = challenge, session
	if again := failure(f.answer(key, code)); !slices.Contains(append(orElse, usedTwice), again) {
		f.Fatalf("the same answer again: %q", again)
	}
	*f = after
}

func secondFactorFlows() []flowTest {
	on := func(factors ...types.ChallengeNameType) flowSettings {
		return flowSettings{mfa: types.UserPoolMfaTypeOn, factors: factors}
	}
	return []flowTest{
		{"SMS_MFA", on(sms), func(f *flow) {
			f.addUser(true, "phone_number", adaPhone)
			f.must(f.beginWithPassword(flowPassword))
			f.expect(sms)
			f.answerCode("SMS_MFA_CODE", adaPhone, 6)
			f.done()
		}},
		{"EMAIL_OTP as MFA", on(mail), func(f *flow) {
			f.addUser(true, "email", adaEmail)
			client := srptest.NewClient()
			f.must(f.begin(types.AuthFlowTypeUserSrpAuth, "SRP_A", client.PublicHex()))
			f.must(f.prove(client, flowPassword))
			f.expect(mail)
			f.answerCode("EMAIL_OTP_CODE", adaEmail, 6)
			f.done()
		}},
		{"SOFTWARE_TOKEN_MFA with drift and replay", flowSettings{mfa: types.UserPoolMfaTypeOptional, factors: []types.ChallengeNameType{token}}, func(f *flow) {
			f.addUser(true)
			f.must(f.beginWithPassword(flowPassword))
			f.done()
			g, first := f.addToken()
			f.must(f.beginWithPassword(flowPassword))
			f.expect(token)
			f.parameter("FRIENDLY_DEVICE_NAME", "phone")
			f.refused(f.answer("SOFTWARE_TOKEN_MFA_CODE", g.wrong(f.T)), wrongMFA)
			f.refused(f.answer("SOFTWARE_TOKEN_MFA_CODE", first), tokenUsed)
			ahead := g.code(f.T, 1) // the phone's clock
			f.must(f.answer("SOFTWARE_TOKEN_MFA_CODE", ahead))
			f.done()
			f.must(f.beginWithPassword(flowPassword))
			f.refused(f.answer("SOFTWARE_TOKEN_MFA_CODE", ahead), tokenUsed)
		}},
		{"SELECT_MFA_TYPE", on(sms, mail), func(f *flow) {
			f.addUser(true, "email", adaEmail, "phone_number", adaPhone)
			for _, c := range []choice{{sms, "SMS_MFA_CODE", adaPhone}, {mail, "EMAIL_OTP_CODE", adaEmail}} {
				f.must(f.beginWithPassword(flowPassword))
				f.expect(types.ChallengeNameTypeSelectMfaType)
				f.parameter("MFAS_CAN_CHOOSE", `["SMS_MFA","EMAIL_OTP"]`)
				f.parameter("MFAS_CAN_SELECT", `["SMS_MFA","EMAIL_OTP"]`)
				f.must(f.answer("ANSWER", string(c.factor)))
				f.expect(c.factor)
				f.answerCode(c.answer, c.to, 6)
				f.done()
			}
		}},
		{"a second factor after USER_AUTH", on(mail), func(f *flow) {
			f.addUser(true, "email", adaEmail)
			f.must(f.begin(types.AuthFlowTypeUserAuth))
			if want := []types.ChallengeNameType{"PASSWORD_SRP", "PASSWORD"}; !slices.Equal(f.offered, want) {
				f.Errorf("AvailableChallenges %v, want %v", f.offered, want)
			}
			f.must(f.answer("ANSWER", "PASSWORD", "PASSWORD", flowPassword))
			f.expect(mail)
			f.answerCode("EMAIL_OTP_CODE", adaEmail, 6)
			f.done()
		}},
	}
}

func setupFlows() []flowTest {
	return []flowTest{
		{"MFA_SETUP by a software token", flowSettings{mfa: types.UserPoolMfaTypeOn, factors: []types.ChallengeNameType{token}}, func(f *flow) {
			f.addUser(true)
			f.must(f.beginWithPassword(flowPassword))
			f.setUpToken()
		}},
		{"a new password, then MFA_SETUP", flowSettings{mfa: types.UserPoolMfaTypeOn, factors: []types.ChallengeNameType{token}}, func(f *flow) {
			f.addUser(false)
			f.must(f.beginWithPassword(flowPassword))
			f.expect(types.ChallengeNameTypeNewPasswordRequired)
			f.must(f.answer("NEW_PASSWORD", newPassword))
			f.setUpToken()
			f.must(f.beginWithPassword(newPassword))
			f.expect(token)
		}},
		{"MFA_SETUP by e-mail", flowSettings{mfa: types.UserPoolMfaTypeOn, factors: []types.ChallengeNameType{mail}}, func(f *flow) {
			f.addUser(true)
			f.must(f.beginWithPassword(flowPassword))
			f.expect(types.ChallengeNameTypeMfaSetup)
			f.parameter("MFAS_CAN_SETUP", `["EMAIL_OTP"]`)
			f.must(f.answer("EMAIL", adaEmail))
			f.expect(mail)
			// There is nothing to set up any more, which may be noticed first.
			f.answerCode("EMAIL_OTP_CODE", adaEmail, 6, "NotAuthorizedException: Invalid session for the user.")
			f.done()
			if id := claimsOf(f.T, *f.tokens.IdToken); id["email"] != adaEmail || id["email_verified"] != true {
				f.Errorf("email %v, verified %v", id["email"], id["email_verified"])
			}
		}},
	}
}

// setUpToken goes on from MFA_SETUP to tokens by an authenticator app.
func (f *flow) setUpToken() {
	f.Helper()
	f.expect(types.ChallengeNameTypeMfaSetup)
	f.parameter("MFAS_CAN_SETUP", `["SOFTWARE_TOKEN_MFA"]`)
	made, err := f.api.AssociateSoftwareToken(f.Context(), &cip.AssociateSoftwareTokenInput{Session: f.session})
	f.must(err)
	g := generator(*made.SecretCode)
	verify := func(code string) (*cip.VerifySoftwareTokenOutput, error) {
		return f.api.VerifySoftwareToken(f.Context(), &cip.VerifySoftwareTokenInput{Session: made.Session, UserCode: &code}, once)
	}
	_, err = verify(g.wrong(f.T))
	f.refused(err, "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA")
	verified, err := verify(g.code(f.T, 0))
	f.must(err)
	f.session = verified.Session
	f.must(f.answer())
	f.done()
}
