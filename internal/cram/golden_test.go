package cram

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/sam"
)

// golden gives the files of testdata by name with what samtools makes of them:
// the MD5 of their text, and of their text with only the tags that are stored.
func golden(t testing.TB) (files map[string][]byte, texts, stored map[string]string) {
	t.Helper()
	files, texts, stored = map[string][]byte{}, map[string]string{}, map[string]string{}
	sums, err := os.ReadFile(filepath.Join("testdata", "sums.txt"))
	require.NoError(t, err)
	for line := range strings.Lines(string(sums)) {
		f := strings.Fields(line)
		files[f[2]], err = os.ReadFile(filepath.Join("testdata", f[2]+".cram"))
		require.NoError(t, err)
		texts[f[2]], stored[f[2]] = f[0], f[1]
	}
	require.Greater(t, len(files), 8)
	return files, texts, stored
}

func oddBases(t testing.TB) fewBases { return readFasta(t, filepath.Join("testdata", "odd.fa")) }

func TestGolden(t *testing.T) {
	files, texts, stored := golden(t)
	bases := oddBases(t)
	for name, file := range files {
		for _, threads := range []int{0, 1, 2, 5} {
			got, r, err := textOf(t, file, Options{Threads: threads, Bases: bases})
			require.NoError(t, err, name)
			require.Equal(t, texts[name], fmt.Sprintf("%x", md5.Sum(got)), name)
			require.Empty(t, r.Warnings(), name)
			require.EqualValues(t, len(file), r.Offset(), name)
		}
		got, _, err := textOf(t, file, Options{Threads: 1, Bases: bases, StoredTags: true})
		require.NoError(t, err, name)
		require.Equal(t, stored[name], fmt.Sprintf("%x", md5.Sum(got)), name)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "v30.txt"))
	require.NoError(t, err)
	got, _, err := textOf(t, files["v30"], Options{Bases: bases})
	require.NoError(t, err)
	sameLines(t, want, got, "v30")
}

// TestGoldenRecords walks over records, and compares their text.
func TestGoldenRecords(t *testing.T) {
	files, texts, _ := golden(t)
	for name, file := range files {
		r, err := NewReader(bytes.NewReader(file), Options{Threads: 2, Bases: oddBases(t)})
		require.NoError(t, err)
		records := NewRecords(t.Context(), r)
		var text []byte
		n := int64(0)
		for {
			record, err := records.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			n++
			require.Equal(t, n, records.Place().Number)
			text, err = sam.AppendText(text, record, r.Names())
			require.NoError(t, err)
		}
		records.Close()
		require.Equal(t, texts[name], fmt.Sprintf("%x", md5.Sum(text)), name)
	}
}

func TestGoldenIndex(t *testing.T) {
	files, _, _ := golden(t)
	for name, file := range files {
		r, err := NewReader(bytes.NewReader(file), Options{Threads: 2})
		require.NoError(t, err)
		index, err := MakeIndex(t.Context(), r, nil)
		require.NoError(t, err)
		want, err := os.ReadFile(filepath.Join("testdata", name+".crai"))
		require.NoError(t, err)
		require.Equal(t, string(want), string(index.AppendText(nil)), name)
	}
}

// TestGoldenRegions takes from the whole text what overlaps each region.
func TestGoldenRegions(t *testing.T) {
	files, _, _ := golden(t)
	bases := oddBases(t)
	for name, file := range files {
		r, err := NewReader(bytes.NewReader(file), Options{Threads: 1, Bases: bases})
		require.NoError(t, err)
		index, err := MakeIndex(t.Context(), r, nil)
		require.NoError(t, err)
		for ref := -1; ref < 5; ref++ {
			for beg := 0; beg < 4000; beg += 797 {
				end := beg + 200
				require.Equal(t, string(overlapping(t, file, bases, ref, beg, end)), string(regionText(t, file, bases, index, ref, beg, end)), "%s: %d:%d-%d", name, ref, beg, end)
			}
		}
	}
}

// overlapping is the text of the records of a file that overlap a region.
func overlapping(t *testing.T, file []byte, bases fewBases, ref, beg, end int) (text []byte) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), Options{Threads: 1, Bases: bases})
	require.NoError(t, err)
	records := NewRecords(t.Context(), r)
	defer records.Close()
	for {
		record, err := records.Next()
		if err == io.EOF {
			return text
		}
		require.NoError(t, err)
		if int(record.RefID()) != ref || ref >= 0 && (int(record.Pos()) >= end || record.End() <= int64(beg)) {
			continue
		}
		text, err = sam.AppendText(text, record, r.Names())
		require.NoError(t, err)
	}
}
