package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// contender does a piece of work in one way.
type contender struct {
	name string
	run  func(context.Context) (sample, error)
}

// peer is somebody else's way to do a piece of work, in the variants (thread
// counts, pinned to cores or not) of which the best stands for it.
type peer struct {
	name     string
	variants []contender // none: the peer is absent
	bar      float64     // the highest ratio of our time to its time that -check accepts; 0: any
}

// work is a piece of work that we and others can do.
type work struct {
	name  string
	bytes int64 // of text, for rates
	ours  contender
	peers []peer
}

// outcome is the runs of a work.
type outcome struct {
	name  string
	bytes int64
	ours  series
	peers []peerOutcome
	busy  float64 // part of the runs that began while the machine was busy with other things
}

type peerOutcome struct {
	name string // of the best variant, or of the peer where it is absent
	runs series // none: absent
	bar  float64
}

// ratio is our best time as a multiple of the peer's.
func (p peerOutcome) ratio(ours series) float64 { return ratio(ours.best(), p.runs.best()) }

// measure runs every contender of a work once to warm up and then in turn, so
// that what else the machine does falls on all alike. Before each run it calls
// quiet, which may wait, and says whether the machine is now ours alone.
func measure(ctx context.Context, w work, runs int, quiet func() bool) (outcome, error) {
	all := []contender{w.ours}
	for _, p := range w.peers {
		all = append(all, p.variants...)
	}
	got := make([]series, len(all))
	busy := 0
	for n := range runs + 1 {
		for i, c := range all {
			if n > 0 && !quiet() {
				busy++
			}
			s, err := c.run(ctx)
			if err != nil {
				return outcome{}, fmt.Errorf("%s: %s: %w", w.name, c.name, err)
			}
			if n > 0 {
				got[i] = append(got[i], s)
			}
		}
	}
	out := outcome{name: w.name, bytes: w.bytes, ours: got[0], busy: float64(busy) / float64(runs*len(all))}
	next := 1
	for _, p := range w.peers {
		po := peerOutcome{name: p.name, bar: p.bar}
		for _, v := range p.variants {
			if r := got[next]; po.runs == nil || r.best() < po.runs.best() {
				po.name, po.runs = v.name, r
			}
			next++
		}
		out.peers = append(out.peers, po)
	}
	return out, nil
}

var errShort = errors.New("gave another number of bytes than the text has")

// inside is a contender that runs in this process: f gives the bytes of text
// it has seen.
func inside(name string, text int64, f func() (int64, error)) contender {
	return contender{name, func(ctx context.Context) (sample, error) {
		if err := ctx.Err(); err != nil {
			return sample{}, err
		}
		start := time.Now()
		n, err := f()
		s := sample{wall: time.Since(start)}
		if err == nil && n != text {
			err = fmt.Errorf("%w: %d, not %d", errShort, n, text)
		}
		return s, err
	}}
}

// library is a peer that is a Go package and has one variant.
func library(name string, bar float64, text int64, f func() (int64, error)) peer {
	return peer{name: name, bar: bar, variants: []contender{inside(name, text, f)}}
}
