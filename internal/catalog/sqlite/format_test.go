package sqlite_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqldb"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/errs"
)

// newFormat writes the fixture of the newest format. A fixture whose format was
// released is never written again.
var newFormat = flag.Bool("new-format", false, "write testdata/format-N.db.gz of the newest format")

// old is what each fixture of a format holds: a row in every table.
var old = struct {
	references catalog.ReferenceStore
	reference  catalog.Reference
	sequences  []catalog.ReferenceSequence
	store      catalog.SequenceStore
	readSet    catalog.ReadSet
	file       catalog.File
	tags       map[string]string
	job        catalog.Job
	item       catalog.JobItem
}{
	references: catalog.ReferenceStore{ID: 1000000001, Scope: home, Name: "references", Description: "of all", CreationTime: noon, UpdateTime: noon},
	reference: catalog.Reference{ID: 1000000002, StoreID: 1000000001, Name: "hg38", MD5: "64b32de2fc934679c16e83a2bc072064", Status: catalog.ReferenceActive,
		CreationType: catalog.ByImport, CreationJobID: 1000000005, CreationTime: noon, UpdateTime: noon},
	sequences: []catalog.ReferenceSequence{{ReferenceID: 1000000002, Name: "chr1", Length: 248956422, M5: "6aef897c3d6ff0c78aff06ac189178dd"}},
	store: catalog.SequenceStore{ID: 1000000003, Scope: home, Name: "reads", Description: "d", Status: catalog.StoreActive, ETagFamily: "MD5up", PropagatedTags: []string{"k"},
		S3Alias: "000000000000-1000000-a-s3alias", CreationTime: noon, UpdateTime: noon, ReadSetCount: 1},
	readSet: catalog.ReadSet{ID: 1000000004, StoreID: 1000000003, Name: "n", SubjectID: "su", SampleID: "sa", GeneratedFrom: "g", ReferenceARN: home.ReferenceARN(1000000001, 1000000002),
		FileType: catalog.BAM, Status: catalog.ReadSetActive, CreationType: catalog.ByImport, CreationJobID: 1000000005,
		Sequence: catalog.SequenceInformation{TotalReadCount: 200, TotalBaseCount: 30000, Alignment: "ALIGNED"},
		ETag:     catalog.ETag{Algorithm: "BAM_MD5up", Source1: "0123456789abcdef0123456789abcdef", Definition: 1}, CreationTime: noon, UpdateTime: noon, LastAccessTime: noon},
	file: catalog.File{OwnerID: 1000000004, Role: catalog.Source1, Key: "000000000000/sequenceStore/1000000003/readSet/1000000004/a.bam", Area: catalog.InObjects,
		Size: 12345, PartSize: 104857600, StoredSize: 12345, Checksum: "sha256:00"},
	tags: map[string]string{"k": "v"},
	job: catalog.Job{ID: 1000000005, Scope: home, Kind: "readset-import", StoreID: 1000000003, Status: catalog.JobInProgress, Request: json.RawMessage(`{"roleArn":"r"}`),
		CreationTime: noon},
	item: catalog.JobItem{JobID: 1000000005, Kind: "readset-import", Status: catalog.ItemNotStarted, Request: json.RawMessage(`{}`)},
}

var oldCall = catalog.Call{Scope: home, Operation: "StartReadSetImportJob", Token: "token", BodyHash: "hash"}

func writeOld(tx *catalog.Tx) error {
	for range 5 {
		if _, err := tx.NewID(); err != nil {
			return err
		}
	}
	for _, write := range []func() error{
		func() error { return tx.InsertReferenceStore(old.references) },
		func() error { return tx.InsertReference(old.reference, slices.Values(old.sequences)) },
		func() error { return tx.InsertSequenceStore(old.store) },
		func() error { return tx.InsertReadSet(old.readSet) },
		func() error { return tx.InsertFile(old.file) },
		func() error { return tx.PutTags(old.readSet.ID, old.tags) },
		func() error { return tx.InsertJob(old.job, []json.RawMessage{old.item.Request}) },
		func() error { return tx.Set(home, "quota", "7") },
		func() error {
			return tx.AddEvent(catalog.Event{Scope: home, DetailType: "Read Set Status Change", Resources: []string{"arn:x"}, Detail: json.RawMessage(`{}`)})
		},
		func() error { return tx.Delivered("log", 1) },
		func() error {
			_, err := tx.Once(oldCall, func() (json.RawMessage, error) { return json.RawMessage(`{"id":"1"}`), nil })
			return err
		},
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// requireOld holds a catalog against what writeOld wrote.
func requireOld(t *testing.T, c *catalog.Catalog) {
	t.Helper()
	require.NoError(t, c.Update(t.Context(), func(tx *catalog.Tx) error {
		equal := func(want, got any, err error) {
			t.Helper()
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		references, err := tx.ReferenceStore(old.references.ID)
		equal(old.references, references, err)
		reference, err := tx.Reference(old.references.ID, old.reference.ID)
		equal(old.reference, reference, err)
		sequences, err := tx.ReferenceSequences(old.reference.ID)
		equal(old.sequences, sequences, err)
		store, err := tx.SequenceStore(old.store.ID)
		equal(old.store, store, err)
		set, err := tx.ReadSet(old.store.ID, old.readSet.ID)
		equal(old.readSet, set, err)
		files, err := tx.Files(old.readSet.ID)
		equal([]catalog.File{old.file}, files, err)
		tags, err := tx.Tags(old.readSet.ID)
		equal(old.tags, tags, err)
		job, err := tx.Job(old.job.ID)
		equal(old.job, job, err)
		items, err := tx.JobItems(old.job.ID)
		equal([]catalog.JobItem{old.item}, items, err)
		settings, err := tx.Settings(home)
		equal(map[string]string{"quota": "7"}, settings, err)
		told, err := tx.Undelivered("log", 9)
		require.NoError(t, err)
		require.Empty(t, told)
		untold, err := tx.Undelivered("other", 9)
		require.NoError(t, err)
		require.Len(t, untold, 1)
		answer, err := tx.Once(oldCall, func() (json.RawMessage, error) { return nil, errs.ErrInternal })
		equal(json.RawMessage(`{"id":"1"}`), answer, err)
		id, err := tx.NewID()
		equal(catalog.ID(1000000006), id, err)
		return nil
	}))
}

// formats are the numbers of all formats.
func formats(t *testing.T) (numbers []int) {
	t.Helper()
	files, err := sqldb.Migrations()
	require.NoError(t, err)
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	for _, name := range names {
		var n int
		_, err := fmt.Sscanf(name, "%05d_", &n)
		require.NoError(t, err, name)
		numbers = append(numbers, n)
	}
	return numbers
}

// TestFormats: a catalog of every format opens, migrated, with all that was in
// it.
func TestFormats(t *testing.T) {
	numbers := formats(t)
	if *newFormat {
		path := filepath.Join(t.TempDir(), "catalog.db")
		c, err := sqlite.Open(t.Context(), path, catalog.Options{Now: func() time.Time { return noon }, Random: bytes.NewReader(make([]byte, 16))})
		require.NoError(t, err)
		require.NoError(t, c.Update(t.Context(), writeOld))
		require.NoError(t, c.Close())
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		require.NoError(t, err)
		_, err = w.Write(text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, os.WriteFile(fixture(numbers[len(numbers)-1]), packed.Bytes(), 0o644))
	}
	for _, n := range numbers {
		requireOld(t, open(t, unpack(t, n), catalog.Options{}))
	}
}

func fixture(format int) string {
	return filepath.Join("testdata", fmt.Sprintf("format-%d.db.gz", format))
}

// unpack gives a copy of a fixture.
func unpack(t *testing.T, format int) (path string) {
	t.Helper()
	packed, err := os.Open(fixture(format))
	require.NoError(t, err, "each format has a fixture: go test -run TestFormats -new-format")
	defer func() { require.NoError(t, packed.Close()) }()
	r, err := gzip.NewReader(packed)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "catalog.db")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// TestNewerFormat: what a newer program wrote is refused and left as it is.
func TestNewerFormat(t *testing.T) {
	path := unpack(t, 1)
	newest := formats(t)
	raw(t, path, func(db *sql.DB) {
		_, err := db.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (?, 1)", newest[len(newest)-1]+1)
		require.NoError(t, err)
	})
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), path, catalog.Options{})
	require.ErrorIs(t, err, errs.ErrNotSupported)
	require.ErrorContains(t, err, "newer seqlode")
	require.ErrorContains(t, err, path)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
}

// raw gives a database without the catalog around it.
func raw(t *testing.T, path string, use func(db *sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	use(db)
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 1000)), 0o600))
	_, err := sqlite.Open(t.Context(), text, catalog.Options{})
	require.ErrorIs(t, err, errs.ErrCorrupt)
	require.ErrorContains(t, err, text)
	_, err = sqlite.Open(t.Context(), filepath.Join(dir, "none", "catalog.db"), catalog.Options{})
	require.ErrorIs(t, err, errs.ErrNotFound)
	_, err = sqlite.Open(t.Context(), dir, catalog.Options{})
	require.Error(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sqlite.Open(ended, filepath.Join(dir, "catalog.db"), catalog.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestOpenTogether: several open a catalog that is not there yet; one makes it.
func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b%20#c.db") // a name that a URI must not take apart
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c, err := sqlite.Open(t.Context(), path, catalog.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := c.Update(t.Context(), func(tx *catalog.Tx) error {
				_, err := tx.NewID()
				return err
			}); err != nil {
				t.Error(err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.FileExists(t, path)
	require.NoError(t, open(t, path, catalog.Options{}).Update(t.Context(), func(tx *catalog.Tx) error {
		id, err := tx.NewID()
		require.Equal(t, catalog.FirstID+4, id)
		return err
	}))
}
