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

func noTerms(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.ResourceNotFound, "Terms do not exist.")
	}
	return err
}

// termsKey is the second name of a document of terms: a client has one of each name.
func termsKey(clientID, name string) string { return clientID + "/" + name }

// CreateTerms gives a client terms. Faults: InvalidParameter, ResourceNotFound,
// TermsExists, LimitExceeded.
func (s *Service) CreateTerms(ctx context.Context, p *userpool.Pool, t userpool.Terms) (*userpool.Terms, error) {
	if _, err := s.PoolClient(ctx, p, t.ClientID); err != nil {
		return nil, err
	}
	if err := invalid(t.Problem()); err != nil {
		return nil, err
	}
	id, err := uuid.NewRandomFromReader(s.Rand)
	if err != nil {
		return nil, err
	}
	t.ID, t.CreatedAt = id.String(), s.now()
	t.UpdatedAt = t.CreatedAt
	return &t, s.change(ctx, func(tx store.Tx) error {
		if _, err := tx.Pool(ctx, p.ID); err != nil { // also keeps two requests from passing the count together
			return noPool(err, p.ID)
		}
		if err := clientOf(ctx, tx, p.ID, t.ClientID); err != nil {
			return err
		}
		if err := writeTerms(ctx, p.ID, &t, tx.CreateDocument); err != nil {
			return err
		}
		have, err := tx.CountDocuments(ctx, p.ID, store.KindTerms)
		return first(err, s.limited(have-1, userpool.QuotaTerms, "terms documents per user pool"))
	})
}

func writeTerms(ctx context.Context, poolID string, t *userpool.Terms, write func(context.Context, *store.Document) error) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	err = write(ctx, &store.Document{
		PoolID: poolID, Kind: store.KindTerms, ID: t.ID, Name: termsKey(t.ClientID, t.Name), Data: data, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	})
	return taken(err, fault.Newf(fault.TermsExists, "Terms with the name %s already exist for this app client.", t.Name))
}

// TermsChange is what an update of terms says; what is zero is kept.
type TermsChange struct {
	Name, Source, Enforcement string
	Links                     map[string]string
}

// UpdateTerms changes terms. Faults: InvalidParameter, ResourceNotFound, TermsExists.
func (s *Service) UpdateTerms(ctx context.Context, p *userpool.Pool, id string, c TermsChange) (*userpool.Terms, error) {
	var changed *userpool.Terms
	err := s.change(ctx, func(tx store.Tx) error {
		d, err := tx.Document(ctx, p.ID, store.KindTerms, strings.ToLower(id))
		if err != nil {
			return err
		}
		t, err := decoded[userpool.Terms](d)
		if err != nil {
			return err
		}
		replace(&t.Name, c.Name)
		replace(&t.Source, c.Source)
		replace(&t.Enforcement, c.Enforcement)
		if c.Links != nil {
			t.Links = c.Links
		}
		if err := invalid(t.Problem()); err != nil {
			return err
		}
		t.UpdatedAt = s.now()
		changed = &t
		return writeTerms(ctx, p.ID, &t, tx.UpdateDocument)
	})
	return changed, noTerms(err)
}

// replace sets a text that is given.
func replace(text *string, value string) {
	if value != "" {
		*text = value
	}
}

// Terms gives terms of a pool. The fault is ResourceNotFound.
func (s *Service) Terms(ctx context.Context, p *userpool.Pool, id string) (*userpool.Terms, error) {
	d, err := s.Store.Document(ctx, p.ID, store.KindTerms, strings.ToLower(id))
	if err != nil {
		return nil, noTerms(err)
	}
	t, err := decoded[userpool.Terms](d)
	return &t, err
}

// TermsOf gives the terms of a client, by name. The fault is ResourceNotFound: of
// the client; a client without any has an empty map.
func (s *Service) TermsOf(ctx context.Context, p *userpool.Pool, clientID string) (map[string]*userpool.Terms, error) {
	if _, err := s.PoolClient(ctx, p, clientID); err != nil {
		return nil, err
	}
	return cached(&s.snapshots.get().ofPool, listKey{p.ID, "terms of " + clientID}, func() (map[string]*userpool.Terms, error) {
		all := map[string]*userpool.Terms{}
		for _, name := range userpool.TermsNames() {
			d, err := s.Store.DocumentByName(ctx, p.ID, store.KindTerms, termsKey(clientID, name))
			if errors.Is(err, store.ErrNotFound) {
				continue
			} else if err != nil {
				return nil, err
			}
			t, err := decoded[userpool.Terms](d)
			if err != nil {
				return nil, err
			}
			all[name] = &t
		}
		return all, nil
	})
}

// ClientTerms gives the terms of one name of a client. The fault is ResourceNotFound.
func (s *Service) ClientTerms(ctx context.Context, p *userpool.Pool, clientID, name string) (*userpool.Terms, error) {
	all, err := s.TermsOf(ctx, p, clientID)
	if err != nil {
		return nil, err
	}
	if t, ok := all[name]; ok {
		return t, nil
	}
	return nil, noTerms(store.ErrNotFound)
}

// ListTerms gives a page of a pool's terms by id, behind after.
func (s *Service) ListTerms(ctx context.Context, p *userpool.Pool, after string, limit int) ([]*userpool.Terms, error) {
	documents, err := s.Store.ListDocuments(ctx, p.ID, store.KindTerms, after, limit)
	if err != nil {
		return nil, err
	}
	list := make([]*userpool.Terms, len(documents))
	for i, d := range documents {
		t, err := decoded[userpool.Terms](d)
		if err != nil {
			return nil, err
		}
		list[i] = &t
	}
	return list, nil
}

// DeleteTerms deletes terms. The fault is ResourceNotFound.
func (s *Service) DeleteTerms(ctx context.Context, p *userpool.Pool, id string) error {
	return noTerms(s.change(ctx, func(tx store.Tx) error {
		return tx.DeleteDocument(ctx, p.ID, store.KindTerms, strings.ToLower(id))
	}))
}

func dropTermsOf(ctx context.Context, tx store.Tx, poolID, clientID string) error {
	for _, name := range userpool.TermsNames() {
		d, err := tx.DocumentByName(ctx, poolID, store.KindTerms, termsKey(clientID, name))
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		if err := tx.DeleteDocument(ctx, poolID, store.KindTerms, d.ID); err != nil {
			return err
		}
	}
	return nil
}
