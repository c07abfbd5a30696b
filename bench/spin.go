package main

import (
	"runtime"
	"slices"
	"sync"
	"time"
)

// enough is the parallelism from which two busy loops count as side by side:
// both together take at most 1.3 times as long as one alone.
const enough = 2 / 1.3

// parallelism measures how many busy loops the machine really runs at once,
// from 1 to 2: twice the time of one alone over the time of two together. The
// machine may be virtual, and its cores shared with others.
func parallelism() float64 {
	const tries = 5
	loops := 1 << 20
	for spin(loops) < 60*time.Millisecond {
		loops *= 2
	}
	var alone, together []time.Duration
	for range tries {
		alone = append(alone, side(1, loops))
		together = append(together, side(2, loops))
	}
	slices.Sort(together)
	return 2 * ratio(slices.Min(alone), together[tries/2])
}

// side is the time that n loops take side by side.
func side(n, loops int) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for range n {
		wg.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			spin(loops)
		})
	}
	wg.Wait()
	return time.Since(start)
}

// spun keeps the compiler from dropping the loop.
var spun sync.Map

func spin(loops int) time.Duration {
	start := time.Now()
	x := uint64(loops)
	for range loops {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	spun.Store(loops, x)
	return time.Since(start)
}
