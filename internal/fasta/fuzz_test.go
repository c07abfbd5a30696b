package fasta

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzFaidx holds a scan in chunks of several sizes against one of the whole,
// strict against lenient, and the bases that the index gives against the M5.
func FuzzFaidx(f *testing.F) {
	for _, c := range odd {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<12 {
			return
		}
		text := string(data)
		lenient, err := scanChunks(text, len(text), false, true)
		want := told(lenient, err)
		strict, strictErr := scanChunks(text, len(text), true, true)
		for _, size := range []int{1, 3, 17} {
			require.Equal(t, want, told(scanChunks(text, size, false, true)))
			require.Equal(t, told(strict, strictErr), told(scanChunks(text, size, true, true)))
		}
		if strictErr != nil {
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, told(strict, nil))
		require.Empty(t, strict.Warnings)
		// What strict takes can be read by its index, and the index from its text.
		x, err := ReadIndex(strings.NewReader(fai(t, strict.Index)))
		require.NoError(t, err)
		require.Equal(t, fai(t, strict.Index), fai(t, x))
		file := NewFile(bytes.NewReader(data), strict.Index)
		for i := range strict.Index.Sequences {
			s := &strict.Index.Sequences[i]
			bases, err := file.AppendBases(t.Context(), nil, s.Contig, 0, s.Length)
			require.NoError(t, err)
			h := newHasher()
			h.write(nil, &gathered{bases: bases, ends: []sequenceEnd{{len(bases), true}}})
			require.Equal(t, s.M5, hexOf(h.sums[0]))
		}
	})
}

// FuzzReadIndex reads what is no index, and gives bases by what is one.
func FuzzReadIndex(f *testing.F) {
	f.Add([]byte("a\t22\t5\t10\t11\nb\t4\t33\t4\t5\n"))
	f.Add([]byte("a\t22\t5\t10\t11\t9\n"))
	f.Add([]byte("a\t9223372036854775807\t9223372036854775807\t1\t4294967295\n"))
	f.Add([]byte("\t0\t0\t0\t0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := ReadIndex(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := ReadIndex(strings.NewReader(fai(t, x)))
		require.NoError(t, err)
		require.Equal(t, fai(t, x), fai(t, again))
		file := NewFile(strings.NewReader(small), x)
		for i := range x.Sequences {
			s := &x.Sequences[i]
			for _, span := range [][2]int64{{0, min(s.Length, 1000)}, {s.Length / 2, min(s.Length, s.Length/2+9)}, {max(0, s.Length-9), s.Length}} {
				bases, err := file.AppendRaw(t.Context(), nil, s, span[0], span[1])
				if err == nil {
					require.EqualValues(t, span[1]-span[0], len(bases))
				}
			}
		}
	})
}
