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

// listed is one page as a client reads it: the usernames, and the token.
type listed struct {
	names []string
	token string
}

func (b *userBench) list(body string) listed {
	b.Helper()
	answer := b.call("ListUsers", body)
	var out struct {
		Users           []struct{ Username string }
		PaginationToken string
	}
	if err := json.Unmarshal([]byte(answer), &out); err != nil {
		b.Fatalf("ListUsers %s: %s", body, answer)
	}
	page := listed{token: out.PaginationToken}
	for _, u := range out.Users {
		page.names = append(page.names, u.Username)
	}
	return page
}

// newCrowd makes users a to e; the later the letter, the smaller the given name.
func newCrowd(t *testing.T, changes ...setup) *userBench {
	b := newUserBench(t, changes...)
	for i, name := range []string{"ada", "Bob", "cleo", "dora", "eve"} {
		b.check(step{op: "AdminCreateUser", want: "*", body: fmt.Sprintf(`{"Username":"%s","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!",
			"UserAttributes":[{"Name":"email","Value":"%[1]s@Example.org"},{"Name":"given_name","Value":"G%d"},{"Name":"family_name","Value":"O\"Neill \\ \u00c9"}]}`, name, 9-i)})
	}
	b.check(permanent("ada"))
	b.check(step{op: "AdminDisableUser", body: `{"Username":"eve"}`, want: `{}`})
	return b
}

func TestListUsersFilter(t *testing.T) {
	b := newCrowd(t)
	filter := func(f string) string {
		body, _ := json.Marshal(map[string]string{"Filter": f})
		return string(body)
	}
	for _, tt := range []struct {
		filter string
		want   []string
	}{
		{`username = "ada"`, []string{"ada"}},
		{`username="ada"`, []string{"ada"}},
		{"  username\t=  \"ada\"  ", []string{"ada"}},
		{`username = "ADA"`, nil}, // this pool minds case
		{`username ^= "B"`, []string{"Bob"}},
		{`username ^= ""`, []string{"Bob", "ada", "cleo", "dora", "eve"}},
		{`username = ""`, nil},
		{`email = "ADA@example.org"`, []string{"ada"}},
		{`email ^= "d"`, []string{"dora"}},
		{`given_name ^= "g"`, []string{"eve", "dora", "cleo", "Bob", "ada"}}, // sorted by what is searched
		{`given_name = "G7"`, []string{"cleo"}},
		{`name = "G7"`, nil},
		{`phone_number = "+15551234567"`, nil},
		{`preferred_username ^= "a"`, nil},
		{`cognito:user_status = "CONFIRMED"`, []string{"ada"}},
		{`cognito:user_status = "confirmed"`, []string{"ada"}},
		{`cognito:user_status = "COMPROMISED"`, nil},
		{`status = "Disabled"`, []string{"eve"}},
		{`status = "disabled"`, nil},
		{`sub = "` + b.user("cleo").ID + `"`, []string{"cleo"}},
		{`sub ^= "` + b.user("cleo").ID[:20] + `"`, []string{"cleo"}},
		{`sub = "` + strings.ToUpper(b.user("cleo").ID) + `"`, []string{"cleo"}},
		{`sub = "` + b.user("cleo").ID + `x"`, nil},
	} {
		t.Run(tt.filter, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, b.list(filter(tt.filter)).names); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
		})
	}
	for _, f := range []string{"", "   ", `family_name = "O\"Neill \\ É"`, `family_name ^= "o\"neill"`} {
		if n := len(b.list(filter(f)).names); n != 5 {
			t.Errorf("filter %q finds %d of 5", f, n)
		}
	}
}

func TestListUsersRefuses(t *testing.T) {
	const parsing = "InvalidParameterException: Error while parsing filter"
	b := newCrowd(t)
	for _, tt := range []struct{ body, want string }{
		{`{"Filter":"username"}`, parsing},
		{`{"Filter":"username ="}`, parsing},
		{`{"Filter":"= \"x\""}`, parsing},
		{`{"Filter":"username = ada"}`, parsing},
		{`{"Filter":"username = 'ada'"}`, parsing},
		{`{"Filter":"username = \"ada"}`, parsing},
		{`{"Filter":"username = \"ada\" and name = \"x\""}`, parsing},
		{`{"Filter":"username = \"ada\\\""}`, parsing},
		{`{"Filter":"username ^ \"ada\""}`, parsing},
		{`{"Filter":"username != \"ada\""}`, parsing},
		{`{"Filter":"username == \"ada\""}`, parsing},
		{`{"Filter":"\"username\" = \"ada\""}`, parsing},
		{`{"Filter":"custom:foo = \"x\""}`, "InvalidParameterException: Invalid search attribute: custom:foo"},
		{`{"Filter":"Username = \"x\""}`, "InvalidParameterException: Invalid search attribute: Username"},
		{`{"AttributesToGet":["custom:foo"]}`, "InvalidParameterException: One or more requested attributes do not exist."},
		{`{"AttributesToGet":["email","phone_number"]}`, "InvalidParameterException: One or more requested attributes do not exist."},
		{`{"PaginationToken":"AAAA"}`, "InvalidParameterException: Invalid pagination token."},
		{`{"Limit":61}`, "InvalidParameterException: 1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60"},
	} {
		b.check(step{op: "ListUsers", body: tt.body, want: tt.want})
	}
}

func TestListUsersPages(t *testing.T) {
	b := newCrowd(t)
	for _, f := range []string{``, `,"Filter":"given_name ^= \"g\""`, `,"Filter":"username ^= \"\""`, `,"Filter":"status ^= \"\""`} {
		var names []string
		token := ""
		for pages := 0; pages == 0 || token != ""; pages++ {
			body := `{"Limit":2` + f
			if token != "" {
				body += `,"PaginationToken":"` + token + `"`
			}
			page := b.list(body + `}`)
			if names = append(names, page.names...); len(page.names) == 0 || pages > 3 {
				t.Fatalf("page %d of %q: %v", pages, f, page)
			}
			token = page.token
		}
		if whole := b.list(`{"Limit":0` + f + `}`); whole.token != "" || !cmp.Equal(whole.names, names) {
			t.Errorf("filter %q: pages give %v, the whole %v", f, names, whole)
		}
	}
}

func TestListUsersToken(t *testing.T) {
	const invalid = "InvalidParameterException: Invalid pagination token."
	for _, tt := range []struct {
		name  string
		after time.Duration
		body  string // with %s for the token of {"Limit":2,"Filter":"given_name ^= \"g\""}
		want  string // "" for a page
	}{
		{"as it is", 59 * time.Minute, `{"Limit":2,"Filter":"given_name ^= \"g\"","PaginationToken":"%s"}`, ""},
		{"another limit", 0, `{"Limit":3,"Filter":"given_name ^= \"g\"","PaginationToken":"%s"}`, ""},
		{"dead", time.Hour, `{"Limit":2,"Filter":"given_name ^= \"g\"","PaginationToken":"%s"}`, invalid},
		{"another filter", 0, `{"Limit":2,"Filter":"given_name ^= \"G\"","PaginationToken":"%s"}`, invalid},
		{"no filter", 0, `{"Limit":2,"PaginationToken":"%s"}`, invalid},
		{"other attributes", 0, `{"Limit":2,"Filter":"given_name ^= \"g\"","AttributesToGet":["sub"],"PaginationToken":"%s"}`, invalid},
		{"changed", 0, `{"Limit":2,"Filter":"given_name ^= \"g\"","PaginationToken":"%sA"}`, invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newCrowd(t)
			token := b.list(`{"Limit":2,"Filter":"given_name ^= \"g\""}`).token
			if token == "" || strings.ContainsAny(token, " \n") {
				t.Fatalf("token %q", token)
			}
			b.advance(tt.after)
			got := b.call("ListUsers", fmt.Sprintf(tt.body, token))
			if strings.HasPrefix(got, "{") {
				got = ""
			}
			if got != tt.want {
				t.Errorf("answer %q, want %q", got, tt.want)
			}
		})
	}
}

func TestListUsersIgnoresCase(t *testing.T) {
	b := newCrowd(t, ignoreCase)
	if got := b.list(`{"Filter":"username = \"BOB\""}`).names; !cmp.Equal(got, []string{"bob"}) {
		t.Errorf("users %v", got)
	}
	b = newUserBench(t, usernames("email"))
	b.call("SignUp", `{"Username":"ada@example.org","Password":"Passw0rd!"}`)
	if got := b.list(`{"Filter":"username = \"ada@example.org\""}`).names; len(got) != 0 {
		t.Errorf("an alias is found as username: %v", got)
	}
	if u := b.user("ada@example.org"); u.Status != userpool.StatusUnconfirmed {
		t.Errorf("status %s", u.Status)
	}
}
