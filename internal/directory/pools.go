package directory

import (
	"context"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// NewPool is a pool to be made. Settings hold the request laid over
// userpool.DefaultPoolSettings, all but the schema.
type NewPool struct {
	ID         string // "" makes one
	Region     string
	Name       string
	Settings   userpool.PoolSettings
	Attributes []userpool.NewAttribute
}

// CreatePool makes a pool. Its signing keys come when they are first needed.
func (s *Service) CreatePool(ctx context.Context, n NewPool) (*userpool.Pool, error) {
	schema, problem := userpool.NewSchema(n.Attributes)
	if problem != "" {
		return nil, invalid(problem)
	}
	if n.ID == "" {
		id, err := userpool.NewPoolID(n.Region, s.Rand)
		if err != nil {
			return nil, err
		}
		n.ID = id
	}
	now := s.now()
	p := &userpool.Pool{ID: n.ID, Region: n.Region, Name: n.Name, Settings: n.Settings, CreatedAt: now, UpdatedAt: now}
	p.Settings.SchemaAttributes = schema
	if p.Settings.MfaConfiguration != userpool.MFAOff {
		p.Settings.SmsMfaConfiguration = &userpool.SmsMfaConfig{}
	}
	if err := s.settle(p, p.Settings.MFAProblem(true)); err != nil {
		return nil, err
	}
	return p, s.change(ctx, func(tx store.Tx) error {
		have, err := tx.CountPools(ctx, p.Region)
		if err := first(err, s.limited(have, userpool.QuotaPools, "user pools per region")); err != nil {
			return err
		}
		return tx.CreatePool(ctx, p)
	})
}

// settle checks a pool's settings and, when they are right, completes them.
// mfaProblem is what is wrong with MFA as a whole.
func (s *Service) settle(p *userpool.Pool, mfaProblem string) error {
	if err := first(invalid(p.Settings.Problem(s.place(p))), invalid(mfaProblem), notInTier(p.Settings.TierProblem())); err != nil {
		return err
	}
	p.Settings.Complete()
	return nil
}

func (s *Service) place(p *userpool.Pool) userpool.Place {
	return userpool.Place{Region: p.Region, AccountID: s.AccountID}
}

func notInTier(problem string) error {
	if problem == "" {
		return nil
	}
	return fault.New(fault.FeatureUnavailableInTier, problem)
}

// UpdatePool replaces a pool's settings; name "" leaves the name. What can't
// change afterwards (schema, aliases, case) stays as it is. settings.MfaConfiguration
// "" leaves MFA as it is.
func (s *Service) UpdatePool(ctx context.Context, id, name string, settings userpool.PoolSettings) error {
	return noPool(s.change(ctx, func(tx store.Tx) error {
		p, err := tx.Pool(ctx, id)
		if err != nil {
			return err
		}
		before := p.Settings
		if name != "" {
			p.Name = name
		}
		p.Settings = settings
		p.Settings.SchemaAttributes = before.SchemaAttributes
		p.Settings.AliasAttributes = before.AliasAttributes
		p.Settings.UsernameAttributes = before.UsernameAttributes
		p.Settings.UsernameConfiguration = before.UsernameConfiguration
		p.Settings.KeepMFA(&before)
		if err := s.settle(p, p.Settings.MFAProblem(false)); err != nil {
			return err
		}
		if err := first(downgradable(ctx, tx, p, before.UserPoolTier), replicable(ctx, tx, p)); err != nil {
			return err
		}
		p.UpdatedAt = s.now()
		return tx.UpdatePool(ctx, p)
	}), id)
}

// replicable refuses what a pool's replicas can't do without.
func replicable(ctx context.Context, tx store.Tx, p *userpool.Pool) error {
	problem := p.ReplicationProblem()
	if problem == "" {
		return nil
	}
	have, err := tx.CountDocuments(ctx, p.ID, store.KindReplica)
	if err != nil || have == 0 {
		return err
	}
	return invalid(problem)
}

// downgradable refuses a tier that lacks what the pool's clients and domains use.
func downgradable(ctx context.Context, tx store.Tx, p *userpool.Pool, before string) error {
	if p.Settings.UserPoolTier == before || p.HasTier(before) {
		return nil
	}
	use := userpool.InUse{EmailMFA: p.Settings.EmailMfaConfiguration != nil}
	clients, err := all(func(after string, limit int) ([]*userpool.AppClient, error) {
		return tx.ListClients(ctx, p.ID, after, limit)
	}, func(c *userpool.AppClient) string { return c.ID })
	if err != nil {
		return err
	}
	for _, c := range clients {
		use.RefreshTokenRotation = use.RefreshTokenRotation || c.Rotates()
		use.ChoiceBasedSignIn = use.ChoiceBasedSignIn || slices.Contains(c.Settings.ExplicitAuthFlows, "ALLOW_USER_AUTH")
	}
	domains, err := tx.PoolDomains(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, d := range domains {
		use.ManagedLogin = use.ManagedLogin || d.ManagedLoginVersion == managedLogin
	}
	replicas, err := tx.CountDocuments(ctx, p.ID, store.KindReplica)
	if err != nil {
		return err
	}
	logs, err := setting[userpool.LogDelivery](ctx, tx, p.ID, store.KindLogDelivery, logDeliveryID)
	if err != nil {
		return err
	}
	use.Replica, use.LogStreaming = replicas > 0, logs.For(userpool.LogUserAuthEvents) != nil
	if problem := userpool.DowngradeProblem(p.Settings.UserPoolTier, use); problem != "" {
		return fault.New(fault.TierChangeNotAllowed, problem)
	}
	return nil
}

// changePool changes a pool in a transaction.
func (s *Service) changePool(ctx context.Context, id string, f func(store.Tx, *userpool.Pool) error) error {
	return noPool(s.change(ctx, func(tx store.Tx) error {
		p, err := tx.Pool(ctx, id)
		if err != nil {
			return err
		}
		if err := f(tx, p); err != nil {
			return err
		}
		p.UpdatedAt = s.now()
		return tx.UpdatePool(ctx, p)
	}), id)
}

// SetMFA replaces a pool's MFA settings and gives the pool as it is then.
func (s *Service) SetMFA(ctx context.Context, poolID string, m userpool.MFASettings) (*userpool.Pool, error) {
	var changed *userpool.Pool
	err := s.changePool(ctx, poolID, func(_ store.Tx, p *userpool.Pool) error {
		changed = p
		if problem := m.Problem(&p.Settings, s.place(p)); problem != "" {
			return invalid(problem)
		}
		if m.EmailMfaConfiguration != nil && !p.HasTier(userpool.TierEssentials) {
			return notInTier(p.NotInTier("Email MFA"))
		}
		p.Settings.SetMFA(m)
		return invalid(p.Settings.MFAProblem(false))
	})
	return changed, err
}

// AddCustomAttributes adds attributes to a pool's schema, for good. While users are
// imported the schema stays as their file has it.
func (s *Service) AddCustomAttributes(ctx context.Context, poolID string, list []userpool.NewAttribute) error {
	return s.changePool(ctx, poolID, func(tx store.Tx, p *userpool.Pool) error {
		imports, err := tx.CountImportJobs(ctx, poolID, userpool.ImportsUnderWay()...)
		if err != nil {
			return err
		}
		if imports > 0 {
			return fault.New(fault.UserImportInProgress, "The schema cannot be changed while a user import job is under way.")
		}
		schema, problem := userpool.AddCustomAttributes(p.Settings.SchemaAttributes, list, func(name string) string {
			return name + ": Existing attribute already has name " + name + "."
		})
		if problem != "" {
			return invalid(problem)
		}
		p.Settings.SchemaAttributes = schema
		return nil
	})
}

// DeletePool deletes a pool with all its users.
func (s *Service) DeletePool(ctx context.Context, id string) error {
	err := s.change(ctx, func(tx store.Tx) error {
		p, err := tx.Pool(ctx, id)
		if err != nil {
			return err
		}
		if p.Settings.DeletionProtection == "ACTIVE" {
			return invalid("The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
		}
		domains, err := tx.PoolDomains(ctx, id)
		if err != nil {
			return err
		}
		if len(domains) > 0 {
			return invalid("User pool cannot be deleted. It has a domain configured that should be deleted first.")
		}
		return tx.DeletePool(ctx, id)
	})
	if err == nil && s.Deleted != nil {
		s.Deleted(id)
	}
	return noPool(err, id)
}

// ListPools gives a page of a region's pools by id, behind after.
func (s *Service) ListPools(ctx context.Context, region, after string, limit int) ([]*userpool.Pool, error) {
	return s.Store.ListPools(ctx, region, after, limit)
}

// EstimatedUsers is about how many users a pool has.
func (s *Service) EstimatedUsers(ctx context.Context, poolID string) (int, error) {
	n, err := s.Store.CountUsers(ctx, poolID)
	return int(n), err
}
