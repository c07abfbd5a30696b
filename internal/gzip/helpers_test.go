package gzip

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

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/deflate"
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

// deflated is DEFLATE data of text, by the standard library.
func deflated(text []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

// fields are those of a member header that are there only with their flag.
type fields struct {
	extra, name, comment string // name and comment with their zero byte
	headerCRC            bool
	flags                byte // more of them
	badCRC               uint16
}

// header makes a member header.
func (f fields) header() []byte {
	flags := f.flags
	b := []byte{0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 0, 3}
	if f.extra != "" {
		flags |= flagExtra
		b = binary.LittleEndian.AppendUint16(b, uint16(len(f.extra)))
		b = append(b, f.extra...)
	}
	if f.name != "" {
		flags |= flagName
		b = append(b, f.name...)
	}
	if f.comment != "" {
		flags |= flagComment
		b = append(b, f.comment...)
	}
	if f.headerCRC {
		flags |= flagHeaderCRC
	}
	b[3] = flags
	if f.headerCRC {
		b = binary.LittleEndian.AppendUint16(b, uint16(crc32.ChecksumIEEE(b))^f.badCRC)
	}
	return b
}

// memberOf makes a member of DEFLATE data.
func memberOf(f fields, data, text []byte) []byte {
	b := append(f.header(), data...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(text))
	return binary.LittleEndian.AppendUint32(b, uint32(len(text)))
}

func member(text string) []byte { return memberOf(fields{}, deflated([]byte(text)), []byte(text)) }

// block makes a BGZF block.
func block(text string) []byte {
	b := memberOf(fields{extra: "BC\x02\x00\x00\x00"}, deflated([]byte(text)), []byte(text))
	binary.LittleEndian.PutUint16(b[16:], uint16(len(b)-1))
	return b
}

const eofBlock = bgzf.EOFBlock

// join puts pieces behind each other.
func join[T ~string | ~[]byte](pieces ...T) []byte {
	var b []byte
	for _, p := range pieces {
		b = append(b, p...)
	}
	return b
}

// outcome is all that a reader tells.
type outcome struct {
	text   string
	err    string
	end    End // of a file without a fault
	offset int64
}

// readAll reads src to its end.
func readAll(src io.Reader, opt Options) (outcome, error) {
	return drain(NewReader(context.Background(), src, opt))
}

func drain(r *Reader) (outcome, error) {
	text, err := io.ReadAll(r)
	o := outcome{text: string(text)}
	if err != nil {
		o.err = err.Error()
	} else {
		o.end, o.offset = r.End(), r.Offset()
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
func broken(p []byte) io.Reader { return io.MultiReader(bytes.NewReader(p), failing{}) }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

func ourBlocks() bgzf.Inflater { return new(deflate.Decoder) }

// onlyReader hides that a source could be read a second time.
type onlyReader struct{ io.Reader }

// requireSame is require.Equal for outcomes of much text.
func requireSame(t testing.TB, want, got outcome, message string, args ...any) {
	t.Helper()
	n := 0
	for n < min(len(want.text), len(got.text)) && want.text[n] == got.text[n] {
		n++
	}
	require.Equal(t, []int{n, n}, []int{len(want.text), len(got.text)}, append([]any{message + ": sizes of the texts, and what they share"}, args...)...)
	want.text, got.text = "", ""
	require.Equal(t, want, got, append([]any{message}, args...)...)
}
