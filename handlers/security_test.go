package handlers_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"idpond/internal/store"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

// behind is a store.Writer with something that happens behind its transactions.
type behind struct {
	store.Writer
	then func()
}

func (b behind) Write(ctx context.Context, f func(store.Tx) error) error {
	err := b.Writer.Write(ctx, f)
	b.then()
	return err
}

// TestConfirmedIsWhoHadTheCode: the code signs in the user whom it confirmed, and not
// somebody who has come by the same name before the sign-in.
func TestConfirmedIsWhoHadTheCode(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	p := b.submit(b.open("/signup?"+ask(WebClient)), "form[name=signupform]", "username=grace", "requiredAttributes[email]=grace@example.org", "password=Compiler-1")
	code := s.codeTo(t, "grace@example.org")
	names := []userpool.SignInName{{Kind: userpool.NameUsername, Value: "grace"}}
	s.Server.Accounts.Writer = behind{s.Store, func() {
		grace, err := s.Store.FindUser(t.Context(), PoolID, names)
		if err != nil || grace.Status != userpool.StatusConfirmed {
			return
		}
		s.Write(t, func(ctx context.Context, tx store.Tx) error {
			grace.Username, grace.Names = "hopper", []userpool.SignInName{{Kind: userpool.NameUsername, Value: "hopper"}}
			return tx.UpdateUser(ctx, grace)
		})
		s.ChangeUser(t, func(ada *userpool.User) { ada.Names = append(ada.Names, names...) })
	}}
	b.submit(p, "form[name=confirmform]", "code="+code).arrived(t)
	if got := b.open("/login?" + ask(WebClient)).text("main"); !strings.Contains(got, "hopper") || strings.Contains(got, Username) {
		t.Errorf("signed in: %s", got)
	}
}

// TestUsernamesOfThePages: what the API's model refuses as a username, the pages
// refuse too: it could not be administered.
func TestUsernamesOfThePages(t *testing.T) {
	s := serve(t)
	b := s.browser(t)
	for _, username := range []string{"grace hopper", "grace\n", "grace\x00", "\u202egrace", "grace\xff", strings.Repeat("g", 129)} {
		p := b.post(s.url+"/signup?"+ask(WebClient), url.Values{
			"username": {username}, "password": {"Compiler-1"}, "requiredAttributes[email]": {"grace@example.org"},
		}, nil)
		if got := p.text("#signUpUsername-problem"); p.status != 400 || !strings.HasPrefix(got, "Username ") {
			t.Errorf("%q: %d, %q", username, p.status, got)
		}
	}
	if sent := s.House.Inbox.List("", 0); len(sent) != 0 {
		t.Errorf("%d messages were sent", len(sent))
	}
}
