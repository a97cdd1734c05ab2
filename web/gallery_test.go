package web_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"idpond/web"
)

// TestEveryPage holds every state of every page against what all of them promise.
func TestEveryPage(t *testing.T) {
	frame := web.Frame{Stylesheet: "/s.css", Theme: "/t.css", Script: "/s.js", Icon: "/i.svg"}
	seen := map[string]bool{}
	for _, item := range web.Gallery(frame) {
		t.Run(item.Name, func(t *testing.T) {
			if seen[item.Name] {
				t.Error("there are two of this name")
			}
			seen[item.Name] = true
			doc := page(t, item.Component)
			checkDocument(t, doc)
			checkPolicy(t, doc)
			checkNames(t, doc)
			doc.Find("input[type=password]").Each(func(_ int, s *goquery.Selection) {
				if value, ok := s.Attr("value"); ok {
					t.Errorf("the password %q is sent back", value)
				}
			})
		})
	}
}

// TestScriptsProblems: what only the script of the passkey pages shows is shown in the
// gallery too, each in a state of its own.
func TestScriptsProblems(t *testing.T) {
	waiting, shown := map[string]bool{}, map[string]int{}
	for _, item := range web.Gallery(web.Frame{}) {
		problems := page(t, item.Component).Find("[data-passkey-problem]")
		for _, p := range problems.EachIter() {
			waiting[words(p)] = true
		}
		for _, p := range problems.Not("[hidden]").EachIter() {
			shown[words(p)]++
		}
	}
	for sentence := range waiting {
		if shown[sentence] != 1 {
			t.Errorf("%q is shown in %d states", sentence, shown[sentence])
		}
	}
	if len(waiting) != 5 {
		t.Errorf("%d problems", len(waiting))
	}
}

// checkDocument: one language, one title, one first heading and no level skipped.
func checkDocument(t *testing.T, doc *goquery.Document) {
	t.Helper()
	if doc.Find("html").AttrOr("lang", "") != "en" || words(doc.Find("title")) == "" || doc.Find("h1").Length() != 1 || doc.Find("main").Length() != 1 {
		t.Error("language, title, main or first heading is missing or double")
	}
	if doc.Find("h3, h4").Length() > 0 {
		t.Error("a heading skips a level")
	}
	if styles := doc.Find("link[rel=stylesheet]"); styles.Length() != 2 || styles.Last().AttrOr("href", "") != "/t.css" {
		t.Error("the theme does not follow the style sheet")
	}
}

// checkPolicy: nothing that a policy without 'unsafe-inline' would refuse.
func checkPolicy(t *testing.T, doc *goquery.Document) {
	t.Helper()
	if n := doc.Find("style, [style], script:not([src]), base, iframe, object, embed").Length(); n > 0 {
		t.Errorf("%d inline or foreign elements", n)
	}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has %s=%q", goquery.NodeName(s), a.Key, a.Val)
			}
		}
	})
}

// checkNames: ids are unique, inputs have labels, references lead somewhere,
// buttons and links say what they do, and no form is there twice.
func checkNames(t *testing.T, doc *goquery.Document) {
	t.Helper()
	ids, forms := map[string]bool{}, map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("id", ""); ids[id] {
			t.Errorf("two elements have the id %q", id)
		} else {
			ids[id] = true
		}
	})
	doc.Find("form[name]").Each(func(_ int, s *goquery.Selection) {
		if name := s.AttrOr("name", ""); forms[name] {
			t.Errorf("the form %s is there twice", name)
		} else {
			forms[name] = true
		}
	})
	doc.Find("input:not([type=hidden], [type=submit], [hidden])").Each(func(_ int, s *goquery.Selection) {
		if words(doc.Find(fmt.Sprintf("label[for=%q]", s.AttrOr("id", "")))) == "" {
			t.Errorf("the input %s has no label", s.AttrOr("name", ""))
		}
		if s.AttrOr("autocomplete", "") == "" {
			t.Errorf("the input %s leaves autocompletion to luck", s.AttrOr("name", ""))
		}
	})
	for _, reference := range []string{"aria-describedby", "aria-labelledby", "data-copy", "data-reveal", "data-rules-of"} {
		doc.Find("[" + reference + "]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr(reference, "")) {
				if !ids[id] {
					t.Errorf("%s leads to %q, which is not there", reference, id)
				}
			}
		})
	}
	doc.Find("a, button").Each(func(_ int, s *goquery.Selection) {
		if words(s) == "" || goquery.NodeName(s) == "a" && s.AttrOr("href", "") == "" {
			t.Errorf("a %s without words or address", goquery.NodeName(s))
		}
	})
	focus := doc.Find("[autofocus]")
	if focus.Length() > 1 {
		t.Errorf("%d elements want the focus", focus.Length())
	}
	alert, ok := doc.Find("[role=alert]").Attr("id")
	if described := strings.Fields(focus.AttrOr("aria-describedby", "")); ok && focus.Is("input") && !slices.Contains(described, alert) {
		t.Errorf("the alert %s isn't read with the input that has the focus, but %v", alert, described)
	}
}

const hostileText, hostileURL = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&lt;`, `javascript:alert(1)//"><script>alert(1)</script>`

// TestHostileValues fills every string of every view model with mark-up, or with
// a script's address, and looks for either in the page.
func TestHostileValues(t *testing.T) {
	for _, hostile := range []string{hostileText, hostileURL} {
		for _, c := range []templ.Component{
			web.LoginPage(filled[web.Login](hostile, "SignedIn")), web.LoginPage(filled[web.Login](hostile)),
			web.SignUpPage(filled[web.SignUp](hostile)), web.ConfirmPage(filled[web.Confirm](hostile)),
			web.ForgotPasswordPage(filled[web.ForgotPassword](hostile)), web.ResetPasswordPage(filled[web.ResetPassword](hostile)),
			web.ChoicePage(filled[web.Choice](hostile)), web.ChoicePage(firstFactor(filled[web.Choice](hostile))),
			web.OneTimeCodePage(filled[web.OneTimeCode](hostile)), web.PasswordStepPage(filled[web.PasswordStep](hostile)),
			web.AppSetupPage(filled[web.AppSetup](hostile)), web.AddressSetupPage(filled[web.AddressSetup](hostile)),
			web.PasskeySignInPage(filled[web.PasskeySignIn](hostile)), web.AddPasskeyPage(filled[web.AddPasskey](hostile)),
			web.NewPasswordPage(filled[web.NewPassword](hostile)), web.ErrorPage(filled[web.Error](hostile)), web.NoticePage(filled[web.Notice](hostile)),
			web.IndexPage(filled[web.Index](hostile)), web.InboxPage(filled[web.Inbox](hostile)),
			web.DemoPage(filled[web.Demo](hostile)), web.DemoSignedInPage(filled[web.DemoSignedIn](hostile)),
		} {
			doc := page(t, c)
			heading := words(doc.Find("h1"))
			if n := doc.Find("script, [onerror], img:not(.brand img)").Length(); n > 0 {
				t.Errorf("%s: %d elements came out of values", heading, n)
			}
			for _, attribute := range []string{"href", "action"} {
				doc.Find("body [" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
					if strings.HasPrefix(s.AttrOr(attribute, ""), "javascript:") {
						t.Errorf("%s: %s runs a script", heading, goquery.NodeName(s))
					}
				})
			}
			if strings.Count(doc.Text(), "alert(1)") == 0 {
				t.Errorf("%s shows nothing of what it was given", heading)
			}
		}
	}
}

// firstFactor makes a choice one that names the user.
func firstFactor(v web.Choice) web.Choice {
	v.Of = web.FirstFactor
	return v
}

// filled is a view model with every string set to s but the named fields and
// those that only the server itself fills.
func filled[T any](s string, except ...string) (v T) {
	fill(reflect.ValueOf(&v).Elem(), s, append(except, "Text", "Stylesheet", "Theme", "Script", "PasskeyScript", "Icon", "Kind"))
	return v
}

func fill(v reflect.Value, s string, except []string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(s == hostileText)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), s, except)
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			skip := false
			for _, e := range except {
				skip = skip || e == name && (e != "Text" || v.Type() == reflect.TypeFor[web.Frame]())
			}
			if !skip && v.Field(i).CanSet() {
				fill(v.Field(i), s, except)
			}
		}
	}
}
