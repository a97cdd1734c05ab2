package e2e

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"idpond/cognito/apitest"
)

// sdk is a client of a server, as an application makes it.
func sdk(s *server) *cip.Client {
	return cip.New(cip.Options{
		Region: "eu-west-1", BaseEndpoint: &s.URL, HTTPClient: new(apitest.SDK),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "a-secret-that-nobody-checks", ""),
	})
}

// newPool makes a pool with one public client that takes passwords.
func newPool(t *testing.T, c *cip.Client) (poolID, clientID string) {
	t.Helper()
	pool, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{
		PoolName: new("e2e"), AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: new("e2e"),
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *pool.UserPool.Id, *client.UserPoolClient.ClientId
}

// TestKillDuringSignUps ends the server with SIGKILL while users sign up, and
// asks for every acknowledged one again.
func TestKillDuringSignUps(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, "--empty")
	c := sdk(s)
	poolID, clientID := newPool(t, c)

	var (
		mu           sync.Mutex
		acknowledged []string
		enough       atomic.Int64
		wg           sync.WaitGroup
	)
	for w := range 8 {
		wg.Go(func() {
			for i := range 1000 {
				name := fmt.Sprintf("user-%d-%d", w, i)
				_, err := c.SignUp(t.Context(), &cip.SignUpInput{ClientId: &clientID, Username: &name, Password: new("Acknowledged-1"),
					UserAttributes: []types.AttributeType{{Name: new("email"), Value: aws.String(name + "@example.org")}}},
					func(o *cip.Options) { o.RetryMaxAttempts = 1 })
				if err != nil {
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, name)
				mu.Unlock()
				enough.Add(1)
			}
		})
	}
	for deadline := time.Now().Add(patience); enough.Load() < 60; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d sign-ups in %v; server log:\n%s", enough.Load(), patience, s.stderr)
		}
	}
	s.kill()
	wg.Wait()

	again := sdk(start(t, dir))
	for _, name := range acknowledged {
		got, err := again.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &poolID, Username: &name})
		if err != nil {
			t.Errorf("%s was acknowledged and is lost: %v", name, err)
		} else if got.UserStatus != types.UserStatusTypeUnconfirmed {
			t.Errorf("%s came back as %s", name, got.UserStatus)
		}
	}
	t.Logf("%d acknowledged sign-ups, all found again", len(acknowledged))
}

// TestCleanEnd sends SIGTERM while requests are in flight: each of them is
// answered, and the server ends with 0.
func TestCleanEnd(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, "--empty")
	c := sdk(s)
	poolID, _ := newPool(t, c)

	var wg sync.WaitGroup
	names := make(chan string, 1000)
	begun := make(chan struct{}, 1000)
	for w := range 4 {
		wg.Go(func() {
			for i := range 200 {
				name := fmt.Sprintf("user-%d-%d", w, i)
				_, err := c.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: &poolID, Username: &name, TemporaryPassword: new("Temporary-1"), MessageAction: types.MessageActionTypeSuppress},
					func(o *cip.Options) { o.RetryMaxAttempts = 1 })
				if _, answered := errors.AsType[interface {
					error
					ErrorCode() string
				}](err); answered {
					t.Errorf("%s: %v", name, err)
				}
				if err != nil {
					return // the listener is closed
				}
				names <- name
				begun <- struct{}{}
			}
		})
	}
	for range 20 {
		<-begun
	}
	if code := s.stop(t); code != 0 {
		t.Errorf("exit code %d, log:\n%s", code, s.stderr)
	}
	wg.Wait()
	close(names)

	again := sdk(start(t, dir))
	for name := range names {
		if _, err := again.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &poolID, Username: &name}); err != nil {
			t.Errorf("%s was acknowledged and is lost: %v", name, err)
		}
	}
}
