package etag

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqlode/seqlode/internal/pipeline"
)

// Source is one input of [ComputeAll].
type Source struct {
	Name   string // for messages
	Reader io.Reader
}

// Compute gives the ETag of one source.
func Compute(ctx context.Context, r io.Reader, opt Options) (Result, error) {
	res := ComputeAll(ctx, []Source{{Reader: r}}, opt)[0]
	return res, res.Err
}

// ComputeAll gives the ETags of several sources, in their order, hashed side by
// side. A source that fails does so alone: its Result carries the error.
func ComputeAll(ctx context.Context, sources []Source, opt Options) []Result {
	results := make([]Result, len(sources))
	if err := opt.check(); err != nil {
		for i := range results {
			results[i].Err = err
		}
		return results
	}
	c := computation{ctx: ctx, opt: opt, sources: sources, results: results}
	c.run()
	return results
}

// computation is one call of ComputeAll.
type computation struct {
	ctx     context.Context
	opt     Options
	sources []Source
	results []Result
	threads int          // of each source
	next    atomic.Int64 // source to be begun

	telling sync.Mutex // one Progress call at a time
	told    time.Time
}

// run hashes in teams, each of which takes sources side by side.
func (c *computation) run() {
	width := hashWidth(c.opt.Family)
	if c.opt.Threads == 1 {
		c.threads = 1
		c.hash(width)
		return
	}
	// A hash as wide as an MD5 keeps up with some four decoders; a single one
	// with one or two, and it takes a core itself.
	teams := min(c.opt.Threads, len(c.sources))
	if width > 1 {
		teams = min(max(1, c.opt.Threads/4), (len(c.sources)+width-1)/width)
	}
	abreast := min(len(c.sources), teams*width)
	c.threads = max(2, (c.opt.Threads+abreast-1)/max(1, abreast))
	if c.opt.Limiter == nil {
		c.opt.Limiter = pipeline.NewLimiter(c.opt.Threads)
	}
	var group sync.WaitGroup
	for range teams - 1 {
		group.Go(func() { c.hash(width) })
	}
	c.hash(width)
	group.Wait()
}

// hash begins sources until none is left, and hashes up to width side by side.
func (c *computation) hash(width int) {
	var h hasher
	var lanes []*lane
	for {
		for len(lanes) < width {
			i := int(c.next.Add(1)) - 1
			if i >= len(c.sources) {
				break
			}
			lanes = append(lanes, c.begin(i))
		}
		live := lanes[:0]
		for _, l := range lanes {
			if len(l.rest) == 0 && !l.fetch() {
				c.results[l.index] = l.result(c.opt)
				continue
			}
			live = append(live, l)
		}
		if lanes = live; len(lanes) == 0 {
			if int(c.next.Load()) >= len(c.sources) {
				return
			}
			continue
		}
		h.update(lanes)
		c.tell(lanes)
	}
}

// tell reports progress, at most some ten times a second.
func (c *computation) tell(lanes []*lane) {
	if c.opt.Progress == nil || !c.telling.TryLock() {
		return
	}
	defer c.telling.Unlock()
	if now := time.Now(); now.Sub(c.told) >= 100*time.Millisecond {
		c.told = now
		for _, l := range lanes {
			c.opt.Progress(Progress{Source: l.index, StoredBytes: l.text.Offset(), TextBytes: l.size})
		}
	}
}
