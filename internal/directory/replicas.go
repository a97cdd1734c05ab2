package directory

import (
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// maxReplicas is how many regions a pool can have beside its own.
const maxReplicas = 1

// Replicas gives the regions that a pool is replicated to, by name.
func (s *Service) Replicas(ctx context.Context, poolID string) ([]userpool.Replica, error) {
	return cached(&s.snapshots.get().ofPool, listKey{poolID, "replicas"}, func() ([]userpool.Replica, error) {
		documents, err := s.Store.ListDocuments(ctx, poolID, store.KindReplica, "", maxReplicas)
		if err != nil {
			return nil, err
		}
		list := make([]userpool.Replica, len(documents))
		for i, d := range documents {
			if list[i], err = decoded[userpool.Replica](d); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
}

// Serves reports whether a pool is served in a region, and whether as a replica.
func (s *Service) Serves(ctx context.Context, p *userpool.Pool, region string) (serves, secondary bool, err error) {
	if p.Region == region {
		return true, false, nil
	}
	replicas, err := s.Replicas(ctx, p.ID)
	for _, r := range replicas {
		if r.Region == region && r.Status == userpool.ReplicaActive {
			return true, true, nil
		}
	}
	return false, false, err
}

// CreateReplica gives a pool a second region, in which it is served once it is
// made active. Faults: InvalidParameter, FeatureUnavailableInTier, LimitExceeded,
// UserPoolTagging.
func (s *Service) CreateReplica(ctx context.Context, p *userpool.Pool, region string, tags map[string]string) (*userpool.Replica, error) {
	if problem := userpool.TagsProblem(tags); problem != "" {
		return nil, fault.New(fault.UserPoolTagging, problem)
	}
	r := &userpool.Replica{Region: region, Status: userpool.ReplicaInactive, Tags: tags, CreatedAt: s.now()}
	err := s.change(ctx, func(tx store.Tx) error {
		present, err := tx.Pool(ctx, p.ID) // also keeps two requests from passing the count together
		if err != nil {
			return err
		}
		if err := invalid(present.ReplicaProblem(region)); err != nil {
			return err
		}
		if !present.HasTier(userpool.TierEssentials) {
			return notInTier(present.NotInTier("Multi-Region Replication"))
		}
		if _, err := tx.Document(ctx, p.ID, store.KindReplica, region); !errors.Is(err, store.ErrNotFound) {
			return first(err, invalid("User pool "+p.ID+" already has a replica in "+region+"."))
		}
		have, err := tx.CountDocuments(ctx, p.ID, store.KindReplica)
		if err != nil {
			return err
		}
		if have >= maxReplicas {
			return fault.ErrQuota(fault.LimitExceeded, maxReplicas, "replicas per user pool")
		}
		return s.putSetting(ctx, tx, p.ID, store.KindReplica, region, r)
	})
	return r, noPool(err, p.ID)
}

// UpdateReplica makes a replica active or inactive. The fault is ResourceNotFound.
func (s *Service) UpdateReplica(ctx context.Context, p *userpool.Pool, region, status string) (*userpool.Replica, error) {
	return s.changeReplica(ctx, p, region, func(r *userpool.Replica) error {
		r.Status = status
		return nil
	})
}

// changeReplica changes a replica in a transaction.
func (s *Service) changeReplica(ctx context.Context, p *userpool.Pool, region string, f func(*userpool.Replica) error) (*userpool.Replica, error) {
	if region == p.Region {
		return nil, invalid("The primary user pool cannot be changed as a replica.")
	}
	var changed userpool.Replica
	err := s.change(ctx, func(tx store.Tx) (err error) {
		if changed, err = replica(ctx, tx, p, region); err != nil {
			return err
		}
		if err := f(&changed); err != nil {
			return err
		}
		return s.putSetting(ctx, tx, p.ID, store.KindReplica, region, changed)
	})
	return &changed, noPool(err, p.ID)
}

// replica reads one that must be there.
func replica(ctx context.Context, from store.Documents, p *userpool.Pool, region string) (userpool.Replica, error) {
	r, err := setting[userpool.Replica](ctx, from, p.ID, store.KindReplica, region)
	if err == nil && r.Region == "" {
		err = fault.Newf(fault.ResourceNotFound, "User pool %s has no replica in %s.", p.ID, region)
	}
	return r, err
}

// DeleteReplica takes an inactive replica away. Faults: ResourceNotFound, InvalidParameter.
func (s *Service) DeleteReplica(ctx context.Context, p *userpool.Pool, region string) (*userpool.Replica, error) {
	if region == p.Region {
		return nil, invalid("The primary user pool cannot be deleted as a replica.")
	}
	var gone userpool.Replica
	err := s.change(ctx, func(tx store.Tx) (err error) {
		if gone, err = replica(ctx, tx, p, region); err != nil {
			return err
		}
		if gone.Status != userpool.ReplicaInactive {
			return invalid("Only a replica that is INACTIVE can be deleted.")
		}
		gone.Status = userpool.ReplicaDeleting
		return tx.DeleteDocument(ctx, p.ID, store.KindReplica, region)
	})
	return &gone, noPool(err, p.ID)
}
