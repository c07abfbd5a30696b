package cram

import (
	"cmp"
	"slices"

	"github.com/seqlode/seqlode/internal/errs"
)

// maxHuffman bounds the bits of a code.
const maxHuffman = 31

// huffman is a canonical Huffman code (§3.5): symbols by length of their
// code, then by value.
type huffman struct {
	symbols []int32
	levels  []huffmanLevel // by length
}

// huffmanLevel is the codes of one length: count of them from first on, whose
// symbols begin at index.
type huffmanLevel struct {
	bits         uint
	first, count uint32
	index        int
}

// constant says whether there is one symbol, which takes no bits.
func (h *huffman) constant() bool { return len(h.symbols) == 1 }

// parseHuffman reads the symbols and the lengths of their codes.
func parseHuffman(c *cursor) (*huffman, *encodingFault) {
	type code struct{ symbol, bits int32 }
	n := c.itf8()
	if n < 0 || int64(n) > int64(c.left()) {
		return nil, encodingErr(errs.Corrupt, "HUFFMAN of %d symbols", n)
	}
	codes := make([]code, n)
	for i := range codes {
		codes[i].symbol = c.itf8()
	}
	if c.itf8() != n {
		return nil, encodingErr(errs.Corrupt, "HUFFMAN of %d symbols has another number of lengths", n)
	}
	for i := range codes {
		codes[i].bits = c.itf8()
		if codes[i].bits < 0 || codes[i].bits > maxHuffman || codes[i].bits >= n {
			return nil, encodingErr(errs.Corrupt, "HUFFMAN of %d symbols with a code of %d bits", n, codes[i].bits)
		}
	}
	slices.SortStableFunc(codes, func(a, b code) int {
		return cmp.Or(cmp.Compare(a.bits, b.bits), cmp.Compare(a.symbol, b.symbol))
	})
	h := &huffman{}
	next, bits := uint64(0), int32(0) // the next code, and its length
	for i, co := range codes {
		if len(h.levels) == 0 || co.bits > bits {
			next <<= co.bits - bits
			bits = co.bits
			h.levels = append(h.levels, huffmanLevel{bits: uint(bits), first: uint32(next), index: i})
		}
		if next >= 1<<bits {
			return nil, encodingErr(errs.Corrupt, "HUFFMAN with more codes than fit")
		}
		next++
		h.levels[len(h.levels)-1].count++
		h.symbols = append(h.symbols, co.symbol)
	}
	return h, nil
}

// next reads a symbol; ok is false where the bits are no code.
func (h *huffman) next(b *bits) (symbol int32, ok bool) {
	v := b.peek()
	for i := range h.levels {
		l := &h.levels[i]
		code := uint32(v >> (32 - l.bits))
		if at := code - l.first; at < l.count {
			return h.symbols[l.index+int(at)], b.skip(l.bits)
		}
	}
	return 0, false
}
