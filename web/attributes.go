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
	case "website":
		in.Type, in.InputMode, in.Autocomplete = "url", "url", "url"
	case "profile", "picture":
		in.Type, in.InputMode = "url", "url"
	case "updated_at":
		in.InputMode = "numeric"
	default:
		in.Autocomplete = autocomplete(a.Name)
	}
	return in
}

// autocomplete is the HTML autofill name of an attribute that is plain text, "off"
// if there is none.
func autocomplete(attribute string) string {
	switch attribute {
	case "name":
		return "name"
	case "given_name":
		return "given-name"
	case "middle_name":
		return "additional-name"
	case "family_name":
		return "family-name"
	case "nickname":
		return "nickname"
	case "address":
		return "street-address"
	case "gender":
		return "sex"
	case "locale":
		return "language"
	}
	return "off"
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
