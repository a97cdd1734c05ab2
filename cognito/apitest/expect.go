package apitest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Refusal is what the service says of a body that does not fit the model. Its
// zero value is no refusal. Text stands under message, or under Message of a
// SerializationException.
type Refusal struct{ Exception, Text string }

const (
	serialization    = "SerializationException"
	invalidParameter = "InvalidParameterException"
	notNull          = "Member must not be null"
	deepest          = 32  // levels of nesting that are read
	mostViolations   = 100 // of one request
)

// Expect computes from the facts alone what the API says of a body of an operation
// before anything else is asked (reference: api-behaviour §1.1).
func (f *Facts) Expect(op string, body []byte) Refusal {
	if !utf8.Valid(body) || nesting(body) > deepest || loneSurrogate.Match(body) {
		return Refusal{Exception: serialization}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return Refusal{Exception: serialization}
	}
	e := expectation{facts: f}
	if !e.value(place{}, f.Input(op), v) {
		return Refusal{serialization, e.mismatch}
	}
	if len(e.said) == 0 {
		return Refusal{}
	}
	said := e.said[:min(len(e.said), mostViolations)]
	plural := "s"
	if len(said) == 1 {
		plural = ""
	}
	return Refusal{invalidParameter, fmt.Sprintf("%d validation error%s detected: %s", len(said), plural, strings.Join(said, "; "))}
}

// loneSurrogate finds half a surrogate pair as this package's requests write them.
var loneSurrogate = regexp.MustCompile(`\\ud83d(?:[^\\]|$)`)

func nesting(body []byte) (most int) {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case !text && (c == '{' || c == '['):
			depth++
			most = max(most, depth)
		case !text && (c == '}' || c == ']'):
			depth--
		}
	}
	return most
}

// place is where a value stands in a request.
type place struct {
	path   string
	secret bool
}

func (p place) member(m Member, s *Shape) place {
	name := strings.ToLower(m.Name[:1]) + m.Name[1:]
	if p.path != "" {
		name = p.path + "." + name
	}
	return place{name, p.secret || s.Secret}
}

func (p place) item(i int, s *Shape) place {
	return place{fmt.Sprintf("%s.%d.member", p.path, i+1), p.secret || s.Secret}
}

// expectation gathers what is wrong with a request.
type expectation struct {
	facts    *Facts
	said     []string
	mismatch string // why value gave false
}

func (e *expectation) say(p place, value, constraint string) {
	if p.secret {
		value = ""
	}
	if value != "" {
		value = " " + value
	}
	e.said = append(e.said, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: %s", value, p.path, constraint))
}

func (e *expectation) wrong(text string) bool {
	e.mismatch = text
	return false
}

// value holds v against s; false is a value of the wrong JSON type.
func (e *expectation) value(p place, s *Shape, v any) bool {
	switch s.Kind {
	case "structure":
		return e.structure(p, s, v)
	case "list":
		return e.list(p, s, v)
	case "map":
		return e.stringMap(p, s, v)
	case "string", "blob":
		text, ok := v.(string)
		if !ok {
			return e.wrong(mismatched(v, "String"))
		}
		if s.Kind == "blob" {
			return e.blob(p, s, text)
		}
		for _, sentence := range s.broken(text) {
			e.say(p, "'"+text+"'", sentence)
		}
	case "integer":
		n, err := strconv.ParseInt(fmt.Sprint(v), 10, 32)
		if _, number := v.(json.Number); !number || err != nil {
			return e.wrong(mismatched(v, "Integer"))
		}
		for _, sentence := range s.bounds(n, "value") {
			e.say(p, fmt.Sprintf("'%d'", n), sentence)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return e.wrong(mismatched(v, "Boolean"))
		}
	}
	return true
}

func (e *expectation) structure(p place, s *Shape, v any) bool {
	members, ok := v.(map[string]any)
	if !ok {
		return e.wrong("Expected map or null")
	}
	for _, m := range s.Members {
		of := e.facts.Shapes[m.Shape]
		switch member := members[m.Name]; {
		case member == nil && m.Required:
			e.say(p.member(m, of), "null", notNull)
		case member != nil && !e.value(p.member(m, of), of, member):
			return false
		}
	}
	return true
}

func (e *expectation) list(p place, s *Shape, v any) bool {
	items, ok := v.([]any)
	if !ok {
		return e.wrong("Expected list or null")
	}
	of := e.facts.Shapes[s.Of]
	if of.Kind == "string" {
		return e.texts(p, s, of, items)
	}
	for i, item := range items {
		if len(e.said) >= mostViolations {
			items = items[:i]
			break
		}
		if item == nil {
			e.say(p.item(i, of), "null", notNull)
		} else if !e.value(p.item(i, of), of, item) {
			return false
		}
	}
	value := ""
	if len(items) == 0 {
		value = "'[]'"
	}
	for _, sentence := range s.bounds(int64(len(items)), "length") {
		e.say(p, value, sentence)
	}
	return true
}

// texts is a list of texts: all that is wrong with any of them is said of the list.
func (e *expectation) texts(p place, s, of *Shape, items []any) bool {
	var shown []string
	null, broken := false, false
	for _, item := range items {
		text, ok := item.(string)
		switch {
		case item == nil:
			text, null = "null", true
		case !ok:
			return e.wrong(mismatched(item, "String"))
		default:
			broken = broken || len(of.broken(text)) > 0
		}
		shown = append(shown, text)
	}
	p.secret = p.secret || of.Secret
	value := "'[" + strings.Join(shown, ", ") + "]'"
	for _, sentence := range s.bounds(int64(len(items)), "length") {
		e.say(p, value, sentence)
	}
	if null {
		e.say(p, value, "Member must satisfy constraint: ["+notNull+"]")
	}
	if broken {
		e.say(p, value, "Member must satisfy constraint: ["+of.constraints()+"]")
	}
	return true
}

func (e *expectation) stringMap(p place, s *Shape, v any) bool {
	entries, ok := v.(map[string]any)
	if !ok {
		return e.wrong("Expected map or null")
	}
	key, of := e.facts.Shapes[s.Key], e.facts.Shapes[s.Of]
	var shown []string
	brokenKey, brokenValue := false, false
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if entries[name] == nil {
			continue // is as if it were not there
		}
		text, ok := entries[name].(string)
		if !ok {
			return e.wrong(mismatched(entries[name], "String"))
		}
		brokenKey = brokenKey || len(key.broken(name)) > 0
		brokenValue = brokenValue || len(of.broken(text)) > 0
		shown = append(shown, name+"="+text)
	}
	p.secret = p.secret || key.Secret || of.Secret
	value := "'{" + strings.Join(shown, ", ") + "}'"
	for _, sentence := range s.bounds(int64(len(shown)), "length") {
		e.say(p, value, sentence)
	}
	if brokenKey {
		e.say(p, value, "Map keys must satisfy constraint: ["+key.constraints()+"]")
	}
	if brokenValue {
		e.say(p, value, "Map value must satisfy constraint: ["+of.constraints()+"]")
	}
	return true
}

func (e *expectation) blob(p place, s *Shape, text string) bool {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return e.wrong("")
	}
	for _, sentence := range s.bounds(int64(len(data)), "length") {
		e.say(p, "", sentence)
	}
	return true
}

// bounds gives the sentence that n breaks, if any; what is length or value.
func (s *Shape) bounds(n int64, what string) []string {
	switch {
	case s.Min != nil && n < *s.Min:
		return []string{atLeast(what, *s.Min)}
	case s.Max != nil && n > *s.Max:
		return []string{atMost(what, *s.Max)}
	}
	return nil
}

func atLeast(what string, n int64) string {
	return fmt.Sprintf("Member must have %s greater than or equal to %d", what, n)
}

func atMost(what string, n int64) string {
	return fmt.Sprintf("Member must have %s less than or equal to %d", what, n)
}

// broken gives the sentences of the constraints that a text breaks.
func (s *Shape) broken(text string) []string {
	said := s.bounds(int64(utf8.RuneCountInString(text)), "length")
	if !s.Matches(text) {
		said = append(said, "Member must satisfy regular expression pattern: "+s.Pattern)
	}
	if s.Enum != nil && !slices.Contains(s.Enum, text) {
		said = append(said, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
	return said
}

// constraints gives the sentences of everything that is asked of a text.
func (s *Shape) constraints() string {
	var all []string
	if s.Max != nil {
		all = append(all, atMost("length", *s.Max))
	}
	if s.Min != nil {
		all = append(all, atLeast("length", *s.Min))
	}
	if s.Pattern != "" {
		all = append(all, "Member must satisfy regular expression pattern: "+s.Pattern)
	}
	if s.Enum != nil {
		all = append(all, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
	return strings.Join(all, ", ")
}

// mismatched is the text for a value of another JSON type than was wanted.
func mismatched(v any, want string) string {
	got := ""
	switch v := v.(type) {
	case map[string]any:
		return "Start of structure or map found where not expected."
	case []any:
		return "Start of list found where not expected."
	case bool:
		if want == "String" {
			return ""
		}
		got = "Boolean"
	case string:
		got = "String"
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 32); err == nil {
			got = "Integer"
		} else if strings.ContainsAny(v.String(), ".eE") {
			got = "Double"
		} else {
			got = "Long"
		}
	}
	return "class java.lang." + got + " can not be converted to an " + want
}

// Matches reports whether a text satisfies the shape's pattern. Go reads these
// patterns as Java does for texts without a vertical tab or a line break.
func (s *Shape) Matches(text string) bool {
	if s.pattern == nil {
		return true
	}
	return s.pattern.MatchString(text) && !(s.noFinalDot && strings.HasSuffix(text, "."))
}

// compile makes ready for Matches. Go has no lookbehind, which one pattern ends with.
func (s *Shape) compile() error {
	if s.Pattern == "" {
		return nil
	}
	p := strings.TrimSuffix(strings.TrimPrefix(s.Pattern, "^"), "$")
	p, s.noFinalDot = strings.CutSuffix(p, `(?<!\.)`)
	re, err := regexp.Compile(`\A(?:` + p + `)\z`)
	s.pattern = re
	return err
}
