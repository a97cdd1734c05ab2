package cognito_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"idpond/internal/srp/srptest"
	"idpond/internal/userpool"
)

// The tables of docs/sign-in.md. Each cell is a row of a test here, which goes the whole
// way over HTTP; the tables of the page are written from the rows (TestFlowTablesOnPage).

// standing names what a sign-in ends with, in the tables' words.
func standing() map[string]string {
	return map[string]string{
		"tokens":      "tokens",
		"set":         "NEW_PASSWORD_REQUIRED",
		"all":         "SELECT_CHALLENGE: PASSWORD_SRP, PASSWORD, EMAIL_OTP, SMS_OTP",
		"passwords":   "SELECT_CHALLENGE: PASSWORD_SRP, PASSWORD",
		"codes":       "SELECT_CHALLENGE: EMAIL_OTP, SMS_OTP",
		"sms":         "SMS_MFA",
		"mail":        "EMAIL_OTP",
		"incorrect":   incorrect,
		"locked":      locked,
		"unknown":     unknown,
		"unconfirmed": "UserNotConfirmedException: User is not confirmed.",
		"reset":       noReset,
		"expired":     "NotAuthorizedException: Temporary password has expired and must be reset by an administrator.",
		"disabled":    "NotAuthorizedException: User is disabled.",
		"mismatch":    wrongMFA,
		"revoked":     "NotAuthorizedException: Refresh Token has been revoked",
		"invalid":     "NotAuthorizedException: Invalid Refresh Token",
		"session":     badSess,
		"late":        tooLate,
		"used":        usedTwice,
	}
}

// stands says what an answer is, as standing does.
func stands(answer map[string]any, failure string) string {
	switch {
	case failure != "":
		return failure
	case answer["AuthenticationResult"] != nil:
		return "tokens"
	}
	text := fmt.Sprint(answer["ChallengeName"])
	if list, ok := answer["AvailableChallenges"].([]any); ok && text == "SELECT_CHALLENGE" {
		var names []string
		for _, name := range list {
			names = append(names, fmt.Sprint(name))
		}
		text += ": " + strings.Join(names, ", ")
	}
	return text
}

// way is a way to sign in: a bench in which ada can go it, and how she goes it, from
// the first call to the last answer.
type way struct {
	name  string
	bench func(testing.TB) (*signInBench, goes)
}

type goes func(*signInBench, signInTry) string

// inPool is the bench of a pool with all factors but passkeys.
func inPool(run goes) func(testing.TB) (*signInBench, goes) {
	return func(t testing.TB) (*signInBench, goes) {
		b := newSignInBench(t, choosing("EMAIL_OTP", "SMS_OTP"))
		b.addUser("ada", withEmail, withPhone)
		return b, run
	}
}

// signInTry is one sign-in of ada's, with the right password or code or with a wrong one.
type signInTry struct {
	client string
	right  bool
}

func (t signInTry) password() string {
	if t.right {
		return rightPassword
	}
	return "wrong"
}

// initiate sends InitiateAuth, or AdminInitiateAuth for its flow.
func (b *signInBench) initiate(t signInTry, flow string, parameters ...string) (map[string]any, string) {
	b.Helper()
	all := map[string]string{}
	for i := 0; i < len(parameters); i += 2 {
		all[parameters[i]] = parameters[i+1]
	}
	body, err := json.Marshal(map[string]any{"AuthFlow": flow, "ClientId": t.client, "AuthParameters": all})
	if err != nil {
		b.Fatal(err)
	}
	op, _ := sides(strings.HasPrefix(flow, "ADMIN"))
	return b.send(op, string(body))
}

// respond answers the challenge of an answer.
func (b *signInBench) respond(t signInTry, to map[string]any, answers map[string]string) (map[string]any, string) {
	b.Helper()
	body, err := json.Marshal(map[string]any{
		"ChallengeName": to["ChallengeName"], "ClientId": t.client, "Session": to["Session"], "ChallengeResponses": answers,
	})
	if err != nil {
		b.Fatal(err)
	}
	return b.send("RespondToAuthChallenge", string(body))
}

func byPassword(flow string) goes {
	return func(b *signInBench, t signInTry) string {
		return stands(b.initiate(t, flow, "USERNAME", "ada", "PASSWORD", t.password()))
	}
}

func bySRP(flow string, more ...string) goes {
	return func(b *signInBench, t signInTry) string {
		client := srptest.NewClient()
		asked, failure := b.initiate(t, flow, append(more, "USERNAME", "ada", "SRP_A", client.PublicHex())...)
		if failure != "" || asked["ChallengeName"] != "PASSWORD_VERIFIER" {
			return stands(asked, failure)
		}
		return stands(b.respond(t, asked, b.srpAnswers(client, t.password(), asked["ChallengeParameters"].(map[string]any))))
	}
}

func byChoice(more ...string) goes {
	return func(b *signInBench, t signInTry) string {
		if !t.right && len(more) == 0 { // there is nothing to get wrong
			return byPassword("USER_PASSWORD_AUTH")(b, t)
		}
		parameters := append(more, "USERNAME", "ada")
		if len(more) > 0 {
			parameters = append(parameters, "PASSWORD", t.password())
		}
		return stands(b.initiate(t, "USER_AUTH", parameters...))
	}
}

func byCode(challenge string) goes {
	return func(b *signInBench, t signInTry) string {
		sent := len(b.sent())
		asked, failure := b.initiate(t, "USER_AUTH", "USERNAME", "ada", "PREFERRED_CHALLENGE", challenge)
		if failure != "" || asked["ChallengeName"] != challenge {
			return stands(asked, failure)
		}
		code := "12345678" // of a name that nobody has
		if len(b.sent()) > sent && t.right {
			code = b.lastCode()
		}
		return stands(b.respond(t, asked, map[string]string{"USERNAME": "ada", challenge + "_CODE": code}))
	}
}

func byRefresh(b *signInBench, t signInTry) string {
	if !t.right {
		return byPassword("USER_PASSWORD_AUTH")(b, t)
	}
	return stands(b.initiate(t, "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", b.kept["before.RefreshToken"]))
}

// byPasskey has a pool of its own, since users with passkeys are offered more.
func byPasskey(t testing.TB) (*signInBench, goes) {
	keys := newPasskeyBench(t)
	keys.changeUser("ada", func(u *userpool.User) { withEmail(u); withPhone(u) })
	return keys.signInBench, func(b *signInBench, t signInTry) string {
		asked, failure := b.initiate(t, "USER_AUTH", "USERNAME", "ada", "PREFERRED_CHALLENGE", "WEB_AUTHN")
		if failure != "" || asked["ChallengeName"] != "WEB_AUTHN" {
			return stands(asked, failure)
		}
		options := asked["ChallengeParameters"].(map[string]any)["CREDENTIAL_REQUEST_OPTIONS"].(string)
		credential := keys.uses(options, func(p *presentation) {
			if !t.right {
				p.key = keys.eve.Key
			}
		})
		return stands(b.respond(t, asked, map[string]string{"USERNAME": "ada", "CREDENTIAL": credential}))
	}
}

// byFunctions solves the riddles of the pool's functions.
func byFunctions(t testing.TB) (*signInBench, goes) {
	b := newCustomBench(t, choosing("EMAIL_OTP", "SMS_OTP")).signInBench
	b.addUser("ada", withEmail, withPhone)
	return b, func(b *signInBench, t signInTry) string {
		if !t.right {
			return byPassword("USER_PASSWORD_AUTH")(b, t)
		}
		asked, failure := b.initiate(t, "CUSTOM_AUTH", "USERNAME", "ada")
		for riddle := 1; failure == "" && asked["ChallengeName"] == "CUSTOM_CHALLENGE"; riddle++ {
			asked, failure = b.respond(t, asked, map[string]string{"USERNAME": "ada", "ANSWER": fmt.Sprintf("answer %d", riddle)})
		}
		return stands(asked, failure)
	}
}

func ways() []way {
	return []way{
		{"USER_PASSWORD_AUTH", inPool(byPassword("USER_PASSWORD_AUTH"))},
		{"ADMIN_USER_PASSWORD_AUTH", inPool(byPassword("ADMIN_USER_PASSWORD_AUTH"))},
		{"USER_SRP_AUTH", inPool(bySRP("USER_SRP_AUTH"))},
		{"USER_AUTH", inPool(byChoice())},
		{"… PASSWORD", inPool(byChoice("PREFERRED_CHALLENGE", "PASSWORD"))},
		{"… PASSWORD_SRP", inPool(bySRP("USER_AUTH", "PREFERRED_CHALLENGE", "PASSWORD_SRP"))},
		{"… EMAIL_OTP", inPool(byCode("EMAIL_OTP"))},
		{"… SMS_OTP", inPool(byCode("SMS_OTP"))},
		{"… WEB_AUTHN", byPasskey},
		{"CUSTOM_AUTH", byFunctions},
		{"REFRESH_TOKEN_AUTH", inPool(byRefresh)},
	}
}

// userState is a state that ada, a confirmed user who is signed in, comes into.
type userState struct {
	name   string
	client string
	enter  func(*signInBench)
	cells  string // one word of standing for each way, "–" where a user can't come there
}

func by(op, body string) func(*signInBench) {
	return func(b *signInBench) {
		b.Helper()
		if _, failure := b.send(op, body); failure != "" {
			b.Fatalf("%s: %s", op, failure)
		}
	}
}

func userStates() []userState {
	temporary := by("AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!","Permanent":false}`)
	gone := by("AdminDeleteUser", `{"Username":"ada"}`)
	imported := func(b *signInBench) {
		b.changeUser("ada", func(u *userpool.User) { u.Status, u.Credential = userpool.StatusResetRequired, userpool.Credential{} })
	}
	return []userState{
		{"CONFIRMED", benchClient, func(*signInBench) {},
			"tokens tokens tokens all tokens tokens tokens tokens tokens tokens tokens"},
		{"UNCONFIRMED", benchClient, func(b *signInBench) {
			b.changeUser("ada", func(u *userpool.User) { u.Status, u.Attributes["email_verified"] = userpool.StatusUnconfirmed, "false" })
		}, "unconfirmed unconfirmed unconfirmed all unconfirmed unconfirmed tokens tokens unconfirmed unconfirmed –"},
		{"FORCE_CHANGE_PASSWORD", benchClient, temporary,
			"set set set passwords set set passwords passwords passwords tokens tokens"},
		{"FORCE_CHANGE_PASSWORD, expired", benchClient, func(b *signInBench) { temporary(b); b.advance(8 * 24 * time.Hour) },
			"expired expired expired passwords expired expired passwords passwords passwords expired tokens"},
		{"RESET_REQUIRED", benchClient, by("AdminResetUserPassword", `{"Username":"ada"}`),
			"reset reset reset all reset reset reset reset reset reset tokens"},
		{"RESET_REQUIRED, imported", benchClient, imported,
			"reset reset reset codes codes codes reset reset reset reset –"},
		{"RESET_REQUIRED, imported, hidden", "hiding", imported,
			"incorrect incorrect incorrect codes codes codes reset reset reset reset –"},
		{"disabled", benchClient, by("AdminDisableUser", `{"Username":"ada"}`),
			"disabled disabled disabled all disabled disabled disabled disabled disabled disabled disabled"},
		{"signed out everywhere", benchClient, by("AdminUserGlobalSignOut", `{"Username":"ada"}`),
			"tokens tokens tokens all tokens tokens tokens tokens tokens tokens revoked"},
		{"locked", benchClient, nil,
			"locked locked locked all locked locked locked locked tokens tokens tokens"},
		{"unknown", benchClient, gone,
			"unknown unknown unknown unknown unknown unknown unknown unknown unknown unknown invalid"},
		{"unknown, hidden", "hiding", gone,
			"incorrect incorrect incorrect all incorrect incorrect mismatch mismatch passwords incorrect invalid"},
		{"unknown, hidden, locked", "hiding", gone,
			"locked locked locked all locked locked locked locked passwords incorrect invalid"},
	}
}

// TestFlowTable: every way to sign in in every state of the user.
func TestFlowTable(t *testing.T) {
	for n, state := range userStates() {
		cells := strings.Fields(state.cells)
		if len(cells) != len(ways()) {
			t.Fatalf("%s has %d cells", state.name, len(cells))
		}
		for i, w := range ways() {
			if cells[i] == "–" || (n*len(cells)+i)%everyNth != 0 {
				continue
			}
			t.Run(state.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				b, run := w.bench(t)
				b.ask("before", "InitiateAuth", signIn(state.client, "ada", rightPassword))
				if state.enter != nil {
					state.enter(b)
				}
				if strings.Contains(state.name, "locked") {
					for range 5 {
						run(b, signInTry{client: state.client})
					}
				}
				if got := run(b, signInTry{client: state.client, right: true}); got != standing()[cells[i]] {
					t.Errorf("got %s, want %s", got, cells[i])
				}
			})
		}
	}
}
