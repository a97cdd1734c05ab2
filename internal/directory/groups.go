package directory

import (
	"context"
	"errors"
	"slices"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func noGroup(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.ResourceNotFound, "Group not found.")
	}
	return err
}

// CreateGroup makes a group; its times are set here.
func (s *Service) CreateGroup(ctx context.Context, p *userpool.Pool, g userpool.Group) (*userpool.Group, error) {
	if err := invalid(userpool.RoleProblem(g.RoleArn, s.place(p))); err != nil {
		return nil, err
	}
	now := s.now()
	g.PoolID, g.CreatedAt, g.UpdatedAt = p.ID, now, now
	err := s.change(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, p.ID); err != nil { // also keeps two requests from passing the count together
			return noPool(err, p.ID)
		}
		have, err := tx.CountGroups(ctx, p.ID)
		if err := first(err, s.limited(have, userpool.QuotaGroups, "groups per user pool")); err != nil {
			return err
		}
		return tx.CreateGroup(ctx, &g)
	})
	return &g, taken(err, fault.New(fault.GroupExists, "A group with the name already exists."))
}

// Group gives one group.
func (s *Service) Group(ctx context.Context, p *userpool.Pool, name string) (*userpool.Group, error) {
	known, ok := s.snapshots.get().ofPool.Load(listKey{p.ID, groupsOfPool})
	if !ok { // one of thousands does not need them all
		g, err := s.Store.Group(ctx, p.ID, name)
		return g, noGroup(err)
	}
	g, ok := known.(map[string]*userpool.Group)[name]
	if !ok {
		return nil, noGroup(store.ErrNotFound)
	}
	return g, nil
}

// GroupChange is what an update of a group says; what is nil is kept.
type GroupChange struct {
	Description, RoleArn *string
	Precedence           *int
}

// UpdateGroup changes a group.
func (s *Service) UpdateGroup(ctx context.Context, p *userpool.Pool, name string, change GroupChange) (*userpool.Group, error) {
	var changed *userpool.Group
	err := s.change(ctx, func(tx store.Tx) error {
		g, err := tx.Group(ctx, p.ID, name)
		if err != nil {
			return err
		}
		if change.Description != nil {
			g.Description = *change.Description
		}
		if change.RoleArn != nil {
			g.RoleArn = *change.RoleArn
		}
		if change.Precedence != nil {
			g.Precedence = change.Precedence
		}
		if err := invalid(userpool.RoleProblem(g.RoleArn, s.place(p))); err != nil {
			return err
		}
		g.UpdatedAt = s.now()
		changed = g
		return tx.UpdateGroup(ctx, g)
	})
	return changed, noGroup(err)
}

// DeleteGroup deletes a group; its members stay users.
func (s *Service) DeleteGroup(ctx context.Context, p *userpool.Pool, name string) error {
	return noGroup(s.change(ctx, func(tx store.Tx) error { return tx.DeleteGroup(ctx, p.ID, name) }))
}

// ListGroups gives a page of a pool's groups by name, behind after.
func (s *Service) ListGroups(ctx context.Context, p *userpool.Pool, after string, limit int) ([]*userpool.Group, error) {
	return s.Store.ListGroups(ctx, p.ID, after, limit)
}

// AddToGroup makes a user a member; one that is stays one.
func (s *Service) AddToGroup(ctx context.Context, p *userpool.Pool, name, userID string) error {
	return noGroup(s.Store.Write(ctx, func(tx store.Tx) error {
		if _, err := tx.Group(ctx, p.ID, name); err != nil {
			return err
		}
		u, err := tx.User(ctx, p.ID, userID)
		if err != nil || slices.Contains(u.Groups, name) {
			return noUser(err)
		}
		if err := tx.AddToGroup(ctx, p.ID, name, userID); err != nil {
			return noUser(err)
		}
		if u, err = tx.User(ctx, p.ID, userID); err != nil { // again: two requests may have come here together
			return noUser(err)
		}
		// LimitExceededException is not one of this operation's (cognito/api).
		if most := s.Quotas.Of(userpool.QuotaGroupsOfUser); len(u.Groups) > most {
			return fault.ErrQuota(fault.InvalidParameter, most, "groups per user")
		}
		return nil
	}))
}

// RemoveFromGroup ends a membership; one that isn't there is fine.
func (s *Service) RemoveFromGroup(ctx context.Context, p *userpool.Pool, name, userID string) error {
	return noGroup(s.Store.Write(ctx, func(tx store.Tx) error {
		if _, err := tx.Group(ctx, p.ID, name); err != nil {
			return err
		}
		return tx.RemoveFromGroup(ctx, p.ID, name, userID)
	}))
}

// UsersInGroup gives a page of a group's members by user id, behind after.
func (s *Service) UsersInGroup(ctx context.Context, p *userpool.Pool, name, after string, limit int) ([]*userpool.User, error) {
	if _, err := s.Group(ctx, p, name); err != nil {
		return nil, err
	}
	return s.Store.UsersInGroup(ctx, p.ID, name, after, limit)
}

// GroupsOfUser gives a page of a user's groups by name, behind after.
func (s *Service) GroupsOfUser(ctx context.Context, p *userpool.Pool, userID, after string, limit int) ([]*userpool.Group, error) {
	return s.Store.GroupsOfUser(ctx, p.ID, userID, after, limit)
}
