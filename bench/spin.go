package main

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// enough is the parallelism from which two busy loops count as side by side:
// both together take at most 1.3 times as long as one alone.
const enough = 2 / 1.3

// cores knows how long a busy loop takes on this machine, which may be virtual
// and share its cores with others.
type cores struct {
	loops int
	alone time.Duration
}

func newCores() cores {
	const tries, least = 5, 20 * time.Millisecond
	c := cores{loops: 1 << 20}
	for c.alone = c.side(1); c.alone < least; c.alone = c.side(1) {
		c.loops *= 2
	}
	for range tries {
		c.alone = min(c.alone, c.side(1))
	}
	return c
}

// parallelism is how many busy loops the machine really runs at once: twice
// the time of one alone over the time of two together, the median of some
// tries.
func (c cores) parallelism() float64 {
	const tries = 5
	var got []float64
	for range tries {
		got = append(got, c.now())
	}
	slices.Sort(got)
	return got[tries/2]
}

// now is the parallelism of one try.
func (c cores) now() float64 { return 2 * ratio(c.alone, c.side(2)) }

// wait waits until two busy loops run side by side and says that they do, or
// gives up after a while. It takes the time from left.
func (c cores) wait(ctx context.Context, left *time.Duration) bool {
	for ctx.Err() == nil {
		start := time.Now()
		if c.now() >= enough {
			return true
		}
		if *left <= 0 {
			return false
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
		*left -= time.Since(start)
	}
	return false
}

// side is the time that n loops take side by side.
func (c cores) side(n int) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for range n {
		wg.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			spin(c.loops)
		})
	}
	wg.Wait()
	return time.Since(start)
}

// spun keeps the compiler from dropping the loop.
var spun sync.Map

func spin(loops int) {
	x := uint64(loops)
	for range loops {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	spun.Store(loops, x)
}
