package cognito_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

// TestSessionsThatLeadOnAreSpentOnce sends 64 times at once what takes a sign-in on
// without ending it: one goes on, and sends a code if that is what follows.
func TestSessionsThatLeadOnAreSpentOnce(t *testing.T) {
	const times = 64
	associate := turn{op: "AssociateSoftwareToken", body: `{"Session":"{{ada.Session}}"}`, want: "*", keep: "token"}
	for _, tt := range []struct {
		name   string
		setup  setup
		before []turn
		once   turn
		sent   int // codes in all
	}{
		{"AssociateSoftwareToken", mfaPool("ON", "SOFTWARE_TOKEN_MFA"), []turn{begun("*")}, associate, 0},
		{"VerifySoftwareToken", mfaPool("ON", "SOFTWARE_TOKEN_MFA"), []turn{begun("*"), associate},
			turn{op: "VerifySoftwareToken", body: `{"Session":"{{token.Session}}","UserCode":"{{totp token}}"}`}, 0},
		{"MFA_SETUP", mfaPool("ON", "EMAIL_OTP"), []turn{begun("*")}, answered("MFA_SETUP", "ada", "", "EMAIL", "ada@example.org"), 1},
		{"SELECT_CHALLENGE", choosing("SMS_OTP"), []turn{chosen(benchClient, "ada", "*")}, answered("SELECT_CHALLENGE", "ada", "", "ANSWER", "SMS_OTP"), 1},
		{"the session of ConfirmSignUp", choosing("EMAIL_OTP"), []turn{
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`, want: "*"},
			{op: "ConfirmSignUp", body: `{"Username":"bob","ConfirmationCode":"{{code}}"}`, want: "*", keep: "done"},
		}, turn{op: "InitiateAuth", body: `{"AuthFlow":"USER_AUTH","Session":"{{done.Session}}","AuthParameters":{"USERNAME":"bob"}}`}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup)
			if tt.name == "SELECT_CHALLENGE" {
				b.addUser("ada", withPhone)
			} else {
				b.addUser("ada")
			}
			b.play(tt.before)
			body := tt.once.body
			for place, value := range b.kept {
				body = strings.ReplaceAll(body, "{{"+place+"}}", value)
			}
			if strings.Contains(body, "{{totp token}}") {
				body = strings.ReplaceAll(body, "{{totp token}}", b.totp("token"))
			}
			body = b.withClient(tt.once.op, body)
			got := atOnce(times, func(int) string {
				_, failure := b.sendRaw(tt.once.op, body)
				return failure
			})
			if refused := got[usedTwice] + got[badSess]; got[""] != 1 || refused != times-1 {
				t.Errorf("%v", got)
			}
			if n := len(b.sent()); n != tt.sent {
				t.Errorf("%d codes were sent, not %d", n, tt.sent)
			}
		})
	}
}

// TestUsedSessionsCountNothing: what a right answer has used up is no place to guess at, so
// an answer that is sent again locks nobody out. A name that nobody has isn't told by it.
func TestUsedSessionsCountNothing(t *testing.T) {
	hidden := func(user string) []turn {
		name := func(s turn) turn {
			s.body = strings.ReplaceAll(s.body, `"USERNAME":"ada"`, `"USERNAME":"`+user+`"`)
			s.body = strings.Replace(s.body, "{", `{"ClientId":"hiding",`, 1)
			return s
		}
		again := name(answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD", "PASSWORD", "wrong"))
		return slices.Concat([]turn{chosen("hiding", user, "*"), name(answered("SELECT_CHALLENGE", "ada", "*", "ANSWER", "EMAIL_OTP"))},
			slices.Repeat([]turn{again}, 6), []turn{{op: "InitiateAuth", body: signIn("hiding", user, "wrong"), want: incorrect}})
	}
	again := func(challenge string, answers ...string) []turn {
		return slices.Repeat([]turn{answered(challenge, "ada", usedTwice, answers...)}, 6)
	}
	code, totp := []string{"EMAIL_OTP_CODE", "{{code}}"}, []string{"SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}"}
	later := begun(tokenAsked)
	later.after = time.Minute
	for _, tt := range []struct {
		name  string
		setup setup
		user  func(*userpool.User)
		turns [][]turn
	}{
		{"the code of a software token", mfaPool("ON", "SOFTWARE_TOKEN_MFA"), withToken, [][]turn{
			{begun(tokenAsked), answered("SOFTWARE_TOKEN_MFA", "ada", gotTokens, totp...)}, again("SOFTWARE_TOKEN_MFA", totp...),
			{later, answered("SOFTWARE_TOKEN_MFA", "ada", gotTokens, totp...)},
		}},
		{"a code by mail", mfaPool("ON", "EMAIL_OTP"), withEmail, [][]turn{
			{begun(mailAsked), answered("EMAIL_OTP", "ada", gotTokens, code...)}, again("EMAIL_OTP", "EMAIL_OTP_CODE", "{{wrong}}"),
			{begun(mailAsked), answered("EMAIL_OTP", "ada", gotTokens, code...)},
		}},
		{"a password", choosing(), withEmail, [][]turn{
			{chosen(benchClient, "ada", passwordAsked, "PREFERRED_CHALLENGE", "PASSWORD"), answered("PASSWORD", "ada", gotTokens, "PASSWORD", rightPassword)},
			again("PASSWORD", "PASSWORD", "wrong"), {begun(gotTokens)},
		}},
		{"a choice", choosing("EMAIL_OTP"), withEmail, [][]turn{hidden("ada")}},
		{"a choice for nobody", choosing("EMAIL_OTP"), withEmail, [][]turn{hidden("nobody@example.org")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup)
			b.addUser("ada", tt.user)
			b.play(slices.Concat(tt.turns...))
		})
	}
}

// TestUsedBlocksCountNothing: nor is a SECRET_BLOCK that has proved the password.
func TestUsedBlocksCountNothing(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	body, failure := b.srpBegin(srpTrial{client: benchClient, username: "ada", password: rightPassword})
	if failure != "" {
		t.Fatal(failure)
	}
	wrong := turn{op: "RespondToAuthChallenge", want: usedTwice,
		body: regexp.MustCompile(`"PASSWORD_CLAIM_SIGNATURE":"[^"]+"`).ReplaceAllString(body, `"PASSWORD_CLAIM_SIGNATURE":"AAAA"`)}
	b.play(slices.Concat([]turn{{op: "RespondToAuthChallenge", body: body, want: gotTokens}}, slices.Repeat([]turn{wrong}, 6), []turn{begun(gotTokens)}))
}
