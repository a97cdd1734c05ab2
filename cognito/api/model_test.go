package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"idpond/cognito/api"
)

func newInput(o *api.Operation) any { return reflect.New(o.In).Interface() }

// fact is a shape as tools/apigen/facts.json has it, read here a second time so
// that generator and decoder can't be wrong together.
type fact struct {
	Name, Kind, Pattern, Of, Key string
	Secret                       bool
	Min, Max                     *int
	Enum, Members                []string
}

type model map[string]fact

func readModel(t *testing.T) (model, map[string]string) {
	t.Helper()
	text, err := os.ReadFile("../../tools/apigen/facts.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Operations []struct{ Name, In string }
		Shapes     []fact
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	m, inputs := model{}, map[string]string{}
	for _, s := range file.Shapes {
		m[s.Name] = s
	}
	for _, o := range file.Operations {
		inputs[o.Name] = o.In
	}
	return m, inputs
}

// examples are texts that satisfy patterns which "aaaaaaaa" doesn't.
var examples = []string{
	"aaaaaaaaaaaaaaaaaaaaaaaa", "a", "123456", "eu-west-1_a", "arn:aws:lambda:eu-west-1:123456789012:function:f",
	"arn:aws:kms:::key/a", "a@b", "{####}", "{##a##}", "cognito:default", "terms-of-use", "import-a",
	"eu-west-1_abcdef01-2345-6789", "3e6d1c1c-8d5f-4a6e-9d0b-0a1b2c3d4e5f",
}

// good gives the JSON of a value that satisfies shape name, with the required
// members of structures only.
func (m model) good(t *testing.T, name string) string {
	s := m[name]
	switch s.Kind {
	case "string":
		return quoted(m.goodText(t, name))
	case "integer":
		if s.Min != nil {
			return fmt.Sprint(*s.Min)
		}
		return "1"
	case "boolean":
		return "true"
	case "blob":
		return `"aGk="`
	case "document":
		return "{}"
	case "list":
		return "[" + m.good(t, s.Of) + "]"
	case "map":
		return "{" + m.good(t, s.Key) + ":" + m.good(t, s.Of) + "}"
	case "structure":
		var members []string
		for _, member := range s.Members {
			if key, of, required := strings.Cut(member, "! "); required {
				members = append(members, quoted(key)+":"+m.good(t, of))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	t.Fatalf("no example of kind %s", s.Kind)
	return ""
}

func (m model) goodText(t *testing.T, name string) string {
	s := m[name]
	if s.Enum != nil {
		return s.Enum[0]
	}
	for _, e := range examples {
		if n := len(e); (s.Min == nil || n >= *s.Min) && (s.Max == nil || n <= *s.Max) && api.Matches(s.Pattern, e) {
			return e
		}
	}
	t.Fatalf("no example satisfies %s: %+v", name, s)
	return ""
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

// badCase is a wrong value for a member and what must be said of it; "" means
// that nothing need be said, only that nothing breaks.
type badCase struct{ name, value, want string }

// TestEveryMember sends each operation a good request, and then one for each
// thing that can be wrong with each member.
func TestEveryMember(t *testing.T) {
	m, inputs := readModel(t)
	cases := 0
	for _, o := range api.Operations() {
		t.Run(o.Name, func(t *testing.T) {
			s := m[inputs[o.Name]]
			if got := problem(o.Name, []byte(m.good(t, s.Name))); got != "" {
				t.Fatalf("a good request: %s\n%s", got, m.good(t, s.Name))
			}
			for _, member := range s.Members {
				key, of, required := strings.Cut(member, "! ")
				if !required {
					key, of, _ = strings.Cut(member, " ")
				}
				for _, c := range m.badCases(of, required, "'"+strings.ToLower(key[:1])+key[1:]+"'") {
					cases++
					got := problem(o.Name, m.request(t, s, key, c.value))
					switch want := c.want; {
					case want == "": // it didn't panic
					case want == "ok" && got != "", want == "!" && !strings.HasPrefix(got, "!"):
						t.Errorf("%s %s: got %q, want %q", key, c.name, got, want)
					case want != "ok" && want != "!" && !strings.Contains(got, want):
						t.Errorf("%s %s: got %q, want %q", key, c.name, got, want)
					}
				}
			}
		})
	}
	if cases < 5000 {
		t.Errorf("only %d cases", cases)
	}
	t.Log(cases, "cases")
}

// request is a good request with one member set to value, or left out for "".
func (m model) request(t *testing.T, s fact, key, value string) []byte {
	var members []string
	for _, member := range s.Members {
		name, of, required := strings.Cut(member, "! ")
		if required && name != key {
			members = append(members, quoted(name)+":"+m.good(t, of))
		}
	}
	if value != "" {
		members = append(members, quoted(key)+":"+value)
	}
	return []byte("{" + strings.Join(members, ",") + "}")
}

func (m model) badCases(of string, required bool, path string) []badCase {
	s := m[of]
	absent := "ok"
	if required {
		absent = "at " + path + " failed to satisfy constraint: Member must not be null"
	}
	cases := []badCase{
		{"absent", "", absent}, {"null", "null", absent},
		{"invalid UTF-8", "\"\xff\"", "!"}, {"broken", `{"a":`, "!"}, {"very deep", strings.Repeat(`{"a":`, 10_000), "!"},
		{"very long", `"` + strings.Repeat("a", 200_000) + `"`, ""}, {"NUL", `"a\u0000b"`, ""},
	}
	if s.Kind != "document" {
		for _, wrong := range []badCase{{"map", `{"a":"b"}`, "!"}, {"list", `["a"]`, "!"}, {"number", "7", "!"}, {"boolean", "true", "!"}, {"text", `"%"`, "!"}} {
			if !map[string]bool{"structure map": true, "map map": true, "list list": true, "integer number": true, "boolean boolean": true, "string text": true}[s.Kind+" "+wrong.name] {
				cases = append(cases, wrong)
			}
		}
	}
	sentence := func(format string, args ...any) string {
		return path + " failed to satisfy constraint: " + fmt.Sprintf(format, args...)
	}
	switch s.Kind {
	case "integer":
		if s.Min != nil {
			cases = append(cases, badCase{"below min", fmt.Sprint(*s.Min - 1), sentence("Member must have value greater than or equal to %d", *s.Min)})
		}
		if s.Max != nil {
			cases = append(cases, badCase{"above max", fmt.Sprint(*s.Max + 1), sentence("Member must have value less than or equal to %d", *s.Max)})
		}
	case "list":
		if s.Min != nil && *s.Min > 0 {
			cases = append(cases, badCase{"empty", "[]", sentence("Member must have length greater than or equal to %d", *s.Min)})
		} else {
			cases = append(cases, badCase{"empty", "[]", "ok"})
		}
		if s.Max != nil && *s.Max < 100 {
			cases = append(cases, badCase{"too many", "[" + strings.Repeat("null,", *s.Max) + "null]", sentence("Member must have length less than or equal to %d", *s.Max)})
		}
		cases = append(cases, badCase{"null in it", "[null]", "Member must not be null"})
	case "map":
		cases = append(cases, badCase{"number in it", `{"a":1}`, "!"})
		if s.Min != nil && *s.Min > 0 {
			cases = append(cases, badCase{"empty", "{}", sentence("Member must have length greater than or equal to %d", *s.Min)})
		}
	case "string":
		cases = append(cases, s.badTexts(sentence)...)
	}
	return cases
}

func (s fact) badTexts(sentence func(string, ...any) string) []badCase {
	var cases []badCase
	if s.Min != nil && *s.Min > 0 {
		cases = append(cases, badCase{"empty", `""`, sentence("Member must have length greater than or equal to %d", *s.Min)},
			badCase{"below min", `"` + strings.Repeat("a", *s.Min-1) + `"`, sentence("Member must have length greater than or equal to %d", *s.Min)})
	}
	if s.Max != nil {
		cases = append(cases, badCase{"above max", `"` + strings.Repeat("é", *s.Max+1) + `"`, sentence("Member must have length less than or equal to %d", *s.Max)})
	}
	for _, text := range []string{"\u0001", " \t", "\u0000"} {
		if s.Pattern != "" && !api.Matches(s.Pattern, text) {
			cases = append(cases, badCase{"broken pattern", quoted(text), sentence("Member must satisfy regular expression pattern: %s", s.Pattern)})
		}
	}
	if s.Enum != nil {
		cases = append(cases, badCase{"not in enum", `"nonsense"`, sentence("Member must satisfy enum value set: [%s]", strings.Join(s.Enum, ", "))})
	}
	if s.Secret {
		for i, c := range cases {
			cases[i].want = "Value at " + c.want
		}
	}
	return cases
}

// TestTablesFitTypes holds the decoder's tables against the structs that they fill.
func TestTablesFitTypes(t *testing.T) {
	m, inputs := readModel(t)
	for _, o := range api.Operations() {
		var fields, facts []string
		for i := range o.In.NumField() {
			name, _, _ := strings.Cut(o.In.Field(i).Tag.Get("json"), ",")
			fields = append(fields, name)
		}
		for _, member := range m[inputs[o.Name]].Members {
			name, _, _ := strings.Cut(member, " ")
			facts = append(facts, strings.TrimSuffix(name, "!"))
		}
		if !slices.Equal(fields, o.Fields()) || !slices.Equal(facts, fields) {
			t.Errorf("%s: the table has %v, the struct %v, the facts %v", o.Name, o.Fields(), fields, facts)
		}
	}
	if n := len(api.Operations()); n != 132 || api.Lookup("SignUp") == nil || api.Lookup("signUp") != nil || api.Lookup("") != nil {
		t.Errorf("%d operations", n)
	}
}
