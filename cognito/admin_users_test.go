package cognito_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

func firstFactors(names ...string) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = names
	}
}

// createdUser is AdminCreateUser's answer for a user with these attributes behind sub.
func createdUser(name, status, attributes string) string {
	if attributes != "" {
		attributes = "," + attributes
	}
	return `{"User":{"Username":"` + name + `","Enabled":true,"UserStatus":"` + status + `",
		"UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"Attributes":[{"Name":"sub","Value":"SUB"}` + attributes + `]}}`
}

func TestAdminCreateUser(t *testing.T) {
	const (
		invalidPassword = "InvalidPasswordException: Password did not conform with password policy: "
		email           = `{"Name":"email","Value":"ada@example.org"}`
		phone           = `{"Name":"phone_number","Value":"+15551234567"}`
		inviteMail      = "EMAIL ada@example.org AdminCreateUser"
		inviteSMS       = "SMS +15551234567 AdminCreateUser"
	)
	create := func(more, want string) step {
		return step{op: "AdminCreateUser", body: `{"Username":"ada"` + more + `}`, want: want}
	}
	runScenes(t, []scene{{
		name:     "a new user gets an invitation",
		steps:    []step{create(`,"UserAttributes":[`+email+`]`, createdUser("ada", "FORCE_CHANGE_PASSWORD", email))},
		messages: []string{inviteMail},
	}, {
		name:     "by SMS to whom has a number",
		steps:    []step{create(`,"UserAttributes":[`+email+`,`+phone+`]`, createdUser("ada", "FORCE_CHANGE_PASSWORD", email+`,`+phone))},
		messages: []string{inviteSMS},
	}, {
		name:     "by the media that are wanted",
		steps:    []step{create(`,"DesiredDeliveryMediums":["EMAIL","SMS"],"UserAttributes":[`+email+`,`+phone+`]`, "*")},
		messages: []string{inviteMail, inviteSMS},
	}, {
		name:  "by none without an address",
		steps: []step{create(``, createdUser("ada", "FORCE_CHANGE_PASSWORD", "")), {op: "AdminGetUser", body: `{"Username":"ada"}`, want: "*"}},
	}, {
		name: "nothing is sent when it is suppressed, which needs a password",
		steps: []step{
			create(`,"MessageAction":"SUPPRESS","UserAttributes":[`+email+`]`, "InvalidParameterException: User is required to have a password"),
			create(`,"MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!","UserAttributes":[`+email+`]`, createdUser("ada", "FORCE_CHANGE_PASSWORD", email)),
		},
	}, {
		name: "what is refused",
		steps: []step{
			create(``, "*"),
			create(``, "UsernameExistsException: User account already exists"),
			create(`,"TemporaryPassword":"Pass"`, invalidPassword+"Password not long enough"),
			create(`,"TemporaryPassword":"Passw0rd"`, invalidPassword+"Password must have symbol characters"),
			create(`,"UserAttributes":[{"Name":"custom:foo","Value":"x"}]`,
				"InvalidParameterException: Attributes did not conform to the schema: custom:foo: Attribute does not exist in the schema.\n"),
			create(`,"UserAttributes":[{"Name":"email","Value":"x"}]`, "InvalidParameterException: Invalid email address format."),
			create(`,"UserAttributes":[{"Name":"email_verified","Value":"true"}]`, "InvalidParameterException: The attribute email is required to set email_verified."),
			create(`,"UserAttributes":[{"Name":"email_verified","Value":"yes"}]`,
				"InvalidParameterException: Attributes did not conform to the schema: email_verified: Value must be either true or false\n"),
			create(`,"UserAttributes":[{"Name":"sub","Value":"x"}]`, "InvalidParameterException: Attributes did not conform to the schema: sub: Attribute cannot be written.\n"),
			{op: "AdminCreateUser", body: `{"Username":"bob","MessageAction":"RESEND"}`, want: unknownUser},
		},
	}, {
		name:  "required attributes may be left to the user",
		setup: []setup{require("email")},
		steps: []step{create(``, createdUser("ada", "FORCE_CHANGE_PASSWORD", ""))},
	}, {
		name: "an invitation sent again",
		steps: []step{
			create(`,"UserAttributes":[`+email+`]`, "*"),
			create(`,"MessageAction":"RESEND"`, createdUser("ada", "FORCE_CHANGE_PASSWORD", email)),
			create(`,"MessageAction":"RESEND","TemporaryPassword":"short"`, invalidPassword+"Password not long enough"),
			permanent("ada"),
			create(`,"MessageAction":"RESEND"`, "UnsupportedUserStateException: Resend not possible. ada status is not FORCE_CHANGE_PASSWORD"),
		},
		messages: []string{inviteMail, inviteMail},
	}, {
		name:  "no password where none is needed",
		setup: []setup{firstFactors("PASSWORD", "EMAIL_OTP")},
		steps: []step{
			create(`,"UserAttributes":[`+email+`,{"Name":"email_verified","Value":"true"}]`, createdUser("ada", "CONFIRMED", adaVerified)),
			create(`,"MessageAction":"RESEND"`, "UnsupportedUserStateException: Resend not possible. ada status is not FORCE_CHANGE_PASSWORD"),
			{op: "AdminCreateUser", body: `{"Username":"bob","MessageAction":"SUPPRESS","UserAttributes":[` + email + `]}`,
				want: "InvalidParameterException: User is required to have a password"}, // without a verified address
			{op: "AdminCreateUser", body: `{"Username":"bob"}`, want: createdUser("bob", "FORCE_CHANGE_PASSWORD", "")},
		},
	}, {
		name:  "a verified alias is taken, and taken over by force",
		setup: []setup{aliases("email")},
		steps: []step{
			newAda(""),
			{op: "AdminCreateUser", body: `{"Username":"bob","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!","UserAttributes":[` + adaVerified + `]}`,
				want: "UsernameExistsException: An account with the given email already exists."},
			{op: "AdminCreateUser", body: `{"Username":"bob","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!","UserAttributes":[` + adaUnverified + `]}`,
				want: createdUser("bob", "FORCE_CHANGE_PASSWORD", adaUnverified)},
			{op: "AdminCreateUser", body: `{"Username":"eve","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!","ForceAliasCreation":true,"UserAttributes":[` + adaVerified + `]}`,
				want: createdUser("eve", "FORCE_CHANGE_PASSWORD", adaVerified)},
			attributesOf("ada", adaUnverified),
			{op: "AdminSetUserPassword", body: `{"Username":"ada@example.org","Password":"Passw0rd?"}`, want: `{}`},
		},
	}, {
		name:  "a username that is an address",
		setup: []setup{usernames("email")},
		steps: []step{
			create(``, "InvalidParameterException: Username should be an email."),
			{op: "AdminCreateUser", body: `{"Username":"ada@example.org"}`, want: createdUser("SUB", "FORCE_CHANGE_PASSWORD", email)},
			{op: "AdminCreateUser", body: `{"Username":"ada@example.org"}`, want: "UsernameExistsException: An account with the given email already exists."},
		},
		messages: []string{inviteMail},
	}})
}

// TestInvitation reads the invitation and finds the password that works.
func TestInvitation(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup []setup
		body  string
		want  string // of the mail, {{password}} for the password
		user  string
	}{
		{"plain", nil, `{"Username":"ada","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`,
			"Your username is ada and temporary password is {{password}}. ", "ada"},
		{"given", nil, `{"Username":"ada","TemporaryPassword":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`,
			"Your username is ada and temporary password is Passw0rd!. ", "ada"},
		{"by address", []setup{usernames("email")}, `{"Username":"ada@example.org"}`,
			"Your username is ada@example.org and temporary password is {{password}}. ", "ada@example.org"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, tt.setup...)
			b.call("AdminCreateUser", tt.body)
			m := b.inbox.List("ada@example.org", 1)[0]
			want := regexp.QuoteMeta(tt.want)
			want = strings.Replace(want, regexp.QuoteMeta("{{password}}"), `\S{12}`, 1)
			if !regexp.MustCompile("^"+want+"$").MatchString(m.Body) || m.Subject != "Your temporary password" {
				t.Errorf("mail %q: %q", m.Subject, m.Body)
			}
			if problem := b.pool.Settings.Policies.PasswordPolicy.Problem(m.Code); problem != "" {
				t.Errorf("temporary password %q: %s", m.Code, problem)
			}
			if !b.hasPassword(tt.user, m.Code) {
				t.Error("the password of the invitation does not work")
			}
			b.advance(time.Hour)
			b.call("AdminCreateUser", strings.Replace(tt.body, "{", `{"MessageAction":"RESEND",`, 1))
			again := b.inbox.List("ada@example.org", 1)[0]
			if !b.hasPassword(tt.user, again.Code) {
				t.Error("the password of the second invitation does not work")
			}
			if got := b.user(tt.user).Credential.SetAt; !got.Equal(b.clock()) {
				t.Errorf("the password's validity counts from %v", got)
			}
		})
	}
}

func TestAdminUsers(t *testing.T) {
	names := func(op string) string {
		switch op {
		case "AdminUpdateUserAttributes":
			return `,"UserAttributes":[{"Name":"name","Value":"x"}]`
		case "AdminDeleteUserAttributes":
			return `,"UserAttributeNames":["name"]`
		case "AdminSetUserPassword":
			return `,"Password":"Passw0rd!"`
		}
		return ""
	}
	t.Run("unknown user", func(t *testing.T) {
		b := newUserBench(t)
		for _, op := range []string{"AdminGetUser", "AdminDeleteUser", "AdminSetUserPassword", "AdminResetUserPassword", "AdminConfirmSignUp",
			"AdminUpdateUserAttributes", "AdminDeleteUserAttributes", "AdminEnableUser", "AdminDisableUser"} {
			b.check(step{op: op, body: `{"Username":"nobody"` + names(op) + `}`, want: unknownUser})
		}
	})

	update := func(attributes, want string) step {
		return step{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[` + attributes + `]}`, want: want}
	}
	status := func(want string) step {
		return step{op: "ListUsers", body: `{"Filter":"cognito:user_status = \"` + want + `\"","AttributesToGet":["sub"]}`,
			want: `{"Users":[{"Username":"ada","Enabled":true,"UserStatus":"` + want + `","UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"Attributes":[{"Name":"sub","Value":"SUB"}]}]}`}
	}
	runScenes(t, []scene{{
		name: "passwords, temporary and for good",
		steps: []step{
			newAda(""), status("FORCE_CHANGE_PASSWORD"),
			permanent("ada"), status("CONFIRMED"),
			{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd!"}`, want: `{}`}, status("FORCE_CHANGE_PASSWORD"),
			{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd"}`,
				want: "InvalidPasswordException: Password does not conform to policy: Password must have symbol characters"},
			{op: "AdminSetUserPassword", body: `{"Username":"{{sub ada}}","Password":"Passw0rd!","Permanent":true}`, want: `{}`}, status("CONFIRMED"),
		},
	}, {
		name: "a password for who has not confirmed",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp}, status("UNCONFIRMED"),
			{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User password cannot be reset in the current state."},
			{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd!"}`, want: `{}`}, status("FORCE_CHANGE_PASSWORD"),
			{op: "ConfirmSignUp", body: `{"Username":"ada","ConfirmationCode":"{{code}}"}`,
				want: "NotAuthorizedException: User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD"},
			{op: "AdminDeleteUser", body: `{"Username":"ada"}`, want: ``},
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			permanent("ada"), status("CONFIRMED"),
		},
		messages: repeat("EMAIL ada@example.org SignUp", 2),
	}, {
		name: "confirmation by an administrator verifies nothing",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: `{}`},
			{op: "AdminConfirmSignUp", body: `{"Username":"ada"}`, want: "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"},
			attributesOf("ada", adaUnverified),
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name: "enabled and disabled",
		steps: []step{
			newAda(""),
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "ListUsers", body: `{"Filter":"status = \"Disabled\"","AttributesToGet":["email"]}`,
				want: `{"Users":[{"Username":"ada","Enabled":false,"UserStatus":"FORCE_CHANGE_PASSWORD","UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,"Attributes":[{"Name":"email","Value":"ada@example.org"}]}]}`},
			{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "ListUsers", body: `{"Filter":"status = \"Disabled\""}`, want: `{"Users":[]}`},
		},
	}, {
		name: "attributes, also those that clients may not write",
		steps: []step{
			newAda(""),
			update(`{"Name":"dev:custom:note","Value":"n"},{"Name":"email_verified","Value":"false"}`, `{}`),
			{op: "AdminGetUser", body: `{"Username":"ada"}`, want: `{"Username":"ada","Enabled":true,"UserStatus":"FORCE_CHANGE_PASSWORD","UserCreateDate":1700000000,"UserLastModifiedDate":1700000000,
				"UserAttributes":[{"Name":"sub","Value":"SUB"},{"Name":"dev:custom:note","Value":"n"},` + adaUnverified + `]}`},
			attributesOf("ada", adaUnverified),
			update(`{"Name":"custom:once","Value":"x"}`, "InvalidParameterException: user.custom:once: Attribute cannot be updated.\n"),
			update(`{"Name":"sub","Value":"x"}`, "InvalidParameterException: user.sub: Attribute cannot be updated.\n"),
			update(`{"Name":"phone_number_verified","Value":"true"}`, "InvalidParameterException: The attribute phone_number is required to set phone_number_verified."),
			{op: "AdminDeleteUserAttributes", body: `{"Username":"ada","UserAttributeNames":["dev:custom:note","email"]}`, want: `{}`},
			{op: "AdminDeleteUserAttributes", body: `{"Username":"ada","UserAttributeNames":["custom:foo"]}`,
				want: "InvalidParameterException: Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n"},
			attributesOf("ada", ""),
		},
	}, {
		name: "a new address gets a code, a verified one does not",
		steps: []step{
			newAda(""),
			update(lovelace+`,{"Name":"email_verified","Value":"true"}`, `{}`),
			attributesOf("ada", lovelace+`,{"Name":"email_verified","Value":"true"}`),
			update(`{"Name":"email","Value":"ada@example.org"}`, `{}`),
			attributesOf("ada", adaUnverified),
			{op: "VerifyUserAttribute", body: `{"AccessToken":"{{token ada}}","AttributeName":"email","Code":"{{code}}"}`, want: `{}`},
			attributesOf("ada", adaVerified),
		},
		messages: []string{"EMAIL ada@example.org UpdateUserAttribute"},
	}, {
		name:  "a new address waits, unless it is verified",
		setup: []setup{verifyFirst("email")},
		steps: []step{
			newAda(""),
			update(lovelace, `{}`),
			attributesOf("ada", adaVerified),
			update(lovelace+`,{"Name":"email_verified","Value":"true"}`, `{}`),
			attributesOf("ada", lovelace+`,{"Name":"email_verified","Value":"true"}`),
		},
		messages: []string{"EMAIL lovelace@example.org UpdateUserAttribute"},
	}, {
		name:  "an alias that another user has",
		setup: []setup{aliases("email")},
		steps: []step{
			newAda(""),
			{op: "AdminCreateUser", body: `{"Username":"bob","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!","UserAttributes":[` + adaUnverified + `]}`, want: "*"},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"bob","UserAttributes":[{"Name":"email_verified","Value":"true"}]}`, want: emailTaken},
		},
	}})
}

// TestSecretsAtRest looks for what must not be readable in the files of the database,
// and for an address, which is.
func TestSecretsAtRest(t *testing.T) {
	b := newUserBench(t)
	b.call("SignUp", signUpAda)
	b.call("AdminCreateUser", `{"Username":"bob","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`)
	secrets := map[string][]byte{
		"password": []byte("Passw0rd!"), "verifier": b.user("ada").Credential.Verifier,
		"code": []byte(b.inbox.List("ada@example.org", 1)[0].Code), "temporary password": []byte(b.inbox.List("bob@example.org", 1)[0].Code),
	}
	address := false
	files, err := filepath.Glob(filepath.Join(b.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		address = address || bytes.Contains(content, []byte("ada@example.org"))
		for name, secret := range secrets {
			if len(secret) == 0 || bytes.Contains(content, secret) {
				t.Errorf("%s holds the %s", filepath.Base(file), name)
			}
		}
	}
	if !address {
		t.Errorf("no address in %v", files)
	}
}
