package userpool

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSearchable(t *testing.T) {
	for _, c := range []struct {
		name string
		user User
		want map[string]string
	}{
		{"attributes are folded, others are left out", User{
			Username: "Ada", Status: StatusConfirmed, Enabled: true,
			Names: []SignInName{{NameEmail, "ada@example.org"}, {NameUsername, "Ada"}},
			Attributes: map[string]string{
				"email": "Ada@Example.org", "phone_number": "+441", "name": "Ada Ångström", "given_name": "ADA",
				"family_name": "K", "preferred_username": "AdaK", "nickname": "a", "custom:x": "y",
			},
		}, map[string]string{
			"username": "Ada", "cognito:user_status": "CONFIRMED", "status": "Enabled",
			"email": "ada@example.org", "phone_number": "+441", "name": "ada ångström", "given_name": "ada",
			"family_name": "k", "preferred_username": "adak",
		}},
		{"username as the sign-in name has it", User{
			Username: "Ada", Status: StatusUnconfirmed, Names: []SignInName{{NameUsername, "ada"}},
		}, map[string]string{"username": "ada", "cognito:user_status": "UNCONFIRMED", "status": "Disabled"}},
		{"a user without a name of kind username", User{
			Username: "Ada", Status: StatusUnconfirmed, Enabled: true,
		}, map[string]string{"username": "Ada", "cognito:user_status": "UNCONFIRMED", "status": "Enabled"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Searchable(&c.user)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFoldSearch(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"email", "ADA@Example.ORG", "ada@example.org"},
		{"username", "ADA", "ADA"},
		{"status", "Enabled", "Enabled"},
		{"cognito:user_status", "CONFIRMED", "CONFIRMED"},
		{"sub", "ABC", "ABC"},
		{"name", "a\x00b", "ab"},
		{"name", strings.Repeat("É", 300), strings.Repeat("é", 256)},
		{"name", strings.Repeat("é", 256), strings.Repeat("é", 256)},
	} {
		if got := FoldSearch(c.name, c.value); got != c.want {
			t.Errorf("FoldSearch(%q, %q) = %q, want %q", c.name, c.value, got, c.want)
		}
	}
}
