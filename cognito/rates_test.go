package cognito

import (
	"testing"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// TestRateCategories: every operation counts in one category that there is.
func TestRateCategories(t *testing.T) {
	used := map[string]bool{userpool.RateUserFederation: true} // the answers of identity providers
	for _, op := range api.Operations() {
		category := rateCategory(op.Name)
		if _, ok := userpool.RateCategoryNamed(category); !ok {
			t.Errorf("%s counts in %q", op.Name, category)
		}
		used[category] = true
	}
	for _, c := range userpool.RateCategories() {
		if !used[c.Name] {
			t.Errorf("no operation counts in %s", c.Name)
		}
	}
}
