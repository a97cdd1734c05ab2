package cognito_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/message"
	"idpond/internal/userpool"
)

// TestHistory follows a user from sign-up on.
func TestHistory(t *testing.T) {
	b := newEventBench(t)
	const confirmed = "SUB SignUp Pass"
	var want []string
	for _, step := range []struct {
		op, body string
		event    string // newest in the history afterwards; "" when nothing is added; confirmed when the oldest changes
	}{
		{"SignUp", `{"ClientId":"CLIENT","Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`, "SUB SignUp InProgress"},
		{"InitiateAuth", password("Passw0rd!"), "event-2 SignIn Fail Password:Success"}, // not confirmed
		{"ResendConfirmationCode", `{"ClientId":"CLIENT","Username":"ada"}`, "event-3 ResendCode Pass"},
		{"ConfirmSignUp", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"000000"}`, ""}, // it goes on
		{"ConfirmSignUp", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"CODE"}`, confirmed},
		{"ResendConfirmationCode", `{"ClientId":"CLIENT","Username":"ada"}`, "event-6 ResendCode Fail"}, // is confirmed
		{"InitiateAuth", password("wrong"), "event-7 SignIn Fail Password:Failure"},
		{"InitiateAuth", password("Passw0rd!"), "event-8 SignIn Pass Password:Success"},
		{"ForgotPassword", `{"ClientId":"CLIENT","Username":"ada"}`, "event-9 ForgotPassword InProgress"},
		{"ConfirmForgotPassword", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"000000","Password":"Passw0rd?"}`, "event-10 ForgotPassword Fail"},
		{"ConfirmForgotPassword", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"CODE","Password":"Passw0rd?"}`, "event-11 ForgotPassword Pass"},
		{"AdminInitiateAuth", `{"AuthFlow":"ADMIN_USER_PASSWORD_AUTH","ClientId":"CLIENT","AuthParameters":{"USERNAME":"ada","PASSWORD":"Passw0rd?"}}`, "event-12 SignIn Pass Password:Success"},
		{"InitiateAuth", strings.Replace(password("Passw0rd?"), "ada", "nobody", 1), ""},
	} {
		b.ask(step.op, strings.ReplaceAll(step.body, "CODE", b.code()))
		switch step.event {
		case "":
		case confirmed:
			want[len(want)-1] = confirmed
		default:
			want = append([]string{step.event}, want...)
		}
		if diff := cmp.Diff(want, b.history("")); diff != "" {
			t.Fatalf("after %s (-want +got):\n%s", step.op, diff)
		}
	}
	if len(b.exported) != len(want)+1 { // the sign-up twice
		t.Errorf("%d entries, but %d exported", len(want), len(b.exported))
	}
	b.ok("AdminDeleteUser", `{"Username":"ada"}`)
	b.run(trial{"AdminListUserAuthEvents", `{"Username":"ada"}`, `UserNotFoundException: User does not exist.`})
}

func TestChangedPasswordInHistory(t *testing.T) {
	b := newEventBench(t)
	b.withAda()
	access := b.member(b.ok("InitiateAuth", password("Passw0rd!")), "AuthenticationResult", "AccessToken")
	change := func(before, after string) string {
		return `{"AccessToken":"` + access + `","PreviousPassword":"` + before + `","ProposedPassword":"` + after + `"}`
	}
	for range 3 {
		b.ask("ChangePassword", change("wrong", "Passw0rd?"))
	}
	b.ask("ChangePassword", change("Passw0rd!", "Passw0rd?"))
	b.ask("ChangePassword", change("Passw0rd?", "short")) // breaks the policy: not an attempt
	b.ask("ChangePassword", change("wrong", "Passw0rd+"))
	b.ask("ChangePassword", change("wrong", "Passw0rd+")) // above the cap
	want := []string{
		"event-7 PasswordChange Fail", "event-6 PasswordChange Pass", "event-4 PasswordChange Fail", "event-3 PasswordChange Fail",
		"event-2 PasswordChange Fail", "event-1 SignIn Pass Password:Success",
	}
	got := b.history("")
	want[0] = got[0][:strings.Index(got[0], " ")] + want[0][len("event-7"):] // ids are given to attempts that come to nothing too
	want[1] = got[1][:strings.Index(got[1], " ")] + want[1][len("event-6"):]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestChallengeInHistory: a sign-in with a challenge is one entry, and the tokens
// carry its id.
func TestChallengeInHistory(t *testing.T) {
	b := newEventBench(t)
	b.ok("AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`)
	session := b.member(b.ask("InitiateAuth", password("Passw0rd!")), "Session")
	if diff := cmp.Diff([]string{"event-1 SignIn InProgress Password:Success"}, b.history("")); diff != "" {
		t.Error(diff)
	}
	answer := b.ask("RespondToAuthChallenge", `{"ClientId":"CLIENT","ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"`+session+`",
		"ChallengeResponses":{"USERNAME":"ada","NEW_PASSWORD":"Passw0rd?"}}`)
	if diff := cmp.Diff([]string{"event-1 SignIn Pass Password:Success"}, b.history("")); diff != "" {
		t.Error(diff)
	}
	access := b.member(answer, "AuthenticationResult", "AccessToken")
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(access, ".")[1])
	if err != nil || !strings.Contains(string(claims), `"event_id":"event-1"`) {
		t.Errorf("claims %s, %v", claims, err)
	}
}

// TestLockedOutOfHistory: what a lock refuses leaves nothing, so that guessing fills
// no database.
func TestLockedOutOfHistory(t *testing.T) {
	b := newEventBench(t)
	b.withAda()
	for range 50 {
		b.call("InitiateAuth", password("wrong"))
	}
	if got := b.history(""); len(got) != 5 {
		t.Errorf("%d entries of 50 wrong passwords, want 5: %q", len(got), got)
	}
}

// TestEventPages: newest first, also among those of one instant.
func TestEventPages(t *testing.T) {
	b := newEventBench(t)
	b.withAda()
	for i := range 7 {
		if i != 4 {
			b.advance(time.Second)
		}
		b.ok("InitiateAuth", password("Passw0rd!"))
	}
	var got []string
	more := ""
	for pages := 1; ; pages++ {
		answer := b.ok("AdminListUserAuthEvents", `{"Username":"ada","MaxResults":3`+more+`}`)
		got = append(got, b.history(`,"MaxResults":3`+more)...)
		next := b.member(answer, "NextToken")
		if next == "" {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		more = `,"NextToken":"` + next + `"`
	}
	if diff := cmp.Diff(b.history(""), got); diff != "" || len(got) != 7 {
		t.Error(diff)
	}
	b.run(trial{"AdminListUserAuthEvents", `{"Username":"other"` + more + `}`, `InvalidParameterException: Invalid pagination token.`})
}

// TestEventContext: where the user was, as far as the request is believed.
func TestEventContext(t *testing.T) {
	const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
	device := base64.StdEncoding.EncodeToString([]byte(`{"payload":"{\"contextData\":{\"DeviceName\":\"Pixel\",\"ClientTimezone\":\"+02:00\"}}"}`))
	for _, tt := range []struct{ name, op, context, want string }{
		{"plain", "InitiateAuth", ``, `{"IpAddress":"192.0.2.1"}`},
		{"a browser's", "InitiateAuth", `"UserContextData":{"EncodedData":"` + device + `"}`, `{"IpAddress":"192.0.2.1","DeviceName":"Pixel","Timezone":"+02:00"}`},
		{"not to be read", "InitiateAuth", `"UserContextData":{"EncodedData":"e30","IpAddress":"x"}`, `{"IpAddress":"192.0.2.1"}`},
		{"a public client names no address", "InitiateAuth", `"UserContextData":{"IpAddress":"198.51.100.7"}`, `{"IpAddress":"192.0.2.1"}`},
		{"a server's", "AdminInitiateAuth", `"ContextData":{"IpAddress":"2001:DB8::1","ServerName":"a","ServerPath":"/","HttpHeaders":[{"headerName":"user-agent","headerValue":"` + agent + `"}]}`,
			`{"IpAddress":"2001:db8::1","DeviceName":"Chrome 126, Linux"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newEventBench(t)
			b.withAda()
			body := password("Passw0rd!")
			if tt.op == "AdminInitiateAuth" {
				body = strings.Replace(body, "USER_PASSWORD", "ADMIN_USER_PASSWORD", 1)
			}
			if tt.context != "" {
				body = strings.Replace(body, "{", "{"+tt.context+",", 1)
			}
			b.ok(tt.op, body)
			b.run(trial{"AdminListUserAuthEvents", `{"Username":"ada"}`, `{"AuthEvents":[{"EventId":"event-1","EventType":"SignIn","EventResponse":"Pass",
				"CreationDate":1700000000.000,"ChallengeResponses":[{"ChallengeName":"Password","ChallengeResponse":"Success"}],"EventContextData":` + tt.want + `}]}`})
			want := fmt.Sprint(strings.Contains(tt.context, "Data"))
			if m := b.exported[0]; m.HasContextData != want || m.UserName != "ada" || m.CreationDate != "Tue Nov 14 22:13:20 UTC 2023" || m.ClientID != b.client || m.RequestID == "" {
				t.Errorf("exported %+v", m)
			}
		})
	}
}

func TestFeedback(t *testing.T) {
	b := newEventBench(t)
	b.withAda()
	b.ok("InitiateAuth", password("Passw0rd!"))
	b.ok("InitiateAuth", password("Passw0rd!"))
	p, err := b.srv.Directory.Pool(t.Context(), b.pool)
	if err != nil {
		t.Fatal(err)
	}
	u, err := b.srv.Accounts.AdminGet(t.Context(), p, "ada")
	if err != nil {
		t.Fatal(err)
	}
	token, err := b.srv.Accounts.FeedbackToken(u, p, "event-1")
	if err != nil {
		t.Fatal(err)
	}
	by := func(token, event, user, value string) string {
		return `{"Username":"` + user + `","EventId":"` + event + `","FeedbackToken":"` + token + `","FeedbackValue":"` + value + `"}`
	}
	const wrong = `NotAuthorizedException: Invalid feedback token.`
	b.run(
		trial{"AdminUpdateAuthEventFeedback", `{"Username":"ada","EventId":"event-9","FeedbackValue":"Valid"}`, `ResourceNotFoundException: Event event-9 does not exist.`},
		trial{"AdminUpdateAuthEventFeedback", `{"Username":"nobody","EventId":"event-1","FeedbackValue":"Valid"}`, `UserNotFoundException: User does not exist.`},
		trial{"AdminUpdateAuthEventFeedback", `{"Username":"ada","EventId":"event-1","FeedbackValue":"Valid"}`, `{}`},
		trial{"UpdateAuthEventFeedback", by("e30", "event-1", "ada", "Invalid"), wrong},
		trial{"UpdateAuthEventFeedback", by(token, "event-2", "ada", "Invalid"), wrong},
		trial{"AdminCreateUser", `{"Username":"bob","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`, `~{}`},
		trial{"UpdateAuthEventFeedback", by(token, "event-1", "bob", "Invalid"), wrong},
		trial{"UpdateAuthEventFeedback", by(token, "event-1", "nobody", "Invalid"), wrong},
		trial{"AdminListUserAuthEvents", `{"Username":"ada","MaxResults":2}`, `~{}`},
	)
	feedback := func(value, provider string) {
		t.Helper()
		var answer struct {
			AuthEvents []struct {
				EventId       string
				EventFeedback *struct{ FeedbackValue, Provider string }
			}
		}
		if err := json.Unmarshal([]byte(b.ok("AdminListUserAuthEvents", `{"Username":"ada"}`)), &answer); err != nil {
			t.Fatal(err)
		}
		for _, e := range answer.AuthEvents {
			switch f := e.EventFeedback; {
			case (f != nil) != (e.EventId == "event-1"), f != nil && (f.FeedbackValue != value || f.Provider != provider):
				t.Errorf("%s has feedback %v, want %s by %s", e.EventId, f, value, provider)
			}
		}
	}
	feedback("Valid", "Admin")
	b.run(trial{"UpdateAuthEventFeedback", by(token, "event-1", "ada", "Invalid"), `{}`})
	feedback("Invalid", "User")
	b.advance(8 * 24 * time.Hour)
	b.run(trial{"UpdateAuthEventFeedback", by(token, "event-1", "ada", "Valid"), `NotAuthorizedException: The feedback token has expired.`})
	feedback("Invalid", "User")
}

// TestNoHistory: a pool that doesn't watch its sign-ins keeps none.
func TestNoHistory(t *testing.T) {
	b := newEventBench(t)
	b.ok("CreateUserPool", `{"PoolName":"plain"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}`)
	b.withAda()
	b.ok("InitiateAuth", password("Passw0rd!"))
	const off = `UserPoolAddOnNotEnabledException: Threat protection is not enabled for the user pool.`
	b.run(
		trial{"AdminListUserAuthEvents", `{"Username":"ada"}`, off},
		trial{"AdminUpdateAuthEventFeedback", `{"Username":"ada","EventId":"event-1","FeedbackValue":"Valid"}`, off},
		trial{"UpdateAuthEventFeedback", `{"Username":"ada","EventId":"event-1","FeedbackToken":"e30","FeedbackValue":"Valid"}`, off},
	)
	if b.made > 0 || len(b.exported) > 0 {
		t.Errorf("%d events were made, %d exported", b.made, len(b.exported))
	}
}

// TestFailuresAreExported: what is told of a message that isn't delivered holds
// neither the code nor the address.
func TestFailuresAreExported(t *testing.T) {
	b := newEventBench(t)
	var told []message.Failure
	b.srv.Accounts.Messages.Email = nil
	b.srv.Accounts.Messages.Failed = func(_ context.Context, p *userpool.Pool, f message.Failure) { told = append(told, f) }
	b.run(trial{"SignUp", `{"ClientId":"CLIENT","Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`,
		`CodeDeliveryFailureException: Invalid email provided/Unable to send the email`})
	want := []message.Failure{{Details: "The EMAIL message SignUp could not be delivered: message: no transport is configured for this medium"}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

func TestGetClientToken(t *testing.T) {
	b := newEventBench(t)
	b.ok("CreateResourceServer", `{"Identifier":"api","Name":"API","Scopes":[{"ScopeName":"read","ScopeDescription":"r"},{"ScopeName":"write","ScopeDescription":"w"}]}`)
	const secret = "asecretofmyownasecretofmyown"
	client := func(scopes string) {
		b.ok("CreateUserPoolClient", `{"ClientName":"machine","ClientSecret":"`+secret+`","ExplicitAuthFlows":["ALLOW_CLIENT_TOKEN_AUTH"],"AllowedOAuthScopes":[`+scopes+`]}`)
	}
	call := func(more string) string { return `{"ClientId":"CLIENT","Secret":"` + secret + `"` + more + `}` }
	scope := func(answer string) string {
		t.Helper()
		claims, err := base64.RawURLEncoding.DecodeString(strings.Split(b.member(answer, "ClientAuthenticationResult", "AccessToken"), ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		if b.member(answer, "ClientAuthenticationResult", "TokenType") != "Bearer" || b.member(string(claims), "client_id") != b.client || b.member(string(claims), "sub") != b.client {
			t.Errorf("%s with claims %s", answer, claims)
		}
		return b.member(string(claims), "scope")
	}
	b.run(trial{"GetClientToken", call(""), `InvalidParameterException: ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.`})
	client(`"openid","api/read","api/write"`)
	if got := scope(b.ok("GetClientToken", call(""))); got != "api/read api/write" {
		t.Errorf("scopes %q", got)
	}
	if got := scope(b.ok("GetClientToken", call(`,"Scopes":["api/write","api/write"]`))); got != "api/write" {
		t.Errorf("scopes %q", got)
	}
	b.run(
		trial{"GetClientToken", strings.Replace(call(""), secret, "x"+secret, 1), `NotAuthorizedException: Unable to verify secret hash for client CLIENT`},
		trial{"GetClientToken", call(`,"Scopes":["api/none"]`), `ScopeDoesNotExistException: Invalid scope requested: api/none`},
		trial{"GetClientToken", call(`,"Scopes":["openid"]`), `ScopeDoesNotExistException: Invalid scope requested: openid`},
		trial{"InitiateAuth", password("x"), `InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client`},
		trial{"GetClientToken", strings.Replace(call(""), "CLIENT", "nobody", 1), `ResourceNotFoundException: User pool client nobody does not exist.`},
	)
	client(`"api/read"`)
	b.run(trial{"GetClientToken", call(`,"Scopes":["api/write"]`), `NotAuthorizedException: The client is not authorized for the scope api/write.`})
	client(`"openid"`)
	b.run(trial{"GetClientToken", call(""), `InvalidParameterException: The client has no scopes of resource servers.`})
}

// TestConfirmationEndsTheSignUp: whatever confirms a user, the entry of the sign-up in
// the history has come out well, and is exported once more.
func TestConfirmationEndsTheSignUp(t *testing.T) {
	for _, tt := range []struct {
		name, asks, asksBody string // for a code
		op, body             string
	}{
		{name: "code", op: "ConfirmSignUp", body: `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"CODE"}`},
		{name: "administrator", op: "AdminConfirmSignUp", body: `{"Username":"ada"}`},
		{name: "password for good", op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd?","Permanent":true}`},
		{name: "temporary password", op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd?"}`},
		{name: "recovery", asks: "ForgotPassword", asksBody: `{"ClientId":"CLIENT","Username":"ada"}`, op: "ConfirmForgotPassword",
			body: `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"CODE","Password":"Passw0rd?"}`},
		{name: "first code of a sign-in", asks: "InitiateAuth",
			asksBody: `{"ClientId":"CLIENT","AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"ada","PREFERRED_CHALLENGE":"EMAIL_OTP"}}`,
			op:       "RespondToAuthChallenge",
			body:     `{"ClientId":"CLIENT","ChallengeName":"EMAIL_OTP","Session":"SESSION","ChallengeResponses":{"USERNAME":"ada","EMAIL_OTP_CODE":"CODE"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newEventBench(t)
			b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"},"AutoVerifiedAttributes":["email"],
				"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","EMAIL_OTP"]}}}`)
			b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_AUTH"]}`)
			b.ask("SignUp", `{"ClientId":"CLIENT","Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`)
			if diff := cmp.Diff([]string{"SUB SignUp InProgress"}, b.signUps()); diff != "" {
				t.Error(diff)
			}
			body := tt.body
			if tt.asks != "" {
				if tt.asks == "ForgotPassword" {
					b.ok("AdminUpdateUserAttributes", `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"true"}]}`)
				}
				body = strings.Replace(body, "SESSION", b.member(b.ask(tt.asks, tt.asksBody), "Session"), 1)
			}
			body = strings.Replace(body, `"CODE"`, `"`+b.code()+`"`, 1)
			for range 2 { // the second time it is refused, or changes the password alone
				b.ask(tt.op, body)
				if diff := cmp.Diff([]string{"SUB SignUp Pass"}, b.signUps()); diff != "" {
					t.Error(diff)
				}
			}
			var told []string
			for _, m := range b.exported {
				if m.EventType == "SignUp" {
					told = append(told, m.EventResponse)
				}
			}
			if diff := cmp.Diff([]string{"InProgress", "Pass"}, told); diff != "" {
				t.Error(diff)
			}
		})
	}
}
