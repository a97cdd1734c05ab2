package cognito_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"idpond/internal/message"
	"idpond/internal/store"
)

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

// TestNothingIsLeftOfAUser: no row of the database knows a user who was deleted, by
// whomever, and the name begins anew.
func TestNothingIsLeftOfAUser(t *testing.T) {
	b := newWhole(t)
	d := breakDisk(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"},
		"AliasAttributes":["email"],"AutoVerifiedAttributes":["email"],"Policies":{"PasswordPolicy":{"PasswordHistorySize":5}},
		"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":false,"DeviceOnlyRememberedOnUserPrompt":false}}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}`)
	b.ok("CreateGroup", `{"GroupName":"admins"}`)
	ask := func(op, body string) string {
		t.Helper()
		body = strings.NewReplacer("POOL", b.pool, "CLIENT", b.client).Replace(body)
		if list := b.inbox.List("", 1); len(list) > 0 {
			body = strings.ReplaceAll(body, "NEWEST", list[0].Code)
		}
		got := b.ask(t.Context(), op, body)
		if got.exception != "" {
			t.Fatalf("%s: %s", op, got)
		}
		return got.body
	}
	for _, remove := range []struct{ op, body string }{
		{"AdminDeleteUser", `{"UserPoolId":"POOL","Username":"ada"}`}, {"DeleteUser", `{"AccessToken":"ACCESS"}`},
	} {
		sub := b.member(ask("SignUp", `{"ClientId":"CLIENT","Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`), "UserSub")
		ask("ConfirmSignUp", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"NEWEST"}`)
		access := b.member(ask("InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT","AuthParameters":{"USERNAME":"ada@example.org","PASSWORD":"Passw0rd!"}}`),
			"AuthenticationResult", "AccessToken")
		ask("ChangePassword", `{"AccessToken":"`+access+`","PreviousPassword":"Passw0rd!","ProposedPassword":"Passw0rd?"}`)
		ask("AdminAddUserToGroup", `{"UserPoolId":"POOL","Username":"ada","GroupName":"admins"}`)
		ask("ForgotPassword", `{"ClientId":"CLIENT","Username":"ada"}`)
		known := strings.Count(d.rows(), sub)
		if known < 10 {
			t.Errorf("only %d rows know the user", known)
		}
		ask(remove.op, strings.Replace(remove.body, "ACCESS", access, 1))
		for row := range strings.Lines(d.rows()) {
			if strings.Contains(row, sub) || strings.Contains(row, "ada") {
				t.Errorf("%s left %s", remove.op, row)
			}
		}
		if got := b.ask(t.Context(), "GetUser", `{"AccessToken":"`+access+`"}`); got.exception == "" {
			t.Errorf("the token works on: %s", got)
		}
	}
}
