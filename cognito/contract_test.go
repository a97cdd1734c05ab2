package cognito_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"idpond/cognito/api"
	"idpond/cognito/apitest"
	"idpond/internal/fault"
)

// TestContract holds every operation that is registered against the facts of the
// API. For each spot of its request, at every depth, it tries what can be wrong
// there (see values), and everything else that can be right, on a server with real
// storage:
//
//   - what does not fit the model is refused with the service's sentence, to the
//     letter, and without a transaction;
//   - what fits the model is answered, or refused with an exception that the model
//     lists for the operation, and then changes nothing but counts of attempts;
//   - nothing is answered with a failure of the server.
//
// An operation needs a valid request in cognito/apitest, from which all of this
// begins, and nothing else.
func TestContract(t *testing.T) {
	b := newWhole(t)
	var undeclared atomic.Int64
	b.srv.Undeclared = func(op string, err *fault.Error) {
		if undeclared.Add(1) <= 20 {
			t.Errorf("%s answered %v, which the model does not list", op, err)
		}
	}
	built, missing := b.registered()
	var cases, refused atomic.Int64
	t.Run("operations", func(t *testing.T) {
		for _, op := range built {
			t.Run(op.Name, func(t *testing.T) {
				t.Parallel()
				c := contract{b: b, op: op, world: b.world(t)}
				c.run(t)
				cases.Add(int64(c.cases))
				refused.Add(int64(c.refused))
			})
		}
	})
	t.Logf("%d operations, %d cases, %d of them against the model", len(built), cases.Load(), refused.Load())
	if len(missing) > 0 {
		t.Logf("%d operations are not registered yet: %s", len(missing), names(missing))
	}
}

func names(list []*api.Operation) string {
	var names []string
	for _, op := range list {
		names = append(names, op.Name)
	}
	return strings.Join(names, ", ")
}

// contract is the test of one operation.
type contract struct {
	b              *whole
	op             *api.Operation
	world          *apitest.World
	cases, refused int
	failures       int
}

// furtherRequests are requests beside the valid ones whose maps say which way an
// operation takes. What they answer is not looked at.
var furtherRequests = map[string][]string{
	"InitiateAuth": {
		`{"ClientId":"{{client}}","AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"{{newuser}}","SRP_A":"abcdef0123456789","SECRET_HASH":"a","DEVICE_KEY":"a"}}`,
		`{"ClientId":"{{client}}","AuthFlow":"REFRESH_TOKEN_AUTH","AuthParameters":{"REFRESH_TOKEN":"{{newrefreshtoken}}","DEVICE_KEY":"{{newrefreshdevice}}"}}`,
		`{"ClientId":"{{customclient}}","AuthFlow":"CUSTOM_AUTH","AuthParameters":{"USERNAME":"{{newcustomuser}}","CHALLENGE_NAME":"SRP_A","SRP_A":"abcdef"}}`,
	},
	"AdminInitiateAuth": {
		`{"UserPoolId":"{{pool}}","ClientId":"{{client}}","AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"{{newuser}}","SRP_A":"abcdef0123456789"}}`,
		`{"UserPoolId":"{{pool}}","ClientId":"{{client}}","AuthFlow":"REFRESH_TOKEN","AuthParameters":{"REFRESH_TOKEN":"{{newrefreshtoken}}","DEVICE_KEY":"{{newrefreshdevice}}"}}`,
	},
	"RespondToAuthChallenge": {
		`{"ClientId":"{{client}}","ChallengeName":"PASSWORD_VERIFIER","ChallengeResponses":{"USERNAME":"{{newuser}}","PASSWORD_CLAIM_SECRET_BLOCK":"{{newsecretblock}}",` +
			`"PASSWORD_CLAIM_SIGNATURE":"YQ==","TIMESTAMP":"Tue Nov 14 22:13:20 UTC 2023"}}`,
		`{"ClientId":"{{client}}","ChallengeName":"NEW_PASSWORD_REQUIRED","ChallengeResponses":{"USERNAME":"{{newinvited}}","NEW_PASSWORD":"An0ther-password!",` +
			`"userAttributes.nickname":"ad","userAttributes.email":"b@example.org"},"Session":"{{newsession}}"}`,
		`{"ClientId":"{{client}}","ChallengeName":"SOFTWARE_TOKEN_MFA","ChallengeResponses":{"USERNAME":"{{newinvited}}","SOFTWARE_TOKEN_MFA_CODE":"123456"},"Session":"{{newsession}}"}`,
		`{"ClientId":"{{client}}","ChallengeName":"DEVICE_SRP_AUTH","ChallengeResponses":{"USERNAME":"{{newinvited}}","DEVICE_KEY":"a","SRP_A":"abcdef"},"Session":"{{newsession}}"}`,
	},
}

// enough is how many failures of one operation are told.
const enough = 5

// variedMembers are those that differ between the requests of one operation. The others
// are tried once.
var variedMembers = []string{"AuthParameters", "ChallengeResponses", "Session", "UserCode"}

func (c *contract) run(t *testing.T) {
	request := func() string { return c.world.Request(c.op.Name) }
	c.valid(t, request)
	c.atOnce(t, decoded(t, request()))
	c.try(t, request)
	for _, text := range apitest.Challenges(c.op.Name) {
		request := func() string { return c.world.Expand(text) }
		c.valid(t, request)
		c.try(t, request, variedMembers...)
	}
	for _, text := range furtherRequests[c.op.Name] {
		c.try(t, func() string { return c.world.Expand(text) }, variedMembers...)
	}
	for _, body := range []string{"", "null", "[]", "7", `"a"`, "{", "{}", "{} {}", "\x00", `{"a":1,}`} {
		c.cases++
		if want := c.b.facts.Expect(c.op.Name, []byte(body)); want.Exception != "" {
			c.against(t, spot{name: "the body"}, body, want)
		}
	}
}

// try puts every value into every spot of a request, or of some members of it, which
// make makes anew for each case that may be answered.
func (c *contract) try(t *testing.T, make func() string, members ...string) {
	t.Helper()
	request := decoded(t, make())
	for _, s := range spotsOf(c.b.facts, c.op.Name, request) {
		if len(members) > 0 && !slices.Contains(members, s.path[0].member) {
			continue
		}
		for _, raw := range c.b.values(t, s.shape) {
			body, ok := c.b.put(t, request, s, raw)
			if !ok {
				continue
			}
			if c.cases++; c.cases%everyNth != 0 {
				continue
			}
			if want := c.b.facts.Expect(c.op.Name, []byte(body)); want.Exception != "" {
				c.refused++
				c.against(t, s, body, want)
			} else {
				c.within(t, s, raw, make())
			}
			if c.failures >= enough {
				t.Fatal("there are more")
			}
		}
	}
}

// valid tries a request that others are made of, twice: places that are made anew
// for each request must be.
func (c *contract) valid(t *testing.T, request func() string) {
	t.Helper()
	for range 2 {
		body := request()
		got := c.b.ask(t.Context(), c.op.Name, body)
		if got.exception != "" {
			t.Fatalf("the valid request %s answered %s", body, got)
		}
		c.conforms(t, body, got)
	}
}

// atOnce breaks every member that can be broken: all of it is told, in the model's
// order.
func (c *contract) atOnce(t *testing.T, request any) {
	t.Helper()
	body := encoded(t, request)
	for _, s := range spots(c.b.facts, c.op.Name) {
		if len(s.path) > 1 {
			continue
		}
		for _, raw := range c.b.values(t, s.shape) {
			broken, _ := c.b.put(t, request, s, raw)
			if raw != absent && c.b.facts.Expect(c.op.Name, []byte(broken)).Exception == "InvalidParameterException" {
				body, _ = c.b.put(t, decoded(t, body), s, raw)
				break
			}
		}
	}
	if want := c.b.facts.Expect(c.op.Name, []byte(body)); want.Exception != "" {
		c.cases++
		c.against(t, spot{name: "all at once"}, body, want)
	}
}

// against sends what does not fit the model.
func (c *contract) against(t *testing.T, s spot, body string, want apitest.Refusal) {
	t.Helper()
	var n counts
	got := c.b.ask(counting(t.Context(), &n), c.op.Name, body)
	if got.exception != want.Exception || got.message != want.Text {
		c.fail(t, s, body, got, fmt.Sprintf("want %s: %s", want.Exception, short(want.Text)))
	}
	if n.writes.Load() > 0 {
		c.fail(t, s, body, got, "something was written")
	}
}

// within sends what fits the model.
func (c *contract) within(t *testing.T, s spot, raw, request string) {
	t.Helper()
	body, _ := c.b.put(t, decoded(t, request), s, raw)
	var n counts
	got := c.b.ask(counting(t.Context(), &n), c.op.Name, body)
	switch {
	case got.exception == "":
		c.conforms(t, body, got)
	case got.status == 500 || got.exception == "SerializationException" || strings.Contains(got.message, "validation error"):
		c.fail(t, s, body, got, "want an answer, or a refusal of the operation's own")
	case n.writes.Load() > 0 && !slices.Contains(counted[c.op.Name], got.exception):
		c.fail(t, s, body, got, "something was written")
	}
}

// counted are the refusals that leave something behind, by operation: an attempt
// that counts.
var counted = map[string][]string{
	"VerifyUserAttribute":    {"CodeMismatchException"},
	"ConfirmSignUp":          {"CodeMismatchException"},
	"ConfirmForgotPassword":  {"CodeMismatchException"},
	"ChangePassword":         {"NotAuthorizedException"},
	"InitiateAuth":           {"NotAuthorizedException"},
	"AdminInitiateAuth":      {"NotAuthorizedException"},
	"RespondToAuthChallenge": {"NotAuthorizedException", "CodeMismatchException"},
	"VerifySoftwareToken":    {"EnableSoftwareTokenMFAException"},
}

// conforms holds an answer against the model.
func (c *contract) conforms(t *testing.T, body string, got reply) {
	t.Helper()
	out := c.b.facts.Operation(c.op.Name).Out
	if out == "" {
		if got.body != "" {
			c.fail(t, spot{name: "the answer"}, body, got, "want an empty body")
		}
		return
	}
	var v any
	if err := json.Unmarshal([]byte(got.body), &v); err != nil {
		c.fail(t, spot{name: "the answer"}, body, got, err.Error())
		return
	}
	if problem := c.b.misfit(c.b.facts.Shapes[out], v, "answer"); problem != "" {
		c.fail(t, spot{name: "the answer"}, body, got, problem)
	}
}

// misfit says what of an answer the model doesn't know. Constraints of texts are
// not held against answers: the service's own break them.
func (b *whole) misfit(s *apitest.Shape, v any, path string) string {
	if v == nil {
		return path + " is null"
	}
	switch s.Kind {
	case "structure":
		return b.misfitMembers(s, v, path)
	case "list":
		items, ok := v.([]any)
		if !ok {
			return fmt.Sprintf("%s is %T", path, v)
		}
		for i, item := range items {
			if problem := b.misfit(b.facts.Shapes[s.Of], item, fmt.Sprintf("%s[%d]", path, i)); problem != "" {
				return problem
			}
		}
	case "map":
		for name, value := range v.(map[string]any) {
			if problem := b.misfit(b.facts.Shapes[s.Of], value, path+"("+name+")"); problem != "" {
				return problem
			}
		}
	case "string":
		if text, ok := v.(string); !ok || s.Enum != nil && !slices.Contains(s.Enum, text) {
			return fmt.Sprintf("%s is %v", path, v)
		}
	case "integer", "long", "timestamp":
		if _, ok := v.(float64); !ok {
			return fmt.Sprintf("%s is %v", path, v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%s is %v", path, v)
		}
	}
	return ""
}

func (b *whole) misfitMembers(s *apitest.Shape, v any, path string) string {
	members, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%s is %T", path, v)
	}
	known := map[string]bool{}
	for _, m := range s.Members {
		known[m.Name] = true
		value, there := members[m.Name]
		if !there {
			if m.Required {
				return path + "." + m.Name + " is not there"
			}
			continue
		}
		if problem := b.misfit(b.facts.Shapes[m.Shape], value, path+"."+m.Name); problem != "" {
			return problem
		}
	}
	for name := range members {
		if !known[name] {
			return path + "." + name + " is not of the model"
		}
	}
	return ""
}

// fail tells of a case.
func (c *contract) fail(t *testing.T, s spot, body string, got reply, what string) {
	t.Helper()
	c.failures++
	t.Errorf("%s: %s\n%s\nanswered %s", s.name, what, short(body), short(got.String()))
}

// short cuts what is too long to read.
func short(text string) string {
	if len(text) > 700 {
		return text[:400] + fmt.Sprintf("… %d bytes …", len(text)-600) + text[len(text)-200:]
	}
	return text
}
