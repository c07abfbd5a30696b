package fasta

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// benchText is 64 MB of a genome, a third of it in lower case.
var benchText = sync.OnceValue(func() []byte {
	r := rand.New(rand.NewPCG(1, 1))
	var b bytes.Buffer
	for contig := 0; b.Len() < 64_000_000; contig++ {
		fmt.Fprintf(&b, ">chr%d\n", contig)
		for range 100_000 {
			letters := "ACGT"
			if r.IntN(3) == 0 {
				letters = "acgt"
			}
			random := r.Uint64()
			for i := range 60 {
				if i == 32 {
					random = r.Uint64()
				}
				b.WriteByte(letters[random&3])
				random >>= 2
			}
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
})

var benchFile = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w, _ := bgzf.NewWriter(context.Background(), &b, bgzf.DefaultLevel, bgzf.WriterOptions{})
	_, _ = w.Write(benchText())
	_ = w.Close()
	return b.Bytes()
})

func BenchmarkScan(b *testing.B) {
	for _, form := range []struct {
		name string
		data func() []byte
	}{{"plain", benchText}, {"bgzip", benchFile}} {
		for _, sums := range []bool{false, true} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/sums=%v/threads=%d", form.name, sums, threads), func(b *testing.B) {
					data := form.data()
					b.SetBytes(int64(len(benchText())))
					for b.Loop() {
						_, err := Scan(b.Context(), bytes.NewReader(data), Options{Sums: sums, Strict: true, Threads: threads})
						require.NoError(b, err)
					}
				})
			}
		}
	}
	b.Run("short sequences/sums=true/threads=2", func(b *testing.B) {
		text := strings.Repeat("\n"+strings.Repeat(strings.Repeat("MKVLAADTGL", 6)+"\n", 5), 100_000)
		var numbered strings.Builder
		for i, s := range strings.SplitAfter(text, "\n\n") {
			fmt.Fprintf(&numbered, ">s%d%s", i, s)
		}
		b.SetBytes(int64(numbered.Len()))
		for b.Loop() {
			_, err := Scan(b.Context(), strings.NewReader(numbered.String()), Options{Sums: true, Strict: false, Threads: 2})
			require.NoError(b, err)
		}
	})
}

// BenchmarkScanner is the scanner alone, on one core.
func BenchmarkScanner(b *testing.B) {
	text := benchText()
	for _, sums := range []bool{false, true} {
		b.Run(fmt.Sprintf("sums=%v", sums), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var out gathered
			for b.Loop() {
				s := newScanner(true, sums)
				for rest := text; len(rest) > 0; {
					n := min(chunkSize, len(rest))
					require.NoError(b, s.write(rest[:n], &out))
					rest = rest[n:]
				}
				require.NoError(b, s.close(&out))
			}
		})
	}
}

// BenchmarkSpans reads random spans of 1000 bases.
func BenchmarkSpans(b *testing.B) {
	stored := benchFile()
	sum, err := Scan(b.Context(), bytes.NewReader(stored), Options{})
	require.NoError(b, err)
	r := rand.New(rand.NewPCG(2, 2))
	var spans []Span
	for range 1000 {
		s := &sum.Index.Sequences[r.IntN(len(sum.Index.Sequences)-1)]
		beg := r.Int64N(s.Length - 1000)
		spans = append(spans, Span{s, beg, beg + 1000})
	}
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				f := NewBlockFile(bytes.NewReader(stored), sum.Index, sum.Blocks, 0)
				for _, err := range f.Spans(b.Context(), spans, threads) {
					require.NoError(b, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(spans)), "µs/span")
		})
	}
}
