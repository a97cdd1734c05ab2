package userpool

import "testing"

func TestParseQuotas(t *testing.T) {
	for _, tt := range []struct {
		settings []string
		wrong    string
	}{
		{settings: []string{}},
		{settings: []string{"groups-per-pool=20000", " app-clients-per-pool=0 ", "UserCreation=500"}},
		{[]string{"groups-per-pool"}, `a quota must be NAME=NUMBER such as groups-per-pool=20000, not "groups-per-pool"`},
		{[]string{"groups-per-pool=many"}, `a quota must be NAME=NUMBER such as groups-per-pool=20000, not "groups-per-pool=many"`},
		{[]string{"groups-per-pool=-1"}, `a quota must be NAME=NUMBER such as groups-per-pool=20000, not "groups-per-pool=-1"`},
		{[]string{"UserList=100"}, `the rate of UserList cannot be changed`},
		{[]string{"UserCreation=1"}, `the greatest rate of UserCreation cannot be below its default of 50`},
		{[]string{"groups=1"}, `there is no quota "groups"; there are UserAuthentication, UserCreation, UserFederation, UserRead, UserResourceRead, UserToken, ` +
			`app-clients-per-pool, branding-styles-per-pool, custom-domains, groups-per-pool, groups-per-user, identifiers-per-provider, identity-providers-per-pool, ` +
			`import-jobs-per-pool, linked-identities-per-user, passkeys-per-user, resource-servers-per-pool, terms-per-pool, user-pools`},
	} {
		_, err := ParseQuotas(tt.settings)
		if got := text(err); got != tt.wrong {
			t.Errorf("%q:\n%s\nwant\n%s", tt.settings, got, tt.wrong)
		}
	}
	q, err := ParseQuotas([]string{"groups-per-pool=20000", "app-clients-per-pool=0", "UserCreation=500"})
	if err != nil {
		t.Fatal(err)
	}
	creation, _ := RateCategoryNamed(RateUserCreation)
	read, _ := RateCategoryNamed(RateUserRead)
	for what, got := range map[string][2]int{
		"changed": {q.Of(QuotaGroups), 20000}, "none at all": {q.Of(QuotaClients), 0}, "not changed": {q.Of(QuotaPools), 1000},
		"zero value": {Quotas{}.Of(QuotaResourceServers), 25}, "rate": {q.MaxRate(creation), 500}, "rate that isn't changed": {q.MaxRate(read), 1200},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", what, got[0], got[1])
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParsePoolARN(t *testing.T) {
	for arn, want := range map[string]bool{
		"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a": true,
		"arn:aws-cn:cognito-idp:cn-north-1:111122223333:userpool/x":       true,
		"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/":            false,
		"arn:aws:cognito-idp:eu-west-1:111122223333:userpool":             false,
		"arn:aws:cognito-identity:eu-west-1:111122223333:userpool/x":      false,
		"eu-west-1_a": false, "": false,
	} {
		if got, ok := ParsePoolARN(arn); ok != want || ok && got.AccountID != "111122223333" {
			t.Errorf("%s: %v, %v", arn, got, ok)
		}
	}
}
