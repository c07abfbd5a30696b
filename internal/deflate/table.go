package deflate

import "math/bits"

// Sizes of the alphabets (RFC 1951 §3.2.5, §3.2.7).
const (
	maxLitCodes   = 286
	maxDistCodes  = 30
	maxCodeLength = 15
	endOfBlock    = 256
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
//	bit  12     end of block
//	bit  13     no such code
//	bit  14     link to a subtable
//	bit  15     any of the three above
//	bits 16–30  literal, length base, distance base, subtable start, or code length symbol
//	bit  31     literal
//
// In a subtable the drop and code bits leave out those of the root.
type entry = uint32

const (
	entryEnd     entry = 1<<15 | 1<<12
	entryInvalid entry = 1<<15 | 1<<13
	entryLink    entry = 1<<15 | 1<<14
	entryOdd     entry = 1 << 15
	entryLiteral entry = 1 << 31

	oneBit entry = 1<<8 | 1 // adds a bit to the code
)

// codeTables decodes the two alphabets of a block.
type codeTables struct {
	lit  [litTableSize]entry
	dist [distTableSize]entry
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
		litMeaning[s] = entryLiteral | entry(s)<<16
	}
	litMeaning[endOfBlock] = entryEnd
	// Lengths 3–257 in groups of four codes; each further group has one more
	// extra bit; the last code stands for 258 alone.
	base := 3
	for s := 257; s < 285; s++ {
		extra := max(0, (s-261)/4)
		litMeaning[s] = entry(base)<<16 | entry(extra)
		base += 1 << extra
	}
	litMeaning[285] = entry(258) << 16
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
	buildTable(fixedCodes.lit[:], lens[:288], litMeaning[:], litRootBits)
	buildTable(fixedCodes.dist[:], lens[288:], distMeaning[:], distRootBits)
}

// buildTable fills a table for the canonical code with the given code lengths
// (RFC 1951 §3.2.2). It reports false for lengths that are over-subscribed or
// incomplete; as in compress/flate, no code at all and one single code of one
// bit are let pass, and bits that match none decode to entryInvalid.
func buildTable(table []entry, lens []uint8, meaning []entry, rootBits uint) bool {
	var count [maxCodeLength + 1]int
	for _, l := range lens {
		count[l&15]++
	}
	used := len(lens) - count[0]
	count[0] = 0

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
	var sorted [maxLitCodes + 2]uint16
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
