package catalogtest

import (
	"encoding/json"
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
