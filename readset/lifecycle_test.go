package readset_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/readset"
)

// refer gives the vault a reference with these sequences, and its ARN.
func (h *home) refer(t *testing.T, name string, sequences ...catalog.ReferenceSequence) string {
	t.Helper()
	scope := h.vault.Scope()
	var store, id catalog.ID
	require.NoError(t, h.vault.Catalog.Update(t.Context(), func(tx *catalog.Tx) (err error) {
		stores, err := tx.ListReferenceStores(scope, catalog.ReferenceStoreFilter{}, catalog.PageRequest{})
		if err != nil {
			return err
		}
		if len(stores.Items) > 0 {
			store = stores.Items[0].ID
		} else {
			if store, err = tx.NewID(); err != nil {
				return err
			}
			if err := tx.InsertReferenceStore(catalog.ReferenceStore{ID: store, Scope: scope, Name: "refs"}); err != nil {
				return err
			}
		}
		if id, err = tx.NewID(); err != nil {
			return err
		}
		return tx.InsertReference(catalog.Reference{ID: id, StoreID: store, Name: name, Status: catalog.ReferenceActive}, slices.Values(sequences))
	}))
	return scope.ReferenceARN(store, id)
}

// sampleOf imports testdata/sample.bam, linked to a reference that it fits.
func (h *home) sampleOf(t *testing.T) (m readset.Metadata, file []byte) {
	t.Helper()
	file, err := os.ReadFile("testdata/sample.bam")
	require.NoError(t, err)
	s := fastqSource(h.put(t, "sample.bam", file))
	s.SourceFileType, s.ReferenceARN = readset.BAM, h.refer(t, "fits", sequencesOf(t, file)...)
	return h.one(t, s), file
}

// sequencesOf are those of a BAM file.
func sequencesOf(t *testing.T, file []byte) (out []catalog.ReferenceSequence) {
	r, err := readset.Open(bytes.NewReader(file), readset.Options{})
	require.NoError(t, err)
	defer r.Close()
	for i, ref := range r.Header().References() {
		out = append(out, catalog.ReferenceSequence{Ordinal: i, Name: ref.Name, Length: ref.Length})
	}
	return out
}

func TestImportBAM(t *testing.T) {
	h := newHome(t, "")
	m, file := h.sampleOf(t)
	require.Equal(t, "ALIGNED", m.SequenceInformation.Alignment)
	stored := h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1)
	bai := h.bytesOf(t, m.ID, "INDEX", m.Files.Index)
	require.True(t, strings.HasSuffix(m.Files.Index.S3Access.S3URI, "/sample.bam.bai"))
	require.NoError(t, h.VerifyReadSet(t.Context(), h.store, m.ID))

	// The index is that of the stored file.
	theirs := open(t, bytes.NewReader(file), readset.Options{Index: indexOf(t, file, 1)})
	ours := open(t, bytes.NewReader(stored), readset.Options{Index: bytes.NewReader(bai)})
	for i, ref := range ours.Header().References() {
		for beg := int64(0); beg < ref.Length; beg += max(1, ref.Length/7) {
			want := linesOf(t, theirs.Region(i, beg, beg+ref.Length/5+1))
			require.Equal(t, want, linesOf(t, ours.Region(i, beg, beg+ref.Length/5+1)))
		}
	}
	h.clean(t)
}

// TestImportUnsorted: records out of order are stored without an index.
func TestImportUnsorted(t *testing.T) {
	h := newHome(t, "")
	text := headerOnly("c1", "c2")
	for _, at := range [][2]int32{{1, 5}, {0, 7}, {1, 3}} {
		rec := bamRecord("r", 0, at[0], at[1], []uint32{4 << 4}, nil)
		text = append(le.AppendUint32(text, uint32(len(rec))), rec...)
	}
	file := compressed(t, text, 4000)
	s := fastqSource(h.put(t, "x.bam", file))
	s.SourceFileType, s.ReferenceARN = readset.BAM, h.refer(t, "fits", sequencesOf(t, file)...)
	j := h.take(t, s)
	require.Contains(t, j.Sources[0].StatusMessage, "stored without an index: record 3")
	m, err := h.GetReadSetMetadata(t.Context(), h.store, j.Sources[0].ReadSetID)
	require.NoError(t, err)
	require.Equal(t, j.Sources[0].StatusMessage, m.StatusMessage)
	require.Nil(t, m.Files.Index)
	h.clean(t)
}

// TestImportMisfits: the header is held against the linked reference.
func TestImportMisfits(t *testing.T) {
	h := newHome(t, "")
	file, err := os.ReadFile("testdata/sample.bam")
	require.NoError(t, err)
	sequences := sequencesOf(t, file)
	uri := h.put(t, "sample.bam", file)
	first := sequences[0]
	long := first
	long.Length++
	other := h.refer(t, "other", long)
	fits := h.refer(t, "fits", sequences...)
	for _, c := range []struct {
		arn, want string
		kind      readset.FileType
		uri       string
	}{
		{other, "the header does not fit reference " + other + ": " + first.Name, readset.BAM, uri},
		{other, "it fits " + fits, readset.BAM, uri},
		{fits + "0", "not found", readset.BAM, uri},
		{"arn:aws:omics:elsewhere:000000000000:referenceStore/1000000009/reference/1000000010", "not found", readset.BAM, uri},
		{fits, "declared UBAM, but records are aligned: it is BAM", readset.UBAM, uri},
		{fits, "declared BAM, but the header has no @SQ line", readset.BAM, h.put(t, "u.bam", compressed(t, unaligned(), 4000))},
	} {
		s := fastqSource(c.uri)
		s.SourceFileType, s.ReferenceARN = c.kind, c.arn
		j := h.take(t, s)
		require.EqualValues(t, "FAILED", j.Status)
		require.Contains(t, j.Sources[0].StatusMessage, c.want)
	}
	require.EqualValues(t, 1, h.clean(t))
}

// over waits for a job, which must have gone well unless said otherwise.
func (h *home) over(t *testing.T, j readset.ActivationJob, err error) catalog.JobStatus {
	t.Helper()
	require.NoError(t, err)
	id, err := catalog.ParseID(j.ID)
	require.NoError(t, err)
	done, err := h.vault.Jobs.Await(t.Context(), id)
	require.NoError(t, err)
	return done.Status
}

func (h *home) some(ids ...string) readset.StartReadSetActivationJobInput {
	in := readset.StartReadSetActivationJobInput{SequenceStoreID: h.store}
	for _, id := range ids {
		in.Sources = append(in.Sources, readset.JobReadSet{ReadSetID: id})
	}
	return in
}

func TestArchiveAndActivate(t *testing.T) {
	h := newHome(t, "")
	m, _ := h.sampleOf(t)
	stored := h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1)
	j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
	require.EqualValues(t, "COMPLETED", h.over(t, j, err))
	a, err := h.GetReadSetMetadata(t.Context(), h.store, m.ID)
	require.NoError(t, err)
	require.EqualValues(t, "ARCHIVED", a.Status)
	require.Equal(t, m.Files, a.Files) // the same URIs
	_, err = h.GetReadSet(t.Context(), readset.GetReadSetInput{SequenceStoreID: h.store, ID: m.ID, PartNumber: 1})
	require.ErrorIs(t, err, readset.ErrConflict)
	require.ErrorContains(t, err, "is ARCHIVED: activate it first")
	require.NoError(t, h.VerifyReadSet(t.Context(), h.store, m.ID))
	require.EqualValues(t, 4, h.clean(t))

	j, err = h.StartReadSetActivationJob(t.Context(), h.some(m.ID))
	require.EqualValues(t, "COMPLETED", h.over(t, j, err))
	back, err := h.GetReadSetMetadata(t.Context(), h.store, m.ID)
	require.NoError(t, err)
	require.Equal(t, m, back)
	require.Equal(t, stored, h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1))
	require.EqualValues(t, 4, h.clean(t))

	// Again: it is done at once. One that is not there fails alone.
	j, err = h.StartReadSetActivationJob(t.Context(), h.some(m.ID, "9999999999"))
	require.EqualValues(t, "COMPLETED_WITH_FAILURES", h.over(t, j, err))
	j, err = h.GetReadSetActivationJob(t.Context(), h.store, j.ID)
	require.NoError(t, err)
	require.EqualValues(t, "FINISHED", j.Sources[0].Status)
	require.EqualValues(t, "FAILED", j.Sources[1].Status)
}

// TestActivateDamaged: an archive whose bytes have changed is not brought back, and
// stays where it is.
func TestActivateDamaged(t *testing.T) {
	h := newHome(t, "")
	text := fastqText(100, "")
	m := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, text))))
	j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
	require.EqualValues(t, "COMPLETED", h.over(t, j, err))
	damaged := 0
	for o, err := range h.vault.Objects.List(t.Context(), "archive/", "") {
		require.NoError(t, err)
		if strings.HasSuffix(o.Key, "x.fq.gz") {
			other := zipped(t, strings.Replace(text, "@r1\nA", "@r1\nC", 1))
			w, err := h.vault.Objects.Create(t.Context(), o.Key, blob.CreateOptions{Lease: "test"})
			require.NoError(t, err)
			_, err = w.Write(other)
			require.NoError(t, err)
			_, err = w.Commit(nil)
			require.NoError(t, err)
			damaged++
		}
	}
	require.Equal(t, 1, damaged)
	j, err = h.StartReadSetActivationJob(t.Context(), h.some(m.ID))
	require.EqualValues(t, "FAILED", h.over(t, j, err))
	a, err := h.GetReadSetMetadata(t.Context(), h.store, m.ID)
	require.NoError(t, err)
	require.EqualValues(t, "ARCHIVED", a.Status)
	require.ErrorIs(t, h.VerifyReadSet(t.Context(), h.store, m.ID), readset.ErrCorrupt)
}

func TestSweep(t *testing.T) {
	h := newHome(t, "")
	a := h.one(t, fastqSource(h.put(t, "a.fq.gz", zipped(t, fastqText(10, "")))))
	b := h.one(t, fastqSource(h.put(t, "b.fq.gz", zipped(t, fastqText(20, "")))))
	h.past.Add(int64(29 * 24 * time.Hour))
	h.bytesOf(t, b.ID, "SOURCE1", b.Files.Source1) // is read
	jobs, err := h.Sweep(t.Context(), 0)
	require.NoError(t, err)
	require.Empty(t, jobs)
	h.past.Add(int64(2 * 24 * time.Hour))
	jobs, err = h.Sweep(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	require.EqualValues(t, "COMPLETED", h.over(t, jobs[0], nil))
	for id, want := range map[string]string{a.ID: "ARCHIVED", b.ID: "ACTIVE"} {
		m, err := h.GetReadSetMetadata(t.Context(), h.store, id)
		require.NoError(t, err)
		require.EqualValues(t, want, m.Status)
	}
}

func TestExport(t *testing.T) {
	h := newHome(t, "")
	m, _ := h.sampleOf(t)
	pair := h.one(t, fastqSource(h.put(t, "1/x.fq.gz", zipped(t, fastqText(10, "/1"))), h.put(t, "2/x.fq.gz", zipped(t, fastqText(10, "/2")))))
	to := filepath.Join(t.TempDir(), "out")
	uri, err := source.FileURI(to)
	require.NoError(t, err)
	export := func(ids ...string) readset.ExportJob {
		j, err := h.StartReadSetExportJob(t.Context(), readset.StartReadSetExportJobInput{SequenceStoreID: h.store, Destination: uri + "/", RoleARN: role, Sources: h.some(ids...).Sources})
		require.NoError(t, err)
		h.over(t, readset.ActivationJob{ID: j.ID}, nil)
		j, err = h.GetReadSetExportJob(t.Context(), h.store, j.ID)
		require.NoError(t, err)
		return j
	}
	j := export(m.ID, pair.ID, m.ID)
	require.EqualValues(t, "COMPLETED", j.Status, "%+v", j)
	files, err := os.ReadDir(to)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	require.Equal(t, []string{"sample.bam", "sample.bam.bai", "sample.bam.etag.json", "x_source1.fq.gz", "x_source1.fq.gz.etag.json", "x_source2.fq.gz", "x_source2.fq.gz.etag.json"}, names)
	got, err := os.ReadFile(filepath.Join(to, "sample.bam"))
	require.NoError(t, err)
	require.Equal(t, h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1), got)
	text, err := os.ReadFile(filepath.Join(to, "x_source2.fq.gz.etag.json"))
	require.NoError(t, err)
	var says map[string]any
	require.NoError(t, json.Unmarshal(text, &says))
	require.Equal(t, map[string]any{"algorithm": "FASTQ_MD5up", "etag": pair.ETag.Source2, "file": "SOURCE2", "etagDefinition": 1.0, "readSetArn": pair.ARN}, says)

	// Files of other content are not written over.
	other := h.one(t, fastqSource(h.put(t, "3/x.fq.gz", zipped(t, fastqText(11, "/1"))), h.put(t, "4/x.fq.gz", zipped(t, fastqText(11, "/2")))))
	j = export(other.ID)
	require.EqualValues(t, "FAILED", j.Status)
	require.Contains(t, j.ReadSets[0].StatusMessage, "x_source1.fq.gz: is in the destination already, with other content")
	bai := filepath.Join(to, "sample.bam.bai")
	require.NoError(t, os.WriteFile(bai, []byte("another index"), 0o666))
	j = export(m.ID)
	require.EqualValues(t, "FAILED", j.Status)
	require.Contains(t, j.ReadSets[0].StatusMessage, "sample.bam.bai: is in the destination already, with other content")
	got, err = os.ReadFile(bai)
	require.NoError(t, err)
	require.Equal(t, "another index", string(got))
	require.FileExists(t, filepath.Join(to, "sample.bam.etag.json"), "it is of the file that is there")
}

// TestExportFails: a name that a failed export did not use is free again.
func TestExportFails(t *testing.T) {
	h := newHome(t, "")
	a := h.one(t, fastqSource(h.put(t, "a/x.fq.gz", zipped(t, fastqText(30, "a")))))
	b := h.one(t, fastqSource(h.put(t, "b/x.fq.gz", zipped(t, fastqText(30, "b")))))
	to := filepath.Join(t.TempDir(), "out")
	uri, err := source.FileURI(to)
	require.NoError(t, err)
	claim := filepath.Join(to, "x.fq.gz.etag.json")
	damaged := 0
	require.NoError(t, filepath.WalkDir(h.root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(name, a.ID) && strings.HasSuffix(name, "x.fq.gz") {
			damaged++
			return os.WriteFile(name, []byte("damaged"), 0o666)
		}
		return err
	}))
	require.Equal(t, 1, damaged)
	for _, c := range []struct{ id, status string }{{a.ID, "FAILED"}, {b.ID, "COMPLETED"}, {a.ID, "FAILED"}} {
		j, err := h.StartReadSetExportJob(t.Context(), readset.StartReadSetExportJobInput{SequenceStoreID: h.store, Destination: uri, RoleARN: role, Sources: h.some(c.id).Sources})
		require.NoError(t, err)
		require.EqualValues(t, c.status, h.over(t, readset.ActivationJob{ID: j.ID}, nil))
		if c.id == a.ID {
			continue
		}
		says, err := os.ReadFile(claim)
		require.NoError(t, err)
		require.Contains(t, string(says), b.ARN)
	}
	says, err := os.ReadFile(claim)
	require.NoError(t, err)
	require.Contains(t, string(says), b.ARN, "another's stays")
}

func TestTagging(t *testing.T) {
	h := newHome(t, "")
	m := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, fastqText(10, "")))))
	store, err := h.GetSequenceStore(t.Context(), h.store)
	require.NoError(t, err)
	for _, arn := range []string{m.ARN, store.ARN} {
		require.NoError(t, h.TagResource(t.Context(), arn, map[string]string{"a": "1", "b": "2"}))
		require.NoError(t, h.TagResource(t.Context(), arn, map[string]string{"b": "3"}))
		require.NoError(t, h.UntagResource(t.Context(), arn, []string{"a", "never"}))
		tags, err := h.ListTagsForResource(t.Context(), arn)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"b": "3"}, tags)
		require.ErrorIs(t, h.TagResource(t.Context(), arn, map[string]string{"omics:subjectId": "x"}), readset.ErrValidation)
	}
	_, err = h.ListTagsForResource(t.Context(), "arn:aws:omics:local:000000000000:run/1000000001")
	require.ErrorIs(t, err, readset.ErrNotFound)
	h.clean(t)
}

// TestRebuild: the catalog made anew from the sidecars tells the same.
func TestRebuild(t *testing.T) {
	h := newHome(t, "")
	text := fastqText(10, "")
	m := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, text))))
	require.NoError(t, h.TagResource(t.Context(), m.ARN, map[string]string{"a": "1"}))
	c, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	require.NoError(t, err)
	defer c.Close()
	anew := *h.vault
	anew.Catalog = c
	report, err := anew.Rebuild(t.Context(), vault.CheckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.EqualValues(t, 2, report.Restored)
	again := readset.NewService(&anew, readset.ServiceOptions{})
	got, err := again.GetReadSetMetadata(t.Context(), h.store, m.ID)
	require.NoError(t, err)
	m, err = h.GetReadSetMetadata(t.Context(), h.store, m.ID)
	require.NoError(t, err)
	require.Equal(t, m, got)
	tags, err := again.ListTagsForResource(t.Context(), m.ARN)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "1"}, tags)
	want, err := h.GetSequenceStore(t.Context(), h.store)
	require.NoError(t, err)
	store, err := again.GetSequenceStore(t.Context(), h.store)
	require.NoError(t, err)
	require.Equal(t, want, store)
}

// TestMovesAtOnce: of several jobs that move one read set, one does so at a time,
// and no copy is lost.
func TestMovesAtOnce(t *testing.T) {
	h := newHome(t, "")
	m := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, fastqText(3000, "")))))
	for range 5 {
		var jobs []readset.ActivationJob
		for range 4 {
			a, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
			require.NoError(t, err)
			b, err := h.StartReadSetActivationJob(t.Context(), h.some(m.ID))
			require.NoError(t, err)
			jobs = append(jobs, a, b)
		}
		for _, j := range jobs {
			h.over(t, j, nil)
		}
		is, err := h.GetReadSetMetadata(t.Context(), h.store, m.ID)
		require.NoError(t, err)
		require.Contains(t, []catalog.ReadSetStatus{"ACTIVE", "ARCHIVED"}, is.Status)
		require.Empty(t, is.StatusMessage)
		require.NoError(t, h.VerifyReadSet(t.Context(), h.store, m.ID))
		h.clean(t)
	}
}
