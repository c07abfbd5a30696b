package index

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "with SEQLODE_INTEROP=1, write testdata/indexes.txt anew from what samtools says")

// golden has lines for each of many files: its name, the format, log2 of the
// smallest bin, and the first half of the SHA-256 of the file and of the text
// of samtools' index of it.
const golden = "testdata/indexes.txt"

// goldenFile is a file of the list.
type goldenFile struct {
	name string
	make func(t testing.TB) []byte
}

// goldenFiles are random files, and those odd ones that can be indexed.
func goldenFiles() (files []goldenFile) {
	for seed := range uint64(60) {
		files = append(files, goldenFile{fmt.Sprint("random", seed), func(t testing.TB) []byte {
			f := newRandomFile(seed)
			return bamFile(t, f.lengths, f.records)
		}})
	}
	for i, c := range oddFiles {
		if c.bad == "" {
			files = append(files, goldenFile{fmt.Sprint("odd", i), func(t testing.TB) []byte { return bamFile(t, c.lengths, c.records) }})
		}
	}
	return files
}

func sum(p []byte) string {
	h := sha256.Sum256(p)
	return hex.EncodeToString(h[:16])
}

// The indexes are those of samtools.
func TestGolden(t *testing.T) {
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	lines := bufio.NewScanner(bytes.NewReader(want))
	for _, f := range goldenFiles() {
		file := f.make(t)
		for range 3 {
			require.True(t, lines.Scan())
			var shift int
			var name, format, wantFile, wantIndex string
			_, err := fmt.Sscan(lines.Text(), &name, &format, &shift, &wantFile, &wantIndex)
			require.NoError(t, err)
			require.Equal(t, f.name, name)
			require.Equal(t, wantFile, sum(file), "the file itself is another one")
			x, err := indexOf(t, file, map[string]Format{"BAI": BAI, "CSI": CSI}[format], shift)
			require.NoError(t, err)
			require.Equal(t, wantIndex, sum(textOf(t, x)), "%s", lines.Text())
		}
	}
	require.False(t, lines.Scan())
}

// The list of indexes is what samtools says.
func TestGoldenIsOfSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	var lines strings.Builder
	for i, f := range goldenFiles() {
		file := f.make(t)
		bam := put(t, dir, file)
		for _, c := range []struct {
			format   Format
			minShift int
		}{{BAI, 0}, {CSI, 14}, {CSI, 6 + i%14}} {
			text, good := theirs(t, bam, c.format, c.minShift)
			require.True(t, good)
			fmt.Fprintln(&lines, f.name, c.format, c.minShift, sum(file), sum(text))
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(lines.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), lines.String())
}

// The files that samtools made are what this one makes.
func TestSamplesAreOfSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	for format, name := range map[Format]string{BAI: "testdata/reads.bam.bai", CSI: "testdata/reads.bam.csi"} {
		text, good := theirs(t, "testdata/reads.bam", format, 14)
		require.True(t, good)
		require.True(t, bytes.Equal(plain(t, readFile(t, name)), text))
	}
}
