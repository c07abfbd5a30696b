package codec

import "encoding/binary"

// Bounds of the codes of bzip2.
const (
	bzMaxCodes   = 6
	bzMaxLen     = 20
	bzMaxSymbols = 258
	bzFastLen    = 10 // of codes that one look finds
)

// bzBits reads bits, the highest of a byte first. Behind the end come zeros, and
// over says so.
type bzBits struct {
	in   []byte
	pos  int
	word uint64 // what comes next, from the highest bit on
	n    int    // bits of word that are of in
	over bool
}

// fill makes word hold 32 bits or more, but for the end of in.
func (b *bzBits) fill() {
	if b.n >= 32 {
		return
	}
	if len(b.in)-b.pos >= 8 {
		b.word |= binary.BigEndian.Uint64(b.in[b.pos:]) >> b.n
		k := (63 - b.n) >> 3
		b.pos += k
		b.n += 8 * k
		b.word &= ^uint64(0) << (64 - b.n)
		return
	}
	for ; b.n <= 56 && b.pos < len(b.in); b.pos++ {
		b.word |= uint64(b.in[b.pos]) << (56 - b.n)
		b.n += 8
	}
}

// take reads k bits, 1 to 32.
func (b *bzBits) take(k int) uint32 {
	b.fill()
	v := uint32(b.word >> (64 - k))
	b.drop(k)
	return v
}

// take48 reads 48 bits.
func (b *bzBits) take48() uint64 {
	high := uint64(b.take(24))
	return high<<24 | uint64(b.take(24))
}

// drop passes over k bits.
func (b *bzBits) drop(k int) {
	if b.n < k {
		b.over = true
		b.n, b.word = 0, 0
		return
	}
	b.n -= k
	b.word <<= k
}

// used is the bytes of in of which bits have been read.
func (b *bzBits) used() int { return b.pos - b.n/8 }

// fault is why, unless the bits have run out.
func (b *bzBits) fault(why string) string {
	if b.over {
		return bzFaultEarly
	}
	return why
}

// bzCode is a canonical prefix code of at most bzMaxLen bits.
type bzCode struct {
	// fast gives symbol<<8 | length by the next bzFastLen bits; 0 for those that
	// begin a longer code, or none.
	fast [1 << bzFastLen]uint32
	// bound is, by length, behind the last code of it, the code's first bit being
	// that of bzMaxLen; base is what added to a code of a length gives its place
	// among symbols.
	bound   [bzMaxLen + 1]uint32
	base    [bzMaxLen + 1]int32
	symbols [bzMaxSymbols]uint16 // by length, then by themselves
}

// read reads the lengths of the codes of n symbols, and reports whether they are
// within bounds. As by libbz2, there may be too few codes, so that some bits are
// none, and too many: then the last ones never come.
func (c *bzCode) read(bits *bzBits, n int) bool {
	var lengths [bzMaxSymbols]uint8
	var count [bzMaxLen + 1]int32
	length := bits.take(5)
	for i := range lengths[:n] {
		for length >= 1 && length <= bzMaxLen && bits.take(1) != 0 {
			length += 1 - 2*bits.take(1)
		}
		if length < 1 || length > bzMaxLen || bits.over {
			return false
		}
		lengths[i] = uint8(length)
		count[length]++
	}
	c.fast = [1 << bzFastLen]uint32{}
	code, place := int32(0), int32(0)
	var next [bzMaxLen + 1]int32
	for l := 1; l <= bzMaxLen; l++ {
		code <<= 1
		next[l] = place
		c.base[l] = place - code
		code = min(code+count[l], 1<<l)
		place += count[l]
		c.bound[l] = uint32(code) << (bzMaxLen - l)
	}
	for symbol, l := range lengths[:n] {
		at := next[l]
		next[l]++
		c.symbols[at] = uint16(symbol)
		if code := at - c.base[l]; l <= bzFastLen && code < 1<<l {
			slots := c.fast[code<<(bzFastLen-l):][:1<<(bzFastLen-l)]
			for i := range slots {
				slots[i] = uint32(symbol)<<8 | uint32(l)
			}
		}
	}
	return true
}

// next reads a symbol; false where there is none of such a code.
func (c *bzCode) next(bits *bzBits) (symbol uint16, ok bool) {
	bits.fill()
	if e := c.fast[bits.word>>(64-bzFastLen)]; e != 0 {
		bits.drop(int(e & 0xff))
		return uint16(e >> 8), !bits.over
	}
	code := uint32(bits.word >> (64 - bzMaxLen))
	for l := bzFastLen + 1; l <= bzMaxLen; l++ {
		if code < c.bound[l] {
			bits.drop(l)
			return c.symbols[int32(code>>(bzMaxLen-l))+c.base[l]], !bits.over
		}
	}
	return 0, false
}
