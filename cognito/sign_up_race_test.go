package cognito_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"idpond/internal/store"
	"idpond/internal/store/sqlstore/sqlstoretest"
)

func TestSignUpAtOnce(t *testing.T) {
	const requests = 64
	for _, tt := range []struct {
		name  string
		setup []setup
		body  string
		want  string
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
			answers := make([]string, requests)
			var wg sync.WaitGroup
			for i := range requests {
				wg.Go(func() { answers[i] = b.call("SignUp", strings.ReplaceAll(tt.body, "-N", fmt.Sprint(i))) })
			}
			wg.Wait()
			made := 0
			for _, a := range answers {
				if a == pretty(t, `{"UserConfirmed":false,"UserSub":"SUB"}`) {
					made++
				} else if a != tt.want {
					t.Errorf("answer %s", a)
				}
			}
			users, err := b.store.ListUsers(t.Context(), store.UserQuery{PoolID: benchPool, Limit: requests})
			if err != nil {
				t.Fatal(err)
			}
			if made != 1 || len(users) != 1 {
				t.Errorf("%d of %d sign-ups succeeded, %d users exist", made, requests, len(users))
			}
		})
	}
}

// TestConfirmAtOnce has a right code used by many, and an alias wanted by many.
func TestConfirmAtOnce(t *testing.T) {
	const users = 16
	b := newUserBench(t, aliases("email"))
	codes := make([]string, users)
	for i := range users {
		b.call("SignUp", fmt.Sprintf(`{"Username":"user%d","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"ada@example.org"}]}`, i))
		codes[i] = b.lastCode()
	}
	answers := make([]string, 2*users)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answers[i] = b.call("ConfirmSignUp", fmt.Sprintf(`{"Username":"user%d","ConfirmationCode":"%s"}`, i%users, codes[i%users]))
		})
	}
	wg.Wait()
	count := map[string]int{}
	for _, a := range answers {
		count[a]++
	}
	if count["{}"] != 1 || count["AliasExistsException: An account with the given email already exists."] != 2*users-2 {
		t.Errorf("answers: %v", count)
	}
}

// TestGuessesAtOnce has many guess at once: no more than the cap is judged.
func TestGuessesAtOnce(t *testing.T) {
	b := newUserBench(t)
	b.call("SignUp", signUpAda)
	var mu sync.Mutex
	count := map[string]int{}
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			a := b.call("ConfirmSignUp", `{"Username":"ada","ConfirmationCode":"{{wrong}}"}`)
			mu.Lock()
			defer mu.Unlock()
			count[a]++
		})
	}
	wg.Wait()
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
func twoNodes(t *testing.T, changes ...setup) [2]*userBench {
	t.Helper()
	one, two := newUserBench(t, changes...), newUserBench(t, changes...)
	st, _ := sqlstoretest.OpenFile(t, filepath.Join(one.dir, "idpond.db"))
	two.srv.Accounts.Users, two.srv.Accounts.Writer, two.srv.Accounts.Rand = st, st, rand.Reader
	return [2]*userBench{one, two}
}
