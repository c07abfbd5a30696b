package reference

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
)

// TestEveryWriteFails fails each file operation of the making and deletion of a
// store, of an import, of a change of tags and of a deletion in turn. What was
// acknowledged is there, what failed says why and is not, and fsck takes away what
// is left.
func TestEveryWriteFails(t *testing.T) {
	broken := errors.New("the disk is broken")
	var rule atomic.Pointer[vfstest.Rule]
	hook := func(op vfstest.Op) *vfstest.Fault {
		if r := rule.Load(); r != nil {
			return r.Hook(op)
		}
		return nil
	}
	for way, fault := range map[string]vfstest.Fault{
		"fails":             {Err: broken},
		"fails halfway":     {Err: broken, Keep: 100},
		"is done and fails": {Err: broken, Done: true},
	} {
		t.Run(way, func(t *testing.T) {
			ctx := t.Context()
			h := newHome(t, homeOptions{dir: t.TempDir(), objects: dir.New(vfstest.Wrap(vfstest.NewDisk(), hook), dir.Options{})})
			settled := func(what string) {
				report, err := h.core.Check(ctx, vault.CheckOptions{Repair: true})
				require.NoError(t, err, what)
				for _, p := range report.Problems {
					require.Contains(t, []any{vault.Orphan, vault.Staging}, p.Type, "%s: %s: %s", what, p.Key, p.Message)
				}
				h.clean(t)
			}
			// each fails the n-th file operation of work, for all n, until none is hit.
			each := func(name string, work func(what string) error) {
				for n, hit := 1, true; hit; n++ {
					what := fmt.Sprintf("operation %d of %s %s", n, name, way)
					r := vfstest.Nth(n, fault)
					rule.Store(r)
					err := work(what)
					rule.Store(nil)
					if err != nil {
						require.ErrorContains(t, err, broken.Error(), what)
					}
					hit = r.Hit()
					settled(what)
				}
			}

			store := ""
			each("a store's making", func(what string) error {
				made, err := h.CreateReferenceStore(ctx, CreateReferenceStoreInput{Name: "genomes"})
				if err == nil && store == "" {
					store = made.ID
				}
				if errors.Is(err, ErrQuotaExceeded) {
					return nil // one of the turns before made it
				}
				return err
			})
			require.NotEmpty(t, store)

			refs := map[string]bool{}
			each("an import", func(what string) error {
				in := started(t, store)
				in.Sources[0].SourceFile = uri(t, "testdata/genome.fa.gz")
				j, err := h.StartReferenceImportJob(ctx, in)
				require.NoError(t, err)
				j = h.await(t, store, j.ID)
				if j.Status == catalog.JobCompleted {
					refs[j.Sources[0].ReferenceID] = true
					return nil
				}
				return errors.New(j.Sources[0].StatusMessage)
			})
			require.NotEmpty(t, refs)
			for id := range refs {
				require.Equal(t, load(t, "testdata/genome.fa.gz"), h.read(t, store, id, SourceFile))
				arn := h.core.Scope().ReferenceStoreARN(0) + store + "/reference/" + id
				n := 0
				each("a change of tags", func(what string) error {
					before, err := h.ListTagsForResource(ctx, arn)
					require.NoError(t, err)
					n++
					failed := h.TagResource(ctx, arn, map[string]string{"k": fmt.Sprint(n)})
					after, err := h.ListTagsForResource(ctx, arn)
					require.NoError(t, err)
					require.Equal(t, failed != nil, before["k"] == after["k"], what)
					return failed
				})
			}
			for id := range refs {
				each("a deletion", func(what string) error {
					err := h.DeleteReference(ctx, store, id)
					_, gone := h.GetReferenceMetadata(ctx, store, id)
					require.ErrorIs(t, gone, ErrNotFound, what)
					if errors.Is(err, ErrNotFound) {
						return nil // one of the turns before did it
					}
					return err
				})
			}
			each("a store's deletion", func(string) error {
				err := h.DeleteReferenceStore(ctx, store)
				if errors.Is(err, ErrNotFound) {
					return nil
				}
				return err
			})
			require.Empty(t, h.objects(t))
		})
	}
}

// TestFullDisk: where the objects can't be written, the source is not blamed.
func TestFullDisk(t *testing.T) {
	full := func(op vfstest.Op) *vfstest.Fault {
		if op.Kind == vfstest.Write && op.Bytes > 0 && strings.HasPrefix(op.Name, "staging/1") { // of a job
			return &vfstest.Fault{Err: syscall.ENOSPC, Keep: op.Bytes / 2}
		}
		return nil
	}
	h := newHome(t, homeOptions{dir: t.TempDir(), objects: dir.New(vfstest.Wrap(vfstest.NewDisk(), full), dir.Options{})})
	j := h.bring(t, h.newStore(t), "testdata/genome.fa", "testdata/genome.fa.gz")
	require.Equal(t, catalog.JobFailed, j.Status)
	for _, item := range j.Sources {
		require.Contains(t, item.StatusMessage, "the vault could not be written: write: object objects/")
		require.Contains(t, item.StatusMessage, "the disk is full")
		require.NotContains(t, item.StatusMessage, "cannot read")
		require.NotContains(t, item.StatusMessage, "staging/")
		require.False(t, strings.HasPrefix(item.StatusMessage, "genome"), item.StatusMessage)
	}
}
