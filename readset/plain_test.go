package readset_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/readset"
)

// plain gives the text of a compressed file.
func plain(t testing.TB, file []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return text
}

// A BAM file that is not compressed has records as any other, but no regions.
func TestPlainBAM(t *testing.T) {
	file, header, lines := sample(t)
	bare := plain(t, file)
	for _, threads := range []int{1, 3} {
		r := open(t, bytes.NewReader(bare), readset.Options{Threads: threads, Index: indexOf(t, file, index.BAI)})
		require.Equal(t, readset.BAM, r.Type())
		require.Equal(t, header, string(r.Header().AppendSAM(nil)))
		for range 2 {
			require.Equal(t, lines, linesOf(t, r.Records()))
		}
		ws, err := r.Warnings()
		require.NoError(t, err)
		require.Empty(t, ws)
		for _, err := range r.Region(0, 0, 100) {
			require.ErrorIs(t, err, readset.ErrNotSupported)
		}

		r = open(t, pipe{bytes.NewReader(bare)}, readset.Options{Threads: threads, Type: readset.BAM})
		require.Equal(t, lines, linesOf(t, r.Records()))
	}
	_, err := readset.Open(bytes.NewReader(bare), readset.Options{Type: readset.FASTQ})
	require.ErrorIs(t, err, readset.ErrValidation)
}

func TestPlainBAMAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	file, _, _ := sample(t)
	bare := plain(t, file)
	path := filepath.Join(dir, "bare.bam")
	for name, c := range map[string]struct {
		file []byte
		good bool
	}{
		"whole":                 {bare, true},
		"cut in a record":       {bare[:len(bare)-5], false},
		"cut in the header":     {bare[:20], false},
		"cut behind the magic":  {bare[:4], false},
		"zeros behind it":       {append(bytes.Clone(bare), make([]byte, 20)...), false},
		"a BGZF file behind it": {append(bytes.Clone(bare), file...), false},
		"of many pieces":        {plain(t, randomBAM(t, 1, 18_000, 60_000)), true},
	} {
		require.NoError(t, os.WriteFile(path, c.file, 0o600))
		require.Equal(t, c.good, sameAsSamtools(t, name, path), name)
	}
}
