package codec

import "encoding/binary"

// A rANS state x holds L <= x < 2^31 between symbols; L is 2^23 for rANS 4x8,
// which reads bytes, and 2^15 for rANS Nx16, which reads 16-bit words.
const (
	ransBits   = 12 // of the frequencies of an order-0 table
	ransTotal  = 1 << ransBits
	ransLow8   = 1 << 23
	ransLow16  = 1 << 15
	ransHigh   = 1 << 31
	ransStates = 4
)

// row12 and row10 look up the low bits of a state in one context. An entry is
//
//	(frequency-1)<<20 | (slot - first slot of the symbol)<<8 | symbol
//
// so that one load gives all that a step needs.
type (
	row12 [1 << 12]uint32
	row10 [1 << 10]uint32
)

// ransTables are the rows of the contexts, by the symbol before; row 0 serves
// order 0. A row holds what an earlier block left until it is filled.
type ransTables struct {
	rows12 *[256]row12
	rows10 *[256]row10
	have   [256]bool // rows filled for the stream under way
	used   [256]bool // symbols that occur in them
	list   [256]byte // of Nx16: those symbols in their order
}

func (t *ransTables) start() {
	if t.rows12 == nil {
		t.rows12 = new([256]row12)
	}
	t.have, t.used = [256]bool{}, [256]bool{}
}

// fillSlots enters a symbol of a frequency at the head of row, and gives the
// rest of row. The frequency is in 0..len(row).
func fillSlots(row []uint32, sym byte, freq int) []uint32 {
	e := uint32(freq-1)<<20 | uint32(sym)
	slots := row[:freq]
	if !fillFast(slots, e) {
		for i := range slots {
			slots[i] = e
			e += 1 << 8
		}
	}
	return row[freq:]
}

// fillLost fills row, of a context that the stream has no table for, so that a
// state that enters it stays in it and is found there by inLost.
func fillLost(row []uint32, sym byte) {
	for i := range row {
		row[i] = uint32(sym)
	}
}

// fillLostRows does so for all symbols that occur without a row.
func (t *ransTables) fillLostRows(bits int) {
	for c := range 256 {
		if t.used[c] && !t.have[c] {
			if bits == 12 {
				fillLost(t.rows12[c][:], byte(c))
			} else {
				fillLost(t.rows10[c][:], byte(c))
			}
		}
	}
}

// inLost reports whether a state that gave part ended in a context without a
// table: only such a row gives its own symbol twice. The last symbol of a part
// needs no row, and first of all is context 0.
func (t *ransTables) inLost(part []byte) bool {
	n := len(part)
	return n >= 2 && part[n-1] == part[n-2] && !t.have[part[n-1]]
}

// ransInit reads the first states; low is the least that a state may be.
func ransInit(s *source, states []uint32, low uint32) error {
	p := s.take(4 * len(states))
	if p == nil {
		return s.err
	}
	for i := range states {
		states[i] = binary.LittleEndian.Uint32(p[4*i:])
		if states[i] < low || states[i] >= ransHigh {
			return s.corrupt("rANS state %d starts at %#x, want %#x or more and less than %#x", i, states[i], low, uint32(ransHigh))
		}
	}
	return nil
}
