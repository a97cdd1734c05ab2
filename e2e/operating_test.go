package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestExportedLogs signs in by the API and on the pages, and reads what came of it
// in the sink's files after the server's end.
func TestExportedLogs(t *testing.T) {
	sink := t.TempDir()
	s := start(t, t.TempDir(), "--empty", "--log-sink="+sink)
	c := sdk(s)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pool, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: new("watched"), UserPoolTier: types.UserPoolTierTypePlus,
		UserPoolAddOns: &types.UserPoolAddOnsType{AdvancedSecurityMode: types.AdvancedSecurityModeTypeAudit}})
	must(err)
	id := pool.UserPool.Id
	client, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: id, ClientName: new("app"), AllowedOAuthFlowsUserPoolClient: true,
		CallbackURLs: []string{"https://app.test/cb"}, AllowedOAuthScopes: []string{"openid"},
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeCode}, SupportedIdentityProviders: []string{"COGNITO"},
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth},
	})
	must(err)
	_, err = c.SetLogDeliveryConfiguration(t.Context(), &cip.SetLogDeliveryConfigurationInput{UserPoolId: id, LogConfigurations: []types.LogConfigurationType{{
		EventSource: types.EventSourceNameUserAuthEvents, LogLevel: types.LogLevelInfo,
		CloudWatchLogsConfiguration: &types.CloudWatchLogsConfigurationType{LogGroupArn: new("arn:aws:logs:eu-west-1:000000000000:log-group:/aws/watched")},
	}}})
	must(err)
	_, err = c.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: id, Username: new("ada"), MessageAction: types.MessageActionTypeSuppress, TemporaryPassword: new("Right-password-1")})
	must(err)
	_, err = c.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: id, Username: new("ada"), Password: new("Right-password-1"), Permanent: true})
	must(err)
	_, err = c.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: client.UserPoolClient.ClientId, AuthFlow: types.AuthFlowTypeUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": "Right-password-1"}})
	must(err)
	s.signInOnPages(t, *client.UserPoolClient.ClientId, "ada", "Wrong-password-2", "Right-password-1")
	events, err := c.AdminListUserAuthEvents(t.Context(), &cip.AdminListUserAuthEventsInput{UserPoolId: id, Username: new("ada")})
	must(err)
	s.stop(t)

	files, err := filepath.Glob(filepath.Join(sink, "cloudwatch", "aws", "watched", *id, "*.jsonl"))
	must(err)
	if len(files) == 0 || len(files) > 2 { // two around midnight
		t.Fatalf("files %q", files)
	}
	var text []byte
	for _, file := range files {
		part, err := os.ReadFile(file)
		must(err)
		text = append(text, part...)
	}
	if strings.Contains(string(text), "-password-") {
		t.Errorf("a password is in the exported log: %s", text)
	}
	var got []string
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var line struct {
			EventSource string
			Message     struct{ EventID, EventResponse, UserName, IPAddress, DeviceName string }
		}
		must(json.Unmarshal(lines.Bytes(), &line))
		if line.Message.UserName != "ada" || line.Message.IPAddress != "127.0.0.1" || line.EventSource != "USER_ACTIVITY" {
			t.Errorf("line %s", lines.Text())
		}
		got = append(got, line.Message.EventID+" "+line.Message.EventResponse)
	}
	var want []string
	for _, e := range events.AuthEvents {
		want = append([]string{*e.EventId + " " + string(e.EventResponse)}, want...)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(got) != 3 {
		t.Errorf("exported %q, the history has %q", got, want)
	}
}

// TestRatesAndQuotas: the settings reach the server.
func TestRatesAndQuotas(t *testing.T) {
	s := start(t, t.TempDir(), "--empty", "--rate-limits=on", "--quota=groups-per-pool=1")
	c := cip.New(sdk(s).Options(), func(o *cip.Options) { o.Retryer = aws.NopRetryer{} })
	poolID, _ := newPool(t, c)
	reads := func(n int) (refused int) {
		t.Helper()
		for range n {
			_, err := c.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &poolID, Username: new("nobody")})
			if _, tooMany := errors.AsType[*types.TooManyRequestsException](err); tooMany {
				refused++
			} else if _, unknown := errors.AsType[*types.UserNotFoundException](err); !unknown {
				t.Fatal(err)
			}
		}
		return refused
	}
	begin := time.Now()
	refused := reads(1500)
	if most := 120 + int(120*time.Since(begin).Seconds()) + 1; 1500-refused > most {
		t.Errorf("%d requests passed in %v, want at most %d", 1500-refused, time.Since(begin), most)
	}
	for i, name := range []string{"a", "b"} {
		_, err := c.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: &poolID, GroupName: &name})
		if _, full := errors.AsType[*types.LimitExceededException](err); full != (i == 1) {
			t.Errorf("group %d: %v", i+1, err)
		}
	}
}
