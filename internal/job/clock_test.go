package job

import (
	"sync"
	"time"
)

// clock is a clock that tests turn.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[chan time.Time]timer
}

type timer struct {
	at  time.Time
	set time.Duration
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), timers: map[chan time.Time]timer{}}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Timer is for Options.Timer.
func (c *clock) Timer(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fired := make(chan time.Time, 1)
	c.timers[fired] = timer{c.now.Add(d), d}
	return fired, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timers, fired)
	}
}

// Turn moves the clock on and fires what is due.
func (c *clock) Turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for fired, t := range c.timers {
		if !t.at.After(c.now) {
			fired <- c.now
			delete(c.timers, fired)
		}
	}
}

// waits says whether a timer of d goes.
func (c *clock) waits(d time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.timers {
		if t.set == d {
			return true
		}
	}
	return false
}

// never is a timer of a process that stalls.
func never(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }
