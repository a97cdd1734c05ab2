package userpool

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Quota names one of the service's quotas of resources that a server's
// configuration can change (reference: api-behaviour §22.1).
type Quota string

// The quotas, under the names that --quota knows.
const (
	QuotaPools           Quota = "user-pools"                  // per region
	QuotaClients         Quota = "app-clients-per-pool"        //
	QuotaProviders       Quota = "identity-providers-per-pool" //
	QuotaIdentifiers     Quota = "identifiers-per-provider"    //
	QuotaResourceServers Quota = "resource-servers-per-pool"   //
	QuotaCustomDomains   Quota = "custom-domains"              // per region
	QuotaGroups          Quota = "groups-per-pool"             //
	QuotaGroupsOfUser    Quota = "groups-per-user"             //
	QuotaLinks           Quota = "linked-identities-per-user"  //
	QuotaPasskeys        Quota = "passkeys-per-user"           //
	QuotaBrandings       Quota = "branding-styles-per-pool"    //
	QuotaTerms           Quota = "terms-per-pool"              //
	QuotaImportJobs      Quota = "import-jobs-per-pool"        //
)

// Limits of the service that no configuration changes (reference: api-behaviour §22.1).
const (
	MaxClientSecrets    = 2
	maxCustomAttributes = 50
	maxTags             = 50
)

// defaultQuotas are the service's defaults.
func defaultQuotas() map[Quota]int {
	return map[Quota]int{
		QuotaPools: 1000, QuotaClients: 1000, QuotaProviders: 300, QuotaIdentifiers: 50,
		QuotaResourceServers: 25, QuotaCustomDomains: 4, QuotaGroups: 10000, QuotaGroupsOfUser: 100,
		QuotaLinks: 5, QuotaPasskeys: 20, QuotaBrandings: 20, QuotaTerms: 40, QuotaImportJobs: 1000,
	}
}

// Quotas are the quotas of a server. The zero value has the service's defaults.
type Quotas struct {
	changed map[string]int // quotas, and greatest rates of categories, by name
}

// Of gives a quota.
func (q Quotas) Of(name Quota) int {
	if n, ok := q.changed[string(name)]; ok {
		return n
	}
	return defaultQuotas()[name]
}

// MaxRate is the greatest rate in requests per second that UpdateProvisionedLimit
// may give a category: ten times the default, unless the configuration says otherwise.
func (q Quotas) MaxRate(c RateCategory) int {
	if n, ok := q.changed[c.Name]; ok {
		return n
	}
	return 10 * c.Rate
}

// ParseQuotas reads changes of quotas, each name=value: a quota's name, or a rate
// category's for the greatest rate that it may be given. The error says what is
// allowed.
func ParseQuotas(settings []string) (Quotas, error) {
	q := Quotas{changed: map[string]int{}}
	for _, setting := range settings {
		name, value, ok := strings.Cut(strings.TrimSpace(setting), "=")
		n, err := strconv.Atoi(value)
		if !ok || err != nil || n < 0 {
			return Quotas{}, fmt.Errorf("a quota must be NAME=NUMBER such as %s=20000, not %q", QuotaGroups, setting)
		}
		category, isCategory := RateCategoryNamed(name)
		_, isQuota := defaultQuotas()[Quota(name)]
		switch {
		case isCategory && !category.Adjustable:
			return Quotas{}, fmt.Errorf("the rate of %s cannot be changed", name)
		case isCategory && n < category.Rate:
			return Quotas{}, fmt.Errorf("the greatest rate of %s cannot be below its default of %d", name, category.Rate)
		case !isCategory && !isQuota:
			return Quotas{}, fmt.Errorf("there is no quota %q; there are %s", name, strings.Join(quotaNames(), ", "))
		}
		q.changed[name] = n
	}
	return q, nil
}

// quotaNames lists what can be changed.
func quotaNames() []string {
	var names []string
	for name := range maps.Keys(defaultQuotas()) {
		names = append(names, string(name))
	}
	for _, c := range RateCategories() {
		if c.Adjustable {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}
