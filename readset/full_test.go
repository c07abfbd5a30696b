package readset_test

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/readset"
)

// fullDisk has room for so many bytes of each object.
type fullDisk struct {
	blob.Bucket
	room int
}

func (b fullDisk) Create(ctx context.Context, key string, opts blob.CreateOptions) (blob.Writer, error) {
	w, err := b.Bucket.Create(ctx, key, opts)
	return &fullWriter{w, b.room, key}, err
}

type fullWriter struct {
	blob.Writer
	room int
	key  string
}

func (w *fullWriter) Write(p []byte) (int, error) {
	if len(p) > w.room {
		return 0, blob.Fail(context.Background(), "write", w.key, syscall.ENOSPC)
	}
	w.room -= len(p)
	return w.Writer.Write(p)
}

// TestFullDisk: where the objects can't be written, the source is not blamed.
func TestFullDisk(t *testing.T) {
	h := newHome(t, "")
	bam, err := os.ReadFile("testdata/sample.bam")
	require.NoError(t, err)
	uri := h.put(t, "sample.bam", bam)
	aligned := fastqSource(uri)
	aligned.SourceFileType, aligned.ReferenceARN = readset.BAM, h.refer(t, "fits", sequencesOf(t, bam)...)
	text := []byte(fastqText(100, ""))
	one := fastqSource(h.put(t, "a_1.fastq", text))
	two := fastqSource(one.SourceFiles.Source1, h.put(t, "a_2.fastq", text))
	h.vault.Objects = fullDisk{h.vault.Objects, 10}
	for _, s := range []readset.ImportSource{aligned, one, two} {
		j := h.take(t, s)
		require.EqualValues(t, "FAILED", j.Status)
		said := j.Sources[0].StatusMessage
		require.Regexp(t, "^the vault could not be written: write: object objects/", said)
		require.NotContains(t, said, "cannot read")
	}
}
