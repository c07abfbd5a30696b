package index

import (
	"encoding/binary"

	"github.com/seqlode/seqlode/internal/sam"
)

// spanOf gives the bases of the reference that a record covers, as the Builder
// wants them, in a file with so many references. It refuses a record that
// `samtools index` refuses: one whose parts do not fit, whose references are
// not there, or whose CIGAR does not cover its sequence. Tags are not looked at
// where no CIGAR can be in them.
func spanOf(rec sam.Record, refs int) (beg, end int64, err error) {
	if n, ok := plainLength(rec, refs); ok {
		beg = int64(rec.Pos())
		return beg, beg + n, nil
	}
	if err := rec.Check(refs); err != nil {
		return 0, 0, err
	}
	return int64(rec.Pos()), rec.End(), nil
}

// plainLength gives the bases that a good record covers, at least 1; false for
// one that may be bad, or keeps its CIGAR in the tag CG (SAMv1 §4.2.2).
func plainLength(rec sam.Record, refs int) (int64, bool) {
	const fixed = 32
	if len(rec) < fixed {
		return 0, false
	}
	name, seq := int(rec[8]), int64(int32(rec.SeqLen()))
	cigar := rec.NCigar()
	parts := int64(fixed+name+4*cigar) + (seq+1)/2 + seq
	if name == 0 || seq < 0 || parts > int64(len(rec)) || !known(rec.RefID(), refs) || !known(rec.NextRefID(), refs) {
		return 0, false
	}
	onRef, onRead := int64(0), int64(0)
	ops := rec[fixed+name : fixed+name+4*cigar]
	for i := 0; i < len(ops); i += 4 {
		op := sam.CigarOp(binary.LittleEndian.Uint32(ops[i:]))
		n := int64(op.Len())
		if op.ConsumesRef() {
			onRef += n
		}
		if op.ConsumesRead() {
			onRead += n
			if i == 0 && n == seq && !op.ConsumesRef() {
				return 0, false // a clip of the whole read, in place of the CIGAR
			}
		}
	}
	if rec.Unmapped() {
		return 1, true
	}
	return max(onRef, 1), cigar == 0 || seq == 0 || onRead == seq
}

// known says whether a record may name a reference.
func known(id int32, refs int) bool { return id >= -1 && int64(id) < int64(refs) }
