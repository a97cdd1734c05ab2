package cognito

import (
	"strings"

	"idpond/internal/fault"
)

// A pagination token is the key of the last item of its page, sealed under the
// listing it belongs to: the operation and every other parameter but the limit.
// With another listing, or changed in any way, it does not open.

// listing is what one listing is of.
type listing struct {
	operation  string
	parameters []string // what the token is bound to
	limit      *int     // of the request; nil and 0 are most
	most       int
	token      *string // of the request
}

// label is injective: a parameter can't hold NUL where the model has a pattern,
// and none of those listed here is without one.
func (l listing) label() string {
	return "page/" + strings.Join(append([]string{l.operation}, l.parameters...), "\x00")
}

// page reads one page. read gives at most limit items behind the key after; keyOf
// gives the key of an item. next is nil on the last page.
func page[T any](s *Server, l listing, read func(after string, limit int) ([]T, error), keyOf func(T) string) (items []T, next *string, err error) {
	after := ""
	if l.token != nil {
		if err := s.Keys.OpenText(l.label(), *l.token, &after); err != nil {
			return nil, nil, fault.New(fault.InvalidParameter, "Invalid pagination token.").Because(err)
		}
	}
	limit := l.most
	if l.limit != nil && *l.limit > 0 {
		limit = min(*l.limit, l.most)
	}
	items, err = read(after, limit+1)
	if err != nil || len(items) <= limit {
		return items, nil, err
	}
	items = items[:limit]
	text, err := s.Keys.SealText(l.label(), keyOf(items[limit-1]))
	if err != nil {
		return nil, nil, err
	}
	return items, &text, nil
}
