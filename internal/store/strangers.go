package store

import (
	"context"
	"time"
)

// StrangerTx counts failures of who is no user.
type StrangerTx interface {
	// StrangerWrong is PasswordWrong for a subject that is not in the database: it
	// counts, locks and forgets at the same moments. One statement.
	StrangerWrong(ctx context.Context, poolID, subject string, now time.Time) (bool, error)
}
