package directory

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func noStyle(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.ResourceNotFound, "Managed login branding does not exist.")
	}
	return err
}

// CreateLoginStyle gives a client a style. Faults: InvalidParameter,
// ResourceNotFound, ManagedLoginBrandingExists, LimitExceeded.
func (s *Service) CreateLoginStyle(ctx context.Context, p *userpool.Pool, clientID string, c StyleChange) (*userpool.LoginStyle, error) {
	if _, err := s.PoolClient(ctx, p, clientID); err != nil {
		return nil, err
	}
	images, err := s.prepare(ctx, &c)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewRandomFromReader(s.Rand)
	if err != nil {
		return nil, err
	}
	st := &userpool.LoginStyle{ID: id.String(), ClientID: clientID}
	if err := c.apply(st, images); err != nil {
		return nil, err
	}
	st.CreatedAt = s.now()
	st.UpdatedAt = st.CreatedAt
	d, err := styleDocument(p, st)
	if err != nil {
		return nil, err
	}
	return st, s.change(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, p.ID); err != nil { // also keeps two requests from passing the count together
			return noPool(err, p.ID)
		}
		if err := clientOf(ctx, tx, p.ID, clientID); err != nil {
			return err
		}
		if err := tx.CreateDocument(ctx, d); err != nil {
			return taken(err, fault.New(fault.ManagedLoginBrandingExists, "Managed login branding already exists for this app client."))
		}
		err := s.changeImages(ctx, tx, imageChange{poolID: p.ID, owner: st.ID, given: images, wanted: filesOf(st)})
		if err != nil {
			return err
		}
		have, err := tx.CountDocuments(ctx, p.ID, store.KindBranding)
		return first(err, s.limited(have-1, userpool.QuotaBrandings, "branding styles per user pool"))
	})
}

func styleDocument(p *userpool.Pool, st *userpool.LoginStyle) (*store.Document, error) {
	data, err := json.Marshal(st)
	return &store.Document{
		PoolID: p.ID, Kind: store.KindBranding, ID: st.ID, Name: st.ClientID, Data: data, CreatedAt: st.CreatedAt, UpdatedAt: st.UpdatedAt,
	}, err
}

func filesOf(st *userpool.LoginStyle) map[string]bool {
	files := map[string]bool{}
	for _, a := range st.Assets {
		files[a.File] = true
	}
	return files
}

// UpdateLoginStyle changes a style. Faults: InvalidParameter, ResourceNotFound.
func (s *Service) UpdateLoginStyle(ctx context.Context, p *userpool.Pool, id string, c StyleChange) (*userpool.LoginStyle, error) {
	images, err := s.prepare(ctx, &c)
	if err != nil {
		return nil, err
	}
	var changed *userpool.LoginStyle
	return changed, noStyle(s.change(ctx, func(tx store.Tx) error {
		d, err := tx.Document(ctx, p.ID, store.KindBranding, strings.ToLower(id))
		if err != nil {
			return err
		}
		before, err := decoded[userpool.LoginStyle](d)
		if err != nil {
			return err
		}
		st := before
		if err := c.apply(&st, images); err != nil {
			return err
		}
		st.UpdatedAt = s.now()
		changed = &st
		if d, err = styleDocument(p, &st); err != nil {
			return err
		}
		if err := tx.UpdateDocument(ctx, d); err != nil {
			return err
		}
		return s.changeImages(ctx, tx, imageChange{poolID: p.ID, owner: st.ID, given: images, had: filesOf(&before), wanted: filesOf(&st)})
	}))
}

// LoginStyle gives a style of a pool with its images by file name, as they were
// given. The fault is ResourceNotFound.
func (s *Service) LoginStyle(ctx context.Context, p *userpool.Pool, id string) (*userpool.LoginStyle, map[string][]byte, error) {
	for attempt := 1; ; attempt++ {
		d, err := s.Store.Document(ctx, p.ID, store.KindBranding, strings.ToLower(id))
		if err != nil {
			return nil, nil, noStyle(err)
		}
		st, err := decoded[userpool.LoginStyle](d)
		if err != nil {
			return nil, nil, err
		}
		images, err := s.originals(ctx, p.ID, &st)
		if !errors.Is(err, store.ErrNotFound) || attempt == maxReads {
			return &st, images, err
		}
	}
}

// maxReads is how often a style is read whose images are not all there: it was
// changed between the two.
const maxReads = 5

// originals reads a style's images. The error is store.ErrNotFound when one is no
// longer there.
func (s *Service) originals(ctx context.Context, poolID string, st *userpool.LoginStyle) (map[string][]byte, error) {
	images := map[string][]byte{}
	for file := range filesOf(st) {
		img, err := s.Image(ctx, poolID, st.ID, file)
		if err != nil {
			return nil, err
		}
		images[file] = img.Original
	}
	return images, nil
}

// LoginStyleOf gives the style of a client, without its images' bytes. The fault is
// ResourceNotFound.
func (s *Service) LoginStyleOf(ctx context.Context, p *userpool.Pool, clientID string) (*userpool.LoginStyle, error) {
	if _, err := s.PoolClient(ctx, p, clientID); err != nil {
		return nil, err
	}
	st, err := cached(&s.snapshots.get().ofPool, listKey{p.ID, "style of " + clientID}, func() (*userpool.LoginStyle, error) {
		d, err := s.Store.DocumentByName(ctx, p.ID, store.KindBranding, clientID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		st, err := decoded[userpool.LoginStyle](d)
		return &st, err
	})
	if err == nil && st == nil {
		err = store.ErrNotFound
	}
	return st, noStyle(err)
}

// DeleteLoginStyle deletes a style. The fault is ResourceNotFound.
func (s *Service) DeleteLoginStyle(ctx context.Context, p *userpool.Pool, id string) error {
	return noStyle(s.change(ctx, func(tx store.Tx) error {
		d, err := tx.Document(ctx, p.ID, store.KindBranding, strings.ToLower(id))
		if err != nil {
			return err
		}
		return dropStyle(ctx, tx, d)
	}))
}

func dropStyle(ctx context.Context, tx store.Tx, d *store.Document) error {
	st, err := decoded[userpool.LoginStyle](d)
	if err != nil {
		return err
	}
	for file := range filesOf(&st) {
		if err := dropSetting(ctx, tx, d.PoolID, store.KindImage, imageID(st.ID, file)); err != nil {
			return err
		}
	}
	return tx.DeleteDocument(ctx, d.PoolID, store.KindBranding, d.ID)
}

func dropStyleOf(ctx context.Context, tx store.Tx, poolID, clientID string) error {
	d, err := tx.DocumentByName(ctx, poolID, store.KindBranding, clientID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return dropStyle(ctx, tx, d)
}
