package gzip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
)

// faulty is a decoder that rejects good members.
type faulty struct {
	deflate.Decoder
	after   int  // bytes of a member's text
	overrun bool // and takes all the input there is
	given   int
}

func (f *faulty) Start() { f.Decoder.Start(); f.given = 0 }

func (f *faulty) Next(dst []byte, pos int, src []byte, final bool) (int, int, error) {
	next, used, err := f.Decoder.Next(dst, pos, src, final)
	if err != nil || f.given+next-pos < f.after {
		f.given += next - pos
		return next, used, err
	}
	if f.overrun {
		used = len(src)
	}
	return pos + f.after - f.given, used, &deflate.CorruptError{Offset: 5, Err: deflate.ErrSymbol}
}

// secondFile is a file with members of several sizes; n is that of a large one.
func secondFile(n int) (stored []byte, text string) {
	for i, n := range []int{0, 1, 1000, n} {
		m := reads(n, uint64(i))
		stored, text = append(stored, memberOf(fields{}, deflated(m), m)...), text+string(m)
	}
	return append(append(stored, member("last")...), block("block")...), text + "lastblock"
}

func TestSecondLook(t *testing.T) {
	for _, c := range []struct {
		large, after, looks int
	}{
		{3000, 0, 5}, {3000, 1, 4}, {3000, 2, 3}, {3000, 500, 2}, {3000, 2999, 1}, {3000, 3001, 0},
		{pieceText + 50000, 2000, 1}, {pieceText + 50000, pieceText + 49999, 1},
	} {
		stored, text := secondFile(c.large)
		for _, overrun := range []bool{false, true} {
			for _, threads := range []int{1, 2} {
				if c.large > pieceText && (threads == 1) == overrun {
					continue
				}
				d := &faulty{after: c.after, overrun: overrun}
				got, err := drain(newReader(t.Context(), bytes.NewReader(stored), Options{Threads: threads}, d, ourBlocks))
				require.NoError(t, err, "after %d bytes", c.after)
				require.True(t, text == got.text, "%d bytes, want %d", len(got.text), len(text))
				require.Equal(t, End{Blocks: 1, Members: 5, NoEOFBlock: true, SecondLooks: c.looks}, got.end, "after %d bytes", c.after)
				require.EqualValues(t, len(stored), got.offset)
			}
		}
	}
}

// TestSecondLookInFile begins in the middle of a file.
func TestSecondLookInFile(t *testing.T) {
	stored, text := secondFile(3000)
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, append([]byte("before it"), stored...), 0o600))
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Seek(int64(len("before it")), io.SeekStart)
	require.NoError(t, err)
	got, err := drain(newReader(t.Context(), f, Options{Threads: 2}, &faulty{after: 100}, ourBlocks))
	require.NoError(t, err)
	require.True(t, text == got.text)
	require.Equal(t, 2, got.end.SecondLooks)
}

func TestSecondLookThatFails(t *testing.T) {
	stored, text := secondFile(3000)
	fault := "byte 15: gzip member that starts at byte 0: bits match no code"

	// Of a source that passes by once there is none.
	got, err := drain(newReader(t.Context(), onlyReader{bytes.NewReader(stored)}, Options{Threads: 1}, &faulty{}, ourBlocks))
	require.EqualError(t, err, fault)
	require.Empty(t, got.text)

	// Where the standard library rejects too, our decoder has the word.
	cut := bytes.Clone(stored[:len(stored)-500])
	got, err = drain(newReader(t.Context(), bytes.NewReader(cut), Options{Threads: 1}, &faulty{after: 1000}, ourBlocks))
	require.ErrorContains(t, err, "bits match no code")
	require.Greater(t, len(got.text), 1100, "with the text that it found")
	require.True(t, text[:len(got.text)] == got.text)

	// A footer is compared all the same.
	bad := bytes.Clone(member("text"))
	bad[len(bad)-8] ^= 1
	got, err = drain(newReader(t.Context(), bytes.NewReader(bad), Options{Threads: 1}, &faulty{after: 1}, ourBlocks))
	require.ErrorContains(t, err, "gzip member states CRC-32")
	require.Equal(t, "text", got.text)

	// Text that our decoder made up and has given can't be taken back.
	_, err = drain(newReader(t.Context(), bytes.NewReader(member("text")), Options{Threads: 1}, &inventive{}, ourBlocks))
	require.ErrorContains(t, err, "bits match no code")

	// A source that fails meanwhile is not corrupt.
	_, err = drain(newReader(t.Context(), &flaky{Reader: bytes.NewReader(stored)}, Options{Threads: 1}, &faulty{after: 1000}, ourBlocks))
	require.ErrorIs(t, err, errBroken)
	require.ErrorIs(t, err, errs.ErrInternal)
	require.NotErrorIs(t, err, errs.ErrCorrupt)
}

// inventive fills a piece with text of its own before it fails.
type inventive struct {
	deflate.Decoder
	calls int
}

func (f *inventive) Next(dst []byte, pos int, _ []byte, _ bool) (int, int, error) {
	if f.calls++; f.calls == 1 {
		return len(dst), 1, nil
	}
	return pos, 0, &deflate.CorruptError{Err: deflate.ErrSymbol}
}

// flaky can be read once.
type flaky struct{ *bytes.Reader }

func (f *flaky) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

// TestSecondLookIsCancelled during what may take long: what the consumer has
// of the member is decoded again first.
func TestSecondLookIsCancelled(t *testing.T) {
	stored, _ := secondFile(2 * pieceText)
	goroutinesEnd(t)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	src := &cancelling{Reader: bytes.NewReader(stored), cancel: func() { cancel(cause) }}
	got, err := drain(newReader(ctx, src, Options{Threads: 2}, &faulty{after: pieceText * 3 / 2}, ourBlocks))
	require.ErrorIs(t, err, cause)
	require.LessOrEqual(t, len(got.text), 2*pieceText)
	require.Less(t, src.reads*4096, len(stored)*3/4, "a piece is decoded at most")
}

// cancelling cancels when it is read for a second look.
type cancelling struct {
	*bytes.Reader
	cancel func()
	reads  int
}

func (c *cancelling) ReadAt(p []byte, off int64) (int, error) {
	c.cancel()
	c.reads++
	return c.Reader.ReadAt(p, off)
}
