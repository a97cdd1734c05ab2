package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/document"
	"github.com/descope/virtualwebauthn"
	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

func TestPasskeys(t *testing.T) {
	b := newFactorBench(t, withPasskeys)
	b.addUser("eve")
	b.signInAs("eve")
	options := b.start("ada")
	var shown map[string]any
	if err := json.Unmarshal([]byte(options), &shown); err != nil {
		t.Fatal(err)
	}
	if challenge, _ := shown["challenge"].(string); len(challenge) < 43 {
		t.Errorf("challenge %q", challenge)
	}
	shown["challenge"] = "CHALLENGE"
	want := map[string]any{
		"authenticatorSelection": map[string]any{"requireResidentKey": true, "residentKey": "required", "userVerification": "preferred"},
		"challenge":              "CHALLENGE", "excludeCredentials": []any{}, "timeout": 60000.0,
		"pubKeyCredParams": []any{map[string]any{"alg": -7.0, "type": "public-key"}, map[string]any{"alg": -257.0, "type": "public-key"}},
		"rp":               map[string]any{"id": "example.org", "name": "example.org"},
		"user":             map[string]any{"displayName": "ada", "name": "ada", "id": base64.RawURLEncoding.EncodeToString([]byte(newSub("ada")))},
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}

	first, body := b.register("ada", options, newAuthenticator())
	b.play([]turn{
		{op: "CompleteWebAuthnRegistration", body: body, want: `{}`},
		{op: "CompleteWebAuthnRegistration", body: body, want: noChallenge},
		{op: "ListWebAuthnCredentials", body: as("ada", ""), want: `{"Credentials":[{"CredentialId":"` + first + `","FriendlyCredentialName":"Roaming passkey",
			"RelyingPartyId":"example.org","AuthenticatorAttachment":"cross-platform","AuthenticatorTransports":["usb","nfc"],"CreatedAt":1700000000}]}`},
		{op: "GetUserAuthFactors", body: as("ada", ""), want: `{"Username":"ada","ConfiguredUserAuthFactors":["PASSWORD","WEB_AUTHN"]}`},
		{op: "ListWebAuthnCredentials", body: as("eve", ""), want: `{"Credentials":[]}`},
		{op: "DeleteWebAuthnCredential", body: as("eve", `"CredentialId":"`+first+`"`), want: noPasskey},
	})
	if again := b.start("ada"); !strings.Contains(again, `"excludeCredentials":[{"id":"`+first+`","type":"public-key"}]`) {
		t.Errorf("the passkey is not excluded: %s", again)
	}

	// Another key type, kept by a known keeper of passkeys.
	a := newAuthenticator()
	a.key, a.device.Aaguid = virtualwebauthn.KeyTypeRSA, [16]byte{0xfb, 0xfc, 0x30, 0x07, 0x15, 0x4e, 0x4e, 0xcc, 0x8c, 0x0b, 0x6e, 0x02, 0x05, 0x57, 0xd7, 0xbd}
	a.device.Options.BackupEligible, a.device.Options.BackupState = true, true
	second := b.addPasskey("ada", a)
	k, err := b.store.Passkey(t.Context(), benchPool, second)
	if err != nil {
		t.Fatal(err)
	}
	if k.Name != "iCloud Keychain" || !k.BackedUp || !k.BackupEligible || !k.UserVerified || len(k.PublicKey) == 0 || k.UserID != newSub("ada") {
		t.Errorf("kept: %+v", k)
	}
	b.play([]turn{
		{op: "DeleteWebAuthnCredential", body: as("ada", `"CredentialId":"`+first+`"`), want: `{}`},
		{op: "DeleteWebAuthnCredential", body: as("ada", `"CredentialId":"`+first+`"`), want: noPasskey},
		{op: "DeleteWebAuthnCredential", body: as("ada", `"CredentialId":"`+second+`"`), want: `{}`},
		{op: "GetUserAuthFactors", body: as("ada", ""), want: `{"Username":"ada","ConfiguredUserAuthFactors":["PASSWORD"]}`},
	})
}

func TestPasskeyRefusals(t *testing.T) {
	from := func(origin string) func(*authenticator) { return func(a *authenticator) { a.party.Origin = origin } }
	inResponse := func(member string, value any) func(*authenticator) {
		return func(a *authenticator) {
			a.change = func(c map[string]any) { c["response"].(map[string]any)[member] = value }
		}
	}
	member := func(name string, value any) func(*authenticator) {
		return func(a *authenticator) { a.change = func(c map[string]any) { c[name] = value } }
	}
	clientData := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, tt := range []struct {
		name   string
		party  string // "" is example.org
		change func(*authenticator)
		want   string
	}{
		{name: "the relying party itself", change: from("https://example.org"), want: `{}`},
		{name: "another port", change: from("https://login.example.org:8443"), want: `{}`},
		{name: "this machine", party: "localhost", change: func(a *authenticator) { a.party.ID, a.party.Origin = "localhost", "http://localhost:3000" }, want: `{}`},
		{name: "an application", change: from("android:apk-key-hash:xyz"), want: `{}`},
		{name: "no TLS", change: from("http://app.example.org"), want: otherOrigin},
		{name: "another site", change: from("https://evil.test"), want: otherOrigin},
		{name: "a site with such an end", change: from("https://evilexample.org"), want: otherOrigin},
		{name: "no origin", change: from(""), want: otherOrigin},
		{name: "another relying party", change: func(a *authenticator) { a.party.ID = "evil.test" }, want: otherParty},
		{name: "relying party changed since", party: "other.org", want: otherParty},
		{name: "nobody was there", change: func(a *authenticator) { a.device.Options.UserNotPresent = true }, want: notSupported},
		{name: "backed up but not to be", change: func(a *authenticator) { a.device.Options.BackupState = true }, want: notSupported},
		{name: "not verified is fine", change: func(a *authenticator) { a.device.Options.UserNotVerified = true }, want: `{}`},
		{name: "an empty document", change: func(a *authenticator) { a.change = func(c map[string]any) { clear(c) } }, want: noCredential},
		{name: "another type", change: member("type", "password"), want: noCredential},
		{name: "another id", change: member("id", "AAAA"), want: noCredential},
		{name: "no client data", change: inResponse("clientDataJSON", ""), want: noCredential},
		{name: "client data of a sign-in", change: inResponse("clientDataJSON", clientData(`{"type":"webauthn.get","challenge":"x","origin":"https://example.org"}`)), want: noCredential},
		{name: "a challenge of its own", change: inResponse("clientDataJSON", clientData(`{"type":"webauthn.create","challenge":"x","origin":"https://example.org"}`)), want: noChallenge},
		{name: "no attestation", change: inResponse("attestationObject", "AAAA"), want: noCredential},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newFactorBench(t, withPasskeys)
			options := b.start("ada")
			if tt.party != "" {
				b.pool.Settings.WebAuthnConfiguration = &userpool.WebAuthnConfig{RelyingPartyId: tt.party}
			}
			a := newAuthenticator()
			if tt.change != nil {
				tt.change(a)
			}
			id, body := b.register("ada", options, a)
			b.play([]turn{{op: "CompleteWebAuthnRegistration", body: body, want: tt.want}})
			if _, err := b.store.Passkey(t.Context(), benchPool, id); (err == nil) != (tt.want == "{}") {
				t.Errorf("kept: error %v", err)
			}
		})
	}
}

func TestPasskeyUserVerification(t *testing.T) {
	b := newFactorBench(t, withPasskeys)
	b.pool.Settings.WebAuthnConfiguration.UserVerification = "required"
	options := b.start("ada")
	if !strings.Contains(options, `"userVerification":"required"`) {
		t.Errorf("options: %s", options)
	}
	a := newAuthenticator()
	a.device.Options.UserNotVerified = true
	_, body := b.register("ada", options, a)
	b.play([]turn{{op: "CompleteWebAuthnRegistration", body: body, want: notSupported}})
	_, body = b.register("ada", options, newAuthenticator()) // the challenge is still good
	b.play([]turn{{op: "CompleteWebAuthnRegistration", body: body, want: `{}`}})
}

// TestPasskeyChallenges: a challenge is good for its user and client, five minutes,
// and once.
func TestPasskeyChallenges(t *testing.T) {
	b := newFactorBench(t, withPasskeys)
	b.addUser("eve")
	b.signInAs("eve")
	b.ask("hiding", "InitiateAuth", signIn("hiding", "ada", rightPassword))
	options := b.start("ada")
	id, body := b.register("ada", options, newAuthenticator())
	stolen := strings.Replace(body, "{{ada.", "{{eve.", 1)
	elsewhere := strings.Replace(body, "{{ada.", "{{hiding.", 1)
	b.play([]turn{
		{op: "CompleteWebAuthnRegistration", body: stolen, want: noChallenge},
		{op: "CompleteWebAuthnRegistration", body: elsewhere, want: otherClient},
		later(5*time.Minute, turn{op: "CompleteWebAuthnRegistration", body: body, want: noChallenge}),
	})

	_, body = b.register("ada", b.start("ada"), newAuthenticator())
	body = strings.Replace(body, "{{ada.AccessToken}}", b.kept["ada.AccessToken"], 1)
	if diff := cmp.Diff(map[string]int{"": 1, noChallenge: 31}, b.atOnce(32, "CompleteWebAuthnRegistration", body)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := b.store.Passkey(t.Context(), benchPool, id); err == nil {
		t.Error("a refused passkey is kept")
	}
}

func TestPasskeySettings(t *testing.T) {
	b := newFactorBench(t, withPasskeys)
	domain := func(d userpool.Domain) {
		d.ManagedLoginVersion = 1
		if _, err := b.srv.Directory.CreateDomain(t.Context(), b.pool, d); err != nil {
			t.Fatal(err)
		}
	}
	party := func() string {
		var options struct{ RP struct{ ID string } }
		if err := json.Unmarshal([]byte(b.start("ada")), &options); err != nil {
			t.Fatal(err)
		}
		return options.RP.ID
	}
	b.pool.Settings.WebAuthnConfiguration = nil
	b.play([]turn{{op: "StartWebAuthnRegistration", body: as("ada", ""), want: partyMissing}})
	domain(userpool.Domain{Name: "harbour"})
	if got := party(); got != "harbour.auth.id.example.org" {
		t.Errorf("relying party %q", got)
	}
	domain(userpool.Domain{Name: "login.example.org", CertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1"})
	if got := party(); got != "login.example.org" {
		t.Errorf("relying party %q", got)
	}
	_, body := b.register("ada", b.start("ada"), newAuthenticator())
	b.pool.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = []string{"PASSWORD"}
	b.play([]turn{
		{op: "StartWebAuthnRegistration", body: as("ada", ""), want: notEnabled},
		{op: "CompleteWebAuthnRegistration", body: body, want: notEnabled},
	})
}

// TestPasskeyQuota: twenty are enough, and are listed in pages, by the SDK.
func TestPasskeyQuota(t *testing.T) {
	b := newFactorBench(t, withPasskeys)
	_, late := b.register("ada", b.start("ada"), newAuthenticator())
	same := newAuthenticator()
	same.credential = new(newCredential(t, same.key))
	first := b.addPasskey("ada", same)
	_, again := b.register("ada", b.start("ada"), same)
	b.play([]turn{{op: "CompleteWebAuthnRegistration", body: again, want: knownPasskey}})
	for range 19 {
		b.addPasskey("ada", newAuthenticator())
	}
	b.play([]turn{
		{op: "StartWebAuthnRegistration", body: as("ada", ""), want: manyPasskeys},
		{op: "CompleteWebAuthnRegistration", body: late, want: manyPasskeys},
	})
	c, token := b.sdk(), aws.String(b.kept["ada.AccessToken"])
	seen := map[string]bool{}
	var sizes []int
	for next, more := (*string)(nil), true; more; more = next != nil {
		page, err := c.ListWebAuthnCredentials(t.Context(), &cip.ListWebAuthnCredentialsInput{AccessToken: token, MaxResults: aws.Int32(8), NextToken: next})
		if err != nil {
			t.Fatal(err)
		}
		next = page.NextToken
		sizes = append(sizes, len(page.Credentials))
		for _, k := range page.Credentials {
			seen[*k.CredentialId] = true
		}
	}
	if fmt.Sprint(sizes) != "[8 8 4]" || len(seen) != 20 {
		t.Errorf("pages %v, %d passkeys", sizes, len(seen))
	}
	if _, err := c.DeleteWebAuthnCredential(t.Context(), &cip.DeleteWebAuthnCredentialInput{AccessToken: token, CredentialId: &first}); err != nil {
		t.Error(err)
	}

	// The SDK's documents.
	begun, err := c.StartWebAuthnRegistration(t.Context(), &cip.StartWebAuthnRegistrationInput{AccessToken: token})
	if err != nil {
		t.Fatal(err)
	}
	var options map[string]any
	if err := begun.CredentialCreationOptions.UnmarshalSmithyDocument(&options); err != nil {
		t.Fatal(err)
	}
	_, body := b.register("ada", encoded(t, options), newAuthenticator())
	var in struct{ Credential map[string]any }
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	_, err = c.CompleteWebAuthnRegistration(t.Context(), &cip.CompleteWebAuthnRegistrationInput{AccessToken: token, Credential: document.NewLazyDocument(in.Credential)})
	if err != nil {
		t.Error(err)
	}
}

// TestPasskeyMFA: passkeys count as MFA where the pool says so, beside another factor,
// and until the last one is deleted.
func TestPasskeyMFA(t *testing.T) {
	b := newFactorBench(t, withPasskeys)
	set := func(members, want string) turn {
		return turn{op: "SetUserMFAPreference", body: as("ada", members), want: want}
	}
	const passkeys, sms = `"WebAuthnMfaSettings":{"Enabled":true}`, `"SMSMfaSettings":{"Enabled":true}`
	id := b.addPasskey("ada", newAuthenticator())
	b.play([]turn{set(passkeys+","+sms, noDelivery+"WEB_AUTHN_MFA")})
	b.pool.Settings.WebAuthnConfiguration.FactorConfiguration = "MULTI_FACTOR_WITH_USER_VERIFICATION"
	b.play([]turn{
		set(passkeys, "InvalidParameterException: WEB_AUTHN_MFA can only be enabled together with another MFA factor."),
		set(passkeys+","+sms, `{}`),
		{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + `,"UserMFASettingList":["SMS_MFA","WEB_AUTHN_MFA"]}`},
		set(`"SMSMfaSettings":{"Enabled":false}`, "InvalidParameterException: WEB_AUTHN_MFA can only be enabled together with another MFA factor."),
		{op: "DeleteWebAuthnCredential", body: as("ada", `"CredentialId":"`+id+`"`), want: `{}`},
		{op: "GetUser", body: as("ada", ""), want: "{" + wholeAda + `,"UserMFASettingList":["SMS_MFA"]}`},
	})
}
