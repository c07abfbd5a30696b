package cram

// region is a part of a reference, in bases from 1; nil is the whole file.
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
