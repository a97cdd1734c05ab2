package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"idpond/internal/store"
)

// Risk, log delivery and replicas are small settings beside a pool's own: each is
// one document, and what is not there has a zero value.

// setting reads a document into a T; one that isn't there is the zero T.
func setting[T any](ctx context.Context, from store.Documents, poolID string, kind store.DocumentKind, id string) (T, error) {
	var v T
	d, err := from.Document(ctx, poolID, kind, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return v, nil
	case err != nil:
		return v, err
	}
	return decoded[T](d)
}

func decoded[T any](d *store.Document) (v T, err error) {
	if err := json.Unmarshal(d.Data, &v); err != nil {
		return v, fmt.Errorf("directory: the %s document %q of pool %s: %w", d.Kind, d.ID, d.PoolID, err)
	}
	return v, nil
}

// snapshotSetting is setting through the snapshot.
func snapshotSetting[T any](ctx context.Context, s *Service, poolID string, kind store.DocumentKind, id string) (T, error) {
	return cached(&s.snapshots.get().ofPool, listKey{poolID, string(kind) + "/" + id}, func() (T, error) {
		return setting[T](ctx, s.Store, poolID, kind, id)
	})
}

// putSetting keeps v as a document. The error is store.ErrNotFound when the pool is gone.
func (s *Service) putSetting(ctx context.Context, tx store.DocumentTx, poolID string, kind store.DocumentKind, id string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	now := s.now()
	return tx.PutDocument(ctx, &store.Document{PoolID: poolID, Kind: kind, ID: id, Data: data, CreatedAt: now, UpdatedAt: now})
}

// dropSetting deletes a document, if it is there.
func dropSetting(ctx context.Context, tx store.DocumentTx, poolID string, kind store.DocumentKind, id string) error {
	err := tx.DeleteDocument(ctx, poolID, kind, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
