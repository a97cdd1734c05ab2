package directory

import (
	"context"
	"maps"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Tags are a pool's own, and each replica's own (reference: api-behaviour §20.9).

// Tags gives the tags of a pool in one of its regions; none is an empty map.
func (s *Service) Tags(ctx context.Context, p *userpool.Pool, region string) (map[string]string, error) {
	if region == p.Region {
		return p.Settings.UserPoolTags, nil
	}
	r, err := snapshotSetting[userpool.Replica](ctx, s, p.ID, store.KindReplica, region)
	if r.Tags == nil {
		r.Tags = map[string]string{}
	}
	return r.Tags, err
}

// Tag lays tags over those of a pool in one of its regions. The fault is InvalidParameter.
func (s *Service) Tag(ctx context.Context, p *userpool.Pool, region string, tags map[string]string) error {
	return s.changeTags(ctx, p, region, func(have map[string]string) { maps.Copy(have, tags) })
}

// Untag takes tags away by their keys; a key that isn't there is fine.
func (s *Service) Untag(ctx context.Context, p *userpool.Pool, region string, keys []string) error {
	return s.changeTags(ctx, p, region, func(have map[string]string) {
		for _, key := range keys {
			delete(have, key)
		}
	})
}

func (s *Service) changeTags(ctx context.Context, p *userpool.Pool, region string, f func(map[string]string)) error {
	change := func(tags *map[string]string) error {
		changed := map[string]string{}
		maps.Copy(changed, *tags)
		f(changed)
		*tags = changed
		return invalid(userpool.TagsProblem(changed))
	}
	if region != p.Region {
		_, err := s.changeReplica(ctx, p, region, func(r *userpool.Replica) error { return change(&r.Tags) })
		return err
	}
	return noPool(s.change(ctx, func(tx store.Tx) error {
		present, err := tx.Pool(ctx, p.ID)
		if err != nil {
			return err
		}
		if err := change(&present.Settings.UserPoolTags); err != nil {
			return err
		}
		return tx.UpdatePool(ctx, present) // its LastModifiedDate stays: tags are not settings
	}), p.ID)
}

// PoolByARN finds the pool that an ARN names, as seen in a region. Faults:
// InvalidParameter, ResourceNotFound.
func (s *Service) PoolByARN(ctx context.Context, arn, region string) (*userpool.Pool, error) {
	named, ok := userpool.ParsePoolARN(arn)
	if !ok {
		return nil, invalid("The resource ARN is not the ARN of a user pool.")
	}
	p, err := s.Pool(ctx, named.PoolID)
	if err != nil {
		return nil, err
	}
	serves, _, err := s.Serves(ctx, p, region)
	if err == nil && (!serves || named.Region != region || named.AccountID != s.AccountID) {
		err = fault.ErrNoPool(p.ID)
	}
	return p, err
}
