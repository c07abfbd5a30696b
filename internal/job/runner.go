package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Options of a runner. Kinds are required; of the rest the zero value is good.
type Options struct {
	Kinds       map[string]Kind // by Job.Kind; items of other kinds are left to others
	Concurrency int             // items at a time; 0 is GOMAXPROCS
	Lease       time.Duration   // how long a lease lasts without renewal; 0 is 30 s; renewed at a third of it
	Poll        time.Duration   // how often to look for the work of other processes; 0 is 1 s
	MaxAttempts int             // leases of an item that may be lost before it fails; 0 is 5
	Owner       string          // who holds leases, for people; "" is host and process
	Timer       Timer           // nil is the machine's
	Log         *slog.Logger    // nil is silent
}

// Timer gives a channel that receives once d has passed on the clock, and what
// frees it. It goes with the catalog's clock.
type Timer func(d time.Duration) (fired <-chan time.Time, stop func())

// Runner works on items. Several, in one process or many, share a catalog.
type Runner struct {
	c    *catalog.Catalog
	o    Options
	wake chan struct{}

	mu      sync.Mutex
	changed chan struct{}      // closed when an item of this runner ends
	ending  map[catalog.ID]int // by job: items that this runner is about to end, up to the return of Done
}

// Why the context of a worker ends.
var (
	errLost      = errors.New("the lease is lost")
	errCancelled = errors.New(cancelled)
	errStopped   = errors.New("the runner has stopped")
)

// winding is how long a runner that is stopped goes on to write down what its
// workers have done. What takes longer is undone, and done again by others.
const winding = 500 * time.Millisecond

// New gives a runner; it does nothing before Run.
func New(c *catalog.Catalog, o Options) *Runner {
	if o.Concurrency <= 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 5
	}
	if o.Owner == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "unknown host"
		}
		o.Owner = fmt.Sprintf("%s, process %d", host, os.Getpid())
	}
	if o.Timer == nil {
		o.Timer = func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTimer(d)
			return t.C, func() { t.Stop() }
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{c: c, o: o, wake: make(chan struct{}, 1), changed: make(chan struct{}), ending: map[catalog.ID]int{}}
}

// Wake makes Run look for work at once.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends. It then stops its workers, waits for them, hands
// their items back for others to take at once, and returns. What is done by then is
// written down, unless that takes half a second. What goes wrong with
// the catalog is logged and tried again.
func (r *Runner) Run(ctx context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	slots := make(chan struct{}, r.o.Concurrency)
	for {
		select {
		case <-ctx.Done():
			return
		case slots <- struct{}{}:
		}
		l, err := r.claim(ctx)
		if l != nil {
			workers.Go(func() {
				r.work(ctx, l)
				<-slots
			})
			continue
		}
		<-slots
		if err != nil && ctx.Err() == nil {
			r.o.Log.LogAttrs(ctx, slog.LevelError, "looking for work failed", slog.Any("error", err))
		}
		fired, stop := r.o.Timer(r.o.Poll)
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-fired:
		}
		stop()
	}
}

// Await gives a job once it is over, whoever works on it. What this runner does
// about it is then over too: Outcome.Done has returned.
func (r *Runner) Await(ctx context.Context, id catalog.ID) (j catalog.Job, err error) {
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		err = r.c.View(ctx, func(rd *catalog.Reader) error {
			j, err = rd.Job(id)
			return err
		})
		if err != nil && ctx.Err() != nil {
			return j, waited(ctx, id)
		}
		if err != nil || !j.Status.Open() && !r.isEnding(id) {
			return j, err
		}
		fired, stop := r.o.Timer(r.o.Poll)
		select {
		case <-ctx.Done():
			stop()
			return j, waited(ctx, id)
		case <-changed:
		case <-fired:
		}
		stop()
	}
}

// waited is the error of a wait that ends with its context, wherever it was then.
func waited(ctx context.Context, id catalog.ID) error {
	return &errs.Error{Op: "wait for job", Resource: "job " + id.String(), Kind: errs.Timeout, Err: ctx.Err()}
}

// isEnding says whether this runner is about to end items of a job.
func (r *Runner) isEnding(id catalog.ID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ending[id] > 0
}

// work does the work of one item to its end.
func (r *Runner) work(ctx context.Context, l *Lease) {
	working, end := context.WithCancelCause(ctx)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx)) // the lease is held for as long as a worker takes to end
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		r.renew(renewing, l, end)
	}()
	kind := r.o.Kinds[l.Item.Kind]
	outcome, failure := kind.Run(working, l)
	cause := context.Cause(working)
	end(nil)
	stop()
	<-renewed

	id := l.Item.JobID
	r.mu.Lock()
	r.ending[id]++
	r.mu.Unlock()
	// What is done is written down even where ctx has ended since.
	writing, written := r.outlive(ctx)
	ctx = context.WithoutCancel(ctx)
	var err error
	switch {
	case errors.Is(cause, errLost):
		err = cause
	case failure != nil && errors.Is(cause, errCancelled):
		err = r.finish(writing, l, kind, outcome, errCancelled)
	case failure != nil && cause != nil:
		err = r.handBack(ctx, l)
	default:
		err = r.finish(writing, l, kind, outcome, failure)
	}
	if err != nil && errors.Is(context.Cause(writing), errStopped) {
		err = r.handBack(ctx, l)
	}
	written()
	if err != nil {
		// The item stays leased; when that has run out, it is taken again.
		r.o.Log.LogAttrs(ctx, slog.LevelWarn, "an item was not completed", slog.String("lease", l.Name()), slog.Any("error", err))
	}
	r.mu.Lock()
	if r.ending[id]--; r.ending[id] == 0 {
		delete(r.ending, id)
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
}

// outlive gives a context that ends a little later than ctx. The caller ends it by
// calling over.
func (r *Runner) outlive(ctx context.Context) (longer context.Context, over func()) {
	longer, end := context.WithCancelCause(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		fired, stop := r.o.Timer(winding)
		defer stop()
		select {
		case <-longer.Done():
		case <-fired:
			end(errStopped)
		}
	})
	return longer, func() {
		forget()
		end(nil)
	}
}

// finish completes the item. Where the outcome's rows can't be written and that
// is the item's own fault, it fails.
func (r *Runner) finish(ctx context.Context, l *Lease, k Kind, o Outcome, failure error) error {
	err := l.complete(ctx, k, o, failure)
	var own *commitError
	if errors.As(err, &own) && !errors.Is(own, errs.ErrInternal) && !errors.Is(own, errs.ErrTimeout) && !errors.Is(own, context.Canceled) {
		failure = own.err
		err = l.complete(ctx, k, Outcome{}, failure)
	}
	if err == nil && o.Done != nil {
		o.Done(context.WithoutCancel(ctx), failure)
	}
	return err
}

// handBack gives the item up so that any runner may take it at once.
func (r *Runner) handBack(ctx context.Context, l *Lease) error {
	return r.c.Update(ctx, func(tx *catalog.Tx) error {
		item, err := l.held(tx)
		if err != nil {
			return err
		}
		item.LeaseUntil = tx.Now()
		item.Attempts--
		return tx.UpdateJobItem(item, item.Epoch)
	})
}

// renew renews a lease until ctx ends, and ends the work where the lease is lost
// or the job cancelled.
func (r *Runner) renew(ctx context.Context, l *Lease, end context.CancelCauseFunc) {
	until := l.Item.LeaseUntil
	for {
		fired, stop := r.o.Timer(r.o.Lease / 3)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-fired:
		}
		to, status, err := r.renewOnce(ctx, l)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			until = to
			if status == catalog.JobCancelling {
				end(errCancelled)
			}
		case errors.Is(err, errLost) || !r.c.Now().Before(until):
			end(errLost)
			return
		default:
			r.o.Log.LogAttrs(ctx, slog.LevelWarn, "a lease was not renewed", slog.String("lease", l.Name()), slog.Any("error", err))
		}
	}
}

// renewOnce renews a lease, and gives its new end and the state of its job.
func (r *Runner) renewOnce(ctx context.Context, l *Lease) (until time.Time, status catalog.JobStatus, err error) {
	err = r.c.Update(ctx, func(tx *catalog.Tx) error {
		item, err := l.held(tx)
		if err != nil {
			return err
		}
		j, err := tx.Job(item.JobID)
		if err != nil {
			return err
		}
		item.LeaseUntil = tx.Now().Add(r.o.Lease)
		until, status = item.LeaseUntil, j.Status
		return tx.UpdateJobItem(item, item.Epoch)
	})
	return until, status, err
}
