package userpool

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxPasswordLength is the longest password that the API takes, in characters.
	MaxPasswordLength = 256
	// generatedPasswordLength is that of a temporary password, unless the policy
	// asks for more: 12 of 62 characters hold 71 bits.
	generatedPasswordLength = 12

	passwordSymbols = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- "
)

// What Problem can say.
const (
	PasswordTooShort     = "Password not long enough"
	PasswordTooLong      = "Password must not be longer than 256 characters" // MaxPasswordLength
	PasswordHasEdgeSpace = "Password must not begin or end with a space"
	PasswordHasControl   = "Password must not have control characters"
	PasswordNeedsLower   = "Password must have lowercase characters"
	PasswordNeedsUpper   = "Password must have uppercase characters"
	PasswordNeedsNumber  = "Password must have numeric characters"
	PasswordNeedsSymbol  = "Password must have symbol characters"
)

// Problem gives the first reason for which the policy refuses a password, without
// the prefix that the operations write before it, or "" (reference:
// api-behaviour §9). Letters outside ASCII are taken but are of no class. A space
// inside, and more than 256 characters, come from the pages and NEW_PASSWORD alone:
// the API's model refuses them elsewhere. Control characters, of which the model
// knows some as white space, are refused at every door.
func (p PasswordPolicy) Problem(password string) string {
	switch n := utf8.RuneCountInString(password); {
	case n < p.MinimumLength || n == 0:
		return PasswordTooShort
	case n > MaxPasswordLength:
		return PasswordTooLong
	case strings.TrimSpace(password) != password:
		return PasswordHasEdgeSpace
	case strings.ContainsFunc(password, unicode.IsControl):
		return PasswordHasControl
	}
	for _, class := range p.classes() {
		if !strings.ContainsAny(password, class.members) {
			return class.missing
		}
	}
	return ""
}

type characterClass struct{ missing, members, generated string }

// classes lists what the policy asks for, in the order in which it is reported.
func (p PasswordPolicy) classes() []characterClass {
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	var list []characterClass
	for _, c := range []struct {
		wanted bool
		class  characterClass
	}{
		{p.RequireLowercase, characterClass{PasswordNeedsLower, lower, "abcdefghijkmnpqrstuvwxyz"}},
		{p.RequireUppercase, characterClass{PasswordNeedsUpper, upper, "ABCDEFGHJKLMNPQRSTUVWXYZ"}},
		{p.RequireNumbers, characterClass{PasswordNeedsNumber, digits, "23456789"}},
		{p.RequireSymbols, characterClass{PasswordNeedsSymbol, passwordSymbols, "!#%*+-=?@_"}},
	} {
		if c.wanted {
			list = append(list, c.class)
		}
	}
	return list
}

// GeneratePassword makes a temporary password that meets the policy. Characters
// that look alike, and those that HTML would escape, are left out, because
// people copy it from a message.
func GeneratePassword(p PasswordPolicy, rand io.Reader) (string, error) {
	const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	pick := picker{rand: rand}
	var password []byte
	for _, class := range p.classes() {
		password = append(password, class.generated[pick.below(len(class.generated))])
	}
	for len(password) < max(generatedPasswordLength, p.MinimumLength) {
		password = append(password, letters[pick.below(len(letters))])
	}
	for i := len(password) - 1; i > 0; i-- { // Fisher–Yates, so that the classes stand anywhere
		j := pick.below(i + 1)
		password[i], password[j] = password[j], password[i]
	}
	return string(password), pick.err
}

// picker draws even numbers from random bytes and keeps the first error.
type picker struct {
	rand io.Reader
	err  error
}

// below gives a number in [0, n), n ≤ 256, all equally likely.
func (p *picker) below(n int) int {
	var b [1]byte
	for p.err == nil {
		if _, p.err = io.ReadFull(p.rand, b[:]); p.err == nil && int(b[0]) < 256-256%n {
			return int(b[0]) % n
		}
	}
	return 0
}
