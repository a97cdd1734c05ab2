package userpool

import "time"

// Group is a set of users of one pool.
type Group struct {
	PoolID      string
	Name        string
	Description string
	RoleArn     string
	Precedence  *int // lower wins, nil is last
	CreatedAt   time.Time
	UpdatedAt   time.Time
}
