package simreads

import "strconv"

const (
	shortLen    = 150
	minFragment = 250
	maxFragment = 550
)

// spot is a cluster on a flow cell. Readers of a flow cell list clusters tile
// by tile, top to bottom, x in no order.
type spot struct {
	lane, tile, x, y int
}

var firstSpot = spot{lane: 1, tile: 1101, y: 1000}

// nextSpot moves down the tile, then to the next one.
func (m *maker) nextSpot() {
	s := &m.spot
	s.x = 1000 + below(m.fragment, 31000)
	if s.y += below(m.fragment, 3); s.y > 36000 {
		s.y = 1000
		if s.tile++; s.tile%100 > 78 {
			s.tile += 100 - 78
		}
		if s.tile > 2678 {
			s.tile, s.lane = 1101, s.lane+1
		}
	}
}

func (m *maker) appendSpot(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(m.spot.lane), 10)
	for _, n := range [3]int{m.spot.tile, m.spot.x, m.spot.y} {
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return dst
}

func (m *maker) novaSeq(dst []byte) []byte {
	m.short()
	dst = m.appendSpot(append(dst, "@LD00417:88:HSEQLDSX2:"...))
	dst = append(dst, ' ', byte('0'+m.mate))
	return append(dst, ":N:0:GTCATCGA+CATTGGCA"...)
}

func (m *maker) hiSeq(dst []byte) []byte {
	m.short()
	dst = m.appendSpot(append(dst, "@LD1094:134:C0SEQACXX:"...))
	return append(dst, '/', byte('0'+m.mate))
}

// short draws the next fragment and reads one end of it.
func (m *maker) short() {
	m.nextSpot()
	fragment := minFragment + below(m.fragment, maxFragment-minFragment)
	pos := below(m.fragment, len(m.genome)-maxFragment)
	reverse := below(m.fragment, 2) == 1
	if m.mate == 2 {
		reverse = !reverse
	}
	if reverse {
		pos += fragment - shortLen
	}
	if m.seq == nil {
		m.seq, m.qual = make([]byte, shortLen), make([]byte, shortLen)
	}
	m.copyStrand(m.seq, pos, reverse)
	q := m.model.chains[0].fill(m.qual[:8], m.model.first, m.read)
	q = m.model.chains[1].fill(m.qual[8:104], q, m.read)
	m.model.chains[2].fill(m.qual[104:], q, m.read)
	m.misread()
}

// misread turns bases wrong as often as their Phred value says; values of 30
// and more are taken as right. Some of the worst are not called at all.
func (m *maker) misread() {
	for i, c := range m.qual {
		if c >= 33+30 {
			continue
		}
		r := m.read.Uint64()
		if r&0xffff >= wrong[c-33] {
			continue
		}
		if c == 33+2 && r>>16&3 == 0 {
			m.seq[i] = 'N'
			continue
		}
		m.seq[i] = otherBase(m.seq[i], r>>32)
	}
}

// otherBase gives one of the three bases that b is not.
func otherBase(b byte, r uint64) byte {
	const bases = "ACGT"
	o := bases[r&3]
	if o == b {
		o = bases[(r&3+1)&3]
	}
	return o
}

// wrong is the probability of a wrong base at each Phred value, 10^(-q/10),
// of 65,536.
var wrong = [30]uint64{
	65536, 52057, 41350, 32845, 26090, 20724, 16462, 13076, 10387, 8250,
	6554, 5206, 4135, 3285, 2609, 2072, 1646, 1308, 1039, 825,
	655, 521, 414, 328, 261, 207, 165, 131, 104, 83,
}
