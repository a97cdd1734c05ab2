package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/message"
)

// TestBlockedNetworks: who comes from one gets nowhere, and is told nothing.
func TestBlockedNetworks(t *testing.T) {
	const exceptions = `"RiskExceptionConfiguration":{"BlockedIPRangeList":["203.0.113.0/24","2001:db8::/32"],"SkippedIPRangeList":["203.0.113.9/32","198.51.100.0/24"]}`
	for _, tt := range []struct{ ip, want string }{
		{"203.0.113.1", refusedForSecurity}, {"::ffff:203.0.113.1", refusedForSecurity}, {"2001:db8:5::1", refusedForSecurity},
		{"203.0.113.9", refusedForSecurity}, // is skipped, too
		{"203.0.114.1", "tokens"}, {"2001:db9::1", "tokens"},
	} {
		b := newRiskBench(t, "ENFORCED")
		b.ok("SetRiskConfiguration", `{`+exceptions+`}`)
		b.from(tt.ip, "Pixel")
		if got := b.signIn("ada"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.ip, got, tt.want)
		}
		if tt.want == "tokens" {
			continue
		}
		if got := b.judged("ada"); got != "nothing" {
			t.Errorf("the history says %s", got)
		}
		b.run(
			trial{"InitiateAuth", password("wrong"), refusedForSecurity},
			trial{"SignUp", `{"ClientId":"CLIENT","Username":"eve","Password":"a-Word-of-my-0wn"}`, refusedForSecurity},
			trial{"ConfirmSignUp", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"000000"}`, refusedForSecurity},
			trial{"ResendConfirmationCode", `{"ClientId":"CLIENT","Username":"ada"}`, refusedForSecurity},
			trial{"ForgotPassword", `{"ClientId":"CLIENT","Username":"ada"}`, refusedForSecurity},
			trial{"ConfirmForgotPassword", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"000000","Password":"a-Word-of-my-0wn"}`, refusedForSecurity},
			trial{"RespondToAuthChallenge", `{"ClientId":"CLIENT","ChallengeName":"SMS_MFA","Session":"abcdefghijklmnopqrst","ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"000000"}}`, refusedForSecurity},
		)
	}
	b := newRiskBench(t, "AUDIT")
	b.ok("SetRiskConfiguration", `{`+exceptions+`}`)
	if got := b.from("203.0.113.1", "Pixel").signIn("ada") + ", " + b.judged("ada"); got != "tokens, SignIn Pass AccountTakeover High" {
		t.Errorf("in AUDIT: %s", got)
	}
}

// TestSkippedNetworks: sign-ins from one are not judged.
func TestSkippedNetworks(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+takeover("BLOCK")+`,"RiskExceptionConfiguration":{"SkippedIPRangeList":["198.51.100.0/24","2001:db8:1::/48"]}}`)
	b.signIn("ada")
	for _, ip := range []string{"198.51.100.1", "2001:db8:1:2::3"} {
		if got := b.from(ip, "iPhone").signIn("ada") + ", " + b.judged("ada"); got != "tokens, SignIn Pass unjudged" {
			t.Errorf("%s: %s", ip, got)
		}
	}
	if got := b.from("203.0.113.1", "Galaxy").signIn("ada"); got != refusedForSecurity {
		t.Errorf("elsewhere: %s", got)
	}
}

// TestActions: what a sign-in from a new device comes to, as it is configured.
func TestActions(t *testing.T) {
	for _, tt := range []struct{ name, mode, user, config, want string }{
		{"nothing configured", "ENFORCED", "ada", `{}`, "tokens, SignIn Pass AccountTakeover Low"},
		{"no action", "ENFORCED", "ada", `{` + takeover("NO_ACTION") + `}`, "tokens, SignIn Pass AccountTakeover Low"},
		{"block", "ENFORCED", "ada", `{` + takeover("BLOCK") + `}`, refusedForSecurity + ", SignIn Fail Block Low"},
		{"MFA", "ENFORCED", "ada", `{` + takeover("MFA_REQUIRED") + `}`, "SMS_MFA, SignIn InProgress AccountTakeover Low"},
		{"MFA, of somebody without", "ENFORCED", "bob", `{` + takeover("MFA_REQUIRED") + `}`, refusedForSecurity + ", SignIn Fail Block Low"},
		{"MFA if there is one", "ENFORCED", "ada", `{` + takeover("MFA_IF_CONFIGURED") + `}`, "SMS_MFA, SignIn InProgress AccountTakeover Low"},
		{"MFA if there is one, of somebody without", "ENFORCED", "bob", `{` + takeover("MFA_IF_CONFIGURED") + `}`, "tokens, SignIn Pass AccountTakeover Low"},
		{"other levels", "ENFORCED", "ada", `{"AccountTakeoverRiskConfiguration":{"Actions":{"HighAction":{"EventAction":"BLOCK","Notify":false}}}}`,
			"tokens, SignIn Pass AccountTakeover Low"},
		{"only recorded", "AUDIT", "ada", `{` + takeover("BLOCK") + `}`, "tokens, SignIn Pass AccountTakeover Low"},
		{"the client's own", "ENFORCED", "ada", `{"ClientId":"CLIENT",` + takeover("BLOCK") + `}`, refusedForSecurity + ", SignIn Fail Block Low"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newRiskBench(t, tt.mode)
			b.ok("SetRiskConfiguration", tt.config)
			if got := b.signIn(tt.user) + ", " + b.judged(tt.user); got != "tokens, SignIn Pass NoRisk" {
				t.Errorf("the first sign-in: %s", got)
			}
			if got := b.from("192.0.2.9", "iPhone").signIn(tt.user) + ", " + b.judged(tt.user); got != tt.want {
				t.Errorf("from a new device: %s\nwant %s", got, tt.want)
			}
			m := b.exported[len(b.exported)-1]
			if got := m.EventResponse + " " + m.RiskDecision + " " + m.RiskLevel; !strings.HasSuffix(tt.want, "SignIn "+got) {
				t.Errorf("exported %s", got)
			}
		})
	}
}

// TestClientOverridesPool: a client's configuration takes the place of the pool's as
// a whole.
func TestClientOverridesPool(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+takeover("BLOCK")+`,"RiskExceptionConfiguration":{"BlockedIPRangeList":["203.0.113.0/24"]}}`)
	b.ok("SetRiskConfiguration", `{"ClientId":"CLIENT",`+compromised("NO_ACTION")+`}`)
	b.signIn("ada")
	if got := b.from("203.0.113.1", "iPhone").signIn("ada"); got != "tokens" {
		t.Error(got)
	}
}

// TestMFAPassed: who answers the challenge is known from then on.
func TestMFAPassed(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+takeover("MFA_REQUIRED")+`}`)
	b.signIn("ada")
	b.from("203.0.113.1", "iPhone")
	session := b.member(b.ask("InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT",`+b.context()+`,
		"AuthParameters":{"USERNAME":"ada","PASSWORD":"`+benchPassword+`"}}`), "Session")
	b.run(trial{"RespondToAuthChallenge", `{"ClientId":"CLIENT","ChallengeName":"SMS_MFA","Session":"` + session + `",
		"ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"` + b.code() + `"}}`, `~{"ChallengeParameters":{}}`})
	if got := b.judged("ada"); got != "SignIn Pass AccountTakeover Medium" {
		t.Error(got)
	}
	if got := b.signIn("ada") + ", " + b.judged("ada"); got != "tokens, SignIn Pass NoRisk" {
		t.Error(got)
	}
}

// TestSecondFactorIsAnother: a code to the phone that proved the first factor is no
// second one.
func TestSecondFactorIsAnother(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+takeover("MFA_REQUIRED")+`}`)
	b.signIn("ada")
	b.from("203.0.113.1", "iPhone")
	session := b.member(b.ask("InitiateAuth", `{"AuthFlow":"USER_AUTH","ClientId":"CLIENT","AuthParameters":{"USERNAME":"ada","PREFERRED_CHALLENGE":"SMS_OTP"}}`), "Session")
	b.run(trial{"RespondToAuthChallenge", `{"ClientId":"CLIENT","ChallengeName":"SMS_OTP","Session":"` + session + `",
		"ChallengeResponses":{"USERNAME":"ada","SMS_OTP_CODE":"` + b.code() + `"}}`, refusedForSecurity})
}

// TestForcedBehindNewPassword: a temporary password is no way around the factor.
func TestForcedBehindNewPassword(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+takeover("MFA_REQUIRED")+`}`)
	b.signIn("ada")
	b.ok("AdminSetUserPassword", `{"Username":"ada","Password":"`+benchPassword+`","Permanent":false}`)
	b.from("203.0.113.1", "iPhone")
	session := b.member(b.ask("InitiateAuth", password(benchPassword)), "Session")
	b.run(trial{"RespondToAuthChallenge", `{"ClientId":"CLIENT","ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"` + session + `",
		"ChallengeResponses":{"USERNAME":"ada","NEW_PASSWORD":"a-Word-of-my-0wn"}}`, `~{"ChallengeName":"SMS_MFA"}`})
}

// TestNoMFAInPool: a pool without MFA has no challenge to put.
func TestNoMFAInPool(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetUserPoolMfaConfig", `{"MfaConfiguration":"OFF"}`)
	b.ok("SetRiskConfiguration", `{`+takeover("MFA_REQUIRED")+`}`)
	b.signIn("ada")
	if got := b.from("203.0.113.1", "iPhone").signIn("ada") + ", " + b.judged("ada"); got != "tokens, SignIn Pass AccountTakeover Medium" {
		t.Error(got)
	}
}

// TestNotification: the user hears of it, and what the user answers counts.
func TestNotification(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	all := `{"EventAction":"ACTION","Notify":true}`
	configure := func(action, mails string) {
		all := strings.Replace(all, "ACTION", action, 1)
		b.ok("SetRiskConfiguration", `{"AccountTakeoverRiskConfiguration":{"NotifyConfiguration":{"SourceArn":"arn:aws:ses:eu-west-1:111122223333:identity/a@example.org"`+mails+`},
			"Actions":{"LowAction":`+all+`,"MediumAction":`+all+`,"HighAction":`+all+`}}}`)
	}
	configure("BLOCK", `,"BlockEmail":{"Subject":"Blocked: {ip-address}","TextBody":"{username}|{ip-address}|{city}|{country}|{login-time}|{device-name}|{event-id}|{feedback-token}"}`)
	b.signIn("ada")
	if mails := b.inbox.List("", 0); len(mails) > 0 {
		t.Fatalf("a mail about no risk: %v", mails)
	}
	b.from("203.0.113.1", "<b>").signIn("ada")
	mail := b.inbox.List("ada@example.org", 1)[0]
	parts := strings.Split(mail.Body, "|")
	want := []string{"ada", "203.0.113.1", "unknown", "unknown", "Tue Nov 14 22:13:22 UTC 2023", "&lt;b&gt;", "event-2", parts[len(parts)-1]}
	if diff := cmp.Diff(want, parts); diff != "" || mail.Subject != "Blocked: 203.0.113.1" || mail.Kind != message.AccountTakeOverNotification || mail.ClientID != b.client {
		t.Fatalf("%+v\n%s", mail, diff)
	}
	// "It was me" makes the place known, with the token of the mail.
	b.run(trial{"UpdateAuthEventFeedback", `{"Username":"ada","EventId":"event-2","FeedbackToken":"` + parts[7] + `","FeedbackValue":"Valid"}`, `{}`})
	if got := b.signIn("ada") + ", " + b.judged("ada"); got != "tokens, SignIn Pass NoRisk" {
		t.Error(got)
	}
	// "It was not me" makes its network suspect, on any device.
	b.ok("AdminUpdateAuthEventFeedback", `{"Username":"ada","EventId":"event-3","FeedbackValue":"Invalid"}`)
	if got := b.from("203.0.113.5", "Pixel").signIn("ada") + ", " + b.judged("ada"); got != refusedForSecurity+", SignIn Fail Block High" {
		t.Error(got)
	}
	for _, tt := range []struct{ action, subject string }{
		{"NO_ACTION", "A new sign-in to your account"}, {"MFA_REQUIRED", "An unusual sign-in to your account"}, {"BLOCK", "A sign-in to your account was blocked"},
	} {
		configure(tt.action, "")
		b.from("198.51.100."+fmt.Sprint(len(tt.action)), tt.action).signIn("ada")
		mails := b.inbox.List("ada@example.org", 1)
		if len(mails) == 0 || mails[0].Subject != tt.subject || !strings.Contains(mails[0].Body, `href="https://id.example.org/_idpond/feedback?event=`) || strings.Contains(mails[0].Body, "{") {
			t.Errorf("%s: %+v", tt.action, mails)
		}
	}
}

// TestMailbox: who has the password can't fill the user's mailbox.
func TestMailbox(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+strings.ReplaceAll(takeover("BLOCK"), `"Notify":false`, `"Notify":true`)+`}`)
	b.signIn("ada")
	for i := range 12 {
		if got := b.from("203.0.113.1", fmt.Sprint("phone", i)).signIn("ada"); got != refusedForSecurity {
			t.Fatal(got)
		}
	}
	if n := len(b.inbox.List("ada@example.org", 0)); n != 5 {
		t.Errorf("%d mails of 12 sign-ins", n)
	}
	b.advance(time.Hour)
	b.signIn("ada")
	if n := len(b.inbox.List("ada@example.org", 0)); n != 6 {
		t.Errorf("%d mails an hour later", n)
	}
}

// TestNotificationFails: a sign-in does not, and who has no verified address gets no mail.
func TestNotificationFails(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{"AccountTakeoverRiskConfiguration":{"Actions":{"LowAction":{"EventAction":"NO_ACTION","Notify":true}}}}`)
	b.ok("AdminUpdateUserAttributes", `{"Username":"bob","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`)
	before := len(b.inbox.List("bob@example.org", 0))
	b.signIn("bob")
	if got := b.from("203.0.113.1", "Pixel").signIn("bob"); got != "tokens" || len(b.inbox.List("bob@example.org", 0)) > before {
		t.Errorf("%s, mails %v", got, b.inbox.List("bob@example.org", 0))
	}
	b.from("192.0.2.7", "Pixel").signIn("ada")
	b.srv.Accounts.Messages.Email = nil
	if got := b.from("192.0.2.7", "iPhone").signIn("ada"); got != "tokens" {
		t.Error(got)
	}
}

// TestPropagatedAddress: the address that a request tells counts only for a client
// with a secret that may tell it.
func TestPropagatedAddress(t *testing.T) {
	for _, tt := range []struct{ name, client, want string }{
		{"allowed", `"GenerateSecret":true,"EnablePropagateAdditionalUserContextData":true,`, refusedForSecurity},
		{"not allowed", `"GenerateSecret":true,`, "tokens"},
		{"no secret", ``, "tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newRiskBench(t, "ENFORCED")
			b.ok("SetRiskConfiguration", `{"RiskExceptionConfiguration":{"BlockedIPRangeList":["203.0.113.0/24"]}}`)
			made := b.ok("CreateUserPoolClient", `{`+tt.client+`"ClientName":"server","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}`)
			hash := ""
			if secret := b.member(made, "UserPoolClient", "ClientSecret"); secret != "" {
				hash = `,"SECRET_HASH":"` + account.SecretHash(secret, "ada", b.client) + `"`
			}
			got := b.call("InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT","UserContextData":{"IpAddress":"203.0.113.1"},
				"AuthParameters":{"USERNAME":"ada","PASSWORD":"`+benchPassword+`"`+hash+`}}`)
			if got != tt.want && !(tt.want == "tokens" && strings.Contains(got, "AccessToken")) {
				t.Error(got)
			}
		})
	}
}

// TestCompromisedPasswords: Passw0rd! is known to everybody.
func TestCompromisedPasswords(t *testing.T) {
	const (
		refusedPassword = `InvalidPasswordException: Provided password cannot be used for security reasons.`
		own             = "a-Word-of-my-0wn"
	)
	signUp := func(name, password string) string {
		return `{"ClientId":"CLIENT","Username":"` + name + `","Password":"` + password + `"}`
	}
	for _, tt := range []struct{ name, mode, config, signUp, signIn, change, changed string }{
		{"nothing configured", "ENFORCED", `{}`, "{", "tokens, SignIn Pass NoRisk", "{}", "PasswordChange Pass unjudged"},
		{"no action", "ENFORCED", `{` + compromised("NO_ACTION") + `}`, "{", "tokens, SignIn Pass NoRisk compromised", "{}", "PasswordChange Pass NoRisk compromised"},
		{"block", "ENFORCED", `{` + compromised("BLOCK") + `}`, refusedPassword, refusedForSecurity + ", SignIn Fail Block compromised", "", ""},
		{"audit", "AUDIT", `{` + compromised("BLOCK") + `}`, "{", "tokens, SignIn Pass NoRisk compromised", "{}", "PasswordChange Pass NoRisk compromised"},
		{"at sign-in alone", "ENFORCED", `{"CompromisedCredentialsRiskConfiguration":{"EventFilter":["SIGN_IN"],"Actions":{"EventAction":"BLOCK"}}}`,
			"{", refusedForSecurity + ", SignIn Fail Block compromised", "", ""},
		{"at changes alone", "ENFORCED", `{"CompromisedCredentialsRiskConfiguration":{"EventFilter":["PASSWORD_CHANGE"],"Actions":{"EventAction":"BLOCK"}}}`,
			"{", "tokens, SignIn Pass NoRisk", refusedPassword, "PasswordChange Fail Block compromised"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newRiskBench(t, tt.mode)
			b.ok("SetRiskConfiguration", tt.config)
			if got := b.call("SignUp", signUp("eve", benchPassword)); !strings.HasPrefix(got, tt.signUp) {
				t.Errorf("sign-up: %s, want %s", got, tt.signUp)
			}
			b.ok("SignUp", signUp("mallory", own))
			if got := b.signIn("ada") + ", " + b.judged("ada"); got != tt.signIn {
				t.Errorf("sign-in: %s\nwant %s", got, tt.signIn)
			}
			if tt.change == "" {
				return
			}
			access := b.member(b.ok("InitiateAuth", password(benchPassword)), "AuthenticationResult", "AccessToken")
			got := b.ask("ChangePassword", `{"AccessToken":"`+access+`","PreviousPassword":"`+benchPassword+`","ProposedPassword":"Passw0rd1!"}`)
			if got != tt.change || b.judged("ada") != tt.changed {
				t.Errorf("change: %s, %s\nwant %s, %s", got, b.judged("ada"), tt.change, tt.changed)
			}
		})
	}
}

// TestCompromisedReset: a code is not used up by a password that is refused.
func TestCompromisedReset(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{`+compromised("BLOCK")+`}`)
	b.ok("ForgotPassword", `{"ClientId":"CLIENT","Username":"ada"}`)
	reset := func(password, code string) string {
		return `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"` + code + `","Password":"` + password + `"}`
	}
	code := b.code()
	b.run(
		trial{"ConfirmForgotPassword", reset("Welcome2026!", "000000"), `CodeMismatchException: Invalid verification code provided, please try again.`},
		trial{"ConfirmForgotPassword", reset("Welcome2026!", code), `InvalidPasswordException: Provided password cannot be used for security reasons.`},
		trial{"ConfirmForgotPassword", reset("a-Word-of-my-0wn", code), `{}`},
	)
}

// TestCompromisedNewPassword: nor is a temporary one replaced by a leaked one.
func TestCompromisedNewPassword(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("SetRiskConfiguration", `{"CompromisedCredentialsRiskConfiguration":{"EventFilter":["PASSWORD_CHANGE"],"Actions":{"EventAction":"BLOCK"}}}`)
	b.ok("AdminSetUserPassword", `{"Username":"ada","Password":"`+benchPassword+`","Permanent":false}`)
	session := b.member(b.ask("InitiateAuth", password(benchPassword)), "Session")
	answer := func(password string) string {
		return `{"ClientId":"CLIENT","ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"` + session + `",
		"ChallengeResponses":{"USERNAME":"ada","NEW_PASSWORD":"` + password + `"}}`
	}
	b.run(
		trial{"RespondToAuthChallenge", answer("Welcome2026!"), `InvalidPasswordException: Provided password cannot be used for security reasons.`},
		trial{"RespondToAuthChallenge", answer("a-Word-of-my-0wn"), `~{"ChallengeParameters":{}}`},
	)
}
