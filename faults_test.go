package seqlode

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/vfs"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTrace holds the order of file operations and rows, of publish and delete,
// against testdata/trace.txt.
func TestTrace(t *testing.T) {
	dir := t.TempDir()
	var trace vfstest.Trace
	clock := func() time.Time { return time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC) } // sidecars have times
	d, store := mustDemo(t, Options{Dir: dir, Workers: 1, Clock: clock, Bucket: objectsOf(vfstest.Wrap(vfs.Dir(dir), trace.Hook))})
	d.note = func(step string) { trace.Hook(vfstest.Op{Kind: "catalog", Name: step}) }
	var out strings.Builder
	out.WriteString("# make the vault and a store\n" + trace.Take())
	job, err := d.submit(t.Context(), store, "one")
	require.NoError(t, err)
	d.done(t, job)
	out.WriteString("# publish a read set\n" + trace.Take())
	for id := range d.sets(t) {
		require.NoError(t, d.delete(t.Context(), store, id))
	}
	out.WriteString("# delete it\n" + trace.Take())

	const golden = "testdata/trace.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(out.String()), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), out.String(), "go test -update writes it anew")
}

// TestEveryWriteFails fails each file operation of a publish and of a delete in
// turn. What was acknowledged is whole, what failed does not show, and fsck takes
// away what is left.
func TestEveryWriteFails(t *testing.T) {
	broken := errors.New("the disk is broken")
	var rule atomic.Pointer[vfstest.Rule]
	hook := func(op vfstest.Op) *vfstest.Fault {
		if r := rule.Load(); r != nil {
			return r.Hook(op)
		}
		return nil
	}
	d, store := mustDemo(t, Options{Dir: t.TempDir(), Workers: 1, Bucket: objectsOf(vfstest.Wrap(vfstest.NewDisk(), hook))})
	settled := func(what string) {
		report, err := d.Fsck(t.Context(), FsckOptions{Repair: true})
		require.NoError(t, err, what)
		for _, p := range report.Problems {
			require.Contains(t, []any{Orphan, Staging}, p.Type, "%s: %s: %s", what, p.Key, p.Message)
		}
		d.clean(t)
	}
	for way, fault := range map[string]vfstest.Fault{
		"fails":             {Err: broken, Keep: 100},
		"is done and fails": {Err: broken, Done: true},
	} {
		failed := map[catalog.JobStatus]int{}
		var set catalog.ID
		for n, hit := 1, true; hit; n++ {
			what := fmt.Sprintf("operation %d of a publish %s", n, way)
			before := d.sets(t)
			r := vfstest.Nth(n, fault)
			rule.Store(r)
			id, err := d.submit(t.Context(), store, what)
			require.NoError(t, err)
			j, err := d.core.Jobs.Await(t.Context(), id)
			require.NoError(t, err)
			rule.Store(nil)
			hit = r.Hit()
			failed[j.Status]++
			after := d.sets(t)
			if j.Status == catalog.JobCompleted {
				require.Len(t, after, len(before)+1, what)
			} else {
				require.Equal(t, before, after, what)
				require.NoError(t, d.core.Catalog.View(t.Context(), func(r *catalog.Reader) error {
					items, err := r.JobItems(id)
					require.NoError(t, err)
					require.Contains(t, items[0].StatusMessage, broken.Error(), what)
					return nil
				}))
			}
			settled(what)
		}
		require.Greater(t, failed[catalog.JobFailed], 20)
		require.Positive(t, failed[catalog.JobCompleted])

		for n, hit := 1, true; hit; n++ {
			what := fmt.Sprintf("operation %d of a delete %s", n, way)
			id, err := d.submit(t.Context(), store, what)
			require.NoError(t, err)
			d.done(t, id)
			for id, s := range d.sets(t) {
				if s.Name == what {
					set = id
				}
			}
			r := vfstest.Nth(n, fault)
			rule.Store(r)
			err = d.delete(t.Context(), store, set)
			rule.Store(nil)
			if hit = r.Hit(); !hit {
				require.NoError(t, err)
			}
			require.NotContains(t, d.sets(t), set, what)
			settled(what)
		}
	}
}
