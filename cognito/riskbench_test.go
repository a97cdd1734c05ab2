package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"idpond/internal/auth/risk"
)

// riskBench is an eventBench whose pool is protected and has MFA by SMS for who
// wants it. Tests say where a request comes from. There are ada, who has a phone
// and a verified e-mail address, and bob, who has neither; their passwords are
// common ones, and the client has a secret.
type riskBench struct {
	*eventBench
	ip, device string // of the next requests
}

const (
	refusedForSecurity = `NotAuthorizedException: Unable to login because of security reasons.`
	benchPassword      = "Passw0rd!"
)

func newRiskBench(t testing.TB, mode string) *riskBench {
	b := &riskBench{eventBench: newEventBench(t), ip: "192.0.2.7", device: "Pixel"}
	judge := &risk.Service{
		Config: b.srv.Directory, History: b.store, Leaked: risk.CommonPasswords(), Messages: b.srv.Accounts.Messages,
		FeedbackToken: b.srv.Accounts.FeedbackToken, FeedbackPage: "https://id.example.org/_idpond/feedback", Now: b.clock, Log: b.srv.Log,
	}
	b.srv.Accounts.Risk, b.srv.Auth.Risk = judge, judge
	b.srv.Accounts.Messages.SMS = b.inbox
	b.srv.ClientIP = func(*http.Request) string { return b.ip }
	b.ok("CreateUserPool", `{"PoolName":"bank","UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"`+mode+`"},"AutoVerifiedAttributes":["email"],
		"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","SMS_OTP"]}},"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","ExternalId":"x"}}`)
	b.ok("SetUserPoolMfaConfig", `{"MfaConfiguration":"OPTIONAL","SmsMfaConfiguration":{"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","ExternalId":"x"}}}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_AUTH","ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}`)
	b.user("ada", `[{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"},{"Name":"phone_number","Value":"+12125551234"},{"Name":"phone_number_verified","Value":"true"}]`)
	b.user("bob", `[]`)
	return b
}

func (b *riskBench) user(name, attributes string) {
	b.Helper()
	b.ok("AdminCreateUser", `{"Username":"`+name+`","TemporaryPassword":"`+benchPassword+`","MessageAction":"SUPPRESS","UserAttributes":`+attributes+`}`)
	b.ok("AdminSetUserPassword", `{"Username":"`+name+`","Password":"`+benchPassword+`","Permanent":true}`)
}

// from makes the next requests come from somewhere.
func (b *riskBench) from(ip, device string) *riskBench {
	b.ip, b.device = ip, device
	return b
}

// context is the UserContextData of a browser on the device.
func (b *riskBench) context() string {
	data := base64.StdEncoding.EncodeToString([]byte(`{"payload":"{\"contextData\":{\"DeviceName\":\"` + b.device + `\"}}"}`))
	return `"UserContextData":{"EncodedData":"` + data + `"}`
}

// signIn signs in and says how it came out: tokens, the challenge, or the refusal.
func (b *riskBench) signIn(user string) string {
	b.Helper()
	answer := b.ask("InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT",`+b.context()+`,
		"AuthParameters":{"USERNAME":"`+user+`","PASSWORD":"`+benchPassword+`"}}`)
	if !strings.HasPrefix(answer, "{") {
		return answer
	}
	if strings.Contains(answer, `"AccessToken"`) {
		return "tokens"
	}
	return b.member(answer, "ChallengeName")
}

// judged is the newest entry of a user's history: how it came out, and its risk.
func (b *riskBench) judged(user string) string {
	b.Helper()
	var answer struct {
		AuthEvents []struct {
			EventType, EventResponse string
			EventRisk                *struct {
				RiskDecision, RiskLevel        string
				CompromisedCredentialsDetected bool
			}
		}
	}
	text := b.ok("AdminListUserAuthEvents", `{"Username":"`+user+`","MaxResults":1}`)
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.AuthEvents) == 0 {
		return "nothing"
	}
	e := answer.AuthEvents[0]
	if e.EventRisk == nil {
		return e.EventType + " " + e.EventResponse + " unjudged"
	}
	line := strings.Join(strings.Fields(fmt.Sprint(e.EventType, " ", e.EventResponse, " ", e.EventRisk.RiskDecision, " ", e.EventRisk.RiskLevel)), " ")
	if e.EventRisk.CompromisedCredentialsDetected {
		line += " compromised"
	}
	return line
}

// takeover is an AccountTakeoverRiskConfiguration with one action for each level.
func takeover(action string) string {
	one := `{"EventAction":"` + action + `","Notify":false}`
	return `"AccountTakeoverRiskConfiguration":{"Actions":{"LowAction":` + one + `,"MediumAction":` + one + `,"HighAction":` + one + `}}`
}

func compromised(action string) string {
	return `"CompromisedCredentialsRiskConfiguration":{"Actions":{"EventAction":"` + action + `"}}`
}
