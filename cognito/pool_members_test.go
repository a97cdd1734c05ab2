package cognito_test

import (
	"testing"
)

// TestCreateUserPoolMembers: one member of a request, what answers have of it.
func TestCreateUserPoolMembers(t *testing.T) {
	for _, tt := range []struct{ name, member, want string }{
		{"policy that is given has only what it says", `"Policies":{"PasswordPolicy":{"MinimumLength":12,"RequireNumbers":true}}`,
			`"Policies":{"PasswordPolicy":{"MinimumLength":12,"RequireUppercase":false,"RequireLowercase":false,"RequireNumbers":true,"RequireSymbols":false,"TemporaryPasswordValidityDays":7,"PasswordHistorySize":null},"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD"]}}`},
		{"policy that requires nothing", `"Policies":{"PasswordPolicy":{}}`,
			`"Policies":{"PasswordPolicy":{"MinimumLength":8,"RequireUppercase":false,"TemporaryPasswordValidityDays":7}}`},
		{"sign-in policy alone", `"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","EMAIL_OTP"]}}`,
			`"Policies":{"PasswordPolicy":{"MinimumLength":8,"RequireUppercase":true},"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","EMAIL_OTP"]}}`},
		{"days of 0 are 7", `"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":0}}`,
			`"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":7}},"AdminCreateUserConfig":{"UnusedAccountValidityDays":7}`},
		{"days", `"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":3}}`,
			`"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":3}},"AdminCreateUserConfig":{"UnusedAccountValidityDays":3}`},
		{"days in the old place", `"AdminCreateUserConfig":{"UnusedAccountValidityDays":9}`,
			`"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":9}},"AdminCreateUserConfig":{"UnusedAccountValidityDays":9}`},
		{"history", `"Policies":{"PasswordPolicy":{"PasswordHistorySize":5}}`, `"Policies":{"PasswordPolicy":{"PasswordHistorySize":5}}`},
		{"aliases", `"AliasAttributes":["email","preferred_username"]`, `"AliasAttributes":["email","preferred_username"],"UsernameAttributes":null`},
		{"usernames", `"UsernameAttributes":["email"]`, `"UsernameAttributes":["email"],"AliasAttributes":null`},
		{"empty lists are absent", `"AliasAttributes":[],"UsernameAttributes":[],"AutoVerifiedAttributes":[]`,
			`"AliasAttributes":null,"UsernameAttributes":null,"AutoVerifiedAttributes":null`},
		{"case", `"UsernameConfiguration":{"CaseSensitive":false}`, `"UsernameConfiguration":{"CaseSensitive":false}`},
		{"device tracking with both off", `"DeviceConfiguration":{}`, `"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":false,"DeviceOnlyRememberedOnUserPrompt":false}`},
		{"old texts show in the template", `"SmsVerificationMessage":"code {####}","EmailVerificationMessage":"mail {####}","EmailVerificationSubject":"hello"`,
			`"SmsVerificationMessage":"code {####}","EmailVerificationMessage":"mail {####}","EmailVerificationSubject":"hello",
			 "VerificationMessageTemplate":{"SmsMessage":"code {####}","EmailMessage":"mail {####}","EmailSubject":"hello","DefaultEmailOption":"CONFIRM_WITH_CODE"}`},
		{"the template shows in old texts", `"VerificationMessageTemplate":{"EmailMessage":"mail {####}"}`,
			`"EmailVerificationMessage":"mail {####}","VerificationMessageTemplate":{"EmailMessage":"mail {####}","DefaultEmailOption":"CONFIRM_WITH_CODE"}`},
		{"links", `"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_LINK","EmailMessageByLink":"go {##here##}","EmailSubjectByLink":"go"}`,
			`"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_LINK","EmailMessageByLink":"go {##here##}","EmailSubjectByLink":"go"},"EmailVerificationMessage":null`},
		{"an old text beside links stays in its place", `"EmailVerificationMessage":"mail {####}","VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_LINK"}`,
			`"EmailVerificationMessage":"mail {####}","VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_LINK","EmailMessage":null}`},
		{"one recovery mechanism replaces both", `"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"admin_only"}]}`,
			`"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"admin_only"}]}`},
		{"token trigger in the old place", `"LambdaConfig":{"PreTokenGeneration":"arn:aws:lambda:eu-west-1:111122223333:function:f"}`,
			`"LambdaConfig":{"PreTokenGeneration":"arn:aws:lambda:eu-west-1:111122223333:function:f","PreTokenGenerationConfig":{"LambdaVersion":"V1_0","LambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}`},
		{"token trigger in the new place", `"LambdaConfig":{"PreTokenGenerationConfig":{"LambdaVersion":"V2_0","LambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}`,
			`"LambdaConfig":{"PreTokenGeneration":"arn:aws:lambda:eu-west-1:111122223333:function:f","PreTokenGenerationConfig":{"LambdaVersion":"V2_0","LambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}`},
		{"SMS", `"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","ExternalId":"x","SnsRegion":"eu-west-1"},"SmsAuthenticationMessage":"in: {####}"`,
			`"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","ExternalId":"x","SnsRegion":"eu-west-1"},"SmsAuthenticationMessage":"in: {####}"`},
		{"mail of one's own", `"EmailConfiguration":{"EmailSendingAccount":"DEVELOPER","SourceArn":"arn:aws:ses:eu-west-1:111122223333:identity/example.org","From":"Shop <shop@example.org>","ReplyToEmailAddress":"re@example.org","ConfigurationSet":"set"}`,
			`"EmailConfiguration":{"EmailSendingAccount":"DEVELOPER","SourceArn":"arn:aws:ses:eu-west-1:111122223333:identity/example.org","From":"Shop <shop@example.org>","ReplyToEmailAddress":"re@example.org","ConfigurationSet":"set"}`},
		{"invitation", `"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true,"InviteMessageTemplate":{"EmailMessage":"{username} {####}","EmailSubject":"come","SMSMessage":"{username} {####}"}}`,
			`"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true,"UnusedAccountValidityDays":7,"InviteMessageTemplate":{"EmailMessage":"{username} {####}","EmailSubject":"come","SMSMessage":"{username} {####}"}}`},
		{"tags", `"UserPoolTags":{"team":"a","empty":""}`, `"UserPoolTags":{"team":"a","empty":""}`},
		{"plan and protection", `"UserPoolTier":"PLUS","DeletionProtection":"ACTIVE","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT","AdvancedSecurityAdditionalFlows":{"CustomAuthMode":"ENFORCED"}}`,
			`"UserPoolTier":"PLUS","DeletionProtection":"ACTIVE","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT","AdvancedSecurityAdditionalFlows":{"CustomAuthMode":"ENFORCED"}}`},
		{"key and issuer", `"KeyConfiguration":{"KeyType":"CUSTOMER_MANAGED_KEY","KmsKeyArn":"arn:aws:kms:eu-west-1:111122223333:key/k"},"IssuerConfiguration":{"Type":"UPDATED"}`,
			`"KeyConfiguration":{"KeyType":"CUSTOMER_MANAGED_KEY","KmsKeyArn":"arn:aws:kms:eu-west-1:111122223333:key/k"},"IssuerConfiguration":{"Type":"UPDATED"}`},
		{"verification before update", `"AutoVerifiedAttributes":["email"],"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}`,
			`"AutoVerifiedAttributes":["email"],"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			want := `~{"UserPool":{` + tt.want + `}}`
			b.run(
				trial{"CreateUserPool", `{"PoolName":"shop",` + tt.member + `}`, want},
				trial{"DescribeUserPool", `{}`, want},
			)
		})
	}
}

// wrongPoolMembers are members of CreateUserPool and UpdateUserPool that are refused.
var wrongPoolMembers = []struct{ name, member, want string }{
	{"phone verified without SMS", `"AutoVerifiedAttributes":["phone_number"]`,
		`InvalidParameterException: SMS configuration is required when phone_number is selected for auto verification`},
	{"SMS from another region", `"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","SnsRegion":"us-east-1"}`,
		`InvalidParameterException: Invalid snsRegion. Allowed SNS region for eu-west-1 is eu-west-1`},
	{"SMS role of another account", `"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::999999999999:role/sms"}`,
		`InvalidParameterException: Cross-account pass role is not allowed.`},
	{"End User Messaging of another region", `"SmsConfiguration":{"EumsSms":{"CallerArn":"arn:aws:iam::111122223333:role/sms","Region":"us-east-1"}}`,
		`InvalidParameterException: Invalid region of EumsSms. Allowed region for eu-west-1 is eu-west-1`},
	{"End User Messaging role of another account", `"SmsConfiguration":{"EumsSms":{"CallerArn":"arn:aws:iam::999999999999:role/sms"}}`,
		`InvalidParameterException: Cross-account pass role is not allowed.`},
	{"trigger of another region", `"LambdaConfig":{"PreSignUp":"arn:aws:lambda:us-east-1:111122223333:function:f"}`,
		`InvalidParameterException: Cross-region lambda functions are not supported`},
	{"new trigger of another region", `"LambdaConfig":{"InboundFederation":{"LambdaVersion":"V1_0","LambdaArn":"arn:aws:lambda:us-east-1:111122223333:function:f"}}`,
		`InvalidParameterException: Cross-region lambda functions are not supported`},
	{"custom sender without key", `"LambdaConfig":{"CustomEmailSender":{"LambdaVersion":"V1_0","LambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}`,
		`InvalidParameterException: KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.`},
	{"two token triggers", `"LambdaConfig":{"PreTokenGeneration":"arn:aws:lambda:eu-west-1:111122223333:function:f","PreTokenGenerationConfig":{"LambdaVersion":"V1_0","LambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:g"}}`,
		`InvalidParameterException: Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's`},
	{"own mail without identity", `"EmailConfiguration":{"EmailSendingAccount":"DEVELOPER"}`,
		`InvalidParameterException: Source ARN is required to use DEVELOPER email sending owner`},
	{"default mail with identity", `"EmailConfiguration":{"SourceArn":"arn:aws:ses:eu-west-1:111122223333:identity/example.org"}`,
		`InvalidParameterException: Cognito is not allowed to use your email identity`},
	{"identity of a region without mail", `"EmailConfiguration":{"EmailSendingAccount":"DEVELOPER","SourceArn":"arn:aws:ses:ap-south-1:111122223333:identity/example.org"}`,
		`InvalidParameterException: Provided SourceArn must be in one of the following SES regions: eu-west-1, us-east-1, us-west-2.`},
	{"malformed From", `"EmailConfiguration":{"From":"nobody"}`, `InvalidParameterException: Provided From email address is invalid`},
	{"update waits for a code that nobody sends", `"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}`,
		`InvalidParameterException: All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes`},
	{"factors without password", `"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["EMAIL_OTP"]}}`,
		`InvalidParameterException: Password should be configured as one of the allowed first auth factors.`},
	{"TOTP as first factor", `"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","SOFTWARE_TOKEN"]}}`,
		`InvalidParameterException: SOFTWARE_TOKEN cannot be configured as one of the allowed first auth factors.`},
	{"recovery by admin and mail", `"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_email"},{"Priority":2,"Name":"admin_only"}]}`,
		`InvalidParameterException: Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.`},
	{"recovery twice", `"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_email"},{"Priority":2,"Name":"verified_email"}]}`,
		`InvalidParameterException: Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.`},
	{"recovery of one priority", `"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_email"},{"Priority":1,"Name":"verified_phone_number"}]}`,
		`InvalidParameterException: Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.`},
	{"days in both places", `"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":5}},"AdminCreateUserConfig":{"UnusedAccountValidityDays":5}`,
		`InvalidParameterException: Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays`},
	{"text of a code beside links", `"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_LINK","EmailMessage":"mail {####}"}`,
		`InvalidParameterException: EmailMessage can not be set when DefaultEmailOption is CONFIRM_WITH_LINK.`},
	{"text of a link beside codes", `"VerificationMessageTemplate":{"EmailMessageByLink":"go {##here##}"}`,
		`InvalidParameterException: EmailMessageByLink can not be set when DefaultEmailOption is CONFIRM_WITH_CODE.`},
	{"invitation without a name", `"AdminCreateUserConfig":{"InviteMessageTemplate":{"SMSMessage":"come {####}"}}`,
		`InvalidParameterException: Invitation messages must contain {username} and {####}.`},
	{"reserved tag", `"UserPoolTags":{"aws:team":"a"}`, `InvalidParameterException: aws: prefixed tag key names are not allowed for external use.`},
	{"key that is nobody's", `"KeyConfiguration":{"KeyType":"CUSTOMER_MANAGED_KEY"}`, `InvalidParameterException: KmsKeyArn is required when KeyType is CUSTOMER_MANAGED_KEY.`},
	{"passkeys on LITE", `"UserPoolTier":"LITE","Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","WEB_AUTHN"]}}`,
		`FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Passwordless Sign-In`},
	{"two features on LITE", `"UserPoolTier":"LITE","Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","WEB_AUTHN"]}},"LambdaConfig":{"PreTokenGenerationConfig":{"LambdaVersion":"V2_0","LambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}`,
		`FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Passwordless Sign-In, Token Customization with Pre-Token Generation Lambda V2_0`},
	{"history on LITE", `"UserPoolTier":"LITE","Policies":{"PasswordPolicy":{"PasswordHistorySize":1}}`,
		`FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Password History`},
	{"threat protection below PLUS", `"UserPoolAddOns":{"AdvancedSecurityMode":"ENFORCED"}`,
		`FeatureUnavailableInTierException: The following features need to be disabled for the ESSENTIALS pricing tier configured: Threat Protection`},
	{"the model's own sentences", `"MfaConfiguration":"MAYBE","Policies":{"PasswordPolicy":{"MinimumLength":5}}`,
		`InvalidParameterException: 2 validation errors detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6; Value 'MAYBE' at 'mfaConfiguration' failed to satisfy constraint: Member must satisfy enum value set: [OFF, ON, OPTIONAL]`},
}

func TestWrongPoolMembers(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	before := b.call("DescribeUserPool", `{}`)
	for _, tt := range wrongPoolMembers {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(
				trial{"CreateUserPool", `{"PoolName":"other",` + tt.member + `}`, tt.want},
				trial{"UpdateUserPool", `{` + tt.member + `}`, tt.want},
			)
		})
	}
	b.TB = t
	if after := b.call("DescribeUserPool", `{}`); after != before {
		t.Errorf("refused updates changed the pool: %s", after)
	}
	b.run(trial{"ListUserPools", `{"MaxResults":60}`, `{"UserPools":[{"Id":"POOL","Name":"shop","LambdaConfig":{},"CreationDate":1700000000,"LastModifiedDate":1700000000}]}`})
}

// TestWrongNewPools: what only CreateUserPool can be told.
func TestWrongNewPools(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct{ name, member, want string }{
		{"both kinds of aliases", `"AliasAttributes":["email"],"UsernameAttributes":["email"]`,
			`InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set in a user pool.`},
		{"MFA without SMS", `"MfaConfiguration":"ON"`,
			`InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is required/optional`},
		{"MFA without verified phone", `"MfaConfiguration":"OPTIONAL","SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms"}`,
			`InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is required/optional`},
		{"SMS for MFA and for the only recovery", `"MfaConfiguration":"ON","AutoVerifiedAttributes":["phone_number"],"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms"},"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_phone_number"}]}`,
			`InvalidParameterException: Invalid account recovery setting parameter. Account Recovery Setting cannot use verified_phone_number as a recovery mechanism when SMS MFA is configured.`},
		{"another type of a standard attribute", `"Schema":[{"Name":"email","AttributeDataType":"Number"}]`,
			`InvalidParameterException: You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email`},
		{"standard attribute for developers", `"Schema":[{"Name":"email","DeveloperOnlyAttribute":true}]`,
			`InvalidParameterException: You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email`},
		{"custom attribute without type", `"Schema":[{"Name":"tenant"}]`,
			`InvalidParameterException: Invalid AttributeDataType input, consider using the provided AttributeDataType enum.`},
		{"custom attribute without name", `"Schema":[{"AttributeDataType":"String"}]`,
			`InvalidParameterException: Every attribute of a schema must have a name.`},
		{"custom attribute with nothing but a prefix", `"Schema":[{"Name":"dev:custom:","AttributeDataType":"String"}]`,
			`InvalidParameterException: Every attribute of a schema must have a name.`},
		{"required custom attribute", `"Schema":[{"Name":"tenant","AttributeDataType":"String","Required":true}]`,
			`InvalidParameterException: Required custom attributes are not supported currently.`},
		{"custom attribute twice", `"Schema":[{"Name":"tenant","AttributeDataType":"String"},{"Name":"tenant","AttributeDataType":"Number"}]`,
			`InvalidParameterException: Duplicate custom attribute names custom:tenant are not allowed in a user pool schema.`},
		{"long text", `"Schema":[{"Name":"tenant","AttributeDataType":"String","StringAttributeConstraints":{"MaxLength":"2049"}}]`,
			`InvalidParameterException: user.custom:tenant: String attributes cannot have a length of more than 2048`},
		{"lengths crossed", `"Schema":[{"Name":"tenant","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"3","MaxLength":"2"}}]`,
			`InvalidParameterException: Attribute custom:tenant cannot have a max length shorter than it's min length`},
		{"values crossed", `"Schema":[{"Name":"age","AttributeDataType":"Number","NumberAttributeConstraints":{"MinValue":"3","MaxValue":"2"}}]`,
			`InvalidParameterException: Attribute custom:age cannot have a max value smaller than it's min value`},
		{"standard lengths crossed", `"Schema":[{"Name":"name","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"3","MaxLength":"2"}}]`,
			`InvalidParameterException: user.name: Max length cannot be less than min length.`},
		{"length that is no number", `"Schema":[{"Name":"tenant","AttributeDataType":"String","StringAttributeConstraints":{"MaxLength":"long"}}]`,
			`InvalidParameterException: Invalid StringAttributeConstraints for schema attribute tenant`},
		{"value that is no number", `"Schema":[{"Name":"age","AttributeDataType":"Number","NumberAttributeConstraints":{"MinValue":"1.5"}}]`,
			`InvalidParameterException: Invalid NumberAttributeConstraints for schema attribute age`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"CreateUserPool", `{"PoolName":"shop",` + tt.member + `}`, tt.want})
		})
	}
	b.TB = t
	b.run(trial{"ListUserPools", `{"MaxResults":60}`, `{"UserPools":[]}`})
}
