package cognito_test

import (
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

// pending is a challenge that waits for ada's answer.
type pending struct {
	name   string
	setup  []setup
	user   []func(*userpool.User)
	answer func(b *signInBench) map[string]string
}

func sent(key string) func(*signInBench) map[string]string {
	return func(b *signInBench) map[string]string { return map[string]string{key: b.lastCode()} }
}

func pendings() []pending {
	says := func(key, value string) func(*signInBench) map[string]string {
		return func(*signInBench) map[string]string { return map[string]string{key: value} }
	}
	type users = []func(*userpool.User)
	return []pending{
		{"NEW_PASSWORD_REQUIRED", nil, users{withEmail, invited}, says("NEW_PASSWORD", "N3wPassw0rd!")},
		{"SMS_MFA", []setup{mfaPool("ON", "SMS_MFA")}, users{withEmail, withPhone}, sent("SMS_MFA_CODE")},
		{"EMAIL_OTP", []setup{mfaPool("ON", "EMAIL_OTP")}, users{withEmail}, sent("EMAIL_OTP_CODE")},
		{"SOFTWARE_TOKEN_MFA", []setup{mfaPool("ON", "SOFTWARE_TOKEN_MFA")}, users{withEmail, withToken},
			func(b *signInBench) map[string]string {
				return map[string]string{"SOFTWARE_TOKEN_MFA_CODE": b.totp("ada")}
			}},
		{"SELECT_MFA_TYPE", []setup{mfaPool("ON", "SMS_MFA", "EMAIL_OTP")}, users{withEmail, withPhone}, says("ANSWER", "SMS_MFA")},
		{"MFA_SETUP", []setup{mfaPool("ON", "EMAIL_OTP")}, nil, says("EMAIL", "ada@example.org")},
	}
}

// meanwhile is what happens before the answer.
type meanwhile struct {
	name  string
	does  func(b *signInBench)
	wrong int // answers before the right one
	twice bool
	cells string // one word of standing for each pending challenge
}

func meanwhiles() []meanwhile {
	return []meanwhile{
		{"nothing", nil, 0, false, "tokens tokens tokens tokens sms mail"},
		{"answered before", nil, 0, true, "used used used used used used"},
		{"four wrong codes", nil, 4, false, "– tokens tokens tokens – –"},
		{"five wrong codes", nil, 5, false, "– locked locked locked – –"},
		{"three minutes", func(b *signInBench) { b.advance(3 * time.Minute) }, 0, false, "late late late late late late"},
		{"disabled", by("AdminDisableUser", `{"Username":"ada"}`), 0, false, "disabled disabled disabled disabled disabled disabled"},
		{"to reset the password", func(b *signInBench) {
			b.changeUser("ada", func(u *userpool.User) { u.Status = userpool.StatusResetRequired })
		}, 0, false, "– reset reset reset reset reset"},
		{"another password", func(b *signInBench) {
			b.advance(time.Second)
			by("AdminSetUserPassword", `{"Username":"ada","Password":"0therPassw0rd!","Permanent":true}`)(b)
		}, 0, false, "session session session session session session"},
		{"deleted", by("AdminDeleteUser", `{"Username":"ada"}`), 0, false, "session session session session session session"},
	}
}

// TestChallengeTable: every challenge that follows a right password, after what can
// happen before it is answered.
func TestChallengeTable(t *testing.T) {
	for _, m := range meanwhiles() {
		for i, p := range pendings() {
			cell := strings.Fields(m.cells)[i]
			if cell == "–" {
				continue
			}
			t.Run(m.name+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				b := newSignInBench(t, p.setup...)
				b.addUser("ada", p.user...)
				if got := b.answerAfter(m, p); got != standing()[cell] {
					t.Errorf("got %s, want %s", got, cell)
				}
			})
		}
	}
}

// answerAfter begins a sign-in that has to come to p, and answers when m has happened.
func (b *signInBench) answerAfter(m meanwhile, p pending) string {
	b.Helper()
	ada := signInTry{client: benchClient, right: true}
	asked, failure := b.initiate(ada, "USER_PASSWORD_AUTH", "USERNAME", "ada", "PASSWORD", rightPassword)
	if got := stands(asked, failure); got != p.name {
		b.Fatalf("began with %s", got)
	}
	answers := p.answer(b)
	answers["USERNAME"] = "ada"
	for range m.wrong {
		wrong := map[string]string{}
		for key := range answers {
			wrong[key] = "000000"
		}
		wrong["USERNAME"] = "ada"
		if got := stands(b.respond(ada, asked, wrong)); got != wrongMFA {
			b.Fatalf("wrong code: %s", got)
		}
	}
	if m.does != nil {
		m.does(b)
	}
	if m.twice {
		b.respond(ada, asked, answers)
	}
	return stands(b.respond(ada, asked, answers))
}
