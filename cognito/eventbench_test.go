package cognito_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"idpond/internal/activity"
	"idpond/internal/message"
)

// eventBench is a bench whose users can sign in, and whose history is kept. Events
// have the ids event-1, event-2 …; what is exported is kept. Each request comes a
// second after the one before, from 192.0.2.1.
type eventBench struct {
	*bench
	inbox *message.Inbox

	mu       sync.Mutex
	made     int
	exported []activity.Message
}

func newEventBench(t testing.TB) *eventBench {
	b := &eventBench{bench: newBench(t), inbox: &message.Inbox{}}
	history := &activity.Recorder{
		Now: b.clock,
		NewID: func() string {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.made++
			return fmt.Sprint("event-", b.made)
		},
		Export: func(_ string, _ time.Time, m activity.Message) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.exported = append(b.exported, m)
		},
	}
	b.srv.Accounts.Activity, b.srv.Auth.Activity = history, history
	b.srv.Accounts.Messages.Email = b.inbox
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"},"AutoVerifiedAttributes":["email"]}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}`)
	return b
}

// ask sends a request a second later and gives the answer.
func (b *eventBench) ask(op, body string) string {
	b.Helper()
	b.advance(time.Second)
	return b.call(op, body)
}

// code gives the newest code that was sent, "" before anything was.
func (b *eventBench) code() string {
	for _, m := range b.inbox.List("", 1) {
		return m.Code
	}
	return ""
}

func password(password string) string {
	return `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT","AuthParameters":{"USERNAME":"ada","PASSWORD":"` + password + `"}}`
}

// history gives ada's, newest first, an event in a line: id (SUB for ada's own), kind,
// how it came out, and the challenges.
func (b *eventBench) history(more string) []string {
	b.Helper()
	var answer struct {
		AuthEvents []struct {
			EventId, EventType, EventResponse string
			ChallengeResponses                []struct{ ChallengeName, ChallengeResponse string }
		}
	}
	if err := json.Unmarshal([]byte(b.ok("AdminListUserAuthEvents", `{"Username":"ada"`+more+`}`)), &answer); err != nil {
		b.Fatal(err)
	}
	var lines []string
	for _, e := range answer.AuthEvents {
		line := subPattern.ReplaceAllString(e.EventId, "SUB") + " " + e.EventType + " " + e.EventResponse
		for _, c := range e.ChallengeResponses {
			line += " " + c.ChallengeName + ":" + c.ChallengeResponse
		}
		lines = append(lines, line)
	}
	return lines
}

// withAda makes a user with the password Passw0rd!.
func (b *eventBench) withAda() {
	b.Helper()
	b.ok("AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`)
	b.ok("AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!","Permanent":true}`)
}

// signUps are the entries of ada's history that tell of the sign-up.
func (b *eventBench) signUps() []string {
	b.Helper()
	return slices.DeleteFunc(b.history(""), func(line string) bool { return !strings.Contains(line, " SignUp ") })
}
