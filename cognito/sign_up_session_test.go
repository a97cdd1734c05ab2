package cognito_test

import (
	"testing"

	"idpond/internal/userpool"
)

// TestConfirmationSignsIn: ConfirmSignUp gives a session to whom the code proves as
// much as a first factor would, though the sign-up's session isn't sent with it.
// Amplify never sends it. TestSignUpSignsIn is about those who do.
func TestConfirmationSignsIn(t *testing.T) {
	const (
		confirm = `{"Username":"ada","ConfirmationCode":"{{code}}"}`
		begin   = `{"AuthFlow":"USER_AUTH","Session":"{{done.Session}}","AuthParameters":{"USERNAME":"ada"}}`
	)
	withSession := []turn{
		{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{wrong}}"}`, want: "CodeMismatchException: Invalid verification code provided, please try again."},
		{op: "ConfirmSignUp", body: confirm, want: `{"Session":"SESSION"}`, keep: "done"},
		{op: "InitiateAuth", body: `{"AuthFlow":"USER_AUTH","ClientId":"hiding","Session":"{{done.Session}}","AuthParameters":{"USERNAME":"ada"}}`, want: badSess},
		{op: "InitiateAuth", body: `{"AuthFlow":"USER_AUTH","Session":"{{done.Session}}","AuthParameters":{"USERNAME":"eve"}}`, want: badSess},
		{op: "InitiateAuth", body: begin, want: gotTokens},
		{op: "InitiateAuth", body: begin, want: usedTwice},
	}
	without := []turn{{op: "ConfirmSignUp", body: confirm, want: `{}`}}
	for _, tt := range []struct {
		name  string
		setup []setup
		turns []turn
	}{
		{"a code by mail is a first factor", []setup{choosing("EMAIL_OTP")}, withSession},
		{"no code is", []setup{choosing()}, without},
		{"only a code by SMS is", []setup{choosing("SMS_OTP")}, without},
		{"only a code by SMS is, to a number that an administrator verified", []setup{choosing("SMS_OTP")}, append([]turn{
			{op: "AdminUpdateUserAttributes", want: `{}`, body: `{"Username":"ada","UserAttributes":[
				{"Name":"phone_number","Value":"+15551230000"},{"Name":"phone_number_verified","Value":"true"}]}`},
		}, without...)},
		{"a client without USER_AUTH", []setup{choosing("EMAIL_OTP"), func(_ *userpool.Pool, c *userpool.AppClient) {
			c.Settings.ExplicitAuthFlows = []string{"ALLOW_USER_SRP_AUTH"}
		}}, without},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup...)
			b.addUser("eve")
			b.play([]turn{{op: "SignUp", body: `{"Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`, want: "*"}})
			b.play(tt.turns)
		})
	}
}
