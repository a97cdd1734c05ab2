package cognito_test

import (
	"testing"

	"idpond/internal/userpool"
)

// TestUsedChoicesTellNothing: passwords that are sent with a choice which was made already
// aren't counted (see TestUsedSessionsCountNothing), so a right one must not be told from
// wrong ones, whatever speaks against its user.
func TestUsedChoicesTellNothing(t *testing.T) {
	cantHaveMFA := []setup{mfaPool("ON", "EMAIL_OTP", "SMS_MFA"), recoverBy("verified_email", "verified_phone_number")}
	status := func(s userpool.Status) func(*userpool.User) { return func(u *userpool.User) { u.Status = s } }
	for _, tt := range []struct {
		name  string
		pool  []setup
		user  func(*userpool.User)
		first string // what the right password is answered elsewhere
	}{
		{"nothing", nil, withEmail, gotTokens},
		{"a state", nil, status(userpool.StatusUnconfirmed), "UserNotConfirmedException: User is not confirmed."},
		{"a reset", nil, status(userpool.StatusResetRequired), "PasswordResetRequiredException: Password reset required for the user"},
		{"an administrator", nil, func(u *userpool.User) { u.Enabled = false }, "NotAuthorizedException: User is disabled."},
		{"MFA that can't be asked for", cantHaveMFA, withEmail, noFactor},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, append([]setup{choosing()}, tt.pool...)...)
			b.addUser("ada", tt.user)
			again := func(password string) turn {
				return answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD", "PASSWORD", password)
			}
			b.play([]turn{
				{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: tt.first},
				chosen(benchClient, "ada", "*"), answered("SELECT_CHALLENGE", "ada", "*", "ANSWER", "PASSWORD"),
				again("wrong"), again(rightPassword),
			})
		})
	}
}
