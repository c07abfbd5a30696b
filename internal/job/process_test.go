package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/event"
)

// childVar names the catalog that this program, started by a test, works on.
const childVar = "SEQLODE_TEST_JOB_CATALOG"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVar); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child works until its standard input ends.
func child(path string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		cancel()
	}()
	c, err := sqlite.Open(ctx, path, catalog.Options{})
	if err != nil {
		return err
	}
	New(c, meeting(c)).Run(ctx)
	return c.Close()
}

// meeting are options with leases that run out while a test waits. Where the
// job's request says so, no item ends before two processes have taken some.
func meeting(c *catalog.Catalog) Options {
	return Options{
		Poll: 10 * time.Millisecond, Lease: 600 * time.Millisecond, Concurrency: 2, MaxAttempts: 100,
		Kinds: map[string]Kind{event.ReadSetImport: {Run: func(ctx context.Context, l *Lease) (Outcome, error) {
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			for string(l.Job.Request) == meet {
				workers, err := workersOf(ctx, c, l.Job.ID)
				if err != nil {
					return Outcome{}, err
				}
				if len(workers) > 1 {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			return Outcome{Commit: func(tx *catalog.Tx) error {
				if err := commitOf(l)(tx); err != nil {
					return err
				}
				return tx.PutTags(l.Item.JobID, map[string]string{fmt.Sprint(l.Item.Ordinal): l.Item.LeaseOwner})
			}}, nil
		}}},
	}
}

// meet is the request of a job whose workers wait for each other.
const meet = `"meet"`

// workersOf names who has had items of a job.
func workersOf(ctx context.Context, c *catalog.Catalog, id catalog.ID) (map[string]bool, error) {
	workers := map[string]bool{}
	return workers, c.View(ctx, func(r *catalog.Reader) error {
		items, err := r.JobItems(id)
		for _, item := range items {
			if item.LeaseOwner != "" {
				workers[item.LeaseOwner] = true
			}
		}
		return err
	})
}

// startChild starts a process that works on the catalog.
func startChild(t *testing.T, path string) (cmd *exec.Cmd, stop func() error) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd = exec.CommandContext(t.Context(), program, "-test.run=^$")
	cmd.Env = append(os.Environ(), childVar+"="+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return cmd, func() error { return errors.Join(in.Close(), cmd.Wait()) }
}

// TestProcesses: processes share jobs, some are killed at work, and each item
// takes effect once.
func TestProcesses(t *testing.T) {
	const items, kills = 60, 4
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := openCatalog(t, path, catalog.Options{})
	j := submit(t, c, items)
	_, stopSteady := startChild(t, path)
	for range kills {
		victim, _ := startChild(t, path)
		time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
		require.NoError(t, victim.Process.Kill())
		require.Error(t, victim.Wait())
	}
	watcher := New(c, Options{Poll: 10 * time.Millisecond})
	require.Equal(t, catalog.JobCompleted, await(t, watcher, j.ID).Status)
	events, commits := told(t, c, j.ID)
	require.Equal(t, "SUBMITTED IN_PROGRESS COMPLETED", events)
	require.Len(t, commits, items)
	for ordinal, n := range commits {
		require.Equal(t, 1, n, "item %d", ordinal)
	}

	// Another comes, they share a second job, and both are stopped in order.
	_, stopOther := startChild(t, path)
	second := submitTo(t, c, meet, items)
	require.Equal(t, catalog.JobCompleted, await(t, watcher, second.ID).Status)
	workers, err := workersOf(t.Context(), c, second.ID)
	require.NoError(t, err)
	require.Len(t, workers, 2)
	_, commits = told(t, c, second.ID)
	require.Equal(t, slices.Repeat([]int{1}, items), slices.Collect(maps.Values(commits)))
	require.NoError(t, stopSteady())
	require.NoError(t, stopOther())
}
