package account

import (
	"slices"
	"strings"

	"idpond/internal/userpool"
)

// Filter is one condition on users: ListUsers' filter. The zero value is none.
type Filter struct {
	Attribute string
	Value     string
	Prefix    bool // ^= rather than =
}

// ParseFilter reads a filter (reference: api-behaviour §20.1):
//
//	filter    = [ attribute ( "=" / "^=" ) value ]   ; white space between them is ignored
//	attribute = 1*( any character but white space, "=", "^" and quotes )
//	value     = DQUOTE *( any character but DQUOTE and "\" / "\" any ) DQUOTE
//
// The faults are InvalidParameter.
func ParseFilter(text string) (Filter, error) {
	const space = " \t\r\n"
	text = strings.Trim(text, space)
	if text == "" {
		return Filter{}, nil
	}
	var f Filter
	end := strings.IndexAny(text, space+"=^\"")
	if end <= 0 {
		return Filter{}, errFilter()
	}
	f.Attribute, text = text[:end], strings.TrimLeft(text[end:], space)
	if text, f.Prefix = strings.CutPrefix(text, "^"); !strings.HasPrefix(text, "=") {
		return Filter{}, errFilter()
	}
	value, ok := unquote(strings.TrimLeft(text[1:], space))
	if !ok {
		return Filter{}, errFilter()
	}
	f.Value = value
	if !slices.Contains(userpool.Filterable(), f.Attribute) {
		return Filter{}, invalid("Invalid search attribute: " + f.Attribute)
	}
	return f, nil
}

func errFilter() error { return invalid("Error while parsing filter") }

// unquote reads a quoted value that is all of text.
func unquote(text string) (string, bool) {
	rest, ok := strings.CutPrefix(text, `"`)
	if !ok {
		return "", false
	}
	var value strings.Builder
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return value.String(), i == len(rest)-1
		case '\\':
			if i++; i == len(rest) {
				return "", false
			}
		}
		value.WriteByte(rest[i])
	}
	return "", false
}

// searched gives the value in the form in which the pool's users are searched: the
// states are upper case and subs lower case, whatever was typed, and usernames as they
// sign in.
func (f Filter) searched(p *userpool.Pool) string {
	value := f.Value
	switch f.Attribute {
	case userpool.SearchUserStatus:
		value = strings.ToUpper(value)
	case userpool.SearchSub:
		value = strings.ToLower(value)
	case userpool.SearchUsername:
		value = p.Fold(value)
	}
	return userpool.FoldSearch(f.Attribute, value)
}
