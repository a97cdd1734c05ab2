package userpool

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SignInName is one name by which a user can be found. Value is folded: lower
// case where the pool ignores case.
type SignInName struct {
	Kind  NameKind `json:"kind"`
	Value string   `json:"value"`
}

// NameKind says what a sign-in name is made of. A value is unique per pool and kind.
type NameKind string

// The kinds of sign-in names.
const (
	NameUsername          NameKind = "username"
	NameEmail             NameKind = "email"
	NamePhoneNumber       NameKind = "phone_number"
	NamePreferredUsername NameKind = "preferred_username"
)

// Fold gives the form of a sign-in name that is compared: lower case where the
// pool ignores case (reference: api-behaviour §7). No letter outside ASCII becomes
// one of ASCII: "K" (the Kelvin sign) and "İ" have the lower case k and i, and
// whoever has a mailbox at gİthub.com would own names at github.com.
func (p *Pool) Fold(s string) string {
	if p.CaseSensitive() {
		return s
	}
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); r < utf8.RuneSelf || lower >= utf8.RuneSelf {
			return lower
		}
		return r
	}, s)
}

// aliasKinds are the attributes that can be sign-in names, in the order in which
// a typed name is tried.
var aliasKinds = [...]NameKind{NameEmail, NamePhoneNumber, NamePreferredUsername}

// SignInNames gives the names that u owns by its attributes now (reference:
// api-behaviour §7):
//
//	plain pool               username
//	alias pool               username, verified email and phone number, preferred_username
//	username-attribute pool  username (the sub), and email or phone number at once
//
// In a pool whose usernames may be email or phone number, a user stays with the
// kind of the first one: the kind that u.Names holds already.
func (p *Pool) SignInNames(u *User) []SignInName {
	names := []SignInName{{NameUsername, p.Fold(u.Username)}}
	for _, kind := range aliasKinds {
		if value := u.Attributes[string(kind)]; value != "" && p.ownsAlias(u, kind) {
			names = append(names, SignInName{kind, p.Fold(value)})
		}
	}
	return names
}

func (p *Pool) ownsAlias(u *User, kind NameKind) bool {
	if slices.Contains(p.Settings.UsernameAttributes, string(kind)) {
		own := p.UsernameKind(u)
		return own == "" || own == kind
	}
	if !slices.Contains(p.Settings.AliasAttributes, string(kind)) {
		return false
	}
	return kind == NamePreferredUsername || u.Attributes[VerifiedName(string(kind))] == "true"
}

// UsernameKind says which attribute of u is its username in a username-attribute
// pool: email or phone_number, "" elsewhere and while u has no names yet.
func (p *Pool) UsernameKind(u *User) NameKind {
	for _, n := range u.Names {
		if n.Kind != NameUsername && slices.Contains(p.Settings.UsernameAttributes, string(n.Kind)) {
			return n.Kind
		}
	}
	return ""
}

// LookupNames gives what a typed name may be, best first. The sub is not among
// them: it is a user's key, not a name.
func (p *Pool) LookupNames(input string) []SignInName {
	value := p.Fold(input)
	names := []SignInName{{NameUsername, value}}
	for _, kind := range aliasKinds {
		if !p.IsAlias(string(kind)) || !kind.fits(input) {
			continue
		}
		names = append(names, SignInName{kind, value})
	}
	return names
}

// IsAlias reports whether an attribute of the pool's users can be signed in with.
func (p *Pool) IsAlias(attribute string) bool {
	return slices.Contains(p.Settings.AliasAttributes, attribute) || slices.Contains(p.Settings.UsernameAttributes, attribute)
}

func (k NameKind) fits(input string) bool {
	switch k {
	case NameEmail:
		return strings.Contains(input, "@")
	case NamePhoneNumber:
		return strings.HasPrefix(input, "+")
	}
	return true
}

// maxUsername is the longest username in characters.
const maxUsername = 128

// isUsername reports whether s is 1–128 letters, marks, symbols, numbers and
// punctuation: no spaces and nothing that can't be seen (reference: api-behaviour §7).
// The API's model says the same of each username, so nobody else could be named there.
func isUsername(s string) bool {
	n := utf8.RuneCountInString(s)
	return 0 < n && n <= maxUsername && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.S, unicode.N, unicode.P)
	})
}

// NewUsernameProblem gives the sentence that refuses a name for a new user, and
// otherwise the attribute that the name is: email or phone_number in a
// username-attribute pool, "" elsewhere (reference: api-behaviour §7). What is no
// username anywhere can come from the pages only: the API's model refuses it earlier.
func (p *Pool) NewUsernameProblem(username string) (kind NameKind, problem string) {
	byEmail := slices.Contains(p.Settings.UsernameAttributes, "email")
	byPhone := slices.Contains(p.Settings.UsernameAttributes, "phone_number")
	switch {
	case !isUsername(username):
		return "", "Username must have 1 to 128 characters and no spaces."
	case byEmail && IsEmail(username):
		return NameEmail, ""
	case byPhone && IsPhoneNumber(username):
		return NamePhoneNumber, ""
	case byEmail && byPhone:
		return "", "Username should be either an email or a phone number."
	case byEmail:
		return "", "Username should be an email."
	case byPhone:
		return "", "Username should be a phone number."
	case slices.Contains(p.Settings.AliasAttributes, "email") && IsEmail(username):
		return "", "Username cannot be of email format, since user pool is configured for email alias."
	case slices.Contains(p.Settings.AliasAttributes, "phone_number") && IsPhoneNumber(username):
		return "", "Username cannot be of phone number format, since user pool is configured for phone number alias."
	}
	return "", ""
}

// MaskEmail gives the form in which an address is shown to somebody who may not
// own it: f***@e*** (reference: api-behaviour §3).
func MaskEmail(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return "***"
	}
	return first(local) + "***@" + first(domain) + "***"
}

// MaskPhone gives the shown form of a phone number: +*******1234.
func MaskPhone(number string) string {
	digits := strings.TrimPrefix(number, "+")
	return "+*******" + digits[max(0, len(digits)-4):]
}

func first(s string) string {
	r, _ := utf8.DecodeRuneInString(s)
	if s == "" || !unicode.IsPrint(r) {
		return ""
	}
	return string(r)
}
