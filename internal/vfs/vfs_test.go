package vfs_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/vfs"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
)

// each runs a test on the machine's file system and on the one in memory.
func each(t *testing.T, test func(t *testing.T, fsys vfs.FS)) {
	t.Run("os", func(t *testing.T) { test(t, vfs.Dir(t.TempDir())) })
	t.Run("disk", func(t *testing.T) { test(t, vfstest.NewDisk()) })
}

func write(t *testing.T, fsys vfs.FS, name, text string) {
	t.Helper()
	f, err := fsys.Create(name)
	require.NoError(t, err)
	n, err := f.Write([]byte(text))
	require.NoError(t, err)
	require.Equal(t, len(text), n)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}

func read(t *testing.T, fsys vfs.FS, name string) string {
	t.Helper()
	f, err := fsys.Open(name)
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	text := make([]byte, info.Size())
	_, err = f.ReadAt(text, 0)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(text)
}

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, fsys vfs.FS) {
		require.NoError(t, fsys.Mkdir("a"))
		require.ErrorIs(t, fsys.Mkdir("a"), fs.ErrExist)
		require.ErrorIs(t, fsys.Mkdir("b/c"), fs.ErrNotExist)
		write(t, fsys, "a/one", "1")
		_, err := fsys.Create("a/one")
		require.ErrorIs(t, err, fs.ErrExist)
		_, err = fsys.Create("b/one")
		require.ErrorIs(t, err, fs.ErrNotExist)
		_, err = fsys.Open("a/two")
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.Error(t, fsys.Remove("a"), "not empty")

		require.NoError(t, fsys.Rename("a/one", "uno"))
		write(t, fsys, "a/one", "another")
		require.ErrorIs(t, fsys.RenameNew("a/one", "uno"), fs.ErrExist)
		require.ErrorIs(t, fsys.RenameNew("a/two", "due"), fs.ErrNotExist)
		require.Equal(t, "1", read(t, fsys, "uno"))
		require.NoError(t, fsys.Rename("a/one", "uno"))
		require.Equal(t, "another", read(t, fsys, "uno"))
		require.NoError(t, fsys.RenameNew("uno", "a/two"))
		require.ErrorIs(t, fsys.Rename("a/two", "b/two"), fs.ErrNotExist)

		require.NoError(t, fsys.Link("a/two", "two"))
		require.ErrorIs(t, fsys.Link("a/two", "two"), fs.ErrExist)
		require.NoError(t, fsys.Rename("a/two", "two"))
		require.Equal(t, "another", read(t, fsys, "a/two"), "POSIX: two names of one file stay")
		require.NoError(t, fsys.SyncDir("."))
		require.NoError(t, fsys.SyncDir("a"))

		entries, err := fsys.ReadDir(".")
		require.NoError(t, err)
		require.Len(t, entries, 2)
		require.True(t, entries[0].IsDir())
		require.Equal(t, "two", entries[1].Name())
		info, err := fsys.Stat("two")
		require.NoError(t, err)
		require.EqualValues(t, 7, info.Size())

		require.NoError(t, fsys.Remove("a/two"))
		require.NoError(t, fsys.Remove("a"))
		require.ErrorIs(t, fsys.Remove("a"), fs.ErrNotExist)
		_, err = fsys.Stat("a")
		require.ErrorIs(t, err, fs.ErrNotExist)
		_, err = fsys.Open("../two")
		require.Error(t, err, "below the root only")
	})
}

func TestMakeRoot(t *testing.T) {
	root := filepath.Join(t.TempDir(), "x", "y")
	require.NoError(t, vfs.MakeRoot(root))
	require.NoError(t, vfs.MakeRoot(root))
	require.DirExists(t, root)
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o666))
	require.Error(t, vfs.MakeRoot(filepath.Join(root, "file")))
}

func TestPowerCut(t *testing.T) {
	disk := vfstest.NewDisk()
	require.NoError(t, disk.Mkdir("kept"))
	require.NoError(t, disk.SyncDir("."))
	require.NoError(t, disk.Mkdir("lost"))
	write(t, disk, "kept/a", "synced")
	require.NoError(t, disk.SyncDir("kept"))
	write(t, disk, "kept/b", "its name is not synced")
	write(t, disk, "lost/c", "its folder's name is not synced")
	require.NoError(t, disk.SyncDir("lost"))
	f, err := disk.Create("kept/d")
	require.NoError(t, err)
	_, err = f.Write([]byte("never synced"))
	require.NoError(t, err)

	names := func(d *vfstest.Disk, folder string) (out []string) {
		entries, err := d.ReadDir(folder)
		require.NoError(t, err)
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return out
	}
	after := disk.Cut(nil)
	require.Equal(t, []string{"kept"}, names(after, "."))
	require.Equal(t, []string{"a"}, names(after, "kept"))
	require.Equal(t, "synced", read(t, after, "kept/a"))

	lucky := disk.Cut(func() bool { return true })
	require.Equal(t, []string{"kept", "lost"}, names(lucky, "."))
	require.Equal(t, []string{"a", "b", "d"}, names(lucky, "kept"))
	require.Equal(t, "never ", read(t, lucky, "kept/d"))

	// What is taken away without a sync is back.
	require.NoError(t, disk.Remove("kept/a"))
	require.Equal(t, "synced", read(t, disk.Cut(nil), "kept/a"))
	require.NoError(t, disk.SyncDir("kept"))
	require.Equal(t, []string{"b", "d"}, names(disk.Cut(nil), "kept"))
}

func TestFaults(t *testing.T) {
	broken := errors.New("broken")
	var trace vfstest.Trace
	rule := vfstest.Nth(3, vfstest.Fault{Err: broken, Keep: 2})
	disk := vfstest.NewDisk()
	fsys := vfstest.Wrap(disk, trace.Hook, rule.Hook)
	f, err := fsys.Create("f")
	require.NoError(t, err)
	_, err = f.Write([]byte("ab"))
	require.NoError(t, err)
	require.False(t, rule.Hit())
	n, err := f.Write([]byte("cdef"))
	require.ErrorIs(t, err, broken)
	require.Equal(t, 2, n)
	require.True(t, rule.Hit())
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
	require.Equal(t, "abcd", read(t, disk, "f"))
	require.Equal(t, "create f\nwrite f 6\nsync f\nclose f\n", trace.Take())

	gone := vfstest.Wrap(disk, vfstest.Gone(2, vfstest.Fault{Err: broken, Done: true}).Hook)
	require.NoError(t, gone.Mkdir("a"))
	require.ErrorIs(t, gone.Mkdir("b"), broken)
	_, err = gone.Stat("b")
	require.ErrorIs(t, err, broken)
	_, err = disk.Stat("b")
	require.NoError(t, err, "done, and said to have failed")

	full := vfstest.Wrap(disk, vfstest.Full(3))
	f, err = full.Create("full")
	require.NoError(t, err)
	n, err = f.Write([]byte("abcd"))
	require.Equal(t, 3, n)
	require.ErrorContains(t, err, "no space left")
	_, err = full.Create("more")
	require.Error(t, err)
}
