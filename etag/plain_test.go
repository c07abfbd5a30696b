package etag_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

// plainBAM gives the bare BAM stream of alignments.bam.
func plainBAM(t *testing.T) (file, bare []byte) {
	t.Helper()
	file, err := os.ReadFile("testdata/alignments.bam")
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	bare, err = io.ReadAll(z)
	require.NoError(t, err)
	return file, bare
}

// How a BAM file is stored, or that it is not compressed, is not in its ETag.
func TestPlainBAM(t *testing.T) {
	file, bare := plainBAM(t)
	want, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{})
	require.NoError(t, err)
	require.Empty(t, want.Warnings)
	want.StoredBytes = int64(len(bare))
	for _, threads := range []int{1, 3} {
		got, err := etag.Compute(t.Context(), bytes.NewReader(bare), etag.Options{Threads: threads, Type: etag.BAM})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err = etag.Compute(t.Context(), bytes.NewReader(bare), etag.Options{Type: etag.FASTQ})
	require.ErrorIs(t, err, etag.ErrValidation)
	_, err = etag.Compute(t.Context(), bytes.NewReader(bare[:len(bare)-1]), etag.Options{})
	require.ErrorIs(t, err, etag.ErrCorrupt)
}

func TestPlainBAMAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	_, bare := plainBAM(t)
	path := filepath.Join(dir, "bare.bam")
	require.NoError(t, os.WriteFile(path, bare, 0o600))
	require.True(t, holdBAM(t, "whole", path))
	require.NoError(t, os.WriteFile(path, bare[:len(bare)-1], 0o600))
	require.False(t, holdBAM(t, "cut", path))
}
