package api

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep lists and objects may be nested. The model itself needs
// six; documents get the rest.
const maxDepth = 32

// scan reports whether src is one JSON value (RFC 8259) of valid UTF-8 and
// nothing else. What passes can be read without further checks by skip, text and
// the decoder. Unlike encoding/json it refuses halves of surrogate pairs.
func scan(src []byte) bool {
	end, ok := scanValue(src, space(src, 0), 0)
	return ok && space(src, end) == len(src) && utf8.Valid(src)
}

// scanValue checks the value at position at, and gives the position behind it.
func scanValue(src []byte, at, depth int) (int, bool) {
	if at >= len(src) {
		return at, false
	}
	switch c := src[at]; {
	case c == '{' || c == '[':
		return scanItems(src, at, depth+1)
	case c == '"':
		return scanString(src, at)
	case c == '-' || '0' <= c && c <= '9':
		return scanNumber(src, at)
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(src[at:], []byte(word)) {
			return at + len(word), true
		}
	}
	return at, false
}

// scanItems checks the object or list that begins at position at.
func scanItems(src []byte, at, depth int) (int, bool) {
	if depth > maxDepth {
		return at, false
	}
	object := src[at] == '{'
	end := src[at] + 2 // '}' and ']' stand two behind their openings
	at = space(src, at+1)
	if at < len(src) && src[at] == end {
		return at + 1, true
	}
	for {
		ok := true
		if object {
			if at >= len(src) || src[at] != '"' {
				return at, false
			}
			if at, ok = scanString(src, at); !ok {
				return at, false
			}
			at = space(src, at)
			if at >= len(src) || src[at] != ':' {
				return at, false
			}
			at = space(src, at+1)
		}
		if at, ok = scanValue(src, at, depth); !ok {
			return at, false
		}
		at = space(src, at)
		if at >= len(src) || src[at] != ',' && src[at] != end {
			return at, false
		}
		if src[at] == end {
			return at + 1, true
		}
		at = space(src, at+1)
	}
}

func scanString(src []byte, at int) (int, bool) {
	for at++; at < len(src); at++ {
		switch c := src[at]; {
		case c == '"':
			return at + 1, true
		case c < ' ':
			return at, false
		case c == '\\':
			n, ok := scanEscape(src[at:])
			if !ok {
				return at, false
			}
			at += n - 1
		}
	}
	return at, false
}

// scanEscape gives the length of the escape at the start of src; a surrogate
// pair counts as one.
func scanEscape(src []byte) (int, bool) {
	if len(src) < 2 {
		return 0, false
	}
	if src[1] != 'u' {
		return 2, bytes.IndexByte([]byte(`"\/bfnrt`), src[1]) >= 0
	}
	r, ok := hex4(src)
	if !ok || !utf16.IsSurrogate(r) {
		return 6, ok
	}
	low, ok := hex4(src[6:])
	return 12, ok && utf16.DecodeRune(r, low) != utf8.RuneError
}

// hex4 reads \uXXXX.
func hex4(src []byte) (rune, bool) {
	if len(src) < 6 || src[0] != '\\' || src[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range src[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func scanNumber(src []byte, at int) (int, bool) {
	digits := func() bool {
		start := at
		for at < len(src) && '0' <= src[at] && src[at] <= '9' {
			at++
		}
		return at > start
	}
	if src[at] == '-' {
		at++
	}
	if at < len(src) && src[at] == '0' {
		at++
	} else if !digits() {
		return at, false
	}
	if at < len(src) && src[at] == '.' {
		if at++; !digits() {
			return at, false
		}
	}
	if at < len(src) && src[at]|0x20 == 'e' {
		if at++; at < len(src) && (src[at] == '+' || src[at] == '-') {
			at++
		}
		if !digits() {
			return at, false
		}
	}
	return at, true
}

// space gives the position of the first byte from at on that is no white space.
func space(src []byte, at int) int {
	for at < len(src) && (src[at] == ' ' || src[at] == '\t' || src[at] == '\n' || src[at] == '\r') {
		at++
	}
	return at
}

// skip gives the position behind the scanned value at position at.
func skip(src []byte, at int) int {
	switch src[at] {
	case '"':
		return skipString(src, at)
	case '{', '[':
	default:
		for at < len(src) && bytes.IndexByte([]byte(",]} \t\n\r"), src[at]) < 0 {
			at++
		}
		return at
	}
	for depth := 0; ; at++ {
		switch src[at] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		case '"':
			at = skipString(src, at) - 1
		}
	}
}

func skipString(src []byte, at int) int {
	for at++; src[at] != '"'; at++ {
		if src[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// text gives the scanned string at position at, without its quotes and escapes.
func text(src []byte, at int) string {
	raw := src[at+1 : skipString(src, at)-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		n, _ := scanEscape(raw[i:])
		r, _ := hex4(raw[i:])
		switch {
		case n == 12:
			low, _ := hex4(raw[i+6:])
			out = utf8.AppendRune(out, utf16.DecodeRune(r, low))
		case n == 6:
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, unescaped(raw[i+1]))
		}
		i += n - 1
	}
	return string(out)
}

func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}
