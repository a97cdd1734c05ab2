package cognito_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/seal"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/userpool"
)

// TestTemporaryPasswordExpires: an invitation is good for as many days as the pool says,
// wherever it says so, to the last moment; then for whoever is invited again.
func TestTemporaryPasswordExpires(t *testing.T) {
	const expired = "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
	for _, tt := range []struct {
		name, settings string
		days           int
	}{
		{"by default", ``, 7},
		{"in the policy", `,"Policies":{"PasswordPolicy":{"TemporaryPasswordValidityDays":3}}`, 3},
		{"in the old place", `,"AdminCreateUserConfig":{"UnusedAccountValidityDays":1}`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newEventBench(t)
			b.ok("CreateUserPool", `{"PoolName":"shop"`+tt.settings+`}`)
			b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}`)
			b.ok("AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`)
			signsIn := func(after time.Duration, want string) {
				t.Helper()
				b.advance(after)
				got := b.call("InitiateAuth", password("Passw0rd!"))
				if want == "" && strings.Contains(got, `"ChallengeName":"NEW_PASSWORD_REQUIRED"`) {
					return
				}
				if got != want {
					t.Errorf("after %s: %s, want %q", after, got, want)
				}
			}
			validity := time.Duration(tt.days) * 24 * time.Hour
			for _, again := range []struct{ op, body string }{
				{"AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"RESEND"}`},
				{"AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!"}`},
				{"AdminSetUserPassword", `{"Username":"ada","Password":"Passw0rd!","Permanent":true}`},
			} {
				signsIn(validity-time.Second, "")
				signsIn(time.Second, expired)
				b.ok(again.op, again.body)
			}
			b.advance(10 * validity)
			if got := b.call("InitiateAuth", password("Passw0rd!")); !strings.Contains(got, "AccessToken") {
				t.Errorf("a password for good: %s", got)
			}
		})
	}
}

// TestRecoveryKeepsOffTheSecondFactor: a code that replaces the password does not go
// where the codes of the user's second factor go.
func TestRecoveryKeepsOffTheSecondFactor(t *testing.T) {
	const (
		noContact = "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"
		toMail    = `{` + toAda + `}`
		toPhone   = `{"CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}}`
		sms       = `"SMSMfaSettings":{"Enabled":true}`
		mail      = `"EmailMfaSettings":{"Enabled":true}`
	)
	mfa := func(configuration string) setup {
		return func(p *userpool.Pool, _ *userpool.AppClient) {
			p.Settings.MfaConfiguration = configuration
			p.Settings.SmsMfaConfiguration, p.Settings.EmailMfaConfiguration = &userpool.SmsMfaConfig{}, &userpool.EmailMfaConfig{}
		}
	}
	legacy := func(p *userpool.Pool, _ *userpool.AppClient) { p.Settings.AccountRecoverySetting = nil }
	phoneFirst, mailFirst := recoverBy("verified_phone_number", "verified_email"), recoverBy("verified_email", "verified_phone_number")
	for _, tt := range []struct {
		name    string
		setup   []setup
		factors string // that ada has switched on
		want    string
	}{
		{"no factor", []setup{mfa("OPTIONAL"), phoneFirst}, ``, toPhone},
		{"SMS", []setup{mfa("OPTIONAL"), phoneFirst}, sms, toMail},
		{"e-mail", []setup{mfa("OPTIONAL"), mailFirst}, mail, toPhone},
		{"e-mail, where the phone comes first", []setup{mfa("OPTIONAL"), phoneFirst}, mail, toPhone},
		{"both", []setup{mfa("OPTIONAL"), mailFirst}, sms + `,` + mail, noContact},
		{"one that is not preferred", []setup{mfa("OPTIONAL"), mailFirst}, sms + `,"EmailMfaSettings":{"Enabled":true,"PreferredMfa":true}`, noContact},
		{"SMS, and no other channel", []setup{mfa("OPTIONAL"), recoverBy("verified_phone_number")}, sms, noContact},
		{"where MFA is off", []setup{mfa("OFF"), phoneFirst}, sms, toPhone},
		{"SMS in a pool without the setting", []setup{mfa("OPTIONAL"), legacy}, sms, toPhone},
		{"e-mail in a pool without the setting", []setup{mfa("OPTIONAL"), legacy}, mail, toPhone},
		{"required, e-mail recovers", []setup{mfa("ON"), mailFirst}, ``, toMail},
		{"required, the phone recovers", []setup{mfa("ON"), phoneFirst}, ``, toPhone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, tt.setup...)
			b.check(newAda(`,{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`))
			b.check(permanent("ada"))
			if tt.factors != "" {
				b.check(step{op: "AdminSetUserMFAPreference", body: `{"Username":"ada",` + tt.factors + `}`, want: `{}`})
			}
			b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: tt.want})
			want := "{}"
			if tt.want == noContact {
				want = noContact
			}
			b.check(step{op: "AdminResetUserPassword", body: `{"Username":"ada"}`, want: want})
			if sent := b.sent(); len(sent) > 0 && sent[0] != sent[len(sent)-1] || (len(sent) == 0) != (tt.want == noContact) {
				t.Errorf("sent: %v", sent)
			}
			if tt.want == noContact { // which a client that hides users does not tell
				hideUsers(b.pool, b.client)
				b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: "*"})
				if len(b.sent()) > 0 {
					t.Error("a message was sent")
				}
			}
		})
	}
}

// TestRequiredFactorIsNoRecovery: where MFA is required, the factor that a user owes
// without having chosen it counts too.
func TestRequiredFactorIsNoRecovery(t *testing.T) {
	b := newUserBench(t, recoverBy("verified_email", "verified_phone_number"), func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.MfaConfiguration, p.Settings.SmsMfaConfiguration = "ON", &userpool.SmsMfaConfig{}
	})
	b.check(newAda(`,{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`))
	b.check(permanent("ada"))
	b.check(step{op: "AdminUpdateUserAttributes", body: `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`, want: `{}`})
	b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`,
		want: "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"})
}

// TestAddressesAreNamesWhileVerified signs in by what is an alias, while it is one.
func TestAddressesAreNamesWhileVerified(t *testing.T) {
	const old, next, phone = "ada@example.org", "lovelace@example.org", "+15551234567"
	all := []string{"ada", old, next, phone}
	for _, tt := range []struct {
		name   string
		setup  []setup
		during []string // names that work between the change and the code
	}{
		{"replaced at once", nil, []string{"ada"}},
		{"after the code", []setup{verifyFirst("email", "phone_number")}, []string{"ada", old}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, append(tt.setup, aliases("email", "phone_number"), autoVerify("email", "phone_number"))...)
			b.addUser("ada", func(u *userpool.User) {
				u.Attributes = map[string]string{"email": old, "email_verified": "true"}
			})
			names := func(want ...string) {
				t.Helper()
				var got []string
				for _, name := range all {
					if answer := b.ask("ada", "InitiateAuth", signIn(benchClient, name, rightPassword)); strings.HasPrefix(answer, "{") {
						got = append(got, name)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("names that sign in (-want +got):\n%s", diff)
				}
			}
			names("ada", old)
			update := `{"AccessToken":"{{ada.AccessToken}}","UserAttributes":[{"Name":"email","Value":"` + next + `"},{"Name":"phone_number","Value":"` + phone + `"}]}`
			got := b.ask("", "UpdateUserAttributes", update)
			if got != tidy(t, `{"CodeDeliveryDetailsList":[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"l***@e***"},
				{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******4567"}]}`) {
				t.Errorf("update: %s", got)
			}
			names(tt.during...)
			verify := func(name, address string) {
				t.Helper()
				code := b.inbox.List(address, 1)[0].Code
				if got := b.ask("", "VerifyUserAttribute", `{"AccessToken":"{{ada.AccessToken}}","AttributeName":"`+name+`","Code":"`+code+`"}`); got != "{}" {
					t.Errorf("verify: %s", got)
				}
			}
			verify("email", next)
			names("ada", next)
			verify("phone_number", phone)
			names("ada", next, phone)
			b.ask("", "AdminUpdateUserAttributes", `{"Username":"ada","UserAttributes":[{"Name":"email_verified","Value":"false"}]}`)
			names("ada", phone)
		})
	}
}

// TestAliasesMoveTogether: one new user takes two verified aliases from two users, or
// none of them.
func TestAliasesMoveTogether(t *testing.T) {
	const (
		mail   = `{"Name":"email","Value":"ada@example.org"},{"Name":"email_verified","Value":"true"}`
		phone  = `{"Name":"phone_number","Value":"+15551234567"},{"Name":"phone_number_verified","Value":"true"}`
		silent = `"TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"`
	)
	attributes := func(b *userBench, name string) map[string]string { return b.user(name).Attributes }
	b := newUserBench(t, aliases("email", "phone_number", "preferred_username"))
	b.run([]step{
		{op: "AdminCreateUser", body: `{"Username":"ada",` + silent + `,"UserAttributes":[` + mail + `]}`, want: "*"},
		{op: "AdminCreateUser", body: `{"Username":"bob",` + silent + `,"UserAttributes":[` + phone + `,{"Name":"preferred_username","Value":"bobby"}]}`, want: "*"},
		{op: "AdminCreateUser", body: `{"Username":"eve",` + silent + `,"ForceAliasCreation":true,"UserAttributes":[` + mail + `,` + phone + `,{"Name":"preferred_username","Value":"bobby"}]}`,
			want: "UsernameExistsException: An account with the given preferred_username already exists."},
	}, nil)
	if attributes(b, "ada")["email_verified"] != "true" || attributes(b, "bob")["phone_number_verified"] != "true" {
		t.Error("a refused user has taken an alias")
	}
	b.check(step{op: "AdminCreateUser", body: `{"Username":"eve",` + silent + `,"ForceAliasCreation":true,"UserAttributes":[` + mail + `,` + phone + `]}`, want: "*"})
	for name, alias := range map[string]string{"ada@example.org": "eve", "+15551234567": "eve", "bobby": "bob"} {
		if got := b.user(name).Username; got != alias {
			t.Errorf("%s is %s, want %s", name, got, alias)
		}
	}
	want := map[string]string{"phone_number": "+15551234567", "phone_number_verified": "false", "preferred_username": "bobby"}
	if diff := cmp.Diff(want, attributes(b, "bob")); diff != "" {
		t.Errorf("attributes of bob (-want +got):\n%s", diff)
	}
	if attributes(b, "ada")["email_verified"] != "false" {
		t.Error("ada's address is verified still")
	}
}

// TestAliasForcedAtOnce: many take an alias by force at once; in the end one has it, and
// no other's address is verified.
func TestAliasForcedAtOnce(t *testing.T) {
	const users = 16
	b := newUserBench(t, aliases("email"))
	codes := make([]string, users)
	for i := range users {
		b.call("SignUp", fmt.Sprintf(`{"Username":"user%d","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`, i))
		codes[i] = b.lastCode()
	}
	var wg sync.WaitGroup
	for i := range users {
		wg.Go(func() {
			got := b.call("ConfirmSignUp", fmt.Sprintf(`{"Username":"user%d","ConfirmationCode":"%s","ForceAliasCreation":true}`, i, codes[i]))
			if got != "{}" {
				t.Errorf("user%d: %s", i, got)
			}
		})
	}
	wg.Wait()
	owner, verified := b.user("ada@example.org").Username, []string{}
	for i := range users {
		if name := fmt.Sprint("user", i); b.user(name).Attributes["email_verified"] == "true" {
			verified = append(verified, name)
		}
	}
	if !slices.Equal(verified, []string{owner}) {
		t.Errorf("%s has the alias, verified is it for %v", owner, verified)
	}
}

// TestSignUpAtTwoNodes: of 64 sign-ups for one name, at two servers with one SQLite file,
// one makes a user.
func TestSignUpAtTwoNodes(t *testing.T) {
	const requests = 64
	for _, tt := range []struct {
		name, body, taken string
		setup             []setup
	}{
		{"username", `{"Username":"ada","Password":"Passw0rd!"}`, "UsernameExistsException: User already exists", nil},
		{"username in any case", `{"Username":"ADA-N","Password":"Passw0rd!"}`, "UsernameExistsException: User already exists", []setup{ignoreCase}},
		{"e-mail", `{"Username":"ada@example.org","Password":"Passw0rd!"}`,
			"UsernameExistsException: An account with the given email already exists.", []setup{usernames("email")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			nodes := twoNodes(t, append(tt.setup, autoVerify())...)
			answers := make([]string, requests)
			var wg sync.WaitGroup
			for i := range requests {
				name := []string{"ADA", "ada", "Ada", "aDA"}[i%4]
				wg.Go(func() { answers[i] = nodes[i%2].call("SignUp", strings.ReplaceAll(tt.body, "ADA-N", name)) })
			}
			wg.Wait()
			made := 0
			for _, a := range answers {
				switch a {
				case pretty(t, `{"UserConfirmed":false,"UserSub":"SUB"}`):
					made++
				case tt.taken:
				default:
					t.Errorf("answer %s", a)
				}
			}
			users, err := nodes[0].srv.Accounts.Users.ListUsers(t.Context(), store.UserQuery{PoolID: benchPool, Limit: requests})
			if err != nil || made != 1 || len(users) != 1 {
				t.Errorf("error %v; %d of %d sign-ups succeeded, %d users exist", err, made, requests, len(users))
			}
		})
	}
}

// twoNodes are two servers with a store each, on one SQLite file.
func twoNodes(t *testing.T, changes ...setup) (nodes [2]*userBench) {
	t.Helper()
	keys, err := seal.NewKeyring()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "shared.db")
	for i := range nodes {
		st, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: file, Seal: keys})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		b := newUserBench(t, changes...)
		b.srv.Accounts.Users, b.srv.Accounts.Writer, b.srv.Accounts.Keys, b.srv.Accounts.Rand = st, st, keys, rand.Reader
		nodes[i] = b
		if i == 0 {
			err = st.Write(t.Context(), func(tx store.Tx) error { return tx.CreatePool(t.Context(), b.pool) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return nodes
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

// signUps are the entries of ada's history that tell of the sign-up.
func (b *eventBench) signUps() []string {
	b.Helper()
	return slices.DeleteFunc(b.history(""), func(line string) bool { return !strings.Contains(line, " SignUp ") })
}

// TestQueueOfHashes: of many guesses at once, whose hashes wait for a core, five are
// judged and the others meet the lock. Right passwords at once are all right.
func TestQueueOfHashes(t *testing.T) {
	const requests = 64
	for _, tt := range []struct {
		password string
		want     map[string]int
	}{
		{"wrong", map[string]int{incorrect: 5, locked: requests - 5}},
		{rightPassword, map[string]int{"": requests}},
	} {
		b := newSignInBench(t)
		b.srv.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 4096, Iterations: 1, Parallelism: 1})
		b.srv.Accounts.Passwords.Locks = b.store
		b.addUser("ada")
		body := b.withClient("InitiateAuth", signIn(benchClient, "ada", tt.password))
		var mu sync.Mutex
		count := map[string]int{}
		var wg sync.WaitGroup
		for range requests {
			wg.Go(func() {
				_, failure := b.sendRaw("InitiateAuth", body)
				mu.Lock()
				defer mu.Unlock()
				count[failure]++
			})
		}
		wg.Wait()
		if diff := cmp.Diff(tt.want, count); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.password, diff)
		}
	}
}

// TestNothingIsLeftOfAUser: no row of the database knows a user who was deleted, by
// whomever, and the name begins anew.
func TestNothingIsLeftOfAUser(t *testing.T) {
	b := newWhole(t)
	d := breakDisk(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"},
		"AliasAttributes":["email"],"AutoVerifiedAttributes":["email"],"Policies":{"PasswordPolicy":{"PasswordHistorySize":5}},
		"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":false,"DeviceOnlyRememberedOnUserPrompt":false}}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}`)
	b.ok("CreateGroup", `{"GroupName":"admins"}`)
	ask := func(op, body string) string {
		t.Helper()
		body = strings.NewReplacer("POOL", b.pool, "CLIENT", b.client).Replace(body)
		if list := b.inbox.List("", 1); len(list) > 0 {
			body = strings.ReplaceAll(body, "NEWEST", list[0].Code)
		}
		got := b.ask(t.Context(), op, body)
		if got.exception != "" {
			t.Fatalf("%s: %s", op, got)
		}
		return got.body
	}
	for _, remove := range []struct{ op, body string }{
		{"AdminDeleteUser", `{"UserPoolId":"POOL","Username":"ada"}`}, {"DeleteUser", `{"AccessToken":"ACCESS"}`},
	} {
		sub := b.member(ask("SignUp", `{"ClientId":"CLIENT","Username":"ada","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`), "UserSub")
		ask("ConfirmSignUp", `{"ClientId":"CLIENT","Username":"ada","ConfirmationCode":"NEWEST"}`)
		access := b.member(ask("InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT","AuthParameters":{"USERNAME":"ada@example.org","PASSWORD":"Passw0rd!"}}`),
			"AuthenticationResult", "AccessToken")
		ask("ChangePassword", `{"AccessToken":"`+access+`","PreviousPassword":"Passw0rd!","ProposedPassword":"Passw0rd?"}`)
		ask("AdminAddUserToGroup", `{"UserPoolId":"POOL","Username":"ada","GroupName":"admins"}`)
		ask("ForgotPassword", `{"ClientId":"CLIENT","Username":"ada"}`)
		known := strings.Count(d.rows(), sub)
		if known < 10 {
			t.Errorf("only %d rows know the user", known)
		}
		ask(remove.op, strings.Replace(remove.body, "ACCESS", access, 1))
		for row := range strings.Lines(d.rows()) {
			if strings.Contains(row, sub) || strings.Contains(row, "ada") {
				t.Errorf("%s left %s", remove.op, row)
			}
		}
		if got := b.ask(t.Context(), "GetUser", `{"AccessToken":"`+access+`"}`); got.exception == "" {
			t.Errorf("the token works on: %s", got)
		}
	}
}
