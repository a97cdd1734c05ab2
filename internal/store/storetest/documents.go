package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"idpond/internal/store"
)

func someDocument(kind store.DocumentKind, id, name string) *store.Document {
	return &store.Document{
		PoolID: poolA, Kind: kind, ID: id, Name: name, Data: []byte(`{"of":"` + id + "\"\x00\xff}"),
		CreatedAt: t0(), UpdatedAt: t0().Add(time.Second),
	}
}

func documents(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	one, two := someDocument(store.KindBranding, "1", "client1"), someDocument(store.KindBranding, "2", "")
	otherKind := someDocument(store.KindTerms, "1", "client1")
	otherPool := someDocument(store.KindBranding, "1", "client1")
	otherPool.PoolID = poolB
	noName := someDocument(store.KindBranding, "3", "") // as many without a name as one likes
	noName.Data = nil
	for _, d := range []*store.Document{one, two, otherKind, otherPool, noName} {
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateDocument(ctx, d) })
		got, err := s.Document(ctx, d.PoolID, d.Kind, d.ID)
		same(t, d.Name, got.Name, err)
		same(t, string(d.Data), string(got.Data), err)
	}
	got, err := s.Document(ctx, poolA, store.KindBranding, "1")
	same(t, one, got, err)
	got, err = s.DocumentByName(ctx, poolA, store.KindTerms, "client1")
	same(t, otherKind, got, err)
	_, err = s.DocumentByName(ctx, poolA, store.KindBranding, "")
	absent(t, err)
	_, err = s.Document(ctx, poolA, store.KindRisk, "1")
	absent(t, err)

	for name, refused := range map[string]struct {
		want error
		f    func(context.Context, store.Tx) error
	}{
		"the id is taken": {store.ErrExists, func(ctx context.Context, tx store.Tx) error {
			return tx.CreateDocument(ctx, someDocument(store.KindBranding, "1", "new"))
		}},
		"the name is taken": {store.ErrExists, func(ctx context.Context, tx store.Tx) error {
			return tx.CreateDocument(ctx, someDocument(store.KindBranding, "new", "client1"))
		}},
		"no pool": {store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.CreateDocument(ctx, &store.Document{PoolID: "eu-west-1_nopool", Kind: store.KindRisk, ID: "ALL"})
		}},
		"update of none": {store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateDocument(ctx, someDocument(store.KindBranding, "new", "new"))
		}},
		"update of none, to a name": {store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateDocument(ctx, someDocument(store.KindBranding, "new", "client1"))
		}},
		"update to a name": {store.ErrExists, func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateDocument(ctx, someDocument(store.KindBranding, "2", "client1"))
		}},
		"put to a name": {store.ErrExists, func(ctx context.Context, tx store.Tx) error {
			return tx.PutDocument(ctx, someDocument(store.KindBranding, "2", "client1"))
		}},
		"put with a name": {store.ErrExists, func(ctx context.Context, tx store.Tx) error {
			return tx.PutDocument(ctx, someDocument(store.KindBranding, "new", "client1"))
		}},
		"put without a pool": {store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.PutDocument(ctx, &store.Document{PoolID: "eu-west-1_nopool", Kind: store.KindRisk, ID: "ALL"})
		}},
		"delete none": {store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteDocument(ctx, poolB, store.KindTerms, "1")
		}},
	} {
		t.Run(name, func(t *testing.T) { wantErr(t, s, refused.want, refused.f) })
	}
	got, err = s.Document(ctx, poolA, store.KindBranding, "1")
	same(t, one, got, err) // what was refused changed nothing
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.CountDocuments(ctx, poolA, store.KindBranding)
		same(t, 3, n, err)
		// A transaction may go on after a refusal.
		for _, err := range []error{
			tx.CreateDocument(ctx, someDocument(store.KindBranding, "9", "client1")),
			tx.UpdateDocument(ctx, someDocument(store.KindBranding, "2", "client1")),
			tx.PutDocument(ctx, someDocument(store.KindBranding, "9", "client1")),
		} {
			if !errors.Is(err, store.ErrExists) {
				t.Errorf("got error %v, want ErrExists", err)
			}
		}
		return tx.DeleteDocument(ctx, poolA, store.KindBranding, "3")
	})
}

func documentChanges(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	put := func(d *store.Document) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.PutDocument(ctx, d) }
	}
	first := someDocument(store.KindTerms, "1", "a")
	write(t, s, put(first))
	got, err := s.Document(ctx, poolA, store.KindTerms, "1")
	same(t, first, got, err)

	second := someDocument(store.KindTerms, "1", "b")
	second.Data, second.CreatedAt, second.UpdatedAt = []byte("new"), t0().Add(time.Hour), t0().Add(time.Hour)
	write(t, s, put(second))
	second.CreatedAt = first.CreatedAt // it stays
	got, err = s.DocumentByName(ctx, poolA, store.KindTerms, "b")
	same(t, second, got, err)
	_, err = s.DocumentByName(ctx, poolA, store.KindTerms, "a")
	absent(t, err)

	second.Name, second.Data = "", []byte("newer")
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		if err := tx.UpdateDocument(ctx, second); err != nil {
			return err
		}
		got, err := tx.Document(ctx, poolA, store.KindTerms, "1") // a transaction sees its own writes
		same(t, second, got, err)
		return nil
	})
	write(t, s, put(someDocument(store.KindTerms, "2", "b"))) // the name is free again
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteDocument(ctx, poolA, store.KindTerms, "1")
	})
	_, err = s.Document(ctx, poolA, store.KindTerms, "1")
	absent(t, err)
	large := someDocument(store.KindBranding, "large", "")
	large.Data = make([]byte, 3<<20)
	write(t, s, put(large))
	got, err = s.Document(ctx, poolA, store.KindBranding, "large")
	same(t, true, err == nil && bytes.Equal(large.Data, got.Data), err)
}

func documentPages(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	want := []string{"A", "B", "Z", "a", "b", "z", "é"} // in the order of bytes
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for _, i := range []int{3, 0, 6, 1, 5, 2, 4} {
			for _, kind := range []store.DocumentKind{store.KindIdentityProvider, store.KindReplica} {
				if err := tx.CreateDocument(ctx, someDocument(kind, want[i], "name of "+want[len(want)-1-i])); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for limit := 1; limit <= 8; limit++ {
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			page, err := s.ListDocuments(t.Context(), poolA, store.KindIdentityProvider, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, names(page, func(d *store.Document) string { return d.ID })...)
			if len(page) < limit {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %d: got %v, want %v", limit, got, want)
		}
	}
}

func provisionedLimits(t *testing.T, s store.Store) {
	limits, err := s.ProvisionedLimits(t.Context())
	same(t, map[string]int{}, limits, err)
	for _, n := range []int{120, 200, 150} {
		write(t, s, func(ctx context.Context, tx store.Tx) error {
			if err := tx.SetProvisionedLimit(ctx, "UserAuthentication", n); err != nil {
				return err
			}
			limits, err := tx.ProvisionedLimits(ctx)
			same(t, n, limits["UserAuthentication"], err)
			return tx.SetProvisionedLimit(ctx, "UserCreation", 50)
		})
	}
	limits, err = s.ProvisionedLimits(t.Context())
	same(t, map[string]int{"UserAuthentication": 150, "UserCreation": 50}, limits, err)
}

// raceDocuments: 64 want one id or one name, one gets it. Of 64 who put one id, all
// succeed; of 64 who give their own document one name, one.
func raceDocuments(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	race := func(f func(ctx context.Context, tx store.Tx, i int) error) []error {
		return parallel(64, func(i int) error {
			return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
				refused := f(ctx, tx, i)
				if _, err := tx.CountDocuments(ctx, poolA, store.KindTerms); err != nil && !errors.Is(refused, store.ErrStale) {
					return err // a transaction that is told ErrExists must be able to go on
				}
				return refused
			})
		})
	}
	left := func(kind store.DocumentKind, want int) {
		t.Helper()
		l, err := s.ListDocuments(t.Context(), poolA, kind, "", 100)
		same(t, want, len(l), err)
	}
	oneWinner(t, race(func(ctx context.Context, tx store.Tx, i int) error {
		return tx.CreateDocument(ctx, someDocument(store.KindTerms, "one", fmt.Sprint("name", i)))
	}), store.ErrExists)
	left(store.KindTerms, 1)
	oneWinner(t, race(func(ctx context.Context, tx store.Tx, i int) error {
		return tx.CreateDocument(ctx, someDocument(store.KindBranding, fmt.Sprint("id", i), "one"))
	}), store.ErrExists)
	left(store.KindBranding, 1)
	if err := errors.Join(race(func(ctx context.Context, tx store.Tx, i int) error {
		return tx.PutDocument(ctx, someDocument(store.KindRisk, "ALL", ""))
	})...); err != nil {
		t.Error(err)
	}
	left(store.KindRisk, 1)
	oneWinner(t, race(func(ctx context.Context, tx store.Tx, i int) error {
		return tx.PutDocument(ctx, someDocument(store.KindReplica, fmt.Sprint("id", i), "one"))
	}), store.ErrExists)
	left(store.KindReplica, 1)
	write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
		for i := range 64 {
			err = errors.Join(err, tx.CreateDocument(ctx, someDocument(store.KindLogDelivery, fmt.Sprint("id", i), "")))
		}
		return err
	})
	oneWinner(t, race(func(ctx context.Context, tx store.Tx, i int) error {
		return tx.UpdateDocument(ctx, someDocument(store.KindLogDelivery, fmt.Sprint("id", i), "one"))
	}), store.ErrExists)
}

// raceDocumentUpdates: read, change, write back, from many sides: no change is lost.
func raceDocumentUpdates(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	d := someDocument(store.KindTerms, "1", "a")
	d.Data = nil
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateDocument(ctx, d) })
	errs := parallel(32, func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) (err error) {
			var d *store.Document
			if i%2 == 0 {
				d, err = tx.Document(ctx, poolA, store.KindTerms, "1")
			} else {
				d, err = tx.DocumentByName(ctx, poolA, store.KindTerms, "a")
			}
			if err != nil {
				return err
			}
			d.Data = append(d.Data, 'x')
			return tx.UpdateDocument(ctx, d)
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	got, err := s.Document(t.Context(), poolA, store.KindTerms, "1")
	same(t, 32, len(got.Data), err)
}
