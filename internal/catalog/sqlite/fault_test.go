package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	driver "modernc.org/sqlite"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// TestFault: what SQLite itself says of a bad file or disk becomes words that name
// the file and what to do, and stays below them.
func TestFault(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "catalog.db")
	do := func(name string, statements ...string) (err error) {
		db, err := sql.Open("sqlite", "file:"+name)
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		db.SetMaxOpenConns(1)
		for _, s := range statements {
			if _, err = db.ExecContext(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(t, do(path, "CREATE TABLE t (x)"))
	garbage := filepath.Join(folder, "garbage")
	require.NoError(t, os.WriteFile(garbage, bytes.Repeat([]byte("garbage "), 1000), 0o666))
	for _, c := range []struct {
		err  error
		kind error
		text string
	}{
		{do(path+"?mode=ro", "INSERT INTO t VALUES (1)"), errs.ErrAccessDenied, "cannot be written"},
		{do(filepath.Join(folder, "none")+"?mode=ro", "SELECT 1 FROM t"), errs.ErrAccessDenied, "cannot be opened: this user"},
		{do(path, "PRAGMA max_page_count=2", "INSERT INTO t VALUES (zeroblob(100000))"), errs.ErrInternal, "the disk is full"},
		{do(garbage, "SELECT 1 FROM t"), errs.ErrCorrupt, "fsck --rebuild"},
	} {
		require.Error(t, c.err)
		e := fault(path, c.err)
		require.NotNil(t, e, c.err)
		require.ErrorIs(t, e, c.kind)
		require.ErrorContains(t, e, c.text)
		require.ErrorContains(t, e, path)
		_, ok := errors.AsType[*driver.Error](e)
		require.True(t, ok)
	}
	require.Nil(t, fault(path, do(path, "SELECT 1 FROM nowhere")))
	require.Nil(t, fault(path, errors.New("other")))

	// A folder in the file's place.
	require.NoError(t, os.Mkdir(filepath.Join(folder, "d"), 0o777))
	_, err := Open(t.Context(), filepath.Join(folder, "d"), catalog.Options{})
	require.ErrorIs(t, err, errs.ErrCorrupt)
	require.ErrorContains(t, err, "is a folder")
}

// TestDamage: a file that is found damaged after Open is Corrupt as well.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, err := Open(t.Context(), path, catalog.Options{})
	require.NoError(t, err)
	require.NoError(t, c.Close()) // all of it is in the one file
	c, err = Open(t.Context(), path, catalog.Options{})
	require.NoError(t, err)
	defer func() { _ = c.Close() }() // it can't be in order any more
	info, err := os.Stat(path)
	require.NoError(t, err)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{'x'}, int(info.Size())), 0)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	err = c.View(t.Context(), func(r *catalog.Reader) error {
		_, err := r.Settings(catalog.Scope{})
		return err
	})
	require.ErrorIs(t, err, errs.ErrCorrupt)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "fsck --rebuild")
}
