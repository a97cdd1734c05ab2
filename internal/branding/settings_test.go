package branding_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/branding"
)

func TestCheckSettings(t *testing.T) {
	all, err := os.ReadFile("settings.json")
	if err != nil {
		t.Fatal(err)
	}
	const not = "Settings are not valid: "
	for _, tt := range []struct{ name, settings, want string }{
		{"the defaults", string(all), ""},
		{"nothing", `{}`, ""},
		{"a part", `{"components":{"form":{"borderRadius":0,"lightMode":{"backgroundColor":"ABCDEF01"}}}}`, ""},
		{"a button of one provider", `{"components":{"idpButton":{"custom":{"Google":{"lightMode":{"hover":{"textColor":"00000000"}}}}}}}`, ""},
		{"colours without defaults", `{"componentClasses":{"dropDown":{"lightMode":{"defaults":{"itemBorderColor":"00000000"}}}}}`, ""},
		{"an order of providers", `{"categories":{"auth":{"federation":{"interfaceStyle":"DOMAIN_INPUT","order":["Google","corp"]}}}}`, ""},
		{"no object", `[]`, "Settings must be an object."},
		{"null", `null`, "Settings must be an object."},
		{"a fourth member", `{"component":{}}`, not + "component is not known."},
		{"an unknown component", `{"components":{"logo":{}}}`, not + "components.logo is not known."},
		{"an unknown member", `{"components":{"form":{"lightMode":{"color":"00000000"}}}}`, not + "components.form.lightMode.color is not known."},
		{"no colour", `{"components":{"form":{"lightMode":{"borderColor":"red"}}}}`, not + "components.form.lightMode.borderColor must be a color of 8 hexadecimal digits."},
		{"a colour with a hash", `{"components":{"pageBackground":{"darkMode":{"color":"#000000ff"}}}}`, not + "components.pageBackground.darkMode.color must be a color of 8 hexadecimal digits."},
		{"a number as text", `{"componentClasses":{"buttons":{"borderRadius":"8"}}}`, not + "componentClasses.buttons.borderRadius must be a number from 0 to 1000."},
		{"below nothing", `{"componentClasses":{"buttons":{"borderRadius":-1}}}`, not + "componentClasses.buttons.borderRadius must be a number from 0 to 1000."},
		{"far too large", `{"componentClasses":{"buttons":{"borderRadius":1e999}}}`, not + "componentClasses.buttons.borderRadius must be a number from 0 to 1000."},
		{"text for a switch", `{"components":{"form":{"logo":{"enabled":"true"}}}}`, not + "components.form.logo.enabled must be true or false."},
		{"a number for text", `{"components":{"form":{"logo":{"location":1}}}}`, not + "components.form.logo.location must be a string."},
		{"another place", `{"components":{"form":{"logo":{"location":"LEFT"}}}}`, not + "components.form.logo.location must be one of [START, CENTER, END]."},
		{"another type of icon", `{"components":{"favicon":{"enabledTypes":["PNG"]}}}`, not + "components.favicon.enabledTypes[0] must be one of [ICO, SVG]."},
		{"no constant", `{"categories":{"global":{"spacingDensity":"a b"}}}`, not + "categories.global.spacingDensity is not valid."},
		{"no list", `{"components":{"favicon":{"enabledTypes":"ICO"}}}`, not + "components.favicon.enabledTypes must be a list of at most 100 entries."},
		{"a list in a list", `{"categories":{"auth":{"authMethodOrder":[[{"display":"BUTTON","kind":"X"}]]}}}`, not + "categories.auth.authMethodOrder[0][0].kind is not known."},
		{"no name", `{"categories":{"auth":{"federation":{"order":[1]}}}}`, not + "categories.auth.federation.order[0] must be the name of an identity provider."},
		{"a button of nobody", `{"components":{"idpButton":{"custom":{"":{}}}}}`, not + "components.idpButton.custom must have names of 1 to 32 characters."},
		{"null inside", `{"components":{"form":null}}`, not + "components.form must be an object."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := branding.CheckSettings(json.RawMessage(tt.settings)); got != tt.want {
				t.Errorf("%s\n got %q\nwant %q", tt.settings, got, tt.want)
			}
		})
	}
}

func TestMergeSettings(t *testing.T) {
	all, err := os.ReadFile("settings.json")
	if err != nil {
		t.Fatal(err)
	}
	defaults := string(branding.MergeSettings(nil))
	if diff := cmp.Diff(parsed(t, string(all)), parsed(t, defaults)); diff != "" {
		t.Error(diff)
	}
	if problem := branding.CheckSettings(json.RawMessage(defaults)); problem != "" {
		t.Error(problem)
	}
	own := `{"components":{"favicon":{"enabledTypes":["SVG"]},"form":{"borderRadius":3.50},"idpButton":{"custom":{"Google":{}}}}}`
	got := string(branding.MergeSettings(json.RawMessage(own)))
	want := strings.NewReplacer(
		`"enabledTypes":["ICO","SVG"]`, `"enabledTypes":["SVG"]`,
		`"form":{"backgroundImage":{"enabled":false},"borderRadius":8.0`, `"form":{"backgroundImage":{"enabled":false},"borderRadius":3.50`,
		`"custom":{}`, `"custom":{"Google":{}}`,
	).Replace(defaults)
	if diff := cmp.Diff(want, got); diff != "" || got == defaults {
		t.Error(diff)
	}
	if got := branding.Compact(json.RawMessage(" {\n \"a\" : 8.0 } ")); string(got) != `{"a":8.0}` {
		t.Errorf("compact: %s", got)
	}
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
