package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const noGroup = `ResourceNotFoundException: Group not found.`

func TestGroups(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.run(
		trial{"CreateGroup", `{"GroupName":"staff"}`, `{"Group":{"GroupName":"staff","UserPoolId":"POOL","CreationDate":1700000000,"LastModifiedDate":1700000000}}`},
		trial{"CreateGroup", `{"GroupName":"staff"}`, `GroupExistsException: A group with the name already exists.`},
		trial{"CreateGroup", `{"GroupName":"admin","Description":"they","RoleArn":"arn:aws:iam::111122223333:role/admin","Precedence":0}`,
			`~{"Group":{"Description":"they","RoleArn":"arn:aws:iam::111122223333:role/admin","Precedence":0}}`},
		trial{"CreateGroup", `{"GroupName":"x","RoleArn":"arn:aws:iam::999999999999:role/admin"}`, `InvalidParameterException: Cross-account pass role is not allowed.`},
		trial{"CreateGroup", `{"GroupName":"x","Precedence":-1}`,
			`InvalidParameterException: 1 validation error detected: Value '-1' at 'precedence' failed to satisfy constraint: Member must have value greater than or equal to 0`},
	)
	b.advance(time.Minute)
	const changed = `{"Group":{"GroupName":"admin","UserPoolId":"POOL","Description":"those","RoleArn":"arn:aws:iam::111122223333:role/admin","Precedence":0,
		"CreationDate":1700000000,"LastModifiedDate":1700000060}}`
	b.run(
		trial{"UpdateGroup", `{"GroupName":"admin","Description":"those"}`, changed},
		trial{"GetGroup", `{"GroupName":"admin"}`, changed},
		trial{"UpdateGroup", `{"GroupName":"admin","RoleArn":"arn:aws:iam::999999999999:role/admin"}`, `InvalidParameterException: Cross-account pass role is not allowed.`},
		trial{"GetGroup", `{"GroupName":"none"}`, noGroup},
		trial{"UpdateGroup", `{"GroupName":"none"}`, noGroup},
		trial{"DeleteGroup", `{"GroupName":"none"}`, noGroup},
		trial{"ListUsersInGroup", `{"GroupName":"none"}`, noGroup},
		trial{"ListGroups", `{}`, `~{"NextToken":null}`},
		trial{"DeleteGroup", `{"GroupName":"admin"}`, ``},
		trial{"GetGroup", `{"GroupName":"admin"}`, noGroup},
		trial{"ListGroups", `{}`, `{"Groups":[{"GroupName":"staff","UserPoolId":"POOL","CreationDate":1700000000,"LastModifiedDate":1700000000}]}`},
		trial{"CreateGroup", `{"UserPoolId":"eu-west-1_nobody","GroupName":"a"}`, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	)
}

func TestGroupMembers(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateGroup", `{"GroupName":"staff"}`)
	b.ok("AdminCreateUser", `{"Username":"ada","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!"}`)
	const staff = `{"GroupName":"staff","UserPoolId":"POOL","CreationDate":1700000000,"LastModifiedDate":1700000000}`
	in := func(user, group string) string { return fmt.Sprintf(`{"Username":%q,"GroupName":%q}`, user, group) }
	const nobody = `UserNotFoundException: User does not exist.`
	b.run(
		trial{"AdminAddUserToGroup", in("ada", "none"), noGroup},
		trial{"AdminAddUserToGroup", in("bob", "staff"), nobody},
		trial{"AdminRemoveUserFromGroup", in("ada", "none"), noGroup},
		trial{"AdminRemoveUserFromGroup", in("bob", "staff"), nobody},
		trial{"AdminListGroupsForUser", `{"Username":"bob"}`, nobody},
		trial{"AdminListGroupsForUser", `{"Username":"ada"}`, `{"Groups":[]}`},
		trial{"ListUsersInGroup", `{"GroupName":"staff"}`, `{"Users":[]}`},
		trial{"AdminRemoveUserFromGroup", in("ada", "staff"), ``}, // is no member
		trial{"AdminAddUserToGroup", in("ada", "staff"), ``},
		trial{"AdminAddUserToGroup", in("ada", "staff"), ``}, // is one already
		trial{"AdminListGroupsForUser", `{"Username":"ada"}`, `{"Groups":[` + staff + `]}`},
		trial{"AdminRemoveUserFromGroup", in("ada", "staff"), ``},
		trial{"AdminListGroupsForUser", `{"Username":"ada"}`, `{"Groups":[]}`},
		trial{"AdminAddUserToGroup", in("ada", "staff"), ``},
		trial{"DeleteGroup", `{"GroupName":"staff"}`, ``}, // with its member
		trial{"AdminListGroupsForUser", `{"Username":"ada"}`, `{"Groups":[]}`},
	)
	for i := range 101 {
		b.ok("CreateGroup", fmt.Sprintf(`{"GroupName":"g%03d"}`, i))
		want := ``
		if i == 100 {
			want = `InvalidParameterException: Exceeded the limit of 100 groups per user.`
		}
		b.run(trial{"AdminAddUserToGroup", in("ada", fmt.Sprintf("g%03d", i)), want})
	}
	b.run(trial{"AdminAddUserToGroup", in("ada", "g099"), ``}) // a member of 100 stays one
}

// TestGroupPages: listings of groups and members go on where they ended, and their
// tokens fit nothing else.
func TestGroupPages(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	for i := range 5 {
		b.ok("CreateGroup", fmt.Sprintf(`{"GroupName":"g%d"}`, i))
		b.ok("AdminCreateUser", fmt.Sprintf(`{"Username":"u%d","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!"}`, i))
	}
	for i := range 5 {
		b.ok("AdminAddUserToGroup", fmt.Sprintf(`{"Username":"u0","GroupName":"g%d"}`, i))
		b.ok("AdminAddUserToGroup", fmt.Sprintf(`{"Username":"u%d","GroupName":"g0"}`, i))
	}
	token := ""
	for _, tt := range []struct{ op, member, item string }{
		{"ListGroups", `"Limit":2`, `"GroupName":"g%d"`},
		{"AdminListGroupsForUser", `"Username":"u0","Limit":2`, `"GroupName":"g%d"`},
		{"ListUsersInGroup", `"GroupName":"g0","Limit":2`, `"Username":"u%d"`},
	} {
		if token != "" {
			b.run(trial{tt.op, `{` + tt.member + `,"NextToken":"` + token + `"}`, `InvalidParameterException: Invalid pagination token.`})
		}
		all, next := "", ""
		for range 3 {
			answer := b.ok(tt.op, `{`+tt.member+next+`}`)
			all += answer
			if t := b.member(answer, "NextToken"); t != "" {
				token, next = t, `,"NextToken":"`+t+`"`
			}
		}
		for i := range 5 {
			if item := fmt.Sprintf(tt.item, i); strings.Count(all, item) != 1 {
				t.Errorf("%s lists %s %d times", tt.op, item, strings.Count(all, item))
			}
		}
	}
	b.run(
		trial{"ListUsersInGroup", `{"GroupName":"g1","NextToken":"` + token + `"}`, `InvalidParameterException: Invalid pagination token.`},
		trial{"ListGroups", `{"Limit":0}`, `~{"NextToken":null}`}, // 0 is the default, 60
		trial{"ListGroups", `{"Limit":61}`, `InvalidParameterException: 1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60`},
	)
}
