package index

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/biogo/hts/bgzf"
	"github.com/stretchr/testify/require"
)

// covers says whether a record lies whole in one of the chunks.
func covers(chunks []bgzf.Chunk, r placed) bool {
	for _, c := range chunks {
		if virtual(c.Begin) <= r.begin && r.end <= virtual(c.End) {
			return true
		}
	}
	return false
}

func virtual(o bgzf.Offset) uint64 { return uint64(o.File)<<16 | uint64(o.Block) }

// Every record of a region lies in its chunks, which come in order and apart.
func TestChunksHoldTheRegion(t *testing.T) {
	for seed := range uint64(8) {
		f := newRandomFile(1000 + seed)
		file := bamFile(t, f.lengths, f.records)
		_, records := walk(t, file)
		for _, shift := range []int{0, 14, 5 + int(seed)} {
			format := CSI
			if shift == 0 {
				format = BAI
			}
			x, err := indexOf(t, file, format, shift)
			require.NoError(t, err)
			rng := rand.New(rand.NewPCG(seed, 5))
			for range 30 {
				ref := rng.IntN(len(f.lengths))
				beg := rng.Int64N(f.lengths[ref])
				if len(records) > 0 && rng.IntN(2) == 0 {
					r := records[rng.IntN(len(records))]
					ref, beg = max(0, int(r.RefID())), max(0, r.End()-2)
				}
				end := beg + 1 + rng.Int64N(1<<rng.IntN(24))
				chunks := x.Chunks(ref, beg, end)
				for _, r := range region(records, ref, beg, end) {
					if covers(chunks, r) {
						continue
					}
					t.Fatalf("seed %d, %v %d: record at %x is not in the chunks of %d:%d-%d", seed, format, shift, r.begin, ref, beg, end)
				}
				for i, c := range chunks {
					require.Less(t, virtual(c.Begin), virtual(c.End))
					require.True(t, i == 0 || virtual(chunks[i-1].End) < virtual(c.Begin))
				}
			}
		}
	}
}

// What is read for a region is near it. The bounds are what the index allows:
// bins merged into their parents, cut off where the next ones begin.
func TestChunksAreNarrow(t *testing.T) {
	var records []record
	for i := range int32(20000) {
		records = append(records, record{pos: i * 100, cigar: m(100), pad: 1000})
	}
	file := bamFile(t, []int64{2e6}, records)
	_, all := walk(t, file)
	for _, c := range []struct {
		format   Format
		minShift int
		most     int // of records read
	}{{BAI, 0, 329}, {CSI, 14, 329}, {CSI, 10, 114}} {
		x, err := indexOf(t, file, c.format, c.minShift)
		require.NoError(t, err)
		most := 0
		for beg := int64(0); beg < 2e6; beg += 27777 {
			n := 0
			chunks := x.Chunks(0, beg, beg+500)
			for _, r := range all {
				if covers(chunks, r) {
					n++
				}
			}
			require.GreaterOrEqual(t, n, 5)
			most = max(most, n)
		}
		require.LessOrEqual(t, most, c.most)
	}
}

func TestChunksOfNothing(t *testing.T) {
	file := bamFile(t, []int64{1000, 1000}, []record{{pos: 5, cigar: m(10)}, {ref: -1, pos: -1, flag: 4}})
	for _, format := range []Format{BAI, CSI} {
		x, err := indexOf(t, file, format, 0)
		require.NoError(t, err)
		require.Len(t, x.Chunks(0, 0, 1000), 1)
		require.Len(t, x.Chunks(0, math.MinInt64, math.MaxInt64), 1)
		require.Empty(t, x.Chunks(0, 7, 7))
		require.Empty(t, x.Chunks(0, 9, 7))
		require.Empty(t, x.Chunks(0, math.MaxInt64-1, math.MaxInt64))
		require.Empty(t, x.Chunks(1, 0, 1000))
		require.Empty(t, x.Chunks(2, 0, 1000))
		require.Empty(t, x.Chunks(-1, 0, 1000))
	}
}

func TestNoCoor(t *testing.T) {
	records := []record{{pos: 5, cigar: m(10)}, {ref: 1, pos: 5, cigar: m(10)}, {ref: -1, pos: -1, flag: 4}}
	file := bamFile(t, []int64{1000, 1000, 7}, records)
	_, all := walk(t, file)
	x, err := indexOf(t, file, BAI, 0)
	require.NoError(t, err)
	at, known := x.NoCoor()
	require.True(t, known)
	require.Equal(t, all[2].begin, virtual(at))
	refs, noCoor := x.Counts()
	require.Equal(t, []Counts{{Mapped: 1}, {Mapped: 1}, {}}, refs)
	require.EqualValues(t, 1, noCoor)
	require.Equal(t, 3, x.References())

	x, err = indexOf(t, bamFile(t, []int64{1000}, records[2:]), BAI, 0)
	require.NoError(t, err)
	_, known = x.NoCoor()
	require.False(t, known)
}

// An index that leaves unmapped records out of its linear index, as old
// programs write, still leads to them.
func TestUnmappedOutsideTheLinearIndex(t *testing.T) {
	x := &Index{
		format: BAI, scheme: baiScheme,
		refs:   []refIndex{{bins: span{0, 4}, linear: span{0, 3}}},
		bins:   []binEntry{{id: 4681, chunks: span{0, 1}}, {id: 4682, chunks: span{1, 2}}, {id: 4683, chunks: span{2, 3}}, {id: 37450, chunks: span{3, 5}}},
		chunks: []chunk{{0x10000, 0x20000}, {0x20000, 0x40000}, {0x40000, 0x50000}, {0x10000, 0x50000}, {9, 1}},
		linear: []uint64{0x10000, 0x30000, 0x40000}, // an unmapped record is at 0x20000
	}
	require.Equal(t, uint64(0x20000), virtual(x.Chunks(0, 16384, 16385)[0].Begin))
	x.chunks[4].end = 0 // without one, the linear index is believed
	require.Equal(t, uint64(0x30000), virtual(x.Chunks(0, 16384, 16385)[0].Begin))
}
