package cram

import (
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// region is a part of a reference, in bases from 1, or the records without a
// reference; nil is the whole file.
type region struct {
	ref      int32
	beg, end int64
}

// Where something lies with respect to a region, in the order of the file.
const (
	before = iota
	inside
	behind
)

// container tells whether a container can hold records of the region.
func (in *region) container(c *container) int { return in.span(c.refID, c.start, c.span) }

// slice is container for a slice.
func (in *region) slice(s *Slice) int { return in.span(s.refID, s.start, s.span) }

func (in *region) span(ref int32, start, span int64) int {
	switch {
	case in == nil || ref == multiRef:
		return inside
	case ref != in.ref:
		return behind
	case ref == unplaced:
		return inside
	case start > in.end:
		return behind
	case start+span-1 < in.beg:
		return before
	}
	return inside
}

// record tells where a record lies.
func (in *region) record(r sam.Record) int {
	ref, pos := r.RefID(), int64(r.Pos())+1
	switch {
	case in == nil:
		return inside
	case in.ref == unplaced && ref == unplaced:
		return inside
	case in.ref == unplaced || ref < in.ref && ref != unplaced:
		return before
	case ref != in.ref || pos > in.end:
		return behind
	case r.End() < in.beg:
		return before
	}
	return inside
}

// Restrict makes the reader give only the slices that can hold records which
// overlap the bases [beg, end) of a reference, counted from 0; ref -1 stands for
// the records without one. It needs a source that can seek, and the file's
// index. [Text] and [Records] that are begun afterwards leave out all other
// records: what they give is that of `samtools view FILE REGION`.
func (r *Reader) Restrict(index Index, ref int32, beg, end int64) error {
	if ref < unplaced || int(ref) >= len(r.names) {
		return errs.At(errs.Validation, errs.Pos{}, "reference id %d is not one of the header's %d", ref, len(r.names))
	}
	r.want = &region{ref, max(beg, 0) + 1, end}
	r.fault, r.current = nil, container{}
	r.slice = 0
	r.records.Store(0)
	at, ok := index.first(r.want)
	if !ok {
		r.want = &region{ref, 1, 0}
		at = r.first
	}
	return r.in.seek(at)
}
