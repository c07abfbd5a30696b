package index

import (
	"cmp"
	"slices"
	"sort"
)

// find gives a bin of a reference, or nil.
func (x *Index) find(ref int, id uint32) *binEntry {
	bins := x.from(ref, id)
	if len(bins) > 0 && x.bins[bins[0]].id == id {
		return &x.bins[bins[0]]
	}
	return nil
}

// from gives the bins of a reference with numbers of at least id, in their
// order, as places in x.bins.
func (x *Index) from(ref int, id uint32) []int32 {
	x.sorting.Do(x.sort)
	r := x.refs[ref].bins
	bins := x.sorted[r.beg:r.end]
	return bins[sort.Search(len(bins), func(i int) bool { return x.bins[bins[i]].id >= id }):]
}

// sort sorts the bins of each reference.
func (x *Index) sort() {
	x.sorted = make([]int32, len(x.bins))
	for i := range x.sorted {
		x.sorted[i] = int32(i)
	}
	for _, r := range x.refs {
		slices.SortFunc(x.sorted[r.bins.beg:r.bins.end], func(a, b int32) int { return cmp.Compare(x.bins[a].id, x.bins[b].id) })
	}
}
