package cram

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Lengths in a record of BAM (SAMv1 §4.2).
const (
	sizeWord   = 4
	fixedLen   = 32
	maxName    = 254 // without its terminator
	maxCigar   = 65535
	tagHead    = 3
	arrayHead  = 8
	shortCigar = 2 // operations that stand for a CIGAR in the tag CG
)

// baseCodes are the codes of letters in a sequence (SAMv1 §4.2.3), as htslib
// reads them: any case, and digits for single bases.
var baseCodes = func() (codes [256]byte) {
	for i := range codes {
		codes[i] = 15
	}
	for code, base := range []byte("=ACMGRSVTWYHKDBN") {
		codes[base], codes[base|0x20] = byte(code), byte(code)
	}
	copy(codes['0':], []byte{1, 2, 4, 8})
	return codes
}()

// write appends a record to out, but for what its mate tells.
func (d *decoder) write(r *record, name []byte, mapq byte, group int32, qual []byte) {
	onRead, onRef := d.cigarLengths()
	id := ""
	if group >= 0 {
		id = d.groups[group]
	}
	mapped := r.flags&flagUnmapped == 0
	switch {
	case len(name) > maxName:
		d.fail(errs.Corrupt, "the name has %d bytes, more than %d", len(name), maxName)
	case mapped && len(d.seq) > 0 && onRead != int64(len(d.seq)):
		d.fail(errs.Corrupt, "the CIGAR tells of %d bases, the sequence has %d", onRead, len(d.seq))
	case len(d.cigar) > maxCigar && (r.ref < 0 || r.pos < 1):
		d.fail(errs.NotSupported, "a CIGAR of %d operations in a record that is not placed", len(d.cigar))
	}
	ops, long := len(d.cigar), 0
	if ops > maxCigar {
		ops, long = shortCigar, arrayHead+4*len(d.cigar)
	}
	tags := len(d.aux) + long
	if group >= 0 {
		tags += tagHead + len(id) + 1
	}
	n := len(d.seq)
	size := fixedLen + len(name) + 1 + 4*ops + (n+1)/2 + n + tags
	if !d.fits(int64(size)) || d.err != nil {
		return
	}
	r.at, r.named = len(d.out), len(name) > 0
	d.makeRoom(int(r.number), sizeWord+size)
	p := d.out[r.at : r.at+sizeWord+size]
	d.out = d.out[:r.at+sizeWord+size]

	le.PutUint32(p, uint32(size))
	p = p[sizeWord:]
	le.PutUint32(p, uint32(r.ref))
	le.PutUint32(p[4:], uint32(r.pos-1))
	p[8], p[9] = byte(len(name)+1), mapq
	le.PutUint16(p[10:], binOf(r.pos-1, r.pos-1+max(onRef, 1)))
	le.PutUint16(p[12:], uint16(ops))
	le.PutUint16(p[14:], r.flags)
	le.PutUint32(p[16:], uint32(n))
	at := fixedLen + copy(p[fixedLen:], name)
	p[at] = 0
	at++
	if bytes.IndexByte(name, 0) >= 0 { // C copies a name up to its first NUL
		clear(p[fixedLen+bytes.IndexByte(name, 0) : at])
	}
	if long > 0 {
		le.PutUint32(p[at:], uint32(n)<<4|opSoftClip)
		le.PutUint32(p[at+4:], uint32(onRef)<<4|opSkip)
	} else {
		putOps(p[at:], d.cigar)
	}
	at += 4 * ops
	d.putBases(p[at:], d.seq)
	at += (n + 1) / 2
	if qual != nil {
		copy(p[at:at+n], qual)
	} else {
		fill := p[at : at+n]
		for i := range fill {
			fill[i] = noQual
		}
	}
	at += n
	at += copy(p[at:], d.aux)
	if group >= 0 {
		at += copy(p[at:], "RGZ")
		at += copy(p[at:], id)
		p[at] = 0
		at++
	}
	if long > 0 {
		at += copy(p[at:], "CGBI")
		le.PutUint32(p[at:], uint32(len(d.cigar)))
		putOps(p[at+4:], d.cigar)
	}
}

// fewRecords tell nothing of the length of the others.
const fewRecords = 256

// makeRoom makes room in out for n bytes of record i of the slice, and from the
// first records' length for the others, so that it is made once.
func (d *decoder) makeRoom(i, n int) {
	if cap(d.out)-len(d.out) >= n {
		return
	}
	if used := len(d.out) - d.base; i >= fewRecords {
		left := float64(used) / float64(i) * float64(int(d.s.records)-i)
		n = max(n, int(min(left*1.03, float64(d.opt.MaxSlice))))
	} else {
		n = max(n, used)
	}
	d.out = slices.Grow(d.out, n)
}

func putOps(p []byte, ops []uint32) {
	for i, op := range ops {
		le.PutUint32(p[4*i:], op)
	}
}

// basePairs are the codes of two letters, the first in the low byte of the index
// and the high half of the code.
var basePairs = sync.OnceValue(func() *[1 << 16]byte {
	pairs := new([1 << 16]byte)
	for i := range pairs {
		pairs[i] = baseCodes[i&0xff]<<4 | baseCodes[i>>8]
	}
	return pairs
})

// putBases writes letters as codes, two a byte.
func (d *decoder) putBases(p, seq []byte) {
	pairs, n := d.pairs, len(seq)/2
	if len(p) < n {
		return
	}
	for i := range n {
		p[i] = pairs[le.Uint16(seq[2*i:])]
	}
	if len(seq)&1 != 0 {
		p[n] = baseCodes[seq[2*n]] << 4
	}
}

// cigarLengths counts the bases of the read and of the reference that the
// CIGAR tells of.
func (d *decoder) cigarLengths() (onRead, onRef int64) {
	for _, op := range d.cigar {
		n := int64(op >> 4)
		switch op & 15 {
		case opMatch:
			onRead += n
			onRef += n
		case opInsert, opSoftClip:
			onRead += n
		case opDelete, opSkip:
			onRef += n
		}
	}
	return onRead, onRef
}

// binOf is the BAI bin of the bases [beg, end) (SAMv1 §5.3).
func binOf(beg, end int64) uint16 {
	end--
	for shift, first := uint(14), int64(4681); shift < 29; shift += 3 {
		if beg>>shift == end>>shift {
			return uint16(first + beg>>shift)
		}
		first = (first - 1) / 8
	}
	return 0
}

// finish writes into the records what resolve found, and the names that the file
// does not store.
func (d *decoder) finish() {
	named := true
	for i := range d.records {
		r := &d.records[i]
		if r.tlen != int64(int32(r.tlen)) || r.nextPos != int64(int32(r.nextPos)) {
			d.fail(errs.Corrupt, "record %d of the slice has a mate at %d and a template of %d bases", i+1, r.nextPos, r.tlen)
			return
		}
		p := d.out[r.at+sizeWord:]
		le.PutUint16(p[14:], r.flags)
		le.PutUint32(p[20:], uint32(r.nextRef))
		le.PutUint32(p[24:], uint32(r.nextPos-1))
		le.PutUint32(p[28:], uint32(r.tlen))
		named = named && r.named
	}
	if !named {
		d.nameAll()
	}
}

// nameAll writes the records anew with names for those that have none: the
// mate's, or one made of the prefix and the number of a record, which is the
// mate's where that comes first.
func (d *decoder) nameAll() {
	if len(d.opt.NamePrefix)+1+20 > maxName || strings.Contains(d.opt.NamePrefix, "\x00") {
		d.fail(errs.Validation, "the prefix of names has %d bytes", len(d.opt.NamePrefix))
		return
	}
	if !d.fits(int64(len(d.records)) * int64(len(d.opt.NamePrefix)+1+20)) {
		return
	}
	d.spare = append(d.spare[:0], d.out[d.base:]...)
	old := d.spare
	d.out = d.out[:d.base]
	for i := range d.records {
		r := &d.records[i]
		from := old[r.at-d.base:]
		p := from[:sizeWord+int(le.Uint32(from))]
		if r.named {
			d.out = append(d.out, p...)
			continue
		}
		name := d.nameOf(i, old)
		le.PutUint32(p, uint32(len(p)-sizeWord+len(name)))
		p[sizeWord+8] = byte(len(name) + 1)
		d.out = append(d.out, p[:sizeWord+fixedLen]...)
		d.out = append(d.out, name...)
		d.out = append(d.out, p[sizeWord+fixedLen:]...)
	}
}

// nameOf makes the name of record i; old holds the records as they are.
func (d *decoder) nameOf(i int, old []byte) []byte {
	r := &d.records[i]
	number := i
	if r.mate >= 0 {
		if mate := &d.records[r.mate]; mate.named {
			from := old[mate.at-d.base+sizeWord:]
			return sam.Record(from[:fixedLen+int(from[8])]).Name()
		}
		if int(r.mate) < i {
			number = int(r.mate)
		}
	}
	name := append(d.tag[:0], d.opt.NamePrefix...)
	name = append(name, ':')
	return appendUint(name, uint64(d.s.counter+int64(number)+1))
}

func appendUint(p []byte, n uint64) []byte {
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return append(p, digits[i:]...)
		}
	}
}
