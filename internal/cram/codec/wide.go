package codec

import "encoding/binary"

// wideStates is the number of states of a stream with the N32 flag, wideWords
// the bytes that one round of them takes at most.
const (
	wideStates = 32
	wideWords  = 2 * wideStates
)

// order0wide is order0by16 with 32 states.
func (t *ransTables) order0wide(out []byte, s *source, states *[wideStates]uint32) error {
	row := &t.rows12[0]
	in := s.rest()
	i, p := order0fast32(out, in, row, states)
	for i+wideStates <= len(out) && p+wideWords <= len(in) {
		o := (*[wideStates]byte)(out[i:])
		for k := 0; k < wideStates; k += 4 {
			next := binary.LittleEndian.Uint64(in[p:])
			r0, r1, r2, r3 := states[k], states[k+1], states[k+2], states[k+3]
			e0, e1, e2, e3 := row[r0&0xfff], row[r1&0xfff], row[r2&0xfff], row[r3&0xfff]
			o[k], o[k+1], o[k+2], o[k+3] = byte(e0), byte(e1), byte(e2), byte(e3)
			r0, r1, r2, r3 = step12(r0, e0), step12(r1, e1), step12(r2, e2), step12(r3, e3)
			n0, n1, n2, n3 := wanted16(r0), wanted16(r1), wanted16(r2), wanted16(r3)
			states[k], next = refill16(r0, next, n0)
			states[k+1], next = refill16(r1, next, n1)
			states[k+2], next = refill16(r2, next, n2)
			states[k+3], _ = refill16(r3, next, n3)
			p += int((n0 + n1 + n2 + n3) >> 3)
		}
		i += wideStates
	}
	s.pos += p
	for ; i < len(out) && s.err == nil; i++ {
		k := i % wideStates
		e := row[states[k]&0xfff]
		out[i] = byte(e)
		states[k] = s.renorm16(step12(states[k], e))
	}
	return s.err
}

// order1wide is order1by16 with 32 states.
func order1wide[R rowOf](t *ransTables, rows *[256]R, out []byte, s *source, states *[wideStates]uint32) error {
	mask := uint32(len(rows[0]) - 1)
	size := len(out) / wideStates
	var parts [wideStates][]byte
	for k := range parts {
		parts[k] = out[k*size:][:size]
	}
	parts[wideStates-1] = out[(wideStates-1)*size:]
	var context [wideStates]byte
	in := s.rest()
	i, p := order1fast32(out, in, rows, states, &context)
	for ; i < size && p+wideWords <= len(in); i++ {
		for k := 0; k < wideStates; k += 4 {
			next := binary.LittleEndian.Uint64(in[p:])
			r0, r1, r2, r3 := states[k], states[k+1], states[k+2], states[k+3]
			e0, e1 := rows[context[k]][r0&mask], rows[context[k+1]][r1&mask]
			e2, e3 := rows[context[k+2]][r2&mask], rows[context[k+3]][r3&mask]
			context[k], context[k+1], context[k+2], context[k+3] = byte(e0), byte(e1), byte(e2), byte(e3)
			at := k*size + i
			out[at], out[at+size], out[at+2*size], out[at+3*size] = byte(e0), byte(e1), byte(e2), byte(e3)
			r0, r1, r2, r3 = step(rows, r0, e0), step(rows, r1, e1), step(rows, r2, e2), step(rows, r3, e3)
			n0, n1, n2, n3 := wanted16(r0), wanted16(r1), wanted16(r2), wanted16(r3)
			states[k], next = refill16(r0, next, n0)
			states[k+1], next = refill16(r1, next, n1)
			states[k+2], next = refill16(r2, next, n2)
			states[k+3], _ = refill16(r3, next, n3)
			p += int((n0 + n1 + n2 + n3) >> 3)
		}
	}
	s.pos += p
	return order1rest(t, rows, s, parts[:], context[:], states[:], i)
}
