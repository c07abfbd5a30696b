package index

import (
	"sync"
)

// Index is a BAI or CSI index, built or read. Any number of goroutines may use
// one.
type Index struct {
	format Format
	scheme scheme
	aux    []byte // of CSI: for formats other than BAM

	refs   []refIndex
	bins   []binEntry // of all references, each in the order of the file
	chunks []chunk    // of all bins
	linear []uint64   // of all references; BAI alone

	noCoor    uint64
	hasNoCoor bool

	sorting sync.Once
	sorted  []int32 // places in bins: of each reference in the order of their numbers
}

// refIndex is the part of one reference.
type refIndex struct {
	bins, linear span
}

// span is a run of places in a slice.
type span struct{ beg, end int32 }

func spanTo(beg, end int) span { return span{int32(beg), int32(end)} }

// binEntry is a bin whose chunks lie in Index.chunks.
type binEntry struct {
	id     uint32
	loff   uint64
	chunks span
}

// Format is BAI or CSI.
func (x *Index) Format() Format { return x.format }

// References is the number of references that the index knows.
func (x *Index) References() int { return len(x.refs) }

// Counts are numbers of records.
type Counts struct {
	Mapped   uint64
	Unmapped uint64 // flag 4, yet with a position: mostly that of the mate
}

// Counts gives the numbers of records of each reference, and of those without
// a position, as `samtools idxstats`. An index of an old program may have
// none: they are 0 then.
func (x *Index) Counts() (refs []Counts, noCoor uint64) {
	refs = make([]Counts, len(x.refs))
	for i := range refs {
		if m := x.meta(i); m != nil {
			refs[i] = Counts{Mapped: m[1].beg, Unmapped: m[1].end}
		}
	}
	return refs, x.noCoor
}

// meta gives the two chunks of the pseudo-bin of a reference: the place of its
// records in the file, and their counts; nil where it has none.
func (x *Index) meta(ref int) []chunk {
	if b := x.find(ref, x.scheme.metaBin()); b != nil {
		return x.chunks[b.chunks.beg:b.chunks.end]
	}
	return nil
}
