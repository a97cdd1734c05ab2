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

func userRoundTrip(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	verifier := someUser(1, "ada")
	verifier.Pending = map[string]string{"email": "new@example.org"}
	verifier.Credential = userpool.Credential{Salt: []byte{0, 1}, Verifier: []byte{2, 3, 0}, SetAt: t0()}
	hashed := someUser(2, "bob")
	hashed.Credential = userpool.Credential{Hash: "$argon2id$…", SetAt: t0()}
	plain := &userpool.User{PoolID: poolA, ID: userID(3), Username: "Ünï", Status: userpool.StatusUnconfirmed}
	plain.Attributes = map[string]string{}
	for _, want := range []*userpool.User{verifier, hashed, plain} {
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, want) })
		if want.Version != 1 {
			t.Errorf("the version of a new user is %d, want 1", want.Version)
		}
		got, err := s.User(ctx, poolA, want.ID)
		same(t, want, got, err)
	}
	_, err := s.User(ctx, poolB, verifier.ID)
	absent(t, err)
	wantErr(t, s, store.ErrExists, func(ctx context.Context, tx store.Tx) error {
		twin := *plain
		return tx.CreateUser(ctx, &twin)
	})
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateUser(ctx, &userpool.User{PoolID: "eu-west-1_nopool", ID: userID(9)})
	})
}

func name(kind userpool.NameKind, value string) userpool.SignInName {
	return userpool.SignInName{Kind: kind, Value: value}
}

func userNames(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA, poolB)
	ada, bob := someUser(1, "ada"), someUser(2, "bob")
	ada.Names = append(ada.Names, name(userpool.NameEmail, "x@example.org"))
	bob.Names = append(bob.Names, name(userpool.NamePhoneNumber, "+44"), name(userpool.NamePreferredUsername, "ada"))
	for _, u := range []*userpool.User{ada, bob} {
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) })
	}
	for _, c := range []struct {
		names []userpool.SignInName
		want  *userpool.User
	}{
		{[]userpool.SignInName{name(userpool.NameUsername, "ada")}, ada},
		{[]userpool.SignInName{name(userpool.NamePreferredUsername, "ada")}, bob},
		{[]userpool.SignInName{name(userpool.NamePreferredUsername, "ada"), name(userpool.NameUsername, "ada")}, bob},
		{[]userpool.SignInName{name(userpool.NameUsername, "no"), name(userpool.NameEmail, "x@example.org")}, ada},
		{[]userpool.SignInName{
			name(userpool.NameUsername, "n"), name(userpool.NameEmail, "n"), name(userpool.NamePreferredUsername, "n"),
			name(userpool.NameEmail, "m"), name(userpool.NamePhoneNumber, "+44"),
		}, bob},
		{[]userpool.SignInName{name(userpool.NameUsername, "Ada")}, nil},
		{[]userpool.SignInName{name(userpool.NameUsername, "")}, nil},
		{nil, nil},
	} {
		got, err := s.FindUser(ctx, poolA, c.names)
		if c.want == nil {
			absent(t, err)
		} else {
			same(t, c.want, got, err)
		}
	}
	_, err := s.FindUser(ctx, poolB, ada.Names)
	absent(t, err)
	namesTaken(t, s, ada)
}

// namesTaken: the error says which name and whose; nothing of the refused user is
// left, even when the function goes on.
func namesTaken(t *testing.T, s store.Store, ada *userpool.User) {
	t.Helper()
	eve := someUser(3, "eve")
	eve.Names = append(eve.Names, name(userpool.NameEmail, "eve@example.org"), name(userpool.NameEmail, "x@example.org"))
	want := store.NameTakenError{Name: name(userpool.NameEmail, "x@example.org"), Owner: ada.ID}
	create := func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, eve) }
	err := try(t.Context(), s, create)
	taken, ok := errors.AsType[*store.NameTakenError](err)
	if !ok || *taken != want || !errors.Is(err, store.ErrExists) {
		t.Fatalf("got %#v, want %#v", err, want)
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		if err := create(ctx, tx); !errors.Is(err, store.ErrExists) {
			t.Errorf("got error %v, want ErrExists", err)
		}
		return nil
	})
	_, err = s.User(t.Context(), poolA, eve.ID)
	absent(t, err)
	_, err = s.FindUser(t.Context(), poolA, eve.Names[:2])
	absent(t, err)

	// The owner gives the name up, and the other one takes it, in one transaction.
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		owner, err := tx.User(ctx, poolA, ada.ID)
		if err != nil {
			return err
		}
		owner.Names = owner.Names[:1]
		if err := tx.UpdateUser(ctx, owner); err != nil {
			return err
		}
		return tx.CreateUser(ctx, eve)
	})
	got, err := s.FindUser(t.Context(), poolA, eve.Names[2:])
	same(t, eve, got, err)
}

func userUpdate(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	bob := withUser(t, s, 2, "bob")
	ada := withUser(t, s, 1, "ada")
	ada.Attributes = map[string]string{"name": "Ada", "email": "ADA@example.org"}
	ada.Names = []userpool.SignInName{name(userpool.NameUsername, "ada"), name(userpool.NameEmail, "ada@example.org")}
	ada.Enabled, ada.Status, ada.UpdatedAt = false, userpool.StatusResetRequired, t0().Add(time.Hour)
	ada.Credential = userpool.Credential{Hash: "h"}
	update := func(u *userpool.User) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.UpdateUser(ctx, u) }
	}
	write(t, s, update(ada))
	if ada.Version != 2 {
		t.Errorf("version %d after an update, want 2", ada.Version)
	}
	got, err := s.User(ctx, poolA, ada.ID)
	same(t, ada, got, err)
	got, err = s.FindUser(ctx, poolA, ada.Names[1:])
	same(t, ada, got, err)
	for _, c := range []struct {
		attribute, value string
		want             []string
	}{
		{"email", "ada@example.org", []string{ada.ID}}, {"name", "ada", []string{ada.ID}}, {"status", "Disabled", []string{ada.ID}},
		{"cognito:user_status", "CONFIRMED", []string{bob.ID}}, {"status", "Enabled", []string{bob.ID}},
	} {
		l, err := s.ListUsers(ctx, store.UserQuery{PoolID: poolA, Attribute: c.attribute, Value: c.value, Limit: 9})
		same(t, c.want, ids(l), err)
	}

	bob.Names = append(bob.Names, name(userpool.NamePreferredUsername, "b"), ada.Names[1])
	err = try(ctx, s, update(bob))
	if taken, ok := errors.AsType[*store.NameTakenError](err); !ok || taken.Owner != ada.ID || taken.Name != ada.Names[1] {
		t.Errorf("got error %v, want the name of ada taken", err)
	}
	if bob.Version != 1 {
		t.Errorf("version %d after a refused update, want 1", bob.Version)
	}
	_, err = s.FindUser(ctx, poolA, bob.Names[1:2])
	absent(t, err)

	ada.Names = ada.Names[:1]
	delete(ada.Attributes, "name")
	write(t, s, update(ada))
	_, err = s.FindUser(ctx, poolA, []userpool.SignInName{name(userpool.NameEmail, "ada@example.org")})
	absent(t, err)
	l, err := s.ListUsers(ctx, store.UserQuery{PoolID: poolA, Attribute: "name", Prefix: true, Limit: 9})
	same(t, []string{}, ids(l), err)
	wantErr(t, s, store.ErrNotFound, update(someUser(7, "nobody")))
}

func userStale(t *testing.T, s store.Store) {
	withPools(t, s, poolA)
	first := withUser(t, s, 1, "ada")
	second := *first
	update := func(u *userpool.User) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.UpdateUser(ctx, u) }
	}
	write(t, s, update(first))
	second.Username = "late"
	wantErr(t, s, store.ErrStale, update(&second))
	got, err := s.User(t.Context(), poolA, first.ID)
	same(t, first, got, err)
}

func userDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := someUser(1, "ada")
	u.Names = append(u.Names, name(userpool.NameEmail, "ada@example.org"))
	token := hash("token")
	remove := func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, u.ID) }
	code := store.Code{PoolID: poolA, UserID: u.ID, Kind: store.CodeSignUp, ExpiresAt: t0()}
	session := store.BrowserSession{PoolID: poolA, Hash: hash("session"), UserID: u.ID, ExpiresAt: t0().Add(time.Hour)}
	again := func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.CreateUser(ctx, u), tx.CreateGrant(ctx, someGrant("g1", u), &token), tx.PutCode(ctx, code),
			tx.AddToGroup(ctx, poolA, "admins", u.ID), tx.CreateLink(ctx, someLink(u, "1")),
			tx.AddAuthEvent(ctx, someEvent(u, "1", 0)), tx.PutBrowserSession(ctx, session))
	}
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateGroup(ctx, &userpool.Group{PoolID: poolA, Name: "admins"})
	})
	for range 2 { // nothing is left that would be in the way of the second time
		write(t, s, again)
		write(t, s, remove)
		_, err := s.User(ctx, poolA, u.ID)
		absent(t, err)
		_, err = s.FindUser(ctx, poolA, u.Names)
		absent(t, err)
		_, _, err = s.GrantUser(ctx, poolA, "g1")
		absent(t, err)
		_, _, _, err = s.RefreshToken(ctx, poolA, token)
		absent(t, err)
		_, err = s.BrowserSession(ctx, poolA, session.Hash, t0())
		absent(t, err)
		l, err := s.UsersInGroup(ctx, poolA, "admins", "", 9)
		same(t, 0, len(l), err)
		l, err = s.ListUsers(ctx, store.UserQuery{PoolID: poolA, Attribute: "email", Prefix: true, Limit: 9})
		same(t, 0, len(l), err)
		_, err = s.LinkedUser(ctx, poolA, "Google", "Cognito_Subject", "1")
		absent(t, err)
		_, err = s.AuthEvent(ctx, poolA, u.ID, "1")
		absent(t, err)
		n, err := s.CountUsers(ctx, poolA)
		same(t, 0, n, err)
	}
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Code(ctx, poolA, u.ID, store.CodeSignUp)
		return err
	})
	wantErr(t, s, store.ErrNotFound, remove)
}

func userGroups(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	ada, bob := withUser(t, s, 1, "ada"), withUser(t, s, 2, "bob")
	write(t, s, func(ctx context.Context, tx store.Tx) error {
		for _, g := range []string{"b", "a", "Ω-1"} {
			if err := tx.CreateGroup(ctx, &userpool.Group{PoolID: poolA, Name: g}); err != nil {
				return err
			}
			if err := tx.AddToGroup(ctx, poolA, g, ada.ID); err != nil {
				return err
			}
		}
		return errors.Join(tx.AddToGroup(ctx, poolA, "a", ada.ID), tx.AddToGroup(ctx, poolA, "a", bob.ID))
	})
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateGrant(ctx, someGrant("g1", ada), nil) })
	ada.Groups = []string{"a", "b", "Ω-1"}
	bob.Groups = []string{"a"}
	got, err := s.User(ctx, poolA, ada.ID)
	same(t, ada, got, err)
	got, err = s.FindUser(ctx, poolA, ada.Names)
	same(t, ada, got, err)
	_, got, err = s.GrantUser(ctx, poolA, "g1")
	same(t, ada, got, err)
	l, err := s.ListUsers(ctx, store.UserQuery{PoolID: poolA, Attribute: "username", Value: "bob", Limit: 1})
	same(t, listed(bob), l, err)
	l, err = s.UsersInGroup(ctx, poolA, "a", "", 9)
	same(t, listed(ada, bob), l, err)
	l, err = s.UsersInGroup(ctx, poolA, "a", ada.ID, 9)
	same(t, listed(bob), l, err)
	l, err = s.UsersInGroup(ctx, poolA, "a", "", 1)
	same(t, listed(ada), l, err)

	write(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.RemoveFromGroup(ctx, poolA, "b", ada.ID), tx.RemoveFromGroup(ctx, poolA, "b", ada.ID),
			tx.DeleteGroup(ctx, poolA, "Ω-1"))
	})
	got, err = s.User(ctx, poolA, ada.ID)
	same(t, bob.Groups, got.Groups, err)
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.AddToGroup(ctx, poolA, "nogroup", ada.ID)
	})
	wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
		return tx.AddToGroup(ctx, poolA, "a", userID(9))
	})
}

// strangeText: what PostgreSQL's text can't hold is nobody's name, and lost from
// free text.
func strangeText(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	u := withUser(t, s, 1, "ada")
	for _, strange := range []string{"ada\x00", "ada\xff"} {
		_, err := s.FindUser(ctx, poolA, []userpool.SignInName{name(userpool.NameUsername, strange)})
		absent(t, err)
		_, err = s.Client(ctx, strange)
		absent(t, err)
		_, err = s.Group(ctx, poolA, strange)
		absent(t, err)
		wantErr(t, s, store.ErrNotFound, func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteGroup(ctx, poolA, strange)
		})
		g := someGrant(strange[:3]+fmt.Sprint(len(strange), strange[3]), u)
		g.Nonce = "n\x00" + strange[3:]
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateGrant(ctx, g, nil) })
		got, _, err := s.GrantUser(ctx, poolA, g.ID)
		same(t, true, err == nil && strings.HasPrefix(got.Nonce, "n") && !strings.Contains(got.Nonce, "\x00"), err)
	}
	u.Attributes["name"], u.Attributes["custom:x"] = "\x00", "a\x00b"
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.UpdateUser(ctx, u) })
	got, err := s.User(ctx, poolA, u.ID)
	same(t, u, got, err)
}

func countUsers(t *testing.T, s store.Store) {
	ctx := t.Context()
	withPools(t, s, poolA)
	n, err := s.CountUsers(ctx, poolA)
	same(t, 0, n, err)
	for i, id := range []string{"00-0", "0f-1", "a0-2", "f0-3", "zz-4"} {
		u := someUser(0, string(rune('a'+i)))
		u.ID = id
		write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.CreateUser(ctx, u) })
	}
	n, err = s.CountUsers(ctx, poolA)
	same(t, 5, n, err)
	write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, poolA, "f0-3") })
	n, err = s.CountUsers(ctx, poolA)
	same(t, 4, n, err)
}
