package catalogtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// drawReadSet makes up a read set whose filtered columns have few values, so
// that filters have many rows each and few or none in common.
func drawReadSet(rnd *rand.Rand, store, id catalog.ID) catalog.ReadSet {
	pick := func(values ...string) string { return values[rnd.IntN(len(values))] }
	return catalog.ReadSet{
		ID: id, StoreID: store,
		Name:          fmt.Sprintf("n%d", rnd.IntN(3)),
		SampleID:      fmt.Sprintf("sa%d", rnd.IntN(20)),
		SubjectID:     fmt.Sprintf("su%d", rnd.IntN(4)),
		GeneratedFrom: pick("", "g1", "g2"),
		ReferenceARN:  pick("", "arn:a", "arn:b"),
		Status:        catalog.ReadSetStatus(pick("ACTIVE", "ACTIVE", "ACTIVE", "ARCHIVED")),
		CreationType:  catalog.CreationType(pick("IMPORT", "IMPORT", "UPLOAD")),
		CreationTime:  noon.Add(time.Duration(rnd.IntN(200)) * time.Second), // many at the same time
	}
}

// selects says whether a filter selects a read set.
func selects(f catalog.ReadSetFilter, s catalog.ReadSet) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(f.Name, s.Name) && is(f.SampleID, s.SampleID) && is(f.SubjectID, s.SubjectID) && is(f.GeneratedFrom, s.GeneratedFrom) &&
		is(f.ReferenceARN, s.ReferenceARN) && is(string(f.Status), string(s.Status)) && is(string(f.CreationType), string(s.CreationType)) &&
		(f.Created.After.IsZero() || s.CreationTime.After(f.Created.After)) && (f.Created.Before.IsZero() || s.CreationTime.Before(f.Created.Before))
}

// drawFilter makes up a filter.
func drawFilter(rnd *rand.Rand) (f catalog.ReadSetFilter) {
	s := drawReadSet(rnd, 0, 0)
	if rnd.IntN(3) == 0 {
		f.Name = s.Name
	}
	if rnd.IntN(5) == 0 {
		f.SampleID = s.SampleID
	}
	if rnd.IntN(3) == 0 {
		f.SubjectID = s.SubjectID
	}
	if rnd.IntN(3) == 0 {
		f.GeneratedFrom = s.GeneratedFrom
	}
	if rnd.IntN(3) == 0 {
		f.ReferenceARN = s.ReferenceARN
	}
	if rnd.IntN(3) == 0 {
		f.Status = s.Status
	}
	if rnd.IntN(3) == 0 {
		f.CreationType = s.CreationType
	}
	if rnd.IntN(4) == 0 {
		f.Created.After = s.CreationTime
	}
	if rnd.IntN(4) == 0 {
		f.Created.Before = noon.Add(time.Duration(rnd.IntN(300)) * time.Second)
	}
	return f
}

// readAll follows a list to its end.
func readAll(t *testing.T, c *catalog.Catalog, store catalog.ID, f catalog.ReadSetFilter, limit int, between func()) (ids []catalog.ID) {
	t.Helper()
	for token := ""; ; {
		var page catalog.Page[catalog.ReadSet]
		view(t, c, func(r *catalog.Reader) {
			var err error
			page, err = r.ListReadSets(store, f, catalog.PageRequest{Limit: limit, Token: token})
			require.NoError(t, err)
		})
		require.LessOrEqual(t, len(page.Items), limit)
		for _, s := range page.Items {
			ids = append(ids, s.ID)
		}
		if page.Next == "" {
			return ids
		}
		require.NotEqual(t, token, page.Next)
		token = page.Next
		between()
	}
}

// lists holds random filters and page sizes against a walk over all rows.
func lists(t *testing.T, open Open) {
	c := atNoon(t, open)
	rnd := rand.New(rand.NewPCG(1, 2))
	store, other := newStore(t, c, "a"), newStore(t, c, "b")
	all := map[catalog.ID]catalog.ReadSet{}
	update(t, c, func(tx *catalog.Tx) {
		for range 1500 {
			s := drawReadSet(rnd, store.ID, newID(t, tx))
			all[s.ID] = s
			require.NoError(t, tx.InsertReadSet(s))
		}
		for range 50 {
			require.NoError(t, tx.InsertReadSet(drawReadSet(rnd, other.ID, newID(t, tx))))
		}
	})
	for range 40 {
		f, limit := drawFilter(rnd), 1+rnd.IntN(400)
		want := map[catalog.ID]bool{}
		for id, s := range all {
			if selects(f, s) {
				want[id] = true
			}
		}
		var last catalog.ReadSet
		got := readAll(t, c, store.ID, f, limit, func() {})
		for i, id := range got {
			require.True(t, want[id], "%+v", f)
			s := all[id]
			require.True(t, i == 0 || last.CreationTime.Before(s.CreationTime) || last.CreationTime.Equal(s.CreationTime) && last.ID < id, "out of order: %+v", f)
			last = s
		}
		require.Len(t, got, len(want), "%+v", f)
	}
	// Rows that come and go between pages disturb no other.
	gone, seen := 0, map[catalog.ID]bool{}
	before := readAll(t, c, store.ID, catalog.ReadSetFilter{}, 1000, func() {})
	for _, id := range readAll(t, c, store.ID, catalog.ReadSetFilter{}, 50, func() {
		update(t, c, func(tx *catalog.Tx) {
			require.NoError(t, tx.DeleteReadSet(store.ID, before[gone]))
			require.NoError(t, tx.DeleteReadSet(store.ID, before[len(before)-1-gone]))
			gone++
			require.NoError(t, tx.InsertReadSet(drawReadSet(rnd, store.ID, newID(t, tx))))
		})
	}) {
		require.False(t, seen[id], "%s twice", id)
		seen[id] = true
	}
	for _, id := range before[gone : len(before)-gone] {
		require.True(t, seen[id], "%s left out", id)
	}
}

// tokens: a token is good for its list and filters alone.
func tokens(t *testing.T, open Open) {
	c := atNoon(t, open)
	rnd := rand.New(rand.NewPCG(3, 4))
	store, other := newStore(t, c, "a"), newStore(t, c, "b")
	update(t, c, func(tx *catalog.Tx) {
		for range 10 {
			s := drawReadSet(rnd, store.ID, newID(t, tx))
			s.Name = "n"
			require.NoError(t, tx.InsertReadSet(s))
		}
	})
	view(t, c, func(r *catalog.Reader) {
		f := catalog.ReadSetFilter{Name: "n"}
		page, err := r.ListReadSets(store.ID, f, catalog.PageRequest{Limit: 5})
		require.NoError(t, err)
		require.Len(t, page.Items, 5)
		refused := func(store catalog.ID, f catalog.ReadSetFilter, token string) {
			t.Helper()
			_, err := r.ListReadSets(store, f, catalog.PageRequest{Token: token})
			require.ErrorIs(t, err, errs.ErrValidation)
		}
		refused(other.ID, f, page.Next)
		refused(store.ID, catalog.ReadSetFilter{SampleID: "n"}, page.Next)
		refused(store.ID, catalog.ReadSetFilter{}, page.Next)
		refused(store.ID, catalog.ReadSetFilter{Name: "n", Created: catalog.Created{After: noon}}, page.Next)
		_, err = r.ListSequenceStores(home, catalog.SequenceStoreFilter{Name: "n"}, catalog.PageRequest{Token: page.Next})
		require.ErrorIs(t, err, errs.ErrValidation)
		for i := range page.Next {
			b := []byte(page.Next)
			b[i] ^= 1
			refused(store.ID, f, string(b))
		}
		for _, token := range []string{"x", page.Next + "A", page.Next[1:], "\x00"} {
			refused(store.ID, f, token)
		}
		rest, err := r.ListReadSets(store.ID, f, catalog.PageRequest{Limit: 5, Token: page.Next})
		require.NoError(t, err)
		require.Len(t, rest.Items, 5)
		require.Empty(t, rest.Next)
	})
}

// walks: filters with many rows each and none in common end after a bounded
// number of pages, and the rarest filter is the one that is walked.
func walks(t *testing.T, open Open) {
	c := atNoon(t, open)
	store := newStore(t, c, "a")
	update(t, c, func(tx *catalog.Tx) {
		for i := range 1600 {
			s := catalog.ReadSet{ID: newID(t, tx), StoreID: store.ID, Name: "even", SampleID: "common", CreationTime: noon}
			if i%2 == 1 {
				s.Name, s.SubjectID = "odd", "odd"
			}
			if i == 1599 {
				s.GeneratedFrom = "rare"
			}
			require.NoError(t, tx.InsertReadSet(s))
		}
	})
	pages := 1
	require.Empty(t, readAll(t, c, store.ID, catalog.ReadSetFilter{Name: "even", SubjectID: "odd"}, 100, func() { pages++ }))
	require.Equal(t, 2, pages, "800 rows of each, 500 a page")
	pages = 1
	require.Len(t, readAll(t, c, store.ID, catalog.ReadSetFilter{SampleID: "common", Name: "odd", GeneratedFrom: "rare"}, 100, func() { pages++ }), 1)
	require.Equal(t, 1, pages)
}

// transactions: an error undoes all, writers wait for each other, a snapshot
// stands still.
func transactions(t *testing.T, open Open) {
	c := atNoon(t, open)
	boom := errors.New("boom")
	require.ErrorIs(t, c.Update(t.Context(), func(tx *catalog.Tx) error {
		require.NoError(t, tx.Set(home, "a", "1"))
		require.NoError(t, tx.AddEvent(catalog.Event{Scope: home}))
		return boom
	}), boom)
	view(t, c, func(r *catalog.Reader) {
		set, err := r.Settings(home)
		require.NoError(t, err)
		require.Empty(t, set)
		update(t, c, func(tx *catalog.Tx) { require.NoError(t, tx.Set(home, "b", "2")) })
		set, err = r.Settings(home)
		require.NoError(t, err)
		require.Empty(t, set, "the snapshot saw a later commit")
	})
	var wg sync.WaitGroup
	seen := make(chan catalog.ID, 80)
	for range 8 {
		wg.Go(func() {
			for range 10 {
				err := c.Update(t.Context(), func(tx *catalog.Tx) error {
					id, err := tx.NewID()
					if err == nil {
						seen <- id
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(seen)
	unique := map[catalog.ID]bool{}
	for id := range seen {
		unique[id] = true
	}
	require.Len(t, unique, 80)
}
