package cognito_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

// TestAddressesAreNamesWhileVerified signs in by what is an alias, while it is one.
func TestAddressesAreNamesWhileVerified(t *testing.T) {
	const old, next, phone = "ada@example.org", "lovelace@example.org", "+15551234567"
	all := []string{"ada", old, next, phone}
	for _, tt := range []struct {
		name   string
		setup  []setup
		during []string // names that work between the change and the code
	}{
		{"replaced at once", nil, []string{"ada"}},
		{"after the code", []setup{verifyFirst("email", "phone_number")}, []string{"ada", old}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, append(tt.setup, aliases("email", "phone_number"), autoVerify("email", "phone_number"))...)
			b.addUser("ada", func(u *userpool.User) {
				u.Attributes = map[string]string{"email": old, "email_verified": "true"}
			})
			names := func(want ...string) {
				t.Helper()
				var got []string
				for _, name := range all {
					if answer := b.ask("ada", "InitiateAuth", signIn(benchClient, name, rightPassword)); strings.HasPrefix(answer, "{") {
						got = append(got, name)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("names that sign in (-want +got):\n%s", diff)
				}
			}
			names("ada", old)
			update := `{"AccessToken":"{{ada.AccessToken}}","UserAttributes":[{"Name":"email","Value":"` + next + `"},{"Name":"phone_number","Value":"` + phone + `"}]}`
			got := b.ask("", "UpdateUserAttributes", update)
			if got != tidy(t, `{"CodeDeliveryDetailsList":[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"l***@e***"},
				{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}]}`) {
				t.Errorf("update: %s", got)
			}
			names(tt.during...)
			verify := func(name, address string) {
				t.Helper()
				code := b.inbox.List(address, 1)[0].Code
				if got := b.ask("", "VerifyUserAttribute", `{"AccessToken":"{{ada.AccessToken}}","AttributeName":"`+name+`","Code":"`+code+`"}`); got != "{}" {
					t.Errorf("verify: %s", got)
				}
			}
			verify("email", next)
			names("ada", next)
			verify("phone_number", phone)
			names("ada", next, phone)
			b.ask("", "AdminUpdateUserAttributes", `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`)
			names("ada", phone)
		})
	}
}

// TestAliasesMoveTogether: one new user takes two verified aliases from two users, or
// none of them.
func TestAliasesMoveTogether(t *testing.T) {
	const (
		mail   = `{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}`
		phone  = `{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`
		silent = `"TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"`
	)
	attributes := func(b *userBench, name string) map[string]string { return b.user(name).Attributes }
	b := newUserBench(t, aliases("email", "phone_number", "preferred_username"))
	b.run([]step{
		{op: "AdminCreateUser", body: `{"Username":"ada",` + silent + `,"UserAttributes":[` + mail + `]}`, want: "*"},
		{op: "AdminCreateUser", body: `{"Username":"bob",` + silent + `,"UserAttributes":[` + phone + `,{"Name":"preferred_username","Value":"bobby"}]}`, want: "*"},
		{op: "AdminCreateUser", body: `{"Username":"eve",` + silent + `,"ForceAliasCreation":true,"UserAttributes":[` + mail + `,` + phone + `,{"Name":"preferred_username","Value":"bobby"}]}`,
			want: "UsernameExistsException: An account with the given preferred_username already exists."},
	}, nil)
	if attributes(b, "ada")["email_verified"] != "true" || attributes(b, "bob")["phone_number_verified"] != "true" {
		t.Error("a refused user has taken an alias")
	}
	b.check(step{op: "AdminCreateUser", body: `{"Username":"eve",` + silent + `,"ForceAliasCreation":true,"UserAttributes":[` + mail + `,` + phone + `]}`, want: "*"})
	for name, alias := range map[string]string{"ada@example.org": "eve", "+15551234567": "eve", "bobby": "bob"} {
		if got := b.user(name).Username; got != alias {
			t.Errorf("%s is %s, want %s", name, got, alias)
		}
	}
	want := map[string]string{"phone_number": "+15551234567", "phone_number_verified": "false", "preferred_username": "bobby"}
	if diff := cmp.Diff(want, attributes(b, "bob")); diff != "" {
		t.Errorf("attributes of bob (-want +got):\n%s", diff)
	}
	if attributes(b, "ada")["email_verified"] != "false" {
		t.Error("ada's address is verified still")
	}
}

// TestAliasForcedAtOnce: many take an alias by force at once; in the end one has it, and
// no other's address is verified.
func TestAliasForcedAtOnce(t *testing.T) {
	const users = 16
	b := newUserBench(t, aliases("email"))
	codes := b.signUpWithOneAddress(users)
	answers := atOnce(users, func(i int) string {
		return b.call("ConfirmSignUp", fmt.Sprintf(`{"Username":"user%d","ConfirmationCode":"%s","ForceAliasCreation":true}`, i, codes[i]))
	})
	if answers["{}"] != users {
		t.Errorf("answers: %v", answers)
	}
	owner, verified := b.user("ada@example.org").Username, []string{}
	for i := range users {
		if name := fmt.Sprint("user", i); b.user(name).Attributes["email_verified"] == "true" {
			verified = append(verified, name)
		}
	}
	if !slices.Equal(verified, []string{owner}) {
		t.Errorf("%s has the alias, verified is it for %v", owner, verified)
	}
}
