package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"idpond/internal/userpool"
)

// TestSetUpEndsMeanwhile: who has got a factor in another way meanwhile can't be given
// another one by an older session, whichever step of the set-up it waits for.
func TestSetUpEndsMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		name      string
		meanwhile func(b *signInBench)
	}{
		{"a software token", func(b *signInBench) {
			b.changeUser("ada", func(u *userpool.User) { u.AddSoftwareToken([]byte("0123456789abcdef0123456789abcdef"), 0, "") })
		}},
		{"a phone number", func(b *signInBench) { b.changeUser("ada", withPhone) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, mfaPool("ON", "EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA"))
			b.addUser("ada")
			b.play([]turn{
				begun(setupAsked("SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA")),
				answered("MFA_SETUP", "ada", strings.ReplaceAll(mailAsked, "a***@e***", "e***@e***"), "EMAIL", "eve@example.org"),
			})
			tt.meanwhile(b)
			b.play([]turn{answered("EMAIL_OTP", "next", badSess, "EMAIL_OTP_CODE", "{{code}}")})
			if got := b.user("ada").Attributes["email"]; got != "" {
				t.Errorf("the user's address became %s", got)
			}
		})
	}
}

// TestSetUpTakenAway: the session that a verified software token gave is worth nothing
// without the token.
func TestSetUpTakenAway(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "SOFTWARE_TOKEN_MFA"))
	b.addUser("ada")
	b.play([]turn{
		begun("*"),
		{op: "AssociateSoftwareToken", body: `{"Session":"{{ada.Session}}"}`, want: "*", keep: "token"},
		{op: "VerifySoftwareToken", body: `{"Session":"{{token.Session}}","UserCode":"{{totp token}}"}`, want: "*", keep: "verified"},
		{op: "AdminDeleteSoftwareToken", body: `{"Username":"ada"}`, want: `{}`},
		answered("MFA_SETUP", "verified", badSess),
	})
}

// TestSecondFactorOfAnInvitedUser: an address that comes with the new password is the
// second factor at once.
func TestSecondFactorOfAnInvitedUser(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"))
	b.addUser("ada", invited)
	b.play([]turn{
		begun("*"),
		answered("NEW_PASSWORD_REQUIRED", "ada", mailAsked, "NEW_PASSWORD", "N3wPassw0rd!", "userAttributes.email", "ada@example.org"),
		answered("EMAIL_OTP", "next", gotTokens, "EMAIL_OTP_CODE", "{{code}}"),
	})
}

// TestFirstFactorEndsMeanwhile: a code that was sent as the first factor is none any
// more once the user has a second factor, or the pool has no such first one.
func TestFirstFactorEndsMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		name      string
		meanwhile func(b *signInBench)
	}{
		{"the same mailbox is the second factor", func(b *signInBench) { b.changeUser("ada", prefers("EMAIL_OTP", "EMAIL_OTP")) }},
		{"the pool takes it back", func(b *signInBench) {
			b.pool.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = []string{"PASSWORD"}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, mfaPool("OPTIONAL", "EMAIL_OTP"), choosing("EMAIL_OTP"))
			b.addUser("ada", withEmail)
			select1 := chosen(benchClient, "ada", "*")
			select1.keep = "select"
			b.play([]turn{select1, chosen(benchClient, "ada", otpAsked, "PREFERRED_CHALLENGE", "EMAIL_OTP")})
			tt.meanwhile(b)
			b.play([]turn{
				answered("EMAIL_OTP", "ada", badSess, "EMAIL_OTP_CODE", "{{code}}"),
				answered("SELECT_CHALLENGE", "select", badSess, "ANSWER", "EMAIL_OTP"),
			})
		})
	}
}

// TestRecoveryEndsMeanwhile: a reset code is worth nothing once the mailbox that it went
// to takes the codes of the second factor.
func TestRecoveryEndsMeanwhile(t *testing.T) {
	b := newSignInBench(t, mfaPool("OPTIONAL", "EMAIL_OTP"), recoverBy("verified_email"))
	b.addUser("ada", withEmail)
	b.play([]turn{{op: "ForgotPassword", body: `{"Username":"ada"}`, want: "*"}})
	b.changeUser("ada", prefers("EMAIL_OTP", "EMAIL_OTP"))
	b.play([]turn{
		{op: "ConfirmForgotPassword", body: `{"Username":"ada","ConfirmationCode":"{{code}}","Password":"N3wPassw0rd!"}`,
			want: "ExpiredCodeException: Invalid code provided, please request a code again."},
		begun(mailAsked),
	})
}

// TestSessionLengths: no session outgrows what RespondToAuthChallenge takes, and its
// length doesn't tell whether somebody has the name, however the name is written.
func TestSessionLengths(t *testing.T) {
	for _, name := range []string{"ada", strings.Repeat("a", 116) + "@example.org", strings.Repeat("<", 128), strings.Repeat("😀", 128), strings.Repeat("ä", 128)} {
		for _, preferred := range []string{"EMAIL_OTP", "PASSWORD", ""} {
			b := newSignInBench(t, choosing("EMAIL_OTP", "SMS_OTP"))
			long := func(u *userpool.User) {
				u.Attributes["email"] = strings.Repeat("a", 1900) + "@example.org"
				u.Attributes["phone_number"] = "+15551230000"
			}
			b.addUser(name, long)
			other := strings.Replace(name, name[:len(name)/len([]rune(name))], "x", 1)
			lengths := map[string]int{}
			for _, who := range []string{name, other} {
				s := chosen("hiding", who, "*")
				if preferred != "" {
					s = chosen("hiding", who, "*", "PREFERRED_CHALLENGE", preferred)
				}
				s.keep = "s"
				b.play([]turn{s})
				lengths[fmt.Sprint(who == name)] = len(b.kept["s.Session"])
			}
			t.Logf("%.5s %s: %v", name, preferred, lengths)
			if lengths["true"] != lengths["false"] || lengths["true"] > 2048 {
				t.Errorf("%.5s… %s: %v", name, preferred, lengths)
			}
		}
	}
}

// TestConfirmedIsTheSignUpsUser: the session of one's own sign-up is worth nothing beside
// the code of another user, whose sub was taken as a username.
func TestConfirmedIsTheSignUpsUser(t *testing.T) {
	b := newSignInBench(t, choosing())
	signUp := func(name, address string) turn {
		return turn{op: "SignUp", keep: "own", want: "*", body: fmt.Sprintf(
			`{"Username":%q,"Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":%q}]}`, name, address)}
	}
	b.play([]turn{signUp("ada", "ada@example.org")})
	sub := b.user("ada").ID
	code := b.lastCode()
	b.play([]turn{
		signUp(sub, "eve@example.org"),
		{op: "ConfirmSignUp", want: badSess, body: fmt.Sprintf(`{"Username":%q,"ConfirmationCode":%q,"Session":"{{own.Session}}"}`, sub, code)},
	})
}

// TestStrangersLockAsUsersDo: failures of a name that nobody has are forgotten when a
// user's are, so that the lock doesn't tell who is there, whenever guesses come.
func TestStrangersLockAsUsersDo(t *testing.T) {
	minutes := func(n ...int) (at []time.Duration) {
		for _, m := range n {
			at = append(at, time.Duration(m)*time.Minute)
		}
		return at
	}
	for name, pauses := range map[string][]time.Duration{
		"slowly":           minutes(0, 0, 0, 0, 14, 2, 0, 0, 14, 0, 0, 15, 0, 0, 0, 0, 0, 0),
		"behind a lock":    append(minutes(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 5, 0, 9, 15, 0, 17, 0, 0, 0, 0), 29*time.Minute, 0, 31*time.Minute, 0),
		"after a long one": minutes(0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 6, 15, 15, 15, 15, 15, 14, 1, 15, 0, 30, 0, 0, 0, 0, 0, 0),
	} {
		for _, code := range []bool{false, true} {
			b := newSignInBench(t, choosing("EMAIL_OTP"))
			b.addUser("ada", withEmail)
			for i, pause := range pauses {
				b.advance(pause)
				got := map[string]string{}
				for _, who := range []string{"ada", "nobody"} {
					if !code {
						got[who] = b.ask("", "InitiateAuth", signIn("hiding", who, "wrong"))
						continue
					}
					if pause > 0 || i == 0 {
						s := chosen("hiding", who, "*", "PREFERRED_CHALLENGE", "EMAIL_OTP")
						s.keep = who
						b.play([]turn{s})
					}
					got[who] = b.ask("", "RespondToAuthChallenge", fmt.Sprintf(`{"ClientId":"hiding","ChallengeName":"EMAIL_OTP","Session":"{{%s.Session}}",
						"ChallengeResponses":{"USERNAME":%q,"EMAIL_OTP_CODE":"x"}}`, who, who))
				}
				if got["ada"] != got["nobody"] {
					t.Errorf("%s, by a code %v, guess %d: %q for a user, %q for nobody", name, code, i+1, got["ada"], got["nobody"])
				}
			}
		}
	}
}

// TestStrangersCodesLiveAsUsersDo: a code that nobody was sent seems to live as long as a
// user's newest one.
func TestStrangersCodesLiveAsUsersDo(t *testing.T) {
	b := newSignInBench(t, recoverBy("verified_email"))
	b.addUser("ada", withEmail)
	for i, s := range []struct {
		pause time.Duration
		asks  bool
	}{{0, false}, {0, true}, {50 * time.Minute, true}, {20 * time.Minute, false}, {40 * time.Minute, false}, {0, true}, {time.Hour, false}} {
		b.advance(s.pause)
		got := map[string]string{}
		for _, who := range []string{"ada", "nobody"} {
			op, body := "ConfirmForgotPassword", `{"ClientId":"hiding","Username":%q,"ConfirmationCode":"000000","Password":"N3wPassw0rd!"}`
			if s.asks {
				op, body = "ForgotPassword", `{"ClientId":"hiding","Username":%q}`
			}
			_, got[who] = b.send(op, fmt.Sprintf(body, who))
		}
		if got["ada"] != got["nobody"] {
			t.Errorf("step %d: %q for a user, %q for nobody", i+1, got["ada"], got["nobody"])
		}
	}
}

// TestSessionsBelong: a session is good for its pool's client, user and side alone.
func TestSessionsBelong(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "SMS_MFA"))
	b.addUser("ada", withPhone)
	b.addUser("eve", withPhone, func(u *userpool.User) { u.Attributes["phone_number_verified"] = "false" })
	b.play([]turn{
		begun(smsAsked),
		{op: "RespondToAuthChallenge", want: badSess,
			body: `{"ChallengeName":"SMS_MFA","Session":"{{ada.Session}}","ChallengeResponses":{"USERNAME":"eve","SMS_MFA_CODE":"{{code}}"}}`},
		{op: "RespondToAuthChallenge", want: badSess, body: `{"ClientId":"hiding","ChallengeName":"SMS_MFA","Session":"{{ada.Session}}",
			"ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"{{code}}"}}`},
		{op: "AdminRespondToAuthChallenge", want: badSess,
			body: `{"ChallengeName":"SMS_MFA","Session":"{{ada.Session}}","ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"{{code}}"}}`},
		{op: "RespondToAuthChallenge", want: badSess,
			body: `{"ChallengeName":"SMS_MFA","Session":"twenty characters of nothing","ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"{{code}}"}}`},
		{op: "RespondToAuthChallenge", want: "InvalidParameterException: Missing required parameter Session",
			body: `{"ChallengeName":"SMS_MFA","ChallengeResponses":{"USERNAME":"ada","SMS_MFA_CODE":"{{code}}"}}`},
		answered("SMS_MFA", "ada", gotTokens, "SMS_MFA_CODE", "{{code}}"),
	})
}

// TestCodesLock: the fifth wrong code starts the lock, in which a right one is worth
// nothing; a right password does not end it.
func TestCodesLock(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "SMS_MFA"))
	b.addUser("ada", withPhone)
	b.play([]turn{begun(smsAsked)})
	for range 5 {
		b.play([]turn{answered("SMS_MFA", "ada", wrongMFA, "SMS_MFA_CODE", "{{wrong}}")})
	}
	b.play([]turn{
		answered("SMS_MFA", "ada", locked, "SMS_MFA_CODE", "{{code}}"),
		begun(smsAsked),
		answered("SMS_MFA", "ada", locked, "SMS_MFA_CODE", "{{code}}"),
	})
	b.advance(time.Second)
	b.play([]turn{
		answered("SMS_MFA", "ada", wrongMFA, "SMS_MFA_CODE", "{{wrong}}"), // the sixth: two seconds
		answered("SMS_MFA", "ada", locked, "SMS_MFA_CODE", "{{code}}"),
	})
	b.advance(2 * time.Second)
	b.play([]turn{answered("SMS_MFA", "ada", gotTokens, "SMS_MFA_CODE", "{{code}}"), begun(smsAsked)})
	for range 4 {
		b.play([]turn{answered("SMS_MFA", "ada", wrongMFA, "SMS_MFA_CODE", "{{wrong}}")})
	}
	b.play([]turn{answered("SMS_MFA", "ada", gotTokens, "SMS_MFA_CODE", "{{code}}")})
}

// TestCodesAreSentSoOften: twenty codes an hour.
func TestCodesAreSentSoOften(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "SMS_MFA"))
	b.addUser("ada", withPhone)
	for range 20 {
		b.play([]turn{begun(smsAsked)})
	}
	b.play([]turn{begun("TooManyRequestsException: Attempt limit exceeded, please try after some time.")})
	b.advance(time.Hour)
	b.play([]turn{begun(smsAsked)})
	if n := len(b.sent()); n != 21 {
		t.Errorf("%d codes were sent, not 21", n)
	}
}

// TestSecondFactorIsRaced: of 64 answers with one session, one gets tokens; 10,000
// guesses at once get five tries.
func TestSecondFactorIsRaced(t *testing.T) {
	count := func(b *signInBench, n int, body func(i int) string) map[string]int {
		return atOnce(n, func(i int) string { return b.outcome("RespondToAuthChallenge", body(i)) })
	}
	answer := func(b *signInBench, key, code string) string {
		return fmt.Sprintf(`{"ClientId":%q,"ChallengeName":%q,"Session":%q,"ChallengeResponses":{"USERNAME":"ada",%q:%q}}`,
			benchClient, strings.TrimSuffix(key, "_CODE"), b.kept["ada.Session"], key, code)
	}
	b := newSignInBench(t, mfaPool("ON", "SMS_MFA"))
	b.addUser("ada", withPhone)
	b.play([]turn{begun(smsAsked)})
	body := answer(b, "SMS_MFA_CODE", b.lastCode())
	if got := b.atOnce(64, "RespondToAuthChallenge", body); got["tokens"] != 1 || got[usedTwice] != 63 {
		t.Errorf("64 answers by SMS: %v", got)
	}
	guesses := 10_000 / everyNth
	b.play([]turn{begun(smsAsked)})
	code := b.lastCode()
	got := count(b, guesses, func(i int) string {
		guess := fmt.Sprintf("%06d", i)
		if guess == code {
			guess = "x"
		}
		return answer(b, "SMS_MFA_CODE", guess)
	})
	if got[wrongMFA] != 5 || got[locked] != guesses-5 {
		t.Errorf("%d guesses: %v", guesses, got)
	}

	b = newSignInBench(t, mfaPool("ON", "SOFTWARE_TOKEN_MFA"))
	b.addUser("ada", withToken)
	b.play([]turn{begun(tokenAsked)})
	first := answer(b, "SOFTWARE_TOKEN_MFA_CODE", b.totp("ada"))
	b.play([]turn{begun(tokenAsked)})
	second := answer(b, "SOFTWARE_TOKEN_MFA_CODE", b.totp("ada"))
	got = count(b, 32, func(i int) string { return []string{first, second}[i%2] })
	if got["tokens"] != 1 {
		t.Errorf("32 answers of two sign-ins with one code of a software token: %v", got)
	}
}
