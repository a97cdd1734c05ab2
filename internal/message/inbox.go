package message

import (
	"context"
	"sync"
)

// Inbox is a Transport that keeps the newest messages in memory, for people and
// tests to read. It is for development: it holds codes in the clear. The zero
// value keeps 1,000 messages.
type Inbox struct {
	Capacity int // messages kept; 0 is 1,000

	mu   sync.Mutex
	ring []Message // oldest at next once it is full
	next int
}

const defaultInboxCapacity = 1000

// Send keeps m, and forgets the oldest message when there are too many. It never fails.
func (b *Inbox) Send(_ context.Context, m Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if capacity := b.capacity(); len(b.ring) < capacity {
		b.ring = append(b.ring, m)
	} else {
		b.ring[b.next] = m
		b.next = (b.next + 1) % capacity
	}
	return nil
}

// List gives the newest messages first: those to one address, or all when to is
// "", at most limit of them, or all when limit is 0.
func (b *Inbox) List(to string, limit int) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := []Message{}
	for i := range b.ring {
		m := b.ring[(b.next+len(b.ring)-1-i)%len(b.ring)]
		if to != "" && m.To != to {
			continue
		}
		if list = append(list, m); len(list) == limit {
			break
		}
	}
	return list
}

func (b *Inbox) capacity() int {
	if b.Capacity > 0 {
		return b.Capacity
	}
	return defaultInboxCapacity
}
