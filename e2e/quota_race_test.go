package e2e

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestQuotaRace: of many things made at once, on two servers, as many are
// made as the quota allows.
func TestQuotaRace(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { quotaRace(t) })
	t.Run("postgres", func(t *testing.T) { quotaRace(t, "--database="+postgres(t)) })
}

// raceOfTwo starts two servers on the same data and makes a pool. The clients ask once.
func raceOfTwo(t *testing.T, args []string) (clients []*cip.Client, pool *string) {
	t.Helper()
	dir := t.TempDir()
	for range 2 {
		s := start(t, dir, append(args, "--empty")...)
		clients = append(clients, cip.New(sdk(s).Options(), func(o *cip.Options) { o.Retryer = aws.NopRetryer{} }))
	}
	made, err := clients[0].CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: new("race")})
	if err != nil {
		t.Fatal(err)
	}
	return clients, made.UserPool.Id
}

func quotaRace(t *testing.T, args ...string) {
	const quota, requests = 3, 32
	for _, name := range []string{"app-clients", "groups", "resource-servers", "identity-providers"} {
		args = append(args, fmt.Sprintf("--quota=%s-per-pool=%d", name, quota))
	}
	args = append(args, fmt.Sprintf("--quota=user-pools=%d", 1+quota)) // the one that it all happens in counts
	clients, pool := raceOfTwo(t, args)
	for _, tt := range []struct {
		what string
		make func(c *cip.Client, name string) error
	}{
		{"app clients", func(c *cip.Client, name string) error {
			_, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{UserPoolId: pool, ClientName: &name})
			return err
		}},
		{"groups", func(c *cip.Client, name string) error {
			_, err := c.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: pool, GroupName: &name})
			return err
		}},
		{"resource servers", func(c *cip.Client, name string) error {
			_, err := c.CreateResourceServer(t.Context(), &cip.CreateResourceServerInput{UserPoolId: pool, Identifier: &name, Name: &name})
			return err
		}},
		{"identity providers", func(c *cip.Client, name string) error {
			_, err := c.CreateIdentityProvider(t.Context(), &cip.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: &name, ProviderType: "OIDC",
				ProviderDetails: map[string]string{"client_id": "c", "authorize_scopes": "openid", "attributes_request_method": "GET", "oidc_issuer": "https://a.example.org",
					"authorize_url": "https://a.example.org/1", "token_url": "https://a.example.org/2", "attributes_url": "https://a.example.org/3", "jwks_uri": "https://a.example.org/4"}})
			return err
		}},
		{"user pools", func(c *cip.Client, name string) error {
			_, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: &name})
			return err
		}},
	} {
		var passed atomic.Int64
		var all sync.WaitGroup
		for i := range requests {
			all.Go(func() {
				err := tt.make(clients[i%2], fmt.Sprintf("corp%d", i))
				if _, full := errors.AsType[*types.LimitExceededException](err); err == nil {
					passed.Add(1)
				} else if !full {
					t.Errorf("%s: %v", tt.what, err)
				}
			})
		}
		all.Wait()
		if passed.Load() != quota {
			t.Errorf("%d %s were made, the quota is %d", passed.Load(), tt.what, quota)
		}
	}
}

// TestQuotaOfUserRace: however many groups a user is added to at once, on two servers,
// the user is in as many as the quota allows.
func TestQuotaOfUserRace(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { quotaOfUserRace(t) })
	t.Run("postgres", func(t *testing.T) { quotaOfUserRace(t, "--database="+postgres(t)) })
}

func quotaOfUserRace(t *testing.T, args ...string) {
	const quota, requests = 3, 32
	clients, pool := raceOfTwo(t, append(args, fmt.Sprintf("--quota=groups-per-user=%d", quota)))
	ada := new("ada")
	_, err := clients[0].AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: pool, Username: ada, MessageAction: "SUPPRESS", TemporaryPassword: new("Passw0rd!")})
	if err != nil {
		t.Fatal(err)
	}
	add := func(c *cip.Client, group *string) error {
		_, err := c.AdminAddUserToGroup(t.Context(), &cip.AdminAddUserToGroupInput{UserPoolId: pool, Username: ada, GroupName: group})
		return err
	}
	for i := range requests {
		if _, err := clients[0].CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: pool, GroupName: aws.String(fmt.Sprintf("g%d", i))}); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range requests {
		all.Go(func() {
			err := add(clients[i%2], aws.String(fmt.Sprintf("g%d", i)))
			if _, full := errors.AsType[*types.InvalidParameterException](err); err != nil && !full {
				t.Error(err)
			}
		})
	}
	all.Wait()
	is, err := clients[0].AdminListGroupsForUser(t.Context(), &cip.AdminListGroupsForUserInput{UserPoolId: pool, Username: ada})
	if err != nil {
		t.Fatal(err)
	}
	if len(is.Groups) != quota {
		t.Fatalf("the user is in %d groups, the quota is %d", len(is.Groups), quota)
	}
	for _, g := range is.Groups { // where the user is already, nothing is refused
		if err := add(clients[1], g.GroupName); err != nil {
			t.Error(err)
		}
	}
}
