package cram

import (
	"context"
	"sync"
)

// room bounds the bytes of what is at one point of its way, and keeps the memory
// that has been left there. One goroutine enters, any leave.
type room[T any] struct {
	limit int64         // 0: none
	freed chan struct{} // tells who waits that something has left

	mu     sync.Mutex
	within int
	weight int64
	spare  []T
}

func newRoom[T any](limit int64) *room[T] {
	return &room[T]{limit: limit, freed: make(chan struct{}, 1)}
}

// enter waits until there is room for weight bytes, or none are taken, and gives
// the memory that was left last.
func (r *room[T]) enter(ctx context.Context, weight int64) (memory T, err error) {
	for {
		r.mu.Lock()
		if r.within == 0 || r.limit == 0 || r.weight+weight <= r.limit {
			defer r.mu.Unlock()
			r.within++
			r.weight += weight
			if last := len(r.spare) - 1; last >= 0 {
				memory = r.spare[last]
				r.spare = r.spare[:last]
			}
			return memory, nil
		}
		r.mu.Unlock()
		select {
		case <-r.freed:
		case <-ctx.Done():
			return memory, context.Cause(ctx)
		}
	}
}

// leave gives back what enter gave for a weight.
func (r *room[T]) leave(weight int64, memory T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare = append(r.spare, memory)
	r.within--
	r.weight -= weight
	select {
	case r.freed <- struct{}{}:
	default:
	}
}
