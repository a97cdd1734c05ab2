// Package apitest helps tests that drive the whole API: the facts of it, read a
// second time and with no code of cognito/api, and a valid request of every
// operation.
//
//	Facts ── Expect ──▶ what a body breaks, in the service's sentences
//	World ── Request ─▶ a body that an operation answers with 200, and whatever
//	                    must be there for it, made through the API itself
//
// The table of requests (requests.go) has one entry per operation of the API;
// Missing tells which it lacks, so that no operation can be registered without.
package apitest

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Facts are the API's operations and shapes, as tools/apigen/facts.json has them.
type Facts struct {
	Service    struct{ Version, Target, Signing string }
	Operations []Operation
	Shapes     map[string]*Shape
}

// Operation is one action: In and Out name shapes, Out is "" for no body.
type Operation struct {
	Name, Caller, In, Out string
	Errors                []string
}

// Shape is one type with its constraints.
type Shape struct {
	Name, Kind, Pattern, Of, Key string
	Secret                       bool
	Min, Max                     *int64
	Enum                         []string
	Members                      []Member

	pattern    *regexp.Regexp
	noFinalDot bool
}

// Member is one member of a structure; Shape is the name of its shape.
type Member struct {
	Name, Shape string
	Required    bool
}

// UnmarshalText reads "Name Shape", or "Name! Shape" of a required member.
func (m *Member) UnmarshalText(text []byte) error {
	name, of, ok := strings.Cut(string(text), " ")
	if !ok {
		return fmt.Errorf("member %q", text)
	}
	m.Shape = of
	m.Name, m.Required = strings.CutSuffix(name, "!")
	return nil
}

// ReadFacts reads facts.json, which lies in tools/apigen below root.
func ReadFacts(root string) (*Facts, error) {
	text, err := os.ReadFile(root + "/tools/apigen/facts.json")
	if err != nil {
		return nil, err
	}
	var file struct {
		Service    struct{ Version, Target, Signing string }
		Operations []Operation
		Shapes     []*Shape
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	f := &Facts{Service: file.Service, Operations: file.Operations, Shapes: map[string]*Shape{}}
	for _, s := range file.Shapes {
		if err := s.compile(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		f.Shapes[s.Name] = s
	}
	return f, nil
}

// Operation finds an operation by its name; it panics when there is none.
func (f *Facts) Operation(name string) Operation {
	for _, o := range f.Operations {
		if o.Name == name {
			return o
		}
	}
	panic("apitest: no operation " + name)
}

// Input gives the shape of an operation's request.
func (f *Facts) Input(name string) *Shape { return f.Shapes[f.Operation(name).In] }
