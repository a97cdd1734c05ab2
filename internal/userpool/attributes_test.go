package userpool_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

type attributes = map[string]string

// schemaPool has a small schema with one attribute for every rule.
func schemaPool() *userpool.Pool {
	text := func(lo, hi string) *userpool.StringConstraints {
		return &userpool.StringConstraints{MinLength: lo, MaxLength: hi}
	}
	return &userpool.Pool{Settings: userpool.PoolSettings{SchemaAttributes: []userpool.SchemaAttribute{
		{Name: "sub", AttributeDataType: "String", Required: true, StringAttributeConstraints: text("1", "2048")},
		{Name: "name", AttributeDataType: "String", Mutable: true, Required: true, StringAttributeConstraints: text("0", "2048")},
		{Name: "email", AttributeDataType: "String", Mutable: true, Required: true, StringAttributeConstraints: text("0", "2048")},
		{Name: "email_verified", AttributeDataType: "Boolean", Mutable: true},
		{Name: "phone_number", AttributeDataType: "String", Mutable: true, StringAttributeConstraints: text("0", "2048")},
		{Name: "birthdate", AttributeDataType: "String", Mutable: true, StringAttributeConstraints: text("10", "10")},
		{Name: "updated_at", AttributeDataType: "Number", Mutable: true, NumberAttributeConstraints: &userpool.NumberConstraints{MinValue: "0"}},
		{Name: "custom:age", AttributeDataType: "Number", Mutable: true, NumberAttributeConstraints: &userpool.NumberConstraints{MinValue: "18", MaxValue: "130"}},
		{Name: "custom:once", AttributeDataType: "String", StringAttributeConstraints: &userpool.StringConstraints{}},
		{Name: "custom:when", AttributeDataType: "DateTime", Mutable: true},
		{Name: "dev:custom:note", AttributeDataType: "String", Mutable: true, DeveloperOnlyAttribute: true},
		{Name: "identities", AttributeDataType: "String", Mutable: true, StringAttributeConstraints: &userpool.StringConstraints{}},
	}}}
}

// aboutOf are the problems that are about one attribute.
var aboutOf = map[string]string{"Invalid email address format.": "email", "Invalid phone number format.": "phone_number"}

func TestNewAttributes(t *testing.T) {
	const schema = "Attributes did not conform to the schema: "
	for _, tt := range []struct {
		name       string
		attributes attributes
		complete   bool
		want       string
	}{
		{"all is well", attributes{"email": "ada@example.org", "name": "Ada", "custom:once": "x", "custom:age": "18", "dev:custom:note": "n"}, true, ""},
		{"an administrator may leave required ones out", attributes{}, false, ""},
		{"required ones, one line each", attributes{}, true,
			schema + "email: The attribute is required\nname: The attribute is required\n"},
		{"an empty value is none", attributes{"email": "ada@example.org", "name": ""}, true, schema + "name: The attribute is required\n"},
		{"unknown", attributes{"custom:foo": "x"}, false, schema + "custom:foo: Attribute does not exist in the schema.\n"},
		{"form of an e-mail", attributes{"email": "ada", "custom:foo": "x"}, true, "Invalid email address format."},
		{"form of a phone number", attributes{"phone_number": "555 1234"}, false, "Invalid phone number format."},
		{"birthdate too short", attributes{"birthdate": "1815-12"}, false, schema + "birthdate: String must be no shorter than 10 characters\n"},
		{"birthdate too long", attributes{"birthdate": "1815-12-100"}, false, schema + "birthdate: String must be no longer than 10 characters\n"},
		{"birthdate is no date", attributes{"birthdate": "1815-02-30"}, false, schema + "birthdate: Birthdate must be a date of the form YYYY-MM-DD\n"},
		{"boolean", attributes{"email_verified": "True"}, false, schema + "email_verified: Value must be either true or false\n"},
		{"number", attributes{"custom:age": "old"}, false, schema + "custom:age: Value must be an integer\n"},
		{"number too small", attributes{"custom:age": "17"}, false, schema + "custom:age: Number must be no less than 18\n"},
		{"number too large", attributes{"custom:age": "131"}, false, schema + "custom:age: Number must be no greater than 130\n"},
		{"sub is the server's", attributes{"sub": "x"}, false, schema + "sub: Attribute cannot be written.\n"},
		{"identities are the server's", attributes{"identities": "[]"}, false, schema + "identities: Attribute cannot be written.\n"},
		{"a date is taken as it is", attributes{"custom:when": "tomorrow"}, false, ""},
		{"too long", attributes{"custom:once": strings.Repeat("ä", 2049)}, false, schema + "custom:once: String must be no longer than 2048 characters\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			about, problem := schemaPool().NewAttributesProblem(tt.attributes, tt.complete)
			if diff := cmp.Diff(tt.want, problem); diff != "" {
				t.Errorf("problem (-want +got):\n%s", diff)
			}
			if want := aboutOf[problem]; about != want {
				t.Errorf("%q is about %q, want %q", problem, about, want)
			}
		})
	}
}

func TestChangedAttributes(t *testing.T) {
	for _, tt := range []struct {
		name       string
		attributes attributes
		want       string
	}{
		{"all is well", attributes{"name": "Ada", "phone_number": ""}, ""},
		{"immutable", attributes{"custom:once": "y"}, "user.custom:once: Attribute cannot be updated.\n"},
		{"sub", attributes{"sub": "y"}, "user.sub: Attribute cannot be updated.\n"},
		{"unknown", attributes{"custom:foo": "y"}, "Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n"},
		{"a required one emptied", attributes{"email": ""}, "Invalid user attributes: user.email: The attribute is required\n"},
		{"two lines in order", attributes{"custom:foo": "y", "birthdate": "x"},
			"Invalid user attributes: user.birthdate: String must be no shorter than 10 characters\nuser.custom:foo: Attribute does not exist in the schema.\n"},
		{"form of an e-mail", attributes{"email": "a b@example.org"}, "Invalid email address format."},
		{"form of a phone number", attributes{"phone_number": "+0123"}, "Invalid phone number format."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			about, problem := schemaPool().ChangedAttributesProblem(tt.attributes)
			if diff := cmp.Diff(tt.want, problem); diff != "" {
				t.Errorf("problem (-want +got):\n%s", diff)
			}
			if want := aboutOf[problem]; about != want {
				t.Errorf("%q is about %q, want %q", problem, about, want)
			}
		})
	}
}

func TestDeletedAttributes(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  string
	}{
		{[]string{"phone_number", "custom:age"}, ""},
		{[]string{"custom:foo", "custom:bar"},
			"Invalid user attributes: user.custom:bar: Attribute does not exist in the schema.\nuser.custom:foo: Attribute does not exist in the schema.\n"},
		{[]string{"name"}, "Invalid user attributes: user.name: The attribute is required\n"},
		{[]string{"custom:once"}, "user.custom:once: Attribute cannot be updated.\n"},
		{[]string{"sub"}, "user.sub: Attribute cannot be updated.\n"},
	} {
		if got := schemaPool().DeletedAttributesProblem(tt.names); got != tt.want {
			t.Errorf("delete %v: %q, want %q", tt.names, got, tt.want)
		}
	}
}

func TestIsEmail(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want bool
	}{
		{"ada@example.org", true},
		{"ada.b+c_d@sub.example.org", true},
		{"ada@localhost", true},
		{"o'neill!#$%&*/=?^`{|}~-@example.org", true},
		{`"a b\"c"@example.org`, true},
		{"jürgen@müller.example", true},
		{"", false},
		{"ada", false},
		{"@example.org", false},
		{"ada@", false},
		{".ada@example.org", false},
		{"a..b@example.org", false},
		{"a b@example.org", false},
		{"ada@exa mple.org", false},
		{"ada@-example.org", false},
		{"ada@example..org", false},
		{"ada@example.org\r\nBcc: x@y.z", false},
		{"\"a\nb\"@example.org", false},
		{`"a"b"@example.org`, false},
		{"<ada@example.org>", false},
		{strings.Repeat("a", 65) + "@example.org", false},
	} {
		if got := userpool.IsEmail(tt.in); got != tt.want {
			t.Errorf("IsEmail(%q) = %t", tt.in, got)
		}
	}
}

func TestIsPhoneNumber(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want bool
	}{
		{"+15551234567", true},
		{"+491", true},
		{"15551234567", false},
		{"+1 555", false},
		{"+05551234", false},
		{"+1234567890123456", false},
		{"+", false},
		{"", false},
		{"+1555１２３４", false},
	} {
		if got := userpool.IsPhoneNumber(tt.in); got != tt.want {
			t.Errorf("IsPhoneNumber(%q) = %t", tt.in, got)
		}
	}
}
