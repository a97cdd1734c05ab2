package cognito_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/store/sqlstore/sqlstoretest"
)

func TestSignUpAtOnce(t *testing.T) {
	const requests = 64
	for _, tt := range []struct {
		name  string
		setup []setup
		body  string
		taken string
	}{
		{"one username", []setup{autoVerify()}, `{"Username":"ada","Password":"Passw0rd!"}`, "UsernameExistsException: User already exists"},
		{"one e-mail", []setup{usernames("email"), autoVerify()}, `{"Username":"ada@example.org","Password":"Passw0rd!"}`,
			"UsernameExistsException: An account with the given email already exists."},
		{"one preferred_username", []setup{aliases("preferred_username"), require("preferred_username"), autoVerify()},
			`{"Username":"ada-N","Password":"Passw0rd!","UserAttributes":[{"Name":"preferred_username","Value":"ada"}]}`,
			"UsernameExistsException: An account with the given preferred_username already exists."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newUserBench(t, tt.setup...)
			got := atOnce(requests, func(i int) string { return b.call("SignUp", strings.ReplaceAll(tt.body, "-N", fmt.Sprint(i))) })
			b.oneSignedUp(got, tt.taken, requests)
		})
	}
}

// oneSignedUp checks that of so many sign-ups one made a user, and others were told that
// the name is taken.
func (b *userBench) oneSignedUp(got map[string]int, taken string, of int) {
	b.Helper()
	want := map[string]int{tidy(b, `{"UserConfirmed":false,"UserSub":"SUB"}`): 1, taken: of - 1}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("answers (-want +got):\n%s", diff)
	}
	if users, err := b.store.ListUsers(b.Context(), store.UserQuery{PoolID: benchPool, Limit: of}); err != nil || len(users) != 1 {
		b.Errorf("%d users exist, %v", len(users), err)
	}
}

// TestConfirmAtOnce has a right code used by many, and an alias wanted by many.
func TestConfirmAtOnce(t *testing.T) {
	const users = 16
	b := newUserBench(t, aliases("email"))
	codes := b.signUpWithOneAddress(users)
	count := atOnce(2*users, func(i int) string {
		return b.call("ConfirmSignUp", fmt.Sprintf(`{"Username":"user%d","ConfirmationCode":"%s"}`, i%users, codes[i%users]))
	})
	if count["{}"] != 1 || count[emailTaken] != 2*users-2 {
		t.Errorf("answers: %v", count)
	}
}

// TestGuessesAtOnce has many guess at once: no more than the cap is judged.
func TestGuessesAtOnce(t *testing.T) {
	b := newUserBench(t)
	b.call("SignUp", signUpAda)
	count := atOnce(100, func(int) string { return b.call("ConfirmSignUp", `{"Username":"ada","ConfirmationCode":"{{wrong}}"}`) })
	if count[wrongCode] != 15 || count[limitExceeded] != 85 {
		t.Errorf("answers: %v", count)
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
			got := atOnce(requests, func(i int) string {
				return nodes[i%2].call("SignUp", strings.ReplaceAll(tt.body, "ADA-N", []string{"ADA", "ada", "Ada", "aDA"}[i%4]))
			})
			nodes[0].oneSignedUp(got, tt.taken, requests)
		})
	}
}

// twoNodes are two servers with a store each, on one SQLite file.
func twoNodes(t *testing.T, changes ...setup) [2]*userBench {
	t.Helper()
	one, two := newUserBench(t, changes...), newUserBench(t, changes...)
	st, _ := sqlstoretest.OpenFile(t, filepath.Join(one.dir, "idpond.db"))
	two.srv.Accounts.Users, two.srv.Accounts.Writer, two.srv.Accounts.Rand = st, st, rand.Reader
	return [2]*userBench{one, two}
}
