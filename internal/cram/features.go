package cram

import (
	"bytes"

	"github.com/seqlode/seqlode/internal/errs"
)

// Codes of CIGAR operations (SAMv1 §4.2).
const (
	opMatch = iota
	opInsert
	opDelete
	opSkip
	opSoftClip
	opHardClip
	opPad
)

// defaultQual is the quality of the bases of a record that stores only some.
const defaultQual = 30

// alignment is a record's way along its reference while its features are read.
// Positions are counted from 0.
type alignment struct {
	d      *decoder
	record *record
	md     distance
	refPos int64 // next base of the reference
	seqPos int   // next base of the read
	length int   // of the read
	op     uint32
	opLen  int64
	onRef  bool // there are bases of a reference
}

// decodeAlignment reads a mapped record's features (§10.6) and makes of them
// its bases, its CIGAR and, where wanted, MD and NM. It gives the qualities, if
// features have some.
func (d *decoder) decodeAlignment(r *record, own int32, has int) (qual []byte) {
	a := alignment{d: d, record: r, refPos: r.pos - 1, length: len(d.seq), op: opMatch}
	a.onRef = d.ref.present && r.ref >= 0 && !d.place
	switch {
	case d.place:
	case d.ref.present:
		clear(d.seq) // features that overlap leave gaps: N
	default:
		for i := range d.seq {
			d.seq[i] = '='
		}
	}
	if a.onRef && own&noSequence == 0 && !d.opt.StoredTags {
		a.md.makes(&d.aux, has)
	}
	n := d.series[seriesFN].int()
	if !d.fits(max(int64(n), 0) * 4) { // an operation of the CIGAR each
		return nil
	}
	last := int32(0)
	for f := int32(0); f < n && d.err == nil; f++ {
		code := d.series[seriesFC].byte()
		last += d.series[seriesFP].int()
		if last <= 0 {
			d.fail(errs.Corrupt, "a feature stands at position %d of the read", last)
			return nil
		}
		at := int(last) - 1
		if at > a.seqPos {
			if at > a.length {
				d.fail(errs.Corrupt, "a feature stands at position %d of a read of %d bases", last, a.length)
				return nil
			}
			a.match(at - a.seqPos)
		}
		qual = a.feature(code, at, own, qual)
	}
	if d.err == nil && a.seqPos < a.length {
		a.match(a.length - a.seqPos)
	}
	if d.err != nil {
		return nil
	}
	a.push()
	a.md.finish()
	r.end = max(a.refPos, r.pos)
	return qual
}

// begins changes the operation under way to op.
func (a *alignment) begins(op uint32) {
	if a.op != op {
		a.push()
		a.op = op
	}
}

// push writes the operation under way, if it has a length.
func (a *alignment) push() {
	if a.opLen > 0 {
		a.write(a.op, a.opLen)
		a.opLen = 0
	}
}

func (a *alignment) write(op uint32, n int64) {
	if n >= 1<<28 {
		a.d.fail(errs.Corrupt, "a CIGAR operation of length %d", n)
		return
	}
	a.d.cigar = append(a.d.cigar, uint32(n)<<4|op)
}

// match copies n bases from the reference, as between features.
func (a *alignment) match(n int) {
	if a.onRef {
		a.copyRef(n)
	}
	a.begins(opMatch)
	a.opLen += int64(n)
	a.refPos += int64(n)
	a.seqPos += n
}

func (a *alignment) copyRef(n int) {
	ref, seq := &a.d.ref, a.d.seq[a.seqPos:a.seqPos+n]
	have := n
	if left := ref.length - a.refPos; int64(n) > left { // N stands behind the end of the reference
		have = int(max(left, 0))
		for i := range seq[have:] {
			seq[have+i] = 'N'
		}
		if have > 0 {
			bases := a.bases(have)
			copy(seq, bases)
		}
		a.md.passes(n)
		return
	}
	bases := a.bases(have)
	copy(seq, bases)
	if a.md.wanted == 0 || len(bases) == 0 {
		return
	}
	for { // N counts as a mismatch
		i := bytes.IndexByte(bases, 'N')
		if i < 0 {
			a.md.matched(len(bases))
			return
		}
		a.md.matched(i)
		a.md.mismatch('N')
		bases = bases[i+1:]
	}
}

// bases gives n bases of the reference from refPos on, which the slice must
// cover.
func (a *alignment) bases(n int) []byte { return a.d.ref.bases(a.refPos, int64(n)) }

// feature reads one feature at a position of the read.
func (a *alignment) feature(code byte, at int, own int32, qual []byte) []byte {
	d := a.d
	switch code {
	case 'X':
		a.substitute(at, d.series[seriesBS].byte())
	case 'S':
		a.softClip(at)
	case 'D':
		a.begins(opDelete)
		a.delete(a.count(seriesDL))
	case 'I':
		a.begins(opInsert)
		a.insert(at, d.series[seriesIN].array())
	case 'i':
		a.begins(opInsert)
		base := [1]byte{d.series[seriesBA].byte()}
		a.insert(at, base[:])
	case 'B':
		a.begins(opMatch)
		base := d.series[seriesBA].byte()
		a.md.storedBase(a)
		a.put(at, base)
		a.advance(1)
		qual = a.putQual(at, own, qual, d.series[seriesQS].bytes(1))
	case 'b':
		a.begins(opMatch)
		bases := d.series[seriesBB].array()
		a.md.stored(a, len(bases))
		a.putAll(at, bases)
		a.advance(len(bases))
	case 'Q':
		qual = a.putQual(at, own, qual, d.series[seriesQS].bytes(1))
	case 'q':
		a.begins(opMatch)
		qual = a.putQual(at, own, qual, d.series[seriesQQ].array())
	case 'N':
		a.begins(opSkip)
		n := a.count(seriesRS)
		a.opLen += n
		a.refPos += n
	case 'H':
		a.begins(opHardClip)
		a.opLen += a.count(seriesHC)
	case 'P':
		a.begins(opPad)
		a.opLen += a.count(seriesPD)
	default:
		d.fail(errs.Corrupt, "feature %q is not known", code)
	}
	return qual
}

// count reads the length of a feature.
func (a *alignment) count(s series) int64 {
	n := a.d.series[s].int()
	if n < 0 {
		a.d.fail(errs.Corrupt, "a feature of length %d", n)
		return 0
	}
	return int64(n)
}

// advance moves over bases of an M.
func (a *alignment) advance(n int) {
	a.opLen += int64(n)
	a.refPos += int64(n)
	a.seqPos += n
}

// put writes a base of the read. Behind its end there is none, as htslib has it
// for single bases and for reads that have none at all.
func (a *alignment) put(at int, base byte) {
	if at < a.length {
		a.d.seq[at] = base
	}
}

// putAll writes several bases.
func (a *alignment) putAll(at int, bases []byte) {
	if a.length == 0 || a.d.place {
		return
	}
	if at+len(bases) > a.length {
		a.d.fail(errs.Corrupt, "a feature of %d bases at position %d of a read of %d", len(bases), at+1, a.length)
		return
	}
	copy(a.d.seq[at:], bases)
}

func (a *alignment) softClip(at int) {
	a.push()
	bases := []byte("N") // what htslib takes where no series has them
	if a.d.series[seriesSC].enc != nil {
		bases = a.d.series[seriesSC].array()
	}
	a.putAll(at, bases)
	a.write(opSoftClip, int64(len(bases)))
	a.op = opSoftClip
	a.seqPos += len(bases)
}

func (a *alignment) insert(at int, bases []byte) {
	a.putAll(at, bases)
	a.opLen += int64(len(bases))
	a.seqPos += len(bases)
	a.md.edits(len(bases))
}

func (a *alignment) delete(n int64) {
	if a.md.wanted != 0 {
		a.md.deleted(a, n)
	}
	a.opLen += n
	a.refPos += n
}

// substitute writes the base that a code stands for, beside the reference's.
func (a *alignment) substitute(at int, code byte) {
	d := a.d
	a.begins(opMatch)
	if code > 3 {
		d.fail(errs.Corrupt, "substitution code %d", code)
		return
	}
	row := 4 // of N
	if a.onRef && a.refPos < d.ref.length {
		base := byte('N')
		if a.refPos < d.ref.end {
			if p := a.bases(1); p != nil {
				base = p[0]
			}
		}
		row = rowOf(base)
		a.md.mismatch(base)
	} else {
		a.md.lost()
	}
	a.put(at, d.s.comp.substitution[row][code])
	a.advance(1)
}

// rowOf is the row of the substitution matrix for a base.
func rowOf(base byte) int {
	switch base | 0x20 {
	case 'a':
		return 0
	case 'c':
		return 1
	case 'g':
		return 2
	case 't':
		return 3
	}
	return 4
}

// putQual writes qualities of some bases. Where the record does not store all,
// the others get a default.
func (a *alignment) putQual(at int, own int32, qual, some []byte) []byte {
	if a.d.err != nil || own&storesQual != 0 || a.length == 0 || a.d.place {
		return qual // overwritten by all of them
	}
	if at+len(some) > a.length {
		a.d.fail(errs.Corrupt, "%d qualities at position %d of a read of %d bases", len(some), at+1, a.length)
		return qual
	}
	if qual == nil {
		if cap(a.d.qual) < a.length {
			a.d.qual = make([]byte, a.length)
		}
		qual = a.d.qual[:a.length]
		qual[0] = noQual
	}
	if qual[0] == noQual {
		for i := range qual {
			qual[i] = defaultQual
		}
	}
	copy(qual[at:], some)
	return qual
}

// noQual in the first place says that there are no qualities.
const noQual = 0xff
