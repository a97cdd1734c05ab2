package e2e

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/document"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/descope/virtualwebauthn"
)

// passkeyPool is a pool with passkeys, a prefix domain and ada, who has a password.
type passkeyPool struct {
	testing.TB
	*cip.Client
	id, client *string
}

func newPasskeyPool(t *testing.T) *passkeyPool {
	p, ctx := &passkeyPool{TB: t, Client: sdk(start(t, t.TempDir(), "--empty"))}, t.Context()
	pool, err := p.CreateUserPool(ctx, &cip.CreateUserPoolInput{PoolName: new("passkeys"), Policies: &types.UserPoolPolicyType{
		SignInPolicy: &types.SignInPolicyType{AllowedFirstAuthFactors: []types.AuthFactorType{types.AuthFactorTypePassword, types.AuthFactorTypeWebAuthn}},
	}})
	p.must(err)
	p.id = pool.UserPool.Id
	_, err = p.CreateUserPoolDomain(ctx, &cip.CreateUserPoolDomainInput{UserPoolId: p.id, Domain: new("harbour"), ManagedLoginVersion: aws.Int32(2)})
	p.must(err)
	client, err := p.CreateUserPoolClient(ctx, &cip.CreateUserPoolClientInput{UserPoolId: p.id, ClientName: new("app"),
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth}})
	p.must(err)
	p.client = client.UserPoolClient.ClientId
	_, err = p.AdminCreateUser(ctx, &cip.AdminCreateUserInput{UserPoolId: p.id, Username: new("ada"), TemporaryPassword: new("Temporary-1")})
	p.must(err)
	_, err = p.AdminSetUserPassword(ctx, &cip.AdminSetUserPasswordInput{UserPoolId: p.id, Username: new("ada"), Password: new("Permanent-1"), Permanent: true})
	p.must(err)
	return p
}

func (p *passkeyPool) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *passkeyPool) begin(parameters map[string]string) *cip.InitiateAuthOutput {
	p.Helper()
	parameters["USERNAME"] = "ada"
	out, err := p.InitiateAuth(p.Context(), &cip.InitiateAuthInput{ClientId: p.client, AuthFlow: types.AuthFlowTypeUserAuth, AuthParameters: parameters})
	p.must(err)
	return out
}

// register makes a passkey for who has the access token.
func (p *passkeyPool) register(token *string, party virtualwebauthn.RelyingParty, device virtualwebauthn.Authenticator, credential virtualwebauthn.Credential) {
	p.Helper()
	started, err := p.StartWebAuthnRegistration(p.Context(), &cip.StartWebAuthnRegistrationInput{AccessToken: token})
	p.must(err)
	var options, made map[string]any
	p.must(started.CredentialCreationOptions.UnmarshalSmithyDocument(&options))
	text, err := json.Marshal(options)
	p.must(err)
	creation, err := virtualwebauthn.ParseAttestationOptions(string(text))
	p.must(err)
	p.must(json.Unmarshal([]byte(virtualwebauthn.CreateAttestationResponse(party, device, credential, *creation)), &made))
	_, err = p.CompleteWebAuthnRegistration(p.Context(), &cip.CompleteWebAuthnRegistrationInput{AccessToken: token, Credential: document.NewLazyDocument(made)})
	p.must(err)
}

// TestPasskeysBySDK registers a passkey of a pool's domain and signs in with it where
// MFA is required, with a software authenticator for the browser.
func TestPasskeysBySDK(t *testing.T) {
	p, ctx := newPasskeyPool(t), t.Context()
	const host = "harbour.auth.localhost"
	party := virtualwebauthn.RelyingParty{ID: host, Name: host, Origin: "https://" + host}
	device, credential := virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA)
	known := p.begin(map[string]string{"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Permanent-1"})
	p.register(known.AuthenticationResult.AccessToken, party, device, credential)
	_, err := p.SetUserPoolMfaConfig(ctx, &cip.SetUserPoolMfaConfigInput{UserPoolId: p.id, MfaConfiguration: types.UserPoolMfaTypeOn,
		SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: true},
		WebAuthnConfiguration:         &types.WebAuthnConfigurationType{FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION"}})
	p.must(err)

	asked := p.begin(map[string]string{"PREFERRED_CHALLENGE": "WEB_AUTHN"})
	if asked.ChallengeName != types.ChallengeNameTypeWebAuthn {
		t.Fatalf("%s %v", asked.ChallengeName, asked.AvailableChallenges)
	}
	request, err := virtualwebauthn.ParseAssertionOptions(asked.ChallengeParameters["CREDENTIAL_REQUEST_OPTIONS"])
	p.must(err)
	if request.RelyingPartyID != host || !credential.IsAllowedForAssertion(*request) {
		t.Fatalf("options %+v", request)
	}
	done, err := p.RespondToAuthChallenge(ctx, &cip.RespondToAuthChallengeInput{
		ClientId: p.client, ChallengeName: asked.ChallengeName, Session: asked.Session, ChallengeResponses: map[string]string{
			"USERNAME": "ada", "CREDENTIAL": virtualwebauthn.CreateAssertionResponse(party, device, credential, *request)},
	})
	p.must(err)
	user, err := p.GetUser(ctx, &cip.GetUserInput{AccessToken: done.AuthenticationResult.AccessToken})
	p.must(err)
	if *user.Username != "ada" {
		t.Errorf("signed in as %s", *user.Username)
	}
}
