package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

func TestProviderNames(t *testing.T) {
	b := providerBench(t)
	details := `"ProviderDetails":` + googleDetails
	b.ok("CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google",`+details+`}`)
	oidc := `"ProviderType":"OIDC","ProviderDetails":{"client_id":"c","authorize_scopes":"openid","attributes_request_method":"GET","oidc_issuer":"https://a.example.org","authorize_url":"https://a.example.org/a","token_url":"https://a.example.org/t","attributes_url":"https://a.example.org/u","jwks_uri":"https://a.example.org/k"}}`
	b.ok("CreateIdentityProvider", `{"ProviderName":"Corp",`+oidc)
	pattern := func(name string) string {
		return `InvalidParameterException: 1 validation error detected: Value '` + name + `' at 'providerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+`
	}
	for _, tt := range []struct{ name, body, want string }{
		{"taken", `{"ProviderName":"Google","ProviderType":"Google",` + details + `}`, `DuplicateProviderException: Google already exists in user pool POOL.`},
		{"differs in case", `{"ProviderName":"CORP",` + oidc, `~{"IdentityProvider":{"ProviderName":"CORP"}}`},
		{"social type of another name", `{"ProviderName":"MyGoogle","ProviderType":"Google",` + details + `}`, `InvalidParameterException: Provider MyGoogle cannot be of type Google.`},
		{"social name of another type", `{"ProviderName":"Facebook",` + oidc, `InvalidParameterException: Provider Facebook cannot be of type OIDC.`},
		{"one social name for another", `{"ProviderName":"Facebook","ProviderType":"Google",` + details + `}`, `InvalidParameterException: Provider Facebook cannot be of type Google.`},
		{"the pool itself", `{"ProviderName":"Cognito",` + oidc, `InvalidParameterException: Provider name Cognito is reserved for the users of the user pool.`},
		{"underscore first", `{"ProviderName":"_corp",` + oidc, pattern("_corp")},
		{"blank", `{"ProviderName":"my corp",` + oidc, pattern("my corp")},
		{"two characters", `{"ProviderName":"ab",` + oidc, pattern("ab")},
		{"unknown type", `{"ProviderName":"Other","ProviderType":"LDAP","ProviderDetails":{}}`, `InvalidParameterException: 1 validation error detected: Value 'LDAP' at 'providerType' failed to satisfy constraint: Member must satisfy enum value set: [SAML, Facebook, Google, LoginWithAmazon, SignInWithApple, OIDC]`},
		{"nobody's pool", `{"UserPoolId":"eu-west-1_nobody","ProviderName":"Other",` + oidc, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"CreateIdentityProvider", tt.body, tt.want})
		})
	}
	b.TB = t
	b.ok("CreateUserPool", `{"PoolName":"any case","UsernameConfiguration":{"CaseSensitive":false}}`)
	b.run(
		trial{"CreateIdentityProvider", `{"ProviderName":"Corp",` + oidc, `~{"IdentityProvider":{"ProviderName":"Corp"}}`},
		trial{"CreateIdentityProvider", `{"ProviderName":"corp",` + oidc, `DuplicateProviderException: corp already exists in user pool POOL.`},
	)
}

func TestRequiredDetails(t *testing.T) {
	b := providerBench(t)
	const keys = `InvalidParameterException: clientId, clientSecret and authorizeScopes are all required idp details.`
	for _, tt := range []struct{ provider, details, want string }{
		{"Google", `{"client_id":"c","client_secret":"s"}`, keys},
		{"Google", `{"client_id":"c","authorize_scopes":"email"}`, keys},
		{"Facebook", `{}`, keys},
		{"LoginWithAmazon", `{"client_secret":"s","authorize_scopes":"profile"}`, keys},
		{"SignInWithApple", `{"client_id":"c","team_id":"t","key_id":"k"}`, `InvalidParameterException: clientId, privateKey, teamId, and keyId are all required idp details.`},
		{"Google", `{"client_id":"c","client_secret":"s","authorize_scopes":"email","api_version":"v1.0"}`, `InvalidParameterException: Provider detail api_version does not exist for providers of type Google.`},
		{"Google", `{"client_id":"c","client_secret":"s","authorize_scopes":"email","token_request_method":"PUT"}`, `InvalidParameterException: token_request_method must be GET or POST.`},
		{"Google", `{"client_id":"c","client_secret":"s","authorize_scopes":"email","attributes_url_add_attributes":"1"}`, `InvalidParameterException: attributes_url_add_attributes must be true or false.`},
		{"Google", `{"client_id":"c","client_secret":"s","authorize_scopes":"email","token_url":"http://evil.example.org"}`, `InvalidParameterException: OIDC endpoint must start with https://`},
		{"Google", `{"client_id":"c","client_secret":"s","authorize_scopes":"email","token_url":"https://oauth2.googleapis.com/token"}`, `~{"IdentityProvider":{"ProviderDetails":{"token_url":"https://oauth2.googleapis.com/token"}}}`},
	} {
		b.run(trial{"CreateIdentityProvider", `{"ProviderName":"` + tt.provider + `","ProviderType":"` + tt.provider + `","ProviderDetails":` + tt.details + `}`, tt.want})
	}
}

func TestAttributeMapping(t *testing.T) {
	b := providerBench(t)
	saml := `"ProviderName":"Corp","ProviderType":"SAML","ProviderDetails":{"MetadataFile":` + encoded(t, goodMetadata(t, b).XML()) + `},"AttributeMapping":`
	google := `"ProviderName":"Google","ProviderType":"Google","ProviderDetails":` + googleDetails + `,"AttributeMapping":`
	for _, tt := range []struct{ body, want string }{
		{google + `{"email":"email","custom:none":"x","nick":"y"}`, `InvalidParameterException: AttributeMapping contains invalid mapping: [custom:none, nick]`},
		{google + `{"sub":"sub"}`, `InvalidParameterException: AttributeMapping contains invalid mapping: [sub]`},
		{google + `{"identities":"x"}`, `InvalidParameterException: AttributeMapping contains invalid mapping: [identities]`},
		{google + `{"dev:custom:risk":"x"}`, `InvalidParameterException: AttributeMapping contains invalid mapping: [dev:custom:risk]`},
		{google + `{"email":""}`, `InvalidParameterException: AttributeMapping contains invalid mapping: [email]`},
		{saml + `{"username":"NameID"}`, `InvalidParameterException: Invalid user attributes: username: Attribute does not exist in the schema.`},
		{saml + `{"email":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress","custom:team":"team","custom:badge":"badge","email_verified":"ok"}`,
			`~{"IdentityProvider":{"AttributeMapping":{"email":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress","custom:team":"team","custom:badge":"badge","email_verified":"ok"}}}`},
		{google + `{"email":"email"}`, `~{"IdentityProvider":{"AttributeMapping":{"email":"email","username":"sub"}}}`},
	} {
		b.run(trial{"CreateIdentityProvider", `{` + tt.body + `}`, tt.want})
	}
}

func TestIdentifiers(t *testing.T) {
	b := providerBench(t)
	details := `"ProviderDetails":` + googleDetails
	b.ok("CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google",`+details+`,"IdpIdentifiers":["b.example.org","a.example.org"]}`)
	facebook := `{"ProviderName":"Facebook","ProviderType":"Facebook",` + details + `,"IdpIdentifiers":`
	fifty := make([]string, 51)
	for i := range fifty {
		fifty[i] = fmt.Sprint("id", i)
	}
	b.run(
		trial{"DescribeIdentityProvider", `{"ProviderName":"Google"}`, `~{"IdentityProvider":{"IdpIdentifiers":["b.example.org","a.example.org"]}}`},
		trial{"GetIdentityProviderByIdentifier", `{"IdpIdentifier":"a.example.org"}`, `{"IdentityProvider":{"UserPoolId":"POOL","ProviderName":"Google","ProviderType":"Google",
			"ProviderDetails":{"client_id":"g","client_secret":"s","authorize_scopes":"email openid",` + googleAdded + `},"AttributeMapping":{"username":"sub"},"IdpIdentifiers":["b.example.org","a.example.org"],` + created + `}}`},
		trial{"GetIdentityProviderByIdentifier", `{"IdpIdentifier":"c.example.org"}`, `ResourceNotFoundException: Identity provider identifier c.example.org does not exist.`},
		trial{"CreateIdentityProvider", facebook + `["c.example.org","a.example.org"]}`, `InvalidParameterException: Identity provider identifier a.example.org already exists in user pool POOL.`},
		trial{"CreateIdentityProvider", facebook + `["c.example.org","c.example.org"]}`, `InvalidParameterException: Identity provider identifier c.example.org is given more than once.`},
		trial{"GetIdentityProviderByIdentifier", `{"IdpIdentifier":"c.example.org"}`, `ResourceNotFoundException: Identity provider identifier c.example.org does not exist.`},
		trial{"DescribeIdentityProvider", `{"ProviderName":"Facebook"}`, `ResourceNotFoundException: Identity provider Facebook does not exist.`},
		trial{"CreateIdentityProvider", facebook + encoded(b, fifty) + `}`, `InvalidParameterException: 1 validation error detected: Value '[` + strings.Join(fifty, ", ") + `]' at 'idpIdentifiers' failed to satisfy constraint: Member must have length less than or equal to 50`},
		trial{"CreateIdentityProvider", facebook + encoded(b, fifty[:50]) + `}`, `~{"IdentityProvider":{"ProviderName":"Facebook"}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Google","IdpIdentifiers":["id1"]}`, `InvalidParameterException: Identity provider identifier id1 already exists in user pool POOL.`},
		trial{"GetIdentityProviderByIdentifier", `{"IdpIdentifier":"b.example.org"}`, `~{"IdentityProvider":{"ProviderName":"Google"}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Google","IdpIdentifiers":["d.example.org","b.example.org"]}`, `~{"IdentityProvider":{"IdpIdentifiers":["d.example.org","b.example.org"]}}`},
		trial{"GetIdentityProviderByIdentifier", `{"IdpIdentifier":"a.example.org"}`, `ResourceNotFoundException: Identity provider identifier a.example.org does not exist.`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Facebook","IdpIdentifiers":["a.example.org"]}`, `~{"IdentityProvider":{"IdpIdentifiers":["a.example.org"]}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Google","IdpIdentifiers":[]}`, `~{"IdentityProvider":{"IdpIdentifiers":null}}`},
		trial{"DeleteIdentityProvider", `{"ProviderName":"Facebook"}`, ``},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Google","IdpIdentifiers":["a.example.org"]}`, `~{"IdentityProvider":{"IdpIdentifiers":["a.example.org"]}}`},
	)
}

func TestUpdateProvider(t *testing.T) {
	b := providerBench(t)
	b.ok("CreateIdentityProvider", `{"ProviderName":"SignInWithApple","ProviderType":"SignInWithApple","ProviderDetails":{"client_id":"c","team_id":"t","key_id":"k","private_key":"secret","authorize_scopes":"email"},
		"AttributeMapping":{"email":"email"},"IdpIdentifiers":["apple"]}`)
	b.advance(time.Hour)
	b.run(
		// What is left out is kept.
		trial{"UpdateIdentityProvider", `{"ProviderName":"SignInWithApple"}`, `~{"IdentityProvider":{"AttributeMapping":{"email":"email","username":"sub"},"IdpIdentifiers":["apple"],
			"CreationDate":1700000000,"LastModifiedDate":1700003600,"ProviderDetails":{"client_id":"c","private_key":null}}}`},
		// The key isn't shown, so details without it keep it; everything else of the details is replaced.
		trial{"UpdateIdentityProvider", `{"ProviderName":"SignInWithApple","ProviderDetails":{"client_id":"d","team_id":"t","key_id":"k"}}`,
			`~{"IdentityProvider":{"ProviderDetails":{"client_id":"d","authorize_scopes":null,"private_key":null,"oidc_issuer":"https://appleid.apple.com"}}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"SignInWithApple","AttributeMapping":{}}`, `~{"IdentityProvider":{"AttributeMapping":{"email":null,"username":"sub"},"ProviderDetails":{"client_id":"d"}}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"SignInWithApple","AttributeMapping":{"nick":"x"}}`, `InvalidParameterException: AttributeMapping contains invalid mapping: [nick]`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"SignInWithApple","ProviderDetails":{}}`, `InvalidParameterException: clientId, privateKey, teamId, and keyId are all required idp details.`},
		trial{"DescribeIdentityProvider", `{"ProviderName":"SignInWithApple"}`, `~{"IdentityProvider":{"AttributeMapping":{"email":null,"username":"sub"},"ProviderDetails":{"client_id":"d"},"IdpIdentifiers":["apple"]}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Google"}`, `ResourceNotFoundException: Identity provider Google does not exist.`},
		trial{"DeleteIdentityProvider", `{"ProviderName":"Google"}`, `ResourceNotFoundException: Identity provider Google does not exist.`},
	)
	p, err := b.srv.Directory.Provider(t.Context(), b.pool, "SignInWithApple")
	if err != nil || p.Details[userpool.DetailPrivateKey] != "secret" {
		t.Errorf("the key is %q, %v", p.Details[userpool.DetailPrivateKey], err)
	}
}

// TestClientsOfProviders: a client lists the pool's providers; one that begins
// sign-ins by itself stands beside SAML ones only.
func TestClientsOfProviders(t *testing.T) {
	b := providerBench(t)
	file := encoded(t, goodMetadata(t, b).XML())
	saml := func(name, more string) string {
		return `{"ProviderName":"` + name + `","ProviderType":"SAML","ProviderDetails":{"MetadataFile":` + file + more + `}}`
	}
	b.ok("CreateIdentityProvider", saml("Corp", ""))
	b.ok("CreateIdentityProvider", saml("Partner", `,"IDPInit":"true"`))
	b.ok("CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google","ProviderDetails":`+googleDetails+`}`)
	const mixed = `InvalidParameterException: An app client of Partner, which has IDPInit, can only have SAML identity providers.`
	client := func(op, names string) string {
		id := ""
		if op == "UpdateUserPoolClient" {
			id = `"ClientId":"CLIENT",`
		}
		return `{` + id + `"ClientName":"web","SupportedIdentityProviders":[` + names + `]}`
	}
	for _, tt := range []struct{ op, names, want string }{
		{"CreateUserPoolClient", `"COGNITO","Corp","Google"`, `~{"UserPoolClient":{"SupportedIdentityProviders":["COGNITO","Corp","Google"]}}`},
		{"UpdateUserPoolClient", `"Google","Facebook"`, `InvalidParameterException: The provider Facebook does not exist for User Pool POOL.`},
		{"UpdateUserPoolClient", `"cognito"`, `InvalidParameterException: The provider cognito does not exist for User Pool POOL.`},
		{"CreateUserPoolClient", `"Partner","COGNITO"`, mixed},
		{"UpdateUserPoolClient", `"Google","Partner"`, mixed},
		{"UpdateUserPoolClient", `"Partner","Corp"`, `~{"UserPoolClient":{"SupportedIdentityProviders":["Partner","Corp"]}}`},
		{"UpdateUserPoolClient", `"Corp","COGNITO"`, `~{"UserPoolClient":{"SupportedIdentityProviders":["Corp","COGNITO"]}}`},
	} {
		b.run(trial{tt.op, client(tt.op, tt.names), tt.want})
	}
	b.run(
		trial{"UpdateIdentityProvider", strings.Replace(saml("Corp", `,"IDPInit":"true"`), `"ProviderType":"SAML",`, "", 1), strings.Replace(mixed, "Partner", "Corp", 1)},
		trial{"DescribeIdentityProvider", `{"ProviderName":"Corp"}`, `~{"IdentityProvider":{"ProviderDetails":{"IDPInit":null}}}`},
		// Deleting leaves the client as it is; the name means nothing until there is such a provider again.
		trial{"DeleteIdentityProvider", `{"ProviderName":"Corp"}`, ``},
		trial{"DescribeUserPoolClient", `{"ClientId":"CLIENT"}`, `~{"UserPoolClient":{"SupportedIdentityProviders":["Corp","COGNITO"]}}`},
		trial{"UpdateUserPoolClient", client("UpdateUserPoolClient", `"Corp","COGNITO"`), `InvalidParameterException: The provider Corp does not exist for User Pool POOL.`},
		trial{"CreateIdentityProvider", saml("Corp", `,"IDPInit":"true"`), strings.Replace(mixed, "Partner", "Corp", 1)},
		trial{"CreateIdentityProvider", saml("Corp", ""), `~{"IdentityProvider":{"ProviderName":"Corp"}}`},
	)
}

func TestProviderQuota(t *testing.T) {
	b := providerBench(t)
	q, err := userpool.ParseQuotas([]string{"identity-providers-per-pool=1", "identifiers-per-provider=1"})
	if err != nil {
		t.Fatal(err)
	}
	b.srv.Directory.Quotas = q
	b.run(
		trial{"CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google","ProviderDetails":` + googleDetails + `,"IdpIdentifiers":["a","b"]}`, `InvalidParameterException: Exceeded the limit of 1 identifiers per identity provider.`},
		trial{"CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google","ProviderDetails":` + googleDetails + `}`, `~{"IdentityProvider":{"ProviderName":"Google"}}`},
		trial{"CreateIdentityProvider", `{"ProviderName":"Facebook","ProviderType":"Facebook","ProviderDetails":` + googleDetails + `}`, `LimitExceededException: Exceeded the limit of 1 identity providers per user pool.`},
	)
}
