package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestLogsHoldNoSecrets makes a whole run with the most talkative log, right and
// wrong answers on every door, and searches the log for what was secret in it.
func TestLogsHoldNoSecrets(t *testing.T) {
	s := start(t, t.TempDir(), "--empty", "--log-level=debug")
	c := sdk(s)
	poolID, _ := newPool(t, c)
	secrets := map[string]string{"password": "Right-password-1", "wrong password": "Wrong-password-2", "new password": "Newer-password-3", "address": "logged@example.org"}
	client, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: &poolID, ClientName: new("app"), AllowedOAuthFlowsUserPoolClient: true,
		CallbackURLs: []string{"https://app.test/cb"}, AllowedOAuthScopes: []string{"openid"},
		AllowedOAuthFlows:          []types.OAuthFlowType{types.OAuthFlowTypeCode},
		SupportedIdentityProviders: []string{"COGNITO"},
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := client.UserPoolClient.ClientId
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = c.SignUp(t.Context(), &cip.SignUpInput{ClientId: id, Username: new("ada"), Password: new(secrets["password"]),
		UserAttributes: []types.AttributeType{{Name: new("email"), Value: new(secrets["address"])}}})
	must(err)
	secrets["code"] = s.codeTo(t, secrets["address"])
	_, err = c.ConfirmSignUp(t.Context(), &cip.ConfirmSignUpInput{ClientId: id, Username: new("ada"), ConfirmationCode: new(secrets["code"])})
	must(err)
	signIn := func(password string) (*cip.InitiateAuthOutput, error) {
		return c.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: id, AuthFlow: types.AuthFlowTypeUserPasswordAuth,
			AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": password}})
	}
	if _, err := signIn(secrets["wrong password"]); err == nil {
		t.Fatal("a wrong password signed in")
	}
	in, err := signIn(secrets["password"])
	must(err)
	secrets["access token"], secrets["refresh token"] = *in.AuthenticationResult.AccessToken, *in.AuthenticationResult.RefreshToken
	_, err = c.GetUser(t.Context(), &cip.GetUserInput{AccessToken: new(secrets["access token"])})
	must(err)
	_, err = c.ChangePassword(t.Context(), &cip.ChangePasswordInput{AccessToken: new(secrets["access token"]),
		PreviousPassword: new(secrets["password"]), ProposedPassword: new(secrets["new password"])})
	must(err)
	secrets["authorization code"] = s.signInOnPages(t, *id, "ada", secrets["wrong password"], secrets["new password"])
	for _, form := range []url.Values{
		{"grant_type": {"authorization_code"}, "code": {secrets["authorization code"]}, "client_id": {*id}, "redirect_uri": {"https://app.test/cb"}},
		{"grant_type": {"refresh_token"}, "refresh_token": {secrets["refresh token"]}, "client_id": {*id}},
		{"grant_type": {"refresh_token"}, "refresh_token": {secrets["refresh token"] + "x"}, "client_id": {*id}},
	} {
		answer, err := http.PostForm(s.URL+"/oauth2/token", form)
		must(err)
		answer.Body.Close()
	}

	s.stop(t)
	log := regexp.MustCompile(`took=\S+`).ReplaceAllString(s.stderr.String(), "") // which may look like a code
	if !strings.Contains(log, "InitiateAuth") || !strings.Contains(log, "/oauth2/token") {
		t.Fatalf("the log says too little for the test to mean anything:\n%s", log)
	}
	for what, secret := range secrets {
		if regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(secret) + `(\W|$)`).MatchString(log) { // ids may hold what looks like a code
			t.Errorf("the log holds the %s:\n%s", what, log)
		}
	}
}

// signInOnPages signs in with a browser's forms, first with a wrong password, and
// gives the authorization code.
func (s *server) signInOnPages(t *testing.T, clientID, username, wrong, right string) (code string) {
	t.Helper()
	login := s.URL + "/login?" + url.Values{"client_id": {clientID}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {"https://app.test/cb"}}.Encode()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, password := range []string{wrong, right} {
		answer, err := browser.PostForm(login, url.Values{"username": {username}, "password": {password}})
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if target, err := answer.Location(); err == nil {
			code = target.Query().Get("code")
		}
	}
	if code == "" {
		t.Fatal("signing in on the page gave no code")
	}
	return code
}
