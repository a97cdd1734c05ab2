package cognito_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/descope/virtualwebauthn"

	"idpond/internal/userpool"
)

// The flags of authenticator data (WebAuthn §6.1).
const (
	flagPresent  = 1 << 0
	flagVerified = 1 << 2
	flagEligible = 1 << 3
	flagBackedUp = 1 << 4
)

// presentation is what browser and authenticator make of a passkey: a test may change
// everything before it is signed, and the whole answer afterwards.
type presentation struct {
	clientData map[string]any
	party      string
	flags      byte
	count      uint32
	handle     string // user.id; "" is left out
	id         []byte
	key        *virtualwebauthn.Key
	signature  func([]byte) []byte
	answer     func(map[string]any)
}

// present answers options with a passkey, as they ask.
func present(t testing.TB, options string, c virtualwebauthn.Credential) *presentation {
	t.Helper()
	var o struct{ Challenge, RPID string }
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		t.Fatal(err)
	}
	return &presentation{
		clientData: map[string]any{"type": "webauthn.get", "challenge": o.Challenge, "origin": "https://app.example.org", "crossOrigin": false},
		party:      o.RPID, flags: flagPresent | flagVerified, id: c.ID, key: c.Key,
	}
}

// credential is the AuthenticationResponseJSON.
func (p *presentation) credential(t testing.TB) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString
	party, clientData := sha256.Sum256([]byte(p.party)), []byte(encoded(t, p.clientData))
	data := binary.BigEndian.AppendUint32(append(party[:], p.flags), p.count)
	hash := sha256.Sum256(clientData)
	digest := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := p.key.Sign(digest[:])
	if err != nil {
		t.Fatal(err)
	}
	if p.signature != nil {
		signature = p.signature(signature)
	}
	response := map[string]any{
		"clientDataJSON": text(clientData), "authenticatorData": text(data), "signature": text(signature), "userHandle": nil,
	}
	if p.handle != "" {
		response["userHandle"] = text([]byte(p.handle))
	}
	answer := map[string]any{
		"type": "public-key", "id": text(p.id), "rawId": text(p.id), "response": response,
		"authenticatorAttachment": "platform", "clientExtensionResults": map[string]any{},
	}
	if p.answer != nil {
		p.answer(answer)
	}
	return encoded(t, answer)
}

// passkeyBench is a signInBench in whose pool ada and eve have a passkey each, and the
// password; MFA is optional, and neither has a second factor.
type passkeyBench struct {
	*signInBench
	ada, eve virtualwebauthn.Credential
}

func newPasskeyBench(t testing.TB, changes ...setup) *passkeyBench {
	t.Helper()
	b := &passkeyBench{signInBench: newFactorBench(t, append([]setup{choosing("WEB_AUTHN"), withPasskeys}, changes...)...)}
	b.addUser("eve")
	b.signInAs("eve")
	b.ada, b.eve = b.newPasskey("ada", newAuthenticator()), b.newPasskey("eve", newAuthenticator())
	return b
}

// newPasskey registers a passkey for a user who is signed in.
func (b *passkeyBench) newPasskey(name string, a *authenticator) virtualwebauthn.Credential {
	b.Helper()
	c := newCredential(b, a.key)
	a.credential = &c
	b.addPasskey(name, a)
	return c
}

// wants begins a sign-in that prefers WEB_AUTHN, kept as "ada".
func wants(client, user, want string) turn {
	return chosen(client, user, want, "PREFERRED_CHALLENGE", "WEB_AUTHN")
}

const (
	passkeyAsked = `{"ChallengeName":"WEB_AUTHN","Session":"SESSION","AvailableChallenges":["WEB_AUTHN"],
		"ChallengeParameters":{"CREDENTIAL_REQUEST_OPTIONS":"CREDENTIAL_REQUEST_OPTIONS"}}`
	// RespondToAuthChallenge has no AvailableChallenges.
	passkeyAnswered = `{"ChallengeName":"WEB_AUTHN","Session":"SESSION",
		"ChallengeParameters":{"CREDENTIAL_REQUEST_OPTIONS":"CREDENTIAL_REQUEST_OPTIONS"}}`
	noAssertion = "InvalidParameterException: CREDENTIAL is not a valid authentication response."
)

// begin begins a sign-in of ada's by passkey and gives the options.
func (b *passkeyBench) begin() string {
	b.Helper()
	b.play([]turn{wants(benchClient, "ada", passkeyAsked)})
	return b.kept["ada.CREDENTIAL_REQUEST_OPTIONS"]
}

// given is an answer to WEB_AUTHN with the session kept as "ada".
func given(credential, want string) turn {
	return answered("WEB_AUTHN", "ada", want, "CREDENTIAL", credential)
}

// uses is the right answer to options.
func (b *passkeyBench) uses(options string, changes ...func(*presentation)) string {
	b.Helper()
	p := present(b, options, b.ada)
	for _, change := range changes {
		change(p)
	}
	return p.credential(b)
}

func withoutVerification(p *presentation) { p.flags = flagPresent }

func asMFA(p *userpool.Pool, _ *userpool.AppClient) {
	p.Settings.WebAuthnConfiguration.FactorConfiguration = "MULTI_FACTOR_WITH_USER_VERIFICATION"
}
