package web

import "strings"

// inputName is the name under which the service's forms post an attribute.
func (a Attribute) inputName() string { return "requiredAttributes[" + a.Name + "]" }

// input is the input that asks for the attribute.
func (a Attribute) input(t Messages) input {
	in := input{
		ID: "attribute-" + a.Name, Name: a.inputName(), Label: attributeLabel(t, a.Name),
		Field: a.Field, Type: "text", Autocomplete: "off", Required: true,
	}
	switch a.Name {
	case "email":
		in.Type, in.InputMode, in.Autocomplete, in.Placeholder = "email", "email", "email", "name@host.com"
	case "phone_number":
		in.Type, in.InputMode, in.Autocomplete, in.Hint = "tel", "tel", "tel", t.PhoneHint()
	case "birthdate":
		in.Type, in.Autocomplete = "date", "bday"
	case "website", "profile", "picture":
		in.Type, in.InputMode, in.Autocomplete = "url", "url", map[string]string{"website": "url", "profile": "off", "picture": "photo"}[a.Name]
	case "updated_at":
		in.InputMode = "numeric"
	default:
		if token, ok := autocomplete(a.Name); ok {
			in.Autocomplete = token
		}
	}
	return in
}

// autocomplete is the HTML autofill name of a standard attribute that is plain text.
func autocomplete(attribute string) (string, bool) {
	switch attribute {
	case "name":
		return "name", true
	case "given_name":
		return "given-name", true
	case "middle_name":
		return "additional-name", true
	case "family_name":
		return "family-name", true
	case "nickname":
		return "nickname", true
	case "address":
		return "street-address", true
	case "gender":
		return "sex", true
	case "locale":
		return "language", true
	}
	return "", false
}

// attributeLabel is what an attribute is called: a sentence of the language for
// the standard ones, the bare name for a pool's own.
func attributeLabel(t Messages, name string) string {
	switch name {
	case "address":
		return t.Address()
	case "birthdate":
		return t.Birthdate()
	case "email":
		return t.EmailAddress()
	case "family_name":
		return t.FamilyName()
	case "gender":
		return t.Gender()
	case "given_name":
		return t.GivenName()
	case "locale":
		return t.Locale()
	case "middle_name":
		return t.MiddleName()
	case "name":
		return t.FullName()
	case "nickname":
		return t.Nickname()
	case "phone_number":
		return t.PhoneNumber()
	case "picture":
		return t.Picture()
	case "preferred_username":
		return t.PreferredUsername()
	case "profile":
		return t.Profile()
	case "updated_at":
		return t.UpdatedAt()
	case "website":
		return t.Website()
	case "zoneinfo":
		return t.TimeZone()
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "dev:"), "custom:")
}
