package readset_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
)

// What becomes of calls that come while others are under way.

// start begins an import of one source, and gives the job.
func (h *home) start(t *testing.T, s readset.ImportSource) readset.ImportJob {
	t.Helper()
	j, err := h.StartReadSetImportJob(t.Context(), readset.StartReadSetImportJobInput{SequenceStoreID: h.store, RoleARN: role, Sources: []readset.ImportSource{s}})
	require.NoError(t, err)
	return j
}

// quota sets a quota of the account.
func (h *home) quota(t *testing.T, name, value string) {
	t.Helper()
	require.NoError(t, h.vault.Catalog.Update(t.Context(), func(tx *catalog.Tx) error { return tx.Set(h.vault.Scope(), "quota."+name, value) }))
}

// TestQuotaAtTheEnd: imports that began while there was room for each of them find
// at their end that there is none for both.
func TestQuotaAtTheEnd(t *testing.T) {
	h := newHome(t, "")
	h.quota(t, "read-sets-per-sequence-store", "1")
	var both sync.WaitGroup
	both.Add(2)
	h.on(func(what string) {
		if strings.HasPrefix(what, "get ") {
			both.Done()
			both.Wait()
		}
	})
	a, b := h.start(t, fastqSource("https://a/x.fq.gz")), h.start(t, fastqSource("https://b/x.fq.gz"))
	var all []string
	for _, j := range []readset.ImportJob{a, b} {
		h.over(t, readset.ActivationJob{ID: j.ID}, nil)
		j, err := h.GetReadSetImportJob(t.Context(), h.store, j.ID)
		require.NoError(t, err)
		all = append(all, string(j.Sources[0].Status)+j.Sources[0].StatusMessage)
	}
	require.ElementsMatch(t, []string{"FINISHED", "FAILEDquota read-sets-per-sequence-store: the limit of 1 is reached"}, all)
	require.EqualValues(t, 3, h.clean(t))
	_, err := h.StartReadSetImportJob(t.Context(), readset.StartReadSetImportJobInput{
		SequenceStoreID: h.store, RoleARN: role, Sources: []readset.ImportSource{fastqSource("https://c/x.fq.gz")},
	})
	require.ErrorIs(t, err, readset.ErrQuotaExceeded)
}

// TestStoreOfImport: a store is not deleted while an import into it goes on.
func TestStoreOfImport(t *testing.T) {
	h := newHome(t, "")
	begun, goOn := make(chan struct{}), make(chan struct{})
	h.on(func(what string) {
		if strings.HasPrefix(what, "get ") {
			close(begun)
			<-goOn
		}
	})
	j := h.start(t, fastqSource("https://a/x.fq.gz"))
	<-begun
	err := h.DeleteSequenceStore(t.Context(), h.store)
	close(goOn)
	require.ErrorIs(t, err, readset.ErrConflict)
	require.EqualValues(t, "COMPLETED", h.over(t, readset.ActivationJob{ID: j.ID}, nil))
	require.ErrorIs(t, h.DeleteSequenceStore(t.Context(), h.store), readset.ErrConflict, "it has a read set now")
}

// TestDeletedMeanwhile: a read set that is deleted while it is archived is gone in
// all places: where the copies are yet to be made, and where they are verified.
func TestDeletedMeanwhile(t *testing.T) {
	for _, at := range []string{"copy objects/", "open archive/"} {
		h := newHome(t, "")
		m := h.one(t, fastqSource("https://a/x.fq.gz"))
		var done atomic.Bool
		h.on(func(what string) {
			if strings.HasPrefix(what, at) && done.CompareAndSwap(false, true) {
				out, err := h.BatchDeleteReadSet(t.Context(), h.store, []string{m.ID})
				if err != nil || len(out.Errors) > 0 {
					t.Errorf("%v: %v", out.Errors, err)
				}
			}
		})
		j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
		require.EqualValues(t, "FAILED", h.over(t, j, err))
		require.EqualValues(t, 1, h.clean(t), at)
	}
}

// TestDeletedWhileCopied: copies that come behind the deletion go too.
func TestDeletedWhileCopied(t *testing.T) {
	h := newHome(t, "")
	m, _ := h.sampleOf(t)
	var done atomic.Bool
	h.on(func(what string) {
		// The index is copied first. Its copy comes behind a deletion of rows that has
		// not come to the objects yet.
		if strings.HasPrefix(what, "copy objects/") && strings.HasSuffix(what, ".bai") && done.CompareAndSwap(false, true) {
			id, err := catalog.ParseID(m.ID)
			if err == nil {
				err = h.vault.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
					set, err := tx.ReadSetByID(id)
					if err != nil {
						return err
					}
					return tx.DeleteReadSet(set.StoreID, id)
				})
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
	require.EqualValues(t, "FAILED", h.over(t, j, err))
	for o, err := range h.vault.Objects.List(t.Context(), "archive/", "") {
		require.NoError(t, err)
		t.Errorf("%s is left", o.Key)
	}
}

// TestSweepAgain: a sweep leaves alone what one before it is about to archive.
func TestSweepAgain(t *testing.T) {
	h := newHome(t, "")
	h.one(t, fastqSource("https://a/x.fq.gz"))
	begun, goOn := make(chan struct{}), make(chan struct{})
	h.on(func(what string) {
		if strings.HasPrefix(what, "copy objects/") {
			close(begun)
			<-goOn
		}
	})
	h.past.Add(int64(31 * 24 * time.Hour))
	first, err := h.Sweep(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, first, 1)
	<-begun
	second, err := h.Sweep(t.Context(), 0)
	close(goOn)
	require.NoError(t, err)
	require.Empty(t, second)
	j, err := h.AwaitReadSetArchiveJob(t.Context(), h.store, first[0].ID)
	require.NoError(t, err)
	require.Equal(t, readset.JobCompleted, j.Status)
}

// TestArchivedMeanwhile: a read whose object is moved to the archive before it is
// opened tells that, and not that there is no object.
func TestArchivedMeanwhile(t *testing.T) {
	h := newHome(t, "")
	m := h.one(t, fastqSource("https://a/x.fq.gz"))
	var done atomic.Bool
	h.on(func(what string) {
		if strings.HasPrefix(what, "open objects/") && done.CompareAndSwap(false, true) {
			j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
			require.Equal(t, readset.JobCompleted, h.over(t, j, err))
			h.clean(t) // the other copy is gone
		}
	})
	_, err := h.OpenFile(t.Context(), h.store, m.ID, "")
	require.ErrorIs(t, err, readset.ErrConflict)
	require.ErrorContains(t, err, "is ARCHIVED: activate it first")
}

// TestExportOfOneName: of two read sets whose files have one name and go to one
// folder at the same time, one gets there, whole.
func TestExportOfOneName(t *testing.T) {
	h := newHome(t, "")
	a := h.one(t, fastqSource(h.put(t, "a/x.fq.gz", zipped(t, fastqText(30, "a")))))
	b := h.one(t, fastqSource(h.put(t, "b/x.fq.gz", zipped(t, fastqText(30, "b")))))
	for range 5 {
		to := filepath.Join(t.TempDir(), "out")
		uri, err := source.FileURI(to)
		require.NoError(t, err)
		j, err := h.StartReadSetExportJob(t.Context(), readset.StartReadSetExportJobInput{SequenceStoreID: h.store, Destination: uri, RoleARN: role, Sources: h.some(a.ID, b.ID).Sources})
		require.NoError(t, err)
		require.EqualValues(t, "COMPLETED_WITH_FAILURES", h.over(t, readset.ActivationJob{ID: j.ID}, nil))
		j, err = h.GetReadSetExportJob(t.Context(), h.store, j.ID)
		require.NoError(t, err)
		want := a.ETag.Source1
		if j.ReadSets[1].Status == readset.ItemFinished {
			want = b.ETag.Source1
		}
		f, err := os.Open(filepath.Join(to, "x.fq.gz"))
		require.NoError(t, err)
		got, err := etag.Compute(t.Context(), f, etag.Options{})
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, want, got.Hex)
		says, err := os.ReadFile(filepath.Join(to, "x.fq.gz.etag.json"))
		require.NoError(t, err)
		require.Contains(t, string(says), want)
	}
}

func TestOpenFile(t *testing.T) {
	h := newHome(t, "")
	m, _ := h.sampleOf(t)
	for _, file := range []readset.FileName{"", readset.Source1File, readset.IndexFile} {
		o, err := h.OpenFile(t.Context(), h.store, m.ID, file)
		require.NoError(t, err)
		info := m.Files.Source1
		if file == readset.IndexFile {
			info = m.Files.Index
		}
		require.Equal(t, info.ContentLength, o.Size())
		got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
		require.NoError(t, err)
		require.Equal(t, h.bytesOf(t, m.ID, file, info), got)
		require.NoError(t, o.Close())
	}
	_, err := h.OpenFile(t.Context(), h.store, m.ID, readset.Source2File)
	require.ErrorIs(t, err, readset.ErrNotFound)
	_, err = h.OpenFile(t.Context(), h.store, m.ID, "GZI")
	require.ErrorIs(t, err, readset.ErrValidation)

	found, err := h.FindReadSet(t.Context(), m.ID)
	require.NoError(t, err)
	require.Equal(t, m, found)
	_, err = h.FindReadSet(t.Context(), h.store)
	require.ErrorIs(t, err, readset.ErrNotFound)
	_, err = h.FindReadSet(t.Context(), "x")
	require.ErrorIs(t, err, readset.ErrValidation)
}

// TestCancelJobs: what waits is cancelled at once, each kind of job by its own call.
func TestCancelJobs(t *testing.T) {
	h := newHome(t, "")
	m := h.one(t, fastqSource("https://a/x.fq.gz"))
	begun, goOn := make(chan struct{}, 4), make(chan struct{})
	h.on(func(what string) {
		if strings.HasPrefix(what, "get ") {
			begun <- struct{}{}
			<-goOn
		}
	})
	for range 4 { // all workers
		h.start(t, fastqSource("https://a/x.fq.gz"))
	}
	for range 4 {
		<-begun
	}
	defer close(goOn)
	uri, err := source.FileURI(t.TempDir())
	require.NoError(t, err)
	i := h.start(t, fastqSource("https://a/x.fq.gz"))
	e, err := h.StartReadSetExportJob(t.Context(), readset.StartReadSetExportJobInput{SequenceStoreID: h.store, Destination: uri, RoleARN: role, Sources: h.some(m.ID).Sources})
	require.NoError(t, err)
	a, err := h.StartReadSetActivationJob(t.Context(), h.some(m.ID))
	require.NoError(t, err)
	r, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
	require.NoError(t, err)
	require.ErrorIs(t, h.CancelReadSetExportJob(t.Context(), h.store, i.ID), readset.ErrNotFound)
	require.NoError(t, h.CancelReadSetImportJob(t.Context(), h.store, i.ID))
	require.NoError(t, h.CancelReadSetExportJob(t.Context(), h.store, e.ID))
	require.NoError(t, h.CancelReadSetActivationJob(t.Context(), h.store, a.ID))
	require.NoError(t, h.CancelReadSetArchiveJob(t.Context(), h.store, r.ID))
	require.ErrorIs(t, h.CancelReadSetImportJob(t.Context(), h.store, i.ID), readset.ErrConflict)
	for _, id := range []string{i.ID, e.ID, a.ID, r.ID} {
		require.Equal(t, readset.JobCancelled, h.over(t, readset.ActivationJob{ID: id}, nil))
	}
	i, err = h.GetReadSetImportJob(t.Context(), h.store, i.ID)
	require.NoError(t, err)
	require.Equal(t, "cancelled", i.Sources[0].StatusMessage)
}
