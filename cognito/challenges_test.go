package cognito_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

// invited makes a user who must set a password.
func invited(u *userpool.User) { u.Status = userpool.StatusForceChangePassword }

const (
	newPasswordAsked = `{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"SESSION","ChallengeParameters":
		{"USER_ID_FOR_SRP":"ada","requiredAttributes":"[]","userAttributes":"{}"}}`
	usedTwice = "NotAuthorizedException: Invalid session for the user, session can only be used once."
	tooLate   = "NotAuthorizedException: Invalid session for the user, session is expired."
)

// newPassword is an answer to NEW_PASSWORD_REQUIRED with the session kept as name.
func newPassword(client, session, user, password string, attributes ...string) string {
	answers := map[string]string{"USERNAME": user, "NEW_PASSWORD": password}
	for i := 0; i < len(attributes); i += 2 {
		answers["userAttributes."+attributes[i]] = attributes[i+1]
	}
	body, _ := json.Marshal(map[string]any{
		"ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "{{" + session + ".Session}}", "ChallengeResponses": answers,
	})
	return string(body)
}

func TestNewPasswordRequired(t *testing.T) {
	withRequired := func(p *userpool.Pool, c *userpool.AppClient) {
		for i := range p.Settings.SchemaAttributes {
			if a := &p.Settings.SchemaAttributes[i]; a.Name == "name" || a.Name == "email" {
				a.Required = true
			}
		}
		c.Settings.WriteAttributes = []string{"name", "email", "custom:team", "phone_number"}
	}
	withEmail := func(u *userpool.User) {
		invited(u)
		u.Attributes["email"], u.Attributes["email_verified"] = "ada@example.org", "true"
	}
	ask := turn{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), keep: "ada",
		want: `{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"SESSION","ChallengeParameters":{"USER_ID_FOR_SRP":"ada",
			"requiredAttributes":"[\"userAttributes.name\"]","userAttributes":"{\"email\":\"ada@example.org\",\"email_verified\":\"true\"}"}}`}
	answer := func(want, user, password string, attributes ...string) turn {
		return turn{op: "RespondToAuthChallenge", body: newPassword(benchClient, "ada", user, password, attributes...), want: want, keep: "done"}
	}
	for _, tt := range []struct {
		name  string
		turns []turn
	}{{
		"with what is missing", []turn{ask,
			answer(gotTokens, "ada", "N3wPassw0rd!", "name", "Ada", "custom:team", "a"),
			{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: incorrect},
			{op: "InitiateAuth", body: signIn(benchClient, "ada", "N3wPassw0rd!"), want: gotTokens},
			{op: "GetUser", body: `{"AccessToken":"{{done.AccessToken}}"}`, want: `{"Username":"ada","UserAttributes":[{"Name":"sub","Value":"SUB"},
				{"Name":"custom:team","Value":"a"},{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"},{"Name":"name","Value":"Ada"}]}`},
		},
	}, {
		"refusals leave the session usable", []turn{ask,
			answer("InvalidParameterException: Invalid attributes given, name is missing", "ada", "N3wPassw0rd!"),
			answer("NotAuthorizedException: Cannot modify an already provided email", "ada", "N3wPassw0rd!", "name", "Ada", "email", "x@example.org"),
			answer("NotAuthorizedException: Cannot modify an already provided email_verified", "ada", "N3wPassw0rd!", "name", "Ada", "email_verified", "true"),
			answer("NotAuthorizedException: A client attempted to write unauthorized attribute", "ada", "N3wPassw0rd!", "name", "Ada", "given_name", "A"),
			answer("InvalidParameterException: Invalid phone number format.", "ada", "N3wPassw0rd!", "name", "Ada", "phone_number", "1"),
			answer("InvalidPasswordException: Password does not conform to policy: Password not long enough", "ada", "N3w!", "name", "Ada"),
			answer("InvalidPasswordException: Password does not conform to policy: Password must have uppercase characters", "ada", "n3wpassw0rd!", "name", "Ada"),
			answer("InvalidPasswordException: Password does not conform to policy: Password must not have control characters", "ada", "N3w\tPassw0rd!", "name", "Ada"),
			{op: "RespondToAuthChallenge", want: "InvalidParameterException: Missing required parameter NEW_PASSWORD",
				body: `{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"{{ada.Session}}","ChallengeResponses":{"USERNAME":"ada"}}`},
			{after: time.Second, op: "RespondToAuthChallenge", want: gotTokens,
				body: newPassword(benchClient, "ada", "{{sub ada}}", "N3wPassw0rd!", "name", "Ada")},
			answer(usedTwice, "ada", "N3wPassw0rd?", "name", "Ada"),
			{after: time.Second, op: "InitiateAuth", body: signIn(benchClient, "ada", "N3wPassw0rd!"), want: gotTokens},
		},
	}, {
		"another temporary password ends the session", []turn{ask,
			{after: time.Second, op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"0therPassw0rd!","Permanent":false}`, want: `{}`},
			answer(badSess, "ada", "N3wPassw0rd!", "name", "Ada"),
		},
	}, {
		"disabled meanwhile", []turn{ask,
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			answer("NotAuthorizedException: User is disabled.", "ada", "N3wPassw0rd!", "name", "Ada"),
		},
	}, {
		"deleted meanwhile", []turn{ask,
			{op: "AdminDeleteUser", body: `{"Username":"ada"}`, want: ""},
			answer(badSess, "ada", "N3wPassw0rd!", "name", "Ada"),
		},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, withRequired)
			b.addUser("ada", withEmail)
			b.play(tt.turns)
		})
	}
}

// TestNewPasswordShowsWhatTheClientReads: the challenge is no way around ReadAttributes.
func TestNewPasswordShowsWhatTheClientReads(t *testing.T) {
	b := newSignInBench(t, func(_ *userpool.Pool, c *userpool.AppClient) { c.Settings.ReadAttributes = []string{"name"} })
	b.addUser("ada", func(u *userpool.User) {
		invited(u)
		u.Attributes["name"], u.Attributes["email"], u.Attributes["dev:custom:risk"] = "Ada", "ada@example.org", "high"
	})
	b.play([]turn{{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword),
		want: strings.Replace(newPasswordAsked, `"{}"`, `"{\"name\":\"Ada\"}"`, 1)}})
}

func TestNewPasswordTakesNoAlias(t *testing.T) {
	b := newSignInBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.AliasAttributes = []string{"preferred_username"}
	})
	b.addUser("eve", func(u *userpool.User) { u.Attributes["preferred_username"] = "queen" })
	b.addUser("ada", invited)
	b.play([]turn{
		{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: newPasswordAsked, keep: "ada"},
		{op: "RespondToAuthChallenge", body: newPassword(benchClient, "ada", "ada", "N3wPassw0rd!", "preferred_username", "queen"),
			want: "AliasExistsException: An account with the given preferred_username already exists."},
		{op: "InitiateAuth", body: signIn(benchClient, "ada", "N3wPassw0rd!"), want: incorrect},
		{op: "RespondToAuthChallenge", body: newPassword(benchClient, "ada", "ada", "N3wPassw0rd!", "preferred_username", "ada"), want: gotTokens},
		{op: "InitiateAuth", body: signIn(benchClient, "ada", "N3wPassw0rd!"), want: gotTokens},
	})
}

// TestSessionLife: a challenge can be answered for as long as the client says, whatever
// carries it.
func TestSessionLife(t *testing.T) {
	const life = 15 * time.Minute
	patient := func(_ *userpool.Pool, c *userpool.AppClient) {
		c.Settings.AuthSessionValidity = int(life / time.Minute)
	}
	for _, tt := range []struct {
		after time.Duration
		want  string
	}{{life - time.Millisecond, gotTokens}, {life, tooLate}} {
		b := newSignInBench(t, patient, mfaPool("OPTIONAL", "SMS_MFA"))
		b.addUser("ada", withPhone, prefers("SMS_MFA", "SMS_MFA"))
		b.addUser("eve")
		b.play([]turn{begun(smsAsked)})
		proof, failure := b.srpBegin(srpTrial{client: benchClient, username: "eve", password: rightPassword})
		if failure != "" {
			t.Fatal(failure)
		}
		b.advance(tt.after)
		b.play([]turn{
			answered("SMS_MFA", "ada", tt.want, "SMS_MFA_CODE", "{{code}}"),
			{op: "RespondToAuthChallenge", body: proof, want: tt.want},
		})
	}
}

func TestSessionRules(t *testing.T) {
	right := newPassword(benchClient, "ada", "ada", "N3wPassw0rd!")
	admin := strings.Replace(right, `"RespondTo`, `"AdminRespondTo`, 1)
	withName := func(name string) string { return strings.Replace(right, "NEW_PASSWORD_REQUIRED", name, 1) }
	mismatch := "CodeMismatchException: Invalid code or auth state for the user."
	for _, tt := range []struct {
		name     string
		after    time.Duration
		op, body string
		want     string
	}{
		{"right", 0, "RespondToAuthChallenge", right, gotTokens},
		{"at the last moment", 3*time.Minute - time.Millisecond, "RespondToAuthChallenge", right, gotTokens},
		{"too late", 3 * time.Minute, "RespondToAuthChallenge", right, tooLate},
		{"other side", 0, "AdminRespondToAuthChallenge", admin, badSess},
		{"other client", 0, "RespondToAuthChallenge", newPassword("hiding", "ada", "ada", "N3wPassw0rd!"), badSess},
		{"other user", 0, "RespondToAuthChallenge", newPassword(benchClient, "ada", "eve", "N3wPassw0rd!"), badSess},
		{"nobody", 0, "RespondToAuthChallenge", newPassword(benchClient, "ada", "nobody", "N3wPassw0rd!"), badSess},
		{"other challenge", 0, "RespondToAuthChallenge", withName("SELECT_MFA_TYPE"), badSess},
		{"custom challenge", 0, "RespondToAuthChallenge", withName("CUSTOM_CHALLENGE"), badSess},
		{"code challenge", 0, "RespondToAuthChallenge", withName("SMS_MFA"), mismatch},
		{"TOTP challenge", 0, "RespondToAuthChallenge", withName("SOFTWARE_TOKEN_MFA"), mismatch},
		{"changed", 0, "RespondToAuthChallenge", strings.Replace(right, "{{ada.Session}}", "{{ada.Session}}A", 1), badSess},
		{"made up", 0, "RespondToAuthChallenge", strings.Replace(right, "{{ada.Session}}", strings.Repeat("A", 200), 1), badSess},
		{"none", 0, "RespondToAuthChallenge", strings.Replace(right, `"Session":"{{ada.Session}}"`, `"X":""`, 1),
			"InvalidParameterException: Missing required parameter Session"},
		{"no USERNAME", 0, "RespondToAuthChallenge", strings.Replace(right, "USERNAME", "NAME", 1),
			"InvalidParameterException: Missing required parameter USERNAME"},
	} {
		b := newSignInBench(t)
		b.addUser("ada", invited)
		b.addUser("eve", invited)
		b.play([]turn{{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: newPasswordAsked, keep: "ada"}})
		b.advance(tt.after)
		if got := b.ask("", tt.op, tt.body); got != want(t, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestSRP(t *testing.T) {
	change := func(name, value string) func(map[string]string) {
		return func(answers map[string]string) { answers[name] = value }
	}
	const missing = "InvalidParameterException: Missing required parameter "
	for _, tt := range []struct {
		name  string
		trial srpTrial
		user  func(*userpool.User)
		want  string
	}{
		{name: "right", want: gotTokens},
		{name: "administrator", trial: srpTrial{admin: true}, want: gotTokens},
		{name: "by e-mail", trial: srpTrial{username: "ada@example.org"}, want: gotTokens},
		{name: "e-mail in the answer", trial: srpTrial{answers: change("USERNAME", "ada@example.org")}, want: gotTokens},
		{name: "wrong", trial: srpTrial{password: "wrong"}, want: incorrect},
		{name: "wrong, administrator", trial: srpTrial{password: "wrong", admin: true}, want: incorrect},
		{name: "unknown", trial: srpTrial{username: "nobody"}, want: unknown},
		{name: "other user in the answer", trial: srpTrial{answers: change("USERNAME", "eve")}, want: incorrect},
		{name: "signature broken", trial: srpTrial{answers: change("PASSWORD_CLAIM_SIGNATURE", "AAAA")}, want: incorrect},
		{name: "signature not base64", trial: srpTrial{answers: change("PASSWORD_CLAIM_SIGNATURE", "?")}, want: incorrect},
		{name: "other timestamp", trial: srpTrial{answers: change("TIMESTAMP", "Tue Sep 5 09:08:07 UTC 2023")}, want: incorrect},
		{name: "no timestamp", trial: srpTrial{answers: change("TIMESTAMP", "2023-09-05T09:08:07Z")},
			want: "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."},
		{name: "block made up", trial: srpTrial{answers: change("PASSWORD_CLAIM_SECRET_BLOCK", "AAAA")}, want: badSess},
		{name: "without signature", trial: srpTrial{answers: change("PASSWORD_CLAIM_SIGNATURE", "")}, want: missing + "PASSWORD_CLAIM_SIGNATURE"},
		{name: "without block", trial: srpTrial{answers: change("PASSWORD_CLAIM_SECRET_BLOCK", "")}, want: missing + "PASSWORD_CLAIM_SECRET_BLOCK"},
		{name: "without timestamp", trial: srpTrial{answers: change("TIMESTAMP", "")}, want: missing + "TIMESTAMP"},
		{name: "without username", trial: srpTrial{answers: change("USERNAME", "")}, want: missing + "USERNAME"},
		{name: "disabled", user: func(u *userpool.User) { u.Enabled = false }, want: "NotAuthorizedException: User is disabled."},
		{name: "unconfirmed", user: func(u *userpool.User) { u.Status = userpool.StatusUnconfirmed }, want: "UserNotConfirmedException: User is not confirmed."},
		{name: "to be reset", user: func(u *userpool.User) { u.Status = userpool.StatusResetRequired }, want: noReset},
		{name: "invited", user: func(u *userpool.User) { invited(u); u.Attributes = map[string]string{} }, want: newPasswordAsked},
	} {
		b := newSignInBench(t, func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AliasAttributes = []string{"email"} })
		b.addUser("ada", func(u *userpool.User) {
			u.Attributes["email"], u.Attributes["email_verified"] = "ada@example.org", "true"
			if tt.user != nil {
				tt.user(u)
			}
		})
		b.addUser("eve")
		trial := tt.trial
		trial.client = benchClient
		if trial.username == "" {
			trial.username = "ada"
		}
		if trial.password == "" {
			trial.password = rightPassword
		}
		if got := b.srpSignIn("", trial); got != want(t, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestSRPPublicValue(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	for _, public := range []string{"0", "00", "xyz", "-1", strings.Repeat("f", 769)} {
		body := fmt.Sprintf(`{"AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"ada","SRP_A":%q}}`, public)
		if got := b.ask("", "InitiateAuth", body); got != "InvalidParameterException: Invalid SRP_A" {
			t.Errorf("SRP_A %q: %s", public, got)
		}
	}
}

// TestSecretBlock: it is for one client and one side, runs out, and a right answer
// spends it.
func TestSecretBlock(t *testing.T) {
	trial := srpTrial{client: benchClient, username: "ada", password: rightPassword}
	for _, tt := range []struct {
		name    string
		before  func(b *signInBench)
		admin   bool
		client  string
		want    string
		another string // answer to the same once more
	}{
		{name: "twice", want: gotTokens, another: usedTwice},
		{name: "at the last moment", before: func(b *signInBench) { b.advance(3*time.Minute - time.Millisecond) }, want: gotTokens, another: usedTwice},
		{name: "too late", before: func(b *signInBench) { b.advance(3 * time.Minute) }, want: tooLate, another: tooLate},
		{name: "other side", admin: true, want: badSess, another: badSess},
		{name: "other client", client: "hiding", want: badSess, another: badSess},
		{name: "other password meanwhile", before: func(b *signInBench) {
			b.advance(time.Second)
			b.send("AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!","Permanent":true}`)
		}, want: incorrect, another: incorrect},
		{name: "deleted meanwhile", before: func(b *signInBench) { b.send("AdminDeleteUser", `{"Username":"ada"}`) }, want: incorrect, another: incorrect},
	} {
		b := newSignInBench(t)
		b.addUser("ada")
		body, failure := b.srpBegin(trial)
		if failure != "" {
			t.Fatal(failure)
		}
		if tt.before != nil {
			tt.before(b)
		}
		if tt.client != "" {
			body = strings.Replace(body, `"`+benchClient+`"`, `"`+tt.client+`"`, 1)
		}
		_, respond := sides(tt.admin)
		if got := b.ask("", respond, body); got != want(t, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if got := b.ask("", respond, body); got != want(t, tt.another) {
			t.Errorf("%s, again: %s, want %s", tt.name, got, tt.another)
		}
	}
}

// TestSpentOnce sends the same right answer 64 times at once.
func TestSpentOnce(t *testing.T) {
	const times = 64
	b := newSignInBench(t)
	b.addUser("ada")
	b.addUser("bob", invited)
	b.ask("bob", "InitiateAuth", signIn(benchClient, "bob", rightPassword))
	block, failure := b.srpBegin(srpTrial{client: benchClient, username: "ada", password: rightPassword})
	if failure != "" {
		t.Fatal(failure)
	}
	session := strings.ReplaceAll(newPassword(benchClient, "bob", "bob", "N3wPassw0rd!"), "{{bob.Session}}", b.kept["bob.Session"])
	for name, body := range map[string]string{"secret block": block, "session": session} {
		got := b.atOnce(times, "RespondToAuthChallenge", body)
		if diff := cmp.Diff(map[string]int{"tokens": 1, usedTwice: times - 1}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
