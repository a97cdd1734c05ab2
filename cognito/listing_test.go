package cognito_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito/apitest"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// A paged is a listing: what it is of, and how one more item of it is made. Bodies
// have the places of apitest.World.
type paged struct {
	op, of string // the operation and its request
	other  string // a request that no token of this one's may be used with
	make   string // operation and request that make an item
	most   int    // items of a page, when no limit is asked for
	small  int    // there are never more items than this; 0 is any number
	memory bool   // is read from memory rather than from the store
}

// listings is the table of TestListings (reference: api-behaviour §20.2).
func listings() []paged {
	const here = `{"UserPoolId":"{{pool}}"}`
	group := `{"UserPoolId":"{{pool}}","GroupName":"{{group}}"}`
	user := `{"UserPoolId":"{{pool}}","Username":"{{user}}"}`
	otherUser := `{"UserPoolId":"{{pool}}","Username":"{{newuser}}"}`
	newUser := `AdminGetUser {"UserPoolId":"{{pool}}","Username":"{{newuser}}"}`
	confirm := `ConfirmDevice {"AccessToken":"{{newlogin}}","DeviceKey":"{{newlogindevice}}"}`
	users := func(filter string) paged {
		of := `{"UserPoolId":"{{pool}}","Filter":` + quotedText(filter) + `}`
		return paged{op: "ListUsers", of: of, other: here, make: newUser, most: 60}
	}
	return []paged{
		{op: "ListUserPools", of: `{"MaxResults":60}`, make: `DescribeUserPool {"UserPoolId":"{{newupdatedpool}}"}`, most: 60},
		{op: "ListUserPoolClients", of: here, other: `{"UserPoolId":"{{newpool}}"}`, make: `CreateUserPoolClient {"UserPoolId":"{{pool}}","ClientName":"a"}`, most: 60},
		{op: "ListUserPoolClientSecrets", of: `{"UserPoolId":"{{pool}}","ClientId":"{{machine}}"}`, most: 2, small: 2, memory: true},
		{op: "ListUserPoolReplicas", of: `{"UserPoolId":"{{replicated}}"}`, most: 2, small: 2, memory: true},
		{op: "ListResourceServers", of: here, other: `{"UserPoolId":"{{newpool}}"}`, make: `CreateResourceServer {"UserPoolId":"{{pool}}","Identifier":"{{newname}}","Name":"a"}`, most: 50},
		{op: "ListGroups", of: here, other: `{"UserPoolId":"{{newpool}}"}`, make: `CreateGroup {"UserPoolId":"{{pool}}","GroupName":"{{newname}}"}`, most: 60},
		{op: "ListUsersInGroup", of: group, other: `{"UserPoolId":"{{pool}}","GroupName":"{{newgroup}}"}`, make: `AdminAddUserToGroup {"UserPoolId":"{{pool}}","GroupName":"{{group}}","Username":"{{newuser}}"}`, most: 60},
		{op: "AdminListGroupsForUser", of: user, other: otherUser, make: `AdminAddUserToGroup {"UserPoolId":"{{pool}}","GroupName":"{{newgroup}}","Username":"{{user}}"}`, most: 60},
		{op: "ListIdentityProviders", of: here, other: `{"UserPoolId":"{{newpool}}"}`, make: `DescribeIdentityProvider {"UserPoolId":"{{pool}}","ProviderName":"{{newprovider}}"}`, most: 60},
		{op: "ListTerms", of: `{"UserPoolId":"{{brandpool}}"}`, other: here, make: `DescribeTerms {"UserPoolId":"{{brandpool}}","TermsId":"{{newterms}}"}`, most: 60},
		{op: "ListUserImportJobs", of: `{"UserPoolId":"{{pool}}","MaxResults":60}`, other: `{"UserPoolId":"{{newpool}}","MaxResults":60}`,
			make: `CreateUserImportJob {"UserPoolId":"{{pool}}","JobName":"a","CloudWatchLogsRoleArn":"{{role}}"}`, most: 50},
		{op: "AdminListUserAuthEvents", of: user, other: otherUser, make: `GetUser {"AccessToken":"{{newlogin}}"}`, most: 60},
		{op: "ListDevices", of: `{"AccessToken":"{{token}}"}`, other: `{"AccessToken":"{{newtoken}}"}`, make: confirm, most: 60},
		{op: "AdminListDevices", of: user, other: otherUser, make: confirm, most: 60},
		{op: "ListWebAuthnCredentials", of: `{"AccessToken":"{{token}}"}`, other: `{"AccessToken":"{{newtoken}}"}`,
			make: `CompleteWebAuthnRegistration {"AccessToken":"{{token}}","Credential":{{newowncredential}}}`, most: 20, small: 20},
		{op: "ListUsers", of: here, other: `{"UserPoolId":"{{newpool}}"}`, make: newUser, most: 60},
		users(`email ^= "N"`), users(`phone_number = "+14155550100"`), users(`username ^= "n"`), users(`cognito:user_status = "CONFIRMED"`), users(`status = "Enabled"`),
	}
}

// TestListings holds every operation that has pages against what a client may
// expect of them, and counts the rows that a page reads.
func TestListings(t *testing.T) {
	b := newWhole(t)
	tested := map[string]bool{}
	for _, l := range listings() {
		tested[l.op] = true
	}
	built, _ := b.registered()
	for _, op := range built {
		if token, _, _ := b.pagesOf(op.Name); token != "" && !tested[op.Name] {
			t.Errorf("%s has pages that no row of listings tests", op.Name)
		}
	}
	t.Run("operations", func(t *testing.T) {
		for _, l := range listings() {
			t.Run(l.op, func(t *testing.T) {
				if l.op != "ListUserPools" { // which the pools of all others change
					t.Parallel()
				}
				token, next, limit := b.pagesOf(l.op)
				(&lister{paged: l, b: b, t: t, w: b.world(t), token: token, next: next, limit: limit}).run()
			})
		}
	})
}

// pagesOf gives the names of the members that an operation's pages are asked for
// with, "" for none.
func (b *whole) pagesOf(op string) (token, next, limit string) {
	for _, m := range b.facts.Input(op).Members {
		switch m.Name {
		case "NextToken", "PaginationToken":
			token = m.Name
		case "MaxResults", "Limit":
			limit = m.Name
		}
	}
	if out := b.facts.Shapes[b.facts.Operation(op).Out]; token != "" {
		for _, m := range out.Members {
			if m.Name == "NextToken" || m.Name == "PaginationToken" {
				next = m.Name
			}
		}
	}
	return token, next, limit
}

// lister is the test of one listing.
type lister struct {
	paged
	b                  *whole
	t                  *testing.T
	w                  *apitest.World
	token, next, limit string
	request            map[string]any
}

func (l *lister) run() {
	l.request = decoded(l.t, l.w.Expand(l.of)).(map[string]any)
	if l.make == "" {
		l.single()
		return
	}
	l.add(5)
	all := l.all(0)
	if len(all) < 5 {
		l.t.Fatalf("of 5 items %d are listed", len(all))
	}
	for _, limit := range []int{1, 2, 4} {
		if diff := cmp.Diff(all, l.all(limit)); diff != "" {
			l.t.Errorf("in pages of %d it is another list (-whole +pages):\n%s", limit, diff)
		}
	}
	l.grows(all)
	l.limits()
	l.forgeries()
}

// single is a listing that never has a second page: no token is good.
func (l *lister) single() {
	items, next := l.page(l.request)
	if len(items) == 0 || len(items) > l.small || next != "" {
		l.t.Errorf("%d items, then %q", len(items), next)
	}
	l.refused(l.with(l.token, "x"), "Invalid pagination token.")
}

// add makes items.
func (l *lister) add(n int) {
	l.t.Helper()
	op, body, _ := strings.Cut(l.make, " ")
	for range n {
		l.b.advance(time.Second) // some are listed by time
		text := l.w.Expand(body)
		if _, failure := l.w.Call(op, text); failure != "" {
			l.t.Fatalf("%s %s answered %s", op, text, failure)
		}
	}
}

// with gives the request with another member.
func (l *lister) with(name string, value any) map[string]any {
	changed := map[string]any{}
	for member, v := range l.request {
		changed[member] = v
	}
	changed[name] = value
	return changed
}

// page asks for a page.
func (l *lister) page(request map[string]any) (items []any, next string) {
	l.t.Helper()
	var n counts
	got := l.b.ask(counting(l.t.Context(), &n), l.op, encoded(l.t, request))
	if got.exception != "" {
		l.t.Fatalf("%s %v answered %s", l.op, request, got)
	}
	for name, v := range decoded(l.t, got.body).(map[string]any) {
		if list, ok := v.([]any); ok {
			items = list
			for _, item := range items {
				delete(item.(map[string]any), "PreSignedUrl") // of import jobs: is made anew each time
			}
		} else if name == l.next {
			next = v.(string)
		}
	}
	// One row more tells whether there is another page.
	most := l.most
	if limit, ok := request[l.limit].(int); ok && limit > 0 {
		most = min(limit, l.most)
	}
	if rows := n.rows.Load(); int(rows) > min(len(items)+1, most+1) {
		l.t.Errorf("a page of %d items read %d rows", len(items), rows)
	} else if rows == 0 && len(items) > 0 && !l.memory {
		l.t.Error("the rows were not counted")
	}
	if strings.ContainsAny(next, " \t\n") {
		l.t.Errorf("the token %q has white space", next)
	}
	return items, next
}

// all reads every page of a size, 0 for the greatest.
func (l *lister) all(limit int) (all []any) {
	l.t.Helper()
	request := l.request
	for pages := 0; ; pages++ {
		if limit > 0 {
			request = l.withLimit(request, limit)
		}
		items, next := l.page(request)
		if limit > 0 && len(items) > limit || next != "" && len(items) == 0 || pages > 1000 {
			l.t.Fatalf("page %d of at most %d has %d items", pages, limit, len(items))
		}
		all = append(all, items...)
		if next == "" {
			return all
		}
		request = l.with(l.token, next)
	}
}

func (l *lister) withLimit(request map[string]any, limit int) map[string]any {
	changed := map[string]any{}
	for member, v := range request {
		changed[member] = v
	}
	changed[l.limit] = limit
	return changed
}

// grows reads the first page, adds items, and reads on: what was there is listed
// once each.
func (l *lister) grows(before []any) {
	first, next := l.page(l.with(l.limit, 2))
	l.add(3)
	seen := map[string]int{}
	note := func(items []any) {
		for _, item := range items {
			seen[encoded(l.t, item)]++
		}
	}
	note(first)
	for next != "" {
		var items []any
		items, next = l.page(l.withLimit(l.with(l.token, next), 2))
		note(items)
	}
	for _, item := range before {
		if n := seen[encoded(l.t, item)]; n != 1 {
			l.t.Errorf("an item was listed %d times while others were added: %v", n, item)
		}
	}
}

// limits tries the greatest limit, one above it, 0, and none.
func (l *lister) limits() {
	if l.small == 0 {
		l.add(l.most)
	} else {
		l.add(l.small - 8)
	}
	for _, m := range l.b.facts.Input(l.op).Members {
		if m.Name != l.limit {
			continue
		}
		s := l.b.facts.Shapes[m.Shape]
		if s.Max == nil || int(*s.Max) < l.most {
			l.t.Fatalf("the model's greatest limit is %v", s.Max)
		}
		l.refused(l.with(l.limit, *s.Max+1), fmt.Sprintf("Member must have value less than or equal to %d", *s.Max))
		asked := []map[string]any{l.with(l.limit, int(*s.Max))}
		if !m.Required {
			asked = append(asked, decoded(l.t, l.w.Expand(l.of)).(map[string]any))
		}
		if s.Min != nil && *s.Min == 0 {
			asked = append(asked, l.with(l.limit, 0))
		}
		for _, request := range asked {
			if items, next := l.page(request); len(items) != l.most || (next == "") != (l.small > 0) {
				l.t.Errorf("with the limit %v a page has %d items, then %q; want %d", request[l.limit], len(items), next, l.most)
			}
		}
	}
}

// forgeries tries tokens that were not given for this listing.
func (l *lister) forgeries() {
	const bad = "Invalid pagination token."
	_, token := l.page(l.with(l.limit, 1))
	if token == "" {
		l.t.Fatal("there is no second page")
	}
	for i := 0; i < len(token); i += max(1, len(token)/7) {
		letter := "A"
		if token[i] == 'A' {
			letter = "B"
		}
		l.refused(l.with(l.token, token[:i]+letter+token[i+1:]), bad)
	}
	for _, wrong := range []string{"x", token + "A", token[1:], token[:len(token)-4], token + token, "eyJhIjoxfQ==", strings.Repeat("A", 400)} {
		l.refused(l.with(l.token, wrong), bad)
	}
	if l.other == "" {
		return
	}
	other := decoded(l.t, l.w.Expand(l.other)).(map[string]any)
	other[l.token] = token
	l.refused(other, bad)
}

func (l *lister) refused(request map[string]any, want string) {
	l.t.Helper()
	got := l.b.ask(l.t.Context(), l.op, encoded(l.t, request))
	if got.exception != "InvalidParameterException" || !strings.Contains(got.message, want) {
		l.t.Errorf("%s %v answered %s, want %s", l.op, request, short(got.String()), want)
	}
}

// rowsOf counts the rows of a list that a request has read.
func rowsOf[T any](ctx context.Context, list []T, err error) ([]T, error) {
	if c, ok := ctx.Value(countsKey{}).(*counts); ok {
		c.rows.Add(int64(len(list)))
	}
	return list, err
}

// The lists of watched, as store.Store has them.

func (w watched) ListPools(ctx context.Context, region, after string, limit int) ([]*userpool.Pool, error) {
	list, err := w.Store.ListPools(ctx, region, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListClients(ctx context.Context, poolID, after string, limit int) ([]*userpool.AppClient, error) {
	list, err := w.Store.ListClients(ctx, poolID, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListResourceServers(ctx context.Context, poolID, after string, limit int) ([]*userpool.ResourceServer, error) {
	list, err := w.Store.ListResourceServers(ctx, poolID, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListGroups(ctx context.Context, poolID, after string, limit int) ([]*userpool.Group, error) {
	list, err := w.Store.ListGroups(ctx, poolID, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListDocuments(ctx context.Context, poolID string, kind store.DocumentKind, after string, limit int) ([]*store.Document, error) {
	list, err := w.Store.ListDocuments(ctx, poolID, kind, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListUsers(ctx context.Context, q store.UserQuery) ([]*userpool.User, error) {
	list, err := w.Store.ListUsers(ctx, q)
	return rowsOf(ctx, list, err)
}

func (w watched) UsersInGroup(ctx context.Context, poolID, group, after string, limit int) ([]*userpool.User, error) {
	list, err := w.Store.UsersInGroup(ctx, poolID, group, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) GroupsOfUser(ctx context.Context, poolID, userID, after string, limit int) ([]*userpool.Group, error) {
	list, err := w.Store.GroupsOfUser(ctx, poolID, userID, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListAuthEvents(ctx context.Context, poolID, userID string, before time.Time, beforeID string, limit int) ([]*store.AuthEvent, error) {
	list, err := w.Store.ListAuthEvents(ctx, poolID, userID, before, beforeID, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListDevices(ctx context.Context, poolID, userID string, remembered bool, after string, limit int) ([]*store.Device, error) {
	list, err := w.Store.ListDevices(ctx, poolID, userID, remembered, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListPasskeys(ctx context.Context, poolID, userID, after string, limit int) ([]*store.Passkey, error) {
	list, err := w.Store.ListPasskeys(ctx, poolID, userID, after, limit)
	return rowsOf(ctx, list, err)
}

func (w watched) ListImportJobs(ctx context.Context, poolID string, before time.Time, beforeID string, limit int) ([]*store.ImportJob, error) {
	list, err := w.Store.ListImportJobs(ctx, poolID, before, beforeID, limit)
	return rowsOf(ctx, list, err)
}
