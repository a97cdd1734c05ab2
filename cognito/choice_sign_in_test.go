package cognito_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/activity"
	"idpond/internal/srp/srptest"
	"idpond/internal/userpool"
)

// USER_AUTH (reference: api-behaviour §10.1).

// choosing is a pool with first factors, and clients that let users choose.
func choosing(factors ...string) setup {
	return func(p *userpool.Pool, c *userpool.AppClient) {
		p.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = append([]string{"PASSWORD"}, factors...)
		c.Settings.ExplicitAuthFlows = append(c.Settings.ExplicitAuthFlows, "ALLOW_USER_AUTH")
	}
}

// chosen begins USER_AUTH, kept as "ada".
func chosen(client, user, want string, more ...string) turn {
	parameters := map[string]string{"USERNAME": user}
	for i := 0; i < len(more); i += 2 {
		parameters[more[i]] = more[i+1]
	}
	body, _ := json.Marshal(map[string]any{"ClientId": client, "AuthFlow": "USER_AUTH", "AuthParameters": parameters})
	return turn{op: "InitiateAuth", body: string(body), want: want, keep: "ada"}
}

func selectAsked(factors ...string) string {
	list, _ := json.Marshal(factors)
	return fmt.Sprintf(`{"ChallengeName":"SELECT_CHALLENGE","Session":"SESSION","ChallengeParameters":{},"AvailableChallenges":%s}`, list)
}

const (
	otpAsked = `{"ChallengeName":"EMAIL_OTP","Session":"SESSION","AvailableChallenges":["EMAIL_OTP"],"ChallengeParameters":
		{"CODE_DELIVERY_DELIVERY_MEDIUM":"EMAIL","CODE_DELIVERY_DESTINATION":"a***@e***","USER_ID_FOR_SRP":"ada"}}`
	// RespondToAuthChallenge has no AvailableChallenges.
	otpAnswered   = mailAsked
	passwordAsked = `{"ChallengeName":"PASSWORD","Session":"SESSION","ChallengeParameters":{}}`
	noChoice      = "InvalidParameterException: ANSWER is not one of the available challenges."
)

// TestOfferedFactors: what SELECT_CHALLENGE offers.
func TestOfferedFactors(t *testing.T) {
	all := []string{"EMAIL_OTP", "SMS_OTP"}
	type users = []func(*userpool.User)
	federated := func(u *userpool.User) {
		u.Credential, u.Status = userpool.Credential{}, userpool.StatusExternalProvider
	}
	noPassword := func(u *userpool.User) { u.Credential = userpool.Credential{} }
	for _, tt := range []struct {
		name   string
		setup  []setup
		client string
		user   users
		want   string
	}{
		{"password alone", []setup{choosing()}, benchClient, users{withEmail, withPhone}, selectAsked("PASSWORD_SRP", "PASSWORD")},
		{"all", []setup{choosing(all...)}, benchClient, users{withEmail, withPhone}, selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP")},
		{"what the user has", []setup{choosing(all...)}, benchClient, users{withPhone}, selectAsked("PASSWORD_SRP", "PASSWORD", "SMS_OTP")},
		{"no password", []setup{choosing(all...)}, benchClient, users{withEmail, noPassword}, selectAsked("EMAIL_OTP")},
		{"nothing at all", []setup{choosing(all...)}, benchClient, users{noPassword}, incorrect},
		{"nothing at all, hidden", []setup{choosing("EMAIL_OTP")}, "hiding", users{noPassword}, selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP")},
		{"imported", []setup{choosing()}, benchClient, users{noPassword, func(u *userpool.User) { u.Status = userpool.StatusResetRequired }}, noReset},
		{"a temporary password", []setup{choosing(all...)}, benchClient, users{withEmail, withPhone, invited}, selectAsked("PASSWORD_SRP", "PASSWORD")},
		{"an active second factor", []setup{mfaPool("OPTIONAL", "SOFTWARE_TOKEN_MFA"), choosing(all...)}, benchClient,
			users{withEmail, withPhone, withToken, prefers("", "SOFTWARE_TOKEN_MFA")}, selectAsked("PASSWORD_SRP", "PASSWORD")},
		{"an inactive second factor", []setup{mfaPool("OPTIONAL", "SOFTWARE_TOKEN_MFA"), choosing(all...)}, benchClient,
			users{withEmail, withPhone, withToken}, selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP")},
		{"a required second factor", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA"), choosing(all...)}, benchClient,
			users{withEmail, withPhone}, selectAsked("PASSWORD_SRP", "PASSWORD")},
		{"who signs in at a provider", []setup{choosing(all...)}, benchClient, users{withEmail, withPhone, federated}, incorrect},
		{"who signs in at a provider, hidden", []setup{choosing(all...)}, "hiding", users{withEmail, federated}, selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP")},
		{"a client without it", []setup{choosing(all...)}, "plain", users{withEmail},
			"InvalidParameterException: USER_AUTH flow not enabled for this client"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup...)
			b.addUser("ada", tt.user...)
			b.play([]turn{chosen(tt.client, "ada", tt.want)})
		})
	}
}

func TestChoiceSignIn(t *testing.T) {
	unconfirmed := func(u *userpool.User) {
		u.Status, u.Attributes["email_verified"] = userpool.StatusUnconfirmed, "false"
	}
	for _, tt := range []struct {
		name  string
		user  []func(*userpool.User)
		turns []turn
		sent  []string
	}{{
		"password at once", nil, []turn{
			chosen(benchClient, "ada", gotTokens, "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", rightPassword),
			chosen(benchClient, "ada", incorrect, "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", "wrong"),
			chosen(benchClient, "ada", passwordAsked, "PREFERRED_CHALLENGE", "PASSWORD"),
			answered("PASSWORD", "ada", "InvalidParameterException: Missing required parameter PASSWORD"),
			answered("PASSWORD", "ada", incorrect, "PASSWORD", "wrong"),
			answered("PASSWORD", "ada", gotTokens, "PASSWORD", rightPassword),
			answered("PASSWORD", "ada", usedTwice, "PASSWORD", rightPassword),
		}, nil,
	}, {
		"password by choice", nil, []turn{
			chosen(benchClient, "ada", selectAsked("PASSWORD_SRP", "PASSWORD"), "PREFERRED_CHALLENGE", "WEB_AUTHN"),
			answered("SELECT_CHALLENGE", "ada", "InvalidParameterException: Missing required parameter ANSWER"),
			answered("SELECT_CHALLENGE", "ada", noChoice, "ANSWER", "EMAIL_OTP"),
			answered("SELECT_CHALLENGE", "ada", incorrect, "ANSWER", "PASSWORD", "PASSWORD", "wrong"),
			answered("SELECT_CHALLENGE", "ada", gotTokens, "ANSWER", "PASSWORD", "PASSWORD", rightPassword),
			answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD", "PASSWORD", rightPassword),
		}, nil,
	}, {
		"password by choice, in two steps", nil, []turn{
			chosen(benchClient, "ada", selectAsked("PASSWORD_SRP", "PASSWORD")),
			answered("SELECT_CHALLENGE", "ada", passwordAsked, "ANSWER", "PASSWORD"),
			answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD"),
			answered("PASSWORD", "next", gotTokens, "PASSWORD", rightPassword),
		}, nil,
	}, {
		"code at once", []func(*userpool.User){withEmail}, []turn{
			chosen(benchClient, "ada", otpAsked, "PREFERRED_CHALLENGE", "EMAIL_OTP"),
			answered("EMAIL_OTP", "ada", "InvalidParameterException: Missing required parameter EMAIL_OTP_CODE"),
			answered("EMAIL_OTP", "ada", wrongMFA, "EMAIL_OTP_CODE", "{{wrong}}"),
			answered("PASSWORD", "ada", badSess, "PASSWORD", rightPassword),
			answered("EMAIL_OTP", "ada", gotTokens, "EMAIL_OTP_CODE", "{{code}}"),
			answered("EMAIL_OTP", "ada", usedTwice, "EMAIL_OTP_CODE", "{{code}}"),
		}, []string{"EMAIL ada@example.org Authentication"},
	}, {
		"code by choice", []func(*userpool.User){withEmail, withPhone}, []turn{
			chosen(benchClient, "ada", selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP")),
			answered("SELECT_CHALLENGE", "ada", `{"ChallengeName":"SMS_OTP","Session":"SESSION","ChallengeParameters":
				{"CODE_DELIVERY_DELIVERY_MEDIUM":"SMS","CODE_DELIVERY_DESTINATION":"+*******0000","USER_ID_FOR_SRP":"ada"}}`, "ANSWER", "SMS_OTP"),
			answered("SMS_OTP", "next", gotTokens, "SMS_OTP_CODE", "{{code}}"),
		}, []string{"SMS +15551230000 Authentication"},
	}, {
		"a code confirms a sign-up", []func(*userpool.User){withEmail, unconfirmed}, []turn{
			chosen(benchClient, "ada", "UserNotConfirmedException: User is not confirmed.", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", rightPassword),
			chosen(benchClient, "ada", otpAsked, "PREFERRED_CHALLENGE", "EMAIL_OTP"),
			answered("EMAIL_OTP", "ada", gotTokens, "EMAIL_OTP_CODE", "{{code}}"),
			{op: "AdminGetUser", body: `{"Username":"ada"}`, want: `{"Username":"ada","Enabled":true,"UserStatus":"CONFIRMED","UserCreateDate":1700000000,
				"UserLastModifiedDate":1700000000,"UserAttributes":[{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"ada@example.org"},
				{"Name":"email_verified","Value":"true"}]}`},
		}, []string{"EMAIL ada@example.org Authentication"},
	}, {
		"a disabled user is told with the right code, which proves nothing", []func(*userpool.User){withEmail, unconfirmed, func(u *userpool.User) { u.Enabled = false }}, []turn{
			chosen(benchClient, "ada", otpAsked, "PREFERRED_CHALLENGE", "EMAIL_OTP"),
			answered("EMAIL_OTP", "ada", wrongMFA, "EMAIL_OTP_CODE", "{{wrong}}"),
			answered("EMAIL_OTP", "ada", "NotAuthorizedException: User is disabled.", "EMAIL_OTP_CODE", "{{code}}"),
			{op: "AdminGetUser", body: `{"Username":"ada"}`, want: `{"Username":"ada","Enabled":false,"UserStatus":"UNCONFIRMED","UserCreateDate":1700000000,
				"UserLastModifiedDate":1700000000,"UserAttributes":[{"Name":"sub","Value":"SUB"},{"Name":"email","Value":"ada@example.org"},
				{"Name":"email_verified","Value":"false"}]}`},
		}, []string{"EMAIL ada@example.org Authentication"},
	}, {
		"the client's own life of sessions", []func(*userpool.User){withEmail}, []turn{
			chosen(benchClient, "ada", otpAsked, "PREFERRED_CHALLENGE", "EMAIL_OTP"),
			{after: 3 * time.Minute, op: "RespondToAuthChallenge", want: tooLate,
				body: `{"ChallengeName":"EMAIL_OTP","Session":"{{ada.Session}}","ChallengeResponses":{"USERNAME":"ada","EMAIL_OTP_CODE":"{{code}}"}}`},
		}, []string{"EMAIL ada@example.org Authentication"},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, choosing("EMAIL_OTP", "SMS_OTP"))
			b.addUser("ada", tt.user...)
			b.play(tt.turns)
			b.checkSent(tt.sent)
		})
	}
}

// TestChoiceHidesStrangers: a name that nobody has is told apart by no answer where the
// client hides it, not even by the lock; elsewhere it is told at once.
func TestChoiceHidesStrangers(t *testing.T) {
	b := newSignInBench(t, choosing("EMAIL_OTP"))
	b.addUser("ada", withEmail)
	asked := func(user string) turn {
		s := chosen("hiding", user, "*", "PREFERRED_CHALLENGE", "EMAIL_OTP")
		s.keep = "x"
		return s
	}
	b.play([]turn{
		chosen(benchClient, "nobody", unknown),
		chosen("hiding", "nobody", selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP")),
		chosen("hiding", "ada", selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP")),
		chosen("hiding", "nobody", incorrect, "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", rightPassword),
		chosen("hiding", "nobody@example.org", `{"ChallengeName":"EMAIL_OTP","Session":"SESSION","AvailableChallenges":["EMAIL_OTP"],"ChallengeParameters":
			{"CODE_DELIVERY_DELIVERY_MEDIUM":"EMAIL","CODE_DELIVERY_DESTINATION":"n***@e***","USER_ID_FOR_SRP":"nobody@example.org"}}`, "PREFERRED_CHALLENGE", "EMAIL_OTP"),
	})
	for _, user := range []string{"ada", "nobody"} {
		answer := func(want string) turn {
			return turn{op: "RespondToAuthChallenge", want: want, body: fmt.Sprintf(`{"ClientId":"hiding","ChallengeName":"EMAIL_OTP","Session":"{{x.Session}}",
				"ChallengeResponses":{"USERNAME":%q,"EMAIL_OTP_CODE":"x"}}`, user)}
		}
		b.play([]turn{asked(user), answer(wrongMFA), answer(wrongMFA), answer(wrongMFA), answer(wrongMFA), answer(wrongMFA), answer(locked)})
		for range 19 {
			b.play([]turn{asked(user)})
		}
		b.play([]turn{chosen("hiding", user, "TooManyRequestsException: Attempt limit exceeded, please try after some time.", "PREFERRED_CHALLENGE", "EMAIL_OTP")})
	}
	b.checkSent(repeated("EMAIL ada@example.org Authentication", 20))
	if known, stranger := len(b.kept["ada.Session"]), len(b.kept["x.Session"]); known == 0 || stranger == 0 {
		t.Error("no sessions were kept")
	}
}

func repeated(text string, n int) []string {
	var list []string
	for range n {
		list = append(list, text)
	}
	return list
}

// TestChoiceBySRP: SRP through USER_AUTH, at once and by choice.
func TestChoiceBySRP(t *testing.T) {
	b := newSignInBench(t, choosing("EMAIL_OTP"))
	b.addUser("ada", withEmail)
	for _, byChoice := range []bool{false, true} {
		client := srptest.NewClient()
		var answer map[string]any
		var failure string
		if byChoice {
			b.play([]turn{chosen(benchClient, "ada", selectAsked("PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"))})
			answer, failure = b.send("RespondToAuthChallenge", answered("SELECT_CHALLENGE", "ada", "", "ANSWER", "PASSWORD_SRP", "SRP_A", client.PublicHex()).body)
		} else {
			answer, failure = b.send("InitiateAuth", chosen(benchClient, "ada", "", "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", client.PublicHex()).body)
		}
		if failure != "" || answer["ChallengeName"] != "PASSWORD_VERIFIER" || answer["Session"] == nil {
			t.Fatalf("by choice %v: %v %v", byChoice, failure, answer)
		}
		answers := b.srpAnswers(client, rightPassword, answer["ChallengeParameters"].(map[string]any))
		wrong := b.srpAnswers(client, "wrong", answer["ChallengeParameters"].(map[string]any))
		if byChoice {
			again := answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD_SRP", "SRP_A", client.PublicHex())
			again.keep = ""
			b.play([]turn{again})
		}
		respond := func(session string, answers map[string]string) string {
			body, _ := json.Marshal(map[string]any{"ChallengeName": "PASSWORD_VERIFIER", "Session": session, "ChallengeResponses": answers})
			return string(body)
		}
		b.play([]turn{
			chosen(benchClient, "ada", "*"),
			{op: "RespondToAuthChallenge", body: respond("{{ada.Session}}", answers), want: badSess}, // another challenge's
			chosen(benchClient, "ada", "*", "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", client.PublicHex()),
			{op: "RespondToAuthChallenge", body: respond("{{ada.Session}}", answers), want: badSess}, // another block's
			// The choice is over, the challenge that it led to is not: as with other factors.
			{op: "RespondToAuthChallenge", body: respond(answer["Session"].(string), wrong), want: incorrect},
			{op: "RespondToAuthChallenge", body: respond(answer["Session"].(string), answers), want: gotTokens},
			{op: "RespondToAuthChallenge", body: respond(answer["Session"].(string), answers), want: usedTwice},
		})
	}
}

// TestSignUpSignsIn: the session of a sign-up leads through its confirmation to tokens,
// without a second proof, once.
func TestSignUpSignsIn(t *testing.T) {
	b := newSignInBench(t, choosing("EMAIL_OTP"))
	b.addUser("eve")
	use := func(user, session, want string) turn {
		return turn{op: "InitiateAuth", want: want, keep: "done",
			body: fmt.Sprintf(`{"AuthFlow":"USER_AUTH","Session":"{{%s.Session}}","AuthParameters":{"USERNAME":%q}}`, session, user)}
	}
	b.play([]turn{
		{op: "SignUp", body: `{"Username":"ada","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`, keep: "up",
			want: `{"UserConfirmed":false,"UserSub":"SUB","Session":"SESSION","CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"}}`},
		use("ada", "up", badSess),
		{op: "ConfirmSignUp", body: `{"Username":"eve","Session":"{{up.Session}}","ConfirmationCode":"{{code}}"}`, want: badSess},
		{op: "ConfirmSignUp", body: `{"Username":"ada","Session":"{{up.Session}}","ConfirmationCode":"{{wrong}}"}`,
			want: "CodeMismatchException: Invalid verification code provided, please try again."},
		{op: "ConfirmSignUp", body: `{"Username":"ada","Session":"{{up.Session}}","ConfirmationCode":"{{code}}"}`, want: `{"Session":"SESSION"}`, keep: "confirmed"},
		use("eve", "confirmed", badSess),
		use("ada", "up", badSess),
		use("ada", "confirmed", gotTokens),
		use("ada", "confirmed", usedTwice),
		{op: "SignUp", body: `{"Username":"bob","UserAttributes":[{"Name":"email","Value":"bob@example.org"}]}`, want: "*", keep: "up"},
		{op: "ConfirmSignUp", body: `{"Username":"bob","ConfirmationCode":"{{code}}"}`, want: `{"Session":"SESSION"}`},
	})
}

// TestChoiceHistory: a sign-in by choice is one entry of its user's history, whatever was
// chosen in however many steps, and with wrong answers.
func TestChoiceHistory(t *testing.T) {
	const successAfterFailure = "event-1 Pass Failure Success"
	bySRP := func(step func(b *signInBench, client *srptest.Client) map[string]any) func(*signInBench) {
		return func(b *signInBench) {
			client := srptest.NewClient()
			asked := step(b, client)
			for _, password := range []string{"wrong", rightPassword} {
				b.respond(signInTry{client: benchClient}, asked, b.srpAnswers(client, password, asked["ChallengeParameters"].(map[string]any)))
			}
		}
	}
	for _, tt := range []struct {
		name string
		does func(*signInBench)
	}{
		{"password with the choice", func(b *signInBench) {
			b.play([]turn{
				chosen(benchClient, "ada", "*"), answered("SELECT_CHALLENGE", "ada", incorrect, "ANSWER", "PASSWORD", "PASSWORD", "wrong"),
				answered("SELECT_CHALLENGE", "ada", gotTokens, "ANSWER", "PASSWORD", "PASSWORD", rightPassword),
			})
		}},
		{"password after the choice", func(b *signInBench) {
			b.play([]turn{
				chosen(benchClient, "ada", "*"), answered("SELECT_CHALLENGE", "ada", passwordAsked, "ANSWER", "PASSWORD"),
				answered("PASSWORD", "next", incorrect, "PASSWORD", "wrong"), answered("PASSWORD", "next", gotTokens, "PASSWORD", rightPassword),
			})
		}},
		{"code", func(b *signInBench) {
			b.play([]turn{
				chosen(benchClient, "ada", otpAsked, "PREFERRED_CHALLENGE", "EMAIL_OTP"),
				answered("EMAIL_OTP", "ada", wrongMFA, "EMAIL_OTP_CODE", "{{wrong}}"), answered("EMAIL_OTP", "ada", gotTokens, "EMAIL_OTP_CODE", "{{code}}"),
			})
		}},
		{"SRP at once", bySRP(func(b *signInBench, client *srptest.Client) map[string]any {
			asked, _ := b.send("InitiateAuth", chosen(benchClient, "ada", "", "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", client.PublicHex()).body)
			return asked
		})},
		{"SRP after the choice", bySRP(func(b *signInBench, client *srptest.Client) map[string]any {
			b.play([]turn{chosen(benchClient, "ada", "*"), answered("SELECT_CHALLENGE", "ada", "*", "ANSWER", "PASSWORD_SRP")})
			asked, _ := b.send("RespondToAuthChallenge", answered("PASSWORD_SRP", "next", "", "SRP_A", client.PublicHex()).body)
			return asked
		})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, choosing("EMAIL_OTP"), func(p *userpool.Pool, _ *userpool.AppClient) {
				p.Settings.UserPoolAddOns = &userpool.UserPoolAddOns{AdvancedSecurityMode: "AUDIT"}
			})
			made := 0
			b.srv.Auth.Activity = &activity.Recorder{Now: b.clock, NewID: func() string { made++; return fmt.Sprint("event-", made) }}
			b.addUser("ada", withEmail)
			tt.does(b)
			entries, err := activity.List(t.Context(), b.store, b.user("ada"), time.Time{}, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, e := range entries {
				line := e.ID + " " + e.Response
				for _, c := range e.Challenges {
					line += " " + c.Response
				}
				lines = append(lines, line)
			}
			if diff := cmp.Diff([]string{successAfterFailure}, lines); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
