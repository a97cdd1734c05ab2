package branding

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestCleanSVG(t *testing.T) {
	const open, end = `<svg xmlns="http://www.w3.org/2000/svg">`, `</svg>`
	for _, tt := range []struct{ name, in, want string }{
		{"a shape", open + `<path d="M0 0h1z" fill="#fff"/>` + end, open + `<path d="M0 0h1z" fill="#fff"></path>` + end},
		{"declaration, type, comments", `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><!-- a -->` + open + `<!-- b --><g/>` + end, open + `<g></g>` + end},
		{"no namespace", `<svg viewBox="0 0 1 1"><g/></svg>`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g></g></svg>`},
		{"a prefix", `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>`, open + `<g></g>` + end},
		{"script", open + `<script>alert(1)</script><g onclick="alert(1)" onload="x"/>` + end, open + `<g></g>` + end},
		{"script in another namespace", open + `<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>` + end, open + end},
		{"foreignObject", open + `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><g/></body></foreignObject>` + end, open + end},
		{"animation", open + `<a href="#x"><set attributeName="href" to="javascript:alert(1)"/></a>` + end, open + end},
		{"references", open + `<use href="#a"/><use xlink:href="#b"/><use href="//x/y#a"/><use href="javascript:alert(1)"/><image href="http://x/y"/>` + end,
			open + `<use href="#a"></use><use href="#b"></use><use></use><use></use>` + end},
		{"two names of one reference", open + `<use href="#a" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#b"/>` + end, open + `<use href="#a"></use>` + end},
		{"paint", open + `<g fill="url(#a)" stroke="url(http://x/#a)" mask="\75rl(//x)" filter="url(//x)"/>` + end, open + `<g fill="url(#a)"></g>` + end},
		{"style attribute", open + `<g style="fill:#fff;background:url(//x);stroke:url(#s);mask:url('//x');-inkscape-a:b"/>` + end, open + `<g style="fill:#fff;stroke:url(#s)"></g>` + end},
		{"a comment made of two signs", open + `<g style="fill-opacity:1 //**/* 2;fill:red"/>` + end, open + `<g style="fill:red"></g>` + end},
		{"style attribute with nothing left", open + `<g style="a:b;}"/>` + end, open + `<g></g>` + end},
		{"style element", open + `<style>@import url(//x);.a,.b > #c{fill:red;x:y}@media print{.a{fill:blue}}.d[e]{fill:red}.f{mask:url(//x)}</style>` + end,
			open + `<style>.a,.b&gt;#c{fill:red}</style>` + end},
		{"style element in CDATA", open + `<style><![CDATA[.a{fill:red}</style>]]></style>` + end, open + `<style>.a{fill:red}</style>` + end},
		{"text", open + `<text x="1">a &lt;b&gt; &amp; c</text>` + end, open + `<text x="1">a &lt;b&gt; &amp; c</text>` + end},
		{"editors' metadata", open + `<sodipodi:namedview xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"><g/></sodipodi:namedview><metadata><g/></metadata>` + end, open + end},
		{"behind the image", open + end + `<script/>`, open + end},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cleanSVG([]byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
	for name, in := range map[string]string{
		"nothing":        "",
		"text":           "hello",
		"another root":   `<html xmlns="http://www.w3.org/1999/xhtml"/>`,
		"another space":  `<svg xmlns="http://www.w3.org/1999/xhtml"/>`,
		"not closed":     open + "<g>",
		"entities":       `<!DOCTYPE svg [<!ENTITY a "b">]>` + open + "&a;" + end,
		"another coding": `<?xml version="1.0" encoding="UTF-16"?>` + open + end,
		"too deep":       open + strings.Repeat("<g>", svgDepth) + strings.Repeat("</g>", svgDepth) + end,
	} {
		if got, err := cleanSVG([]byte(in)); !errors.Is(err, errNotSVG) {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

// FuzzCleanSVG: what comes out is XML of nothing but allowed names, refers to
// nothing outside of itself, and comes out the same the second time.
func FuzzCleanSVG(f *testing.F) {
	f.Add([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:url(#x)}</style><path style="fill:red;a:b" d="M0"/><use xlink:href="#a"/></svg>`))
	f.Add([]byte(`<svg><script>x</script><g fill="url( '#a' ) none" onload="1"><![CDATA[<b>]]></g></svg>`))
	f.Add([]byte(`<svg><style>@media x{.a{fill:red}} /*</style>*/ .b{</style><text>&#x41;</text></svg>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		clean, err := cleanSVG(data)
		if err != nil {
			return
		}
		checkSVG(t, clean)
		again, err := cleanSVG(clean)
		if err != nil || string(again) != string(clean) {
			t.Fatalf("%s\nbecame %s, %v", clean, again, err)
		}
	})
}

func checkSVG(t *testing.T, clean []byte) {
	t.Helper()
	attributes := slices.Concat(svgAttributes(), svgLooks(), []string{"href", "style", "xmlns"})
	for d := xml.NewDecoder(strings.NewReader(string(clean))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", clean, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Space != svgSpace || !slices.Contains(svgElements(), start.Name.Local) {
			t.Fatalf("%s has %v", clean, start.Name)
		}
		for _, a := range start.Attr {
			bare := strings.NewReplacer(" ", "", "'", "", `"`, "").Replace(strings.ToLower(a.Value))
			outside := a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") ||
				strings.Contains(strings.ReplaceAll(bare, "url(#", ""), "url(")
			if a.Name.Space != "" || !slices.Contains(attributes, a.Name.Local) || outside && a.Name.Local != "xmlns" {
				t.Fatalf("%s has %v", clean, a)
			}
		}
	}
}
