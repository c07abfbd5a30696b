package catalogtest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Open gives an empty catalog, closed when the test ends.
type Open func(t *testing.T, o catalog.Options) *catalog.Catalog

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, Open){
		"References":     references,
		"ManySequences":  manySequences,
		"SequenceStores": sequenceStores,
		"ReadSets":       readSets,
		"Files":          files,
		"Tags":           tags,
		"Once":           once,
		"Settings":       settings,
		"IDs":            ids,
		"Events":         events,
		"Jobs":           jobs,
		"Transactions":   transactions,
		"Lists":          lists,
		"Tokens":         tokens,
		"Walks":          walks,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

var (
	noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	home = catalog.Scope{Account: "000000000000", Region: "local"}
	away = catalog.Scope{Account: "111122223333", Region: "local"}
)

// atNoon opens a catalog whose clock stands still.
func atNoon(t *testing.T, open Open) *catalog.Catalog {
	return open(t, catalog.Options{Now: func() time.Time { return noon }})
}

// update runs an Update that must succeed.
func update(t *testing.T, c *catalog.Catalog, fn func(tx *catalog.Tx)) {
	t.Helper()
	require.NoError(t, c.Update(t.Context(), func(tx *catalog.Tx) error {
		fn(tx)
		return nil
	}))
}

// view runs a View that must succeed.
func view(t *testing.T, c *catalog.Catalog, fn func(r *catalog.Reader)) {
	t.Helper()
	require.NoError(t, c.View(t.Context(), func(r *catalog.Reader) error {
		fn(r)
		return nil
	}))
}

// newID gives the next ID.
func newID(t *testing.T, tx *catalog.Tx) catalog.ID {
	t.Helper()
	id, err := tx.NewID()
	require.NoError(t, err)
	return id
}

// newStore adds a sequence store.
func newStore(t *testing.T, c *catalog.Catalog, name string) catalog.SequenceStore {
	t.Helper()
	var s catalog.SequenceStore
	update(t, c, func(tx *catalog.Tx) {
		s = catalog.SequenceStore{ID: newID(t, tx), Scope: home, Name: name, Status: catalog.StoreActive, ETagFamily: "MD5up", CreationTime: tx.Now(), UpdateTime: tx.Now()}
		require.NoError(t, tx.InsertSequenceStore(s))
	})
	return s
}

func references(t *testing.T, open Open) {
	c := atNoon(t, open)
	var store catalog.ReferenceStore
	var ref catalog.Reference
	seqs := []catalog.ReferenceSequence{
		{Name: "chr2", Length: 242193529, M5: "f98db672eb0993dcfdabafe2a882905c"},
		{Name: "chr1", Length: 248956422, M5: "6aef897c3d6ff0c78aff06ac189178dd"},
		{Name: "chr1_copy", Length: 248956422, M5: "6aef897c3d6ff0c78aff06ac189178dd"},
	}
	update(t, c, func(tx *catalog.Tx) {
		store = catalog.ReferenceStore{ID: newID(t, tx), Scope: home, Name: "refs", Description: "all", CreationTime: tx.Now(), UpdateTime: tx.Now()}
		require.NoError(t, tx.InsertReferenceStore(store))
		require.NoError(t, tx.PutTags(store.ID, map[string]string{"a": "b"}))
		ref = catalog.Reference{ID: newID(t, tx), StoreID: store.ID, Name: "hg38", MD5: "0123456789abcdef0123456789abcdef", Status: catalog.ReferenceActive,
			CreationType: catalog.ByImport, CreationJobID: 1234567890, CreationTime: tx.Now(), UpdateTime: tx.Now()}
		require.NoError(t, tx.InsertReference(ref, seqs))
		require.NoError(t, tx.InsertFile(catalog.File{OwnerID: ref.ID, Role: catalog.Source, Key: "k", Area: catalog.InObjects, Size: 3}))
	})
	arn := home.ReferenceARN(store.ID, ref.ID)

	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error {
		id, err := tx.NewID()
		require.NoError(t, err)
		return tx.InsertReferenceStore(catalog.ReferenceStore{ID: id, Scope: home, Name: "second", CreationTime: tx.Now()})
	}), errs.ErrConflict)
	update(t, c, func(tx *catalog.Tx) {
		require.NoError(t, tx.InsertReferenceStore(catalog.ReferenceStore{ID: newID(t, tx), Scope: away, Name: "theirs", CreationTime: tx.Now()}))
	})
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.DeleteReferenceStore(store.ID) }), errs.ErrConflict)

	reads := newStore(t, c, "reads")
	var set catalog.ReadSet
	update(t, c, func(tx *catalog.Tx) {
		set = catalog.ReadSet{ID: newID(t, tx), StoreID: reads.ID, ReferenceARN: arn, CreationTime: tx.Now()}
		require.NoError(t, tx.InsertReadSet(set))
	})
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.DeleteReference(ref.ID, arn) }), errs.ErrConflict)

	view(t, c, func(r *catalog.Reader) {
		got, err := r.ReferenceStore(store.ID)
		require.NoError(t, err)
		require.Equal(t, store, got)
		gotRef, err := r.Reference(store.ID, ref.ID)
		require.NoError(t, err)
		require.Equal(t, ref, gotRef)
		_, err = r.Reference(store.ID+1, ref.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		gotSeqs, err := r.ReferenceSequences(ref.ID)
		require.NoError(t, err)
		require.Len(t, gotSeqs, 3)
		require.Equal(t, catalog.ReferenceSequence{ReferenceID: ref.ID, Ordinal: 1, Name: "chr1", Length: 248956422, M5: seqs[1].M5}, gotSeqs[1])
		many := make([]string, 1200)
		for i := range many {
			many[i] = fmt.Sprintf("%032x", i)
		}
		many[1100], many[3] = seqs[1].M5, seqs[1].M5
		found, err := r.SequencesByM5(many...)
		require.NoError(t, err)
		require.Equal(t, gotSeqs[1:], found)
		n, err := r.CountReferences(store.ID, 50)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		page, err := r.ListReferences(store.ID, catalog.ReferenceFilter{Name: "hg38", MD5: ref.MD5}, catalog.PageRequest{})
		require.NoError(t, err)
		require.Equal(t, catalog.Page[catalog.Reference]{Items: []catalog.Reference{ref}}, page)
		stores, err := r.ListReferenceStores(home, catalog.ReferenceStoreFilter{Name: "refs"}, catalog.PageRequest{})
		require.NoError(t, err)
		require.Equal(t, []catalog.ReferenceStore{store}, stores.Items)
	})

	update(t, c, func(tx *catalog.Tx) {
		ref.Status = catalog.ReferenceDeleting
		require.NoError(t, tx.UpdateReference(ref))
		require.NoError(t, tx.DeleteReadSet(reads.ID, set.ID))
		require.NoError(t, tx.DeleteReference(ref.ID, arn))
		require.NoError(t, tx.DeleteReferenceStore(store.ID))
		tags, err := tx.Tags(store.ID)
		require.NoError(t, err)
		require.Empty(t, tags)
		left, err := tx.Files(ref.ID)
		require.NoError(t, err)
		require.Empty(t, left)
	})
}

// manySequences: an assembly of many contigs comes back whole and in order.
func manySequences(t *testing.T, open Open) {
	c := atNoon(t, open)
	want := make([]catalog.ReferenceSequence, 1234)
	for i := range want {
		want[i] = catalog.ReferenceSequence{ReferenceID: 1000000002, Ordinal: i, Name: fmt.Sprintf("contig%d", i), Length: int64(i), M5: fmt.Sprintf("%032x", i)}
	}
	update(t, c, func(tx *catalog.Tx) {
		require.NoError(t, tx.InsertReferenceStore(catalog.ReferenceStore{ID: 1000000001, Scope: home}))
		require.NoError(t, tx.InsertReference(catalog.Reference{ID: 1000000002, StoreID: 1000000001}, want))
		got, err := tx.ReferenceSequences(1000000002)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func sequenceStores(t *testing.T, open Open) {
	c := atNoon(t, open)
	want := catalog.SequenceStore{Scope: home, Name: "Größe", Description: "d", Status: catalog.StoreCreating, StatusMessage: "m", ETagFamily: "SHA256up",
		FallbackLocation: "s3://b/p/", PropagatedTags: []string{"k1", "k,2"}, S3Alias: "000000000000-1000000-x-s3alias", AccessLogLocation: "s3://logs/",
		CreationTime: noon, UpdateTime: noon.Add(time.Hour)}
	update(t, c, func(tx *catalog.Tx) {
		want.ID = newID(t, tx)
		require.NoError(t, tx.InsertSequenceStore(want))
		got, err := tx.SequenceStore(want.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
		want.Name, want.PropagatedTags, want.Status = "new", nil, catalog.StoreActive
		require.NoError(t, tx.UpdateSequenceStore(want))
		got, err = tx.SequenceStoreByAlias(want.S3Alias)
		require.NoError(t, err)
		require.Equal(t, want, got)
		_, err = tx.SequenceStoreByAlias("none")
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.ErrorIs(t, tx.UpdateSequenceStore(catalog.SequenceStore{ID: 1}), errs.ErrNotFound)
		n, err := tx.CountSequenceStores(home, 20)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
	view(t, c, func(r *catalog.Reader) {
		for _, f := range []catalog.SequenceStoreFilter{
			{}, {Name: "new"}, {Name: "new", Status: catalog.StoreActive}, {Updated: catalog.Created{After: noon}},
			{Name: "new", Updated: catalog.Created{After: noon, Before: noon.Add(2 * time.Hour)}},
		} {
			page, err := r.ListSequenceStores(home, f, catalog.PageRequest{})
			require.NoError(t, err)
			require.Equal(t, []catalog.SequenceStore{want}, page.Items, "%+v", f)
		}
		for _, f := range []catalog.SequenceStoreFilter{
			{Name: "Größe"}, {Status: catalog.StoreFailed}, {Updated: catalog.Created{After: noon.Add(time.Hour)}}, {Updated: catalog.Created{Before: noon.Add(time.Hour)}},
			{Created: catalog.Created{After: noon}}, {Created: catalog.Created{Before: noon}},
		} {
			page, err := r.ListSequenceStores(home, f, catalog.PageRequest{})
			require.NoError(t, err)
			require.Empty(t, page.Items, "%+v", f)
		}
		page, err := r.ListSequenceStores(away, catalog.SequenceStoreFilter{}, catalog.PageRequest{})
		require.NoError(t, err)
		require.Empty(t, page.Items)
	})
	update(t, c, func(tx *catalog.Tx) {
		require.NoError(t, tx.InsertReadSet(catalog.ReadSet{ID: newID(t, tx), StoreID: want.ID, CreationTime: noon}))
		got, err := tx.SequenceStore(want.ID)
		require.NoError(t, err)
		require.EqualValues(t, 1, got.ReadSetCount)
	})
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.DeleteSequenceStore(want.ID) }), errs.ErrConflict)
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.DeleteSequenceStore(want.ID + 9) }), errs.ErrNotFound)
}

func readSets(t *testing.T, open Open) {
	c := atNoon(t, open)
	store := newStore(t, c, "s")
	want := catalog.ReadSet{StoreID: store.ID, Name: "n", Description: "d", SubjectID: "su", SampleID: "sa", GeneratedFrom: "g", ReferenceARN: "arn:x",
		FileType: catalog.CRAM, Status: catalog.ReadSetActive, StatusMessage: "unsorted", CreationType: catalog.ByUpload, CreationJobID: 1000000077,
		Sequence:     catalog.SequenceInformation{TotalReadCount: 1 << 40, TotalBaseCount: 1 << 50, Alignment: "ALIGNED"},
		ETag:         catalog.ETag{Algorithm: "CRAM_MD5up", Source1: "aa", Source2: "bb", Definition: 1},
		CreationTime: noon.Add(123456 * time.Microsecond), UpdateTime: noon, LastAccessTime: noon}
	var twin catalog.ID
	update(t, c, func(tx *catalog.Tx) {
		want.ID = newID(t, tx)
		require.NoError(t, tx.InsertReadSet(want))
		require.NoError(t, tx.PutTags(want.ID, map[string]string{"k": "v"}))
		require.NoError(t, tx.InsertFile(catalog.File{OwnerID: want.ID, Role: catalog.Source1, Key: "f"}))
		again := want
		again.ID = newID(t, tx)
		again.Status, again.LastAccessTime = catalog.ReadSetArchived, time.Time{}
		twin = again.ID
		require.NoError(t, tx.InsertReadSet(again))
		other := again
		other.ID, other.ETag = newID(t, tx), catalog.ETag{}
		require.NoError(t, tx.InsertReadSet(other))
		other.ID = newID(t, tx)
		require.NoError(t, tx.InsertReadSet(other))
	})
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.InsertReadSet(want) }), errs.ErrConflict)
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.InsertReadSet(catalog.ReadSet{ID: 5, StoreID: 6}) }), errs.ErrNotFound)

	view(t, c, func(r *catalog.Reader) {
		got, err := r.ReadSet(store.ID, want.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
		_, err = r.ReadSet(store.ID+1, want.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.ErrorContains(t, err, want.ID.String())
		same, err := r.SameContent(want.ETag, 0, 10)
		require.NoError(t, err)
		require.Len(t, same, 2)
		same, err = r.SameContent(want.ETag, want.ID, 10)
		require.NoError(t, err)
		require.Equal(t, twin, same[0].ID)
		twice, err := r.Duplicates(catalog.ETag{}, 10)
		require.NoError(t, err)
		require.Equal(t, []catalog.ETag{{Algorithm: "CRAM_MD5up", Source1: "aa", Source2: "bb"}}, twice)
		twice, err = r.Duplicates(twice[0], 10)
		require.NoError(t, err)
		require.Empty(t, twice)
		idle, err := r.IdleReadSets(noon.Add(time.Second), 10)
		require.NoError(t, err)
		require.Len(t, idle, 1)
		idle, err = r.IdleReadSets(noon, 10)
		require.NoError(t, err)
		require.Empty(t, idle)
	})
	update(t, c, func(tx *catalog.Tx) {
		noted, err := tx.NoteAccess(want.ID, noon.Add(-time.Hour))
		require.NoError(t, err)
		require.False(t, noted)
		noted, err = tx.NoteAccess(twin, noon.Add(-time.Hour))
		require.NoError(t, err)
		require.True(t, noted)
		got, err := tx.ReadSet(store.ID, twin)
		require.NoError(t, err)
		require.Equal(t, noon, got.LastAccessTime)

		want.Status, want.StatusMessage = catalog.ReadSetDeleting, ""
		require.NoError(t, tx.UpdateReadSet(want))
		got, err = tx.ReadSet(store.ID, want.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.NoError(t, tx.DeleteReadSet(store.ID, want.ID))
		require.ErrorIs(t, tx.DeleteReadSet(store.ID, want.ID), errs.ErrNotFound)
		tags, err := tx.Tags(want.ID)
		require.NoError(t, err)
		require.Empty(t, tags)
		left, err := tx.Files(want.ID)
		require.NoError(t, err)
		require.Empty(t, left)
		s, err := tx.SequenceStore(store.ID)
		require.NoError(t, err)
		require.EqualValues(t, 3, s.ReadSetCount)
	})
}

func files(t *testing.T, open Open) {
	c := atNoon(t, open)
	update(t, c, func(tx *catalog.Tx) {
		f := catalog.File{OwnerID: 7, Role: catalog.Source1, Key: "a/b/1", Area: catalog.InObjects, Size: 1 << 41, PartSize: 104857600, StoredSize: 1 << 41, Checksum: "sha256:00"}
		require.NoError(t, tx.InsertFile(f))
		f.Area, f.Encoding, f.StoredSize = catalog.InArchive, "zstd", 5
		require.NoError(t, tx.UpdateFile(f))
		got, err := tx.FileByKey("a/b/1")
		require.NoError(t, err)
		require.Equal(t, f, got)
		for _, key := range []string{"a/b/10", "a/c/1", "a/b/2", "z"} {
			f.OwnerID, f.Key = f.OwnerID+1, key
			require.NoError(t, tx.InsertFile(f))
		}
		for _, q := range []struct {
			prefix, after string
			n             int
			want          []string
		}{
			{"a/b/", "", 9, []string{"a/b/1", "a/b/10", "a/b/2"}},
			{"a/b/", "a/b/1", 1, []string{"a/b/10"}},
			{"", "a/b/2", 9, []string{"a/c/1", "z"}},
			{"a/b/", "a/b/2", 9, nil},
			{"a/\x7f", "", 9, nil},
		} {
			found, err := tx.FilesFrom(q.prefix, q.after, q.n)
			require.NoError(t, err)
			var keys []string
			for _, f := range found {
				keys = append(keys, f.Key)
			}
			require.Equal(t, q.want, keys, "%+v", q)
		}
	})
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error {
		return tx.InsertFile(catalog.File{OwnerID: 99, Role: catalog.Index, Key: "z"})
	}), errs.ErrConflict)
}

func tags(t *testing.T, open Open) {
	c := atNoon(t, open)
	update(t, c, func(tx *catalog.Tx) {
		require.NoError(t, tx.PutTags(1, map[string]string{"a": "1", "b": ""}))
		require.NoError(t, tx.PutTags(1, map[string]string{"a": "2", "A": "3"}))
		require.NoError(t, tx.PutTags(2, map[string]string{"a": "2"}))
		got, err := tx.Tags(1)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a": "2", "A": "3", "b": ""}, got)
		require.NoError(t, tx.DropTags(1, "b", "none"))
		owners, err := tx.Tagged("a", "2", 0, 10)
		require.NoError(t, err)
		require.Equal(t, []catalog.ID{1, 2}, owners)
		require.NoError(t, tx.SetTags(1, map[string]string{"x": "y"}))
		got, err = tx.Tags(1)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"x": "y"}, got)
		got, err = tx.Tags(3)
		require.NoError(t, err)
		require.Equal(t, map[string]string{}, got)
	})
}

func once(t *testing.T, open Open) {
	c := atNoon(t, open)
	calls := 0
	do := func(call catalog.Call, fail error) (answer json.RawMessage, err error) {
		err = c.Update(t.Context(), func(tx *catalog.Tx) (err error) {
			answer, err = tx.Once(call, func() (json.RawMessage, error) {
				calls++
				return json.RawMessage(`{"n":` + string(rune('0'+calls)) + `}`), fail
			})
			return err
		})
		return answer, err
	}
	first := catalog.Call{Scope: home, Operation: "StartReadSetImportJob", Token: "t", BodyHash: "h"}
	_, err := do(first, errs.ErrQuotaExceeded)
	require.ErrorIs(t, err, errs.ErrQuotaExceeded)
	for range 3 {
		answer, err := do(first, nil)
		require.NoError(t, err)
		require.JSONEq(t, `{"n":2}`, string(answer))
	}
	other := first
	other.BodyHash = "other"
	_, err = do(other, nil)
	require.ErrorIs(t, err, errs.ErrConflict)
	other.Operation = "StartReadSetExportJob"
	answer, err := do(other, nil)
	require.NoError(t, err)
	require.JSONEq(t, `{"n":3}`, string(answer))
	other.Scope = away
	_, err = do(other, nil)
	require.NoError(t, err)
	other.Token = ""
	_, err = do(other, nil)
	require.NoError(t, err)
	_, err = do(other, nil)
	require.NoError(t, err)
	require.Equal(t, 6, calls)
	update(t, c, func(tx *catalog.Tx) { require.NoError(t, tx.ForgetCalls(noon.Add(time.Second))) })
	_, err = do(first, nil)
	require.NoError(t, err)
	require.Equal(t, 7, calls)
}

func settings(t *testing.T, open Open) {
	c := atNoon(t, open)
	update(t, c, func(tx *catalog.Tx) {
		require.NoError(t, tx.Set(home, "a", "1"))
		require.NoError(t, tx.Set(home, "a", "2"))
		require.NoError(t, tx.Set(home, "b", ""))
		require.NoError(t, tx.Set(away, "a", "9"))
		require.NoError(t, tx.Unset(home, "b"))
		got, err := tx.Settings(home)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a": "2"}, got)
	})
}

func ids(t *testing.T, open Open) {
	c := atNoon(t, open)
	update(t, c, func(tx *catalog.Tx) {
		require.Equal(t, catalog.FirstID, newID(t, tx))
		require.Equal(t, catalog.FirstID+1, newID(t, tx))
		require.NoError(t, tx.RaiseIDs(catalog.FirstID+100))
		require.NoError(t, tx.RaiseIDs(catalog.FirstID+50))
		require.Equal(t, catalog.FirstID+101, newID(t, tx))
	})
}
