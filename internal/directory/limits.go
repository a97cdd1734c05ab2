package directory

import (
	"context"
	"fmt"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Rate gives how many requests of a category the account may make each second:
// what was provisioned, or the default (reference: api-behaviour §20.9, §22.3).
func (s *Service) Rate(ctx context.Context, c userpool.RateCategory) (int, error) {
	set, err := cached(&s.snapshots.get().ofPool, listKey{"", "limits"}, func() (map[string]int, error) {
		return s.Store.ProvisionedLimits(ctx)
	})
	if err != nil {
		return 0, err
	}
	if rate, ok := set[c.Name]; ok && c.Adjustable {
		return rate, nil
	}
	return c.Rate, nil
}

// SetRate provisions the rate of a category, on every node within a second.
// Faults: InvalidParameter, ServiceQuotaExceeded.
func (s *Service) SetRate(ctx context.Context, c userpool.RateCategory, rate int) error {
	switch most := s.Quotas.MaxRate(c); {
	case !c.Adjustable:
		return invalid("The limit of the category " + c.Name + " cannot be changed.")
	case rate < c.Rate:
		return invalid(fmt.Sprintf("The limit of the category %s cannot be less than %d.", c.Name, c.Rate))
	case rate > most:
		return fault.Newf(fault.ServiceQuotaExceeded, "The limit of the category %s cannot be more than %d.", c.Name, most)
	}
	return s.change(ctx, func(tx store.Tx) error { return tx.SetProvisionedLimit(ctx, c.Name, rate) })
}
