package deflate

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	kflate "github.com/klauspost/compress/flate"
)

// block is one BGZF block's deflate stream, with what follows it as slack, and
// the size of its text.
type block struct {
	data []byte
	size int
}

// fastqBlocks gives blocks of FASTQ-like text as bgzip would cut them.
func fastqBlocks(qualities int) (blocks []block) {
	text := fastqLike(100*0xff00, qualities)
	var b bytes.Buffer
	w, err := kflate.NewWriter(&b, 6)
	if err != nil {
		panic(err)
	}
	for len(text) > 0 {
		n := min(len(text), 0xff00)
		b.Reset()
		w.Reset(&b)
		w.Write(text[:n])
		w.Close()
		blocks = append(blocks, block{filled(b.Bytes(), InputSlack), n})
		text = text[n:]
	}
	return blocks
}

// fileBlocks gives the blocks of the first 67 MB of text of a BGZF file in the
// folder SEQLODE_READS.
func fileBlocks(b *testing.B, name string) (blocks []block) {
	folder := os.Getenv("SEQLODE_READS")
	if folder == "" {
		b.Skip("SEQLODE_READS, the folder of real reads, is not set")
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		b.Skip("no such file of reads: ", err)
	}
	for total := 0; len(data) > 26 && total < 67e6; {
		n := int(binary.LittleEndian.Uint16(data[16:])) + 1
		bl := block{data[18 : n-8], int(binary.LittleEndian.Uint32(data[n-4:]))}
		blocks = append(blocks, bl)
		total += bl.size
		data = data[n:]
	}
	return blocks
}

func BenchmarkDecode(b *testing.B) {
	for _, input := range []struct {
		name   string
		blocks func(b *testing.B) []block
	}{
		{"fastq40", func(*testing.B) []block { return fastqBlocks(40) }},
		{"fastq4", func(*testing.B) []block { return fastqBlocks(4) }},
		{"r1.bgzf.fq.gz", func(b *testing.B) []block { return fileBlocks(b, "r1.bgzf.fq.gz") }},
		{"ecoli.bam", func(b *testing.B) []block { return fileBlocks(b, "ecoli.bam") }},
	} {
		b.Run("input="+input.name, func(b *testing.B) {
			blocks := input.blocks(b)
			size := 0
			for _, bl := range blocks {
				size += bl.size
			}
			dst := make([]byte, 1<<16+OutputSlack)
			run := func(name string, decode func(b *testing.B, bl block)) {
				b.Run("decoder="+name, func(b *testing.B) {
					b.SetBytes(int64(size))
					for b.Loop() {
						for _, bl := range blocks {
							decode(b, bl)
						}
					}
				})
			}
			for _, loop := range loops {
				loop.use()
				var d Decoder
				run(loop.name, func(b *testing.B, bl block) {
					if n, _, err := d.Decode(dst[:bl.size], bl.data); err != nil || n != bl.size {
						b.Fatal(n, err)
					}
				})
			}
			var src bytes.Reader
			k := kflate.NewReader(&src)
			run("klauspost", func(b *testing.B, bl block) { readBlock(b, &src, k, dst, bl) })
			s := flate.NewReader(&src)
			run("stdlib", func(b *testing.B, bl block) { readBlock(b, &src, s, dst, bl) })
		})
	}
}

func readBlock(b *testing.B, src *bytes.Reader, r io.Reader, dst []byte, bl block) {
	src.Reset(bl.data)
	if err := r.(flate.Resetter).Reset(src, nil); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(r, dst[:bl.size]); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHeader measures the reading of dynamic block headers and the making
// of their tables alone.
func BenchmarkHeader(b *testing.B) {
	blocks := fastqBlocks(40)
	var d Decoder
	for b.Loop() {
		for _, bl := range blocks {
			d.Start()
			d.in, d.ip = bl.data, 0
			if err := d.header(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(blocks)), "ns/header")
}
