package web

import "strings"

// input is one labelled input of a form with what is said about it.
type input struct {
	ID, Name, Label string
	Field
	Type         string // of HTML
	Autocomplete string // of HTML, "off" for none
	InputMode    string
	Placeholder  string
	Hint         string // a sentence below the input
	DescribedBy  string // ids of further elements that describe it
	Alert        string // id of the problem of the whole form, which is read out with it
	Class        string
	Aside        Link // a link beside the label
	Required     bool
	Focus        bool
}

// problemID is the id of the element that has the input's problem.
func (in input) problemID() string { return in.ID + "-problem" }

// hintID is the id of the element that has the input's hint.
func (in input) hintID() string { return in.ID + "-hint" }

// describedBy are the ids of all that describes the input, problems first.
func (in input) describedBy() string {
	var ids []string
	if in.Alert != "" {
		ids = append(ids, in.Alert)
	}
	if in.Problem != "" {
		ids = append(ids, in.problemID())
	}
	if in.DescribedBy != "" {
		ids = append(ids, in.DescribedBy)
	}
	if in.Hint != "" {
		ids = append(ids, in.hintID())
	}
	return strings.Join(ids, " ")
}

// focusFirst sets the focus on the first input that has a problem, or else on
// the first of all if start is set.
func focusFirst(start bool, inputs []input) []input {
	for i := range inputs {
		if inputs[i].Problem != "" {
			inputs[i].Focus = true
			return inputs
		}
	}
	if start && len(inputs) > 0 {
		inputs[0].Focus = true
	}
	return inputs
}

// withAlert has the problem of the whole form read out with the input that has the
// focus: an alert that is there from the start isn't read by itself.
func withAlert(id, problem string, inputs []input) []input {
	for i := range inputs {
		if problem != "" && inputs[i].Focus {
			inputs[i].Alert = id
		}
	}
	return inputs
}

// code is the input of a one-time code.
func code(id, label string, f Field) input {
	return input{
		ID: id, Name: "code", Label: label, Field: f, Type: "text", InputMode: "numeric",
		Autocomplete: "one-time-code", Class: "code", Required: true,
	}
}

// newPassword is the input of a password to be; rules is the id of its list of rules.
func newPassword(id, name, label, problem, rules string) input {
	return input{
		ID: id, Name: name, Label: label, Field: Field{Problem: problem}, Type: "password",
		Autocomplete: "new-password", DescribedBy: rules, Required: true,
	}
}

// slot stands for a value while a sentence is split around it.
const slot = "\x00"

// around is what a sentence has before and after its value.
func around(sentence func(string) string) (before, after string) {
	before, after, _ = strings.Cut(sentence(slot), slot)
	return before, after
}

// title is the title of a page.
func (f Frame) title(page string) string {
	if f.App == "" {
		return page
	}
	return f.text().Title(page, f.App)
}

// id is the id of the list of rules, "" if there is nothing to list.
func (r PasswordRules) id() string {
	if r == (PasswordRules{}) {
		return ""
	}
	return "password-rules"
}
