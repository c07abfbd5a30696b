package readset_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/internal/vfs"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

const role = "arn:aws:iam::000000000000:role/test"

// home is a vault with read sets alone, and a folder for the files of a test.
type home struct {
	*readset.Service
	vault *vault.Vault
	dir   string
	root  string // of the vault
	store string
	bases reference.Bases // of all references
	past  atomic.Int64    // a time.Duration by which the clock of the vault has been turned on
	hook  atomic.Pointer[func(what string)]
}

// on has what called at each object that is opened or copied, as "open KEY" and
// "copy KEY", and at each request of a web server, as "get URL". They wait for it.
func (h *home) on(what func(string)) { h.hook.Store(&what) }

func (h *home) at(what string) {
	if hook := h.hook.Load(); hook != nil {
		(*hook)(what)
	}
}

// hooked are the objects of a home.
type hooked struct {
	blob.Bucket
	home *home
}

func (b *hooked) Open(ctx context.Context, key string) (blob.Object, error) {
	b.home.at("open " + key)
	return b.Bucket.Open(ctx, key)
}

func (b *hooked) Copy(ctx context.Context, src, dst string, opts blob.CreateOptions) error {
	b.home.at("copy " + src)
	return b.Bucket.Copy(ctx, src, dst, opts)
}

// RoundTrip is the web, in which every file has 100 reads.
func (h *home) RoundTrip(r *http.Request) (*http.Response, error) {
	h.at("get " + r.URL.String())
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, fastqText(100, ""))
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&b), ContentLength: -1, Request: r}, errors.Join(err, w.Close())
}

// newHome makes a vault with a store, whose jobs run until the test ends.
func newHome(t *testing.T, family string) *home {
	t.Helper()
	root := filepath.Join(t.TempDir(), "vault")
	h := &home{dir: t.TempDir(), root: root}
	require.NoError(t, vfs.MakeRoot(root))
	c, err := sqlite.Open(t.Context(), filepath.Join(root, "catalog.db"), catalog.Options{Now: h.now})
	require.NoError(t, err)
	h.vault = &vault.Vault{
		Info:    vault.Info{Format: 1, ID: "test", Account: "000000000000", Region: "local"},
		Objects: &hooked{Bucket: dir.New(vfs.Dir(root), dir.Options{Reserved: []string{"catalog.db", "catalog.db-wal", "catalog.db-shm"}}), home: h}, Catalog: c, Kinds: readset.Kinds(catalog.Scope{Account: "000000000000", Region: "local"}), Log: slog.New(slog.DiscardHandler),
	}
	h.Service = readset.NewService(h.vault, readset.ServiceOptions{
		Sources:    &source.Opener{Local: true, Client: &http.Client{Transport: h}},
		References: &references{reference.NewService(h.vault, reference.ServiceOptions{}), h},
	})
	h.vault.Jobs = job.New(c, job.Options{Kinds: h.Work(), Poll: 20 * time.Millisecond, Concurrency: 4})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		h.vault.Jobs.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ran
		require.NoError(t, c.Close())
	})
	store, err := h.CreateSequenceStore(t.Context(), readset.CreateSequenceStoreInput{Name: "reads", ETagAlgorithmFamily: etag.Family(family)})
	require.NoError(t, err)
	h.store = store.ID
	return h
}

// references are those of the home, of which h.bases has the bases.
type references struct {
	*reference.Service
	home *home
}

func (r *references) Bases(context.Context, string) (reference.Bases, error) {
	return r.home.bases, nil
}

// now is the vault's clock.
func (h *home) now() time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(h.past.Load()))
}

// put writes a file for import and gives its URI.
func (h *home) put(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(h.dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, content, 0o600))
	uri, err := source.FileURI(path)
	require.NoError(t, err)
	return uri
}

// fastqSource is an import of FASTQ.
func fastqSource(uris ...string) readset.ImportSource {
	s := readset.ImportSource{SourceFileType: readset.FASTQ, SubjectID: "subject", SampleID: "sample"}
	s.SourceFiles.Source1 = uris[0]
	if len(uris) > 1 {
		s.SourceFiles.Source2 = uris[1]
	}
	return s
}

// take imports sources in one job, and gives the job when it is over.
func (h *home) take(t *testing.T, sources ...readset.ImportSource) readset.ImportJob {
	t.Helper()
	j, err := h.StartReadSetImportJob(t.Context(), readset.StartReadSetImportJobInput{SequenceStoreID: h.store, RoleARN: role, Sources: sources})
	require.NoError(t, err)
	j, err = h.AwaitReadSetImportJob(t.Context(), h.store, j.ID)
	require.NoError(t, err)
	return j
}

// one imports a source that must be good, and gives the read set.
func (h *home) one(t *testing.T, s readset.ImportSource) readset.Metadata {
	t.Helper()
	j := h.take(t, s)
	require.EqualValues(t, "COMPLETED", j.Status, "%+v", j.Sources)
	m, err := h.GetReadSetMetadata(t.Context(), h.store, j.Sources[0].ReadSetID)
	require.NoError(t, err)
	return m
}

// bytesOf joins the parts of a file.
func (h *home) bytesOf(t *testing.T, id string, file catalog.FileRole, info *readset.FileInformation) []byte {
	t.Helper()
	require.NotNil(t, info)
	var whole bytes.Buffer
	for i := range int(info.TotalParts) {
		part, err := h.GetReadSet(t.Context(), readset.GetReadSetInput{SequenceStoreID: h.store, ID: id, File: file, PartNumber: i + 1})
		require.NoError(t, err)
		n, err := io.Copy(&whole, part.Payload)
		require.NoError(t, err)
		require.Equal(t, part.Length, n)
		require.NoError(t, part.Payload.Close())
	}
	require.EqualValues(t, info.ContentLength, whole.Len())
	return whole.Bytes()
}

// clean makes sure that the vault's objects and rows agree, and counts objects. What
// a job that is over leaves is removed soon.
func (h *home) clean(t *testing.T) int64 {
	t.Helper()
	for tries := 0; ; tries++ {
		report, err := h.vault.Check(t.Context(), vault.CheckOptions{})
		require.NoError(t, err)
		if len(report.Problems) == 0 {
			return report.Objects
		}
		require.Less(t, tries, 500, "%+v", report.Problems)
		time.Sleep(10 * time.Millisecond)
	}
}

func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// zipped is text in ordinary gzip.
func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// fastqText is FASTQ text of n reads with 50 bases.
func fastqText(n int, suffix string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "@r%d%s\n%s\n+\n%s\n", i, suffix, strings.Repeat("ACGTN", 10), strings.Repeat("IIII#", 10))
	}
	return b.String()
}

func TestImportFASTQ(t *testing.T) {
	h := newHome(t, "")
	text := fastqText(3000, "")
	file := zipped(t, text)
	s := fastqSource(h.put(t, "a/x.fq.gz", file))
	s.Name, s.Description, s.GeneratedFrom, s.Tags = "mine", "first", "sequencer", map[string]string{"project": "p"}
	m := h.one(t, s)
	require.EqualValues(t, "ACTIVE", m.Status)
	require.Equal(t, "mine", m.Name)
	require.Equal(t, "arn:aws:omics:local:000000000000:sequenceStore/"+h.store+"/readSet/"+m.ID, m.ARN)
	require.Equal(t, readset.ETag{Algorithm: "FASTQ_MD5up", Source1: md5Of(text)}, *m.ETag)
	require.Equal(t, readset.SequenceInformation{TotalReadCount: 3000, TotalBaseCount: 150000, GeneratedFrom: "sequencer", Alignment: "UNALIGNED"}, *m.SequenceInformation)
	require.Nil(t, m.Files.Source2)
	require.Nil(t, m.Files.Index)
	require.Regexp(t, `^s3://000000000000-1000000-[a-z2-7]{30}-s3alias/000000000000/sequenceStore/`+h.store+`/readSet/`+m.ID+`/x\.fq\.gz$`, m.Files.Source1.S3Access.S3URI)
	require.True(t, bytes.Equal(file, h.bytesOf(t, m.ID, "", m.Files.Source1)))
	tags, err := h.ListTagsForResource(t.Context(), m.ARN)
	require.NoError(t, err)
	require.Equal(t, s.Tags, tags)
	require.EqualValues(t, 3, h.clean(t)) // the store's sidecar, the file, and its sidecar
}

func TestImportPair(t *testing.T) {
	h := newHome(t, "SHA256up")
	one, two := fastqText(500, "/1"), fastqText(500, "/2")
	m := h.one(t, fastqSource(h.put(t, "1/x.fastq.gz", zipped(t, one)), h.put(t, "2/x.fastq.gz", zipped(t, two))))
	require.Equal(t, "FASTQ_SHA256up", m.ETag.Algorithm)
	require.NotEqual(t, m.ETag.Source1, m.ETag.Source2)
	require.EqualValues(t, 1000, m.SequenceInformation.TotalReadCount)
	require.True(t, strings.HasSuffix(m.Files.Source1.S3Access.S3URI, "/x_source1.fastq.gz"))
	require.True(t, strings.HasSuffix(m.Files.Source2.S3Access.S3URI, "/x_source2.fastq.gz"))
	require.Equal(t, zipped(t, two), h.bytesOf(t, m.ID, "SOURCE2", m.Files.Source2))
	require.NoError(t, h.VerifyReadSet(t.Context(), h.store, m.ID))
}

func TestImportUBAM(t *testing.T) {
	h := newHome(t, "")
	file := compressed(t, unaligned(), 4000)
	s := fastqSource(h.put(t, "x.bam", file))
	s.SourceFileType = readset.UBAM
	m := h.one(t, s)
	require.Equal(t, "BAM_MD5up", m.ETag.Algorithm)
	require.Nil(t, m.Files.Index)
	r, err := readset.Open(bytes.NewReader(h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1)), readset.Options{})
	require.NoError(t, err)
	defer r.Close()
	require.Contains(t, string(r.Header().AppendSAM(nil)), "@CO\tIngested into sequenceStore "+h.store+" at 2026-03-01T12:00:00Z\n")
	var text strings.Builder
	require.NoError(t, r.WriteSAM(&text))
	require.Equal(t, m.ETag.Source1, md5Of(text.String()))
	require.NoError(t, h.VerifyReadSet(t.Context(), h.store, m.ID))
	h.clean(t)
}

// unaligned is the text of a BAM file without references.
func unaligned() []byte {
	text := headerOnly()
	for i := range 200 {
		rec := bamRecord(fmt.Sprint("r", i), 4, -1, -1, nil, nil)
		text = append(le.AppendUint32(text, uint32(len(rec))), rec...)
	}
	return text
}

// TestImportFaults: each bad source fails alone, says why, and leaves nothing.
func TestImportFaults(t *testing.T) {
	h := newHome(t, "")
	good := fastqText(1000, "/1")
	file := zipped(t, good)
	bam := compressed(t, unaligned(), 4000)
	as := func(s readset.ImportSource, kind readset.FileType) readset.ImportSource {
		s.SourceFileType = kind
		return s
	}
	faults := []struct {
		source readset.ImportSource
		want   string
	}{
		{fastqSource(h.put(t, "cut.fq.gz", file[:len(file)/2])), "cut.fq.gz: "},
		{fastqSource(h.put(t, "plain.fq", []byte(good))), "plain.fq: not compressed: compress it with gzip or bgzip"},
		{fastqSource(h.put(t, "empty.fq.gz", nil)), "empty.fq.gz: the file is empty"},
		{fastqSource(h.put(t, "none.fq.gz", zipped(t, ""))), "none.fq.gz: no FASTQ record in the file"},
		{fastqSource(h.put(t, "odd.fq.gz", zipped(t, "@r\nACGT\n+\nIII\n"))), "odd.fq.gz: record 1, line 4"},
		{fastqSource(h.put(t, "garbage.fq.gz", append(bytes.Clone(file), "garbage"...))), "garbage.fq.gz: "},
		{fastqSource(h.put(t, "bam.fq.gz", bam)), "declared FASTQ, but it is a BAM file"},
		{as(fastqSource(h.put(t, "fq.bam", file)), readset.UBAM), "fq.bam: declared UBAM, but it is a FASTQ file"},
		{as(fastqSource(h.put(t, "cram.bam", []byte("CRAM\x03\x00"))), readset.UBAM), "cram.bam: declared UBAM, but it is a CRAM file"},
		{as(fastqSource(h.put(t, "sam.bam", []byte("@HD\tVN:1.6\n"))), readset.UBAM), "sam.bam: SAM text, not gzip"},
		{as(fastqSource(h.put(t, "noeof.bam", bam[:len(bam)-28])), readset.UBAM), "noeof.bam: truncated: no BGZF EOF block"},
		{as(fastqSource(h.put(t, "cut.bam", bam[:len(bam)/2])), readset.UBAM), "cut.bam: "},
		{fastqSource("file://" + h.dir + "/there/is/none.fq.gz"), "none.fq.gz: no such file"},
		{fastqSource(h.put(t, "r1.fq.gz", file), h.put(t, "r2.fq.gz", zipped(t, fastqText(999, "/2")))), "r2.fq.gz: 999 reads here and 1000 in r1.fq.gz"},
		{fastqSource(h.put(t, "n1.fq.gz", file), h.put(t, "n2.fq.gz", zipped(t, strings.Replace(good, "@r7/", "@x7/", 1)))), `n2.fq.gz: record 8, line 29: read name "x7/1" does not match "r7/1"`},
	}
	var all []readset.ImportSource
	for i, f := range faults {
		all = append(all, f.source)
		if i%4 == 0 {
			all = append(all, fastqSource(h.put(t, "good.fq.gz", file)))
		}
	}
	j := h.take(t, all...)
	require.EqualValues(t, "COMPLETED_WITH_FAILURES", j.Status)
	i := 0
	for _, item := range j.Sources {
		if strings.HasSuffix(item.SourceFiles.Source1, "/good.fq.gz") {
			require.EqualValues(t, "FINISHED", item.Status, item.StatusMessage)
			continue
		}
		require.EqualValues(t, "FAILED", item.Status, item.SourceFiles.Source1)
		require.Contains(t, item.StatusMessage, faults[i].want)
		require.NotContains(t, item.StatusMessage, "\n")
		require.Empty(t, item.ReadSetID)
		i++
	}
	require.Equal(t, len(faults), i)
	sets, err := h.ListReadSets(t.Context(), readset.ListReadSetsInput{SequenceStoreID: h.store})
	require.NoError(t, err)
	require.Len(t, sets.ReadSets, (len(faults)+3)/4)
	require.EqualValues(t, 1+2*len(sets.ReadSets), h.clean(t))
	staged, err := h.vault.Sweep(t.Context(), true)
	require.NoError(t, err)
	require.Empty(t, staged)
}

// TestImportWarnings: what is odd and no fault stands in the statusMessage.
func TestImportWarnings(t *testing.T) {
	h := newHome(t, "")
	file := compressed(t, []byte(fastqText(100, "")), 4000)
	j := h.take(t, fastqSource(h.put(t, "x.fq.gz", file[:len(file)-28])))
	require.EqualValues(t, "COMPLETED", j.Status)
	require.Contains(t, j.Sources[0].StatusMessage, "x.fq.gz: no BGZF EOF block")
}

func TestGetReadSetFaults(t *testing.T) {
	h := newHome(t, "")
	m := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, fastqText(10, "")))))
	for _, c := range []struct {
		in   readset.GetReadSetInput
		want error
	}{
		{readset.GetReadSetInput{SequenceStoreID: h.store, ID: m.ID, PartNumber: 0}, readset.ErrValidation},
		{readset.GetReadSetInput{SequenceStoreID: h.store, ID: m.ID, PartNumber: 1, File: "SOURCE3"}, readset.ErrValidation},
		{readset.GetReadSetInput{SequenceStoreID: h.store, ID: "12", PartNumber: 1}, readset.ErrValidation},
		{readset.GetReadSetInput{SequenceStoreID: h.store, ID: m.ID, PartNumber: 2}, readset.ErrRangeNotSatisfiable},
		{readset.GetReadSetInput{SequenceStoreID: h.store, ID: m.ID, PartNumber: 1, File: "INDEX"}, readset.ErrNotFound},
		{readset.GetReadSetInput{SequenceStoreID: h.store, ID: "9999999999", PartNumber: 1}, readset.ErrNotFound},
		{readset.GetReadSetInput{SequenceStoreID: m.ID, ID: m.ID, PartNumber: 1}, readset.ErrNotFound},
	} {
		_, err := h.GetReadSet(t.Context(), c.in)
		require.ErrorIs(t, err, c.want, "%+v", c.in)
	}
}

func TestDelete(t *testing.T) {
	h := newHome(t, "")
	a := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, fastqText(10, "")))))
	b := h.one(t, fastqSource(h.put(t, "x.fq.gz", zipped(t, fastqText(10, "")))))
	require.ErrorIs(t, h.DeleteSequenceStore(t.Context(), h.store), readset.ErrConflict)
	out, err := h.BatchDeleteReadSet(t.Context(), h.store, []string{a.ID, "9999999999", "x", b.ID})
	require.NoError(t, err)
	require.Len(t, out.Errors, 2)
	require.Equal(t, "ResourceNotFoundException", out.Errors[0].Code)
	require.Equal(t, "ValidationException", out.Errors[1].Code)
	require.EqualValues(t, 1, h.clean(t))
	require.NoError(t, h.DeleteSequenceStore(t.Context(), h.store))
	require.Zero(t, h.clean(t))
	_, err = h.GetSequenceStore(t.Context(), h.store)
	require.ErrorIs(t, err, readset.ErrNotFound)
}

// TestTokens: the same call gives the same answer (ST-18).
func TestTokens(t *testing.T) {
	h := newHome(t, "")
	in := readset.StartReadSetImportJobInput{SequenceStoreID: h.store, RoleARN: role, ClientToken: "t",
		Sources: []readset.ImportSource{fastqSource(h.put(t, "x.fq.gz", zipped(t, fastqText(10, ""))))}}
	first, err := h.StartReadSetImportJob(t.Context(), in)
	require.NoError(t, err)
	again, err := h.StartReadSetImportJob(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	in.Sources[0].Name = "other"
	_, err = h.StartReadSetImportJob(t.Context(), in)
	require.ErrorIs(t, err, readset.ErrConflict)

	store := readset.CreateSequenceStoreInput{Name: "s", ClientToken: "u"}
	one, err := h.CreateSequenceStore(t.Context(), store)
	require.NoError(t, err)
	two, err := h.CreateSequenceStore(t.Context(), store)
	require.NoError(t, err)
	require.Equal(t, one, two)
}

func TestDuplicates(t *testing.T) {
	h := newHome(t, "")
	text := fastqText(100, "")
	a := h.one(t, fastqSource(h.put(t, "a.fq.gz", zipped(t, text))))
	h.one(t, fastqSource(h.put(t, "b.fq.gz", zipped(t, text+text[:strings.Index(text, "@r5\n")]))))
	c := h.one(t, fastqSource(h.put(t, "c.fq.gz", append(zipped(t, text[:len(text)/2]), zipped(t, text[len(text)/2:])...))))
	var groups [][]string
	require.NoError(t, h.Duplicates(t.Context(), func(group []readset.Metadata) error {
		var ids []string
		for _, m := range group {
			ids = append(ids, m.ID)
		}
		groups = append(groups, ids)
		return nil
	}))
	require.Equal(t, [][]string{{a.ID, c.ID}}, groups)
	enough := errors.New("enough")
	require.Equal(t, enough, h.Duplicates(t.Context(), func([]readset.Metadata) error { return enough }))
}
