package deflate

import (
	"encoding/binary"
	"unsafe"
)

// Margins of the fast loop.
//
// A round of it loads at most three times 8 bytes, at ip and at places at most
// 7 and 14 bytes on, so a round that begins at ip ≤ len-inMargin reads within
// the input. It writes at most 3 literals and a match of 258 bytes, and the
// copy of a match runs over its end by less than 40 bytes, so a round that
// begins at op ≤ len-outMargin writes within the output.
const (
	inMargin  = 32
	outMargin = 320
)

// limits gives the highest ip and op at which a round of the fast loop may
// begin, and whether there is such a place from where d stands.
func (d *Decoder) limits() (ipMax, opMax int, ok bool) {
	if d.slack {
		ipMax = min(cap(d.in)-inMargin, len(d.in))
		opMax = min(cap(d.out)-outMargin, len(d.out))
	} else {
		ipMax = len(d.in) - inMargin
		opMax = len(d.out) - outMargin
	}
	return ipMax, opMax, d.ip <= ipMax && d.op <= opMax
}

// fast runs the fast loop and gives whole bytes back to the input. Where the
// loop used slack that is not part of the stream, it fails with errOverrun.
func (d *Decoder) fast(ipMax, opMax int) error {
	d.fastLoopGo(ipMax, opMax)
	d.unload()
	if d.ip > len(d.in) || d.op > len(d.out) {
		return errOverrun
	}
	return nil
}

// fastLoopGo is the plain Go form of the fast loop: it decodes symbols until a
// round may not begin, the block ends (phase changes) or a symbol is at fault.
// Such a symbol is left where it is, for the careful loop to say what it is.
//
// Pointers are used in place of slices because bounds checks cost a fifth of
// the speed. Loads and stores stay in bounds: for in and out by the margins
// above; table indexes are masked to the root size or lie in a subtable whose
// end buildTable keeps within the table; a match is copied from op-distance,
// which the test against op keeps at or after the start of out.
func (d *Decoder) fastLoopGo(ipMax, opMax int) {
	var (
		in     = unsafe.Pointer(unsafe.SliceData(d.in))
		out    = unsafe.Pointer(unsafe.SliceData(d.out))
		lit    = unsafe.Pointer(&d.table.lit)
		dist   = unsafe.Pointer(&d.table.dist)
		ip, op = uint(d.ip), uint(d.op)
		ipEnd  = uint(ipMax)
		opEnd  = uint(opMax)
		bits   = d.bits
		count  = d.count // the low 6 bits count; those above are noise
	)
	bits |= load64(in, ip) << (count & 63)
	ip += ^count >> 3 & 7
	count |= 56
	e := entryAt(lit, bits&(1<<litRootBits-1))
	for {
		// Here at least 48 bits are at hand, and e is the entry for them.
		if e&entryLiteral != 0 {
			bits >>= e & 63
			count -= uint(e)
			*(*byte)(unsafe.Add(out, op)) = byte(e >> 16)
			op++
			e = entryAt(lit, bits&(1<<litRootBits-1))
			if e&entryLiteral != 0 {
				bits >>= e & 63
				count -= uint(e)
				*(*byte)(unsafe.Add(out, op)) = byte(e >> 16)
				op++
				e = entryAt(lit, bits&(1<<litRootBits-1))
			}
			bits |= load64(in, ip) << (count & 63)
			ip += ^count >> 3 & 7
			count |= 56
			if e&entryLiteral != 0 {
				bits >>= e & 63
				count -= uint(e)
				*(*byte)(unsafe.Add(out, op)) = byte(e >> 16)
				op++
				e = entryAt(lit, bits&(1<<litRootBits-1))
				if ip > ipEnd || op > opEnd {
					break
				}
				bits |= load64(in, ip) << (count & 63)
				ip += ^count >> 3 & 7
				count |= 56
				continue
			}
		}
		symbolBits, symbolCount := bits, count
		if e&entryOdd != 0 {
			if e&entryLink == entryLink {
				bits >>= litRootBits
				count -= litRootBits
				e = entryAt(lit, uint64(e>>16)+bits&(1<<(e>>8&15)-1))
				if e&entryLiteral != 0 {
					bits >>= e & 63
					count -= uint(e)
					*(*byte)(unsafe.Add(out, op)) = byte(e >> 16)
					op++
					if ip > ipEnd || op > opEnd {
						break
					}
					bits |= load64(in, ip) << (count & 63)
					ip += ^count >> 3 & 7
					count |= 56
					e = entryAt(lit, bits&(1<<litRootBits-1))
					continue
				}
			}
			if e&entryOdd != 0 {
				if e&entryEnd == entryEnd {
					bits >>= e & 63
					count -= uint(e)
					d.endBlock()
				} else {
					bits, count = symbolBits, symbolCount
				}
				break
			}
		}
		length := uint(e>>16) + uint(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		count -= uint(e)

		e = entryAt(dist, bits&(1<<distRootBits-1))
		if e&entryOdd != 0 {
			if e&entryInvalid == entryInvalid {
				bits, count = symbolBits, symbolCount
				break
			}
			bits >>= distRootBits
			count -= distRootBits
			e = entryAt(dist, uint64(e>>16&0x7fff)+bits&(1<<(e>>8&15)-1))
			if e&entryOdd != 0 {
				bits, count = symbolBits, symbolCount
				break
			}
		}
		distance := uint(e>>16) + uint(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		count -= uint(e)
		if distance > op {
			bits, count = symbolBits, symbolCount
			break
		}

		bits |= load64(in, ip) << (count & 63)
		ip += ^count >> 3 & 7
		count |= 56
		e = entryAt(lit, bits&(1<<litRootBits-1))

		to, from := unsafe.Add(out, op), unsafe.Add(out, op-distance)
		op += length
		if distance >= 8 {
			end := unsafe.Add(out, op)
			*(*uint64)(to) = *(*uint64)(from)
			*(*uint64)(unsafe.Add(to, 8)) = *(*uint64)(unsafe.Add(from, 8))
			if length > 16 {
				to, from = unsafe.Add(to, 16), unsafe.Add(from, 16)
				for uintptr(to) < uintptr(end) {
					*(*uint64)(to) = *(*uint64)(from)
					*(*uint64)(unsafe.Add(to, 8)) = *(*uint64)(unsafe.Add(from, 8))
					to, from = unsafe.Add(to, 16), unsafe.Add(from, 16)
				}
			}
		} else {
			copyNear(to, distance, length)
		}
		if ip > ipEnd || op > opEnd {
			break
		}
	}
	d.bits, d.count = bits, count&63
	d.ip, d.op = int(ip), int(op)
}

// copyNear writes a match of a distance below 8, whose source overlaps each
// word that is written. It writes up to 14 bytes past the end of the match.
func copyNear(to unsafe.Pointer, distance, length uint) {
	// The first 8 bytes repeat the period byte by byte; from then on whole
	// words repeat from the largest multiple of the distance within 8.
	from := unsafe.Add(to, -int(distance))
	for i := range uint(8) {
		*(*byte)(unsafe.Add(to, i)) = *(*byte)(unsafe.Add(from, i))
	}
	step := 8 - 8%distance
	word := *(*uint64)(to)
	for i := step; i < length; i += step {
		*(*uint64)(unsafe.Add(to, i)) = word
	}
}

// load64 loads 8 little-endian bytes of p from byte i.
func load64(p unsafe.Pointer, i uint) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(p, i))[:])
}

// entryAt is entry i of a table.
func entryAt(table unsafe.Pointer, i uint64) entry {
	return *(*entry)(unsafe.Add(table, i*4))
}
