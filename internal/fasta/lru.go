package fasta

import (
	"context"
	"sync"
)

// lru keeps the pieces that were used last, up to a number of bytes. A piece that
// several goroutines want at once is loaded by one of them.
type lru[K comparable] struct {
	bound int64

	mu     sync.Mutex
	size   int64
	pieces map[K]*piece[K]
	ring   piece[K] // in the order of their last use: next is the latest, last the oldest
}

// piece is loaded when ready is closed.
type piece[K comparable] struct {
	key        K
	ready      chan struct{}
	data       []byte // nil while it is being loaded
	err        error
	next, last *piece[K]
}

func newLRU[K comparable](bound int64) *lru[K] {
	c := &lru[K]{bound: bound, pieces: map[K]*piece[K]{}}
	c.ring.next, c.ring.last = &c.ring, &c.ring
	return c
}

// get gives a piece, which is not to be changed, and loads it where it is not
// there. A failure is not kept.
func (c *lru[K]) get(ctx context.Context, key K, load func(context.Context) ([]byte, error)) ([]byte, error) {
	for {
		c.mu.Lock()
		p, there := c.pieces[key]
		if there {
			p.leave()
		} else {
			p = &piece[K]{key: key, ready: make(chan struct{})}
			c.pieces[key] = p
		}
		p.enter(&c.ring)
		c.mu.Unlock()
		if !there {
			return c.load(ctx, p, load)
		}
		select {
		case <-p.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if p.err == nil {
			return p.data, nil
		}
		// It failed for another, whose context may have ended.
	}
}

// load loads a piece for all who want it, and drops old ones for it.
func (c *lru[K]) load(ctx context.Context, p *piece[K], load func(context.Context) ([]byte, error)) ([]byte, error) {
	defer close(p.ready)
	data, err := load(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.data, p.err = data, err; err != nil {
		c.drop(p)
		return nil, err
	}
	c.size += int64(len(data))
	for old := c.ring.last; old != &c.ring && c.size > c.bound; {
		newer := old.last
		if old.data != nil {
			c.drop(old)
			c.size -= int64(len(old.data))
		}
		old = newer
	}
	return data, nil
}

func (c *lru[K]) drop(p *piece[K]) {
	p.leave()
	delete(c.pieces, p.key)
}

// enter puts p behind the ring's head.
func (p *piece[K]) enter(head *piece[K]) {
	p.last, p.next = head, head.next
	p.last.next, p.next.last = p, p
}

func (p *piece[K]) leave() { p.last.next, p.next.last = p.next, p.last }
