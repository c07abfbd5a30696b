package gzip

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	klauspost "github.com/klauspost/compress/gzip"
	"github.com/klauspost/pgzip"
)

// benchFile is 32 MB of the reads in SEQLODE_READS, or made-up ones, in one
// ordinary member; and the size of the text.
var benchFile = sync.OnceValues(func() ([]byte, int64) {
	const size = 32 << 20
	text := make([]byte, 0, size)
	if dir := os.Getenv("SEQLODE_READS"); dir != "" {
		if f, err := os.Open(filepath.Join(dir, "r1.fq")); err == nil {
			defer f.Close()
			text, _ = io.ReadAll(io.LimitReader(f, size))
		}
	}
	if len(text) == 0 {
		text = reads(size, 1)
	}
	return memberOf(fields{}, deflated(text), text), int64(len(text))
})

func BenchmarkRead(b *testing.B) {
	stored, size := benchFile()
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("by=seqlode/threads=%d", threads), func(b *testing.B) {
			b.SetBytes(size)
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
	}
	for name, open := range map[string]func(io.Reader) (io.Reader, error){
		"std":       func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"klauspost": func(r io.Reader) (io.Reader, error) { return klauspost.NewReader(r) },
		"pgzip":     func(r io.Reader) (io.Reader, error) { return pgzip.NewReader(r) },
	} {
		b.Run("by="+name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				r, err := open(bytes.NewReader(stored))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
