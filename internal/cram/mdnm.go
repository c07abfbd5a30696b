package cram

import "math"

// distance counts and describes how a read differs from its reference: the
// tags NM and MD (SAMtags), as htslib makes them.
type distance struct {
	wanted int     // bits hasMD and hasNM
	aux    *[]byte // where MD is written
	run    int32   // bases matched since the last difference; negative when MD makes no sense any more
	edit   uint32
}

// makes says that those tags are to be made that are not there.
func (m *distance) makes(aux *[]byte, has int) {
	m.wanted, m.aux = (hasMD|hasNM)&^has, aux
	if m.wanted&hasMD != 0 {
		*aux = append(*aux, "MDZ"...)
	}
}

func (m *distance) matched(n int) { m.run += int32(n) }

// passes counts n bases that are matched or lie behind the reference.
func (m *distance) passes(n int) {
	if m.run >= 0 {
		m.run += int32(n)
	}
}

func (m *distance) edits(n int) { m.edit += uint32(n) }

// mismatch notes a base of the reference that the read has otherwise.
func (m *distance) mismatch(base byte) {
	m.edit++
	if m.wanted&hasMD != 0 {
		m.number(uint32(m.run))
		*m.aux = append(*m.aux, base)
		m.run = 0
	}
}

// lost notes a difference that lies behind the reference.
func (m *distance) lost() {
	if m.wanted == 0 {
		return
	}
	if m.run >= 0 && m.wanted&hasMD != 0 {
		m.number(uint32(m.run))
	}
	m.run = -1
}

// storedBase notes a base of the read that is told without the reference: it
// counts as different.
func (m *distance) storedBase(a *alignment) {
	switch {
	case m.wanted == 0:
	case a.refPos >= a.d.ref.length:
		m.lost()
	default:
		m.stored(a, 1)
	}
}

// stored is storedBase for several. Those behind the end of the reference are
// passed over.
func (m *distance) stored(a *alignment, n int) {
	if m.wanted == 0 {
		return
	}
	md := m.wanted&hasMD != 0
	if m.run >= 0 && md {
		m.number(uint32(m.run))
	}
	for i := range int64(n) {
		if i > 0 && md {
			m.number(0)
		}
		if a.refPos+i >= a.d.ref.length {
			break
		}
		if md {
			*m.aux = append(*m.aux, a.d.ref.bases(a.refPos+i, 1)...)
		}
		m.edit++
	}
	m.run = 0
}

// deleted notes n bases of the reference that the read lacks.
func (m *distance) deleted(a *alignment, n int64) {
	md := m.wanted&hasMD != 0
	if a.refPos+n > a.d.ref.end {
		a.d.ref.outside(a.refPos, n)
		return
	}
	if m.run >= 0 && md {
		m.number(uint32(m.run))
	}
	have := n
	if left := a.d.ref.length - a.refPos; left < n {
		have = left
	}
	if md && have >= 0 {
		if !a.d.fits(have) {
			return
		}
		*m.aux = append(*m.aux, '^')
		*m.aux = append(*m.aux, a.d.ref.bases(a.refPos, have)...)
		if have < n {
			m.number(0)
		}
	}
	m.edit += uint32(max(have, 0))
	switch {
	case have < n:
		m.run = -1
	case md:
		m.run = 0
	}
}

// number writes a number of MD.
func (m *distance) number(n uint32) { *m.aux = appendUint(*m.aux, uint64(n)) }

// finish ends MD and writes NM.
func (m *distance) finish() {
	if m.wanted&hasMD != 0 {
		if m.run >= 0 {
			m.number(uint32(m.run))
		}
		*m.aux = append(*m.aux, 0)
	}
	if m.wanted&hasNM == 0 {
		return
	}
	switch n := m.edit; {
	case n <= math.MaxUint8:
		*m.aux = append(*m.aux, 'N', 'M', 'C', byte(n))
	case n <= math.MaxUint16:
		*m.aux = append(*m.aux, 'N', 'M', 'S', byte(n), byte(n>>8))
	default:
		*m.aux = append(*m.aux, 'N', 'M', 'I', byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
}
