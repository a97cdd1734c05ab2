package cognito_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/message"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

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

// attributesOf is GetUser of ada as step, with the attributes behind sub.
func attributesOf(name, attributes string) step {
	if attributes != "" {
		attributes = "," + attributes
	}
	return step{op: "GetUser", body: `{"AccessToken":"{{token ` + name + `}}"}`,
		want: `{"Username":"` + name + `","UserAttributes":[{"Name":"sub","Value":"SUB"}` + attributes + `]}`}
}

const (
	adaVerified   = `{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}`
	adaUnverified = `{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"false"}`
	lovelace      = `{"Name":"email","Value":"lovelace@example.org"}`
	toLovelace    = `{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"l***@e***"}`
	unauthorized  = "NotAuthorizedException: A client attempted to write unauthorized attribute"
	emailTaken    = "AliasExistsException: An account with the given email already exists."
)

func TestUserAttributes(t *testing.T) {
	update := func(attributes, want string) step {
		return step{op: "UpdateUserAttributes", body: `{"AccessToken":"{{token ada}}","UserAttributes":[` + attributes + `]}`, want: want}
	}
	remove := func(names, want string) step {
		return step{op: "DeleteUserAttributes", body: `{"AccessToken":"{{token ada}}","UserAttributeNames":[` + names + `]}`, want: want}
	}
	verify := func(code, want string) step {
		return step{op: "VerifyUserAttribute", body: `{"AccessToken":"{{token ada}}","AttributeName":"email","Code":"` + code + `"}`, want: want}
	}
	updateMail := []string{"EMAIL lovelace@example.org UpdateUserAttribute"}

	for _, tt := range []struct {
		name     string
		setup    []setup
		steps    []step
		messages []string
	}{{
		name: "plain values",
		steps: []step{
			newAda(`,{"Name":"custom:once","Value":"first"}`),
			update(`{"Name":"name","Value":"Ada"},{"Name":"custom:team","Value":"engine"}`, `{}`),
			attributesOf("ada", `{"Name":"custom:once","Value":"first"},{"Name":"custom:team","Value":"engine"},`+adaVerified+`,{"Name":"name","Value":"Ada"}`),
			update(`{"Name":"name","Value":""}`, `{}`),
			remove(`"custom:team"`, `{}`),
			attributesOf("ada", `{"Name":"custom:once","Value":"first"},`+adaVerified),
			update(`{"Name":"custom:once","Value":"second"}`, "InvalidParameterException: user.custom:once: Attribute cannot be updated.\n"),
			update(`{"Name":"custom:foo","Value":"x"}`, "InvalidParameterException: Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n"),
			update(`{"Name":"email","Value":"ada"}`, "InvalidParameterException: Invalid email address format."),
			update(`{"Name":"phone_number","Value":"1"}`, "InvalidParameterException: Invalid phone number format."),
			update(`{"Name":"email_verified","Value":"true"}`, unauthorized),
			update(`{"Name":"sub","Value":"x"}`, unauthorized),
			update(`{"Name":"dev:custom:note","Value":"x"}`, unauthorized),
			remove(`"custom:foo"`, "InvalidParameterException: Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n"),
			remove(`"email_verified"`, unauthorized),
			remove(`"email"`, `{}`),
			attributesOf("ada", `{"Name":"custom:once","Value":"first"}`),
		},
	}, {
		name:  "required attributes stay",
		setup: []setup{require("email")},
		steps: []step{
			newAda(""),
			remove(`"email"`, "InvalidParameterException: Invalid user attributes: user.email: The attribute is required\n"),
			update(`{"Name":"email","Value":""}`, "InvalidParameterException: Invalid user attributes: user.email: The attribute is required\n"),
		},
	}, {
		name: "read and write permissions",
		setup: []setup{func(_ *userpool.Pool, c *userpool.AppClient) {
			c.Settings.ReadAttributes, c.Settings.WriteAttributes = []string{"name", "custom:team"}, []string{"name"}
		}},
		steps: []step{
			newAda(`,{"Name":"name","Value":"Ada"},{"Name":"dev:custom:note","Value":"secret"}`),
			attributesOf("ada", `{"Name":"name","Value":"Ada"}`),
			update(`{"Name":"name","Value":"Countess"}`, `{}`),
			update(`{"Name":"name","Value":"Ada"},{"Name":"custom:team","Value":"x"}`, unauthorized),
			remove(`"email"`, unauthorized),
			verify("123456", unauthorized),
			attributesOf("ada", `{"Name":"name","Value":"Countess"}`),
		},
	}, {
		name: "a new address is unverified at once, and its code verifies it",
		steps: []step{
			newAda(""),
			update(lovelace, `{"CodeDeliveryDetailsList":[`+toLovelace+`]}`),
			attributesOf("ada", lovelace+`,{"Name":"email_verified","Value":"false"}`),
			update(lovelace, `{}`), // the same again changes and sends nothing
			verify("{{wrong}}", wrongCode),
			verify("{{code}}", `{}`),
			attributesOf("ada", lovelace+`,{"Name":"email_verified","Value":"true"}`),
			verify("{{code}}", deadCode),
		},
		messages: updateMail,
	}, {
		name:  "nothing is sent where nothing is verified",
		setup: []setup{autoVerify()},
		steps: []step{
			newAda(""),
			update(lovelace, `{}`),
			attributesOf("ada", lovelace+`,{"Name":"email_verified","Value":"false"}`),
		},
	}, {
		name:  "an address that waits for its code leaves the old one as it is",
		setup: []setup{verifyFirst("email"), aliases("email")},
		steps: []step{
			newAda(""),
			update(lovelace, `{"CodeDeliveryDetailsList":[`+toLovelace+`]}`),
			attributesOf("ada", adaVerified),
			{op: "AdminSetUserPassword", body: `{"Username":"ada@example.org","Password":"Passw0rd!"}`, want: `{}`},
			{op: "AdminSetUserPassword", body: `{"Username":"lovelace@example.org","Password":"Passw0rd!"}`, want: unknownUser},
			verify("{{code}}", `{}`),
			attributesOf("ada", lovelace+`,{"Name":"email_verified","Value":"true"}`),
			{op: "AdminSetUserPassword", body: `{"Username":"lovelace@example.org","Password":"Passw0rd!"}`, want: `{}`},
			{op: "AdminSetUserPassword", body: `{"Username":"ada@example.org","Password":"Passw0rd!"}`, want: unknownUser},
		},
		messages: updateMail,
	}, {
		name:  "a waiting address is replaced by the next one, and its code dies",
		setup: []setup{verifyFirst("email")},
		steps: []step{
			newAda(""),
			update(lovelace, `{"CodeDeliveryDetailsList":[`+toLovelace+`]}`),
			update(`{"Name":"email","Value":"king@example.org"}`, `{"CodeDeliveryDetailsList":[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"k***@e***"}]}`),
			verify("{{code}}", `{}`),
			attributesOf("ada", `{"Name":"email","Value":"king@example.org"},{"Name":"email_verified","Value":"true"}`),
		},
		messages: append(updateMail[:1:1], "EMAIL king@example.org UpdateUserAttribute"),
	}, {
		name:  "going back to the present address cancels the waiting one",
		setup: []setup{verifyFirst("email")},
		steps: []step{
			newAda(""),
			update(lovelace, `{"CodeDeliveryDetailsList":[`+toLovelace+`]}`),
			update(`{"Name":"email","Value":"ada@example.org"}`, `{}`),
			verify("{{code}}", deadCode),
			attributesOf("ada", adaVerified),
		},
		messages: updateMail,
	}, {
		name: "a code on request",
		steps: []step{
			newAda(""),
			{op: "GetUserAttributeVerificationCode", body: `{"AccessToken":"{{token ada}}","AttributeName":"email"}`, want: `{` + toAda + `}`},
			verify("{{code}}", `{}`),
			{op: "GetUserAttributeVerificationCode", body: `{"AccessToken":"{{token ada}}","AttributeName":"name"}`,
				want: "InvalidParameterException: Only the attributes email and phone_number can be verified."},
			{op: "GetUserAttributeVerificationCode", body: `{"AccessToken":"{{token ada}}","AttributeName":"phone_number"}`,
				want: "InvalidParameterException: User does not have a value for the attribute phone_number."},
			{op: "VerifyUserAttribute", body: `{"AccessToken":"{{token ada}}","AttributeName":"name","Code":"123456"}`,
				want: "InvalidParameterException: Only the attributes email and phone_number can be verified."},
			{op: "GetUserAttributeVerificationCode", body: `{"AccessToken":"{{token ada}}","AttributeName":"email"}`, want: `{` + toAda + `}`},
			{after: 24 * time.Hour, op: "VerifyUserAttribute", body: `{"AccessToken":"{{token ada}}","AttributeName":"email","Code":"{{code}}"}`, want: deadCode},
		},
		messages: repeat("EMAIL ada@example.org VerifyUserAttribute", 2),
	}, {
		name: "five codes an hour",
		steps: append([]step{newAda("")}, tries(5, "GetUserAttributeVerificationCode", `{"AccessToken":"{{token ada}}","AttributeName":"email"}`, `{`+toAda+`}`,
			`{"AccessToken":"{{token ada}}","AttributeName":"email"}`, `{`+toAda+`}`)...),
		messages: repeat("EMAIL ada@example.org VerifyUserAttribute", 6),
	}, {
		name: "fifteen tries an hour",
		steps: append([]step{newAda(""), {op: "GetUserAttributeVerificationCode", body: `{"AccessToken":"{{token ada}}","AttributeName":"email"}`, want: `{` + toAda + `}`}},
			tries(15, "VerifyUserAttribute", `{"AccessToken":"{{token ada}}","AttributeName":"email","Code":"{{wrong}}"}`, wrongCode,
				`{"AccessToken":"{{token ada}}","AttributeName":"email","Code":"{{code}}"}`, `{}`)...),
		messages: repeat("EMAIL ada@example.org VerifyUserAttribute", 1),
	}, {
		name:  "an alias that another user has verified",
		setup: []setup{aliases("email", "preferred_username")},
		steps: []step{
			newAda(""),
			{op: "AdminCreateUser", body: `{"Username":"bob","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS","UserAttributes":[` + lovelace + `,{"Name":"email_verified","Value":"true"}]}`, want: "*"},
			update(lovelace, `{"CodeDeliveryDetailsList":[`+toLovelace+`]}`),
			verify("{{code}}", emailTaken),
			verify("{{code}}", emailTaken), // the code is still there
			{op: "AdminDeleteUser", body: `{"Username":"bob"}`, want: ``},
			verify("{{code}}", `{}`),
			update(`{"Name":"preferred_username","Value":"countess"}`, `{}`),
			{op: "AdminCreateUser", body: `{"Username":"eve","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`, want: "*"},
			{op: "UpdateUserAttributes", body: `{"AccessToken":"{{token eve}}","UserAttributes":[{"Name":"preferred_username","Value":"countess"}]}`,
				want: "AliasExistsException: An account with the given preferred_username already exists."},
		},
		messages: updateMail,
	}, {
		name:  "a username that is an address moves, but not to a taken one, and can't go",
		setup: []setup{usernames("email"), autoVerify()},
		steps: []step{
			{op: "SignUp", body: `{"Username":"ada@example.org","Password":"Passw0rd!"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: `{"Username":"bob@example.org","Password":"Passw0rd!"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "UpdateUserAttributes", body: `{"AccessToken":"{{token ada@example.org}}","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`, want: emailTaken},
			{op: "DeleteUserAttributes", body: `{"AccessToken":"{{token ada@example.org}}","UserAttributeNames":["email"]}`,
				want: "InvalidParameterException: user.email: Attribute cannot be deleted.\n"},
			{op: "UpdateUserAttributes", body: `{"AccessToken":"{{token ada@example.org}}","UserAttributes":[` + lovelace + `]}`, want: `{}`},
			{op: "AdminConfirmSignUp", body: `{"Username":"ada@example.org"}`, want: unknownUser},
			{op: "AdminConfirmSignUp", body: `{"Username":"lovelace@example.org"}`, want: `{}`},
		},
	}, {
		name: "tokens of users who are gone",
		steps: []step{
			newAda(""),
			{op: "DeleteUser", body: `{"AccessToken":"{{token ada}}"}`, want: ``},
			{op: "GetUser", body: `{"AccessToken":"{{token ada}}"}`, want: unknownUser},
			newAda(""), // the name is free again
		},
	}} {
		t.Run(tt.name, func(t *testing.T) { newUserBench(t, tt.setup...).run(tt.steps, tt.messages) })
	}
}

func TestChangePassword(t *testing.T) {
	change := func(previous, proposed, want string) step {
		return step{op: "ChangePassword", body: `{"AccessToken":"{{token ada}}","PreviousPassword":"` + previous + `","ProposedPassword":"` + proposed + `"}`, want: want}
	}
	const incorrect = "NotAuthorizedException: Incorrect username or password."
	for _, tt := range []struct {
		name  string
		steps []step
		now   string // the password afterwards
	}{
		{"replaced", []step{newAda(""), change("Passw0rd!", "Passw0rd?", `{}`)}, "Passw0rd?"},
		{"wrong previous", []step{newAda(""), change("Passw0rd.", "Passw0rd?", incorrect)}, "Passw0rd!"},
		{"no previous", []step{newAda(""), {op: "ChangePassword", body: `{"AccessToken":"{{token ada}}","ProposedPassword":"Passw0rd?"}`,
			want: "InvalidParameterException: Missing required parameter PreviousPassword"}}, "Passw0rd!"},
		{"policy", []step{newAda(""), change("Passw0rd!", "Passw0rd", "InvalidPasswordException: Password does not conform to policy: Password must have symbol characters")}, "Passw0rd!"},
		{"five an hour, right ones too", []step{newAda(""),
			change("Passw0rd.", "Passw0rd?", incorrect), change("Passw0rd.", "Passw0rd?", incorrect), change("Passw0rd.", "Passw0rd?", incorrect),
			change("Passw0rd.", "Passw0rd?", incorrect), change("Passw0rd!", "Passw0rd?", `{}`), change("Passw0rd?", "Passw0rd+", limitExceeded)}, "Passw0rd?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t)
			b.run(tt.steps, nil)
			if !b.hasPassword("ada", tt.now) {
				t.Errorf("the password is not %q", tt.now)
			}
		})
	}
}

// TestChangePasswordTooLate has a user who was read before another request changed
// the password.
func TestChangePasswordTooLate(t *testing.T) {
	b := newUserBench(t)
	b.check(newAda(""))
	before := b.user("ada")
	b.check(step{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd+"}`, want: `{}`})
	err := b.srv.Accounts.ChangePassword(t.Context(), b.pool, &userpool.AppClient{}, before, "Passw0rd!", "Passw0rd?")
	if !fault.Is(err, fault.NotAuthorized) || !b.hasPassword("ada", "Passw0rd+") {
		t.Errorf("the old password still changes it: %v", err)
	}
}

// TestChangePasswordAtOnce has many guesses at once: only five are judged, so the
// right one among the others tells nothing.
func TestChangePasswordAtOnce(t *testing.T) {
	b := newUserBench(t)
	b.check(newAda(""))
	var mu sync.Mutex
	count := map[string]int{}
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			a := b.call("ChangePassword", `{"AccessToken":"{{token ada}}","PreviousPassword":"Passw0rd.","ProposedPassword":"Passw0rd?"}`)
			mu.Lock()
			defer mu.Unlock()
			count[a]++
		})
	}
	wg.Wait()
	if count["NotAuthorizedException: Incorrect username or password."] != 5 || count[limitExceeded] != 25 {
		t.Errorf("answers: %v", count)
	}
}

func TestForgotPassword(t *testing.T) {
	forgot := func(want string) step { return step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: want} }
	confirm := func(code, password, want string) step {
		return step{op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"` + code + `","Password":"` + password + `"}`, want: want}
	}
	const (
		noContact   = "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"
		wrongState  = "NotAuthorizedException: User password cannot be reset in the current state."
		phone       = `,{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`
		toPhone     = `{"CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`
		resetMail   = "EMAIL ada@example.org ForgotPassword"
		resetSMS    = "SMS +15551234567 ForgotPassword"
		oldPassword = "Passw0rd!"
		newPassword = "Passw0rd?"
	)
	for _, tt := range []struct {
		name     string
		setup    []setup
		steps    []step
		messages []string
		password string // of ada afterwards; "" is not asked
	}{{
		name: "replaced by the code, which works once",
		steps: []step{
			newAda(""), permanent("ada"), forgot(`{` + toAda + `}`),
			confirm("{{wrong}}", newPassword, wrongCode),
			confirm("{{code}}", newPassword, `{}`),
			confirm("{{code}}", oldPassword, deadCode),
		},
		messages: []string{resetMail}, password: newPassword,
	}, {
		name:     "the old password works until then",
		steps:    []step{newAda(""), permanent("ada"), forgot(`{` + toAda + `}`)},
		messages: []string{resetMail}, password: oldPassword,
	}, {
		name: "the code dies after an hour",
		steps: []step{newAda(""), permanent("ada"), forgot(`{` + toAda + `}`),
			{after: time.Hour, op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"{{code}}","Password":"Passw0rd?"}`, want: deadCode}},
		messages: []string{resetMail}, password: oldPassword,
	}, {
		name: "what is refused",
		steps: []step{
			{op: "ForgotPassword", body: `{"Username":"nobody"}`, want: unknownHere},
			{op: "ConfirmForgotPassword", body: `{"Username":"nobody","ConfirmationCode":"123456","Password":"Passw0rd!"}`, want: unknownHere},
			newAda(""), forgot(wrongState), permanent("ada"),
			confirm("123456", newPassword, deadCode),
			confirm("123456", "Passw0rd", "InvalidPasswordException: Password does not conform to policy: Password must have symbol characters"),
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			forgot("NotAuthorizedException: User is disabled."),
			{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`},
			forgot(noContact),
			{op: "AdminDisableProviderForUser", want: `{}`,
				body: `{"User":{"ProviderName":"Cognito","ProviderAttributeName":"Cognito_Subject","ProviderAttributeValue":"ada"}}`},
			forgot(wrongState), // EXTERNAL_PROVIDER
		},
	}, {
		name:  "only an administrator helps",
		setup: []setup{recoverBy("admin_only")},
		steps: []step{newAda(""), permanent("ada"), forgot("NotAuthorizedException: Contact administrator to reset password."),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: "NotAuthorizedException: Contact administrator to reset password."}},
	}, {
		name:     "by priority",
		setup:    []setup{recoverBy("verified_phone_number", "verified_email")},
		steps:    []step{newAda(phone), permanent("ada"), forgot(toPhone)},
		messages: []string{resetSMS},
	}, {
		name:     "the next channel when the first is not the user's",
		setup:    []setup{recoverBy("verified_phone_number", "verified_email")},
		steps:    []step{newAda(""), permanent("ada"), forgot(`{` + toAda + `}`)},
		messages: []string{resetMail},
	}, {
		name:     "the phone first without a setting",
		setup:    []setup{func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AccountRecoverySetting = nil }},
		steps:    []step{newAda(phone), permanent("ada"), forgot(toPhone)},
		messages: []string{resetSMS},
	}, {
		name: "an unconfirmed user with a verified address is confirmed by it",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			forgot(noContact),
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"true"}]}`, want: `{}`},
			forgot(`{` + toAda + `}`),
			confirm("{{code}}", newPassword, `{}`),
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"},
		},
		messages: []string{"EMAIL ada@example.org SignUp", resetMail}, password: newPassword,
	}, {
		name: "a code for an address that is no longer the user's",
		steps: []step{
			newAda(""), permanent("ada"), forgot(`{` + toAda + `}`),
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[` + lovelace + `,{"Name":"email_verified","Value":"true"}]}`, want: `{}`},
			confirm("{{code}}", newPassword, deadCode),
		},
		messages: []string{resetMail}, password: oldPassword,
	}, {
		name:     "twenty requests and tries together an hour",
		steps:    append([]step{newAda(""), permanent("ada")}, tries(20, "ForgotPassword", `{"Username":"ada"}`, `{`+toAda+`}`, `{"Username":"ada"}`, `{`+toAda+`}`)...),
		messages: repeat(resetMail, 21),
	}, {
		name: "an administrator's reset",
		steps: []step{
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: unknownUser},
			newAda(""),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: wrongState},
			permanent("ada"),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: `{}`}, // again
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is RESET_REQUIRED"},
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User is disabled."},
			{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
			confirm("{{code}}", newPassword, `{}`),
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`},
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: noContact},
		},
		messages: []string{resetMail, resetMail}, password: newPassword,
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, tt.setup...)
			b.run(tt.steps, tt.messages)
			if tt.password != "" && !b.hasPassword("ada", tt.password) {
				t.Errorf("the password is not %q", tt.password)
			}
		})
	}
}

type brokenTransport struct{}

func (brokenTransport) Send(context.Context, message.Message) error { return errors.New("no postman") }

// TestDeliveryFails has operations whose message can't be sent: what they did
// stands, and those that have the exception say so.
func TestDeliveryFails(t *testing.T) {
	const mail = "CodeDeliveryFailureException: Invalid email provided/Unable to send the email"
	for _, tt := range []struct {
		op, body, want string
	}{
		{"SignUp", `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`, mail},
		{"ForgotPassword", `{"Username":"ada"}`, mail},
		{"UpdateUserAttributes", `{"AccessToken":"{{token ada}}","UserAttributes":[` + lovelace + `]}`, mail},
		{"GetUserAttributeVerificationCode", `{"AccessToken":"{{token ada}}","AttributeName":"email"}`, mail},
		{"AdminCreateUser", `{"Username":"bob","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`, mail},
		{"AdminCreateUser", `{"Username":"bob","UserAttributes":[{"Name":"phone_number","Value":"+15551234567"}]}`,
			"CodeDeliveryFailureException: Invalid phone number provided/Unable to send the SMS"},
		{"AdminResetUserPassword", `{"Username":"ada"}`, `{}`},
		{"AdminUpdateUserAttributes", `{"Username":"ada","UserAttributes":[` + lovelace + `]}`, `{}`},
	} {
		t.Run(tt.op, func(t *testing.T) {
			b := newUserBench(t)
			b.check(newAda(""))
			b.check(permanent("ada"))
			b.srv.Accounts.Messages.Email, b.srv.Accounts.Messages.SMS = brokenTransport{}, nil
			b.check(step{op: tt.op, body: tt.body, want: tt.want})
			if strings.Contains(tt.body, "bob") {
				b.user("bob")
			}
			b.checkLog()
			if !strings.Contains(b.log.String(), "message not delivered") {
				t.Errorf("the log is silent: %s", b.log)
			}
		})
	}
}

// TestOneOfTwoDeliveriesFails: the code that can be sent is sent, and its address can be
// verified.
func TestOneOfTwoDeliveriesFails(t *testing.T) {
	b := newUserBench(t, autoVerify("email", "phone_number"))
	b.check(newAda(""))
	b.srv.Accounts.Messages.Email = brokenTransport{}
	b.run([]step{
		{op: "UpdateUserAttributes", body: `{"AccessToken":"{{token ada}}","UserAttributes":[` + lovelace + `,{"Name":"phone_number","Value":"+15551234567"}]}`,
			want: "CodeDeliveryFailureException: Invalid email provided/Unable to send the email"},
		{op: "VerifyUserAttribute", body: `{"AccessToken":"{{token ada}}","AttributeName":"phone_number","Code":"{{code}}"}`, want: `{}`},
	}, []string{"SMS +15551234567 UpdateUserAttribute"})
}

// TestEndOfGrants has what ends a user's grants.
func TestEndOfGrants(t *testing.T) {
	for _, tt := range []struct {
		op, body string
		alive    bool
	}{
		{"AdminDisableUser", `{"Username":"ada"}`, false},
		{"AdminDeleteUser", `{"Username":"ada"}`, false},
		{"DeleteUser", `{"AccessToken":"{{token ada}}"}`, false},
		{"ChangePassword", `{"AccessToken":"{{token ada}}","PreviousPassword":"Passw0rd!","ProposedPassword":"Passw0rd?"}`, true},
		{"AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd?"}`, true},
		{"AdminEnableUser", `{"Username":"ada"}`, true},
	} {
		t.Run(tt.op, func(t *testing.T) {
			b := newUserBench(t)
			b.check(newAda(""))
			grant := store.Grant{PoolID: benchPool, ID: "g", UserID: b.user("ada").ID, ClientID: benchClient,
				AuthTime: b.clock(), ExpiresAt: b.clock().Add(time.Hour)}
			if err := b.store.Write(t.Context(), func(tx store.Tx) error { return tx.CreateGrant(t.Context(), grant, nil) }); err != nil {
				t.Fatal(err)
			}
			b.call(tt.op, tt.body)
			_, _, err := b.store.GrantUser(t.Context(), benchPool, "g")
			if alive := err == nil; alive != tt.alive || err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("grant alive: %t (%v), want %t", alive, err, tt.alive)
			}
		})
	}
}

// TestRehash has a server that kept verifiers and now keeps hashes.
func TestRehash(t *testing.T) {
	b := newUserBench(t)
	b.check(newAda(""))
	before := b.user("ada")
	b.srv.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	b.advance(time.Hour)
	if !b.hasPassword("ada", "Passw0rd!") || b.hasPassword("ada", "Passw0rd?") {
		t.Fatal("a verifier is not checked by a server that keeps hashes")
	}
	if err := b.srv.Accounts.Rehash(t.Context(), b.pool, before, "Passw0rd!"); err != nil {
		t.Fatal(err)
	}
	after := b.user("ada")
	if after.Credential.Hash == "" || after.Credential.Verifier != nil || !after.Credential.SetAt.Equal(before.Credential.SetAt) {
		t.Errorf("credential after: %+v", after.Credential)
	}
	if !b.hasPassword("ada", "Passw0rd!") || b.hasPassword("ada", "Passw0rd?") {
		t.Error("the hash is of another password")
	}
	if b.srv.Accounts.Passwords.Outdated(after.Credential) {
		t.Error("a fresh hash is outdated")
	}
}
