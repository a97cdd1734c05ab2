package account_test

import (
	"strings"
	"testing"

	"idpond/internal/account"
	"idpond/internal/fault"
)

func TestParseFilter(t *testing.T) {
	for _, tt := range []struct {
		in      string
		want    account.Filter
		problem string
	}{
		{in: ``},
		{in: " \t"},
		{in: `username = "ada"`, want: account.Filter{Attribute: "username", Value: "ada"}},
		{in: `username="ada"`, want: account.Filter{Attribute: "username", Value: "ada"}},
		{in: "cognito:user_status ^=\n\"CON\"", want: account.Filter{Attribute: "cognito:user_status", Value: "CON", Prefix: true}},
		{in: `name = "O\"Neill \\ \x"`, want: account.Filter{Attribute: "name", Value: `O"Neill \ x`}},
		{in: `name = "= ^= ü"`, want: account.Filter{Attribute: "name", Value: "= ^= ü"}},
		{in: `username`, problem: "Error while parsing filter"},
		{in: `username = `, problem: "Error while parsing filter"},
		{in: `username ^ = "a"`, problem: "Error while parsing filter"},
		{in: `username = "a" "b"`, problem: "Error while parsing filter"},
		{in: `username = "a\"`, problem: "Error while parsing filter"},
		{in: `username = "a\`, problem: "Error while parsing filter"},
		{in: `birthdate = "x"`, problem: "Invalid search attribute: birthdate"},
		{in: `birthdate = x`, problem: "Error while parsing filter"},
	} {
		got, err := account.ParseFilter(tt.in)
		problem := ""
		if err != nil {
			problem = fault.Of(err).Message
		}
		if got != tt.want || problem != tt.problem {
			t.Errorf("ParseFilter(%q) = %+v, %q; want %+v, %q", tt.in, got, problem, tt.want, tt.problem)
		}
	}
}

// FuzzParseFilter: what is read can be written and is read as the same again, and
// what is refused is the caller's fault.
func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{``, `username = "ada"`, `name ^= "O\"Neill \\"`, `sub="a`, `custom:x = "y"`, "status\t^=\r\n\"\"", `="`, `\"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := account.ParseFilter(in)
		if err != nil {
			if !fault.Is(err, fault.InvalidParameter) || got != (account.Filter{}) {
				t.Fatalf("%q: %+v, %v", in, got, err)
			}
			return
		}
		if got == (account.Filter{}) {
			if strings.Trim(in, " \t\r\n") != "" {
				t.Fatalf("%q is read as no filter", in)
			}
			return
		}
		op := " = "
		if got.Prefix {
			op = " ^= "
		}
		written := got.Attribute + op + `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(got.Value) + `"`
		if again, err := account.ParseFilter(written); err != nil || again != got {
			t.Fatalf("%q is %+v, written %q, read as %+v, %v", in, got, written, again, err)
		}
	})
}
