package sam

import (
	"fmt"

	"github.com/seqlode/seqlode/internal/errs"
)

// Check says what is wrong with a record in a file whose header has so many
// references, or gives nil. It rejects what htslib rejects: parts that do not
// fit, reference ids outside -1 to refs-1, a CIGAR of a mapped read that does
// not cover the sequence, tags that cannot be walked. A name without its
// terminator and up to three bytes behind the last tag are let pass, as htslib
// does. The error has kind Corrupt and no position: the caller knows it.
func (r Record) Check(refs int) error {
	l, ok := r.layout()
	if !ok {
		return r.layoutFault()
	}
	if id := r.RefID(); !inHeader(id, refs) {
		return corrupt("reference id %d is not one of the header's %d", id, refs)
	}
	if id := r.NextRefID(); !inHeader(id, refs) {
		return corrupt("the mate's reference id %d is not one of the header's %d", id, refs)
	}
	cigar := Cigar(r[l.cigar:l.seq])
	cg := r.longCigar(l)
	if cg.ops != nil {
		cigar = cg.ops
	}
	if n := r.SeqLen(); n > 0 && len(cigar) > 0 && !r.Unmapped() && cigar.ReadLen() != int64(n) {
		return corrupt("the CIGAR tells of %d bases, the sequence has %d", cigar.ReadLen(), n)
	}
	aux := []byte(r[l.aux:])
	for len(aux) >= minTag {
		n := tagLen(aux)
		if n < 0 {
			return tagFault(aux, n)
		}
		aux = aux[n:]
	}
	if cg.broken {
		return corrupt("%d bytes behind the last tag are no tag", len(aux))
	}
	return nil
}

// inHeader says whether a record may name the reference id.
func inHeader(id int32, refs int) bool { return id >= -1 && int64(id) < int64(refs) }

// layoutFault says why the parts of a record do not fit.
func (r Record) layoutFault() error {
	if len(r) < fixedLen {
		return corrupt("the record has %d bytes, fewer than the %d that every one has", len(r), fixedLen)
	}
	if r[8] == 0 {
		return corrupt("the name has length 0, where even none has its terminator")
	}
	if n := int32(le.Uint32(r[16:])); n < 0 {
		return corrupt("the sequence has length %d", n)
	}
	return corrupt("a name of %d bytes, %d CIGAR operations and %d bases do not fit into the record's %d bytes",
		r[8], r.NCigar(), r.SeqLen(), len(r))
}

// tagFault says what tagLen found at the head of aux.
func tagFault(aux []byte, why int) error {
	what := "the value runs past the end of the record"
	switch why {
	case tagUnended:
		what = fmt.Sprintf("the text of type %c has no end", aux[2])
	case tagType:
		what = fmt.Sprintf("type %q is not known", aux[2])
	case tagSubtype:
		what = fmt.Sprintf("an array of type %q is not known", aux[3])
	}
	return corrupt("tag %q: %s", aux[:2], what)
}

func corrupt(format string, args ...any) error {
	return errs.At(errs.Corrupt, errs.Pos{}, format, args...)
}
