package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

func TestCodecs(t *testing.T) {
	rows, err := measureCodecs(filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram", "codecs"), 1)
	require.NoError(t, err)
	for _, r := range rows {
		require.Positive(t, r.best)
	}
	require.Equal(t, len(rows)+4, strings.Count(codecTable(rows), "\n"))
	_, err = measureCodecs(t.TempDir(), 1)
	require.Error(t, err)
}

// Reads all over a genome are sorted and fit it, and so do copies of them.
func TestCopies(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	w := &wideReads{references: &references{tmp: dir, dir: dir, mb: 3}}
	require.NoError(t, w.ready())
	require.NoError(t, w.write(t.Context()))
	bam := filepath.Join(dir, "wide.bam")
	oracle.Run(t, nil, "samtools", "view", "-b", "-o", bam, w.sam)
	few := count(t, bam)
	require.Greater(t, few, 400)

	f := cramFile{kind: "version=3.0,multi_seq_per_slice=1", path: filepath.Join(dir, "copies.cram")}
	require.NoError(t, (copies{bam, w.plain, 3}).cram(t.Context(), dir, f))
	require.Equal(t, 3*few, count(t, f.path))
	oracle.Run(t, nil, "samtools", "index", f.path) // refuses what is not sorted
	require.ErrorContains(t, (copies{bam, w.plain + ".none", 3}).cram(t.Context(), dir, f), "none")
}

// count counts the records of a file, none of which differs much from where it lies.
func count(t *testing.T, path string) int {
	t.Helper()
	text := oracle.Run(t, nil, "samtools", "view", path)
	require.Empty(t, regexp.MustCompile(`NM:i:\d\d`).FindString(string(text)))
	return bytes.Count(text, []byte("\n"))
}
