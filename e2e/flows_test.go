package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
	"github.com/pquerna/otp/totp"

	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
)

const (
	flowPassword = "Analytical-1843"
	newPassword  = "Difference-1822"
)

// side is a door of sign-ins: the public operations with a public client, or the
// administrator's with a client that has a secret.
type side struct {
	name  string
	admin bool
}

var sides = []side{{"public", false}, {"administrator", true}}

// flow is a sign-in under way, from the application's side.
type flow struct {
	*testing.T
	server *server
	api    *cip.Client
	side   side
	pool   string
	client types.UserPoolClientType
	user   string // as it is typed
	name   string // the username

	// Of the last answer.
	challenge  types.ChallengeNameType
	parameters map[string]string
	session    *string
	offered    []types.ChallengeNameType
	tokens     *types.AuthenticationResultType
}

// flowSettings are what a test's pool has beside the defaults.
type flowSettings struct {
	firstFactors []types.AuthFactorType
	mfa          types.UserPoolMfaType
	factors      []types.ChallengeNameType
	pool         func(*cip.CreateUserPoolInput)
	client       func(*cip.CreateUserPoolClientInput)
}

// newFlow makes a pool and a client with all flows, and a user with both addresses.
func newFlow(t *testing.T, s *server, sd side, settings flowSettings) *flow {
	t.Helper()
	f := &flow{T: t, server: s, api: sdk(s), side: sd, user: "ada"}
	in := &cip.CreateUserPoolInput{
		PoolName: new("flows"), AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
		EmailConfiguration: &types.EmailConfigurationType{
			EmailSendingAccount: types.EmailSendingAccountTypeDeveloper, SourceArn: new("arn:aws:ses:eu-west-1:000000000000:identity/example.org"),
		},
		SmsConfiguration: &types.SmsConfigurationType{SnsCallerArn: new("arn:aws:iam::000000000000:role/sms"), ExternalId: new("e2e")},
		AccountRecoverySetting: &types.AccountRecoverySettingType{RecoveryMechanisms: []types.RecoveryOptionType{
			{Name: types.RecoveryOptionNameTypeAdminOnly, Priority: new(int32(1))}}},
	}
	if len(settings.firstFactors) > 0 {
		in.Policies = &types.UserPoolPolicyType{SignInPolicy: &types.SignInPolicyType{
			AllowedFirstAuthFactors: append([]types.AuthFactorType{types.AuthFactorTypePassword}, settings.firstFactors...)}}
	}
	if settings.pool != nil {
		settings.pool(in)
	}
	pool, err := f.api.CreateUserPool(t.Context(), in)
	f.must(err)
	f.pool = *pool.UserPool.Id
	f.configureMFA(settings, in.SmsConfiguration)
	f.addClient(settings)
	return f
}

func (f *flow) configureMFA(settings flowSettings, sms *types.SmsConfigurationType) {
	f.Helper()
	if settings.mfa == "" {
		return
	}
	in := &cip.SetUserPoolMfaConfigInput{UserPoolId: &f.pool, MfaConfiguration: settings.mfa}
	for _, factor := range settings.factors {
		switch factor {
		case types.ChallengeNameTypeSmsMfa:
			in.SmsMfaConfiguration = &types.SmsMfaConfigType{SmsConfiguration: sms}
		case types.ChallengeNameTypeEmailOtp:
			in.EmailMfaConfiguration = &types.EmailMfaConfigType{}
		case types.ChallengeNameTypeSoftwareTokenMfa:
			in.SoftwareTokenMfaConfiguration = &types.SoftwareTokenMfaConfigType{Enabled: true}
		}
	}
	_, err := f.api.SetUserPoolMfaConfig(f.Context(), in)
	f.must(err)
}

func (f *flow) addClient(settings flowSettings) {
	f.Helper()
	in := &cip.CreateUserPoolClientInput{
		UserPoolId: &f.pool, ClientName: new("flows"), GenerateSecret: f.side.admin,
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{
			types.ExplicitAuthFlowsTypeAllowUserSrpAuth, types.ExplicitAuthFlowsTypeAllowUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowUserAuth,
			types.ExplicitAuthFlowsTypeAllowAdminUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth,
			types.ExplicitAuthFlowsTypeAllowCustomAuth,
		},
	}
	if settings.client != nil {
		settings.client(in)
	}
	client, err := f.api.CreateUserPoolClient(f.Context(), in)
	f.must(err)
	f.client = *client.UserPoolClient
}

// addUser makes the flow's user, confirmed or with a temporary password.
func (f *flow) addUser(confirmed bool, attributes ...string) {
	f.Helper()
	in := &cip.AdminCreateUserInput{
		UserPoolId: &f.pool, Username: &f.user, TemporaryPassword: new(flowPassword), MessageAction: types.MessageActionTypeSuppress,
	}
	for i := 0; i < len(attributes); i += 2 {
		in.UserAttributes = append(in.UserAttributes,
			types.AttributeType{Name: &attributes[i], Value: &attributes[i+1]},
			types.AttributeType{Name: new(attributes[i] + "_verified"), Value: new("true")})
	}
	made, err := f.api.AdminCreateUser(f.Context(), in)
	f.must(err)
	f.name = *made.User.Username
	if !confirmed {
		return
	}
	_, err = f.api.AdminSetUserPassword(f.Context(), &cip.AdminSetUserPasswordInput{
		UserPoolId: &f.pool, Username: &f.user, Password: new(flowPassword), Permanent: true,
	})
	f.must(err)
}

// once keeps the SDK from asking again, which would count as another try.
func once(o *cip.Options) { o.RetryMaxAttempts = 1 }

// begin is InitiateAuth or AdminInitiateAuth; the answer is kept in f.
func (f *flow) begin(name types.AuthFlowType, parameters ...string) error {
	f.Helper()
	all := pairs(parameters)
	if name != types.AuthFlowTypeRefreshTokenAuth && name != types.AuthFlowTypeRefreshToken {
		all["USERNAME"] = f.user
	}
	f.sign(all)
	if f.side.admin {
		out, err := f.api.AdminInitiateAuth(f.Context(), &cip.AdminInitiateAuthInput{
			UserPoolId: &f.pool, ClientId: f.client.ClientId, AuthFlow: name, AuthParameters: all}, once)
		if err != nil {
			return err
		}
		f.challenge, f.parameters, f.session = out.ChallengeName, out.ChallengeParameters, out.Session
		f.offered, f.tokens = out.AvailableChallenges, out.AuthenticationResult
		return nil
	}
	out, err := f.api.InitiateAuth(f.Context(), &cip.InitiateAuthInput{ClientId: f.client.ClientId, AuthFlow: name, AuthParameters: all}, once)
	if err != nil {
		return err
	}
	f.challenge, f.parameters, f.session = out.ChallengeName, out.ChallengeParameters, out.Session
	f.offered, f.tokens = out.AvailableChallenges, out.AuthenticationResult
	return nil
}

// answer is RespondToAuthChallenge or its administrator's twin; the answer is kept in f
// if it is none of an error.
func (f *flow) answer(answers ...string) error {
	f.Helper()
	all := pairs(answers)
	if all["USERNAME"] == "" {
		all["USERNAME"] = f.user
	}
	f.sign(all)
	if f.side.admin {
		out, err := f.api.AdminRespondToAuthChallenge(f.Context(), &cip.AdminRespondToAuthChallengeInput{
			UserPoolId: &f.pool, ClientId: f.client.ClientId, ChallengeName: f.challenge, Session: f.session, ChallengeResponses: all}, once)
		if err != nil {
			return err
		}
		f.challenge, f.parameters, f.session, f.tokens = out.ChallengeName, out.ChallengeParameters, out.Session, out.AuthenticationResult
		return nil
	}
	out, err := f.api.RespondToAuthChallenge(f.Context(), &cip.RespondToAuthChallengeInput{
		ClientId: f.client.ClientId, ChallengeName: f.challenge, Session: f.session, ChallengeResponses: all}, once)
	if err != nil {
		return err
	}
	f.challenge, f.parameters, f.session, f.tokens = out.ChallengeName, out.ChallengeParameters, out.Session, out.AuthenticationResult
	return nil
}

// sign adds SECRET_HASH where the client has a secret.
func (f *flow) sign(values map[string]string) {
	if f.client.ClientSecret == nil {
		return
	}
	name := values["USERNAME"]
	if name == "" { // of a refresh
		name = f.name
	}
	mac := hmac.New(sha256.New, []byte(*f.client.ClientSecret))
	mac.Write([]byte(name + *f.client.ClientId))
	values["SECRET_HASH"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func pairs(list []string) map[string]string {
	all := map[string]string{}
	for i := 0; i < len(list); i += 2 {
		all[list[i]] = list[i+1]
	}
	return all
}

// beginWithPassword is the side's flow with the password in the clear.
func (f *flow) beginWithPassword(password string) error {
	f.Helper()
	return f.begin(f.passwordFlow(), "PASSWORD", password)
}

func (f *flow) passwordFlow() types.AuthFlowType {
	if f.side.admin {
		return types.AuthFlowTypeAdminUserPasswordAuth
	}
	return types.AuthFlowTypeUserPasswordAuth
}

// prove answers PASSWORD_VERIFIER.
func (f *flow) prove(client *srptest.Client, password string, more ...string) error {
	f.Helper()
	f.expect(types.ChallengeNameTypePasswordVerifier)
	p := f.parameters
	key, err := client.Key(srp.PoolName(f.pool), p["USER_ID_FOR_SRP"], password, p["SALT"], p["SRP_B"])
	f.must(err)
	block, err := base64.StdEncoding.DecodeString(p["SECRET_BLOCK"])
	f.must(err)
	claim := srp.Claim{PoolName: srp.PoolName(f.pool), UserID: p["USER_ID_FOR_SRP"], SecretBlock: block, Timestamp: srp.Timestamp(time.Now().UTC())}
	return f.answer(append(more, "USERNAME", p["USER_ID_FOR_SRP"], "PASSWORD_CLAIM_SECRET_BLOCK", p["SECRET_BLOCK"],
		"PASSWORD_CLAIM_SIGNATURE", claim.Signature(key), "TIMESTAMP", claim.Timestamp)...)
}

// must ends the test on an error.
func (f *flow) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// refused checks the service's error: "Exception: sentence".
func (f *flow) refused(err error, want string) {
	f.Helper()
	if got := failure(err); got != want {
		f.Fatalf("got %s, want %s", got, want)
	}
}

// failure is an error as "Exception: sentence", "" for none.
func failure(err error) string {
	if err == nil {
		return ""
	}
	if answered, ok := errors.AsType[smithy.APIError](err); ok {
		return answered.ErrorCode() + ": " + answered.ErrorMessage()
	}
	return err.Error()
}

// expect checks the pending challenge.
func (f *flow) expect(want types.ChallengeNameType) {
	f.Helper()
	if f.challenge != want || f.tokens != nil {
		f.Fatalf("challenge %q, want %q", f.challenge, want)
	}
}

// parameter checks one of the pending challenge's parameters.
func (f *flow) parameter(name, want string) {
	f.Helper()
	if got := f.parameters[name]; got != want {
		f.Errorf("%s is %q, want %q", name, got, want)
	}
}

// done checks that the sign-in is over, and whom its tokens speak for.
func (f *flow) done() {
	f.Helper()
	if f.tokens == nil {
		f.Fatalf("no tokens, but the challenge %q", f.challenge)
	}
	access, id := claimsOf(f.T, *f.tokens.AccessToken), claimsOf(f.T, *f.tokens.IdToken)
	for name, want := range map[string]any{
		"token_use": "access", "client_id": *f.client.ClientId, "username": f.name, "scope": "aws.cognito.signin.user.admin",
		"iss": f.server.URL + "/" + f.pool,
	} {
		if access[name] != want {
			f.Errorf("access token: %s is %v, want %v", name, access[name], want)
		}
	}
	for name, want := range map[string]any{"token_use": "id", "aud": *f.client.ClientId, "cognito:username": f.name, "sub": access["sub"]} {
		if id[name] != want {
			f.Errorf("ID token: %s is %v, want %v", name, id[name], want)
		}
	}
	if got, err := f.api.GetUser(f.Context(), &cip.GetUserInput{AccessToken: f.tokens.AccessToken}); err != nil || *got.Username != f.name {
		f.Errorf("GetUser with the token: %v %v", got, err)
	}
}

// claimsOf reads a token; the server itself checks its signature in GetUser.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token of %d parts", len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// generator is an authenticator app.
type generator string

// code is what it shows, some steps of 30 seconds from now.
func (g generator) code(t *testing.T, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(string(g), time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong is a code that it shows at no time near now.
func (g generator) wrong(t *testing.T) string {
	t.Helper()
	var near []string
	for steps := -3; steps <= 3; steps++ {
		near = append(near, g.code(t, steps))
	}
	code := g.code(t, 4)
	for slices.Contains(near, code) {
		code = otherCode(code)
	}
	return code
}

// otherCode is another code of the same length.
func otherCode(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}

// addToken gives a signed-in user an authenticator app that is preferred, and the code
// that it was verified with.
func (f *flow) addToken() (g generator, first string) {
	f.Helper()
	made, err := f.api.AssociateSoftwareToken(f.Context(), &cip.AssociateSoftwareTokenInput{AccessToken: f.tokens.AccessToken})
	f.must(err)
	g = generator(*made.SecretCode)
	first = g.code(f.T, 0)
	_, err = f.api.VerifySoftwareToken(f.Context(), &cip.VerifySoftwareTokenInput{
		AccessToken: f.tokens.AccessToken, UserCode: &first, FriendlyDeviceName: new("phone")})
	f.must(err)
	_, err = f.api.SetUserMFAPreference(f.Context(), &cip.SetUserMFAPreferenceInput{
		AccessToken: f.tokens.AccessToken, SoftwareTokenMfaSettings: &types.SoftwareTokenMfaSettingsType{Enabled: true, PreferredMfa: true}})
	f.must(err)
	return g, first
}
