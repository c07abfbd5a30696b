package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// TestWriteNew: of several who write one file, one does.
func TestWriteNew(t *testing.T) {
	dir := t.TempDir()
	uri, err := FileURI(dir)
	require.NoError(t, err)
	f, err := (&Opener{Local: true}).Folder(uri)
	require.NoError(t, err)
	const n = 8
	failed := make(chan error, n)
	for i := range n {
		go func() {
			failed <- f.WriteNew(t.Context(), "x", strings.NewReader(strings.Repeat(string(rune('a'+i)), 1000)))
		}()
	}
	good := 0
	for range n {
		if err := <-failed; err == nil {
			good++
		} else {
			require.ErrorIs(t, err, errs.ErrConflict)
		}
	}
	require.Equal(t, 1, good)
	text, err := f.Read("x", 2000)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat(string(text[0]), 1000), string(text))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing is left beside it")
	long := strings.Repeat("n", 255)
	require.NoError(t, f.Write(t.Context(), long, strings.NewReader("x")), "a name as long as may be")
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b c")
	uri, err := FileURI(dir)
	require.NoError(t, err)
	o := &Opener{Local: true}
	for _, uri := range []string{uri, uri + "/"} {
		f, err := o.Folder(uri)
		require.NoError(t, err)
		there, err := f.Has("x")
		require.NoError(t, err)
		require.False(t, there)
		_, err = f.Read("x", 10)
		require.ErrorIs(t, err, errs.ErrNotFound)
		for _, text := range []string{"one", "two, longer"} {
			require.NoError(t, f.Write(t.Context(), "x", strings.NewReader(text)))
			got, err := f.Read("x", 100)
			require.NoError(t, err)
			require.Equal(t, text, string(got))
		}
		got, err := f.Read("x", 3)
		require.NoError(t, err)
		require.Equal(t, "two", string(got))

		// What fails leaves the file as it was, and nothing beside it.
		broken := errors.New("broken")
		require.ErrorIs(t, f.Write(t.Context(), "x", io.MultiReader(strings.NewReader("three"), iotest.ErrReader(broken))), broken)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, f.Write(ctx, "x", strings.NewReader("four")), context.Canceled)
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, 1)
		got, err = f.Read("x", 100)
		require.NoError(t, err)
		require.Equal(t, "two, longer", string(got))
		require.NoError(t, os.Remove(filepath.Join(dir, "x")))
	}
	for uri, want := range map[string]error{
		"": errs.ErrValidation, "https://host/a": errs.ErrValidation, "s3://bucket/a": errs.ErrNotSupported, "/a": errs.ErrValidation,
	} {
		require.ErrorIs(t, o.CheckFolder(uri), want, uri)
	}
	require.ErrorIs(t, new(Opener).CheckFolder(uri), errs.ErrValidation)
}

// TestDestinationFaults: what is wrong with a destination is said of the file that
// was to be there.
func TestDestinationFaults(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o666))
	f := &Folder{filepath.Join(dir, "file")}
	err := f.Write(t.Context(), "x", strings.NewReader("text"))
	require.ErrorContains(t, err, filepath.Join(dir, "file", "x")+": the destination is not a folder")
	f = &Folder{dir}
	for _, c := range []struct {
		err  error
		kind error
		text string
	}{
		{&fs.PathError{Op: "lstat", Path: "/y", Err: syscall.EACCES}, errs.ErrAccessDenied, "this user may not read or write the destination: permission denied"},
		{&fs.PathError{Op: "write", Path: "/y", Err: syscall.ENOSPC}, errs.ErrInternal, "the destination's disk is full: no space left on device"},
		{&os.LinkError{Op: "link", Old: "/y", New: "/z", Err: syscall.EEXIST}, errs.ErrConflict, "file exists"},
		{errs.At(errs.Corrupt, errs.Pos{}, "damaged"), errs.ErrCorrupt, "damaged"},
	} {
		err := f.fail("x", c.err)
		require.ErrorIs(t, err, c.kind)
		require.EqualError(t, err, filepath.Join(dir, "x")+": "+c.text)
	}
}
