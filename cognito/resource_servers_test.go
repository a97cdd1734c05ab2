package cognito_test

import (
	"fmt"
	"testing"
)

func TestResourceServers(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	const (
		api     = `"Identifier":"https://api.example.org"`
		created = `{"ResourceServer":{"UserPoolId":"POOL","Identifier":"https://api.example.org","Name":"API","Scopes":[{"ScopeName":"read","ScopeDescription":"Read it"}]}}`
		renamed = `{"ResourceServer":{"UserPoolId":"POOL","Identifier":"https://api.example.org","Name":"Other"}}`
		unknown = `ResourceNotFoundException: Resource server none does not exist.`
	)
	b.run(
		trial{"CreateResourceServer", `{` + api + `,"Name":"API","Scopes":[{"ScopeName":"read","ScopeDescription":"Read it"}]}`, created},
		trial{"DescribeResourceServer", `{` + api + `}`, created},
		trial{"CreateResourceServer", `{` + api + `,"Name":"API"}`, `InvalidParameterException: https://api.example.org already exists in user pool POOL.`},
		trial{"CreateResourceServer", `{"Identifier":"two","Name":"API","Scopes":[{"ScopeName":"a","ScopeDescription":"A"},{"ScopeName":"a","ScopeDescription":"B"}]}`,
			`InvalidParameterException: Scope a is given more than once.`},
		trial{"UpdateResourceServer", `{` + api + `,"Name":"Other"}`, renamed},
		trial{"DescribeResourceServer", `{` + api + `}`, renamed},
		trial{"ListResourceServers", `{}`, `{"ResourceServers":[{"UserPoolId":"POOL","Identifier":"https://api.example.org","Name":"Other"}]}`},
		trial{"DescribeResourceServer", `{"Identifier":"none"}`, unknown},
		trial{"UpdateResourceServer", `{"Identifier":"none","Name":"x"}`, unknown},
		trial{"DeleteResourceServer", `{"Identifier":"none"}`, unknown},
		trial{"CreateResourceServer", `{"UserPoolId":"eu-west-1_nobody","Identifier":"a","Name":"a"}`, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
		trial{"DeleteResourceServer", `{` + api + `}`, ``},
		trial{"ListResourceServers", `{}`, `{"ResourceServers":[]}`},
	)
}

// TestResourceServerQuota: 25 in a pool; they are listed in pages.
func TestResourceServerQuota(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	for i := range 25 {
		b.ok("CreateResourceServer", fmt.Sprintf(`{"Identifier":"r%02d","Name":"r"}`, i))
	}
	b.run(trial{"CreateResourceServer", `{"Identifier":"more","Name":"r"}`, `LimitExceededException: Exceeded the limit of 25 resource servers per user pool.`})
	token := b.member(b.ok("ListResourceServers", `{"MaxResults":24}`), "NextToken")
	b.run(
		trial{"ListResourceServers", `{"MaxResults":24,"NextToken":"` + token + `"}`, `{"ResourceServers":[{"UserPoolId":"POOL","Identifier":"r24","Name":"r"}]}`},
		trial{"ListGroups", `{"NextToken":"` + token + `"}`, `InvalidParameterException: Invalid pagination token.`},
	)
}
