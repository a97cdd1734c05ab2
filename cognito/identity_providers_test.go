package cognito_test

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"idpond/internal/outbound"
	"idpond/internal/samlmeta/samlmetatest"
)

// providerBench is a bench with a pool, whose server may call loopback.
func providerBench(t *testing.T) *bench {
	b := newBench(t)
	b.srv.Directory.Outbound = &outbound.Guard{Loopback: true}
	b.ok("CreateUserPool", `{"PoolName":"shop","Schema":[{"Name":"team","AttributeDataType":"String"},
		{"Name":"risk","AttributeDataType":"String","DeveloperOnlyAttribute":true},{"Name":"badge","AttributeDataType":"String","Mutable":false}]}`)
	return b
}

// idp serves what providers publish: discovery and metadata, by path.
func idp(t *testing.T, pages map[string]func(self string) string) string {
	t.Helper()
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(page(srv.URL)))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func fixed(text string) func(string) string { return func(string) string { return text } }

func goodMetadata(t *testing.T, b *bench) samlmetatest.Parts {
	return samlmetatest.Parts{
		EntityID: "https://idp.example.org/metadata", SSO: "https://idp.example.org/sso", SLO: "https://idp.example.org/slo",
		Signing: []string{samlmetatest.Certificate(t, b.clock().Add(-time.Hour), b.clock().Add(24*time.Hour))},
	}
}

const (
	googleDetails = `{"client_id":"g","client_secret":"s","authorize_scopes":"email openid"}`
	googleAdded   = `"authorize_url":"https://accounts.google.com/o/oauth2/v2/auth","token_url":"https://www.googleapis.com/oauth2/v4/token","token_request_method":"POST",
		"attributes_url":"https://people.googleapis.com/v1/people/me?personFields=","attributes_url_add_attributes":"true","oidc_issuer":"https://accounts.google.com"`
	created = `"CreationDate":1700000000,"LastModifiedDate":1700000000`
)

// TestSocialProviders: what each type adds to the details, and what it maps.
func TestSocialProviders(t *testing.T) {
	b := providerBench(t)
	for _, tt := range []struct{ name, details, shown, mapping string }{
		{"Google", googleDetails, `{"client_id":"g","client_secret":"s","authorize_scopes":"email openid",` + googleAdded + `}`, `{"username":"sub"}`},
		{"Facebook", `{"client_id":"f","client_secret":"s","authorize_scopes":"public_profile,email"}`,
			`{"client_id":"f","client_secret":"s","authorize_scopes":"public_profile,email","api_version":"v17.0","authorize_url":"https://www.facebook.com/v17.0/dialog/oauth",
			"token_url":"https://graph.facebook.com/v17.0/oauth/access_token","token_request_method":"GET","attributes_url":"https://graph.facebook.com/v17.0/me?fields=","attributes_url_add_attributes":"true"}`,
			`{"username":"id"}`},
		{"LoginWithAmazon", `{"client_id":"a","client_secret":"s","authorize_scopes":"profile postal_code"}`,
			`{"client_id":"a","client_secret":"s","authorize_scopes":"profile postal_code","authorize_url":"https://www.amazon.com/ap/oa","token_url":"https://api.amazon.com/auth/o2/token",
			"token_request_method":"POST","attributes_url":"https://api.amazon.com/user/profile","attributes_url_add_attributes":"false"}`,
			`{"username":"user_id"}`},
		{"SignInWithApple", `{"client_id":"c","team_id":"t","key_id":"k","private_key":"p","authorize_scopes":"email name"}`,
			`{"client_id":"c","team_id":"t","key_id":"k","authorize_scopes":"email name","authorize_url":"https://appleid.apple.com/auth/authorize",
			"token_url":"https://appleid.apple.com/auth/token","token_request_method":"POST","oidc_issuer":"https://appleid.apple.com","attributes_url_add_attributes":"false"}`,
			`{"username":"sub"}`},
	} {
		want := `{"IdentityProvider":{"UserPoolId":"POOL","ProviderName":"` + tt.name + `","ProviderType":"` + tt.name + `","ProviderDetails":` + tt.shown +
			`,"AttributeMapping":` + tt.mapping + `,` + created + `}}`
		b.run(
			trial{"CreateIdentityProvider", `{"ProviderName":"` + tt.name + `","ProviderType":"` + tt.name + `","ProviderDetails":` + tt.details + `}`, want},
			trial{"DescribeIdentityProvider", `{"ProviderName":"` + tt.name + `"}`, want},
		)
	}
	b.run(trial{"ListIdentityProviders", `{}`, `{"Providers":[{"ProviderName":"Facebook","ProviderType":"Facebook",` + created + `},{"ProviderName":"Google","ProviderType":"Google",` + created + `},
		{"ProviderName":"LoginWithAmazon","ProviderType":"LoginWithAmazon",` + created + `},{"ProviderName":"SignInWithApple","ProviderType":"SignInWithApple",` + created + `}]}`})
	first := b.ok("ListIdentityProviders", `{"MaxResults":3}`)
	b.run(
		trial{"ListIdentityProviders", `{"MaxResults":3,"NextToken":"` + b.member(first, "NextToken") + `"}`, `{"Providers":[{"ProviderName":"SignInWithApple","ProviderType":"SignInWithApple",` + created + `}]}`},
		trial{"ListIdentityProviders", `{"NextToken":"x"}`, `InvalidParameterException: Invalid pagination token.`},
	)
}

// TestFacebookVersion: the version stands in the addresses.
func TestFacebookVersion(t *testing.T) {
	b := providerBench(t)
	b.run(
		trial{"CreateIdentityProvider", `{"ProviderName":"Facebook","ProviderType":"Facebook","ProviderDetails":{"client_id":"f","client_secret":"s","authorize_scopes":"email","api_version":"v21.0"}}`,
			`~{"IdentityProvider":{"ProviderDetails":{"api_version":"v21.0","authorize_url":"https://www.facebook.com/v21.0/dialog/oauth","attributes_url":"https://graph.facebook.com/v21.0/me?fields="}}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Facebook","ProviderDetails":{"client_id":"f","client_secret":"s","authorize_scopes":"email","api_version":"21/../.."}}`,
			`InvalidParameterException: api_version must be of the form v17.0.`},
	)
}

func TestOIDCProvider(t *testing.T) {
	b := providerBench(t)
	discovery := func(self string) string {
		return fmt.Sprintf(`{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"userinfo_endpoint":%q,"jwks_uri":%q}`, self, self+"/auth", self+"/token", self+"/me", self+"/keys")
	}
	at := idp(t, map[string]func(string) string{
		"/.well-known/openid-configuration":       discovery,
		"/other/.well-known/openid-configuration": discovery,
		"/slash/.well-known/openid-configuration": func(self string) string {
			return strings.Replace(discovery(self), `"`+self+`"`, `"`+self+`/slash/"`, 1)
		},
		"/page/.well-known/openid-configuration": fixed("<html>"),
		"/huge/.well-known/openid-configuration": fixed(`{"issuer":"` + strings.Repeat("x", 64<<10) + `"}`),
		"/bare/.well-known/openid-configuration": func(self string) string { return `{"issuer":"` + self + `/bare"}` },
		"/plain/.well-known/openid-configuration": func(self string) string {
			return strings.Replace(strings.Replace(discovery(self), `"`+self+`"`, `"`+self+`/plain"`, 1), self+"/token", "http://idp.example.org/token", 1)
		},
	})
	create := func(details string) string {
		return `{"ProviderName":"Corp","ProviderType":"OIDC","ProviderDetails":{"client_id":"c","authorize_scopes":"openid email","attributes_request_method":"GET",` + details + `}}`
	}
	const (
		required  = `InvalidParameterException: clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required idp details.`
		https     = `InvalidParameterException: OIDC endpoint must start with https://`
		explicit  = `"authorize_url":"https://a.example.org/auth","token_url":"https://a.example.org/token","attributes_url":"https://a.example.org/me","jwks_uri":"https://a.example.org/keys"`
		retrieval = `InvalidParameterException: Error retrieving the OpenID configuration of `
	)
	for _, tt := range []struct{ name, body, want string }{
		{"no issuer", create(`"client_secret":"s"`), required},
		{"no scopes", strings.Replace(create(`"oidc_issuer":"`+at+`"`), "authorize_scopes", "client_secret", 1), required},
		{"empty client id", strings.Replace(create(`"oidc_issuer":"`+at+`"`), `"c"`, `""`, 1), required},
		{"no openid", strings.Replace(create(`"oidc_issuer":"`+at+`"`), "openid email", "email openid2", 1), `InvalidParameterException: authorize_scopes must contain openid.`},
		{"method", strings.Replace(create(`"oidc_issuer":"`+at+`"`), "GET", "get", 1), `InvalidParameterException: attributes_request_method must be GET or POST.`},
		{"http elsewhere", create(`"oidc_issuer":"http://idp.example.org"`), https},
		{"no address", create(`"oidc_issuer":"idp.example.org"`), https},
		{"a script's address", create(`"oidc_issuer":"https://a.example.org",` + strings.Replace(explicit, "https://a.example.org/auth", "javascript:alert(1)", 1)), https},
		{"unknown detail", create(`"oidc_issuer":"` + at + `","token_endpoint":"https://a.example.org/token"`), `InvalidParameterException: Provider detail token_endpoint does not exist for providers of type OIDC.`},
		{"nobody answers", create(`"oidc_issuer":"` + at + `/nobody"`), retrieval + at + `/nobody`},
		{"private network", create(`"oidc_issuer":"https://10.0.0.1"`), retrieval + `https://10.0.0.1`},
		{"too long", create(`"oidc_issuer":"` + at + `/huge"`), retrieval + at + `/huge`},
		{"a page", create(`"oidc_issuer":"` + at + `/page"`), `InvalidParameterException: The OpenID configuration of ` + at + `/page is malformed.`},
		{"another issuer's", create(`"oidc_issuer":"` + at + `/other"`), `InvalidParameterException: The OpenID configuration of ` + at + `/other names another issuer.`},
		{"no slash at the end", create(`"oidc_issuer":"` + at + `/slash"`), `InvalidParameterException: The OpenID configuration of ` + at + `/slash names another issuer.`},
		{"no endpoints", create(`"oidc_issuer":"` + at + `/bare",` + strings.Replace(explicit, `"token_url":"https://a.example.org/token",`, "", 1)), `InvalidParameterException: The OpenID configuration of ` + at + `/bare has no token_endpoint.`},
		{"discovered http", create(`"oidc_issuer":"` + at + `/plain"`), https},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"CreateIdentityProvider", tt.body, tt.want})
		})
	}
	b.TB = t
	b.run(
		trial{"ListIdentityProviders", `{}`, `{"Providers":[]}`}, // a refused request leaves nothing behind
		trial{"CreateIdentityProvider", create(`"oidc_issuer":"` + at + `","client_secret":"s"`), `{"IdentityProvider":{"UserPoolId":"POOL","ProviderName":"Corp","ProviderType":"OIDC",
			"ProviderDetails":{"client_id":"c","client_secret":"s","authorize_scopes":"openid email","attributes_request_method":"GET","oidc_issuer":"` + at + `","authorize_url":"` + at + `/auth",
			"token_url":"` + at + `/token","attributes_url":"` + at + `/me","jwks_uri":"` + at + `/keys","attributes_url_add_attributes":"false"},"AttributeMapping":{"username":"sub"},` + created + `}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Corp","ProviderDetails":{"client_id":"c","authorize_scopes":"openid","attributes_request_method":"POST","oidc_issuer":"https://a.example.org",` + explicit + `}}`,
			`~{"IdentityProvider":{"ProviderDetails":{"client_secret":null,"authorize_url":"https://a.example.org/auth","oidc_issuer":"https://a.example.org","attributes_request_method":"POST"}}}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Corp","ProviderDetails":{"client_id":"c","authorize_scopes":"openid","attributes_request_method":"POST","oidc_issuer":"` + at + `/slash/","jwks_uri":"https://a.example.org/keys"}}`,
			`~{"IdentityProvider":{"ProviderDetails":{"authorize_url":"` + at + `/auth","jwks_uri":"https://a.example.org/keys"}}}`},
	)
}

func TestSAMLProvider(t *testing.T) {
	b := providerBench(t)
	parts := goodMetadata(t, b)
	metadata := parts.XML()
	parts.Signing = []string{samlmetatest.Certificate(t, b.clock().Add(-48*time.Hour), b.clock().Add(-time.Hour))}
	expired := parts.XML()
	at := idp(t, map[string]func(string) string{
		"/metadata": fixed(metadata), "/expired": fixed(expired), "/page": fixed("<html></html>"), "/binary": fixed("\xff\xfe"),
		"/huge": fixed(strings.Repeat(" ", 1<<20) + metadata),
	})
	quoted := encoded(t, metadata)
	create := func(details string) string {
		return `{"ProviderName":"Corp","ProviderType":"SAML","ProviderDetails":{` + details + `}}`
	}
	const retrieval = `InvalidParameterException: Error retrieving metadata from URL`
	for _, tt := range []struct{ name, details, want string }{
		{"none", ``, `InvalidParameterException: At least one of the MetadataURL or MetadataFile should be provided.`},
		{"both", `"MetadataURL":"` + at + `/metadata","MetadataFile":` + quoted, `InvalidParameterException: Only one of the MetadataURL or MetadataFile should be provided.`},
		{"http elsewhere", `"MetadataURL":"http://idp.example.org/"`, `InvalidParameterException: MetadataURL must start with https://`},
		{"not found", `"MetadataURL":"` + at + `/nothing"`, retrieval},
		{"nobody there", `"MetadataURL":"http://127.0.0.1:1/"`, retrieval},
		{"private network", `"MetadataURL":"https://192.168.0.1/"`, retrieval},
		{"too long", `"MetadataURL":"` + at + `/huge"`, retrieval},
		{"not text", `"MetadataURL":"` + at + `/binary"`, retrieval},
		{"a page", `"MetadataURL":"` + at + `/page"`, `InvalidParameterException: SAML metadata is malformed.`},
		{"expired", `"MetadataURL":"` + at + `/expired"`, `InvalidParameterException: Signing certificates are expired`},
		{"file expired", `"MetadataFile":` + encoded(t, expired), `InvalidParameterException: Signing certificates are expired`},
		{"file with a document type", `"MetadataFile":` + encoded(t, `<!DOCTYPE x [<!ENTITY a "b">]>`+metadata), `InvalidParameterException: SAML metadata is malformed.`},
		{"no certificate", `"MetadataFile":` + encoded(t, strings.ReplaceAll(metadata, `use="signing"`, `use="encryption"`)), `InvalidParameterException: SAML metadata has no signing certificate.`},
		{"no redirect", `"MetadataFile":` + encoded(t, strings.ReplaceAll(metadata, "HTTP-Redirect", "HTTP-POST")), `InvalidParameterException: SAML metadata has no single sign-on service with the HTTP-Redirect binding.`},
		{"a service provider's", `"MetadataFile":` + encoded(t, strings.ReplaceAll(metadata, "IDPSSO", "SPSSO")), `InvalidParameterException: SAML metadata has no identity provider.`},
		{"sign-in without TLS", `"MetadataFile":` + encoded(t, strings.ReplaceAll(metadata, "https://idp.example.org/sso", "http://idp.example.org/sso")), `InvalidParameterException: Endpoints in the SAML metadata must start with https://`},
		{"signout", `"IDPSignout":"yes","MetadataFile":` + quoted, `InvalidParameterException: IDPSignout must be true or false.`},
		{"init", `"IDPInit":"yes","MetadataFile":` + quoted, `InvalidParameterException: IDPInit must be true or false.`},
		{"encrypted", `"EncryptedResponses":"yes","MetadataFile":` + quoted, `InvalidParameterException: EncryptedResponses must be true or false.`},
		{"algorithm", `"RequestSigningAlgorithm":"rsa-sha1","MetadataFile":` + quoted, `InvalidParameterException: RequestSigningAlgorithm must be rsa-sha256.`},
		{"client id", `"client_id":"c","MetadataFile":` + quoted, `InvalidParameterException: Provider detail client_id does not exist for providers of type SAML.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"CreateIdentityProvider", create(tt.details), tt.want})
		})
	}
	b.TB = t
	made := b.ok("CreateIdentityProvider", create(`"IDPSignout":"true","IDPInit":"true","EncryptedResponses":"true","RequestSigningAlgorithm":"rsa-sha256","MetadataURL":"`+at+`/metadata"`))
	cert := b.member(made, "IdentityProvider", "ProviderDetails", "ActiveEncryptionCertificate")
	checkCertificate(t, b, cert)
	derived := `"SSORedirectBindingURI":"https://idp.example.org/sso","SLORedirectBindingURI":"https://idp.example.org/slo","ActiveEncryptionCertificate":"` + cert + `"`
	want := `{"IdentityProvider":{"UserPoolId":"POOL","ProviderName":"Corp","ProviderType":"SAML","ProviderDetails":{"IDPSignout":"true","IDPInit":"true","EncryptedResponses":"true",
		"RequestSigningAlgorithm":"rsa-sha256","MetadataURL":"` + at + `/metadata",` + derived + `},` + created + `}}`
	if diff := b.compare(want, made); diff != "" {
		t.Error(diff)
	}
	b.run(trial{"DescribeIdentityProvider", `{"ProviderName":"Corp"}`, want})
	// What was read may be written: derived details are made anew, the certificate stays.
	parts.Signing, parts.SLO = []string{samlmetatest.Certificate(t, b.clock(), b.clock().Add(time.Hour))}, ""
	b.run(trial{"UpdateIdentityProvider", `{"ProviderName":"Corp","ProviderDetails":{"MetadataFile":` + encoded(t, parts.XML()) + `,"ActiveEncryptionCertificate":"old","SLORedirectBindingURI":"https://old.example.org"}}`,
		`{"IdentityProvider":{"UserPoolId":"POOL","ProviderName":"Corp","ProviderType":"SAML","ProviderDetails":{"MetadataFile":` + encoded(t, parts.XML()) + `,
		"SSORedirectBindingURI":"https://idp.example.org/sso","ActiveEncryptionCertificate":"` + cert + `"},` + created + `}}`})
}

// checkCertificate reads a certificate of a key that was made here.
func checkCertificate(t *testing.T, b *bench, text string) *x509.Certificate {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature); err != nil {
		t.Errorf("the certificate is not signed by its own key: %v", err)
	}
	if !cert.NotBefore.Equal(b.clock()) || !cert.NotAfter.Equal(b.clock().AddDate(10, 0, 0)) || cert.Subject.CommonName != b.pool {
		t.Errorf("the certificate of %s is valid from %s until %s", cert.Subject, cert.NotBefore, cert.NotAfter)
	}
	return cert
}

func TestSigningCertificate(t *testing.T) {
	b := providerBench(t)
	text := b.member(b.ok("GetSigningCertificate", `{}`), "Certificate")
	cert := checkCertificate(t, b, text)
	if cert.KeyUsage != x509.KeyUsageDigitalSignature || cert.IsCA || cert.SerialNumber.Sign() <= 0 {
		t.Errorf("key usage %b, CA %v, serial number %s", cert.KeyUsage, cert.IsCA, cert.SerialNumber)
	}
	b.advance(time.Hour)
	b.ok("CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google","ProviderDetails":`+googleDetails+`}`) // drops the snapshot
	b.run(
		trial{"GetSigningCertificate", `{}`, `{"Certificate":"` + text + `"}`},
		trial{"GetSigningCertificate", `{"UserPoolId":"eu-west-1_nobody"}`, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	)
	b.ok("CreateUserPool", `{"PoolName":"other"}`)
	if other := b.member(b.ok("GetSigningCertificate", `{}`), "Certificate"); other == text {
		t.Error("two pools have the same certificate")
	}
}
