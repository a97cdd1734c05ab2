package account

import (
	"context"
	"fmt"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// Query asks for a page of a pool's users.
type Query struct {
	Filter     string
	Attributes []string // AttributesToGet; none is all
	Limit      int      // 0 is the most, 60
	Token      string   // of the page before, "" for the first
}

// Page is one page of users, in the order of the searched attribute, then of sub.
type Page struct {
	Users []*userpool.User
	Token string // "" when this is the last page
}

const (
	maxPage   = 60
	tokenLife = time.Hour
)

// position is what a pagination token holds: where its page ended.
type position struct {
	Value   string `json:"v"`
	ID      string `json:"i"`
	Expires int64  `json:"e"` // seconds since 1970
}

// List gives one page of users. A token belongs to its pool, filter and attributes
// and dies after an hour. Every user of the page must have the attributes that are
// asked for. The faults are InvalidParameter.
func (s *Service) List(ctx context.Context, p *userpool.Pool, q Query) (*Page, error) {
	filter, err := ParseFilter(q.Filter)
	if err != nil {
		return nil, err
	}
	for _, name := range q.Attributes {
		if p.SchemaAttribute(name) == nil {
			return nil, errNoSuchAttribute()
		}
	}
	limit := q.Limit
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	after, err := s.openToken(p, q)
	if err != nil {
		return nil, err
	}
	users, err := s.Users.ListUsers(ctx, store.UserQuery{
		PoolID: p.ID, Attribute: filter.Attribute, Value: filter.searched(p), Prefix: filter.Prefix,
		AfterText: after.Value, AfterID: after.ID, Limit: limit + 1,
	})
	if err != nil {
		return nil, err
	}
	page := &Page{Users: users}
	if len(users) > limit {
		page.Users = users[:limit]
		if page.Token, err = s.sealToken(p, q, filter, page.Users[limit-1]); err != nil {
			return nil, err
		}
	}
	return page, allHave(page.Users, q.Attributes)
}

func errNoSuchAttribute() error { return invalid("One or more requested attributes do not exist.") }

func allHave(users []*userpool.User, attributes []string) error {
	for _, u := range users {
		for _, name := range attributes {
			if _, ok := u.Attributes[name]; !ok && name != userpool.SearchSub {
				return errNoSuchAttribute()
			}
		}
	}
	return nil
}

func tokenLabel(p *userpool.Pool, q Query) string {
	return fmt.Sprintf("account/list/%q/%q/%q", p.ID, q.Filter, q.Attributes)
}

func (s *Service) sealToken(p *userpool.Pool, q Query, f Filter, last *userpool.User) (string, error) {
	return s.Keys.SealText(tokenLabel(p, q), position{
		Value: userpool.Searchable(last)[f.Attribute], ID: last.ID, Expires: s.Now().Add(tokenLife).Unix(),
	})
}

func (s *Service) openToken(p *userpool.Pool, q Query) (position, error) {
	var after position
	if q.Token == "" {
		return after, nil
	}
	if err := s.Keys.OpenText(tokenLabel(p, q), q.Token, &after); err != nil || s.Now().Unix() >= after.Expires {
		return position{}, invalid("Invalid pagination token.")
	}
	return after, nil
}
