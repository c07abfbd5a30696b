package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// genomes are the same FASTA text, plain and bgzipped.
var genomes = []string{"testdata/genome.fa", "testdata/genome.fa.gz"}

func TestScan(t *testing.T) {
	text, err := os.ReadFile(genomes[0])
	require.NoError(t, err)
	for _, name := range genomes {
		stored, err := os.ReadFile(name)
		require.NoError(t, err)
		sum, err := Scan(t.Context(), bytes.NewReader(stored), Options{Strict: true, Sums: true})
		require.NoError(t, err)
		var fai, gzi bytes.Buffer
		_, err = sum.Index.WriteTo(&fai)
		require.NoError(t, err)
		want, err := os.ReadFile(name + ".fai")
		require.NoError(t, err)
		require.Equal(t, string(want), fai.String())
		require.Equal(t, "5256ca85a3dc36e1e33ac6fc7ea82a17", sum.MD5)
		require.EqualValues(t, len(stored), sum.StoredBytes)
		require.EqualValues(t, len(text), sum.TextBytes)
		require.Empty(t, sum.Warnings)

		file := sum.File(bytes.NewReader(stored))
		bases, err := file.AppendRaw(t.Context(), nil, sum.Index.Find("HLA:01"), 0, 90)
		require.NoError(t, err)
		require.Equal(t, string(bytes.ReplaceAll(text[2309:2309+91], []byte("\n"), nil)), string(bases))
		require.NoError(t, file.Close())

		require.Equal(t, strings.HasSuffix(name, ".gz"), sum.Bgzipped)
		if !sum.Bgzipped {
			continue
		}
		blocks, err := ScanBlocks(t.Context(), bytes.NewReader(stored), Options{})
		require.NoError(t, err)
		for _, s := range []Summary{sum, blocks} {
			gzi.Reset()
			require.NoError(t, s.WriteGZI(&gzi))
			want, err = os.ReadFile(name + ".gzi")
			require.NoError(t, err)
			require.Equal(t, want, gzi.Bytes())
		}
	}
	_, err = Scan(t.Context(), strings.NewReader(">a\n>b\nAC\n"), Options{Strict: true})
	require.EqualError(t, err, `line 1: sequence "a" is empty`)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.EqualValues(t, 1, e.Pos.Line)
	_, err = ScanBlocks(t.Context(), bytes.NewReader(text), Options{})
	require.ErrorIs(t, err, ErrCorrupt)
}

func span(s *Sequence, beg, end int64) Span { return Span{Sequence: s, Beg: beg, End: end} }

// written is what Write prints.
func written(t *testing.T, f *File, regions []Region, width, threads int) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(t.Context(), &b, f, regions, width, threads))
	return b.String()
}

func TestWrite(t *testing.T) {
	f, err := Open(t.Context(), genomes[0], OpenOptions{})
	require.NoError(t, err)
	defer f.Close()
	a := f.Index().Find("chr1")
	require.Empty(t, written(t, f, nil, 0, 0))
	require.Equal(t, ">x\n>y\nGATC\nCT\n>z\n>end\n", written(t, f, []Region{
		{"x", span(a, 5, 5)}, {"y", span(a, 744, 750)}, {"z", span(a, 2000, 2001)}, {"end", span(a, 9, 2)},
	}, 4, 0))
	require.Equal(t, ">x\nNN\n>y\nAA\n", written(t, f, []Region{{"x", span(a, -5, 2)}, {"y", span(a, 1498, 9999)}}, 0, 1))
	require.ErrorIs(t, Write(t.Context(), &bytes.Buffer{}, f, nil, -1, 0), ErrValidation)
	broken := errors.New("broken")
	err = Write(t.Context(), failing{broken}, f, []Region{{"x", span(a, 0, 9)}}, 0, 0)
	require.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Write(ctx, &bytes.Buffer{}, f, []Region{{"x", span(a, 0, 9)}}, 0, 0), context.Canceled)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestWriteOfSamtools holds regions, short and of megabytes, within sequences and
// beyond their ends, against samtools.
func TestWriteOfSamtools(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip")
	r := rand.New(rand.NewPCG(1, 1))
	var text bytes.Buffer
	for i := range 3 {
		fmt.Fprintf(&text, ">s%d\n", i)
		width := 50 + 17*i
		for line := range 60_000 {
			for range min(width, width-line/59_999*5) {
				text.WriteByte("ACGTacgtN"[r.IntN(9)])
			}
			text.WriteByte('\n')
		}
	}
	file := filepath.Join(t.TempDir(), "g.fa")
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o600))
	oracle.Run(t, nil, "bgzip", "-k", file)
	for _, path := range []string{file, file + ".gz"} {
		oracle.Run(t, nil, "samtools", "faidx", path)
		f, err := Open(t.Context(), path, OpenOptions{})
		require.NoError(t, err)
		var list strings.Builder
		var regions []Region
		for i := range 200 {
			s := &f.Index().Sequences[r.IntN(3)]
			beg := 1 + r.Int64N(s.Length+100)
			end := beg + r.Int64N(2000)
			if i%50 == 0 {
				beg, end = 1+r.Int64N(10), s.Length+r.Int64N(10)-5
			}
			label := fmt.Sprintf("%s:%d-%d", s.Name, beg, end)
			list.WriteString(label + "\n")
			regions = append(regions, Region{label, span(s, beg-1, end)})
		}
		names := filepath.Join(t.TempDir(), "regions")
		require.NoError(t, os.WriteFile(names, []byte(list.String()), 0o600))
		for _, width := range []int{60, 7, 1 << 30} {
			want := oracle.Run(t, nil, "samtools", "faidx", "-n", fmt.Sprint(width), "-r", names, path)
			for _, threads := range []int{1, 2} {
				require.True(t, string(want) == written(t, f, regions, width, threads))
			}
		}
		require.NoError(t, f.Close())
	}
}
