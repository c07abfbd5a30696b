package readset

import "github.com/seqlode/seqlode/reference"

// Region is a part of a reference, or one of the two sets of records that have
// a sign of their own.
type Region struct {
	Reference  int   // its index in [Header.References]; or Unplaced, or All
	Begin, End int64 // the bases Begin to End-1, from 0
}

// What a Region's Reference may be besides an index.
const (
	Unplaced = -1 // the records behind all that have a place on a reference
	All      = -2 // all records
)

// ParseRegion reads a region as samtools does:
//
//	chr1              all of it
//	chr1:1000         from base 1000 on; the first base is 1
//	chr1:1000-2000    bases 1000 to 2000, both included
//	chr1:-2000        up to base 2000
//	{HLA:01}:5-9      a name in braces, for those with a colon in them
//	*                 the records without a place
//	.                 all records
//
// Numbers may have commas, a decimal point, an exponent and K, M or G behind
// them: 1,000 and 1e3 and 1K are the same. A string that is a name as a whole is that
// reference, be there a colon in it; where it could be read in both ways it is
// refused. Errors are of kind [ErrValidation].
func (h *Header) ParseRegion(region string) (Region, error) {
	switch region {
	case ".":
		return Region{Reference: All}, nil
	case "*":
		return Region{Reference: Unplaced}, nil
	}
	name, beg, end, err := reference.SplitRegion(region, func(name string) bool {
		_, ok := h.ReferenceID(name)
		return ok
	})
	if err != nil {
		return Region{}, err
	}
	id, _ := h.ReferenceID(name)
	return Region{Reference: id, Begin: beg, End: end}, nil
}
