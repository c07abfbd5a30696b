package sam

import (
	"slices"

	"github.com/seqlode/seqlode/internal/errs"
)

// columnsRoom bounds the four numbers on either side of the CIGAR at their
// longest, the tabs and stars there, and what is written over.
const columnsRoom = 4*maxUint + 16

// AppendText appends the line of SAM text, with its LF, that htslib prints for a
// record; names are those of the header's references, by id. It allocates only
// to grow dst, and needs no Check before: where Check would reject the record
// it gives that error, and dst as it was. dst must not overlap the record.
func AppendText(dst []byte, r Record, names [][]byte) ([]byte, error) {
	l, ok := r.layout()
	if !ok || !inHeader(r.RefID(), len(names)) || !inHeader(r.NextRefID(), len(names)) {
		return dst, r.fault(len(names))
	}
	cg := r.longCigar(l)
	cigar, next := Cigar(r[l.cigar:l.seq]), []byte("*")
	if cg.ops != nil {
		cigar = cg.ops
	}
	ref := next
	if id := r.RefID(); id >= 0 {
		ref = names[id]
	}
	if id := r.NextRefID(); id >= 0 {
		if next = names[id]; id == r.RefID() {
			next = []byte("=")
		}
	}

	name := r.Name()
	n := len(dst)
	p := grow(dst, n, len(name)+len(ref)+columnsRoom)
	n += copy(p[n:], name)
	p[n] = '\t'
	n = putUint(p, n+1, uint32(r.Flag()))
	p[n] = '\t'
	n += 1 + copy(p[n+1:], ref)
	p[n] = '\t'
	n = putNext(p, n+1, r.Pos())
	p[n] = '\t'
	n = putUint(p, n+1, uint32(r.MapQ()))
	p[n] = '\t'
	p, n, told := appendCigar(p, n+1, cigar)
	bases := r.SeqLen()
	if bases > 0 && len(cigar) > 0 && told != int64(bases) && !r.Unmapped() || cg.broken {
		return p[:len(dst)], r.fault(len(names))
	}
	p = grow(p, n, len(next)+2*bases+columnsRoom)
	p[n] = '\t'
	n += 1 + copy(p[n+1:], next)
	p[n] = '\t'
	n = putNext(p, n+1, r.NextPos())
	p[n] = '\t'
	n = putInt(p, n+1, r.TLen())
	p[n] = '\t'
	n++
	if bases == 0 {
		n += copy(p[n:], "*\t*")
	} else {
		putBases(p[n:], r[l.seq:l.qual])
		n += bases
		p[n] = '\t'
		n = putQual(p, n+1, r[l.qual:l.aux])
	}

	if cg.ops != nil {
		if p, n, ok = appendTags(p, n, r[l.aux:cg.start]); ok {
			p, n, ok = appendTags(p, n, r[cg.end:])
		}
	} else {
		p, n, ok = appendTags(p, n, r[l.aux:])
	}
	if !ok {
		return p[:len(dst)], r.fault(len(names))
	}
	p = append(p[:n], '\n')
	return p, nil
}

// fault is the error of a record that has no text.
func (r Record) fault(refs int) error {
	if err := r.Check(refs); err != nil {
		return err
	}
	return errs.At(errs.Internal, errs.Pos{}, "a record that passes its check has no text")
}

// grow gives p, of which n bytes are used, all its capacity, with room for so
// many bytes more.
func grow(p []byte, n, room int) []byte {
	if cap(p)-n < room {
		p = slices.Grow(p[:n], room)
	}
	return p[:cap(p)]
}

// Room is made for so many operations at a time, each of which takes at most
// nine digits and a letter.
const (
	cigarPiece = 256
	opRoom     = 10
)

// appendCigar appends a CIGAR to the n bytes used of p, and gives the bases of
// the read that it tells of.
func appendCigar(p []byte, n int, c Cigar) (_ []byte, end int, bases int64) {
	if len(c) == 0 {
		p[n] = '*'
		return p, n + 1, 0
	}
	for len(c) > 0 {
		piece := c[:min(len(c), 4*cigarPiece)]
		c = c[len(piece):]
		p = grow(p, n, len(piece)/4*opRoom+maxUint)
		for ; len(piece) >= 4; piece = piece[4:] {
			op := CigarOp(le.Uint32(piece))
			n = putUint(p, n, uint32(op>>4))
			p[n] = op.Char()
			n++
			bases += int64(op>>4) & -int64(consumes[op&15]&onRead)
		}
	}
	return p, n, bases
}

// baseChars are the letters of the halves of a sequence's bytes (§4.2.3).
const baseChars = "=ACMGRSVTWYHKDBN"

// basePairs are the two letters of each byte, the first in the low byte.
var basePairs = func() (pairs [256]uint16) {
	for b := range pairs {
		pairs[b] = uint16(baseChars[b>>4]) | uint16(baseChars[b&15])<<8
	}
	return
}()

// putBases writes the letters of a sequence, always two for a byte.
func putBases(out, seq []byte) {
	i := 0
	for ; i+8 <= len(seq); i += 8 {
		w, eight := le.Uint64(seq[i:]), out[2*i:2*i+16]
		le.PutUint64(eight, fourPairs(uint32(w)))
		le.PutUint64(eight[8:], fourPairs(uint32(w>>32)))
	}
	for ; i < len(seq); i++ {
		le.PutUint16(out[2*i:], basePairs[seq[i]])
	}
}

// fourPairs gives the letters of four bytes of a sequence.
func fourPairs(w uint32) uint64 {
	return uint64(basePairs[uint8(w)]) | uint64(basePairs[uint8(w>>8)])<<16 |
		uint64(basePairs[uint8(w>>16)])<<32 | uint64(basePairs[w>>24])<<48
}

// The bytes of a word.
const (
	ones  = 0x0101_0101_0101_0101
	highs = 0x80 * ones
)

// add33 adds 33 to each byte of w, without a carry into the next: the low seven
// bits and 33 make at most 160, and the high bit is added as it is, modulo 2.
func add33(w uint64) uint64 { return ((w &^ highs) + 33*ones) ^ (w & highs) }

// noQual in the first place says that there are no qualities.
const noQual = 0xff

// putQual writes qualities, at least one, at p[n:] and gives the index behind
// them.
func putQual(p []byte, n int, qual []byte) int {
	if qual[0] == noQual {
		p[n] = '*'
		return n + 1
	}
	out := p[n : n+len(qual)]
	i := 0
	for ; i+16 <= len(qual); i += 16 {
		in, two := qual[i:i+16], out[i:i+16]
		le.PutUint64(two, add33(le.Uint64(in)))
		le.PutUint64(two[8:], add33(le.Uint64(in[8:])))
	}
	for ; i < len(qual); i++ {
		out[i] = qual[i] + 33
	}
	return n + len(qual)
}
