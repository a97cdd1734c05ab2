package cognito_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// settings is the table of TestReadBack.
func settings() []setting {
	return slices.Concat(poolSettings(), clientSettings(), pageSettings(), otherSettings())
}

const (
	lambda = `"arn:aws:lambda:{{region}}:{{account}}:function:f"`
	// triggers are all members of LambdaConfig.
	triggers = `{"PreSignUp":` + lambda + `,"CustomMessage":` + lambda + `,"PostConfirmation":` + lambda + `,"PreAuthentication":` + lambda +
		`,"PostAuthentication":` + lambda + `,"DefineAuthChallenge":` + lambda + `,"CreateAuthChallenge":` + lambda + `,"VerifyAuthChallengeResponse":` + lambda +
		`,"UserMigration":` + lambda + `,"PreTokenGeneration":` + lambda + `,"PreTokenGenerationConfig":{"LambdaVersion":"V2_0","LambdaArn":` + lambda +
		`},"CustomSMSSender":{"LambdaVersion":"V1_0","LambdaArn":` + lambda + `},"CustomEmailSender":{"LambdaVersion":"V1_0","LambdaArn":` + lambda +
		`},"InboundFederation":{"LambdaVersion":"V1_0","LambdaArn":` + lambda + `},"KMSKeyID":"arn:aws:kms:{{region}}:{{account}}:key/k"}`
	sms = `{"SnsCallerArn":"{{role}}","ExternalId":"x","SnsRegion":"{{region}}"}`
	// eums is SMS by the newer way.
	eums = `{"EumsSms":{"CallerArn":"{{role}}","ExternalId":"x","OriginationIdentity":"+14155550100","ConfigurationSetName":"set","InEntityId":"e","InTemplateId":"t","Region":"{{region}}"}}`

	// replaceable are the members that CreateUserPool and UpdateUserPool share.
	replaceable = `"Policies":{"PasswordPolicy":{"MinimumLength":12,"RequireUppercase":true,"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":true,` +
		`"PasswordHistorySize":4,"TemporaryPasswordValidityDays":3},"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","EMAIL_OTP","WEB_AUTHN"]}},` +
		`"DeletionProtection":"ACTIVE","LambdaConfig":` + triggers + `,"AutoVerifiedAttributes":["email","phone_number"],` +
		`"SmsVerificationMessage":"sms {####}","EmailVerificationMessage":"mail {####}","EmailVerificationSubject":"subject",` +
		`"VerificationMessageTemplate":{"SmsMessage":"sms {####}","EmailMessage":"mail {####}","EmailSubject":"subject",` +
		`"DefaultEmailOption":"CONFIRM_WITH_CODE"},` +
		`"SmsAuthenticationMessage":"in {####}","MfaConfiguration":"OPTIONAL",` +
		`"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]},` +
		`"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":true,"DeviceOnlyRememberedOnUserPrompt":true},` +
		`"EmailConfiguration":{"SourceArn":"arn:aws:ses:{{region}}:{{account}}:identity/example.org","ReplyToEmailAddress":"re@example.org",` +
		`"EmailSendingAccount":"DEVELOPER","From":"Shop <shop@example.org>","ConfigurationSet":"set"},` +
		`"SmsConfiguration":` + sms + `,"UserPoolTags":{"team":"a"},` +
		`"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true,` +
		`"InviteMessageTemplate":{"SMSMessage":"{username} {####}","EmailMessage":"{username} {####}","EmailSubject":"come"}},` +
		`"UserPoolAddOns":{"AdvancedSecurityMode":"ENFORCED","AdvancedSecurityAdditionalFlows":{"CustomAuthMode":"AUDIT"}},` +
		`"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":2,"Name":"verified_phone_number"},{"Priority":1,"Name":"verified_email"}]},` +
		`"UserPoolTier":"PLUS","KeyConfiguration":{"KeyType":"CUSTOMER_MANAGED_KEY","KmsKeyArn":"arn:aws:kms:{{region}}:{{account}}:key/k"},"IssuerConfiguration":{"Type":"UPDATED"}`

	// otherwisePossible are members that exclude some of replaceable's.
	otherwisePossible = `"AutoVerifiedAttributes":["email"],"VerificationMessageTemplate":{"EmailMessageByLink":"press {##here##}","EmailSubjectByLink":"link","DefaultEmailOption":"CONFIRM_WITH_LINK"},` +
		`"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true,"UnusedAccountValidityDays":5},"SmsConfiguration":` + eums + `,"DeletionProtection":"INACTIVE"`

	bareRecovery = `"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_email"},{"Priority":2,"Name":"verified_phone_number"}]}`
	// barePool is what a pool reads as of which nothing was said, but for name and MFA.
	barePool = `"Policies":{"PasswordPolicy":{"MinimumLength":8,"RequireUppercase":true,"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":true,"TemporaryPasswordValidityDays":7},` +
		`"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD"]}},"DeletionProtection":"INACTIVE","LambdaConfig":{},` +
		`"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_CODE"},"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":[]},` +
		`"EmailConfiguration":{"EmailSendingAccount":"COGNITO_DEFAULT"},"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":false,"UnusedAccountValidityDays":7},` +
		`"UserPoolTags":{},"UserPoolTier":"ESSENTIALS",` + bareRecovery
)

// ofPool are the members of an answer that the server makes.
var ofPool = []string{"Id", "Arn", "CreationDate", "LastModifiedDate", "EstimatedNumberOfUsers", "SchemaAttributes"}

func poolSettings() []setting {
	name := map[string]string{"PoolName": "Name"}
	admin := map[string]any{"AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 3.0, // which the policy says
		"InviteMessageTemplate": map[string]any{"SMSMessage": "{username} {####}", "EmailMessage": "{username} {####}", "EmailSubject": "come"}}
	bothDays := map[string]any{ // each is shown by the other too
		"Policies": map[string]any{
			"PasswordPolicy": map[string]any{"MinimumLength": 8.0, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true, "RequireSymbols": true, "TemporaryPasswordValidityDays": 5.0},
			"SignInPolicy":   map[string]any{"AllowedFirstAuthFactors": []any{"PASSWORD"}},
		},
	}
	bare := func(more ...string) map[string]any { // defaults beside the members of otherwisePossible
		all, kept := bareOf(barePool), map[string]any{}
		for _, member := range append(more, "LambdaConfig", "EmailConfiguration", "UserAttributeUpdateSettings", "UserPoolTags", "UserPoolTier", "AccountRecoverySetting") {
			kept[member] = all[member]
		}
		kept["Policies"] = bothDays["Policies"]
		kept["MfaConfiguration"] = "OFF"
		return kept
	}
	describe := `{"UserPoolId":"{{id}}"}`
	return []setting{
		{
			name:  "pool",
			write: "CreateUserPool", made: "UserPool.Id",
			full: `{"PoolName":"full",` + replaceable + `,"AliasAttributes":["email","preferred_username"],"UsernameConfiguration":{"CaseSensitive":false}}`,
			read: "DescribeUserPool", where: describe, as: "UserPool", renamed: name, own: ofPool,
			otherwise: map[string]any{"AdminCreateUserConfig": admin},
			update:    "UpdateUserPool", bare: `{"UserPoolId":"{{id}}","MfaConfiguration":"OFF"}`,
			defaults: `{"Name":"full","MfaConfiguration":"OFF","AliasAttributes":["email","preferred_username"],"UsernameConfiguration":{"CaseSensitive":false},` + barePool + `}`,
		},
		{
			name:  "pool, the other members",
			write: "CreateUserPool", made: "UserPool.Id",
			full: `{"PoolName":"other","UsernameAttributes":["email"],` + otherwisePossible + `}`,
			read: "DescribeUserPool", where: describe, as: "UserPool", renamed: name, own: ofPool,
			otherwise: bare(),
			update:    "UpdateUserPool", bare: `{"UserPoolId":"{{id}}"}`,
			defaults: `{"Name":"other","MfaConfiguration":"OFF","UsernameAttributes":["email"],` + barePool + `}`,
		},
		{
			name:  "pool, updated",
			write: "UpdateUserPool", full: `{"UserPoolId":"{{pool}}","PoolName":"renamed",` + replaceable + `}`,
			read: "DescribeUserPool", where: `{"UserPoolId":"{{pool}}"}`, as: "UserPool", renamed: name, hidden: []string{"UserPoolId"}, own: ofPool,
			otherwise: map[string]any{"AdminCreateUserConfig": admin},
			update:    "UpdateUserPool", bare: `{"UserPoolId":"{{pool}}","MfaConfiguration":"OFF"}`,
			defaults: `{"Name":"renamed","MfaConfiguration":"OFF",` + barePool + `}`,
		},
		{
			name:  "pool, updated with the other members",
			write: "UpdateUserPool", full: `{"UserPoolId":"{{updatedpool}}",` + otherwisePossible + `}`,
			read: "DescribeUserPool", where: `{"UserPoolId":"{{updatedpool}}"}`, as: "UserPool", hidden: []string{"UserPoolId"},
			own: append([]string{"Name"}, ofPool...), otherwise: bare(),
		},
		{
			name:  "schema",
			write: "CreateUserPool", made: "UserPool.Id",
			full: `{"PoolName":"schema","Schema":[` +
				`{"Name":"email","AttributeDataType":"String","Mutable":true,"Required":true,"DeveloperOnlyAttribute":false,"StringAttributeConstraints":{"MinLength":"3","MaxLength":"99"}},` +
				`{"Name":"level","AttributeDataType":"Number","Mutable":false,"Required":false,"DeveloperOnlyAttribute":true,"NumberAttributeConstraints":{"MinValue":"1","MaxValue":"9"}}]}`,
			read: "DescribeUserPool", where: describe, as: "UserPool", check: hasAttributes("Schema"),
		},
		{
			name:  "custom attributes",
			write: "AddCustomAttributes",
			full: `{"UserPoolId":"{{pool}}","CustomAttributes":[` +
				`{"Name":"level","AttributeDataType":"Number","Mutable":true,"Required":false,"DeveloperOnlyAttribute":true,"NumberAttributeConstraints":{"MinValue":"1","MaxValue":"9"}},` +
				`{"Name":"color","AttributeDataType":"String","Mutable":false,"Required":false,"DeveloperOnlyAttribute":false,"StringAttributeConstraints":{"MinLength":"1","MaxLength":"9"}}]}`,
			read: "DescribeUserPool", where: `{"UserPoolId":"{{pool}}"}`, as: "UserPool", check: hasAttributes("CustomAttributes"),
		},
		{
			name:  "MFA by SMS, token, mail",
			write: "SetUserPoolMfaConfig",
			full: `{"UserPoolId":"{{mailpool}}","MfaConfiguration":"OPTIONAL","SmsMfaConfiguration":{"SmsAuthenticationMessage":"in {####}","SmsConfiguration":` + sms + `},` +
				`"SoftwareTokenMfaConfiguration":{"Enabled":true},"EmailMfaConfiguration":{"Message":"mail {####}","Subject":"in"},` +
				`"WebAuthnConfiguration":{"RelyingPartyId":"example.org","UserVerification":"required","FactorConfiguration":"SINGLE_FACTOR"}}`,
			read: "GetUserPoolMfaConfig", where: `{"UserPoolId":"{{mailpool}}"}`, hidden: []string{"UserPoolId"},
			update: "SetUserPoolMfaConfig", bare: `{"UserPoolId":"{{mailpool}}"}`, defaults: `{"MfaConfiguration":"OFF"}`,
		},
		{
			name:  "MFA by the newer SMS",
			write: "SetUserPoolMfaConfig",
			full:  `{"UserPoolId":"{{mailpool}}","MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsAuthenticationMessage":"in {####}","SmsConfiguration":` + eums + `}}`,
			read:  "GetUserPoolMfaConfig", where: `{"UserPoolId":"{{mailpool}}"}`, hidden: []string{"UserPoolId"},
			update: "SetUserPoolMfaConfig", bare: `{"UserPoolId":"{{mailpool}}"}`, defaults: `{"MfaConfiguration":"OFF"}`,
		},
	}
}

func clientSettings() []setting {
	// members of an update as of a creation.
	full := `"RefreshTokenValidity":48,"AccessTokenValidity":30,"IdTokenValidity":600,"TokenValidityUnits":{"AccessToken":"minutes","IdToken":"seconds","RefreshToken":"hours"},` +
		`"ReadAttributes":["email","name"],"WriteAttributes":["name"],"ExplicitAuthFlows":["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"],` +
		`"SupportedIdentityProviders":["COGNITO","{{provider}}"],"CallbackURLs":["https://app.example.org/b","https://app.example.org/a"],"LogoutURLs":["https://app.example.org/out"],` +
		`"DefaultRedirectURI":"https://app.example.org/a","AllowedOAuthFlows":["code","implicit"],"AllowedOAuthScopes":["openid","email","{{server}}/read"],"AllowedOAuthFlowsUserPoolClient":true,` +
		`"PreventUserExistenceErrors":"ENABLED","EnableTokenRevocation":false,"EnablePropagateAdditionalUserContextData":true,` +
		`"AuthSessionValidity":9,"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":7}`
	byARN := `,"AnalyticsConfiguration":{"ApplicationArn":"arn:aws:mobiletargeting:{{region}}:{{account}}:apps/x","UserDataShared":true}`
	byID := `,"AnalyticsConfiguration":{"ApplicationId":"abc123","RoleArn":"{{role}}","ExternalId":"y","UserDataShared":true}`
	bare := `"RefreshTokenValidity":30,"TokenValidityUnits":{},"AllowedOAuthFlowsUserPoolClient":false,"EnableTokenRevocation":true,"EnablePropagateAdditionalUserContextData":false,"AuthSessionValidity":3`
	own := []string{"ClientId", "CreationDate", "LastModifiedDate"}
	describe := `{"UserPoolId":"{{pool}}","ClientId":"{{id}}"}`
	update := `{"UserPoolId":"{{pool}}","ClientId":"{{id}}"}`
	return []setting{
		{
			name: "client", write: "CreateUserPoolClient", made: "UserPoolClient.ClientId",
			full: `{"UserPoolId":"{{pool}}","ClientName":"full","ClientSecret":"abcdefghijklmnopqrstuvwxyz0123",` + full + byARN + `}`,
			read: "DescribeUserPoolClient", where: describe, as: "UserPoolClient", own: own,
			update: "UpdateUserPoolClient", bare: update,
			defaults: `{"UserPoolId":"{{pool}}","ClientName":"full","ClientSecret":"abcdefghijklmnopqrstuvwxyz0123","RefreshTokenRotation":{"Feature":"DISABLED","RetryGracePeriodSeconds":0},` + bare + `}`,
		},
		{
			name: "client with a secret of the server", write: "CreateUserPoolClient", made: "UserPoolClient.ClientId",
			full: `{"UserPoolId":"{{pool}}","ClientName":"other","GenerateSecret":true,` + full + byID + `}`,
			read: "DescribeUserPoolClient", where: describe, as: "UserPoolClient", hidden: []string{"GenerateSecret"}, own: append([]string{"ClientSecret"}, own...),
		},
		{
			name: "client, updated", write: "UpdateUserPoolClient",
			full: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}","ClientName":"renamed",` + full + byARN + `}`,
			read: "DescribeUserPoolClient", where: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}"}`, as: "UserPoolClient",
			own:    []string{"ClientSecret", "CreationDate", "LastModifiedDate"},
			update: "UpdateUserPoolClient", bare: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}"}`,
			defaults: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}","ClientName":"renamed","RefreshTokenRotation":{"Feature":"DISABLED","RetryGracePeriodSeconds":0},` + bare + `}`,
		},
		{
			name: "client, updated with the other analytics", write: "UpdateUserPoolClient",
			full: `{"UserPoolId":"{{pool}}","ClientId":"{{client}}"` + byID + `}`,
			read: "DescribeUserPoolClient", where: `{"UserPoolId":"{{pool}}","ClientId":"{{client}}"}`, as: "UserPoolClient",
			own: []string{"CreationDate", "LastModifiedDate", "ClientName"}, otherwise: bareOf(bare),
		},
	}
}

// bareOf are the members of a text.
func bareOf(members string) map[string]any {
	var all map[string]any
	if err := json.Unmarshal([]byte("{"+members+"}"), &all); err != nil {
		panic(err)
	}
	return all
}

// picture is a small PNG, as base64.
func picture() string {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.White})); err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

func pageSettings() []setting {
	return []setting{
		{
			name: "domain of the service", write: "CreateUserPoolDomain",
			full: `{"UserPoolId":"{{pool}}","Domain":"readback","ManagedLoginVersion":2,"Routing":{"Failover":{"SecondaryRegion":"ap-south-1","PrimaryRoute53HealthCheckId":"h"}}}`,
			read: "DescribeUserPoolDomain", where: `{"Domain":"readback"}`, as: "DomainDescription",
			own: []string{"AWSAccountId", "Version", "Status"},
		},
		{
			name: "domain of one's own", write: "CreateUserPoolDomain",
			full: `{"UserPoolId":"{{pool}}","Domain":"id.example.com","ManagedLoginVersion":1,"CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:{{account}}:certificate/c","SecurityPolicy":"TLS_V1_2_2021"}}`,
			read: "DescribeUserPoolDomain", where: `{"Domain":"id.example.com"}`, as: "DomainDescription",
			own: []string{"AWSAccountId", "Version", "Status", "CloudFrontDistribution"},
		},
		{
			name: "domain, updated", write: "UpdateUserPoolDomain",
			full: `{"UserPoolId":"{{pool}}","Domain":"{{owndomain}}","ManagedLoginVersion":2,"CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:{{account}}:certificate/d","SecurityPolicy":"TLS_V1_3_2025"},` +
				`"Routing":{"Failover":{"SecondaryRegion":"ap-south-1","PrimaryRoute53HealthCheckId":"h"}}}`,
			read: "DescribeUserPoolDomain", where: `{"Domain":"{{owndomain}}"}`, as: "DomainDescription",
			own:    []string{"AWSAccountId", "Version", "Status", "CloudFrontDistribution"},
			update: "UpdateUserPoolDomain", bare: `{"UserPoolId":"{{pool}}","Domain":"{{owndomain}}"}`, // keeps what it leaves out
			defaults: `{"UserPoolId":"{{pool}}","Domain":"{{owndomain}}","ManagedLoginVersion":2,"CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:{{account}}:certificate/d","SecurityPolicy":"TLS_V1_3_2025"},` +
				`"Routing":{"Failover":{"SecondaryRegion":"ap-south-1","PrimaryRoute53HealthCheckId":"h"}}}`,
		},
		{
			name: "look of the classic pages", write: "SetUICustomization",
			full: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}","CSS":".banner-customizable {\n\tbackground-color: #fff;\n}\n","ImageFile":"` + picture() + `"}`,
			read: "GetUICustomization", where: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}"}`, as: "UICustomization", hidden: []string{"ImageFile"},
			own:    []string{"ImageUrl", "CSSVersion", "CreationDate", "LastModifiedDate"},
			update: "SetUICustomization", bare: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}"}`, defaults: `{}`,
		},
		{
			name: "style of managed login", write: "CreateManagedLoginBranding", made: "ManagedLoginBranding.ManagedLoginBrandingId",
			full: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}","Settings":` + style + `,"Assets":` + assets() + `}`,
			read: "DescribeManagedLoginBranding", where: `{"UserPoolId":"{{brandpool}}","ManagedLoginBrandingId":"{{id}}"}`, as: "ManagedLoginBranding",
			hidden: []string{"ClientId"}, own: []string{"ManagedLoginBrandingId", "CreationDate", "LastModifiedDate"},
			otherwise: map[string]any{"UseCognitoProvidedValues": false},
		},
		{
			name: "style of managed login, the service's", write: "CreateManagedLoginBranding", made: "ManagedLoginBranding.ManagedLoginBrandingId",
			full: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}","UseCognitoProvidedValues":true}`,
			read: "DescribeManagedLoginBrandingByClient", where: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}"}`, as: "ManagedLoginBranding",
			hidden: []string{"ClientId"}, own: []string{"ManagedLoginBrandingId", "CreationDate", "LastModifiedDate"},
		},
		{
			name: "style of managed login, updated", write: "UpdateManagedLoginBranding",
			full: `{"UserPoolId":"{{brandpool}}","ManagedLoginBrandingId":"{{branding}}","Settings":` + style + `,"Assets":` + assets() + `}`,
			read: "DescribeManagedLoginBranding", where: `{"UserPoolId":"{{brandpool}}","ManagedLoginBrandingId":"{{branding}}"}`, as: "ManagedLoginBranding",
			own: []string{"CreationDate", "LastModifiedDate"}, otherwise: map[string]any{"UseCognitoProvidedValues": false},
			update: "UpdateManagedLoginBranding", bare: `{"UserPoolId":"{{brandpool}}","ManagedLoginBrandingId":"{{branding}}","UseCognitoProvidedValues":true}`,
			defaults: `{"UserPoolId":"{{brandpool}}","ManagedLoginBrandingId":"{{branding}}","UseCognitoProvidedValues":true}`,
		},
		{
			name: "terms", write: "CreateTerms", made: "Terms.TermsId",
			full: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}","TermsName":"terms-of-use","TermsSource":"LINK","Enforcement":"NONE","Links":{"cognito:default":"https://example.org/a","cognito:french":"https://example.org/b"}}`,
			read: "DescribeTerms", where: `{"UserPoolId":"{{brandpool}}","TermsId":"{{id}}"}`, as: "Terms", own: []string{"TermsId", "CreationDate", "LastModifiedDate"},
		},
		{
			name: "terms, updated", write: "UpdateTerms",
			full: `{"UserPoolId":"{{brandpool}}","TermsId":"{{terms}}","TermsName":"privacy-policy","TermsSource":"LINK","Enforcement":"NONE","Links":{"cognito:default":"https://example.org/c"}}`,
			read: "DescribeTermsByClient", where: `{"UserPoolId":"{{brandpool}}","ClientId":"{{brandclient}}","TermsName":"privacy-policy"}`, as: "Terms",
			own: []string{"ClientId", "CreationDate", "LastModifiedDate"},
			// Keeps what it leaves out.
			update: "UpdateTerms", bare: `{"UserPoolId":"{{brandpool}}","TermsId":"{{terms}}"}`,
			defaults: `{"UserPoolId":"{{brandpool}}","TermsId":"{{terms}}","TermsName":"privacy-policy","TermsSource":"LINK","Enforcement":"NONE","Links":{"cognito:default":"https://example.org/c"}}`,
		},
	}
}

const style = `{"categories":{"global":{"colorSchemeMode":"DARK"}}}`

func assets() string {
	return `[{"Category":"FORM_LOGO","ColorMode":"LIGHT","Extension":"PNG","Bytes":"` + picture() + `","ResourceId":"logo"}]`
}

// hasAttributes checks that the attributes of a member of the request are in the
// schema, under the names that the service gives them.
func hasAttributes(member string) func(*testing.T, any, any) {
	return func(t *testing.T, sent, read any) {
		standard := map[string]any{}
		for _, a := range read.(map[string]any)["SchemaAttributes"].([]any) {
			standard[a.(map[string]any)["Name"].(string)] = a
		}
		for _, a := range sent.(map[string]any)[member].([]any) {
			want := a.(map[string]any)
			name := want["Name"].(string)
			for _, prefix := range []string{"", "custom:", "dev:custom:"} {
				if standard[prefix+name] != nil {
					want["Name"] = prefix + name
				}
			}
			if diff := cmp.Diff(any(want), standard[want["Name"].(string)]); diff != "" {
				t.Errorf("%s reads back otherwise (-written +read):\n%s", name, diff)
			}
		}
	}
}
