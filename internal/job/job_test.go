package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
)

var home = catalog.Scope{Account: "000000000000", Region: "local"}

const store catalog.ID = 1000000900

func openCatalog(t *testing.T, path string, o catalog.Options) *catalog.Catalog {
	t.Helper()
	c, err := sqlite.Open(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// submit submits a job with n items.
func submit(t *testing.T, c *catalog.Catalog, n int) catalog.Job {
	t.Helper()
	return submitTo(t, c, `{"a":1}`, n)
}

// submitTo submits a job with a request and n items.
func submitTo(t *testing.T, c *catalog.Catalog, request string, n int) catalog.Job {
	t.Helper()
	items := make([]json.RawMessage, n)
	for i := range items {
		items[i] = json.RawMessage(strconv.Itoa(i))
	}
	var j catalog.Job
	require.NoError(t, c.Update(t.Context(), func(tx *catalog.Tx) (err error) {
		j, err = Submit(tx, Spec{Scope: home, Kind: event.ReadSetImport, StoreID: store, Request: json.RawMessage(request), Items: items})
		return err
	}))
	return j
}

// start runs a runner until the test ends, or until stop is called.
func start(t *testing.T, r *Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// await waits for the end of a job.
func await(t *testing.T, r *Runner, id catalog.ID) catalog.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	j, err := r.Await(ctx, id)
	require.NoError(t, err)
	return j
}

// state gives the states of a job's items: "FINISHED FAILED:message".
func state(t *testing.T, c *catalog.Catalog, id catalog.ID) string {
	t.Helper()
	var parts []string
	require.NoError(t, c.View(t.Context(), func(r *catalog.Reader) error {
		items, err := r.JobItems(id)
		for _, i := range items {
			part := string(i.Status)
			if i.StatusMessage != "" {
				part += ":" + i.StatusMessage
			}
			parts = append(parts, part)
		}
		return err
	}))
	return strings.Join(parts, " ")
}

// done is the type of the event that a test's Commit writes.
const done = "Item Done"

// commitOf gives a Commit that leaves a mark, one each time that it takes effect.
func commitOf(l *Lease) func(*catalog.Tx) error {
	return func(tx *catalog.Tx) error {
		return tx.AddEvent(catalog.Event{Scope: home, DetailType: done, Detail: json.RawMessage(fmt.Sprintf(`"%s/%d"`, l.Item.JobID, l.Item.Ordinal))})
	}
}

// told gives the statuses that events told of a job, and how often each item's
// Commit took effect.
func told(t *testing.T, c *catalog.Catalog, id catalog.ID) (statuses string, commits map[int]int) {
	t.Helper()
	commits = map[int]int{}
	var all []string
	require.NoError(t, c.View(t.Context(), func(r *catalog.Reader) error {
		events, err := r.Undelivered("test", 1_000_000)
		for _, e := range events {
			if e.DetailType == done {
				var job catalog.ID
				var ordinal int
				if _, err := fmt.Sscanf(string(e.Detail), `"%d/%d"`, &job, &ordinal); err != nil {
					return err
				}
				if job == id {
					commits[ordinal]++
				}
				continue
			}
			var d struct {
				ID     catalog.ID `json:"id"`
				Status string     `json:"status"`
			}
			if err := json.Unmarshal(e.Detail, &d); err != nil {
				return err
			}
			if d.ID == id {
				all = append(all, d.Status)
			}
		}
		return err
	}))
	return strings.Join(all, " "), commits
}

func TestOutcomes(t *testing.T) {
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	bad := errors.New("record 3: broken")
	r := New(c, Options{Poll: 5 * time.Millisecond, Concurrency: 3, Kinds: map[string]Kind{event.ReadSetImport: {
		Run: func(_ context.Context, l *Lease) (Outcome, error) {
			var what string
			if err := json.Unmarshal(l.Item.Request, &what); err != nil {
				return Outcome{}, err
			}
			switch what {
			case "bad":
				return Outcome{}, bad
			case "refused":
				return Outcome{Commit: func(*catalog.Tx) error { return errs.At(errs.QuotaExceeded, errs.Pos{}, "too many read sets") }}, nil
			}
			return Outcome{Commit: commitOf(l), ResultID: 1000000700, Message: what}, nil
		},
		Undo: func(tx *catalog.Tx, j catalog.Job, item catalog.JobItem) error {
			return tx.Set(home, fmt.Sprintf("undone-%s-%d", j.ID, item.Ordinal), "")
		},
	}}})
	start(t, r)
	for _, test := range []struct {
		items           string
		status, message string
		state, events   string
		commits, undone int
	}{
		{"good", "COMPLETED", "", "FINISHED:good", "SUBMITTED IN_PROGRESS COMPLETED", 1, 0},
		{"good good good", "COMPLETED", "", "FINISHED:good FINISHED:good FINISHED:good", "SUBMITTED IN_PROGRESS COMPLETED", 3, 0},
		{"bad", "FAILED", "1 of 1 sources failed", "FAILED:record 3: broken", "SUBMITTED IN_PROGRESS FAILED", 0, 1},
		{"good bad refused", "COMPLETED_WITH_FAILURES", "2 of 3 sources failed", "FINISHED:good FAILED:record 3: broken FAILED:too many read sets",
			"SUBMITTED IN_PROGRESS COMPLETED_WITH_FAILURES", 1, 2},
	} {
		var items []json.RawMessage
		for item := range strings.FieldsSeq(test.items) {
			items = append(items, json.RawMessage(`"`+item+`"`))
		}
		var j catalog.Job
		require.NoError(t, c.Update(t.Context(), func(tx *catalog.Tx) (err error) {
			j, err = Submit(tx, Spec{Scope: home, Kind: event.ReadSetImport, StoreID: store, Items: items})
			return err
		}))
		r.Wake()
		j = await(t, r, j.ID)
		require.EqualValues(t, test.status, j.Status)
		require.Equal(t, test.message, j.StatusMessage)
		require.False(t, j.CompletionTime.IsZero())
		require.Equal(t, test.state, state(t, c, j.ID))
		events, commits := told(t, c, j.ID)
		require.Equal(t, test.events, events)
		require.Len(t, commits, test.commits)
		require.NoError(t, c.View(t.Context(), func(rd *catalog.Reader) error {
			set, err := rd.Settings(home)
			require.NoError(t, err)
			undone := 0
			for name := range set {
				if strings.HasPrefix(name, "undone-"+j.ID.String()) {
					undone++
				}
			}
			require.Equal(t, test.undone, undone)
			first, err := rd.JobItem(j.ID, 0)
			require.Equal(t, first.Status == catalog.ItemFinished, first.ResultID == 1000000700)
			return err
		}))
	}
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error {
		_, err := Submit(tx, Spec{Scope: home, Kind: event.ReadSetImport})
		return err
	}), errs.ErrValidation)
}

func TestConcurrencyIsBounded(t *testing.T) {
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	slow := newStalling()
	r := New(c, Options{Poll: 5 * time.Millisecond, Concurrency: 2, Kinds: slow.kind()})
	j := submit(t, c, 5)
	start(t, r)
	<-slow.begun
	<-slow.begun
	time.Sleep(30 * time.Millisecond) // time for a third, were there no bound
	require.Empty(t, slow.begun)
	close(slow.goOn)
	require.Equal(t, catalog.JobCompleted, await(t, r, j.ID).Status)
	require.Len(t, slow.begun, 3)
}

// TestTwoRunners: two runners, each with connections of its own, share jobs. No
// item ends before both have taken one.
func TestTwoRunners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	var mu sync.Mutex
	by := map[string]int{}
	both := make(chan struct{})
	runner := func(name string) *Runner {
		return New(openCatalog(t, path, catalog.Options{}), Options{Poll: 5 * time.Millisecond, Concurrency: 2, Owner: name, Kinds: map[string]Kind{event.ReadSetImport: {
			Run: func(_ context.Context, l *Lease) (Outcome, error) {
				mu.Lock()
				by[l.Item.LeaseOwner]++
				if by[l.Item.LeaseOwner] == 1 && len(by) == 2 {
					close(both)
				}
				mu.Unlock()
				<-both
				return Outcome{Commit: commitOf(l)}, nil
			},
		}}})
	}
	a, b := runner("a"), runner("b")
	jobs := []catalog.Job{submit(t, a.c, 20), submit(t, b.c, 20)}
	start(t, a)
	start(t, b)
	for _, j := range jobs {
		require.Equal(t, catalog.JobCompleted, await(t, a, j.ID).Status)
		events, commits := told(t, a.c, j.ID)
		require.Equal(t, "SUBMITTED IN_PROGRESS COMPLETED", events)
		require.Equal(t, slices.Repeat([]int{1}, 20), slices.Collect(maps.Values(commits)))
	}
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, 40, by["a"]+by["b"])
}
