package catalogtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

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
