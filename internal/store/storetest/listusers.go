package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// listUsers: each way to ask, with ties, case and prefixes that end at odd places.
func listUsers(t *testing.T, s store.Store) {
	withPools(t, s, poolA, poolB)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for i, fullName := range []string{"Ann", "anna", "ANNA", "Ben", "an\uffff", "ann\U0010ffff", "", "ao", "\ud7ff!", "\ue000!"} {
			u := someUser(i, "user"+string(rune('a'+i)))
			u.Attributes["name"] = fullName
			if err := tx.CreateUser(ctx, u); err != nil {
				return err
			}
		}
		other := someUser(1, "other")
		other.PoolID, other.Attributes["name"] = poolB, "anna"
		return tx.CreateUser(ctx, other)
	})
	everybody := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, c := range []struct {
		attribute, value string
		prefix           bool
		want             []int
	}{
		{"", "", false, everybody},
		{"name", "anna", false, []int{1, 2}},
		{"name", "Anna", false, nil}, // the caller folds
		{"name", "", false, []int{6}},
		{"name", "ann", true, []int{0, 1, 2, 5}},
		{"name", "an", true, []int{0, 1, 2, 5, 4}},
		{"name", "ann\U0010ffff", true, []int{5}},
		{"name", "\ud7ff", true, []int{8}},
		{"name", "", true, []int{6, 0, 1, 2, 5, 4, 7, 3, 8, 9}},
		{"name", "c", true, nil},
		{"username", "userc", false, []int{2}},
		{"username", "user", true, everybody},
		{"email", "usera@", true, []int{0}},
		{"status", "Enabled", false, everybody},
		{"status", "enabled", false, nil},
		{"cognito:user_status", "CONF", true, everybody},
		{"sub", userID(3), false, []int{3}},
		{"sub", userID(77), false, nil},
		{"sub", "000", true, everybody},
		{"sub", "0002", true, []int{2}},
		{"sub", "", true, everybody},
		{"phone_number", "", true, nil},
	} {
		want := []string{}
		for _, n := range c.want {
			want = append(want, userID(n))
		}
		for _, limit := range []int{1, 2, 60} {
			q := store.UserQuery{PoolID: poolA, Attribute: c.attribute, Value: c.value, Prefix: c.prefix, Limit: limit}
			if got := listAll(t, s, q); !slices.Equal(got, want) {
				t.Errorf("%s %q prefix=%v by %d:\n got %v\nwant %v", c.attribute, c.value, c.prefix, limit, got, want)
			}
		}
	}
}

// listAll reads all pages as a door does: the next page begins behind the last row.
func listAll(t *testing.T, s store.Store, q store.UserQuery) []string {
	t.Helper()
	got := []string{}
	for {
		page, err := s.ListUsers(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, ids(page)...)
		if len(page) < q.Limit || len(got) > 1000 {
			return got
		}
		last := page[len(page)-1]
		q.AfterID, q.AfterText = last.ID, userpool.Searchable(last)[q.Attribute]
	}
}

// listUsersPages: users that come and go between two pages move nobody else.
func listUsersPages(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	for n := range 6 {
		withUser(t, s, n*2, "user"+string(rune('a'+n*2)))
	}
	q := store.UserQuery{PoolID: poolA, Attribute: "username", Value: "user", Prefix: true, Limit: 3}
	page, err := s.ListUsers(t.Context(), q)
	same(t, []string{userID(0), userID(2), userID(4)}, ids(page), err)
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, userID(4)) })
	withUser(t, s, 1, "userb")
	withUser(t, s, 5, "userf")
	q.AfterID, q.AfterText = userID(4), "usere"
	page, err = s.ListUsers(t.Context(), q)
	same(t, []string{userID(5), userID(6), userID(8)}, ids(page), err)
}

// listedUser: every list gives of a user what answers show, and nothing that could
// be written back.
func listedUser(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := someUser(1, "ada")
	u.Status = userpool.StatusForceChangePassword
	u.Pending = map[string]string{"email": "new@example.org"}
	u.Credential = userpool.Credential{Salt: []byte{1}, Verifier: []byte{2}, SetAt: t0()}
	u.SoftwareToken = userpool.SoftwareToken{Secret: []byte{3}}
	u.MFA = userpool.MFA{Enabled: []string{"SMS_MFA"}, Options: []userpool.MFAOption{{DeliveryMedium: "SMS", AttributeName: "phone_number"}}}
	u.Identities = []userpool.Identity{{UserID: "1", ProviderName: "Google", ProviderType: "Google", Primary: true, DateCreated: 5}}
	u.UpdatedAt = t0().Add(time.Hour)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.CreateUser(ctx, u), tx.CreateGroup(ctx, &userpool.Group{PoolID: poolA, Name: "g"}),
			tx.AddToGroup(ctx, poolA, "g", u.ID))
	})
	var found *userpool.User
	for _, q := range []store.UserQuery{
		{}, {Attribute: "sub", Value: u.ID}, {Attribute: "sub", Value: u.ID[:1], Prefix: true},
		{Attribute: "username", Value: "ada"}, {Attribute: "username", Value: "a", Prefix: true},
	} {
		q.PoolID, q.Limit = poolA, 9
		list, err := s.ListUsers(ctx, q)
		same(t, listed(u), list, err)
		if len(list) == 1 {
			found = list[0]
		}
	}
	list, err := s.UsersInGroup(ctx, poolA, "g", "", 9)
	same(t, listed(u), list, err)
	wantErr(t, s, store.ErrStale, func(ctx context.Context, tx store.Tx) error { return tx.UpdateUser(ctx, found) })
	u.Groups = []string{"g"}
	got, err := s.User(ctx, poolA, u.ID)
	same(t, u, got, err)
}

// longValues: attributes may hold 2,048 characters of any kind, names too.
func longValues(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	long := strings.Repeat("長", 2048)
	u := someUser(1, "ada")
	u.Attributes["name"] = long
	u.Names = append(u.Names, name(userpool.NamePreferredUsername, long))
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) })
	got, err := s.FindUser(t.Context(), poolA, u.Names[1:])
	same(t, u, got, err)
	_, err = s.FindUser(t.Context(), poolA, []userpool.SignInName{name(userpool.NamePreferredUsername, long[3:])})
	absent(t, err)
	for _, prefix := range []bool{false, true} {
		q := store.UserQuery{PoolID: poolA, Attribute: "name", Value: userpool.FoldSearch("name", long), Prefix: prefix, Limit: 1}
		l, err := s.ListUsers(t.Context(), q)
		same(t, listed(u), l, err)
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, u.ID) })
	_, err = s.FindUser(t.Context(), poolA, u.Names)
	absent(t, err)
}
