package cognito

import (
	"fmt"
	"strconv"
	"strings"
	"time"

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

// timeKey is the key of an item in a listing that has the newest first.
func timeKey(at time.Time, id string) string { return fmt.Sprintf("%d %s", at.UnixMicro(), id) }

// parseTimeKey reads a timeKey; "" stands before the newest item and is the zero time.
func parseTimeKey(key string) (at time.Time, id string, err error) {
	if key == "" {
		return time.Time{}, "", nil
	}
	text, id, _ := strings.Cut(key, " ")
	micros, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMicro(micros).UTC(), id, err
}
