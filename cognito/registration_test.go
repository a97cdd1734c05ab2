package cognito

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// TestRegistrations: define holds name, class and types of each registration
// against the model and register refuses a second one, so that Init is enough of
// a test. docs/operations.md must say the same as the server does.
func TestRegistrations(t *testing.T) {
	s := (&Server{}).Init()
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (\w+) \| [^|]+ \| (built|unknown) \| .*? \| (.*) \|$`).FindAllSubmatch(text, -1)
	if len(rows) != len(api.Operations()) {
		t.Errorf("docs/operations.md has %d operations, the API %d", len(rows), len(api.Operations()))
	}
	for _, row := range rows {
		_, registered := s.operations[string(row[1])]
		if len(row[3]) == 0 {
			t.Errorf("docs/operations.md names no test of %s", row[1])
		}
		if built := string(row[2]) == "built"; built != registered {
			t.Errorf("%s: registered is %t, docs/operations.md says %s; run: go run ./tools/apigen", row[1], registered, row[2])
		}
	}
}

func TestWrongRegistrations(t *testing.T) {
	getUser := func(context.Context, *Caller, *api.GetUserRequest) (*api.GetUserResponse, error) { return nil, nil }
	for _, tt := range []struct {
		name     string
		register func() operation
		want     string
	}{
		{"no such operation", func() operation { return asUser("GetUsers", getUser) }, `no operation "GetUsers"`},
		{"another operation's types", func() operation { return asUser("DeleteUser", getUser) }, "its handler is func(api.GetUserRequest) api.GetUserResponse"},
		{"an output where there is none", func() operation {
			return asUser("DeleteUser", func(context.Context, *Caller, *api.DeleteUserRequest) (*api.GetUserResponse, error) { return nil, nil })
		}, "its handler is"},
		{"no check of the access token", func() operation {
			return open("GetUser", func(context.Context, *api.GetUserRequest) (*api.GetUserResponse, error) { return nil, nil })
		}, `GetUser is of class "access token"`},
		{"no check of the signature", func() operation {
			return open("AdminGetUser", func(context.Context, *api.AdminGetUserRequest) (*api.AdminGetUserResponse, error) { return nil, nil })
		}, `AdminGetUser is of class "signed"`},
		{"a signature where none is needed", func() operation {
			return signed("SignUp", func(context.Context, *api.SignUpRequest) (*api.SignUpResponse, error) { return nil, nil })
		}, `SignUp is of class "public"`},
		{"a pool where none is signed for", func() operation {
			return inPool("UpdateAuthEventFeedback", func(context.Context, *userpool.Pool, *api.UpdateAuthEventFeedbackRequest) (*api.UpdateAuthEventFeedbackResponse, error) {
				return nil, nil
			})
		}, `UpdateAuthEventFeedback is of class "public"`},
		{"twice", func() operation {
			(&Server{}).register([]operation{asUser("GetUser", getUser)}, []operation{asUser("GetUser", getUser)})
			return operation{}
		}, "GetUser is registered twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}()
			tt.register()
		})
	}
}
