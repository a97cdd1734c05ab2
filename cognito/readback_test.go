package cognito_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/document"
	"github.com/google/go-cmp/cmp"

	"idpond/cognito/apitest"
)

// A setting is something that administrators write and read back: written with
// every member, then with everything left out. Bodies have the places of
// apitest.World; {{id}} is the text at made in the first answer.
type setting struct {
	name        string
	write, full string // the operation and its request
	made        string // path of what names it from now on, in the answer
	read, where string // the operation that reads it, and its request
	as          string // the member of both answers that holds it, "" for the answer itself
	renamed     map[string]string
	hidden      []string                           // members of the request that no answer has
	own         []string                           // members of the answer that the server makes
	otherwise   map[string]any                     // members that read back as something else than was written
	check       func(t *testing.T, sent, read any) // in place of all that, where the two have different forms

	update, bare string // the operation that writes it again, with nothing in it
	defaults     string // how it reads then; "" for not at all
	gone         string // or the exception that reading it then answers
}

// settingsOperation recognises an operation that writes or reads settings.
var settingsOperation = regexp.MustCompile(`^(Create|Update|Set|Describe|Get|Tag|Untag|ListTags|AddCustom|AddUserPoolClient)`)

// notSettings are operations of that form that settings have nothing to do with.
var notSettings = map[string]string{
	"GetCSVHeader":          "tells the schema",
	"GetSigningCertificate": "the server makes it",
}

// TestReadBack writes every setting with the SDK, with all its members, and reads it:
// what was written reads back, and nothing else but what the server is known to
// add. Then it writes it with everything left out, and the service's defaults read
// back. It fails when a settings operation is registered that no setting here calls,
// or has a member that none here sends.
func TestReadBack(t *testing.T) {
	b := newWhole(t)
	r := newRecorder(b)
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) { s.test(t, r, b.world(t)) })
	}
	if t.Failed() {
		return
	}
	built, _ := b.registered()
	for _, op := range built {
		if op.Class != "signed" || !settingsOperation.MatchString(op.Name) || notSettings[op.Name] != "" {
			continue
		}
		if !r.called[op.Name] {
			t.Errorf("%s reads or writes settings, and no test of reading back calls it", op.Name)
		}
		if strings.HasPrefix(op.Name, "Describe") || strings.HasPrefix(op.Name, "Get") {
			continue
		}
		for _, s := range spots(b.facts, op.Name) {
			if last := s.path[len(s.path)-1]; last.member != "" && !r.sent[op.Name+"."+s.name] {
				t.Errorf("%s: no test of reading back sends %s", op.Name, s.name)
			}
		}
	}
}

func (s setting) test(t *testing.T, r *recorder, w *apitest.World) {
	fill := func(text, id string) string {
		return strings.ReplaceAll(w.Expand(strings.ReplaceAll(text, "{{id}}", "ID@")), "ID@", id)
	}
	wrote := r.call(t, s.write, fill(s.full, ""))
	id := ""
	if s.made != "" {
		id, _ = dig(wrote.answer, strings.Split(s.made, ".")).(string)
		if id == "" {
			t.Fatalf("%s answered no %s: %v", s.write, s.made, wrote.answer)
		}
	}
	where := fill(s.where, id)
	got := r.call(t, s.read, where)
	if s.check != nil {
		s.check(t, wrote.request, s.inside(got.answer))
		return
	}
	s.compare(t, wrote.request, s.inside(got.answer))
	if wrote.answer != nil && s.made != "" {
		if diff := cmp.Diff(s.inside(wrote.answer), s.inside(got.answer)); diff != "" {
			t.Errorf("%s and %s answer differently (-first +second):\n%s", s.write, s.read, diff)
		}
	}
	if s.update == "" {
		return
	}
	r.call(t, s.update, fill(s.bare, id))
	if s.gone != "" {
		if got := r.b.ask(t.Context(), s.read, where); got.exception != s.gone {
			t.Errorf("afterwards %s answers %s, want %s", s.read, got, s.gone)
		}
		return
	}
	again := maps.Clone(s.inside(r.call(t, s.read, where).answer).(map[string]any))
	for _, name := range s.own {
		delete(again, name)
	}
	if diff := cmp.Diff(decoded(t, fill(s.defaults, id)), any(again)); diff != "" {
		t.Errorf("with everything left out it reads back otherwise than by default (-want +got):\n%s", diff)
	}
}

// inside gives the member of an answer that holds the setting.
func (s setting) inside(answer any) any {
	if s.as == "" {
		return answer
	}
	return dig(answer, strings.Split(s.as, "."))
}

func dig(v any, path []string) any {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// compare holds what was sent against what reads back.
func (s setting) compare(t *testing.T, sent, read any) {
	t.Helper()
	got, ok := read.(map[string]any)
	if !ok {
		t.Fatalf("%s answered no %s: %v", s.read, s.as, read)
	}
	got = maps.Clone(got)
	want := map[string]any{}
	for name, value := range sent.(map[string]any) {
		if slices.Contains(s.hidden, name) {
			continue
		}
		if other := s.renamed[name]; other != "" {
			name = other
		}
		want[name] = value
	}
	maps.Copy(want, s.otherwise)
	for _, name := range s.own {
		if _, written := want[name]; written {
			continue
		}
		if got[name] == nil {
			t.Errorf("%s answers no %s", s.read, name)
		}
		delete(got, name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was written reads back otherwise (-written +read):\n%s", diff)
	}
}

// recorder is the SDK before a server, and what passed between them.
type recorder struct {
	b      *whole
	client reflect.Value // of the SDK
	last   passage
	called map[string]bool // operations that succeeded
	sent   map[string]bool // their members, as spots name them
}

type passage struct{ request, answer any }

func newRecorder(b *whole) *recorder {
	r := &recorder{b: b, called: map[string]bool{}, sent: map[string]bool{}}
	srv := httptest.NewServer(http.HandlerFunc(r.serve))
	b.Cleanup(srv.Close)
	r.client = reflect.ValueOf(cip.New(cip.Options{Region: b.region, BaseEndpoint: &srv.URL, RetryMaxAttempts: 1, HTTPClient: new(apitest.SDK),
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "")}))
	return r
}

// serve answers the SDK.
func (r *recorder) serve(w http.ResponseWriter, req *http.Request) {
	var body bytes.Buffer
	body.ReadFrom(req.Body)
	_, op, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	r.answer(req, op, body.String(), w)
}

func (r *recorder) answer(req *http.Request, op, body string, w http.ResponseWriter) {
	got := r.b.ask(req.Context(), op, body)
	r.note(op, body, got)
	if got.exception != "" {
		w.Header().Set("X-Amzn-ErrorType", got.exception)
	}
	w.WriteHeader(got.status)
	w.Write([]byte(got.body))
}

// note keeps a passage, and which members were sent if it was a success.
func (r *recorder) note(op, body string, got reply) {
	r.last = passage{request: decoded(r.b, body)}
	if got.body != "" {
		r.last.answer = decoded(r.b, got.body)
	}
	if got.exception != "" {
		return
	}
	r.called[op] = true
	var mark func(v any, name string)
	mark = func(v any, name string) {
		r.sent[op+"."+name] = true
		switch v := v.(type) {
		case map[string]any:
			for member, value := range v {
				mark(value, strings.TrimPrefix(name+"."+member, "."))
			}
		case []any:
			for _, item := range v {
				mark(item, name+"[0]")
			}
		}
	}
	mark(r.last.request, "")
}

// call sends a request with the SDK, or by hand where the SDK does not know the
// operation or a member, and gives what passed.
func (r *recorder) call(t *testing.T, op, body string) passage {
	t.Helper()
	method := r.client.MethodByName(op)
	if !method.IsValid() {
		return r.byHand(t, op, body)
	}
	in := reflect.New(method.Type().In(1).Elem())
	if !fillInput(in, body) {
		return r.byHand(t, op, body)
	}
	out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
	if err, _ := out[1].Interface().(error); err != nil {
		t.Fatalf("%s %s: %v", op, body, err)
	}
	return r.last
}

// fillInput reads a body into the SDK's input; false says that it has a member that
// the SDK doesn't know.
func fillInput(in reflect.Value, body string) bool {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		panic(body + ": " + err.Error())
	}
	if settings, ok := members["Settings"]; ok { // the only document of a settings operation
		var v any
		if err := json.Unmarshal(settings, &v); err != nil {
			panic(err)
		}
		in.Elem().FieldByName("Settings").Set(reflect.ValueOf(document.NewLazyDocument(v)))
		delete(members, "Settings")
	}
	rest, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	dec := json.NewDecoder(bytes.NewReader(rest))
	dec.DisallowUnknownFields()
	return dec.Decode(in.Interface()) == nil
}

func (r *recorder) byHand(t *testing.T, op, body string) passage {
	t.Helper()
	got := r.b.ask(t.Context(), op, body)
	if got.exception != "" {
		t.Fatalf("%s %s answered %s", op, body, got)
	}
	r.note(op, body, got)
	t.Logf("%s was sent by hand: the SDK does not know it, or a member", op)
	return r.last
}
