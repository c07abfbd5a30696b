package deflate

import "math/bits"

// Sizes of the alphabets (RFC 1951 §3.2.5, §3.2.7).
const (
	maxLitCodes   = 286
	maxDistCodes  = 30
	maxCodeLength = 15
	endOfBlock    = 256
	minLength     = 3
	maxLength     = 258
)

// A table has a root of 2^rootBits entries, indexed by the next bits of the
// stream, then subtables for longer codes.
//
// A subtable of 2^k entries is made for a prefix whose longest code exceeds the
// root by k bits; its codes are complete, so they are at least k+1. With an
// 11-bit root, k ≤ 4: 16 entries for 5 codes or more, 3.2 a code; with an 8-bit
// root, k ≤ 7: 128 for 8, 16 a code. So 288 × 3.2 and 32 × 16 bound the subtables.
const (
	litRootBits  = 11
	distRootBits = 8
	preRootBits  = 7

	litTableSize  = 1<<litRootBits + 288*16/5 + 1
	distTableSize = 1<<distRootBits + 32*16
	preTableSize  = 1 << preRootBits
)

// An entry of a table says all about the symbol that the bits begin with:
//
//	bits 0–7    bits to drop: the code's, and the extra bits of a length or distance
//	bits 8–11   bits of the code alone; of a subtable link: its index bits
//	bits 12–13  number of literals; of an odd entry: which kind
//	bit  14     odd: end of block, no such code, or link to a subtable
//	bit  15     no length, but literals or odd
//	bits 16–23  literal
//	bits 24–31  length less 3, without its extra bits; of a literal: as bits 16–23
//	bits 16–31  distance base, subtable start, or code length symbol
//
// In a subtable the drop and code bits leave out those of the root.
//
// An entry of pairs stands for a literal and the symbol behind it where the
// root has room for both codes: the drop and code bits are those of both, the
// second literal or the length is in bits 24–31.
type entry = uint32

const (
	entryNoLength entry = 1 << 15
	entryOdd      entry = 1 << 14
	entryKind           = entryNoLength | entryOdd | 3<<literalsShift
	entryEnd            = entryNoLength | entryOdd
	entryInvalid        = entryNoLength | entryOdd | 1<<literalsShift
	entryLink           = entryNoLength | entryOdd | 2<<literalsShift

	literalsShift = 12
	firstShift    = 16 // of the literal
	secondShift   = 24 // of the length, or the second literal of a pair
	valueShift    = 16

	oneBit     entry = 1<<8 | 1 // adds a bit to the code
	oneLiteral entry = 1 << literalsShift
)

// codeTables decodes the two alphabets of a block.
type codeTables struct {
	pairs [1 << litRootBits]entry // for the fast loop, instead of the root of lit
	dist  [distTableSize]entry
	lit   [litTableSize]entry
}

// codeOrder lists the symbols of a code in the order of their codes.
type codeOrder struct {
	n      int
	symbol [maxLitCodes + 2]uint16
	code   [maxLitCodes + 2]uint16 // first bit lowest; of codes within the root only
}

// What each symbol means, as an entry with no code bits yet.
var (
	litMeaning  [288]entry
	distMeaning [32]entry
	preMeaning  [19]entry
	fixedCodes  codeTables
)

func init() {
	for s := range 256 {
		litMeaning[s] = entryNoLength | oneLiteral | entry(s)<<firstShift | entry(s)<<secondShift
	}
	litMeaning[endOfBlock] = entryEnd
	// Lengths 3–257 in groups of four codes; each further group has one more
	// extra bit; the last code stands for 258 alone.
	base := 3
	for s := 257; s < 285; s++ {
		extra := max(0, (s-261)/4)
		litMeaning[s] = entry(base-minLength)<<secondShift | entry(extra)
		base += 1 << extra
	}
	litMeaning[285] = (maxLength - minLength) << secondShift
	litMeaning[286], litMeaning[287] = entryInvalid, entryInvalid

	base = 1
	for s := range 30 {
		extra := max(0, s/2-1)
		distMeaning[s] = entry(base)<<16 | entry(extra)
		base += 1 << extra
	}
	distMeaning[30], distMeaning[31] = entryInvalid, entryInvalid

	for s := range preMeaning {
		preMeaning[s] = entry(s) << 16
	}

	// The fixed codes (RFC 1951 §3.2.6).
	var lens [288 + 32]uint8
	for s := range 288 {
		switch {
		case s < 144:
			lens[s] = 8
		case s < 256:
			lens[s] = 9
		case s < 280:
			lens[s] = 7
		default:
			lens[s] = 8
		}
	}
	for s := 288; s < len(lens); s++ {
		lens[s] = 5
	}
	fixedCodes.build(lens[:288], lens[288:], new(codeOrder))
}

// build makes the tables of a block. It reports false for bad code lengths.
func (t *codeTables) build(litLens, distLens []uint8, order *codeOrder) bool {
	if !buildTable(t.dist[:], distLens, distMeaning[:], distRootBits, order) ||
		!buildTable(t.lit[:], litLens, litMeaning[:], litRootBits, order) {
		return false
	}
	t.buildPairs(litLens, order)
	return true
}

// buildTable fills a table for the canonical code with the given code lengths
// (RFC 1951 §3.2.2), and order. It reports false for lengths that are
// over-subscribed or incomplete; as in compress/flate, no code at all and one
// single code of one bit are let pass, and bits that match none decode to
// entryInvalid.
func buildTable(table []entry, lens []uint8, meaning []entry, rootBits uint, order *codeOrder) bool {
	var count [maxCodeLength + 1]int
	for _, l := range lens {
		count[l&15]++
	}
	used := len(lens) - count[0]
	count[0] = 0

	order.n = 0
	if used <= 1 {
		return buildSparse(table, lens, meaning, rootBits, used, count[1])
	}

	// Symbols in the order of their codes: by length, then by value.
	var first [maxCodeLength + 2]int
	space := 0
	for l := 1; l <= maxCodeLength; l++ {
		first[l+1] = first[l] + count[l]
		space = space<<1 + count[l]
	}
	if space != 1<<maxCodeLength {
		return false
	}
	sorted := &order.symbol
	order.n = used
	for s, l := range lens {
		if l != 0 {
			sorted[first[l&15]] = uint16(s)
			first[l&15]++
		}
	}

	var (
		code    uint // next code, its first bit lowest
		length  uint = 1
		next         = 0 // index in sorted
		filled  uint = 1 // entries of the root that are filled in, a power of two
		linked  uint = 1<<rootBits - 1
		subAt        = uint(1) << rootBits // start of the subtable under way
		subEnd       = subAt
		subBits uint
		prefix  = ^uint(0) // no subtable yet
	)
	for ; length <= rootBits; length++ {
		// Codes of one bit more: what is filled so far repeats once.
		copy(table[filled:2*filled], table[:filled])
		filled *= 2
		add := entry(length) * oneBit
		for range count[length] {
			table[code] = meaning[sorted[next]] + add
			order.code[next] = uint16(code)
			next++
			if code == filled-1 { // the last code of all
				for ; filled < 1<<rootBits; filled *= 2 {
					copy(table[filled:2*filled], table[:filled])
				}
				return true
			}
			code = nextCode(code, length)
		}
	}
	for ; ; length++ {
		for left := count[length]; left > 0; left-- {
			if code&linked != prefix {
				prefix = code & linked
				subAt = subEnd
				// As many index bits as the codes of this prefix need.
				subBits = length - rootBits
				for room := left; room < 1<<subBits; {
					subBits++
					room = room<<1 + count[rootBits+subBits]
				}
				subEnd = subAt + 1<<subBits
				table[prefix] = entryLink | entry(subAt)<<16 | entry(subBits)<<8 | entry(rootBits)
			}
			e := meaning[sorted[next]] + entry(length-rootBits)*oneBit
			next++
			for i := subAt + code>>rootBits; i < subEnd; i += 1 << (length - rootBits) {
				table[i] = e
			}
			if code == 1<<length-1 {
				return true
			}
			code = nextCode(code, length)
		}
	}
}

// nextCode gives the canonical code after code, which has length bits and is
// not the last; both have their first bit lowest.
func nextCode(code, length uint) uint {
	// Counting up from the far end: clear the run of ones there, set the next.
	top := uint(1) << (bits.Len(code^(1<<length-1)) - 1)
	return code&(top-1) | top
}

// buildSparse handles the codes of one symbol or none.
func buildSparse(table []entry, lens []uint8, meaning []entry, rootBits uint, used, ones int) bool {
	if used != ones {
		return false
	}
	for i := range table[:1<<rootBits] {
		table[i] = entryInvalid + oneBit
	}
	for s, l := range lens {
		if l != 0 {
			for i := 0; i < 1<<rootBits; i += 2 {
				table[i] = meaning[s] + oneBit
			}
		}
	}
	return true
}

// buildPairs makes pairs from lit, of which order is the code: what follows
// each literal, if its code and that of a second symbol fit the root.
func (t *codeTables) buildPairs(lens []uint8, order *codeOrder) {
	copy(t.pairs[:], t.lit[:])
	for i, s := range order.symbol[:order.n] {
		n := uint(lens[s])
		if n >= litRootBits {
			break
		}
		if s >= endOfBlock {
			continue
		}
		first := entry(n)*oneBit + oneLiteral + entry(s)<<firstShift
		room := entry(litRootBits-n) << 8
		code := uint(order.code[i])
		for rest, second := range t.lit[:1<<(litRootBits-n)] {
			e := first | entryNoLength
			if second&(entryOdd|15<<8) <= room { // not odd, and short enough
				e = second&^(0xff<<firstShift) + first
			}
			t.pairs[(code|uint(rest)<<n)&(1<<litRootBits-1)] = e
		}
	}
}
