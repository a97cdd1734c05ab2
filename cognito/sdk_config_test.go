package cognito_test

import (
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"idpond/cognito/apitest"
)

// newSDK gives the SDK's client for a bench.
func newSDK(b *bench) *cip.Client {
	srv := httptest.NewServer(b.srv)
	b.Cleanup(srv.Close)
	return cip.New(cip.Options{Region: b.region, BaseEndpoint: &srv.URL, HTTPClient: new(apitest.SDK),
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "")})
}

// unseen leaves out what the SDK puts into structures beside the members, and takes
// an empty list for none.
var unseen = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore()),
	cmpopts.EquateEmpty(),
}

// fullPool is a request with every member that has no second place.
func fullPool() *cip.CreateUserPoolInput {
	lambda := aws.String("arn:aws:lambda:eu-west-1:111122223333:function:f")
	return &cip.CreateUserPoolInput{
		PoolName: aws.String("full"),
		Policies: &types.UserPoolPolicyType{
			PasswordPolicy: &types.PasswordPolicyType{MinimumLength: aws.Int32(12), RequireSymbols: true, PasswordHistorySize: aws.Int32(4), TemporaryPasswordValidityDays: 3},
			SignInPolicy:   &types.SignInPolicyType{AllowedFirstAuthFactors: []types.AuthFactorType{"PASSWORD", "EMAIL_OTP", "WEB_AUTHN"}},
		},
		DeletionProtection: types.DeletionProtectionTypeActive,
		LambdaConfig: &types.LambdaConfigType{
			PreSignUp: lambda, CustomMessage: lambda, PostConfirmation: lambda, PreAuthentication: lambda, PostAuthentication: lambda,
			DefineAuthChallenge: lambda, CreateAuthChallenge: lambda, VerifyAuthChallengeResponse: lambda, UserMigration: lambda, PreTokenGeneration: lambda,
			PreTokenGenerationConfig: &types.PreTokenGenerationVersionConfigType{LambdaVersion: "V2_0", LambdaArn: lambda},
			CustomSMSSender:          &types.CustomSMSLambdaVersionConfigType{LambdaVersion: "V1_0", LambdaArn: lambda},
			CustomEmailSender:        &types.CustomEmailLambdaVersionConfigType{LambdaVersion: "V1_0", LambdaArn: lambda},
			KMSKeyID:                 aws.String("arn:aws:kms:eu-west-1:111122223333:key/k"),
		},
		AutoVerifiedAttributes: []types.VerifiedAttributeType{"email", "phone_number"},
		AliasAttributes:        []types.AliasAttributeType{"email", "preferred_username"},
		SmsVerificationMessage: aws.String("sms {####}"), EmailVerificationMessage: aws.String("mail {####}"), EmailVerificationSubject: aws.String("subject"),
		VerificationMessageTemplate: &types.VerificationMessageTemplateType{
			DefaultEmailOption: "CONFIRM_WITH_CODE", SmsMessage: aws.String("sms {####}"), EmailMessage: aws.String("mail {####}"), EmailSubject: aws.String("subject"),
		},
		SmsAuthenticationMessage:    aws.String("in {####}"),
		UserAttributeUpdateSettings: &types.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []types.VerifiedAttributeType{"email"}},
		MfaConfiguration:            types.UserPoolMfaTypeOptional,
		DeviceConfiguration:         &types.DeviceConfigurationType{ChallengeRequiredOnNewDevice: true},
		EmailConfiguration: &types.EmailConfigurationType{EmailSendingAccount: "DEVELOPER", SourceArn: aws.String("arn:aws:ses:eu-west-1:111122223333:identity/example.org"),
			From: aws.String("Shop <shop@example.org>"), ReplyToEmailAddress: aws.String("re@example.org"), ConfigurationSet: aws.String("set")},
		SmsConfiguration: &types.SmsConfigurationType{SnsCallerArn: aws.String("arn:aws:iam::111122223333:role/sms"), ExternalId: aws.String("x"), SnsRegion: aws.String("eu-west-1")},
		UserPoolTags:     map[string]string{"team": "a"},
		AdminCreateUserConfig: &types.AdminCreateUserConfigType{AllowAdminCreateUserOnly: true, InviteMessageTemplate: &types.MessageTemplateType{
			EmailMessage: aws.String("{username} {####}"), EmailSubject: aws.String("come"), SMSMessage: aws.String("{username} {####}")}},
		UserPoolAddOns: &types.UserPoolAddOnsType{AdvancedSecurityMode: "ENFORCED",
			AdvancedSecurityAdditionalFlows: &types.AdvancedSecurityAdditionalFlowsType{CustomAuthMode: "AUDIT"}},
		UsernameConfiguration: &types.UsernameConfigurationType{CaseSensitive: aws.Bool(false)},
		AccountRecoverySetting: &types.AccountRecoverySettingType{RecoveryMechanisms: []types.RecoveryOptionType{
			{Name: "verified_phone_number", Priority: aws.Int32(2)}, {Name: "verified_email", Priority: aws.Int32(1)}}},
		UserPoolTier: types.UserPoolTierTypePlus,
	}
}

// TestSDKPoolRoundTrip: what is written reads back equal, and what is replaced by
// nothing reads back as the default; so an infrastructure tool finds nothing to change.
func TestSDKPoolRoundTrip(t *testing.T) {
	ctx, b := t.Context(), newBench(t)
	c := newSDK(b)
	in := fullPool()
	created, err := c.CreateUserPool(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	id := created.UserPool.Id
	out, err := c.DescribeUserPool(ctx, &cip.DescribeUserPoolInput{UserPoolId: id})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(created.UserPool, out.UserPool, unseen); diff != "" {
		t.Errorf("CreateUserPool and DescribeUserPool differ (-created +described):\n%s", diff)
	}
	want := &types.UserPoolType{
		Id: id, Name: in.PoolName, Arn: out.UserPool.Arn, CreationDate: out.UserPool.CreationDate, LastModifiedDate: out.UserPool.LastModifiedDate,
		SchemaAttributes: out.UserPool.SchemaAttributes, // see TestSchema
		Policies:         in.Policies, DeletionProtection: in.DeletionProtection, LambdaConfig: in.LambdaConfig,
		AutoVerifiedAttributes: in.AutoVerifiedAttributes, AliasAttributes: in.AliasAttributes, SmsVerificationMessage: in.SmsVerificationMessage,
		EmailVerificationMessage: in.EmailVerificationMessage, EmailVerificationSubject: in.EmailVerificationSubject,
		VerificationMessageTemplate: in.VerificationMessageTemplate, SmsAuthenticationMessage: in.SmsAuthenticationMessage,
		UserAttributeUpdateSettings: in.UserAttributeUpdateSettings, MfaConfiguration: in.MfaConfiguration, DeviceConfiguration: in.DeviceConfiguration,
		EmailConfiguration: in.EmailConfiguration, SmsConfiguration: in.SmsConfiguration, UserPoolTags: in.UserPoolTags,
		UserPoolAddOns: in.UserPoolAddOns, UsernameConfiguration: in.UsernameConfiguration, AccountRecoverySetting: in.AccountRecoverySetting,
		UserPoolTier: in.UserPoolTier,
		AdminCreateUserConfig: &types.AdminCreateUserConfigType{AllowAdminCreateUserOnly: true, UnusedAccountValidityDays: 3, // mirrors the policy
			InviteMessageTemplate: in.AdminCreateUserConfig.InviteMessageTemplate},
	}
	if diff := cmp.Diff(want, out.UserPool, unseen); diff != "" {
		t.Errorf("what was written and what reads back differ (-want +got):\n%s", diff)
	}
	replacePoolByNothing(t, c, out.UserPool)
}

func replacePoolByNothing(t *testing.T, c *cip.Client, full *types.UserPoolType) {
	t.Helper()
	ctx := t.Context()
	if _, err := c.UpdateUserPool(ctx, &cip.UpdateUserPoolInput{UserPoolId: full.Id, MfaConfiguration: "OFF"}); err != nil {
		t.Fatal(err)
	}
	bare, err := c.CreateUserPool(ctx, &cip.CreateUserPoolInput{PoolName: full.Name, AliasAttributes: full.AliasAttributes, UsernameConfiguration: full.UsernameConfiguration})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.DescribeUserPool(ctx, &cip.DescribeUserPoolInput{UserPoolId: full.Id})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bare.UserPool, out.UserPool, unseen, cmpopts.IgnoreFields(types.UserPoolType{}, "Id", "Arn")); diff != "" {
		t.Errorf("a pool that was replaced by nothing is not a new one (-new +replaced):\n%s", diff)
	}
}

func TestSDKClientRoundTrip(t *testing.T) {
	ctx, b := t.Context(), newBench(t)
	c := newSDK(b)
	pool, err := c.CreateUserPool(ctx, &cip.CreateUserPoolInput{PoolName: aws.String("shop")})
	if err != nil {
		t.Fatal(err)
	}
	in := &cip.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: aws.String("full"), ClientSecret: aws.String("abcdefghijklmnopqrstuvwxyz0123"),
		RefreshTokenValidity: 48, AccessTokenValidity: aws.Int32(30), IdTokenValidity: aws.Int32(600),
		TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: "minutes", IdToken: "seconds", RefreshToken: "hours"},
		ReadAttributes:     []string{"email", "name"}, WriteAttributes: []string{"name"},
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
		SupportedIdentityProviders: []string{"COGNITO"},
		CallbackURLs:               []string{"https://app.example.org/b", "https://app.example.org/a"}, LogoutURLs: []string{"https://app.example.org/out"},
		DefaultRedirectURI: aws.String("https://app.example.org/a"),
		AllowedOAuthFlows:  []types.OAuthFlowType{"code", "implicit"}, AllowedOAuthScopes: []string{"openid", "email"}, AllowedOAuthFlowsUserPoolClient: true,
		AnalyticsConfiguration:     &types.AnalyticsConfigurationType{ApplicationArn: aws.String("arn:aws:mobiletargeting:eu-west-1:111122223333:apps/x"), UserDataShared: true},
		PreventUserExistenceErrors: "ENABLED", EnableTokenRevocation: aws.Bool(false), EnablePropagateAdditionalUserContextData: aws.Bool(true),
		AuthSessionValidity: aws.Int32(9), RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: "ENABLED", RetryGracePeriodSeconds: aws.Int32(7)},
	}
	created, err := c.CreateUserPoolClient(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	got := created.UserPoolClient
	want := &types.UserPoolClientType{
		UserPoolId: in.UserPoolId, ClientId: got.ClientId, ClientName: in.ClientName, ClientSecret: in.ClientSecret,
		CreationDate: got.CreationDate, LastModifiedDate: got.LastModifiedDate, RefreshTokenValidity: in.RefreshTokenValidity,
		AccessTokenValidity: in.AccessTokenValidity, IdTokenValidity: in.IdTokenValidity, TokenValidityUnits: in.TokenValidityUnits,
		ReadAttributes: in.ReadAttributes, WriteAttributes: in.WriteAttributes, ExplicitAuthFlows: in.ExplicitAuthFlows,
		SupportedIdentityProviders: in.SupportedIdentityProviders, CallbackURLs: in.CallbackURLs, LogoutURLs: in.LogoutURLs,
		DefaultRedirectURI: in.DefaultRedirectURI, AllowedOAuthFlows: in.AllowedOAuthFlows, AllowedOAuthScopes: in.AllowedOAuthScopes,
		AllowedOAuthFlowsUserPoolClient: aws.Bool(true), AnalyticsConfiguration: in.AnalyticsConfiguration,
		PreventUserExistenceErrors: in.PreventUserExistenceErrors, EnableTokenRevocation: in.EnableTokenRevocation,
		EnablePropagateAdditionalUserContextData: in.EnablePropagateAdditionalUserContextData, AuthSessionValidity: in.AuthSessionValidity,
		RefreshTokenRotation: in.RefreshTokenRotation,
	}
	if diff := cmp.Diff(want, got, unseen); diff != "" {
		t.Errorf("what was written and what reads back differ (-want +got):\n%s", diff)
	}
	described, err := c.DescribeUserPoolClient(ctx, &cip.DescribeUserPoolClientInput{UserPoolId: in.UserPoolId, ClientId: got.ClientId})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, described.UserPoolClient, unseen); diff != "" {
		t.Errorf("CreateUserPoolClient and DescribeUserPoolClient differ:\n%s", diff)
	}
}
