package index_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/reference"
)

const cramData = "../internal/cram/testdata/"

// craiOf makes the CRAI of a file, decompressed.
func craiOf(t *testing.T, file []byte, opt *index.Options) (string, index.Result) {
	t.Helper()
	var made bytes.Buffer
	res, err := index.Build(t.Context(), bytes.NewReader(file), &made, index.Auto, opt)
	require.NoError(t, err)
	require.Equal(t, index.CRAI, res.Format)
	require.Positive(t, res.Records)
	z, err := gzip.NewReader(&made)
	require.NoError(t, err)
	lines, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(lines), res
}

func TestCRAI(t *testing.T) {
	bases, err := reference.Open(t.Context(), cramData+"odd.fa", reference.OpenOptions{})
	require.NoError(t, err)
	defer bases.Close()
	sums, err := os.ReadFile(cramData + "sums.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(sums)) {
		f := strings.Fields(line)
		file, err := os.ReadFile(cramData + f[2] + ".cram")
		require.NoError(t, err)
		want, err := os.ReadFile(cramData + f[2] + ".crai")
		require.NoError(t, err)
		for _, threads := range []int{1, 2} {
			got, plain := craiOf(t, file, &index.Options{Threads: threads, Strict: true})
			require.Equal(t, string(want), got, f[2])
			got, res := craiOf(t, file, &index.Options{Threads: threads, ETag: etag.MD5up, Bases: bases})
			require.Equal(t, string(want), got, f[2])
			require.Equal(t, f[0], res.ETag.Hex)
			require.Equal(t, "CRAM_MD5up", res.ETag.Algorithm)
			require.Equal(t, plain.Records, res.ETag.Reads)
		}
	}
}

func TestCRAIRefuses(t *testing.T) {
	file, err := os.ReadFile(cramData + "v30.cram")
	require.NoError(t, err)
	for want, c := range map[string]struct {
		file   []byte
		format index.Format
		opt    index.Options
	}{
		"the index of a CRAM file is a CRAI, not a BAI":         {file: file, format: index.BAI},
		"a CRAI is the index of a CRAM file, which this is not": {file: []byte("x"), format: index.CRAI},
		"MinShift is for CSI":                                   {file: file, opt: index.Options{MinShift: 12}},
		"no CRAM EOF container":                                 {file: file[:len(file)-38], opt: index.Options{Strict: true}},
		"ends within":                                           {file: file[:len(file)-60]},
	} {
		var made bytes.Buffer
		_, err := index.Build(t.Context(), bytes.NewReader(c.file), &made, c.format, &c.opt)
		require.ErrorContains(t, err, want)
		require.Zero(t, made.Len())
	}
}
