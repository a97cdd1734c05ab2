package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A SerializationError is a body that is not JSON, or has another JSON type
// where the model wants a certain one.
type SerializationError struct{ Message string }

// Error gives the message, which may be empty.
func (e *SerializationError) Error() string { return "api: not serializable: " + e.Message }

// A ValidationError lists the constraints that a request breaks, in the model's
// order, in the service's words.
type ValidationError struct{ Violations []string }

// Error gives the whole sentence that the service answers with.
func (e *ValidationError) Error() string {
	plural := "s"
	if len(e.Violations) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%d validation error%s detected: %s", len(e.Violations), plural, strings.Join(e.Violations, "; "))
}

// maxViolations ends the search in requests that are wrong all over, so that a
// small request can't ask for a huge answer.
const maxViolations = 100

// Decode reads body into in, a pointer to the operation's In, and checks every
// constraint of the model (reference: api-behaviour §1, §1.1). Members that the
// model doesn't know are ignored, null is absent, of duplicates the last counts,
// names are compared exactly. The error is a *SerializationError or a
// *ValidationError; in is incomplete then.
func (o *Operation) Decode(body []byte, in any) error {
	v := reflect.ValueOf(in).Elem()
	if v.Type() != o.In {
		panic(fmt.Sprintf("api: %s takes %s, not %s", o.Name, o.In, v.Type()))
	}
	if !scan(body) {
		return &SerializationError{}
	}
	d := decoder{src: body}
	if err := d.structure(nil, o.shape, v, space(body, 0)); err != nil {
		return err
	}
	if len(d.violations) > 0 {
		return &ValidationError{d.violations}
	}
	return nil
}

// decoder walks the model beside a scanned body. It is led by the model, so that
// violations come in the model's order whatever the order of the body is.
type decoder struct {
	src        []byte
	violations []string
}

// path is where a value stands: a member of its parent, or item number of it.
type path struct {
	parent *path
	member string
	item   int // from 1
	secret bool
}

// String writes for example userAttributes.1.member.name.
func (p *path) String() string {
	name := p.member
	if p.item > 0 {
		name = strconv.Itoa(p.item) + ".member"
	}
	if p.parent == nil {
		return name
	}
	return p.parent.String() + "." + name
}

// violate notes that the value v at p breaks a constraint; v comes with its
// quotes, and is left out when it is "" or secret.
func (d *decoder) violate(p *path, v, constraint string) {
	if len(d.violations) == maxViolations {
		return
	}
	if v != "" && !p.secret {
		v = " " + v
	} else {
		v = ""
	}
	d.violations = append(d.violations, "Value"+v+" at '"+p.String()+"' failed to satisfy constraint: "+constraint)
}

// value decodes the value at position at, of shape s, into dst.
func (d *decoder) value(p *path, s *shape, dst reflect.Value, at int) error {
	switch s.kind {
	case kindString:
		return d.string(p, s, dst, at)
	case kindInteger:
		return d.integer(p, s, dst, at)
	case kindBoolean:
		return d.boolean(dst, at)
	case kindBlob:
		return d.blob(p, s, dst, at)
	case kindList:
		return d.list(p, s, dst, at)
	case kindMap:
		return d.stringMap(p, s, dst, at)
	case kindStructure:
		dst.Set(reflect.New(dst.Type().Elem()))
		return d.structure(p, s, dst.Elem(), at)
	}
	*dst.Addr().Interface().(*json.RawMessage) = bytes.Clone(d.src[at:skip(d.src, at)])
	return nil
}

// structure decodes an object. It first finds where the members are, then takes
// them in the model's order.
func (d *decoder) structure(p *path, s *shape, dst reflect.Value, at int) error {
	if d.src[at] != '{' {
		return &SerializationError{"Expected map or null"}
	}
	var room [64]int
	places := room[:len(s.members)] // 0 is absent: no value stands at the start of a body
	for key, at := range d.entries(at) {
		if i := s.index(d.src, key); i >= 0 {
			places[i] = at
		}
	}
	for i := range s.members {
		m := &s.members[i]
		q := path{parent: p, member: m.path, secret: m.shape.secret || p != nil && p.secret}
		if at := places[i]; at == 0 || d.src[at] == 'n' {
			if m.required {
				d.violate(&q, "null", notNull)
			}
		} else if err := d.value(&q, m.shape, dst.Field(i), at); err != nil {
			return err
		}
	}
	return nil
}

// index finds the member that is named by the key at position at, or -1.
func (s *shape) index(src []byte, at int) int {
	name := src[at+1 : skipString(src, at)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name = []byte(text(src, at))
	}
	for i := range s.members {
		if s.members[i].name == string(name) {
			return i
		}
	}
	return -1
}

// entries gives the positions of each key and value of the object at position at.
func (d *decoder) entries(at int) func(yield func(key, value int) bool) {
	return func(yield func(key, value int) bool) {
		for at = space(d.src, at+1); d.src[at] != '}'; {
			value := space(d.src, space(d.src, skipString(d.src, at))+1)
			if !yield(at, value) {
				return
			}
			at = d.next(value)
		}
	}
}

// next gives the position of what follows the value at position at: another
// item, or the end of the object or list.
func (d *decoder) next(at int) int {
	if at = space(d.src, skip(d.src, at)); d.src[at] == ',' {
		at = space(d.src, at+1)
	}
	return at
}

func (d *decoder) string(p *path, s *shape, dst reflect.Value, at int) error {
	if d.src[at] != '"' {
		return d.mismatch("String", at)
	}
	v := text(d.src, at)
	if !s.fits(v) {
		for _, sentence := range s.broken(v) {
			d.violate(p, "'"+v+"'", sentence)
		}
	}
	set(dst, v)
	return nil
}

func (d *decoder) integer(p *path, s *shape, dst reflect.Value, at int) error {
	n, err := strconv.ParseInt(string(d.src[at:skip(d.src, at)]), 10, 32)
	if err != nil {
		return d.mismatch("Integer", at)
	}
	if sentence := s.size(n, "value"); sentence != "" {
		d.violate(p, fmt.Sprintf("'%d'", n), sentence)
	}
	set(dst, int(n))
	return nil
}

func (d *decoder) boolean(dst reflect.Value, at int) error {
	if d.src[at] != 't' && d.src[at] != 'f' {
		return d.mismatch("Boolean", at)
	}
	set(dst, d.src[at] == 't')
	return nil
}

// set puts v into a required (plain) or optional (pointer) field.
func set[T any](dst reflect.Value, v T) {
	switch field := dst.Addr().Interface().(type) {
	case *T:
		*field = v
	case **T:
		*field = &v
	}
}

func (d *decoder) blob(p *path, s *shape, dst reflect.Value, at int) error {
	if d.src[at] != '"' {
		return d.mismatch("String", at)
	}
	v, err := base64.StdEncoding.DecodeString(text(d.src, at))
	if err != nil {
		return &SerializationError{}
	}
	if sentence := s.size(int64(len(v)), "length"); sentence != "" {
		d.violate(p, "", sentence)
	}
	dst.SetBytes(v)
	return nil
}

func (d *decoder) list(p *path, s *shape, dst reflect.Value, at int) error {
	if d.src[at] != '[' {
		return &SerializationError{"Expected list or null"}
	}
	if s.of.kind == kindString {
		return d.strings(p, s, dst, at)
	}
	list := reflect.MakeSlice(dst.Type(), 0, 0)
	for at = space(d.src, at+1); d.src[at] != ']' && len(d.violations) < maxViolations; at = d.next(at) {
		n := list.Len()
		q := path{parent: p, item: n + 1, secret: p.secret || s.of.secret}
		list = reflect.Append(list, reflect.Zero(dst.Type().Elem()))
		if d.src[at] == 'n' {
			d.violate(&q, "null", notNull)
		} else if err := d.structure(&q, s.of, list.Index(n), at); err != nil {
			return err
		}
	}
	value := ""
	if list.Len() == 0 {
		value = "'[]'"
	}
	if sentence := s.size(int64(list.Len()), "length"); sentence != "" {
		d.violate(p, value, sentence)
	}
	dst.Set(list)
	return nil
}

// strings decodes a list of strings. What is wrong with any of them is one
// violation of the whole list.
func (d *decoder) strings(p *path, s *shape, dst reflect.Value, at int) error {
	list, null, broken := []string{}, false, false
	for at = space(d.src, at+1); d.src[at] != ']'; at = d.next(at) {
		if d.src[at] == 'n' {
			list, null = append(list, "null"), true
			continue
		}
		if d.src[at] != '"' {
			return d.mismatch("String", at)
		}
		v := text(d.src, at)
		list, broken = append(list, v), broken || !s.of.fits(v)
	}
	q := *p
	q.secret = p.secret || s.of.secret
	value := "'[" + strings.Join(list, ", ") + "]'"
	if sentence := s.size(int64(len(list)), "length"); sentence != "" {
		d.violate(&q, value, sentence)
	}
	if null {
		d.violate(&q, value, "Member must satisfy constraint: ["+notNull+"]")
	}
	if broken {
		d.violate(&q, value, "Member must satisfy constraint: ["+s.of.all()+"]")
	}
	dst.Set(reflect.ValueOf(list))
	return nil
}

// stringMap decodes a map of strings. An entry that is null is absent.
func (d *decoder) stringMap(p *path, s *shape, dst reflect.Value, at int) error {
	if d.src[at] != '{' {
		return &SerializationError{"Expected map or null"}
	}
	m := map[string]string{}
	for key, at := range d.entries(at) {
		switch name := text(d.src, key); d.src[at] {
		case 'n':
			delete(m, name)
		case '"':
			m[name] = text(d.src, at)
		default:
			return d.mismatch("String", at)
		}
	}
	brokenKey, brokenValue := false, false
	for k, v := range m {
		brokenKey, brokenValue = brokenKey || !s.key.fits(k), brokenValue || !s.of.fits(v)
	}
	q := *p
	q.secret = p.secret || s.key.secret || s.of.secret
	if sentence := s.size(int64(len(m)), "length"); sentence != "" {
		d.violate(&q, shown(m), sentence)
	}
	if brokenKey {
		d.violate(&q, shown(m), "Map keys must satisfy constraint: ["+s.key.all()+"]")
	}
	if brokenValue {
		d.violate(&q, shown(m), "Map value must satisfy constraint: ["+s.of.all()+"]")
	}
	dst.Set(reflect.ValueOf(m))
	return nil
}

// shown writes a map as the service's messages do.
func shown(m map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, k+"="+m[k])
	}
	return "'{" + strings.Join(pairs, ", ") + "}'"
}

// mismatch is the error of a value of the wrong JSON type (reference:
// api-behaviour §1.1; only the empty text of booleans has been observed).
func (d *decoder) mismatch(want string, at int) error {
	got := ""
	switch c := d.src[at]; {
	case c == '{':
		return &SerializationError{"Start of structure or map found where not expected."}
	case c == '[':
		return &SerializationError{"Start of list found where not expected."}
	case (c == 't' || c == 'f') && want == "String":
		return &SerializationError{}
	case c == 't' || c == 'f':
		got = "Boolean"
	case c == '"':
		got = "String"
	default:
		got = numberClass(d.src[at:skip(d.src, at)])
	}
	return &SerializationError{"class java.lang." + got + " can not be converted to an " + want}
}

func numberClass(number []byte) string {
	if bytes.ContainsAny(number, ".eE") {
		return "Double"
	}
	if _, err := strconv.ParseInt(string(number), 10, 32); err == nil {
		return "Integer"
	}
	return "Long"
}
