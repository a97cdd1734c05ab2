package userpool

import "strings"

// A PoolARN is the Amazon resource name of a user pool, taken apart.
type PoolARN struct{ Region, AccountID, PoolID string }

// ParsePoolARN reads arn:aws:cognito-idp:{region}:{account}:userpool/{pool id}; ok
// is false for everything else.
func ParsePoolARN(arn string) (parsed PoolARN, ok bool) {
	id, isPool := strings.CutPrefix(arnField(arn, 5), "userpool/")
	if !isPool || id == "" || arnField(arn, 0) != "arn" || arnField(arn, 2) != "cognito-idp" {
		return PoolARN{}, false
	}
	return PoolARN{Region: arnRegion(arn), AccountID: arnField(arn, 4), PoolID: id}, true
}

// ARNIn is the pool's Amazon resource name in a region that it is replicated to.
func (p *Pool) ARNIn(region, account string) string {
	replica := *p
	replica.Region = region
	return replica.ARN(account)
}
