package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// aws runs one command of the AWS command line against a server.
func (s *server) aws(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(need(t, "/usr/bin/aws", "aws"), append([]string{"cognito-idp", "--endpoint-url", s.URL, "--output", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=a-secret-that-nobody-checks",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "PYTHONWARNINGS=ignore")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// TestCommandLine walks sign-up, sign-in and a list on the demo pool, as the
// README shows it.
func TestCommandLine(t *testing.T) {
	s := start(t, t.TempDir())
	must := func(args ...string) map[string]any {
		t.Helper()
		out, err := s.aws(t, args...)
		if err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		var answer map[string]any
		if out != "" {
			if err := json.Unmarshal([]byte(out), &answer); err != nil {
				t.Fatalf("aws %s: %v in %s", strings.Join(args, " "), err, out)
			}
		}
		return answer
	}
	refused := func(want string, args ...string) {
		t.Helper()
		out, err := s.aws(t, args...)
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("aws %s: got %v\n%s\nwant %s", strings.Join(args, " "), err, out, want)
		}
	}

	pool, client := demoPool, demoPublicClient
	must("sign-up", "--client-id", client, "--username", "eve@example.org", "--password", "Command-line-1")
	refused("(UserNotConfirmedException) when calling the InitiateAuth operation: User is not confirmed.",
		"initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=eve@example.org,PASSWORD=Command-line-1")
	must("confirm-sign-up", "--client-id", client, "--username", "eve@example.org", "--confirmation-code", s.codeTo(t, "eve@example.org"))
	signedIn := must("initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=eve@example.org,PASSWORD=Command-line-1")
	token := signedIn["AuthenticationResult"].(map[string]any)["AccessToken"].(string)
	if me := must("get-user", "--access-token", token); me["Username"] == "" {
		t.Errorf("get-user: %v", me)
	}
	users := must("list-users", "--user-pool-id", pool, "--filter", `email = "eve@example.org"`)["Users"].([]any)
	if len(users) != 1 {
		t.Errorf("list-users found %d users, want 1", len(users))
	}
	refused("(UsernameExistsException) when calling the SignUp operation",
		"sign-up", "--client-id", client, "--username", "eve@example.org", "--password", "Command-line-1")
	refused("(InvalidParameterException) when calling the ListUsers operation: 1 validation error detected",
		"list-users", "--user-pool-id", "nonsense")
	refused("(ResourceNotFoundException) when calling the DescribeUserPool operation: User pool us-east-1_nowhere00 does not exist.",
		"describe-user-pool", "--user-pool-id", "us-east-1_nowhere00")
}
