package directory

import (
	"context"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// RequireThreatProtection is the fault of a pool that doesn't watch its sign-ins.
func RequireThreatProtection(p *userpool.Pool) error {
	if p.ThreatProtection() {
		return nil
	}
	return fault.New(fault.UserPoolAddOnNotEnabled, "Threat protection is not enabled for the user pool.")
}

// riskID gives the document of a client, or of the whole pool for "". The fault
// is ResourceNotFound.
func (s *Service) riskID(ctx context.Context, p *userpool.Pool, clientID string) (string, error) {
	if clientID == "" {
		return userpool.RiskForAll, nil
	}
	_, err := s.PoolClient(ctx, p, clientID)
	return clientID, err
}

// SetRisk replaces the risk configuration of a pool, or with a client's id that of
// the client; sections that are left out are deleted. Faults: InvalidParameter,
// ResourceNotFound, UserPoolAddOnNotEnabled.
func (s *Service) SetRisk(ctx context.Context, p *userpool.Pool, clientID string, r userpool.RiskConfiguration) (*userpool.RiskConfiguration, error) {
	id, err := s.riskID(ctx, p, clientID)
	if err := first(err, RequireThreatProtection(p), invalid(r.Problem(s.place(p)))); err != nil {
		return nil, err
	}
	r.Complete()
	r.UpdatedAt = s.now()
	err = s.change(ctx, func(tx store.Tx) error {
		if r.Empty() {
			return dropSetting(ctx, tx, p.ID, store.KindRisk, id)
		}
		return s.putSetting(ctx, tx, p.ID, store.KindRisk, id, r)
	})
	return &r, noPool(err, p.ID)
}

// Risk gives what was set for a pool or a client of it; nothing set is Empty.
// Faults: ResourceNotFound, UserPoolAddOnNotEnabled.
func (s *Service) Risk(ctx context.Context, p *userpool.Pool, clientID string) (*userpool.RiskConfiguration, error) {
	id, err := s.riskID(ctx, p, clientID)
	if err := first(err, RequireThreatProtection(p)); err != nil {
		return nil, err
	}
	r, err := snapshotSetting[userpool.RiskConfiguration](ctx, s, p.ID, store.KindRisk, id)
	return &r, err
}

// RiskFor gives the configuration that a client's sign-ins are judged by: its own,
// which takes the place of the pool's as a whole, or else the pool's.
func (s *Service) RiskFor(ctx context.Context, p *userpool.Pool, clientID string) (*userpool.RiskConfiguration, error) {
	r, err := snapshotSetting[userpool.RiskConfiguration](ctx, s, p.ID, store.KindRisk, clientID)
	if err != nil || !r.Empty() {
		return &r, err
	}
	r, err = snapshotSetting[userpool.RiskConfiguration](ctx, s, p.ID, store.KindRisk, userpool.RiskForAll)
	return &r, err
}
