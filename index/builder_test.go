package index

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestOddFiles(t *testing.T) {
	for _, c := range oddFiles {
		t.Run(c.name, func(t *testing.T) {
			x, err := indexOf(t, bamFile(t, c.lengths, c.records), BAI, 0)
			if c.bad != "" {
				require.ErrorContains(t, err, c.bad)
				return
			}
			require.NoError(t, err)
			refs, noCoor := x.Counts()
			require.Len(t, refs, len(c.lengths))
			total := int(noCoor)
			for _, n := range refs {
				total += int(n.Mapped + n.Unmapped)
			}
			require.Len(t, c.records, total)
		})
	}
}

func TestUnsortedCanBeTold(t *testing.T) {
	b, err := NewBuilder([]Reference{{"c", 1000}}, BAI, 0)
	require.NoError(t, err)
	require.NoError(t, b.Add(0, 5, 9, true, 50, 100))
	err = b.Add(0, 4, 9, true, 100, 200)
	require.ErrorIs(t, err, ErrUnsorted)
	require.ErrorIs(t, err, errs.ErrValidation)
	var e *errs.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, errs.Pos{Record: 2, Offset: errs.Virtual(100)}, e.Pos)
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		format   Format
		minShift int
		length   int64
		want     Format
		depth    int
		bad      error
	}{
		{format: Auto, length: MaxBAILength, want: BAI, depth: 5},
		{format: Auto, length: MaxBAILength + 1, want: CSI, depth: 6},
		{format: Auto, minShift: 12, length: 1000, want: CSI, depth: 0},
		{format: BAI, length: MaxBAILength + 1, want: BAI, depth: 5},
		{format: BAI, minShift: 14, length: 1, want: BAI, depth: 5},
		{format: BAI, minShift: 15, length: 1, bad: errs.ErrValidation},
		{format: CSI, length: 1 << 14, want: CSI, depth: 1},
		{format: CSI, length: 1<<14 - 256, want: CSI, depth: 0},
		{format: CSI, minShift: 31, length: 1, bad: errs.ErrValidation},
		{format: CSI, minShift: -1, length: 1, bad: errs.ErrValidation},
		{format: CSI, minShift: 1, length: 1<<28 - 256, want: CSI, depth: 9},
		{format: CSI, minShift: 1, length: 1<<28 - 255, bad: errs.ErrValidation},
		{format: CRAI, bad: errs.ErrNotSupported},
		{format: Format(77), bad: errs.ErrNotSupported},
	} {
		b, err := NewBuilder([]Reference{{"c", c.length}}, c.format, c.minShift)
		if c.bad != nil {
			require.ErrorIs(t, err, c.bad)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, b.Finish().Format())
		require.Equal(t, c.depth, b.x.scheme.depth)
	}
}

// The order in which bins are written is that of khash's buckets. These numbers
// are those of its algorithm, worked out by hand: three bins fill four buckets, and
// rehashing into eight moves 8 out of the way of nothing, 4 from where 8 pushed it.
func TestBinOrder(t *testing.T) {
	var table binTable
	order := func() (ids []uint32) {
		for _, k := range table.buckets {
			if k != none {
				ids = append(ids, table.bins[k].id)
			}
		}
		return ids
	}
	for _, id := range []uint32{4, 8, 3} {
		table.add(id, chunk{1, 2})
	}
	require.Equal(t, []uint32{4, 8, 3}, order(), "8 is put behind 4")
	table.add(8, chunk{3, 4})
	require.Len(t, table.bins, 3)
	require.Len(t, table.get(8).chunks, 2)
	table.add(5, chunk{1, 2})
	require.Len(t, table.buckets, 8)
	require.Equal(t, []uint32{8, 3, 4, 5}, order())
	require.Nil(t, table.get(16))
}
