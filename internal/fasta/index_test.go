package fasta

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestReadIndex(t *testing.T) {
	contig := func(name string, length int64) Contig { return Contig{Name: name, Length: length} }
	for _, c := range []struct {
		name, in string
		want     []Sequence
		err      string
	}{
		{"none", "", nil, ""},
		{"two", "a\t22\t5\t10\t11\nb\t4\t33\t4\t5\n", []Sequence{{contig("a", 22), 5, 10, 11}, {contig("b", 4), 33, 4, 5}}, ""},
		{"no end of line", "a\t22\t5\t10\t11", []Sequence{{contig("a", 22), 5, 10, 11}}, ""},
		{"CRLF", "a\t22\t5\t10\t12\r\n", []Sequence{{contig("a", 22), 5, 10, 12}}, ""},
		{"no name", "\t2\t2\t2\t3\n", []Sequence{{contig("", 2), 2, 2, 3}}, ""},
		{"the same name", "a\t2\t3\t2\t3\na\t1\t9\t1\t2\n", []Sequence{{contig("a", 2), 3, 2, 3}}, ""},
		{"no bases", "a\t0\t3\t0\t2\n", []Sequence{{contig("a", 0), 3, 0, 2}}, ""},
		{"the largest", "a\t2305843009213693950\t3\t4294967294\t4294967295\n", []Sequence{{contig("a", 2305843009213693950), 3, 4294967294, 4294967295}}, ""},
		{"FASTQ", "a\t2\t3\t2\t3\t8\n", nil, "line 1: FAI index: five numbers in a line: this is an index of FASTQ"},
		{"too few", "a\t2\t3\t2\t3\nb\t2\t2\n", nil, "line 2: FAI index: a line is a name and four numbers with tabs between"},
		{"empty line", "\n", nil, "line 1: FAI index: a line is a name and four numbers with tabs between"},
		{"no number", "a\t2\t3\tx\t3\n", nil, `line 1: FAI index: "x" is no number of an index`},
		{"negative", "a\t2\t-3\t2\t3\n", nil, `line 1: FAI index: "-3" is no number of an index`},
		{"beyond 64 bits", "a\t2\t9223372036854775808\t2\t3\n", nil, `line 1: FAI index: "9223372036854775808" is no number of an index`},
		{"no bases in a line", "a\t2\t3\t0\t3\n", nil, "line 1: FAI index: the numbers of a sequence do not fit together"},
		{"no end of a line", "a\t2\t3\t2\t2\n", nil, "line 1: FAI index: the numbers of a sequence do not fit together"},
		{"too wide", "a\t2\t3\t2\t4294967296\n", nil, "line 1: FAI index: the numbers of a sequence do not fit together"},
		{"too long", "a\t4611686018427387904\t3\t2\t4\n", nil, "line 1: FAI index: the numbers of a sequence do not fit together"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := ReadIndex(iotest.OneByteReader(strings.NewReader(c.in)))
			if c.err != "" {
				require.EqualError(t, err, c.err)
				require.ErrorIs(t, err, errs.ErrCorrupt)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, x.Sequences)
			for i := range x.Sequences {
				s := &x.Sequences[i]
				require.True(t, s == x.Find(s.Name))
				if s.Length > 0 {
					require.Positive(t, s.place(s.Length-1))
				}
			}
			require.Nil(t, x.Find("c"))
			require.Nil(t, x.FindM5(""))
		})
	}
	_, err := ReadIndex(strings.NewReader(strings.Repeat("a", 70_000) + "\t1\t1\t1\t2\n"))
	require.ErrorIs(t, err, errs.ErrLimitExceeded)
	broken := errors.New("broken")
	_, err = ReadIndex(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func TestWriteIndex(t *testing.T) {
	x := new(Index)
	want := ""
	for i := range 5000 {
		s := Sequence{Contig{Name: strings.Repeat("n", i%50) + string(rune('0'+i)), Length: int64(i)}, int64(i * 7), 60, 61}
		require.True(t, x.add(s))
		require.False(t, x.add(s))
	}
	want = fai(t, x)
	again, err := ReadIndex(strings.NewReader(want))
	require.NoError(t, err)
	require.Equal(t, x.Sequences, again.Sequences)
	broken := errors.New("broken")
	_, err = x.WriteTo(failing{broken})
	require.ErrorIs(t, err, broken)
	// Sequences with equal M5: the first is found.
	x = &Index{Sequences: []Sequence{{Contig: Contig{Name: "a", M5: someM5}}, {Contig: Contig{Name: "b", M5: someM5}}}}
	require.Equal(t, "a", x.FindM5(someM5).Name)
	require.Equal(t, "b", x.Find("b").Name)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
