package seqlode

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
	"github.com/seqlode/seqlode/readset"
)

// TestReadSetsEveryWriteFails fails each file operation of an import, an archive,
// an activation and a deletion in turn. What was acknowledged verifies, what
// failed says why, and fsck takes away what is left.
func TestReadSetsEveryWriteFails(t *testing.T) {
	broken := errors.New("the disk is broken")
	var rule atomic.Pointer[vfstest.Rule]
	hook := func(op vfstest.Op) *vfstest.Fault {
		if r := rule.Load(); r != nil {
			return r.Hook(op)
		}
		return nil
	}
	dir := t.TempDir()
	v, err := Open(t.Context(), Options{Dir: dir, Workers: 1, LocalSources: true, Bucket: objectsOf(vfstest.Wrap(vfstest.NewDisk(), hook))})
	require.NoError(t, err)
	defer func() { require.NoError(t, v.Close()) }()
	store, err := v.ReadSets.CreateSequenceStore(t.Context(), readset.CreateSequenceStoreInput{Name: "store"})
	require.NoError(t, err)
	bam, err := os.ReadFile("etag/testdata/alignments.bam")
	require.NoError(t, err)
	path := t.TempDir() + "/x.bam"
	require.NoError(t, os.WriteFile(path, bam, 0o600))
	uri, err := source.FileURI(path)
	require.NoError(t, err)
	arn := referenceOf(t, v)
	_, err = v.Fsck(t.Context(), FsckOptions{Repair: true}) // the rows of the reference store came without a sidecar
	require.NoError(t, err)

	await := func(id string, err error) (catalog.JobStatus, catalog.JobItem) {
		require.NoError(t, err)
		n, err := catalog.ParseID(id)
		require.NoError(t, err)
		j, err := v.core.Jobs.Await(t.Context(), n)
		require.NoError(t, err)
		var items []catalog.JobItem
		require.NoError(t, v.core.Catalog.View(t.Context(), func(r *catalog.Reader) (err error) {
			items, err = r.JobItems(n)
			return err
		}))
		return j.Status, items[0]
	}
	take := func() (catalog.JobStatus, catalog.JobItem) {
		j, err := v.ReadSets.StartReadSetImportJob(t.Context(), readset.StartReadSetImportJobInput{
			SequenceStoreID: store.ID, RoleARN: testRole, Sources: []readset.ImportSource{{
				SourceFiles: readset.SourceFiles{Source1: uri}, SourceFileType: readset.BAM, SubjectID: "s", SampleID: "s", ReferenceARN: arn,
			}},
		})
		return await(j.ID, err)
	}
	in := func(id string) readset.StartReadSetActivationJobInput {
		return readset.StartReadSetActivationJobInput{SequenceStoreID: store.ID, Sources: []readset.JobReadSet{{ReadSetID: id}}}
	}
	archive := func(id string) (catalog.JobStatus, catalog.JobItem) {
		j, err := v.ReadSets.ArchiveReadSets(t.Context(), in(id))
		return await(j.ID, err)
	}
	activate := func(id string) (catalog.JobStatus, catalog.JobItem) {
		j, err := v.ReadSets.StartReadSetActivationJob(t.Context(), in(id))
		return await(j.ID, err)
	}
	// settled repairs, and requires that the read sets are those and whole.
	settled := func(what string, want map[string]catalog.ReadSetStatus) {
		report, err := v.Fsck(t.Context(), FsckOptions{Repair: true})
		require.NoError(t, err, what)
		for _, p := range report.Problems {
			require.Contains(t, []any{Orphan, Staging}, p.Type, "%s: %s: %s", what, p.Key, p.Message)
		}
		report, err = v.Fsck(t.Context(), FsckOptions{})
		require.NoError(t, err)
		require.Empty(t, report.Problems, what)
		sets, err := v.ReadSets.ListReadSets(t.Context(), readset.ListReadSetsInput{SequenceStoreID: store.ID})
		require.NoError(t, err)
		is := map[string]catalog.ReadSetStatus{}
		for _, m := range sets.ReadSets {
			is[m.ID] = m.Status
			require.NoError(t, v.ReadSets.VerifyReadSet(t.Context(), store.ID, m.ID), what)
		}
		require.Equal(t, want, is, what)
	}

	for way, fault := range map[string]vfstest.Fault{
		"fails":             {Err: broken},
		"fails halfway":     {Err: broken, Keep: 100},
		"is done and fails": {Err: broken, Done: true},
	} {
		sets := map[string]catalog.ReadSetStatus{}
		// each fails the n-th file operation of work, for all n, until none is hit.
		each := func(name string, work func(what string)) {
			for n, hit := 1, true; hit; n++ {
				what := fmt.Sprintf("operation %d of %s %s", n, name, way)
				r := vfstest.Nth(n, fault)
				rule.Store(r)
				work(what)
				hit = r.Hit()
				settled(what, sets)
			}
		}
		ended := func(what string, status catalog.JobStatus, item catalog.JobItem) bool {
			rule.Store(nil)
			if status == catalog.JobCompleted {
				return true
			}
			require.Equal(t, catalog.JobFailed, status, what)
			require.Contains(t, item.StatusMessage, broken.Error(), what)
			return false
		}
		each("an import", func(what string) {
			status, item := take()
			if ended(what, status, item) {
				sets[item.ResultID.String()] = catalog.ReadSetActive
			}
		})
		require.NotEmpty(t, sets)
		for id := range sets {
			each("an archive", func(what string) {
				if status, item := archive(id); ended(what, status, item) {
					sets[id] = catalog.ReadSetArchived
				}
			})
			each("an activation", func(what string) {
				if status, item := activate(id); ended(what, status, item) {
					sets[id] = catalog.ReadSetActive
				}
			})
			break
		}
		for id := range sets {
			each("a deletion", func(string) {
				_, err := v.ReadSets.BatchDeleteReadSet(t.Context(), store.ID, []string{id})
				rule.Store(nil)
				require.NoError(t, err)
				delete(sets, id)
			})
		}
		require.Empty(t, sets)
	}
}

// referenceOf gives the vault a reference that etag/testdata/alignments.bam fits.
func referenceOf(t *testing.T, v *Vault) string {
	t.Helper()
	file, err := os.Open("etag/testdata/alignments.bam")
	require.NoError(t, err)
	defer file.Close()
	r, err := readset.Open(file, readset.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	var sequences []catalog.ReferenceSequence
	for i, ref := range r.Header().References() {
		sequences = append(sequences, catalog.ReferenceSequence{Ordinal: i, Name: ref.Name, Length: ref.Length})
	}
	var arn string
	require.NoError(t, v.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		store, err := tx.NewID()
		if err != nil {
			return err
		}
		id, err := tx.NewID()
		if err != nil {
			return err
		}
		arn = v.core.Scope().ReferenceARN(store, id)
		return errors.Join(tx.InsertReferenceStore(catalog.ReferenceStore{ID: store, Scope: v.core.Scope(), Name: "refs"}),
			tx.InsertReference(catalog.Reference{ID: id, StoreID: store, Name: "ref", Status: catalog.ReferenceActive}, slices.Values(sequences)))
	}))
	return arn
}
