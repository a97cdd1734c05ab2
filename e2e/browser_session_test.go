package e2e

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const (
	pagesDomain   = "browser-sessions"
	pagesCallback = "https://app.example.org/back"
	pagesPassword = "Harbour-7"
)

// withPages makes a pool with a domain, a client of its pages and the user ada, and
// gives the pool's id and the query of the client's authorization requests.
func withPages(t *testing.T, api *cip.Client) (poolID, query string) {
	t.Helper()
	ctx := t.Context()
	pool, err := api.CreateUserPool(ctx, &cip.CreateUserPoolInput{PoolName: new("pages")})
	if err != nil {
		t.Fatal(err)
	}
	poolID = *pool.UserPool.Id
	client, err := api.CreateUserPoolClient(ctx, &cip.CreateUserPoolClientInput{
		UserPoolId: &poolID, ClientName: new("web"), CallbackURLs: []string{pagesCallback}, SupportedIdentityProviders: []string{"COGNITO"},
		AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []types.OAuthFlowType{"code"}, AllowedOAuthScopes: []string{"openid"},
	})
	if err == nil {
		_, err = api.CreateUserPoolDomain(ctx, &cip.CreateUserPoolDomainInput{UserPoolId: &poolID, Domain: new(pagesDomain), ManagedLoginVersion: new(int32(2))})
	}
	if err == nil {
		_, err = api.AdminCreateUser(ctx, &cip.AdminCreateUserInput{UserPoolId: &poolID, Username: new("ada"), MessageAction: "SUPPRESS", TemporaryPassword: new(pagesPassword)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return poolID, url.Values{"client_id": {*client.UserPoolClient.ClientId}, "redirect_uri": {pagesCallback}, "response_type": {"code"}}.Encode()
}

// TestBrowserSessionEnds: what the API does to a user leaves the user's browser signed
// in, but for disabling the user or a way of signing in; another version of the domain's
// pages doesn't (reference: hosted-ui-and-oauth §8).
func TestBrowserSessionEnds(t *testing.T) {
	s := start(t, t.TempDir(), "--empty")
	api := sdk(s)
	pool, query := withPages(t, api)
	ada, domain := new("ada"), new(pagesDomain)
	version := func(v int32) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := api.UpdateUserPoolDomain(ctx, &cip.UpdateUserPoolDomainInput{UserPoolId: &pool, Domain: domain, ManagedLoginVersion: &v})
			return err
		}
	}
	password := func(ctx context.Context) error {
		_, err := api.AdminSetUserPassword(ctx, &cip.AdminSetUserPasswordInput{UserPoolId: &pool, Username: ada, Password: new(pagesPassword), Permanent: true})
		return err
	}
	google := types.ProviderUserIdentifierType{ProviderName: new("Google"), ProviderAttributeName: new("Cognito_Subject"), ProviderAttributeValue: new("g1")}
	local := types.ProviderUserIdentifierType{ProviderName: new("Cognito"), ProviderAttributeName: new("Cognito_Subject"), ProviderAttributeValue: ada}
	disable := func(provider types.ProviderUserIdentifierType) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := api.AdminDisableProviderForUser(ctx, &cip.AdminDisableProviderForUserInput{UserPoolId: &pool, User: &provider})
			return err
		}
	}
	_, err := api.CreateIdentityProvider(t.Context(), &cip.CreateIdentityProviderInput{
		UserPoolId: &pool, ProviderName: new("Google"), ProviderType: "Google",
		ProviderDetails: map[string]string{"client_id": "c", "client_secret": "s", "authorize_scopes": "openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const app = pagesCallback
	login := s.URL + "/login"
	for _, step := range []struct {
		name string
		do   func(context.Context) error
		want string // where the next authorization request leads
	}{
		{"nothing", func(context.Context) error { return nil }, app},
		{"AdminUserGlobalSignOut", func(ctx context.Context) error {
			_, err := api.AdminUserGlobalSignOut(ctx, &cip.AdminUserGlobalSignOutInput{UserPoolId: &pool, Username: ada})
			return err
		}, app},
		{"another password", password, app},
		{"other attributes", func(ctx context.Context) error {
			attributes := []types.AttributeType{{Name: new("name"), Value: new("Ada")}}
			_, err := api.AdminUpdateUserAttributes(ctx, &cip.AdminUpdateUserAttributesInput{UserPoolId: &pool, Username: ada, UserAttributes: attributes})
			return err
		}, app},
		{"the same version of the pages", version(2), app},
		{"another version of the pages", version(1), login},
		{"AdminLinkProviderForUser", func(ctx context.Context) error {
			_, err := api.AdminLinkProviderForUser(ctx, &cip.AdminLinkProviderForUserInput{UserPoolId: &pool, DestinationUser: &local, SourceUser: &google})
			return err
		}, app},
		{"AdminDisableProviderForUser of a link", disable(google), login},
		{"AdminDisableProviderForUser of the password", disable(local), login},
		{"AdminDisableUser and AdminEnableUser", func(ctx context.Context) error {
			_, err := api.AdminDisableUser(ctx, &cip.AdminDisableUserInput{UserPoolId: &pool, Username: ada})
			if err == nil {
				_, err = api.AdminEnableUser(ctx, &cip.AdminEnableUserInput{UserPoolId: &pool, Username: ada})
			}
			return err
		}, login},
		{"AdminDisableUser", func(ctx context.Context) error {
			_, err := api.AdminDisableUser(ctx, &cip.AdminDisableUserInput{UserPoolId: &pool, Username: ada})
			return err
		}, login},
	} {
		if err := password(t.Context()); err != nil { // a former step may have ended it
			t.Fatal(err)
		}
		b := newPagesBrowser(t)
		if to := b.leadsTo(b.PostForm(s.URL+"/login?"+query, url.Values{"username": {"ada"}, "password": {pagesPassword}})); to != app {
			t.Fatalf("%s: the sign-in leads to %s", step.name, to)
		}
		if err := step.do(t.Context()); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if to := b.leadsTo(b.Get(s.URL + "/oauth2/authorize?" + query)); to != step.want {
			t.Errorf("%s: an authorization request leads to %s, want %s", step.name, to, step.want)
		}
	}
}

// pagesBrowser keeps cookies and follows no redirects.
type pagesBrowser struct {
	*http.Client
	t *testing.T
}

func newPagesBrowser(t *testing.T) pagesBrowser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return pagesBrowser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, t}
}

// leadsTo is the address of a redirect, without its query.
func (b pagesBrowser) leadsTo(answer *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		b.t.Fatalf("status %d, %v", answer.StatusCode, err)
	}
	to.RawQuery = ""
	return to.String()
}
