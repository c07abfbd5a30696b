package seqlode

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/mem"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/vault"
)

// opened opens a vault and closes it with the test.
func opened(t testing.TB, o Options) *Vault {
	t.Helper()
	v, err := Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	return v
}

func TestOpenMakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	now := time.Date(2031, 2, 3, 4, 5, 6, 789000, time.UTC)
	v := opened(t, Options{Dir: dir, Clock: func() time.Time { return now }})
	info := v.Info()
	require.Len(t, info.ID, 26)
	require.Equal(t, Info{Format: 1, ID: info.ID, Account: "000000000000", Region: "local", CreationTime: now}, info)

	text, err := os.ReadFile(filepath.Join(dir, "vault.json"))
	require.NoError(t, err)
	require.Equal(t, "{\n  \"format\": 1,\n  \"id\": \""+info.ID+"\",\n  \"account\": \"000000000000\",\n  \"region\": \"local\",\n"+
		"  \"name\": \"\",\n  \"creationTime\": \"2031-02-03T04:05:06.000789Z\"\n}\n", string(text))

	again := opened(t, Options{Dir: dir, MustExist: true, Account: "000000000000", Region: "local"})
	require.Equal(t, info, again.Info())
	require.NoError(t, again.Close())
	require.NoError(t, again.Close(), "twice")
	report, err := v.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	require.Equal(t, &FsckReport{Problems: []FsckProblem{}}, report)
	require.True(t, report.Clean())
}

func TestOpenNames(t *testing.T) {
	dir := t.TempDir()
	given := Options{Dir: dir, Account: "123456789012", Region: "eu-west-1", Name: "The reads"}
	require.Equal(t, "The reads", opened(t, given).Info().Name)
	require.Equal(t, "123456789012", opened(t, Options{Dir: dir}).Info().Account)
	for _, other := range []Options{{Account: "000000000000"}, {Region: "local"}, {Name: "other"}} {
		other.Dir = dir
		_, err := Open(t.Context(), other)
		require.ErrorIs(t, err, ErrConflict)
		require.ErrorContains(t, err, dir)
	}
	for _, bad := range []Options{
		{Account: "1"}, {Account: "12345678901x"}, {Region: "EU"}, {Region: "a_b"}, {Region: "-"}, {Name: strings.Repeat("x", 128)}, {Threads: -1},
	} {
		bad.Dir = filepath.Join(dir, "new")
		_, err := Open(t.Context(), bad)
		require.ErrorIs(t, err, ErrValidation, "%+v", bad)
		require.NoDirExists(t, bad.Dir)
	}
}

func TestOpenRefuses(t *testing.T) {
	made := func(t *testing.T) string {
		dir := t.TempDir()
		v, err := Open(t.Context(), Options{Dir: dir})
		require.NoError(t, err)
		require.NoError(t, v.Close())
		return dir
	}
	write := func(t *testing.T, dir, name, text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		kind  error
		says  string
	}{
		"newer format": {func(t *testing.T, dir string) { write(t, dir, "vault.json", `{"format":2,"id":{"other":"shape"}}`) },
			ErrNotSupported, "the vault has format 2; this seqlode knows formats up to 1: use a newer seqlode"},
		"no JSON":     {func(t *testing.T, dir string) { write(t, dir, "vault.json", `format: 1`) }, ErrCorrupt, "vault.json: is damaged; put a copy of it back"},
		"no format":   {func(t *testing.T, dir string) { write(t, dir, "vault.json", `{}`) }, ErrCorrupt, "vault.json"},
		"huge":        {func(t *testing.T, dir string) { write(t, dir, "vault.json", strings.Repeat(" ", 2<<20)) }, ErrLimitExceeded, "vault.json"},
		"no catalog":  {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "catalog.db"))) }, ErrCorrupt, "fsck --rebuild"},
		"empty":       {func(t *testing.T, dir string) { write(t, dir, "catalog.db", "") }, ErrCorrupt, "fsck --rebuild"},
		"no database": {func(t *testing.T, dir string) { write(t, dir, "catalog.db", strings.Repeat("reads ", 1000)) }, ErrCorrupt, "catalog.db"},
		"other's": {func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(filepath.Join(made(t), "catalog.db"), filepath.Join(dir, "catalog.db")))
		}, ErrCorrupt, "another vault"},
		"lost vault": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "vault.json")))
			write(t, dir, "x", "")
		}, ErrValidation, "is no vault"},
		"newer tables": {newerTables, ErrNotSupported, "use a newer seqlode"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := made(t)
			c.spoil(t, dir)
			_, err := Open(t.Context(), Options{Dir: dir})
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, dir)
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, filepath.Dir(file), "file", "")
	for dir, says := range map[string]string{file: file + ": it is a file; a vault is a folder", filepath.Join(file, "x"): "is a file, not a folder"} {
		for _, must := range []bool{false, true} {
			_, err := Open(t.Context(), Options{Dir: dir, MustExist: must})
			require.ErrorIs(t, err, ErrValidation)
			require.ErrorContains(t, err, says)
		}
		_, err := Rebuild(t.Context(), Options{Dir: dir}, FsckOptions{})
		require.ErrorIs(t, err, ErrValidation)
	}
	absent := filepath.Join(t.TempDir(), "absent")
	_, err := Open(t.Context(), Options{Dir: absent, MustExist: true})
	require.ErrorIs(t, err, ErrNotFound)
	require.NoDirExists(t, absent)
	_, err = Rebuild(t.Context(), Options{Dir: absent}, FsckOptions{})
	require.ErrorIs(t, err, ErrNotFound)
	require.NoDirExists(t, absent)
}

// newerTables makes the catalog one of a later seqlode.
func newerTables(t *testing.T, dir string) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "catalog.db"))
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// TestOpenTogether: many make one vault at the same time.
func TestOpenTogether(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	infos := make([]Info, 8)
	failures := make([]error, len(infos))
	var wg sync.WaitGroup
	for i := range infos {
		wg.Go(func() {
			v, err := Open(t.Context(), Options{Dir: dir})
			if err == nil {
				infos[i] = v.Info()
				err = v.Close()
			}
			failures[i] = err
		})
	}
	wg.Wait()
	for i := range infos {
		require.NoError(t, failures[i])
		require.Equal(t, infos[0], infos[i])
	}
}

// TestOwnBucket: the objects elsewhere, the catalog in the folder.
func TestOwnBucket(t *testing.T) {
	dir, b := t.TempDir(), mem.New()
	d, store := mustDemo(t, Options{Dir: dir, Bucket: b})
	id, err := d.submit(t.Context(), store, "one")
	require.NoError(t, err)
	d.done(t, id)
	require.Len(t, d.sets(t), 1)
	d.clean(t)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		require.True(t, e.Name() == "lock" || strings.HasPrefix(e.Name(), "catalog.db"), e.Name())
	}
	_, err = Open(t.Context(), Options{Dir: t.TempDir(), Bucket: b})
	require.ErrorIs(t, err, ErrCorrupt, "its catalog is in the other folder")
}

// TestSweepOnOpen: what dead processes left is gone, what live ones are about stays.
func TestSweepOnOpen(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	var later atomic.Int64 // by how much the clock is set forward
	clock := func() time.Time { return now.Add(time.Duration(later.Load())) }
	d, store := mustDemo(t, Options{Dir: dir, Workers: -1, Clock: clock})
	_, err := d.submit(t.Context(), store, "one", "two")
	require.NoError(t, err)
	// Two items under way, as another process would have them.
	var leases []string
	require.NoError(t, d.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		items, err := tx.WaitingItems(demoWork, 2)
		require.NoError(t, err)
		for i, item := range items {
			item.Status, item.Epoch, item.LeaseUntil = catalog.ItemInProgress, 3, now.Add(time.Duration(i+1)*time.Hour)
			require.NoError(t, tx.UpdateJobItem(item, 0))
			leases = append(leases, item.JobID.String()+[]string{"-0-3", "-1-3"}[i])
		}
		leases = append(leases, items[0].JobID.String()+"-0-2") // one that had it before
		return nil
	}))
	leases = append(leases, "1999999999-0-1", vault.CallLease)
	for _, lease := range leases {
		_, err := d.core.Objects.Create(t.Context(), "objects/x/"+lease, blob.CreateOptions{Lease: lease})
		require.NoError(t, err)
	}
	staged := func() (out []string) {
		require.NoError(t, d.core.Objects.Sweep(t.Context(), func(s blob.Staged) (bool, error) {
			out = append(out, s.Lease)
			return false, nil
		}))
		return out
	}
	require.Len(t, staged(), 5)
	report, err := d.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	require.Len(t, report.Problems, 2)
	require.False(t, report.Clean())
	require.Len(t, staged(), 5, "only looked")
	opened(t, Options{Dir: dir, Clock: clock})
	require.ElementsMatch(t, []string{leases[0], leases[1], vault.CallLease}, staged())
	later.Store(int64(90 * time.Minute))
	opened(t, Options{Dir: dir, Clock: clock})
	require.ElementsMatch(t, []string{leases[1], vault.CallLease}, staged())
	later.Store(int64(26 * time.Hour))
	report, err = d.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	require.Len(t, report.Problems, 2)
	require.True(t, report.Clean())
	require.Empty(t, staged())
}
