package trigger

import (
	"bytes"
	"encoding/json"
	"errors"

	"idpond/internal/fault"
)

// answer is the response that a function gave. Its methods read a member each,
// whose name must be exact; what is missing or null reads as the zero value. The
// first wrong type is kept for err, so that a response is read in one go.
type answer struct {
	members map[string]json.RawMessage
	wrong   error
}

// readAnswer takes the response out of the event that a function returned.
func readAnswer(back []byte) (*answer, error) {
	if !json.Valid(back) {
		return nil, fault.New(fault.InvalidLambdaResponse, "Invalid lambda function output : Invalid JSON")
	}
	var whole map[string]json.RawMessage
	if json.Unmarshal(back, &whole) != nil {
		return nil, fault.ErrUnrecognizable()
	}
	response, ok := whole["response"]
	if !ok || isNull(response) {
		return nil, fault.ErrUnrecognizable()
	}
	a := new(answer)
	if json.Unmarshal(response, &a.members) != nil {
		return nil, fault.ErrUnrecognizable()
	}
	return a, nil
}

func isNull(raw json.RawMessage) bool { return bytes.Equal(raw, []byte("null")) }

// read decodes a member and reports whether it is there.
func (a *answer) read(name string, into any) bool {
	raw, ok := a.members[name]
	if !ok || isNull(raw) {
		return false
	}
	if err := json.Unmarshal(raw, into); err != nil && a.wrong == nil {
		a.wrong = errors.New("trigger: the response's member " + name + " has a wrong type")
	}
	return a.wrong == nil
}

// text reads a member that is text.
func (a *answer) text(name string) string {
	var v string
	a.read(name, &v)
	return v
}

// flag reads a member that is true or false.
func (a *answer) flag(name string) bool {
	var v bool
	a.read(name, &v)
	return v
}

// texts reads a member that is an object of texts. An entry that is null is absent.
func (a *answer) texts(name string) map[string]string {
	var v map[string]*string
	if !a.read(name, &v) {
		return nil
	}
	texts := make(map[string]string, len(v))
	for key, value := range v {
		if value != nil {
			texts[key] = *value
		}
	}
	return texts
}

// err is the fault of a response with a member of a wrong type.
func (a *answer) err() error {
	if a.wrong == nil {
		return nil
	}
	return fault.ErrUnrecognizable().Because(a.wrong)
}
