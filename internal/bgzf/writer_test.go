package bgzf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// cut writes text in pieces of random size, with Flush now and then, and gives
// the places in the text that Offset was asked at, with what it said.
func cut(t testing.TB, w *Writer, text []byte, seed uint64, ask bool) map[int]uint64 {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	said := map[int]uint64{}
	for at := 0; at < len(text); {
		n, err := w.Write(text[at:min(len(text), at+r.IntN(1<<r.IntN(18)))])
		require.NoError(t, err)
		at += n
		if r.IntN(10) == 0 {
			require.NoError(t, w.Flush())
		}
		if r.IntN(5) == 0 && ask {
			v, err := w.Offset()
			require.NoError(t, err)
			said[at] = v
		}
	}
	return said
}

// written gives the file that a writer makes of text.
func written(t testing.TB, text []byte, level int, opt WriterOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(context.Background(), &b, level, opt)
	require.NoError(t, err)
	_, err = w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// parse reads a file that must be whole.
func parse(t testing.TB, stored []byte) *file {
	t.Helper()
	f := &file{stored: stored}
	r := newLimited(t, bytes.NewReader(stored), Options{Threads: 1})
	for {
		s, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		for _, b := range s.Unit.Blocks {
			f.blocks = append(f.blocks, Block{Offset: b.Offset, Size: b.Size, Start: len(f.text), End: len(f.text) + b.End - b.Start})
			f.text = append(f.text, s.Unit.Text[b.Start:b.End]...)
		}
		s.Release()
	}
	require.True(t, r.HasEOF())
	return f
}

func TestWriterBlocks(t *testing.T) {
	text := reads(20*BlockText+1, 1)
	for _, n := range []int{0, 1, BlockText - 1, BlockText, BlockText + 1, 8 * BlockText, 8*BlockText + 1, len(text)} {
		forThreads(t, func(t *testing.T, opt Options) {
			stored := written(t, text[:n], 0, WriterOptions{Threads: opt.Threads})
			f := parse(t, stored)
			require.Equal(t, string(text[:n]), string(f.text))
			require.Len(t, f.blocks, (n+BlockText-1)/BlockText+1)
			for i, b := range f.blocks[:len(f.blocks)-1] {
				require.Equal(t, min(BlockText, n-i*BlockText), b.End-b.Start)
			}
			if n == 0 {
				require.Equal(t, EOFBlock, string(stored))
			}
		})
	}
}

func TestWriterLevels(t *testing.T) {
	texts := map[string][]byte{"reads": reads(3*BlockText/2, 1), "noise": noise(3*BlockText/2, 1), "zeros": make([]byte, 3*BlockText/2)}
	for name, text := range texts {
		sizes := map[int]int{}
		for level := -2; level <= 9; level++ {
			stored := written(t, text, level, WriterOptions{Threads: 1})
			f := parse(t, stored)
			require.Equal(t, string(text), string(f.text), "%s, level %d", name, level)
			sizes[level] = len(stored)
			if level == 0 || name == "noise" {
				// Blocks that do not compress are stored: 31 bytes more each.
				require.Len(t, stored, len(text)+2*31+len(EOFBlock), "%s, level %d", name, level)
			}
		}
		require.Equal(t, sizes[DefaultLevel], sizes[-1])
		if name == "reads" {
			require.Less(t, sizes[1], sizes[0])
			require.Less(t, sizes[9], sizes[1])
		}
	}
	for _, level := range []int{-3, 10} {
		_, err := NewWriter(t.Context(), io.Discard, level, WriterOptions{})
		require.ErrorIs(t, err, errs.ErrValidation)
		require.EqualError(t, err, fmt.Sprintf("compression level %d, want -2 to 9", level))
	}
}

// TestWriterIsDeterministic compares files of all numbers of threads, and a
// compressor that has been used with a new one.
func TestWriterIsDeterministic(t *testing.T) {
	text := append(reads(6*BlockText, 5), reads(4*BlockText+77, 6)...)
	for _, level := range []int{-2, 1, 6, 9} {
		text := text
		if level != 6 { // the others take long, or are no different
			text = text[:2*BlockText]
		}
		var want []byte
		for i := 0; i < len(text); i += BlockText {
			one := written(t, text[i:min(len(text), i+BlockText)], level, WriterOptions{Threads: 1})
			want = append(want, one[:len(one)-len(EOFBlock)]...)
		}
		want = append(want, EOFBlock...)
		for _, threads := range []int{0, 1, 8} {
			require.True(t, bytes.Equal(want, written(t, text, level, WriterOptions{Threads: threads})), "level %d, %d threads", level, threads)
		}
	}
}

func TestWriterOffset(t *testing.T) {
	text := reads(9*BlockText+500, 7)
	var want map[int]uint64
	forThreads(t, func(t *testing.T, opt Options) {
		var b bytes.Buffer
		var x Index
		w, err := NewWriter(t.Context(), &b, 1, WriterOptions{Threads: opt.Threads, Index: &x})
		require.NoError(t, err)
		v, err := w.Offset()
		require.NoError(t, err)
		require.Zero(t, v)
		said := cut(t, w, text, 8, true)
		require.NoError(t, w.Close())
		f := parse(t, b.Bytes())
		require.Equal(t, string(text), string(f.text))
		require.NotEmpty(t, said)
		for at, v := range said {
			require.Equal(t, f.virtual(at), v, "behind byte %d", at)
			if at < len(text) { // what the index says of it later
				late, err := x.Virtual(int64(at))
				require.NoError(t, err)
				require.Equal(t, v, late)
			}
		}
		if want == nil {
			want = said
		}
		require.Equal(t, want, said)
	})
}

func TestFlush(t *testing.T) {
	forThreads(t, func(t *testing.T, opt Options) {
		var b bytes.Buffer
		w, err := NewWriter(t.Context(), &b, 6, WriterOptions{Threads: opt.Threads})
		require.NoError(t, err)
		for range 3 {
			require.NoError(t, w.Flush()) // makes no block
		}
		for range 30 {
			_, err = w.Write([]byte("record"))
			require.NoError(t, err)
			require.NoError(t, w.Flush())
			require.NoError(t, w.Flush())
		}
		require.NoError(t, w.Close())
		f := parse(t, b.Bytes())
		require.Len(t, f.blocks, 31)
	})
}

// failAt fails at a byte, in the way of its kind.
type failAt struct {
	left  int
	short bool
	calls int // after the failure
}

func (w *failAt) Write(p []byte) (int, error) {
	if w.left < 0 {
		w.calls++
		return 0, errors.New("again")
	}
	if len(p) <= w.left {
		w.left -= len(p)
		return len(p), nil
	}
	n := w.left
	w.left = -1
	if w.short {
		return n, nil
	}
	return n, errBroken
}

func TestWriteFails(t *testing.T) {
	text := reads(30*BlockText, 2)
	whole := written(t, text, 0, WriterOptions{Threads: 1})
	forThreads(t, func(t *testing.T, opt Options) {
		for _, at := range []int{0, 1, 100000, len(whole) / 2, len(whole) - len(EOFBlock), len(whole) - 1} {
			for _, short := range []bool{false, true} {
				want := errBroken
				if short {
					want = io.ErrShortWrite
				}
				sink := &failAt{left: at, short: short}
				w, err := NewWriter(t.Context(), sink, 0, WriterOptions{Threads: opt.Threads})
				require.NoError(t, err)
				var first error
				for i := 0; i < len(text) && first == nil; i += 10000 {
					_, first = w.Write(text[i:min(len(text), i+10000)])
				}
				if first != nil {
					_, err = w.Write([]byte("more"))
					require.Equal(t, first, err)
					_, err = w.Offset()
					require.Equal(t, first, err)
					require.Equal(t, first, w.Flush())
				}
				err = w.Close()
				if first != nil {
					require.Equal(t, first, err)
				}
				require.ErrorIs(t, err, want)
				require.ErrorIs(t, err, errs.ErrInternal)
				require.EqualError(t, err, fmt.Sprintf("byte %d: cannot write on: %v", at, want))
				require.Equal(t, err, w.Close())
				require.Zero(t, sink.calls, "nothing is written behind a failure")
			}
		}
	})
}

func TestWriterCancel(t *testing.T) {
	text := reads(BlockText, 2)
	forThreads(t, func(t *testing.T, opt Options) {
		for blocks := range 12 {
			cause := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			var b bytes.Buffer
			w, err := NewWriter(ctx, &b, 0, WriterOptions{Threads: opt.Threads})
			require.NoError(t, err)
			for range blocks {
				_, err = w.Write(text)
				require.NoError(t, err)
			}
			cancel(cause)
			_, err = w.Write(text)
			require.Equal(t, cause, err)
			_, err = w.Offset()
			require.Equal(t, cause, err)
			require.Equal(t, cause, w.Close())
			require.False(t, bytes.HasSuffix(b.Bytes(), []byte(EOFBlock)), "an abandoned file must not look whole")
		}
	})
}

// TestWriterCancelWhileItWaits has a sink that takes nothing until the end.
func TestWriterCancelWhileItWaits(t *testing.T) {
	goroutinesEnd(t)
	ctx, cancel := context.WithCancel(t.Context())
	from, to := io.Pipe()
	w, err := NewWriter(ctx, to, 0, WriterOptions{Threads: 2})
	require.NoError(t, err)
	time.AfterFunc(10*time.Millisecond, func() { cancel(); _ = from.Close() })
	text := reads(BlockText, 2)
	for written := 0; ; written++ { // back-pressure holds it up long before
		if _, err = w.Write(text); err != nil {
			break
		}
		require.Less(t, written, batchBlocks*(Slots(2)+3), "memory is bounded")
	}
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, w.Close(), context.Canceled)
}

func TestWriteBehindClose(t *testing.T) {
	forThreads(t, func(t *testing.T, opt Options) {
		w, err := NewWriter(t.Context(), io.Discard, 6, WriterOptions{Threads: opt.Threads})
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, w.Close())
		_, err = w.Write([]byte("x"))
		require.Equal(t, errClosed, err)
		require.Equal(t, errClosed, w.Flush())
		_, err = w.Offset()
		require.Equal(t, errClosed, err)
	})
}

func TestWritersShareALimiter(t *testing.T) {
	goroutinesEnd(t)
	text := reads(10*BlockText, 2)
	opt := WriterOptions{Threads: 2, Limiter: pipeline.NewLimiter(1)}
	var sinks [3]bytes.Buffer
	var writers []*Writer
	for i := range sinks {
		w, err := NewWriter(t.Context(), &sinks[i], 1, opt)
		require.NoError(t, err)
		writers = append(writers, w)
	}
	for i := 0; i < len(text); i += 1000 {
		for _, w := range writers {
			_, err := w.Write(text[i:min(len(text), i+1000)])
			require.NoError(t, err)
		}
	}
	for i, w := range writers {
		require.NoError(t, w.Close())
		require.Equal(t, string(text), string(parse(t, sinks[i].Bytes()).text))
	}
}

func TestWriterIndexFindsEverything(t *testing.T) {
	text := reads(12*BlockText, 9)
	var b bytes.Buffer
	var x Index
	w, err := NewWriter(t.Context(), &b, 1, WriterOptions{Threads: 2, Index: &x})
	require.NoError(t, err)
	cut(t, w, text, 10, false)
	require.NoError(t, w.Close())
	f := parse(t, b.Bytes())
	require.Len(t, x, len(f.blocks)-2, "not the first, not the EOF block")
	r := newLimited(t, bytes.NewReader(b.Bytes()), Options{Threads: 1})
	rnd := rand.New(rand.NewPCG(5, 5))
	for range 100 {
		at := rnd.IntN(len(text))
		v, err := x.Virtual(int64(at))
		require.NoError(t, err)
		require.NoError(t, r.Seek(v))
		got := make([]byte, min(100, len(text)-at))
		_, err = io.ReadFull(r, got)
		require.NoError(t, err)
		require.Equal(t, string(text[at:][:len(got)]), string(got))
	}
}
