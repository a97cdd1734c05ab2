package cognito_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"
)

// TestSDKProviderRoundTrip: every detail that a request can have reads back as it
// was written, so that an infrastructure tool that wrote them all finds nothing to
// change; and writing what was read changes nothing.
func TestSDKProviderRoundTrip(t *testing.T) {
	ctx, b := t.Context(), providerBench(t)
	c := newSDK(b)
	file := goodMetadata(t, b).XML()
	urls := map[string]string{"authorize_url": "https://a.example.org/1", "token_url": "https://a.example.org/2", "attributes_url": "https://a.example.org/3"}
	social := map[string]string{"client_id": "c", "client_secret": "s", "authorize_scopes": "email", "token_request_method": "GET", "attributes_url_add_attributes": "true"}
	for _, tt := range []struct {
		name    string
		kind    types.IdentityProviderTypeType
		details []map[string]string // laid over each other
		derived []string
	}{
		{"Corp", "SAML", []map[string]string{{"MetadataFile": file, "IDPSignout": "true", "IDPInit": "false", "EncryptedResponses": "false", "RequestSigningAlgorithm": "rsa-sha256"}},
			[]string{"SSORedirectBindingURI", "SLORedirectBindingURI", "ActiveEncryptionCertificate"}},
		{"Other", "OIDC", []map[string]string{urls, {"client_id": "c", "client_secret": "s", "authorize_scopes": "openid email", "attributes_request_method": "POST",
			"oidc_issuer": "https://a.example.org", "jwks_uri": "https://a.example.org/4", "attributes_url_add_attributes": "false"}}, nil},
		{"Google", "Google", []map[string]string{urls, social, {"oidc_issuer": "https://a.example.org"}}, nil},
		{"Facebook", "Facebook", []map[string]string{urls, social, {"api_version": "v19.0"}}, nil},
		{"LoginWithAmazon", "LoginWithAmazon", []map[string]string{urls, social}, nil},
		{"SignInWithApple", "SignInWithApple", []map[string]string{{"client_id": "c", "team_id": "t", "key_id": "k", "private_key": "p", "authorize_scopes": "email name", "authorize_url": "https://a.example.org/1",
			"token_url": "https://a.example.org/2", "token_request_method": "GET", "oidc_issuer": "https://a.example.org", "attributes_url_add_attributes": "true"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			details := map[string]string{}
			for _, some := range tt.details {
				for key, value := range some {
					details[key] = value
				}
			}
			mapping := map[string]string{"email": "mail", "custom:team": "team"}
			if tt.kind != "SAML" {
				mapping["username"] = "login"
			}
			in := &cip.CreateIdentityProviderInput{UserPoolId: &b.pool, ProviderName: aws.String(tt.name), ProviderType: tt.kind,
				ProviderDetails: details, AttributeMapping: mapping, IdpIdentifiers: []string{tt.name + ".org", "a " + tt.name}}
			made, err := c.CreateIdentityProvider(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			read, err := c.DescribeIdentityProvider(ctx, &cip.DescribeIdentityProviderInput{UserPoolId: &b.pool, ProviderName: in.ProviderName})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(made.IdentityProvider, read.IdentityProvider, unseen); diff != "" {
				t.Errorf("made and read differ:\n%s", diff)
			}
			rewritten, err := c.UpdateIdentityProvider(ctx, &cip.UpdateIdentityProviderInput{UserPoolId: &b.pool, ProviderName: in.ProviderName,
				ProviderDetails: read.IdentityProvider.ProviderDetails, AttributeMapping: read.IdentityProvider.AttributeMapping, IdpIdentifiers: read.IdentityProvider.IdpIdentifiers})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(read.IdentityProvider, rewritten.IdentityProvider, unseen); diff != "" {
				t.Errorf("what was read and written again differs:\n%s", diff)
			}
			got := read.IdentityProvider
			for _, key := range tt.derived {
				if got.ProviderDetails[key] == "" {
					t.Errorf("%s is missing", key)
				}
				delete(got.ProviderDetails, key)
			}
			delete(details, "private_key") // never shown
			want := &types.IdentityProviderType{UserPoolId: &b.pool, ProviderName: in.ProviderName, ProviderType: tt.kind, ProviderDetails: details,
				AttributeMapping: mapping, IdpIdentifiers: in.IdpIdentifiers, CreationDate: got.CreationDate, LastModifiedDate: got.LastModifiedDate}
			if diff := cmp.Diff(want, got, unseen); diff != "" {
				t.Errorf("what was written and what reads back differ (-want +got):\n%s", diff)
			}
		})
	}
}
