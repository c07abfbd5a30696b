package catalogtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

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
		require.NoError(t, tx.InsertReference(ref, slices.Values(seqs)))
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
		require.NoError(t, tx.InsertReference(catalog.Reference{ID: 1000000002, StoreID: 1000000001}, slices.Values(want)))
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
