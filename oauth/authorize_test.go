package oauth_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // of verifier
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// TestDecisionOrder walks hosted-ui-and-oauth §3.1 top to bottom, without a session.
func TestDecisionOrder(t *testing.T) {
	d := open(t)
	const errorPage, app = "/error?error=", Callback + "?"
	for _, tt := range []struct {
		name string
		ask  string
		want string // Location; "login" is the sign-in page with the identical query
	}{
		// Step 1: nothing goes to a redirect URI that is not known to be the app's.
		{"unknown client", request("client_id=nobody"), errorPage + "invalid_request&client_id=nobody"},
		{"unknown client is repeated escaped", request(`client_id=a"><b>`), errorPage + "invalid_request&client_id=a%22%3E%3Cb%3E"},
		{"no client", request("client_id"), errorPage + "Required+parameters+missing"},
		{"empty client", request("client_id="), errorPage + "Required+parameters+missing"},
		{"two clients", request() + "&client_id=x", errorPage + "invalid_request&client_id=" + WebClient},
		{"no redirect URI", request("redirect_uri"), errorPage + "Required+parameters+missing"},
		{"unregistered redirect URI", request("redirect_uri=https://evil.example/"), errorPage + "redirect_mismatch&client_id=" + WebClient},
		{"nearly registered redirect URI", request("redirect_uri=" + Callback + "/"), errorPage + "redirect_mismatch&client_id=" + WebClient},
		{"two redirect URIs", request() + "&redirect_uri=https://evil.example/", errorPage + "invalid_request&client_id=" + WebClient},
		{"redirect URI comes before the rest", request("redirect_uri=https://evil.example/", "response_type=x", "scope=x"), errorPage + "redirect_mismatch&client_id=" + WebClient},
		{"broken escape", request() + "&state=%zz", errorPage + "invalid_request"},
		{"huge query", request("state=" + strings.Repeat("a", 20000)), errorPage + "invalid_request"},
		// Step 2.
		{"no response type", request("response_type"), app + "error_description=response_type+must+be+code+or+token&state=xyz&error=invalid_request"},
		{"hybrid", request("response_type=code id_token"), app + "error_description=response_type+must+be+code+or+token&state=xyz&error=invalid_request"},
		{"lone challenge", request("code_challenge=" + challenge), app + "error_description=code_challenge_method+is+required+with+code_challenge&state=xyz&error=invalid_request"},
		{"lone method", request("code_challenge_method=S256"), app + "error_description=code_challenge+is+required+with+code_challenge_method&state=xyz&error=invalid_request"},
		{"plain", request("code_challenge_method=plain", "code_challenge="+challenge), app + "error_description=code_challenge_method+must+be+S256&state=xyz&error=invalid_request"},
		{"repeated parameter", request() + "&scope=openid&scope=email", app + "error_description=scope+was+sent+more+than+once&state=xyz&error=invalid_request"},
		{"error of the implicit grant", request("response_type=token", "code_challenge="+challenge), Callback + "#error_description=code_challenge_method+is+required+with+code_challenge&state=xyz&error=invalid_request"},
		{"query of the redirect URI is kept", request("redirect_uri="+Callback2, "response_type"), Callback2 + "&error_description=response_type+must+be+code+or+token&state=xyz&error=invalid_request"},
		{"custom scheme", request("redirect_uri="+AppScheme, "response_type"), AppScheme + "?error_description=response_type+must+be+code+or+token&state=xyz&error=invalid_request"},
		{"no state, none in the answer", request("state", "response_type"), app + "error_description=response_type+must+be+code+or+token&error=invalid_request"},
		// Step 3 comes before 4.
		{"grant not allowed", request("client_id="+MachineClient, "scope=x"), app + "state=xyz&error=unauthorized_client"},
		// Steps 4 and 5.
		{"unknown scope", request("scope=openid nonsense"), app + "state=xyz&error=invalid_scope"},
		{"scope not allowed", request("scope=openid phone"), app + "state=xyz&error=invalid_scope"},
		{"malformed scope", request(`scope=openid "x"`), app + "state=xyz&error=invalid_scope"},
		{"email without openid", request("scope=email"), app + "state=xyz&error=invalid_scope"},
		{"only a scope that is gone", request("scope=" + API + "/gone"), app + "state=xyz&error=invalid_scope"},
		{"resource", request("resource=https://api.example"), app + "state=xyz&error=invalid_scope"},
		// Step 6.
		{"prompt none", request("prompt=none"), app + "state=xyz&error=login_required"},
		{"prompt none and more", request("prompt=none login"), app + "error_description=prompt+none+excludes+others&state=xyz&error=invalid_request"},
		{"prompt none comes before the provider", request("prompt=none", "identity_provider=Google"), app + "state=xyz&error=login_required"},
		// Steps 7 to 9.
		{"provider of the pool", request("identity_provider=COGNITO"), "login"},
		{"other provider", request("identity_provider=Google"), "login"},
		{"no session", request(), "login"},
		{"no session, everything", request("scope=openid email", "nonce=n", "code_challenge="+challenge, "code_challenge_method=S256", "login_hint=ada", "lang=de", "max_age=1"), "login"},
	} {
		w := d.get(tt.ask)
		want := tt.want
		if want == "login" {
			_, query, _ := strings.Cut(tt.ask, "?")
			want = "/login?" + query
		}
		if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != want {
			t.Errorf("%s: %d to\n     %s\nwant %s", tt.name, w.Code, got, want)
		}
	}
}

// TestRedirectURILeftOut: a client with one provider and one callback URL, or a
// default, may leave it out.
func TestRedirectURILeftOut(t *testing.T) {
	d := open(t)
	d.signIn()
	for _, tt := range []struct {
		name   string
		change func(*userpool.ClientSettings)
		want   string // begin of the Location
	}{
		{"default", func(s *userpool.ClientSettings) { s.DefaultRedirectURI = Callback }, Callback + "?code="},
		{"only one", func(s *userpool.ClientSettings) { s.DefaultRedirectURI, s.CallbackURLs = "", []string{Callback} }, Callback + "?code="},
		{"two providers", func(s *userpool.ClientSettings) { s.SupportedIdentityProviders = []string{"COGNITO", "Google"} }, "/error?error=Required+parameters+missing"},
		{"no provider", func(s *userpool.ClientSettings) { s.SupportedIdentityProviders = nil }, "/error?error=invalid_request&client_id=" + WebClient},
	} {
		d.Change(t, WebClient, func(c *userpool.AppClient) { tt.change(&c.Settings) })
		if got := d.get(request("redirect_uri")).Header().Get("Location"); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s, want %s…", tt.name, got, tt.want)
		}
	}
}

func TestOAuthSwitchedOff(t *testing.T) {
	d := open(t)
	d.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.AllowedOAuthFlowsUserPoolClient = false })
	if got, want := d.get(request()).Header().Get("Location"), Callback+"?state=xyz&error=unauthorized_client"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestPoolsOwnHost: on a pool's host the clients of other pools don't exist.
func TestPoolsOwnHost(t *testing.T) {
	d := open(t)
	const own, other = "https://harbour.auth.example.org", "https://nobody.auth.example.org"
	for ask, want := range map[string]string{
		own + request(): "/login?",
		own + request("client_id="+ForeignClient):          "/error?error=invalid_request&client_id=" + ForeignClient,
		other + request("client_id="+ForeignClient):        "/login?",
		own + ":9443" + request("client_id="+WebClient):    "/login?",
		"https://HARBOUR.auth.example.org" + request():     "/login?",
		"https://id.example.org" + request():               "/login?",
		"https://127.0.0.1:9229" + request("client_id=no"): "/error?error=invalid_request",
	} {
		if got := d.get(ask).Header().Get("Location"); !strings.HasPrefix(got, want) {
			t.Errorf("%s leads to %s, want %s…", ask, got, want)
		}
	}
	w := d.post("/oauth2/token", exchange("x"))
	if w.Code != http.StatusBadRequest {
		t.Errorf("token: %d", w.Code)
	}
}

// TestPrompt: prompt counts on version 2 domains only.
func TestPrompt(t *testing.T) {
	d := open(t)
	for _, tt := range []struct {
		version  int
		signedIn bool
		prompt   string
		want     string // begin of the Location
	}{
		{2, true, "", Callback + "?code="},
		{2, true, "none", Callback + "?code="},
		{2, true, "login", "/login?"},
		{2, true, "select_account consent", Callback + "?code="},
		{2, false, "none", Callback + "?state=xyz&error=login_required"},
		{2, false, "login", "/login?"},
		{1, true, "login", Callback + "?code="},
		{1, false, "none", "/login?"},
	} {
		d.SetVersion(t, tt.version)
		d.session = nil
		if tt.signedIn {
			d.signIn()
		}
		if got := d.get(request("prompt=" + tt.prompt)).Header().Get("Location"); !strings.HasPrefix(got, tt.want) {
			t.Errorf("version %d, signed in %v, prompt %q: %s, want %s…", tt.version, tt.signedIn, tt.prompt, got, tt.want)
		}
	}
}

// TestProviderWithSession: a session does not stand in for another provider.
func TestProviderWithSession(t *testing.T) {
	d := open(t)
	d.signIn()
	for provider, want := range map[string]string{"COGNITO": Callback + "?code=", "Google": "/login?", "Cognito": "/login?"} {
		if got := d.get(request("identity_provider=" + provider)).Header().Get("Location"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s…", provider, got, want)
		}
	}
	const required = Callback + "?state=xyz&error=login_required"
	if got := d.get(request("identity_provider=Google", "prompt=none")).Header().Get("Location"); got != required {
		t.Errorf("without a word: %s, want %s", got, required)
	}
	d.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.SupportedIdentityProviders = []string{"Google"} })
	if got := d.get(request("prompt=none")).Header().Get("Location"); got != required {
		t.Errorf("to a client without passwords: %s, want %s", got, required)
	}
}

func TestCodeAnswer(t *testing.T) {
	d := open(t)
	d.signIn()
	w := d.get(request("redirect_uri="+Callback2, `state={"a":1} &ü`))
	form := regexp.MustCompile(`^https://app\.example/cb\?tenant=7&code=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}&state=%7B%22a%22%3A1%7D\+%26%C3%BC$`)
	if got := w.Header().Get("Location"); w.Code != http.StatusFound || !form.MatchString(got) {
		t.Errorf("%d to %s", w.Code, got)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-cache, no-store, max-age=0, must-revalidate" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("the authorization endpoint allows the origin %q", got)
	}
	if w := d.do(mustRequest("POST", request())); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestImplicitAnswer(t *testing.T) {
	d := open(t)
	d.signIn()
	d.session.AuthTime = d.Now().Add(-10 * time.Minute)
	for _, tt := range []struct{ scope, want string }{
		{"openid email", "access_token expires_in id_token state token_type"},
		{API + "/read", "access_token expires_in state token_type"},
	} {
		location, err := url.Parse(d.get(request("response_type=token", "nonce=n1", "scope="+tt.scope)).Header().Get("Location"))
		if err != nil || location.RawQuery != "" {
			t.Fatalf("%v %s", err, location)
		}
		got, err := url.ParseQuery(location.EscapedFragment())
		if err != nil {
			t.Fatal(err)
		}
		names := ""
		for _, name := range []string{"access_token", "expires_in", "id_token", "refresh_token", "state", "token_type"} {
			if got.Has(name) {
				names += " " + name
			}
		}
		if strings.TrimSpace(names) != tt.want || got.Get("token_type") != "Bearer" || got.Get("expires_in") != "3600" || got.Get("state") != "xyz" {
			t.Errorf("scope %s: %v", tt.scope, got)
		}
		access := tokenstest.Claims(t, got.Get("access_token"))
		if access["scope"] != tt.scope || access["auth_time"] != float64(d.Now().Add(-10*time.Minute).Unix()) {
			t.Errorf("access token %v", access)
		}
		if id := got.Get("id_token"); id != "" && tokenstest.Claims(t, id)["nonce"] != "n1" {
			t.Errorf("ID token %v", tokenstest.Claims(t, id))
		}
	}
}

// TestScopes: what is granted when nothing, or something, is asked for.
func TestScopes(t *testing.T) {
	d := open(t)
	got := map[string]string{}
	for _, asked := range []string{"", "openid", "openid  openid email", "openid " + API + "/read", "openid " + API + "/gone"} {
		got[asked] = tokenstest.Claims(t, d.signedIn(t, "scope="+asked).AccessToken)["scope"].(string)
	}
	want := map[string]string{
		"":                        "openid email profile " + API + "/read",
		"openid":                  "openid",
		"openid  openid email":    "openid email",
		"openid " + API + "/read": "openid " + API + "/read",
		"openid " + API + "/gone": "openid",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func mustRequest(method, target string) *http.Request {
	r, err := http.NewRequest(method, "https://id.example.org"+target, nil)
	if err != nil {
		panic(err)
	}
	return r
}
