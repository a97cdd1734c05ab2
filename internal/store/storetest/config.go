package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

func pools(t *testing.T, s store.Store) {
	ctx := t.Context()
	_, err := s.Pool(ctx, poolA)
	absent(t, err)
	want := somePool(poolA)
	withPools(t, s, poolA)
	got, err := s.Pool(ctx, poolA)
	same(t, want, got, err)

	wantErr(t, s, store.ErrExists, func(ctx context.Context, tx store.Tx) error { return tx.CreatePool(ctx, somePool(poolA)) })
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.UpdatePool(ctx, somePool(poolB)) })
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.DeletePool(ctx, poolB) })

	want.Name, want.UpdatedAt = "renamed", t0().Add(time.Hour)
	want.Settings.UsernameConfiguration = &userpool.UsernameConfiguration{CaseSensitive: false}
	want.Settings.UserPoolTags = nil
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		if err := tx.UpdatePool(ctx, want); err != nil {
			return err
		}
		got, err := tx.Pool(ctx, poolA) // a transaction sees its own writes
		same(t, want, got, err)
		n, err := tx.CountPools(ctx, "eu-west-1")
		same(t, 1, n, err)
		n, err = tx.CountPools(ctx, "eu-west-2")
		same(t, 0, n, err)
		return nil
	})
	got, err = s.Pool(ctx, poolA)
	same(t, want, got, err)
}

func someClient(poolID, id string) *userpool.AppClient {
	return &userpool.AppClient{
		PoolID: poolID, ID: id, Name: "app " + id,
		Secrets: []userpool.ClientSecret{
			{ID: id + "--1", Value: "secret-one-" + id, CreatedAt: t0()},
			{ID: id + "--2", Value: "secret-two-" + id, CreatedAt: t0().Add(time.Second)},
		},
		Settings: userpool.ClientSettings{
			RefreshTokenValidity: 30, ExplicitAuthFlows: []string{"ALLOW_USER_SRP_AUTH"},
			CallbackURLs: []string{"https://app.example.org/cb?x=1&y=2"},
		},
		CreatedAt: t0(), UpdatedAt: t0(),
	}
}

func clients(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	want := someClient(poolA, "c1")
	create := func(c *userpool.AppClient) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.CreateClient(ctx, c) }
	}
	write(t, s, create(want))
	got, err := s.Client(ctx, "c1")
	same(t, want, got, err)
	_, err = s.Client(ctx, "c2")
	absent(t, err)
	wantErr(t, s, store.ErrExists, create(someClient(poolA, "c1")))
	wantErr(t, s, store.ErrExists, create(someClient(poolB, "c1"))) // an id is unique over all pools
	wantErr(t, s, store.ErrNotFound, create(someClient("eu-west-1_nopool", "c3")))

	want.Secrets, want.Settings.RefreshTokenValidity = nil, 1
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.UpdateClient(ctx, want) })
	got, err = s.Client(ctx, "c1")
	same(t, want, got, err)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateClient(ctx, someClient(poolB, "c1"))
	})
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.DeleteClient(ctx, poolB, "c1") })
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.CountClients(ctx, poolA)
		same(t, 1, n, err)
		return tx.DeleteClient(ctx, poolA, "c1")
	})
	_, err = s.Client(ctx, "c1")
	absent(t, err)
}

func domains(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	prefix := &userpool.Domain{PoolID: poolA, Name: "shop", ManagedLoginVersion: 1, Version: "20260102030405"}
	custom := &userpool.Domain{
		PoolID: poolA, Name: "login.example.org", CertificateArn: "arn:x", SecurityPolicy: "TLS_1_2", ManagedLoginVersion: 2,
		Version: "20260102030406", Routing: &userpool.Routing{Failover: &userpool.Failover{SecondaryRegion: "eu-west-2"}},
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateDomain(ctx, prefix); err != nil {
			return err
		}
		return tx.CreateDomain(ctx, custom)
	})
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Pool(ctx, poolA)
		if err != nil {
			return err
		}
		n, err := tx.CountCustomDomains(ctx, p.Region)
		same(t, 1, n, err)
		n, err = tx.CountCustomDomains(ctx, "mars-north-1")
		same(t, 0, n, err)
		return nil
	})
	got, err := s.Domain(ctx, "login.example.org")
	same(t, custom, got, err)
	all, err := s.PoolDomains(ctx, poolA)
	same(t, []*userpool.Domain{custom, prefix}, all, err)
	all, err = s.PoolDomains(ctx, poolB)
	same(t, 0, len(all), err)
	wantErr(t, s, store.ErrExists, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateDomain(ctx, &userpool.Domain{PoolID: poolB, Name: "shop"}) // unique over all pools
	})
	prefix.ManagedLoginVersion, prefix.Version = 2, "20270102030405"
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.UpdateDomain(ctx, prefix) })
	got, err = s.Domain(ctx, "shop")
	same(t, prefix, got, err)
	other := &userpool.Domain{PoolID: poolB, Name: "shop"}
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.UpdateDomain(ctx, other) })
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.DeleteDomain(ctx, poolB, "shop") })
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteDomain(ctx, poolA, "shop") })
	_, err = s.Domain(ctx, "shop")
	absent(t, err)
}

func resourceServers(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	want := &userpool.ResourceServer{
		PoolID: poolA, Identifier: "https://api.example.org", Name: "API",
		Scopes: []userpool.Scope{{ScopeName: "read", ScopeDescription: "Read it"}},
	}
	create := func(ctx context.Context, tx store.Tx) error { return tx.CreateResourceServer(ctx, want) }
	write(t, s, create)
	wantErr(t, s, store.ErrExists, create)
	got, err := s.ResourceServer(ctx, poolA, want.Identifier)
	same(t, want, got, err)
	_, err = s.ResourceServer(ctx, poolB, want.Identifier)
	absent(t, err)
	want.Name, want.Scopes = "Other", nil
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.CountResourceServers(ctx, poolA)
		same(t, 1, n, err)
		return tx.UpdateResourceServer(ctx, want)
	})
	got, err = s.ResourceServer(ctx, poolA, want.Identifier)
	same(t, want, got, err)
	remove := func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteResourceServer(ctx, poolA, want.Identifier)
	}
	write(t, s, remove)
	wantErr(t, s, store.ErrNotFound, remove)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.UpdateResourceServer(ctx, want) })
}

func groups(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	want := &userpool.Group{
		PoolID: poolA, Name: "admins", Description: "d", RoleArn: "arn:role", Precedence: new(0), CreatedAt: t0(), UpdatedAt: t0(),
	}
	create := func(ctx context.Context, tx store.Tx) error { return tx.CreateGroup(ctx, want) }
	write(t, s, create)
	wantErr(t, s, store.ErrExists, create)
	got, err := s.Group(ctx, poolA, "admins")
	same(t, want, got, err)
	_, err = s.Group(ctx, poolB, "admins")
	absent(t, err)
	want.Precedence, want.Description, want.UpdatedAt = nil, "", t0().Add(time.Minute)
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.CountGroups(ctx, poolA)
		same(t, 1, n, err)
		return tx.UpdateGroup(ctx, want)
	})
	got, err = s.Group(ctx, poolA, "admins")
	same(t, want, got, err)
	remove := func(ctx context.Context, tx store.Tx) error { return tx.DeleteGroup(ctx, poolA, "admins") }
	write(t, s, remove)
	wantErr(t, s, store.ErrNotFound, remove)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error { return tx.UpdateGroup(ctx, want) })
}

func signingKeys(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	none, err := s.SigningKeys(ctx, poolA)
	same(t, 0, len(none), err)
	want := []store.SigningKey{
		{KID: "id+key=", Use: store.KeyForID, PKCS8: []byte{0, 1, 2}, CreatedAt: t0()},
		{KID: "access/key=", Use: store.KeyForAccess, PKCS8: []byte{3}, CreatedAt: t0()},
	}
	add := func(ctx context.Context, tx store.Tx) error { return tx.AddSigningKeys(ctx, poolA, want) }
	write(t, s, add)
	wantErr(t, s, store.ErrExists, add)
	got, err := s.SigningKeys(ctx, poolA)
	same(t, want, got, err)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.AddSigningKeys(ctx, poolB, want)
	})
}

// configVersion: every kind of change raises the version, other writes don't.
func configVersion(t *testing.T, s store.Store) {
	last, err := s.ConfigVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := &userpool.Group{PoolID: poolA, Name: "g"}
	d := &userpool.Domain{PoolID: poolA, Name: "d"}
	r := &userpool.ResourceServer{PoolID: poolA, Identifier: "r"}
	c := someClient(poolA, "c")
	u := someUser(1, "ada")
	doc := someDocument(store.KindTerms, "1", "a")
	for _, step := range []struct {
		name   string
		raises bool
		f      func(context.Context, store.Tx) error
	}{
		{"CreatePool", true, func(ctx context.Context, tx store.Tx) error { return tx.CreatePool(ctx, somePool(poolA)) }},
		{"UpdatePool", true, func(ctx context.Context, tx store.Tx) error { return tx.UpdatePool(ctx, somePool(poolA)) }},
		{"CreateClient", true, func(ctx context.Context, tx store.Tx) error { return tx.CreateClient(ctx, c) }},
		{"UpdateClient", true, func(ctx context.Context, tx store.Tx) error { return tx.UpdateClient(ctx, c) }},
		{"DeleteClient", true, func(ctx context.Context, tx store.Tx) error { return tx.DeleteClient(ctx, poolA, "c") }},
		{"CreateDomain", true, func(ctx context.Context, tx store.Tx) error { return tx.CreateDomain(ctx, d) }},
		{"UpdateDomain", true, func(ctx context.Context, tx store.Tx) error { return tx.UpdateDomain(ctx, d) }},
		{"DeleteDomain", true, func(ctx context.Context, tx store.Tx) error { return tx.DeleteDomain(ctx, poolA, "d") }},
		{"CreateResourceServer", true, func(ctx context.Context, tx store.Tx) error { return tx.CreateResourceServer(ctx, r) }},
		{"UpdateResourceServer", true, func(ctx context.Context, tx store.Tx) error { return tx.UpdateResourceServer(ctx, r) }},
		{"DeleteResourceServer", true, func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteResourceServer(ctx, poolA, "r")
		}},
		{"CreateGroup", true, func(ctx context.Context, tx store.Tx) error { return tx.CreateGroup(ctx, g) }},
		{"UpdateGroup", true, func(ctx context.Context, tx store.Tx) error { return tx.UpdateGroup(ctx, g) }},
		{"CreateUser", false, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) }},
		{"AddToGroup", false, func(ctx context.Context, tx store.Tx) error { return tx.AddToGroup(ctx, poolA, "g", u.ID) }},
		{"DeleteGroup", true, func(ctx context.Context, tx store.Tx) error { return tx.DeleteGroup(ctx, poolA, "g") }},
		{"AddSigningKeys", true, func(ctx context.Context, tx store.Tx) error {
			return tx.AddSigningKeys(ctx, poolA, []store.SigningKey{{KID: "k", Use: store.KeyForID, PKCS8: []byte{1}}})
		}},
		{"CreateDocument", true, func(ctx context.Context, tx store.Tx) error { return tx.CreateDocument(ctx, doc) }},
		{"UpdateDocument", true, func(ctx context.Context, tx store.Tx) error { return tx.UpdateDocument(ctx, doc) }},
		{"PutDocument", true, func(ctx context.Context, tx store.Tx) error { return tx.PutDocument(ctx, doc) }},
		{"DeleteDocument", true, func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteDocument(ctx, doc.PoolID, doc.Kind, doc.ID)
		}},
		{"SetProvisionedLimit", true, func(ctx context.Context, tx store.Tx) error {
			return tx.SetProvisionedLimit(ctx, "UserCreation", 1)
		}},
		{"CreateLink", false, func(ctx context.Context, tx store.Tx) error { return tx.CreateLink(ctx, someLink(u, "1")) }},
		{"AddAuthEvent", false, func(ctx context.Context, tx store.Tx) error {
			return tx.AddAuthEvent(ctx, someEvent(u, "1", 0))
		}},
		{"CreateImportJob", false, createJobs(someJob("1", "Pending", 0))},
		{"DeletePool", true, func(ctx context.Context, tx store.Tx) error { return tx.DeletePool(ctx, poolA) }},
	} {
		write(t, s, step.f)
		now, err := s.ConfigVersion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if raised := now > last; raised != step.raises {
			t.Errorf("%s: version went from %d to %d", step.name, last, now)
		}
		last = now
	}
}

// configPaging: every list is ordered by its key, pages join without gap or repeat.
func configPaging(t *testing.T, s store.Store) {
	want := make([]string, 7) // in the order of bytes: capitals first
	for i, letter := range []string{"A", "B", "Z", "a", "b", "z", "é"} {
		want[i] = "eu-west-1_" + letter
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for _, i := range []int{3, 0, 6, 1, 5, 2, 4} {
			if err := tx.CreatePool(ctx, somePool(want[i])); err != nil {
				return err
			}
		}
		abroad := somePool("us-east-1_a")
		abroad.Region = "us-east-1"
		return tx.CreatePool(ctx, abroad)
	})
	pool := want[0]
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateUser(ctx, &userpool.User{PoolID: pool, ID: userID(1)}); err != nil {
			return err
		}
		for _, i := range []int{3, 0, 6, 1, 5, 2, 4} {
			group := &userpool.Group{PoolID: pool, Name: want[i]}
			server := &userpool.ResourceServer{PoolID: pool, Identifier: want[i]}
			for _, err := range []error{
				tx.CreateClient(ctx, someClient(pool, want[i])), tx.CreateGroup(ctx, group),
				tx.CreateResourceServer(ctx, server), tx.AddToGroup(ctx, pool, want[i], userID(1)),
			} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	for name, list := range configLists(t.Context(), s, pool) {
		for limit := 1; limit <= 8; limit++ {
			var got []string
			for after := ""; ; after = got[len(got)-1] {
				page, err := list(after, limit)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got = append(got, page...)
				if len(page) < limit {
					break
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s by %d: got %v, want %v", name, limit, got, want)
			}
		}
	}
}

type listFunc func(after string, limit int) ([]string, error)

func configLists(ctx context.Context, s store.Store, pool string) map[string]listFunc {
	return map[string]listFunc{
		"ListPools": func(after string, limit int) ([]string, error) {
			l, err := s.ListPools(ctx, "eu-west-1", after, limit)
			return names(l, func(p *userpool.Pool) string { return p.ID }), err
		},
		"ListClients": func(after string, limit int) ([]string, error) {
			l, err := s.ListClients(ctx, pool, after, limit)
			return names(l, func(c *userpool.AppClient) string { return c.ID }), err
		},
		"ListResourceServers": func(after string, limit int) ([]string, error) {
			l, err := s.ListResourceServers(ctx, pool, after, limit)
			return names(l, func(r *userpool.ResourceServer) string { return r.Identifier }), err
		},
		"ListGroups": func(after string, limit int) ([]string, error) {
			l, err := s.ListGroups(ctx, pool, after, limit)
			return names(l, func(g *userpool.Group) string { return g.Name }), err
		},
		"GroupsOfUser": func(after string, limit int) ([]string, error) {
			l, err := s.GroupsOfUser(ctx, pool, userID(1), after, limit)
			return names(l, func(g *userpool.Group) string { return g.Name }), err
		},
	}
}

func names[T any](list []T, name func(T) string) []string {
	var all []string
	for _, v := range list {
		all = append(all, name(v))
	}
	return all
}
