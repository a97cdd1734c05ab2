package userpool

import (
	"fmt"
	"strings"
)

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

// ARN is the pool's Amazon resource name in an account.
func (p *Pool) ARN(account string) string { return p.ARNIn(p.Region, account) }

// ARNIn is the pool's Amazon resource name in a region that it is replicated to.
func (p *Pool) ARNIn(region, account string) string {
	return fmt.Sprintf("arn:aws:cognito-idp:%s:%s:userpool/%s", region, account, p.ID)
}

// arnRegion gives the region of arn:partition:service:region:account:resource.
func arnRegion(arn string) string { return arnField(arn, 3) }

func arnField(arn string, i int) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[i]
	}
	return ""
}
