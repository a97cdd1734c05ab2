package cognito_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"idpond/internal/activity"
	"idpond/internal/auth"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// TestPasskeyMeanwhile: what changes between challenge and answer.
func TestPasskeyMeanwhile(t *testing.T) {
	user := func(change func(*userpool.User)) func(*passkeyBench) {
		return func(b *passkeyBench) { b.changeUser("ada", change) }
	}
	asks := func(turns ...turn) func(*passkeyBench) {
		return func(b *passkeyBench) { b.play(turns) }
	}
	for _, tt := range []struct {
		name string
		do   func(*passkeyBench)
		want string
	}{
		{"nothing", func(*passkeyBench) {}, gotTokens},
		{"disabled", user(func(u *userpool.User) { u.Enabled = false }), "NotAuthorizedException: User is disabled."},
		{"unconfirmed", user(func(u *userpool.User) { u.Status = userpool.StatusUnconfirmed }), "UserNotConfirmedException: User is not confirmed."},
		{"to be reset", user(func(u *userpool.User) { u.Status = userpool.StatusResetRequired }), noReset},
		{"a password to be changed", user(invited), badSess},
		{"another password", asks(turn{after: time.Second, op: "AdminSetUserPassword", want: `{}`,
			body: `{"Username":"ada","Password":"0therPassw0rd!","Permanent":true}`}), badSess},
		{"deleted user", asks(turn{op: "AdminDeleteUser", body: `{"Username":"ada"}`, want: ""}), badSess},
		{"deleted passkey", func(b *passkeyBench) {
			b.play([]turn{{op: "DeleteWebAuthnCredential", body: as("token", `"CredentialId":"`+base64.RawURLEncoding.EncodeToString(b.ada.ID)+`"`), want: `{}`}})
		}, badSess},
		{"passwords guessed", func(b *passkeyBench) {
			for range 6 {
				b.ask("", "InitiateAuth", signIn(benchClient, "ada", "wrong"))
			}
			if b.ask("", "InitiateAuth", signIn(benchClient, "ada", rightPassword)) != locked {
				b.Fatal("no lock")
			}
		}, gotTokens},
		{"no passkeys in the pool", func(b *passkeyBench) {
			b.pool.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = []string{"PASSWORD"}
		}, badSess},
		{"another relying party", func(b *passkeyBench) { b.pool.Settings.WebAuthnConfiguration.RelyingPartyId = "other.org" }, badSess},
		{"MFA required", func(b *passkeyBench) { b.pool.Settings.MfaConfiguration = "ON" }, badSess},
		{"MFA required, which passkeys are", func(b *passkeyBench) { b.pool.Settings.MfaConfiguration = "ON"; asMFA(b.pool, nil) }, gotTokens},
		{"a second factor", user(func(u *userpool.User) { withToken(u); prefers("", "SOFTWARE_TOKEN_MFA")(u) }), badSess},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newPasskeyBench(t)
			b.signInAs("ada")
			b.kept["token.AccessToken"] = b.kept["ada.AccessToken"]
			options := b.begin()
			tt.do(b)
			wrong := incorrect // what became of the user is told to whoever has the passkey
			if tt.want == badSess {
				wrong = badSess
			}
			b.play([]turn{given(present(t, options, b.eve).credential(t), wrong), given(b.uses(options), tt.want)})
		})
	}
}

// TestPasskeyOffered: to whom, and what of the authenticator is asked.
func TestPasskeyOffered(t *testing.T) {
	type users = []func(*userpool.User)
	on := func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.MfaConfiguration = "ON" }
	off := func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.MfaConfiguration = "OFF" }
	config := func(change func(*userpool.WebAuthnConfig)) setup {
		return func(p *userpool.Pool, _ *userpool.AppClient) { change(p.Settings.WebAuthnConfiguration) }
	}
	noPassword := func(u *userpool.User) { u.Credential = userpool.Credential{} }
	activeToken := func(more ...string) func(*userpool.User) {
		return func(u *userpool.User) {
			withToken(u)
			prefers("", append([]string{"SOFTWARE_TOKEN_MFA"}, more...)...)(u)
		}
	}
	password := selectAsked("PASSWORD_SRP", "PASSWORD")
	for _, tt := range []struct {
		name             string
		client, username string // "" are benchclient and ada
		setup            []setup
		user             users
		want             string
		verification     string
	}{
		{name: "a passkey", want: passkeyAsked, verification: "preferred"},
		{name: "verification required", setup: []setup{config(func(c *userpool.WebAuthnConfig) { c.UserVerification = "required" })}, want: passkeyAsked, verification: "required"},
		{name: "no password", user: users{noPassword}, want: passkeyAsked, verification: "preferred"},
		{name: "no passkey", username: "bob", want: password},
		{name: "nobody, hidden", client: "hiding", username: "nobody", want: password},
		{name: "nobody", username: "nobody", want: unknown},
		{name: "a temporary password", user: users{invited}, want: password},
		{name: "not allowed in the pool", setup: []setup{choosing("EMAIL_OTP")}, want: selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP")},
		{name: "of another relying party", setup: []setup{config(func(c *userpool.WebAuthnConfig) { c.RelyingPartyId = "other.org" })}, want: password},
		{name: "no relying party", setup: []setup{config(func(c *userpool.WebAuthnConfig) { c.RelyingPartyId = "" })}, want: password},
		{name: "a client without it", client: "plain", want: "InvalidParameterException: USER_AUTH flow not enabled for this client"},

		{name: "MFA off", setup: []setup{off}, user: users{activeToken()}, want: passkeyAsked, verification: "preferred"},
		{name: "MFA on", setup: []setup{on}, want: password},
		{name: "MFA on, passkeys are", setup: []setup{on, asMFA}, want: passkeyAsked, verification: "required"},
		{name: "MFA on, passkeys are, a token too", setup: []setup{on, asMFA}, user: users{activeToken()}, want: passkeyAsked, verification: "required"},
		{name: "MFA optional, none", setup: []setup{asMFA}, want: passkeyAsked, verification: "preferred"},
		{name: "MFA optional, a token", setup: []setup{asMFA}, user: users{activeToken()}, want: password},
		{name: "MFA optional, a token and passkeys", setup: []setup{asMFA}, user: users{activeToken("WEB_AUTHN_MFA")}, want: passkeyAsked, verification: "required"},
		{name: "MFA optional, a token and passkeys, which are none", user: users{activeToken("WEB_AUTHN_MFA")}, want: password},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newPasskeyBench(t)
			b.addUser("bob")
			for _, change := range tt.setup {
				change(b.pool, b.client)
			}
			for _, change := range tt.user {
				b.changeUser("ada", change)
			}
			client, name := benchClient, "ada"
			if tt.client != "" {
				client = tt.client
			}
			if tt.username != "" {
				name = tt.username
			}
			b.play([]turn{wants(client, name, tt.want)})
			if tt.verification != "" && !strings.Contains(b.kept["ada.CREDENTIAL_REQUEST_OPTIONS"], `"userVerification":"`+tt.verification+`"`) {
				t.Errorf("options %s, want verification %s", b.kept["ada.CREDENTIAL_REQUEST_OPTIONS"], tt.verification)
			}
		})
	}
}

// TestPasskeyInPlaceOfMFA: a passkey that verified its owner is two factors, where the
// pool says so; one that didn't, or didn't when it was made, is none.
func TestPasskeyInPlaceOfMFA(t *testing.T) {
	b := newPasskeyBench(t, asMFA)
	unverified := newAuthenticator()
	unverified.device.Options.UserNotVerified = true
	weak := b.newPasskey("ada", unverified)
	if options := b.begin(); strings.Count(options, `"public-key"`) != 2 {
		t.Errorf("options %s", options)
	}
	b.pool.Settings.MfaConfiguration = "ON"
	options := b.begin()
	if !strings.Contains(options, base64.RawURLEncoding.EncodeToString(b.ada.ID)) || strings.Count(options, `"public-key"`) != 1 {
		t.Errorf("options %s", options)
	}
	b.play([]turn{
		given(b.uses(options, withoutVerification), incorrect),
		given(present(t, options, weak).credential(t), incorrect),
		given(b.uses(options), gotTokens),
		begun(setupAsked("SOFTWARE_TOKEN_MFA")), // which a password has to go on with
	})

	b.pool.Settings.MfaConfiguration = "OPTIONAL"
	b.changeUser("ada", func(u *userpool.User) { withToken(u); prefers("", "SOFTWARE_TOKEN_MFA", "WEB_AUTHN_MFA")(u) })
	options = b.begin()
	b.play([]turn{
		given(b.uses(options, withoutVerification), incorrect),
		given(b.uses(options), gotTokens),
		begun(tokenAsked),
	})
}

// TestClonedPasskey: a counter that doesn't rise is a copy's. The history of the user
// tells of it, and of nothing that anybody could send.
func TestClonedPasskey(t *testing.T) {
	b := newPasskeyBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.UserPoolAddOns = &userpool.UserPoolAddOns{AdvancedSecurityMode: "AUDIT"}
	})
	b.srv.Auth.Activity = &activity.Recorder{Now: b.clock, NewID: uuid.NewString}
	counted := func(n uint32) func(*presentation) { return func(p *presentation) { p.count = n } }
	history := func() []string {
		list, err := activity.List(t.Context(), b.store, b.user("ada"), time.Time{}, "", 60)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, e := range slices.Backward(list) {
			lines = append(lines, fmt.Sprint(e.Response, " ", e.Challenges))
		}
		return lines
	}
	answers := func(n uint32, want string) {
		b.advance(time.Second)
		b.play([]turn{given(b.uses(b.begin(), counted(n)), want)})
	}
	answers(0, gotTokens)
	answers(5, gotTokens)
	answers(5, incorrect)
	answers(4, incorrect)
	answers(0, incorrect)
	answers(6, gotTokens)
	b.advance(time.Second)
	options := b.begin()
	b.play([]turn{
		given(b.uses(options, func(p *presentation) { p.id = []byte("x") }), incorrect),
		given(b.uses(options, counted(6)), incorrect),
		given(b.uses(options, counted(7)), gotTokens), // the session is still good
	})
	const passed, failed = "Pass [{Mfa Success}]", "Fail [{Mfa Failure}]"
	want := []string{passed, passed, failed, failed, failed, passed, "Pass [{Mfa Failure} {Mfa Success}]"}
	if diff := cmp.Diff(want, history()); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// TestPasskeyRaces: a session works once, and so does a count, whatever comes at once.
func TestPasskeyRaces(t *testing.T) {
	const many = 64
	body := func(b *passkeyBench, credential string) string {
		text := strings.Replace(given(credential, "").body, "{{ada.Session}}", b.kept["ada.Session"], 1)
		return b.withClient("RespondToAuthChallenge", text)
	}
	t.Run("one session", func(t *testing.T) {
		b := newPasskeyBench(t)
		right := body(b, b.uses(b.begin()))
		if diff := cmp.Diff(map[string]int{"tokens": 1, usedTwice: many - 1}, b.atOnce(many, "RespondToAuthChallenge", right)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	t.Run("one count", func(t *testing.T) {
		b := newPasskeyBench(t)
		var bodies []string
		for range many {
			bodies = append(bodies, body(b, b.uses(b.begin(), func(p *presentation) { p.count = 9 })))
		}
		got := atOnce(many, func(i int) string { return b.outcome("RespondToAuthChallenge", bodies[i]) })
		if diff := cmp.Diff(map[string]int{"tokens": 1, incorrect: many - 1}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestManyPasskeys: all may be used, also those above a limit that was lowered.
func TestManyPasskeys(t *testing.T) {
	b := newPasskeyBench(t)
	mine := b.passkeys()[0]
	err := b.store.Write(t.Context(), func(tx store.Tx) error {
		for i := range 49 {
			k := *mine
			k.ID = fmt.Sprint("passkey", i)
			if err := tx.CreatePasskey(t.Context(), &k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.begin(), `"public-key"`); got != 50 {
		t.Errorf("%d passkeys are allowed", got)
	}
}

// TestPasskeyOnPages: the pages put the same challenge, at once where there is no choice.
func TestPasskeyOnPages(t *testing.T) {
	b := newPasskeyBench(t)
	begun, err := b.srv.Auth.PageChoose(t.Context(), auth.PageRequest{Pool: b.pool, Client: b.client, Username: "ada"})
	if err != nil || begun.Challenge != auth.ChallengeSelect || !slices.Equal(begun.Choices, []string{"PASSWORD", "WEB_AUTHN"}) {
		t.Fatalf("%+v, error %v", begun, err)
	}
	asked, err := b.srv.Auth.PageRespond(t.Context(), b.pool, b.client, begun.Session, begun.Challenge, map[string]string{"ANSWER": "WEB_AUTHN"})
	if err != nil || asked.Challenge != auth.ChallengeWebAuthn {
		t.Fatalf("%+v, error %v", asked, err)
	}
	b.changeUser("ada", func(u *userpool.User) { u.Credential = userpool.Credential{SetAt: u.Credential.SetAt} })
	alone, err := b.srv.Auth.PageChoose(t.Context(), auth.PageRequest{Pool: b.pool, Client: b.client, Username: "ada"})
	if err != nil || alone.Challenge != auth.ChallengeWebAuthn {
		t.Fatalf("%+v, error %v", alone, err)
	}
	for _, out := range []*auth.PageOutcome{asked, alone} {
		answer := func(change ...func(*presentation)) (*auth.PageOutcome, error) {
			return b.srv.Auth.PageRespond(t.Context(), b.pool, b.client, out.Session, out.Challenge,
				map[string]string{"CREDENTIAL": b.uses(out.Parameters["CREDENTIAL_REQUEST_OPTIONS"], change...)})
		}
		if _, err := answer(func(p *presentation) { p.flags = 0 }); err == nil || err.Error() != incorrect {
			t.Errorf("nobody was there: %v", err)
		}
		if done, err := answer(); err != nil || done.User == nil || done.User.Username != "ada" {
			t.Errorf("%+v, error %v", done, err)
		}
	}
}
