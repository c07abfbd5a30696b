package bgzf

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// reads makes n bytes of FASTQ-like text.
func reads(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "@read.%d %d/1\n", i, r.IntN(100000))
		for range 100 {
			b.WriteByte("ACGT"[r.IntN(4)])
		}
		b.WriteString("\n+\n")
		for range 100 {
			b.WriteByte(byte('#' + min(r.IntN(40), r.IntN(60))))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()[:n]
}

// noise makes n bytes that do not compress.
func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(b)
	return b
}

// deflated is DEFLATE data of text, by the standard library.
func deflated(text []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

// blockOf makes a block of DEFLATE data, with subfields before and behind BC.
func blockOf(data, text []byte, before, behind string) []byte {
	b := []byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff")
	b = binary.LittleEndian.AppendUint16(b, uint16(6+len(before)+len(behind)))
	b = append(b, before...)
	b = append(b, "BC\x02\x00"...)
	size := len(b)
	b = append(b, 0, 0)
	b = append(b, behind...)
	b = append(b, data...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(text))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	binary.LittleEndian.PutUint16(b[size:], uint16(len(b)-1))
	return b
}

// block makes a block of text.
func block(text []byte) []byte { return blockOf(deflated(text), text, "", "") }

// file is a BGZF file and what is true of it.
type file struct {
	stored []byte
	text   []byte
	blocks []Block // Start and End are places in text
}

// add adds a block.
func (f *file) add(stored, text []byte) {
	f.blocks = append(f.blocks, Block{Offset: int64(len(f.stored)), Size: len(stored), Start: len(f.text), End: len(f.text) + len(text)})
	f.stored = append(f.stored, stored...)
	f.text = append(f.text, text...)
}

// fileOf makes a file of a block for each text.
func fileOf(texts ...[]byte) *file {
	f := new(file)
	for _, text := range texts {
		f.add(block(text), text)
	}
	return f
}

// mixed is a file of blocks of all sizes, with empty ones among them, more than
// a reader has in flight.
func mixed(seed uint64, end ...[]byte) *file {
	r := rand.New(rand.NewPCG(seed, 2))
	text := reads(300<<10, seed)
	f := new(file)
	for i := range 150 {
		n := min(len(text), r.IntN(1<<r.IntN(12)))
		if i == 20 {
			n = 65280
		}
		f.add(block(text[:n]), text[:n])
		text = text[n:]
	}
	for _, e := range end {
		f.add(e, nil)
	}
	return f
}

// virtual is the virtual offset behind byte i-1 of the text.
func (f *file) virtual(i int) uint64 {
	if i == 0 {
		return 0
	}
	for _, b := range f.blocks {
		switch {
		case i == b.End && b.Start < b.End:
			return uint64(b.Offset+int64(b.Size)) << 16
		case b.Start < i && i < b.End:
			return uint64(b.Offset)<<16 | uint64(i-b.Start)
		}
	}
	return 0
}

// outcome is all that a reader tells.
type outcome struct {
	text    string
	err     string
	hasEOF  bool
	offset  uint64
	seconds int
}

// readAll reads what src gives.
func readAll(t testing.TB, src io.Reader, opt Options) (outcome, error) {
	t.Helper()
	return drain(newLimited(t, src, opt))
}

// newLimited makes a reader that the test closes.
func newLimited(t testing.TB, src io.Reader, opt Options) *Reader {
	t.Helper()
	r := NewReader(context.Background(), src, opt)
	t.Cleanup(r.Close)
	return r
}

// drain reads to the end and closes.
func drain(r *Reader) (outcome, error) {
	text, err := io.ReadAll(r)
	o := outcome{text: string(text), hasEOF: r.HasEOF(), offset: r.Offset(), seconds: r.SecondLooks()}
	if err != nil {
		o.err = err.Error()
	}
	r.Close()
	return o, err
}

// forThreads runs f for several numbers of threads; no goroutine may be left.
func forThreads(t *testing.T, f func(t *testing.T, opt Options)) {
	t.Helper()
	for _, threads := range []int{1, 2, 8} {
		t.Run(fmt.Sprintf("%d threads", threads), func(t *testing.T) {
			goroutinesEnd(t)
			f(t, Options{Threads: threads})
		})
	}
}

// goroutinesEnd fails the test if it ends with more goroutines than it has now.
func goroutinesEnd(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for try := 0; runtime.NumGoroutine() > before; try++ {
			if try == 10_000 {
				t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
}

var errBroken = errors.New("disk on fire")

// broken gives p and then fails.
func broken(p []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(p), failing{})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

// hesitant gives a byte at a time, and between bytes nothing.
type hesitant struct {
	r    io.Reader
	turn int
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.turn++; h.turn%3 > 0 || len(p) == 0 {
		return 0, nil
	}
	return h.r.Read(p[:1])
}
