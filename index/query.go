package index

import (
	"math"

	"github.com/biogo/hts/bgzf"
)

// Chunks gives the parts of the file, in its order, that hold all records of a
// reference that cover any of the bases beg to end-1, from 0. They hold others
// too: where a chunk begins and ends there is a record, but not each record in
// it overlaps the region. Unplaced records are not in them: see [Index.NoCoor].
// For a reference that the index does not know, and for a region without
// bases, there are none.
func (x *Index) Chunks(ref int, beg, end int64) []bgzf.Chunk {
	beg = max(beg, 0)
	end = min(end, x.scheme.span())
	if ref < 0 || ref >= len(x.refs) || beg >= end {
		return nil
	}
	from, to := x.lowest(ref, beg), x.highest(ref, end)
	var found []chunk
	for level := 0; level <= x.scheme.depth; level++ {
		shift := x.scheme.minShift + 3*(x.scheme.depth-level)
		first := firstBin(level) + uint32(beg>>shift)
		last := firstBin(level) + uint32((end-1)>>shift)
		for _, k := range x.from(ref, first) {
			b := &x.bins[k]
			if b.id > last {
				break
			}
			for _, c := range x.chunks[b.chunks.beg:b.chunks.end] {
				c = chunk{max(c.beg, from), min(c.end, to)}
				if c.beg < c.end {
					found = append(found, c)
				}
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	sortChunks(found)
	found = joinChunks(found)
	chunks := make([]bgzf.Chunk, len(found))
	for i, c := range found {
		chunks[i] = bgzf.Chunk{Begin: offset(c.beg), End: offset(c.end)}
	}
	return chunks
}

// lowest gives a virtual offset in front of which no record covers base beg or
// one right of it.
func (x *Index) lowest(ref int, beg int64) uint64 {
	w := beg >> x.scheme.minShift
	linear := x.linear[x.refs[ref].linear.beg:x.refs[ref].linear.end]
	if w >= int64(len(linear)) || linear[w] == 0 {
		if b := x.left(ref, w); b != nil {
			return x.loff(b, linear)
		}
		return 0
	}
	low := linear[w]
	if m := x.meta(ref); m != nil && m[1].end == 0 {
		return low
	}
	// Some programs leave unmapped records out of the linear index. Those of
	// this window lie behind the first record of a window before it.
	for w--; w >= 0; w-- {
		if linear[w] < low {
			return linear[w]
		}
	}
	return 0
}

// left gives the nearest bin that is there: the one of window w, one left of it
// below the same parent, or one around them. It gives nil where there is none.
func (x *Index) left(ref int, w int64) *binEntry {
	for id := firstBin(x.scheme.depth) + uint32(w); ; {
		if b := x.find(ref, id); b != nil || id == 0 {
			return b
		}
		if parent := parentBin(id); id > parent<<3+1 {
			id--
		} else {
			id = parent
		}
	}
}

// loff gives the virtual offset of the first record that covers a bin or what
// is right of it.
func (x *Index) loff(b *binEntry, linear []uint64) uint64 {
	if x.format == CSI {
		return b.loff
	}
	if w := x.scheme.window(b.id); w < int64(len(linear)) {
		return linear[w]
	}
	return 0
}

// highest gives a virtual offset from which on all records lie right of base
// end-1: that of the nearest bin right of it, among siblings and those of the
// bins around them.
func (x *Index) highest(ref int, end int64) uint64 {
	id := firstBin(x.scheme.depth) + uint32((end-1)>>x.scheme.minShift) + 1
	for {
		for id&7 == 1 {
			id = parentBin(id) // the bin that begins where id does
		}
		if id == 0 {
			return math.MaxUint64
		}
		if b := x.find(ref, id); b != nil && b.chunks.beg < b.chunks.end {
			return x.chunks[b.chunks.beg].beg
		}
		id++
	}
}

// NoCoor gives the virtual offset in front of which all placed records lie: the
// records without a position, if any, are from there to the end of the file.
// It is false where the index tells of no placed records.
func (x *Index) NoCoor() (bgzf.Offset, bool) {
	end, known := uint64(0), false
	for i := range x.refs {
		if m := x.meta(i); m != nil {
			end, known = max(end, m[0].end), true
		}
	}
	return offset(end), known
}

// offset gives a virtual offset in biogo's form.
func offset(v uint64) bgzf.Offset {
	return bgzf.Offset{File: int64(v >> 16), Block: uint16(v)}
}
