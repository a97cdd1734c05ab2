package branding

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// classes lists what a classic style sheet may select, without the dot (reference:
// hosted-ui-and-oauth §11).
func classes() []string {
	return []string{
		"background-customizable", "banner-customizable", "logo-customizable", "label-customizable",
		"textDescription-customizable", "idpDescription-customizable", "legalText-customizable",
		"inputField-customizable", "inputField-customizable:focus",
		"submitButton-customizable", "submitButton-customizable:hover", "errorMessage-customizable",
		"idpButton-customizable", "idpButton-customizable:hover", "socialButton-customizable",
		"passwordCheck-valid-customizable", "passwordCheck-notValid-customizable", "redirect-customizable",
	}
}

// properties lists what may be set on any of them: the documented properties of
// all classes and their relatives, because sheets in the field, and the service's
// own template, go beyond the class's own. None of them can take an element out of
// its place, put text into it or load anything.
func properties() []string {
	return []string{
		"background", "background-color", "color", "opacity",
		"border", "border-top", "border-right", "border-bottom", "border-left",
		"border-color", "border-style", "border-width", "border-radius", "outline", "outline-color", "outline-offset", "box-shadow",
		"margin", "margin-top", "margin-right", "margin-bottom", "margin-left",
		"padding", "padding-top", "padding-right", "padding-bottom", "padding-left",
		"width", "min-width", "max-width", "height", "min-height", "max-height", "box-sizing", "display",
		"font", "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "line-height",
		"text-align", "text-decoration", "text-shadow", "text-transform", "transition", "vertical-align", "white-space",
	}
}

// Stylesheet reads the CSS of the classic pages. It gives the sheet that may be
// served, one rule a line, or the sentence that says why the CSS is refused.
func Stylesheet(text string) (safe, problem string) {
	p := newCSS(text, false)
	var out strings.Builder
	for {
		grammar, _, data := p.Next()
		switch grammar {
		case css.CommentGrammar:
		case css.BeginRulesetGrammar:
			class, problem := class(joined(p.Values()))
			if problem != "" {
				return "", problem
			}
			rule, problem := declarations(p, class)
			if problem != "" {
				return "", problem
			}
			out.WriteString("." + class + "{" + rule + "}\n")
		case css.AtRuleGrammar, css.BeginAtRuleGrammar:
			return "", fmt.Sprintf("The CSS rule %s is not allowed.", shortened(string(data)))
		case css.ErrorGrammar:
			if p.HasParseError() {
				return "", notCSS
			}
			return out.String(), ""
		default:
			return "", notCSS
		}
	}
}

const notCSS = "The CSS is not valid."

// class gives the one class that a rule's selector names.
func class(selector string) (class, problem string) {
	if strings.Contains(selector, ",") {
		return "", "A CSS rule can have only one selector: " + shortened(selector)
	}
	class, dotted := strings.CutPrefix(selector, ".")
	if !dotted || !slices.Contains(classes(), class) {
		return "", fmt.Sprintf("The CSS class %s is not in the list of allowed classes.", shortened(class))
	}
	return class, ""
}

// declarations reads to the end of a rule.
func declarations(p *css.Parser, class string) (rule, problem string) {
	var list []string
	for {
		grammar, _, data := p.Next()
		switch grammar {
		case css.CommentGrammar:
		case css.EndRulesetGrammar:
			return strings.Join(list, ";"), ""
		case css.DeclarationGrammar:
			property := strings.ToLower(string(data))
			if !slices.Contains(properties(), property) {
				return "", fmt.Sprintf("The CSS property %s is not allowed in the class %s.", shortened(property), class)
			}
			value := p.Values()
			if !safeValue(value, false) {
				return "", fmt.Sprintf("The value of the CSS property %s in the class %s is not allowed.", property, class)
			}
			list = append(list, property+":"+joined(value))
		case css.CustomPropertyGrammar:
			return "", fmt.Sprintf("The CSS property %s is not allowed in the class %s.", shortened(string(data)), class)
		default:
			return "", notCSS
		}
	}
}

// shortened keeps what a message repeats of the input readable.
func shortened(text string) string {
	if runes := []rune(text); len(runes) > 128 {
		return string(runes[:128]) + "…"
	}
	return text
}
