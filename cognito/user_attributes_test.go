package cognito_test

import (
	"testing"
	"time"

	"idpond/internal/userpool"
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

	runScenes(t, []scene{{
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
	}})
}
