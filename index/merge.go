package index

import (
	"cmp"
	"slices"
)

// smallBin is the distance in the file, between the blocks of a bin's first and
// last record, below which the bin is merged into its parent (SAMv1 §5.1.2).
const smallBin = 1 << 16

// merge moves the chunks of small bins into their parents, where those are
// there, and joins chunks of a bin that meet in a block. Bins go level by
// level from the deepest, each time with all levels below, in the order of the
// buckets: what is merged into what depends on all of that.
func (t *binTable) merge(s scheme) {
	for level := s.depth; level > 0; level-- {
		for _, k := range t.buckets {
			if k == none {
				continue
			}
			b := &t.bins[k]
			if len(b.chunks) == 0 || b.id >= s.bins() || b.id < firstBin(level) {
				continue
			}
			if level < s.depth {
				sortChunks(b.chunks)
			}
			if b.chunks[len(b.chunks)-1].end>>16-b.chunks[0].beg>>16 >= smallBin {
				continue
			}
			if parent := t.get(parentBin(b.id)); parent != nil {
				parent.chunks = append(parent.chunks, b.chunks...)
				b.chunks = b.chunks[:0]
			}
		}
	}
	if root := t.get(0); root != nil {
		sortChunks(root.chunks)
	}
	for i := range t.bins {
		if b := &t.bins[i]; b.id < s.bins() && len(b.chunks) > 0 {
			b.chunks = joinChunks(b.chunks)
		}
	}
}

// sortChunks sorts chunks by their begins, no two of which are the same.
func sortChunks(chunks []chunk) {
	slices.SortFunc(chunks, func(a, b chunk) int { return cmp.Compare(a.beg, b.beg) })
}

// joinChunks joins neighbours of which one begins in the block where the other
// ends, or before it.
func joinChunks(chunks []chunk) []chunk {
	last := 0
	for _, c := range chunks[1:] {
		if chunks[last].end>>16 >= c.beg>>16 {
			chunks[last].end = max(chunks[last].end, c.end)
		} else {
			last++
			chunks[last] = c
		}
	}
	return chunks[:last+1]
}
