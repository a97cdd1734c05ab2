package e2e

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go"

	"idpond/cognito/apitest"
)

// TestAccessKeys gives the server keys: then a request must be signed with one of
// them, and public operations need none.
func TestAccessKeys(t *testing.T) {
	s := start(t, t.TempDir(), "--empty", "--access-keys=AKIDADMIN:the-right-secret-of-the-admin")
	for _, tt := range []struct{ name, key, secret, want string }{
		{"right key", "AKIDADMIN", "the-right-secret-of-the-admin", ""},
		{"wrong secret", "AKIDADMIN", "another-secret", "InvalidSignatureException"},
		{"unknown key", "AKIDNOBODY", "the-right-secret-of-the-admin", "UnrecognizedClientException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cip.New(cip.Options{Region: "eu-west-1", BaseEndpoint: &s.URL, RetryMaxAttempts: 1, HTTPClient: new(apitest.SDK),
				Credentials: credentials.NewStaticCredentialsProvider(tt.key, tt.secret, "")})
			_, err := c.ListUserPools(t.Context(), &cip.ListUserPoolsInput{MaxResults: new(int32(10))})
			got := ""
			if api, ok := errors.AsType[smithy.APIError](err); ok {
				got = api.ErrorCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	c := cip.New(cip.Options{Region: "eu-west-1", BaseEndpoint: &s.URL, RetryMaxAttempts: 1, HTTPClient: new(apitest.SDK)})
	_, err := c.SignUp(t.Context(), &cip.SignUpInput{ClientId: new("nosuchclient"), Username: new("ada"), Password: new("Difference-1")})
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "ResourceNotFoundException" {
		t.Errorf("a public operation without a signature: %v", err)
	}
}
