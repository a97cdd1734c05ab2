package cognito_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/activity"
	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// TestCustomAuthWithDevice: functions may ask for the device that the client names.
func TestCustomAuthWithDevice(t *testing.T) {
	const key, secret = "eu-west-1_11111111-2222-3333-4444-555555555555", "the device's own"
	b := newCustomBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.DeviceConfiguration = &userpool.DeviceConfiguration{ChallengeRequiredOnNewDevice: true}
	})
	group := userpool.DeviceGroupKey(b.addUser("ada"))
	salt, err := srp.NewSalt()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Write(t.Context(), func(tx store.Tx) error {
		return tx.CreateDevice(t.Context(), &store.Device{
			PoolID: b.pool.ID, UserID: b.user("ada").ID, Key: key, Remembered: true, Salt: salt,
			Verifier: srp.NewVerifier(group, key, secret, salt), CreatedAt: b.clock(), UpdatedAt: b.clock(), AuthenticatedAt: b.clock(),
		})
	}); err != nil {
		t.Fatal(err)
	}
	b.functions.inOrder("DEVICE_SRP_AUTH", "CUSTOM_CHALLENGE")
	on := func(device string) string {
		return fmt.Sprintf(`{"AuthFlow":"CUSTOM_AUTH","AuthParameters":{"USERNAME":"ada","DEVICE_KEY":%q}}`, device)
	}
	client := srptest.NewClient()
	b.play([]turn{
		{op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: "InvalidParameterException: The user can't answer DEVICE_SRP_AUTH."},
		{op: "InitiateAuth", body: on("eu-west-1_00000000-0000-0000-0000-000000000000"), want: "ResourceNotFoundException: Device does not exist."},
		{op: "InitiateAuth", body: on(key), keep: "hello", want: `{"ChallengeName":"DEVICE_SRP_AUTH","Session":"SESSION","ChallengeParameters":
			{"DEVICE_KEY":"eu-west-1_SUB","USERNAME":"ada","USER_ID_FOR_SRP":"ada"}}`},
		{op: "RespondToAuthChallenge", keep: "proof", body: answer(benchClient, "DEVICE_SRP_AUTH", "hello", "ada", "DEVICE_KEY", key, "SRP_A", client.PublicHex()),
			want: `{"ChallengeName":"DEVICE_PASSWORD_VERIFIER","Session":"SESSION","ChallengeParameters":
			{"DEVICE_KEY":"eu-west-1_SUB","USERNAME":"ada","SALT":"SALT","SRP_B":"SRP_B","SECRET_BLOCK":"SECRET_BLOCK"}}`},
	})
	shared, err := client.Key(group, key, secret, b.kept["proof.SALT"], b.kept["proof.SRP_B"])
	if err != nil {
		t.Fatal(err)
	}
	block, err := base64.StdEncoding.DecodeString(b.kept["proof.SECRET_BLOCK"])
	if err != nil {
		t.Fatal(err)
	}
	claim := srp.Claim{PoolName: group, UserID: key, SecretBlock: block, Timestamp: srp.Timestamp(b.clock())}
	proof := func(signature string) string {
		return answer(benchClient, "DEVICE_PASSWORD_VERIFIER", "proof", "ada", "DEVICE_KEY", key, "TIMESTAMP", claim.Timestamp,
			"PASSWORD_CLAIM_SECRET_BLOCK", b.kept["proof.SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE", signature)
	}
	b.functions.told()
	b.play([]turn{
		{op: "RespondToAuthChallenge", body: proof("AAAA"), want: incorrect},
		{op: "RespondToAuthChallenge", body: proof(claim.Signature(shared)), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: proof(claim.Signature(shared)), want: usedTwice},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: gotTokens}, // of that device: no new one
	})
	b.checkTold("a device", "DefineAuthChallenge DEVICE_PASSWORD_VERIFIER:true", "CreateAuthChallenge DEVICE_PASSWORD_VERIFIER:true",
		"VerifyAuthChallengeResponse answer 1 of map[answer:answer 1]", "DefineAuthChallenge DEVICE_PASSWORD_VERIFIER:true CUSTOM_CHALLENGE:true:R1")

	b.functions.inOrder("CUSTOM_CHALLENGE") // a device that isn't there is told in the end
	b.play([]turn{
		{op: "InitiateAuth", body: on("eu-west-1_00000000-0000-0000-0000-000000000000"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: "ResourceNotFoundException: Device does not exist."},
	})
}

// TestCustomAuthHistory: a custom sign-in is one entry of its user's history, however
// many steps it has.
func TestCustomAuthHistory(t *testing.T) {
	b := newCustomBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.UserPoolAddOns = &userpool.UserPoolAddOns{AdvancedSecurityMode: "AUDIT"}
	})
	made := 0
	b.srv.Auth.Activity = &activity.Recorder{Now: b.clock, NewID: func() string { made++; return fmt.Sprint("event-", made) }}
	b.addUser("ada")
	b.functions.inOrder("PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "CUSTOM_CHALLENGE")
	body, failure := b.password(benchClient, "ada", rightPassword, true)
	if failure != "" {
		t.Fatal(failure)
	}
	b.play([]turn{
		{op: "RespondToAuthChallenge", body: body, want: riddle(1, "ada"), keep: "one"},
		{after: time.Second, op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: riddle(2, "ada"), keep: "two"},
		{after: time.Second, op: "RespondToAuthChallenge", body: solve("two", "ada", "x"), want: gotTokens},
	})
	b.functions.define = riddles().define
	b.play([]turn{
		{after: time.Second, op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "x"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "x"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "x"), want: incorrect},
	})
	entries, err := activity.List(t.Context(), b.store, b.user("ada"), time.Time{}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, fmt.Sprint(e.ID, " ", e.Response, " ", len(e.Challenges)))
	}
	want := []string{"event-5 Fail 0", "event-1 Pass 1"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCustomAuthNewPassword: who was invited and proves the temporary password sets a
// new one, when the functions ask for it or in the end.
func TestCustomAuthNewPassword(t *testing.T) {
	for _, order := range [][]string{
		{"PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"}, {"PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "CUSTOM_CHALLENGE"},
	} {
		b := newCustomBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
			p.Settings.MfaConfiguration = "ON" // which the functions stand in for
			p.Settings.SoftwareTokenMfaConfiguration = &userpool.SoftwareTokenMfaConfig{Enabled: true}
		})
		b.addUser("ada", invited)
		b.functions.inOrder(order...)
		body, failure := b.password(benchClient, "ada", rightPassword, true)
		if failure != "" {
			t.Fatal(failure)
		}
		captcha := turn{op: "RespondToAuthChallenge", body: body, want: riddle(1, "ada"), keep: "captcha"}
		set := turn{op: "RespondToAuthChallenge", body: newPassword(benchClient, "new", "ada", "N3wPassw0rd!"), want: gotTokens}
		if len(order) == 2 {
			b.play([]turn{captcha, {op: "RespondToAuthChallenge", body: solve("captcha", "ada", "answer 1"), want: newPasswordAsked, keep: "new"}, set})
		} else {
			captcha.body, set.want, set.keep = set.body, captcha.want, "captcha"
			b.play([]turn{
				{op: "RespondToAuthChallenge", body: body, want: newPasswordAsked, keep: "new"}, set,
				{op: "RespondToAuthChallenge", body: solve("captcha", "ada", "answer 1"), want: gotTokens},
			})
		}
		if got := b.user("ada").Status; got != userpool.StatusConfirmed {
			t.Errorf("%v: the user is %s", order, got)
		}
		b.checkTold(fmt.Sprint(order), toldOf(order)...)
	}
}

// toldOf is what the functions are told of a sign-in with these challenges.
func toldOf(order []string) []string {
	steps, lines := " SRP_A:true", []string{"DefineAuthChallenge SRP_A:true"}
	for i, name := range order {
		steps += " " + name + ":true"
		metadata := ""
		switch name {
		case "PASSWORD_VERIFIER":
			metadata = " map[at:password]"
		case "CUSTOM_CHALLENGE":
			steps += ":R1"
			lines = append(lines, "VerifyAuthChallengeResponse answer 1 of map[answer:answer 1]")
		}
		lines = append(lines, "DefineAuthChallenge"+steps+metadata)
		if i+1 < len(order) && order[i+1] == "CUSTOM_CHALLENGE" {
			lines = append(lines, "CreateAuthChallenge"+steps+metadata)
		}
	}
	return lines
}

// TestCustomAuthWithCode: functions may ask for a code that the server sends. A wrong
// one leaves the challenge as it is, a right one is one more step.
func TestCustomAuthWithCode(t *testing.T) {
	b := newCustomBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.EmailMfaConfiguration = &userpool.EmailMfaConfig{}
	})
	b.addUser("ada", func(u *userpool.User) {
		u.Attributes["email"], u.Attributes["email_verified"] = "ada@example.org", "true"
	})
	b.functions.inOrder("EMAIL_OTP", "CUSTOM_CHALLENGE")
	const mailed = `{"ChallengeName":"EMAIL_OTP","Session":"SESSION","ChallengeParameters":{"CODE_DELIVERY_DELIVERY_MEDIUM":"EMAIL",
		"CODE_DELIVERY_DESTINATION":"a***@e***","USER_ID_FOR_SRP":"ada"}}`
	code := func(place string) string {
		return answer(benchClient, "EMAIL_OTP", "mail", "ada", "EMAIL_OTP_CODE", place)
	}
	b.play([]turn{
		{op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: mailed, keep: "mail"},
		{op: "RespondToAuthChallenge", body: code("{{wrong}}"), want: "CodeMismatchException: Invalid code or auth state for the user."},
		{op: "RespondToAuthChallenge", body: code("{{code}}"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: code("{{code}}"), want: usedTwice},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: gotTokens},
	})
	b.checkTold("a code", "DefineAuthChallenge", "DefineAuthChallenge EMAIL_OTP:true", "CreateAuthChallenge EMAIL_OTP:true",
		"VerifyAuthChallengeResponse answer 1 of map[answer:answer 1]", "DefineAuthChallenge EMAIL_OTP:true CUSTOM_CHALLENGE:true:R1")
}

// TestCustomSizes: functions may keep more than a session holds, though not
// whatever they like.
func TestCustomSizes(t *testing.T) {
	for _, tt := range []struct {
		member string
		value  func(text string) any
		size   int
		want   string
	}{
		{"privateChallengeParameters", func(s string) any { return map[string]string{"answer": "answer 1", "more": s} }, 40_000, "CUSTOM_CHALLENGE"},
		{"privateChallengeParameters", func(s string) any { return map[string]string{"more": s} }, 70_000, unrecognized},
		{"publicChallengeParameters", func(s string) any { return map[string]string{"image": s} }, 40_000, "CUSTOM_CHALLENGE"},
		{"publicChallengeParameters", func(s string) any { return map[string]string{"image": s} }, 70_000, unrecognized},
		{"challengeMetadata", func(s string) any { return s }, 70_000, unrecognized},
	} {
		b := newCustomBench(t)
		b.addUser("ada")
		b.functions.create = func(e event, _ http.ResponseWriter) bool {
			e.Response[tt.member] = tt.value(strings.Repeat("x", tt.size))
			return false
		}
		got, failure := b.send("InitiateAuth", customAuth(benchClient, "ada"))
		if failure == "" {
			failure = fmt.Sprint(got["ChallengeName"])
			if session := got["Session"].(string); len(session) > 2048 {
				t.Errorf("%s of %d: a session of %d characters", tt.member, tt.size, len(session))
			}
		}
		if failure != tt.want {
			t.Errorf("%s of %d: %s, want %s", tt.member, tt.size, failure, tt.want)
		}
	}
}
