package etag

import (
	"context"
	"sync"

	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// ComputePair gives the ETags of two FASTQ files whose reads are mates, hashed
// in parallel, each by a goroutine of its own whatever Threads says. The n-th
// read of one belongs to the n-th of the other: files with different numbers of
// reads fail, and so do names that differ, unless SkipNames is set, once comments,
// "/1" and "/2", and SRA's X.1.1 and X.1.2 are set aside. Such a fault names both
// files and is given to both, or to the one that was not yet at its end. A
// source that fails by itself does so alone.
func ComputePair(ctx context.Context, first, second Source, opt Options) [2]Result {
	if opt.Type == "" {
		opt.Type = FASTQ
	}
	if err := opt.check(); err != nil {
		return [2]Result{{Err: err}, {Err: err}}
	}
	if opt.Limiter == nil {
		opt.Limiter = pipeline.NewLimiter(opt.Threads)
	}
	sources := [2]Source{first, second}
	a, b := fastq.NewPair(ctx, fastq.PairOptions{First: first.Name, Second: second.Name, SkipNames: opt.SkipNames})
	var results [2]Result
	var telling sync.Mutex
	var group sync.WaitGroup
	for i, checker := range []*fastq.Checker{a, b} {
		c := computation{ctx: ctx, opt: opt.of(i, &telling), sources: sources[i : i+1], results: results[i : i+1], checker: checker}
		group.Go(func() {
			defer checker.Abort()
			c.run()
		})
	}
	group.Wait()
	return results
}

// of gives the options of source i alone, whose calls back are those of all.
func (o *Options) of(i int, telling *sync.Mutex) Options {
	one := *o
	if o.Progress != nil {
		one.Progress = func(p Progress) {
			telling.Lock()
			defer telling.Unlock()
			p.Source = i
			o.Progress(p)
		}
	}
	if o.Done != nil {
		one.Done = func(_ int, r Result) {
			telling.Lock()
			defer telling.Unlock()
			o.Done(i, r)
		}
	}
	return one
}
