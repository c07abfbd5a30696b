package index

import (
	"math/rand/v2"
	"slices"
)

// randomFile is what a random file is made of.
type randomFile struct {
	lengths []int64
	records []record
}

// newRandomFile makes one: few or many references, some long or without reads;
// reads in heaps or far between, short, split, without bases on the reference,
// unmapped with and without a CIGAR; blocks of any size, empty ones; unplaced
// reads behind.
func newRandomFile(seed uint64) randomFile {
	rng := rand.New(rand.NewPCG(seed, 3))
	var f randomFile
	refs, longs := 1+rng.IntN(60), rng.IntN(4)
	reads := 1 << rng.IntN(15)
	unmapped := rng.IntN(20)
	pad := rng.IntN(300)
	ends := 1 + rng.IntN(3000)
	for ref := range refs {
		length := 1 + rng.Int64N(1<<(8+rng.IntN(17)))
		if longs == 0 && rng.IntN(3) == 0 {
			length = MaxBAILength - rng.Int64N(3)
		}
		f.lengths = append(f.lengths, length)
		if rng.IntN(5) == 0 {
			continue
		}
		low, high := int64(0), length
		if rng.IntN(2) == 0 {
			low = rng.Int64N(length)
			high = min(length, low+1+rng.Int64N(1<<20))
		}
		first := len(f.records)
		for range rng.IntN(2*reads/refs + 1) {
			r := record{ref: int32(ref), pos: int32(low + rng.Int64N(high-low)), pad: pad}
			room := int(min(1<<24, length-int64(r.pos)))
			switch {
			case rng.IntN(100) < unmapped:
				r.flag = 4
				if rng.IntN(2) == 0 {
					r.cigar = m(1 + rng.IntN(room))
				}
			case rng.IntN(10) == 0:
			case rng.IntN(20) == 0:
				r.cigar = []uint32{op(10, "S"), op(rng.IntN(room), "N"), op(1, "M")}
			case rng.IntN(50) == 0:
				r.cigar = []uint32{op(5, "I")}
			default:
				r.cigar = m(1 + rng.IntN(min(room, 200)))
			}
			r.last, r.gap = rng.IntN(ends) == 0, rng.IntN(10*ends) == 0
			f.records = append(f.records, r)
		}
		slices.SortFunc(f.records[first:], func(a, b record) int { return int(a.pos) - int(b.pos) })
	}
	if rng.IntN(2) == 0 {
		for range rng.IntN(3000) {
			f.records = append(f.records, record{ref: -1, pos: -1, flag: 4})
		}
	}
	return f
}
