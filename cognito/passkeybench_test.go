package cognito_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/descope/virtualwebauthn"

	"idpond/internal/userpool"
)

const relyingParty = "example.org"

func withPasskeys(p *userpool.Pool, _ *userpool.AppClient) {
	p.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = []string{"PASSWORD", "WEB_AUTHN"}
	p.Settings.WebAuthnConfiguration = &userpool.WebAuthnConfig{RelyingPartyId: relyingParty}
}

// authenticator is a browser with a software authenticator.
type authenticator struct {
	party  virtualwebauthn.RelyingParty
	device virtualwebauthn.Authenticator
	key    virtualwebauthn.KeyType
	// credential, if set, is made each time, instead of a new one.
	credential *virtualwebauthn.Credential
	// change, if set, changes the credential before it is sent.
	change func(credential map[string]any)
}

func newAuthenticator() *authenticator {
	return &authenticator{
		party:  virtualwebauthn.RelyingParty{ID: relyingParty, Name: relyingParty, Origin: "https://app.example.org"},
		device: virtualwebauthn.NewAuthenticator(), key: virtualwebauthn.KeyTypeEC2,
	}
}

// newCredential makes a key pair. The software authenticator leaves out leading zeros of
// an elliptic key's coordinates, which WebAuthn forbids, so those keys are passed over.
func newCredential(t testing.TB, kind virtualwebauthn.KeyType) virtualwebauthn.Credential {
	t.Helper()
	if kind != virtualwebauthn.KeyTypeEC2 {
		return virtualwebauthn.NewCredential(kind)
	}
	for {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes() // 4, X, Y
		if err != nil {
			t.Fatal(err)
		}
		if point[1] == 0 || point[33] == 0 {
			continue
		}
		encoded, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return virtualwebauthn.NewCredentialWithImportedKey(kind, encoded)
	}
}

// start asks for the options of a registration, with the tokens kept as name.
func (b *signInBench) start(name string) string {
	b.Helper()
	answer, failure := b.send("StartWebAuthnRegistration", as(name, ""))
	if failure != "" {
		b.Fatal(failure)
	}
	return encoded(b, answer["CredentialCreationOptions"])
}

// register makes a passkey from options and gives its id and the body that completes it.
func (b *signInBench) register(name, options string, a *authenticator) (id, body string) {
	b.Helper()
	parsed, err := virtualwebauthn.ParseAttestationOptions(options)
	if err != nil {
		b.Fatal(err)
	}
	credential := newCredential(b, a.key)
	if a.credential != nil {
		credential = *a.credential
	}
	var made map[string]any
	if err := json.Unmarshal([]byte(virtualwebauthn.CreateAttestationResponse(a.party, a.device, credential, *parsed)), &made); err != nil {
		b.Fatal(err)
	}
	// What browsers say beside it.
	made["authenticatorAttachment"] = "cross-platform"
	made["clientExtensionResults"] = map[string]any{}
	made["response"].(map[string]any)["transports"] = []string{"usb", "nfc", "smoke"}
	if a.change != nil {
		a.change(made)
	}
	return base64.RawURLEncoding.EncodeToString(credential.ID), as(name, `"Credential":`+encoded(b, made))
}

// addPasskey registers a passkey and gives its id.
func (b *signInBench) addPasskey(name string, a *authenticator) string {
	b.Helper()
	id, body := b.register(name, b.start(name), a)
	if got := b.ask("", "CompleteWebAuthnRegistration", body); got != "{}" {
		b.Fatal(got)
	}
	return id
}

const (
	noChallenge  = "WebAuthnChallengeNotFoundException: The challenge was not found or has expired."
	noPasskey    = "ResourceNotFoundException: Passkey does not exist."
	notEnabled   = "WebAuthnNotEnabledException: WebAuthn is not enabled for the user pool."
	otherParty   = "WebAuthnRelyingPartyMismatchException: The passkey is of another relying party than the user pool's."
	otherOrigin  = "WebAuthnOriginNotAllowedException: The origin of the registration does not belong to the relying party of the user pool."
	notSupported = "WebAuthnCredentialNotSupportedException: The passkey is not supported."
	noCredential = "InvalidParameterException: Credential is not a valid registration response."
	otherClient  = "WebAuthnClientMismatchException: The registration was started by another app client."
	manyPasskeys = "LimitExceededException: A user cannot have more than 20 passkeys."
	partyMissing = "WebAuthnConfigurationMissingException: The user pool has neither a relying party id nor a domain."
	knownPasskey = "InvalidParameterException: The passkey is registered already."
)
