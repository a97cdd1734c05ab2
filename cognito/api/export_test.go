package api

// Matches reports whether text satisfies a pattern of the model ("" is none).
func Matches(java, text string) bool {
	if java == "" {
		return true
	}
	for _, o := range operations {
		if p := o.shape.find(java); p != nil {
			return p.match(text)
		}
	}
	panic("no shape has the pattern " + java)
}

func (s *shape) find(java string) *pattern {
	if s == nil {
		return nil
	}
	if s.pattern != nil && s.pattern.java == java {
		return s.pattern
	}
	for _, below := range []*shape{s.key, s.of} {
		if p := below.find(java); p != nil {
			return p
		}
	}
	for _, m := range s.members {
		if p := m.shape.find(java); p != nil {
			return p
		}
	}
	return nil
}

// Fields gives the JSON names of the members that an operation's decoder takes,
// in the order of the fields that it puts them into.
func (o *Operation) Fields() []string {
	var names []string
	for _, m := range o.shape.members {
		names = append(names, m.name)
	}
	return names
}
