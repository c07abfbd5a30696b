package bgzf

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	hts "github.com/biogo/hts/bgzf"
)

// benchText is 32 MB of the reads in SEQLODE_READS, or made-up ones.
var benchText = sync.OnceValue(func() []byte {
	const size = 32 << 20
	if dir := os.Getenv("SEQLODE_READS"); dir != "" {
		if f, err := os.Open(filepath.Join(dir, "r1.fq")); err == nil {
			defer f.Close()
			text := make([]byte, size)
			if n, err := io.ReadFull(f, text); err == nil || err == io.ErrUnexpectedEOF {
				return text[:n]
			}
		}
	}
	return reads(size, 1)
})

var benchFile = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w, _ := NewWriter(context.Background(), &b, DefaultLevel, WriterOptions{})
	_, _ = w.Write(benchText())
	_ = w.Close()
	return b.Bytes()
})

func BenchmarkRead(b *testing.B) {
	stored := benchFile()
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("by=seqlode/threads=%d", threads), func(b *testing.B) {
			b.SetBytes(int64(len(benchText())))
			for b.Loop() {
				r := NewReader(b.Context(), bytes.NewReader(stored), Options{Threads: threads})
				for {
					s, err := r.Next()
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					s.Release()
				}
				r.Close()
			}
		})
		b.Run(fmt.Sprintf("by=biogo/threads=%d", threads), func(b *testing.B) {
			b.SetBytes(int64(len(benchText())))
			for b.Loop() {
				r, err := hts.NewReader(bytes.NewReader(stored), threads)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					b.Fatal(err)
				}
				_ = r.Close()
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	text := benchText()
	for _, level := range []int{1, DefaultLevel} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("by=seqlode/level=%d/threads=%d", level, threads), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				size := &counter{}
				for b.Loop() {
					size.n = 0
					w, err := NewWriter(b.Context(), size, level, WriterOptions{Threads: threads})
					if err != nil {
						b.Fatal(err)
					}
					_, _ = w.Write(text)
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(text))/float64(size.n), "ratio")
			})
			b.Run(fmt.Sprintf("by=biogo/level=%d/threads=%d", level, threads), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				size := &counter{}
				for b.Loop() {
					size.n = 0
					w, err := hts.NewWriterLevel(size, level, threads)
					if err != nil {
						b.Fatal(err)
					}
					_, _ = w.Write(text)
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(text))/float64(size.n), "ratio")
			})
		}
	}
}

// counter counts what is written to it.
type counter struct{ n int }

func (c *counter) Write(p []byte) (int, error) { c.n += len(p); return len(p), nil }

// BenchmarkSeek reads a little from places far apart.
func BenchmarkSeek(b *testing.B) {
	stored := benchFile()
	f := parse(b, stored)
	for _, threads := range []int{1, 2} {
		r := NewReader(b.Context(), bytes.NewReader(stored), Options{Threads: threads})
		defer r.Close()
		buf := make([]byte, 10000)
		place := func(i int) uint64 { return uint64(f.blocks[i*7919%(len(f.blocks)-5)].Offset) << 16 }
		i := 0
		b.Run(fmt.Sprintf("to=end of file/threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				i++
				_ = r.Seek(place(i))
				if _, err := io.ReadFull(r, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("to=end of chunk/threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				i++
				_ = r.SeekChunk(place(i), place(i)+10000)
				if _, err := io.ReadFull(r, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
