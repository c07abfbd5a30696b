package dir_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var mine = blob.CreateOptions{Lease: "mine"}

// TestTrace holds the order of file operations against testdata/trace.txt.
func TestTrace(t *testing.T) {
	ctx := t.Context()
	var trace vfstest.Trace
	b := dir.New(vfstest.Wrap(vfstest.NewDisk(), trace.Hook), dir.Options{})
	once := mine
	once.IfAbsent = true
	var out strings.Builder
	for _, step := range []struct {
		title string
		run   func() error
	}{
		{"the first object", func() error { return blob.Put(ctx, b, "objects/store/1/a.bam", []byte("text"), mine) }},
		{"one beside it", func() error { return blob.Put(ctx, b, "objects/store/1/a.bam.bai", []byte("index"), mine) }},
		{"one in a folder of its own", func() error { return blob.Put(ctx, b, "objects/store/2/b.bam", []byte("text"), mine) }},
		{"one that replaces another", func() error { return blob.Put(ctx, b, "objects/store/2/b.bam", []byte("longer text"), mine) }},
		{"one that must be the first", func() error { return blob.Put(ctx, b, "vault.json", []byte("{}"), once) }},
		{"and is not", func() error {
			err := blob.Put(ctx, b, "vault.json", []byte("{}"), once)
			require.ErrorIs(t, err, errs.ErrConflict)
			return nil
		}},
		{"a copy", func() error { return b.Copy(ctx, "objects/store/2/b.bam", "archive/store/2/b.bam", mine) }},
		{"the copy again", func() error { return b.Copy(ctx, "objects/store/2/b.bam", "archive/store/2/b.bam", mine) }},
		{"one given up", func() error {
			w, err := b.Create(ctx, "objects/store/3/c.bam", mine)
			require.NoError(t, err)
			_, err = w.Write([]byte("text"))
			require.NoError(t, err)
			return w.Abort()
		}},
		{"one with a wrong sum", func() error {
			w, err := b.Create(ctx, "objects/store/3/c.bam", mine)
			require.NoError(t, err)
			_, err = w.Commit(&blob.Sum{Size: 1})
			require.ErrorIs(t, err, errs.ErrCorrupt)
			return nil
		}},
		{"delete one of two", func() error { return b.Delete(ctx, "objects/store/1/a.bam") }},
		{"delete the last of a folder", func() error { return b.Delete(ctx, "objects/store/1/a.bam.bai") }},
		{"delete what is not there", func() error { return b.Delete(ctx, "objects/store/1/a.bam.bai") }},
		{"sweep", func() error { return b.Sweep(ctx, func(blob.Staged) (bool, error) { return true, nil }) }},
	} {
		require.NoError(t, step.run(), step.title)
		out.WriteString("# " + step.title + "\n" + trace.Take())
	}
	const golden = "testdata/trace.txt"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(golden, []byte(out.String()), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), out.String(), "go test -update writes it anew")
}
