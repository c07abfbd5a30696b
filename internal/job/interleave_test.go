package job

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/event"
)

// TestInterleavings makes the moves of several processes in random orders:
// workers begin, renew, finish, fail, are stopped, die and come back from a stall
// after others took over, jobs are cancelled, time passes. In the end each item
// is over, each finished one took effect once and each failed one never, and each
// job told each of its states once.
func TestInterleavings(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			interleave(t, rand.New(rand.NewPCG(seed, 1)))
		})
	}
}

func interleave(t *testing.T, rnd *rand.Rand) {
	k := newClock()
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Now: k.Now})
	r := New(c, Options{MaxAttempts: 3, Kinds: map[string]Kind{event.ReadSetImport: {}}})
	kind := r.o.Kinds[event.ReadSetImport]
	ctx := t.Context()

	var jobs []catalog.Job
	var held []*Lease // of workers alive, and of some that others take for dead
	for range 2 {
		jobs = append(jobs, submit(t, c, 1+rnd.IntN(4)))
	}
	move := func() {
		if len(held) == 0 || rnd.IntN(3) == 0 {
			l, err := r.claim(ctx)
			require.NoError(t, err)
			if l != nil {
				held = append(held, l)
			}
			return
		}
		i := rnd.IntN(len(held))
		l := held[i]
		valid := false // whether the worker still holds the item
		require.NoError(t, c.View(ctx, func(rd *catalog.Reader) error {
			item, err := rd.JobItem(l.Item.JobID, l.Item.Ordinal)
			valid = item.Epoch == l.Item.Epoch && item.Status == catalog.ItemInProgress && k.Now().Before(item.LeaseUntil)
			return err
		}))
		lost := func(err error) {
			if valid {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, errLost)
			}
		}
		end := func() { held = append(held[:i], held[i+1:]...) }
		switch rnd.IntN(10) {
		case 0, 1: // finishes
			lost(r.finish(ctx, l, kind, Outcome{Commit: commitOf(l)}, nil))
			end()
		case 2: // fails
			lost(r.finish(ctx, l, kind, Outcome{}, errors.New("bad")))
			end()
		case 3: // its rows can't be written for now
			err := r.finish(ctx, l, kind, Outcome{Commit: func(tx *catalog.Tx) error {
				if err := commitOf(l)(tx); err != nil {
					return err
				}
				return context.Canceled
			}}, nil)
			require.Error(t, err)
			end()
		case 4: // its rows are refused
			lost(r.finish(ctx, l, kind, Outcome{Commit: func(tx *catalog.Tx) error {
				if err := commitOf(l)(tx); err != nil {
					return err
				}
				return errors.New("refused")
			}}, nil))
			end()
		case 5: // is stopped
			lost(r.handBack(ctx, l))
			end()
		case 6: // dies
			end()
		case 7:
			_, _, err := r.renewOnce(ctx, l)
			lost(err)
		case 8:
			k.Turn(time.Duration(rnd.IntN(25)) * time.Second)
		case 9:
			if rnd.IntN(4) == 0 {
				j := jobs[rnd.IntN(len(jobs))]
				if !r.overNow(t, j.ID) {
					require.NoError(t, c.Update(ctx, func(tx *catalog.Tx) error { return Cancel(tx, j.ID) }))
				}
			}
		}
	}
	for range 40 {
		move()
	}
	over := func() bool { return r.overNow(t, jobs[0].ID) && r.overNow(t, jobs[1].ID) }
	for tries := 0; !over(); tries++ {
		require.Less(t, tries, 2000, "it never ends")
		k.Turn(5 * time.Second)
		move()
	}
	for _, l := range held { // those that slept through it all
		require.ErrorIs(t, r.finish(ctx, l, kind, Outcome{Commit: commitOf(l)}, nil), errLost)
	}

	for _, j := range jobs {
		events, commits := told(t, c, j.ID)
		require.NoError(t, c.View(ctx, func(rd *catalog.Reader) (err error) {
			if j, err = rd.Job(j.ID); err != nil {
				return err
			}
			items, err := rd.JobItems(j.ID)
			good := 0
			for _, item := range items {
				want := 0
				if item.Status == catalog.ItemFinished {
					want = 1
					good++
				} else {
					require.Equal(t, catalog.ItemFailed, item.Status)
				}
				require.Equal(t, want, commits[item.Ordinal], "item %d is %s", item.Ordinal, item.Status)
			}
			switch j.Status {
			case catalog.JobCompleted:
				require.Equal(t, len(items), good)
			case catalog.JobFailed:
				require.Zero(t, good)
			case catalog.JobCompletedWithFailures:
				require.True(t, 0 < good && good < len(items))
			default:
				require.Equal(t, catalog.JobCancelled, j.Status)
			}
			return err
		}))
		want := "SUBMITTED IN_PROGRESS " + string(j.Status)
		if j.Status == catalog.JobCancelled {
			want = "SUBMITTED IN_PROGRESS"
			if !strings.Contains(events, "IN_PROGRESS") {
				want = "SUBMITTED"
			}
		}
		require.Equal(t, want, events)
	}
}
