package deflate

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// inPieces decodes data by Next: inCut more bytes are presented whenever the
// decoder wants more, and it writes into a buffer with so much room behind the
// window. It fails the test where Next breaks its contract.
func inPieces(t testing.TB, data []byte, inCut, room, limit int) (text []byte, consumed int, err error) {
	var d Decoder
	d.Start()
	const behind = 64 // bytes that are not to be touched
	buf := make([]byte, 3*WindowSize+room+behind)
	pos, shown := 0, 0
	end := room // how much of buf is shown to the decoder
	for !d.Done() && len(text) < limit {
		if pos == end {
			if end = pos + room; end+behind > len(buf) {
				copy(buf, buf[pos-WindowSize:pos])
				pos, end = WindowSize, WindowSize+room
			}
		}
		src, dst := data[consumed:shown:shown], buf[:end]
		fill(buf[end:end+behind], canary)
		newPos, n, err := d.Next(dst, pos, src, shown == len(data))
		if newPos < pos || newPos > len(dst) || n < 0 || n > len(src) {
			t.Fatalf("position %d to %d of %d, consumed %d of %d", pos, newPos, len(dst), n, len(src))
		}
		if bytes.Count(buf[end:end+behind], []byte{canary}) != behind {
			t.Fatal("wrote past the length of dst")
		}
		text = append(text, dst[pos:newPos]...)
		consumed += n
		if err != nil {
			return text, consumed, err
		}
		if newPos < end && !d.Done() {
			if shown == len(data) {
				t.Fatal("no end, no error and no progress")
			}
			shown = min(shown+inCut, len(data))
		}
		pos = newPos
	}
	return text, consumed, nil
}

var cuts = []struct{ in, room int }{
	{1, 1}, {1, 40}, {1, 70000}, {13, 1}, {13, 300}, {1000, 1}, {1000, 317}, {1000, 4000}, {1 << 30, 1}, {1 << 30, 1 << 17},
}

func TestNext(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		streams := byHand()
		for i, s := range encoded() { // they differ little from each other here
			if i%5 == 0 {
				streams = append(streams, s)
			}
		}
		for _, s := range streams {
			data := append(bytes.Clone(s.data), "trailing bytes"...)
			for _, cut := range cuts {
				text, consumed, err := inPieces(t, data, cut.in, cut.room, 1<<30)
				require.NoError(t, err, "%s %v", s.name, cut)
				require.Equal(t, len(s.data), consumed, "%s %v", s.name, cut)
				require.True(t, bytes.Equal(s.text, text), "%s %v", s.name, cut)
			}
		}
	})
}

func TestNextMalformed(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		for _, m := range malformed {
			w := build(m.write)
			data := append(bytes.Clone(w.data), make([]byte, 1000)...)
			for _, cut := range cuts {
				text, _, err := inPieces(t, data, cut.in, cut.room, 1<<30)
				checkFault(t, err, m.err, m.offset, m.name, cut)
				require.True(t, bytes.Equal(w.text, text), m.name)
			}
		}
	})
}

func TestNextTruncated(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		for _, s := range small() {
			for cut := 0; cut < len(s.data); cut += stride {
				var d Decoder
				_, _, want := d.Decode(make([]byte, len(s.text)), s.data[:cut])
				var corrupt *CorruptError
				require.True(t, errors.As(want, &corrupt))
				_, _, err := inPieces(t, s.data[:cut], 7, 100, 1<<30)
				checkFault(t, err, ErrTruncated, corrupt.Offset, s.name, cut)
			}
		}
	})
}

// A stream that begins behind other bytes in the buffer can't reach them.
func TestNextReachesNothingBeforeItsStream(t *testing.T) {
	w := build(func(w *streamWriter) {
		w.fixed(true)
		w.literals("abc")
		w.text = append(w.text, w.text...) // room for the writer's own model
		w.match(3, 4)
		w.end()
	})
	data := append(w.data, make([]byte, 500)...)
	var d Decoder
	for range 2 { // the second time after a stream
		d.Start()
		dst := bytes.Repeat([]byte("x"), 1000)
		newPos, _, err := d.Next(dst, 100, data, true)
		checkFault(t, err, ErrDistance, 3)
		require.Equal(t, 103, newPos)
		require.Equal(t, "xabc", string(dst[99:103]))
	}

	// Nor in a later call, which is given less than what was decoded.
	good := build(func(w *streamWriter) {
		w.stored(false, "0123456789")
		w.fixed(true)
		w.match(3, 9)
		w.end()
	})
	for history, want := range map[int]error{8: ErrDistance, 9: nil, 500: nil} {
		d.Start()
		dst := make([]byte, 1000)
		pos, n, err := d.Next(dst, 0, good.data[:15], false)
		require.NoError(t, err)
		require.Equal(t, 10, pos)
		if history < 10 {
			copy(dst, dst[10-history:10])
			pos = history
		} else {
			copy(dst[history-10:], dst[:10])
			pos = history
		}
		_, _, err = d.Next(dst, pos, good.data[n:], true)
		if want == nil {
			require.NoError(t, err)
			require.Equal(t, "123", string(dst[pos:pos+3]))
		} else {
			checkFault(t, err, want, 15)
		}
	}
}

// Without final, a stream that stops early is waited for.
func TestNextWaits(t *testing.T) {
	var d Decoder
	d.Start()
	pos, n, err := d.Next(make([]byte, 10), 0, nil, false)
	require.NoError(t, err)
	require.Zero(t, pos)
	require.Zero(t, n)
	require.False(t, d.Done())
	_, _, err = d.Next(make([]byte, 10), 0, nil, true)
	checkFault(t, err, ErrTruncated, 0)
}
