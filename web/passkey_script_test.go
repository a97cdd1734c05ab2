package web_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"idpond/assets"
	"idpond/web"
)

const passkeyChallenge = "Y2hhbGxlbmdlLWNoYWxsZW5nZQ"

// relyingParty serves the two pages of passkeys and checks what they post.
type relyingParty struct {
	mu           sync.Mutex
	userID       string // in base64url
	known        string // id of the passkey that was made
	key          []byte // its public key
	verification string
	refused      error // of the last post
}

func (p *relyingParty) handler() http.Handler {
	files := assets.Load()
	frame := frame(files)
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, files)
	show := func(w http.ResponseWriter, c templ.Component) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html")
		_ = c.Render(context.Background(), w)
	}
	mux.HandleFunc("GET /add", func(w http.ResponseWriter, _ *http.Request) {
		show(w, web.AddPasskeyPage(web.AddPasskey{Frame: frame, Action: "/add", Username: "ada", Options: p.creation()}))
	})
	mux.HandleFunc("GET /use", func(w http.ResponseWriter, _ *http.Request) {
		show(w, web.PasskeySignInPage(web.PasskeySignIn{Step: web.Step{Frame: frame, Action: "/use", Username: "ada"}, Options: p.request()}))
	})
	answer := func(check func(string) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.refused = check(r.FormValue("credential"))
			show(w, web.NoticePage(web.Notice{Frame: frame, Heading: "Posted", Sentence: fmt.Sprint(p.refused)}))
		}
	}
	mux.HandleFunc("POST /add", answer(p.made))
	mux.HandleFunc("POST /use", answer(p.used))
	return mux
}

func (p *relyingParty) creation() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	exclude := "[]"
	if p.known != "" {
		exclude = `[{"type":"public-key","id":"` + p.known + `"}]`
	}
	return `{"rp":{"id":"localhost","name":"localhost"},"user":{"id":"` + p.userID + `","name":"ada","displayName":"Ada"},"challenge":"` + passkeyChallenge +
		`","pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],"timeout":60000,"excludeCredentials":` + exclude +
		`,"authenticatorSelection":{"residentKey":"required","requireResidentKey":true,"userVerification":"preferred"}}`
}

func (p *relyingParty) request() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return `{"challenge":"` + passkeyChallenge + `","rpId":"localhost","timeout":60000,"userVerification":"` + p.verification +
		`","allowCredentials":[{"type":"public-key","id":"` + p.known + `"}]}`
}

// made takes a registration, as WebAuthn §7.1 says.
func (p *relyingParty) made(credential string) error {
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(credential))
	if err != nil {
		return err
	}
	origin := parsed.Response.CollectedClientData.Origin
	_, err = parsed.Verify(passkeyChallenge, "localhost", []string{origin}, nil, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, nil,
		[]protocol.CredentialParameter{{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256}}, protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
	if err != nil {
		return err
	}
	p.known, p.key = base64.RawURLEncoding.EncodeToString(parsed.RawID), parsed.Response.AttestationObject.AuthData.AttData.CredentialPublicKey
	if len(parsed.Response.Transports) == 0 {
		return fmt.Errorf("no transports in %s", credential)
	}
	return nil
}

// used takes an assertion, as WebAuthn §7.2 says.
func (p *relyingParty) used(credential string) error {
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(credential))
	if err != nil {
		return err
	}
	if id := base64.RawURLEncoding.EncodeToString(parsed.Response.UserHandle); id != p.userID {
		return fmt.Errorf("user handle %s, want %s", id, p.userID)
	}
	origin := parsed.Response.CollectedClientData.Origin
	return parsed.Verify(passkeyChallenge, "localhost", "", []string{origin}, nil, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, p.key, protocol.SignaturePolicy{})
}

// TestPasskeyScript makes and uses a passkey on the two pages, in a browser that
// knows WebAuthn's JSON and in one that doesn't, and is told what went wrong.
func TestPasskeyScript(t *testing.T) {
	for _, tt := range []struct{ name, before string }{
		{"level 3", ""},
		{"level 2", `delete PublicKeyCredential.parseCreationOptionsFromJSON; delete PublicKeyCredential.parseRequestOptionsFromJSON; delete PublicKeyCredential.prototype.toJSON;`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			party := &relyingParty{userID: base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xfb, 0xff}, 18)), verification: "required"}
			server := httptest.NewServer(party.handler())
			defer server.Close()
			base := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
			b := passkeyBrowser{t, browser(t)}
			b.inject(tt.before)
			authenticator := b.authenticator()

			b.press(base + "/add")
			b.sees("[role=status]", "<nil>")
			b.press(base + "/add") // the passkey that is there is excluded now
			b.sees("[role=alert]:not([hidden])", "There is a passkey for this account on your device already.")
			b.press(base + "/use")
			b.sees("[role=status]", "<nil>")

			b.verifies(authenticator, false) // as who shows the wrong finger
			b.press(base + "/use")
			b.sees("[role=alert]:not([hidden])", "No passkey was used. You can try again, or go back and sign in another way.")
			b.verifies(authenticator, true)
			b.do(chromedp.Click(chromedp.CSS("form[data-passkey] button:enabled")))
			b.sees("[role=status]", "<nil>")
		})
	}
}

// TestPasskeysUnsupported: a browser without WebAuthn is told so, and isn't offered
// a button that does nothing.
func TestPasskeysUnsupported(t *testing.T) {
	party := &relyingParty{}
	server := httptest.NewServer(party.handler())
	defer server.Close()
	b := passkeyBrowser{t, browser(t)}
	b.inject(`delete window.PublicKeyCredential`)
	for path, want := range map[string]string{
		"/use": "This browser can’t use passkeys here. Go back and sign in another way.",
		"/add": "This browser can’t make passkeys here. You can go on without one.",
	} {
		b.do(chromedp.Navigate(server.URL + path))
		b.sees("[role=alert]:not([hidden])", want)
		shown, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector("form[data-passkey]").checkVisibility()`))
		if err != nil || shown {
			t.Errorf("%s still shows the button (%v)", path, err)
		}
	}
}

// passkeyBrowser is a browser with somebody who presses the button of a page.
type passkeyBrowser struct {
	t   *testing.T
	ctx context.Context
}

func (b passkeyBrowser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// inject runs a script before those of each page.
func (b passkeyBrowser) inject(script string) {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(b.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		b.t.Fatal(err)
	}
}

func (b passkeyBrowser) press(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url), chromedp.Click(chromedp.CSS("form[data-passkey] button")))
}

// sees waits for an element and compares what it says.
func (b passkeyBrowser) sees(selector, want string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 3*time.Minute)
	defer cancel()
	got, err := "", chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(selector)))
	if err == nil {
		got, err = chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).innerText", selector)))
	}
	if err != nil || got != want {
		b.t.Fatalf("%s says %q (%v), want %q", selector, got, err, want)
	}
}

// authenticator plugs one in that its user has unlocked.
func (b passkeyBrowser) authenticator() webauthn.AuthenticatorID {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	added, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	return added.AuthenticatorID
}

func (b passkeyBrowser) verifies(id webauthn.AuthenticatorID, verified bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: id, IsUserVerified: verified}); err != nil {
		b.t.Fatal(err)
	}
}
