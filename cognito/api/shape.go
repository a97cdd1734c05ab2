package api

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// shape is the constraints of one type of the model; the tables of them are
// generated. The members of a structure stand in the order of its struct's fields.
type shape struct {
	kind     kind
	secret   bool  // values are not repeated in messages
	min, max int64 // characters, items, bytes or the value itself
	pattern  *pattern
	enum     []string
	key, of  *shape // key of a map; value of a map, element of a list
	members  []member
}

type member struct {
	name     string // as in JSON
	path     string // as in messages
	required bool
	shape    *shape
}

type kind uint8

const (
	kindString kind = iota
	kindInteger
	kindBoolean
	kindBlob
	kindDocument
	kindList
	kindMap
	kindStructure
)

// What min and max are when the model has none.
const (
	noMin = math.MinInt64
	noMax = math.MaxInt64
)

// The sentences of constraints (reference: api-behaviour §1.1).
const notNull = "Member must not be null"

// size checks n against min and max; what is "length" or "value".
func (s *shape) size(n int64, what string) string {
	switch {
	case n < s.min:
		return s.minSentence(what)
	case n > s.max:
		return s.maxSentence(what)
	}
	return ""
}

func (s *shape) minSentence(what string) string {
	return fmt.Sprintf("Member must have %s greater than or equal to %d", what, s.min)
}

func (s *shape) maxSentence(what string) string {
	return fmt.Sprintf("Member must have %s less than or equal to %d", what, s.max)
}

func (s *shape) patternSentence() string {
	return "Member must satisfy regular expression pattern: " + s.pattern.java
}

func (s *shape) enumSentence() string {
	return "Member must satisfy enum value set: [" + strings.Join(s.enum, ", ") + "]"
}

// broken gives the sentences of the constraints that text breaks.
func (s *shape) broken(text string) []string {
	var list []string
	if sentence := s.size(length(text), "length"); sentence != "" {
		list = append(list, sentence)
	}
	if s.pattern != nil && !s.pattern.match(text) {
		list = append(list, s.patternSentence())
	}
	if s.enum != nil && !slices.Contains(s.enum, text) {
		list = append(list, s.enumSentence())
	}
	return list
}

// fits is broken without the sentences.
func (s *shape) fits(text string) bool {
	n := length(text)
	return n >= s.min && n <= s.max &&
		(s.pattern == nil || s.pattern.match(text)) &&
		(s.enum == nil || slices.Contains(s.enum, text))
}

// all gives the sentences of every constraint of a string, as they are said of
// the elements of a list or map: all of them, in the service's order.
func (s *shape) all() string {
	var list []string
	if s.max != noMax {
		list = append(list, s.maxSentence("length"))
	}
	if s.min != noMin {
		list = append(list, s.minSentence("length"))
	}
	if s.pattern != nil {
		list = append(list, s.patternSentence())
	}
	if s.enum != nil {
		list = append(list, s.enumSentence())
	}
	return strings.Join(list, ", ")
}

// length counts characters. A character is a code point here; outside the basic
// plane the service's own count is not known.
func length(text string) int64 { return int64(utf8.RuneCountInString(text)) }

// pattern is a regular expression that must match a whole string.
type pattern struct {
	java    string // the model's text, for messages
	matcher func() func(string) bool
}

// newPattern takes the model's text and its translation. It is compiled at first
// use: most requests need a few of them.
func newPattern(java, re2 string) *pattern {
	return &pattern{java, sync.OnceValue(func() func(string) bool { return compile(re2) })}
}

func (p *pattern) match(text string) bool { return p.matcher()(text) }

// compile turns "one or more (or any number) of these characters", which most
// patterns are, into a table, because tokens are long and regexp takes its time.
func compile(re2 string) func(string) bool {
	re, err := syntax.Parse(re2, syntax.Perl)
	if err != nil {
		panic("api: " + err.Error()) // apigen compiled it before
	}
	if re.Op == syntax.OpConcat && len(re.Sub) == 3 {
		repeat := re.Sub[1]
		plus, star := repeat.Op == syntax.OpPlus, repeat.Op == syntax.OpStar
		if (plus || star) && repeat.Sub[0].Op == syntax.OpCharClass {
			class := newCharClass(repeat.Sub[0].Rune)
			return func(text string) bool { return (star || text != "") && class.holdsAll(text) }
		}
	}
	return regexp.MustCompile(re2).MatchString
}

// charClass is a set of characters: a table for ASCII, ranges for the rest.
type charClass struct {
	ascii  [utf8.RuneSelf]bool
	ranges []rune // pairs, rising
}

func newCharClass(ranges []rune) *charClass {
	c := &charClass{ranges: ranges}
	for r := range rune(utf8.RuneSelf) {
		c.ascii[r] = c.inRanges(r)
	}
	return c
}

func (c *charClass) inRanges(r rune) bool {
	lo, hi := 0, len(c.ranges)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case r < c.ranges[2*mid]:
			hi = mid
		case r > c.ranges[2*mid+1]:
			lo = mid + 1
		default:
			return true
		}
	}
	return false
}

func (c *charClass) holdsAll(text string) bool {
	for _, r := range text {
		if r < utf8.RuneSelf && !c.ascii[r] || r >= utf8.RuneSelf && !c.inRanges(r) {
			return false
		}
	}
	return true
}
