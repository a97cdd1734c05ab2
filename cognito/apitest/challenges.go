package apitest

import (
	"encoding/json"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"
)

// Challenges are valid requests beside those that Request gives: each kind of
// sign-in begun, and each kind of challenge answered, by operation.
func Challenges(op string) []string {
	return map[string][]string{
		"InitiateAuth": {
			`{"ClientId":"{{client}}","AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"{{newuser}}","PREFERRED_CHALLENGE":"PASSWORD","PASSWORD":"Passw0rd!"}}`,
			`{"ClientId":"{{customclient}}","AuthFlow":"CUSTOM_AUTH","AuthParameters":{"USERNAME":"{{newcustomuser}}"}}`,
		},
		"AdminInitiateAuth": {
			`{"UserPoolId":"{{pool}}","ClientId":"{{client}}","AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"{{newuser}}","PREFERRED_CHALLENGE":"EMAIL_OTP"}}`,
		},
		"RespondToAuthChallenge": {
			`{"ClientId":"{{client}}","ChallengeName":"SELECT_CHALLENGE","ChallengeResponses":{"USERNAME":"{{newuser}}","ANSWER":"PASSWORD","PASSWORD":"Passw0rd!"},"Session":"{{newchoice}}"}`,
			`{"ClientId":"{{client}}","ChallengeName":"EMAIL_OTP","ChallengeResponses":{"USERNAME":"{{newuser}}","EMAIL_OTP_CODE":"{{newmailedcode}}"},"Session":"{{newmailed}}"}`,
			`{"ClientId":"{{client}}","ChallengeName":"SOFTWARE_TOKEN_MFA","ChallengeResponses":{"USERNAME":"{{newuser}}","SOFTWARE_TOKEN_MFA_CODE":"{{newnexttotp}}"},"Session":"{{newtotpdue}}"}`,
			`{"ClientId":"{{setupclient}}","ChallengeName":"MFA_SETUP","ChallengeResponses":{"USERNAME":"{{newsetupuser}}"},"Session":"{{newsetupdone}}"}`,
			`{"ClientId":"{{client}}","ChallengeName":"WEB_AUTHN","ChallengeResponses":{"USERNAME":"{{newuser}}","CREDENTIAL":{{newassertion}}},"Session":"{{newpasskeydue}}"}`,
			`{"ClientId":"{{customclient}}","ChallengeName":"CUSTOM_CHALLENGE","ChallengeResponses":{"USERNAME":"{{newcustomuser}}","ANSWER":"right"},"Session":"{{newriddle}}"}`,
		},
		"AdminRespondToAuthChallenge": {
			`{"UserPoolId":"{{pool}}","ClientId":"{{client}}","ChallengeName":"SELECT_CHALLENGE","ChallengeResponses":{"USERNAME":"{{newuser}}","ANSWER":"EMAIL_OTP"},"Session":"{{newadminchoice}}"}`,
		},
		"AssociateSoftwareToken": {`{"Session":"{{newsetup}}"}`},
		"VerifySoftwareToken":    {`{"Session":"{{newsetupnext}}","UserCode":"{{newsetupcode}}"}`},
	}[op]
}

// challenges are the places of sign-ins that wait for an answer.
func challenges() map[string]func(*World) string {
	return map[string]func(*World) string{
		"newchoice": func(w *World) string { return w.text(w.begun("client", "USER_AUTH", "newuser", ""), "Session") },
		"newadminchoice": func(w *World) string {
			return w.text(w.must("AdminInitiateAuth", `{"UserPoolId":"{{pool}}","ClientId":"{{client}}","AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"{{newuser}}"}}`), "Session")
		},
		"newmailed": func(w *World) string {
			return w.text(w.begun("client", "USER_AUTH", "newuser", `,"PREFERRED_CHALLENGE":"EMAIL_OTP"`), "Session")
		},
		"newmailedcode": func(w *World) string { w.get("newmailed"); return w.Code(w.get("newuser") + "@example.org") },
		"newtotpdue": func(w *World) string {
			w.must("SetUserMFAPreference", requests["SetUserMFAPreference"])
			return w.text(w.begun("client", "USER_PASSWORD_AUTH", "newuser", withPassword), "Session")
		},
		"newnexttotp": func(w *World) string { // the one of now is used up
			w.get("newtotpdue")
			return w.code(w.fresh["secret of newtotp"], 30*time.Second)
		},
		"newpasskeydue": func(w *World) string {
			w.get("newpasskey")
			v := w.begun("client", "USER_AUTH", "newuser", `,"PREFERRED_CHALLENGE":"WEB_AUTHN"`)
			w.fresh["newassertion"] = w.assertion(w.text(v, "ChallengeParameters", "CREDENTIAL_REQUEST_OPTIONS"))
			return w.text(v, "Session")
		},
		"newassertion": func(w *World) string { w.get("newpasskeydue"); return w.fresh["newassertion"] },

		"setuppool": func(w *World) string {
			id := w.pool(`"UserPoolTier":"ESSENTIALS"`)
			w.must("SetUserPoolMfaConfig", `{"UserPoolId":"`+id+`","MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}`)
			return id
		},
		"setupclient":  func(w *World) string { return w.client("setuppool", allFlows) },
		"newsetupuser": func(w *World) string { return w.userOf("setuppool") },
		"newsetup": func(w *World) string {
			return w.text(w.begun("setupclient", "USER_PASSWORD_AUTH", "newsetupuser", withPassword), "Session")
		},
		"newsetupnext": func(w *World) string {
			v := w.must("AssociateSoftwareToken", `{"Session":"{{newsetup}}"}`)
			w.fresh["newsetupcode"] = w.code(w.text(v, "SecretCode"), 0)
			return w.text(v, "Session")
		},
		"newsetupcode": func(w *World) string { w.get("newsetupnext"); return w.fresh["newsetupcode"] },
		"newsetupdone": func(w *World) string {
			return w.text(w.must("VerifySoftwareToken", `{"Session":"{{newsetupnext}}","UserCode":"{{newsetupcode}}"}`), "Session")
		},

		"custompool": func(w *World) string {
			const function = `"arn:aws:lambda:{{region}}:{{account}}:function:f"`
			return w.pool(`"LambdaConfig":{"DefineAuthChallenge":` + function + `,"CreateAuthChallenge":` + function + `,"VerifyAuthChallengeResponse":` + function + `}`)
		},
		"customclient":  func(w *World) string { return w.client("custompool", allFlows) },
		"newcustomuser": func(w *World) string { return w.userOf("custompool") },
		"newriddle": func(w *World) string {
			return w.text(w.begun("customclient", "CUSTOM_AUTH", "newcustomuser", ""), "Session")
		},
	}
}

const withPassword = `,"PASSWORD":"Passw0rd!"`

// begun begins a sign-in at the client of a place for the user of another.
func (w *World) begun(client, flow, user, parameters string) any {
	w.Helper()
	return w.must("InitiateAuth", `{"ClientId":"{{`+client+`}}","AuthFlow":"`+flow+`","AuthParameters":{"USERNAME":"{{`+user+`}}"`+parameters+`}}`)
}

// userOf makes a confirmed user in the pool of a place.
func (w *World) userOf(pool string) string {
	w.Helper()
	name := w.named("AdminCreateUser", `{"UserPoolId":"{{`+pool+`}}","Username":"NAME","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`)
	w.must("AdminSetUserPassword", `{"UserPoolId":"{{`+pool+`}}","Username":"`+name+`","Password":"Passw0rd!","Permanent":true}`)
	return name
}

// code gives the code of an authenticator app, some time from now.
func (w *World) code(secret string, later time.Duration) string {
	w.Helper()
	code, err := totp.GenerateCode(secret, w.Now().Add(later))
	if err != nil {
		w.Fatal(err)
	}
	return code
}

// assertion answers a challenge with the passkey that was made last, as a text of JSON.
func (w *World) assertion(options string) string {
	w.Helper()
	parsed, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		w.Fatal(err)
	}
	text, err := json.Marshal(virtualwebauthn.CreateAssertionResponse(relyingParty(), virtualwebauthn.NewAuthenticator(), w.passkey, *parsed))
	if err != nil {
		w.Fatal(err)
	}
	return string(text)
}
