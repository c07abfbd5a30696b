package fasta

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// samtoolsFAI asks samtools for the index of a text; false where it refuses it.
func samtoolsFAI(t testing.TB, text []byte) (string, bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.fa")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	if !oracle.Ask(t, nil, "samtools", "faidx", file).Good {
		return "", false
	}
	got, err := os.ReadFile(file + ".fai")
	require.NoError(t, err)
	return string(got), true
}

// samtoolsM5 asks `samtools dict` for the lengths and M5s of a text, by name.
func samtoolsM5(t testing.TB, text []byte) map[string]Contig {
	t.Helper()
	out := map[string]Contig{}
	for line := range strings.Lines(string(oracle.Run(t, text, "samtools", "dict", "-H", "-"))) {
		c := Contig{}
		for field := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
			tag, value, _ := strings.Cut(field, ":")
			switch tag {
			case "SN":
				c.Name = value
			case "LN":
				n, err := strconv.ParseInt(value, 10, 64)
				require.NoError(t, err)
				c.Length = n
			case "M5":
				c.M5 = value
			}
		}
		out[c.Name] = c
	}
	return out
}

func TestOddTextsOfSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	for _, c := range odd {
		t.Run(c.name, func(t *testing.T) {
			got, good := samtoolsFAI(t, []byte(c.text))
			require.Equal(t, c.fai != "", good)
			require.Equal(t, c.fai, got)
		})
	}
}

// made makes a FASTA text; where it is wild, oddities are in it.
func made(r *rand.Rand, wild bool) string {
	var b strings.Builder
	pick := func(of string) byte { return of[r.IntN(len(of))] }
	eol := "\n"
	if r.IntN(3) == 0 {
		eol = "\r\n"
	}
	alphabets := []string{"ACGT", "ACGTacgtN", "acgtnryswkmbdhv", "ACDEFGHIKLMNPQRSTVWY*-"}
	for i := range 1 + r.IntN(6) {
		fmt.Fprintf(&b, ">s%d", i)
		if r.IntN(2) == 0 {
			b.WriteString(" of some > length")
		}
		b.WriteString(eol)
		width := 1 + r.IntN(1+r.IntN(150))
		size := 1 + r.IntN(1+r.IntN(600))
		letters := alphabets[r.IntN(len(alphabets))]
		for at := range size {
			if at > 0 && at%width == 0 {
				b.WriteString(eol)
			}
			b.WriteByte(pick(letters))
		}
		b.WriteString(eol)
		for r.IntN(4) == 0 {
			b.WriteString(eol)
		}
	}
	text := b.String()
	if r.IntN(3) == 0 {
		text = strings.TrimSuffix(text, eol)
	}
	if !wild {
		return text
	}
	raw := []byte(text)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(raw))
		switch r.IntN(4) {
		case 0:
			raw[at] = pick("\n\r> \t\x00A@+\x80")
		case 1:
			raw = append(raw[:at], raw[at+1:]...)
		case 2:
			raw = append(raw[:at], append([]byte{pick("\n\r> A")}, raw[at:]...)...)
		case 3:
			raw = raw[:at+1]
		}
	}
	return string(raw)
}

func TestMadeTextsOfSamtools(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip")
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 150 {
		wild := n%3 > 0
		text := made(r, wild)
		want, good := samtoolsFAI(t, []byte(text))
		sum, err := scanEveryWay(t, text, false)
		require.Equal(t, good, err == nil, "%q: %v", text, err)
		strict, err := scanEveryWay(t, text, true)
		if err == nil { // strict takes no more than samtools
			require.True(t, good, "%q", text)
			require.Equal(t, want, fai(t, strict.Index), "%q", text)
		}
		if !good {
			continue
		}
		require.Equal(t, want, fai(t, sum.Index), "%q", text)
		if wild {
			continue
		}
		require.NoError(t, err, "%q", text)
		dict := samtoolsM5(t, []byte(text))
		require.Len(t, dict, len(sum.Index.Sequences))
		for _, s := range sum.Index.Sequences {
			require.Equal(t, dict[s.Name], s.Contig)
		}
	}
}

// indexed puts a text into a file, plain or bgzipped with samtools' indexes
// beside it, and gives the file's name.
func indexed(t testing.TB, text []byte, zip bool) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.fa")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	if zip {
		oracle.Run(t, nil, "bgzip", file)
		file += ".gz"
	}
	oracle.Run(t, nil, "samtools", "faidx", file)
	return file
}

// holdAgainstSamtools holds indexes and random spans of a text against samtools.
func holdAgainstSamtools(t *testing.T, text []byte, r *rand.Rand) {
	t.Helper()
	dict := samtoolsM5(t, text)
	for _, zip := range []bool{false, true} {
		file := indexed(t, text, zip)
		stored, err := os.ReadFile(file)
		require.NoError(t, err)
		wantFAI, err := os.ReadFile(file + ".fai")
		require.NoError(t, err)
		for _, threads := range []int{1, 2} {
			sum, err := Scan(context.Background(), bytes.NewReader(stored), Options{Strict: true, Sums: true, Threads: threads})
			require.NoError(t, err)
			require.Equal(t, string(wantFAI), fai(t, sum.Index))
			require.Equal(t, zip, sum.Bgzipped)
			require.EqualValues(t, len(stored), sum.StoredBytes)
			require.EqualValues(t, len(text), sum.TextBytes)
			require.Equal(t, strings.Fields(string(oracle.Run(t, text, "md5sum")))[0], sum.MD5)
			require.Empty(t, sum.Warnings)
			require.Len(t, dict, len(sum.Index.Sequences))
			for _, s := range sum.Index.Sequences {
				require.Equal(t, dict[s.Name], s.Contig)
			}
			if zip {
				oracle.Run(t, nil, "bgzip", "-r", "-I", file+".want", file)
				want, err := os.ReadFile(file + ".want")
				require.NoError(t, err)
				var got bytes.Buffer
				_, err = sum.Blocks.WriteTo(&got)
				require.NoError(t, err)
				require.Equal(t, want, got.Bytes())
				blocks, err := ScanBlocks(context.Background(), bytes.NewReader(stored), Options{Threads: threads})
				require.NoError(t, err)
				require.Equal(t, sum.Blocks, blocks.Blocks)
				require.EqualValues(t, len(text), blocks.TextBytes)
			}
		}
		holdSpans(t, file, r)
	}
}

// holdSpans holds random spans of a file against samtools, with the indexes
// beside it, with the .fai alone and with none.
func holdSpans(t *testing.T, file string, r *rand.Rand) {
	t.Helper()
	for _, without := range []string{"", ".gzi", ".fai"} {
		if without != "" {
			err := os.Remove(file + without)
			require.True(t, err == nil || os.IsNotExist(err))
		}
		f, err := Open(t.Context(), file, OpenOptions{})
		require.NoError(t, err)
		var regions []string
		var spans []Span
		x := f.Index()
		for range 100 {
			s := &x.Sequences[r.IntN(len(x.Sequences))]
			if s.Length == 0 {
				continue
			}
			beg := r.Int64N(s.Length)
			end := beg + 1 + r.Int64N(min(s.Length-beg, 1+r.Int64N(3000)))
			regions = append(regions, fmt.Sprintf("{%s}:%d-%d", s.Name, beg+1, end))
			spans = append(spans, Span{s, beg, end})
		}
		list := filepath.Join(t.TempDir(), "regions")
		require.NoError(t, os.WriteFile(list, []byte(strings.Join(regions, "\n")+"\n"), 0o600))
		want := string(oracle.Run(t, nil, "samtools", "faidx", "-n", "1000000", "-r", list, file))
		for _, threads := range []int{1, 2} {
			i := 0
			var got strings.Builder
			for bases, err := range f.Spans(t.Context(), spans, threads) {
				require.NoError(t, err)
				fmt.Fprintf(&got, ">%s\n%s\n", regions[i], bases)
				upper, err := f.AppendBases(t.Context(), []byte("x"), spans[i].Sequence.Contig, spans[i].Beg, spans[i].End)
				require.NoError(t, err)
				require.Equal(t, "x"+strings.ToUpper(string(bases)), string(upper))
				i++
			}
			require.Equal(t, want, got.String())
		}
		require.NoError(t, f.Close())
	}
}

func TestSamtools(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip", "md5sum")
	r := rand.New(rand.NewPCG(3, 4))
	for range 15 {
		holdAgainstSamtools(t, []byte(made(r, false)), r)
	}
	var long strings.Builder
	for i, width := range []int{60, 100000, 61} {
		long.WriteString(fmt.Sprintf(">long%d\n", i))
		for at := 0; at < 300000; at += width {
			for range width {
				long.WriteByte("ACGTacgtN"[r.IntN(9)])
			}
			long.WriteByte('\n')
		}
	}
	holdAgainstSamtools(t, []byte(long.String()), r)
}

func TestConformanceFASTA(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip", "md5sum")
	shared := oracle.Shared(t)
	files := 0
	err := filepath.WalkDir(filepath.Join(shared, "conformance"), func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".fa" {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		t.Run(filepath.Base(path), func(t *testing.T) { holdAgainstSamtools(t, text, rand.New(rand.NewPCG(5, 6))) })
		return nil
	})
	require.NoError(t, err)
	require.NotZero(t, files)
}
