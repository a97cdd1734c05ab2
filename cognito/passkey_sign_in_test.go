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
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/descope/virtualwebauthn"
	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Sign-ins by passkey (reference: api-behaviour §10.2, §12).

func TestPasskeySignIn(t *testing.T) {
	b := newPasskeyBench(t)
	options := b.begin()
	var shown map[string]any
	if err := json.Unmarshal([]byte(options), &shown); err != nil {
		t.Fatal(err)
	}
	challenge, err := base64.RawURLEncoding.DecodeString(fmt.Sprint(shown["challenge"]))
	if err != nil || len(challenge) != 32 {
		t.Errorf("challenge %v: %d bytes, error %v", shown["challenge"], len(challenge), err)
	}
	shown["challenge"] = "CHALLENGE"
	id := base64.RawURLEncoding.EncodeToString(b.ada.ID)
	want := map[string]any{
		"challenge": "CHALLENGE", "timeout": 180000.0, "rpId": "example.org", "userVerification": "preferred",
		"allowCredentials": []any{map[string]any{"id": id, "type": "public-key", "transports": []any{"usb", "nfc"}}},
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	right := b.uses(options, func(p *presentation) { p.count, p.handle = 3, newSub("ada") })
	b.advance(time.Second)
	b.play([]turn{
		given(right, gotTokens),
		given(right, usedTwice),
		{op: "GetUser", body: as("next", ""), want: "{" + wholeAda + "}"},
	})
	k, err := b.store.Passkey(t.Context(), benchPool, id)
	if err != nil {
		t.Fatal(err)
	}
	if k.SignCount != 3 || !k.UsedAt.Equal(b.clock()) || k.BackedUp {
		t.Errorf("noted: %+v", k)
	}

	// Each sign-in has its own challenge.
	again := b.begin()
	b.play([]turn{given(right, incorrect), later(3*time.Minute, given(b.uses(again, func(p *presentation) { p.count = 4 }), tooLate))})
}

// TestPasskeyChosen: by SELECT_CHALLENGE, on both sides, with both kinds of keys and an
// authenticator that isn't ours.
func TestPasskeyChosen(t *testing.T) {
	rsa := func() *authenticator {
		a := newAuthenticator()
		a.key, a.device.Options.BackupEligible = virtualwebauthn.KeyTypeRSA, true
		return a
	}
	for _, tt := range []struct {
		name  string
		admin bool
		with  func() *authenticator
	}{{"public", false, newAuthenticator}, {"administrator", true, newAuthenticator}, {"RSA", false, rsa}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newPasskeyBench(t)
			a := tt.with()
			c := b.newPasskey("ada", a)
			side := func(s turn) turn {
				if tt.admin {
					s.op = "Admin" + s.op
				}
				return s
			}
			b.play([]turn{
				side(chosen(benchClient, "ada", selectAsked("PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"))),
				side(answered("SELECT_CHALLENGE", "ada", passkeyAnswered, "ANSWER", "WEB_AUTHN")),
				answered("SELECT_CHALLENGE", "ada", map[bool]string{false: usedTwice, true: badSess}[tt.admin], "ANSWER", "WEB_AUTHN"),
			})
			parsed, err := virtualwebauthn.ParseAssertionOptions(b.kept["next.CREDENTIAL_REQUEST_OPTIONS"])
			if err != nil || !c.IsAllowedForAssertion(*parsed) || parsed.RelyingPartyID != relyingParty {
				t.Fatalf("options %+v, error %v", parsed, err)
			}
			a.device.Options.BackupState = a.device.Options.BackupEligible
			credential := virtualwebauthn.CreateAssertionResponse(a.party, a.device, c, *parsed)
			b.play([]turn{side(answered("WEB_AUTHN", "next", gotTokens, "CREDENTIAL", credential))})
			k, err := b.store.Passkey(t.Context(), benchPool, base64.RawURLEncoding.EncodeToString(c.ID))
			if err != nil || k.BackedUp != a.device.Options.BackupState {
				t.Errorf("noted: %+v, error %v", k, err)
			}
		})
	}
}

// TestPasskeyBySDK is a sign-in as an application makes it.
func TestPasskeyBySDK(t *testing.T) {
	b := newPasskeyBench(t)
	c := b.sdk()
	begun, err := c.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: aws.String(benchClient), AuthFlow: types.AuthFlowTypeUserAuth,
		AuthParameters: map[string]string{"USERNAME": "ada", "PREFERRED_CHALLENGE": "WEB_AUTHN"},
	})
	if err != nil || begun.ChallengeName != types.ChallengeNameTypeWebAuthn {
		t.Fatalf("%+v, error %v", begun, err)
	}
	done, err := c.RespondToAuthChallenge(t.Context(), &cip.RespondToAuthChallengeInput{
		ClientId: aws.String(benchClient), ChallengeName: begun.ChallengeName, Session: begun.Session,
		ChallengeResponses: map[string]string{"USERNAME": "ada", "CREDENTIAL": b.uses(begun.ChallengeParameters["CREDENTIAL_REQUEST_OPTIONS"])},
	})
	if err != nil || aws.ToString(done.AuthenticationResult.AccessToken) == "" {
		t.Fatalf("%+v, error %v", done, err)
	}
}

// TestPasskeyAnswers: what is taken, and what is refused and changes nothing.
func TestPasskeyAnswers(t *testing.T) {
	origin := func(text string) func(*presentation) {
		return func(p *presentation) { p.clientData["origin"] = text }
	}
	says := func(name string, value any) func(*presentation) {
		return func(p *presentation) { p.clientData[name] = value }
	}
	flags := func(f byte) func(*presentation) { return func(p *presentation) { p.flags = f } }
	answer := func(change func(map[string]any)) func(*presentation) {
		return func(p *presentation) { p.answer = change }
	}
	member := func(name string, value any) func(*presentation) {
		return answer(func(a map[string]any) { a[name] = value })
	}
	inResponse := func(name string, value any) func(*presentation) {
		return answer(func(a map[string]any) { a["response"].(map[string]any)[name] = value })
	}
	required := func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.WebAuthnConfiguration.UserVerification = "required"
	}
	local := func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.WebAuthnConfiguration.RelyingPartyId = "localhost"
	}
	for _, tt := range []struct {
		name   string
		setup  setup
		change func(*presentation)
		want   string
	}{
		{name: "the relying party itself", change: origin("https://example.org"), want: gotTokens},
		{name: "another port", change: origin("https://login.example.org:8443"), want: gotTokens},
		{name: "an application", change: origin("android:apk-key-hash:xyz"), want: gotTokens},
		{name: "this machine", setup: local, change: origin("http://localhost:3000"), want: gotTokens},
		{name: "not verified is fine", change: withoutVerification, want: gotTokens},
		{name: "a counter", change: func(p *presentation) { p.count = 1 }, want: gotTokens},
		{name: "the user's handle", change: func(p *presentation) { p.handle = newSub("ada") }, want: gotTokens},
		{name: "padded", change: answer(func(a map[string]any) {
			r := a["response"].(map[string]any)
			r["authenticatorData"] = r["authenticatorData"].(string) + "="
		}), want: gotTokens},

		{name: "of a registration", change: says("type", "webauthn.create"), want: noAssertion},
		{name: "of a payment", change: says("type", "payment.get"), want: noAssertion},
		{name: "another challenge", change: says("challenge", base64.RawURLEncoding.EncodeToString(make([]byte, 32))), want: incorrect},
		{name: "no challenge", change: says("challenge", ""), want: incorrect},
		{name: "no TLS", change: origin("http://app.example.org"), want: incorrect},
		{name: "another site", change: origin("https://evil.test"), want: incorrect},
		{name: "a site with such an end", change: origin("https://evilexample.org"), want: incorrect},
		{name: "no origin", change: origin(""), want: incorrect},
		{name: "in a frame of another site", change: says("crossOrigin", true), want: incorrect},
		{name: "in a frame", change: says("topOrigin", "https://example.org"), want: incorrect},
		{name: "another relying party", change: func(p *presentation) { p.party = "evil.test" }, want: incorrect},
		{name: "nobody was there", change: flags(flagVerified), want: incorrect},
		{name: "not verified where it must be", setup: required, change: flags(flagPresent), want: incorrect},
		{name: "can be backed up now", change: flags(flagPresent | flagVerified | flagEligible), want: incorrect},
		{name: "backed up but not to be", change: flags(flagPresent | flagVerified | flagBackedUp), want: incorrect},
		{name: "another's handle", change: func(p *presentation) { p.handle = newSub("eve") }, want: incorrect},
		{name: "another key", change: func(p *presentation) { p.key = newCredential(t, virtualwebauthn.KeyTypeEC2).Key }, want: incorrect},
		{name: "another kind of key", change: func(p *presentation) { p.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA).Key }, want: incorrect},
		{name: "a broken signature", change: func(p *presentation) {
			p.signature = func(s []byte) []byte { s[len(s)-1] ^= 1; return s }
		}, want: incorrect},
		{name: "no signature", change: inResponse("signature", ""), want: incorrect},
		{name: "other client data than the signed", change: func(p *presentation) {
			signed := encoded(t, p.clientData)
			p.clientData["origin"] = "https://evil.test"
			p.answer = func(a map[string]any) {
				a["response"].(map[string]any)["clientDataJSON"] = base64.RawURLEncoding.EncodeToString([]byte(signed))
			}
		}, want: incorrect},
		{name: "an unknown passkey", change: func(p *presentation) { p.id = []byte("unknown") }, want: incorrect},

		{name: "an empty object", change: answer(func(a map[string]any) { clear(a) }), want: noAssertion},
		{name: "another type", change: member("type", "password"), want: noAssertion},
		{name: "two ids", change: member("id", "AAAA"), want: noAssertion},
		{name: "no client data", change: inResponse("clientDataJSON", ""), want: noAssertion},
		{name: "no authenticator data", change: inResponse("authenticatorData", ""), want: noAssertion},
		{name: "not base64url", change: inResponse("signature", "+/+/"), want: noAssertion},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newPasskeyBench(t)
			if tt.setup != nil {
				tt.setup(b.pool, b.client)
				a, party := newAuthenticator(), b.pool.Settings.WebAuthnConfiguration.RelyingPartyId
				a.party.ID, a.party.Origin = party, "https://"+party
				b.ada = b.newPasskey("ada", a)
			}
			options, before := b.begin(), b.passkeys()
			b.play([]turn{given(b.uses(options, tt.change), tt.want)})
			if tt.want == gotTokens {
				return
			}
			if diff := cmp.Diff(before, b.passkeys()); diff != "" {
				t.Errorf("a refused passkey changed something:\n%s", diff)
			}
			if tt.setup == nil { // the session is still good
				b.play([]turn{given(b.uses(options), gotTokens)})
			}
		})
	}
}

// passkeys are all passkeys of ada and eve.
func (b *passkeyBench) passkeys() []*store.Passkey {
	b.Helper()
	var all []*store.Passkey
	for _, name := range []string{"ada", "eve"} {
		list, err := b.store.ListPasskeys(b.Context(), benchPool, newSub(name), "", 60)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

func TestPasskeyAnswersWithoutOne(t *testing.T) {
	b := newPasskeyBench(t)
	options := b.begin()
	b.play([]turn{
		answered("WEB_AUTHN", "ada", "InvalidParameterException: Missing required parameter CREDENTIAL"),
		given("{", noAssertion), given("null", noAssertion), given("[]", noAssertion), given(strings.Repeat("[", 100), noAssertion),
		given(b.uses(options)+"x", noAssertion),
		answered("PASSWORD", "ada", badSess, "PASSWORD", rightPassword),
		{op: "AdminRespondToAuthChallenge", body: given(b.uses(options), "").body, want: badSess},
		{op: "RespondToAuthChallenge", body: strings.Replace(given(b.uses(options), "").body, `{`, `{"ClientId":"hiding",`, 1), want: badSess},
		{op: "RespondToAuthChallenge", body: strings.Replace(given(b.uses(options), "").body, `"USERNAME":"ada"`, `"USERNAME":"eve"`, 1), want: badSess},
		given(b.uses(options), gotTokens),
	})
}

// TestPasskeyOfOthers: nobody signs in with the passkey of somebody else, of another
// pool, or with one that isn't there any more.
func TestPasskeyOfOthers(t *testing.T) {
	b := newPasskeyBench(t)
	options := b.begin()
	asEve := present(t, options, b.eve).credential(t)

	elsewhere := newCredential(t, virtualwebauthn.KeyTypeEC2)
	mine := b.passkeys()[0]
	err := b.store.Write(t.Context(), func(tx store.Tx) error {
		other := *b.pool
		other.ID = "eu-west-1_Other"
		if err := tx.CreatePool(t.Context(), &other); err != nil {
			return err
		}
		u, err := tx.User(t.Context(), benchPool, newSub("ada"))
		if err != nil {
			return err
		}
		u.PoolID = other.ID // the same sub
		if err := tx.CreateUser(t.Context(), u); err != nil {
			return err
		}
		k := *mine
		k.PoolID, k.ID, k.PublicKey = other.ID, base64.RawURLEncoding.EncodeToString(elsewhere.ID), elsewhere.Key.AttestationData()
		return tx.CreatePasskey(t.Context(), &k)
	})
	if err != nil {
		t.Fatal(err)
	}
	second := b.newPasskey("ada", newAuthenticator())
	b.play([]turn{
		given(asEve, incorrect),
		given(present(t, options, elsewhere).credential(t), incorrect),
		given(present(t, options, second).credential(t), gotTokens), // made since, but ada's own
	})

	options = b.begin()
	b.play([]turn{
		{op: "DeleteWebAuthnCredential", body: as("eve", `"CredentialId":"`+base64.RawURLEncoding.EncodeToString(b.eve.ID)+`"`), want: `{}`},
		{op: "DeleteWebAuthnCredential", body: as("next", `"CredentialId":"`+base64.RawURLEncoding.EncodeToString(b.ada.ID)+`"`), want: `{}`},
		given(b.uses(options), incorrect),
	})
	b.play([]turn{given(present(t, options, second).credential(t), gotTokens)})
}
