package bgzf

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reference decodes block by block with the standard library: the text before
// the first fault, and whether there is one.
func reference(stored []byte) (text []byte, bad bool) {
	for len(stored) > 0 {
		if len(stored) < 12 || string(stored[:4]) != "\x1f\x8b\x08\x04" {
			return text, true
		}
		extra := int(binary.LittleEndian.Uint16(stored[10:]))
		if len(stored) < 18 || len(stored) < 12+extra {
			return text, true
		}
		size := 0
		for x := stored[12 : 12+extra]; len(x) >= 4 && size == 0; {
			n := int(binary.LittleEndian.Uint16(x[2:]))
			if len(x) < 4+n {
				break
			}
			if x[0] == 'B' && x[1] == 'C' && n == 2 {
				size = int(binary.LittleEndian.Uint16(x[4:])) + 1
			}
			x = x[4+n:]
		}
		if size <= 12+extra+8 || len(stored) < size {
			return text, true
		}
		data, footer := bytes.NewReader(stored[12+extra:size-8]), stored[size-8:size]
		got, err := io.ReadAll(io.LimitReader(flate.NewReader(data), MaxTextSize+1))
		if err != nil || data.Len() > 0 || len(got) > MaxTextSize ||
			binary.LittleEndian.Uint32(footer) != crc32.ChecksumIEEE(got) || int(binary.LittleEndian.Uint32(footer[4:])) != len(got) {
			return text, true
		}
		text, stored = append(text, got...), stored[size:]
	}
	return text, false
}

func FuzzReader(f *testing.F) {
	good := fileOf([]byte("first"), nil, reads(700, 1), noise(300, 1))
	good.add([]byte(EOFBlock), nil)
	f.Add(good.stored)
	f.Add(good.stored[:len(good.stored)-40])
	f.Add(append(bytes.Clone(good.stored), "trailing"...))
	f.Add(blockOf(deflated([]byte("x")), []byte("x"), "XY\x01\x00a", "ZZ\x00\x00"))
	f.Add(bytes.Repeat([]byte(EOFBlock), 20))
	f.Add([]byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, stored []byte) {
		if len(stored) > 1<<16 { // 64 MB of text at most
			return
		}
		want, bad := reference(stored)
		// The fuzzer wants each run to be the same: no goroutines.
		got, err := readAll(t, bytes.NewReader(stored), Options{Threads: 1})
		require.Equal(t, bad, err != nil, "%v", err)
		require.True(t, string(want) == got.text, "%d bytes, want %d", len(got.text), len(want))
		require.Zero(t, got.seconds, "our decoder rejected what the standard library takes")
		if !bad {
			require.Equal(t, strings.HasSuffix(string(stored), EOFBlock), got.hasEOF)
		}
	})
}

// FuzzWriter takes each byte of how as a step: write so much, flush, or ask for
// the place.
func FuzzWriter(f *testing.F) {
	f.Add([]byte("\x10\xf0\x20\xf1\x30"), int8(6), uint8(1), uint8(2))
	f.Add(bytes.Repeat([]byte{0xe0}, 40), int8(1), uint8(2), uint8(0))
	f.Add([]byte{}, int8(-2), uint8(3), uint8(1))
	f.Add(bytes.Repeat([]byte{1, 0xf0}, 30), int8(9), uint8(4), uint8(3))
	f.Fuzz(func(t *testing.T, how []byte, level int8, seed, kind uint8) {
		if level < -2 || level > 9 || len(how) > 60 {
			return
		}
		var b bytes.Buffer
		var x Index
		w, err := NewWriter(t.Context(), &b, int(level), WriterOptions{Threads: 1, Index: &x})
		require.NoError(t, err)
		var text []byte
		places := map[int]uint64{}
		for i, step := range how {
			switch {
			case step < 0xf0:
				n := int(step) * int(step) // up to 57 KB
				piece := reads(n, uint64(seed)+uint64(i))
				if kind%2 > 0 {
					piece = noise(n, uint64(seed)+uint64(i))
				}
				_, err = w.Write(piece)
				text = append(text, piece...)
			case step < 0xf8:
				err = w.Flush()
			default:
				places[len(text)], err = w.Offset()
			}
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		file := parse(t, b.Bytes())
		require.True(t, bytes.Equal(text, file.text))
		for at, v := range places {
			// Where a Flush came next, the place is the end of a block here.
			i := slices.IndexFunc(file.blocks, func(b Block) bool { return uint64(b.Offset) == v>>16 })
			require.GreaterOrEqual(t, i, 0)
			require.Equal(t, at, file.blocks[i].Start+int(v&0xffff))
		}
		require.Len(t, x, max(0, len(file.blocks)-2))
		for i, e := range x {
			require.Equal(t, IndexEntry{file.blocks[i+1].Offset, int64(file.blocks[i+1].Start)}, e)
		}
	})
}

func FuzzReadIndex(f *testing.F) {
	f.Add(gzi(2, 100, 65280, 300, 70000))
	f.Add(gzi(1<<64 - 1))
	f.Add(gzi(1<<63, 1, 1))
	f.Fuzz(func(t *testing.T, in []byte) {
		x, err := ReadIndex(bytes.NewReader(in))
		if err != nil {
			return
		}
		var b bytes.Buffer
		_, err = x.WriteTo(&b)
		require.NoError(t, err)
		if len(x) > 0 {
			require.Equal(t, in, b.Bytes())
		}
		for _, text := range []int64{0, 65280, 1 << 40} {
			if v, err := x.Virtual(text); err == nil {
				require.LessOrEqual(t, int64(v&0xffff), text)
			}
		}
	})
}
