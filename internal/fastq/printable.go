package fastq

import "encoding/binary"

// The eight bytes of a word at once.
const (
	ones  = 0x0101_0101_0101_0101
	highs = 0x80 * ones
)

// outside has the high bit of some byte set if and only if a byte of w is
// outside '!' (0x21) to '~' (0x7e). The lowest such byte is told right: below
// 0x21 the difference has its high bit set, from 0x7f to 0xfe the sum, at 0xff
// the difference. Only such a byte borrows from or carries into the next.
func outside(w uint64) uint64 { return (w - '!'*ones) | (w + ones) }

// printable tells whether b holds only the bytes '!' to '~'.
func printable(b []byte) bool {
	var bad uint64
	switch n := len(b); {
	case n >= 32:
		for i := 0; i+32 <= n; i += 32 {
			bad |= outside32(b[i : i+32])
		}
		bad |= outside32(b[n-32:]) // reaches back over bytes already seen
	case n >= 8:
		for i := 0; i+8 <= n; i += 8 {
			bad |= outside(binary.LittleEndian.Uint64(b[i:]))
		}
		bad |= outside(binary.LittleEndian.Uint64(b[n-8:]))
	default:
		return unprintable(b) < 0
	}
	return bad&highs == 0
}

// outside32 is outside for the 32 bytes of b.
func outside32(b []byte) uint64 {
	_ = b[31]
	return outside(binary.LittleEndian.Uint64(b)) | outside(binary.LittleEndian.Uint64(b[8:])) |
		outside(binary.LittleEndian.Uint64(b[16:])) | outside(binary.LittleEndian.Uint64(b[24:]))
}

// unprintable gives the index of the first byte of b outside '!' to '~', or -1.
func unprintable(b []byte) int {
	for i, x := range b {
		if x < '!' || x > '~' {
			return i
		}
	}
	return -1
}
