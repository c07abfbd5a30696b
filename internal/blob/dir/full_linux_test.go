package dir_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vfs"
)

// TestFullTmpfs fills a file system of one MiB.
func TestFullTmpfs(t *testing.T) {
	if os.Getenv("SEQLODE_INTEROP") != "1" {
		t.Skip("mounts a tmpfs; set SEQLODE_INTEROP=1")
	}
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("this machine lets us mount no tmpfs: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(root, unix.MNT_DETACH)) })

	b := dir.New(vfs.Dir(root), dir.Options{})
	text := bytes.Repeat([]byte("0123456789abcdef"), 10<<10/16)
	there := map[string]bool{}
	full := 0
	for n := 0; full < 5; n++ {
		key := fmt.Sprintf("objects/%d/file", n)
		err := blob.Put(t.Context(), b, key, text, mine)
		if err == nil {
			there[key] = true
			continue
		}
		full++
		require.ErrorIs(t, err, unix.ENOSPC)
		require.ErrorIs(t, err, errs.ErrInternal)
		require.ErrorContains(t, err, key)
		_, err = b.Stat(t.Context(), key)
		require.ErrorIs(t, err, errs.ErrNotFound)
	}
	require.Greater(t, len(there), 80)
	found := 0
	for info, err := range b.List(t.Context(), "", "") {
		require.NoError(t, err)
		require.True(t, there[info.Key], info.Key)
		got, err := blob.Get(t.Context(), b, info.Key, 1<<20)
		require.NoError(t, err)
		require.Equal(t, text, got)
		found++
	}
	require.Len(t, there, found)
	require.NoError(t, b.Sweep(t.Context(), func(s blob.Staged) (bool, error) {
		return false, errors.New(s.Name + " takes room")
	}))
	// A delete needs no room, and gives some.
	require.NoError(t, b.Delete(t.Context(), "objects/0/file"))
	require.NoError(t, blob.Put(t.Context(), b, "objects/again/file", text[:1000], mine))
}
