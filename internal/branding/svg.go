package branding

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	svgDepth   = 100 // elements inside of each other
)

var errNotSVG = errors.New("branding: not an SVG image")

// svgElements lists what may stand in an SVG image: shapes, text, gradients,
// filters. There is nothing that runs (script, animations that set attributes),
// nothing that holds another language (foreignObject), and nothing that loads
// (image, feImage, a).
func svgElements() []string {
	return []string{
		"svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "style",
		"path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
		"text", "tspan", "textPath",
		"linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker",
		"filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
		"feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
		"feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting",
		"feSpotLight", "feTile", "feTurbulence",
	}
}

// svgAttributes lists the attributes that any of them may have beside svgLooks,
// style and href.
func svgAttributes() []string {
	return []string{
		"id", "class", "version", "viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "z",
		"cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "d", "points", "pathLength", "transform", "dx", "dy", "rotate",
		"textLength", "lengthAdjust", "startOffset", "method", "spacing", "side",
		"offset", "gradientUnits", "gradientTransform", "spreadMethod",
		"patternUnits", "patternContentUnits", "patternTransform", "clipPathUnits", "maskUnits", "maskContentUnits",
		"markerUnits", "markerWidth", "markerHeight", "orient", "refX", "refY",
		"filterUnits", "primitiveUnits", "in", "in2", "result", "mode", "type", "values", "tableValues", "slope", "intercept",
		"amplitude", "exponent", "operator", "k1", "k2", "k3", "k4", "order", "kernelMatrix", "divisor", "bias", "targetX",
		"targetY", "edgeMode", "kernelUnitLength", "preserveAlpha", "surfaceScale", "diffuseConstant", "specularConstant",
		"specularExponent", "scale", "xChannelSelector", "yChannelSelector", "azimuth", "elevation", "stdDeviation", "radius",
		"pointsAtX", "pointsAtY", "pointsAtZ", "limitingConeAngle", "baseFrequency", "numOctaves", "seed", "stitchTiles",
	}
}

// svgLooks lists what is an attribute and a property of CSS alike.
func svgLooks() []string {
	return []string{
		"alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color", "color-interpolation",
		"color-interpolation-filters", "direction", "display", "dominant-baseline", "fill", "fill-opacity", "fill-rule",
		"filter", "flood-color", "flood-opacity", "font-family", "font-size", "font-size-adjust", "font-stretch", "font-style",
		"font-variant", "font-weight", "image-rendering", "isolation", "letter-spacing", "lighting-color", "marker-end",
		"marker-mid", "marker-start", "mask", "mask-type", "mix-blend-mode", "opacity", "overflow", "paint-order",
		"shape-rendering", "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap",
		"stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "text-decoration",
		"text-rendering", "unicode-bidi", "vector-effect", "visibility", "word-spacing", "writing-mode",
	}
}

var (
	localHref  = regexp.MustCompile(`^#[A-Za-z0-9_.:-]+$`)
	localPaint = regexp.MustCompile(`^url\(\s*["']?#[A-Za-z0-9_.:-]+["']?\s*\)(?:\s+[#A-Za-z0-9]+)?$`)
)

// cleanSVG rebuilds an SVG image from what is allowed in one. The rest is left
// out, comments and instructions too. The error is of what is not an SVG image.
func cleanSVG(data []byte) ([]byte, error) {
	c := &svgCleaner{in: xml.NewDecoder(strings.NewReader(string(data)))}
	c.elements, c.attributes = svgElements(), slices.Concat(svgAttributes(), svgLooks())
	for {
		token, err := c.in.Token()
		if err != nil {
			return nil, errNotSVG
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue // a declaration, a comment, or space in front of the image
		}
		if start.Name.Local != "svg" || !c.keeps(start.Name) {
			return nil, errNotSVG
		}
		if err := c.element(start, 1); err != nil {
			return nil, errNotSVG
		}
		return []byte(c.out.String()), nil
	}
}

// svgCleaner copies what is allowed from in to out.
type svgCleaner struct {
	in                   *xml.Decoder
	out                  strings.Builder
	elements, attributes []string
}

func (c *svgCleaner) keeps(name xml.Name) bool {
	return (name.Space == svgSpace || name.Space == "") && slices.Contains(c.elements, name.Local)
}

// element copies an element whose start was read, up to its end.
func (c *svgCleaner) element(start xml.StartElement, depth int) error {
	if depth > svgDepth {
		return errNotSVG
	}
	name := start.Name.Local
	c.out.WriteString("<" + name)
	if depth == 1 {
		c.out.WriteString(` xmlns="` + svgSpace + `"`)
	}
	c.writeAttributes(start.Attr)
	c.out.WriteString(">")
	if err := c.content(name, depth); err != nil {
		return err
	}
	c.out.WriteString("</" + name + ">")
	return nil
}

// content copies what stands in an element, and reads its end.
func (c *svgCleaner) content(name string, depth int) error {
	var sheet strings.Builder
	for {
		token, err := c.in.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if name == "style" || !c.keeps(t.Name) {
				err = c.in.Skip()
			} else {
				err = c.element(t, depth+1)
			}
			if err != nil {
				return err
			}
		case xml.CharData:
			if name == "style" {
				sheet.Write(t)
			} else if err := xml.EscapeText(&c.out, t); err != nil {
				return err
			}
		case xml.EndElement:
			return xml.EscapeText(&c.out, []byte(svgSheet(sheet.String())))
		}
	}
}

// writeAttributes writes the allowed ones, each name once.
func (c *svgCleaner) writeAttributes(list []xml.Attr) {
	seen := map[string]bool{}
	for _, a := range list {
		name, value := a.Name.Local, a.Value
		isHref := name == "href" && (a.Name.Space == "" || a.Name.Space == xlinkSpace || a.Name.Space == "xlink")
		switch {
		case isHref:
			if !localHref.MatchString(value) {
				continue
			}
		case a.Name.Space != "":
			continue
		case name == "style":
			if value = svgDeclarations(newCSS(value, true), css.ErrorGrammar); value == "" {
				continue
			}
		case !slices.Contains(c.attributes, name) || !localValue(value):
			continue
		}
		if !seen[name] {
			seen[name] = true
			c.out.WriteString(" " + name + `="`)
			_ = xml.EscapeText(&c.out, []byte(value)) // a strings.Builder does not fail
			c.out.WriteString(`"`)
		}
	}
}

// localValue refuses what names something outside of the image. A backslash could
// hide it, because looks are read as CSS.
func localValue(value string) bool {
	lower := strings.ToLower(value)
	if strings.ContainsAny(value, `\<`) {
		return false
	}
	if strings.Contains(lower, "url") || strings.Contains(lower, "image") && strings.Contains(lower, "(") {
		return localPaint.MatchString(value)
	}
	return true
}

// svgSheet keeps of a style element's sheet the rules with plain selectors and
// safe looks.
func svgSheet(text string) string {
	p := newCSS(text, false)
	var out strings.Builder
	nested := 0 // at-rules around
	for {
		switch grammar, _, _ := p.Next(); grammar {
		case css.ErrorGrammar:
			if !p.HasParseError() {
				return out.String()
			}
		case css.BeginAtRuleGrammar:
			nested++
		case css.EndAtRuleGrammar:
			nested--
		case css.BeginRulesetGrammar:
			selector, plain := joined(p.Values()), plainSelector(p.Values())
			if rule := svgDeclarations(p, css.EndRulesetGrammar); plain && nested == 0 && rule != "" {
				out.WriteString(selector + "{" + rule + "}")
			}
		}
	}
}

// plainSelector reports whether a selector has only names, classes and ids.
func plainSelector(tokens []css.Token) bool {
	for _, t := range tokens {
		switch t.TokenType {
		case css.IdentToken:
			if !plainWord.Match(t.Data) {
				return false
			}
		case css.HashToken:
			if !localHref.Match(t.Data) {
				return false
			}
		case css.DelimToken:
			if !strings.ContainsAny(string(t.Data), ".*>") {
				return false
			}
		case css.CommaToken, css.WhitespaceToken:
		default:
			return false
		}
	}
	return len(tokens) > 0
}

// svgDeclarations keeps the safe looks of a style attribute or a rule, to its end.
func svgDeclarations(p *css.Parser, end css.GrammarType) string {
	var list []string
	for {
		grammar, _, data := p.Next()
		switch {
		case grammar == end && !(grammar == css.ErrorGrammar && p.HasParseError()),
			grammar == css.ErrorGrammar && !p.HasParseError() && errors.Is(p.Err(), io.EOF):
			return strings.Join(list, ";")
		case grammar == css.DeclarationGrammar:
			property := strings.ToLower(string(data))
			if slices.Contains(svgLooks(), property) && safeValue(p.Values(), true) {
				list = append(list, property+":"+joined(p.Values()))
			}
		}
	}
}
