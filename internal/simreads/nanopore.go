package simreads

import (
	"encoding/hex"
	"strconv"
)

// longest is the length of the longest read, in bases.
const longest = 1 << 20

// longLen draws a length of median 8 kb and a standard deviation of 1.5
// doublings, from 200 bases to longest.
func (m *maker) longLen() int {
	// Twelve uniform numbers add up to nearly a normal one of variance 1;
	// in 65,536ths.
	z := -6 << 16
	for range 4 {
		r := m.fragment.Uint64()
		z += int(r&0xffff) + int(r>>16&0xffff) + int(r>>32&0xffff)
	}
	log2 := 13<<16 + z*3/2
	whole, part := log2>>16, int64(log2&0xffff)
	// 2^x is 1 + x(0.6565 + 0.3435x) to within 0.3 % on [0, 1).
	frac := 1<<16 + part*(43024+part*22512>>16)>>16
	return int(min(max(frac<<whole>>16, 200), longest))
}

// nanopore reads one long molecule: a few per cent of its bases are wrong,
// lost or read twice.
func (m *maker) nanopore(dst []byte) []byte {
	n := m.longLen()
	pos := below(m.fragment, len(m.genome)-n)
	if cap(m.qual) < n {
		m.seq, m.qual = make([]byte, n), make([]byte, n)
	}
	m.seq, m.qual = m.seq[:n], m.qual[:n]
	m.copyStrand(m.seq, pos, below(m.fragment, 2) == 1)
	m.noise()
	m.qual = m.qual[:len(m.seq)]
	grade := &m.model.chains[below(m.fragment, 3)]
	grade.fill(m.qual, m.model.first, m.read)

	var id [16]byte
	for i, r := 0, m.fragment.Uint64(); i < 8; i, r = i+1, r>>8 {
		id[i] = byte(r)
	}
	for i, r := 8, m.fragment.Uint64(); i < 16; i, r = i+1, r>>8 {
		id[i] = byte(r)
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	dst = append(dst, '@')
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, id[[...]int{0, 4, 6, 8, 10}[i]:end])
	}
	dst = append(dst, " runid=5ea10de0 read="...)
	dst = strconv.AppendInt(dst, m.number, 10)
	dst = append(dst, " ch="...)
	return strconv.AppendInt(dst, int64(1+below(m.fragment, 512)), 10)
}

// noise edits seq in place; a base read twice takes the place of one lost
// before it, so that seq never grows.
func (m *maker) noise() {
	out := 0
	var r uint64
	for i, b := range m.seq {
		if i&3 == 0 {
			r = m.read.Uint64()
		}
		d := r & 0xffff
		r >>= 16
		switch {
		case d >= 3900: // right
		case d < 1300: // wrong
			b = otherBase(b, d)
		case d < 2700: // lost
			continue
		case out < i: // read twice
			m.seq[out] = b
			out++
		}
		m.seq[out] = b
		out++
	}
	m.seq = m.seq[:out]
}
