package tokens

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

// TestGroups checks order and roles (reference: hosted-ui-and-oauth §7.1).
func TestGroups(t *testing.T) {
	group := func(name string, precedence int, role string) *userpool.Group {
		g := &userpool.Group{Name: name, RoleArn: role}
		if precedence >= 0 {
			g.Precedence = &precedence
		}
		return g
	}
	const none = -1
	for _, c := range []struct {
		name      string
		groups    []*userpool.Group
		order     []string
		roles     []string
		preferred string
	}{
		{name: "no groups"},
		{"no roles", []*userpool.Group{group("b", none, ""), group("a", none, "")}, []string{"a", "b"}, nil, ""},
		{"lowest number first, none last", []*userpool.Group{group("none", none, "r1"), group("five", 5, "r5"), group("zero", 0, "r0")},
			[]string{"zero", "five", "none"}, []string{"r0", "r5", "r1"}, "r0"},
		{"tie, one role", []*userpool.Group{group("b", 1, "r"), group("a", 1, "r")}, []string{"a", "b"}, []string{"r"}, "r"},
		{"tie, two roles", []*userpool.Group{group("b", 1, "rb"), group("a", 1, "ra")}, []string{"a", "b"}, []string{"ra", "rb"}, ""},
		{"tie, three with one the same", []*userpool.Group{group("a", 1, "ra"), group("b", 1, "rb"), group("c", 1, "ra")},
			[]string{"a", "b", "c"}, []string{"ra", "rb"}, ""},
		{"tie behind the best", []*userpool.Group{group("a", 2, "ra"), group("b", 2, "rb"), group("c", 1, "rc")},
			[]string{"c", "a", "b"}, []string{"rc", "ra", "rb"}, "rc"},
		{"the best has no role", []*userpool.Group{group("a", 0, ""), group("b", 2, "rb")}, []string{"a", "b"}, []string{"rb"}, "rb"},
	} {
		sortGroups(c.groups)
		var order []string
		for _, g := range c.groups {
			order = append(order, g.Name)
		}
		roles, preferred := rolesOf(c.groups)
		if diff := cmp.Diff(c.order, order) + cmp.Diff(c.roles, roles); diff != "" || preferred != c.preferred {
			t.Errorf("%s: preferred %q, want %q\n%s", c.name, preferred, c.preferred, diff)
		}
	}
}

// TestReadable is the table of reference: hosted-ui-and-oauth §5.
func TestReadable(t *testing.T) {
	user := &userpool.User{Attributes: map[string]string{
		"sub": "s", "email": "e", "email_verified": "true", "phone_number": "p", "name": "n", "custom:x": "x", "address": "a",
	}}
	all := &userpool.AppClient{}
	limited := &userpool.AppClient{Settings: userpool.ClientSettings{ReadAttributes: []string{"email", "name"}}}
	for _, c := range []struct {
		client *userpool.AppClient
		scopes []string
		want   string
	}{
		{all, []string{"openid"}, "address custom:x email email_verified name phone_number"},
		{all, []string{"openid", ScopeAdmin, "api/read"}, "address custom:x email email_verified name phone_number"},
		{all, []string{"openid", "email"}, "email email_verified"},
		{all, []string{"openid", "phone"}, "phone_number"},
		{all, []string{"openid", "profile"}, "custom:x name"},
		{all, []string{"openid", "profile", "email"}, "custom:x email email_verified name"},
		{limited, []string{"openid"}, "email name"},
		{limited, []string{"openid", "email"}, "email"},
		{limited, []string{"openid", "phone"}, ""},
	} {
		got := Readable(c.client, user, c.scopes)
		if diff := cmp.Diff(c.want, strings.Join(slices.Sorted(maps.Keys(got)), " ")); diff != "" {
			t.Errorf("scopes %q, ReadAttributes %q (-want +got):\n%s", c.scopes, c.client.Settings.ReadAttributes, diff)
		}
	}
}
