package index_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/index"
)

// TestBuildWithETag: one pass gives what two give.
func TestBuildWithETag(t *testing.T) {
	file, err := os.ReadFile("../etag/testdata/alignments.bam")
	require.NoError(t, err)
	for _, family := range []etag.Family{etag.MD5up, etag.SHA256up, etag.SHA512up} {
		want, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Family: family})
		require.NoError(t, err)
		for _, threads := range []int{1, 3} {
			var x bytes.Buffer
			res, err := index.Build(t.Context(), bytes.NewReader(file), &x, index.Auto, &index.Options{ETag: family, Optional: true, Threads: threads})
			require.NoError(t, err)
			require.Equal(t, want, *res.ETag)
			if want.Sorted {
				require.NoError(t, res.NoIndex)
				var alone bytes.Buffer
				_, err = index.Build(t.Context(), bytes.NewReader(file), &alone, index.Auto, nil)
				require.NoError(t, err)
				require.Equal(t, alone.Bytes(), x.Bytes())
			} else {
				require.ErrorIs(t, res.NoIndex, index.ErrUnsorted)
				require.Zero(t, x.Len())
			}
		}
	}
}

// TestBuildWithETagFaults: a file whose records have no text has neither.
func TestBuildWithETagFaults(t *testing.T) {
	file, err := os.ReadFile("../etag/testdata/alignments.bam")
	require.NoError(t, err)
	for _, threads := range []int{1, 3} {
		res, err := index.Build(t.Context(), bytes.NewReader(file[:len(file)/2]), io.Discard, index.Auto, &index.Options{ETag: etag.MD5up, Optional: true, Threads: threads})
		require.ErrorIs(t, err, index.ErrCorrupt)
		require.Nil(t, res.ETag)
	}
}
