package cognito

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito/api"
	"idpond/internal/fault"
)

func TestFailuresOfTheServer(t *testing.T) {
	const body = `{"UserPoolId":"eu-west-1_a","Username":"adaofthebody"}`
	for _, tt := range []struct {
		name, op, body string
		fail           error
		want           string
		logged         []string
	}{
		{"an error that is no fault", "AdminEnableUser", body, errors.New("the disk is on fire"),
			`500 {"__type":"InternalErrorException","message":"Internal server error."}`,
			[]string{"level=ERROR", "op=AdminEnableUser", "the disk is on fire"}},
		{"the hidden cause of a fault", "AdminEnableUser", body, fault.New(fault.Internal, "Internal server error.").Because(errors.New("the disk is on fire")),
			`500 {"__type":"InternalErrorException","message":"Internal server error."}`,
			[]string{"level=ERROR", "the disk is on fire"}},
		{"the other name", "AddUserPoolClientSecret", `{"UserPoolId":"eu-west-1_a","ClientId":"adaofthebody"}`, nil,
			`500 {"__type":"InternalServerException","message":"Internal server error."}`,
			[]string{"level=ERROR", "code=InternalServerException", "the disk is on fire"}},
		{"a panic", "AdminEnableUser", body, nil,
			`500 {"__type":"InternalErrorException","message":"Internal server error."}`,
			[]string{"level=ERROR", "panic: a mistake", "pipeline_test.go"}},
		{"a refusal", "AdminEnableUser", body, fault.New(fault.UserNotFound, "User does not exist.").Because(errors.New("row 5")),
			`400 {"__type":"UserNotFoundException","message":"User does not exist."}`,
			[]string{"level=INFO", "code=UserNotFoundException", `cause="row 5"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, log := newPipeline(t, tt.fail)
			resp := send(t, s, tt.op, tt.body)
			if got := fmt.Sprint(resp.StatusCode, " ", read(t, resp)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			for _, want := range append(tt.logged, "request="+resp.Header.Get("x-amzn-RequestId")) {
				if !strings.Contains(log.String(), want) {
					t.Errorf("the log lacks %q:\n%s", want, log)
				}
			}
			if strings.Contains(log.String(), "adaofthebody") {
				t.Errorf("the log has the body:\n%s", log)
			}
		})
	}
}

// TestAuditTrail: the log says which access key had what done, and nothing of who only
// says that a key is theirs.
func TestAuditTrail(t *testing.T) {
	unsigned := func(r *http.Request) { r.Header.Set("Authorization", "Credential=OTHER") }
	for _, tt := range []struct {
		op, body string
		change   func(*http.Request)
		want     string // of the log, with the request's id as ID
	}{
		{"AdminGetUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`, nil, `level=INFO msg="operation done" op=AdminGetUser request=ID key=AKID`},
		{"AdminEnableUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`, nil,
			`level=INFO msg="operation failed" op=AdminEnableUser code=UserNotFoundException request=ID key=AKID`},
		{"AdminEnableUser", `{`, nil, `level=INFO msg="operation failed" op=AdminEnableUser code=SerializationException request=ID key=AKID`},
		{"AdminGetUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`, unsigned,
			`level=INFO msg="operation failed" op=AdminGetUser code=MissingAuthenticationTokenException request=ID`},
		{"RevokeToken", `{"ClientId":"app","Token":"t"}`, nil, ``},
		{"RevokeToken", `{"ClientId":"xyz","Token":"t"}`, nil, `level=INFO msg="operation failed" op=RevokeToken code=UnauthorizedException request=ID`},
	} {
		s, log := newPipeline(t, fault.New(fault.UserNotFound, "User does not exist."))
		if tt.change == nil {
			tt.change = func(*http.Request) {}
		}
		resp := send(t, s, tt.op, tt.body, tt.change)
		_, line, _ := strings.Cut(strings.TrimSpace(log.String()), " ") // without the time
		line = strings.ReplaceAll(line, resp.Header.Get("x-amzn-RequestId"), "ID")
		if line != tt.want {
			t.Errorf("%s %s: logged %q, want %q", tt.op, tt.body, line, tt.want)
		}
	}
}

// TestHungUp: anybody can go away in the middle of a request, which is no failure of
// the server; the same error while the client waits is one.
func TestHungUp(t *testing.T) {
	for _, tt := range []struct {
		gone  bool
		fail  error
		level string
	}{
		{true, fmt.Errorf("read user: %w", context.Canceled), "level=INFO"},
		{true, errors.New("the disk is on fire"), "level=ERROR"},
		{false, context.Canceled, "level=ERROR"},
	} {
		s, log := newPipeline(t, tt.fail)
		if _, err := s.Directory.Pool(t.Context(), thePool.ID); err != nil { // from here on it is in memory
			t.Fatal(err)
		}
		ctx, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		if tt.gone {
			hangUp()
		}
		r := httptest.NewRequestWithContext(ctx, "POST", "/", strings.NewReader(`{"UserPoolId":"eu-west-1_a","Username":"ada"}`))
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.AdminEnableUser")
		r.Header.Set("Authorization", "region eu-west-1")
		s.ServeHTTP(httptest.NewRecorder(), r)
		if !strings.Contains(log.String(), tt.level) || !strings.Contains(log.String(), tt.fail.Error()) {
			t.Errorf("gone %t, %v: logged %q, want %s", tt.gone, tt.fail, log, tt.level)
		}
	}
}

// TestUndeclared: no operation answers an exception that SDKs don't expect of it.
func TestUndeclared(t *testing.T) {
	for _, tt := range []struct {
		fail *fault.Error
		want string
	}{
		{fault.New(fault.CodeMismatch, "m"), `400 {"__type":"NotAuthorizedException","message":"m"}`},
		{fault.New(fault.LimitExceeded, "m"), `400 {"__type":"TooManyRequestsException","message":"m"}`},
		{fault.New(fault.GroupExists, "m"), `400 {"__type":"InvalidParameterException","message":"m"}`},
	} {
		s, log := newPipeline(t, tt.fail)
		var told []string
		s.Undeclared = func(op string, err *fault.Error) { told = append(told, op+" "+string(err.Code)) }
		resp := send(t, s, "AdminEnableUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`)
		if got := fmt.Sprint(resp.StatusCode, " ", read(t, resp)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.fail.Code, got, tt.want)
		}
		if diff := cmp.Diff([]string{"AdminEnableUser " + string(tt.fail.Code)}, told); diff != "" || !strings.Contains(log.String(), "undeclared exception") {
			t.Errorf("%s was not told: %s\n%s", tt.fail.Code, diff, log)
		}
	}
	// An operation that lists neither stand-in has failed itself.
	model := &api.Operation{Name: "Nothing", Errors: []string{"InternalErrorException"}}
	s, _ := newPipeline(t, nil)
	s.Undeclared = nil
	if got := s.faultOf(t.Context(), &request{}, model, fault.New(fault.GroupExists, "m")); got.Code != fault.Internal || got.Message != "Internal server error." {
		t.Errorf("got %v", got)
	}
}
