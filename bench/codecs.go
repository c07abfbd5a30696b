package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seqlode/seqlode/internal/cram/codec"
)

// codecRow is how fast a stream of CRAM's codecs is decoded on one thread.
type codecRow struct {
	method    codec.Method
	stream    string // folder and name of the specification's file; what is behind the dot is the order
	size      int    // decoded
	published string // MB/s of htscodecs for the same order, on a Xeon 6142; "" where none is
	best      time.Duration
}

// codecRows are the streams that are measured. htscodecs' figures are those of its
// BENCHMARKS.md: 10 MB of NovaSeq qualities, which the q4 streams are 0.15 MB of.
func codecRows() []codecRow {
	return []codecRow{
		{method: codec.RANS4x8, stream: "rans4x8/q4.0", size: 151_000, published: "718"},
		{method: codec.RANS4x8, stream: "rans4x8/q4.1", size: 151_000, published: "385"},
		{method: codec.RANS4x8, stream: "rans4x8/q40+dir.1", size: 100_000},
		{method: codec.RANSNx16, stream: "ransNx16/q4.0", size: 151_000},
		{method: codec.RANSNx16, stream: "ransNx16/q4.1", size: 151_000, published: "537"},
		{method: codec.RANSNx16, stream: "ransNx16/q4.129", size: 151_000, published: "1394"},
		{method: codec.RANSNx16, stream: "ransNx16/q4.193", size: 151_000, published: "921"},
		{method: codec.RANSNx16, stream: "ransNx16/q4.5", size: 151_000, published: "427 plain, 1473 AVX2"},
		{method: codec.RANSNx16, stream: "ransNx16/q40+dir.1", size: 100_000},
		{method: codec.RANSNx16, stream: "ransNx16/q40+dir.5", size: 100_000},
		{method: codec.Arith, stream: "range/q4.1", size: 151_000, published: "87"},
		{method: codec.Arith, stream: "range/q40+dir.1", size: 100_000},
		{method: codec.Fqzcomp, stream: "fqzcomp/q4.1", size: 151_000, published: "27"},
		{method: codec.Fqzcomp, stream: "fqzcomp/q40+dir.1", size: 100_000, published: "16, of HiSeq"},
		{method: codec.Tok3, stream: "tok3/08.names.5", size: 86_076},
		{method: codec.Gzip, stream: "gzip/08.names.gz", size: 86_076},
	}
}

// measureCodecs decodes each stream of the specification's folder over and over; its
// shortest decoding counts. The more runs, the longer.
func measureCodecs(dir string, runs int) ([]codecRow, error) {
	const while = 100 * time.Millisecond
	rows := codecRows()
	for i := range rows {
		r := &rows[i]
		src, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(r.stream)))
		if err != nil {
			return nil, err
		}
		var d codec.Decoder
		dst := make([]byte, 0, r.size)
		r.best = math.MaxInt64
		for begin := time.Now(); time.Since(begin) < time.Duration(runs)*while; {
			start := time.Now()
			if _, err := d.Decode(dst, r.method, src, r.size); err != nil {
				return nil, fmt.Errorf("%s: %w", r.stream, err)
			}
			r.best = min(r.best, time.Since(start))
		}
	}
	return rows, nil
}

// codecTable writes the rows as a Markdown table.
func codecTable(rows []codecRow) string {
	var b strings.Builder
	b.WriteString("| codec, decoding on 1 thread | stream | bytes | ours, MB/s | htscodecs, MB/s as published |\n| --- | --- | ---: | ---: | ---: |\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %v | %s | %d | %.0f | %s |\n", r.method, r.stream, r.size, rate(int64(r.size), r.best), r.published)
	}
	b.WriteString("\nStreams of the CRAM specification's tests, best decoding of each. The published figures are of another machine (Xeon 6142) and of longer streams (10 MB): " +
		"they say what is usual, not who is faster.\n")
	return b.String()
}
