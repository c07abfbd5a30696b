package sam

// Cigar is a CIGAR as BAM stores it: operations of four bytes, little-endian.
type Cigar []byte

// Len counts the operations.
func (c Cigar) Len() int { return len(c) / 4 }

// Op is the i-th operation.
func (c Cigar) Op(i int) CigarOp { return CigarOp(le.Uint32(c[4*i:])) }

// RefLen counts the bases of the reference that the alignment covers.
func (c Cigar) RefLen() int64 { return c.sum(onRef) }

// ReadLen counts the bases of the read that the alignment tells of, clipped
// ones that are stored included.
func (c Cigar) ReadLen() int64 { return c.sum(onRead) }

func (c Cigar) sum(on uint8) int64 {
	n := int64(0)
	for ; len(c) >= 4; c = c[4:] {
		if op := CigarOp(le.Uint32(c)); consumes[op&15]&on != 0 {
			n += int64(op.Len())
		}
	}
	return n
}

// CigarOp is one operation: its length above four bits of code (§4.2.2).
type CigarOp uint32

// Len is the operation's length in bases.
func (op CigarOp) Len() int { return int(op >> 4) }

// Char is the operation's letter; '?' for codes that stand for none.
func (op CigarOp) Char() byte { return cigarChars[op&15] }

// ConsumesRef says whether the operation takes bases of the reference.
func (op CigarOp) ConsumesRef() bool { return consumes[op&15]&onRef != 0 }

// ConsumesRead says whether the operation takes bases of the read.
func (op CigarOp) ConsumesRead() bool { return consumes[op&15]&onRead != 0 }

// cigarChars are the letters by code. 'B' is of an old draft; htslib knows it.
var cigarChars = [16]byte([]byte("MIDNSHP=XB??????"))

// What an operation consumes.
const (
	onRead = 1 << iota
	onRef
)

var consumes = [16]uint8{
	0: onRead | onRef, // M
	1: onRead,         // I
	2: onRef,          // D
	3: onRef,          // N
	4: onRead,         // S
	7: onRead | onRef, // =
	8: onRead | onRef, // X
}

const softClip = 4

// longForm is what a look for a CIGAR in the tag CG finds.
type longForm struct {
	ops        Cigar // nil where the CIGAR is in its own place
	start, end int   // the tag CG in the record
	broken     bool  // the tags cannot be walked
}

// longCigar finds a CIGAR kept in the tag CG (§4.2.2), on htslib's terms: the
// record is placed, its first operation clips the whole read, and the first CG
// is an array of 32-bit integers, not shorter than what stands in its place.
func (r Record) longCigar(l layout) longForm {
	if r.mayBeLong(l) {
		return r.findLong(l)
	}
	return longForm{}
}

// findLong looks for the tag.
func (r Record) findLong(l layout) longForm {
	at := l.aux
	for len(r)-at >= minTag {
		tag, _, ok := CutTag(r[at:])
		if !ok {
			return longForm{broken: true}
		}
		if tag[0] == 'C' && tag[1] == 'G' {
			return tag.asCigar(at, r.NCigar())
		}
		at += len(tag)
	}
	// Three bytes are no tag and are ignored elsewhere; here htslib looks at
	// them, and takes them only for a string.
	if rest := r[at:]; len(rest) == 3 {
		text := rest[2] == 'Z' || rest[2] == 'H'
		return longForm{broken: !text || rest[0] == 'C' && rest[1] == 'G'}
	}
	return longForm{}
}

// mayBeLong says whether the record has the form that one with a CG has.
func (r Record) mayBeLong(l layout) bool {
	return l.cigar < l.seq && CigarOp(le.Uint32(r[l.cigar:]))&15 == softClip &&
		le.Uint32(r[l.cigar:])>>4 == le.Uint32(r[16:]) && r.RefID() >= 0 && r.Pos() >= 0
}

// maxLong bounds the operations that htslib takes from a CG.
const maxLong = 1 << 29

// asCigar gives the tag CG at a place of the record as its CIGAR, where it is
// one that may stand for so many operations.
func (t Tag) asCigar(at, nCigar int) longForm {
	if t.Type() != 'B' || t[3] != 'I' && t[3] != 'i' {
		return longForm{}
	}
	if n := le.Uint32(t[4:]); n < uint32(nCigar) || n >= maxLong {
		return longForm{}
	}
	return longForm{ops: Cigar(t[arrayHead:]), start: at, end: at + len(t)}
}
