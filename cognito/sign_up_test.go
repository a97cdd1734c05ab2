package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

func TestSignUp(t *testing.T) {
	runScenes(t, []scene{{
		name: "confirmed by the code",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{wrong}}"}`, want: wrongCode},
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`, want: `{}`},
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`,
				want: "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"},
			{op: "AdminGetUser", body: `{"Username":"ada"}`, want: `{"Username":"ada","Enabled":true,"UserStatus":"CONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[
				{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}]}`},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name: "the code dies after a day",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{after: 24 * time.Hour, op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`, want: deadCode},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name: "a resent code replaces the first",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "ResendConfirmationCode", body: `{"Username":"ada"}`, want: `{` + toAda + `}`},
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`, want: `{}`},
			{op: "ResendConfirmationCode", body: `{"Username":"ada"}`, want: "InvalidParameterException: User is already confirmed."},
		},
		messages: []string{"EMAIL ada@example.org SignUp", "EMAIL ada@example.org ResendCode"},
	}, {
		name:  "the phone comes before the e-mail, and the other way round nothing is sent",
		setup: []setup{autoVerify("email", "phone_number")},
		steps: []step{
			{op: "SignUp", body: `{"Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"},{"Name":"phone_number","Value":"+15551234567"}]}`,
				want: `{"UserConfirmed":false,"UserSub":"SUB","CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "ResendConfirmationCode", body: `{"Username":"bob"}`, want: "NotAuthorizedException: Cannot resend codes. Auto verification not turned on."},
		},
		messages: []string{"SMS +15551234567 SignUp"},
	}, {
		name: "the code of an address that was replaced confirms, and verifies nothing",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email","Value":"lovelace@example.org"},{"Name":"email_verified","Value":"true"}]}`, want: `{}`},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`},
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`, want: `{}`},
			{op: "GetUser", body: `{"AccessToken":"{{token ada}}"}`, want: `{"Username":"ada","UserAttributes":[
				{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"lovelace@example.org"},{"Name":"email_verified","Value":"false"}]}`},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name: "what is refused",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "SignUp", body: signUpAda, want: "UsernameExistsException: User already exists"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Pass"}`, want: "InvalidPasswordException: Password did not conform with policy: Password not long enough"},
			{op: "SignUp", body: `{"Username":"bob","Password":"PASSW0RD!"}`, want: "InvalidPasswordException: Password did not conform with policy: Password must have lowercase characters"},
			{op: "SignUp", body: `{"Username":"bob","Password":"passw0rd!"}`, want: "InvalidPasswordException: Password did not conform with policy: Password must have uppercase characters"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Password!"}`, want: "InvalidPasswordException: Password did not conform with policy: Password must have numeric characters"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rds"}`, want: "InvalidPasswordException: Password did not conform with policy: Password must have symbol characters"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Pass\u0001w0rd!"}`, want: "InvalidPasswordException: Password did not conform with policy: Password must not have control characters"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Pass\tw0rd!"}`,
				want: "InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+"},
			{op: "SignUp", body: `{"Username":"bob"}`, want: "InvalidParameterException: User is required to have a password"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"bob"}]}`, want: "InvalidParameterException: Invalid email address format."},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"phone_number","Value":"555"}]}`, want: "InvalidParameterException: Invalid phone number format."},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"custom:foo","Value":"x"}]}`,
				want: "InvalidParameterException: Attributes did not conform to the schema: custom:foo: Attribute does not exist in the schema.\n"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"email_verified","Value":"true"}]}`,
				want: "NotAuthorizedException: A client attempted to write unauthorized attribute"},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"dev:custom:note","Value":"x"}]}`,
				want: "NotAuthorizedException: A client attempted to write unauthorized attribute"},
			{op: "SignUp", body: `{"ClientId":"nobody","Username":"bob","Password":"Passw0rd!"}`, want: "ResourceNotFoundException: User pool client nobody does not exist."},
			{op: "ConfirmSignUp", body: `{"Username":"bob","ConfirmationCode":"123456"}`, want: unknownHere},
			{op: "ResendConfirmationCode", body: `{"Username":"bob"}`, want: unknownHere},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name:  "required attributes",
		setup: []setup{require("email"), require("name")},
		steps: []step{
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!"}`,
				want: "InvalidParameterException: Attributes did not conform to the schema: email: The attribute is required\nname: The attribute is required\n"},
		},
	}, {
		name: "only administrators may create users",
		setup: []setup{func(p *userpool.Pool, _ *userpool.AppClient) {
			p.Settings.AdminCreateUserConfig.AllowAdminCreateUserOnly = true
		}},
		steps: []step{{op: "SignUp", body: signUpAda, want: "NotAuthorizedException: SignUp is not permitted for this user pool"}},
	}, {
		name:  "write permissions",
		setup: []setup{func(_ *userpool.Pool, c *userpool.AppClient) { c.Settings.WriteAttributes = []string{"email"} }},
		steps: []step{
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","UserAttributes":[{"Name":"name","Value":"Bob"}]}`,
				want: "NotAuthorizedException: A client attempted to write unauthorized attribute"},
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name:  "a secret hash, of either secret",
		setup: []setup{withSecrets("first", "second")},
		steps: []step{
			{op: "SignUp", body: signUpAda, want: "NotAuthorizedException: Client benchclient is configured with secret but SECRET_HASH was not received"},
			{op: "SignUp", body: `{"Username":"ada","Password":"Passw0rd!","SecretHash":"{{hash bob}}"}`, want: "NotAuthorizedException: Unable to verify secret hash for client benchclient"},
			{op: "SignUp", body: `{"Username":"ada","Password":"Passw0rd!","SecretHash":"{{hash ada}}"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: `{"Username":"bob","Password":"Passw0rd!","SecretHash":"+35TDFLGoT16E2ZTFyWkqxM3GCqnse6wQ82O//6M1Dk="}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"123456","SecretHash":"{{hash bob}}"}`, want: "NotAuthorizedException: Unable to verify secret hash for client benchclient"},
			{op: "ResendConfirmationCode", body: `{"Username":"ada"}`, want: "NotAuthorizedException: Client benchclient is configured with secret but SECRET_HASH was not received"},
			{op: "ForgotPassword", body: `{"Username":"ada"}`, want: "NotAuthorizedException: Client benchclient is configured with secret but SECRET_HASH was not received"},
			{op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"123456","Password":"Passw0rd!"}`, want: "NotAuthorizedException: Client benchclient is configured with secret but SECRET_HASH was not received"},
		},
	}, {
		name:  "a secret hash that nobody asked for",
		steps: []step{{op: "SignUp", body: `{"Username":"ada","Password":"Passw0rd!","SecretHash":"abcd"}`, want: "NotAuthorizedException: Unable to verify secret hash for client benchclient"}},
	}, {
		name:  "case is ignored where the pool says so",
		setup: []setup{ignoreCase},
		steps: []step{
			{op: "SignUp", body: `{"Username":"Ada","Password":"Passw0rd!"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: `{"Username":"ADA","Password":"Passw0rd!"}`, want: "UsernameExistsException: User already exists"},
			{op: "AdminGetUser", body: `{"Username":"aDA"}`, want: `{"Username":"ada","Enabled":true,"UserStatus":"UNCONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[{"Name":"sub","Value":"SUB"}]}`},
		},
	}, {
		name: "and minded elsewhere",
		steps: []step{
			{op: "SignUp", body: `{"Username":"Ada","Password":"Passw0rd!"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: `{"Username":"ADA","Password":"Passw0rd!"}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
		},
	}, {
		name:     "fifteen tries an hour",
		steps:    append([]step{{op: "SignUp", body: signUpAda, want: adaSignedUp}}, tries(15, "ConfirmSignUp", `{"Username":"ada","ConfirmationCode":"{{wrong}}"}`, wrongCode, `{"Username":"ada","ConfirmationCode":"{{code}}"}`, `{}`)...),
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name: "five resent codes an hour",
		steps: append([]step{{op: "SignUp", body: signUpAda, want: adaSignedUp}},
			tries(5, "ResendConfirmationCode", `{"Username":"ada"}`, `{`+toAda+`}`, `{"Username":"ada"}`, `{`+toAda+`}`)...),
		messages: append([]string{"EMAIL ada@example.org SignUp"}, repeat("EMAIL ada@example.org ResendCode", 6)...),
	}})
}

func TestSignUpNames(t *testing.T) {
	grace := func(name string) string {
		return `{"Username":"` + name + `","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"grace@example.org"}]}`
	}
	const toGrace = `{"UserConfirmed":false,"UserSub":"SUB","CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"g***@e***"}}`
	toBoth := []string{"EMAIL grace@example.org SignUp", "EMAIL grace@example.org SignUp"}
	byEmail := func(name string) string { return `{"Username":"` + name + `","Password":"Passw0rd!"}` }

	runScenes(t, []scene{{
		name:  "two may give the same address, one may have it as alias",
		setup: []setup{aliases("email")},
		steps: []step{
			{op: "SignUp", body: grace("one"), want: toGrace},
			{op: "ConfirmSignUp", body: `{"Username":"grace@example.org","ConfirmationCode":"{{code}}"}`, want: unknownHere},
			{op: "ConfirmSignUp", body: `{"Username":"one","ConfirmationCode":"{{code}}"}`, want: `{}`},
			{op: "SignUp", body: grace("two"), want: toGrace},
			{op: "ConfirmSignUp", body: `{"Username":"two","ConfirmationCode":"{{code}}"}`, want: "AliasExistsException: An account with the given email already exists."},
			{op: "ConfirmSignUp", body: `{"Username":"two","ConfirmationCode":"{{code}}","ForceAliasCreation":false}`, want: "AliasExistsException: An account with the given email already exists."},
			{op: "AdminGetUser", body: `{"Username":"grace@example.org"}`, want: `{"Username":"one","Enabled":true,"UserStatus":"CONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[
				{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"grace@example.org"},{"Name":"email_verified","Value":"true"}]}`},
			{op: "ConfirmSignUp", body: `{"Username":"two","ConfirmationCode":"{{code}}","ForceAliasCreation":true}`, want: `{}`},
			{op: "AdminGetUser", body: `{"Username":"grace@example.org"}`, want: `{"Username":"two","Enabled":true,"UserStatus":"CONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[
				{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"grace@example.org"},{"Name":"email_verified","Value":"true"}]}`},
			{op: "AdminGetUser", body: `{"Username":"one"}`, want: `{"Username":"one","Enabled":true,"UserStatus":"CONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[
				{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"grace@example.org"},{"Name":"email_verified","Value":"false"}]}`},
		},
		messages: toBoth,
	}, {
		name:  "alias pools refuse usernames that look like an alias",
		setup: []setup{aliases("email", "phone_number", "preferred_username")},
		steps: []step{
			{op: "SignUp", body: byEmail("grace@example.org"), want: "InvalidParameterException: Username cannot be of email format, since user pool is configured for email alias."},
			{op: "SignUp", body: byEmail("+15551234567"), want: "InvalidParameterException: Username cannot be of phone number format, since user pool is configured for phone number alias."},
			{op: "SignUp", body: `{"Username":"grace","Password":"Passw0rd!","UserAttributes":[{"Name":"preferred_username","Value":"amazing"}]}`,
				want: "InvalidParameterException: preferred_username is an alias of this user pool and can be set only after the user is confirmed."},
		},
	}, {
		name:  "nobody's alias is free as a username, which would stand before it",
		setup: []setup{aliases("preferred_username"), require("preferred_username")},
		steps: []step{
			{op: "SignUp", body: `{"Username":"grace","Password":"Passw0rd!","UserAttributes":[{"Name":"preferred_username","Value":"amazing"}]}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: `{"Username":"amazing","Password":"Passw0rd!","UserAttributes":[{"Name":"preferred_username","Value":"ada"}]}`, want: "UsernameExistsException: User already exists"},
			{op: "AdminCreateUser", body: `{"Username":"amazing","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!"}`, want: "UsernameExistsException: User account already exists"},
		},
	}, {
		name:  "a preferred_username that the pool requires is an alias at once, and unique",
		setup: []setup{aliases("preferred_username"), require("preferred_username")},
		steps: []step{
			{op: "SignUp", body: `{"Username":"grace","Password":"Passw0rd!","UserAttributes":[{"Name":"preferred_username","Value":"amazing"}]}`, want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: `{"Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"preferred_username","Value":"amazing"}]}`,
				want: "UsernameExistsException: An account with the given preferred_username already exists."},
			{op: "AdminConfirmSignUp", body: `{"Username":"amazing"}`, want: `{}`},
		},
	}, {
		name:  "the username is an e-mail",
		setup: []setup{usernames("email")},
		steps: []step{
			{op: "SignUp", body: byEmail("grace"), want: "InvalidParameterException: Username should be an email."},
			{op: "SignUp", body: `{"Username":"grace@example.org","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`,
				want: "InvalidParameterException: The attribute email does not match the username."},
			{op: "SignUp", body: byEmail("grace@example.org"), want: toGrace},
			{op: "SignUp", body: byEmail("grace@example.org"), want: "UsernameExistsException: An account with the given email already exists."},
			{op: "SignUp", body: byEmail("Grace@example.org"), want: strings.Replace(toGrace, "g***", "G***", 1)},
			{op: "AdminGetUser", body: `{"Username":"grace@example.org"}`, want: `{"Username":"SUB","Enabled":true,"UserStatus":"UNCONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[
				{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"grace@example.org"},{"Name":"email_verified","Value":"false"}]}`},
		},
		messages: []string{"EMAIL grace@example.org SignUp", "EMAIL Grace@example.org SignUp"},
	}, {
		name:  "the username is an e-mail, whatever its case",
		setup: []setup{usernames("email"), ignoreCase},
		steps: []step{
			{op: "SignUp", body: byEmail("grace@example.org"), want: toGrace},
			{op: "SignUp", body: byEmail("GRACE@example.org"), want: "UsernameExistsException: An account with the given email already exists."},
			{op: "ConfirmSignUp", body: `{"Username":"GRACE@EXAMPLE.ORG","ConfirmationCode":"{{code}}"}`, want: `{}`},
		},
		messages: toBoth[:1],
	}, {
		name:  "the username is a phone number",
		setup: []setup{usernames("phone_number"), autoVerify("phone_number")},
		steps: []step{
			{op: "SignUp", body: byEmail("grace@example.org"), want: "InvalidParameterException: Username should be a phone number."},
			{op: "SignUp", body: byEmail("+15551234567"), want: `{"UserConfirmed":false,"UserSub":"SUB","CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`},
			{op: "SignUp", body: byEmail("+15551234567"), want: "UsernameExistsException: An account with the given phone_number already exists."},
		},
		messages: []string{"SMS +15551234567 SignUp"},
	}, {
		name:  "the username is either",
		setup: []setup{usernames("email", "phone_number"), autoVerify()},
		steps: []step{
			{op: "SignUp", body: byEmail("grace"), want: "InvalidParameterException: Username should be either an email or a phone number."},
			{op: "SignUp", body: byEmail("+15551234567"), want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: byEmail("grace@example.org"), want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
		},
	}, {
		name: "nobody hides behind another's sub",
		steps: []step{
			{op: "SignUp", body: byEmail("grace"), want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "SignUp", body: byEmail("{{sub grace}}"), want: `{"UserConfirmed":false,"UserSub":"SUB"}`},
			{op: "AdminGetUser", body: `{"Username":"{{sub grace}}"}`, want: `{"Username":"grace","Enabled":true,"UserStatus":"UNCONFIRMED",
				"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"UserAttributes":[{"Name":"sub","Value":"SUB"}]}`},
		},
	}})
}

// TestCodeIsBound has a kept code that somebody moved, in the database, to another
// user or to another use.
func TestCodeIsBound(t *testing.T) {
	for _, tt := range []struct {
		name string
		move func(c *store.Code, bob string)
		step step
	}{
		{"as it was", func(*store.Code, string) {}, step{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`, want: `{}`}},
		{"to another user", func(c *store.Code, bob string) { c.UserID = bob },
			step{op: "ConfirmSignUp", body: `{"Username":"bob","ConfirmationCode":"{{code}}"}`, want: wrongCode}},
		{"to another use", func(c *store.Code, _ string) { c.Kind = store.CodeResetPassword },
			step{op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"{{code}}","Password":"Passw0rd!"}`, want: wrongCode}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t)
			b.call("SignUp", `{"Username":"bob","Password":"Passw0rd!"}`)
			b.call("SignUp", signUpAda)
			ada, bob := b.user("ada"), b.user("bob")
			err := b.store.Write(t.Context(), func(tx store.Tx) error {
				c, err := tx.Code(t.Context(), benchPool, ada.ID, store.CodeSignUp)
				if err != nil {
					return err
				}
				if strings.Contains(fmt.Sprintf("%s", c.Hash), b.lastCode()) {
					t.Error("the code is kept as it is")
				}
				tt.move(c, bob.ID)
				return tx.PutCode(t.Context(), *c)
			})
			if err != nil {
				t.Fatal(err)
			}
			b.check(tt.step)
		})
	}
}
