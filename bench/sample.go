package main

import (
	"slices"
	"time"
)

// sample is one run of a contender.
type sample struct {
	wall   time.Duration // what is compared
	user   time.Duration // user CPU time of its processes; 0 where it ran inside bench
	stored int64         // bytes written, where it compresses
}

// series is the runs of one contender, at least one.
type series []sample

// best is the shortest run.
func (s series) best() time.Duration {
	return slices.MinFunc(s, byWall).wall
}

// median is the middle run, or the mean of the middle two.
func (s series) median() time.Duration {
	sorted := slices.SortedFunc(slices.Values(s), byWall)
	n := len(sorted)
	return (sorted[(n-1)/2].wall + sorted[n/2].wall) / 2
}

// spread is how much longer the longest run took than the shortest, as a part
// of the shortest.
func (s series) spread() float64 {
	return ratio(slices.MaxFunc(s, byWall).wall, s.best()) - 1
}

// user is the least user CPU time of a run.
func (s series) user() time.Duration {
	return slices.MinFunc(s, func(a, b sample) int { return int(a.user - b.user) }).user
}

func byWall(a, b sample) int { return int(a.wall - b.wall) }

// ratio is a as a multiple of b.
func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// rate is bytes over time in MB/s, M = 1e6.
func rate(bytes int64, d time.Duration) float64 { return float64(bytes) / 1e6 / d.Seconds() }
