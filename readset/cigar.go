package readset

import (
	"iter"
	"strconv"

	"github.com/seqlode/seqlode/internal/sam"
)

// CIGAR tells how a read lies on the reference (SAMv1 §1.4.6). One of more than
// 65535 operations, which BAM keeps in the tag CG, is like any other. It is
// valid as long as its record.
type CIGAR struct{ ops sam.Cigar }

// Len counts the operations; 0 is no alignment.
func (c CIGAR) Len() int { return c.ops.Len() }

// Op is the i-th operation.
func (c CIGAR) Op(i int) CIGAROp { return CIGAROp(c.ops.Op(i)) }

// Ops gives the operations in order.
func (c CIGAR) Ops() iter.Seq[CIGAROp] {
	return func(yield func(CIGAROp) bool) {
		for i := range c.Len() {
			if !yield(c.Op(i)) {
				return
			}
		}
	}
}

// ReferenceLength counts the bases of the reference that the alignment covers.
func (c CIGAR) ReferenceLength() int64 { return c.ops.RefLen() }

// ReadLength counts the bases of the sequence that the alignment tells of, soft
// clips included.
func (c CIGAR) ReadLength() int64 { return c.ops.ReadLen() }

// String is the text that SAM has: "100M", or "*" where there is none.
func (c CIGAR) String() string {
	if c.Len() == 0 {
		return "*"
	}
	var text []byte
	for op := range c.Ops() {
		text = append(strconv.AppendInt(text, int64(op.Len()), 10), op.Type())
	}
	return string(text)
}

// CIGAROp is one operation.
type CIGAROp sam.CigarOp

// Len is how many bases the operation spans.
func (op CIGAROp) Len() int { return sam.CigarOp(op).Len() }

// Type is the operation's letter: one of MIDNSHP=X.
func (op CIGAROp) Type() byte { return sam.CigarOp(op).Char() }

// ConsumesReference says whether the operation covers bases of the reference.
func (op CIGAROp) ConsumesReference() bool { return sam.CigarOp(op).ConsumesRef() }

// ConsumesRead says whether the operation covers bases of the sequence.
func (op CIGAROp) ConsumesRead() bool { return sam.CigarOp(op).ConsumesRead() }

// String is the operation's text: "12M".
func (op CIGAROp) String() string { return strconv.Itoa(op.Len()) + string(op.Type()) }
