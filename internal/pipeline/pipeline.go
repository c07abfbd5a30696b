// Package pipeline runs work on the pieces of a stream in parallel and hands
// them out in their order.
//
// One filler cuts the stream into units, workers work on them, one consumer
// takes them in order. The number of units in flight is fixed: a unit that the
// consumer has not released holds up the filler. A failure takes its place in
// the order, so that the consumer meets it after all that came before it, and
// before any end of file.
package pipeline

import (
	"context"
	"io"
	"runtime"
	"sync"
)

// MaxThreads is how many threads a stage has at most.
const MaxThreads = 1024

// Threads resolves a Threads option: 0 and below stand for GOMAXPROCS, what is
// above MaxThreads for that.
func Threads(n int) int {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return min(n, MaxThreads)
}

// Stage says how a stream of units T is made.
type Stage[T any] struct {
	Threads int      // workers; 1 means that everything runs inside Next
	Slots   int      // units in flight, at least 2
	Limiter *Limiter // bounds the work across pipes; may be nil

	// New makes a unit; units are used again after their release.
	New func() T
	// Fill cuts the next unit of the stream. It is called from one goroutine
	// at a time. It reports whether the unit needs work, and io.EOF, with no
	// unit, at the end.
	Fill func(ctx context.Context, unit T) (work bool, err error)
	// Worker makes the function that one worker calls on units.
	Worker func() func(unit T) error
	// Holds reports whether a unit whose Fill or work failed holds something
	// all the same: it is then handed out, and the failure comes next. May be
	// nil.
	Holds func(unit T) bool
	// Released takes back what a unit need not keep until it is filled again. It
	// is called with each unit that is released, by who releases it. May be nil.
	Released func(unit T)
}

// Slot holds a unit that has been handed out.
type Slot[T any] struct {
	Unit  T
	pipe  *Pipe[T]
	made  bool
	err   error
	ready chan struct{}
}

// Release gives the unit back to be filled again. It is called once, from any
// goroutine.
func (s *Slot[T]) Release() {
	if released := s.pipe.stage.Released; released != nil {
		released(s.Unit)
	}
	s.pipe.free <- s
}

// Pipe is a running stage.
type Pipe[T any] struct {
	stage  Stage[T]
	ctx    context.Context
	cancel context.CancelFunc
	err    error // what Next gives from now on

	free  chan *Slot[T]
	order chan *Slot[T]
	work  chan *Slot[T]
	group sync.WaitGroup

	inline func(T) error // the worker, where Threads is 1
}

// Start runs a stage until its end, a failure, the end of ctx, or Close.
func Start[T any](ctx context.Context, stage Stage[T]) *Pipe[T] {
	p := &Pipe[T]{stage: stage, free: make(chan *Slot[T], stage.Slots)}
	p.ctx, p.cancel = context.WithCancel(ctx)
	for range stage.Slots {
		p.free <- &Slot[T]{pipe: p, ready: make(chan struct{}, 1)}
	}
	if stage.Threads == 1 {
		p.inline = stage.Worker()
		return p
	}
	p.order = make(chan *Slot[T], stage.Slots)
	p.work = make(chan *Slot[T], stage.Slots)
	p.group.Go(p.feed)
	for range stage.Threads {
		p.group.Go(p.toil)
	}
	return p
}

// Next gives the next unit, or what ended the stream: io.EOF, the first
// failure in the order of the stream, or, from when ctx has ended, its cause.
// One goroutine calls Next and Close; each slot that Next gives is released.
// While all slots are held, Next waits for a release.
func (p *Pipe[T]) Next() (*Slot[T], error) {
	if p.err != nil {
		return nil, p.err
	}
	s, err := p.next()
	if err == nil {
		return s, nil
	}
	if p.ctx.Err() != nil { // what failed may have failed for that reason
		p.err = context.Cause(p.ctx)
		return nil, p.err
	}
	p.err = err
	p.cancel()
	if p.stage.Holds != nil && p.stage.Holds(s.Unit) {
		return s, nil
	}
	return nil, err
}

// next gives a slot, with an error where it has failed. It gives no slot only
// when ctx has ended.
func (p *Pipe[T]) next() (*Slot[T], error) {
	if p.ctx.Err() != nil {
		return nil, context.Cause(p.ctx)
	}
	if p.inline != nil {
		s, work, err := p.fill()
		if err == nil && work {
			err = p.limited(p.inline, s)
		}
		return s, err
	}
	select {
	case s := <-p.order:
		select {
		case <-s.ready:
			return s, s.err
		case <-p.ctx.Done():
		}
	case <-p.ctx.Done():
	}
	return nil, context.Cause(p.ctx)
}

// Context ends when the parent's does, when the pipe has ended or failed, and
// at Close.
func (p *Pipe[T]) Context() context.Context { return p.ctx }

// Close ends the stage and waits until its goroutines have gone. A Read of
// the source that does not return holds it up.
func (p *Pipe[T]) Close() {
	if p.err == nil {
		p.err = io.ErrClosedPipe
	}
	p.cancel()
	p.group.Wait()
}

// fill takes a free slot and cuts the next unit into it.
func (p *Pipe[T]) fill() (s *Slot[T], work bool, err error) {
	select {
	case s = <-p.free:
	case <-p.ctx.Done():
		return nil, false, context.Cause(p.ctx)
	}
	if !s.made {
		s.Unit, s.made = p.stage.New(), true
	}
	if p.ctx.Err() != nil {
		return s, false, context.Cause(p.ctx)
	}
	work, err = p.stage.Fill(p.ctx, s.Unit)
	return s, work, err
}

// feed cuts units until the stream ends. Its channels have room for all slots.
func (p *Pipe[T]) feed() {
	defer close(p.work)
	for {
		s, work, err := p.fill()
		if s == nil {
			return // cancelled: Next sees it by itself
		}
		s.err = err
		p.order <- s
		if err == nil && work {
			p.work <- s
			continue
		}
		s.ready <- struct{}{}
		if err != nil {
			return
		}
	}
}

// toil is one worker.
func (p *Pipe[T]) toil() {
	do := p.stage.Worker()
	for s := range p.work {
		s.err = p.limited(do, s)
		s.ready <- struct{}{}
	}
}

// limited does the work on a unit when the limiter lets it.
func (p *Pipe[T]) limited(do func(T) error, s *Slot[T]) error {
	if err := p.stage.Limiter.Acquire(p.ctx); err != nil {
		return err
	}
	defer p.stage.Limiter.Release()
	return do(s.Unit)
}
