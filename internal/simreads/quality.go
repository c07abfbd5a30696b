package simreads

import "math/rand/v2"

// chain is a Markov chain over Phred values below 64: the value after q is
// chain[q][b] for a random byte b.
type chain [64][256]uint8

// qualityModel is a chain for each stretch of a short read (its first cycles,
// its middle, its end), or for each grade of a long read.
type qualityModel struct {
	chains []chain
	first  uint8 // the value before the first
}

// fill writes len(dst) Phred+33 values that follow q and gives the last value.
func (c *chain) fill(dst []byte, q uint8, src *rand.PCG) uint8 {
	for len(dst) > 0 {
		r := src.Uint64()
		n := min(8, len(dst))
		for i := range dst[:n] {
			q = c[q&63][byte(r)]
			r >>= 8
			dst[i] = q + 33
		}
		dst = dst[n:]
	}
	return q
}

// setRow makes the values appear after q in proportion to their weights,
// to within a 256th.
func (c *chain) setRow(q int, weights *[64]int) {
	total, sum := 0, 0
	for _, w := range weights {
		total += w
	}
	at := 0
	for v, w := range weights {
		sum += w
		for end := (sum*256 + total/2) / total; at < end; at++ {
			c[q][at] = uint8(v)
		}
	}
}

// illumina4Model has the bins of NovaSeq: 2, 11, 25 and 37.
func illumina4Model() qualityModel {
	bins := [4]int{2, 11, 25, 37}
	// Weights of the next bin, by stretch and bin, of 256.
	weights := [3][4][4]int{
		{{128, 32, 32, 64}, {4, 24, 28, 200}, {1, 10, 30, 215}, {0, 1, 3, 252}},
		{{160, 32, 16, 48}, {4, 40, 36, 176}, {1, 16, 48, 191}, {0, 3, 5, 248}},
		{{176, 32, 16, 32}, {6, 62, 44, 144}, {2, 26, 60, 168}, {0, 5, 8, 243}},
	}
	m := qualityModel{chains: make([]chain, 3), first: 37}
	for p := range weights {
		for i, q := range bins {
			var row [64]int
			for j, w := range weights[p][i] {
				row[bins[j]] = w
			}
			m.chains[p].setRow(q, &row)
		}
	}
	return m
}

// illumina40Model has the values 2 to 41: a pull towards the highest that
// weakens along the read, and a pull towards the value before.
func illumina40Model() qualityModel {
	m := qualityModel{chains: make([]chain, 3), first: 34}
	for p, peak := range [3]int{35, 40, 36} {
		m.chains[p] = drifting(2, 41, peak, 3+2*p)
	}
	return m
}

// nanoporeModel has the values 1 to 50 around a peak that depends on the
// grade of the read: poor, fair, good.
func nanoporeModel() qualityModel {
	m := qualityModel{chains: make([]chain, 3), first: 3}
	for p, peak := range [3]int{8, 16, 24} {
		m.chains[p] = drifting(1, 50, peak, 9)
	}
	return m
}

// drifting gives a chain over lo to hi. A value's weight is a product: of a
// pull towards peak, halved at a distance of width, and a narrower pull
// towards the value before.
func drifting(lo, hi, peak, width int) chain {
	var c chain
	for q := range 64 {
		var row [64]int
		for v := lo; v <= hi; v++ {
			home, step := v-peak, v-q
			row[v] = 1 + 1000*width*width/(width*width+home*home)*(2+64/(2+step*step))
		}
		c.setRow(q, &row)
	}
	return c
}
