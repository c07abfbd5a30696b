package job

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
)

// TestCatalogCloses: the catalog goes away under a worker; what it did takes no
// effect, and a runner on the catalog opened again does it anew.
func TestCatalogCloses(t *testing.T) {
	k := newClock()
	path := filepath.Join(t.TempDir(), "catalog.db")
	broken, err := sqlite.Open(t.Context(), path, catalog.Options{Now: k.Now})
	require.NoError(t, err)
	slow := newStalling()
	r := New(broken, Options{Kinds: slow.deaf(), Timer: k.Timer})
	j := submit(t, broken, 2)
	stop := start(t, r)
	<-slow.begun
	require.NoError(t, broken.Close())
	close(slow.goOn)
	stop()

	c := openCatalog(t, path, catalog.Options{Now: k.Now})
	_, commits := told(t, c, j.ID)
	require.Empty(t, commits)
	again := New(c, Options{Kinds: slow.kind(), Timer: k.Timer, Lease: time.Hour})
	start(t, again)
	turnUntil(t, k, time.Second, func() bool { return again.overNow(t, j.ID) })
	_, commits = told(t, c, j.ID)
	require.Equal(t, map[int]int{0: 1, 1: 1}, commits)
	require.Equal(t, "FINISHED FINISHED", state(t, c, j.ID))
}

// TestCatalogLocked: while another program holds the database, an item's end
// waits, and is not lost.
func TestCatalogLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := openCatalog(t, path, catalog.Options{})
	slow := newStalling()
	r := New(c, Options{Kinds: slow.kind(), Poll: 5 * time.Millisecond})
	j := submit(t, c, 1)
	start(t, r)
	<-slow.begun

	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	other, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	close(slow.goOn)
	time.Sleep(50 * time.Millisecond)
	require.Equal(t, "IN_PROGRESS", state(t, c, j.ID), "readers go on")
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, other.Close())
	require.Equal(t, catalog.JobCompleted, await(t, r, j.ID).Status)
}

// TestAwaitEnds: waiting ends with its context.
func TestAwaitEnds(t *testing.T) {
	c := openCatalog(t, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	r := New(c, Options{Kinds: map[string]Kind{event.ReadSetImport: {}}})
	j := submit(t, c, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := r.Await(ctx, j.ID)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = r.Await(ended, j.ID)
	require.ErrorIs(t, err, errs.ErrTimeout)
	require.ErrorIs(t, err, context.Canceled)
	_, err = r.Await(t.Context(), 5)
	require.ErrorIs(t, err, errs.ErrNotFound)
}
