package branding_test

import (
	"strings"
	"testing"

	"idpond/internal/branding"
)

func TestStylesheet(t *testing.T) {
	for _, tt := range []struct{ name, css, want string }{
		{"nothing", "", ""},
		{"a rule", ".label-customizable { font-weight: 400; }", ".label-customizable{font-weight:400}\n"},
		{"comments, no last semicolon", "/* a */ .label-customizable {/* b */ color : #fff /* c */; font-weight:bold}", ".label-customizable{color:#fff;font-weight:bold}\n"},
		{"capitals of a property", ".label-customizable { COLOR: Red }", ".label-customizable{color:Red}\n"},
		{"states", ".inputField-customizable:focus{border-color:#66afe9;outline:0}\n.submitButton-customizable:hover{color:#fff}",
			".inputField-customizable:focus{border-color:#66afe9;outline:0}\n.submitButton-customizable:hover{color:#fff}\n"},
		{"several values", ".banner-customizable{padding:25px 0px 25px 0px;background-color:rgba(0, 10, 20, .5)}",
			".banner-customizable{padding:25px 0px 25px 0px;background-color:rgba(0,10,20,.5)}\n"},
		{"the template's extras", ".socialButton-customizable{border-radius:2px;padding:1px;text-align:left}", ".socialButton-customizable{border-radius:2px;padding:1px;text-align:left}\n"},
		{"important", ".redirect-customizable{display:none !important}", ".redirect-customizable{display:none!important}\n"},
		{"fonts", `.label-customizable{font-family:"Segoe UI", Arial}`, `.label-customizable{font-family:"Segoe UI",Arial}` + "\n"},
		{"an empty rule", ".redirect-customizable { }", ".redirect-customizable{}\n"},
		{"a rule that isn't closed", ".label-customizable{color:red", ".label-customizable{color:red}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, problem := branding.Stylesheet(tt.css); got != tt.want || problem != "" {
				t.Errorf("got %q, %q, want %q", got, problem, tt.want)
			}
			if again, problem := branding.Stylesheet(tt.want); again != tt.want || problem != "" {
				t.Errorf("the safe form became %q, %q", again, problem)
			}
		})
	}
}

func TestRefusedStylesheets(t *testing.T) {
	const unknown = " is not in the list of allowed classes."
	value := func(of string) string {
		return "The value of the CSS property " + of + " in the class label-customizable is not allowed."
	}
	for _, tt := range []struct{ css, want string }{
		{".foo{color:red}", "The CSS class foo" + unknown},
		{"body{color:red}", "The CSS class body" + unknown},
		{"*{color:red}", "The CSS class *" + unknown},
		{"label-customizable{color:red}", "The CSS class label-customizable" + unknown},
		{".label-customizable:hover{color:red}", "The CSS class label-customizable:hover" + unknown},
		{".label-customizable::after{color:red}", "The CSS class label-customizable::after" + unknown},
		{".label-customizable .banner-customizable{color:red}", "The CSS class label-customizable .banner-customizable" + unknown},
		{".label-customizable>a{color:red}", "The CSS class label-customizable>a" + unknown},
		{".label-customizable[a=b]{color:red}", "The CSS class label-customizable[a=b]" + unknown},
		{".label-customizable, .banner-customizable{color:red}", "A CSS rule can have only one selector: .label-customizable,.banner-customizable"},
		{"@import url(//x);", "The CSS rule @import is not allowed."},
		{"@media print{.label-customizable{color:red}}", "The CSS rule @media is not allowed."},
		{"@font-face{src:url(x)}", "The CSS rule @font-face is not allowed."},
		{".label-customizable{position:fixed}", "The CSS property position is not allowed in the class label-customizable."},
		{".label-customizable{--x:1}", "The CSS property --x is not allowed in the class label-customizable."},
		{".label-customizable{background:url(//x/y)}", value("background")},
		{".label-customizable{background:url( '//x' )}", value("background")},
		{".label-customizable{background:\\75rl(//x)}", value("background")},
		{".label-customizable{background:image-set('x' 1x)}", value("background")},
		{".label-customizable{width:expression(alert(1))}", value("width")},
		{".label-customizable{color:var(--x)}", value("color")},
		{".label-customizable{font-family:'</style>'}", value("font-family")},
		{".label-customizable{color:}", value("color")},
		{".label-customizable{margin:1px //**/* 2px}.redirect-customizable{color:red}", value("margin")},
		{".label-customizable{width:calc(1px", value("width")},
		{".label-customizable{color:red}}", "The CSS is not valid."},
		{".label-customizable{color}", "The CSS is not valid."},
		{".label-customizable{.a{color:red}}", "The CSS is not valid."},
		{".label-customizable", "The CSS is not valid."},
		{"<!-- .label-customizable{color:red} -->", "The CSS is not valid."},
		{"</style><script>alert(1)</script>", "The CSS is not valid."},
	} {
		if got, problem := branding.Stylesheet(tt.css); got != "" || problem != tt.want {
			t.Errorf("%s\n got %q, %q\nwant %q", tt.css, got, problem, tt.want)
		}
	}
}

// FuzzStylesheet: what is let through holds nothing that loads or leaves the sheet,
// and is let through unchanged the second time.
func FuzzStylesheet(f *testing.F) {
	f.Add(".label-customizable{color:#fff;font-family:'a b'}/*x*/.redirect-customizable{}")
	f.Add(".label-customizable{background:url(//x)}@media x{}")
	f.Add(".label-customizable{width:calc(1px + (2% * 3))")
	f.Add(".inputField-customizable:focus{a:\\;b:\"\\\"}")
	f.Fuzz(func(t *testing.T, text string) {
		safe, problem := branding.Stylesheet(text)
		if problem != "" {
			return
		}
		for _, bad := range []string{"<", "@", "\\", "url", "expression", "var(", "/*"} {
			if strings.Contains(strings.ToLower(safe), bad) && !harmless(safe, bad) {
				t.Fatalf("%q has %q", safe, bad)
			}
		}
		again, problem := branding.Stylesheet(safe)
		if again != safe || problem != "" {
			t.Fatalf("%q became %q, %s", safe, again, problem)
		}
	})
}

// harmless reports whether bad stands in safe as a part of a word, as in a font's
// name, and never before a parenthesis.
func harmless(safe, bad string) bool {
	return (bad == "url" || bad == "expression") && !strings.Contains(strings.ToLower(safe), bad+"(")
}
