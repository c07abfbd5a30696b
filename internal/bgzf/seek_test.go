package bgzf

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	hts "github.com/biogo/hts/bgzf"
	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestOffset(t *testing.T) {
	full := reads(MaxTextSize, 3)
	f := mixed(13, []byte(EOFBlock))
	f.add(block(full), full)
	f.add(block(full), full)
	f.add([]byte(EOFBlock), nil)
	forThreads(t, func(t *testing.T, opt Options) {
		r := newLimited(t, bytes.NewReader(f.stored), opt)
		rnd := rand.New(rand.NewPCG(1, 1))
		require.Zero(t, r.Offset())
		for at := 0; ; {
			n, err := r.Read(make([]byte, 1+rnd.IntN(1<<rnd.IntN(15))))
			at += n
			require.Equal(t, f.virtual(at), r.Offset(), "behind byte %d of the text", at)
			if err == io.EOF {
				require.Len(t, f.text, at)
				break
			}
			require.NoError(t, err)
		}
	})
}

func TestBatchVirtual(t *testing.T) {
	full := reads(MaxTextSize, 3)
	f := fileOf(nil, []byte("abc"), nil, nil, full, []byte("d"), nil)
	b := NewBatch()
	require.NoError(t, b.Cut(NewInput(bytes.NewReader(f.stored), 0)))
	for i := range len(f.text) + 1 {
		if b.Virtual(i) != f.virtual(i) {
			require.Equal(t, f.virtual(i), b.Virtual(i), "behind byte %d", i)
		}
	}
	require.Zero(t, NewBatch().Virtual(0))
}

func TestSeek(t *testing.T) {
	f := mixed(14, []byte(EOFBlock))
	forThreads(t, func(t *testing.T, opt Options) {
		r := newLimited(t, bytes.NewReader(f.stored), opt)
		rnd := rand.New(rand.NewPCG(2, 1))
		for range 60 {
			b := f.blocks[rnd.IntN(len(f.blocks))]
			in := rnd.IntN(b.End - b.Start + 1)
			require.NoError(t, r.Seek(uint64(b.Offset)<<16|uint64(in)))
			require.Equal(t, uint64(b.Offset)<<16|uint64(in), r.Offset())
			want := f.text[b.Start+in:]
			got := make([]byte, min(len(want), 1+rnd.IntN(20000)))
			n, err := io.ReadFull(r, got)
			if len(want) > 0 {
				require.NoError(t, err)
			}
			require.Equal(t, string(want[:n]), string(got[:n]))
			if n > 0 {
				require.Equal(t, f.virtual(b.Start+in+n), r.Offset())
			}
		}
		// to the end, and back to the beginning
		require.NoError(t, r.Seek(uint64(len(f.stored))<<16))
		_, err := r.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.NoError(t, r.Seek(0))
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, string(f.text), string(got))
		require.True(t, r.HasEOF())
	})
}

func TestSeekToNoPlace(t *testing.T) {
	f := fileOf([]byte("abc"), []byte("def"))
	end := uint64(len(f.stored)) << 16
	second := uint64(f.blocks[1].Offset) << 16
	for _, c := range []struct {
		to   uint64
		want string
	}{
		{4, "virtual offset 0:4: the block has 3 bytes of text"},
		{second | 65535, f.blocks[1].pos().String()[5:] + ":65535: the block has 3 bytes of text"},
		{end | 1, "beyond the end of the file"},
		{end + 5<<16 | 1, "beyond the end of the file"},
		{1 << 16, "byte 1: trailing bytes: not a BGZF block"},
		{(end>>16-1)<<16 | 1, "not a BGZF block"},
	} {
		forThreads(t, func(t *testing.T, opt Options) {
			r := newLimited(t, bytes.NewReader(f.stored), opt)
			require.NoError(t, r.Seek(c.to))
			for range 2 {
				n, err := r.Read(make([]byte, 10))
				require.Zero(t, n)
				require.ErrorContains(t, err, c.want)
			}
			require.NoError(t, r.Seek(second|1))
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, "ef", string(got))
			r.Close()
		})
	}
	r := newLimited(t, io.MultiReader(bytes.NewReader(f.stored)), Options{})
	require.ErrorIs(t, r.Seek(0), errs.ErrNotSupported)
	require.EqualError(t, r.Seek(0), "the source cannot seek")
}

func TestSeekChunk(t *testing.T) {
	f := mixed(15, []byte(EOFBlock))
	forThreads(t, func(t *testing.T, opt Options) {
		r := newLimited(t, bytes.NewReader(f.stored), opt)
		rnd := rand.New(rand.NewPCG(3, 1))
		place := func() (int, uint64) {
			b := f.blocks[rnd.IntN(len(f.blocks))]
			in := rnd.IntN(b.End - b.Start + 1)
			return b.Start + in, uint64(b.Offset)<<16 | uint64(in)
		}
		for range 100 {
			from, begin := place()
			to, end := place()
			if end < begin {
				from, begin, to, end = to, end, from, begin
			}
			require.NoError(t, r.SeekChunk(begin, end))
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, string(f.text[from:to]), string(got), "%x to %x", begin, end)

			// No block that begins behind the end is decoded.
			blocks := 0
			require.NoError(t, r.SeekChunk(begin, end))
			for {
				s, err := r.Next()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				blocks += len(s.Unit.Blocks)
				s.Release()
			}
			want := 0
			for _, b := range f.blocks {
				if v := uint64(b.Offset) << 16; begin>>16 <= uint64(b.Offset) && v < end {
					want++
				}
			}
			require.Equal(t, want, blocks)
		}
		// An end within the text of no block is the block's own.
		last := f.blocks[len(f.blocks)-2]
		require.NoError(t, r.SeekChunk(uint64(last.Offset)<<16, uint64(last.Offset)<<16|65535))
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, string(f.text[last.Start:]), string(got))
		r.Close()
	})
}

// TestSeekReusesBatches holds that seeking does not grow the reader.
func TestSeekReusesBatches(t *testing.T) {
	f := mixed(16)
	r := newLimited(t, bytes.NewReader(f.stored), Options{Threads: 2})
	for range 50 {
		require.NoError(t, r.Seek(0))
		_, err := io.ReadFull(r, make([]byte, 50000))
		require.NoError(t, err)
	}
	r.Close()
	require.LessOrEqual(t, len(r.batches), Slots(2))
}

// TestAgainstBiogo compares virtual offsets with those of another reader.
func TestAgainstBiogo(t *testing.T) {
	f := mixed(17, []byte(EOFBlock))
	theirs, err := hts.NewReader(bytes.NewReader(f.stored), 1)
	require.NoError(t, err)
	defer theirs.Close()
	ours := newLimited(t, bytes.NewReader(f.stored), Options{Threads: 2})
	rnd := rand.New(rand.NewPCG(4, 1))
	virtual := func(o hts.Offset) uint64 { return uint64(o.File)<<16 | uint64(o.Block) }
	for range 200 {
		n := 1 + rnd.IntN(3000)
		want, got := make([]byte, n), make([]byte, n)
		k, err := io.ReadFull(theirs, want)
		m, _ := io.ReadFull(ours, got)
		require.Equal(t, k, m)
		require.Equal(t, want, got)
		if err != nil {
			break
		}
		// Theirs keeps to the block at its end, ours is at the next one: both
		// must lead either reader to the same text.
		a, b := theirs.LastChunk().End, ours.Offset()
		if rnd.IntN(4) == 0 {
			require.NoError(t, theirs.Seek(hts.Offset{File: int64(b >> 16), Block: uint16(b)}))
			require.NoError(t, ours.Seek(virtual(a)))
		} else if uint64(a.File) == b>>16 {
			require.Equal(t, virtual(a), b)
		}
	}
}
