package index

import (
	"bytes"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"
)

// A BAM file that is not compressed has no virtual offsets to point at.
func TestPlainBAM(t *testing.T) {
	bare := plain(t, bamFile(t, []int64{5000}, []record{{pos: 7, cigar: m(5)}}))
	for _, format := range []Format{Auto, BAI, CSI} {
		var out bytes.Buffer
		_, err := Build(t.Context(), bytes.NewReader(bare), &out, format, nil)
		require.ErrorIs(t, err, ErrNotSupported)
		require.Zero(t, out.Len())
	}
}

func TestPlainBAMAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	bare := plain(t, bamFile(t, []int64{5000}, []record{{pos: 7, cigar: m(5)}}))
	bam := put(t, dir, bare)
	_, good := theirs(t, bam, BAI, 0)
	require.False(t, good)
	same(t, bam, bare, BAI, 0)
	same(t, bam, bare, CSI, 14)
}
