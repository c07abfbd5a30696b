package index

// Numbers of the binning scheme of BAI (SAMv1 §5.1.1).
const (
	baiMinShift = 14
	baiDepth    = 5
)

// MaxBAILength is the greatest length of a reference that BAI can index; CSI
// has no such bound.
const MaxBAILength = 1 << (baiMinShift + 3*baiDepth)

// maxDepth is the greatest depth whose bin numbers fit 31 bits.
const maxDepth = 9

// scheme is a binning scheme (CSIv1): level 0 is one bin over everything, each
// bin has eight children, and those of level depth span 1<<minShift bases.
type scheme struct {
	minShift, depth int
}

var baiScheme = scheme{baiMinShift, baiDepth}

// csiScheme is the scheme that htslib takes for references of up to length
// bases: as deep as they and 256 bases behind them need.
func csiScheme(minShift int, length int64) scheme {
	s := scheme{minShift: minShift}
	for length+256 > s.span() {
		s.depth++
	}
	return s
}

// span is how many bases the scheme covers.
func (s scheme) span() int64 { return 1 << (s.minShift + 3*s.depth) }

// bins is how many bins the scheme has, which is above each of their numbers.
func (s scheme) bins() uint32 { return firstBin(s.depth + 1) }

// metaBin is the number of the pseudo-bin with a reference's counts (SAMv1 §5.2).
func (s scheme) metaBin() uint32 { return s.bins() + 1 }

// bin is the number of the smallest bin that holds bases beg to end-1.
func (s scheme) bin(beg, end int64) uint32 {
	end--
	shift := s.minShift
	for level := s.depth; level > 0; level-- {
		if beg>>shift == end>>shift {
			return uint32(int64(firstBin(level)) + beg>>shift)
		}
		shift += 3
	}
	return 0
}

// window is the number of the first bin of the deepest level below a bin.
func (s scheme) window(bin uint32) int64 {
	level := 0
	for b := bin; b > 0; b = parentBin(b) {
		level++
	}
	return int64(bin-firstBin(level)) << (3 * (s.depth - level))
}

// firstBin is the number of the first bin of a level.
func firstBin(level int) uint32 { return uint32((uint64(1)<<(3*level) - 1) / 7) }

// parentBin is the bin one level up around a bin other than 0.
func parentBin(bin uint32) uint32 { return (bin - 1) >> 3 }
