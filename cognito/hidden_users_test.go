package cognito_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

// TestHiddenUsers has the answers of PreventUserExistenceErrors (reference:
// api-behaviour §16): those for an unknown name and for a user are of one kind.
func TestHiddenUsers(t *testing.T) {
	confirm := `{"Username":"nobody","ConfirmationCode":"123456"}`
	reset := `{"Username":"nobody","ConfirmationCode":"123456","Password":"Passw0rd!"}`
	const toNobody = `{"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"n***@e***"}}`
	for _, tt := range []struct {
		name     string
		setup    []setup
		steps    []step
		messages []string
	}{{
		name: "sign-up still says who is there",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "SignUp", body: signUpAda, want: "UsernameExistsException: User already exists"},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name: "confirmation: expired before a code was asked for, wrong after",
		steps: []step{
			{op: "ConfirmSignUp", body: confirm, want: deadCode},
			{op: "ResendConfirmationCode", body: `{"Username":"nobody@example.org"}`,
				want: `{"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"n***@e***"}}`},
			{op: "ConfirmSignUp", body: strings.Replace(confirm, "nobody", "nobody@example.org", 1), want: wrongCode},
			{after: 24 * time.Hour, op: "ConfirmSignUp", body: strings.Replace(confirm, "nobody", "nobody@example.org", 1), want: deadCode},
		},
	}, {
		name: "recovery: expired before a code was asked for, wrong after",
		steps: []step{
			{op: "ConfirmForgotPassword", body: reset, want: deadCode},
			{op: "ForgotPassword", body: `{"Username":"nobody@example.org"}`,
				want: `{"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"n***@e***"}}`},
			{op: "ConfirmForgotPassword", body: strings.Replace(reset, "nobody", "nobody@example.org", 1), want: wrongCode},
			{after: time.Hour, op: "ConfirmForgotPassword", body: strings.Replace(reset, "nobody", "nobody@example.org", 1), want: deadCode},
		},
	}, {
		name: "a number where numbers are a channel",
		steps: []step{
			{op: "ForgotPassword", body: `{"Username":"+15551234567"}`,
				want: `{"CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`},
		},
	}, {
		name:  "caps count for names that nobody has",
		steps: tries(20, "ConfirmForgotPassword", reset, deadCode, reset, deadCode),
	}, {
		name: "and for codes that are sent to nobody",
		steps: append(tries(5, "ResendConfirmationCode", `{"Username":"n@example.org"}`, toNobody, `{"Username":"n@example.org"}`, toNobody),
			tries(20, "ForgotPassword", `{"Username":"n@example.org"}`, toNobody, `{"Username":"n@example.org"}`, toNobody)...),
	}, {
		name:  "caps of confirmation too",
		steps: tries(15, "ConfirmSignUp", confirm, deadCode, confirm, deadCode),
	}, {
		name: "users without a verified address, and disabled ones",
		steps: []step{
			{op: "SignUp", body: signUpAda, want: adaSignedUp},
			{op: "ForgotPassword", body: `{"Username":"ada"}`, want: `ANY DELIVERY`},
			{op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"{{code}}","Password":"Passw0rd?"}`, want: wrongCode},
			{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"true"}]}`, want: `{}`},
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			{op: "ForgotPassword", body: `{"Username":"ada"}`, want: `ANY DELIVERY`},
		},
		messages: []string{"EMAIL ada@example.org SignUp"},
	}, {
		name:  "nobody resends where nothing is verified",
		setup: []setup{autoVerify()},
		steps: []step{{op: "ResendConfirmationCode", body: `{"Username":"nobody"}`, want: "NotAuthorizedException: Cannot resend codes. Auto verification not turned on."}},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, append(tt.setup, hideUsers)...)
			for i, s := range tt.steps {
				if s.want == "ANY DELIVERY" { // to an address that follows from the name and a secret
					first, second := b.call(s.op, s.body), b.call(s.op, s.body)
					if first != second || !strings.Contains(first, `"Destination"`) {
						t.Errorf("step %d: first %s, then %s", i+1, first, second)
					}
					continue
				}
				b.check(s)
			}
			b.checkSent(tt.messages)
		})
	}
}

// lookUps notes which new passwords are looked up among the leaked ones.
type lookUps []string

func (l *lookUps) Admit(context.Context, *userpool.Pool, *userpool.AppClient) error { return nil }

func (l *lookUps) NewPassword(_ context.Context, _ *userpool.Pool, _ *userpool.AppClient, event, password string) (*userpool.EventRisk, error, error) {
	*l = append(*l, event+" "+password)
	return nil, nil, nil
}

// TestHiddenUsersAreLookedUp: a password for a name that nobody has is looked up as a
// user's is, because that takes time.
func TestHiddenUsersAreLookedUp(t *testing.T) {
	b := newUserBench(t, hideUsers)
	b.check(newAda(""))
	looked := &lookUps{}
	b.srv.Accounts.Risk = looked
	for _, name := range []string{"ada", "nobody"} {
		b.check(step{op: "ConfirmForgotPassword", body: `{"Username":"` + name + `","ConfirmationCode":"123456","Password":"Passw0rd?"}`, want: deadCode})
	}
	if want := (lookUps{"PASSWORD_CHANGE Passw0rd?", "PASSWORD_CHANGE Passw0rd?"}); !slices.Equal(*looked, want) {
		t.Errorf("looked up: %q", *looked)
	}
}
