package directory

import (
	"context"
	"slices"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// NewClient is an app client to be made. Settings hold the request laid over
// userpool.DefaultClientSettings.
type NewClient struct {
	ID             string // "" makes one
	Name           string
	GenerateSecret bool
	Secret         string // of the caller's own; "" for none or a generated one
	Settings       userpool.ClientSettings
}

// CreateClient makes an app client in a pool.
func (s *Service) CreateClient(ctx context.Context, p *userpool.Pool, n NewClient) (*userpool.AppClient, error) {
	if n.GenerateSecret && n.Secret != "" {
		return nil, invalid("GenerateSecret and ClientSecret cannot both be specified.")
	}
	if n.ID == "" {
		id, err := userpool.NewClientID(s.Rand)
		if err != nil {
			return nil, err
		}
		n.ID = id
	}
	now := s.now()
	c := &userpool.AppClient{PoolID: p.ID, ID: n.ID, Name: n.Name, Settings: n.Settings, CreatedAt: now, UpdatedAt: now}
	if n.GenerateSecret || n.Secret != "" {
		secret, err := s.newSecret(c.ID, n.Secret, now)
		if err != nil {
			return nil, err
		}
		c.Secrets = []userpool.ClientSecret{secret}
	}
	c.Settings.Complete()
	return c, s.change(ctx, func(tx store.Tx) error {
		if err := s.checkClient(ctx, tx, c, "creating"); err != nil { // reads the pool, so that no two requests pass the count together
			return err
		}
		have, err := tx.CountClients(ctx, p.ID)
		if err := first(err, s.limited(have, userpool.QuotaClients, "app clients per user pool")); err != nil {
			return err
		}
		return tx.CreateClient(ctx, c)
	})
}

// newSecret makes a secret; value "" has one generated.
func (s *Service) newSecret(clientID, value string, now time.Time) (userpool.ClientSecret, error) {
	if value == "" {
		generated, err := userpool.NewClientSecret(s.Rand)
		if err != nil {
			return userpool.ClientSecret{}, err
		}
		value = generated
	}
	return userpool.ClientSecret{ID: userpool.ClientSecretID(clientID, now), Value: value, CreatedAt: now}, nil
}

// checkClient holds the rules of an app client against its pool as it is now.
func (s *Service) checkClient(ctx context.Context, tx store.Tx, c *userpool.AppClient, doing string) error {
	p, err := tx.Pool(ctx, c.PoolID)
	if err != nil {
		return noPool(err, c.PoolID)
	}
	if err := invalid(c.Problem(p, doing, s.place(p))); err != nil {
		return err
	}
	if problem := c.OAuthFlowProblem(); problem != "" {
		return fault.New(fault.InvalidOAuthFlow, problem)
	}
	if feature := c.NeedsEssentials(); feature != "" && !p.HasTier(userpool.TierEssentials) {
		return notInTier(p.NotInTier(feature))
	}
	if err := checkClientProviders(ctx, tx, c); err != nil {
		return err
	}
	return checkScopes(ctx, tx, c)
}

// checkScopes refuses scopes that neither every pool has nor a resource server of this one.
func checkScopes(ctx context.Context, tx store.Tx, c *userpool.AppClient) error {
	var servers []*userpool.ResourceServer
	for _, scope := range c.Settings.AllowedOAuthScopes {
		if slices.Contains(userpool.StandardScopes(), scope) {
			continue
		}
		if servers == nil {
			list, err := allResourceServers(ctx, tx, c.PoolID)
			if err != nil {
				return err
			}
			servers = list
		}
		if !slices.ContainsFunc(servers, func(r *userpool.ResourceServer) bool { return r.Has(scope) }) {
			return fault.Newf(fault.ScopeDoesNotExist, "Invalid scope requested: %s", scope)
		}
	}
	return nil
}

// UpdateClient replaces an app client's settings; name "" leaves the name. Its
// secrets stay.
func (s *Service) UpdateClient(ctx context.Context, p *userpool.Pool, id, name string, settings userpool.ClientSettings) (*userpool.AppClient, error) {
	var changed *userpool.AppClient
	err := s.changeClient(ctx, p, id, func(tx store.Tx, c *userpool.AppClient) error {
		changed = c
		if name != "" {
			c.Name = name
		}
		rotated := c.Settings.RefreshTokenRotation != nil
		c.Settings = settings
		if c.Settings.RefreshTokenRotation == nil && rotated {
			c.Settings.RefreshTokenRotation = &userpool.RefreshTokenRotation{Feature: "DISABLED"}
		}
		c.Settings.Complete()
		return s.checkClient(ctx, tx, c, "updating")
	})
	return changed, err
}

// changeClient changes an app client of a pool in a transaction.
func (s *Service) changeClient(ctx context.Context, p *userpool.Pool, id string, f func(store.Tx, *userpool.AppClient) error) error {
	return noClient(s.change(ctx, func(tx store.Tx) error {
		c, err := tx.Client(ctx, id)
		if err != nil {
			return err
		}
		if c.PoolID != p.ID {
			return store.ErrNotFound
		}
		if err := f(tx, c); err != nil {
			return err
		}
		c.UpdatedAt = s.now()
		return tx.UpdateClient(ctx, c)
	}), id)
}

// DeleteClient deletes an app client of a pool, with its look, style, terms and risk
// configuration.
func (s *Service) DeleteClient(ctx context.Context, p *userpool.Pool, id string) error {
	return noClient(s.change(ctx, func(tx store.Tx) error {
		if err := tx.DeleteClient(ctx, p.ID, id); err != nil {
			return err
		}
		return forgetClient(ctx, tx, p.ID, id)
	}), id)
}

// ListClients gives a page of a pool's app clients by id, behind after.
func (s *Service) ListClients(ctx context.Context, p *userpool.Pool, after string, limit int) ([]*userpool.AppClient, error) {
	return s.Store.ListClients(ctx, p.ID, after, limit)
}

// AddClientSecret gives a client one more secret; value "" has it generated. A
// public client becomes confidential by it.
func (s *Service) AddClientSecret(ctx context.Context, p *userpool.Pool, clientID, value string) (userpool.ClientSecret, error) {
	secret, err := s.newSecret(clientID, value, s.now())
	if err != nil {
		return secret, err
	}
	err = s.changeClient(ctx, p, clientID, func(_ store.Tx, c *userpool.AppClient) error {
		if len(c.Secrets) >= userpool.MaxClientSecrets {
			return fault.Newf(fault.LimitExceeded, "Client secrets cannot exceed limit of %d secrets.", userpool.MaxClientSecrets)
		}
		for slices.ContainsFunc(c.Secrets, func(have userpool.ClientSecret) bool { return have.ID == secret.ID }) {
			secret.CreatedAt = secret.CreatedAt.Add(time.Second) // ids count whole seconds
			secret.ID = userpool.ClientSecretID(clientID, secret.CreatedAt)
		}
		c.Secrets = append(c.Secrets, secret)
		return nil
	})
	return secret, err
}

// DeleteClientSecret takes a secret away, but never the last one.
func (s *Service) DeleteClientSecret(ctx context.Context, p *userpool.Pool, clientID, secretID string) error {
	return s.changeClient(ctx, p, clientID, func(_ store.Tx, c *userpool.AppClient) error {
		i := slices.IndexFunc(c.Secrets, func(have userpool.ClientSecret) bool { return have.ID == secretID })
		switch {
		case i < 0:
			return fault.Newf(fault.ResourceNotFound, "Client secret %s does not exist.", secretID)
		case len(c.Secrets) == 1:
			return invalid("The last client secret cannot be deleted.")
		}
		c.Secrets = slices.Delete(c.Secrets, i, i+1)
		return nil
	})
}
