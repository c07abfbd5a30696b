package sam

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"
)

// TestConformance holds every BAM of the format specs' test files, and a BAM of
// each of their SAM files that samtools can make one of, whether the specs call
// it good or not.
func TestConformance(t *testing.T) {
	oracle.Needs(t, "samtools")
	files, records := 0, 0
	oracle.ConformanceBAMs(t, func(name, bam string) {
		files++
		records += holdFile(t, name, bam)
	})
	t.Logf("%d files with %d records", files, records)
}

// holdFile compares a BAM's header and text with what samtools prints, and gives
// the number of records.
func holdFile(t *testing.T, path, bam string) int {
	t.Helper()
	h, records := readBAM(t, bam)
	shown, _, ok := oracle.View(t, "-H", "--no-PG", bam)
	require.True(t, ok, path)
	require.Equal(t, shown, string(h.AppendText(nil)), path)

	p, err := h.Parse()
	var got []byte
	for _, r := range records {
		if err == nil {
			got, err = AppendText(got, r, p.Names())
		}
	}
	want, _, ok := oracle.View(t, bam)
	require.Equal(t, ok, err == nil, "%s: %v", path, err)
	require.Equal(t, want, string(got), path)
	return len(records)
}

// readBAM takes a BAM file apart.
func readBAM(tb testing.TB, name string) (*Header, []Record) {
	tb.Helper()
	f, err := os.Open(name)
	require.NoError(tb, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(tb, err)
	b, err := io.ReadAll(z)
	require.NoError(tb, err)

	take := func(n uint32) []byte {
		part := b[:n:n]
		b = b[n:]
		return part
	}
	number := func() uint32 { return le.Uint32(take(4)) }
	require.Equal(tb, "BAM\x01", string(take(4)))
	headerText := take(number())
	var refs []Ref
	for range number() {
		refs = append(refs, Ref{Name: take(number()), Length: number()})
	}
	h, err := NewHeader(headerText, refs)
	require.NoError(tb, err)
	var records []Record
	for len(b) > 0 {
		records = append(records, take(number()))
	}
	return h, records
}

// TestReads holds the reads of make-reads.sh: their first part, for time.
func TestReads(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	for _, name := range []string{"ecoli.bam", "ecoli.ubam"} {
		head := headOf(t, filepath.Join(reads, name), 20000)
		require.Positive(t, holdFile(t, name, head))
	}
}

// headOf makes a BAM of a file's first records.
func headOf(t *testing.T, name string, records int) string {
	t.Helper()
	lines, _, ok := oracle.View(t, "-h", "--no-PG", "-s", "0.02", name)
	require.True(t, ok)
	parts := strings.SplitAfterN(lines, "\n", records+1)
	in, out := filepath.Join(t.TempDir(), "head.sam"), filepath.Join(t.TempDir(), "head.bam")
	require.NoError(t, os.WriteFile(in, bytes.TrimSpace([]byte(strings.Join(parts[:min(len(parts), records)], ""))), 0o600))
	_, _, ok = oracle.View(t, "-b", "--no-PG", "-o", out, in)
	require.True(t, ok)
	return out
}
