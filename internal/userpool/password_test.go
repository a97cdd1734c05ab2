package userpool_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"idpond/internal/userpool"
)

var strict = userpool.PasswordPolicy{
	MinimumLength: 8, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true,
}

func TestPasswordProblem(t *testing.T) {
	for _, tt := range []struct {
		name     string
		policy   userpool.PasswordPolicy
		password string
		want     string
	}{
		{"meets everything", strict, "Passw0rd!", ""},
		{"length comes first", strict, "a", "Password not long enough"},
		{"lowercase before the other classes", strict, "????????", "Password must have lowercase characters"},
		{"then uppercase", strict, "abcdefgh", "Password must have uppercase characters"},
		{"then numbers", strict, "abcdEFGH", "Password must have numeric characters"},
		{"then symbols", strict, "abcdEF12", "Password must have symbol characters"},
		{"a space inside is a symbol", strict, "Pass w0rd", ""},
		{"a space at the end is refused", strict, "Passw0rd! ", "Password must not begin or end with a space"},
		{"a tab inside is refused", strict, "Pass\tw0rd!", "Password must not have control characters"},
		{"other control characters too", strict, "Pass\x00w0rd!", "Password must not have control characters"},
		{"length is in characters", strict, "Pä0!äää", "Password not long enough"},
		{"letters outside ASCII are of no class", strict, "ÄÖÜäöü12!", "Password must have lowercase characters"},
		{"every symbol of the list counts: backslash", strict, `Passw0rd\`, ""},
		{"every symbol of the list counts: quote", strict, `Passw0rd"`, ""},
		{"a currency sign is no symbol", strict, "Passw0rd€", "Password must have symbol characters"},
		{"nothing but length", userpool.PasswordPolicy{MinimumLength: 6}, "aaaaaa", ""},
		{"256 characters", userpool.PasswordPolicy{MinimumLength: 6}, strings.Repeat("a", 256), ""},
		{"257 characters", userpool.PasswordPolicy{MinimumLength: 6}, strings.Repeat("a", 257), "Password must not be longer than 256 characters"},
		{"empty without policy", userpool.PasswordPolicy{}, "", "Password not long enough"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.policy.Problem(tt.password); got != tt.want {
				t.Errorf("Problem(%q) = %q, want %q", tt.password, got, tt.want)
			}
		})
	}
}

func TestGeneratePassword(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy userpool.PasswordPolicy
		length int
	}{
		{"default policy", strict, 12},
		{"long policy", userpool.PasswordPolicy{MinimumLength: 40, RequireSymbols: true}, 40},
		{"no classes", userpool.PasswordPolicy{MinimumLength: 6}, 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen := map[string]bool{}
			for range 500 {
				password, err := userpool.GeneratePassword(tt.policy, rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				if problem := tt.policy.Problem(password); problem != "" || len(password) != tt.length {
					t.Fatalf("%q (%d characters): %q", password, len(password), problem)
				}
				if strings.ContainsAny(password, "<>&'\"lIO01") {
					t.Fatalf("%q holds a character that is escaped or misread", password)
				}
				seen[password] = true
			}
			if len(seen) != 500 {
				t.Errorf("only %d of 500 passwords differ", len(seen))
			}
		})
	}
	if _, err := userpool.GeneratePassword(strict, bytes.NewReader([]byte{1, 2, 3})); err == nil {
		t.Error("no error when the randomness ends")
	}
}
