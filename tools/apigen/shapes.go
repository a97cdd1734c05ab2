package main

import (
	"fmt"
	"math"
	"strings"
)

// writeShapes writes the constraints of everything that a request can hold, as
// tables for cognito/api's decoder. Members stand in the order of the struct's fields.
func writeShapes(f *facts) (string, error) {
	var w strings.Builder
	patterns := map[string]string{} // Java's text → variable
	w.WriteString("var (\n")
	for _, s := range f.Shapes {
		if s.Pattern == "" || !f.inputs[s.Name] || patterns[s.Pattern] != "" {
			continue
		}
		re2, err := translate(s.Pattern)
		if err != nil {
			return "", fmt.Errorf("pattern of %s: %w", s.Name, err)
		}
		patterns[s.Pattern] = fmt.Sprintf("pattern%d", len(patterns)+1)
		fmt.Fprintf(&w, "%s = newPattern(%s, %s)\n", patterns[s.Pattern], quote(s.Pattern), quote(re2))
	}
	w.WriteString(")\n\nvar (\n")
	for _, s := range f.Shapes {
		if f.inputs[s.Name] {
			fmt.Fprintf(&w, "%s = &shape{%s}\n", shapeVar(s.Name), f.shapeFields(s, patterns))
		}
	}
	w.WriteString(")\n")
	return w.String(), nil
}

func (f *facts) shapeFields(s *shape, patterns map[string]string) string {
	var w strings.Builder
	fmt.Fprintf(&w, "kind: kind%s", strings.ToUpper(s.Kind[:1])+s.Kind[1:])
	if s.Secret {
		w.WriteString(", secret: true")
	}
	lo, hi := "noMin", "noMax"
	if s.Min != nil && *s.Min > math.MinInt64 {
		lo = fmt.Sprint(*s.Min)
	}
	if s.Max != nil {
		hi = fmt.Sprint(*s.Max)
	}
	if s.Kind != "structure" && s.Kind != "boolean" && s.Kind != "document" {
		fmt.Fprintf(&w, ", min: %s, max: %s", lo, hi)
	}
	if s.Pattern != "" {
		fmt.Fprintf(&w, ", pattern: %s", patterns[s.Pattern])
	}
	if s.Enum != nil {
		fmt.Fprintf(&w, ", enum: %#v", s.Enum)
	}
	if s.Key != "" {
		fmt.Fprintf(&w, ", key: %s", shapeVar(s.Key))
	}
	if s.Of != "" {
		fmt.Fprintf(&w, ", of: %s", shapeVar(s.Of))
	}
	if s.Members != nil {
		w.WriteString(", members: []member{\n")
		for _, m := range s.Members {
			fmt.Fprintf(&w, "{name: %q, path: %q, shape: %s", m.Name, lowerFirst(m.Name), shapeVar(m.Shape))
			if m.Required {
				w.WriteString(", required: true")
			}
			w.WriteString("},\n")
		}
		w.WriteString("}")
	}
	return w.String()
}

func shapeVar(name string) string { return "shapeOf" + name }

func quote(s string) string {
	if strings.Contains(s, "`") {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

// classNames are the Go names of the caller classes of facts.json.
var classNames = map[string]string{
	"signed": "Signed", "accessToken": "AccessToken",
	"accessTokenOrSession": "AccessTokenOrSession", "public": "Public",
}

// writeOperations writes the table of operations, in order of their names.
func writeOperations(f *facts) (string, error) {
	var w strings.Builder
	w.WriteString("import \"reflect\"\n\n")
	fmt.Fprintf(&w, "// The service's names for itself.\nconst (\n")
	fmt.Fprintf(&w, "\tTarget = %q // stands before the dot of X-Amz-Target\n", f.Service.Target)
	fmt.Fprintf(&w, "\tSigningName = %q // the service of SigV4 signatures\n)\n\n", f.Service.Signing)
	w.WriteString("var operations = []*Operation{\n")
	for _, o := range f.Operations {
		class := classNames[o.Caller]
		if class == "" {
			return "", fmt.Errorf("%s: unknown caller %q", o.Name, o.Caller)
		}
		fmt.Fprintf(&w, "{\nName: %q, Class: %s,\nIn: reflect.TypeFor[%s](),", o.Name, class, o.In)
		if o.Out != "" {
			fmt.Fprintf(&w, " Out: reflect.TypeFor[%s](),", o.Out)
		}
		if o.Page != nil {
			fmt.Fprintf(&w, "\nPage: &Page{Token: %q, Next: %q, Limit: %q, Items: %q},", o.Page.Token, o.Page.Next, o.Page.Limit, o.Page.Items)
		}
		fmt.Fprintf(&w, "\nErrors: %#v,\nshape: %s,\n},\n", o.Errors, shapeVar(o.In))
	}
	w.WriteString("}\n")
	return w.String(), nil
}
