package deflate

import (
	"encoding/binary"
	"unsafe"
)

// Margins of the fast loop: what lies before them is where a round may begin.
//
// A round loads 8 bytes at its ip. It writes 2 literals, or a literal and a
// match of up to 258 bytes; the copy of a match runs up to 31 bytes over its
// end.
const (
	inMargin  = 8
	outMargin = 1 + maxLength + 31
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
	d.fastLoop(ipMax, opMax)
	d.unload()
	if d.ip > len(d.in) || d.op > len(d.out) {
		return errOverrun
	}
	return nil
}

// fastLoopGo is the plain Go form of the fast loop: it decodes symbols until a
// round may not begin, the block ends (phase changes) or a symbol is at fault.
// Such a symbol, with the literal before it in the same entry, is left where
// it is, for the careful loop to say what it is. ip ≤ ipMax and op ≤ opMax when
// it is called.
//
// It uses pointers because bounds checks cost a fifth of the speed. They stay
// in bounds:
//
//   - A load from in is of 8 bytes at an ip ≤ ipMax: the first as called, the
//     others one in each round, behind the test at its head.
//   - A round begins at op ≤ opMax. Literals are stored as 2 bytes at op. A
//     match begins at op+1 at most; see outMargin for its end. Its source is
//     distance bytes before its start, which the test against start keeps
//     within out, and ends before the bytes to be written.
//   - An index of pairs or of the root of dist is masked to their sizes. An
//     index of a subtable is its start and as many bits as it has index bits,
//     both from the link that buildTable made with the subtable.
//   - A round takes at most 48 bits, of at least 56: a pair's codes are 11 bits
//     or a long code 15, a length has 5 extra bits, a distance 15 + 13.
func (d *Decoder) fastLoopGo(ipMax, opMax int) {
	const rootMask = 1<<litRootBits - 1
	var (
		in     = unsafe.Pointer(unsafe.SliceData(d.in))
		out    = unsafe.Pointer(unsafe.SliceData(d.out))
		pairs  = unsafe.Pointer(&d.table.pairs)
		dist   = unsafe.Pointer(&d.table.dist)
		ip, op = uint(d.ip), uint(d.op)
		ipEnd  = uint(ipMax)
		opEnd  = uint(opMax)
		bits   = d.bits  // above count: what the next load will put there again
		count  = d.count // the low 6 bits count; those above are noise
	)
	bits |= load64(in, ip) << (count & 63)
	ip += ^count >> 3 & 7 // as many whole bytes as bits had room for
	count |= 56
	e := entryAt(pairs, bits&rootMask)
	for ip <= ipEnd && op <= opEnd {
		// Here at least 56 bits are at hand, and e is the entry for them.
		symbolBits, symbolCount := bits, count
		*(*uint16)(unsafe.Add(out, op)) = uint16(e >> firstShift)
		if e&entryNoLength != 0 {
			if e&entryOdd == 0 {
				bits >>= e & 63
				count -= uint(e)
				op += uint(e >> literalsShift & 3)
				e = entryAt(pairs, bits&rootMask)
				bits |= load64(in, ip) << (count & 63)
				ip += ^count >> 3 & 7
				count |= 56
				continue
			}
			if e&entryKind == entryLink {
				bits >>= litRootBits
				count -= litRootBits
				e = entryAt(unsafe.Pointer(&d.table.lit), uint64(e>>valueShift)+bits&(1<<(e>>8&15)-1))
				if e&(entryOdd|entryNoLength) == entryNoLength {
					*(*uint8)(unsafe.Add(out, op)) = uint8(e >> firstShift)
					bits >>= e & 63
					count -= uint(e)
					op++
					e = entryAt(pairs, bits&rootMask)
					bits |= load64(in, ip) << (count & 63)
					ip += ^count >> 3 & 7
					count |= 56
					continue
				}
			}
			if e&entryOdd != 0 {
				if e&entryKind == entryEnd {
					bits >>= e & 63
					count -= uint(e)
					d.endBlock()
				} else {
					bits, count = symbolBits, symbolCount
				}
				break
			}
		}
		length := minLength + uint(e>>secondShift) + uint(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		count -= uint(e)
		start := op + uint(e>>literalsShift&1)

		e = entryAt(dist, bits&(1<<distRootBits-1))
		if e&entryOdd != 0 {
			if e&entryKind != entryLink {
				bits, count = symbolBits, symbolCount
				break
			}
			bits >>= distRootBits
			count -= distRootBits
			e = entryAt(dist, uint64(e>>valueShift)+bits&(1<<(e>>8&15)-1))
			if e&entryOdd != 0 {
				bits, count = symbolBits, symbolCount
				break
			}
		}
		distance := uint(e>>valueShift) + uint(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		count -= uint(e)
		if distance > start {
			bits, count = symbolBits, symbolCount
			break
		}
		e = entryAt(pairs, bits&rootMask) // before the load, which it needn't wait for
		bits |= load64(in, ip) << (count & 63)
		ip += ^count >> 3 & 7
		count |= 56

		to, from := unsafe.Add(out, start), unsafe.Add(out, start-distance)
		op = start + length
		switch {
		case distance >= 16:
			*(*[16]byte)(to) = *(*[16]byte)(from)
			*(*[16]byte)(unsafe.Add(to, 16)) = *(*[16]byte)(unsafe.Add(from, 16))
			if length > 32 {
				end := unsafe.Add(out, op)
				to, from = unsafe.Add(to, 32), unsafe.Add(from, 32)
				for uintptr(to) < uintptr(end) {
					*(*[16]byte)(to) = *(*[16]byte)(from)
					*(*[16]byte)(unsafe.Add(to, 16)) = *(*[16]byte)(unsafe.Add(from, 16))
					to, from = unsafe.Add(to, 32), unsafe.Add(from, 32)
				}
			}
		case distance >= 8:
			for i := uint(0); i < length; i += 8 {
				*(*[8]byte)(unsafe.Add(to, i)) = *(*[8]byte)(unsafe.Add(from, i))
			}
		default:
			copyNear(to, distance, length)
		}
	}
	d.bits, d.count = bits, count&63
	d.ip, d.op = int(ip), int(op)
}

// copyNear writes a match of a distance below 8, whose source overlaps each
// word that is written. It writes up to 7 bytes past the end of the match.
func copyNear(to unsafe.Pointer, distance, length uint) {
	// The first 8 bytes repeat the period byte by byte; from then on whole
	// words repeat from the largest multiple of the distance within 8.
	from := unsafe.Add(to, -int(distance))
	for i := range uint(8) {
		*(*byte)(unsafe.Add(to, i)) = *(*byte)(unsafe.Add(from, i))
	}
	step := 8 - 8%distance
	word := *(*[8]byte)(to)
	for i := step; i < length; i += step {
		*(*[8]byte)(unsafe.Add(to, i)) = word
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
