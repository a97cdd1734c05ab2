package cognito_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestSDKRewritePool: what a pool and its MFA read as can be written to them, and
// changes nothing. Terraform does so whenever anything of a pool changes.
func TestSDKRewritePool(t *testing.T) {
	type create = cip.CreateUserPoolInput
	type setMFA = cip.SetUserPoolMfaConfigInput
	sms := &types.SmsConfigurationType{SnsCallerArn: aws.String("arn:aws:iam::111122223333:role/sms"), ExternalId: aws.String("x")}
	token := func(on bool) *types.SoftwareTokenMfaConfigType { return &types.SoftwareTokenMfaConfigType{Enabled: on} }
	lambda := aws.String("arn:aws:lambda:eu-west-1:111122223333:function:f")
	mail := fullPool().EmailConfiguration
	for _, tt := range []struct {
		name string
		in   create
		mfa  *setMFA
	}{
		{name: "bare"},
		{name: "full", in: *fullPool()},
		{name: "software token", mfa: &setMFA{MfaConfiguration: "ON", SoftwareTokenMfaConfiguration: token(true)}},
		{name: "SMS beside a software token that is off", in: create{SmsConfiguration: sms, SmsAuthenticationMessage: aws.String("in {####}")},
			mfa: &setMFA{MfaConfiguration: "OPTIONAL", SmsMfaConfiguration: &types.SmsMfaConfigType{SmsConfiguration: sms}, SoftwareTokenMfaConfiguration: token(false)}},
		{name: "mail", in: create{EmailConfiguration: mail}, mfa: &setMFA{MfaConfiguration: "OPTIONAL", EmailMfaConfiguration: &types.EmailMfaConfigType{}}},
		{name: "passkeys", mfa: &setMFA{WebAuthnConfiguration: &types.WebAuthnConfigurationType{RelyingPartyId: aws.String("example.org")}}},
		{name: "links", in: create{VerificationMessageTemplate: &types.VerificationMessageTemplateType{DefaultEmailOption: "CONFIRM_WITH_LINK",
			EmailMessageByLink: aws.String("{##here##}"), EmailSubject: aws.String("s"), SmsMessage: aws.String("{####}")}}},
		{name: "old texts", in: create{EmailVerificationMessage: aws.String("{####} m"), SmsVerificationMessage: aws.String("{####} s")}},
		{name: "token trigger", in: create{LambdaConfig: &types.LambdaConfigType{PreTokenGeneration: lambda}}},
		{name: "devices", in: create{DeviceConfiguration: &types.DeviceConfigurationType{}}},
		{name: "policy without anything", in: create{Policies: &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{PasswordHistorySize: aws.Int32(0)}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newSDK(newBench(t))
			tt.in.PoolName = aws.String("shop")
			made, err := c.CreateUserPool(t.Context(), &tt.in)
			if err != nil {
				t.Fatal(err)
			}
			id := made.UserPool.Id
			if tt.mfa != nil {
				tt.mfa.UserPoolId = id
				if _, err := c.SetUserPoolMfaConfig(t.Context(), tt.mfa); err != nil {
					t.Fatal(err)
				}
			}
			pool, mfa := readPool(t, c, id)
			rewritePool(t, c, pool, mfa)
			again, mfaAgain := readPool(t, c, id)
			if diff := cmp.Diff(pool, again, unseen); diff != "" {
				t.Errorf("the pool (-read +read again):\n%s", diff)
			}
			if diff := cmp.Diff(mfa, mfaAgain, unseen, cmpopts.IgnoreFields(cip.GetUserPoolMfaConfigOutput{}, "ResultMetadata")); diff != "" {
				t.Errorf("MFA (-read +read again):\n%s", diff)
			}
		})
	}
}

func readPool(t *testing.T, c *cip.Client, id *string) (*types.UserPoolType, *cip.GetUserPoolMfaConfigOutput) {
	t.Helper()
	pool, err := c.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: id})
	if err != nil {
		t.Fatal(err)
	}
	mfa, err := c.GetUserPoolMfaConfig(t.Context(), &cip.GetUserPoolMfaConfigInput{UserPoolId: id})
	if err != nil {
		t.Fatal(err)
	}
	return pool.UserPool, mfa
}

// rewritePool writes MFA first and then the pool, in Terraform's order.
func rewritePool(t *testing.T, c *cip.Client, pool *types.UserPoolType, mfa *cip.GetUserPoolMfaConfigOutput) {
	t.Helper()
	setMFA := &cip.SetUserPoolMfaConfigInput{UserPoolId: pool.Id}
	carry(t, mfa, setMFA)
	if _, err := c.SetUserPoolMfaConfig(t.Context(), setMFA); err != nil {
		t.Fatal(err)
	}
	update := &cip.UpdateUserPoolInput{UserPoolId: pool.Id}
	carry(t, pool, update)
	update.AdminCreateUserConfig.UnusedAccountValidityDays = 0 // is refused beside the policy's
	if _, err := c.UpdateUserPool(t.Context(), update); err != nil {
		t.Fatal(err)
	}
}

// TestSDKRewriteClient is TestSDKRewritePool for app clients.
func TestSDKRewriteClient(t *testing.T) {
	c := newSDK(newBench(t))
	pool, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: aws.String("shop")})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []*cip.CreateUserPoolClientInput{
		{ClientName: aws.String("bare")},
		{ClientName: aws.String("secret"), GenerateSecret: true, EnableTokenRevocation: aws.Bool(false)},
		{ClientName: aws.String("unit-without-number"), TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: "minutes", IdToken: "hours", RefreshToken: "hours"}, AccessTokenValidity: aws.Int32(30)},
		{ClientName: aws.String("rotation"), RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: "ENABLED", RetryGracePeriodSeconds: aws.Int32(9)}},
		{ClientName: aws.String("rotation off"), RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: "DISABLED"}},
		{ClientName: aws.String("empty lists"), CallbackURLs: []string{}, ReadAttributes: []string{}, ExplicitAuthFlows: []types.ExplicitAuthFlowsType{}},
		{ClientName: aws.String("flows that are off"), AllowedOAuthFlows: []types.OAuthFlowType{"code"}, AllowedOAuthScopes: []string{"openid"}, CallbackURLs: []string{"https://b.example.org", "https://a.example.org"}},
	} {
		in.UserPoolId = pool.UserPool.Id
		made, err := c.CreateUserPoolClient(t.Context(), in)
		if err != nil {
			t.Fatalf("%s: %v", *in.ClientName, err)
		}
		update := new(cip.UpdateUserPoolClientInput)
		carry(t, made.UserPoolClient, update)
		again, err := c.UpdateUserPoolClient(t.Context(), update)
		if err != nil {
			t.Errorf("%s: %v", *in.ClientName, err)
		} else if diff := cmp.Diff(made.UserPoolClient, again.UserPoolClient, unseen); diff != "" {
			t.Errorf("%s (-made +written again):\n%s", *in.ClientName, diff)
		}
	}
}

// carry copies the members that two of the SDK's structures share.
func carry(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}
