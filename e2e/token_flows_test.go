package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestTokensBySDK: what comes of tokens later, by every door that renews them.
func TestTokensBySDK(t *testing.T) {
	s := start(t, t.TempDir(), "--empty")
	for _, sd := range sides {
		t.Run(sd.name+"/REFRESH_TOKEN_AUTH", func(t *testing.T) { refreshes(newFlow(t, s, sd, flowSettings{})) })
		t.Run(sd.name+"/GetTokensFromRefreshToken", func(t *testing.T) {
			rotates(newFlow(t, s, sd, flowSettings{client: func(in *cip.CreateUserPoolClientInput) {
				in.RefreshTokenRotation = &types.RefreshTokenRotationType{Feature: types.FeatureTypeEnabled, RetryGracePeriodSeconds: new(int32(0))}
				in.ExplicitAuthFlows = slices.DeleteFunc(in.ExplicitAuthFlows, func(e types.ExplicitAuthFlowsType) bool {
					return e == types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth
				})
			}}))
		})
	}
	t.Run("GetClientToken", func(t *testing.T) { clientToken(t, s) })
}

func refreshes(f *flow) {
	f.addUser(true)
	f.must(f.beginWithPassword(flowPassword))
	f.done()
	first := *f.tokens
	f.refused(f.begin(types.AuthFlowTypeRefreshTokenAuth, "REFRESH_TOKEN", "none"), "NotAuthorizedException: Invalid Refresh Token")
	f.must(f.begin(types.AuthFlowTypeRefreshToken, "REFRESH_TOKEN", *first.RefreshToken)) // the old name
	f.done()
	f.must(f.begin(types.AuthFlowTypeRefreshTokenAuth, "REFRESH_TOKEN", *first.RefreshToken))
	f.done()
	if f.tokens.RefreshToken != nil {
		f.Error("a refresh gave a refresh token")
	}
	before, after := claimsOf(f.T, *first.AccessToken), claimsOf(f.T, *f.tokens.AccessToken)
	if before["auth_time"] != after["auth_time"] || before["origin_jti"] != after["origin_jti"] || before["jti"] == after["jti"] {
		f.Errorf("claims before %v, after %v", before, after)
	}
	_, err := f.api.RevokeToken(f.Context(), &cip.RevokeTokenInput{ClientId: f.client.ClientId, ClientSecret: f.client.ClientSecret, Token: first.RefreshToken})
	f.must(err)
	f.refused(f.begin(types.AuthFlowTypeRefreshTokenAuth, "REFRESH_TOKEN", *first.RefreshToken), "NotAuthorizedException: Refresh Token has been revoked")
	_, err = f.api.GetUser(f.Context(), &cip.GetUserInput{AccessToken: f.tokens.AccessToken})
	f.refused(err, "NotAuthorizedException: Access Token has been revoked")
}

func rotates(f *flow) {
	f.addUser(true)
	f.must(f.beginWithPassword(flowPassword))
	f.done()
	get := func(token *string) (*cip.GetTokensFromRefreshTokenOutput, error) {
		return f.api.GetTokensFromRefreshToken(f.Context(), &cip.GetTokensFromRefreshTokenInput{
			ClientId: f.client.ClientId, ClientSecret: f.client.ClientSecret, RefreshToken: token}, once)
	}
	first := f.tokens.RefreshToken
	second, err := get(first)
	f.must(err)
	f.tokens = second.AuthenticationResult
	f.done()
	if f.tokens.RefreshToken == nil || *f.tokens.RefreshToken == *first {
		f.Fatal("the refresh token was not replaced")
	}
	_, err = get(first)
	f.refused(err, "RefreshTokenReuseException: Refresh token reuse detected")
	_, err = get(f.tokens.RefreshToken)
	f.must(err)
	_, err = get(aws.String("none"))
	f.refused(err, "NotAuthorizedException: Invalid Refresh Token.")
}

// clientToken asks as an application without users does. The SDK has no GetClientToken
// yet, so it is sent as the SDK would.
func clientToken(t *testing.T, s *server) {
	f := &flow{T: t, server: s, api: sdk(s)}
	pool, err := f.api.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: new("flows")})
	f.must(err)
	_, err = f.api.CreateResourceServer(t.Context(), &cip.CreateResourceServerInput{
		UserPoolId: pool.UserPool.Id, Identifier: new("shop"), Name: new("shop"),
		Scopes: []types.ResourceServerScopeType{{ScopeName: new("read"), ScopeDescription: new("read")}}})
	f.must(err)
	client, err := f.api.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: new("service"), GenerateSecret: true, ExplicitAuthFlows: []types.ExplicitAuthFlowsType{"ALLOW_CLIENT_TOKEN_AUTH"},
		AllowedOAuthScopes: []string{"shop/read"}, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}})
	f.must(err)
	id := *client.UserPoolClient.ClientId
	ask := func(secret string) (int, map[string]any) {
		body := fmt.Sprintf(`{"ClientId":%q,"Secret":%q,"Scopes":["shop/read"]}`, id, secret)
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, bytes.NewBufferString(body))
		f.must(err)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.GetClientToken")
		w, err := http.DefaultClient.Do(r)
		f.must(err)
		defer w.Body.Close()
		var answer map[string]any
		f.must(json.NewDecoder(w.Body).Decode(&answer))
		return w.StatusCode, answer
	}
	if code, answer := ask(strings.Repeat("wrong", 8)); code != 400 || answer["__type"] != "NotAuthorizedException" {
		t.Errorf("wrong secret: %d %v", code, answer)
	}
	code, answer := ask(*client.UserPoolClient.ClientSecret)
	result, _ := answer["ClientAuthenticationResult"].(map[string]any)
	access, _ := result["AccessToken"].(string)
	if code != 200 || access == "" || result["TokenType"] != "Bearer" {
		t.Fatalf("%d %v", code, answer)
	}
	if claims := claimsOf(t, access); claims["scope"] != "shop/read" || claims["client_id"] != id || claims["token_use"] != "access" {
		t.Errorf("claims %v", claims)
	}
}
