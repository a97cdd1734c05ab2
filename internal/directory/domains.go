package directory

import (
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

const managedLogin = 2 // ManagedLoginVersion

func noDomain(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return invalid("No such domain or user pool exists.")
	}
	return err
}

// checkManagedLogin refuses the second version of the pages where the tier lacks it.
func checkManagedLogin(p *userpool.Pool, version int) error {
	if version == managedLogin && !p.HasTier(userpool.TierEssentials) {
		return notInTier(p.NotInTier("Managed Login Version 2"))
	}
	if version != 1 && version != managedLogin {
		return invalid("ManagedLoginVersion must be 1 or 2.")
	}
	return nil
}

// CreateDomain gives a pool a domain: at most one prefix and one of its own.
func (s *Service) CreateDomain(ctx context.Context, p *userpool.Pool, d userpool.Domain) (*userpool.Domain, error) {
	d.PoolID, d.Version = p.ID, userpool.VersionAt(s.Now())
	if err := first(invalid(d.NewDomainProblem()), checkManagedLogin(p, d.ManagedLoginVersion)); err != nil {
		return nil, err
	}
	err := s.change(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, p.ID); err != nil { // also keeps two requests from passing the check below together
			return noPool(err, p.ID)
		}
		have, err := tx.PoolDomains(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, other := range have {
			if other.Custom() == d.Custom() {
				return invalid("User pool already has a domain configured.")
			}
		}
		if d.Custom() {
			have, err := tx.CountCustomDomains(ctx, p.Region)
			if err := first(err, s.limited(have, userpool.QuotaCustomDomains, "custom domains per region")); err != nil {
				return err
			}
		}
		return tx.CreateDomain(ctx, &d)
	})
	return &d, taken(err, fault.New(fault.InvalidParameter, "Domain already exists."))
}

// DomainChange is what an update of a domain says; what is zero is kept.
type DomainChange struct {
	CertificateArn, SecurityPolicy string
	ManagedLoginVersion            int
	Routing                        *userpool.Routing
}

// UpdateDomain changes a domain of a pool.
func (s *Service) UpdateDomain(ctx context.Context, p *userpool.Pool, name string, change DomainChange) (*userpool.Domain, error) {
	var changed *userpool.Domain
	err := s.change(ctx, func(tx store.Tx) error {
		d, err := tx.Domain(ctx, name)
		if err != nil {
			return err
		}
		if d.PoolID != p.ID {
			return store.ErrNotFound
		}
		if change.CertificateArn != "" {
			if !d.Custom() {
				return invalid("A prefix domain cannot have a certificate.")
			}
			d.CertificateArn, d.SecurityPolicy = change.CertificateArn, change.SecurityPolicy
			if err := invalid(d.NewDomainProblem()); err != nil {
				return err
			}
		}
		if err := switchPages(ctx, tx, d, change.ManagedLoginVersion); err != nil {
			return err
		}
		if change.Routing != nil {
			d.Routing = change.Routing
		}
		if err := checkManagedLogin(p, d.ManagedLoginVersion); err != nil {
			return err
		}
		d.Version = userpool.VersionAt(s.Now())
		changed = d
		return tx.UpdateDomain(ctx, d)
	})
	return changed, noDomain(err)
}

// switchPages gives a domain another version of the pages, 0 for none. Who is signed in
// there has to do so again (reference: hosted-ui-and-oauth §1, §8).
func switchPages(ctx context.Context, tx store.Tx, d *userpool.Domain, version int) error {
	if version == 0 || version == d.ManagedLoginVersion {
		return nil
	}
	d.ManagedLoginVersion = version
	return tx.DeleteBrowserSessions(ctx, d.PoolID)
}

// DeleteDomain takes a domain away from a pool.
func (s *Service) DeleteDomain(ctx context.Context, p *userpool.Pool, name string) error {
	return noDomain(s.change(ctx, func(tx store.Tx) error { return tx.DeleteDomain(ctx, p.ID, name) }))
}
