package main

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// Java and RE2 (Go's syntax) read a few things differently.
const (
	javaSpace  = `\t\n\x0B\f\r ` // RE2's \s has no vertical tab
	javaNewDot = `[^\n\r\x{85}\x{2028}\x{2029}]`
)

// notEndingWith is "characters of a class, the last of them not this one".
var notEndingWith = regexp.MustCompile(`^(\[[^]]*\])\*\(\?<!\\?(.)\)$`)

// translate gives the RE2 form of a Java pattern that must match a whole string.
func translate(java string) (string, error) {
	p := strings.TrimSuffix(strings.TrimPrefix(java, "^"), "$")
	if m := notEndingWith.FindStringSubmatch(p); m != nil {
		last, err := without(m[1], []rune(m[2])[0])
		if err != nil {
			return "", err
		}
		p = "(?:" + m[1] + "*" + last + ")?"
	}
	p = spellOut(p)
	re2 := `\A(?:` + p + `)\z`
	if _, err := regexp.Compile(re2); err != nil {
		return "", fmt.Errorf("%s has no RE2 form: %w", java, err)
	}
	return re2, nil
}

// spellOut replaces \s, \S and the dot by what Java means by them.
func spellOut(p string) string {
	dotAll := strings.HasPrefix(p, "(?s)")
	var w strings.Builder
	inClass := false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && p[i+1] == 's' && inClass:
			w.WriteString(javaSpace)
			i++
		case strings.HasPrefix(p[i:], `[\S]`):
			w.WriteString("[^" + javaSpace + "]")
			i += len(`[\S]`) - 1
		case c == '\\':
			w.WriteString(p[i : i+2])
			i++
		case c == '.' && !inClass && !dotAll:
			w.WriteString(javaNewDot)
		default:
			inClass = c == '[' || inClass && c != ']'
			w.WriteByte(c)
		}
	}
	return w.String()
}

// without gives the character class class less one character.
func without(class string, r rune) (string, error) {
	re, err := syntax.Parse(class, syntax.Perl)
	if err != nil {
		return "", err
	}
	if re.Op != syntax.OpCharClass {
		return "", fmt.Errorf("%s is not a character class", class)
	}
	var ranges []rune
	for pair := range slices.Chunk(re.Rune, 2) {
		lo, hi := pair[0], pair[1]
		if lo > r || hi < r {
			ranges = append(ranges, lo, hi)
			continue
		}
		if lo < r {
			ranges = append(ranges, lo, r-1)
		}
		if r < hi {
			ranges = append(ranges, r+1, hi)
		}
	}
	re.Rune = ranges
	return re.String(), nil
}
