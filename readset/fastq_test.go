package readset_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/readset"
)

func TestFASTQ(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.fastq.gz")
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	for _, name := range files {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		z, err := gzip.NewReader(bytes.NewReader(file))
		require.NoError(t, err)
		text, err := io.ReadAll(z)
		require.NoError(t, err)
		want := strings.ReplaceAll(string(text), "\r", "")
		for _, threads := range []int{1, 3} {
			r := open(t, bytes.NewReader(file), readset.Options{Threads: threads, Type: readset.FASTQ})
			require.Equal(t, readset.FASTQ, r.Type())
			require.Empty(t, r.Header().References())
			require.Empty(t, r.Header().AppendSAM(nil))
			for range 2 {
				var got strings.Builder
				var clones []*readset.Record
				for rec, err := range r.Records() {
					require.NoError(t, err)
					quality := rec.AppendQualities(nil)
					for i := range quality {
						quality[i] += '!'
					}
					got.WriteString("@" + string(rec.Title()) + "\n" + rec.Sequence() + "\n+\n" + string(quality) + "\n")
					clones = append(clones, rec.Clone())
				}
				require.True(t, want == got.String(), name)
				for i, rec := range clones {
					require.EqualValues(t, i+1, rec.Number())
					require.Contains(t, want, "@"+string(rec.Title())+"\n"+rec.Sequence()+"\n+\n")
				}
			}
			warnings, err := r.Warnings()
			require.NoError(t, err)
			if strings.Contains(name, "noeof") {
				require.Len(t, warnings, 1)
				require.Equal(t, "missing-eof-block", warnings[0].Code)
			} else {
				require.Empty(t, warnings)
			}
		}
	}
}

// A read of FASTQ is an unaligned record.
func TestFASTQRecord(t *testing.T) {
	text := "@r1/1 a comment\nACGTN\n+\nIIII!\n@\n\n+\n\n"
	r := open(t, pipe{bytes.NewReader(compressed(t, []byte(text), 10))}, readset.Options{})
	var lines []string
	for rec, err := range r.Records() {
		require.NoError(t, err)
		lines = append(lines, strings.Join(columns(rec), "\t")+"\n")
		require.Equal(t, lines[len(lines)-1], string(rec.AppendSAM(nil))[min(1, len(lines)-1):]) // a name of none is a star
		if rec.Number() == 1 {
			require.Equal(t, "r1/1", string(rec.Name()))
			require.Equal(t, "r1/1 a comment", string(rec.Title()))
			require.Equal(t, []byte{40, 40, 40, 40, 0}, rec.Qualities())
			require.Equal(t, readset.Unmapped, rec.Flags())
			require.Zero(t, rec.VirtualOffset())
			_, ok := rec.Tag("NM")
			require.False(t, ok)
		}
	}
	require.Equal(t, []string{"r1/1\t4\t*\t0\t0\t*\t*\t0\t0\tACGTN\tIIII!\n", "\t4\t*\t0\t0\t*\t*\t0\t0\t*\t*\n"}, lines)
	r = open(t, bytes.NewReader(compressed(t, []byte(text), 10)), readset.Options{})
	var out strings.Builder
	require.NoError(t, r.WriteSAM(&out))
	require.Equal(t, lines[0]+"*"+lines[1], out.String())
}
