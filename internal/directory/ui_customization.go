package directory

import (
	"context"
	"errors"

	"idpond/internal/branding"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// SetUICustomization replaces the look of a client's classic pages, or with
// CustomizationForAll that of all clients that have none. CSS and logo are one
// setting: leaving one out removes it, and without both the look is gone, so that
// the client has that of all clients again. Faults: InvalidParameter,
// ResourceNotFound.
func (s *Service) SetUICustomization(ctx context.Context, p *userpool.Pool, clientID, css string, logo []byte) (*userpool.UICustomization, error) {
	if err := s.customizable(ctx, p, clientID); err != nil {
		return nil, err
	}
	now := s.now()
	u := &userpool.UICustomization{ClientID: clientID, CSS: css, Version: userpool.VersionAt(now), CreatedAt: now, UpdatedAt: now}
	images, err := s.readLook(ctx, u, css, logo)
	if err != nil {
		return nil, err
	}
	return u, noPool(s.change(ctx, func(tx store.Tx) error {
		if clientID != userpool.CustomizationForAll {
			if err := clientOf(ctx, tx, p.ID, clientID); err != nil {
				return err
			}
		}
		if css == "" && len(logo) == 0 {
			return dropUICustomization(ctx, tx, p.ID, clientID)
		}
		before, err := setting[userpool.UICustomization](ctx, tx, p.ID, store.KindUICustomization, clientID)
		if err != nil {
			return err
		}
		if !before.CreatedAt.IsZero() {
			u.CreatedAt = before.CreatedAt
		}
		err = s.changeImages(ctx, tx, imageChange{poolID: p.ID, owner: clientID, given: images, had: logoOf(&before), wanted: logoOf(u)})
		return first(err, s.putSetting(ctx, tx, p.ID, store.KindUICustomization, clientID, u))
	}), p.ID)
}

// readLook checks what was given and fills in what is served of it.
func (s *Service) readLook(ctx context.Context, u *userpool.UICustomization, css string, logo []byte) ([]*newImage, error) {
	if err := invalid(branding.ClassicProblem(css, logo)); err != nil {
		return nil, err
	}
	safe, problem := branding.Stylesheet(css)
	if problem != "" {
		return nil, invalid(problem)
	}
	u.SafeCSS = safe
	if len(logo) == 0 {
		return nil, nil
	}
	leave, err := s.decoding.take(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	img, problem := branding.Logo(logo)
	if problem != "" {
		return nil, invalid(problem)
	}
	ready, err := prepareImage(img)
	if err != nil {
		return nil, err
	}
	u.Logo = ready.file
	return []*newImage{ready}, nil
}

// customizable wants the client to be of the pool, and the pool to have a domain.
func (s *Service) customizable(ctx context.Context, p *userpool.Pool, clientID string) error {
	if clientID != userpool.CustomizationForAll {
		if _, err := s.PoolClient(ctx, p, clientID); err != nil {
			return err
		}
	}
	domains, err := s.PoolDomains(ctx, p.ID)
	if err == nil && len(domains) == 0 {
		return invalid("There has to be an existing domain associated with this user pool")
	}
	return err
}

// UICustomization gives what administrators see: UICustomizationFor, where the
// pool has a domain. Faults: InvalidParameter, ResourceNotFound.
func (s *Service) UICustomization(ctx context.Context, p *userpool.Pool, clientID string) (*userpool.UICustomization, error) {
	if err := s.customizable(ctx, p, clientID); err != nil {
		return nil, err
	}
	return s.UICustomizationFor(ctx, p.ID, clientID)
}

// UICustomizationFor gives the look of a client's classic pages: its own as a
// whole, or else that of all clients, or nil.
func (s *Service) UICustomizationFor(ctx context.Context, poolID, clientID string) (*userpool.UICustomization, error) {
	for _, id := range []string{clientID, userpool.CustomizationForAll} {
		u, err := snapshotSetting[userpool.UICustomization](ctx, s, poolID, store.KindUICustomization, id)
		if err != nil || u.ClientID != "" {
			return &u, err
		}
	}
	return nil, nil
}

func logoOf(u *userpool.UICustomization) map[string]bool {
	if u.Logo == "" {
		return nil
	}
	return map[string]bool{u.Logo: true}
}

func dropUICustomization(ctx context.Context, tx store.Tx, poolID, clientID string) error {
	u, err := setting[userpool.UICustomization](ctx, tx, poolID, store.KindUICustomization, clientID)
	if err == nil && u.Logo != "" {
		err = dropSetting(ctx, tx, poolID, store.KindImage, imageID(clientID, u.Logo))
	}
	return errors.Join(err, dropSetting(ctx, tx, poolID, store.KindUICustomization, clientID))
}
