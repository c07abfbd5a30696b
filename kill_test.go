package seqlode

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/crash"
)

func TestMain(m *testing.M) {
	os.Exit(crash.Main(m, map[string]func([]string) error{"demo": demoChild, "readsets": readSetsChild}))
}

// shortLease is that of processes that are killed: others go on soon.
const shortLease = 300 * time.Millisecond

// killed are the options of a vault whose processes are killed, again and again
// while they are at the same item.
func killed(dir string) Options {
	return Options{Dir: dir, Workers: 2, lease: shortLease, poll: 20 * time.Millisecond, attempts: 1000}
}

// demoChild submits jobs of three read sets each, waits for them, deletes a read
// set of every second, and says what is acknowledged: demo DIR NAME LEASE ROUNDS.
// With 0 rounds it goes on and on. It makes its store by itself where there is none.
func demoChild(args []string) error {
	ctx := context.Background()
	var rounds int
	if _, err := fmt.Sscan(args[3], &rounds); err != nil {
		return err
	}
	lease, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	o := killed(args[0])
	o.lease = lease
	d, err := openDemo(ctx, o)
	if err != nil {
		return err
	}
	if err := crash.Say("opened"); err != nil {
		return err
	}
	var store catalog.ID
	err = d.core.Catalog.View(ctx, func(r *catalog.Reader) error {
		page, err := r.ListSequenceStores(d.core.Scope(), catalog.SequenceStoreFilter{}, catalog.PageRequest{Limit: 1})
		if err == nil && len(page.Items) > 0 {
			store = page.Items[0].ID
		}
		return err
	})
	if err == nil && store == 0 {
		store, err = d.store(ctx, "store")
	}
	if err != nil {
		return err
	}
	for n := 0; n < rounds || rounds == 0; n++ {
		name := fmt.Sprintf("%s-%d-%d", args[1], os.Getpid(), n)
		id, err := d.submit(ctx, store, name+"-0", name+"-1", name+"-2")
		if err != nil {
			return err
		}
		if err := crash.Say("submitted %s", id); err != nil {
			return err
		}
		j, err := d.core.Jobs.Await(ctx, id)
		if err != nil || j.Status != catalog.JobCompleted {
			return fmt.Errorf("job %s is %s: %s: %w", id, j.Status, j.StatusMessage, err)
		}
		if err := crash.Say("done %s", id); err != nil {
			return err
		}
		if n%2 == 0 {
			continue
		}
		var items []catalog.JobItem
		err = d.core.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
			items, err = r.JobItems(id)
			return err
		})
		if err != nil {
			return err
		}
		set := items[n%3].ResultID
		if err := crash.Say("deleting %s", set); err != nil {
			return err
		}
		if err := d.delete(ctx, store, set); err != nil {
			return err
		}
		if err := crash.Say("deleted %s", set); err != nil {
			return err
		}
	}
	return d.Close()
}

// ledger is what children have said, over all their lives.
type ledger struct {
	submitted, done, deleting, deleted map[catalog.ID]bool
	told                               map[string]bool // the ARNs of events
}

func newLedger() *ledger {
	return &ledger{map[catalog.ID]bool{}, map[catalog.ID]bool{}, map[catalog.ID]bool{}, map[catalog.ID]bool{}, map[string]bool{}}
}

func (l *ledger) add(t testing.TB, said []string) {
	for _, line := range said {
		verb, text, found := strings.Cut(line, " ")
		if !found {
			continue
		}
		id, err := catalog.ParseID(text)
		require.NoError(t, err, line)
		switch verb {
		case "submitted":
			l.submitted[id] = true
		case "done":
			l.done[id] = true
		case "deleting":
			l.deleting[id] = true
		case "deleted":
			l.deleted[id] = true
		default:
			require.Fail(t, line)
		}
	}
}

// holds requires of a vault that nothing acknowledged is lost, that what is there
// is whole, and that no job took effect twice. Unfinished jobs may be there unless
// all must be over.
func (l *ledger) holds(t testing.TB, d *demo, over bool) {
	t.Helper()
	sets := d.sets(t) // whole
	names := map[string]bool{}
	made := map[catalog.ID][]catalog.ID{} // by job
	for id, set := range sets {
		require.False(t, names[set.Name], "%s is there twice", set.Name)
		names[set.Name] = true
		made[set.CreationJobID] = append(made[set.CreationJobID], id)
		require.False(t, l.deleted[id], "%s was deleted", id)
	}
	var last int64
	require.NoError(t, d.core.Catalog.View(t.Context(), func(r *catalog.Reader) error {
		for id := range l.submitted {
			j, err := r.Job(id)
			require.NoError(t, err)
			if l.done[id] || over {
				require.Equal(t, catalog.JobCompleted, j.Status, "job %s: %s", id, j.StatusMessage)
			}
			items, err := r.JobItems(id)
			require.NoError(t, err)
			require.Len(t, items, 3)
			finished := 0
			for _, item := range items {
				_, there := sets[item.ResultID]
				if item.Status != catalog.ItemFinished {
					require.False(t, there, "item %d of job %s is not finished, and read set %s is there", item.Ordinal, id, item.ResultID)
					continue
				}
				finished++
				require.True(t, there || l.deleting[item.ResultID], "read set %s of job %s is lost", item.ResultID, id)
			}
			require.LessOrEqual(t, len(made[id]), finished, "job %s took effect twice", id)
		}
		// One event for each read set that came to be, also of those deleted since.
		events, err := r.Undelivered("test", 1<<30)
		require.NoError(t, err)
		for _, e := range events {
			require.False(t, l.told[e.Resources[0]], "%s is told twice", e.Resources[0])
			l.told[e.Resources[0]] = true
			last = e.Seq
		}
		for id, set := range sets {
			require.True(t, l.told[d.core.Scope().ReadSetARN(set.StoreID, id)], "%s is not told of", id)
		}
		return nil
	}))
	require.NoError(t, d.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error { return tx.Delivered("test", last) }))
}

// prune deletes the read sets of jobs that are done, once there are many, so that
// hundreds of kills take no longer each.
func (l *ledger) prune(t testing.TB, d *demo) {
	t.Helper()
	sets := d.sets(t)
	if len(sets) < 60 {
		return
	}
	for id, set := range sets {
		if l.done[set.CreationJobID] {
			require.NoError(t, d.delete(t.Context(), set.StoreID, id))
			l.deleting[id], l.deleted[id] = true, true
		}
	}
	for id := range l.done {
		delete(l.submitted, id)
	}
}

// TestKilled: a demonstration job survives being killed at any moment.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	all := newLedger()
	first := crash.Start(t, "demo", dir, "first", shortLease.String(), "2") // what is not killed, so that there is something to lose
	first.Wait(t)
	all.add(t, first.Said())
	require.Len(t, all.done, 2)
	orphans, staging := 0, 0
	crash.Run(t, crash.Plan{
		Child: "demo",
		Args:  []string{dir, "k", shortLease.String(), "0"},
		Seed:  1,
		Life:  250 * time.Millisecond,
		Check: func(t testing.TB, said []string, _ bool) {
			all.add(t, said)
			o := killed(dir)
			o.Workers = -1
			d, err := openDemo(t.Context(), o)
			require.NoError(t, err)
			defer func() { require.NoError(t, d.Close()) }()
			all.holds(t, d, false)
			report, err := d.Fsck(t.Context(), FsckOptions{Repair: true})
			require.NoError(t, err)
			for _, p := range report.Problems {
				switch p.Type {
				case Staging: // since the lease ended after the vault was opened
					staging++
				case Orphan: // of a delete that was stopped
					orphans++
				case NoSidecar: // of a store that was about to be made
					require.Contains(t, p.Key, "sequencestore.json")
				default:
					require.Fail(t, string(p.Type), "%s: %s", p.Key, p.Message)
				}
				require.True(t, p.Fixed, p.Key)
			}
			report, err = d.Fsck(t.Context(), FsckOptions{})
			require.NoError(t, err)
			for _, p := range report.Problems { // leases end as time goes by
				require.Equal(t, Staging, p.Type, "%s: %s", p.Key, p.Message)
			}
			all.holds(t, d, false)
			all.prune(t, d)
		},
	})
	d, err := openDemo(t.Context(), killed(dir))
	require.NoError(t, err)
	for id := range all.submitted {
		d.done(t, id)
	}
	require.NoError(t, d.Close()) // with a worker that was too slow for its lease, which may still write
	o := killed(dir)
	o.Workers = -1
	d, err = openDemo(t.Context(), o)
	require.NoError(t, err)
	all.holds(t, d, true)
	_, err = d.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	d.clean(t)
	before := d.sets(t)
	require.NoError(t, d.Close())
	t.Logf("%d jobs were acknowledged before a kill; %d orphans and %d staged files found", len(all.done), orphans, staging)

	// The same vault, from its sidecars.
	o = killed(dir)
	o.kinds = demoKinds()
	_, err = Rebuild(t.Context(), o, FsckOptions{})
	require.NoError(t, err)
	d, err = openDemo(t.Context(), o)
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	require.Equal(t, before, d.sets(t))
	d.clean(t)
}

// TestTwoProcesses: two processes make one vault at the same time, and share its
// jobs, while a third checks it.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	both := []*crash.Process{crash.Start(t, "demo", dir, "a", "1m", "8"), crash.Start(t, "demo", dir, "b", "1m", "8")}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for _, p := range both {
			p.Join()
		}
	}()
	o := killed(dir)
	o.Workers = -1
	d, err := openDemo(t.Context(), o)
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	checks := 0
	for running := true; running; checks++ {
		select {
		case <-ended:
			running = false
		default:
		}
		report, err := d.Fsck(t.Context(), FsckOptions{Repair: true})
		require.NoError(t, err)
		for _, p := range report.Problems {
			// What is about to be deleted is an orphan; stores get their sidecars after their
			// rows.
			require.Contains(t, []any{Orphan, NoSidecar}, p.Type, "%s: %s", p.Key, p.Message)
		}
	}
	all := newLedger()
	for _, p := range both {
		p.Wait(t)
		all.add(t, p.Said())
	}
	require.Len(t, all.done, 16)
	all.holds(t, d, true)
	require.Len(t, d.sets(t), 16*3-8)
	report := d.clean(t)
	t.Logf("%d checks meanwhile; %d objects", checks, report.Objects)

	owners := map[string]bool{}
	require.NoError(t, d.core.Catalog.View(t.Context(), func(r *catalog.Reader) error {
		for id := range all.submitted {
			items, err := r.JobItems(id)
			require.NoError(t, err)
			for _, item := range items {
				owners[item.LeaseOwner] = true
			}
		}
		return nil
	}))
	t.Logf("worked on by %v", owners)
	require.Len(t, owners, 2, "both have worked")
}
