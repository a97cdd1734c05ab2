package cognito_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

// TestCustomAuthLock: riddles are no passwords, so the lock on those is none on them.
func TestCustomAuthLock(t *testing.T) {
	b := newCustomBench(t)
	b.addUser("ada")
	for range 5 {
		b.play([]turn{{op: "InitiateAuth", body: signIn(benchClient, "ada", "wrong"), want: incorrect}})
	}
	b.play([]turn{
		{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: locked},
		{op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "answer 1"), want: riddle(2, "ada"), keep: "two"},
		{op: "RespondToAuthChallenge", body: solve("two", "ada", "answer 2"), want: gotTokens},
	})
}

// TestCustomSession: it is for one user, client, side and challenge, and runs out.
func TestCustomSession(t *testing.T) {
	right := solve("one", "ada", "answer 1")
	for _, tt := range []struct {
		name   string
		before func(*customBench)
		op     string
		body   string
		want   string
		after  string // the right answer afterwards
	}{
		{name: "right", body: right, want: riddle(2, "ada"), after: usedTwice},
		{name: "at the last moment", before: func(b *customBench) { b.advance(3*time.Minute - time.Millisecond) }, body: right, want: riddle(2, "ada"), after: usedTwice},
		{name: "too late", before: func(b *customBench) { b.advance(3 * time.Minute) }, body: right, want: tooLate, after: tooLate},
		{name: "purged", before: func(b *customBench) {
			if _, err := b.store.Purge(b.Context(), b.clock().Add(time.Hour), 1000); err != nil {
				b.Fatal(err)
			}
		}, body: right, want: usedTwice, after: usedTwice},
		{name: "no answer", body: answer(benchClient, "CUSTOM_CHALLENGE", "one", "ada"), want: "InvalidParameterException: Missing required parameter ANSWER", after: riddle(2, "ada")},
		{name: "other user", body: solve("one", "bob", "answer 1"), want: badSess, after: riddle(2, "ada")},
		{name: "other client", body: answer("hiding", "CUSTOM_CHALLENGE", "one", "ada", "ANSWER", "answer 1"), want: badSess, after: riddle(2, "ada")},
		{name: "other side", op: "AdminRespondToAuthChallenge", body: right, want: badSess, after: riddle(2, "ada")},
		{name: "other challenge", body: answer(benchClient, "NEW_PASSWORD_REQUIRED", "one", "ada", "NEW_PASSWORD", "N3wPassw0rd!"), want: badSess, after: riddle(2, "ada")},
		{name: "session of another challenge", before: func(b *customBench) {
			b.changeUser("bob", invited)
			b.ask("one", "InitiateAuth", signIn(benchClient, "bob", rightPassword))
		}, body: solve("one", "bob", "answer 1"), want: badSess, after: badSess},
		{name: "other password meanwhile", before: func(b *customBench) {
			b.advance(time.Second)
			b.send("AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!","Permanent":true}`)
		}, body: right, want: badSess, after: badSess},
		{name: "deleted meanwhile", before: func(b *customBench) { b.send("AdminDeleteUser", `{"Username":"ada"}`) }, body: right, want: badSess, after: badSess},
	} {
		b := newCustomBench(t)
		b.addUser("ada")
		b.addUser("bob")
		b.ask("one", "InitiateAuth", customAuth(benchClient, "ada"))
		if tt.before != nil {
			tt.before(b)
		}
		op := tt.op
		if op == "" {
			op = "RespondToAuthChallenge"
		}
		if got := b.ask("", op, tt.body); got != want(t, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if got := b.ask("", "RespondToAuthChallenge", right); got != want(t, tt.after) {
			t.Errorf("%s, then the right answer: %s, want %s", tt.name, got, tt.after)
		}
	}
}

// TestCustomSpentOnce sends the last right answer 64 times at once: one gives
// tokens, and one alone reaches the functions.
func TestCustomSpentOnce(t *testing.T) {
	const times = 64
	b := newCustomBench(t)
	b.addUser("ada")
	b.ask("one", "InitiateAuth", customAuth(benchClient, "ada"))
	b.ask("two", "RespondToAuthChallenge", solve("one", "ada", "answer 1"))
	b.functions.told()
	body := b.withClient("RespondToAuthChallenge", strings.ReplaceAll(solve("two", "ada", "answer 2"), "{{two.Session}}", b.kept["two.Session"]))
	got := b.atOnce(times, "RespondToAuthChallenge", body)
	if diff := cmp.Diff(map[string]int{"tokens": 1, usedTwice: times - 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.checkTold("once", "VerifyAuthChallengeResponse answer 2 of map[answer:answer 2]",
		"DefineAuthChallenge CUSTOM_CHALLENGE:true:R1 CUSTOM_CHALLENGE:true:R2")
}

// TestCustomAuthByState: a user's state is told at the end, and what happens to a
// user meanwhile counts.
func TestCustomAuthByState(t *testing.T) {
	disabled := func(u *userpool.User) { u.Enabled = false }
	const isDisabled = "NotAuthorizedException: User is disabled."
	for _, tt := range []struct {
		name         string
		user         func(*userpool.User)
		riddles, srp string // how it ends by riddles alone, and after the password
	}{
		{"confirmed", func(*userpool.User) {}, gotTokens, riddle(1, "ada")},
		{"disabled", disabled, isDisabled, isDisabled},
		{"unconfirmed", func(u *userpool.User) { u.Status = userpool.StatusUnconfirmed },
			"UserNotConfirmedException: User is not confirmed.", "UserNotConfirmedException: User is not confirmed."},
		{"to be reset", func(u *userpool.User) { u.Status = userpool.StatusResetRequired }, noReset, noReset},
		{"federated", func(u *userpool.User) { u.Status = userpool.StatusExternalProvider }, incorrect, incorrect},
		{"invited", invited, gotTokens, riddle(1, "ada")},
	} {
		for _, client := range []string{benchClient, "hiding"} {
			b := newCustomBench(t)
			b.addUser("ada", tt.user)
			reply := func(session, text string) string {
				return answer(client, "CUSTOM_CHALLENGE", session, "ada", "ANSWER", text)
			}
			b.play([]turn{
				{op: "InitiateAuth", body: customAuth(client, "ada"), want: riddle(1, "ada"), keep: "one"},
				{op: "RespondToAuthChallenge", body: reply("one", "answer 1"), want: riddle(2, "ada"), keep: "two"},
				{op: "RespondToAuthChallenge", body: reply("two", "answer 2"), want: tt.riddles},
			})
			b.functions.inOrder("PASSWORD_VERIFIER", "CUSTOM_CHALLENGE")
			body, failure := b.password(client, "ada", rightPassword, true)
			if failure != "" {
				t.Fatal(failure)
			}
			if got := b.ask("", "RespondToAuthChallenge", body); got != want(t, tt.srp) {
				t.Errorf("%s, after the password: %s, want %s", tt.name, got, tt.srp)
			}
		}
	}
	b := newCustomBench(t)
	b.addUser("ada")
	b.functions.inOrder("CUSTOM_CHALLENGE")
	b.functions.verify = func(e event, _ http.ResponseWriter) bool {
		b.changeUser("ada", disabled) // while the function thinks
		e.Response["answerCorrect"] = true
		return false
	}
	b.play([]turn{
		{op: "InitiateAuth", body: customAuth(benchClient, "ada"), want: riddle(1, "ada"), keep: "one"},
		{op: "RespondToAuthChallenge", body: solve("one", "ada", "x"), want: isDisabled},
	})
}
