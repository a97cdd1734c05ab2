package cognito_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"idpond/cognito/apitest"
)

// A spot is one place of a request that a test may put anything into: a member, an
// element of a list, a key or a value of a map.
type spot struct {
	path  []hop
	shape *apitest.Shape
	name  string
}

// hop goes from a value into one of its own.
type hop struct {
	member string // of a structure
	item   bool   // the first of a list
	key    bool   // of a map
	value  bool   // of a map
	name   string // key of that value
	of     *apitest.Shape
}

// spotsOf lists the spots of a request: those of its operation, and each entry that
// its maps have.
func spotsOf(f *apitest.Facts, op string, request any) []spot {
	list := spots(f, op)
	for _, s := range list {
		last := len(s.path) - 1
		if !s.path[last].value {
			continue
		}
		at := request
		for _, h := range s.path[:last] {
			members, _ := at.(map[string]any)
			at = members[h.member]
		}
		entries, _ := at.(map[string]any)
		for name := range entries {
			entry := s
			entry.path = slices.Clone(s.path)
			entry.path[last].name = name
			entry.name += "." + name
			list = append(list, entry)
		}
	}
	return list
}

// spots lists the spots of an operation's request, at every depth.
func spots(f *apitest.Facts, op string) []spot {
	var list []spot
	var walk func(s spot)
	into := func(from spot, name string, next hop) {
		below := spot{path: append(slices.Clone(from.path), next), shape: next.of, name: name}
		list = append(list, below)
		walk(below)
	}
	walk = func(s spot) {
		switch s.shape.Kind {
		case "structure":
			for _, m := range s.shape.Members {
				into(s, strings.TrimPrefix(s.name+"."+m.Name, "."), hop{member: m.Name, of: f.Shapes[m.Shape]})
			}
		case "list":
			into(s, s.name+"[0]", hop{item: true, of: f.Shapes[s.shape.Of]})
		case "map":
			into(s, s.name+"(key)", hop{key: true, of: f.Shapes[s.shape.Key]})
			into(s, s.name+"(value)", hop{value: true, of: f.Shapes[s.shape.Of]})
		}
	}
	walk(spot{shape: f.Input(op)})
	return list
}

const absent = "" // as the JSON of a value: nothing is there

// marker stands for the value in question until the rest is written.
const marker = "@here@"

// put gives a request with raw at the spot. What is not there on the way is made
// up. It reports false where absence has no meaning: of an element, key or value.
func (b *whole) put(t *testing.T, request any, s spot, raw string) (body string, ok bool) {
	t.Helper()
	if last := s.path[len(s.path)-1]; raw == absent && last.member+last.name == "" || last.key && !strings.HasPrefix(raw, `"`) {
		return "", false
	}
	text, err := json.Marshal(b.graft(t, request, s.path, raw == absent))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(text), quotedText(marker), raw, 1), true
}

// graft copies v, which may be nil, as far as path goes, with the marker at its
// end, or with nothing there.
func (b *whole) graft(t *testing.T, v any, path []hop, remove bool) any {
	if len(path) == 0 {
		return marker
	}
	at, last := path[0], len(path) == 1
	switch {
	case at.member != "":
		made := map[string]any{}
		for name, value := range v.(map[string]any) {
			made[name] = value
		}
		if last && remove {
			delete(made, at.member)
			return made
		}
		below := made[at.member]
		if below == nil && !last {
			below = b.good(t, at.of)
		}
		made[at.member] = b.graft(t, below, path[1:], remove)
		return made
	case at.item:
		items, _ := v.([]any)
		items = slices.Clone(items)
		if len(items) == 0 {
			items = []any{b.good(t, at.of)}
		}
		items[0] = b.graft(t, items[0], path[1:], remove)
		return items
	}
	made := map[string]any{}
	entries, _ := v.(map[string]any)
	for name, value := range entries {
		made[name] = value
	}
	if at.key {
		made[marker] = "a"
		return made
	}
	name := cmp.Or(at.name, "a")
	if made[name] = marker; remove {
		delete(made, name)
	}
	return made
}

// examples are texts of which one satisfies each pattern of the model.
var examples = []string{
	"aaaaaaaaaaaaaaaaaaaaaaaa", "a", "123456", "eu-west-1_a", "arn:aws:lambda:eu-west-1:123456789012:function:f",
	"arn:aws:kms:::key/a", "a@b", "{####}", "{##a##}", "cognito:default", "terms-of-use", "import-a",
	"eu-west-1_abcdef01-2345-6789", "3e6d1c1c-8d5f-4a6e-9d0b-0a1b2c3d4e5f",
}

// good makes a value that satisfies a shape, with the required members alone.
func (b *whole) good(t *testing.T, s *apitest.Shape) any {
	switch s.Kind {
	case "string":
		return goodText(t, s)
	case "integer":
		if s.Min != nil {
			return *s.Min
		}
		return 1
	case "boolean":
		return true
	case "blob":
		return "aGk="
	case "list":
		return []any{b.good(t, b.facts.Shapes[s.Of])}
	case "map":
		return map[string]any{goodText(t, b.facts.Shapes[s.Key]): b.good(t, b.facts.Shapes[s.Of])}
	}
	made := map[string]any{}
	for _, m := range s.Members {
		if m.Required {
			made[m.Name] = b.good(t, b.facts.Shapes[m.Shape])
		}
	}
	return made
}

func goodText(t *testing.T, s *apitest.Shape) string {
	t.Helper()
	if s.Enum != nil {
		return s.Enum[0]
	}
	for _, e := range examples {
		if fits(s, e) {
			return e
		}
	}
	t.Fatalf("no example satisfies %s", s.Name)
	return ""
}

// fits reports whether a text satisfies a shape but for its enum.
func fits(s *apitest.Shape, text string) bool {
	n := int64(utf8.RuneCountInString(text))
	return (s.Min == nil || n >= *s.Min) && (s.Max == nil || n <= *s.Max) && s.Matches(text)
}

func quotedText(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// veryLong is longer than most texts that the model bounds; see texts for the others.
const veryLong = 70_000

// values are the JSON texts that are tried for a spot of a shape: what is absent,
// null, of each wrong type, empty, at the bounds and past them, against pattern and
// enum, NUL, no UTF-8, very long; and what is allowed.
func (b *whole) values(t *testing.T, s *apitest.Shape) []string {
	list := []string{
		absent, "null", `{"a":"b"}`, `{}`, `["a"]`, `[]`, `[null]`, "7", "0", "-1", "5000000000", "1.5", "1e3", "true", "false", `"a"`, `""`,
		"\"\xff\"", "\"a\xc3\"", "\"a\x00b\"", `"\ud83d"`, `"a`, `tru`, strings.Repeat("[", 33) + strings.Repeat("]", 33),
	}
	switch s.Kind {
	case "string":
		list = append(list, texts(s)...)
	case "integer":
		list = append(list, integers(s)...)
	case "blob":
		list = append(list, blobs(s)...)
	case "list":
		list = append(list, b.lists(t, s)...)
	case "map":
		list = append(list, b.maps(t, s)...)
	case "structure":
		list = append(list, `{"Unknown":[1,{"a":null}]}`, encoded(t, b.good(t, s)))
	case "document":
		list = append(list, `{"a":{"b":[1,"c",null,true,1.5]}}`, `{"a":"\u0000"}`, `{"id":"a","rawId":"a","type":"public-key","response":{}}`,
			`{"categories":{},"components":{}}`, `{"a":"`+strings.Repeat("x", veryLong)+`"}`, `{"a":`+strings.Repeat("[", 25)+strings.Repeat("]", 25)+`}`)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func texts(s *apitest.Shape) []string {
	var list []string
	for _, text := range append([]string{
		"\u0000", "a\u0000b", "\u0001", " ", "a b", "\t", "é", "😀", "a\u202eb", "\ufeff", "\u007f", "a/b", `a"b`, `a\b`, "<b>", "'", "%", "{####}", "{username} {####}",
		"nonsense", "-1", "99999999999999999999", "true", "https://example.org/a", "javascript:alert(1)", "../../a", "arn:aws:iam::111122223333:role/r",
		strings.Repeat("a", veryLong), strings.Repeat("é", veryLong/3),
	}, s.Enum...) {
		list = append(list, quotedText(text))
	}
	for _, e := range s.Enum {
		list = append(list, quotedText(strings.ToLower(e)), quotedText(e+" "))
	}
	if s.Min != nil && *s.Min > 0 {
		list = append(list, quotedText(strings.Repeat("a", int(*s.Min)-1)), quotedText(strings.Repeat("a", int(*s.Min))))
	}
	if s.Max != nil {
		for _, letter := range []string{"a", "é", "1"} {
			list = append(list, quotedText(strings.Repeat(letter, int(*s.Max)+1)), quotedText(strings.Repeat(letter, int(*s.Max))))
		}
	}
	return list
}

func integers(s *apitest.Shape) []string {
	list := []string{"1", "2", "59", "61", "2147483647", "-2147483648", "2147483648", "-2147483649", "1.0", `"5"`}
	for _, bound := range []*int64{s.Min, s.Max} {
		if bound != nil {
			list = append(list, fmt.Sprint(*bound-1), fmt.Sprint(*bound), fmt.Sprint(*bound+1))
		}
	}
	return list
}

func blobs(s *apitest.Shape) []string {
	list := []string{`"%"`, `"aGk="`, `"aGk"`, `"` + strings.Repeat("QUFB", 20_000) + `"`, `"iVBORw0KGgo="`}
	if s.Max != nil {
		for _, n := range []int64{*s.Max, *s.Max + 1} {
			list = append(list, quotedText(base64.StdEncoding.EncodeToString(make([]byte, n))))
		}
	}
	return list
}

func (b *whole) lists(t *testing.T, s *apitest.Shape) []string {
	good := encoded(t, b.good(t, b.facts.Shapes[s.Of]))
	many := func(n int64) string { return "[" + strings.TrimSuffix(strings.Repeat(good+",", int(n)), ",") + "]" }
	list := []string{many(1), many(2), "[" + good + ",null]", "[7]", "[[]]", "[true]", `[{"a":`, many(500)}
	for _, bound := range []*int64{s.Min, s.Max} {
		if bound != nil && *bound < 5000 {
			list = append(list, many(max(*bound-1, 0)), many(*bound), many(*bound+1))
		}
	}
	for _, name := range b.facts.Shapes[s.Of].Enum {
		list = append(list, "["+quotedText(name)+"]")
	}
	return list
}

func (b *whole) maps(t *testing.T, s *apitest.Shape) []string {
	key, value := goodText(t, b.facts.Shapes[s.Key]), encoded(t, b.good(t, b.facts.Shapes[s.Of]))
	many := func(n int64) string {
		var entries []string
		for i := range n {
			entries = append(entries, fmt.Sprintf("%q:%s", fmt.Sprint(key, i), value))
		}
		return "{" + strings.Join(entries, ",") + "}"
	}
	list := []string{`{"":"a"}`, `{"a":null}`, `{"a":1}`, `{"a":{}}`, `{"a":[]}`, `{"a":""}`, `{"a":"\u0000"}`, `{"\u0000":"a"}`, `{"aws:a":"b"}`, many(1), many(60), many(300),
		`{"a":"` + strings.Repeat("x", veryLong) + `"}`, `{"` + strings.Repeat("x", veryLong) + `":"a"}`}
	for _, bound := range []*int64{s.Min, s.Max} {
		if bound != nil {
			list = append(list, many(max(*bound-1, 0)), many(*bound), many(*bound+1))
		}
	}
	return list
}
