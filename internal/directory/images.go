package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync"

	"idpond/internal/branding"
	"idpond/internal/store"
)

// The images of a look are documents of their own, beside the one that names them:
// every page reads the names, only a browser that has not kept an image asks for
// its bytes. A name carries a hash of what was given and of what is served, so
// what is behind an address never changes.

// turns lets one in at a time; the zero value is ready. Whoever decodes images waits for
// a turn: a small file can unfold to 80 MB, and many requests can come at once.
type turns struct {
	once sync.Once
	busy chan struct{}
}

// take waits for a turn, which leave ends. The error is ctx's.
func (t *turns) take(ctx context.Context) (leave func(), err error) {
	t.once.Do(func() { t.busy = make(chan struct{}, 1) })
	select {
	case t.busy <- struct{}{}:
		return func() { <-t.busy }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// newImage is an image that is ready to be stored.
type newImage struct {
	file string
	data []byte // branding.Image as JSON
}

func prepareImage(img *branding.Image) (*newImage, error) {
	data, err := json.Marshal(img)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return &newImage{file: hex.EncodeToString(sum[:16]) + img.Format.Suffix(), data: data}, nil
}

// imageID names an image of an owner: of a look by its client's id or ALL, or of a
// style by its own id.
func imageID(owner, file string) string { return owner + "/" + file }

// imageChange is what a change of a look or a style does to its images.
type imageChange struct {
	poolID, owner string
	given         []*newImage // nil among them are none
	had, wanted   map[string]bool
}

// changeImages keeps the images that are given, and deletes those of the files had that
// are not wanted.
func (s *Service) changeImages(ctx context.Context, tx store.DocumentTx, c imageChange) error {
	now := s.now()
	for _, img := range c.given {
		if img == nil {
			continue
		}
		err := tx.PutDocument(ctx, &store.Document{
			PoolID: c.poolID, Kind: store.KindImage, ID: imageID(c.owner, img.file), Data: img.data, CreatedAt: now, UpdatedAt: now,
		})
		if err != nil {
			return err
		}
	}
	for file := range c.had {
		if !c.wanted[file] {
			if err := dropSetting(ctx, tx, c.poolID, store.KindImage, imageID(c.owner, file)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Image gives an image of a look or a style. The error is store.ErrNotFound when
// there is none of that name any more.
func (s *Service) Image(ctx context.Context, poolID, owner, file string) (*branding.Image, error) {
	d, err := s.Store.Document(ctx, poolID, store.KindImage, imageID(owner, file))
	if err != nil {
		return nil, err
	}
	img, err := decoded[branding.Image](d)
	return &img, err
}

// clientOf reads a client of a pool within a transaction. The fault is
// ResourceNotFound; on PostgreSQL the client stays until the transaction ends.
func clientOf(ctx context.Context, tx store.Tx, poolID, id string) error {
	c, err := tx.Client(ctx, id)
	if err == nil && c.PoolID != poolID {
		err = store.ErrNotFound
	}
	return noClient(err, id)
}

// forgetClient deletes what is kept of a client beside itself.
func forgetClient(ctx context.Context, tx store.Tx, poolID, clientID string) error {
	return errors.Join(
		dropUICustomization(ctx, tx, poolID, clientID),
		dropStyleOf(ctx, tx, poolID, clientID),
		dropTermsOf(ctx, tx, poolID, clientID),
		dropSetting(ctx, tx, poolID, store.KindRisk, clientID),
	)
}
