package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// idWord finds "Id" as a word of its own: not in Identifier, Idp or Identity.
var idWord = regexp.MustCompile(`Id([A-Z]|$)`)

// goName gives the Go name of a member: the service's spelling with an upper
// first letter, and ID for the word Id.
func goName(name string) string {
	name = strings.ToUpper(name[:1]) + name[1:]
	return idWord.ReplaceAllString(name, "ID$1")
}

// goType gives the Go type of a member.
func (f *facts) goType(m member) string {
	s := f.byName[m.Shape]
	optional := map[bool]string{false: "*"}[m.Required]
	switch s.Kind {
	case "string":
		return optional + "string"
	case "integer":
		return optional + "int"
	case "long":
		return optional + "int64"
	case "boolean":
		return optional + "bool"
	case "timestamp":
		return "Time"
	case "blob":
		return "[]byte"
	case "document":
		return "json.RawMessage"
	case "list":
		if of := f.byName[s.Of]; of.Kind == "structure" {
			return "[]" + of.Name
		}
		return "[]string"
	case "map":
		return "map[string]string"
	}
	return "*" + s.Name
}

// note says in a few words what a member may hold.
func (f *facts) note(m member) string {
	s := f.byName[m.Shape]
	var words []string
	if m.Required {
		words = append(words, "required")
	}
	if s.Kind == "list" && f.byName[s.Of].Enum != nil {
		words = append(words, "of "+strings.Join(f.byName[s.Of].Enum, ", "))
	}
	if s.Enum != nil {
		words = append(words, strings.Join(s.Enum, ", "))
	}
	if bounds := bounds(s); bounds != "" {
		words = append(words, bounds)
	}
	if words == nil {
		return ""
	}
	return " // " + strings.Join(words, "; ")
}

func bounds(s *shape) string {
	unit := map[string]string{"string": " characters", "list": " items", "map": " items", "blob": " bytes"}[s.Kind]
	switch {
	case s.Min != nil && s.Max != nil && *s.Min == *s.Max:
		return fmt.Sprintf("%d%s", *s.Min, unit)
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf("%d–%d%s", *s.Min, *s.Max, unit)
	case s.Min != nil:
		return fmt.Sprintf("at least %d%s", *s.Min, unit)
	case s.Max != nil:
		return fmt.Sprintf("at most %d%s", *s.Max, unit)
	}
	return ""
}

// structure writes one Go struct. What is not set is left out of answers, never null.
func (f *facts) structure(w *strings.Builder, s *shape, doc string) {
	fmt.Fprintf(w, "// %s %s\ntype %s struct {\n", s.Name, doc, s.Name)
	for _, m := range s.Members {
		t, option := f.goType(m), ",omitzero"
		if m.Required && !strings.ContainsAny(t[:1], "*[mjT") {
			option = ""
		}
		fmt.Fprintf(w, "\t%s %s `json:%q`%s\n", goName(m.Name), t, m.Name+option, f.note(m))
	}
	w.WriteString("}\n\n")
}

// writeTypes writes the structures that are neither a request nor a response.
func writeTypes(f *facts) (string, error) {
	ends := map[string]bool{}
	for _, o := range f.Operations {
		ends[o.In], ends[o.Out] = true, true
	}
	var w strings.Builder
	for _, s := range f.Shapes {
		if s.Kind == "structure" && !ends[s.Name] {
			f.structure(&w, s, "is a structure of the API.")
		}
	}
	return imports(w.String()) + w.String(), nil
}

func writeResponses(f *facts) (string, error) {
	var w strings.Builder
	for _, o := range f.Operations {
		if o.Out != "" {
			f.structure(&w, f.byName[o.Out], "is the output of "+o.Name+".")
		}
	}
	return imports(w.String()) + w.String(), nil
}

// writeRequests writes the inputs, with methods for what the pipeline wants of
// some of them before their handler runs.
func writeRequests(f *facts) (string, error) {
	var w strings.Builder
	for _, o := range f.Operations {
		s := f.byName[o.In]
		f.structure(&w, s, "is the input of "+o.Name+".")
		f.getter(&w, s, "UserPoolId", "PoolID", "is the pool that the request is about.")
		f.getter(&w, s, "ClientId", "AppClientID", "is the app client that the request is about.")
		f.getter(&w, s, "AccessToken", "Token", "is the access token of the caller.")
		if strings.HasPrefix(o.Caller, "accessTokenOr") {
			f.getter(&w, s, "Session", "AuthSession", "is the challenge session that stands for the caller.")
		}
	}
	return imports(w.String()) + w.String(), nil
}

// getter writes a method that gives a member's text, "" when it is absent.
func (f *facts) getter(w *strings.Builder, s *shape, memberName, method, doc string) {
	for _, m := range s.Members {
		if m.Name != memberName {
			continue
		}
		value := "r." + goName(m.Name)
		if !m.Required {
			value, doc = "Str("+value+")", strings.TrimSuffix(doc, ".")+", if any."
		}
		fmt.Fprintf(w, "// %s %s\nfunc (r %s) %s() string { return %s }\n\n", method, doc, s.Name, method, value)
	}
}

func imports(text string) string {
	if strings.Contains(text, "json.RawMessage") {
		return "import \"encoding/json\"\n\n"
	}
	return ""
}

// lowerFirst gives a name as the service's messages write it.
func lowerFirst(name string) string {
	return string(unicode.ToLower(rune(name[0]))) + name[1:]
}
