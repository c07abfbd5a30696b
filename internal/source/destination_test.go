package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

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
