package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// The peak resident memory that seqlode may take on any FASTQ, and on any BAM
// apart from four times its largest record.
const (
	memoryBar    = 96 << 20
	bamMemoryBar = 128 << 20
)

// memory is what seqlode took for an input.
type memory struct {
	name string
	text int64 // bytes
	wall time.Duration
	peak int64 // bytes; 0: the system does not tell
	bar  int64 // bytes
}

// memoryOf runs seqlode etag over the data's files, and over a long stream of
// big bytes of text on standard input where big is not 0.
func memoryOf(ctx context.Context, d data, seqlode string, big int64) ([]memory, error) {
	var out []memory
	take := func(name string, bar int64, in io.Reader, text int64, want string, args ...string) error {
		start := time.Now()
		got, peak, err := peakRSS(ctx, in, append([]string{seqlode, "etag"}, args...)...)
		if err == nil && !strings.Contains(got, want) {
			err = fmt.Errorf("printed %q, which does not hold %s", strings.TrimSpace(got), want)
		}
		if err != nil {
			return fmt.Errorf("memory, %s: %w", name, err)
		}
		out = append(out, memory{name, text, time.Since(start), peak, bar})
		return nil
	}
	if err := take("BGZF", memoryBar, nil, d.main.size, d.main.md5, d.main.bgzf); err != nil {
		return nil, err
	}
	if err := take("ordinary gzip", memoryBar, nil, d.main.size, d.main.md5, d.main.gzip); err != nil {
		return nil, err
	}
	if err := take("two BGZF files", memoryBar, nil, d.main.size+d.mate.size, d.mate.md5, d.main.bgzf, d.mate.bgzf); err != nil {
		return nil, err
	}
	long := longReads{reads: 8, bases: 20_000_000}
	if big == 0 {
		long.bases /= 10
	}
	var file bytes.Buffer
	text, sum, err := long.write(ctx, &file)
	if err != nil {
		return nil, err
	}
	if err := take(fmt.Sprintf("BAM of %d reads with %d bases", long.reads, long.bases), bamMemoryBar+4*long.recordSize(), &file, text, sum, "-"); err != nil {
		return nil, err
	}
	if big == 0 {
		return out, nil
	}
	n := int((big + d.main.size - 1) / d.main.size)
	want, err := repeatedMD5(d.main.text, n)
	if err != nil {
		return nil, err
	}
	for _, form := range []struct{ name, path string }{{"BGZF", d.main.bgzf}, {"multi-member gzip", d.main.gzip}} {
		stored, err := os.ReadFile(form.path)
		if err != nil {
			return nil, err
		}
		end := ""
		if trimmed, ok := bytes.CutSuffix(stored, []byte(bgzf.EOFBlock)); ok {
			stored, end = trimmed, bgzf.EOFBlock
		}
		parts := make([]io.Reader, 0, n+1)
		for range n {
			parts = append(parts, bytes.NewReader(stored))
		}
		in := io.MultiReader(append(parts, strings.NewReader(end))...)
		if err := take(form.name+" on standard input", memoryBar, in, int64(n)*d.main.size, want, "-"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// repeatedMD5 is the MD5 of a file's content n times over.
func repeatedMD5(path string, n int) (string, error) {
	h := md5.New()
	for range n {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, bufio.NewReaderSize(f, 1<<20))
		_ = f.Close() // it was only read
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// memoryTable writes what was taken as a Markdown table.
func memoryTable(ms []memory) string {
	var b strings.Builder
	b.WriteString("| seqlode on | text | wall time | peak resident memory | bar |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, m := range ms {
		peak := "not told"
		if m.peak > 0 {
			peak = fmt.Sprintf("%.1f MiB", float64(m.peak)/(1<<20))
		}
		fmt.Fprintf(&b, "| %s | %.0f MB | %s | %s | ≤ %d MiB |\n", m.name, float64(m.text)/1e6, seconds(m.wall), peak, m.bar>>20)
	}
	return b.String()
}
