package branding

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// newCSS reads a style sheet, or the declarations of a style attribute. The parser
// writes into its input, so it gets a copy.
func newCSS(text string, inline bool) *css.Parser {
	return css.NewParser(parse.NewInputBytes([]byte(text)), inline)
}

// joined writes tokens as they were read, without comments.
func joined(tokens []css.Token) string {
	var text strings.Builder
	for _, t := range tokens {
		text.Write(t.Data)
	}
	return strings.TrimSpace(text.String())
}

var (
	plainWord   = regexp.MustCompile(`^-?[A-Za-z_][A-Za-z0-9_-]*$`)
	plainString = regexp.MustCompile(`^(?:"[A-Za-z0-9 ,._-]*"|'[A-Za-z0-9 ,._-]*')$`)
	dimension   = regexp.MustCompile(`^[+-]?[0-9.]+[A-Za-z0-9+-]+$`)
	colourHash  = regexp.MustCompile(`^#[0-9A-Fa-f]{3,8}$`)
	fragment    = regexp.MustCompile(`^url\(\s*(["']?)#[A-Za-z0-9_.:-]+(["']?)\s*\)$`)
)

// functions that compute a colour, a length or an image, and load nothing.
func functions() []string {
	return []string{
		"rgb(", "rgba(", "hsl(", "hsla(", "calc(", "min(", "max(", "clamp(",
		"linear-gradient(", "radial-gradient(", "cubic-bezier(",
	}
}

// safeValue reports whether the tokens of a declaration's value can do nothing but
// describe a look: no url, no escape, no variable, no function that isn't known.
// With fragments, url(#id) may name a part of the same document.
func safeValue(tokens []css.Token, fragments bool) bool {
	open := 0 // parentheses
	for _, t := range tokens {
		switch t.TokenType {
		case css.FunctionToken, css.LeftParenthesisToken:
			open++
		case css.RightParenthesisToken:
			open--
		}
		if open < 0 || !safeToken(t, fragments) {
			return false
		}
	}
	return open == 0 && len(tokens) > 0 && readsTheSame(tokens)
}

// readsTheSame reports whether tokens that are written without the comments between
// them are the same tokens still: what "/" and "*" were would begin a comment, and
// hide what follows.
func readsTheSame(tokens []css.Token) bool {
	lexer := css.NewLexer(parse.NewInputString(joined(tokens)))
	for _, want := range tokens {
		kind, data := lexer.Next()
		if kind != want.TokenType || !bytes.Equal(data, want.Data) {
			return want.TokenType == css.WhitespaceToken && kind == css.ErrorToken // joined cuts it off at the end
		}
	}
	kind, _ := lexer.Next()
	return kind == css.ErrorToken
}

func safeToken(t css.Token, fragments bool) bool {
	text := string(t.Data)
	switch t.TokenType {
	case css.WhitespaceToken:
		return strings.TrimSpace(text) == ""
	case css.CommaToken, css.NumberToken, css.PercentageToken, css.RightParenthesisToken:
		return true
	case css.DimensionToken:
		return dimension.MatchString(text)
	case css.DelimToken:
		return strings.Contains("!/+-*.", text)
	case css.LeftParenthesisToken:
		return true // of calc
	case css.IdentToken:
		return plainWord.MatchString(text)
	case css.HashToken:
		return colourHash.MatchString(text)
	case css.StringToken:
		return plainString.MatchString(text)
	case css.FunctionToken:
		return slices.Contains(functions(), strings.ToLower(text))
	case css.URLToken:
		return fragments && fragment.MatchString(text)
	}
	return false
}
