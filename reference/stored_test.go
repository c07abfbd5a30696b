package reference

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/mem"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/vault"
)

func TestListReferences(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	one := h.one(t, store, "testdata/genome.fa")
	two := h.one(t, store, "testdata/genome.fa.gz")
	three := h.one(t, store, write(t, "other.fa", ">a\nACGT\n"))
	ids := func(in ListReferencesInput) (ids []string, next string) {
		in.ReferenceStoreID = store
		out, err := h.ListReferences(t.Context(), in)
		require.NoError(t, err)
		for _, ref := range out.References {
			require.Nil(t, ref.Files)
			ids = append(ids, ref.ID)
		}
		return ids, out.NextToken
	}
	var paged []string
	for next := ""; ; {
		var page []string
		page, next = ids(ListReferencesInput{MaxResults: 1, NextToken: next})
		require.LessOrEqual(t, len(page), 1)
		if paged = append(paged, page...); next == "" {
			break
		}
	}
	require.Equal(t, []string{one, two, three}, paged)

	ref, err := h.GetReferenceMetadata(t.Context(), store, one)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		f    Filter
		want []string
	}{
		"all":      {Filter{}, []string{one, two, three}},
		"name":     {Filter{Name: "other.fa"}, []string{three}},
		"md5":      {Filter{MD5: ref.MD5}, []string{one, two}},
		"both":     {Filter{MD5: ref.MD5, Name: "genome.fa.gz"}, []string{two}},
		"none":     {Filter{MD5: ref.MD5, Name: "other.fa"}, nil},
		"later":    {Filter{CreatedAfter: ref.CreationTime}, []string{two, three}},
		"earlier":  {Filter{CreatedBefore: ref.CreationTime}, nil},
		"in hours": {Filter{CreatedAfter: time.Now().Add(time.Hour)}, nil},
	} {
		got, next := ids(ListReferencesInput{Filter: c.f})
		require.Equal(t, c.want, got, name)
		require.Empty(t, next)
	}
	_, err = h.ListReferences(t.Context(), ListReferencesInput{ReferenceStoreID: store, MaxResults: 101})
	require.ErrorIs(t, err, ErrValidation)
	_, err = h.ListReferences(t.Context(), ListReferencesInput{ReferenceStoreID: "9999999999"})
	require.ErrorIs(t, err, ErrNotFound)
}

func TestGetReference(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	id := h.one(t, store, "testdata/genome.fa")
	data := load(t, "testdata/genome.fa")

	// Parts of 100 MiB are cut smaller here.
	n, err := catalog.ParseID(id)
	require.NoError(t, err)
	require.NoError(t, h.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		files, err := tx.Files(n)
		if err != nil {
			return err
		}
		for _, f := range files {
			f.PartSize = 1000
			if err := tx.UpdateFile(f); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Greater(t, len(data), 2000)
	require.Less(t, len(data), 3000)
	require.Equal(t, data, h.read(t, store, id, SourceFile))
	ref, err := h.GetReferenceMetadata(t.Context(), store, id)
	require.NoError(t, err)
	require.Equal(t, 3, ref.Files.Source.TotalParts)

	for name, c := range map[string]struct {
		part int
		text string
		want []byte
		err  error
	}{
		"all":             {2, "", data[1000:2000], nil},
		"first bytes":     {2, "bytes=0-9", data[1000:1010], nil},
		"one byte":        {2, "bytes=999-999", data[1999:2000], nil},
		"to the end":      {2, "bytes=990-", data[1990:2000], nil},
		"beyond the end":  {3, "bytes=10-99999999999999999999", data[2010:], nil},
		"the last":        {1, "bytes=-7", data[993:1000], nil},
		"more than last":  {3, "Bytes = -5000", data[2000:], nil},
		"behind":          {2, "bytes=1000-", nil, ErrRangeNotSatisfiable},
		"far behind":      {2, "bytes=99999999999999999999-", nil, ErrRangeNotSatisfiable},
		"none of the end": {2, "bytes=-0", nil, ErrRangeNotSatisfiable},
		"backwards":       {2, "bytes=9-8", nil, ErrValidation},
		"no unit":         {2, "0-9", nil, ErrValidation},
		"other unit":      {2, "bases=0-9", nil, ErrValidation},
		"no number":       {2, "bytes=a-9", nil, ErrValidation},
		"signed":          {2, "bytes=+1-9", nil, ErrValidation},
		"nothing":         {2, "bytes=-", nil, ErrValidation},
		"several":         {2, "bytes=0-1,3-4", nil, ErrNotSupported},
		"a part too far":  {4, "", nil, ErrRangeNotSatisfiable},
		"part 0":          {0, "", nil, ErrValidation},
		"part 10001":      {10001, "", nil, ErrValidation},
	} {
		out, err := h.GetReference(t.Context(), GetReferenceInput{ReferenceStoreID: store, ID: id, PartNumber: c.part, Range: c.text})
		if c.err != nil {
			require.ErrorIs(t, err, c.err, name)
			continue
		}
		require.NoError(t, err, name)
		got, err := io.ReadAll(out.Payload)
		require.NoError(t, err)
		require.NoError(t, out.Payload.Close())
		require.Equal(t, c.want, got, name)
		require.EqualValues(t, len(c.want), out.ContentLength)
		from := (c.part-1)*1000 + int(out.First)
		require.Equal(t, c.want, data[from:from+len(c.want)], name)
		require.EqualValues(t, min(1000, len(data)-(c.part-1)*1000), out.PartLength, name)
	}
	_, err = h.GetReference(t.Context(), GetReferenceInput{ReferenceStoreID: store, ID: id, PartNumber: 1, File: GZIFile})
	require.ErrorIs(t, err, ErrValidation)
	_, err = h.GetReference(t.Context(), GetReferenceInput{ReferenceStoreID: store, ID: "9999999999", PartNumber: 1})
	require.ErrorIs(t, err, ErrNotFound)
}

func TestDeleteReference(t *testing.T) {
	h := newHome(t, homeOptions{})
	ctx := t.Context()
	store := h.newStore(t)
	empty := h.objects(t)
	id := h.one(t, store, "testdata/genome.fa.gz")
	ref, err := h.GetReferenceMetadata(ctx, store, id)
	require.NoError(t, err)

	reads := catalog.SequenceStore{ID: 1_900_000_000, Scope: h.core.Scope(), Name: "s", Status: catalog.StoreActive, ETagFamily: "MD5up", CreationTime: time.Now(), UpdateTime: time.Now()}
	set := catalog.ReadSet{ID: 1_900_000_001, StoreID: reads.ID, Name: "r", Status: catalog.ReadSetActive, ReferenceARN: ref.ARN, CreationTime: time.Now()}
	require.NoError(t, h.core.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		if err := tx.InsertSequenceStore(reads); err != nil {
			return err
		}
		return tx.InsertReadSet(set)
	}))
	require.ErrorIs(t, h.DeleteReference(ctx, store, id), ErrConflict, "a read set uses it")
	require.Equal(t, load(t, "testdata/genome.fa.gz"), h.read(t, store, id, SourceFile))

	require.NoError(t, h.core.Catalog.Update(ctx, func(tx *catalog.Tx) error { return tx.DeleteReadSet(set.StoreID, set.ID) }))
	bases, err := h.Bases(ctx, ref.ARN)
	require.NoError(t, err)
	_, err = bases.AppendBases(ctx, nil, genomeSequences[0], 0, 10)
	require.NoError(t, err)
	require.NoError(t, h.DeleteReference(ctx, store, id))
	require.Equal(t, empty, h.objects(t))
	require.ErrorIs(t, h.DeleteReference(ctx, store, id), ErrNotFound)
	_, err = h.GetReferenceMetadata(ctx, store, id)
	require.ErrorIs(t, err, ErrNotFound)
	_, err = h.Bases(ctx, ref.ARN)
	require.ErrorIs(t, err, ErrNotFound)
	_, err = h.AllBases().Find(ctx, genomeSequences[0])
	require.ErrorIs(t, err, ErrNotFound)
	h.clean(t)
}

func TestTags(t *testing.T) {
	h := newHome(t, homeOptions{})
	ctx := t.Context()
	store := h.newStore(t)
	id := h.one(t, store, "testdata/genome.fa")
	storeARN := h.core.Scope().ReferenceStoreARN(0) + store
	for _, arn := range []string{storeARN, storeARN + "/reference/" + id} {
		tags := func() map[string]string {
			got, err := h.ListTagsForResource(ctx, arn)
			require.NoError(t, err)
			return got
		}
		require.Empty(t, tags())
		require.NoError(t, h.TagResource(ctx, arn, map[string]string{"a": "1", "b": "2"}))
		require.NoError(t, h.TagResource(ctx, arn, map[string]string{"b": "3", "c": ""}))
		require.Equal(t, map[string]string{"a": "1", "b": "3", "c": ""}, tags())
		require.NoError(t, h.UntagResource(ctx, arn, []string{"a", "absent"}))
		require.Equal(t, map[string]string{"b": "3", "c": ""}, tags())
		require.ErrorIs(t, h.TagResource(ctx, arn, map[string]string{"aws:a": "1"}), ErrValidation)

		many := map[string]string{}
		for i := range 49 {
			many[strings.Repeat("x", i+1)] = ""
		}
		require.ErrorIs(t, h.TagResource(ctx, arn, many), ErrValidation)
		require.Equal(t, map[string]string{"b": "3", "c": ""}, tags())
	}
	for arn, want := range map[string]error{
		"arn:aws:omics:local:000000000000:sequenceStore/1000000001":      ErrNotFound,
		"arn:aws:omics:elsewhere:000000000000:referenceStore/" + store:   ErrNotFound,
		storeARN + "/reference/9999999999":                               ErrNotFound,
		storeARN + "/reference/x":                                        ErrNotFound,
		"arn:aws:omics:local:000000000000:referenceStore/9999999999":     ErrNotFound,
		"arn:aws:omics:local:000000000000:referenceStore/" + store + "/": ErrNotFound,
		"sequenceStore/1000000001":                                       ErrValidation,
		"arn:" + strings.Repeat("x", 147):                                ErrValidation,
	} {
		require.ErrorIs(t, h.TagResource(ctx, arn, map[string]string{"a": ""}), want, arn)
		require.ErrorIs(t, h.UntagResource(ctx, arn, []string{"a"}), want, arn)
		_, err := h.ListTagsForResource(ctx, arn)
		require.ErrorIs(t, err, want, arn)
	}
}

// TestRebuild makes a catalog anew from the sidecars.
func TestRebuild(t *testing.T) {
	dir, objects := t.TempDir(), mem.New()
	old := newHome(t, homeOptions{dir: dir, objects: objects})
	ctx := t.Context()
	made, err := old.CreateReferenceStore(ctx, CreateReferenceStoreInput{Name: "genomes", Description: "all", Tags: map[string]string{"s": "1"}})
	require.NoError(t, err)
	in := started(t, made.ID)
	j, err := old.StartReferenceImportJob(ctx, in)
	require.NoError(t, err)
	id := old.await(t, made.ID, j.ID).Sources[0].ReferenceID
	zipped := old.one(t, made.ID, "testdata/genome.fa.gz")
	for _, arn := range []string{made.ARN, made.ARN + "/reference/" + zipped} {
		require.NoError(t, old.TagResource(ctx, arn, map[string]string{"later": "2"}))
	}
	require.NoError(t, old.UntagResource(ctx, made.ARN+"/reference/"+id, []string{"k"}))
	old.stop()

	h := newHome(t, homeOptions{dir: dir, objects: objects, catalog: "rebuilt.db"})
	report, err := h.core.Rebuild(ctx, vault.CheckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.EqualValues(t, 3, report.Restored)
	store, err := h.GetReferenceStore(ctx, made.ID)
	require.NoError(t, err)
	require.Equal(t, made, store)
	for _, id := range []string{id, zipped} {
		was, err := old.GetReferenceMetadata(ctx, made.ID, id)
		require.NoError(t, err)
		is, err := h.GetReferenceMetadata(ctx, made.ID, id)
		require.NoError(t, err)
		require.Equal(t, was, is)
		require.Equal(t, genomeSequences, h.sequences(t, id))
		require.Equal(t, old.read(t, made.ID, id, SourceFile), h.read(t, made.ID, id, SourceFile))
		for _, arn := range []string{store.ARN, was.ARN} {
			want, err := old.ListTagsForResource(ctx, arn)
			require.NoError(t, err)
			got, err := h.ListTagsForResource(ctx, arn)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
	h.clean(t)
	again := h.one(t, made.ID, "testdata/genome.fa")
	require.NotContains(t, []string{id, zipped}, again)
}

// TestRebuildOfDamaged leaves a reference out whose sidecar is damaged, and says so.
func TestRebuildOfDamaged(t *testing.T) {
	ctx := t.Context()
	for name, c := range map[string]struct{ from, to, want string }{
		"no M5":     {genomeSequences[1].M5 + " ", "", "sequence 2 is"},
		"no length": {" 730 ", " long ", "sequence 2 is"},
		"no name":   {" 730 chr2", " 730", "sequence 2 is"},
		"a number":  {`"md5": "`, `"md5": 5, "x": "`, "kept JSON"},
	} {
		dir, objects := t.TempDir(), mem.New()
		old := newHome(t, homeOptions{dir: dir, objects: objects})
		store := old.newStore(t)
		id := old.one(t, store, "testdata/genome.fa")
		old.stop()
		key := vault.Object(catalog.InObjects, vault.ReferenceFolder(old.core.Scope(), idOf(t, store), idOf(t, id)).File(referenceSidecar))
		text, err := blob.Get(ctx, objects, key, 1<<20)
		require.NoError(t, err)
		damaged := strings.Replace(string(text), c.from, c.to, 1)
		require.NotEqual(t, string(text), damaged, name)
		require.NoError(t, blob.Put(ctx, objects, key, []byte(damaged), blob.CreateOptions{Lease: "test"}))

		h := newHome(t, homeOptions{dir: dir, objects: objects, catalog: "rebuilt.db"})
		report, err := h.core.Rebuild(ctx, vault.CheckOptions{})
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Restored, name)
		require.Len(t, report.Problems, 1)
		require.Equal(t, vault.BadSidecar, report.Problems[0].Type)
		require.Contains(t, report.Problems[0].Message, c.want)
	}
}
