package cognito_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/outbound"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
)

const unrecognized = "InvalidLambdaResponseException: Unrecognizable lambda output"

func (b *customBench) checkTold(what string, want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, b.functions.told()); diff != "" {
		b.Errorf("%s: the functions were told (-want +got):\n%s", what, diff)
	}
}

// TestCustomAuth goes through two riddles. A wrong answer doesn't end it, and what
// the functions keep for themselves reaches no client.
func TestCustomAuth(t *testing.T) {
	b := newCustomBench(t)
	b.addUser("ada", func(u *userpool.User) { u.Attributes["email"] = "ada@example.org" })
	withMetadata := strings.Replace(solve("two", "ada", "answer 2"), "{", `{"ClientMetadata":{"at":"end"},`, 1)
	b.play([]turn{
		{op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "42"), want: riddle(1, "ada"), keep: "again"},
		{op: "RespondToAuthChallenge", body: solve("again", "ada", "answer 1"), want: riddle(2, "ada"), keep: "two"},
		{op: "RespondToAuthChallenge", body: withMetadata, want: gotTokens},
	})
	b.functions.mu.Lock()
	first := b.functions.events[0]
	b.functions.mu.Unlock()
	if first.UserName != "ada" || first.CallerContext.ClientID != benchClient {
		t.Errorf("the first event is of %s at %s", first.UserName, first.CallerContext.ClientID)
	}
	attributes := map[string]string{"sub": newSub("ada"), "email": "ada@example.org", "cognito:user_status": "CONFIRMED"}
	if diff := cmp.Diff(attributes, first.Request.UserAttributes); diff != "" {
		t.Errorf("userAttributes (-want +got):\n%s", diff)
	}
	const wrong, right = " CUSTOM_CHALLENGE:false:R1", " CUSTOM_CHALLENGE:true:R1"
	b.checkTold("two riddles",
		"DefineAuthChallenge", "CreateAuthChallenge",
		"VerifyAuthChallengeResponse 42 of map[answer:answer 1]", "DefineAuthChallenge"+wrong, "CreateAuthChallenge"+wrong,
		"VerifyAuthChallengeResponse answer 1 of map[answer:answer 1]", "DefineAuthChallenge"+wrong+right, "CreateAuthChallenge"+wrong+right,
		"VerifyAuthChallengeResponse answer 2 of map[answer:answer 2] map[at:end]",
		"DefineAuthChallenge"+wrong+right+" CUSTOM_CHALLENGE:true:R2 map[at:end]",
	)
	b.play([]turn{ // the third wrong answer is the last
		{op: "AdminInitiateAuth", body: customAuth(benchClient, "ada"), want: riddle(1, "ada"), keep: "one"},
		{op: "AdminRespondToAuthChallenge", body: solve("one", "ada", "a"), want: riddle(1, "ada"), keep: "two"},
		{op: "AdminRespondToAuthChallenge", body: solve("two", "ada", "b"), want: riddle(1, "ada"), keep: "three"},
		{op: "AdminRespondToAuthChallenge", body: solve("three", "ada", "c"), want: incorrect},
		{op: "AdminRespondToAuthChallenge", body: solve("three", "ada", "answer 1"), want: usedTwice},
		{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: gotTokens},
	})
}

// TestCustomAuthBegins refuses what can't begin.
func TestCustomAuthBegins(t *testing.T) {
	b := newCustomBench(t)
	b.addUser("ada")
	srpBegin := func(more string) string {
		return `{"AuthFlow":"CUSTOM_AUTH","AuthParameters":{"USERNAME":"ada","CHALLENGE_NAME":"SRP_A"` + more + `}}`
	}
	b.play([]turn{
		{op: "InitiateAuth", body: customAuth("refreshonly", "ada"), want: "InvalidParameterException: CUSTOM_AUTH is not enabled for the client."},
		{op: "InitiateAuth", body: `{"AuthFlow":"CUSTOM_AUTH"}`, want: "InvalidParameterException: Missing required parameter USERNAME"},
		{op: "InitiateAuth", body: srpBegin(""), want: "InvalidParameterException: Missing required parameter SRP_A"},
		{op: "InitiateAuth", body: srpBegin(`,"SRP_A":"0"`), want: unrecognized}, // the riddles don't go with a password
		{op: "InitiateAuth", body: customAuth("secret", "ada"), want: "NotAuthorizedException: Client secret is configured with secret but SECRET_HASH was not received"},
	})
	for _, missing := range []func(*userpool.LambdaConfig){
		func(c *userpool.LambdaConfig) { c.DefineAuthChallenge = "" },
		func(c *userpool.LambdaConfig) { c.CreateAuthChallenge = "" },
		func(c *userpool.LambdaConfig) { c.VerifyAuthChallengeResponse = "" },
	} {
		b := newCustomBench(t, func(p *userpool.Pool, _ *userpool.AppClient) { missing(&p.Settings.LambdaConfig) })
		b.addUser("ada")
		b.play([]turn{{op: "InitiateAuth", body: customAuth(benchClient, "ada"),
			want: "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."}})
	}
}

// TestDefine: what DefineAuthChallenge may say, and which of it counts.
func TestDefine(t *testing.T) {
	for _, tt := range []struct {
		name string
		says map[string]any
		want string // without a password
		srp  string // where a password is about to be proved
	}{
		{"tokens at once", map[string]any{"issueTokens": true}, gotTokens, unrecognized},
		{"tokens beside a challenge", map[string]any{"issueTokens": true, "challengeName": "CUSTOM_CHALLENGE"}, gotTokens, unrecognized},
		{"tokens before the password", map[string]any{"issueTokens": true, "challengeName": "PASSWORD_VERIFIER"}, gotTokens, unrecognized},
		{"failure", map[string]any{"failAuthentication": true, "challengeName": "CUSTOM_CHALLENGE"}, incorrect, incorrect},
		{"failure beside tokens", map[string]any{"failAuthentication": true, "issueTokens": true}, incorrect, incorrect},
		{"nothing", nil, unrecognized, unrecognized},
		{"an unknown challenge", map[string]any{"challengeName": "CHESS"}, unrecognized, unrecognized},
		{"a password that nobody can prove", map[string]any{"challengeName": "PASSWORD_VERIFIER"}, "InvalidParameterException: Missing required parameter SRP_A", ""},
		{"a factor that the user lacks", map[string]any{"challengeName": "SOFTWARE_TOKEN_MFA"},
			"InvalidParameterException: The user can't answer SOFTWARE_TOKEN_MFA.", unrecognized},
		{"a new password for nothing", map[string]any{"challengeName": "NEW_PASSWORD_REQUIRED"}, unrecognized, unrecognized},
	} {
		b := newCustomBench(t)
		b.addUser("ada")
		b.functions.says(tt.says)
		if got := b.ask("", "InitiateAuth", customAuth(benchClient, "ada")); got != want(t, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if _, got := b.password(benchClient, "ada", rightPassword, true); got != tt.srp {
			t.Errorf("%s, with SRP_A: %s, want %s", tt.name, got, tt.srp)
		}
	}
}

// TestCustomAuthAfterPassword asks for a captcha once the password is proved. With
// or without the session, no answer leaves the captcha out.
func TestCustomAuthAfterPassword(t *testing.T) {
	for _, withSession := range []bool{true, false} {
		b := newCustomBench(t)
		b.addUser("ada")
		b.functions.inOrder("PASSWORD_VERIFIER", "CUSTOM_CHALLENGE")
		body, failure := b.password(benchClient, "ada", rightPassword, withSession)
		if failure != "" {
			t.Fatal(failure)
		}
		b.play([]turn{
			{op: "RespondToAuthChallenge", body: body, want: riddle(1, "ada"), keep: "captcha"},
			{op: "RespondToAuthChallenge", body: body, want: usedTwice},
			{op: "RespondToAuthChallenge", body: solve("captcha", "ada", "answer 1"), want: gotTokens},
		})
		const proved = " SRP_A:true PASSWORD_VERIFIER:true"
		b.checkTold("with a password",
			"DefineAuthChallenge SRP_A:true",
			"DefineAuthChallenge"+proved+" map[at:password]", "CreateAuthChallenge"+proved+" map[at:password]",
			"VerifyAuthChallengeResponse answer 1 of map[answer:answer 1]", "DefineAuthChallenge"+proved+" CUSTOM_CHALLENGE:true:R1",
		)
		for n := range 6 { // a wrong password asks no function, and locks as ever
			body, failure := b.password(benchClient, "ada", "wrong", withSession)
			if failure != "" {
				t.Fatal(failure)
			}
			want := incorrect
			if n == 5 {
				want = locked
			}
			b.play([]turn{{op: "RespondToAuthChallenge", body: body, want: want}})
		}
		b.checkTold("wrong passwords", slices.Repeat([]string{"DefineAuthChallenge SRP_A:true"}, 6)...)
	}
}

// TestCustomAuthOfNobody: where the client hides who is there, functions are told
// and asked as ever, and can't let anybody in.
func TestCustomAuthOfNobody(t *testing.T) {
	b := newCustomBench(t)
	b.play([]turn{{op: "InitiateAuth", body: customAuth(benchClient, "nobody"), want: unknown}})
	b.checkTold("nothing is hidden", []string(nil)...)
	hidden := func(session, text string) string {
		return answer("hiding", "CUSTOM_CHALLENGE", session, "nobody", "ANSWER", text)
	}
	b.play([]turn{
		{op: "InitiateAuth", body: customAuth("hiding", "nobody"), want: riddle(1, "nobody"), keep: "one"},
		{op: "RespondToAuthChallenge", body: hidden("one", "answer 1"), want: riddle(2, "nobody"), keep: "two"},
		{op: "RespondToAuthChallenge", body: hidden("two", "answer 2"), want: incorrect},
		{op: "RespondToAuthChallenge", body: hidden("two", "answer 2"), want: usedTwice},
	})
	b.checkTold("riddles for nobody",
		"DefineAuthChallenge (nobody)", "CreateAuthChallenge (nobody)",
		"VerifyAuthChallengeResponse answer 1 of map[answer:answer 1] (nobody)",
		"DefineAuthChallenge CUSTOM_CHALLENGE:true:R1 (nobody)", "CreateAuthChallenge CUSTOM_CHALLENGE:true:R1 (nobody)",
		"VerifyAuthChallengeResponse answer 2 of map[answer:answer 2] (nobody)",
		"DefineAuthChallenge CUSTOM_CHALLENGE:true:R1 CUSTOM_CHALLENGE:true:R2 (nobody)",
	)
	b.addUser("somebody")
	known, _ := b.send("InitiateAuth", customAuth("hiding", "somebody"))
	stranger, _ := b.send("InitiateAuth", customAuth("hiding", "nobody"))
	if a, b := len(known["Session"].(string)), len(stranger["Session"].(string)); a != b {
		t.Errorf("the session of a user has %d characters, nobody's %d", a, b)
	}
	b.functions.told()
	b.functions.inOrder("PASSWORD_VERIFIER")
	body, failure := b.password("hiding", "nobody", rightPassword, true)
	b.play([]turn{{op: "RespondToAuthChallenge", body: body, want: incorrect}})
	b.checkTold(failure, "DefineAuthChallenge SRP_A:true (nobody)")
	for name, want := range map[string]string{"issueTokens": incorrect, "failAuthentication": incorrect} {
		b.functions.says(map[string]any{name: true})
		b.play([]turn{{op: "InitiateAuth", body: customAuth("hiding", "nobody"), want: want}})
	}
	b.functions.says(map[string]any{"challengeName": "SOFTWARE_TOKEN_MFA"})
	b.play([]turn{{op: "InitiateAuth", body: customAuth("hiding", "nobody"), want: incorrect}})
}

// TestFailingFunctions: each function fails in each way. What was begun is over then.
func TestFailingFunctions(t *testing.T) {
	names := []string{"DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"}
	for _, tt := range []struct {
		name    string
		answers func(event, http.ResponseWriter) bool
		want    string // {T} is the trigger
	}{
		{"says so", func(_ event, w http.ResponseWriter) bool {
			fmt.Fprint(w, `{"errorMessage":"No more riddles","errorType":"Error"}`)
			return true
		}, "UserLambdaValidationException: {T} failed with error No more riddles."},
		{"isn't there", func(_ event, w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true },
			"UserLambdaValidationException: {T} failed with error 502 Bad Gateway."},
		{"hangs up", func(event, http.ResponseWriter) bool { panic(http.ErrAbortHandler) },
			"UnexpectedLambdaException: {T} invocation failed due to error ServiceException."},
		{"takes too long", nil, "UnexpectedLambdaException: {T} invocation failed due to error Socket timeout while invoking Lambda function."},
		{"no JSON", func(_ event, w http.ResponseWriter) bool { fmt.Fprint(w, "OK"); return true },
			"InvalidLambdaResponseException: Invalid lambda function output : Invalid JSON"},
		{"null", func(_ event, w http.ResponseWriter) bool { fmt.Fprint(w, "null"); return true }, unrecognized},
		{"wrong types", func(e event, _ http.ResponseWriter) bool {
			e.Response["issueTokens"], e.Response["publicChallengeParameters"], e.Response["answerCorrect"] = "yes", map[string]int{"n": 1}, "yes"
			return false
		}, unrecognized},
		{"moved", func(_ event, w http.ResponseWriter) bool {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
			return true
		}, "UnexpectedLambdaException: {T} invocation failed due to configuration."},
	} {
		for i, name := range names {
			b := newCustomBench(t)
			b.addUser("ada")
			release := make(chan struct{})
			if got := b.ask("one", "InitiateAuth", customAuth(benchClient, "ada")); got != want(t, riddle(1, "ada")) {
				t.Fatal(got)
			}
			fail := tt.answers
			if fail == nil {
				b.hurry(name)
				fail = func(event, http.ResponseWriter) bool { <-release; return true }
			}
			*[]*func(event, http.ResponseWriter) bool{&b.functions.define, &b.functions.create, &b.functions.verify}[i] = fail
			b.play([]turn{
				{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: strings.ReplaceAll(tt.want, "{T}", name)},
				{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: usedTwice},
			})
			close(release)
		}
	}
	b := newCustomBench(t)
	b.addUser("ada")
	b.srv.Auth.Triggers = &trigger.Service{Invoker: trigger.NewHTTP(nil, new(outbound.Guard), "", time.Now)}
	b.play([]turn{{op: "InitiateAuth", body: customAuth(benchClient, "ada"),
		want: "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to configuration."}})
}
