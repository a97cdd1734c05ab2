package directory

import (
	"context"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// logDeliveryID is the one document of its kind.
const logDeliveryID = "configuration"

// SetLogDelivery replaces where a pool's logs go; none is nowhere. Faults:
// InvalidParameter, FeatureUnavailableInTier.
func (s *Service) SetLogDelivery(ctx context.Context, p *userpool.Pool, d userpool.LogDelivery) error {
	if err := invalid(d.Problem()); err != nil {
		return err
	}
	return noPool(s.change(ctx, func(tx store.Tx) error {
		present, err := tx.Pool(ctx, p.ID)
		if err != nil {
			return err
		}
		if d.For(userpool.LogUserAuthEvents) != nil && !present.HasTier(userpool.TierPlus) {
			return notInTier(present.NotInTier("Log Streaming"))
		}
		if len(d.LogConfigurations) == 0 {
			return dropSetting(ctx, tx, p.ID, store.KindLogDelivery, logDeliveryID)
		}
		return s.putSetting(ctx, tx, p.ID, store.KindLogDelivery, logDeliveryID, d)
	}), p.ID)
}

// LogDelivery gives where a pool's logs go.
func (s *Service) LogDelivery(ctx context.Context, poolID string) (*userpool.LogDelivery, error) {
	d, err := snapshotSetting[userpool.LogDelivery](ctx, s, poolID, store.KindLogDelivery, logDeliveryID)
	return &d, err
}
