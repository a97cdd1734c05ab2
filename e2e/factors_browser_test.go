package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// app is a client's web application: it shows the code that a sign-in brings.
type app struct {
	callback string
	signIn   string // where its button leads
	signUp   string
	signOut  string
}

// newApp gives a pool an application whose users choose how they sign in.
func newApp(t *testing.T, s *server, c *cip.Client, poolID string) *app {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Query().Get("code") != "" {
			_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><p id="arrived">signed in</p>`))
			return
		}
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><p id="left">signed out</p>`))
	}))
	t.Cleanup(site.Close)
	home := strings.Replace(site.URL, "127.0.0.1", "localhost", 1) + "/"
	made, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: &poolID, ClientName: new("Harbour Books"), CallbackURLs: []string{home}, LogoutURLs: []string{home},
		SupportedIdentityProviders: []string{"COGNITO"}, AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeCode}, AllowedOAuthScopes: []string{"openid"},
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := *made.UserPoolClient.ClientId
	query := "?client_id=" + id + "&response_type=code&scope=openid&redirect_uri=" + url.QueryEscape(home)
	return &app{
		callback: home, signIn: s.URL + "/oauth2/authorize" + query, signUp: s.URL + "/signup" + query,
		signOut: s.URL + "/logout?client_id=" + id + "&logout_uri=" + url.QueryEscape(home),
	}
}

// factorPool makes a pool whose users may begin with the given factors.
func factorPool(t *testing.T, c *cip.Client, factors ...types.AuthFactorType) string {
	t.Helper()
	pool, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{
		PoolName: new("harbour"), AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
		UsernameAttributes: []types.UsernameAttributeType{types.UsernameAttributeTypeEmail},
		Policies:           &types.UserPoolPolicyType{SignInPolicy: &types.SignInPolicyType{AllowedFirstAuthFactors: factors}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *pool.UserPool.Id
}

const (
	newcomer = "newcomer@example.org"
	secret   = "First-visit-1"
)

// signsUp fills the sign-up form in and confirms with the code from the inbox.
func (p person) signsUp(s *server, a *app) {
	p.Helper()
	p.do("sign up", open(a.signUp), fill(`input[name=username]`, newcomer), fill(`input[name=password]`, secret),
		click(`button[name=signUpButton]`), see(`#verification_code`))
	p.do("confirm", fill(`#verification_code`, s.codeTo(p.T, newcomer)), click(`button[name=confirm]`))
}

// named gives the name to the first page of a sign-in.
func (p person) named(a *app) {
	p.Helper()
	p.do("give the name", open(a.signIn), fill(`input[name=username]`, newcomer), click(`[name=signInSubmitButton]`))
}

// TestPasskeyInBrowser: the offer after a sign-up makes a passkey, which then signs in
// without a password.
func TestPasskeyInBrowser(t *testing.T) {
	p := person{t, browser(t)}
	s := start(t, t.TempDir(), "--empty")
	c := sdk(s)
	pool := factorPool(t, c, types.AuthFactorTypePassword, types.AuthFactorTypeWebAuthn)
	_, err := c.SetUserPoolMfaConfig(t.Context(), &cip.SetUserPoolMfaConfigInput{
		UserPoolId: &pool, WebAuthnConfiguration: &types.WebAuthnConfigurationType{RelyingPartyId: new("localhost"), UserVerification: types.UserVerificationTypeRequired},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(t, s, c, pool)
	if _, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	device, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	verified := func(is bool) {
		t.Helper()
		if _, err := chromedp.Call(p.ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device.AuthenticatorID, IsUserVerified: is}); err != nil {
			t.Fatal(err)
		}
	}

	p.signsUp(s, a)
	p.do("see the offer", see(`form[data-passkey=create]`))
	verified(false)
	p.do("fail to show who it is", click(`form[data-passkey] button`), see(`[data-passkey-problem=stopped]`))
	verified(true)
	p.do("make a passkey", click(`form[data-passkey] button`), see(`#arrived`))
	p.do("sign out", open(a.signOut), see(`#left`))

	p.named(a)
	p.do("choose the passkey", see(`button[value=PASSWORD]`), click(`button[value=WEB_AUTHN]`), see(`form[data-passkey=get]`))
	verified(false)
	p.do("fail to show who it is", click(`form[data-passkey] button`), see(`[data-passkey-problem=stopped]`))
	verified(true)
	p.do("use the passkey", click(`form[data-passkey] button`), see(`#arrived`))
	p.do("sign out", open(a.signOut), see(`#left`))
	p.named(a)
	p.do("use the password", click(`button[value=PASSWORD]`), fill(`input[name=password]`, secret), click(`[name=signInSubmitButton]`), see(`#arrived`))
}

// TestAuthenticatorAppInBrowser: a pool that requires MFA has its users set an app up,
// and asks for the app's codes from then on.
func TestAuthenticatorAppInBrowser(t *testing.T) {
	p := person{t, browser(t)}
	s := start(t, t.TempDir(), "--empty")
	c := sdk(s)
	pool := factorPool(t, c, types.AuthFactorTypePassword)
	_, err := c.SetUserPoolMfaConfig(t.Context(), &cip.SetUserPoolMfaConfigInput{
		UserPoolId: &pool, MfaConfiguration: types.UserPoolMfaTypeOn, SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(t, s, c, pool)
	_, err = c.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: &pool, Username: new(newcomer), TemporaryPassword: new("Temporary-1"), MessageAction: types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{{Name: new("email"), Value: new(newcomer)}, {Name: new("email_verified"), Value: new("true")}}})
	if err == nil {
		_, err = c.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: &pool, Username: new(newcomer), Password: new(secret), Permanent: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	signIn := func(what, then string) {
		t.Helper()
		p.do(what, open(a.signIn), fill(`input[name=username]`, newcomer), fill(`input[name=password]`, secret), click(`[name=signInSubmitButton]`), see(then))
	}
	code := func(key string, at time.Time) string {
		t.Helper()
		code, err := totp.GenerateCode(key, at)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}

	signIn("be told to set an app up", `svg.qr`)
	p.do("show the key", click(`summary`), see(`#secretKey`))
	key := strings.ReplaceAll(p.reads(`#secretKey`), " ", "")
	now := time.Now()
	p.do("set the app up", fill(`#totpCodeInput`, code(key, now)), fill(`#friendlyDeviceName`, "Ada’s phone"), click(`button[name=verify]`), see(`#arrived`))
	p.do("sign out", open(a.signOut), see(`#left`))

	signIn("be asked for a code", `#totpCodeInput`)
	if got := p.reads(`.lead`); !strings.Contains(got, "Ada’s phone") {
		t.Errorf("the app isn't named: %s", got)
	}
	p.do("give a code that is used up", fill(`#totpCodeInput`, code(key, now)), click(`button[name=verify]`), see(`#totpCodeInput-problem`))
	p.do("give the next code", chromedp.Clear(chromedp.CSS(`#totpCodeInput`)), fill(`#totpCodeInput`, code(key, now.Add(30*time.Second))),
		click(`button[name=verify]`), see(`#arrived`))
}

// TestEmailCodeInBrowser: the code of a mail stands in for the password.
func TestEmailCodeInBrowser(t *testing.T) {
	p := person{t, browser(t)}
	s := start(t, t.TempDir(), "--empty")
	c := sdk(s)
	a := newApp(t, s, c, factorPool(t, c, types.AuthFactorTypePassword, types.AuthFactorTypeEmailOtp))
	p.signsUp(s, a)
	p.do("arrive", see(`#arrived`))
	p.do("sign out", open(a.signOut), see(`#left`))

	p.named(a)
	p.do("choose the mail", click(`button[value=EMAIL_OTP]`), see(`form[name=verifycodeform]`))
	p.do("give a wrong code", fill(`#verification_code`, "12"), click(`button[name=verify]`), see(`#verification_code-problem`))
	p.do("give the code of the mail", chromedp.Clear(chromedp.CSS(`#verification_code`)), fill(`#verification_code`, s.codeTo(t, newcomer)), click(`button[name=verify]`), see(`#arrived`))
}
