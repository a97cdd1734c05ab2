package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

// scene is requests to a bench of its own, and the messages that are sent on the way.
type scene struct {
	name     string
	setup    []setup
	steps    []step
	messages []string
}

func runScenes(t *testing.T, scenes []scene) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) { newUserBench(t, s.setup...).run(s.steps, s.messages) })
	}
}

// The changes that tests make to the bench's pool and client.

func aliases(names ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AliasAttributes = names }
}

func usernames(names ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.UsernameAttributes = names }
}

func autoVerify(names ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AutoVerifiedAttributes = names }
}

func ignoreCase(p *userpool.Pool, _ *userpool.AppClient) {
	p.Settings.UsernameConfiguration = &userpool.UsernameConfiguration{CaseSensitive: false}
}

func hideUsers(_ *userpool.Pool, c *userpool.AppClient) {
	c.Settings.PreventUserExistenceErrors = "ENABLED"
}

func withSecrets(values ...string) setup {
	return func(_ *userpool.Pool, c *userpool.AppClient) {
		for _, v := range values {
			c.Secrets = append(c.Secrets, userpool.ClientSecret{Value: v})
		}
	}
}

func require(name string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) { p.SchemaAttribute(name).Required = true }
}

func verifyFirst(names ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate = names
	}
}

func recoverBy(names ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.AccountRecoverySetting = &userpool.AccountRecoverySetting{}
		for i, name := range names {
			p.Settings.AccountRecoverySetting.RecoveryMechanisms = append(p.Settings.AccountRecoverySetting.RecoveryMechanisms,
				userpool.RecoveryOption{Priority: i + 1, Name: name})
		}
	}
}

// newAda makes a confirmed user with a verified address, without sending anything.
func newAda(more string) step {
	return step{op: "AdminCreateUser", want: "*",
		body: `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS","UserAttributes":[
			{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}` + more + `]}`}
}

func permanent(name string) step {
	return step{op: "AdminSetUserPassword", body: `{"Username":"` + name + `","Password":"Passw0rd!","Permanent":true}`, want: `{}`}
}

// signUpWithOneAddress signs up n users, user0 and so on, who all say that ada's address
// is theirs, and gives the code that each was sent.
func (b *userBench) signUpWithOneAddress(n int) (codes []string) {
	b.Helper()
	for i := range n {
		b.call("SignUp", fmt.Sprintf(`{"Username":"user%d","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`, i))
		codes = append(codes, b.lastCode())
	}
	return codes
}

// attributesOf is GetUser of ada as step, with the attributes behind sub.
func attributesOf(name, attributes string) step {
	if attributes != "" {
		attributes = "," + attributes
	}
	return step{op: "GetUser", body: `{"AccessToken":"{{token ` + name + `}}"}`,
		want: `{"Username":"` + name + `","UserAttributes":[{"Name":"sub","Value":"SUB"}` + attributes + `]}`}
}

// tries repeats a request up to its cap, sees it and another one refused, and after
// an hour tries that one again.
func tries(most int, op, body, want, last, lastWant string) []step {
	var steps []step
	for range most {
		steps = append(steps, step{op: op, body: body, want: want})
	}
	return append(steps,
		step{op: op, body: body, want: limitExceeded},
		step{op: op, body: last, want: limitExceeded},
		step{after: time.Hour, op: op, body: last, want: lastWant})
}

func repeat(s string, n int) []string {
	return strings.Split(strings.Repeat(s+"\n", n)[:n*(len(s)+1)-1], "\n")
}

const (
	adaVerified   = `{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}`
	adaUnverified = `{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"false"}`
	lovelace      = `{"Name":"email","Value":"lovelace@example.org"}`
	toLovelace    = `{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"l***@e***"}`
	unauthorized  = "NotAuthorizedException: A client attempted to write unauthorized attribute"
	emailTaken    = "AliasExistsException: An account with the given email already exists."

	limitExceeded = "LimitExceededException: Attempt limit exceeded, please try after some time."
	wrongCode     = "CodeMismatchException: Invalid verification code provided, please try again."
	deadCode      = "ExpiredCodeException: Invalid code provided, please request a code again."
	unknownHere   = "UserNotFoundException: Username/client id combination not found."
	unknownUser   = "UserNotFoundException: User does not exist."
	toAda         = `"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"}`
	signUpAda     = `{"Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`
	adaSignedUp   = `{"UserConfirmed":false,"UserSub":"SUB",` + toAda + `}`
)
