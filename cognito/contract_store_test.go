package cognito_test

import (
	"errors"
	"strings"
	"testing"
)

// TestFailedCommit has the database fail at the end of the transaction of every
// operation that writes. The operation says so, has changed nothing and sent
// nothing, and the same request works when the database does: each operation is one
// transaction, whatever it consists of, and nothing of it is told before the commit.
func TestFailedCommit(t *testing.T) {
	b := newWhole(t)
	built, _ := b.registered()
	wrote := 0
	for _, op := range built {
		t.Run(op.Name, func(t *testing.T) {
			w := b.world(t)
			w.Expand("{{token}}") // the first one of a pool makes its signing keys
			body := w.Request(op.Name)
			sent := len(b.inbox.List("", 0))
			var n counts
			n.fail = errors.New("the disk is full")
			got := b.ask(counting(t.Context(), &n), op.Name, body)
			if n.failed.Load() == 0 {
				if got.exception != "" {
					t.Errorf("without any write it answered %s", got)
				}
				return // it only reads
			}
			wrote++
			if got.status != 500 || !strings.HasPrefix(got.exception, "Internal") || got.message != "Internal server error." {
				t.Errorf("the failure was answered with %s", got)
			}
			if n.writes.Load() > 0 {
				t.Error("another transaction was committed")
			}
			if more := len(b.inbox.List("", 0)) - sent; more > 0 {
				t.Errorf("%d messages were sent", more)
			}
			n = counts{}
			if got := b.ask(counting(t.Context(), &n), op.Name, body); got.exception != "" {
				t.Errorf("afterwards the request answered %s", got)
			} else if n.writes.Load() != 1 {
				t.Errorf("the operation is %d transactions", n.writes.Load())
			}
		})
	}
	if wrote < 70 {
		t.Errorf("only %d operations wrote", wrote)
	}
}
