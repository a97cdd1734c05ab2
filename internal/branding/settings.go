package branding

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// defaultSettings is the style of managed login that nobody changed (reference:
// hosted-ui-and-oauth §12.1). It is the schema too: a setting has a place in it,
// and is of the type that stands there.
//
//go:embed settings.json
var defaultSettings []byte

var (
	colour   = regexp.MustCompile(`^[0-9A-Fa-f]{8}$`)
	constant = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}$`)
)

const (
	maxRadius   = 1000 // of borders, in pixels
	maxProvider = 32   // characters of an identity provider's name
	maxListed   = 100  // entries of a list
)

// CheckSettings gives the sentence that refuses a Settings document, "" when it is
// right. It may leave out whatever it likes.
func CheckSettings(text json.RawMessage) (problem string) {
	return checkValue("", decodeJSON(defaultSettings), decodeJSON(text))
}

// MergeSettings lays a style's own settings over the defaults; own may be nil.
func MergeSettings(own json.RawMessage) json.RawMessage {
	merged := decodeJSON(defaultSettings)
	if own != nil {
		merged = merge(merged, decodeJSON(own))
	}
	text, err := json.Marshal(merged)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	return text
}

// Compact gives a document without its white space, otherwise as it was written.
func Compact(text json.RawMessage) json.RawMessage {
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		panic(err) // the request was JSON
	}
	return out.Bytes()
}

// decodeJSON reads a document that is known to be JSON. Numbers stay as they were
// written.
func decodeJSON(text []byte) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// merge lays own over base, object by object.
func merge(base, own any) any {
	members, ok := own.(map[string]any)
	into, isObject := base.(map[string]any)
	if !ok || !isObject {
		return own
	}
	out := maps.Clone(into)
	for name, value := range members {
		if have, there := out[name]; there {
			value = merge(have, value)
		}
		out[name] = value
	}
	return out
}

// checkValue compares a document with a model of it: what is not in the model is
// not known, and what is has the model's type. It gives the first problem.
func checkValue(path string, model, got any) string {
	switch m := model.(type) {
	case map[string]any:
		return checkObject(path, m, got)
	case []any:
		return checkList(path, m, got)
	case bool:
		if _, ok := got.(bool); !ok {
			return wrong(path, "must be true or false")
		}
	case json.Number:
		n, ok := got.(json.Number)
		if f, err := n.Float64(); !ok || err != nil || f < 0 || f > maxRadius {
			return wrong(path, fmt.Sprintf("must be a number from 0 to %d", maxRadius))
		}
	case string:
		return checkText(path, m, got)
	}
	return ""
}

func checkObject(path string, model map[string]any, got any) string {
	members, ok := got.(map[string]any)
	if !ok {
		return wrong(path, "must be an object")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		at := strings.TrimPrefix(path+"."+name, ".")
		of, known := model[name]
		switch {
		case known && at == "components.idpButton.custom":
			if problem := checkCustom(at, model["standard"], members[name]); problem != "" {
				return problem
			}
			continue
		case !known && optional(path, name):
			of, known = "00000000", true
		}
		if !known {
			return wrong(at, "is not known")
		}
		if problem := checkValue(at, of, members[name]); problem != "" {
			return problem
		}
	}
	return ""
}

// optional reports whether a colour may be set that has no default: the borders and
// texts of a drop-down's items.
func optional(path, name string) bool {
	return strings.HasPrefix(path, "componentClasses.dropDown.") && strings.Count(path, ".") == 3 &&
		(name == "itemBorderColor" || name == "itemTextColor")
}

// checkCustom checks the looks of single providers' buttons: an object of providers'
// names.
func checkCustom(path string, model, got any) string {
	members, ok := got.(map[string]any)
	if !ok {
		return wrong(path, "must be an object")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "" || len([]rune(name)) > maxProvider {
			return wrong(path, fmt.Sprintf("must have names of 1 to %d characters", maxProvider))
		}
		if problem := checkValue(path+"."+name, model, members[name]); problem != "" {
			return problem
		}
	}
	return ""
}

// checkList checks every entry against the model's first one; a model without any is of
// providers' names.
func checkList(path string, model []any, got any) string {
	entries, ok := got.([]any)
	if !ok || len(entries) > maxListed {
		return wrong(path, fmt.Sprintf("must be a list of at most %d entries", maxListed))
	}
	for i, entry := range entries {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(model) == 0 {
			if name, ok := entry.(string); !ok || name == "" || len([]rune(name)) > maxProvider {
				return wrong(at, "must be the name of an identity provider")
			}
			continue
		}
		if problem := checkValue(at, model[0], entry); problem != "" {
			return problem
		}
	}
	return ""
}

// checkText checks a colour, or one of a setting's constants. Where the constants are
// known only in part (reference: §12.1), any may stand.
func checkText(path, model string, got any) string {
	text, ok := got.(string)
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case !ok:
		return wrong(path, "must be a string")
	case colour.MatchString(model):
		if !colour.MatchString(text) {
			return wrong(path, "must be a color of 8 hexadecimal digits")
		}
	case name == "textKey":
		if text == "" || len(text) > 64 {
			return wrong(path, "must have 1 to 64 characters")
		}
	default:
		if known := constants(name); known != nil && !slices.Contains(known, text) {
			return wrong(path, "must be one of ["+strings.Join(known, ", ")+"]")
		}
		if !constant.MatchString(text) {
			return wrong(path, "is not valid")
		}
	}
	return ""
}

// constants lists the values of a setting whose values are all known.
func constants(name string) []string {
	switch name, _, _ := strings.Cut(name, "["); name {
	case "colorSchemeMode":
		return []string{"LIGHT", "DARK", "DYNAMIC"}
	case "horizontal", "vertical", "location":
		return []string{"START", "CENTER", "END"}
	case "formInclusion":
		return []string{"IN", "OUT"}
	case "enabledTypes":
		return []string{"ICO", "SVG"}
	}
	return nil
}

func wrong(path, what string) string {
	if path == "" {
		return "Settings " + what + "."
	}
	return "Settings are not valid: " + shortened(path) + " " + what + "."
}
