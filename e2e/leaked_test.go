package e2e

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestLeakedPasswords: a server that is given a file of leaked passwords takes none of
// them from who signs up.
func TestLeakedPasswords(t *testing.T) {
	var lines []string
	for _, password := range []string{"Harbour-lights-9", "Kelp-and-foam-7", "Tide-table-3"} {
		lines = append(lines, fmt.Sprintf("%X:42", sha1.Sum([]byte(password))))
	}
	slices.Sort(lines)
	file := filepath.Join(t.TempDir(), "leaked.txt")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	c := sdk(start(t, t.TempDir(), "--empty", "--leaked-passwords="+file))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pool, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: new("guarded"), UserPoolTier: types.UserPoolTierTypePlus,
		UserPoolAddOns: &types.UserPoolAddOnsType{AdvancedSecurityMode: types.AdvancedSecurityModeTypeEnforced}})
	must(err)
	client, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{UserPoolId: pool.UserPool.Id, ClientName: new("app")})
	must(err)
	_, err = c.SetRiskConfiguration(t.Context(), &cip.SetRiskConfigurationInput{UserPoolId: pool.UserPool.Id,
		CompromisedCredentialsRiskConfiguration: &types.CompromisedCredentialsRiskConfigurationType{
			Actions: &types.CompromisedCredentialsActionsType{EventAction: types.CompromisedCredentialsEventActionTypeBlock},
		}})
	must(err)
	signUp := func(password string) error {
		_, err := c.SignUp(t.Context(), &cip.SignUpInput{ClientId: client.UserPoolClient.ClientId, Username: new("ada"), Password: &password})
		return err
	}
	for _, password := range []string{"Harbour-lights-9", "Kelp-and-foam-7", "Tide-table-3", "P@ssw0rd123!"} {
		refused, ok := errors.AsType[*types.InvalidPasswordException](signUp(password))
		if !ok || *refused.Message != "Provided password cannot be used for security reasons." {
			t.Errorf("%s: %v", password, refused)
		}
	}
	must(signUp("Harbour-lights-8"))
}
