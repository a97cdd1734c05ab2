package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCreateUserPoolClientDefaults(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	const client = `{"UserPoolClient":{"UserPoolId":"POOL","ClientId":"CLIENT","ClientName":"app",
		"CreationDate":1700000000,"LastModifiedDate":1700000000,"RefreshTokenValidity":30,"TokenValidityUnits":{},
		"AllowedOAuthFlowsUserPoolClient":false,"EnableTokenRevocation":true,
		"EnablePropagateAdditionalUserContextData":false,"AuthSessionValidity":3}}`
	b.run(
		trial{"CreateUserPoolClient", `{"ClientName":"app"}`, client},
		trial{"DescribeUserPoolClient", `{"ClientId":"CLIENT"}`, client},
		trial{"ListUserPoolClients", `{}`, `{"UserPoolClients":[{"ClientId":"CLIENT","UserPoolId":"POOL","ClientName":"app"}]}`},
	)
}

// TestClientMembers: members of a request, and what answers have of them.
func TestClientMembers(t *testing.T) {
	for _, tt := range []struct{ name, member, want string }{
		{"flows", `"ExplicitAuthFlows":["ALLOW_USER_SRP_AUTH"]`, `"ExplicitAuthFlows":["ALLOW_USER_SRP_AUTH"]`},
		{"legacy flows", `"ExplicitAuthFlows":["ADMIN_NO_SRP_AUTH"]`, `"ExplicitAuthFlows":["ADMIN_NO_SRP_AUTH"]`},
		{"refresh validity of 0 is 30 days", `"RefreshTokenValidity":0`, `"RefreshTokenValidity":30`},
		{"30 days in the unit that is given", `"RefreshTokenValidity":0,"TokenValidityUnits":{"RefreshToken":"hours"}`, `"RefreshTokenValidity":720,"TokenValidityUnits":{"RefreshToken":"hours"}`},
		{"a unit without its number", `"TokenValidityUnits":{"AccessToken":"minutes","RefreshToken":"minutes"}`, `"RefreshTokenValidity":43200,"TokenValidityUnits":{"AccessToken":"minutes","RefreshToken":"minutes"}`},
		{"validities", `"AccessTokenValidity":10,"IdTokenValidity":600,"RefreshTokenValidity":2,"TokenValidityUnits":{"AccessToken":"minutes","IdToken":"seconds","RefreshToken":"hours"}`,
			`"AccessTokenValidity":10,"IdTokenValidity":600,"RefreshTokenValidity":2,"TokenValidityUnits":{"AccessToken":"minutes","IdToken":"seconds","RefreshToken":"hours"}`},
		{"the longest", `"AccessTokenValidity":24,"RefreshTokenValidity":3650`, `"AccessTokenValidity":24,"RefreshTokenValidity":3650,"IdTokenValidity":null`},
		{"the shortest", `"AccessTokenValidity":5,"IdTokenValidity":300,"RefreshTokenValidity":60,"TokenValidityUnits":{"AccessToken":"minutes","IdToken":"seconds","RefreshToken":"minutes"}`, `"AccessTokenValidity":5`},
		{"attributes", `"ReadAttributes":["email","sub"],"WriteAttributes":["email"]`, `"ReadAttributes":["email","sub"],"WriteAttributes":["email"]`},
		{"code", `"AllowedOAuthFlowsUserPoolClient":true,"AllowedOAuthFlows":["code","implicit"],"AllowedOAuthScopes":["openid","email","phone","profile","aws.cognito.signin.user.admin","https://api.example.org/read"],
			"CallbackURLs":["https://app.example.org/cb?x=1&y=2","http://localhost:3000/","http://127.0.0.1/cb","http://[::1]:8080/","com.example.app:/cb"],"LogoutURLs":["https://app.example.org/out"],
			"DefaultRedirectURI":"http://localhost:3000/","SupportedIdentityProviders":["COGNITO"]`,
			`"AllowedOAuthFlowsUserPoolClient":true,"AllowedOAuthFlows":["code","implicit"],"AllowedOAuthScopes":["openid","email","phone","profile","aws.cognito.signin.user.admin","https://api.example.org/read"],
			"CallbackURLs":["https://app.example.org/cb?x=1&y=2","http://localhost:3000/","http://127.0.0.1/cb","http://[::1]:8080/","com.example.app:/cb"],"LogoutURLs":["https://app.example.org/out"],
			"DefaultRedirectURI":"http://localhost:3000/","SupportedIdentityProviders":["COGNITO"]`},
		{"switches", `"PreventUserExistenceErrors":"ENABLED","EnableTokenRevocation":false,"AuthSessionValidity":15`,
			`"PreventUserExistenceErrors":"ENABLED","EnableTokenRevocation":false,"AuthSessionValidity":15`},
		{"rotation", `"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":60}`, `"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":60}`},
		{"rotation without grace", `"RefreshTokenRotation":{"Feature":"ENABLED"}`, `"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":0}`},
		{"secret", `"GenerateSecret":true,"EnablePropagateAdditionalUserContextData":true`, `"ClientSecret":"SECRET","EnablePropagateAdditionalUserContextData":true`},
		{"secret of one's own", `"ClientSecret":"abcdefghijklmnopqrstuvwx+_1"`, `"ClientSecret":"abcdefghijklmnopqrstuvwx+_1"`},
		{"machine", `"GenerateSecret":true,"AllowedOAuthFlowsUserPoolClient":true,"AllowedOAuthFlows":["client_credentials"],"AllowedOAuthScopes":["https://api.example.org/read"]`,
			`"AllowedOAuthFlows":["client_credentials"],"AllowedOAuthScopes":["https://api.example.org/read"],"CallbackURLs":null`},
		{"token by the API alone", `"GenerateSecret":true,"ExplicitAuthFlows":["ALLOW_CLIENT_TOKEN_AUTH"]`, `"ExplicitAuthFlows":["ALLOW_CLIENT_TOKEN_AUTH"]`},
		{"analytics by ARN", `"AnalyticsConfiguration":{"ApplicationArn":"arn:aws:mobiletargeting:eu-west-1:111122223333:apps/x"}`,
			`"AnalyticsConfiguration":{"ApplicationArn":"arn:aws:mobiletargeting:eu-west-1:111122223333:apps/x"}`},
		{"analytics by id", `"AnalyticsConfiguration":{"ApplicationId":"0123456789abcdef0123456789abcdef","RoleArn":"arn:aws:iam::111122223333:role/x","ExternalId":"e","UserDataShared":true}`,
			`"AnalyticsConfiguration":{"ApplicationId":"0123456789abcdef0123456789abcdef","RoleArn":"arn:aws:iam::111122223333:role/x","ExternalId":"e","UserDataShared":true}`},
		{"analytics that share nothing", `"AnalyticsConfiguration":{"ApplicationArn":"arn:aws:mobiletargeting:eu-west-1:111122223333:apps/x","UserDataShared":false}`,
			`"AnalyticsConfiguration":{"ApplicationArn":"arn:aws:mobiletargeting:eu-west-1:111122223333:apps/x","UserDataShared":false}`},
		{"empty lists are absent", `"CallbackURLs":[],"LogoutURLs":[],"ReadAttributes":[],"ExplicitAuthFlows":[],"AllowedOAuthFlows":[]`,
			`"CallbackURLs":null,"LogoutURLs":null,"ReadAttributes":null,"ExplicitAuthFlows":null,"AllowedOAuthFlows":null`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.ok("CreateUserPool", `{"PoolName":"shop"}`)
			b.ok("CreateResourceServer", `{"Identifier":"https://api.example.org","Name":"API","Scopes":[{"ScopeName":"read","ScopeDescription":"Read"}]}`)
			want := `~{"UserPoolClient":{` + tt.want + `}}`
			b.run(
				trial{"CreateUserPoolClient", `{"ClientName":"app",` + tt.member + `}`, want},
				trial{"DescribeUserPoolClient", `{"ClientId":"CLIENT"}`, want},
			)
		})
	}
}

// wrongClientMembers are refused by CreateUserPoolClient and UpdateUserPoolClient;
// DOING is creating or updating.
var wrongClientMembers = []struct{ name, member, want string }{
	{"two generations of flows", `"ExplicitAuthFlows":["ALLOW_USER_SRP_AUTH","USER_PASSWORD_AUTH"]`,
		`InvalidParameterException: Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.`},
	{"client token beside another flow", `"ExplicitAuthFlows":["ALLOW_CLIENT_TOKEN_AUTH","ALLOW_USER_SRP_AUTH"]`,
		`InvalidParameterException: ALLOW_CLIENT_TOKEN_AUTH cannot be used with any other auth flow.`},
	{"client token without secret", `"ExplicitAuthFlows":["ALLOW_CLIENT_TOKEN_AUTH"]`,
		`InvalidParameterException: Client Secret is required to use ALLOW_CLIENT_TOKEN_AUTH`},
	{"access token of four minutes", `"AccessTokenValidity":4,"TokenValidityUnits":{"AccessToken":"minutes"}`, `InvalidParameterException: Invalid range for token validity.`},
	{"ID token of two days", `"IdTokenValidity":2,"TokenValidityUnits":{"IdToken":"days"}`, `InvalidParameterException: Invalid range for token validity.`},
	{"refresh token of half an hour", `"RefreshTokenValidity":30,"TokenValidityUnits":{"RefreshToken":"minutes"}`, `InvalidParameterException: Invalid range for token validity.`},
	{"refresh token of more than ten years", `"RefreshTokenValidity":3651`, `InvalidParameterException: Invalid range for token validity.`},
	{"refresh token of centuries", `"RefreshTokenValidity":5124097,"TokenValidityUnits":{"RefreshToken":"hours"}`, `InvalidParameterException: Invalid range for token validity.`},
	{"access outlives refresh", `"AccessTokenValidity":5,"RefreshTokenValidity":4,"TokenValidityUnits":{"RefreshToken":"hours"}`,
		`InvalidParameterException: Access and Id Token expiration times must be less than or equal to refresh token expiration times.`},
	{"unknown read attribute", `"ReadAttributes":["shoe"]`, `InvalidParameterException: Invalid read attributes specified while DOING a client`},
	{"unknown write attribute", `"WriteAttributes":["name","shoe"]`, `InvalidParameterException: Invalid write attributes specified while DOING a client`},
	{"write without a required one", `"WriteAttributes":["nickname"]`, `InvalidParameterException: Invalid write attributes specified while DOING a client`},
	{"write of a verification", `"WriteAttributes":["name","email_verified"]`, `InvalidParameterException: Invalid write attributes specified while DOING a client`},
	{"write of sub", `"WriteAttributes":["name","sub"]`, `InvalidParameterException: Invalid write attributes specified while DOING a client`},
	{"OAuth without flows", `"AllowedOAuthFlowsUserPoolClient":true`,
		`InvalidParameterException: AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.`},
	{"machine and browser", `"AllowedOAuthFlows":["client_credentials","code"]`,
		`InvalidOAuthFlowException: client_credentials flow can not be selected along with code flow or implicit flow.`},
	{"machine without secret", `"AllowedOAuthFlows":["client_credentials"]`,
		`InvalidOAuthFlowException: client_credentials flow can not be selected if client does not have a client secret.`},
	{"browser without callback", `"AllowedOAuthFlows":["implicit"]`,
		`InvalidOAuthFlowException: CallbackUrls can not be empty when code flow or implicit flow is selected`},
	{"unknown scope", `"AllowedOAuthScopes":["openid","https://api.example.org/write"]`, `ScopeDoesNotExistException: Invalid scope requested: https://api.example.org/write`},
	{"unknown resource server", `"AllowedOAuthScopes":["other/read"]`, `ScopeDoesNotExistException: Invalid scope requested: other/read`},
	{"unknown provider", `"SupportedIdentityProviders":["COGNITO","Google"]`, `InvalidParameterException: The provider Google does not exist for User Pool POOL.`},
	{"plain http", `"CallbackURLs":["http://app.example.org/"]`, `InvalidParameterException: http://app.example.org/ cannot use the HTTP protocol.`},
	{"plain http to a host that only looks local", `"LogoutURLs":["http://localhost.example.org/"]`, `InvalidParameterException: http://localhost.example.org/ cannot use the HTTP protocol.`},
	{"fragment", `"CallbackURLs":["https://app.example.org/#here"]`, `InvalidParameterException: https://app.example.org/#here cannot use fragment`},
	{"relative", `"CallbackURLs":["/cb"]`, `InvalidParameterException: /cb is not a valid URL.`},
	{"code as address", `"CallbackURLs":["javascript:alert(1)"]`, `InvalidParameterException: javascript:alert(1) is not a valid URL.`},
	{"default that is not listed", `"CallbackURLs":["https://app.example.org/"],"DefaultRedirectURI":"https://app.example.org"`,
		`InvalidParameterException: The default redirect URI https://app.example.org is not in the callback URIs list.`},
	{"context without secret", `"EnablePropagateAdditionalUserContextData":true`,
		`InvalidParameterException: Client Secret is required to set EnablePropagateAdditionalUserContextData as true`},
	{"half of analytics", `"AnalyticsConfiguration":{"ApplicationId":"0123456789abcdef0123456789abcdef"}`,
		`InvalidParameterException: Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> are valid`},
	{"the model's own sentence", `"AuthSessionValidity":16`,
		`InvalidParameterException: 1 validation error detected: Value '16' at 'authSessionValidity' failed to satisfy constraint: Member must have value less than or equal to 15`},
}

func TestWrongClientMembers(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","Schema":[{"Name":"name","AttributeDataType":"String","Required":true}]}`)
	b.ok("CreateResourceServer", `{"Identifier":"https://api.example.org","Name":"API","Scopes":[{"ScopeName":"read","ScopeDescription":"Read"}]}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	before := b.ok("DescribeUserPoolClient", `{"ClientId":"CLIENT"}`)
	for _, tt := range wrongClientMembers {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(
				trial{"CreateUserPoolClient", `{"ClientName":"other",` + tt.member + `}`, strings.Replace(tt.want, "DOING", "creating", 1)},
				trial{"UpdateUserPoolClient", `{"ClientId":"CLIENT",` + tt.member + `}`, strings.Replace(tt.want, "DOING", "updating", 1)},
			)
		})
	}
	b.TB = t
	if after := b.ok("DescribeUserPoolClient", `{"ClientId":"CLIENT"}`); after != before {
		t.Errorf("refused updates changed the client: %s", after)
	}
	b.run(
		trial{"CreateUserPoolClient", `{"ClientName":"a","GenerateSecret":true,"ClientSecret":"abcdefghijklmnopqrstuvwx"}`,
			`InvalidParameterException: GenerateSecret and ClientSecret cannot both be specified.`},
		trial{"ListUserPoolClients", `{}`, `{"UserPoolClients":[{"ClientId":"CLIENT","UserPoolId":"POOL","ClientName":"app"}]}`},
	)
}

func TestClientsOfLitePool(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"LITE"}`)
	b.run(
		trial{"CreateUserPoolClient", `{"ClientName":"a","RefreshTokenRotation":{"Feature":"ENABLED"}}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Refresh Token Rotation`},
		trial{"CreateUserPoolClient", `{"ClientName":"a","ExplicitAuthFlows":["ALLOW_USER_AUTH"]}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Choice-Based Sign-In`},
		trial{"CreateUserPoolClient", `{"ClientName":"a","RefreshTokenRotation":{"Feature":"DISABLED"}}`, `~{}`},
	)
}

// TestUpdateUserPoolClient: the settings are replaced, name and secret stay.
func TestUpdateUserPoolClient(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","GenerateSecret":true,"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":9},
		"CallbackURLs":["https://app.example.org/"],"AllowedOAuthFlows":["code"],"AllowedOAuthScopes":["openid"],"AllowedOAuthFlowsUserPoolClient":true,
		"EnableTokenRevocation":false,"ReadAttributes":["email"],"AccessTokenValidity":2,"PreventUserExistenceErrors":"ENABLED"}`)
	b.advance(time.Minute)
	const bare = `{"UserPoolClient":{"UserPoolId":"POOL","ClientId":"CLIENT","ClientName":"app","ClientSecret":"SECRET",
		"CreationDate":1700000000,"LastModifiedDate":1700000060,"RefreshTokenValidity":30,"TokenValidityUnits":{},
		"AllowedOAuthFlowsUserPoolClient":false,"EnableTokenRevocation":true,"EnablePropagateAdditionalUserContextData":false,"AuthSessionValidity":3,
		"RefreshTokenRotation":{"Feature":"DISABLED","RetryGracePeriodSeconds":0}}}`
	b.run(
		trial{"UpdateUserPoolClient", `{"ClientId":"CLIENT"}`, bare},
		trial{"DescribeUserPoolClient", `{"ClientId":"CLIENT"}`, bare},
		trial{"UpdateUserPoolClient", `{"ClientId":"CLIENT","ClientName":"renamed"}`, `~{"UserPoolClient":{"ClientName":"renamed"}}`},
	)
}

func TestUnknownClients(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	other := b.client
	b.ok("CreateUserPool", `{"PoolName":"other"}`)
	for _, id := range []string{"nobody", other} {
		want := `ResourceNotFoundException: User pool client ` + id + ` does not exist.`
		if id == other {
			want = `ResourceNotFoundException: User pool client CLIENT does not exist.`
		}
		body := `{"ClientId":"` + id + `"}`
		b.run(
			trial{"DescribeUserPoolClient", body, want},
			trial{"UpdateUserPoolClient", body, want},
			trial{"DeleteUserPoolClient", body, want},
			trial{"ListUserPoolClientSecrets", body, want},
			trial{"AddUserPoolClientSecret", body, want},
			trial{"DeleteUserPoolClientSecret", `{"ClientId":"` + id + `","ClientSecretId":"x--1"}`, want},
		)
	}
}

func TestDeleteUserPoolClient(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	b.run(
		trial{"DeleteUserPoolClient", `{"ClientId":"CLIENT"}`, ``},
		trial{"DescribeUserPoolClient", `{"ClientId":"CLIENT"}`, `ResourceNotFoundException: User pool client CLIENT does not exist.`},
		trial{"ListUserPoolClients", `{}`, `{"UserPoolClients":[]}`},
	)
}

func TestClientSecrets(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	first := b.member(b.ok("CreateUserPoolClient", `{"ClientName":"app","GenerateSecret":true}`), "UserPoolClient", "ClientSecret")
	b.run(
		trial{"ListUserPoolClientSecrets", `{"ClientId":"CLIENT"}`,
			`{"ClientSecrets":[{"ClientSecretId":"CLIENT--1700000000","ClientSecretCreateDate":1700000000}]}`},
		trial{"DeleteUserPoolClientSecret", `{"ClientId":"CLIENT","ClientSecretId":"CLIENT--1700000000"}`,
			`InvalidParameterException: The last client secret cannot be deleted.`},
	)
	b.advance(time.Hour)
	b.run(
		trial{"AddUserPoolClientSecret", `{"ClientId":"CLIENT"}`,
			`{"ClientSecretDescriptor":{"ClientSecretId":"CLIENT--1700003600","ClientSecretValue":"SECRET","ClientSecretCreateDate":1700003600}}`},
		trial{"AddUserPoolClientSecret", `{"ClientId":"CLIENT"}`, `LimitExceededException: Client secrets cannot exceed limit of 2 secrets.`},
		trial{"ListUserPoolClientSecrets", `{"ClientId":"CLIENT"}`,
			`{"ClientSecrets":[{"ClientSecretId":"CLIENT--1700000000","ClientSecretCreateDate":1700000000},{"ClientSecretId":"CLIENT--1700003600","ClientSecretCreateDate":1700003600}]}`},
		trial{"DeleteUserPoolClientSecret", `{"ClientId":"CLIENT","ClientSecretId":"CLIENT--1"}`, `ResourceNotFoundException: Client secret CLIENT--1 does not exist.`},
		trial{"DeleteUserPoolClientSecret", `{"ClientId":"CLIENT","ClientSecretId":"CLIENT--1700000000"}`, `{}`},
		// A value of one's own is not repeated; an id is never given twice.
		trial{"AddUserPoolClientSecret", `{"ClientId":"CLIENT","ClientSecret":"abcdefghijklmnopqrstuvwx"}`,
			`{"ClientSecretDescriptor":{"ClientSecretId":"CLIENT--1700003601","ClientSecretCreateDate":1700003601}}`},
	)
	if now := b.member(b.ok("DescribeUserPoolClient", `{"ClientId":"CLIENT"}`), "UserPoolClient", "ClientSecret"); now == first || now == "" {
		t.Errorf("the deleted secret is still shown")
	}
}

func TestListUserPoolClients(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	for i := range 3 {
		b.ok("CreateUserPoolClient", fmt.Sprintf(`{"ClientName":"c%d"}`, i))
	}
	page := b.ok("ListUserPoolClients", `{"MaxResults":2}`)
	token := b.member(page, "NextToken")
	rest := b.ok("ListUserPoolClients", `{"MaxResults":2,"NextToken":"`+token+`"}`)
	for _, name := range []string{"c0", "c1", "c2"} {
		if n := strings.Count(page+rest, `"`+name+`"`); n != 1 {
			t.Errorf("%s is listed %d times", name, n)
		}
	}
	b.ok("CreateUserPool", `{"PoolName":"other"}`)
	b.run(trial{"ListUserPoolClients", `{"NextToken":"` + token + `"}`, `InvalidParameterException: Invalid pagination token.`})
}
