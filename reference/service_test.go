package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/blob/mem"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/internal/vfs"
)

const role = "arn:aws:iam::000000000000:role/importer"

// home is a vault with a reference service and no more.
type home struct {
	*Service
	core *vault.Vault
	stop func() // ends the work on jobs
}

// homeOptions say what a home is made of; the zero value is a vault in memory.
type homeOptions struct {
	dir     string // of catalog and, where objects is nil, of the objects
	objects blob.Bucket
	catalog string // "" is catalog.db
	idle    bool   // nobody works on jobs
	now     func() time.Time
	cache   int64
	client  *http.Client // for https:// sources
}

// openHome opens a vault as the root package does.
func openHome(ctx context.Context, o homeOptions) (_ *home, closeAll func() error, err error) {
	if o.catalog == "" {
		o.catalog = "catalog.db"
	}
	c, err := sqlite.Open(ctx, filepath.Join(o.dir, o.catalog), catalog.Options{Now: o.now})
	if err != nil {
		return nil, nil, err
	}
	if o.objects == nil {
		o.objects = dir.New(vfs.Dir(o.dir), dir.Options{Reserved: []string{"catalog.db", "catalog.db-wal", "catalog.db-shm", "rebuilt.db", "rebuilt.db-wal", "rebuilt.db-shm"}})
	}
	v := &vault.Vault{
		Info: vault.Info{Format: vault.Format, ID: "test"}.WithDefaults(), Objects: o.objects, Catalog: c,
		Kinds: Kinds(catalog.Scope{Account: "000000000000", Region: "local"}), Log: slog.New(slog.DiscardHandler), Threads: 2,
	}
	s := NewService(v, ServiceOptions{Sources: &source.Opener{Local: true, Client: o.client}, Cache: o.cache})
	for kind := range s.Work() {
		v.Works = append(v.Works, kind)
	}
	v.Jobs = job.New(c, job.Options{Kinds: s.Work(), Concurrency: 2})
	running, cancel := context.WithCancel(context.Background())
	var workers sync.WaitGroup
	if !o.idle {
		workers.Go(func() { v.Jobs.Run(running) })
	}
	stop := func() {
		cancel()
		workers.Wait()
	}
	return &home{s, v, stop}, func() error {
		stop()
		return errors.Join(s.Close(), c.Close())
	}, nil
}

func newHome(t *testing.T, o homeOptions) *home {
	t.Helper()
	if o.dir == "" {
		o.dir = t.TempDir()
		if o.objects == nil {
			o.objects = mem.New()
		}
	}
	h, closeAll, err := openHome(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, closeAll()) })
	return h
}

// store makes the store and gives its id.
func (h *home) newStore(t testing.TB) string {
	t.Helper()
	store, err := h.CreateReferenceStore(t.Context(), CreateReferenceStoreInput{Name: "genomes"})
	require.NoError(t, err)
	return store.ID
}

// bring imports files and gives the job when it is over. Names of references are
// those of the files.
func (h *home) bring(t *testing.T, store string, files ...string) ImportJob {
	t.Helper()
	in := StartReferenceImportJobInput{ReferenceStoreID: store, RoleARN: role}
	for _, file := range files {
		in.Sources = append(in.Sources, ImportSource{SourceFile: uri(t, file), Name: filepath.Base(file)})
	}
	j, err := h.StartReferenceImportJob(t.Context(), in)
	require.NoError(t, err)
	return h.await(t, store, j.ID)
}

func (h *home) await(t *testing.T, store, id string) ImportJob {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	j, err := h.AwaitReferenceImportJob(ctx, store, id)
	require.NoError(t, err)
	return j
}

// one imports a file, which must be good, and gives the reference's id.
func (h *home) one(t *testing.T, store, file string) string {
	t.Helper()
	j := h.bring(t, store, file)
	require.Equal(t, catalog.JobCompleted, j.Status, "%+v", j.Sources)
	return j.Sources[0].ReferenceID
}

// objects gives the keys of the vault's objects.
func (h *home) objects(t *testing.T) (keys []string) {
	t.Helper()
	for o, err := range h.core.Objects.List(t.Context(), "", "") {
		require.NoError(t, err)
		keys = append(keys, o.Key)
	}
	return keys
}

// clean requires that fsck finds nothing wrong.
func (h *home) clean(t testing.TB) {
	t.Helper()
	report, err := h.core.Check(t.Context(), vault.CheckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
}

// read gives a file of a reference by its parts.
func (h *home) read(t *testing.T, store, id string, file FileName) []byte {
	t.Helper()
	var all bytes.Buffer
	for part := 1; ; part++ {
		out, err := h.GetReference(t.Context(), GetReferenceInput{ReferenceStoreID: store, ID: id, File: file, PartNumber: part})
		if errors.Is(err, ErrRangeNotSatisfiable) {
			return all.Bytes()
		}
		require.NoError(t, err)
		n, err := io.Copy(&all, out.Payload)
		require.NoError(t, err)
		require.Equal(t, out.ContentLength, n)
		require.NoError(t, out.Payload.Close())
	}
}

func uri(t *testing.T, file string) string {
	t.Helper()
	u, err := source.FileURI(file)
	require.NoError(t, err)
	return u
}

// write makes a file in a temporary folder.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

func TestStore(t *testing.T) {
	h := newHome(t, homeOptions{})
	ctx := t.Context()
	list := func(f StoreFilter) []Store {
		out, err := h.ListReferenceStores(ctx, ListReferenceStoresInput{Filter: f})
		require.NoError(t, err)
		require.Empty(t, out.NextToken)
		return out.ReferenceStores
	}
	require.Equal(t, []Store{}, list(StoreFilter{}))

	in := CreateReferenceStoreInput{Name: "genomes", Description: "of all", Tags: map[string]string{"a": "1"}, ClientToken: "first"}
	store, err := h.CreateReferenceStore(ctx, in)
	require.NoError(t, err)
	require.Equal(t, "genomes", store.Name)
	require.Equal(t, "of all", store.Description)
	require.Equal(t, "arn:aws:omics:local:000000000000:referenceStore/"+store.ID, store.ARN)
	require.WithinDuration(t, time.Now(), store.CreationTime, time.Minute)

	again, err := h.CreateReferenceStore(ctx, in)
	require.NoError(t, err)
	require.Equal(t, store, again, "the same token, the same answer")
	in.Name = "others"
	_, err = h.CreateReferenceStore(ctx, in)
	require.ErrorIs(t, err, ErrConflict, "the same token, another request")
	in.ClientToken = ""
	_, err = h.CreateReferenceStore(ctx, in)
	require.ErrorIs(t, err, ErrQuotaExceeded)
	require.ErrorContains(t, err, store.ID)

	got, err := h.GetReferenceStore(ctx, store.ID)
	require.NoError(t, err)
	require.Equal(t, store, got)
	require.Equal(t, []Store{store}, list(StoreFilter{Name: "genomes", CreatedBefore: time.Now().Add(time.Hour)}))
	require.Empty(t, list(StoreFilter{Name: "others"}))
	require.Empty(t, list(StoreFilter{CreatedAfter: time.Now().Add(time.Hour)}))

	_, err = h.GetReferenceStore(ctx, "9999999999")
	require.ErrorIs(t, err, ErrNotFound)
	_, err = h.GetReferenceStore(ctx, "12")
	require.ErrorIs(t, err, ErrValidation)

	id := h.one(t, store.ID, "testdata/genome.fa")
	require.ErrorIs(t, h.DeleteReferenceStore(ctx, store.ID), ErrConflict, "it has a reference")
	require.NoError(t, h.DeleteReference(ctx, store.ID, id))
	require.NoError(t, h.DeleteReferenceStore(ctx, store.ID))
	require.Empty(t, h.objects(t))
	_, err = h.GetReferenceStore(ctx, store.ID)
	require.ErrorIs(t, err, ErrNotFound)
	_, err = h.ListTagsForResource(ctx, store.ARN)
	require.ErrorIs(t, err, ErrNotFound, "its tags went with it")
	h.clean(t)

	in.Name = "new"
	fresh, err := h.CreateReferenceStore(ctx, in)
	require.NoError(t, err)
	require.NotEqual(t, store.ID, fresh.ID)
}

func TestRulesOfStores(t *testing.T) {
	h := newHome(t, homeOptions{})
	for name, c := range map[string]struct {
		in   CreateReferenceStoreInput
		want error
	}{
		"no name":        {CreateReferenceStoreInput{}, ErrValidation},
		"a long name":    {CreateReferenceStoreInput{Name: strings.Repeat("a", 128)}, ErrValidation},
		"description":    {CreateReferenceStoreInput{Name: "a", Description: strings.Repeat("a", 256)}, ErrValidation},
		"a tag of AWS":   {CreateReferenceStoreInput{Name: "a", Tags: map[string]string{"aws:x": ""}}, ErrValidation},
		"a long token":   {CreateReferenceStoreInput{Name: "a", ClientToken: strings.Repeat("a", 128)}, ErrValidation},
		"encryption":     {CreateReferenceStoreInput{Name: "a", SSEConfig: &SSEConfig{Type: "AES"}}, ErrValidation},
		"customer's key": {CreateReferenceStoreInput{Name: "a", SSEConfig: &SSEConfig{Type: "KMS", KeyARN: "arn:aws:kms:local:000000000000:key/1"}}, ErrNotSupported},
	} {
		_, err := h.CreateReferenceStore(t.Context(), c.in)
		require.ErrorIs(t, err, c.want, name)
	}
	require.Empty(t, h.objects(t))
}

// genomeSequences is what the catalog is to hold of testdata/genome.fa.
var genomeSequences = []Contig{
	{Name: "chr1", Length: 1500, M5: "73bb6970e08e8bb19d8d5fa6f64cb03f"},
	{Name: "chr2", Length: 730, M5: "0893a1ab82bc2d8fac31d6720e786cc0"},
	{Name: "HLA:01", Length: 90, M5: "1787103494d554f0676b288c1161834e"},
}

func idOf(t *testing.T, id string) catalog.ID {
	t.Helper()
	n, err := catalog.ParseID(id)
	require.NoError(t, err)
	return n
}

func (h *home) sequences(t *testing.T, id string) []Contig {
	t.Helper()
	n := idOf(t, id)
	c, err := view(t.Context(), h.Service, func(r *catalog.Reader) (Candidate, error) { return candidate(r, n) })
	require.NoError(t, err)
	return c.Contigs
}

func TestImport(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	plain := h.one(t, store, "testdata/genome.fa")
	zipped := h.one(t, store, "testdata/genome.fa.gz")
	for id, file := range map[string]string{plain: "testdata/genome.fa", zipped: "testdata/genome.fa.gz"} {
		require.Equal(t, load(t, file), h.read(t, store, id, SourceFile))
		require.Equal(t, load(t, file+".fai"), h.read(t, store, id, IndexFile))
		require.Equal(t, genomeSequences, h.sequences(t, id))

		ref, err := h.GetReferenceMetadata(t.Context(), store, id)
		require.NoError(t, err)
		require.Equal(t, filepath.Base(file), ref.Name)
		require.Equal(t, catalog.ReferenceActive, ref.Status)
		require.Equal(t, catalog.ByImport, ref.CreationType)
		require.NotEmpty(t, ref.CreationJobID)
		require.Equal(t, "arn:aws:omics:local:000000000000:referenceStore/"+store+"/reference/"+id, ref.ARN)
		require.Equal(t, StoredFiles{
			Source: &FileInformation{TotalParts: 1, PartSize: 104857600, ContentLength: int64(len(load(t, file)))},
			Index:  &FileInformation{TotalParts: 1, PartSize: 104857600, ContentLength: int64(len(load(t, file+".fai")))},
		}, *ref.Files)
		sum, err := Scan(t.Context(), bytes.NewReader(load(t, "testdata/genome.fa")), Options{Sums: true})
		require.NoError(t, err)
		require.Equal(t, sum.MD5, ref.MD5, "of the text, however it is stored")
	}
	gzi, err := h.OpenReference(t.Context(), store, zipped, GZIFile)
	require.NoError(t, err)
	defer gzi.Close()
	data, err := io.ReadAll(io.NewSectionReader(gzi, 0, gzi.Size()))
	require.NoError(t, err)
	require.Equal(t, load(t, "testdata/genome.fa.gz.gzi"), data)
	_, err = h.OpenReference(t.Context(), store, plain, GZIFile)
	require.ErrorIs(t, err, ErrNotFound)
	h.clean(t)
}

func TestExtensions(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	var files []string
	for _, ext := range []string{".fasta", ".fa", ".fas", ".fsa", ".faa", ".fna", ".ffn", ".frn", ".mpfa", ".seq", ".txt", ".FA"} {
		files = append(files, write(t, "plain"+ext, ">a\nACGT\n"), write(t, "zipped"+ext+".gz", string(load(t, "testdata/genome.fa.gz"))))
	}
	j := h.bring(t, store, files...)
	require.Equal(t, catalog.JobCompleted, j.Status, "%+v", j.Sources)
	h.clean(t)
}

// TestFaults imports each bad file alone and among good ones (ST-2, ST-10).
func TestFaults(t *testing.T) {
	ordinary := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	faults := []struct{ name, text, want string }{
		{"twice.fa", ">a\nAC\n>b\nAC\n>a\nAC\n", "twice.fa: line 5: a second sequence with the name \"a\""},
		{"lines.fa", ">a\nACGT\nAC\nACGT\n", "lines.fa: line 4: "},
		{"longer.fa", ">a\nAC\nACGT\n", "longer.fa: line 3: "},
		{"empty.fa", ">a\n>b\nAC\n", "empty.fa: line 1: sequence \"a\" is empty"},
		{"nothing.fa", "", "nothing.fa: the file holds no sequence"},
		{"reads.fa", "@r\nACGT\n+\n!!!!\n", "this is FASTQ"},
		{"text.fa", "Hello\n", "text.fa: line 1: the file begins with 'H', not with '>'"},
		{"control.fa", ">a\nAC\x01GT\n", "control.fa: line 2: byte 0x01"},
		{"gzip.fa.gz", ordinary, "compress it with bgzip"},
		{"cut.fa.gz", string(load(t, "testdata/genome.fa.gz")[:300]), "cut.fa.gz: "},
		{"latin.fa", ">\xe4\nAC\n", "latin.fa: sequence 1 has the name"},
		{"genome.bam", ">a\nAC\n", "genome.bam: a reference is a file with one of the extensions .fasta"},
		{"genome.gz", ">a\nAC\n", "genome.gz: a reference is a file with one of the extensions .fasta"},
		{"absent.fa", "-", "absent.fa: "},
	}
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	before := h.objects(t)
	var all []string
	for _, f := range faults {
		file := write(t, f.name, f.text)
		if f.text == "-" {
			require.NoError(t, os.Remove(file))
		}
		all = append(all, file)
		j := h.bring(t, store, file)
		require.Equal(t, catalog.JobFailed, j.Status, f.name)
		require.Equal(t, "1 of 1 sources failed", j.StatusMessage)
		require.Equal(t, catalog.ItemFailed, j.Sources[0].Status)
		require.Contains(t, j.Sources[0].StatusMessage, f.want)
		require.Empty(t, j.Sources[0].ReferenceID)
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) { assert.Equal(c, before, h.objects(t)) }, 5*time.Minute, time.Millisecond, "nothing is left behind")

	j := h.bring(t, store, append(append([]string{"testdata/genome.fa"}, all...), "testdata/genome.fa.gz")...)
	require.Equal(t, catalog.JobCompletedWithFailures, j.Status)
	require.Equal(t, fmt.Sprintf("%d of %d sources failed", len(faults), len(faults)+2), j.StatusMessage)
	last := len(j.Sources) - 1
	for i, item := range j.Sources {
		if i == 0 || i == last {
			require.Equal(t, catalog.ItemFinished, item.Status)
			require.NotEmpty(t, item.ReferenceID)
			continue
		}
		require.Equal(t, catalog.ItemFailed, item.Status)
		require.Contains(t, item.StatusMessage, faults[i-1].want)
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) { assert.Len(c, h.objects(t), len(before)+3+4) }, 5*time.Minute, time.Millisecond)
	staged, err := h.core.Sweep(t.Context(), true)
	require.NoError(t, err)
	require.Empty(t, staged)
	h.clean(t)
}

func TestImportFromServer(t *testing.T) {
	genome := load(t, "testdata/genome.fa")
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/genome.fa":
			_, _ = w.Write(genome)
		case "/cut.fa":
			w.Header().Set("Content-Length", strconv.Itoa(len(genome)))
			_, _ = w.Write(genome[:len(genome)/2])
		case "/broken.fa": // of no size that would tell
			_, _ = w.Write(genome[:len(genome)/2])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	h := newHome(t, homeOptions{client: server.Client()})
	store := h.newStore(t)
	in := StartReferenceImportJobInput{ReferenceStoreID: store, RoleARN: role}
	for _, name := range []string{"genome.fa", "cut.fa", "broken.fa", "absent.fa"} {
		in.Sources = append(in.Sources, ImportSource{SourceFile: server.URL + "/" + name + "?key=x", Name: name})
	}
	j, err := h.StartReferenceImportJob(t.Context(), in)
	require.NoError(t, err)
	j = h.await(t, store, j.ID)
	require.Equal(t, catalog.JobCompletedWithFailures, j.Status)
	require.Equal(t, genome, h.read(t, store, j.Sources[0].ReferenceID, SourceFile))
	for _, cut := range j.Sources[1:3] {
		require.Equal(t, cut.Name+": byte 1200: cannot read on: unexpected EOF", cut.StatusMessage)
	}
	require.Contains(t, j.Sources[3].StatusMessage, "404")
	h.clean(t)
}
