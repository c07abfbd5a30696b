// Package sam holds the two forms of an alignment: the record as BAM stores it,
// and the line of SAM text that htslib prints for it. The header is kept to the
// byte, beside a parsed view.
//
// A [Record] is a view of stored bytes and copies nothing. [AppendText] goes from
// those bytes straight to text. What is refused is what samtools refuses: a
// record that [Record.Check] accepts has text, and one that it rejects has none.
//
// Sections named §n are those of the SAM specification, SAMv1.
package sam

import "encoding/binary"

var le = binary.LittleEndian

// Bytes of a record before its name (§4.2).
const fixedLen = 32

// Bits of FLAG (§1.4) that the form of a record depends on.
const flagUnmapped = 0x4

// Record is one alignment as BAM stores it (§4.2), without the word that tells
// its length. Its methods read the bytes in place, and what they return is a
// part of them. All but Check need a record that Check accepts.
type Record []byte

// RefID is the index of the reference in the header; -1 is none.
func (r Record) RefID() int32 { return int32(le.Uint32(r)) }

// Pos is the first base of the alignment on the reference, from 0; -1 is none.
func (r Record) Pos() int32 { return int32(le.Uint32(r[4:])) }

// MapQ is the mapping quality; 255 is none.
func (r Record) MapQ() uint8 { return r[9] }

// Bin is the stored BAI bin. It is a hint of whoever wrote the file: htslib
// computes its own.
func (r Record) Bin() uint16 { return le.Uint16(r[10:]) }

// Flag holds the bits of the FLAG column.
func (r Record) Flag() uint16 { return le.Uint16(r[14:]) }

// Unmapped says whether the flag calls the read unmapped.
func (r Record) Unmapped() bool { return r.Flag()&flagUnmapped != 0 }

// NCigar counts the operations in the CIGAR's own place. A CIGAR of more than
// 65535 lies in the tag CG; [Record.Cigar] gives it.
func (r Record) NCigar() int { return int(le.Uint16(r[12:])) }

// SeqLen is the length of the sequence in bases; 0 is a sequence not stored.
func (r Record) SeqLen() int { return int(le.Uint32(r[16:])) }

// NextRefID is the index of the mate's reference; -1 is none.
func (r Record) NextRefID() int32 { return int32(le.Uint32(r[20:])) }

// NextPos is the position of the mate, from 0; -1 is none.
func (r Record) NextPos() int32 { return int32(le.Uint32(r[24:])) }

// TLen is the signed length of the template.
func (r Record) TLen() int32 { return int32(le.Uint32(r[28:])) }

// Name is the read's name without its terminator. A name whose terminator is
// missing is taken whole, as htslib does.
func (r Record) Name() []byte {
	name := r[fixedLen : fixedLen+int(r[8])]
	if last := len(name) - 1; name[last] == 0 {
		return name[:last]
	}
	return name
}

// layout is where the parts of a record begin.
type layout struct {
	cigar, seq, qual, aux int
}

// layout finds the parts; ok is false where they do not fit into the record or
// a length is not one.
func (r Record) layout() (l layout, ok bool) {
	if len(r) < fixedLen {
		return l, false
	}
	name, seq := int64(r[8]), int64(int32(le.Uint32(r[16:])))
	cigar := fixedLen + name
	bases := cigar + 4*int64(le.Uint16(r[12:]))
	qual := bases + (seq+1)/2
	aux := qual + seq
	if name == 0 || seq < 0 || aux > int64(len(r)) {
		return l, false
	}
	return layout{int(cigar), int(bases), int(qual), int(aux)}, true
}

// Seq holds the bases, two a byte, the first in the high half; each half indexes
// "=ACMGRSVTWYHKDBN" (§4.2.3).
func (r Record) Seq() []byte {
	l, _ := r.layout()
	return r[l.seq:l.qual]
}

// Qual holds a quality a base, without an offset. Where the first is 0xff there
// are none.
func (r Record) Qual() []byte {
	l, _ := r.layout()
	return r[l.qual:l.aux]
}

// Aux holds the tags as stored, CG included; [CutTag] takes them apart.
func (r Record) Aux() []byte {
	l, _ := r.layout()
	return r[l.aux:]
}

// Cigar is the CIGAR, from the tag CG where the record keeps it there.
func (r Record) Cigar() Cigar {
	l, _ := r.layout()
	if cg := r.longCigar(l); cg.ops != nil {
		return cg.ops
	}
	return Cigar(r[l.cigar:l.seq])
}

// End is the position behind the last base of the alignment on the reference,
// from 0. A record that covers no base of it counts as one base long, and so
// does an unmapped one.
func (r Record) End() int64 {
	n := int64(0)
	if !r.Unmapped() {
		n = r.Cigar().RefLen()
	}
	return int64(r.Pos()) + max(n, 1)
}
