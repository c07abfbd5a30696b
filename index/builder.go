package index

import (
	"math"

	"github.com/seqlode/seqlode/internal/errs"
)

// Reference is a sequence that records are aligned to, as @SQ states it.
type Reference struct {
	Name   string
	Length int64
}

// DefaultMinShift is log2 of the bases that the smallest bins span.
const DefaultMinShift = baiMinShift

// Builder makes the index of a file whose records it is told one by one. The
// index is that of samtools 1.16.1, in every byte. One goroutine uses it.
type Builder struct {
	x    *Index
	refs []Reference

	records int64
	ref     int    // of the last record; -1 where it has none
	pos     int64  // its position
	end     uint64 // virtual offset behind it

	// Of the reference under way, whose number is in ref.
	table    binTable
	linear   []uint64
	counts   Counts
	begin    uint64 // virtual offset of its first record
	bin      uint32 // of the last records
	binBegin uint64 // where their run begins
}

// unset is a window of the linear index without a record.
const unset = math.MaxUint64

// NewBuilder begins an index of format Auto, BAI or CSI for records on refs. The
// smallest bins of CSI span 1<<minShift bases, 1 to 30; 0 stands for
// [DefaultMinShift], and Auto with another is CSI.
func NewBuilder(refs []Reference, format Format, minShift int) (*Builder, error) {
	x := &Index{format: format, scheme: baiScheme, hasNoCoor: true, refs: make([]refIndex, len(refs))}
	longest := int64(0)
	for _, r := range refs {
		longest = max(longest, r.Length)
	}
	if x.format == Auto {
		x.format = BAI
		if longest > MaxBAILength || minShift != 0 {
			x.format = CSI
		}
	}
	switch x.format {
	case BAI:
		if minShift != 0 && minShift != baiMinShift {
			return nil, errs.At(errs.Validation, errs.Pos{}, "the smallest bins of BAI span 1<<14 bases, not 1<<%d: choose CSI", minShift)
		}
	case CSI:
		if minShift == 0 {
			minShift = DefaultMinShift
		}
		if minShift < 1 || minShift > 30 {
			return nil, errs.At(errs.Validation, errs.Pos{}, "the smallest bins of CSI span 1<<%d bases, want 1<<1 to 1<<30", minShift)
		}
		if x.scheme = csiScheme(minShift, longest); x.scheme.depth > maxDepth {
			return nil, errs.At(errs.Validation, errs.Pos{}, "bins that span from 1<<%d bases are too small for a reference of %d", minShift, longest)
		}
	case FAI, GZI:
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "a %s is not made here: package reference makes it", x.format)
	default:
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "no index of BAM: %s", x.format)
	}
	return &Builder{x: x, refs: refs, ref: -1}, nil
}

// Add tells of the next record: its reference, or -1; the bases beg to end-1
// that it covers, from 0; whether it is mapped, which is flag 4 not set; the
// virtual offsets of its begin and of the place behind it. As in htslib, a record
// that covers no base of the reference, and one that is not mapped, is given
// as one base long. Records that are not sorted give [ErrUnsorted].
//
// What the index says of where a record begins is where the one before it
// ends: between the two offsets may be blocks without text.
func (b *Builder) Add(ref int, beg, end int64, mapped bool, vBegin, vEnd uint64) error {
	if b.records == 0 {
		b.end = vBegin
	}
	b.records++
	if ref == -1 {
		if b.ref >= 0 {
			b.closeReference(b.end)
			b.ref = -1
		}
		b.x.noCoor++
		b.end = vEnd
		return nil
	}
	if err := b.check(ref, beg, end); err != nil {
		return err
	}
	first := ref != b.ref
	if first {
		if b.ref >= 0 {
			b.closeReference(b.end)
		}
		b.openReference(ref)
	}
	beg, end = max(beg, 0), max(end, 1)
	b.cover(beg, end)
	if bin := b.x.scheme.bin(beg, end); first || bin != b.bin {
		if !first {
			b.table.add(b.bin, chunk{b.binBegin, b.end})
		}
		b.bin, b.binBegin = bin, b.end
	}
	if mapped {
		b.counts.Mapped++
	} else {
		b.counts.Unmapped++
	}
	b.pos, b.end = beg, vEnd
	return nil
}

// check refuses a record that cannot come next.
func (b *Builder) check(ref int, beg, end int64) error {
	switch {
	case ref < -1 || ref >= len(b.refs):
		return errs.At(errs.Corrupt, b.here(), "reference id %d; the header has %d references", ref, len(b.refs))
	case end < beg:
		return errs.At(errs.Corrupt, b.here(), "position %d, end %d", beg+1, end)
	case max(beg, end) > b.x.scheme.span():
		if b.x.format == BAI {
			return errs.At(errs.Validation, b.here(), "ends at base %d of %s: BAI reaches to base %d; build a CSI index", end, b.refs[ref].Name, MaxBAILength)
		}
		return errs.At(errs.Validation, b.here(), "ends at base %d of %s, behind all bins of a CSI index for its %d bases", end, b.refs[ref].Name, b.refs[ref].Length)
	case ref == b.ref:
		if beg < b.pos {
			return b.unsorted("%s:%d comes behind %s:%d", b.refs[ref].Name, beg+1, b.refs[ref].Name, b.pos+1)
		}
	case b.x.noCoor > 0:
		return b.unsorted("%s:%d comes behind a record without a position", b.refs[ref].Name, beg+1)
	case b.x.refs[ref].bins.end > 0:
		return b.unsorted("%s:%d comes behind %s:%d, and other records of %s before that", b.refs[ref].Name, beg+1, b.refs[b.ref].Name, b.pos+1, b.refs[ref].Name)
	}
	return nil
}

// unsorted makes an error that says which order is wrong.
func (b *Builder) unsorted(format string, args ...any) error {
	return errs.At(errs.Validation, b.here(), "%w: "+format, append([]any{ErrUnsorted}, args...)...)
}

// here is the place of the record that is being added.
func (b *Builder) here() errs.Pos {
	return errs.Pos{Record: b.records, Offset: errs.Virtual(b.end)}
}

// cover notes the record that begins at b.end in the windows that it overlaps
// and no record before it.
func (b *Builder) cover(beg, end int64) {
	last := (end - 1) >> b.x.scheme.minShift
	for int64(len(b.linear)) <= last {
		b.linear = append(b.linear, unset)
	}
	for w := last; w >= beg>>b.x.scheme.minShift && b.linear[w] == unset; w-- {
		b.linear[w] = b.end
	}
}

// openReference begins a reference with the record at b.end.
func (b *Builder) openReference(ref int) {
	b.ref, b.begin, b.counts = ref, b.end, Counts{}
	b.linear = b.linear[:0]
	b.table.reset()
}

// closeReference ends the reference under way, whose records end at virtual
// offset end, and puts it into the index.
func (b *Builder) closeReference(end uint64) {
	x, t := b.x, &b.table
	t.add(b.bin, chunk{b.binBegin, end})
	t.add(x.scheme.metaBin(), chunk{b.begin, end})
	t.add(x.scheme.metaBin(), chunk{b.counts.Mapped, b.counts.Unmapped})

	// A window without records points to those of the next one that has some.
	for w := len(b.linear) - 2; w >= 0; w-- {
		if b.linear[w] == unset {
			b.linear[w] = b.linear[w+1]
		}
	}
	if x.format == CSI {
		for i := range t.bins {
			if bin := &t.bins[i]; bin.id < x.scheme.bins() {
				bin.loff = 0
				if w := x.scheme.window(bin.id); w < int64(len(b.linear)) {
					bin.loff = b.linear[w]
				}
			}
		}
	}
	t.merge(x.scheme)

	r := &x.refs[b.ref]
	bins := len(x.bins)
	for _, k := range t.buckets {
		if k == none || len(t.bins[k].chunks) == 0 {
			continue
		}
		bin := &t.bins[k]
		at := len(x.chunks)
		x.chunks = append(x.chunks, bin.chunks...)
		x.bins = append(x.bins, binEntry{bin.id, bin.loff, spanTo(at, len(x.chunks))})
	}
	r.bins = spanTo(bins, len(x.bins))
	if x.format == BAI {
		windows := len(x.linear)
		x.linear = append(x.linear, b.linear...)
		r.linear = spanTo(windows, len(x.linear))
	}
}

// Finish gives the index of the records; the builder is then used up.
func (b *Builder) Finish() *Index {
	if b.ref >= 0 {
		b.closeReference(b.end)
		b.ref = -1
	}
	return b.x
}
