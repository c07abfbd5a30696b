package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqldb"
	"github.com/seqlode/seqlode/internal/errs"
)

// TestPatience: a writer waits for one of another program, for so long, and ends
// its wait with its context; a reader waits for nobody.
func TestPatience(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	connect := func() *sql.DB {
		db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_journal_mode=WAL&_busy_timeout=1")
		require.NoError(t, err)
		return db
	}
	with := func(patience time.Duration) *catalog.Catalog {
		d := dialect
		d.Patience = patience
		pools := connect()
		db, err := sqldb.Open(t.Context(), d, pools, pools)
		require.NoError(t, err)
		c := catalog.New(db, catalog.Options{})
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		return c
	}
	hasty, patient := with(100*time.Millisecond), with(time.Hour)
	count := func(ctx context.Context, c *catalog.Catalog) error {
		return c.Update(ctx, func(tx *catalog.Tx) error {
			_, err := tx.NewID()
			return err
		})
	}

	others := connect()
	defer func() { require.NoError(t, others.Close()) }()
	held, err := others.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	err = count(t.Context(), hasty)
	require.ErrorIs(t, err, errs.ErrTimeout)
	require.ErrorContains(t, err, "locked by others")
	ending, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, count(ending, patient), context.DeadlineExceeded)
	require.NoError(t, hasty.View(t.Context(), func(r *catalog.Reader) error {
		_, err := r.Settings(catalog.Scope{})
		return err
	}))
	time.AfterFunc(20*time.Millisecond, func() { _ = held.Rollback() })
	require.NoError(t, count(t.Context(), patient))
}
