package fasta

import (
	"context"
	"sync"
)

// lru keeps the pieces that were used last, up to a number of bytes. A piece that
// several goroutines want at once is loaded by one of them. The room of a piece
// that goes is used again.
type lru[K comparable] struct {
	bound int64

	mu     sync.Mutex
	size   int64
	pieces map[K]*piece[K]
	ring   piece[K] // in the order of their last use: next is the latest, last the oldest
	spare  [][]byte // rooms
}

// spares is how many rooms are kept for pieces to come.
const spares = 4

// piece is loaded when ready is closed.
type piece[K comparable] struct {
	key        K
	ready      chan struct{}
	data       []byte // nil while it is being loaded
	err        error
	users      int  // that its data are with
	gone       bool // from the cache
	next, last *piece[K]
}

func newLRU[K comparable](bound int64) *lru[K] {
	c := &lru[K]{bound: bound, pieces: map[K]*piece[K]{}}
	c.ring.next, c.ring.last = &c.ring, &c.ring
	return c
}

// use calls take with a piece, which is not to be changed or kept. Where it is not
// there, load gives it, in room if that is enough. A failure is not kept.
func (c *lru[K]) use(ctx context.Context, key K, load func(ctx context.Context, room []byte) ([]byte, error), take func([]byte)) error {
	for {
		p, there := c.enter(key)
		if !there {
			c.load(ctx, p, load)
			if p.err != nil {
				return p.err
			}
		}
		select {
		case <-p.ready:
			if p.err == nil {
				take(p.data)
				c.leave(p)
				return nil
			}
			// It failed for another, whose context may have ended.
			c.leave(p)
		case <-ctx.Done():
			c.leave(p)
			return context.Cause(ctx)
		}
	}
}

// enter gives a piece for use, and says whether somebody loads it or has done so.
func (c *lru[K]) enter(key K) (p *piece[K], there bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, there = c.pieces[key]; there {
		p.unlink()
	} else {
		p = &piece[K]{key: key, ready: make(chan struct{})}
		c.pieces[key] = p
	}
	p.users++
	p.last, p.next = &c.ring, c.ring.next
	p.last.next, p.next.last = p, p
	return p, there
}

// leave ends a use.
func (c *lru[K]) leave(p *piece[K]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.users--
	c.reuse(p)
}

// load loads a piece for all who want it, and drops old ones for it.
func (c *lru[K]) load(ctx context.Context, p *piece[K], load func(context.Context, []byte) ([]byte, error)) {
	defer close(p.ready)
	data, err := load(ctx, c.room())
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.data, p.err = data, err; err != nil {
		p.data = nil
		c.drop(p)
		return
	}
	c.size += int64(len(data))
	for old := c.ring.last; old != &c.ring && c.size > c.bound; {
		newer := old.last
		if old.data != nil {
			c.size -= int64(len(old.data))
			c.drop(old)
		}
		old = newer
	}
}

// room gives an unused room, or none.
func (c *lru[K]) room() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.spare)
	if n == 0 {
		return nil
	}
	room := c.spare[n-1]
	c.spare = c.spare[:n-1]
	return room[:0]
}

// drop takes a piece out of the cache.
func (c *lru[K]) drop(p *piece[K]) {
	p.unlink()
	delete(c.pieces, p.key)
	p.gone = true
	c.reuse(p)
}

// reuse keeps the room of a piece that is gone and with nobody.
func (c *lru[K]) reuse(p *piece[K]) {
	if p.gone && p.users == 0 && p.data != nil && len(c.spare) < spares {
		c.spare = append(c.spare, p.data)
		p.data = nil
	}
}

func (p *piece[K]) unlink() { p.last.next, p.next.last = p.next, p.last }
