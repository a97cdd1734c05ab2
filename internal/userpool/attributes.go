package userpool

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The sentences about attribute values (reference: api-behaviour §6.3). A check
// gives the whole message of the InvalidParameterException, or "" when all is
// well: a wrong form of email or phone number is a message of its own, about that
// attribute; the other problems are gathered, one line for each, in the order of the
// names, and are about "".
const (
	invalidEmail     = "Invalid email address format."
	invalidPhone     = "Invalid phone number format."
	notInSchema      = "Attribute does not exist in the schema."
	isRequired       = "The attribute is required"
	cannotBeUpdated  = "Attribute cannot be updated."
	cannotBeWritten  = "Attribute cannot be written."
	newPrefix        = "Attributes did not conform to the schema: "
	changePrefix     = "Invalid user attributes: "
	identities       = "identities"
	sub              = "sub"
	birthdate        = "birthdate"
	developerPrefix  = "dev:"
	maxValueLength   = 2048
	dateOnlyTemplate = "2006-01-02"
)

// SchemaAttribute gives the schema's entry of a name, nil when there is none.
func (p *Pool) SchemaAttribute(name string) *SchemaAttribute {
	for i := range p.Settings.SchemaAttributes {
		if p.Settings.SchemaAttributes[i].Name == name {
			return &p.Settings.SchemaAttributes[i]
		}
	}
	return nil
}

// DeveloperOnly reports whether an attribute is for administrators alone.
func DeveloperOnly(name string) bool { return strings.HasPrefix(name, developerPrefix) }

// VerifiedName is the attribute that says whether email or phone_number is verified.
func VerifiedName(name string) string { return name + "_verified" }

// NewAttributesProblem checks the attributes of a new user. An administrator may
// leave required ones for the user to add: complete says whether they must be there.
func (p *Pool) NewAttributesProblem(attributes map[string]string, complete bool) (about, problem string) {
	if about, problem := formatProblem(attributes); problem != "" {
		return about, problem
	}
	lines := map[string]string{}
	for name, value := range attributes {
		switch a := p.SchemaAttribute(name); {
		case a == nil:
			lines[name] = notInSchema
		case name == sub || name == identities:
			lines[name] = cannotBeWritten
		default:
			if reason := a.valueProblem(value); value != "" && reason != "" {
				lines[name] = reason
			}
		}
	}
	if complete {
		for _, name := range p.MissingRequired(attributes) {
			lines[name] = isRequired
		}
	}
	return "", message(newPrefix, "", lines)
}

// MissingRequired lists the required attributes without a value, in the schema's
// order, without sub.
func (p *Pool) MissingRequired(attributes map[string]string) []string {
	var names []string
	for _, a := range p.Settings.SchemaAttributes {
		if a.Required && a.Name != sub && attributes[a.Name] == "" {
			names = append(names, a.Name)
		}
	}
	return names
}

// ChangedAttributesProblem checks new values for attributes of an existing user.
// An empty value deletes the attribute.
func (p *Pool) ChangedAttributesProblem(attributes map[string]string) (about, problem string) {
	if about, problem := formatProblem(attributes); problem != "" {
		return about, problem
	}
	fixed, lines := map[string]string{}, map[string]string{}
	for name, value := range attributes {
		a := p.SchemaAttribute(name)
		switch {
		case a == nil:
			lines[name] = notInSchema
		case !a.Mutable || name == sub || name == identities:
			fixed[name] = cannotBeUpdated
		case value == "" && a.Required:
			lines[name] = isRequired
		case value != "":
			if reason := a.valueProblem(value); reason != "" {
				lines[name] = reason
			}
		}
	}
	if len(lines) > 0 {
		return "", message(changePrefix, "user.", lines)
	}
	return "", message("", "user.", fixed)
}

// DeletedAttributesProblem checks the names of attributes to delete.
func (p *Pool) DeletedAttributesProblem(names []string) string {
	values := make(map[string]string, len(names))
	for _, name := range names {
		values[name] = ""
	}
	_, problem := p.ChangedAttributesProblem(values)
	return problem
}

func message(prefix, namePrefix string, lines map[string]string) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(prefix)
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(namePrefix + name + ": " + lines[name] + "\n")
	}
	return b.String()
}

func formatProblem(attributes map[string]string) (about, problem string) {
	if v := attributes["email"]; v != "" && !IsEmail(v) {
		return "email", invalidEmail
	}
	if v := attributes["phone_number"]; v != "" && !IsPhoneNumber(v) {
		return "phone_number", invalidPhone
	}
	return "", ""
}

// valueProblem gives the reason why a value that is not empty does not fit, or "".
func (a *SchemaAttribute) valueProblem(value string) string {
	switch a.AttributeDataType {
	case "Boolean":
		if value != "true" && value != "false" {
			return "Value must be either true or false"
		}
		return ""
	case "Number":
		return a.NumberAttributeConstraints.problem(value)
	case "String":
		if reason := a.StringAttributeConstraints.problem(value); reason != "" {
			return reason
		}
		if _, err := time.Parse(dateOnlyTemplate, value); a.Name == birthdate && err != nil {
			return "Birthdate must be a date of the form YYYY-MM-DD"
		}
		return ""
	}
	return lengthProblem(value, 0, maxValueLength)
}

func (c *StringConstraints) problem(value string) string {
	lo, hi := 0, maxValueLength
	if c != nil {
		lo, hi = bound(c.MinLength, lo), bound(c.MaxLength, hi)
	}
	return lengthProblem(value, lo, hi)
}

func lengthProblem(value string, lo, hi int) string {
	switch n := utf8.RuneCountInString(value); {
	case n < lo:
		return "String must be no shorter than " + strconv.Itoa(lo) + " characters"
	case n > hi:
		return "String must be no longer than " + strconv.Itoa(hi) + " characters"
	}
	return ""
}

func (c *NumberConstraints) problem(value string) string {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return "Value must be an integer"
	}
	if c == nil {
		return ""
	}
	if lo, err := strconv.ParseInt(c.MinValue, 10, 64); err == nil && n < lo {
		return "Number must be no less than " + c.MinValue
	}
	if hi, err := strconv.ParseInt(c.MaxValue, 10, 64); err == nil && n > hi {
		return "Number must be no greater than " + c.MaxValue
	}
	return ""
}

// bound reads a decimal limit; a schema without one has none.
func bound(text string, absent int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return absent
}

// IsEmail reports whether s has the form of an address (RFC 3696 §3): a local
// part of at most 64 characters, quoted or of dot-separated atoms, and a domain.
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 320 {
		return false
	}
	return isLocalPart(s[:at]) && isDomain(s[at+1:])
}

func isLocalPart(s string) bool {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return isQuoted(s[1 : len(s)-1])
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool {
			return !isLetterOrDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		}) {
			return false
		}
	}
	return true
}

// isQuoted reads the inside of a quoted local part: printable, and quotes and
// backslashes behind a backslash.
func isQuoted(s string) bool {
	escaped := false
	for _, r := range s {
		switch {
		case !unicode.IsPrint(r):
			return false
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			return false
		}
	}
	return !escaped
}

func isDomain(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !isLetterOrDigit(r) && r != '-' }) {
			return false
		}
	}
	return true
}

func isLetterOrDigit(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// IsPhoneNumber reports whether s is a number of E.164 with its plus sign.
func IsPhoneNumber(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && len(digits) >= 2 && len(digits) <= 15 && digits[0] != '0' &&
		!strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
}
