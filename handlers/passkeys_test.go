package handlers_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

const (
	passkeyForm = "form[name=passkeyform]"
	skipForm    = "form[name=skipform]"
)

// servePasskeys starts a site on localhost, whose pool lets users sign in with passkeys
// of this name.
func servePasskeys(t testing.TB) *site {
	t.Helper()
	s := serve(t)
	s.url = strings.Replace(s.url, "127.0.0.1", "localhost", 1)
	s.letChoose(t, "PASSWORD", "WEB_AUTHN")
	s.ChangePool(t, func(p *userpool.Pool) {
		p.Settings.WebAuthnConfiguration = &userpool.WebAuthnConfig{RelyingPartyId: "localhost"}
	})
	return s
}

// keeper is a device with one passkey, or soon one.
type keeper struct {
	party      virtualwebauthn.RelyingParty
	device     virtualwebauthn.Authenticator
	credential virtualwebauthn.Credential
}

// newKeeper makes a device for the passkeys of s. Its software leaves out leading zeros
// of an elliptic key's coordinates, which WebAuthn forbids, so those keys are passed over.
func newKeeper(t testing.TB, s *site) *keeper {
	t.Helper()
	k := &keeper{party: virtualwebauthn.RelyingParty{ID: "localhost", Name: "localhost", Origin: s.url}, device: virtualwebauthn.NewAuthenticator()}
	for {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if point, err := key.PublicKey.Bytes(); err != nil { // 4, X, Y
			t.Fatal(err)
		} else if point[1] == 0 || point[33] == 0 {
			continue
		}
		encoded, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		k.credential = virtualwebauthn.NewCredentialWithImportedKey(virtualwebauthn.KeyTypeEC2, encoded)
		return k
	}
}

// make is what a browser would post for the options on a page that offers a passkey.
func (k *keeper) make(t testing.TB, p *page) string {
	t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(p.Find(passkeyForm+"[data-passkey=create]").AttrOr("data-options", ""))
	if err != nil {
		t.Fatalf("%v on %s:\n%s", err, p.url, p.body)
	}
	var made map[string]any
	if err := json.Unmarshal([]byte(virtualwebauthn.CreateAttestationResponse(k.party, k.device, k.credential, *options)), &made); err != nil {
		t.Fatal(err)
	}
	made["clientExtensionResults"] = map[string]any{}
	text, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// use is what a browser would post for the options on a page that asks for a passkey.
func (k *keeper) use(t testing.TB, p *page) string {
	t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(p.Find(passkeyForm+"[data-passkey=get]").AttrOr("data-options", ""))
	if err != nil {
		t.Fatalf("%v on %s:\n%s", err, p.url, p.body)
	}
	return virtualwebauthn.CreateAssertionResponse(k.party, k.device, k.credential, *options)
}

// signUp makes the account grace and goes to where the code of the sign-up leads.
func (b *browser) signUp(query string) *page {
	b.t.Helper()
	p := b.submit(b.open("/signup?"+query), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	return b.submit(p, "form[name=confirmform]", "code="+b.s.codeTo(b.t, "grace@example.org"))
}

// passkeys counts the passkeys of a user.
func (s *site) passkeys(t testing.TB, username string) int {
	t.Helper()
	u, err := s.Store.FindUser(t.Context(), PoolID, []userpool.SignInName{{Kind: userpool.NameUsername, Value: username}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Store.ListPasskeys(t.Context(), PoolID, u.ID, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// TestPasskeyOffer: who has just signed up is offered a passkey, and is on the way to
// the app with one or without.
func TestPasskeyOffer(t *testing.T) {
	s := servePasskeys(t)
	b := s.browser(t)
	p := b.signUp(ask(WebClient))
	p.stays(t, "/passkeys/add", 200)
	if got := p.text(".lead"); !strings.HasPrefix(got, "Make a passkey for grace: ") || p.text("h1") != "Sign in faster next time" {
		t.Errorf("offer %q", got)
	}
	if src := p.Find(`script[src*="passkeys.js"]`); src.Length() != 1 {
		t.Error("the page lacks its script")
	}
	for name, credential := range map[string]string{"nothing": "", "no JSON": "{", "another's": `{"id":"YQ"}`} {
		q := b.submit(p, passkeyForm, "credential="+credential)
		q.stays(t, "/passkeys/add", 400)
		if got := q.text("#passkeyErrorMessage"); got != "The passkey could not be kept. Try again, or go on without one." {
			t.Errorf("%s: %q", name, got)
		}
	}
	if n := s.passkeys(t, "grace"); n != 0 {
		t.Errorf("%d passkeys", n)
	}
	k := newKeeper(t, s)
	credential := k.make(t, p)
	b.submit(p, passkeyForm, "credential="+credential).arrived(t)
	if n := s.passkeys(t, "grace"); n != 1 {
		t.Errorf("%d passkeys", n)
	}
	if q := b.submit(p, passkeyForm, "credential="+credential); q.status != 400 || s.passkeys(t, "grace") != 1 {
		t.Errorf("the same again: %d", q.status)
	}
}

// TestPasskeyDeclined: so does who signed up by an address that leaves out what the client
// implies.
func TestPasskeyDeclined(t *testing.T) {
	s := servePasskeys(t)
	b := s.browser(t)
	b.submit(b.signUp("client_id="+WebClient+"&state=xyz&redirect_uri="+url.QueryEscape(Callback)), skipForm).arrived(t)
	if n := s.passkeys(t, "grace"); n != 0 {
		t.Errorf("%d passkeys", n)
	}
}

// TestNoOffer: where pool, client, pages or address don't go with passkeys, nobody is
// asked to make one.
func TestNoOffer(t *testing.T) {
	for name, prepare := range map[string]func(*site){
		"pool": func(s *site) { s.letChoose(t, "PASSWORD") },
		"client": func(s *site) {
			s.Change(t, WebClient, func(c *userpool.AppClient) { c.Settings.ExplicitAuthFlows = nil })
		},
		"pages": func(s *site) { s.SetVersion(t, 1) },
		"address": func(s *site) {
			s.ChangePool(t, func(p *userpool.Pool) { p.Settings.WebAuthnConfiguration.RelyingPartyId = "elsewhere.example" })
		},
	} {
		s := servePasskeys(t)
		prepare(s)
		p := s.browser(t).signUp(ask(WebClient))
		if p.location == nil || !strings.HasPrefix(p.location.String(), Callback) {
			t.Errorf("%s: at %s (%d):\n%s", name, p.url, p.status, p.body)
		}
	}
}

// TestAddPasskeyLater: an app may link to the page; it wants a session, and gives an
// answer only where it was asked for one.
func TestAddPasskeyLater(t *testing.T) {
	s := servePasskeys(t)
	b := s.browser(t)
	b.open("/passkeys/add?"+ask(WebClient)).stays(t, "/login", 200)
	b.post(s.url+"/passkeys/add?"+ask(WebClient), url.Values{"credential": {"{}"}}, nil).stays(t, "/login", 200)
	if p := b.open("/passkeys/add?" + ask(WebClient, "redirect_uri=https://evil.example/")); p.url.Path != "/error" {
		t.Errorf("to a stranger's address: %s", p.url)
	}
	b.submit(b.submit(b.open("/login?"+ask(WebClient)), loginForm, "username="+Username), loginForm, "password="+Password).arrived(t)

	plain := "client_id=" + WebClient + "&redirect_uri=" + url.QueryEscape(Callback)
	for query, want := range map[string]string{
		ask(WebClient): Callback + "?code=", ask(WebClient, "prompt=login"): Callback + "?code=", plain: Callback,
	} {
		for _, form := range []string{skipForm, passkeyForm} {
			p := b.open("/passkeys/add?" + query)
			p.stays(t, "/passkeys/add", 200)
			var values []string
			if form == passkeyForm {
				values = append(values, "credential="+newKeeper(t, s).make(t, p))
			}
			p = b.submit(p, form, values...)
			if p.status != http.StatusFound || p.location == nil || !strings.HasPrefix(p.location.String(), want) || want == Callback && p.location.String() != Callback {
				t.Errorf("%s, %s: %d to %v", query, form, p.status, p.location)
			}
		}
	}

	s.ChangePool(t, func(p *userpool.Pool) { p.Settings.WebAuthnConfiguration.RelyingPartyId = "elsewhere.example" })
	p := b.open("/passkeys/add?" + ask(WebClient))
	if got := p.text("#passkeyErrorMessage"); got != "This browser can’t make passkeys here. You can go on without one." || p.Find(passkeyForm).Length() != 0 {
		t.Errorf("at another address than the passkeys': %q", got)
	}
	b.submit(p, skipForm).arrived(t)
	s.SetVersion(t, 1)
	if p := b.open("/passkeys/add?" + ask(WebClient)); p.status != 404 {
		t.Errorf("classic pages: %d", p.status)
	}
}

// TestTooManyPasskeys: who has all that can be had is told so and goes on.
func TestTooManyPasskeys(t *testing.T) {
	s := servePasskeys(t)
	b := s.browser(t)
	p := b.signUp(ask(WebClient))
	for range s.House.Accounts.Quotas.Of(userpool.QuotaPasskeys) {
		p = b.open("/passkeys/add?" + ask(WebClient))
		b.submit(p, passkeyForm, "credential="+newKeeper(t, s).make(t, p)).arrived(t)
	}
	p = b.open("/passkeys/add?" + ask(WebClient))
	if got := p.text("#passkeyErrorMessage"); got != "This account has as many passkeys as it can have. You can go on without a new one." || p.Find(passkeyForm).Length() != 0 {
		t.Errorf("%q\n%s", got, p.body)
	}
	b.submit(p, skipForm).arrived(t)
}

// TestPasskeySignIn: the name, the choice, the passkey; another one is refused and can be
// followed by the right one.
func TestPasskeySignIn(t *testing.T) {
	s := servePasskeys(t)
	b := s.browser(t)
	p := b.signUp(ask(WebClient))
	k := newKeeper(t, s)
	made := k.make(t, p)
	b.submit(p, passkeyForm, "credential="+made).arrived(t)
	u, err := s.Store.FindUser(t.Context(), PoolID, []userpool.SignInName{{Kind: userpool.NameUsername, Value: "grace"}})
	if err != nil {
		t.Fatal(err)
	}
	k.device.Options.UserHandle = []byte(u.ID)
	k.device.AddCredential(k.credential)

	other := s.browser(t)
	p = other.submit(other.open("/login?"+ask(WebClient)), loginForm, "username=grace")
	if diff := cmp.Diff([]string{"PASSWORD Password", "WEB_AUTHN Passkey"}, p.choices()); diff != "" {
		t.Fatal(diff)
	}
	p = other.submit(p, factorForm, "answer=WEB_AUTHN")
	if p.text("h1") != "Sign in with your passkey" || p.Find(`script[src*="passkeys.js"]`).Length() != 1 {
		t.Fatalf("at %s", p.body)
	}
	stranger := newKeeper(t, s)
	stranger.credential.ID = k.credential.ID
	stranger.device.Options.UserHandle = []byte(u.ID)
	options := p.Find(passkeyForm).AttrOr("data-options", "")
	for name, credential := range map[string]string{"nothing": "", "no JSON": "{", "another's": stranger.use(t, p), "a registration": made} {
		q := other.submit(p, passkeyForm, "credential="+credential)
		q.stays(t, "/login/passkey", 400)
		if got := q.text("#passkeyErrorMessage"); got != "The passkey was not accepted. Try again, or go back and sign in another way." {
			t.Errorf("%s: %q", name, got)
		}
		if got := q.Find(passkeyForm).AttrOr("data-options", ""); got != options {
			t.Errorf("%s: can't be tried again with %q", name, got)
		}
	}
	credential := k.use(t, p)
	other.submit(p, passkeyForm, "credential="+credential).arrived(t)
	if q := other.submit(p, passkeyForm, "credential="+credential); q.location != nil {
		t.Error("a passkey's answer counts twice")
	}
}

// TestPasskeysElsewhere: at an address that a browser would not use the pool's passkeys
// at, they are no choice.
func TestPasskeysElsewhere(t *testing.T) {
	s := servePasskeys(t)
	b := s.browser(t)
	p := b.signUp(ask(WebClient))
	b.submit(p, passkeyForm, "credential="+newKeeper(t, s).make(t, p)).arrived(t)
	s.letChoose(t, "PASSWORD", "EMAIL_OTP", "WEB_AUTHN")
	s.url = strings.Replace(s.url, "localhost", "127.0.0.1", 1)
	elsewhere := s.browser(t)
	p = elsewhere.submit(elsewhere.open("/login?"+ask(WebClient)), loginForm, "username=grace")
	if diff := cmp.Diff([]string{"PASSWORD Password", "EMAIL_OTP Code by email"}, p.choices()); diff != "" {
		t.Error(diff)
	}
}
