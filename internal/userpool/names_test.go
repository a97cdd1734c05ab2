package userpool_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

type names = []userpool.SignInName

var (
	plain      = pool(nil, nil, true)
	alias      = pool([]string{"email", "phone_number", "preferred_username"}, nil, true)
	byEmail    = pool(nil, []string{"email"}, true)
	byPhone    = pool(nil, []string{"phone_number"}, true)
	byBoth     = pool(nil, []string{"email", "phone_number"}, true)
	caseless   = pool([]string{"email"}, nil, false)
	emailAlias = pool([]string{"email"}, nil, true)
)

func pool(aliases, usernames []string, caseSensitive bool) *userpool.Pool {
	return &userpool.Pool{ID: "eu-west-1_a", Settings: userpool.PoolSettings{
		AliasAttributes: aliases, UsernameAttributes: usernames,
		UsernameConfiguration: &userpool.UsernameConfiguration{CaseSensitive: caseSensitive},
	}}
}

func TestSignInNames(t *testing.T) {
	attributes := map[string]string{
		"email": "Ada@Example.org", "email_verified": "true",
		"phone_number": "+15551234", "phone_number_verified": "false",
		"preferred_username": "Countess",
	}
	for _, tt := range []struct {
		name string
		pool *userpool.Pool
		user userpool.User
		want names
	}{
		{"plain pool: the username alone", plain, userpool.User{Username: "Ada", Attributes: attributes},
			names{{Kind: "username", Value: "Ada"}}},
		{"alias pool: what is verified, and preferred_username", alias, userpool.User{Username: "Ada", Attributes: attributes},
			names{{Kind: "username", Value: "Ada"}, {Kind: "email", Value: "Ada@Example.org"}, {Kind: "preferred_username", Value: "Countess"}}},
		{"no letter is folded into ASCII", caseless,
			userpool.User{Username: "\u212aATE", Attributes: map[string]string{"email": "ÄDA@G\u0130THUB.COM", "email_verified": "true"}},
			names{{Kind: "username", Value: "\u212aate"}, {Kind: "email", Value: "äda@g\u0130thub.com"}}},
		{"folded where case is ignored", caseless, userpool.User{Username: "Ada", Attributes: attributes},
			names{{Kind: "username", Value: "ada"}, {Kind: "email", Value: "ada@example.org"}}},
		{"username pool: unverified too", byPhone, userpool.User{Username: "sub-1", Attributes: attributes},
			names{{Kind: "username", Value: "sub-1"}, {Kind: "phone_number", Value: "+15551234"}}},
		{"either kind: the user's first kind stays", byBoth,
			userpool.User{Username: "sub-1", Attributes: attributes, Names: names{{Kind: "phone_number", Value: "+15550000"}}},
			names{{Kind: "username", Value: "sub-1"}, {Kind: "phone_number", Value: "+15551234"}}},
		{"no value, no name", byEmail, userpool.User{Username: "sub-1"}, names{{Kind: "username", Value: "sub-1"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.pool.SignInNames(&tt.user)); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLookupNames(t *testing.T) {
	for _, tt := range []struct {
		name, input string
		pool        *userpool.Pool
		want        names
	}{
		{"plain pool", "ada@example.org", plain, names{{Kind: "username", Value: "ada@example.org"}}},
		{"alias pool, e-mail form", "ada@example.org", alias,
			names{{Kind: "username", Value: "ada@example.org"}, {Kind: "email", Value: "ada@example.org"}, {Kind: "preferred_username", Value: "ada@example.org"}}},
		{"alias pool, phone form", "+15551234", alias,
			names{{Kind: "username", Value: "+15551234"}, {Kind: "phone_number", Value: "+15551234"}, {Kind: "preferred_username", Value: "+15551234"}}},
		{"alias pool, other form", "ada", emailAlias, names{{Kind: "username", Value: "ada"}}},
		{"username pool", "ada@example.org", byEmail,
			names{{Kind: "username", Value: "ada@example.org"}, {Kind: "email", Value: "ada@example.org"}}},
		{"case ignored", "ADA@example.org", caseless,
			names{{Kind: "username", Value: "ada@example.org"}, {Kind: "email", Value: "ada@example.org"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.pool.LookupNames(tt.input)); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewUsername(t *testing.T) {
	for _, tt := range []struct {
		name, username string
		pool           *userpool.Pool
		kind           userpool.NameKind
		problem        string
	}{
		{"plain pool takes all", "ada@example.org", plain, "", ""},
		{"128 of any script", strings.Repeat("ä", 128), plain, "", ""},
		{"129", strings.Repeat("a", 129), plain, "", "Username must have 1 to 128 characters and no spaces."},
		{"space", "ada lovelace", plain, "", "Username must have 1 to 128 characters and no spaces."},
		{"invisible", "ada\u200b", plain, "", "Username must have 1 to 128 characters and no spaces."},
		{"broken", "ada\xff", plain, "", "Username must have 1 to 128 characters and no spaces."},
		{"e-mail alias", "ada@example.org", emailAlias, "", "Username cannot be of email format, since user pool is configured for email alias."},
		{"e-mail alias takes phones", "+15551234", emailAlias, "", ""},
		{"phone alias", "+15551234", alias, "", "Username cannot be of phone number format, since user pool is configured for phone number alias."},
		{"by e-mail", "ada@example.org", byEmail, "email", ""},
		{"by e-mail, a name", "ada", byEmail, "", "Username should be an email."},
		{"by phone", "+15551234", byPhone, "phone_number", ""},
		{"by phone, an e-mail", "ada@example.org", byPhone, "", "Username should be a phone number."},
		{"by both, e-mail", "ada@example.org", byBoth, "email", ""},
		{"by both, phone", "+15551234", byBoth, "phone_number", ""},
		{"by both, a name", "ada", byBoth, "", "Username should be either an email or a phone number."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kind, problem := tt.pool.NewUsernameProblem(tt.username)
			if kind != tt.kind || problem != tt.problem {
				t.Errorf("got %q, %q; want %q, %q", kind, problem, tt.kind, tt.problem)
			}
		})
	}
}

func TestMask(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"ada@example.org", "a***@e***"},
		{"a@b", "a***@b***"},
		{"Ärger@örtlich.example", "Ä***@ö***"},
		{"nothing", "***"},
	} {
		if got := userpool.MaskEmail(tt.in); got != tt.want {
			t.Errorf("MaskEmail(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{"+15551234567", "+*******4567"},
		{"+123", "+*******123"},
	} {
		if got := userpool.MaskPhone(tt.in); got != tt.want {
			t.Errorf("MaskPhone(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
