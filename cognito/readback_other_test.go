package cognito_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// details are those of an identity provider of each type, with every key, and the
// keys that answers have beside them or leave out.
var details = []struct{ kind, details, added, hidden string }{
	{"SAML", `{"MetadataFile":{{metadata}},"IDPSignout":"false","IDPInit":"false","EncryptedResponses":"false","RequestSigningAlgorithm":"rsa-sha256"}`, "SSORedirectBindingURI ActiveEncryptionCertificate", ""},
	{"OIDC", `{"client_id":"c","client_secret":"s","authorize_scopes":"openid email","attributes_request_method":"POST","oidc_issuer":"https://a.example.org",` + addresses + `,"jwks_uri":"https://a.example.org/4","attributes_url_add_attributes":"false"}`, "", ""},
	{"Google", `{` + social + `,"oidc_issuer":"https://a.example.org"}`, "", ""},
	{"Facebook", `{` + social + `,"api_version":"v19.0"}`, "", ""},
	{"LoginWithAmazon", `{` + social + `}`, "", ""},
	{"SignInWithApple", `{"client_id":"c","team_id":"t","key_id":"k","private_key":"p","authorize_scopes":"email name","authorize_url":"https://a.example.org/1",` +
		`"token_url":"https://a.example.org/2","token_request_method":"GET","oidc_issuer":"https://a.example.org","attributes_url_add_attributes":"true"}`, "", "private_key"},
}

const (
	addresses = `"authorize_url":"https://a.example.org/1","token_url":"https://a.example.org/2","attributes_url":"https://a.example.org/3"`
	social    = `"client_id":"c","client_secret":"s","authorize_scopes":"email","token_request_method":"GET","attributes_url_add_attributes":"true",` + addresses
)

// providerSettings are one setting for each type of provider, written, and one to
// write it again.
func providerSettings() []setting {
	var list []setting
	for _, d := range details {
		// A social provider is named as its type.
		username := `,"username":"login"`
		if d.kind == "SAML" {
			username = "" // is no attribute, and its own mapping there
		}
		members := `"AttributeMapping":{"email":"mail"` + username + `},"IdpIdentifiers":["` + d.kind + `.org","a ` + d.kind + `"]`
		check := func(t *testing.T, sent, read any) { checkProvider(t, sent, read, strings.Fields(d.added), d.hidden) }
		list = append(list, setting{
			name: "provider " + d.kind, write: "CreateIdentityProvider",
			full: `{"UserPoolId":"{{pool}}","ProviderName":"` + d.kind + `","ProviderType":"` + d.kind + `","ProviderDetails":` + d.details + `,` + members + `}`,
			read: "DescribeIdentityProvider", where: `{"UserPoolId":"{{pool}}","ProviderName":"` + d.kind + `"}`, as: "IdentityProvider", check: check,
		})
	}
	return append(list, setting{
		name: "provider, updated", write: "UpdateIdentityProvider",
		full: `{"UserPoolId":"{{pool}}","ProviderName":"{{provider}}","ProviderDetails":` + details[0].details + `,"AttributeMapping":{"email":"mail"},"IdpIdentifiers":["b"]}`,
		read: "GetIdentityProviderByIdentifier", where: `{"UserPoolId":"{{pool}}","IdpIdentifier":"b"}`, as: "IdentityProvider",
		check: func(t *testing.T, sent, read any) {
			sent.(map[string]any)["ProviderType"] = "SAML"
			checkProvider(t, sent, read, strings.Fields(details[0].added), "")
		},
	})
}

func checkProvider(t *testing.T, sent, read any, added []string, hidden string) {
	t.Helper()
	want, got := sent.(map[string]any), read.(map[string]any)
	delete(want["ProviderDetails"].(map[string]any), hidden)
	have := got["ProviderDetails"].(map[string]any)
	for _, key := range added {
		if have[key] == nil {
			t.Errorf("%s is missing", key)
		}
		delete(have, key)
	}
	for _, date := range []string{"CreationDate", "LastModifiedDate"} {
		if got[date] == nil {
			t.Errorf("%s is missing", date)
		}
		delete(got, date)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was written reads back otherwise (-written +read):\n%s", diff)
	}
}

func otherSettings() []setting {
	limit := `{"LimitDefinition":{"LimitClass":"API_CATEGORY","Attributes":{"Category":"UserToken"}}}`
	logs := func(members string) string {
		return `{"UserPoolId":"{{pool}}","LogConfigurations":[{"LogLevel":"ERROR","EventSource":"userNotification","CloudWatchLogsConfiguration":{"LogGroupArn":"arn:aws:logs:{{region}}:{{account}}:log-group:g"}},` +
			`{"LogLevel":"INFO","EventSource":"userAuthEvents",` + members + `}]}`
	}
	here := `{"UserPoolId":"{{pool}}"}`
	list := []setting{
		{
			name: "resource server", write: "CreateResourceServer",
			full: `{"UserPoolId":"{{pool}}","Identifier":"https://a","Name":"A","Scopes":[{"ScopeName":"b","ScopeDescription":"2"},{"ScopeName":"a","ScopeDescription":"1"}]}`,
			read: "DescribeResourceServer", where: `{"UserPoolId":"{{pool}}","Identifier":"https://a"}`, as: "ResourceServer",
			update: "UpdateResourceServer", bare: `{"UserPoolId":"{{pool}}","Identifier":"https://a","Name":"B"}`, defaults: `{"UserPoolId":"{{pool}}","Identifier":"https://a","Name":"B"}`,
		},
		{
			name: "resource server, updated", write: "UpdateResourceServer",
			full: `{"UserPoolId":"{{pool}}","Identifier":"{{server}}","Name":"B","Scopes":[{"ScopeName":"c","ScopeDescription":"3"}]}`,
			read: "DescribeResourceServer", where: `{"UserPoolId":"{{pool}}","Identifier":"{{server}}"}`, as: "ResourceServer",
		},
		{
			name: "group", write: "CreateGroup", full: `{"UserPoolId":"{{pool}}","GroupName":"g","Description":"d","RoleArn":"{{role}}","Precedence":0}`,
			read: "GetGroup", where: `{"UserPoolId":"{{pool}}","GroupName":"g"}`, as: "Group", own: []string{"CreationDate", "LastModifiedDate"},
			update: "UpdateGroup", bare: `{"UserPoolId":"{{pool}}","GroupName":"g"}`, // keeps what it leaves out
			defaults: `{"UserPoolId":"{{pool}}","GroupName":"g","Description":"d","RoleArn":"{{role}}","Precedence":0}`,
		},
		{
			name: "group, updated", write: "UpdateGroup", full: `{"UserPoolId":"{{pool}}","GroupName":"{{group}}","Description":"e","RoleArn":"{{role}}","Precedence":7}`,
			read: "GetGroup", where: `{"UserPoolId":"{{pool}}","GroupName":"{{group}}"}`, as: "Group", own: []string{"CreationDate", "LastModifiedDate"},
		},
		{
			name: "tags", write: "TagResource", full: `{"ResourceArn":"{{poolarn}}","Tags":{"team":"a","stage":""}}`, hidden: []string{"ResourceArn"},
			read: "ListTagsForResource", where: `{"ResourceArn":"{{poolarn}}"}`,
			update: "UntagResource", bare: `{"ResourceArn":"{{poolarn}}","TagKeys":["team","stage"]}`, defaults: `{"Tags":{}}`,
		},
		{
			name: "risk of a pool", write: "SetRiskConfiguration", full: `{"UserPoolId":"{{pool}}",` + fullRisk + `}`,
			read: "DescribeRiskConfiguration", where: here, as: "RiskConfiguration", own: []string{"LastModifiedDate"},
			update: "SetRiskConfiguration", bare: here, defaults: here,
		},
		{
			name: "risk of a client", write: "SetRiskConfiguration", full: `{"UserPoolId":"{{pool}}","ClientId":"{{client}}",` + fullRisk + `}`,
			read: "DescribeRiskConfiguration", where: `{"UserPoolId":"{{pool}}","ClientId":"{{client}}"}`, as: "RiskConfiguration", own: []string{"LastModifiedDate"},
			update: "SetRiskConfiguration", bare: `{"UserPoolId":"{{pool}}","ClientId":"{{client}}"}`, defaults: `{"UserPoolId":"{{pool}}","ClientId":"{{client}}"}`,
		},
		{
			name: "log delivery to a log group", write: "SetLogDeliveryConfiguration", full: logs(`"CloudWatchLogsConfiguration":{"LogGroupArn":"arn:aws:logs:{{region}}:{{account}}:log-group:h"}`),
			read: "GetLogDeliveryConfiguration", where: here, as: "LogDeliveryConfiguration",
			update: "SetLogDeliveryConfiguration", bare: `{"UserPoolId":"{{pool}}","LogConfigurations":[]}`, defaults: `{"UserPoolId":"{{pool}}","LogConfigurations":[]}`,
		},
		{
			name: "log delivery to a bucket", write: "SetLogDeliveryConfiguration", full: logs(`"S3Configuration":{"BucketArn":"arn:aws:s3:::bucket"}`),
			read: "GetLogDeliveryConfiguration", where: here, as: "LogDeliveryConfiguration",
		},
		{
			name: "log delivery to a stream", write: "SetLogDeliveryConfiguration",
			full: logs(`"FirehoseConfiguration":{"StreamArn":"arn:aws:firehose:{{region}}:{{account}}:deliverystream/d"}`),
			read: "GetLogDeliveryConfiguration", where: here, as: "LogDeliveryConfiguration",
		},
		{
			name: "limit", write: "UpdateProvisionedLimit", full: strings.TrimSuffix(limit, "}") + `,"RequestedLimitValue":300}`, renamed: map[string]string{"RequestedLimitValue": "ProvisionedLimitValue"},
			read: "GetProvisionedLimit", where: limit, as: "Limit", own: []string{"FreeLimitValue"},
			update: "UpdateProvisionedLimit", bare: strings.TrimSuffix(limit, "}") + `,"RequestedLimitValue":120}`,
			defaults: strings.TrimSuffix(limit, "}") + `,"ProvisionedLimitValue":120}`,
		},
		{
			name: "replica", write: "CreateUserPoolReplica", full: `{"UserPoolId":"{{updatedpool}}","RegionName":"ap-south-1","UserPoolTags":{"team":"a"}}`,
			read: "ListUserPoolReplicas", where: `{"UserPoolId":"{{updatedpool}}"}`, check: checkReplica("INACTIVE"),
		},
		{
			name: "replica, updated", write: "UpdateUserPoolReplica", full: `{"UserPoolId":"{{replicated}}","RegionName":"ap-south-1","Status":"ACTIVE"}`,
			read: "ListUserPoolReplicas", where: `{"UserPoolId":"{{replicated}}"}`, check: checkReplica("ACTIVE"),
		},
		{
			name: "import job", write: "CreateUserImportJob", made: "UserImportJob.JobId",
			full: `{"UserPoolId":"{{pool}}","JobName":"a","CloudWatchLogsRoleArn":"{{role}}","PasswordHashingAlgorithm":"BCRYPT"}`,
			read: "DescribeUserImportJob", where: `{"UserPoolId":"{{pool}}","JobId":"{{id}}"}`, as: "UserImportJob",
			own: []string{"JobId", "PreSignedUrl", "CreationDate", "Status", "ImportedUsers", "SkippedUsers", "FailedUsers"},
		},
		{
			name: "client secret", write: "AddUserPoolClientSecret", full: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}","ClientSecret":"abcdefghijklmnopqrstuvwxyz0123"}`,
			read: "ListUserPoolClientSecrets", where: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}"}`,
			check: func(t *testing.T, _, read any) {
				if list := read.(map[string]any)["ClientSecrets"].([]any); len(list) != 2 {
					t.Errorf("there are %d secrets", len(list))
				}
			},
		},
	}
	return append(list, providerSettings()...)
}

// checkReplica looks at the second one of a pool's regions.
func checkReplica(status string) func(*testing.T, any, any) {
	return func(t *testing.T, sent, read any) {
		list := read.(map[string]any)["UserPoolReplicas"].([]any)
		second := list[len(list)-1].(map[string]any)
		if len(list) != 2 || second["RegionName"] != sent.(map[string]any)["RegionName"] || second["Role"] != "SECONDARY" || second["Status"] != status {
			t.Errorf("the replicas are %v", list)
		}
	}
}
