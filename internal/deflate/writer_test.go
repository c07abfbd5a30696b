package deflate

import "math/bits"

// streamWriter writes a deflate stream symbol by symbol, good or bad, and
// keeps the text that it stands for.
type streamWriter struct {
	data []byte
	free uint // unused bits of the last byte of data
	text []byte

	lit, dist []huffmanCode // codes of the block under way
}

type huffmanCode struct {
	bits   uint64 // first bit lowest
	length uint
}

// build gives what f writes.
func build(f func(w *streamWriter)) *streamWriter {
	w := &streamWriter{}
	f(w)
	return w
}

// bits writes the low n bits of v, lowest first.
func (w *streamWriter) bits(v uint64, n uint) {
	for ; n > 0; n-- {
		if w.free == 0 {
			w.data = append(w.data, 0)
			w.free = 8
		}
		w.data[len(w.data)-1] |= byte(v&1) << (8 - w.free)
		w.free--
		v >>= 1
	}
}

// header writes the last-block bit and the block type.
func (w *streamWriter) header(last bool, kind uint64) {
	if last {
		kind = kind<<1 | 1
	} else {
		kind <<= 1
	}
	w.bits(kind, 3)
}

func (w *streamWriter) stored(last bool, text string) {
	w.header(last, 0)
	w.free = 0
	w.bits(uint64(len(text)), 16)
	w.bits(uint64(^len(text)), 16)
	w.data = append(w.data, text...)
	w.text = append(w.text, text...)
}

func (w *streamWriter) fixed(last bool) {
	w.header(last, 1)
	lens := make([]uint8, 288)
	for s := range lens {
		switch {
		case s < 144 || s >= 280:
			lens[s] = 8
		case s < 256:
			lens[s] = 9
		default:
			lens[s] = 7
		}
	}
	w.lit = canonical(lens)
	w.dist = make([]huffmanCode, 32)
	for s := range w.dist {
		w.dist[s] = huffmanCode{uint64(bits.Reverse8(uint8(s)) >> 3), 5}
	}
}

// preLens is a complete code length code in which every symbol occurs.
var preLens = []uint8{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5}

// dynamicCounts begins a dynamic block: the counts, and preLens.
func (w *streamWriter) dynamicCounts(last bool, nLit, nDist int, preLens []uint8) {
	w.header(last, 2)
	w.bits(uint64(nLit-257), 5)
	w.bits(uint64(nDist-1), 5)
	w.bits(19-4, 4)
	for _, s := range preOrder {
		w.bits(uint64(preLens[s]), 3)
	}
}

// dynamic begins a dynamic block with the given code lengths, which need not
// make a good code.
func (w *streamWriter) dynamic(last bool, lit, dist []uint8) {
	w.dynamicCounts(last, len(lit), len(dist), preLens)
	pre := canonical(preLens)
	for _, lens := range [][]uint8{lit, dist} {
		for _, l := range lens {
			w.bits(pre[l].bits, pre[l].length)
		}
	}
	w.lit, w.dist = canonical(lit), canonical(dist)
}

func (w *streamWriter) litSymbol(s int)  { w.bits(w.lit[s].bits, w.lit[s].length) }
func (w *streamWriter) distSymbol(s int) { w.bits(w.dist[s].bits, w.dist[s].length) }

func (w *streamWriter) literals(text string) {
	for i := range len(text) {
		w.litSymbol(int(text[i]))
	}
	w.text = append(w.text, text...)
}

func (w *streamWriter) end() { w.litSymbol(endOfBlock) }

// match writes a match; its length must not be 258, which has two forms.
func (w *streamWriter) match(length, distance int) {
	w.length(length)
	s := 29
	for distanceBase(s) > distance {
		s--
	}
	w.distSymbol(s)
	w.bits(uint64(distance-distanceBase(s)), uint(max(0, s/2-1)))
	w.repeat(length, distance)
}

func (w *streamWriter) length(length int) {
	s := 284
	for lengthBase(s) > length {
		s--
	}
	w.litSymbol(s)
	w.bits(uint64(length-lengthBase(s)), uint(max(0, (s-261)/4)))
}

// repeat adds a match to the text.
func (w *streamWriter) repeat(length, distance int) {
	for range length {
		w.text = append(w.text, w.text[len(w.text)-distance])
	}
}

// lengthBase and distanceBase are the tables of RFC 1951 §3.2.5.
func lengthBase(s int) int {
	return [...]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}[s-257]
}

func distanceBase(s int) int {
	return [...]int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}[s]
}

// canonical gives the codes of RFC 1951 §3.2.2, or what its rule makes of
// lengths that are no code.
func canonical(lens []uint8) []huffmanCode {
	codes := make([]huffmanCode, len(lens))
	next := uint16(0)
	for l := uint8(1); l <= 15; l++ {
		for s := range lens {
			if lens[s] == l {
				codes[s] = huffmanCode{uint64(bits.Reverse16(next) >> (16 - l)), uint(l)}
				next++
			}
		}
		next <<= 1
	}
	return codes
}

// comb gives n lengths that make a complete code of the symbols: 1, 2, 3 bits
// and so on, the last two of one length.
func comb(n int, symbols ...int) []uint8 {
	lens := make([]uint8, n)
	for i, s := range symbols {
		lens[s] = uint8(min(i+1, len(symbols)-1))
	}
	return lens
}
