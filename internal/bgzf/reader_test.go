package bgzf

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

func TestRead(t *testing.T) {
	eof := []byte(EOFBlock)
	full := reads(MaxTextSize, 1)
	big := block(full)
	odd := new(file)
	odd.add(blockOf(deflated([]byte("before")), []byte("before"), "XY\x03\x00abc", ""), []byte("before"))
	odd.add(blockOf(deflated([]byte("behind")), []byte("behind"), "", "XY\x00\x00QQ\x01\x00z"), []byte("behind"))
	emptyStored := blockOf([]byte{1, 0, 0, 0xff, 0xff}, nil, "", "")
	for _, c := range []struct {
		name   string
		file   *file
		hasEOF bool
	}{
		{"nothing", &file{}, false},
		{"EOF block alone", fileOf(nil), false}, // of another compressor
		{"EOF block to the byte", withEnd(&file{}, eof), true},
		{"one block", withEnd(fileOf([]byte("text")), eof), true},
		{"no EOF block", fileOf([]byte("text"), []byte("more")), false},
		{"EOF blocks in the middle", withEnd(mixed(3, eof, eof), eof, block([]byte("tail"))), false},
		{"many blocks", mixed(4, eof), true},
		{"empty block that is not the EOF block at the end", mixed(5, eof, emptyStored), false},
		{"65536 bytes of text", withEnd(fileOf(full, full), eof), true},
		{"other subfields", withEnd(odd, eof), true},
		{"noise", fileOf(noise(65000, 1)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.file
			if strings.HasPrefix(c.name, "EOF blocks in") {
				want.text = append(want.text, "tail"...)
			}
			for _, threads := range []int{1, 2, 8} {
				got, err := readAll(t, bytes.NewReader(want.stored), Options{Threads: threads})
				require.NoError(t, err)
				require.Equal(t, string(want.text), got.text)
				require.Equal(t, c.hasEOF, got.hasEOF)
			}
		})
	}
	require.Less(t, len(big), MaxBlockSize)
}

func withEnd(f *file, blocks ...[]byte) *file {
	for _, b := range blocks {
		f.add(b, nil)
	}
	return f
}

func TestHostile(t *testing.T) {
	text := []byte("some text, some text, some text")
	data := deflated(text)
	whole := block(text)
	good := mixed(9)
	change := func(at int, with ...byte) []byte {
		b := bytes.Clone(whole)
		if at < 0 {
			at += len(b)
		}
		copy(b[at:], with)
		return b
	}
	for _, c := range []struct {
		name string
		bad  []byte
		want string // %s is the place
	}{
		{"CRC-32", change(-8, 1, 2, 3, 4), "BGZF block states CRC-32 04030201, its text has c0eca151"},
		{"ISIZE too small", change(-4, 30), "BGZF block: deflate: stream holds more than the stated size (at byte 13 of the stream)"},
		{"ISIZE too large", change(-4, 32), "BGZF block states 32 bytes of text, holds 31"},
		{"ISIZE of 65537", change(-4, 1, 0, 1, 0), "BGZF block states 65537 bytes of text, more than 65536"},
		{"ISIZE of 4 GB", change(-4, 255, 255, 255, 255), "BGZF block states 4294967295 bytes of text, more than 65536"},
		{"BSIZE beyond the file", change(16, 255, 255), "truncated: the file ends inside the BGZF block that starts here"},
		{"BSIZE of the header", change(16, 18+8-1, 0), "not a BGZF block"},
		{"bytes behind the data", blockOf(append(bytes.Clone(data), 0), text, "", ""), "BGZF block has 20 bytes of compressed data, uses 19"},
		{"data cut", blockOf(data[:len(data)-4], text, "", ""), "BGZF block: deflate: stream ends before its last block does (at byte 14 of the stream)"},
		{"reserved block type", blockOf([]byte{7, 0}, nil, "", ""), "BGZF block: deflate: reserved block type 3 (at byte 0 of the stream)"},
		{"BC of three bytes", blockOf(data, text, "BC\x03\x00abc", "")[:18], "truncated: the file ends inside the gzip header that starts here"},
		{"subfield beyond the extra field", append([]byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00BC\x03\x00"), make([]byte, 30)...), "not a BGZF block"},
		{"ordinary gzip", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "not a BGZF block"},
		{"name beside the extra field", change(3, 12), "not a BGZF block"},
		{"zeros", make([]byte, 100), "not a BGZF block"},
		{"one zero", make([]byte, 1), "not a BGZF block"},
		{"text", []byte("@read\nACGT\n+\nIIII\n"), "not a BGZF block"},
		{"magic alone", []byte("\x1f\x8b"), "truncated: the file ends inside the gzip header that starts here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			forThreads(t, func(t *testing.T, opt Options) {
				got, err := readAll(t, bytes.NewReader(c.bad), opt)
				require.Empty(t, got.text)
				require.EqualError(t, err, "byte 0: "+c.want)
				require.ErrorIs(t, err, errs.ErrCorrupt)

				place := errs.Pos{Offset: errs.Byte(int64(len(good.stored)))}.String()
				want := c.want
				if want == ErrNotBlock.Error() {
					want = "trailing bytes: " + want
				}
				got, err = readAll(t, bytes.NewReader(append(good.stored[:len(good.stored):len(good.stored)], c.bad...)), opt)
				require.Equal(t, string(good.text), got.text, "all text before a fault is given")
				require.EqualError(t, err, place+": "+want)
			})
		})
	}
}

// TestTruncated cuts files everywhere: between blocks the end is legal, and
// HasEOF tells; elsewhere it never is.
func TestTruncated(t *testing.T) {
	f := fileOf([]byte("first"), nil, reads(300, 1))
	f.add(blockOf(deflated([]byte("x")), []byte("x"), "XY\x20\x00"+strings.Repeat("x", 32), ""), []byte("x"))
	f.add([]byte(EOFBlock), nil)
	headers := []int{18, 18, 18, 18 + 36, 18}
	for _, threads := range []int{1, 2} {
		for cut := range len(f.stored) + 1 {
			text, want := "", ""
			for i, b := range f.blocks {
				end := int(b.Offset) + b.Size
				if end <= cut {
					text += string(f.text[b.Start:b.End])
					continue
				}
				if in := cut - int(b.Offset); in > 0 {
					what := "the BGZF block"
					if in < headers[i] {
						what = "the gzip header"
					}
					want = b.pos().String() + ": truncated: the file ends inside " + what + " that starts here"
				}
				break
			}
			got, err := readAll(t, bytes.NewReader(f.stored[:cut]), Options{Threads: threads})
			require.Equal(t, text, got.text, "cut at %d", cut)
			require.Equal(t, want, got.err, "cut at %d", cut)
			require.Equal(t, cut == len(f.stored), got.hasEOF && err == nil, "cut at %d", cut)
			if want != "" {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				require.ErrorIs(t, err, errs.ErrCorrupt)
			}
		}
	}
}

// TestBitFlips flips every bit: the fault is found, or the text is the same.
func TestBitFlips(t *testing.T) {
	f := fileOf([]byte("first"), reads(150, 1), noise(20, 1))
	f.add([]byte(EOFBlock), nil)
	same := 0
	for i := range f.stored {
		for bit := range 8 {
			bad := bytes.Clone(f.stored)
			bad[i] ^= 1 << bit
			got, err := readAll(t, bytes.NewReader(bad), Options{Threads: 1})
			require.True(t, strings.HasPrefix(string(f.text), got.text), "byte %d, bit %d", i, bit)
			if err == nil {
				same++
				require.Equal(t, string(f.text), got.text, "byte %d, bit %d", i, bit)
			}
		}
	}
	// Time, flags and system of each header do not matter, nor the bits behind
	// the end of a stream.
	require.GreaterOrEqual(t, same, len(f.blocks)*6*8)
	require.Less(t, same, len(f.blocks)*(6*8+7))
}

func TestSourcesOfAllManners(t *testing.T) {
	f := mixed(1, []byte(EOFBlock))
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"one byte a read":       iotest.OneByteReader,
		"half of what is asked": iotest.HalfReader,
		"data together with EOF": func(r io.Reader) io.Reader {
			return iotest.DataErrReader(r)
		},
		"nothing now and then": func(r io.Reader) io.Reader { return &hesitant{r: r} },
	} {
		t.Run(name, func(t *testing.T) {
			forThreads(t, func(t *testing.T, opt Options) {
				got, err := readAll(t, wrap(bytes.NewReader(f.stored)), opt)
				require.NoError(t, err)
				require.Equal(t, string(f.text), got.text)
				require.True(t, got.hasEOF)
			})
		})
	}
}

func TestSourceThatGivesNothing(t *testing.T) {
	f := fileOf(reads(1000, 1))
	for cut := range len(f.stored) {
		for _, src := range []io.Reader{iotest.ErrReader(nil), readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), readerFunc(func([]byte) (int, error) { return -1, nil })} {
			_, err := readAll(t, io.MultiReader(bytes.NewReader(f.stored[:cut]), src), Options{Threads: 1})
			require.ErrorIs(t, err, errs.ErrInternal)
		}
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestSourceFails at every byte of a file.
func TestSourceFails(t *testing.T) {
	f := fileOf([]byte("first"), reads(200, 1), nil, []byte("last"))
	for _, threads := range []int{1, 2} {
		for cut := range len(f.stored) + 1 {
			text := ""
			for _, b := range f.blocks {
				if int(b.Offset)+b.Size <= cut {
					text += string(f.text[b.Start:b.End])
				}
			}
			got, err := readAll(t, broken(f.stored[:cut]), Options{Threads: threads})
			require.ErrorIs(t, err, errBroken)
			require.ErrorIs(t, err, errs.ErrInternal)
			require.Equal(t, errs.Pos{Offset: errs.Byte(int64(cut))}.String()+": cannot read on: disk on fire", got.err)
			require.Equal(t, text, got.text)
		}
	}
}

// TestThreadsAgree compares all that readers tell, of good and bad files.
func TestThreadsAgree(t *testing.T) {
	good := mixed(11, []byte(EOFBlock))
	files := [][]byte{good.stored}
	for i := range 18 {
		bad := bytes.Clone(good.stored)
		at := len(bad) * i / 18
		switch i % 3 {
		case 0:
			bad = bad[:at]
		case 1:
			bad[at] ^= 0x55
		case 2:
			bad = append(bad[:at], good.stored...)
		}
		files = append(files, bad)
	}
	for i, stored := range files {
		want, _ := readAll(t, bytes.NewReader(stored), Options{Threads: 1})
		for _, threads := range []int{2, 8} {
			got, _ := readAll(t, bytes.NewReader(stored), Options{Threads: threads})
			require.Equal(t, want, got, "file %d, %d threads", i, threads)
		}
		require.True(t, strings.HasPrefix(string(good.text), want.text) || i%3 == 0)
	}
}

func TestErrorStays(t *testing.T) {
	forThreads(t, func(t *testing.T, opt Options) {
		r := newLimited(t, bytes.NewReader([]byte("no block")), opt)
		_, first := r.Read(make([]byte, 10))
		_, second := r.Read(make([]byte, 10))
		require.Error(t, first)
		require.Equal(t, first, second)
	})
}

func TestCancel(t *testing.T) {
	f := mixed(2, []byte(EOFBlock))
	forThreads(t, func(t *testing.T, opt Options) {
		for k := range 8 {
			cause := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			r := NewReader(ctx, bytes.NewReader(f.stored), opt)
			n, err := io.ReadFull(r, make([]byte, k*len(f.text)/10))
			require.NoError(t, err)
			cancel(cause)
			rest, err := io.ReadAll(r)
			require.ErrorIs(t, err, cause)
			require.Equal(t, string(f.text[n:n+len(rest)]), string(rest))
			r.Close()
			_, err = r.Read(make([]byte, 1))
			require.ErrorIs(t, err, cause)
		}
	})
}

func TestCloseEarly(t *testing.T) {
	f := mixed(2, []byte(EOFBlock))
	forThreads(t, func(t *testing.T, opt Options) {
		for k := range 8 {
			r := NewReader(t.Context(), bytes.NewReader(f.stored), opt)
			_, err := io.ReadFull(r, make([]byte, k*len(f.text)/10))
			require.NoError(t, err)
			r.Close()
			_, err = r.Read(make([]byte, 1))
			require.Equal(t, io.ErrClosedPipe, err)
			_, err = r.Next()
			require.Equal(t, io.ErrClosedPipe, err)
			r.Close()
		}
		// with batches that are never released
		r := NewReader(t.Context(), bytes.NewReader(f.stored), opt)
		for range Slots(opt.Threads) {
			_, err := r.Next()
			require.NoError(t, err)
		}
		r.Close()
	})
}

// TestInterrupt has readers wait for a pipe that gives no more.
func TestInterrupt(t *testing.T) {
	f := mixed(2)
	forThreads(t, func(t *testing.T, opt Options) {
		for name, end := range map[string]func(cancel func(), r *Reader){
			"cancel": func(cancel func(), r *Reader) { cancel() },
			"close":  func(_ func(), r *Reader) { r.Close() },
		} {
			if name == "close" && opt.Threads == 1 {
				continue // Close is for who reads, and that is in Read
			}
			from, to, err := os.Pipe()
			require.NoError(t, err)
			if from.SetReadDeadline(time.Time{}) != nil {
				t.Skip("pipes have no deadlines on this system")
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() { _, _ = to.Write(f.stored[:1000]) }()
			r := NewReader(ctx, from, opt)
			if name == "cancel" {
				time.AfterFunc(5*time.Millisecond, cancel)
				_, err = io.Copy(io.Discard, r)
				require.ErrorIs(t, err, context.Canceled)
			} else {
				time.Sleep(5 * time.Millisecond)
			}
			end(cancel, r)
			r.Close()
			cancel()
			// The pipe is fit for use again.
			_, err = to.Write([]byte("still there"))
			require.NoError(t, err)
			_, err = from.Read(make([]byte, 11))
			require.NoError(t, err)
			require.NoError(t, from.Close())
			require.NoError(t, to.Close())
		}
	})
}

func TestLimiterIsShared(t *testing.T) {
	f := mixed(6, []byte(EOFBlock))
	goroutinesEnd(t)
	opt := Options{Threads: 2, Limiter: pipeline.NewLimiter(1)}
	var readers []*Reader
	for range 4 {
		readers = append(readers, newLimited(t, bytes.NewReader(f.stored), opt))
	}
	text := make([][]byte, len(readers))
	for ended := 0; ended < len(readers); {
		ended = 0
		for i, r := range readers { // in turn, so that none may hold up the others
			buf := make([]byte, 5000)
			n, err := r.Read(buf)
			text[i] = append(text[i], buf[:n]...)
			if err == io.EOF {
				ended++
			} else {
				require.NoError(t, err)
			}
		}
	}
	for i, r := range readers {
		require.Equal(t, string(f.text), string(text[i]))
		r.Close()
	}
}

// rejecting is a decoder that rejects what it should not, or decodes it wrong.
type rejecting struct{ wrong bool }

func (d rejecting) Decode(dst, src []byte) (int, int, error) {
	if d.wrong {
		clear(dst)
		return len(dst), len(src), nil
	}
	return 0, 0, errors.New("our fault")
}

func TestSecondLook(t *testing.T) {
	f := mixed(8, []byte(EOFBlock))
	for _, wrong := range []bool{false, true} {
		forThreads(t, func(t *testing.T, opt Options) {
			got, err := drain(newReader(t.Context(), bytes.NewReader(f.stored), opt, func() Inflater { return rejecting{wrong} }))
			require.NoError(t, err)
			require.Equal(t, string(f.text), got.text)
			want := len(f.blocks)
			if wrong { // an empty text can't be wrong
				want = 0
				for _, b := range f.blocks {
					if b.End > b.Start {
						want++
					}
				}
			}
			require.Equal(t, want, got.seconds)
		})
	}
	// What the standard library rejects too has the words of our decoder.
	bad := bytes.Clone(f.stored)
	last := f.blocks[len(f.blocks)-3]
	binary.LittleEndian.PutUint32(bad[last.Offset+int64(last.Size)-8:], 1)
	got, err := drain(newReader(t.Context(), bytes.NewReader(bad), Options{Threads: 1}, func() Inflater { return rejecting{} }))
	require.EqualError(t, err, last.pos().String()+": BGZF block: our fault")
	require.Equal(t, string(f.text[:last.Start]), got.text)
}

func TestAtBlock(t *testing.T) {
	for _, c := range []struct {
		head string
		want bool
		err  string
	}{
		{"", false, ""},
		{EOFBlock, true, ""},
		{EOFBlock[:18], true, ""},
		{EOFBlock[:17], false, "byte 0: truncated: the file ends inside the gzip header that starts here"},
		{"\x1f", false, "byte 0: truncated: the file ends inside the gzip header that starts here"},
		{"\x1f\x8b\x08\x00", false, ""},
		{"text", false, ""},
	} {
		got, err := AtBlock(NewInput(strings.NewReader(c.head), 0))
		require.Equal(t, c.want, got, "%q", c.head)
		if c.err == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, c.err)
		}
	}
	_, err := AtBlock(NewInput(failing{}, 7))
	require.EqualError(t, err, "byte 7: cannot read on: disk on fire")
}
