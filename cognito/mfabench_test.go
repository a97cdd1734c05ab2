package cognito_test

import (
	"encoding/json"
	"fmt"

	"idpond/internal/userpool"
)

// mfaPool sets MFA. Recovery goes by an administrator, so that both message factors
// are eligible.
func mfaPool(configuration string, factors ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) {
		s := &p.Settings
		s.MfaConfiguration = configuration
		recoverBy("admin_only")(p, nil)
		for _, f := range factors {
			switch f {
			case "SMS_MFA":
				s.SmsMfaConfiguration = &userpool.SmsMfaConfig{}
			case "EMAIL_OTP":
				s.EmailMfaConfiguration = &userpool.EmailMfaConfig{}
			case "SOFTWARE_TOKEN_MFA":
				s.SoftwareTokenMfaConfiguration = &userpool.SoftwareTokenMfaConfig{Enabled: true}
			}
		}
	}
}

func withEmail(u *userpool.User) {
	u.Attributes["email"], u.Attributes["email_verified"] = "ada@example.org", "true"
}

func withPhone(u *userpool.User) {
	u.Attributes["phone_number"], u.Attributes["phone_number_verified"] = "+15551230000", "true"
}

func withToken(u *userpool.User) {
	u.SoftwareToken.Secret = []byte("0123456789abcdef0123456789abcdef")
}

func prefers(factor string, enabled ...string) func(*userpool.User) {
	return func(u *userpool.User) { u.MFA.Preferred, u.MFA.Enabled = factor, enabled }
}

const (
	smsAsked = `{"ChallengeName":"SMS_MFA","Session":"SESSION","ChallengeParameters":
		{"CODE_DELIVERY_DELIVERY_MEDIUM":"SMS","CODE_DELIVERY_DESTINATION":"+*******0000","USER_ID_FOR_SRP":"ada"}}`
	mailAsked = `{"ChallengeName":"EMAIL_OTP","Session":"SESSION","ChallengeParameters":
		{"CODE_DELIVERY_DELIVERY_MEDIUM":"EMAIL","CODE_DELIVERY_DESTINATION":"a***@e***","USER_ID_FOR_SRP":"ada"}}`
	tokenAsked   = `{"ChallengeName":"SOFTWARE_TOKEN_MFA","Session":"SESSION","ChallengeParameters":{"USER_ID_FOR_SRP":"ada"}}`
	wrongMFA     = "CodeMismatchException: Invalid code or auth state for the user."
	mfaTokenUsed = "ExpiredCodeException: Your software token has already been used once."
	noFactor     = "InvalidUserPoolConfigurationException: The user pool requires MFA, and the user can neither use nor set up any factor."
)

func choiceAsked(factors ...string) string {
	list, _ := json.Marshal(factors)
	text, _ := json.Marshal(string(list))
	return fmt.Sprintf(`{"ChallengeName":"SELECT_MFA_TYPE","Session":"SESSION","ChallengeParameters":
		{"MFAS_CAN_CHOOSE":%s,"MFAS_CAN_SELECT":%s,"USER_ID_FOR_SRP":"ada"}}`, text, text)
}

func setupAsked(factors ...string) string {
	list, _ := json.Marshal(factors)
	text, _ := json.Marshal(string(list))
	return fmt.Sprintf(`{"ChallengeName":"MFA_SETUP","Session":"SESSION","ChallengeParameters":{"MFAS_CAN_SETUP":%s,"USER_ID_FOR_SRP":"ada"}}`, text)
}

// begun is a sign-in by the right password, kept as "ada".
func begun(want string) turn {
	return turn{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: want, keep: "ada"}
}

// answered is an answer to a challenge with the session kept as from.
func answered(challenge, from, want string, answers ...string) turn {
	all := map[string]string{"USERNAME": "ada"}
	for i := 0; i < len(answers); i += 2 {
		all[answers[i]] = answers[i+1]
	}
	body, _ := json.Marshal(map[string]any{
		"ChallengeName": challenge, "Session": "{{" + from + ".Session}}", "ChallengeResponses": all,
	})
	return turn{op: "RespondToAuthChallenge", body: string(body), want: want, keep: "next"}
}
