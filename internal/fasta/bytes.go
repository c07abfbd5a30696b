package fasta

import "encoding/binary"

// Bases are the bytes '!' to '~' (SAMv1 §1.3.2). The words below hold eight of
// them at once.
const (
	each  = 0x0101010101010101
	highs = 0x80 * each
)

// isBase tells bases from white space, control bytes and bytes beyond ASCII.
func isBase(b byte) bool { return b-'!' <= '~'-'!' }

// isSpace is isspace of the C locale.
func isSpace(b byte) bool { return b == ' ' || b-'\t' <= '\r'-'\t' }

// others has a high bit where some of eight bytes is no base. Which one, it
// tells only of the first.
func others(x uint64) uint64 { return ((x - '!'*each) &^ x) | (x + (0x7f-'~')*each) | x }

// upper gives eight bases in upper case.
func upper(x uint64) uint64 {
	lower := (x + (0x80-'a')*each) &^ (x + (0x7f-'z')*each) & highs
	return x ^ lower>>2
}

// allBases reports whether p holds bases alone.
func allBases(p []byte) bool {
	if len(p) < 8 {
		for _, b := range p {
			if !isBase(b) {
				return false
			}
		}
		return true
	}
	bad := others(binary.LittleEndian.Uint64(p[len(p)-8:]))
	for len(p) >= 32 {
		q := p[:32]
		bad |= others(binary.LittleEndian.Uint64(q)) | others(binary.LittleEndian.Uint64(q[8:])) |
			others(binary.LittleEndian.Uint64(q[16:])) | others(binary.LittleEndian.Uint64(q[24:]))
		p = p[32:]
	}
	for ; len(p) >= 8; p = p[8:] {
		bad |= others(binary.LittleEndian.Uint64(p))
	}
	return bad&highs == 0
}

// fold copies the bases of p to dst, which has room for len(p), in upper case.
// It reports false, with dst spoilt, where something else is in p.
func fold(dst, p []byte) bool {
	if len(p) < 8 {
		for i, b := range p {
			if !isBase(b) {
				return false
			}
			dst[i] = upperByte(b)
		}
		return true
	}
	dst = dst[:len(p)]
	x := binary.LittleEndian.Uint64(p[len(p)-8:])
	bad := others(x)
	binary.LittleEndian.PutUint64(dst[len(p)-8:], upper(x))
	for len(p) >= 32 {
		q, d := p[:32], dst[:32]
		x0, x1 := binary.LittleEndian.Uint64(q), binary.LittleEndian.Uint64(q[8:])
		x2, x3 := binary.LittleEndian.Uint64(q[16:]), binary.LittleEndian.Uint64(q[24:])
		bad |= others(x0) | others(x1) | others(x2) | others(x3)
		binary.LittleEndian.PutUint64(d, upper(x0))
		binary.LittleEndian.PutUint64(d[8:], upper(x1))
		binary.LittleEndian.PutUint64(d[16:], upper(x2))
		binary.LittleEndian.PutUint64(d[24:], upper(x3))
		p, dst = p[32:], dst[32:]
	}
	for ; len(p) >= 8; p, dst = p[8:], dst[8:] {
		x := binary.LittleEndian.Uint64(p)
		bad |= others(x)
		binary.LittleEndian.PutUint64(dst, upper(x))
	}
	return bad&highs == 0
}

func upperByte(b byte) byte {
	if b-'a' <= 'z'-'a' {
		b -= 'a' - 'A'
	}
	return b
}

// toUpper puts bases in upper case.
func toUpper(p []byte) {
	for ; len(p) >= 8; p = p[8:] {
		binary.LittleEndian.PutUint64(p, upper(binary.LittleEndian.Uint64(p)))
	}
	for i, b := range p {
		p[i] = upperByte(b)
	}
}
