package index

var oddLengths = []int64{5000, 1 << 20, 77}

// oddFiles are small files of which each has something that is easily got
// wrong. samtools refuses those with bad set.
var oddFiles = []struct {
	name    string
	lengths []int64
	records []record
	bad     string // part of our message
}{
	{name: "no references"},
	{name: "no records", lengths: oddLengths},
	{name: "only unplaced", lengths: oddLengths, records: []record{{ref: -1, pos: -1, flag: 4}, {ref: -1, pos: -1, flag: 4}}},
	{name: "unplaced without references", records: []record{{ref: -1, pos: -1, flag: 4}}},
	{name: "unplaced with a position", lengths: oddLengths, records: []record{{ref: -1, pos: 400, flag: 4}, {ref: -1, pos: 3, cigar: m(5)}}},
	{name: "position -1", lengths: oddLengths, records: []record{{ref: 0, pos: -1, flag: 4}, {ref: 0, pos: 0, cigar: m(5)}}},
	{name: "position -1, mapped", lengths: oddLengths, records: []record{{ref: 0, pos: -1, cigar: m(5)}, {ref: 1, pos: -1, cigar: m(50000)}, {ref: 1, pos: 0}}},
	{name: "position -1 twice", lengths: oddLengths, records: []record{{ref: 0, pos: -1, flag: 4}, {ref: 0, pos: -1, flag: 4}}, bad: "record 2, virtual offset 0:84: not sorted by coordinate: c0:0 comes behind c0:1"},
	{name: "position -20000", lengths: oddLengths, records: []record{{ref: 1, pos: -20000, cigar: m(5)}, {ref: 1, pos: 0, cigar: m(5)}}},
	{name: "position -20000, long", lengths: oddLengths, records: []record{{ref: 1, pos: -20000, cigar: m(50000)}, {ref: 1, pos: 0, cigar: m(5)}}},
	{name: "references backwards", lengths: oddLengths, records: []record{{ref: 2, pos: 4, cigar: m(5)}, {ref: 0, pos: 3, cigar: m(5)}, {ref: 1, pos: 2, cigar: m(5)}}},
	{name: "reference again", lengths: oddLengths, records: []record{{ref: 0, pos: 4, cigar: m(5)}, {ref: 1, pos: 3, cigar: m(5)}, {ref: 0, pos: 7, cigar: m(5)}}, bad: "record 3, virtual offset 0:131: not sorted by coordinate: c0:8 comes behind c1:4, and other records of c0 before that"},
	{name: "unsorted", lengths: oddLengths, records: []record{{ref: 0, pos: 4, cigar: m(5)}, {ref: 0, pos: 3, cigar: m(5)}}, bad: "record 2, virtual offset 0:88: not sorted by coordinate: c0:4 comes behind c0:5"},
	{name: "placed behind unplaced", lengths: oddLengths, records: []record{{ref: 0, pos: 4, cigar: m(5)}, {ref: -1, pos: -1, flag: 4}, {ref: 1, pos: 3, cigar: m(5)}}, bad: "record 3, virtual offset 0:127: not sorted by coordinate: c1:4 comes behind a record without a position"},
	{name: "unplaced first", lengths: oddLengths, records: []record{{ref: -1, pos: -1, flag: 4}, {ref: 1, pos: 3, cigar: m(5)}}, bad: "not sorted by coordinate: c1:4 comes behind a record without a position"},
	{name: "no such reference", lengths: oddLengths, records: []record{{ref: 3, pos: 400, flag: 4}}, bad: "3"},
	{name: "reference -2", lengths: oddLengths, records: []record{{ref: -2, pos: 400, flag: 4}}, bad: "-2"},
	{name: "empty blocks", lengths: oddLengths, records: []record{{ref: 0, pos: 4, cigar: m(5), gap: true}, {ref: 0, pos: 5, cigar: m(5), last: true}, {ref: 1, pos: 6, cigar: m(5), gap: true}, {ref: -1, pos: -1, flag: 4, gap: true}}},
	{name: "at the edge of a window", lengths: oddLengths, records: []record{{ref: 1, pos: 16383, cigar: m(1)}, {ref: 1, pos: 16384}, {ref: 1, pos: 32767, cigar: m(2)}}},
	{name: "beyond its reference", lengths: oddLengths, records: []record{{ref: 0, pos: 16370, cigar: m(14)}, {ref: 2, pos: 15000, cigar: m(5)}}},
	{name: "behind all windows", lengths: oddLengths, records: []record{{ref: 0, pos: 4, cigar: m(5)}, {ref: 0, pos: 1<<29 - 1, cigar: m(2)}}, bad: "record 2, virtual offset 0:88: ends at base 536870913 of c0"},
}
