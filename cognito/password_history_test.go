package cognito_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func remembers(passwords int) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.Policies.PasswordPolicy.PasswordHistorySize = &passwords
	}
}

const usedBefore = "PasswordHistoryPolicyViolationException: Password has previously been used"

// passwordNo gives one of the passwords that a test sets.
func passwordNo(n int) string { return fmt.Sprintf("Passw0rd!%d", n) }

// passwordModes are the ways that passwords are kept.
func passwordModes() map[string]func(*userBench) {
	return map[string]func(*userBench){
		"verifiers": func(*userBench) {},
		"hashes": func(b *userBench) {
			b.srv.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
		},
	}
}

// setters set ada's password by the operations that look at the history, from the
// present one.
func setters() map[string]func(b *userBench, present, next string) string {
	return map[string]func(b *userBench, present, next string) string{
		"ChangePassword": func(b *userBench, present, next string) string {
			return b.call("ChangePassword", `{"AccessToken":"{{token ada}}","PreviousPassword":"`+present+`","ProposedPassword":"`+next+`"}`)
		},
		"ConfirmForgotPassword": func(b *userBench, _, next string) string {
			b.call("ForgotPassword", `{"Username":"ada"}`)
			return b.call("ConfirmForgotPassword", `{"Username":"ada","ConfirmationCode":"{{code}}","Password":"`+next+`"}`)
		},
		"AdminSetUserPassword": func(b *userBench, _, next string) string {
			return b.call("AdminSetUserPassword", `{"Username":"ada","Password":"`+next+`","Permanent":true}`)
		},
	}
}

// TestPasswordHistory: of three passwords that a pool remembers the present one and the
// two before it are refused, by every operation and however they are kept.
func TestPasswordHistory(t *testing.T) {
	for mode, keep := range passwordModes() {
		for op, set := range setters() {
			t.Run(mode+"/"+op, func(t *testing.T) {
				b := newUserBench(t, remembers(3))
				keep(b)
				b.check(newAda(""))
				b.check(permanent("ada"))
				present := "Passw0rd!"
				to := func(password, want string) {
					t.Helper()
					b.advance(time.Hour) // five changes an hour
					if got := set(b, present, password); got != want {
						t.Fatalf("from %s to %s: %s, want %s", present, password, got, want)
					}
					if want == "{}" {
						present = password
					}
					if !b.hasPassword("ada", present) {
						t.Fatalf("the password is not %s", present)
					}
				}
				to("Passw0rd!", usedBefore)
				to(passwordNo(1), "{}")
				to("Passw0rd!", usedBefore)
				to(passwordNo(2), "{}")
				to("Passw0rd!", usedBefore)
				to(passwordNo(1), usedBefore)
				to(passwordNo(2), usedBefore)
				to(passwordNo(3), "{}")
				to(passwordNo(1), usedBefore)
				to("Passw0rd!", "{}") // three others were between
				to(passwordNo(1), "{}")
				b.checkLog()
			})
		}
	}
}

// TestPasswordHistoryOff: without the setting, and with 0, nothing is refused or kept.
// A size that is lowered forgets, and what was kept before it became 0 goes with the
// next change.
func TestPasswordHistoryOff(t *testing.T) {
	kept := func(b *userBench) int {
		list, err := b.store.PasswordHistory(b.Context(), benchPool, b.user("ada").ID, 99)
		if err != nil {
			b.Fatal(err)
		}
		return len(list)
	}
	set := setters()["AdminSetUserPassword"]
	b := newUserBench(t)
	size := func(n int) { remembers(n)(b.pool, nil) }
	b.check(newAda(""))
	for i, s := range []struct {
		size     int // -1: not set
		password int
		want     string
		kept     int
	}{
		{-1, 1, "{}", 0}, {-1, 1, "{}", 0}, {0, 1, "{}", 0}, {-1, 2, "{}", 0},
		{24, 1, "{}", 1}, {24, 3, "{}", 2}, {24, 4, "{}", 3}, {24, 1, usedBefore, 3},
		{3, 1, usedBefore, 3}, {2, 3, usedBefore, 3}, {2, 1, "{}", 2}, {1, 1, usedBefore, 2}, {1, 4, "{}", 1}, {1, 1, "{}", 1},
		{0, 1, "{}", 0}, {24, 1, usedBefore, 0}, {24, 4, "{}", 1},
	} {
		if s.size < 0 {
			b.pool.Settings.Policies.PasswordPolicy.PasswordHistorySize = nil
		} else {
			size(s.size)
		}
		if got := set(b, "", passwordNo(s.password)); got != s.want {
			t.Errorf("%d. %s, want %s", i+1, got, s.want)
		}
		if got := kept(b); got != s.kept {
			t.Errorf("%d. %d passwords are kept, want %d", i+1, got, s.kept)
		}
	}
}

// TestTemporaryPasswordsDoNotCount: what an administrator gives for the time being is
// neither refused nor kept; what it replaces is.
func TestTemporaryPasswordsDoNotCount(t *testing.T) {
	b := newUserBench(t, remembers(24))
	set := func(password string, permanent bool, want string) {
		t.Helper()
		b.check(step{op: "AdminSetUserPassword", body: fmt.Sprintf(`{"Username":"ada","Password":%q,"Permanent":%t}`, password, permanent), want: want})
	}
	b.check(newAda("")) // with a temporary password
	set("Passw0rd!", true, `{}`)
	set(passwordNo(1), false, `{}`)
	set(passwordNo(2), false, `{}`)
	set("Passw0rd!", false, `{}`) // even an old one of ada's
	ada, accounts := b.user("ada"), b.srv.Accounts
	for password, refused := range map[string]bool{"Passw0rd!": true, passwordNo(1): false, passwordNo(2): false, passwordNo(3): false} {
		err := accounts.CheckHistory(t.Context(), b.pool, ada, password) // as NEW_PASSWORD_REQUIRED asks
		if fault.Is(err, fault.PasswordHistoryViolation) != refused || !refused && err != nil {
			t.Errorf("%s: %v", password, err)
		}
	}
	set("Passw0rd!", true, usedBefore)
	set(passwordNo(1), true, `{}`)
}

// TestNewPasswordIsNotAnOldOne: who answers NEW_PASSWORD_REQUIRED may keep the temporary
// password, but not go back to the one before it; a refused answer leaves the session.
func TestNewPasswordIsNotAnOldOne(t *testing.T) {
	b := newSignInBench(t, remembers(2))
	b.addUser("ada")
	set := func(password string, permanent bool) turn {
		return turn{after: time.Second, op: "AdminSetUserPassword", want: `{}`,
			body: fmt.Sprintf(`{"Username":"ada","Password":%q,"Permanent":%t}`, password, permanent)}
	}
	answer := func(password, want string) turn {
		return turn{op: "RespondToAuthChallenge", body: newPassword(benchClient, "ada", "ada", password), want: want}
	}
	b.play([]turn{set(passwordNo(1), true), set(passwordNo(2), false)})
	b.ask("ada", "InitiateAuth", signIn(benchClient, "ada", passwordNo(2)))
	b.play([]turn{
		answer(passwordNo(1), usedBefore), answer(rightPassword, usedBefore), answer(passwordNo(2), gotTokens),
		set(passwordNo(1), false), // an administrator may give it again
	})
	b.ask("ada", "InitiateAuth", signIn(benchClient, "ada", passwordNo(1)))
	b.play([]turn{answer(passwordNo(2), usedBefore), answer(rightPassword, gotTokens)})
}

// TestPasswordHistoryAcrossKinds: passwords are recognized that were kept in another
// way than those of today.
func TestPasswordHistoryAcrossKinds(t *testing.T) {
	b := newUserBench(t, remembers(5))
	b.check(newAda(""))
	foreign, err := bcrypt.GenerateFromPassword([]byte("Imported1!"), 5)
	if err != nil {
		t.Fatal(err)
	}
	err = b.store.Write(t.Context(), func(tx store.Tx) error {
		u, err := tx.User(t.Context(), benchPool, b.user("ada").ID)
		if err != nil {
			return err
		}
		u.Status, u.Credential = userpool.StatusConfirmed, userpool.Credential{Foreign: string(foreign)}
		return tx.UpdateUser(t.Context(), u)
	})
	if err != nil {
		t.Fatal(err)
	}
	change := setters()["ChangePassword"]
	for _, s := range []struct{ present, next, want string }{
		{"Imported1!", "Imported1!", usedBefore}, {"Imported1!", passwordNo(1), "{}"}, {passwordNo(1), "Imported1!", usedBefore},
		{"hashes", "", ""},
		{passwordNo(1), "Imported1!", usedBefore}, {passwordNo(1), passwordNo(2), "{}"}, {passwordNo(2), passwordNo(1), usedBefore},
	} {
		if s.present == "hashes" {
			passwordModes()[s.present](b)
			continue
		}
		b.advance(time.Hour)
		if got := change(b, s.present, s.next); got != s.want {
			t.Errorf("from %s to %s: %s, want %s", s.present, s.next, got, s.want)
		}
	}
}

// TestPasswordHistoryTellsNothing: who does not know the password or the code does not
// learn what was a password once. What the history refuses is an attempt, and leaves
// the code.
func TestPasswordHistoryTellsNothing(t *testing.T) {
	b := newUserBench(t, remembers(5))
	b.check(newAda(""))
	b.check(permanent("ada"))
	change := setters()["ChangePassword"]
	if got := change(b, "wrong", "Passw0rd!"); got != "NotAuthorizedException: Incorrect username or password." {
		t.Errorf("a wrong password: %s", got)
	}
	for n := range 5 {
		want := usedBefore
		if n == 4 {
			want = limitExceeded
		}
		if got := change(b, "Passw0rd!", "Passw0rd!"); got != want {
			t.Errorf("change %d: %s, want %s", n+2, got, want)
		}
	}
	confirm := func(code, password, want string) {
		t.Helper()
		b.check(step{op: "ConfirmForgotPassword", want: want,
			body: `{"Username":"ada","ConfirmationCode":"` + code + `","Password":"` + password + `"}`})
	}
	confirm("123456", "Passw0rd!", deadCode)
	b.check(step{op: "ForgotPassword", body: `{"Username":"ada"}`, want: `{` + toAda + `}`})
	confirm("{{wrong}}", "Passw0rd!", wrongCode)
	for range 17 {
		confirm("{{code}}", "Passw0rd!", usedBefore)
	}
	confirm("{{code}}", passwordNo(1), limitExceeded)
	b.check(step{after: time.Hour, op: "ForgotPassword", body: `{"Username":"ada"}`, want: `{` + toAda + `}`})
	confirm("{{code}}", "Passw0rd!", usedBefore)
	confirm("{{code}}", passwordNo(1), `{}`)
	confirm("{{code}}", passwordNo(2), deadCode)
}

// overtaking sets a password at the moment when the history is read.
type overtaking struct {
	store.Users
	set func()
}

func (o *overtaking) PasswordHistory(ctx context.Context, poolID, userID string, limit int) ([]userpool.Credential, error) {
	list, err := o.Users.PasswordHistory(ctx, poolID, userID, limit)
	if set := o.set; set != nil {
		o.set = nil
		set()
	}
	return list, err
}

// TestPasswordHistoryOvertaken: a password that another request sets meanwhile counts.
func TestPasswordHistoryOvertaken(t *testing.T) {
	for op, set := range setters() {
		t.Run(op, func(t *testing.T) {
			b := newUserBench(t, remembers(5))
			b.check(newAda(""))
			b.check(permanent("ada"))
			b.srv.Accounts.Users = &overtaking{Users: b.store, set: func() {
				b.check(step{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"` + passwordNo(1) + `","Permanent":true}`, want: `{}`})
			}}
			want := usedBefore
			if op == "ChangePassword" { // the password that the user knew is another's meanwhile
				want = "NotAuthorizedException: Incorrect username or password."
			}
			if got := set(b, "Passw0rd!", passwordNo(1)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

// TestPasswordHistoryGoes: a user of the same name begins without the passwords of the
// one before.
func TestPasswordHistoryGoes(t *testing.T) {
	b := newUserBench(t, remembers(24))
	for range 2 {
		b.run([]step{
			newAda(""), permanent("ada"),
			{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd?","Permanent":true}`, want: `{}`},
			{op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"Passw0rd!","Permanent":true}`, want: usedBefore},
			{op: "AdminDeleteUser", body: `{"Username":"ada"}`, want: ``},
		}, nil)
	}
	if strings.Contains(b.log.String(), "Passw0rd") {
		t.Error("the log holds a password")
	}
}
