package cognito_test

import (
	"strings"
	"sync"
	"testing"
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
			got := map[string]int{}
			var mu sync.Mutex
			var wg sync.WaitGroup
			for range times {
				wg.Go(func() {
					_, failure := b.sendRaw(tt.once.op, body)
					mu.Lock()
					defer mu.Unlock()
					got[failure]++
				})
			}
			wg.Wait()
			if refused := got[usedTwice] + got[badSess]; got[""] != 1 || refused != times-1 {
				t.Errorf("%v", got)
			}
			if n := len(b.sent()); n != tt.sent {
				t.Errorf("%d codes were sent, not %d", n, tt.sent)
			}
		})
	}
}
