package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

func userIdentities(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := someUser(1, "ada")
	u.Identities = []userpool.Identity{
		{UserID: "1234", ProviderName: "Google", ProviderType: "Google", Primary: true, DateCreated: 1642699117273},
		{UserID: "“x”\x00", ProviderName: "Okta", ProviderType: "SAML", Issuer: "https://okta.example.org"},
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) })
	got, err := s.User(ctx, poolA, u.ID)
	same(t, u, got, err)
	for _, identities := range [][]userpool.Identity{u.Identities[1:], nil} {
		u.Identities = identities
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.UpdateUser(ctx, u) })
		got, err = s.FindUser(ctx, poolA, u.Names)
		same(t, u, got, err)
	}
}

func someLink(u *userpool.User, value string) store.IdentityLink {
	return store.IdentityLink{
		PoolID: u.PoolID, Provider: "Google", Attribute: "Cognito_Subject", Value: value, UserID: u.ID,
	}
}

func links(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	create := func(l store.IdentityLink) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.CreateLink(ctx, l) }
	}
	remove := func(l store.IdentityLink) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.DeleteLink(ctx, l) }
	}
	long := strings.Repeat("x", 5000)
	byMail := someLink(bob, "1")
	byMail.Attribute = "email"
	for _, l := range []store.IdentityLink{someLink(ada, "1"), someLink(ada, long+"1"), someLink(bob, long+"2"), byMail} {
		write(t, s, create(l))
		u, err := s.LinkedUser(ctx, l.PoolID, l.Provider, l.Attribute, l.Value)
		same(t, l.UserID, u.ID, err)
	}
	got, err := s.LinkedUser(ctx, poolA, "Google", "Cognito_Subject", "1")
	same(t, ada, got, err)
	for _, key := range [][4]string{
		{poolB, "Google", "Cognito_Subject", "1"}, {poolA, "Okta", "Cognito_Subject", "1"}, {poolA, "Google", "sub", "1"},
		{poolA, "Google", "Cognito_Subject", "2"}, {poolA, "Google", "Cognito_Subject", "1\x00"},
	} {
		_, err := s.LinkedUser(ctx, key[0], key[1], key[2], key[3])
		absent(t, err)
	}
	wantErr(t, s, store.ErrExists, create(someLink(ada, "1")))
	wantErr(t, s, store.ErrExists, create(someLink(bob, "1")))
	wantErr(t, s, store.ErrNotFound, create(someLink(someUser(9, "nobody"), "9")))
	wantErr(t, s, store.ErrNotFound, remove(someLink(bob, "1"))) // it is ada's
	wantErr(t, s, store.ErrNotFound, remove(someLink(ada, "2")))
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		if err := create(someLink(bob, "1"))(ctx, tx); !errors.Is(err, store.ErrExists) { // and it goes on
			t.Errorf("got error %v, want ErrExists", err)
		}
		return remove(someLink(ada, "1"))(ctx, tx)
	})
	_, err = s.LinkedUser(ctx, poolA, "Google", "Cognito_Subject", "1")
	absent(t, err)
	write(t, s, create(someLink(bob, "1")))
}

func someEvent(u *userpool.User, id string, minutes int) *store.AuthEvent {
	return &store.AuthEvent{
		PoolID: u.PoolID, UserID: u.ID, ID: id, CreatedAt: t0().Add(time.Duration(minutes) * time.Minute),
		Data: []byte(`{"id":"` + id + `"}`),
	}
}

func authEvents(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	add := func(e *store.AuthEvent) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.AddAuthEvent(ctx, e) }
	}
	want := []string{"b", "d", "c", "e", "a"} // newest first; of one time the greater id
	minutes := map[string]int{"a": 1, "b": 9, "c": 5, "d": 5, "e": 2}
	for id, n := range minutes {
		write(t, s, add(someEvent(ada, id, n)))
	}
	write(t, s, add(someEvent(bob, "a", 7)))
	got, err := s.AuthEvent(ctx, poolA, ada.ID, "c")
	same(t, someEvent(ada, "c", 5), got, err)
	_, err = s.AuthEvent(ctx, poolA, bob.ID, "c")
	absent(t, err)
	wantErr(t, s, store.ErrExists, add(someEvent(ada, "a", 1)))
	wantErr(t, s, store.ErrNotFound, add(someEvent(someUser(9, "nobody"), "a", 1)))
	for limit := 1; limit <= 6; limit++ {
		var all []string
		var before time.Time
		var beforeID string
		for {
			page, err := s.ListAuthEvents(ctx, poolA, ada.ID, before, beforeID, limit)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, names(page, func(e *store.AuthEvent) string { return e.ID })...)
			if len(page) < limit {
				break
			}
			last := page[len(page)-1]
			before, beforeID = last.CreatedAt, last.ID
		}
		same(t, want, all, nil)
	}
	changed := someEvent(ada, "a", 99)
	changed.Data = []byte(`{"feedback":"Valid"}`)
	update := func(ctx context.Context, tx store.Tx) error { return tx.UpdateAuthEvent(ctx, changed) }
	write(t, s, update)
	changed.CreatedAt = someEvent(ada, "a", 1).CreatedAt // it stays
	got, err = s.AuthEvent(ctx, poolA, ada.ID, "a")
	same(t, changed, got, err)
	changed.ID = "z"
	wantErr(t, s, store.ErrNotFound, update)
}

// purgeAuthEvents: a sign-in is remembered for two years.
func purgeAuthEvents(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.AddAuthEvent(ctx, someEvent(u, "a", 0)), tx.AddAuthEvent(ctx, someEvent(u, "b", 1)),
			tx.AddAuthEvent(ctx, someEvent(u, "c", 2)))
	})
	for _, step := range []struct {
		now   time.Time
		limit int
		left  []string
		more  bool
	}{
		{t0().AddDate(2, 0, 0), 9, []string{"c", "b", "a"}, false},
		{t0().AddDate(2, 0, 0).Add(2 * time.Minute), 1, []string{"c", "b"}, true},
		{t0().AddDate(2, 0, 0).Add(2 * time.Minute), 9, []string{"c"}, false},
	} {
		more, err := s.Purge(ctx, step.now, step.limit)
		same(t, step.more, more, err)
		l, err := s.ListAuthEvents(ctx, poolA, u.ID, time.Time{}, "", 9)
		same(t, step.left, names(l, func(e *store.AuthEvent) string { return e.ID }), err)
	}
}

// raceLinks: 64 users want one identity, one gets it. An identity is linked to a user
// who is deleted meanwhile, or it is not; nothing is left of it.
func raceLinks(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	for i := range 64 {
		withUser(t, s, i, fmt.Sprint("user", i))
	}
	oneWinner(t, parallel(64, func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
			return tx.CreateLink(ctx, someLink(someUser(i, ""), "one"))
		})
	}), store.ErrExists)
	u := someUser(1, "")
	for _, err := range parallel(64, func(i int) error {
		return try(t.Context(), s, func(ctx context.Context, tx store.Tx) error {
			if i == 32 {
				return tx.DeleteUser(ctx, poolA, u.ID)
			}
			return tx.CreateLink(ctx, someLink(u, fmt.Sprint("many", i)))
		})
	}) {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	}
	for i := range 64 {
		_, err := s.LinkedUser(t.Context(), poolA, "Google", "Cognito_Subject", fmt.Sprint("many", i))
		absent(t, err)
		write(t, s, func(ctx context.Context, tx store.Tx) error { // its key is free
			return tx.CreateLink(ctx, someLink(someUser(2, ""), fmt.Sprint("many", i)))
		})
	}
}
