package etag

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// Source is one input of [ComputeAll]: a Reader, or an Open that is called when
// its turn comes and whose reader is closed when it ends, so that many files
// need not be open at once.
type Source struct {
	Name   string // for messages
	Reader io.Reader
	Open   func() (io.ReadCloser, error)
}

// open gives the source's reader, and a close for it.
func (s *Source) open() (io.Reader, func() error, error) {
	if s.Open == nil {
		return s.Reader, func() error { return nil }, nil
	}
	r, err := s.Open()
	if err != nil {
		return nil, nil, err
	}
	return r, r.Close, nil
}

// Compute gives the ETag of one source.
func Compute(ctx context.Context, r io.Reader, opt Options) (Result, error) {
	res := ComputeAll(ctx, []Source{{Reader: r}}, opt)[0]
	return res, res.Err
}

// ComputeAll gives the ETags of several sources, in their order, hashed side by
// side. A source that fails does so alone: its Result carries the error.
func ComputeAll(ctx context.Context, sources []Source, opt Options) []Result {
	err := opt.check()
	c := computation{ctx: ctx, opt: opt, sources: sources, results: make([]Result, len(sources))}
	if err == nil {
		c.run()
		return c.results
	}
	for i := range sources {
		c.put(i, Result{Err: err})
	}
	return c.results
}

// computation is one call of ComputeAll.
type computation struct {
	ctx     context.Context
	opt     Options
	sources []Source
	results []Result
	threads int            // of each source
	checker *fastq.Checker // of the only source, where it is one of a pair; else nil
	next    atomic.Int64   // source to be begun

	telling sync.Mutex // one callback at a time
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
			if l, err := c.begin(i); err != nil {
				c.put(i, Result{Err: errs.InFile(err, c.sources[i].Name, errs.Internal)})
			} else {
				lanes = append(lanes, l)
			}
		}
		live := lanes[:0]
		for _, l := range lanes {
			if len(l.rest) == 0 && !l.fetch() {
				c.put(l.index, l.result(c.opt))
				continue
			}
			live = append(live, l)
		}
		lanes = live
		switch {
		case len(lanes) > 0:
		case int(c.next.Load()) < len(c.sources):
			continue
		default:
			return
		}
		h.update(lanes)
		c.tell(lanes)
	}
}

// put notes the result of source i and says so.
func (c *computation) put(i int, r Result) {
	c.results[i] = r
	if c.opt.Done != nil {
		c.telling.Lock()
		defer c.telling.Unlock()
		c.opt.Done(i, r)
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
			c.opt.Progress(Progress{Source: l.index, StoredBytes: l.text.stored(), TextBytes: l.size})
		}
	}
}
