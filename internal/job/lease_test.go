package job

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
)

// stalling is a kind whose workers say that they have begun and go on when told.
type stalling struct {
	begun chan *Lease
	goOn  chan struct{}
}

func newStalling() *stalling { return &stalling{make(chan *Lease, 100), make(chan struct{})} }

func (s *stalling) kind() map[string]Kind {
	return map[string]Kind{event.ReadSetImport: {Run: func(ctx context.Context, l *Lease) (Outcome, error) {
		s.begun <- l
		select {
		case <-s.goOn:
			return Outcome{Commit: commitOf(l)}, nil
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		}
	}}}
}

// deaf is a kind whose workers do not look at their context.
func (s *stalling) deaf() map[string]Kind {
	return map[string]Kind{event.ReadSetImport: {Run: func(_ context.Context, l *Lease) (Outcome, error) {
		s.begun <- l
		<-s.goOn
		return Outcome{Commit: commitOf(l)}, nil
	}}}
}

// turnUntil turns the clock by steps until ok, giving what runs time to act.
func turnUntil(t *testing.T, k *clock, step time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !ok(); {
		require.True(t, time.Now().Before(deadline), "it never came to that")
		k.Turn(step)
		time.Sleep(2 * time.Millisecond)
	}
}

func (r *Runner) overNow(t *testing.T, id catalog.ID) bool {
	t.Helper()
	var j catalog.Job
	require.NoError(t, r.c.View(t.Context(), func(rd *catalog.Reader) (err error) {
		j, err = rd.Job(id)
		return err
	}))
	return !j.Status.Open()
}

// TestStalledWorker: a worker that stalls past its lease and wakes after another
// has done its work changes nothing.
func TestStalledWorker(t *testing.T) {
	k := newClock()
	path := filepath.Join(t.TempDir(), "catalog.db")
	slow, quick := newStalling(), newStalling()
	close(quick.goOn)
	a := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: slow.deaf(), Timer: never, Owner: "a"})
	b := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: quick.kind(), Timer: k.Timer, Owner: "b", Lease: time.Hour})
	j := submit(t, a.c, 1)
	stopA := start(t, a)
	first := <-slow.begun
	require.Equal(t, "a", first.Item.LeaseOwner)
	start(t, b)
	turnUntil(t, k, time.Second, func() bool { return b.overNow(t, j.ID) })
	second := <-quick.begun
	require.Greater(t, second.Item.Epoch, first.Item.Epoch)
	require.NotEqual(t, first.Name(), second.Name())
	require.ErrorIs(t, first.Update(t.Context(), func(tx *catalog.Tx, _ *catalog.JobItem) error { return commitOf(first)(tx) }), errs.ErrConflict)
	close(slow.goOn)
	stopA()
	_, commits := told(t, b.c, j.ID)
	require.Equal(t, map[int]int{0: 1}, commits)
	require.Equal(t, "FINISHED", state(t, b.c, j.ID))
}

// TestRenewal: a lease that is renewed is not taken, however long the work
// lasts; one that can't be ends the work.
func TestRenewal(t *testing.T) {
	k := newClock()
	path := filepath.Join(t.TempDir(), "catalog.db")
	slow, other := newStalling(), newStalling()
	a := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: slow.kind(), Timer: k.Timer, Lease: 30 * time.Second})
	b := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: other.kind(), Timer: k.Timer, Lease: 30 * time.Second})
	j := submit(t, a.c, 1)
	start(t, a)
	l := <-slow.begun
	until := func() (at time.Time) {
		require.NoError(t, a.c.View(t.Context(), func(r *catalog.Reader) error {
			item, err := r.JobItem(j.ID, 0)
			at = item.LeaseUntil
			return err
		}))
		return at
	}
	// Renewals are waited for, so that this says nothing of how fast the machine is.
	for i := range 12 {
		if i == 4 {
			start(t, b)
		}
		was := until()
		turnUntil(t, k, 0, func() bool { return k.waits(10 * time.Second) })
		k.Turn(10 * time.Second)
		turnUntil(t, k, 0, func() bool { return until().After(was) })
	}
	require.Empty(t, other.begun)
	require.Greater(t, k.Now().Sub(l.Item.StartTime), 2*30*time.Second)
	close(slow.goOn)
	turnUntil(t, k, 0, func() bool { return a.overNow(t, j.ID) })
	require.Equal(t, "FINISHED", state(t, a.c, j.ID))
}

// TestLostLeaseEndsWork: a worker whose lease is gone is told by its context.
func TestLostLeaseEndsWork(t *testing.T) {
	k := newClock()
	slow := newStalling()
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Now: k.Now})
	cause := make(chan error, 1)
	r := New(c, Options{Timer: k.Timer, MaxAttempts: 1, Kinds: map[string]Kind{event.ReadSetImport: {Run: func(ctx context.Context, l *Lease) (Outcome, error) {
		slow.begun <- l
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return Outcome{}, ctx.Err()
	}}}})
	j := submit(t, c, 1)
	start(t, r)
	<-slow.begun
	turnUntil(t, k, time.Minute, func() bool { return len(cause) > 0 }) // past the lease at once: a renewal comes too late
	require.ErrorIs(t, <-cause, errLost)
	turnUntil(t, k, time.Second, func() bool { return r.overNow(t, j.ID) })
	require.Equal(t, "FAILED:given up after 1 attempts, none of which came to an end", state(t, c, j.ID))
}

func TestCancel(t *testing.T) {
	k := newClock()
	slow := newStalling()
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Now: k.Now})
	r := New(c, Options{Kinds: slow.kind(), Timer: k.Timer, Concurrency: 1})
	cancel := func(id catalog.ID) error {
		return c.Update(t.Context(), func(tx *catalog.Tx) error { return Cancel(tx, id) })
	}
	untouched := submit(t, c, 2)
	require.NoError(t, cancel(untouched.ID))
	require.True(t, r.overNow(t, untouched.ID))
	require.Equal(t, "FAILED:cancelled FAILED:cancelled", state(t, c, untouched.ID))
	require.ErrorIs(t, cancel(untouched.ID), errs.ErrConflict)
	require.ErrorIs(t, cancel(5), errs.ErrNotFound)

	running := submit(t, c, 2)
	start(t, r)
	<-slow.begun
	require.NoError(t, cancel(running.ID))
	require.NoError(t, cancel(running.ID))
	require.False(t, r.overNow(t, running.ID))
	require.Equal(t, "IN_PROGRESS FAILED:cancelled", state(t, c, running.ID))
	turnUntil(t, k, time.Second, func() bool { return r.overNow(t, running.ID) })
	require.Equal(t, "FAILED:cancelled FAILED:cancelled", state(t, c, running.ID))
	events, commits := told(t, c, running.ID)
	require.Equal(t, "SUBMITTED IN_PROGRESS", events, "storage jobs have no events of cancelling (MQ-28)")
	require.Empty(t, commits)
	require.NoError(t, c.View(t.Context(), func(rd *catalog.Reader) error {
		j, err := rd.Job(running.ID)
		require.Equal(t, catalog.JobCancelled, j.Status)
		return err
	}))
}

// TestStopHandsBack: a runner that is stopped leaves its items to others at once,
// and that costs them no attempt.
func TestStopHandsBack(t *testing.T) {
	k := newClock()
	path := filepath.Join(t.TempDir(), "catalog.db")
	slow, quick := newStalling(), newStalling()
	close(quick.goOn)
	a := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: slow.kind(), Timer: k.Timer, MaxAttempts: 1})
	j := submit(t, a.c, 1)
	stop := start(t, a)
	<-slow.begun
	stop()
	b := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: quick.kind(), Timer: k.Timer, MaxAttempts: 1})
	start(t, b)
	turnUntil(t, k, 0, func() bool { return b.overNow(t, j.ID) })
	require.Equal(t, "FINISHED", state(t, b.c, j.ID))
}

// TestStopWhileWriting: a runner that is stopped while it writes down what is done
// does not go on with that for long.
func TestStopWhileWriting(t *testing.T) {
	k := newClock()
	path := filepath.Join(t.TempDir(), "catalog.db")
	begun := make(chan struct{}, 1)
	endless := map[string]Kind{event.ReadSetImport: {Run: func(context.Context, *Lease) (Outcome, error) {
		return Outcome{Commit: func(tx *catalog.Tx) error {
			begun <- struct{}{}
			for {
				if _, err := tx.Settings(home); err != nil {
					return err
				}
			}
		}}, nil
	}}}
	a := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: endless, Timer: k.Timer, MaxAttempts: 1})
	j := submit(t, a.c, 1)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		a.Run(ctx)
	}()
	<-begun
	cancel()
	turnUntil(t, k, 0, func() bool { return k.waits(winding) })
	k.Turn(winding) // once: the lease must not run out meanwhile
	<-stopped
	quick := newStalling()
	close(quick.goOn)
	b := New(openCatalog(t, path, catalog.Options{Now: k.Now}), Options{Kinds: quick.kind(), Timer: k.Timer, MaxAttempts: 1})
	start(t, b)
	turnUntil(t, k, 0, func() bool { return b.overNow(t, j.ID) })
	require.Equal(t, "FINISHED", state(t, b.c, j.ID))
}

func TestMessage(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"x.fq: record 3":          "x.fq: record 3",
		"one\ntwo\n":              "one; two",
		"a\tb\x00c\xff":           "a b c\ufffd",
		strings.Repeat("ä", 1001): strings.Repeat("ä", 999) + "…",
		strings.Repeat("x", 1000): strings.Repeat("x", 1000),
	} {
		require.Equal(t, want, message(text))
	}
}

// TestNotes: what a worker notes of an item is there for the next one.
func TestNotes(t *testing.T) {
	k := newClock()
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Now: k.Now})
	kinds := map[string]Kind{event.ReadSetImport: {Run: func(context.Context, *Lease) (Outcome, error) { return Outcome{}, nil }}}
	r := New(c, Options{Kinds: kinds, Timer: k.Timer})
	submit(t, c, 1)
	first, err := r.claim(t.Context())
	require.NoError(t, err)
	boom := errors.New("boom")
	require.ErrorIs(t, first.Update(t.Context(), func(*catalog.Tx, *catalog.JobItem) error { return boom }), boom)
	require.NoError(t, first.Update(t.Context(), func(_ *catalog.Tx, item *catalog.JobItem) error {
		item.ResultID, item.StatusMessage, item.Status = 1000000555, "half done", catalog.ItemFinished
		return nil
	}))
	none, err := r.claim(t.Context())
	require.NoError(t, err)
	require.Nil(t, none)
	k.Turn(31 * time.Second)
	second, err := r.claim(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1000000555, second.Item.ResultID)
	require.Equal(t, "half done", second.Item.StatusMessage)
	require.JSONEq(t, `{"a":1}`, string(second.Job.Request))
	require.Equal(t, json.RawMessage(`0`), second.Item.Request)
	require.NoError(t, second.complete(t.Context(), Kind{}, Outcome{}, nil))
	require.ErrorIs(t, second.complete(t.Context(), Kind{}, Outcome{}, nil), errs.ErrConflict)
}

// TestDone: Done is called once, when the item is over, and never by a worker
// whose item another may take.
func TestDone(t *testing.T) {
	k := newClock()
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Now: k.Now})
	kinds := map[string]Kind{event.ReadSetImport: {}}
	r := New(c, Options{Kinds: kinds, Timer: k.Timer})
	bad, refused := errors.New("bad"), errs.At(errs.QuotaExceeded, errs.Pos{}, "no more")
	for name, test := range map[string]struct {
		commit  error // of Commit
		failure error // of Run
		late    bool  // the lease is lost by then
		want    []error
	}{
		"good":          {want: []error{nil}},
		"bad":           {failure: bad, want: []error{bad}},
		"refused":       {commit: refused, want: []error{refused}},
		"not for now":   {commit: errs.ErrInternal},
		"good but late": {late: true},
		"bad and late":  {failure: bad, late: true},
	} {
		t.Run(name, func(t *testing.T) {
			j := submit(t, c, 1)
			var l *Lease
			for l == nil || l.Item.JobID != j.ID { // past what other cases left
				var err error
				l, err = r.claim(t.Context())
				require.NoError(t, err)
			}
			if test.late {
				k.Turn(31 * time.Second)
			}
			var got []error
			err := r.finish(t.Context(), l, Kind{}, Outcome{
				Commit: func(*catalog.Tx) error { return test.commit },
				Done:   func(_ context.Context, failure error) { got = append(got, failure) },
			}, test.failure)
			require.Equal(t, test.want == nil, err != nil)
			require.Equal(t, test.want, got)
		})
	}
}

// TestAwaitDone: who has waited for a job finds what Done leaves, not Done at work.
func TestAwaitDone(t *testing.T) {
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	begun, goOn, over := make(chan struct{}), make(chan struct{}), false
	r := New(c, Options{Poll: time.Millisecond, Kinds: map[string]Kind{event.ReadSetImport: {Run: func(context.Context, *Lease) (Outcome, error) {
		return Outcome{Done: func(context.Context, error) {
			close(begun)
			<-goOn
			over = true
		}}, errors.New("bad")
	}}}})
	j := submit(t, c, 1)
	start(t, r)
	<-begun
	require.True(t, r.overNow(t, j.ID))
	time.AfterFunc(10*time.Millisecond, func() { close(goOn) })
	require.Equal(t, catalog.JobFailed, await(t, r, j.ID).Status)
	require.True(t, over)
}
