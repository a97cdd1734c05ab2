package cognito_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

const (
	gotTokens = `{"AuthenticationResult":{"AccessToken":"ACCESSTOKEN","ExpiresIn":3600,"IdToken":"IDTOKEN","RefreshToken":"REFRESHTOKEN",
		"TokenType":"Bearer"},"ChallengeParameters":{}}`
	refreshed = `{"AuthenticationResult":{"AccessToken":"ACCESSTOKEN","ExpiresIn":3600,"IdToken":"IDTOKEN","TokenType":"Bearer"},
		"ChallengeParameters":{}}`
	incorrect = "NotAuthorizedException: Incorrect username or password."
	locked    = "NotAuthorizedException: Password attempts exceeded"
	unknown   = "UserNotFoundException: User does not exist."
	noReset   = "PasswordResetRequiredException: Password reset required for the user"
	badSess   = "NotAuthorizedException: Invalid session for the user."
)

func signIn(client, user, password string) string {
	return fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"PASSWORD":%q}}`, client, user, password)
}

func TestPasswordSignIn(t *testing.T) {
	noMail := func(u *userpool.User) {
		u.Attributes["email"] = "ada@example.org"
		u.Attributes["email_verified"] = "true"
	}
	b := newSignInBench(t, func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AliasAttributes = []string{"email"} })
	b.addUser("ada", noMail)
	b.addUser("off", func(u *userpool.User) { u.Enabled = false })
	b.addUser("new", func(u *userpool.User) { u.Status = userpool.StatusUnconfirmed })
	b.addUser("reset", func(u *userpool.User) { u.Status = userpool.StatusResetRequired })
	b.addUser("imported", func(u *userpool.User) {
		u.Status, u.Credential = userpool.StatusResetRequired, userpool.Credential{}
	})
	b.addUser("old", func(u *userpool.User) {
		u.Status, u.Credential.SetAt = userpool.StatusForceChangePassword, b.clock().AddDate(0, 0, -7)
	})
	b.addUser("Google_1", func(u *userpool.User) {
		u.Status, u.Credential = userpool.StatusExternalProvider, userpool.Credential{}
	})
	const right = `"PASSWORD":"Passw0rd!"`
	for _, tt := range []struct{ name, op, body, want string }{
		{"right", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada",` + right + `}}`, gotTokens},
		{"by alias", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada@example.org",` + right + `}}`, gotTokens},
		{"by sub", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"{{sub ada}}",` + right + `}}`, gotTokens},
		{"administrator", "AdminInitiateAuth", `{"AuthFlow":"ADMIN_USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada",` + right + `}}`, gotTokens},
		{"administrator, legacy name", "AdminInitiateAuth", `{"AuthFlow":"ADMIN_NO_SRP_AUTH","AuthParameters":{"USERNAME":"ada",` + right + `}}`, gotTokens},
		{"wrong", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada","PASSWORD":"passw0rd!"}}`, incorrect},
		{"wrong, administrator", "AdminInitiateAuth", `{"AuthFlow":"ADMIN_USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada","PASSWORD":"x"}}`, incorrect},
		{"case sensitive", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"Ada",` + right + `}}`, unknown},

		{"disabled", "InitiateAuth", signIn(benchClient, "off", rightPassword), "NotAuthorizedException: User is disabled."},
		{"disabled, wrong", "InitiateAuth", signIn(benchClient, "off", "x"), incorrect},
		{"unconfirmed", "InitiateAuth", signIn(benchClient, "new", rightPassword), "UserNotConfirmedException: User is not confirmed."},
		{"unconfirmed, wrong", "InitiateAuth", signIn(benchClient, "new", "x"), incorrect},
		{"to be reset", "InitiateAuth", signIn(benchClient, "reset", rightPassword), noReset},
		{"to be reset, wrong", "InitiateAuth", signIn(benchClient, "reset", "x"), incorrect},
		{"imported", "InitiateAuth", signIn(benchClient, "imported", "x"), noReset},
		{"temporary password too old", "InitiateAuth", signIn(benchClient, "old", rightPassword),
			"NotAuthorizedException: Temporary password has expired and must be reset by an administrator."},
		{"federated", "InitiateAuth", signIn(benchClient, "Google_1", rightPassword), incorrect},

		{"no USERNAME", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{` + right + `}}`,
			"InvalidParameterException: Missing required parameter USERNAME"},
		{"no PASSWORD", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"ada"}}`,
			"InvalidParameterException: Missing required parameter PASSWORD"},
		{"no parameters", "InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH"}`, "InvalidParameterException: Missing required parameter USERNAME"},
		{"no such client", "InitiateAuth", signIn("nobody", "ada", "x"), "ResourceNotFoundException: User pool client nobody does not exist."},
		{"no such client, administrator", "AdminInitiateAuth", signIn("nobody", "ada", "x"), "ResourceNotFoundException: User pool client nobody does not exist."},
	} {
		if got := b.ask("", tt.op, tt.body); got != want(t, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// secretHash is SECRET_HASH as clients compute it.
func secretHash(secret, username, clientID string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(username))
	mac.Write([]byte(clientID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// want puts an answer in the form that ask gives.
func want(t *testing.T, answer string) string {
	if strings.HasPrefix(answer, "{") {
		return tidy(t, answer)
	}
	return answer
}

func TestSignInFlows(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	const invalid = "InvalidParameterException: "
	for _, tt := range []struct{ op, client, flow, want string }{
		{"InitiateAuth", benchClient, "ADMIN_USER_PASSWORD_AUTH", invalid + "Initiate Auth method not supported"},
		{"InitiateAuth", benchClient, "ADMIN_NO_SRP_AUTH", invalid + "Initiate Auth method not supported"},
		{"AdminInitiateAuth", benchClient, "USER_PASSWORD_AUTH", invalid + "Initiate Auth method not supported"},
		{"InitiateAuth", "refreshonly", "USER_PASSWORD_AUTH", invalid + "USER_PASSWORD_AUTH flow not enabled for this client"},
		{"InitiateAuth", "plain", "USER_PASSWORD_AUTH", invalid + "USER_PASSWORD_AUTH flow not enabled for this client"},
		{"AdminInitiateAuth", "refreshonly", "ADMIN_USER_PASSWORD_AUTH", invalid + "Auth flow not enabled for this client"},
		{"InitiateAuth", "refreshonly", "USER_SRP_AUTH", invalid + "USER_SRP_AUTH is not enabled for the client."},
		{"InitiateAuth", "plain", "USER_SRP_AUTH", invalid + "Missing required parameter SRP_A"},
		{"InitiateAuth", "refreshonly", "CUSTOM_AUTH", invalid + "CUSTOM_AUTH is not enabled for the client."},
		{"InitiateAuth", "plain", "CUSTOM_AUTH", invalid + "Custom auth lambda trigger is not configured for the user pool."},
		{"InitiateAuth", benchClient, "USER_AUTH", invalid + "USER_AUTH flow not enabled for this client"},
		{"InitiateAuth", "rotating", "REFRESH_TOKEN_AUTH", invalid + "REFRESH_TOKEN_AUTH flow not enabled for this client"},
		{"InitiateAuth", "plain", "REFRESH_TOKEN", invalid + "Missing required parameter REFRESH_TOKEN"},
		{"InitiateAuth", benchClient, "PASSWORD", invalid + "1 validation error detected: Value 'PASSWORD' at 'authFlow' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, " +
			"USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"},
	} {
		body := fmt.Sprintf(`{"AuthFlow":%q,"ClientId":%q,"AuthParameters":{"USERNAME":"ada","PASSWORD":"Passw0rd!"}}`, tt.flow, tt.client)
		if got := b.ask("", tt.op, body); got != tt.want {
			t.Errorf("%s of %s with %s: %s, want %s", tt.op, tt.client, tt.flow, got, tt.want)
		}
	}
}

func TestSignInSecretHash(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	hashed := func(hash string) string {
		return `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"secret","AuthParameters":{"USERNAME":"ada","PASSWORD":"Passw0rd!","SECRET_HASH":"` + hash + `"}}`
	}
	first := secretHash(b.clients["secret"].Secrets[0].Value, "ada", "secret")
	second := secretHash(b.clients["secret"].Secrets[1].Value, "ada", "secret")
	unable := "NotAuthorizedException: Unable to verify secret hash for client "
	b.play([]turn{
		{op: "InitiateAuth", body: hashed(first), want: gotTokens, keep: "ada"},
		{op: "InitiateAuth", body: hashed(second), want: gotTokens},
		{op: "InitiateAuth", body: hashed(secretHash("x", "ada", "secret")), want: unable + "secret"},
		{op: "InitiateAuth", body: hashed(secretHash(b.clients["secret"].Secrets[0].Value, "bob", "secret")), want: unable + "secret"},
		{op: "InitiateAuth", body: signIn("secret", "ada", rightPassword),
			want: "NotAuthorizedException: Client secret is configured with secret but SECRET_HASH was not received"},
		{op: "InitiateAuth", body: strings.Replace(hashed(first), `"ClientId":"secret"`, `"ClientId":"benchclient"`, 1), want: unable + benchClient},
		{op: "RespondToAuthChallenge", body: `{"ClientId":"secret","ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"aaaaaaaaaaaaaaaaaaaaaaaa","ChallengeResponses":{"USERNAME":"ada"}}`,
			want: "NotAuthorizedException: Client secret is configured with secret but SECRET_HASH was not received"},
		{op: "InitiateAuth", body: `{"AuthFlow":"REFRESH_TOKEN_AUTH","ClientId":"secret","AuthParameters":{"REFRESH_TOKEN":"{{ada.RefreshToken}}"}}`,
			want: "NotAuthorizedException: Client secret is configured with secret but SECRET_HASH was not received"},
		{op: "InitiateAuth", body: `{"AuthFlow":"REFRESH_TOKEN_AUTH","ClientId":"secret","AuthParameters":{"REFRESH_TOKEN":"{{ada.RefreshToken}}","SECRET_HASH":"` +
			secretHash("x", "ada", "secret") + `"}}`, want: unable + "secret"},
		{op: "InitiateAuth", body: `{"AuthFlow":"REFRESH_TOKEN_AUTH","ClientId":"secret","AuthParameters":{"REFRESH_TOKEN":"{{ada.RefreshToken}}","SECRET_HASH":"` +
			first + `"}}`, want: refreshed},
	})
}

// TestSignInOrder: of several things that are wrong with a sign-in, the answer names
// the first in the service's order (reference: api-behaviour §1.1), so that nobody
// learns of a user before the request is one that the client may make.
func TestSignInOrder(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("off", func(u *userpool.User) { u.Enabled = false })
	begin := func(client, flow, parameters, want string) turn {
		return turn{op: "InitiateAuth", want: want,
			body: fmt.Sprintf(`{"AuthFlow":%q,"ClientId":%q,"AuthParameters":{%s}}`, flow, client, parameters)}
	}
	const flow, nobody = "USER_PASSWORD_AUTH", `"USERNAME":"nobody"`
	off := func(password, want string) turn {
		return begin(benchClient, flow, `"USERNAME":"off","PASSWORD":"`+password+`"`, want)
	}
	b.play([]turn{
		{op: "InitiateAuth", body: `{"ClientId":"nobody"}`,
			want: "InvalidParameterException: 1 validation error detected: Value null at 'authFlow' failed to satisfy constraint: Member must not be null"},
		begin("nobody", "CUSTOM_AUTH", nobody, "ResourceNotFoundException: User pool client nobody does not exist."),
		begin("secret", "CUSTOM_AUTH", nobody, "InvalidParameterException: CUSTOM_AUTH is not enabled for the client."),
		begin("secret", flow, nobody, "NotAuthorizedException: Client secret is configured with secret but SECRET_HASH was not received"),
		begin(benchClient, flow, nobody, "InvalidParameterException: Missing required parameter PASSWORD"),
		begin(benchClient, flow, nobody+`,"PASSWORD":"wrong"`, unknown),
		off("wrong", incorrect), off(rightPassword, "NotAuthorizedException: User is disabled."),
		off("wrong", incorrect), off("wrong", incorrect), off("wrong", incorrect), off("wrong", incorrect), off("wrong", incorrect),
		off("wrong", locked), off(rightPassword, locked),
	})
}

// TestSignInHidesUsers shows what a client sees of a user who is not there, and of one
// who is there with a wrong password, where it hides users and where it does not.
func TestSignInHidesUsers(t *testing.T) {
	for _, tt := range []struct {
		client, user           string
		password, srp, anyTime string // answers to a password, to SRP with a wrong one, and to one with the right
	}{
		{benchClient, "ada", incorrect, incorrect, gotTokens},
		{benchClient, "nobody", unknown, unknown, unknown},
		{benchClient, "imported", noReset, noReset, noReset},
		{"hiding", "ada", incorrect, incorrect, gotTokens},
		{"hiding", "nobody", incorrect, incorrect, incorrect},
		{"hiding", "imported", incorrect, incorrect, incorrect},
	} {
		b := newSignInBench(t)
		b.addUser("ada")
		b.addUser("imported", func(u *userpool.User) {
			u.Status, u.Credential = userpool.StatusResetRequired, userpool.Credential{}
		})
		at := tt.client + " " + tt.user
		if got := b.ask("", "InitiateAuth", signIn(tt.client, tt.user, "wrong")); got != tt.password {
			t.Errorf("%s by password: %s, want %s", at, got, tt.password)
		}
		admin := strings.Replace(signIn(tt.client, tt.user, "wrong"), "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", 1)
		if got := b.ask("", "AdminInitiateAuth", admin); got != tt.password {
			t.Errorf("%s by administrator: %s, want %s", at, got, tt.password)
		}
		if got := b.srpSignIn("", srpTrial{client: tt.client, username: tt.user, password: "wrong"}); got != tt.srp {
			t.Errorf("%s by SRP: %s, want %s", at, got, tt.srp)
		}
		if got := b.srpSignIn("", srpTrial{client: tt.client, username: tt.user, password: rightPassword}); got != want(t, tt.anyTime) {
			t.Errorf("%s by SRP with the right password: %s, want %s", at, got, tt.anyTime)
		}
	}
}

// TestSimulatedChallenge compares the challenges of users who are there and who
// are not: of the same form, and the same each time.
func TestSimulatedChallenge(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	challenge := func(name string) map[string]any {
		answer, failure := b.send("InitiateAuth", `{"AuthFlow":"USER_SRP_AUTH","ClientId":"hiding","AuthParameters":{"USERNAME":"`+name+`","SRP_A":"abcdef"}}`)
		if failure != "" {
			t.Fatal(failure)
		}
		return answer["ChallengeParameters"].(map[string]any)
	}
	ada, nobody, again, other := challenge("ada"), challenge("bob"), challenge("bob"), challenge("eve")
	for name, value := range nobody {
		a, n := ada[name].(string), value.(string)
		switch {
		case name == "USERNAME" || name == "USER_ID_FOR_SRP":
			if n != "bob" || a != "ada" {
				t.Errorf("%s is %q for bob, %q for ada", name, n, a)
			}
		case name == "SRP_B":
			if min(len(a), len(n)) < 740 {
				t.Errorf("SRP_B: %q for ada, %q for bob", a, n)
			}
		case len(a) != len(n):
			t.Errorf("%s: %q for ada, %q for bob", name, a, n)
		}
	}
	if nobody["SALT"] != again["SALT"] || nobody["SALT"] == other["SALT"] {
		t.Errorf("SALT %v, again %v, of another name %v", nobody["SALT"], again["SALT"], other["SALT"])
	}
}

// TestSignInLock counts failures (reference: api-behaviour §18): of a user, of a name
// that nobody has where that is hidden, and by SRP.
func TestSignInLock(t *testing.T) {
	type try struct {
		after    time.Duration
		password string
		want     string
	}
	tries := func(right string) []try {
		list := []try{}
		for range 5 {
			list = append(list, try{0, "wrong", incorrect})
		}
		list = append(list,
			try{0, rightPassword, locked}, // for one second
			try{0, "wrong", locked},
			try{999 * time.Millisecond, rightPassword, locked},
			try{time.Millisecond, "wrong", incorrect}, // the sixth: two seconds
			try{1999 * time.Millisecond, "wrong", locked},
			try{time.Millisecond, "wrong", incorrect}, // four seconds
			try{3999 * time.Millisecond, rightPassword, locked},
			try{time.Millisecond, rightPassword, right},
		)
		if right == gotTokens { // and so ends the count
			return append(list, try{0, "wrong", incorrect}, try{0, rightPassword, right})
		}
		return append(list, try{7999 * time.Millisecond, "wrong", locked}, try{time.Millisecond, "wrong", incorrect})
	}
	for _, tt := range []struct {
		name, client, user string
		right              string
		bySRP              bool
	}{
		{name: "user", client: benchClient, user: "ada", right: gotTokens},
		{name: "user, hidden", client: "hiding", user: "ada", right: gotTokens},
		{name: "nobody, hidden", client: "hiding", user: "nobody", right: incorrect},
		{name: "user by SRP", client: benchClient, user: "ada", right: gotTokens, bySRP: true},
		{name: "nobody by SRP", client: "hiding", user: "nobody", right: incorrect, bySRP: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t)
			b.addUser("ada")
			for i, s := range tries(tt.right) {
				b.advance(s.after)
				var got string
				if tt.bySRP {
					got = b.srpSignIn("", srpTrial{client: tt.client, username: tt.user, password: s.password})
				} else {
					got = b.ask("", "InitiateAuth", signIn(tt.client, tt.user, s.password))
				}
				if got != want(t, s.want) {
					t.Fatalf("try %d, %s: %s, want %s", i+1, s.password, got, s.want)
				}
			}
		})
	}
}

// TestManyGuessesAtOnce sends 1,000 wrong passwords and a right one together: five
// are judged, and then the lock holds for the right one too.
func TestManyGuessesAtOnce(t *testing.T) {
	const guesses = 1000
	b := newSignInBench(t)
	b.addUser("ada")
	wrong := b.withClient("InitiateAuth", signIn(benchClient, "ada", "wrong"))
	for range 5 {
		b.sendRaw("InitiateAuth", wrong)
	}
	b.advance(time.Second) // one more judgement, then two seconds of lock
	slots := make(chan struct{}, 64)
	got := atOnce(guesses, func(int) string {
		slots <- struct{}{}
		defer func() { <-slots }()
		return b.outcome("InitiateAuth", wrong)
	})
	if diff := cmp.Diff(map[string]int{incorrect: 1, locked: guesses - 1}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if got := b.ask("", "InitiateAuth", signIn(benchClient, "ada", rightPassword)); got != locked {
		t.Errorf("right password inside the lock: %s", got)
	}
	b.advance(2 * time.Second)
	if got := b.ask("", "InitiateAuth", signIn(benchClient, "ada", rightPassword)); got != want(t, gotTokens) {
		t.Errorf("right password after the lock: %s", got)
	}
}

// TestRequiredMFA: a pool that requires MFA gives nothing for a password alone, not even
// where its users can't have any.
func TestRequiredMFA(t *testing.T) {
	for mode, want := range map[string]string{"ON": noFactor, "OPTIONAL": tidy(t, gotTokens), "OFF": tidy(t, gotTokens)} {
		b := newSignInBench(t, func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.MfaConfiguration = mode })
		b.addUser("ada")
		if got := b.ask("", "InitiateAuth", signIn(benchClient, "ada", rightPassword)); got != want {
			t.Errorf("MFA %s: %s, want %s", mode, got, want)
		}
		if got := b.srpSignIn("", srpTrial{client: benchClient, username: "ada", password: rightPassword}); got != want {
			t.Errorf("MFA %s by SRP: %s, want %s", mode, got, want)
		}
		if got := b.ask("", "InitiateAuth", signIn(benchClient, "ada", "wrong")); got != incorrect {
			t.Errorf("MFA %s, wrong password: %s", mode, got)
		}
	}
}
