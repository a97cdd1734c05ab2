package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const nobodysPool = `{"UserPoolId":"eu-west-1_nobody"}`

// emptyPool is what an almost empty CreateUserPool answers (api-behaviour §4, §6.1).
func emptyPool() string {
	text := func(names ...string) string {
		var list []string
		for _, name := range names {
			list = append(list, fmt.Sprintf(`{"Name":%q,"AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false,
				"StringAttributeConstraints":{"MinLength":"0","MaxLength":"2048"}}`, name))
		}
		return strings.Join(list, ",")
	}
	flag := func(name string) string {
		return fmt.Sprintf(`{"Name":%q,"AttributeDataType":"Boolean","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false}`, name)
	}
	schema := strings.Join([]string{
		`{"Name":"sub","AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":false,"Required":true,
			"StringAttributeConstraints":{"MinLength":"1","MaxLength":"2048"}}`,
		text("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "email"),
		flag("email_verified"), text("gender"),
		`{"Name":"birthdate","AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false,
			"StringAttributeConstraints":{"MinLength":"10","MaxLength":"10"}}`,
		text("zoneinfo", "locale", "phone_number"), flag("phone_number_verified"), text("address"),
		`{"Name":"updated_at","AttributeDataType":"Number","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false,
			"NumberAttributeConstraints":{"MinValue":"0"}}`,
	}, ",")
	return `{"UserPool":{
		"Id":"POOL","Name":"shop","Arn":"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/POOL",
		"CreationDate":1700000000,"LastModifiedDate":1700000000,
		"Policies":{"PasswordPolicy":{"MinimumLength":8,"RequireUppercase":true,"RequireLowercase":true,"RequireNumbers":true,
			"RequireSymbols":true,"TemporaryPasswordValidityDays":7},"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD"]}},
		"DeletionProtection":"INACTIVE","LambdaConfig":{},
		"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_CODE"},
		"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":[]},
		"MfaConfiguration":"OFF","EmailConfiguration":{"EmailSendingAccount":"COGNITO_DEFAULT"},
		"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":false,"UnusedAccountValidityDays":7},
		"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"verified_email"},{"Priority":2,"Name":"verified_phone_number"}]},
		"UserPoolTier":"ESSENTIALS","UserPoolTags":{},"EstimatedNumberOfUsers":0,
		"SchemaAttributes":[` + schema + `]}}`
}

func TestCreateUserPoolDefaults(t *testing.T) {
	newBench(t).run(
		trial{"CreateUserPool", `{"PoolName":"shop"}`, emptyPool()},
		trial{"DescribeUserPool", `{}`, emptyPool()},
		trial{"GetUserPoolMfaConfig", `{}`, `{"MfaConfiguration":"OFF"}`},
	)
}

func TestSchema(t *testing.T) {
	b := newBench(t)
	answer := b.ok("CreateUserPool", `{"PoolName":"shop","Schema":[
		{"Name":"email","AttributeDataType":"String","Required":true,"Mutable":true,"StringAttributeConstraints":{"MinLength":"5","MaxLength":"99"}},
		{"Name":"sub","Required":false,"Mutable":true},
		{"Name":"tenant","AttributeDataType":"String","Mutable":false},
		{"Name":"age","AttributeDataType":"Number","NumberAttributeConstraints":{"MinValue":"0","MaxValue":"150"}},
		{"Name":"note","AttributeDataType":"String","DeveloperOnlyAttribute":true,"StringAttributeConstraints":{"MaxLength":"9"}}]}`)
	want := map[string]string{
		"sub":             `{"Name":"sub","AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":false,"Required":true,"StringAttributeConstraints":{"MinLength":"1","MaxLength":"2048"}}`,
		"email":           `{"Name":"email","AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":true,"Required":true,"StringAttributeConstraints":{"MinLength":"5","MaxLength":"99"}}`,
		"custom:tenant":   `{"Name":"custom:tenant","AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":false,"Required":false,"StringAttributeConstraints":{}}`,
		"custom:age":      `{"Name":"custom:age","AttributeDataType":"Number","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false,"NumberAttributeConstraints":{"MinValue":"0","MaxValue":"150"}}`,
		"dev:custom:note": `{"Name":"dev:custom:note","AttributeDataType":"String","DeveloperOnlyAttribute":true,"Mutable":true,"Required":false,"StringAttributeConstraints":{"MaxLength":"9"}}`,
	}
	checkSchema(b, answer, want, 23)
	b.run(
		trial{"AddCustomAttributes", `{"CustomAttributes":[{"Name":"on","AttributeDataType":"Boolean"},{"Name":"day","AttributeDataType":"DateTime"}]}`, `{}`},
		trial{"AddCustomAttributes", `{"CustomAttributes":[{"Name":"tenant","AttributeDataType":"String"}]}`,
			`InvalidParameterException: custom:tenant: Existing attribute already has name custom:tenant.`},
		trial{"AddCustomAttributes", `{"CustomAttributes":[{"Name":"new","AttributeDataType":"String","Required":true}]}`,
			`InvalidParameterException: Required custom attributes are not supported currently.`},
		trial{"AddCustomAttributes", `{"CustomAttributes":[]}`,
			`InvalidParameterException: 1 validation error detected: Value '[]' at 'customAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1`},
		trial{"AddCustomAttributes", `{"UserPoolId":"eu-west-1_nobody","CustomAttributes":[{"Name":"on","AttributeDataType":"Boolean"}]}`,
			`ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	)
	want["custom:on"] = `{"Name":"custom:on","AttributeDataType":"Boolean","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false}`
	want["custom:day"] = `{"Name":"custom:day","AttributeDataType":"DateTime","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false}`
	checkSchema(b, b.ok("DescribeUserPool", `{}`), want, 25)

	many := func(from, n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"Name":"a%d","AttributeDataType":"String"}`, from+i))
		}
		return `{"CustomAttributes":[` + strings.Join(list, ",") + `]}`
	}
	b.run(
		trial{"AddCustomAttributes", many(0, 25), `{}`},
		trial{"AddCustomAttributes", many(25, 21), `InvalidParameterException: The number of custom attributes exceeds the limit of 50.`},
		trial{"AddCustomAttributes", many(25, 20), `{}`},
	)
}

func checkSchema(b *bench, answer string, want map[string]string, size int) {
	b.Helper()
	list := decoded(b, answer).(map[string]any)["UserPool"].(map[string]any)["SchemaAttributes"].([]any)
	if len(list) != size {
		b.Errorf("the schema has %d attributes, want %d", len(list), size)
	}
	for _, a := range list {
		name := a.(map[string]any)["Name"].(string)
		if want[name] == "" {
			continue
		}
		if diff := b.compare(want[name], encoded(b, a)); diff != "" {
			b.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestUpdateUserPool: what is left out goes back to its default; what was decided
// at creation stays.
func TestUpdateUserPool(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","AliasAttributes":["email"],"UsernameConfiguration":{"CaseSensitive":false},
		"Schema":[{"Name":"tenant","AttributeDataType":"String"}]}`)
	created := b.ok("DescribeUserPool", `{}`)
	b.advance(90 * time.Second)
	full := `"AutoVerifiedAttributes":["email"],"DeletionProtection":"ACTIVE","UserPoolTags":{"a":"b"},"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":true},
		"Policies":{"PasswordPolicy":{"MinimumLength":20}},"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true},"EmailVerificationSubject":"hi",
		"UserPoolAddOns":{"AdvancedSecurityMode":"OFF"},"UserPoolTier":"LITE","LambdaConfig":{"PreSignUp":"arn:aws:lambda:eu-west-1:111122223333:function:f"},
		"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"admin_only"}]},"IssuerConfiguration":{"Type":"ORIGINAL"}`
	b.run(
		trial{"UpdateUserPool", `{` + full + `}`, `{}`},
		trial{"DescribeUserPool", `{}`, `~{"UserPool":{"Name":"shop","CreationDate":1700000000,"LastModifiedDate":1700000090,
			"AutoVerifiedAttributes":["email"],"DeletionProtection":"ACTIVE","UserPoolTags":{"a":"b"},"AliasAttributes":["email"],
			"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":true,"DeviceOnlyRememberedOnUserPrompt":false},
			"Policies":{"PasswordPolicy":{"MinimumLength":20,"RequireNumbers":false}},"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true},
			"EmailVerificationSubject":"hi","UserPoolTier":"LITE","UserPoolAddOns":{"AdvancedSecurityMode":"OFF"},
			"LambdaConfig":{"PreSignUp":"arn:aws:lambda:eu-west-1:111122223333:function:f"},"IssuerConfiguration":{"Type":"ORIGINAL"},
			"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"admin_only"}]},"UsernameConfiguration":{"CaseSensitive":false}}}`},
		trial{"UpdateUserPool", `{"PoolName":"renamed"}`, `{}`},
	)
	want := strings.NewReplacer(`"Name":"shop"`, `"Name":"renamed"`, `"LastModifiedDate":1700000000.000`, `"LastModifiedDate":1700000090.000`, b.pool, "POOL").Replace(created)
	b.run(
		trial{"DescribeUserPool", `{}`, want},
		trial{"UpdateUserPool", nobodysPool, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
		trial{"DescribeUserPool", nobodysPool, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	)
}

// TestTierChange: a plan can't go below what the pool's clients, domains and MFA use.
func TestTierChange(t *testing.T) {
	for _, tt := range []struct{ name, op, body, want string }{
		{"rotation", "CreateUserPoolClient", `{"ClientName":"a","RefreshTokenRotation":{"Feature":"ENABLED"}}`,
			`TierChangeNotAllowedException: The following features need to be disabled for the LITE pricing tier configured: Refresh Token Rotation`},
		{"choice", "CreateUserPoolClient", `{"ClientName":"a","ExplicitAuthFlows":["ALLOW_USER_AUTH"]}`,
			`TierChangeNotAllowedException: The following features need to be disabled for the LITE pricing tier configured: Choice-Based Sign-In`},
		{"managed login", "CreateUserPoolDomain", `{"Domain":"shop","ManagedLoginVersion":2}`,
			`TierChangeNotAllowedException: The following features need to be disabled for the LITE pricing tier configured: Managed Login Version 2`},
		{"nothing", "CreateUserPoolDomain", `{"Domain":"shop","ManagedLoginVersion":1}`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"PLUS"}`)
			b.ok(tt.op, tt.body)
			b.run(
				trial{"UpdateUserPool", `{}`, `{}`},
				trial{"UpdateUserPool", `{"UserPoolTier":"LITE"}`, tt.want},
			)
		})
	}
}

func TestDeleteUserPool(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","DeletionProtection":"ACTIVE"}`)
	b.run(
		trial{"CreateUserPoolDomain", `{"Domain":"shop"}`, `{"ManagedLoginVersion":1}`},
		trial{"AdminCreateUser", `{"Username":"ada","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!"}`, `~{}`},
		trial{"CreateUserPoolClient", `{"ClientName":"app"}`, `~{}`},
		trial{"DeleteUserPool", `{}`, `InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.`},
		trial{"UpdateUserPool", `{}`, `{}`},
		trial{"DeleteUserPool", `{}`, `InvalidParameterException: User pool cannot be deleted. It has a domain configured that should be deleted first.`},
		trial{"DeleteUserPoolDomain", `{"Domain":"shop"}`, `{}`},
		trial{"DescribeUserPool", `{}`, `~{"UserPool":{"EstimatedNumberOfUsers":1,"Domain":null}}`},
		trial{"DeleteUserPool", `{}`, ``},
		trial{"DeleteUserPool", `{}`, `ResourceNotFoundException: User pool POOL does not exist.`},
		trial{"DescribeUserPool", `{}`, `ResourceNotFoundException: User pool POOL does not exist.`},
		trial{"SignUp", `{"ClientId":"CLIENT","Username":"a","Password":"Passw0rd!"}`, `ResourceNotFoundException: User pool client CLIENT does not exist.`},
	)
}

// TestListUserPools: pages of the region of the signature, and tokens that fit no
// other listing.
func TestListUserPools(t *testing.T) {
	b := newBench(t)
	b.region = "us-east-1"
	b.ok("CreateUserPool", `{"PoolName":"far"}`)
	b.run(trial{"DescribeUserPool", `{}`, `~{"UserPool":{"Name":"far"}}`})
	b.region = "eu-west-1"
	b.run(trial{"DescribeUserPool", `{}`, `ResourceNotFoundException: User pool POOL does not exist.`})
	for i := range 5 {
		b.ok("CreateUserPool", fmt.Sprintf(`{"PoolName":"p%d"}`, i))
	}
	names, token := map[string]int{}, ""
	for pages := 1; ; pages++ {
		answer := b.ok("ListUserPools", fmt.Sprintf(`{"MaxResults":2%s}`, token))
		for _, p := range decoded(b, answer).(map[string]any)["UserPools"].([]any) {
			names[p.(map[string]any)["Name"].(string)]++
		}
		next := b.member(answer, "NextToken")
		if next == "" {
			if pages != 3 {
				t.Errorf("%d pages, want 3", pages)
			}
			break
		}
		token = fmt.Sprintf(`,"NextToken":%q`, next)
	}
	if fmt.Sprint(names) != "map[p0:1 p1:1 p2:1 p3:1 p4:1]" {
		t.Errorf("listed %v", names)
	}
	const refused = `InvalidParameterException: Invalid pagination token.`
	b.run(
		trial{"ListUserPools", `{"MaxResults":3` + token + `}`, `~{"NextToken":null}`}, // another page size is fine
		trial{"ListUserPoolClients", `{"MaxResults":2` + token + `}`, refused},
		trial{"ListUserPools", `{"MaxResults":2,"NextToken":"eu-west-1"}`, refused},
		trial{"ListUserPools", `{}`, `InvalidParameterException: 1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: Member must not be null`},
	)
	b.region = "us-east-1"
	b.run(trial{"ListUserPools", `{"MaxResults":2` + token + `}`, refused})
}
