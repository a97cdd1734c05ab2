package cognito_test

import (
	"encoding/base32"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"idpond/cognito/apitest"
	"idpond/internal/userpool"
)

// newFactorBench is a signInBench whose pool has software tokens, with ada signed in:
// her tokens are kept as ada.
func newFactorBench(t testing.TB, changes ...setup) *signInBench {
	t.Helper()
	tokens := func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.MfaConfiguration = "OPTIONAL"
		p.Settings.SoftwareTokenMfaConfiguration = &userpool.SoftwareTokenMfaConfig{Enabled: true}
	}
	b := newSignInBench(t, append([]setup{tokens}, changes...)...)
	b.srv.Accounts.Domains, b.srv.Accounts.PagesHost = b.srv.Directory, "id.example.org"
	b.addUser("ada", func(u *userpool.User) {
		u.Attributes["email"], u.Attributes["phone_number"] = "ada@example.org", "+441234567890"
	})
	b.signInAs("ada")
	return b
}

func (b *signInBench) signInAs(name string) {
	b.Helper()
	b.ask(name, "InitiateAuth", signIn(benchClient, name, rightPassword))
	if b.kept[name+".AccessToken"] == "" {
		b.Fatalf("%s could not sign in", name)
	}
}

// as puts the access token of a user into the parts of a body.
func as(name, members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"AccessToken":"{{` + name + `.AccessToken}}"` + members + `}`
}

// codeOf is what a TOTP generator shows at a time.
func codeOf(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// associate begins a software token for a user and gives its secret.
func (b *signInBench) associate(name string) string {
	b.Helper()
	answer, failure := b.send("AssociateSoftwareToken", as(name, ""))
	secret, _ := answer["SecretCode"].(string)
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if failure != "" || err != nil || len(raw) != 32 || len(answer) != 1 {
		b.Fatalf("AssociateSoftwareToken: %v %s", answer, failure)
	}
	return secret
}

func verifyToken(name, code, want string) turn {
	return turn{op: "VerifySoftwareToken", body: as(name, `"UserCode":"`+code+`"`), want: want}
}

const (
	tokenVerified = `{"Status":"SUCCESS"}`
	tokenMismatch = "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
	tokenUsed     = "EnableSoftwareTokenMFAException: Your software token has already been used once."
	noTokensHere  = "SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled by the userPool"
	noTokenYet    = "SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user."
	noDelivery    = "InvalidParameterException: User does not have delivery config set to turn on "
	wholeAda      = `"Username":"ada","UserAttributes":[{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"ada@example.org"},{"Name":"phone_number","Value":"+441234567890"}]`
)

func TestMFAPreference(t *testing.T) {
	b := newFactorBench(t)
	b.addUser("bare")
	b.signInAs("bare")
	set := func(name, members, want string) turn {
		return turn{op: "SetUserMFAPreference", body: as(name, members), want: want}
	}
	adminSet := func(name, members, want string) turn {
		return turn{op: "AdminSetUserMFAPreference", body: `{"Username":"` + name + `",` + members + `}`, want: want}
	}
	shown := func(members string) turn {
		if members != "" {
			members = "," + members
		}
		return turn{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + members + "}"}
	}
	const on, best, off = `{"Enabled":true}`, `{"Enabled":true,"PreferredMfa":true}`, `{"Enabled":false}`
	b.play([]turn{
		shown(""),
		set("ada", "", `{}`),
		set("ada", `"SMSMfaSettings":`+on, `{}`),
		shown(`"UserMFASettingList":["SMS_MFA"]`),
		set("ada", `"EmailMfaSettings":`+best, `{}`),
		shown(`"PreferredMfaSetting":"EMAIL_OTP","UserMFASettingList":["EMAIL_OTP","SMS_MFA"]`),
		set("ada", `"SMSMfaSettings":`+best, `{}`), // there is one preferred factor
		shown(`"PreferredMfaSetting":"SMS_MFA","UserMFASettingList":["EMAIL_OTP","SMS_MFA"]`),
		set("ada", `"SMSMfaSettings":`+on, `{}`), // given without being preferred
		shown(`"UserMFASettingList":["EMAIL_OTP","SMS_MFA"]`),
		adminSet("ada", `"EmailMfaSettings":`+best+`,"SMSMfaSettings":`+off, `{}`),
		shown(`"PreferredMfaSetting":"EMAIL_OTP","UserMFASettingList":["EMAIL_OTP"]`),

		// Refusals change nothing, not even what is right in them.
		set("ada", `"SMSMfaSettings":`+best+`,"EmailMfaSettings":`+best, "InvalidParameterException: Only one MFA factor can be preferred."),
		set("ada", `"SMSMfaSettings":{"PreferredMfa":true}`, "InvalidParameterException: SMS_MFA cannot be the preferred MFA while it is not enabled."),
		set("ada", `"SMSMfaSettings":`+on+`,"SoftwareTokenMfaSettings":`+on, noDelivery+"SOFTWARE_TOKEN_MFA"),
		set("ada", `"WebAuthnMfaSettings":`+on, noDelivery+"WEB_AUTHN_MFA"),
		adminSet("ada", `"SoftwareTokenMfaSettings":`+best, noDelivery+"SOFTWARE_TOKEN_MFA"),
		shown(`"PreferredMfaSetting":"EMAIL_OTP","UserMFASettingList":["EMAIL_OTP"]`),
		set("bare", `"SMSMfaSettings":`+on, noDelivery+"SMS_MFA"),
		set("bare", `"EmailMfaSettings":`+on, noDelivery+"EMAIL_OTP"),
		set("bare", `"SMSMfaSettings":`+off+`,"SoftwareTokenMfaSettings":`+off, `{}`),
		adminSet("nobody", `"SMSMfaSettings":`+on, unknown),

		set("ada", `"EmailMfaSettings":`+off, `{}`),
		shown(""),
	})
}

func TestMFAOptions(t *testing.T) {
	const sms, smsShown = `{"DeliveryMedium":"SMS","AttributeName":"phone_number"}`, `"MFAOptions":[{"DeliveryMedium":"SMS","AttributeName":"phone_number"}],"UserMFASettingList":["SMS_MFA"]`
	b := newFactorBench(t)
	b.addUser("bare")
	set := func(op, members, want string) turn { return turn{op: op, body: members, want: want} }
	shown := func(members string) turn {
		return turn{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + members + "}"}
	}
	const onlySMS = "InvalidParameterException: MFAOptions can only be set to DeliveryMedium SMS with AttributeName phone_number."
	b.play([]turn{
		set("SetUserSettings", as("ada", `"MFAOptions":[`+sms+`]`), `{}`),
		shown("," + smsShown),
		set("SetUserSettings", as("ada", `"MFAOptions":[{"DeliveryMedium":"EMAIL","AttributeName":"email"}]`), onlySMS),
		set("SetUserSettings", as("ada", `"MFAOptions":[{"DeliveryMedium":"SMS","AttributeName":"email"}]`), onlySMS),
		shown("," + smsShown),
		set("AdminSetUserSettings", `{"Username":"ada","MFAOptions":[]}`, `{}`),
		shown(""),
		set("AdminSetUserSettings", `{"Username":"ada","MFAOptions":[`+sms+`]}`, `{}`),
		set("SetUserMFAPreference", as("ada", `"SMSMfaSettings":{"Enabled":false}`), `{}`), // the new way ends the old
		shown(""),
		set("AdminSetUserSettings", `{"Username":"bare","MFAOptions":[`+sms+`]}`, noDelivery+"SMS_MFA"),
		set("AdminSetUserSettings", `{"Username":"nobody","MFAOptions":[`+sms+`]}`, unknown),
	})
}

func TestSoftwareToken(t *testing.T) {
	b := newFactorBench(t)
	preferToken := turn{op: "SetUserMFAPreference", body: as("ada", `"SoftwareTokenMfaSettings":{"Enabled":true,"PreferredMfa":true}`), want: `{}`}
	shown := turn{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + `,"PreferredMfaSetting":"SOFTWARE_TOKEN_MFA","UserMFASettingList":["SOFTWARE_TOKEN_MFA"]}`}
	b.play([]turn{
		verifyToken("ada", "123456", noTokenYet),
		{op: "AdminDeleteSoftwareToken", body: `{"Username":"ada"}`, want: "ResourceNotFoundException: Software Token MFA does not exist for the user."},
		{op: "AdminDeleteSoftwareToken", body: `{"Username":"nobody"}`, want: unknown},
	})
	secret := b.associate("ada")
	now := b.clock()
	wrong := strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, codeOf(t, secret, now))
	b.play([]turn{
		verifyToken("ada", wrong, tokenMismatch),
		verifyToken("ada", codeOf(t, secret, now.Add(-time.Minute)), tokenMismatch),
		verifyToken("ada", codeOf(t, secret, now.Add(time.Minute)), tokenMismatch),
		{op: "SetUserMFAPreference", body: as("ada", `"SoftwareTokenMfaSettings":{"Enabled":true}`), want: noDelivery + "SOFTWARE_TOKEN_MFA"},
		verifyToken("ada", codeOf(t, secret, now), tokenVerified),
		{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + "}"}, // verifying switches nothing on
		preferToken, shown,

		// The code is used up, and those before it; later ones are good once.
		verifyToken("ada", codeOf(t, secret, now), tokenUsed),
		verifyToken("ada", codeOf(t, secret, now.Add(-30*time.Second)), tokenUsed),
		verifyToken("ada", codeOf(t, secret, now.Add(30*time.Second)), tokenVerified),
		verifyToken("ada", codeOf(t, secret, now.Add(30*time.Second)), tokenUsed),
	})

	// A second secret is nothing until it is verified; in the same step, it may be.
	second := b.associate("ada")
	b.play([]turn{
		verifyToken("ada", codeOf(t, secret, now.Add(30*time.Second)), tokenMismatch),
		shown,
		verifyToken("ada", codeOf(t, second, now), tokenVerified),
		verifyToken("ada", codeOf(t, secret, now.Add(30*time.Second)), tokenMismatch),
		shown,
		{op: "AdminDeleteSoftwareToken", body: `{"Username":"ada"}`, want: `{}`},
		{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + "}"},
		later(time.Hour, verifyToken("ada", codeOf(t, second, now.Add(time.Hour)), "NotAuthorizedException: Access Token has expired")),
	})
}

// TestSoftwareTokenTries: after 15 tries in an hour no code is looked at.
func TestSoftwareTokenTries(t *testing.T) {
	b := newFactorBench(t, func(_ *userpool.Pool, c *userpool.AppClient) {
		c.Settings.AccessTokenValidity = 10
	})
	secret := b.associate("ada")
	for range 15 {
		b.play([]turn{verifyToken("ada", "000000", tokenMismatch)})
	}
	const tooMany = "TooManyRequestsException: Attempt limit exceeded, please try after some time."
	b.play([]turn{
		verifyToken("ada", codeOf(t, secret, b.clock()), tooMany),
		later(time.Hour, verifyToken("ada", codeOf(t, secret, b.clock().Add(time.Hour)), tokenVerified)),
	})
}

func TestSoftwareTokenRefusals(t *testing.T) {
	b := newFactorBench(t, func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.SoftwareTokenMfaConfiguration = nil })
	const session = `"Session":"aaaaaaaaaaaaaaaaaaaaaaaa"`
	b.play([]turn{
		{op: "AssociateSoftwareToken", body: as("ada", ""), want: noTokensHere},
		verifyToken("ada", "123456", noTokensHere),
		{op: "AssociateSoftwareToken", body: `{` + session + `}`, want: badSess},
		{op: "VerifySoftwareToken", body: `{` + session + `,"UserCode":"123456"}`, want: badSess},
		{op: "AssociateSoftwareToken", body: `{}`, want: "InvalidParameterException: Missing required parameter Session"},
		{op: "AssociateSoftwareToken", body: as("ada", session), want: "InvalidParameterException: Only one of AccessToken and Session can be given."},
		verifyToken("ada", "12345", "InvalidParameterException: 1 validation error detected: Value at 'userCode' failed to satisfy constraint: Member must have length greater than or equal to 6"),
	})
}

// TestSoftwareTokenRace: of many requests with one code one is right.
func TestSoftwareTokenRace(t *testing.T) {
	b := newFactorBench(t)
	secret := b.associate("ada")
	body := strings.Replace(as("ada", `"UserCode":"`+codeOf(t, secret, b.clock())+`"`), "{{ada.AccessToken}}", b.kept["ada.AccessToken"], 1)
	got := atOnce(64, func(int) string {
		name, _, _ := strings.Cut(b.outcome("VerifySoftwareToken", body), ":")
		return name
	})
	want := map[string]int{"": 1, "EnableSoftwareTokenMFAException": 14, "TooManyRequestsException": 49}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAuthFactors(t *testing.T) {
	for _, tt := range []struct {
		allowed []string
		token   bool
		want    string
	}{
		{[]string{"PASSWORD"}, false, `["PASSWORD"]`},
		{[]string{"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"}, false, `["PASSWORD","EMAIL_OTP","SMS_OTP"]`},
		{[]string{"PASSWORD", "SMS_OTP"}, true, `["PASSWORD","SMS_OTP","SOFTWARE_TOKEN"]`},
	} {
		b := newFactorBench(t, firstFactors(tt.allowed...))
		b.addUser("bare", func(u *userpool.User) { u.Credential = userpool.Credential{} })
		want := `{"Username":"ada","ConfiguredUserAuthFactors":` + tt.want + `}`
		if tt.token {
			b.play([]turn{verifyToken("ada", codeOf(t, b.associate("ada"), b.clock()), tokenVerified),
				{op: "SetUserMFAPreference", body: as("ada", `"SoftwareTokenMfaSettings":{"Enabled":true,"PreferredMfa":true}`), want: `{}`}})
			want = `{"Username":"ada","PreferredMfaSetting":"SOFTWARE_TOKEN_MFA","UserMFASettingList":["SOFTWARE_TOKEN_MFA"],"ConfiguredUserAuthFactors":` + tt.want + `}`
		}
		b.play([]turn{
			{op: "GetUserAuthFactors", body: as("ada", ""), want: want},
			{op: "AdminGetUserAuthFactors", body: `{"Username":"ada"}`, want: want},
			{op: "AdminGetUserAuthFactors", body: `{"Username":"bare"}`, want: `{"Username":"bare","ConfiguredUserAuthFactors":[]}`},
			{op: "AdminGetUserAuthFactors", body: `{"Username":"nobody"}`, want: unknown},
		})
	}
}

// TestChosenMFA: who chose a second factor gets no tokens for the first one alone.
func TestChosenMFA(t *testing.T) {
	b := newFactorBench(t)
	b.pool.Settings.SmsMfaConfiguration = &userpool.SmsMfaConfig{}
	choose := func(sms string) turn {
		return turn{op: "AdminSetUserMFAPreference", body: `{"Username":"ada","SMSMfaSettings":{"Enabled":` + sms + `}}`, want: `{}`}
	}
	in := func(want string) turn {
		return turn{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: want}
	}
	b.play([]turn{
		in(gotTokens), choose("true"),
		in(strings.Replace(smsAsked, "0000", "7890", 1)),
		{op: "InitiateAuth", body: signIn(benchClient, "ada", "wrong"), want: incorrect},
		choose("false"), in(gotTokens), choose("true"),
	})
	b.pool.Settings.MfaConfiguration = "OFF"
	b.play([]turn{in(gotTokens)})
}

// sdk gives the SDK's client for a bench.
func (b *signInBench) sdk() *cip.Client {
	srv := httptest.NewServer(b.srv)
	b.Cleanup(srv.Close)
	return cip.New(cip.Options{Region: "eu-west-1", BaseEndpoint: &srv.URL, HTTPClient: new(apitest.SDK),
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "")})
}

// TestFactorsReadBack: what the SDK sets it reads back, from all operations that show
// it.
func TestFactorsReadBack(t *testing.T) {
	b := newFactorBench(t, firstFactors("PASSWORD", "EMAIL_OTP"))
	c, ctx, token := b.sdk(), t.Context(), aws.String(b.kept["ada.AccessToken"])
	pool, name := aws.String(benchPool), aws.String("ada")
	begun, err := c.AssociateSoftwareToken(ctx, &cip.AssociateSoftwareTokenInput{AccessToken: token})
	if err != nil {
		t.Fatal(err)
	}
	verified, err := c.VerifySoftwareToken(ctx, &cip.VerifySoftwareTokenInput{
		AccessToken: token, UserCode: aws.String(codeOf(t, *begun.SecretCode, b.clock())), FriendlyDeviceName: aws.String(strings.Repeat("ä", 2000)),
	})
	if err != nil || verified.Status != types.VerifySoftwareTokenResponseTypeSuccess {
		t.Fatalf("%v, error %v", verified, err)
	}
	if got := len([]rune(b.user("ada").MFA.TokenName)); got != 1024 {
		t.Errorf("the name of the token has %d characters", got)
	}
	_, err = c.AdminSetUserMFAPreference(ctx, &cip.AdminSetUserMFAPreferenceInput{
		UserPoolId: pool, Username: name, SMSMfaSettings: &types.SMSMfaSettingsType{Enabled: true},
		EmailMfaSettings:         &types.EmailMfaSettingsType{Enabled: true},
		SoftwareTokenMfaSettings: &types.SoftwareTokenMfaSettingsType{Enabled: true, PreferredMfa: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.SetUserSettings(ctx, &cip.SetUserSettingsInput{AccessToken: token, MFAOptions: []types.MFAOptionType{
		{DeliveryMedium: types.DeliveryMediumTypeSms, AttributeName: aws.String("phone_number")}}})
	if err != nil {
		t.Fatal(err)
	}
	type shown struct {
		Preferred string
		List      []string
		Options   int
	}
	want := shown{"SOFTWARE_TOKEN_MFA", []string{"EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA"}, 1}
	user, err := c.GetUser(ctx, &cip.GetUserInput{AccessToken: token})
	if err != nil {
		t.Fatal(err)
	}
	admin, err := c.AdminGetUser(ctx, &cip.AdminGetUserInput{UserPoolId: pool, Username: name})
	if err != nil {
		t.Fatal(err)
	}
	factors, err := c.GetUserAuthFactors(ctx, &cip.GetUserAuthFactorsInput{AccessToken: token})
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.ListUsers(ctx, &cip.ListUsersInput{UserPoolId: pool})
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []shown{
		{*user.PreferredMfaSetting, user.UserMFASettingList, len(user.MFAOptions)},
		{*admin.PreferredMfaSetting, admin.UserMFASettingList, len(admin.MFAOptions)},
		{*factors.PreferredMfaSetting, factors.UserMFASettingList, len(list.Users[0].MFAOptions)},
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if got := fmt.Sprint(factors.ConfiguredUserAuthFactors); got != "[PASSWORD EMAIL_OTP SOFTWARE_TOKEN]" {
		t.Errorf("factors: %s", got)
	}
}
