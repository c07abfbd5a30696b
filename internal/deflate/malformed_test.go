package deflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// withLens is a set of n code lengths of which some are given, the others 0.
func withLens(n int, lens map[int]uint8) []uint8 {
	l := make([]uint8, n)
	for s, v := range lens {
		l[s] = v
	}
	return l
}

// malformed are streams that end in a fault. The offsets follow from the bits:
// a block header is 3 bits; the codes of dynamic blocks take 14 + 57 bits for
// the counts and preLens.
var malformed = []struct {
	name   string
	write  func(w *streamWriter)
	err    error
	offset int64
}{
	{"block type 3", func(w *streamWriter) { w.header(true, 3) }, ErrBlockType, 0},
	{"block type 3 after a block", func(w *streamWriter) { w.stored(false, "abc"); w.header(false, 3) }, ErrBlockType, 8},
	{"block type 3 within a byte", func(w *streamWriter) {
		w.fixed(false) // 3 + 7 bits
		w.end()
		w.header(true, 3)
	}, ErrBlockType, 1},
	{"stored length", func(w *streamWriter) {
		w.header(true, 0)
		w.free = 0
		w.bits(5, 16)
		w.bits(^uint64(4), 16)
		w.data = append(w.data, "hello"...)
	}, ErrStoredLength, 0},
	{"stored length zero", func(w *streamWriter) {
		w.stored(false, "ab")
		w.header(true, 0)
		w.free = 0
		w.bits(0, 32)
	}, ErrStoredLength, 7},

	{"287 literal codes", func(w *streamWriter) {
		w.dynamic(true, withLens(287, map[int]uint8{'a': 1, endOfBlock: 1}), []uint8{1})
	}, ErrCodeCount, 0},
	{"288 literal codes", func(w *streamWriter) {
		w.dynamic(true, withLens(288, map[int]uint8{'a': 1, endOfBlock: 1}), []uint8{1})
	}, ErrCodeCount, 0},
	{"31 distance codes", func(w *streamWriter) {
		w.dynamic(true, comb(257, 'a', endOfBlock), make([]uint8, 31))
	}, ErrCodeCount, 0},
	{"32 distance codes", func(w *streamWriter) {
		w.dynamic(true, comb(257, 'a', endOfBlock), make([]uint8, 32))
	}, ErrCodeCount, 0},

	{"repeat before the first length", func(w *streamWriter) {
		w.stored(false, "abcd")
		w.dynamicCounts(true, 257, 1, preLens)
		w.bits(canonical(preLens)[16].bits, 5)
		w.bits(0, 2)
	}, ErrCodeRepeat, 9},
	{"repeated length past the last", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, preLens)
		pre := canonical(preLens)
		for range 256 {
			w.bits(pre[8].bits, 4)
		}
		w.bits(pre[16].bits, 5)
		w.bits(0, 2) // 3 where there are 2
	}, ErrCodeRepeat, 0},
	{"3 zeros past the last", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 2, preLens)
		pre := canonical(preLens)
		for range 257 {
			w.bits(pre[8].bits, 4)
		}
		w.bits(pre[17].bits, 5)
		w.bits(0, 3)
	}, ErrCodeRepeat, 0},
	{"138 zeros past the last", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, preLens)
		pre := canonical(preLens)
		for range 2 {
			w.bits(pre[18].bits, 5)
			w.bits(127, 7)
		}
	}, ErrCodeRepeat, 0},

	{"code length code over-subscribed", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, withLens(19, map[int]uint8{0: 1, 1: 1, 2: 1}))
		w.bits(0, 64)
	}, ErrCodeSet, 0},
	{"code length code incomplete", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, withLens(19, map[int]uint8{0: 2, 1: 2, 2: 2}))
		w.bits(0, 64)
	}, ErrCodeSet, 0},
	{"code length code of one symbol of two bits", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, withLens(19, map[int]uint8{8: 2}))
		w.bits(0, 64)
	}, ErrCodeSet, 0},
	{"code length code empty", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, make([]uint8, 19))
		w.bits(0, 64)
	}, ErrSymbol, 0},
	{"code length code of one symbol and the other bit", func(w *streamWriter) {
		w.dynamicCounts(true, 257, 1, withLens(19, map[int]uint8{8: 1}))
		w.bits(1<<9, 64)
	}, ErrSymbol, 0},

	{"no end of block", func(w *streamWriter) {
		w.dynamic(true, comb(257, 'a', 'b', 'c'), []uint8{1})
	}, ErrNoEndCode, 0},
	{"literals over-subscribed", func(w *streamWriter) {
		w.dynamic(true, withLens(257, map[int]uint8{'a': 1, 'b': 2, 'c': 2, endOfBlock: 2}), []uint8{1})
	}, ErrCodeSet, 0},
	{"literals over-subscribed by the least", func(w *streamWriter) {
		lit := comb(257, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, endOfBlock)
		lit['a'] = 15
		w.dynamic(true, lit, []uint8{1})
	}, ErrCodeSet, 0},
	{"literals over-subscribed by the most", func(w *streamWriter) {
		w.dynamic(true, bytes.Repeat([]byte{1}, 286), []uint8{1})
	}, ErrCodeSet, 0},
	{"literals incomplete", func(w *streamWriter) {
		w.dynamic(true, withLens(257, map[int]uint8{'a': 2, 'b': 2, endOfBlock: 2}), []uint8{1})
	}, ErrCodeSet, 0},
	{"literals incomplete by the least", func(w *streamWriter) {
		lit := comb(257, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, endOfBlock)
		lit[14] = 0
		w.dynamic(true, lit, []uint8{1})
	}, ErrCodeSet, 0},
	{"only the end of block, of two bits", func(w *streamWriter) {
		w.dynamic(true, withLens(257, map[int]uint8{endOfBlock: 2}), []uint8{1})
	}, ErrCodeSet, 0},
	{"distances over-subscribed", func(w *streamWriter) {
		w.dynamic(true, comb(257, 'a', endOfBlock), []uint8{1, 1, 1})
	}, ErrCodeSet, 0},
	{"distances incomplete", func(w *streamWriter) {
		w.dynamic(true, comb(257, 'a', endOfBlock), []uint8{1, 2})
	}, ErrCodeSet, 0},
	{"one distance of two bits", func(w *streamWriter) {
		w.dynamic(true, comb(257, 'a', endOfBlock), []uint8{2})
	}, ErrCodeSet, 0},

	{"length code 286", func(w *streamWriter) {
		w.fixed(true) // 3 bits and 2 codes of 8
		w.literals("ab")
		w.litSymbol(286)
	}, ErrSymbol, 2},
	{"length code 287", func(w *streamWriter) {
		w.fixed(true)
		w.literals("abcdef")
		w.litSymbol(287)
	}, ErrSymbol, 6},
	{"distance code 30", func(w *streamWriter) {
		w.fixed(true) // 3 bits and 4 codes of 8
		w.literals("abcd")
		w.length(5)
		w.distSymbol(30)
	}, ErrSymbol, 4},
	{"distance code 31", func(w *streamWriter) {
		w.fixed(true)
		w.literals("abcd")
		w.length(5)
		w.distSymbol(31)
	}, ErrSymbol, 4},
	{"the other bit where only the end of block has a code", func(w *streamWriter) {
		w.dynamic(true, withLens(257, map[int]uint8{endOfBlock: 1}), []uint8{0})
		w.bits(1, 1)
	}, ErrSymbol, (3 + 14 + 57 + 257*4 + 1*4) / 8},
	{"the other bit of one distance code", func(w *streamWriter) {
		w.dynamic(true, comb(258, 'a', endOfBlock, 257), []uint8{1})
		w.literals("aaaa") // 4 bits
		w.litSymbol(257)
		w.bits(1, 1)
	}, ErrSymbol, (3 + 14 + 57 + 258*4 + 1*4 + 4) / 8},
	{"a match where there are no distance codes", func(w *streamWriter) {
		w.dynamic(true, comb(258, 'a', endOfBlock, 257), []uint8{0})
		w.literals("aaaa")
		w.litSymbol(257)
		w.bits(0, 1)
	}, ErrSymbol, (3 + 14 + 57 + 258*4 + 1*4 + 4) / 8},

	{"match at the start", func(w *streamWriter) {
		w.fixed(true)
		w.length(3)
		w.distSymbol(0)
	}, ErrDistance, 0},
	{"match one byte before the start", func(w *streamWriter) {
		w.fixed(true)
		w.literals("abc")
		w.length(10)
		w.distSymbol(3)
	}, ErrDistance, 3},
	{"match far before the start", func(w *streamWriter) {
		w.stored(false, noise(32766))
		w.fixed(true)
		w.literals("a")
		w.length(130)
		w.distSymbol(29)
		w.bits(1<<13-1, 13)
	}, ErrDistance, 5 + 32766 + 1},
}

// checkFault requires a decoding to have failed with err at the offset.
func checkFault(t *testing.T, err, want error, offset int64, name ...any) {
	t.Helper()
	var corrupt *CorruptError
	require.ErrorAs(t, err, &corrupt, name...)
	require.ErrorIs(t, corrupt, want, name...)
	require.Equal(t, offset, corrupt.Offset, name...)
}

func TestMalformed(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		for _, m := range malformed {
			t.Run(m.name, func(t *testing.T) {
				w := build(m.write)
				// Enough behind the fault, so that it isn't taken for a stream
				// that ends early, by either kind of loop.
				for _, behind := range []int{8, 1000} {
					data := append(bytes.Clone(w.data), make([]byte, behind)...)
					_, err := io.ReadAll(flate.NewReader(bytes.NewReader(data)))
					require.Error(t, err, "compress/flate lets it pass")

					for _, slack := range slacks {
						for _, room := range []int{0, 1000} {
							var d Decoder
							dst := filled(make([]byte, len(w.text)+room), slack.out)
							n, _, err := d.Decode(dst, filled(data, slack.in))
							if room == 0 && (m.err == ErrDistance || m.err == ErrSymbol && len(w.text) > 0) &&
								errors.Is(err, ErrTooLong) {
								continue // a match begins where the output ends
							}
							checkFault(t, err, m.err, m.offset, slack.name)
							require.True(t, bytes.Equal(w.text, dst[:n]), slack.name)
						}
					}
				}
			})
		}
	})
}

// What is cut off is an ErrTruncated wherever the cut is, even where the slack
// of the input holds the rest.
func TestTruncated(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		var d Decoder
		for _, s := range small() {
			for cut := 0; cut < len(s.data); cut += stride {
				var offset int64
				for i, slack := range slacks {
					src := filled(s.data[:cut], slack.in)
					if slack.in > 0 {
						copy(src[cut:cap(src)], s.data[cut:])
					}
					dst := filled(make([]byte, len(s.text)), slack.out)
					n, consumed, err := d.Decode(dst, src)
					var corrupt *CorruptError
					require.ErrorAs(t, err, &corrupt, "%s cut at %d, %s", s.name, cut, slack.name)
					require.ErrorIs(t, err, ErrTruncated, "%s cut at %d, %s", s.name, cut, slack.name)
					require.LessOrEqual(t, consumed, cut)
					require.True(t, bytes.HasPrefix(s.text, dst[:n]), "%s cut at %d, %s", s.name, cut, slack.name)
					if i == 0 {
						offset = corrupt.Offset
					}
					require.Equal(t, offset, corrupt.Offset, "%s cut at %d, %s", s.name, cut, slack.name)
				}
			}
		}
	})
}

func TestTruncatedOffset(t *testing.T) {
	for _, c := range []struct {
		name   string
		write  func(w *streamWriter)
		cut    int // bytes kept
		offset int64
	}{
		{"nothing", func(w *streamWriter) {}, 0, 0},
		{"in the lengths of a stored block", func(w *streamWriter) { w.stored(true, "abc") }, 4, 0},
		{"in stored bytes", func(w *streamWriter) { w.stored(true, "abcdef") }, 8, 8},
		{"between blocks", func(w *streamWriter) { w.stored(false, "abc") }, 8, 8},
		{"in a literal", func(w *streamWriter) { w.fixed(true); w.literals("abc") }, 3, 2},
		{"in a match", func(w *streamWriter) { w.fixed(true); w.literals("abcdefg"); w.match(40, 7) }, 9, 7},
		{"in a dynamic header", func(w *streamWriter) {
			w.stored(false, "abc")
			w.dynamic(true, comb(257, 'a', endOfBlock), []uint8{0})
		}, 100, 8},
	} {
		w := build(c.write)
		var d Decoder
		_, _, err := d.Decode(make([]byte, 100), w.data[:c.cut])
		checkFault(t, err, ErrTruncated, c.offset, c.name)
	}
}

// A stream of more bytes than asked for is an ErrTooLong; all that was asked
// for is there.
func TestTooLong(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		var d Decoder
		check := func(s stream, size int) {
			for _, slack := range slacks {
				dst := filled(make([]byte, size), slack.out)
				n, _, err := d.Decode(dst, filled(s.data, slack.in))
				require.ErrorIs(t, err, ErrTooLong, "%s to %d, %s", s.name, size, slack.name)
				require.Equal(t, size, n)
				require.True(t, bytes.Equal(s.text[:size], dst), "%s to %d, %s", s.name, size, slack.name)
			}
		}
		for _, s := range small() {
			for size := 0; size < min(len(s.text), 3000); size += stride + size/200 {
				check(s, size)
			}
		}
		for _, s := range good() {
			if n := len(s.text); n > 0 {
				check(s, n-1)
				check(s, n/2)
			}
		}
	})
}

func TestErrorText(t *testing.T) {
	var d Decoder
	_, _, err := d.Decode(nil, []byte{7})
	require.EqualError(t, err, "deflate: reserved block type 3 (at byte 0 of the stream)")
}

// A decoder that has failed is as good as new.
func TestDecodeAfterFault(t *testing.T) {
	s := small()[0]
	var d Decoder
	for _, m := range malformed {
		_, _, err := d.Decode(make([]byte, 40000), build(m.write).data)
		require.Error(t, err, m.name)
		n, _, err := d.Decode(make([]byte, len(s.text)), s.data)
		require.NoError(t, err, m.name)
		require.Equal(t, len(s.text), n)
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		d := new(Decoder)
		for _, s := range small() {
			dst := make([]byte, len(s.text), len(s.text)+OutputSlack)
			require.Zero(t, testing.AllocsPerRun(10, func() {
				d.Decode(dst, s.data)
			}), s.name)
		}
	})
}
