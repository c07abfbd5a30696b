package codec

import "encoding/binary"

// rans4x8 decodes a block of rANS 4x8 (CRAMcodecs §2).
func (d *Decoder) rans4x8(dst, src []byte, size int) ([]byte, error) {
	s := source{method: RANS4x8, data: src}
	order, packed, raw := s.u8(), s.u32(), s.u32()
	switch {
	case s.err != nil:
		return nil, s.err
	case order > 1:
		return nil, s.corrupt("order %d, want 0 or 1", order)
	case int64(packed) != int64(s.left()):
		return nil, s.corrupt("%d bytes are stated to follow, there are %d", packed, s.left())
	case int64(raw) != int64(size):
		return nil, s.corrupt("stream states %d bytes, its block %d", raw, size)
	}
	t := &d.rans
	t.start()
	var err error
	if order == 0 {
		err = t.read4x8(&s, 0, false)
	} else {
		err = t.readContexts4x8(&s)
	}
	if err != nil {
		return nil, err
	}
	var states [ransStates]uint32
	if err := ransInit(&s, states[:], ransLow8); err != nil {
		return nil, err
	}
	dst = room(dst, size)
	if order == 0 {
		err = t.order0by8(dst, &s, &states)
	} else {
		err = t.order1by8(dst, &s, &states)
	}
	return dst, err
}

// read4x8 reads the frequencies of one context. In tables of order 1, and only
// there, htscodecs takes a frequency of 0 for 4096.
func (t *ransTables) read4x8(s *source, context byte, order1 bool) error {
	row := t.rows12[context][:]
	var list symbols
	for sym, more := list.first(s), true; more; sym, more = list.next(s) {
		freq := int(s.u8())
		if freq >= 0x80 { // ITF8 of two bytes
			freq = freq&0x7f<<8 | int(s.u8())
		}
		if freq == 0 && order1 {
			freq = ransTotal
		}
		if s.err != nil || freq > len(row) {
			return s.corrupt("frequencies add up to more than %d", ransTotal)
		}
		row = fillSlots(row, sym, freq)
		t.used[sym] = true
	}
	if s.err != nil {
		return s.err
	}
	switch len(row) {
	case 1: // frequencies add up to 4095; no encoder uses the last slot
		row[0] = t.rows12[context][ransTotal-2] + 1<<8
	case 0:
	default:
		return s.corrupt("frequencies add up to %d, want %d or %d", ransTotal-len(row), ransTotal-1, ransTotal)
	}
	t.have[context] = true
	return nil
}

// readContexts4x8 reads the frequencies of all contexts.
func (t *ransTables) readContexts4x8(s *source) error {
	var list symbols
	for context, more := list.first(s), true; more; context, more = list.next(s) {
		if err := t.read4x8(s, context, true); err != nil {
			return err
		}
	}
	if s.err == nil && !t.have[0] {
		return s.corrupt("context 0, which all begins with, has no frequencies")
	}
	t.fillLostRows(12)
	return s.err
}

// order0by8 decodes with row 0; byte i is by state i mod 4.
func (t *ransTables) order0by8(out []byte, s *source, states *[ransStates]uint32) error {
	row := &t.rows12[0]
	in := s.rest()
	i, p := order0fast8(out, in, row, states)
	r0, r1, r2, r3 := states[0], states[1], states[2], states[3]
	for i+4 <= len(out) && p+8 <= len(in) {
		o, next := out[i:i+4:i+4], binary.BigEndian.Uint64(in[p:p+8])
		e0, e1, e2, e3 := row[r0&0xfff], row[r1&0xfff], row[r2&0xfff], row[r3&0xfff]
		o[0], o[1], o[2], o[3] = byte(e0), byte(e1), byte(e2), byte(e3)
		r0, r1, r2, r3 = step12(r0, e0), step12(r1, e1), step12(r2, e2), step12(r3, e3)
		n0, n1, n2, n3 := wanted8(r0), wanted8(r1), wanted8(r2), wanted8(r3)
		r0, next = refill8(r0, next, n0)
		r1, next = refill8(r1, next, n1)
		r2, next = refill8(r2, next, n2)
		r3, _ = refill8(r3, next, n3)
		p += int((n0 + n1 + n2 + n3) >> 3)
		i += 4
	}
	s.pos += p
	states[0], states[1], states[2], states[3] = r0, r1, r2, r3
	for ; i < len(out) && s.err == nil; i++ {
		e := row[states[i&3]&0xfff]
		out[i] = byte(e)
		states[i&3] = s.renorm8(step12(states[i&3], e))
	}
	return s.err
}

// order1by8 decodes by the row of the symbol before. State k gives the k-th
// quarter, the last one what is left over too.
func (t *ransTables) order1by8(out []byte, s *source, states *[ransStates]uint32) error {
	rows := t.rows12
	quarter := len(out) / 4
	o0, o1, o2, o3 := out[:quarter], out[quarter:][:quarter], out[2*quarter:][:quarter], out[3*quarter:]
	in := s.rest()
	var context [ransStates]byte
	i, p := order1fast8(out, in, rows, states, &context)
	r0, r1, r2, r3 := states[0], states[1], states[2], states[3]
	c0, c1, c2, c3 := context[0], context[1], context[2], context[3]
	for ; i < quarter && p+8 <= len(in); i++ {
		next := binary.BigEndian.Uint64(in[p : p+8])
		e0, e1, e2, e3 := rows[c0][r0&0xfff], rows[c1][r1&0xfff], rows[c2][r2&0xfff], rows[c3][r3&0xfff]
		c0, c1, c2, c3 = byte(e0), byte(e1), byte(e2), byte(e3)
		o0[i], o1[i], o2[i], o3[i] = c0, c1, c2, c3
		r0, r1, r2, r3 = step12(r0, e0), step12(r1, e1), step12(r2, e2), step12(r3, e3)
		n0, n1, n2, n3 := wanted8(r0), wanted8(r1), wanted8(r2), wanted8(r3)
		r0, next = refill8(r0, next, n0)
		r1, next = refill8(r1, next, n1)
		r2, next = refill8(r2, next, n2)
		r3, _ = refill8(r3, next, n3)
		p += int((n0 + n1 + n2 + n3) >> 3)
	}
	s.pos += p
	*states = [ransStates]uint32{r0, r1, r2, r3}
	context = [ransStates]byte{c0, c1, c2, c3}
	parts := [ransStates][]byte{o0, o1, o2, o3}
	for ; i < len(o3); i++ {
		for k, part := range parts {
			if i >= len(part) {
				continue
			}
			e := rows[context[k]][states[k]&0xfff]
			part[i], context[k] = byte(e), byte(e)
			states[k] = s.renorm8(step12(states[k], e))
		}
		if s.err != nil {
			return s.err
		}
	}
	return t.checkLost(s, parts[:])
}

// checkLost is the fault of a part that ended where there is no table.
func (t *ransTables) checkLost(s *source, parts [][]byte) error {
	for _, part := range parts {
		if t.inLost(part) {
			return s.corrupt("symbol %d is followed by another, but has no frequencies as a context", part[len(part)-1])
		}
	}
	return s.err
}

// step12 takes the symbol of entry e, of 12 bits, off a state.
func step12(r, e uint32) uint32 {
	hi := r >> 12
	return (e>>20)*hi + hi + e>>8&0xfff
}

// wanted8 is how many bits a state wants to be 2^23 again: 0, 8 or 16. It is
// below 2^31, and not below 2^11 as a frequency is at least 1.
func wanted8(r uint32) uint32 { return ((r-ransLow8)>>31 + (r-1<<15)>>31) << 3 }

// refill8 moves n bits from the top of next to the foot of a state.
func refill8(r uint32, next uint64, n uint32) (uint32, uint64) {
	return uint32((uint64(r)<<32 | next>>32) << (n & 63) >> 32), next << (n & 63)
}

// renorm8 refills a state byte by byte.
func (s *source) renorm8(r uint32) uint32 {
	for n := wanted8(r); n > 0; n -= 8 {
		r = r<<8 | uint32(s.u8())
	}
	return r
}
