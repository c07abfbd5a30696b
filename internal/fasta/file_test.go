package fasta

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

const small = ">a x\nACGTacgtNN\nacgtACGTRY\nac\n>b\nTTTT\n"

// files gives a text as files of every kind.
func files(t *testing.T, text string) map[string]*File {
	t.Helper()
	out := map[string]*File{}
	sum, err := Scan(t.Context(), strings.NewReader(text), Options{Sums: true})
	require.NoError(t, err)
	out["plain"] = NewFile(strings.NewReader(text), sum.Index)
	for _, size := range []int{max(7, len(text)/50), 60000} {
		stored := bgzipped(t, text, size)
		sum, err := Scan(t.Context(), bytes.NewReader(stored), Options{Sums: true})
		require.NoError(t, err)
		for _, cached := range []int64{0, 1, 30} {
			out[fmt.Sprintf("blocks of %d, %d bytes cached", size, cached)] = NewBlockFile(bytes.NewReader(stored), sum.Index, sum.Blocks, cached)
		}
	}
	return out
}

func TestAppend(t *testing.T) {
	for name, f := range files(t, small) {
		t.Run(name, func(t *testing.T) {
			const whole = "ACGTacgtNNacgtACGTRYac"
			a := f.Index().Find("a")
			for beg := range len(whole) + 1 {
				for end := beg; end <= len(whole); end++ {
					got, err := f.AppendRaw(t.Context(), []byte("x"), a, int64(beg), int64(end))
					require.NoError(t, err)
					require.Equal(t, "x"+whole[beg:end], string(got))
					got, err = f.AppendBases(t.Context(), []byte("x"), Contig{Name: "a"}, int64(beg), int64(end))
					require.NoError(t, err)
					require.Equal(t, "x"+strings.ToUpper(whole[beg:end]), string(got))
				}
			}
			for _, span := range [][2]int64{{-1, 2}, {3, 2}, {0, 23}, {23, 23}, {0, 1 << 62}} {
				got, err := f.AppendRaw(t.Context(), []byte("x"), a, span[0], span[1])
				require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
				require.Equal(t, "x", string(got))
			}
			_, err := f.AppendRaw(t.Context(), nil, a, 22, 23)
			require.EqualError(t, err, `bases [22, 23) of "a", which has 22`)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = f.AppendRaw(ctx, nil, f.Index().Find("b"), 3, 4)
			require.True(t, err == nil || err == context.Canceled) // nil where the block is cached
		})
	}
}

func TestFind(t *testing.T) {
	f := files(t, small)["plain"]
	a, b := f.Index().Sequences[0].Contig, f.Index().Sequences[1].Contig
	for _, c := range []struct {
		ask  Contig
		want Contig
		err  string
	}{
		{Contig{Name: "a"}, a, ""},
		{Contig{Name: "a", Length: 22}, a, ""},
		{a, a, ""},
		{Contig{Name: "other", M5: b.M5}, b, ""},
		{Contig{Name: "a", M5: b.M5}, b, ""},
		{Contig{Name: "a", Length: 21}, Contig{}, `sequence "a" with 21 bases is wanted, here it has 22`},
		{Contig{Name: "a", M5: strings.Repeat("0", 32)}, Contig{}, `sequence "a" with M5 00000000000000000000000000000000 is wanted, here it has ` + a.M5},
		{Contig{Name: "c"}, Contig{}, `there is no sequence "c"`},
		{Contig{Name: "c", M5: strings.Repeat("0", 32)}, Contig{}, `there is no sequence "c" with M5 00000000000000000000000000000000`},
	} {
		got, err := f.Find(t.Context(), c.ask)
		require.Equal(t, c.want, got)
		if c.err != "" {
			require.EqualError(t, err, c.err)
			_, err = f.AppendBases(t.Context(), nil, c.ask, 0, 1)
			if c.ask.Length == 0 {
				require.EqualError(t, err, c.err)
			}
			continue
		}
		require.NoError(t, err)
		got2, err := f.AppendBases(t.Context(), nil, c.ask, 0, 4)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a": "ACGT", "b": "TTTT"}[got.Name], string(got2))
	}
	// Where the index has no M5s, names decide.
	x, err := ReadIndex(strings.NewReader(fai(t, f.Index())))
	require.NoError(t, err)
	f = NewFile(strings.NewReader(small), x)
	got, err := f.Find(t.Context(), Contig{Name: "a", M5: b.M5})
	require.NoError(t, err)
	require.Equal(t, Contig{Name: "a", Length: 22}, got)
}

func TestMisfit(t *testing.T) {
	index := func(line string) *Index {
		x, err := ReadIndex(strings.NewReader(line))
		require.NoError(t, err)
		return x
	}
	for _, c := range []struct{ line, err string }{
		{"a\t100\t5\t10\t11\n", "byte 38: the index does not fit the file, make it anew: the file ends there"},
		{"a\t22\t4\t10\t11\n", `the index does not fit the file, make it anew: lines of "a" from base 1 on are not of 10 bases and 11 bytes`},
		{"a\t20\t5\t11\t12\n", `the index does not fit the file, make it anew: lines of "a" from base 1 on are not of 11 bases and 12 bytes`},
		{"a\t9223372036854775807\t5\t10\t11\n", ""},
	} {
		x, err := ReadIndex(strings.NewReader(c.line))
		if c.err == "" {
			require.EqualError(t, err, "line 1: FAI index: the numbers of a sequence do not fit together")
			continue
		}
		require.NoError(t, err)
		f := NewFile(strings.NewReader(small), x)
		_, err = f.AppendRaw(t.Context(), nil, &x.Sequences[0], 0, x.Sequences[0].Length)
		require.EqualError(t, err, c.err)
		require.ErrorIs(t, err, errs.ErrCorrupt)
	}
	odd, err := Scan(t.Context(), strings.NewReader(">a\r\n\r\nA\n"), Options{})
	require.NoError(t, err)
	_, err = NewFile(strings.NewReader(">a\r\n\r\nA\n"), odd.Index).AppendRaw(t.Context(), nil, &odd.Index.Sequences[0], 0, 1)
	require.EqualError(t, err, `sequence "a" has lines in which places of bases can't be computed`)
	stored := bgzipped(t, small, 7)
	sum, err := Scan(t.Context(), bytes.NewReader(stored), Options{})
	require.NoError(t, err)
	read := func(x *Index, stored []byte, blocks bgzf.Index) error {
		_, err := NewBlockFile(bytes.NewReader(stored), x, blocks, 0).AppendRaw(t.Context(), nil, &x.Sequences[0], 0, x.Sequences[0].Length)
		return err
	}
	require.NoError(t, read(sum.Index, stored, sum.Blocks))
	require.ErrorContains(t, read(index("a\t100\t5\t10\t11\n"), stored, sum.Blocks), "the index does not fit the file, make it anew: the text ends in this block")
	moved := append(bgzf.Index{}, sum.Blocks...)
	moved[0].Text++
	require.ErrorContains(t, read(sum.Index, stored, moved), "the block that begins here has another size")
	moved[0] = bgzf.IndexEntry{Stored: sum.Blocks[0].Stored - 1, Text: sum.Blocks[0].Text}
	require.ErrorIs(t, read(sum.Index, stored, moved), errs.ErrCorrupt)
	require.ErrorContains(t, read(sum.Index, []byte(small), sum.Blocks), "no block with text begins here")
	broken := bytes.Clone(stored)
	broken[sum.Blocks[0].Stored+20]++
	require.ErrorIs(t, read(sum.Index, broken, sum.Blocks), errs.ErrCorrupt)
}

func TestSpans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	text := made(r, false) + strings.Repeat(">", 1) + "long\n" + strings.Repeat(strings.Repeat("ACGTN", 12)+"\n", 2000)
	for name, f := range files(t, text) {
		t.Run(name, func(t *testing.T) {
			for _, threads := range []int{1, 3} {
				var spans []Span
				for range 300 {
					s := &f.Index().Sequences[r.IntN(len(f.Index().Sequences))]
					beg := r.Int64N(s.Length + 1)
					spans = append(spans, Span{s, beg, beg + r.Int64N(s.Length-beg+1)})
				}
				i := 0
				for got, err := range f.Spans(t.Context(), spans, threads) {
					require.NoError(t, err)
					want, err := f.AppendRaw(t.Context(), nil, spans[i].Sequence, spans[i].Beg, spans[i].End)
					require.NoError(t, err)
					require.Equal(t, string(want), string(got))
					i++
				}
				require.Equal(t, len(spans), i)

				bad := 1 + r.IntN(len(spans)-1)
				spans[bad].End = 1 << 40
				spans[len(spans)-1].End = 1 << 40
				i = 0
				for _, err := range f.Spans(t.Context(), spans, threads) {
					if i == bad {
						require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
					} else {
						require.NoError(t, err)
					}
					i++
				}
				require.Equal(t, bad+1, i)
				for _, err := range f.Spans(t.Context(), spans[:bad], threads) { // left early
					require.NoError(t, err)
					break
				}
			}
		})
	}
	for range files(t, small)["plain"].Spans(t.Context(), nil, 0) {
		t.Fatal("a span of none")
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	for name, data := range map[string][]byte{"p.fa": []byte(small), "z.fa.gz": bgzipped(t, small, 7)} {
		path := write(name, data)
		sum, err := Scan(t.Context(), bytes.NewReader(data), Options{Sums: true})
		require.NoError(t, err)
		check := func(opt OpenOptions, m5 string) {
			t.Helper()
			f, err := Open(t.Context(), path, opt)
			require.NoError(t, err)
			got, err := f.Find(t.Context(), Contig{Name: "b"})
			require.NoError(t, err)
			require.Equal(t, Contig{"b", 4, m5}, got)
			bases, err := f.AppendRaw(t.Context(), nil, f.Index().Find("a"), 8, 12)
			require.NoError(t, err)
			require.Equal(t, "NNac", string(bases))
			require.NoError(t, f.Close())
			_, err = f.AppendRaw(t.Context(), nil, f.Index().Find("b"), 0, 4)
			require.Error(t, err)
		}
		check(OpenOptions{}, "")
		check(OpenOptions{Sums: true}, sum.Index.Sequences[1].M5)
		write(name+".fai", []byte(fai(t, sum.Index)))
		check(OpenOptions{}, "")
		check(OpenOptions{Sums: true, Threads: 1}, sum.Index.Sequences[1].M5)
		if sum.Bgzipped {
			var gzi bytes.Buffer
			_, err := sum.Blocks.WriteTo(&gzi)
			require.NoError(t, err)
			write(name+".gzi", gzi.Bytes())
			check(OpenOptions{}, "")
			bad := write(name+".gzi", gzi.Bytes()[:9])
			_, err = Open(t.Context(), path, OpenOptions{})
			require.EqualError(t, err, bad+": byte 9: truncated: the file ends inside a GZI index")
		}
		bad := write(name+".fai", []byte("x\n"))
		_, err = Open(t.Context(), path, OpenOptions{})
		require.EqualError(t, err, bad+": line 1: FAI index: a line is a name and four numbers with tabs between")
	}
	_, err := Open(t.Context(), filepath.Join(dir, "none"), OpenOptions{})
	require.ErrorIs(t, err, errs.ErrNotFound)
	_, err = Open(t.Context(), dir, OpenOptions{})
	require.ErrorIs(t, err, errs.ErrValidation)
	_, err = Open(t.Context(), write("bad.fa", []byte("ACGT\n")), OpenOptions{})
	require.EqualError(t, err, filepath.Join(dir, "bad.fa")+": line 1: the file begins with 'A', not with '>': this is not FASTA")
	write("bad.gz.fai", []byte("a\t1\t3\t1\t2\n"))
	_, err = Open(t.Context(), write("bad.gz", []byte("\x1f\x8b no block")), OpenOptions{})
	require.EqualError(t, err, filepath.Join(dir, "bad.gz")+": byte 0: not a BGZF block")
}
