package cognito_test

import (
	"testing"
	"time"

	"idpond/internal/throttle"
	"idpond/internal/userpool"
)

// passes counts how many of n calls are not too many, and gives what the last
// refused one answered.
func (b *bench) passes(n int, op, body string) (passed int, refusal string) {
	b.Helper()
	for range n {
		switch answer := b.call(op, body); answer {
		case `TooManyRequestsException: Rate exceeded`, `TooManyRequestsException: Too many requests`:
			refusal = answer
		default:
			passed++
		}
	}
	return passed, refusal
}

func TestRateLimits(t *testing.T) {
	b := newEventBench(t)
	b.withAda()
	b.srv.Limiter = throttle.New(b.srv.Directory, b.clock)
	const (
		rate    = `TooManyRequestsException: Rate exceeded`
		pool    = `TooManyRequestsException: Too many requests`
		answer  = `{"ClientId":"CLIENT","ChallengeName":"PASSWORD_VERIFIER","ChallengeResponses":{"USERNAME":"ada"}}`
		renewed = `{"ClientId":"CLIENT","ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"aaaaaaaaaaaaaaaaaaaaa","ChallengeResponses":{"USERNAME":"ada"}}`
		raise   = `{"LimitDefinition":{"LimitClass":"API_CATEGORY","Attributes":{"Category":"UserRead"}},"RequestedLimitValue":300}`
	)
	for _, tt := range []struct {
		what     string
		op, body string
		want     int // of 400
		refusal  string
	}{
		{"a category", "DescribeUserPool", `{}`, 15, rate},
		{"shared by its operations", "ListUserPools", `{"MaxResults":1}`, 0, rate},
		{"one operation on one pool", "ListGroups", `{}`, 5, pool},
		{"another on the same pool", "ListResourceServers", `{}`, 5, pool},
		{"sign-ins", "InitiateAuth", password("Passw0rd!"), 120, rate},
		{"answers have their own", "RespondToAuthChallenge", answer, 360, rate},
		{"but for new passwords", "RespondToAuthChallenge", renewed, 30, rate},
		{"a malformed request counts for nothing", "AdminGetUser", `{}`, 400, ""},
		{"users", "AdminGetUser", `{"Username":"ada"}`, 120, rate},
	} {
		if got, refusal := b.passes(400, tt.op, tt.body); got != tt.want || refusal != tt.refusal {
			t.Errorf("%s: %d of 400 pass and then %q, want %d and %q", tt.what, got, refusal, tt.want, tt.refusal)
		}
	}
	b.ok("UpdateProvisionedLimit", raise)
	b.run(trial{"UpdateProvisionedLimit", raise, rate}) // once a second
	b.call("AdminGetUser", `{"Username":"ada"}`)
	b.advance(time.Second)
	if got, _ := b.passes(400, "AdminGetUser", `{"Username":"ada"}`); got != 300 {
		t.Errorf("%d of 400 pass at the raised limit, want 300", got)
	}
}

// TestChangedQuotas: what --quota says is what counts.
func TestChangedQuotas(t *testing.T) {
	b := newBench(t)
	quotas, err := userpool.ParseQuotas([]string{"groups-per-pool=1", "resource-servers-per-pool=30", "UserCreation=60"})
	if err != nil {
		t.Fatal(err)
	}
	b.srv.Directory.Quotas = quotas
	custom := func(name string) string {
		return `{"Domain":"` + name + `.example.org","CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/a"}}`
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		b.ok("CreateUserPool", `{"PoolName":"shop"}`)
		b.ok("CreateUserPoolDomain", custom(name))
	}
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateGroup", `{"GroupName":"a"}`)
	creation := func(n string) string {
		return `{"LimitDefinition":{"LimitClass":"API_CATEGORY","Attributes":{"Category":"UserCreation"}},"RequestedLimitValue":` + n + `}`
	}
	b.run(
		trial{"CreateUserPoolDomain", custom("e"), `LimitExceededException: Exceeded the limit of 4 custom domains per region.`},
		trial{"CreateGroup", `{"GroupName":"b"}`, `LimitExceededException: Exceeded the limit of 1 groups per user pool.`},
		trial{"UpdateProvisionedLimit", creation("61"), `ServiceQuotaExceededException: The limit of the category UserCreation cannot be more than 60.`},
		trial{"UpdateProvisionedLimit", creation("60"), `~{"Limit":{"ProvisionedLimitValue":60}}`},
	)
}
