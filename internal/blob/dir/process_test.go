package dir_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/crash"
	"github.com/seqlode/seqlode/internal/vfs"
)

func TestMain(m *testing.M) {
	os.Exit(crash.Main(m, map[string]func([]string) error{"worker": worker}))
}

// worker puts, reads, copies and deletes objects of its own in folders that it
// shares with other workers, and says which are there: worker ROOT LEASE ROUNDS.
func worker(args []string) error {
	ctx := context.Background()
	root, lease := args[0], args[1]
	var rounds int
	if _, err := fmt.Sscan(args[2], &rounds); err != nil {
		return err
	}
	b := dir.New(vfs.Dir(root), dir.Options{})
	opts := blob.CreateOptions{Lease: lease}
	rnd := rand.New(rand.NewPCG(uint64(os.Getpid()), 0))
	for n := 0; n < rounds || rounds == 0; n++ {
		key := fmt.Sprintf("shared/%d/%s-%d-%d", rnd.IntN(3), lease, os.Getpid(), n)
		if err := blob.Put(ctx, b, key, []byte(strings.Repeat(key, 1000)), opts); err != nil {
			return err
		}
		if err := b.Copy(ctx, key, "copies/"+key, opts); err != nil {
			return err
		}
		got, err := blob.Get(ctx, b, "copies/"+key, 1<<20)
		if err != nil || string(got) != strings.Repeat(key, 1000) {
			return fmt.Errorf("%s has %d bytes: %w", key, len(got), err)
		}
		if err := b.Delete(ctx, "copies/"+key); err != nil {
			return err
		}
		if n%2 == 0 {
			if err := crash.Say("%s", key); err != nil {
				return err
			}
		} else if err := b.Delete(ctx, key); err != nil {
			return err
		}
		if err := b.Sweep(ctx, func(s blob.Staged) (bool, error) { return s.Lease == "ended", nil }); err != nil {
			return err
		}
	}
	return nil
}

// listed gives the keys of a bucket; each object must hold its text.
func listed(t testing.TB, b blob.Bucket) []string {
	var out []string
	for info, err := range b.List(t.Context(), "", "") {
		require.NoError(t, err)
		text, err := blob.Get(t.Context(), b, info.Key, 1<<20)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat(strings.TrimPrefix(info.Key, "copies/"), 1000), string(text), info.Key)
		out = append(out, info.Key)
	}
	return out
}

func TestTwoProcesses(t *testing.T) {
	root := t.TempDir()
	var all []*crash.Process
	for _, lease := range []string{"one", "two"} {
		all = append(all, crash.Start(t, "worker", root, lease, "60"))
	}
	var want []string
	for _, p := range all {
		p.Wait(t)
		want = append(want, p.Said()...)
	}
	require.Len(t, want, 60)
	slices.Sort(want)
	require.Equal(t, want, listed(t, dir.New(vfs.Dir(root), dir.Options{})))
	entries, err := os.ReadDir(root + "/staging")
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestKilled(t *testing.T) {
	root := t.TempDir()
	b := dir.New(vfs.Dir(root), dir.Options{})
	acknowledged := map[string]bool{}
	pieces := 0
	crash.Run(t, crash.Plan{
		Child: "worker",
		Args:  []string{root, "ended", "0"},
		Check: func(t testing.TB, said []string, _ bool) {
			for _, key := range said {
				acknowledged[key] = true
			}
			there := listed(t, b) // every object is whole
			for key := range acknowledged {
				require.Contains(t, there, key)
			}
			require.NoError(t, b.Sweep(t.Context(), func(s blob.Staged) (bool, error) {
				pieces++
				return s.Lease == "ended", nil
			}))
			require.NoError(t, b.Sweep(t.Context(), func(s blob.Staged) (bool, error) {
				return false, fmt.Errorf("%s is still there", s.Name)
			}))
		},
	})
	require.NotEmpty(t, acknowledged)
	t.Logf("%d objects acknowledged, %d pieces swept", len(acknowledged), pieces)
}
