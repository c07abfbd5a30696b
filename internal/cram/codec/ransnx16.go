package codec

import (
	"encoding/binary"
	"math/bits"
)

// ransNx16 decodes a block of rANS Nx16 (CRAMcodecs §3).
func (d *Decoder) ransNx16(dst, src []byte, size int) ([]byte, error) {
	s := source{method: RANSNx16, data: src}
	dst = room(dst, size)
	return dst, d.transformed(byRANS, dst, &s, 0)
}

// decodeNx16 decodes a stream without transforms to fill out.
func (t *ransTables) decodeNx16(d *Decoder, flags byte, out []byte, s *source) error {
	t.start()
	frequencyBits := ransBits
	var err error
	if flags&flagOrder == 0 {
		err = t.readNx16(s)
	} else {
		frequencyBits, err = t.readContextsNx16(d, s)
	}
	if err != nil {
		return err
	}
	var states [wideStates]uint32
	n := ransStates
	if flags&flagWide != 0 {
		n = wideStates
	}
	if err := ransInit(s, states[:n], ransLow16); err != nil {
		return err
	}
	switch {
	case flags&flagOrder == 0 && n == ransStates:
		return t.order0by16(out, s, (*[ransStates]uint32)(states[:]))
	case flags&flagOrder == 0:
		return t.order0wide(out, s, &states)
	case n == ransStates && frequencyBits == 10:
		return order1by16(t, t.rows10, out, s, (*[ransStates]uint32)(states[:]))
	case n == ransStates:
		return order1by16(t, t.rows12, out, s, (*[ransStates]uint32)(states[:]))
	case frequencyBits == 10:
		return order1wide(t, t.rows10, out, s, &states)
	default:
		return order1wide(t, t.rows12, out, s, &states)
	}
}

// alphabet reads the list of symbols, and gives them in their order.
func (t *ransTables) alphabet(s *source) []byte {
	var list symbols
	for sym, more := list.first(s), true; more; sym, more = list.next(s) {
		t.used[sym] = true
	}
	all := t.list[:0]
	for sym, used := range t.used {
		if used {
			all = append(all, byte(sym))
		}
	}
	return all
}

// readNx16 reads the frequencies of order 0 into row 0.
func (t *ransTables) readNx16(s *source) error {
	all := t.alphabet(s)
	var freqs [256]int
	for i := range all {
		freqs[i] = s.uint7()
	}
	if s.err != nil {
		return s.err
	}
	return fillScaled(s, t.rows12[0][:], all, freqs[:len(all)])
}

// readContextsNx16 reads the frequencies of order 1, and gives their bits. The
// table may itself be a rANS stream of order 0 with 4 states.
func (t *ransTables) readContextsNx16(d *Decoder, s *source) (int, error) {
	form := s.u8()
	n := int(form >> 4)
	if s.err == nil && n != 10 && n != 12 {
		return 0, s.corrupt("frequencies of %d bits, want 10 or 12", n)
	}
	table := s
	if form&1 != 0 {
		size := s.uint7()
		packed := s.sub(s.uint7())
		if s.err != nil {
			return 0, s.err
		}
		// 256 symbols and a frequency of at most two bytes for every pair.
		if size > 1024+2*256*256 {
			return 0, s.corrupt("frequencies take %d bytes", size)
		}
		data := d.scratch.get(size)
		defer d.scratch.put()
		if err := t.decodeNx16(d, 0, data, &packed); err != nil {
			return 0, err
		}
		t.start()
		table = &source{method: s.method, base: packed.base, data: data}
	}
	if n == 10 && t.rows10 == nil {
		t.rows10 = new([256]row10)
	}
	all := t.alphabet(table)
	for _, context := range all {
		row := t.rows12[context][:]
		if n == 10 {
			row = t.rows10[context][:]
		}
		if err := t.readContextNx16(table, context, row, all); err != nil {
			return 0, err
		}
	}
	if !t.have[0] {
		return 0, s.corrupt("context 0, which all begins with, has no frequencies")
	}
	t.fillLostRows(n)
	return n, nil
}

// readContextNx16 reads the frequencies of one context, in which a zero is
// followed by the number of zeros after it. All zero, the context has no table.
func (t *ransTables) readContextNx16(s *source, context byte, row []uint32, all []byte) error {
	var most [256]int
	freqs := most[:len(all)]
	for i := 0; i < len(freqs); i++ {
		freqs[i] = s.uint7()
		if freqs[i] == 0 {
			i += int(s.u8())
		} else {
			t.have[context] = true
		}
	}
	if s.err != nil || !t.have[context] {
		return s.err
	}
	return fillScaled(s, row, all, freqs)
}

// fillScaled fills row by the frequencies of symbols, which add up to its length
// or to a power of 2 below.
func fillScaled(s *source, row []uint32, all []byte, freqs []int) error {
	total := 0
	for _, f := range freqs {
		total += min(f, len(row)+1) // so that it can't overflow
	}
	if total > len(row) || bits.OnesCount(uint(total)) != 1 {
		return s.corrupt("frequencies add up to %d, want %d or a power of 2 below", total, len(row))
	}
	shift := bits.Len(uint(len(row))) - bits.Len(uint(total))
	for i, f := range freqs {
		if f > 0 {
			row = fillSlots(row, all[i], f<<shift)
		}
	}
	return nil
}

// order0by16 decodes with row 0; byte i is by state i mod 4.
func (t *ransTables) order0by16(out []byte, s *source, states *[ransStates]uint32) error {
	row := &t.rows12[0]
	in := s.rest()
	i, p := order0fast16(out, in, row, states)
	r0, r1, r2, r3 := states[0], states[1], states[2], states[3]
	for i+4 <= len(out) && p+8 <= len(in) {
		o, next := out[i:i+4:i+4], binary.LittleEndian.Uint64(in[p:p+8])
		e0, e1, e2, e3 := row[r0&0xfff], row[r1&0xfff], row[r2&0xfff], row[r3&0xfff]
		o[0], o[1], o[2], o[3] = byte(e0), byte(e1), byte(e2), byte(e3)
		r0, r1, r2, r3 = step12(r0, e0), step12(r1, e1), step12(r2, e2), step12(r3, e3)
		n0, n1, n2, n3 := wanted16(r0), wanted16(r1), wanted16(r2), wanted16(r3)
		r0, next = refill16(r0, next, n0)
		r1, next = refill16(r1, next, n1)
		r2, next = refill16(r2, next, n2)
		r3, _ = refill16(r3, next, n3)
		p += int((n0 + n1 + n2 + n3) >> 3)
		i += 4
	}
	s.pos += p
	*states = [ransStates]uint32{r0, r1, r2, r3}
	for ; i < len(out) && s.err == nil; i++ {
		e := row[states[i&3]&0xfff]
		out[i] = byte(e)
		states[i&3] = s.renorm16(step12(states[i&3], e))
	}
	return s.err
}

// rowOf is a row of either number of bits.
type rowOf interface{ row10 | row12 }

// step takes the symbol of entry e off a state.
func step[R rowOf](rows *[256]R, r, e uint32) uint32 {
	hi := r >> bits.TrailingZeros32(uint32(len(rows[0])))
	return (e>>20)*hi + hi + e>>8&0xfff
}

// order1by16 decodes by the row of the symbol before. State k gives the k-th
// quarter, the last one what is left over too.
func order1by16[R rowOf](t *ransTables, rows *[256]R, out []byte, s *source, states *[ransStates]uint32) error {
	mask := uint32(len(rows[0]) - 1)
	quarter := len(out) / 4
	o0, o1, o2, o3 := out[:quarter], out[quarter:][:quarter], out[2*quarter:][:quarter], out[3*quarter:]
	in := s.rest()
	var context [ransStates]byte
	i, p := order1fast16(out, in, rows, states, &context)
	r0, r1, r2, r3 := states[0], states[1], states[2], states[3]
	c0, c1, c2, c3 := context[0], context[1], context[2], context[3]
	for ; i < quarter && p+8 <= len(in); i++ {
		next := binary.LittleEndian.Uint64(in[p : p+8])
		e0, e1, e2, e3 := rows[c0][r0&mask], rows[c1][r1&mask], rows[c2][r2&mask], rows[c3][r3&mask]
		c0, c1, c2, c3 = byte(e0), byte(e1), byte(e2), byte(e3)
		o0[i], o1[i], o2[i], o3[i] = c0, c1, c2, c3
		r0, r1, r2, r3 = step(rows, r0, e0), step(rows, r1, e1), step(rows, r2, e2), step(rows, r3, e3)
		n0, n1, n2, n3 := wanted16(r0), wanted16(r1), wanted16(r2), wanted16(r3)
		r0, next = refill16(r0, next, n0)
		r1, next = refill16(r1, next, n1)
		r2, next = refill16(r2, next, n2)
		r3, _ = refill16(r3, next, n3)
		p += int((n0 + n1 + n2 + n3) >> 3)
	}
	s.pos += p
	parts := [...][]byte{o0, o1, o2, o3}
	context = [ransStates]byte{c0, c1, c2, c3}
	*states = [ransStates]uint32{r0, r1, r2, r3}
	return order1rest(t, rows, s, parts[:], context[:], states[:], i)
}

// order1rest decodes from byte i of each part on, the last of which may be the
// longest.
func order1rest[R rowOf](t *ransTables, rows *[256]R, s *source, parts [][]byte, context []byte, states []uint32, i int) error {
	mask := uint32(len(rows[0]) - 1)
	for ; i < len(parts[len(parts)-1]) && s.err == nil; i++ {
		for k, part := range parts {
			if i < len(part) {
				e := rows[context[k]][states[k]&mask]
				part[i], context[k] = byte(e), byte(e)
				states[k] = s.renorm16(step(rows, states[k], e))
			}
		}
	}
	return t.checkLost(s, parts)
}

// wanted16 is how many bits a state wants to be 2^15 again: 0 or 16.
func wanted16(r uint32) uint32 { return (r - ransLow16) >> 31 << 4 }

// refill16 moves n bits, 0 or 16, from the foot of next to the foot of a state.
func refill16(r uint32, next uint64, n uint32) (uint32, uint64) {
	return r<<(n&31) | uint32(next)&(1<<(n&31)-1), next >> (n & 63)
}

// renorm16 refills a state by a word.
func (s *source) renorm16(r uint32) uint32 {
	if r < ransLow16 {
		r = r<<16 | uint32(s.u16())
	}
	return r
}
