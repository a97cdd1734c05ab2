package userpool

import "slices"

// A RateCategory is a group of operations that share a limit of requests per
// second of the whole account (reference: api-behaviour §22.3).
type RateCategory struct {
	Name       string
	Rate       int  // the service's default, requests per second
	Adjustable bool // by UpdateProvisionedLimit
	PerPool    int  // how often a single operation may be called on one pool each second; 0 is not limited
}

// The categories' names.
const (
	RateUserAuthentication     = "UserAuthentication"
	RateUserCreation           = "UserCreation"
	RateUserFederation         = "UserFederation"
	RateUserAccountRecovery    = "UserAccountRecovery"
	RateUserRead               = "UserRead"
	RateUserUpdate             = "UserUpdate"
	RateUserToken              = "UserToken"
	RateUserResourceRead       = "UserResourceRead"
	RateUserResourceUpdate     = "UserResourceUpdate"
	RateUserList               = "UserList"
	RateUserPoolRead           = "UserPoolRead"
	RateUserPoolUpdate         = "UserPoolUpdate"
	RateUserPoolResourceRead   = "UserPoolResourceRead"
	RateUserPoolResourceUpdate = "UserPoolResourceUpdate"
	RateUserPoolClientRead     = "UserPoolClientRead"
	RateUserPoolClientUpdate   = "UserPoolClientUpdate"
	RateClientAuthentication   = "ClientAuthentication"
	RateLimitManagement        = "LimitManagement"
)

// RateCategories lists them all.
func RateCategories() []RateCategory {
	return []RateCategory{
		{Name: RateUserAuthentication, Rate: 120, Adjustable: true},
		{Name: RateUserCreation, Rate: 50, Adjustable: true},
		{Name: RateUserFederation, Rate: 25, Adjustable: true},
		{Name: RateUserAccountRecovery, Rate: 30},
		{Name: RateUserRead, Rate: 120, Adjustable: true},
		{Name: RateUserUpdate, Rate: 25},
		{Name: RateUserToken, Rate: 120, Adjustable: true},
		{Name: RateUserResourceRead, Rate: 50, Adjustable: true},
		{Name: RateUserResourceUpdate, Rate: 25},
		{Name: RateUserList, Rate: 30},
		{Name: RateUserPoolRead, Rate: 15},
		{Name: RateUserPoolUpdate, Rate: 15},
		{Name: RateUserPoolResourceRead, Rate: 20, PerPool: 5},
		{Name: RateUserPoolResourceUpdate, Rate: 15, PerPool: 5},
		{Name: RateUserPoolClientRead, Rate: 15, PerPool: 5},
		{Name: RateUserPoolClientUpdate, Rate: 15, PerPool: 5},
		{Name: RateClientAuthentication, Rate: 150},
		{Name: RateLimitManagement, Rate: 1},
	}
}

// RateCategoryNamed finds a category.
func RateCategoryNamed(name string) (RateCategory, bool) {
	all := RateCategories()
	i := slices.IndexFunc(all, func(c RateCategory) bool { return c.Name == name })
	if i < 0 {
		return RateCategory{}, false
	}
	return all[i], true
}
