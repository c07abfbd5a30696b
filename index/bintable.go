package index

// chunk is a run of records between two virtual offsets.
type chunk struct{ beg, end uint64 }

// bin is a bin with its chunks.
type bin struct {
	id     uint32
	loff   uint64 // first record that overlaps the bin or what is right of it
	chunks []chunk
}

// binTable holds the bins of one reference, in the order in which samtools
// writes them: that of the buckets of a khash table. Its number of buckets is
// a power of two, a bin's hash is its number, probing is quadratic, and it is
// rehashed in place when 77 % of the buckets are in use. Bins are only added
// until the table is merged.
type binTable struct {
	bins    []bin   // as they came
	buckets []int32 // places in bins, or none
	limit   int     // bins that fill the table
}

// none marks an empty bucket.
const none = -1

// reset empties the table and keeps room for bins and chunks.
func (t *binTable) reset() { t.bins, t.buckets, t.limit = t.bins[:0], nil, 0 }

// find gives the bucket of a bin, or the empty one that it would take. The table has empty buckets.
func (t *binTable) find(id uint32) int {
	mask := len(t.buckets) - 1
	at := int(id) & mask
	for step := 1; t.buckets[at] != none && t.bins[t.buckets[at]].id != id; step++ {
		at = (at + step) & mask
	}
	return at
}

// get gives a bin, or nil where the table has none of that number or it was merged
// into its parent.
func (t *binTable) get(id uint32) *bin {
	if k := t.buckets[t.find(id)]; k != none && len(t.bins[k].chunks) > 0 {
		return &t.bins[k]
	}
	return nil
}

// add adds a chunk to a bin.
func (t *binTable) add(id uint32, c chunk) {
	if len(t.bins) >= t.limit {
		t.grow()
	}
	at := t.find(id)
	if t.buckets[at] == none {
		t.buckets[at] = int32(len(t.bins))
		t.bins = t.appendBin(id)
	}
	b := &t.bins[t.buckets[at]]
	b.chunks = append(b.chunks, c)
}

// appendBin gives the bins with one more, in whose place an old one's chunks may
// leave room.
func (t *binTable) appendBin(id uint32) []bin {
	n := len(t.bins)
	if n == cap(t.bins) {
		return append(t.bins, bin{id: id})
	}
	bins := t.bins[:n+1]
	bins[n] = bin{id: id, chunks: bins[n].chunks[:0]}
	return bins
}

// grow doubles the buckets. Bins move in the order of their old buckets; one
// that comes to a bucket whose old bin has not moved yet takes its place, and
// that one moves next.
func (t *binTable) grow() {
	old := t.buckets
	n := max(4, 2*len(old))
	t.buckets = make([]int32, n)
	for i := range t.buckets {
		t.buckets[i] = none
	}
	t.limit = int(float64(n)*0.77 + 0.5)
	for i := range old {
		for k := take(old, i); k != none; {
			at := int(t.bins[k].id) & (n - 1)
			for step := 1; t.buckets[at] != none; step++ {
				at = (at + step) & (n - 1)
			}
			t.buckets[at] = k
			k = none
			if at < len(old) {
				k = take(old, at)
			}
		}
	}
}

// take empties a bucket and gives what was in it.
func take(buckets []int32, i int) int32 {
	k := buckets[i]
	buckets[i] = none
	return k
}
