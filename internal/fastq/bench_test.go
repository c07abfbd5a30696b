package fastq

import (
	"bytes"
	"os"
	"testing"
)

const benchChunk = 256 << 10

// BenchmarkCheck checks 16 MB of text from memory in chunks of 256 KiB. With
// FASTQ_BENCH_FILE naming a FASTQ file, the first 64 MB of that too.
func BenchmarkCheck(b *testing.B) {
	texts := []struct {
		name string
		text []byte
	}{
		{"150bp", records(50_000, 150, false, "\n")},
		{"150bp-CRLF", records(50_000, 150, false, "\r\n")},
		{"to150bp", records(100_000, 150, true, "\n")},
		{"20kb", records(400, 20_000, false, "\n")},
		{"to40kb", records(400, 40_000, true, "\n")},
		{"1MB", records(8, 1_000_000, false, "\n")},
	}
	if name := os.Getenv("FASTQ_BENCH_FILE"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		text = text[:min(len(text), 64<<20)]
		texts = append(texts, texts[0])
		texts[len(texts)-1].name, texts[len(texts)-1].text = "file", text[:bytes.LastIndex(text, []byte("\n@"))+1]
	}
	for _, tt := range texts {
		b.Run(tt.name, func(b *testing.B) {
			b.SetBytes(int64(len(tt.text)))
			for b.Loop() {
				feed(b, new(Checker), tt.text)
			}
		})
	}
}

// BenchmarkCheckPair checks two texts with equal names in turn, chunk by chunk,
// on one core: the cost of the names beside BenchmarkCheck.
func BenchmarkCheckPair(b *testing.B) {
	text := records(50_000, 150, false, "\n")
	b.SetBytes(2 * int64(len(text)))
	for b.Loop() {
		first, second := NewPair(b.Context(), PairOptions{})
		for p := text; len(p) > 0; p = p[min(benchChunk, len(p)):] {
			chunk := p[:min(benchChunk, len(p))]
			if first.Write(chunk) != nil || second.Write(chunk) != nil {
				b.Fatal("good text refused")
			}
		}
		if err := first.Close(); err != nil {
			b.Fatal(err)
		}
		if err := second.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewlines is the bare walk over the lines, for comparison.
func BenchmarkNewlines(b *testing.B) {
	text := records(50_000, 150, false, "\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		lines := 0
		for p := text; len(p) > 0; lines++ {
			p = p[bytes.IndexByte(p, '\n')+1:]
		}
		if lines != 200_000 {
			b.Fatal(lines)
		}
	}
}

func feed(b *testing.B, c *Checker, text []byte) {
	for p := text; len(p) > 0; p = p[min(benchChunk, len(p)):] {
		if err := c.Write(p[:min(benchChunk, len(p))]); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
}
