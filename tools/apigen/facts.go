package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// facts is the whole of facts.json.
type facts struct {
	Service    service     `json:"service"`
	Operations []operation `json:"operations"` // by name
	Shapes     []*shape    `json:"shapes"`     // by name

	byName map[string]*shape
	inputs map[string]bool // shapes that a request can hold
}

// service names the API as clients do.
type service struct {
	Version string `json:"version"`
	Target  string `json:"target"`  // what stands before the dot of X-Amz-Target
	Signing string `json:"signing"` // the service name in signatures
}

// operation is one action. Caller is signed, accessToken, accessTokenOrSession
// or public.
type operation struct {
	Name   string   `json:"name"`
	Caller string   `json:"caller"`
	In     string   `json:"in"`
	Out    string   `json:"out"`
	Errors []string `json:"errors"`
	Page   *page    `json:"page"`
}

// page names the members that a listing pages with.
type page struct {
	Token string `json:"token"`
	Next  string `json:"next"`
	Limit string `json:"limit"`
	Items string `json:"items"`
}

// shape is one type. Min and Max bound characters of a string, items of a list or
// map, the value of a number, bytes of a blob. Secret values are not repeated in
// messages.
type shape struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Secret  bool     `json:"secret"`
	Min     *int64   `json:"min"`
	Max     *int64   `json:"max"`
	Pattern string   `json:"pattern"` // Java's syntax; must match the whole string
	Enum    []string `json:"enum"`
	Key     string   `json:"key"`     // of a map
	Of      string   `json:"of"`      // element of a list, value of a map
	Members []member `json:"members"` // of a structure
}

// member is one member of a structure, written "Name Shape", or "Name! Shape"
// when it is required.
type member struct {
	Name     string
	Shape    string
	Required bool
}

// UnmarshalText reads the form above.
func (m *member) UnmarshalText(text []byte) error {
	name, of, ok := strings.Cut(string(text), " ")
	if !ok {
		return fmt.Errorf("member %q: want \"Name Shape\"", text)
	}
	m.Shape = of
	m.Name, m.Required = strings.CutSuffix(name, "!")
	return nil
}

// readFacts parses facts.json and checks what the generated code relies on.
func readFacts(text []byte) (*facts, error) {
	f := &facts{byName: map[string]*shape{}, inputs: map[string]bool{}}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(f); err != nil {
		return nil, err
	}
	for _, s := range f.Shapes {
		if f.byName[s.Name] != nil {
			return nil, fmt.Errorf("shape %s is there twice", s.Name)
		}
		f.byName[s.Name] = s
	}
	for _, s := range f.Shapes {
		if err := f.check(s); err != nil {
			return nil, fmt.Errorf("shape %s: %w", s.Name, err)
		}
	}
	if !slices.IsSortedFunc(f.Operations, func(a, b operation) int { return strings.Compare(a.Name, b.Name) }) {
		return nil, fmt.Errorf("operations are not in order of their names")
	}
	for _, o := range f.Operations {
		if f.byName[o.In] == nil || o.Out != "" && f.byName[o.Out] == nil {
			return nil, fmt.Errorf("operation %s: no such input or output", o.Name)
		}
		f.markInputs(o.In)
	}
	return f, nil
}

// check holds s against the few forms that cognito/api can decode: lists of
// strings or structures, maps of strings.
func (f *facts) check(s *shape) error {
	of := func(name string, kinds ...string) error {
		if t := f.byName[name]; t == nil || !slices.Contains(kinds, t.Kind) {
			return fmt.Errorf("holds %q, want one of %v", name, kinds)
		}
		return nil
	}
	switch s.Kind {
	case "string", "integer", "long", "boolean", "timestamp", "blob", "document":
		return nil
	case "list":
		return of(s.Of, "string", "structure")
	case "map":
		if err := of(s.Key, "string"); err != nil {
			return err
		}
		return of(s.Of, "string")
	case "structure":
		if len(s.Members) > 64 {
			return fmt.Errorf("has %d members, decoding has room for 64", len(s.Members))
		}
		for _, m := range s.Members {
			if f.byName[m.Shape] == nil {
				return fmt.Errorf("member %s: no shape %s", m.Name, m.Shape)
			}
		}
		return nil
	}
	return fmt.Errorf("unknown kind %q", s.Kind)
}

func (f *facts) markInputs(name string) {
	if name == "" || f.inputs[name] {
		return
	}
	f.inputs[name] = true
	s := f.byName[name]
	f.markInputs(s.Key)
	f.markInputs(s.Of)
	for _, m := range s.Members {
		f.markInputs(m.Shape)
	}
}
