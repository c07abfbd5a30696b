package simreads

import "math/rand/v2"

// genomeLen is the size of the genome that reads are drawn from, in bases:
// large enough that two reads within deflate's 32 KiB window hardly ever
// overlap, as in real short-read files.
const genomeLen = 1 << 24

// genome makes random bases, 28 % A, 22 % C, 22 % G, 28 % T.
func genome(seed uint64) []byte {
	src := rand.NewPCG(seed, 0)
	var pick [256]byte
	for i := range pick {
		switch {
		case i < 72:
			pick[i] = 'A'
		case i < 128:
			pick[i] = 'C'
		case i < 184:
			pick[i] = 'G'
		default:
			pick[i] = 'T'
		}
	}
	g := make([]byte, genomeLen)
	for i := 0; i < len(g); i += 8 {
		r := src.Uint64()
		for k := range 8 {
			g[i+k] = pick[byte(r>>(8*k))]
		}
	}
	return g
}

// complement gives the base on the other strand.
var complement = [256]byte{'A': 'T', 'C': 'G', 'G': 'C', 'T': 'A'}

// copyStrand fills dst with the genome from pos on, or with the other strand
// of the same stretch.
func (m *maker) copyStrand(dst []byte, pos int, reverse bool) {
	from := m.genome[pos : pos+len(dst)]
	if !reverse {
		copy(dst, from)
		return
	}
	for i, b := range from {
		dst[len(dst)-1-i] = complement[b]
	}
}
